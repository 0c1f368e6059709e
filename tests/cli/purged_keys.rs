//! Keys whose tickets were purged: what happens again is another ticket.

use crate::sandbox::Sandbox;

#[test]
fn a_failure_whose_ticket_was_purged_opens_another_and_hides_no_other() {
    let sandbox = Sandbox::new();
    let report = |tests: &[&str]| {
        let case = |name: &&str| {
            format!(
                "<testcase classname='c' name='{name}'><failure message='boom {name}'>x</failure></testcase>"
            )
        };
        let cases: String = tests.iter().map(case).collect();
        sandbox.file("../results.xml", format!("<testsuite name='s'>{cases}</testsuite>"));
        sandbox.run(&["ci", "report", "../results.xml"]).ok()
    };
    let id_of = |said: &str, name: &str| {
        said.lines()
            .find(|line| line.contains(&format!("c::{name} ")))
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    let first = id_of(&report(&["one"]), "one");
    sandbox.run(&["purge", &first, "-y", "-m", "Personal."]).ok();
    sandbox.is_tampered_with();
    let said = report(&["one", "two"]);
    let second = id_of(&said, "one");
    assert!(second != first && said.contains("opened      c::two"), "{said}");
    // The same failure meets it, and so does another clone; purged again, a third follows.
    assert_eq!(id_of(&report(&["one"]), "one"), second);
    sandbox.run(&["purge", &second, "-y", "-m", "Personal."]).ok();
    let third = id_of(&report(&["one"]), "one");
    assert!(third != first && third != second);
    let filed = sandbox.run(&["new", "By key", "--key", "k"]).ok();
    sandbox.run(&["purge", filed.trim(), "-y", "-m", "Personal."]).ok();
    let again = sandbox.run(&["new", "By key", "--key", "k"]).ok();
    assert_ne!(again, filed);
    assert_eq!(sandbox.run(&["new", "By key", "--key", "k"]).ok(), again);
    sandbox.run(&["doctor"]).ok();
    sandbox.run(&["audit"]).ok();
}
