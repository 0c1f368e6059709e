//! Lanes of a pipeline: a pass in one says nothing of another, and only what was seen to pass is resolved.

use crate::pipelines::{change, counts, first, junit, report, shop};
use crate::sandbox::Sandbox;

const PASSES: &[(&str, Option<&str>)] = &[("pays", None)];
const FAILS: &[(&str, Option<&str>)] = &[("pays", Some("no"))];

fn status(sandbox: &Sandbox, id: &str) -> String {
    sandbox.field(id, "status").as_str().unwrap().to_owned()
}

#[test]
fn a_pass_in_one_lane_fixes_nothing_in_another() {
    let sandbox = shop();
    let id = first(&report(&sandbox, FAILS, &["--lane", "windows"]), "opened");
    change(&sandbox, "Work");
    assert_eq!(counts(&report(&sandbox, PASSES, &["--lane", "linux", "--resolve-passing"])), [0; 5]);
    assert_eq!(status(&sandbox, &id), "new");
    // Seen in both: it has to pass in both, in whatever order.
    change(&sandbox, "Break");
    report(&sandbox, FAILS, &["--lane", "linux"]);
    change(&sandbox, "Fix");
    let linux = report(&sandbox, PASSES, &["--lane", "linux", "--resolve-passing"]);
    assert_eq!(counts(&linux), [0, 0, 0, 0, 1]);
    let windows = report(&sandbox, PASSES, &["--lane", "windows", "--resolve-passing"]);
    assert_eq!(first(&windows, "resolved"), id);
    // The range begins where it failed in that lane.
    assert!(sandbox.ticket_file(&id).contains("Passed once on main"), "{}", sandbox.ticket_file(&id));
    // A later pass elsewhere reopens nothing, and a failure of one lane does.
    change(&sandbox, "More");
    assert_eq!(counts(&report(&sandbox, FAILS, &["--lane", "windows"])), [0, 1, 0, 0, 0]);
    assert_eq!(counts(&report(&sandbox, PASSES, &["--lane", "linux", "--resolve-passing"])), [0; 5]);
}

#[test]
fn the_system_says_which_lane_it_is() {
    for variables in [
        ["GITHUB_ACTIONS=true GITHUB_REF_NAME=main GITHUB_JOB=test RUNNER_OS=", "Linux", "Windows"],
        ["GITLAB_CI=true CI_COMMIT_BRANCH=main CI_JOB_NAME=", "rspec 1/4", "rspec 2/4"],
        ["CIRCLECI=true CIRCLE_BRANCH=main CIRCLE_JOB=test CIRCLE_NODE_INDEX=", "0", "1"],
        ["BUILDKITE=true BUILDKITE_BRANCH=main BUILDKITE_LABEL=test BUILDKITE_PARALLEL_JOB=", "0", "1"],
        [
            "TF_BUILD=True BUILD_SOURCEBRANCH=refs/heads/main SYSTEM_JOBDISPLAYNAME=test AGENT_OS=",
            "Linux",
            "Darwin",
        ],
        [
            "JENKINS_URL=https://ci.example BRANCH_NAME=main JOB_NAME=shop/main STAGE_NAME=",
            "Linux",
            "Windows",
        ],
    ] {
        let [fixed, one, other] = variables;
        let sandbox = shop();
        let run = |lane: &str, tests: &[(&str, Option<&str>)]| {
            sandbox.file("report.xml", junit(tests));
            let (before, name) = fixed.rsplit_once(' ').unwrap();
            sandbox
                .shell(&format!("{before} {name}'{lane}' git support ci report --resolve-passing report.xml"))
                .ok()
        };
        run(one, FAILS);
        change(&sandbox, "Work");
        assert!(!run(other, PASSES).contains("resolved"), "{fixed}");
        assert!(run(one, PASSES).contains("resolved"), "{fixed}");
    }
}

#[test]
fn three_passes_are_three_runs_of_a_lane() {
    let sandbox = shop();
    let id = first(&report(&sandbox, FAILS, &["--lane", "a", "--run-url", "r1"]), "opened");
    change(&sandbox, "Fix");
    for lane in ["a", "b", "c"] {
        report(&sandbox, PASSES, &["--lane", lane, "--run-url", "r2", "--resolve-passing=3"]);
    }
    // The same run, told again.
    report(&sandbox, PASSES, &["--lane", "a", "--run-url", "r2", "--resolve-passing=3"]);
    assert_eq!(status(&sandbox, &id), "new");
    report(&sandbox, PASSES, &["--lane", "a", "--run-url", "r3", "--resolve-passing=3"]);
    assert_eq!(status(&sandbox, &id), "new");
    report(&sandbox, PASSES, &["--lane", "a", "--run-url", "r4", "--resolve-passing=3"]);
    assert_eq!(status(&sandbox, &id), "resolved");
}

#[test]
fn a_branch_that_has_the_failure_of_main_follows_it() {
    // Failed on main, seen on a branch of it, and fixed on main.
    let sandbox = shop();
    let id = first(&report(&sandbox, FAILS, &["--on", "main"]), "opened");
    sandbox.git(&["checkout", "-qb", "side"]);
    change(&sandbox, "Side");
    report(&sandbox, FAILS, &["--on", "side", "--branch", "main"]);
    sandbox.git(&["checkout", "-q", "main"]);
    change(&sandbox, "Fix");
    assert_eq!(first(&report(&sandbox, PASSES, &["--on", "main", "--resolve-passing"]), "resolved"), id);

    // Failed on a branch first: main, which has never had it, fixes nothing; merged, it does.
    let sandbox = shop();
    sandbox.git(&["checkout", "-qb", "side"]);
    change(&sandbox, "Break");
    let id = first(&report(&sandbox, FAILS, &["--on", "side", "--branch", "main"]), "opened");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.file("other.rs", "//\n");
    sandbox.git(&["add", "other.rs"]);
    sandbox.git(&["commit", "-qm", "Other"]);
    assert_eq!(counts(&report(&sandbox, PASSES, &["--on", "main", "--resolve-passing"])), [0; 5]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    report(&sandbox, FAILS, &["--on", "main"]);
    change(&sandbox, "Fix");
    assert_eq!(first(&report(&sandbox, PASSES, &["--on", "main", "--resolve-passing"]), "resolved"), id);
}

#[test]
fn a_flaky_test_is_not_fixed_by_one_pass() {
    for (flag, wanted) in [("--resolve-passing", 3), ("--resolve-passing=1", 2), ("--resolve-passing=4", 4)] {
        let sandbox = shop();
        let id = first(&report(&sandbox, &[("pays", Some("no")), ("pays", None)], &[]), "opened");
        assert_eq!(sandbox.field(&id, "labels")[0], "flaky", "at first sight");
        for pass in 1..=wanted {
            assert_eq!(status(&sandbox, &id), "new", "{flag}, {pass}");
            change(&sandbox, &format!("Work {pass}"));
            report(&sandbox, PASSES, &[flag]);
        }
        assert_eq!(status(&sandbox, &id), "resolved", "{flag}");
    }
    // Attempts of a test that always fails, where the plugin lists the first as if they had passed.
    let sandbox = shop();
    let id = first(&report(&sandbox, &[("pays", None), ("pays", None), ("pays", Some("no"))], &[]), "opened");
    assert_eq!(sandbox.field(&id, "labels"), serde_json::Value::Null);
}

#[test]
fn a_name_is_a_test_to_the_letter() {
    let sandbox = shop();
    let tests = [
        "color[ff0000]",
        "color[00ff00]",
        "id[123e4567-e89b-12d3-a456-426614174000]",
        "id[123e4567-e89b-12d3-a456-426614174001]",
        "opens[/srv/a1b2c3]",
        "opens[/srv/a1b2c4]",
    ];
    let failing: Vec<(&str, Option<&str>)> = tests.iter().map(|test| (*test, Some("no"))).collect();
    assert_eq!(counts(&report(&sandbox, &failing, &[]))[0], tests.len());
    change(&sandbox, "Fix one");
    let mut next = failing.clone();
    next[0].1 = None;
    assert_eq!(counts(&report(&sandbox, &next, &["--resolve-passing"])), [0, 0, tests.len() - 1, 1, 0]);
}

/// Tests of a name, numbered from one to another.
fn many(name: &str, from: usize, to: usize) -> Vec<String> {
    (from..=to).map(|number| format!("{name} {number}")).collect()
}

fn with(tests: &[String], failed: bool) -> Vec<(&str, Option<&str>)> {
    tests.iter().map(|test| (test.as_str(), failed.then_some("no"))).collect()
}

#[test]
fn each_storm_is_a_ticket_that_ends_when_its_tests_pass() {
    let sandbox = shop();
    let (first_storm, second_storm) = (many("a", 1, 30), many("b", 1, 30));
    let one = first(&report(&sandbox, &with(&first_storm, true), &[]), "opened");
    change(&sandbox, "Work");
    // Others fail: another ticket; some of the first still do: seen again.
    let other = report(&sandbox, &with(&second_storm, true), &[]);
    assert_eq!(counts(&other), [1, 0, 0, 0, 0]);
    assert_ne!(first(&other, "opened"), one);
    assert_eq!(counts(&report(&sandbox, &with(&first_storm[..5], true), &[])), [0, 0, 1, 0, 0]);
    assert!(sandbox.ticket_file(&one).contains("shop::a 30"));
    change(&sandbox, "Fix");
    // What passes beside a new storm proves nothing.
    let third = many("c", 1, 30);
    let mixed = [with(&first_storm, false), with(&third, true)].concat();
    assert_eq!(counts(&report(&sandbox, &mixed, &["--resolve-passing"])), [1, 0, 0, 0, 0]);
    let all = [with(&first_storm, false), with(&second_storm, false)].concat();
    assert_eq!(counts(&report(&sandbox, &all, &["--resolve-passing"]))[3], 2);
}

#[test]
fn a_test_that_is_gone_is_proposed_for_closing() {
    let sandbox = shop();
    let id = first(&report(&sandbox, FAILS, &["--lane", "a"]), "opened");
    for run in 1..=3 {
        change(&sandbox, &format!("Work {run}"));
        // Another lane, or a run that is not said to be complete, does not count.
        report(&sandbox, &[("adds", None)], &["--lane", "b", "--prune=3"]);
        report(&sandbox, &[("adds", None)], &["--lane", "a", "--resolve-passing"]);
        assert_eq!(sandbox.field(&id, "labels"), serde_json::Value::Null, "{run}");
        report(&sandbox, &[("adds", None)], &["--lane", "a", "--prune=3"]);
    }
    assert_eq!(sandbox.field(&id, "labels")[0], "test-gone");
    assert_eq!(status(&sandbox, &id), "new");
    let file = sandbox.ticket_file(&id);
    assert!(file.contains(&format!("git support resolve {id} --as withdrawn")), "{file}");
    // It comes back.
    report(&sandbox, FAILS, &["--lane", "a"]);
    assert_eq!(sandbox.field(&id, "labels"), serde_json::Value::Null);
}

#[test]
fn what_was_cut_off_resolves_nothing() {
    let sandbox = shop();
    let id = first(&report(&sandbox, &[("pays", Some("no")), ("adds", None)], &[]), "opened");
    change(&sandbox, "Fix");
    let whole = junit(&[("pays", None), ("adds", None)]);
    sandbox.file("cut.xml", &whole[..whole.len() - 30]);
    let cut = sandbox.run(&["ci", "report", "cut.xml", "--resolve-passing"]);
    assert!(cut.status == Some(1) && cut.stderr.contains("left out: cut.xml, line "), "{cut:?}");
    assert_eq!(status(&sandbox, &id), "new");
    // A folder with a foreign file and an empty one.
    sandbox.file("reports/a.xml", &whole);
    sandbox.file("reports/pom.xml", "<project/>");
    let foreign = sandbox.run(&["ci", "report", "reports", "--resolve-passing"]);
    assert!(
        foreign.status == Some(1) && foreign.stderr.contains("<project> is not a JUnit report"),
        "{foreign:?}"
    );
    assert_eq!(status(&sandbox, &id), "resolved", "a file of something else says nothing of the tests");
}

#[test]
fn what_passed_on_main_before_a_merge_is_no_pass_of_what_the_branch_brought() {
    let sandbox = shop();
    let passing = ["--resolve-passing"];
    // It has always passed on main, as tests do.
    report(&sandbox, PASSES, &passing);
    change(&sandbox, "More");
    report(&sandbox, PASSES, &passing);
    sandbox.git(&["switch", "-qc", "feature"]);
    change(&sandbox, "Break");
    let revision = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.git(&["switch", "-q", "main"]);
    let there = ["--build-branch", "feature", "--revision", &revision];
    let id = first(&report(&sandbox, FAILS, &there), "opened");
    assert_eq!(counts(&report(&sandbox, PASSES, &passing)), [0; 5], "main has never had it");
    sandbox.git(&["switch", "-q", "feature"]);
    change(&sandbox, "Fix");
    sandbox.git(&["switch", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-edit", "feature"]);
    assert_eq!(counts(&report(&sandbox, PASSES, &passing))[3], 1);
    assert_eq!(status(&sandbox, &id), "resolved");
    // Of a flaky one, three passes count from the merge on.
    let ships: &[(&str, Option<&str>)] = &[("ships", None)];
    for times in 0..4 {
        report(&sandbox, ships, &passing);
        change(&sandbox, &format!("Before {times}"));
    }
    sandbox.git(&["switch", "-q", "feature"]);
    sandbox.git(&["merge", "-q", "--no-edit", "main"]);
    change(&sandbox, "Break again");
    let revision = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.git(&["switch", "-q", "main"]);
    let there = ["--build-branch", "feature", "--revision", &revision];
    let id = first(&report(&sandbox, &[("ships", Some("no"))], &there), "opened");
    sandbox.run(&["edit", &id, "--label", "flaky"]).ok();
    sandbox.git(&["merge", "-q", "--no-edit", "feature"]);
    for times in 0..3 {
        assert_eq!(status(&sandbox, &id), "new", "{times}");
        change(&sandbox, &format!("Work {times}"));
        report(&sandbox, ships, &passing);
    }
    assert_eq!(status(&sandbox, &id), "resolved");
}

/// A report of an analysis: its id, whether it ran to its end, the findings as JSON.
fn sarif(category: &str, successful: bool, findings: &[&str]) -> String {
    format!(
        r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "Scan", "rules": [
            {{"id": "R1", "defaultConfiguration": {{"level": "note"}}}}, {{"id": "R2", "shortDescription": {{"text": "Do not."}}}}]}}}},
            "automationDetails": {{"id": "{category}"}}, "invocations": [{{"executionSuccessful": {successful}}}],
            "results": [{}]}}]}}"#,
        findings.join(", ")
    )
}

#[test]
fn an_analysis_is_complete_for_itself_alone() {
    let finding = r#"{"ruleId": "R2", "message": {"text": "Leak"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.c"}}}]}"#;
    let sandbox = shop();
    let read = |text: String, flags: &[&str]| -> serde_json::Value {
        let arguments = [&["ci", "report", "-", "--json"], flags].concat();
        serde_json::from_str(&sandbox.run_with(&arguments, text).ok()).unwrap()
    };
    let id = first(&read(sarif("language:c/1", true, &[finding]), &[]), "opened");
    change(&sandbox, "Work");
    let passing = ["--resolve-passing"];
    let of_file = |file: &str| {
        let targets = format!(
            "\"artifacts\": [{{\"location\": {{\"uri\": \"{file}\"}}, \"roles\": [\"analysisTarget\"]}}], \"results\""
        );
        sarif("language:c/8", true, &[]).replace("\"results\"", &targets)
    };
    // Another language, another file, a run that broke off, a suppression that was rejected: none of them fixed it.
    let rejected =
        finding.replace("\"ruleId\"", "\"suppressions\": [{\"status\": \"rejected\"}], \"ruleId\"");
    for (what, text) in [
        ("another category", sarif("language:js/2", true, &[])),
        ("another file", of_file("b.c")),
        ("rejected", sarif("language:c/4", true, &[&rejected])),
        (
            "suppressed",
            sarif(
                "language:c/5",
                true,
                &[&finding.replace("\"ruleId\"", "\"suppressions\": [{}], \"ruleId\"")],
            ),
        ),
    ] {
        read(text, &passing);
        assert_eq!(status(&sandbox, &id), "new", "{what}");
    }
    let broke_off = sarif("language:c/3", false, &[]);
    let said = sandbox.run_with(&["ci", "report", "-", "--resolve-passing"], broke_off);
    let message = "the analysis by Scan (language:c) did not run to its end";
    assert!(said.status == Some(1) && said.stderr.contains(message), "{said:?}");
    assert_eq!(status(&sandbox, &id), "new");
    // Notes by the rule's own level, one that says nothing, one that is no finding at all.
    let note = r#"{"ruleId": "R1", "message": {"text": "Style"}}"#;
    let silent = r#"{"ruleId": "R2", "locations": []}"#;
    change(&sandbox, "Fix");
    let answer = read(sarif("language:c/6", true, &[note, silent]), &passing);
    assert_eq!(counts(&answer), [1, 0, 0, 1, 0]);
    assert!(sandbox.ticket_file(&first(&answer, "opened")).contains("Do not."));
    let broken = sandbox.run_with(&["ci", "report", "-"], sarif("language:c/7", true, &["7", silent]));
    assert!(
        broken.status == Some(1) && broken.stderr.contains("1 of its findings cannot be read"),
        "{broken:?}"
    );
    // It comes back, and an analysis of its own file alone no longer finds it.
    change(&sandbox, "Break");
    read(sarif("language:c/9", true, &[finding, silent]), &passing);
    assert_eq!(status(&sandbox, &id), "in-progress");
    change(&sandbox, "Fix again");
    assert_eq!(counts(&read(of_file("a.c"), &passing))[3], 1);
    assert_eq!(status(&sandbox, &id), "resolved");
}

#[test]
fn a_unit_that_could_not_be_set_up_passes_when_its_tests_do() {
    let suite =
        |inside: &str| format!("<testsuites><testsuite name=\"shop\">{inside}</testsuite></testsuites>");
    let error = "<error message=\"no module\">E  ImportError</error>";
    for (fails, passes) in [
        // pytest: collection; unittest; JUnit 4 and 5; a class of TestNG; mocha's hook.
        (
            format!("<testcase classname=\"\" name=\"tests.test_pay\">{error}</testcase>"),
            "<testcase classname=\"tests.test_pay\" name=\"pays\"/>",
        ),
        (
            format!(
                "<testcase classname=\"unittest.suite._ErrorHolder\" name=\"setUpClass (tests.Pay)\">{error}</testcase>"
            ),
            "<testcase classname=\"tests.Pay\" name=\"pays\"/>",
        ),
        (
            format!(
                "<testcase classname=\"com.acme.PayTest\" name=\"initializationError\">{error}</testcase>"
            ),
            "<testcase classname=\"com.acme.PayTest\" name=\"pays\"/>",
        ),
        (
            format!("<testcase classname=\"com.acme.PayTest\" name=\"\">{error}</testcase>"),
            "<testcase classname=\"com.acme.PayTest\" name=\"pays\"/>",
        ),
        (
            format!(
                "<testcase classname=\"Pay\" name=\"&quot;before all&quot; hook for &quot;pays&quot;\">{error}</testcase>"
            ),
            "<testcase classname=\"Pay\" name=\"pays\"/>",
        ),
        (error.to_owned(), "<testcase classname=\"shop\" name=\"pays\"/>"),
    ] {
        let sandbox = shop();
        let read = |inside: &str| {
            sandbox.file("report.xml", suite(inside));
            sandbox.run(&["ci", "report", "report.xml", "--resolve-passing"]).ok()
        };
        assert!(read(&fails).contains("opened"), "{fails}");
        change(&sandbox, "Fix");
        let other = read("<testcase classname=\"other.Other\" name=\"works\"/>");
        let is_suite = fails.starts_with("<error");
        assert_eq!(other.contains("resolved"), is_suite, "{fails}: {other}");
        assert!(is_suite || read(passes).contains("resolved"), "{fails}");
    }
    // Go: a package that does not build.
    let sandbox = shop();
    sandbox.file("go.json", "{\"ImportPath\":\"shop\",\"Action\":\"build-output\",\"Output\":\"pay.go:1: undefined: x\\n\"}\n{\"Action\":\"fail\",\"Package\":\"shop\",\"FailedBuild\":\"shop\"}\n");
    assert!(sandbox.run(&["ci", "report", "go.json"]).ok().contains("opened"));
    change(&sandbox, "Fix");
    sandbox.file("go.json", "{\"Action\":\"run\",\"Package\":\"shop\",\"Test\":\"TestPay\"}\n{\"Action\":\"pass\",\"Package\":\"shop\",\"Test\":\"TestPay\"}\n{\"Action\":\"pass\",\"Package\":\"shop\"}\n");
    assert!(sandbox.run(&["ci", "report", "go.json", "--resolve-passing"]).ok().contains("resolved"));
}
