//! Reports as tools write them in a corner: each failure is one ticket, and what is no failure is none.

use serde_json::Value;

use crate::pipelines::{change, counts, first, shop};
use crate::sandbox::Sandbox;

/// What a report does, and the titles of the tickets that are there then.
fn filed(sandbox: &Sandbox, report: &str) -> (Value, Vec<String>) {
    sandbox.file("report.txt", report);
    let said = sandbox.run(&["ci", "report", "report.txt", "--json", "--resolve-passing"]);
    let answer = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"));
    let listed = sandbox.run(&["list", "--format", "ndjson", "--all"]).ok();
    let title = |line: &str| {
        let ticket: Value = serde_json::from_str(line).unwrap();
        ticket["title"].as_str().unwrap().to_owned()
    };
    let mut titles: Vec<String> = listed.lines().map(title).collect();
    titles.sort();
    (answer, titles)
}

#[test]
fn subtests_in_braces_are_told_one_by_one_and_what_follows_them_too() {
    let block = "TAP version 13\n1..3\nnot ok 1 - a.test.js # time=3ms {\n    1..3\n    ok 1 - x\n    not ok 2 - y # time=1ms {\n        \
                 1..1\n        not ok 1 - deep\n    }\n    not ok 3 - z\n      ---\n      message: no\n      ...\n}\n";
    let rest = "not ok 2 - b.test.js # time=2ms\nok 3 - c.test.js # time=2ms {\n    1..1\n    ok 1 - q\n}\n";
    let (_, titles) = filed(&shop(), &format!("{block}{rest}"));
    assert_eq!(
        titles,
        ["a.test.js > y > deep fails", "a.test.js > z fails: no", "b.test.js fails"],
        "{titles:?}"
    );
    // A brace in what a test says ends no block.
    let told = "1..2\nnot ok 1 - a # time=1ms {\n  ---\n  at: {\n  }\n  message: no\n  ...\n    1..1\n    ok 1 - x\n}\nnot ok 2 - b\n";
    let (_, titles) = filed(&shop(), told);
    assert_eq!(titles, ["a fails: no", "b fails"], "{titles:?}");
    // The parent alone says that it failed; a name that ends in a brace is no block.
    let (_, titles) = filed(
        &shop(),
        "1..3\nnot ok 1 - a # time=1ms {\n    1..1\n    ok 1 - x\n}\nnot ok 2 - if (a) {\nnot ok 3 - b\n",
    );
    assert_eq!(titles.len(), 3, "{titles:?}");
}

#[test]
fn what_failed_before_a_report_was_cut_off_has_failed() {
    let whole = "<testsuite name=\"pytest\">\n<testcase classname=\"t\" name=\"a\"/>\n<testcase classname=\"t\" name=\"b\"><failure \
                 message=\"m1\">x</failure></testcase>\n<testcase classname=\"t\" name=\"c\"><error message=\"m2\">y</error></testcase>\n";
    for (cut, expected) in [
        ("<testcase cl", vec!["t::b fails: m1", "t::c fails: m2"]),
        (
            "<testcase classname=\"t\" name=\"d\"><failure message=\"m3\">z",
            vec!["t::b fails: m1", "t::c fails: m2", "t::d fails: m3"],
        ),
        ("<testcase classname=\"t\" name=\"d\">", vec!["t::b fails: m1", "t::c fails: m2"]),
        (
            "<testcase classname=\"t\" name=\"d\"><skipped/><failure/>",
            vec!["t::b fails: m1", "t::c fails: m2"],
        ),
    ] {
        for outer in ["", "<testsuites>"] {
            let sandbox = shop();
            let report = format!("{outer}{whole}{cut}");
            let said = sandbox.run_with(&["ci", "report", "-"], &report);
            assert!(
                said.status == Some(1) && said.stderr.contains("left out: standard input, line "),
                "{said:?}"
            );
            assert_eq!(filed(&sandbox, &report).1, expected, "{cut}");
        }
    }
}

#[test]
fn a_long_value_of_an_attribute_hides_nothing() {
    let long = "x".repeat(5_000_000);
    let report = format!(
        "<testsuites><testsuite name=\"s\"><testcase classname=\"C\" name=\"a\"><failure message=\"1\"/></testcase>\
         <testcase classname=\"C\" name=\"b\"><failure message=\"{long}\"/></testcase>\
         <testcase classname=\"C\" name=\"c\"><failure message=\"3\"/></testcase></testsuite></testsuites>"
    );
    let (answer, titles) = filed(&shop(), &report);
    assert_eq!(counts(&answer)[0], 3, "{titles:?}");
}

/// What Node's runner writes (`--test-reporter=junit`): suites are `describe`, classes are all alike.
fn node(inside: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<testsuites>\n{inside}\n</testsuites>\n")
}

#[test]
fn tests_of_node_have_the_names_of_their_suites() {
    let suite = |name: &str, message: &str| {
        format!(
            "<testsuite name=\"{name}\" time=\"0.1\" tests=\"1\"><testcase name=\"handles empty\" classname=\"test\" file=\"a.mjs\"><failure \
             type=\"testCodeFailure\" message=\"{message}\">{message}</failure></testcase></testsuite>"
        )
    };
    let todo = "<testcase name=\"td\" classname=\"test\"><skipped type=\"todo\" message=\"true\"/><failure message=\"x\">x</failure></testcase>";
    let (_, titles) =
        filed(&shop(), &node(&format!("{}{}{todo}", suite("Parser", "one"), suite("Reader", "two"))));
    assert_eq!(titles.len(), 2, "{titles:?}");
    assert!(
        titles[0].contains("a.mjs > Parser::handles empty") && titles[1].contains("Reader::handles empty"),
        "{titles:?}"
    );
    // Without a class, the suites around a test tell it from others.
    let nested = |outer: &str| {
        format!(
            "<testsuite name=\"{outer}\"><testsuite name=\"in\"><testcase name=\"x\"><failure message=\"{outer}\"/></testcase></testsuite></testsuite>"
        )
    };
    let (_, titles) = filed(&shop(), &node(&format!("{}{}", nested("A"), nested("B"))));
    assert_eq!(titles.len(), 2, "{titles:?}");
}

#[test]
fn a_file_that_could_not_be_loaded_passes_when_one_of_its_tests_does() {
    let here = |sandbox: &Sandbox| sandbox.repo().display().to_string();
    let jest = |_: &Sandbox, passes: bool| {
        if passes {
            "<testsuites><testsuite name=\"undefined\"><testcase classname=\" z\" name=\" z\" file=\"jt/b.test.js\"/></testsuite></testsuites>".to_owned()
        } else {
            "<testsuites><testsuite name=\"jt/b.test.js\" errors=\"1\"><testcase classname=\"Test suite failed to run\" name=\"jt/b.test.js\" \
             file=\"jt/b.test.js\"><error>Cannot find module</error></testcase></testsuite></testsuites>"
                .to_owned()
        }
    };
    let runner = |sandbox: &Sandbox, passes: bool| {
        let file = format!("{}/n.test.mjs", here(sandbox));
        node(&if passes {
            format!("<testcase name=\"z\" classname=\"test\" file=\"{file}\"/>")
        } else {
            format!(
                "<testcase name=\"{file}\" classname=\"test\" file=\"{file}\"><failure message=\"test failed\">x</failure></testcase>"
            )
        })
    };
    for (name, report) in [("jest", &jest as &dyn Fn(&Sandbox, bool) -> String), ("node", &runner)] {
        let sandbox = shop();
        let (answer, titles) = filed(&sandbox, &report(&sandbox, false));
        let id = first(&answer, "opened");
        assert!(!titles[0].contains(&here(&sandbox)), "{titles:?}");
        change(&sandbox, "Fix");
        let (answer, _) = filed(&sandbox, &report(&sandbox, true));
        assert_eq!(first(&answer, "resolved"), id, "{name}");
    }
}

#[test]
fn of_more_failures_than_are_told_apart_the_number_is_known() {
    let cases: String = (0..6_000)
        .map(|number| {
            format!(
                "<testcase classname=\"C\" name=\"t{number}\"><failure message=\"m{number}\"/></testcase>"
            )
        })
        .collect();
    let (_, titles) = filed(&shop(), &format!("<testsuite name=\"s\">{cases}</testsuite>"));
    assert_eq!(titles.len(), 1, "{titles:?}");
    assert!(titles[0].contains("6000"), "{titles:?}");
}

#[test]
fn what_follows_a_key_in_a_trace_is_kept() {
    let sandbox = shop();
    let trace = "before\n-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJcds3xfn\n-----END RSA PRIVATE KEY-----\nat foo (a.js:1)";
    let report = format!(
        "<testsuite name=\"s\"><testcase classname=\"C\" name=\"x\"><failure message=\"m\">{trace}</failure></testcase></testsuite>"
    );
    let (answer, _) = filed(&sandbox, &report);
    let file = sandbox.ticket_file(&first(&answer, "opened"));
    assert!(file.contains("at foo (a.js:1)") && file.contains("a private key was here"), "{file}");
    assert!(!file.contains("MIIE"), "{file}");
}

#[test]
fn a_revision_that_is_none_is_refused() {
    let sandbox = shop();
    let report = "<testsuite name=\"s\"><testcase classname=\"C\" name=\"x\"><failure message=\"m\"/></testcase></testsuite>";
    sandbox.file("r.xml", report);
    for revision in ["zzz", "", "HEAD~400", "abc"] {
        let said = sandbox.run(&["ci", "report", "r.xml", "--revision", revision]);
        assert!(
            said.status == Some(1) && said.stderr.contains("is not a valid revision"),
            "{revision}: {said:?}"
        );
    }
    // One that is not in this clone is a revision all the same.
    let missing = "0123456789abcdef0123456789abcdef01234567";
    for revision in ["HEAD", "main", missing] {
        sandbox.run(&["ci", "report", "r.xml", "--revision", revision]).ok();
    }
}

/// An analysis with one finding, in the file of an artifact location; `more` are members of its run.
fn analysis(location: &str, more: &str) -> String {
    format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "Scan"}}}}, {more} "results": [{{"ruleId": "R1",
            "message": {{"text": "Leak"}}, "locations": [{{"physicalLocation": {{"artifactLocation": {location}}}}}]}}]}}]}}"#
    )
}

#[test]
fn a_finding_is_in_the_same_file_wherever_the_analysis_ran() {
    let sandbox = shop();
    let address = |uri: &str| format!(r#"{{"uri": "{uri}"}}"#);
    let based = |uri: &str, id: &str| format!(r#"{{"uri": "{uri}", "uriBaseId": "{id}"}}"#);
    let bases = |list: &str| format!(r#""originalUriBaseIds": {{{list}}},"#);
    let root = r#""ROOT": {"uri": "file:///home/runner/work/shop/"}"#;
    let nested = format!(r#"{root}, "SRC": {{"uri": "src/", "uriBaseId": "ROOT"}}"#);
    let circle = r#""A": {"uriBaseId": "B"}, "B": {"uriBaseId": "A"}"#;
    let started = r#""invocations": [{"executionSuccessful": true, "workingDirectory": {"uri": "file:///var/jenkins/shop@2"}}],"#;
    let listed =
        format!(r#""artifacts": [{{"location": {}}}], {}"#, based("src/a%20b.c", "ROOT"), bases(root));
    let here = format!("file://{}/src/a%20b.c", sandbox.repo().display());
    for (location, more) in [
        (address("src/a%20b.c"), String::new()),
        (address("./src/a%20b.c"), String::new()),
        (address(&here), String::new()),
        (address("file:///home/runner/work/shop/src/a%20b.c"), bases(root)),
        (address("file:///var/jenkins/shop@2/src/a%20b.c"), started.to_owned()),
        (based("src/a%20b.c", "ROOT"), bases(root)),
        (based("src/a%20b.c", "ROOT"), String::new()),
        (based("src/a%20b.c", "A"), bases(circle)),
        (based("a%20b.c", "SRC"), bases(&nested)),
        (r#"{"index": 0}"#.to_owned(), listed),
    ] {
        let (_, titles) = filed(&sandbox, &analysis(&location, &more));
        assert_eq!(titles, ["Scan R1 in src/a b.c: Leak"], "{location} {more}");
    }
    // What is elsewhere has its own address.
    let (_, titles) = filed(&sandbox, &analysis(&address("https://example.org/a.c"), &bases(root)));
    assert!(titles.contains(&"Scan R1 in https://example.org/a.c: Leak".to_owned()), "{titles:?}");
}
