//! Names, words and paths that are not what they look like: under whose name somebody writes, whom they quote, what a hint
//! would run, where a page would go.

use crate::sandbox::Sandbox;
use crate::tampering::{found, story};

/// A comment by somebody with a name and an address.
fn commented(name: &str, address: &str) -> (Sandbox, Vec<String>, Option<i32>) {
    let (sandbox, tools) = story();
    let who = format!(
        "export GIT_AUTHOR_NAME='{name}' GIT_AUTHOR_EMAIL={address} GIT_COMMITTER_NAME='{name}' GIT_COMMITTER_EMAIL={address}"
    );
    sandbox.shell(&format!("{tools}{who}; next; git support -q comment $a -m 'Ship it.'")).ok();
    let (rules, status) = found(&sandbox, &[]);
    (sandbox, rules, status)
}

#[test]
fn a_members_name_with_a_colleagues_address_is_named() {
    for name in ["Pat Roe", "pat roe", "P\u{e1}t Roe", "\u{ff30}at Roe", "Pat\u{200b} Roe"] {
        let (sandbox, rules, status) = commented(name, "dana@example.com");
        assert_eq!((rules, status), (vec!["entry.author".to_owned()], Some(3)), "{name}");
        let said = sandbox.run_unwatched(&["audit"], "").stdout;
        assert!(said.contains("and the team knows Pat Roe as Pat Roe <pat@example.com>"), "{said}");
    }
    // With an address of nobody's, it may be another one of theirs.
    for (name, address) in [
        ("Dana Li", "dana@example.com"),
        ("Pat Roe", "pat@elsewhere.example"),
        ("Pat Moe", "pat@elsewhere.example"),
        ("Pat R.", "pat@example.com"),
    ] {
        let (_, rules, status) = commented(name, address);
        assert_eq!((rules, status), (Vec::new(), Some(0)), "{name} <{address}>");
    }
}

#[test]
fn nobody_of_the_team_is_quoted_as_a_customer() {
    let (sandbox, tools) = story();
    let quoted = format!(
        "{tools}printf '  speaker: Pat Roe <pat@example.com>\\n  note: Ship it.\\n' | entry 9 comment; sed -i 's/^updated:.*/updated: '$GIT_AUTHOR_DATE'/' $A; commit"
    );
    sandbox.shell(&quoted).ok();
    let said = sandbox.run_unwatched(&["audit"], "").stdout;
    assert!(said.contains("Pat Roe <pat@example.com> is on the team, and no customer"), "{said}");
    // Who has reported the ticket is its customer, of the team or not.
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Pat Roe", "--email", "pat@example.com", "--role", "l1"]).ok();
    let id = sandbox.run(&["new", "A", "--reporter", "Pat Roe <pat@example.com>"]).ok().trim().to_owned();
    let said = ["comment", &id, "--from", "Pat Roe <pat@example.com>", "-m", "It fails."];
    sandbox.run(&said).ok();
    let other = sandbox.ticket("B");
    let refused =
        sandbox.run(&["comment", &other, "--from", "Pat Roe <pat@example.com>", "-m", "x"]).fails(1);
    assert!(
        refused.contains("is on the team, and no customer") && refused.contains("in your own words"),
        "{refused}"
    );
}

#[test]
fn what_a_hint_names_runs_nothing_when_it_is_pasted() {
    let name = "a$(touch${IFS}pwned)";
    for (place, content) in
        [("vendors", "email: ["), ("releases", "tag: ["), ("calendars", "- x: ["), ("answers", "\\377")]
    {
        let sandbox = Sandbox::new().may_be_damaged();
        sandbox.is_tampered_with();
        let ending = if place == "answers" { "md" } else { "yaml" };
        sandbox.shell(&format!("git stash -qu; mkdir -p .support/{place}; printf '{content}' >'.support/{place}/{name}.{ending}'; git add -A; git commit -qm x; git branch 'zz;touch${{IFS}}pwned'")).ok();
        let commands: [&[&str]; 7] = [
            &["doctor"],
            &["check"],
            &["list", "--branch", "no;touch${IFS}pwned"],
            &["save"],
            &["vendor"],
            &["release"],
            &["answer", "list"],
        ];
        for words in commands {
            let output = sandbox.run_unwatched(words, "");
            for line in format!("{}\n{}", output.stdout, output.stderr).lines() {
                let Some(at) = line.find("$EDITOR ").or_else(|| line.find("git ")) else { continue };
                std::fs::write(sandbox.root().join("hint"), format!("EDITOR=true\n{}\n", &line[at..]))
                    .unwrap();
                let _ = sandbox.shell("timeout 5 sh ../hint </dev/null >/dev/null 2>&1");
                assert!(!sandbox.repo().join("pwned").exists(), "{place} {words:?}: {line}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn pages_go_through_no_link_that_a_branch_brought() {
    let sandbox = Sandbox::new();
    sandbox.shell("git stash -qu; mkdir ../elsewhere; mkdir public; ln -s ../../elsewhere public/tickets; git add -A; git commit -qm x").ok();
    sandbox.ticket("A");
    let refused = sandbox.run(&["report", "--html", "public"]).fails(1);
    assert!(refused.contains("public/tickets is a symbolic link"), "{refused}");
    assert_eq!(std::fs::read_dir(sandbox.root().join("elsewhere")).unwrap().count(), 0);
}
