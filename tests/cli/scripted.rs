//! What scripts and pipelines rely on: reports that say less than they seem to, answers that cannot be given, logs.

use crate::pipelines::{change, counts, first, shop};
use crate::sandbox::Sandbox;

const FAILS: &str = "<testcase classname='c' name='t'><failure message='b'/></testcase>";

fn report(sandbox: &Sandbox, cases: &str, more: &[&str]) -> serde_json::Value {
    let text = format!("<testsuite name='s'>{cases}</testsuite>");
    let arguments = [&["ci", "report", "-", "--json", "--resolve-passing"], more].concat();
    serde_json::from_str(&sandbox.run_with(&arguments, text).ok()).unwrap()
}

#[test]
fn a_state_that_nobody_knows_is_no_pass() {
    let failed = [
        "status='timeout'",
        "result='aborted'",
        "status='Broken'",
        "success='false'",
        "status='interrupted'",
    ];
    let silent = [
        "status='pending'",
        "result='inconclusive'",
        "status='incomplete'",
        "status='whatever'",
        "executed='false'",
    ];
    let passed =
        ["", "status='run' result='completed'", "result='Pass'", "status='PASSED'", "success='true'"];
    for (states, expected) in [(&failed[..], [0, 0, 1, 0, 0]), (&silent, [0; 5]), (&passed, [0, 0, 0, 1, 0])]
    {
        for state in states {
            let sandbox = shop();
            report(&sandbox, FAILS, &[]);
            change(&sandbox, "Fix");
            let said = report(&sandbox, &format!("<testcase classname='c' name='t' {state}/>"), &[]);
            assert_eq!(counts(&said), expected, "{state}");
        }
    }
    // Elements in other letters, and of older tools.
    let sandbox = shop();
    report(&sandbox, FAILS, &[]);
    change(&sandbox, "Fix");
    for inside in ["<Failure message='b'/>", "<ignored/>", "<ERROR/>"] {
        let said = report(&sandbox, &format!("<testcase classname='c' name='t'>{inside}</testcase>"), &[]);
        assert_eq!(counts(&said)[3], 0, "{inside}");
    }
}

#[test]
fn a_report_that_counts_more_than_it_names_resolves_nothing() {
    for (suite, resolves) in [
        ("<testsuite name='s' tests='3' failures='2'>", false),
        ("<testsuites failures='1' errors='1'><testsuite name='s'>", false),
        ("<testsuite name='s' tests='3' failures='1'>", true),
    ] {
        let sandbox = shop();
        report(&sandbox, FAILS, &[]);
        change(&sandbox, "Fix");
        let end = if suite.starts_with("<testsuites") { "</testsuite></testsuites>" } else { "</testsuite>" };
        let text = format!(
            "{suite}<testcase classname='c' name='t'/><testcase classname='c' name='u'><failure message='q'/></testcase><testcase classname='c' name='v'/>{end}"
        );
        let said = sandbox.run_with(&["ci", "report", "-", "--resolve-passing"], text);
        assert_eq!(said.stdout.contains("resolved"), resolves, "{said:?}");
        assert_eq!(
            said.stderr.contains("declares 2 failures, and names 1; nothing is resolved"),
            !resolves,
            "{said:?}"
        );
    }
}

#[test]
fn a_failure_without_a_message_is_told_by_what_it_says() {
    let sandbox = shop();
    let phpunit = "<testcase classname='Tests\\PayTest' name='testPays'><failure type='PHPUnit\\Framework\\ExpectationFailedException'>Tests\\PayTest::testPays\nFailed asserting that 502 matches expected 200.\n\n/app/tests/PayTest.php:12</failure></testcase>";
    report(&sandbox, phpunit, &[]);
    let listed = sandbox.run(&["list"]).ok();
    assert!(listed.contains("Failed asserting that 502"), "{listed}");
    // Nothing but a type.
    report(
        &sandbox,
        "<testcase classname='c' name='bare'><error type='java.io.IOException'/></testcase>",
        &[],
    );
    assert!(sandbox.run(&["list"]).ok().contains("java.io.IOException"));
}

#[test]
fn what_is_no_output_of_go_is_refused() {
    let sandbox = shop();
    let said = sandbox.run_with(&["ci", "report", "-", "--input", "go"], "<testsuite/>\nnothing\n").fails(1);
    assert!(said.contains("is not the output of go test -json"), "{said}");
}

#[test]
fn a_form_that_no_answer_has_is_refused_before_anything_is_changed() {
    let sandbox = shop();
    let id = sandbox.ticket("T");
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.file("../r.xml", format!("<testsuite name='s'>{FAILS}</testsuite>"));
    for line in [
        "new x --format junit",
        "comment ID -m x --format sarif",
        "resolve ID --as answered -m x --format github",
        "undo --format junit",
        "team add A --email a@b.example --format github",
        "ci report ../r.xml --format csv",
        "ci report ../r.xml --format markdown",
        "ci report ../r.xml --format junit",
        "sync --format csv",
    ] {
        let said = sandbox.shell(&format!("git support {}", line.replace("ID", &id)));
        assert_eq!(said.status, Some(2), "{line}: {said:?}");
        assert!(said.stderr.contains("this output is not available as"), "{line}: {said:?}");
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before, "{line}");
    }
    sandbox.run(&["doctor", "--repair", "--format", "junit"]).ok();
    // What was made, and cannot be told, says so.
    for line in ["new x", "comment ID -m y", "new z --json"] {
        let said = sandbox.shell(&format!("git support {} >/dev/full", line.replace("ID", &id)));
        assert!(said.status == Some(1) && said.stderr.contains("the commit is on the branch"), "{said:?}");
    }
    let said = sandbox.shell("git support list >/dev/full");
    assert!(said.status == Some(1) && !said.stderr.contains("the commit"), "{said:?}");
    let said = sandbox.run(&["show", "--json"]).fails(2);
    assert!(said.contains("were not provided: <ID>"), "{said}");
}

#[test]
fn a_rehearsal_of_a_report_leaves_no_trace() {
    let sandbox = shop();
    let passes = "<testcase classname='c' name='t'/>";
    let text = format!("<testsuite name='s'>{passes}</testsuite>");
    sandbox.run_with(&["ci", "report", "-", "--dry-run"], text).ok();
    assert_eq!(sandbox.git(&["for-each-ref", "refs/support"]), "");
    let id = first(&report(&sandbox, FAILS, &[]), "opened");
    assert_eq!(sandbox.field(&id, "labels"), serde_json::Value::Null, "flaky by a run that was none");
}

#[test]
fn a_command_in_another_folder_is_another_command() {
    let sandbox = shop();
    let run = |folder: &str, status: u32, more: &str| {
        let line = format!(
            "mkdir -p {folder}; cd {folder}; git support run {more} -- sh -c 'exit $(cat ../{folder}.status)'"
        );
        sandbox.file(&format!("{folder}.status"), status.to_string());
        sandbox.shell(&line).stderr
    };
    let opened =
        |said: String| said.split("opened ").nth(1).unwrap_or_else(|| panic!("{said}")).trim().to_owned();
    let (a, b) = (opened(run("a", 2, "")), opened(run("b", 3, "")));
    assert_ne!(a, b);
    assert!(sandbox.run(&["show", &a]).ok().contains("failed with status 2 in a"));
    change(&sandbox, "Fix");
    assert!(run("a", 0, "--resolve").contains(&format!("resolved {a}")));
    assert_eq!(sandbox.field(&b, "status"), "new");
}

#[test]
fn what_a_ticket_says_is_no_command_of_a_log() {
    let sandbox = shop();
    let description = "::error file=x::owned\n  ::stop-commands::x\n##[group]a\n##teamcity[buildStop]";
    let id = sandbox.run(&["new", "Fails ##vso[task.complete]", "-m", description]).ok().trim().to_owned();
    for variables in ["CI=true", "TF_BUILD=True", "TEAMCITY_VERSION=2026"] {
        let said = sandbox.shell(&format!(
            "export {variables}; git support show {id}; git support list; git support check is:open"
        ));
        let all = format!("{}{}", said.stdout, said.stderr);
        let is_command = |line: &str| line.trim_start().starts_with("::");
        assert!(!all.contains("##vso[") && !all.contains("##[") && !all.contains("##teamcity["), "{all}");
        assert!(!all.lines().any(is_command), "{all}");
    }
    assert!(sandbox.run(&["show", &id]).ok().contains("##vso["));
}

#[test]
fn what_lacks_one_or_the_other() {
    let sandbox = Sandbox::new();
    sandbox.run(&["new", "A", "--severity", "major"]).ok();
    sandbox.run(&["new", "B", "--assignee", "me"]).ok();
    sandbox.run(&["new", "C", "--assignee", "me", "--severity", "minor"]).ok();
    let count = |query: &str| sandbox.run(&["list", query, "--format", "ndjson"]).ok().lines().count();
    for (query, expected) in [
        ("no:assignee,severity", 2),
        ("no:assignee OR no:severity", 2),
        ("no:assignee no:severity", 0),
        ("-no:assignee,severity", 1),
        ("has:assignee,severity", 3),
        ("-has:assignee,severity", 0),
    ] {
        assert_eq!(count(query), expected, "{query}");
    }
}

/// Reports of one run, each a file; what became of the tickets.
fn run_of(sandbox: &Sandbox, reports: &[(&str, &str)]) -> serde_json::Value {
    sandbox.shell("rm -rf ../reports").ok();
    for (name, text) in reports {
        sandbox.file(&format!("../reports/{name}"), text);
    }
    let names: Vec<String> = reports.iter().map(|(name, _)| format!("../reports/{name}")).collect();
    let said = sandbox.shell(&format!("git support ci report --json --resolve-passing {}", names.join(" ")));
    serde_json::from_str(&said.ok()).unwrap()
}

#[test]
fn a_pass_of_the_same_name_in_another_report_ends_nothing() {
    let junit = |inside: &str| {
        format!("<testsuite name='C'><testcase classname='C' name='x'>{inside}</testcase></testsuite>")
    };
    let (fails, passes) = (junit("<failure message='A'/>"), junit(""));
    let (not_ok, ok) = ("1..1\nnot ok 1 - works\n".to_owned(), "1..1\nok 1 - works\n".to_owned());
    for (one, other, bad, good) in
        [("m1/T.xml", "m2/T.xml", &fails, &passes), ("a.tap", "b.tap", &not_ok, &ok)]
    {
        let sandbox = shop();
        let said = run_of(&sandbox, &[(one, bad), (other, good)]);
        let id = first(&said, "opened");
        for step in 0..3 {
            change(&sandbox, &format!("Work {step}"));
            assert_eq!(counts(&run_of(&sandbox, &[(other, good)]))[3], 0, "{one}");
        }
        assert_eq!(sandbox.field(&id, "labels"), serde_json::Value::Null, "flaky by another test");
        change(&sandbox, "Fix");
        assert_eq!(counts(&run_of(&sandbox, &[(one, good), (other, good)]))[3], 1, "{one}");
        // Both fail: both have to pass.
        change(&sandbox, "Break");
        run_of(&sandbox, &[(one, bad), (other, bad)]);
        change(&sandbox, "Half");
        assert_eq!(counts(&run_of(&sandbox, &[(one, good)]))[3], 0, "{one}");
        assert_eq!(counts(&run_of(&sandbox, &[(one, good), (other, good)]))[3], 1, "{one}");
        sandbox.run(&["audit"]).ok();
    }
}

#[test]
fn attempts_of_one_report_are_one_report() {
    let case = |inside: &str| {
        format!("<testsuite name='C'><testcase classname='C' name='x'>{inside}</testcase></testsuite>")
    };
    let (fails, passes) = (case("<failure message='A'/>"), case(""));
    let sandbox = shop();
    run_of(&sandbox, &[("attempt-1.xml", &fails), ("attempt-2.xml", &fails)]);
    change(&sandbox, "Fix");
    assert_eq!(counts(&run_of(&sandbox, &[("attempt-1.xml", &passes)]))[3], 1);
}

#[test]
fn the_words_of_the_team_are_nobody_elses() {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Pat Moe", "--email", "pat@x.example", "--role", "product-owner"]).ok();
    let id = sandbox.run(&["new", "Bug", "--reporter", "Kim Roe <kim@c.example>"]).ok().trim().to_owned();
    sandbox.run(&["pend", &id, "-m", "?"]).ok();
    for who in ["Pat Moe <pat@x.example>", "pat@x.example", "Pat Moe"] {
        let said = sandbox.run(&["comment", &id, "--from", who, "-m", "I agree."]).fails(1);
        assert!(
            said.contains("is on the team, and no customer") && said.contains("in your own words"),
            "{said}"
        );
    }
    sandbox.run(&["comment", &id, "-m", "Pat agrees, on the phone."]).ok();
    assert_eq!(sandbox.field(&id, "status"), "pending");
    // Of a ticket that they reported, they are the customer.
    let own = sandbox.run(&["new", "Mine", "--reporter", "Pat Moe <pat@x.example>"]).ok().trim().to_owned();
    sandbox.run(&["comment", &own, "--from", "pat@x.example", "-m", "It works."]).ok();
    sandbox.run(&["comment", &id, "--from", "Lee <lee@c.example>", "-m", "Same here."]).ok();
}

#[test]
fn a_resolution_is_corrected_as_the_hint_says() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    let id = sandbox.run(&["new", "Bug"]).ok().trim().to_owned();
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "x"]).ok();
    let said = sandbox.run(&["edit", &id, "--resolution", "fixed"]).fails(1);
    let hint = said.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap_or_default();
    assert_eq!(hint, format!("git support edit {id} --resolution fixed --commit COMMIT"));
    sandbox.shell("echo fix >fix.txt; git add fix.txt; git commit -qm Fix").ok();
    sandbox.shell(&hint.replace("COMMIT", "HEAD")).ok();
    assert_eq!(sandbox.field(&id, "resolution"), "fixed");
}

#[test]
fn a_ticket_that_is_fetched_and_not_merged_is_reached_as_the_hint_says() {
    let sandbox = Sandbox::new();
    sandbox.shell("git stash -qu; git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q -u origin main; git clone -q ../hub.git ../other").ok();
    let new = "cd ../other; git config user.name Bo; git config user.email bo@x.example; git support new There; git push -q origin main";
    let id = sandbox.shell(new).ok().lines().last().unwrap_or_default()[..10].to_owned();
    sandbox.git(&["fetch", "-q"]);
    let said = sandbox.run(&["show", &id]).fails(1);
    assert!(said.contains("it is on origin/main") && said.contains("hint: git support sync"), "{said}");
    sandbox.run(&["sync"]).ok();
    sandbox.run(&["show", &id]).ok();
}

#[test]
fn a_line_that_pends_asks_again_when_the_command_would() {
    let sandbox = Sandbox::new();
    let [one, other] = ["One", "Other"].map(|title| sandbox.run(&["new", title]).ok().trim().to_owned());
    sandbox.run(&["pend", &one, "-m", "?"]).ok();
    let line = serde_json::json!({"op": "pend", "id": other, "note": "?"}).to_string();
    sandbox.run_unwatched(&["batch"], &line).ok();
    let day =
        |id: &str| sandbox.field(id, "deferral")["follow_up"].as_str().unwrap_or_default()[..10].to_owned();
    assert_eq!(day(&one), day(&other));
}

#[test]
fn a_period_before_an_end_is_counted_from_that_end() {
    let sandbox = Sandbox::new();
    sandbox.run(&["new", "One"]).ok();
    let report = |options: &str| {
        sandbox
            .shell(&format!(
                "export GIT_SUPPORT_NOW=2026-04-02T10:00:00Z; git-support report --json {options}"
            ))
            .ok()
    };
    let said = report("--from 90d --to 2026-03-20");
    assert!(
        said.contains("\"from\":\"2025-12-21T00:00:00Z\"")
            || said.contains("\"from\": \"2025-12-21T00:00:00Z\""),
        "{said}"
    );
    report("--from 7d --to 2026-03-20");
}

#[test]
fn a_wait_for_a_vendor_that_is_entered_again_keeps_its_case_and_its_time() {
    let sandbox = Sandbox::new();
    sandbox.run(&["vendor", "add", "pay", "--email", "v@p.example"]).ok();
    let id = sandbox
        .run(&["new", "T", "--level", "2", "--requirements", "r", "--troubleshooting", "t"])
        .ok()
        .trim()
        .to_owned();
    sandbox.run(&["defer", &id, "--vendor", "pay", "--case", "PG-5512", "--follow-up", "2026-12-24"]).ok();
    sandbox.run(&["defer", &id, "--vendor", "pay", "--follow-up", "2026-12-27"]).ok();
    let wait = || sandbox.field(&id, "deferral");
    assert_eq!(wait()["case"], "PG-5512");
    sandbox.run(&["defer", &id, "--vendor", "pay", "--case", "PG-7"]).ok();
    assert_eq!(
        (wait()["case"].as_str(), wait()["follow_up"].as_str()),
        (Some("PG-7"), Some("2026-12-27T00:00:00Z"))
    );
    // Another vendor's wait is another.
    sandbox.run(&["vendor", "add", "other", "--email", "o@p.example"]).ok();
    sandbox.run(&["defer", &id, "--vendor", "other"]).ok();
    assert!(wait()["case"].is_null());
}

#[test]
fn a_handover_has_the_question_its_answer_and_why_it_came_back() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "T", "--reporter", "Kim <k@c.example>"]).ok().trim().to_owned();
    sandbox.run(&["pend", &id, "-m", "Which browser?"]).ok();
    sandbox.run(&["comment", &id, "--from", "customer", "-m", "Firefox."]).ok();
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "Clear the cache."]).ok();
    sandbox.run(&["reopen", &id, "-m", "It came back."]).ok();
    let said = sandbox.run(&["handover", &id]).ok();
    for words in ["Which browser?", "Firefox.", "Clear the cache.", "It came back."] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // On a page, the customer's words are the customer's.
    let site = sandbox.shell("git support report --html ../site >/dev/null; cat ../site/tickets/*.html").ok();
    let answer =
        site.split("Firefox.").next().and_then(|before| before.rsplit("<li>").next()).unwrap_or_default();
    assert!(answer.contains("the customer") && !answer.contains("Dana"), "{answer}");
}

#[test]
fn the_clocks_of_a_word_are_those_of_the_tickets_that_have_it() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.critical.response", "30m"]).ok();
    sandbox.run(&["new", "VAT and bank payment fails", "--severity", "critical"]).ok();
    for word in ["payment", "vat", "bank"] {
        assert!(sandbox.run(&["sla", word]).ok().contains("response"), "{word}");
    }
    assert!(sandbox.run(&["sla", "nobody"]).fails(1).contains("no ticket has the ID or the words"));
    assert!(sandbox.run(&["sla", "zzzz"]).fails(1).contains("no ticket has the ID or the words"));
}
