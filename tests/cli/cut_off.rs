//! Reports that say less than they seem to: cut off, retried, of several suites with one name.

use crate::pipelines::{change, counts, first, report, shop};
use crate::sandbox::Sandbox;

/// Reports a text, and returns the status and what was said.
fn told(sandbox: &Sandbox, text: &str, more: &[&str]) -> (Option<i32>, String) {
    let output = sandbox.run_with(&[&["ci", "report", "-"], more].concat(), text);
    (output.status, output.stdout + &output.stderr)
}

const RESOLVE: &[&str] = &["--resolve-passing"];
const PAYS: &[(&str, Option<&str>)] = &[("pays", Some("boom"))];
const GREEN: &[(&str, Option<&str>)] = &[("pays", None)];

#[test]
fn a_run_that_was_cut_off_resolves_nothing() {
    let go = |end: &str| {
        let lines = [
            r#"{"Action":"start","Package":"p"}"#,
            r#"{"Action":"run","Package":"p","Test":"A"}"#,
            &format!(r#"{{"Action":"{end}","Package":"p","Test":"A"}}"#),
        ];
        lines.join("\n") + "\n"
    };
    for (red, green, why) in [
        (go("fail") + "{\"Action\":\"fail\",\"Package\":\"p\"}\n", go("pass"), "p did not end"),
        (
            go("fail") + "{\"Action\":\"fail\",\"Package\":\"p\"}\n",
            go("pass") + "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"B\"}\n",
            "p did not end",
        ),
        (
            "TAP version 13\nnot ok 1 - a\n1..1\n".to_owned(),
            "TAP version 13\nok 1 - a\n".to_owned(),
            "no plan (1..1)",
        ),
        ("1..1\nnot ok 1 - a\n".to_owned(), "1..1\nok 1 - a\nok 2 - b\n".to_owned(), "1 tests planned, 2"),
        (
            "<testsuites><testsuite name='s' failures='1'><testcase classname='k' name='p'><failure message='b'/></testcase></testsuite></testsuites>".to_owned(),
            "<testsuites><testsuite name='s' failures='1'><testcase classname='k' name='p'/></testsuite></testsuites>".to_owned(),
            "declares 1 failures, and names none",
        ),
    ] {
        let sandbox = shop();
        assert_eq!(told(&sandbox, &red, &[]).0, Some(0), "{red}");
        change(&sandbox, "Fix");
        let (status, said) = told(&sandbox, &green, RESOLVE);
        assert!(status == Some(1) && said.contains(why), "{said}");
        assert_eq!(sandbox.run(&["check", "status:open"]).status, Some(3), "{why}");
    }
}

#[test]
fn a_fix_that_was_reverted_is_open_again() {
    let sandbox = shop();
    report(&sandbox, PAYS, &[]);
    change(&sandbox, "Fix");
    assert_eq!(counts(&report(&sandbox, GREEN, RESOLVE))[3], 1);
    sandbox.git(&["revert", "--no-edit", "HEAD~1"]);
    assert_eq!(counts(&report(&sandbox, PAYS, RESOLVE)), [0, 1, 0, 0, 0]);
    assert_eq!(sandbox.run(&["check", "status:open"]).status, Some(3));
}

#[test]
fn a_job_is_a_lane() {
    let sandbox = shop();
    for job in ["unit", "integration"] {
        report(&sandbox, PAYS, &["--job", job]);
    }
    change(&sandbox, "Fix");
    assert_eq!(counts(&report(&sandbox, GREEN, &["--job", "unit", "--resolve-passing"]))[3], 0);
    assert_eq!(counts(&report(&sandbox, GREEN, &["--job", "integration", "--resolve-passing"]))[3], 1);
}

#[test]
fn passes_where_it_failed_are_chance() {
    for wanted in ["--resolve-passing", "--resolve-passing=3"] {
        let sandbox = shop();
        let id = first(&report(&sandbox, PAYS, &[]), "opened");
        for _ in 0..4 {
            report(&sandbox, GREEN, &[wanted]);
        }
        assert_eq!(sandbox.field(&id, "labels")[0], "flaky");
        for fixed in [0, 0, 1] {
            change(&sandbox, &format!("Fix {fixed} {}", sandbox.subjects().len()));
            assert_eq!(counts(&report(&sandbox, GREEN, &[wanted]))[3], fixed, "{wanted}");
        }
    }
}

#[test]
fn what_a_report_calls_flaky_is_so() {
    for word in ["flakyFailure", "flakyError"] {
        let sandbox = shop();
        let id = first(&report(&sandbox, PAYS, &[]), "opened");
        change(&sandbox, "Something");
        let flaky = format!(
            "<testsuites><testsuite name='shop'><testcase classname='shop' name='pays'><{word} message='boom'/></testcase></testsuite></testsuites>"
        );
        assert_eq!(told(&sandbox, &flaky, RESOLVE).0, Some(0));
        assert_eq!(sandbox.field(&id, "labels")[0], "flaky");
        assert!(sandbox.field(&id, "status") != "resolved");
    }
}

/// Two suites of one name in two files, with a test of one name.
fn suites(first: &str, second: &str) -> String {
    let suite = |file: &str, case: &str| {
        format!(
            "<testsuite name='Cart' file='{file}'><testcase name='Cart adds' classname='adds'>{case}</testcase></testsuite>"
        )
    };
    format!("<testsuites>{}{}</testsuites>", suite("a.js", first), suite("b.js", second))
}

#[test]
fn tests_of_one_name_in_two_files_are_no_attempts_of_each_other() {
    let failure = "<failure message='boom a'/>";
    for text in [suites(failure, ""), suites("", failure)] {
        let sandbox = shop();
        assert_eq!(told(&sandbox, &text, &[]).0, Some(0));
        assert!(!sandbox.run(&["list", "--json"]).ok().contains("flaky"));
    }
    let sandbox = shop();
    told(&sandbox, &suites(failure, "<failure message='no order service'/>"), &[]);
    let words = sandbox.run(&["export", "--full"]).ok();
    assert!(words.contains("boom a") && words.contains("no order service"), "{words}");
}

#[test]
fn what_could_not_be_set_up_passes_with_its_tests() {
    let case = |suite: &str, class: &str, name: &str, inner: &str| {
        format!(
            "<testsuites><testsuite name='{suite}'><testcase classname='{class}' name='{name}'>{inner}</testcase></testsuite></testsuites>"
        )
    };
    let failed = "<failure message='Failed'>FAIL ex.com/a [build failed]</failure>";
    let hook = "&quot;before all&quot; hook for &quot;adds&quot;";
    for (red, green) in [
        (case("ex.com/a", "", "TestMain", failed), case("ex.com/a", "ex.com/a", "TestX", "")),
        (case("", "ex.com/b", "[build failed]", failed), case("", "ex.com/b", "TestX", "")),
        (case("Cart", hook, &format!("Cart {hook}"), failed), case("Cart", "adds", "Cart adds", "")),
        (case("in", hook, &format!("Cart in {hook}"), failed), case("in", "adds", "Cart in adds", "")),
    ] {
        let sandbox = shop();
        assert_eq!(told(&sandbox, &red, &[]).0, Some(0));
        change(&sandbox, "Fix");
        let (_, said) = told(&sandbox, &green, RESOLVE);
        assert_eq!(sandbox.run(&["check", "status:open"]).status, Some(0), "{red}: {said}");
    }
    // Hooks of two groups are two.
    let sandbox = shop();
    for group in ["Cart", "Order"] {
        told(&sandbox, &case(group, hook, &format!("{group} {hook}"), failed), &[]);
    }
    assert_eq!(sandbox.run(&["list", "--format", "ndjson"]).ok().lines().count(), 2);
}

#[test]
fn the_summary_of_failsafe_is_no_report() {
    let sandbox = shop();
    sandbox.file("target/failsafe-summary.xml", "<failsafe-summary result=\"0\"/>");
    sandbox.file("target/TEST-a.xml", crate::pipelines::junit(GREEN));
    sandbox.run(&["ci", "report", "target"]).ok();
}

#[test]
fn a_text_that_is_not_kept_is_not_resumed() {
    let sandbox = shop();
    let id = sandbox.ticket("Pay fails");
    for words in [&["comment", &id][..], &["pend", &id], &["triage", &id], &["assign", &id, "--to", "me"]] {
        let said = sandbox.run(&[words, &["--resume"]].concat());
        assert!(said.status != Some(0) && said.stderr.contains("no text is kept"), "{words:?}: {said:?}");
    }
}
