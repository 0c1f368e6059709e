//! Reports of pipelines: one ticket a cause, its occurrences, its suspects, its end.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// A report in JUnit's form: names, and what each said if it failed.
pub(crate) fn junit(tests: &[(&str, Option<&str>)]) -> String {
    let case = |(name, failed): &(&str, Option<&str>)| match failed {
        Some(message) => format!(
            "<testcase classname=\"shop\" name=\"{name}\"><failure message=\"{message}\"/></testcase>"
        ),
        None => format!("<testcase classname=\"shop\" name=\"{name}\"/>"),
    };
    let cases: String = tests.iter().map(case).collect();
    format!(
        "<?xml version=\"1.0\"?>\n<testsuites><testsuite name=\"shop\">{cases}</testsuite></testsuites>\n"
    )
}

/// A repository whose code has one file; nothing of its user is under way.
pub(crate) fn shop() -> Sandbox {
    let sandbox = Sandbox::unborn();
    change(&sandbox, "Begin");
    sandbox
}

/// A commit that changes code; its whole name.
pub(crate) fn change(sandbox: &Sandbox, subject: &str) -> String {
    sandbox.file("pay.rs", format!("// {subject}\n"));
    sandbox.git(&["add", "pay.rs"]);
    sandbox.git(&["commit", "-qm", subject]);
    sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned()
}

/// Reports, and returns the answer.
pub(crate) fn report(sandbox: &Sandbox, tests: &[(&str, Option<&str>)], more: &[&str]) -> Value {
    let arguments = [&["ci", "report", "-", "--json"], more].concat();
    serde_json::from_str(&sandbox.run_with(&arguments, junit(tests)).ok()).unwrap()
}

/// How many tickets became what: opened, reopened, repeated, resolved, unchanged.
pub(crate) fn counts(answer: &Value) -> [usize; 5] {
    ["opened", "reopened", "repeated", "resolved", "unchanged"]
        .map(|key| answer[key].as_array().unwrap().len())
}

pub(crate) fn first(answer: &Value, key: &str) -> String {
    answer[key][0].as_str().unwrap().to_owned()
}

#[test]
fn a_failing_test_is_one_ticket_with_its_suspects_and_its_fix() {
    let sandbox = shop();
    assert_eq!(counts(&report(&sandbox, &[("pays", None), ("adds", None)], &[])), [0; 5]);
    assert_eq!(sandbox.subjects(), ["Begin"], "a run that passes makes no commit");
    change(&sandbox, "Round amounts");
    let answer = report(&sandbox, &[("pays", Some("expected 200, got 502")), ("adds", None)], &[]);
    assert_eq!(counts(&answer), [1, 0, 0, 0, 0]);
    let id = first(&answer, "opened");
    assert_eq!(sandbox.field(&id, "title"), "shop::pays fails: expected 200, got 502");
    let story = sandbox.field(&id, "description").as_str().unwrap().to_owned();
    assert!(
        story.contains("Suspects: it passed last at") && story.contains("Round amounts (Dana Li)"),
        "{story}"
    );
    assert!(!story.contains("Begin"), "{story}");
    let answer = report(&sandbox, &[("pays", Some("expected 200, got 502")), ("adds", None)], &[]);
    assert_eq!(counts(&answer), [0, 0, 1, 0, 0]);
    assert_eq!(sandbox.field(&id, "occurrences"), 2);
    let fix = change(&sandbox, "Stop rounding");
    assert_eq!(counts(&report(&sandbox, &[("pays", None)], &[])), [0, 0, 0, 0, 1], "nobody asked to resolve");
    assert_eq!(
        counts(&report(&sandbox, &[("pays", None)], &["--resolve-passing=3"])),
        [0, 0, 0, 0, 1],
        "passed twice"
    );
    let answer = report(&sandbox, &[("pays", None)], &["--resolve-passing=3"]);
    assert_eq!(counts(&answer), [0, 0, 0, 1, 0]);
    assert_eq!(sandbox.field(&id, "commits")[0], fix);
    let log = sandbox.run(&["log", &id]).ok();
    assert!(log.contains("Passed 3 times on main") && log.contains("Stop rounding (Dana Li)"), "{log}");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_resolved_ticket_is_reopened_only_where_its_fix_is() {
    let sandbox = shop();
    let broken = change(&sandbox, "Break it");
    let id = first(&report(&sandbox, &[("pays", Some("no"))], &[]), "opened");
    let fix = change(&sandbox, "Fix it");
    sandbox.run(&["resolve", &id, "--as", "fixed", "--commit", &fix]).ok();
    let answer = report(&sandbox, &[("pays", Some("no"))], &["--on", "old", "--revision", &broken]);
    assert_eq!(counts(&answer), [0, 0, 1, 0, 0], "an older build fails still");
    assert_eq!(sandbox.field(&id, "status"), "resolved");
    change(&sandbox, "Break it again");
    let answer = report(&sandbox, &[("pays", Some("no"))], &[]);
    assert_eq!(counts(&answer), [0, 1, 0, 0, 0]);
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    assert!(sandbox.run(&["log", &id]).ok().contains("Regression: the failure was repeated on main"));
    sandbox.run(&["resolve", &id, "--as", "wont-fix", "-m", "We live with it."]).ok();
    assert_eq!(counts(&report(&sandbox, &[("pays", Some("no"))], &[])), [0, 0, 1, 0, 0]);
    assert_eq!(sandbox.field(&id, "status"), "resolved");
    sandbox.run(&["reopen", &id, "-m", "Again."]).ok();
    let other = sandbox.ticket("The same by hand");
    sandbox.run(&["resolve", &id, "--as", "duplicate", "--of", &other]).ok();
    assert_eq!(
        first(&report(&sandbox, &[("pays", Some("no"))], &[]), "repeated"),
        other,
        "the one that goes on"
    );
}

#[test]
fn one_run_counts_once_and_another_job_of_it_apart() {
    let sandbox = shop();
    let run =
        |job: &str, url: &str| report(&sandbox, &[("pays", Some("no"))], &["--run-url", url, "--job", job]);
    assert_eq!(counts(&run("linux", "https://ci.example/1")), [1, 0, 0, 0, 0]);
    assert_eq!(counts(&run("linux", "https://ci.example/1")), [0, 0, 0, 0, 1]);
    assert_eq!(counts(&run("macos", "https://ci.example/1")), [0, 0, 1, 0, 0]);
    assert_eq!(counts(&run("linux", "https://ci.example/2")), [0, 0, 1, 0, 0]);
    let shown = sandbox.run(&["show", &first(&run("linux", "https://ci.example/2"), "unchanged")]).ok();
    assert!(shown.contains("macos, https://ci.example/1"), "{shown}");
}

#[test]
fn a_storm_is_one_ticket() {
    let sandbox = shop();
    let names: Vec<String> = (0..30).map(|number| format!("test {number}")).collect();
    let all: Vec<(&str, Option<&str>)> =
        names.iter().map(|name| (name.as_str(), Some("no database"))).collect();
    let answer = report(&sandbox, &all, &["--max-new", "10"]);
    assert_eq!(counts(&answer), [1, 0, 0, 0, 0]);
    let storm = first(&answer, "opened");
    assert_eq!(sandbox.field(&storm, "title"), "30 tests fail on main");
    assert_eq!(counts(&report(&sandbox, &all, &["--max-new", "10"])), [0, 0, 1, 0, 0]);
    change(&sandbox, "Start the database");
    let passed: Vec<(&str, Option<&str>)> = all.iter().map(|(name, _)| (*name, None)).collect();
    assert_eq!(counts(&report(&sandbox, &passed, &["--resolve-passing"])), [0, 0, 0, 1, 0]);
    let answer = report(&sandbox, &all[..3], &["--group", "message"]);
    assert_eq!(sandbox.field(&first(&answer, "opened"), "title"), "3 tests fail: no database");
    let answer = report(&sandbox, &all[..4], &["--group", "suite"]);
    assert_eq!(sandbox.field(&first(&answer, "opened"), "title"), "shop: 4 tests fail");
}

#[test]
fn a_test_that_flips_is_marked_and_not_resolved() {
    let sandbox = shop();
    let id = first(&report(&sandbox, &[("pays", Some("no"))], &[]), "opened");
    assert_eq!(counts(&report(&sandbox, &[("pays", None)], &["--resolve-passing"])), [0, 0, 0, 0, 1]);
    assert_eq!(sandbox.field(&id, "labels")[0], "flaky", "it failed and passed at one revision");
    assert_eq!(sandbox.field(&id, "status"), "new");
    let both = [("adds", Some("no")), ("adds", None)];
    let answer = report(&sandbox, &both, &[]);
    report(&sandbox, &both, &[]);
    assert_eq!(sandbox.field(&first(&answer, "opened"), "labels")[0], "flaky");
}

#[test]
fn what_varies_makes_no_new_ticket_and_secrets_stay_out() {
    let sandbox = shop();
    let token = format!("ghp_{}", "a".repeat(36));
    let message = |address: &str| format!("timeout at {address} with {token}");
    let (one, other) = (message("0x7ffe"), message("0xbeef"));
    let answer = report(&sandbox, &[("pays", Some(&one))], &["--group", "message"]);
    let id = first(&answer, "opened");
    assert_eq!(
        counts(&report(&sandbox, &[("pays", Some(&other))], &["--group", "message"])),
        [0, 0, 1, 0, 0]
    );
    let file = sandbox.ticket_file(&id);
    assert!(file.contains("[a GitHub token was here]"), "{file}");
    assert!(!file.contains(&token), "{file}");
}

#[test]
fn a_report_that_is_broken_is_left_out_and_said() {
    let sandbox = shop();
    sandbox.file("good.xml", junit(&[("pays", Some("no"))]));
    sandbox.file("broken.xml", "<?xml version=\"1.0\"?>\n<testsuite>\n<testcase name=\"a\">\n</testsuite>\n");
    sandbox.file("cut.xml", &junit(&[("pays", Some("no"))])[..60]);
    sandbox.file("other.xml", "<html><p>Not found</p></html>");
    sandbox.file("empty.xml", "");
    sandbox.file("cut.json", "{\"type\":\"suite\",\"event\":\"started\",\"test_count\":2}\n");
    let broken = [
        ("broken.xml", "broken.xml, line 4"),
        ("cut.xml", "cut.xml, line 2"),
        ("other.xml", "other.xml, line 1: <html> is not a JUnit report"),
        ("empty.xml", "empty.xml, line 1"),
        ("cut.json", "a suite did not end"),
        ("nosuch.xml", "opening nosuch.xml"),
    ];
    for (file, said) in broken {
        let stderr = sandbox.run(&["ci", "report", file]).fails(1);
        assert!(stderr.contains(said), "{file}: {stderr}");
        assert_eq!(sandbox.subjects(), ["Begin"]);
    }
    for (file, said) in broken {
        let output = sandbox.run(&["ci", "report", "good.xml", file]);
        assert_eq!(output.status, Some(1), "{output:?}");
        assert!(output.stderr.contains("error: left out: ") && output.stderr.contains(said), "{output:?}");
        let output = sandbox.run(&["ci", "report", "good.xml", file, "--json"]);
        let answer: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        assert!(answer["left_out"][0].as_str().is_some_and(|problem| problem.contains(said)), "{output:?}");
        let output = sandbox.run(&["ci", "report", "good.xml", file, "--best-effort"]);
        assert_eq!(output.status, Some(0), "{output:?}");
        assert!(output.stderr.contains(said), "{output:?}");
    }
    assert_eq!(sandbox.run(&["ci", "report", "--best-effort", "--nosuch"]).status, Some(0));
    assert!(sandbox.subjects().iter().any(|subject| subject.contains("shop::pays fails")));
}

#[test]
fn a_record_that_cannot_be_kept_is_said_and_keeps_no_ticket_out() {
    let sandbox = shop();
    for branch in ["no name", "two..dots"] {
        let failing = junit(&[(branch, Some("no"))]);
        let output = sandbox.run_with(&["ci", "report", "-", "--on", branch], failing);
        assert_eq!(output.status, Some(0), "{output:?}");
        assert!(
            output.stdout.contains("opened") && output.stderr.contains("warning: test history"),
            "{output:?}"
        );
    }
}

#[test]
fn a_detached_head_in_ci_writes_to_the_branch_that_is_built_as_the_system() {
    let sandbox = shop()
        .with("GITHUB_ACTIONS", "true")
        .with("GITHUB_REF_NAME", "main")
        .with("GITHUB_SERVER_URL", "https://github.com")
        .with("GITHUB_REPOSITORY", "shop/shop")
        .with("GITHUB_RUN_ID", "7")
        .with("GIT_AUTHOR_NAME", "")
        .with("GIT_AUTHOR_EMAIL", "")
        .with("GIT_COMMITTER_NAME", "")
        .with("GIT_COMMITTER_EMAIL", "");
    sandbox.git(&["checkout", "-q", "--detach"]);
    sandbox.file("report.xml", junit(&[("pays", Some("no"))]));
    let answer: Value =
        serde_json::from_str(&sandbox.run(&["ci", "report", "report.xml", "--json"]).ok()).unwrap();
    let id = first(&answer, "opened");
    assert_eq!(
        sandbox.git(&["log", "-1", "--format=%an %ae", "main"]),
        "github-actions[bot] 41898282+github-actions[bot]@users.noreply.github.com\n"
    );
    let shown = sandbox.run(&["show", &id, "--branch", "main"]).ok();
    assert!(shown.contains("https://github.com/shop/shop/actions/runs/7"), "{shown}");
}

#[test]
fn a_gate_is_shut_while_tickets_match() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "Pays, 100% <twice>", "--severity", "blocker"]).ok().trim().to_owned();
    sandbox.run(&["new", "Colour", "--severity", "minor"]).ok();
    let output = sandbox.run(&["check"]);
    assert_eq!(output.status, Some(3), "{output:?}");
    assert!(output.stdout.contains(&id[..4]) && output.stderr.contains("1 ticket matches"), "{output:?}");
    assert_eq!(sandbox.run(&["check", "severity:blocker", "--max", "1"]).status, Some(0));
    assert_eq!(sandbox.run(&["check", "severity:critical"]).status, Some(0));
    assert_eq!(sandbox.run(&["check", "-severity:minor"]).status, Some(3));
    assert_eq!(sandbox.run(&["check", "severity:nosuch"]).status, Some(2));
    let github = sandbox.run(&["check", "--format", "github"]).stdout;
    assert!(github.starts_with("::error file=.support/tickets/"), "{github}");
    assert!(github.contains("Pays%2C 100%25 <twice>::blocker, new"), "{github}");
    let xml = sandbox.run(&["check", "--format", "junit"]).stdout;
    assert!(xml.contains("Pays, 100% &lt;twice&gt;"), "{xml}");
    let sarif: Value = serde_json::from_str(&sandbox.run(&["check", "--format", "sarif"]).stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["level"], "error");
    let json: Value = serde_json::from_str(&sandbox.run(&["check", "--json"]).stdout).unwrap();
    assert_eq!(json[0]["id"], id.as_str());
    // What a gate says, a pipeline may report.
    sandbox.file("gate.xml", &xml);
    sandbox.file("gate.sarif", sarif.to_string());
    let answer: Value =
        serde_json::from_str(&sandbox.run(&["ci", "report", "gate.xml", "gate.sarif", "--json"]).ok())
            .unwrap();
    assert_eq!(counts(&answer)[0], 2);
}

#[test]
fn a_command_that_fails_files_its_ticket_and_keeps_its_status() {
    let sandbox = shop().with("COLOUR", "blue");
    let run = |more: &[&str], script: &str| {
        let arguments = [&["run", "--key", "build"], more, &["--", "sh", "-c", script]].concat();
        sandbox.run(&arguments)
    };
    assert_eq!(run(&[], "echo fine").status, Some(0));
    change(&sandbox, "Break the build");
    let output = run(&["--env", "COLOUR"], "echo out; echo err >&2; exit 7");
    assert_eq!((output.status, output.stdout.as_str()), (Some(7), "out\n"), "{output:?}");
    assert!(output.stderr.starts_with("err\n") && output.stderr.contains("support: opened"), "{output:?}");
    let id = output.stderr.split_whitespace().last().unwrap().to_owned();
    let story = sandbox.field(&id, "description").as_str().unwrap().to_owned();
    for said in ["It failed with status 7", "COLOUR=blue", "out\n", "err", "Break the build (Dana Li)"] {
        assert!(story.contains(said), "{said}: {story}");
    }
    assert_eq!(run(&[], "kill -9 $$").status, Some(137));
    assert_eq!(sandbox.field(&id, "occurrences"), 2);
    change(&sandbox, "Mend the build");
    assert_eq!(run(&["--resolve"], "true").status, Some(0));
    assert_eq!(sandbox.field(&id, "status"), "resolved");
    assert_eq!(sandbox.run(&["run", "--", "no-such-program"]).status, Some(127));
    let nowhere = Sandbox::nowhere();
    let output = nowhere.run(&["run", "--", "sh", "-c", "exit 5"]);
    assert_eq!(output.status, Some(5), "{output:?}");
    assert!(output.stderr.contains("no ticket was written"), "{output:?}");
}

#[test]
fn what_a_runner_prints_for_people_is_answered_with_the_command_that_writes_a_report() {
    let sandbox = Sandbox::new();
    for (printed, command) in [
        ("--- FAIL: TestPay (0.00s)\n    pay_test.go:7: want 1\nFAIL\nFAIL\tshop\t0.003s\n", "go test -json"),
        ("ok  \tshop\t0.003s\n", "go test -json"),
        (
            "running 1 test\ntest pay ... FAILED\n\nfailures:\n    pay\n\ntest result: FAILED. 0 passed\n",
            "cargo nextest",
        ),
        ("===== test session starts =====\ncollected 1 item\n\ntest_a.py F\n", "pytest --junitxml"),
        ("PASS src/a.test.js\nTests:       1 failed, 1 passed, 2 total\n", "jest-junit"),
        ("  pays\n    1) fails\n\n  0 passing (5ms)\n  1 failing\n", "mocha --reporter"),
        ("[INFO] Tests run: 3, Failures: 1\n", "target/surefire-reports"),
        ("test_a (test_u.T.test_a) ... FAIL\ntest_b (test_u.T.test_b) ... ok\n", "python -m pytest"),
        ("..\n-----\nRan 2 tests in 0.000s\n\nOK\n", "python -m pytest"),
    ] {
        for input in [&[][..], &["--input", "libtest"]] {
            sandbox.file("out.txt", printed);
            let said = sandbox.run_unwatched(&[&["ci", "report", "out.txt"], input].concat(), "").fails(1);
            assert!(said.contains("and not a report") && said.contains(command), "{printed}\n{said}");
        }
    }
    sandbox.file("tap.txt", "1..1\nok 1 - 3 examples, 0 failures\n");
    sandbox.run_unwatched(&["ci", "report", "tap.txt"], "").ok();
}

#[test]
fn who_may_resolve_nothing_reports_what_fails_all_the_same() {
    let sandbox = shop();
    sandbox.run(&["team", "add", "Lea", "--email", "lea@example.com", "--role", "lead"]).ok();
    sandbox.run(&["team", "add", "Bo", "--email", "bo@example.com", "--role", "l1"]).ok();
    sandbox.is_tampered_with();
    sandbox.shell("sed -i 's/^schema: 1$/schema: 1\\npolicy:\\n  level_by_role: enforce/' .support/config.yaml 2>/dev/null || printf 'schema: 1\\npolicy: {level_by_role: enforce}\\n' >.support/config.yaml; git add .support; git commit -qm Enforce").ok();
    let opened = report(&sandbox, &[("pays", Some("no"))], &[]);
    assert_eq!(counts(&opened), [1, 0, 0, 0, 0], "{opened}");
    change(&sandbox, "Fix");
    let arguments = ["ci", "report", "-", "--resolve-passing", "--json"];
    let said = sandbox.run_with(&arguments, junit(&[("pays", None), ("ships", Some("no"))]));
    assert!(said.stderr.contains("its tests pass, but it was not resolved: "), "{}", said.stderr);
    let answer: Value = serde_json::from_str(&said.ok()).unwrap();
    assert_eq!(counts(&answer), [1, 0, 0, 0, 1], "{answer}");
    // Also where nothing else changes.
    change(&sandbox, "More");
    let said = sandbox.run_with(&arguments, junit(&[("pays", None)]));
    assert!(said.stderr.contains("its tests pass, but it was not resolved: "), "{}", said.stderr);
}

#[test]
fn what_a_report_said_before_it_broke_off_is_filed() {
    for (tap, failed) in [
        ("1..3\nok 1 - one\nnot ok 2 - two\nBail out! db\n", 1),
        ("1..3\nnot ok 1 - one\nnot ok 2 - two\n  ---\n  message: no\n  ...\nBail out! db\n", 2),
        ("Bail out! db\n1..1\nnot ok 1 - one\n", 0),
        ("1..3\nnot ok 1 - one\n", 1),
    ] {
        let sandbox = shop();
        let said = sandbox.run_with(&["ci", "report", "-", "--input", "tap"], tap);
        assert_eq!(said.status, Some(1), "{tap}: {said:?}");
        assert_eq!(sandbox.run(&["list"]).ok().matches("fails").count(), failed, "{tap}: {said:?}");
    }
}

#[test]
fn a_number_sign_in_the_name_of_a_test_is_its_own() {
    let sandbox = shop();
    let tap = "1..9\nnot ok 1 - pays order # 1\nnot ok 2 - pays order # 2\nnot ok 3 - parses \\# and \\\\ (escaped)\n\
               not ok 4 - waits # time=3ms\nnot ok 5 - later # TODO\nnot ok 6 - slow # time=3ms # TODO later\n\
               not ok 7 - C# code\nok 8 - gone # SKIP see # 7\nnot ok 9\n";
    let said = sandbox.run_with(&["ci", "report", "-", "--json"], tap).ok();
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(counts(&answer)[0], 6, "{answer}");
    let listed = sandbox.run(&["list", "--format", "csv"]).ok();
    for name in
        ["pays order # 1", "pays order # 2", "parses # and \\ (escaped)", "waits", "C# code", "test 9"]
    {
        assert!(listed.lines().any(|line| line.contains(&format!("{name} fails"))), "{name}: {listed}");
    }
}
