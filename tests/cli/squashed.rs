//! Failures in CI across branches that the commit graph does not join: squashed, beside each other, published by another run.

use crate::pipelines::{change, junit};
use crate::sandbox::{Output, Sandbox};

const FAILS: &[(&str, Option<&str>)] = &[("pays", Some("no"))];
const PASSES: &[(&str, Option<&str>)] = &[("pays", None)];

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    change(&sandbox, "Begin");
    sandbox.run(&["init", "--branch", "tickets"]).ok();
    sandbox
}

/// A report of what is checked out, as of a branch on GitHub.
fn report(sandbox: &Sandbox, run: u32, branch: &str, tests: &[(&str, Option<&str>)]) -> Output {
    sandbox.file("../r.xml", junit(tests));
    sandbox.shell(&format!(
        "export CI=true GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://g GITHUB_REPOSITORY=o/r GITHUB_RUN_ID={run} GITHUB_JOB=test \
         GITHUB_SHA=$(git rev-parse HEAD) GITHUB_REF=refs/heads/{branch} GITHUB_REF_NAME={branch}; \
         git support ci report --resolve-passing ../r.xml"
    ))
}

#[track_caller]
fn says(output: &Output, expected: &str) {
    assert!(output.stdout.contains(expected), "not {expected}: {output:?}");
}

#[test]
fn what_passed_on_main_after_a_squash_and_fails_again_is_reopened() {
    let sandbox = project();
    sandbox.git(&["switch", "-qc", "topic"]);
    change(&sandbox, "Break");
    says(&report(&sandbox, 1, "topic", FAILS), "opened");
    change(&sandbox, "Fix");
    says(&report(&sandbox, 2, "topic", PASSES), "resolved");
    sandbox.shell("git switch -q main; git merge -q --squash topic; git commit -qm 'Topic (#1)'; git branch -qD topic").ok();
    report(&sandbox, 3, "main", PASSES).ok();
    change(&sandbox, "Break again");
    says(&report(&sandbox, 4, "main", FAILS), "reopened");
    sandbox.run(&["check", "status:open channel:ci"]).fails_with_gate();
}

#[test]
fn a_failure_of_a_branch_that_is_gone_ends_though_main_has_always_passed() {
    let sandbox = project();
    sandbox.shell("git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q origin main").ok();
    report(&sandbox, 1, "main", PASSES).ok();
    sandbox.git(&["switch", "-qc", "topic"]);
    change(&sandbox, "Break");
    sandbox.git(&["push", "-q", "origin", "topic"]);
    says(&report(&sandbox, 2, "topic", FAILS), "opened");
    sandbox.shell("git switch -q main; git merge -q --squash topic; git commit -qm 'Topic (#1)'; git push -q origin main :topic; git branch -qD topic").ok();
    change(&sandbox, "Fix");
    let said = report(&sandbox, 3, "main", PASSES);
    says(&said, "resolved");
    assert!(!said.stderr.contains("cannot determine"), "{said:?}");
    let shown =
        sandbox.shell("git support show $(git support list --all --format csv | tail -1 | cut -d, -f1)").ok();
    assert!(shown.contains("Passed once on main"), "{shown}");
}

#[test]
fn what_failed_on_two_branches_ends_when_it_passes_on_both() {
    for order in [["main", "release/1"], ["release/1", "main"]] {
        let sandbox = project();
        sandbox.git(&["branch", "release/1"]);
        let mut run = 0;
        let mut on = |branch: &str, tests| {
            run += 1;
            sandbox.git(&["checkout", "-q", branch]);
            change(&sandbox, &format!("Work {run}"));
            report(&sandbox, run, branch, tests)
        };
        says(&on(order[0], FAILS), "opened");
        says(&on(order[1], FAILS), "repeated");
        let first = on("main", PASSES);
        assert!(!first.stdout.contains("resolved"), "{first:?}");
        says(&on("release/1", PASSES), "resolved");
    }
}

#[test]
fn a_workflow_that_publishes_another_runs_results_is_of_that_run() {
    let sandbox = project();
    says(&report(&sandbox, 1, "main", FAILS), "opened");
    change(&sandbox, "Unrelated");
    sandbox.file("../r.xml", junit(PASSES));
    let publish = |run: u32, event: &str| {
        sandbox.file("../event.json", event);
        sandbox
            .shell(&format!(
                "export CI=true GITHUB_ACTIONS=true GITHUB_REPOSITORY=o/r GITHUB_RUN_ID={run} GITHUB_JOB=test GITHUB_EVENT_NAME=workflow_run \
                 GITHUB_EVENT_PATH=$PWD/../event.json GITHUB_SHA=$(git rev-parse HEAD) GITHUB_REF=refs/heads/main GITHUB_REF_NAME=main; \
                 git support ci report --resolve-passing ../r.xml"
            ))
            .ok()
    };
    let head = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let event = |kind: &str, branch: &str, repository: &str| {
        format!(
            "{{\"workflow_run\":{{\"event\":\"{kind}\",\"head_branch\":\"{branch}\",\"head_sha\":\"{head}\",\"head_repository\":{repository}}},\"repository\":{{\"full_name\":\"o/r\",\"default_branch\":\"main\"}}}}"
        )
    };
    for (run, (kind, branch, repository)) in [
        ("pull_request", "patch-1", "{\"full_name\":\"evil/r\"}"),
        ("pull_request", "main", "{\"full_name\":\"evil/r\"}"),
        ("push", "main", "{\"full_name\":\"evil/r\"}"),
        ("pull_request", "main", "null"),
        ("pull_request", "side", "{\"full_name\":\"o/r\"}"),
    ]
    .into_iter()
    .enumerate()
    {
        let said = publish(10 + u32::try_from(run).unwrap(), &event(kind, branch, repository));
        assert!(!said.contains("resolved"), "{kind} {branch} {repository}: {said}");
    }
    let said = publish(20, &event("push", "main", "{\"full_name\":\"o/r\"}"));
    assert!(said.contains("resolved"), "{said}");
}

#[test]
fn a_fork_on_buildkite_has_a_record_of_its_own() {
    let sandbox = project();
    sandbox.file("../r.xml", junit(FAILS));
    let said = sandbox.shell(
        "export CI=true BUILDKITE=true BUILDKITE_BRANCH=evil:feat BUILDKITE_PULL_REQUEST=4 BUILDKITE_PULL_REQUEST_BASE_BRANCH=main \
         BUILDKITE_PULL_REQUEST_REPO=https://github.com/evil/r.git BUILDKITE_REPO=git@github.com:o/r.git BUILDKITE_COMMIT=$(git rev-parse HEAD) \
         BUILDKITE_BUILD_URL=https://bk/1 BUILDKITE_LABEL=test; git support ci report ../r.xml",
    );
    assert!(!said.stderr.contains("warning"), "{said:?}");
    let kept = sandbox.git(&["for-each-ref", "--format=%(refname)", "refs/support/requests"]);
    assert_eq!(kept.trim(), "refs/support/requests/evil/r/feat");
}

#[test]
fn an_analysis_that_names_an_error_of_its_own_resolves_nothing() {
    let sandbox = project();
    let log = |notification: &str, result: &str| {
        let log = format!(
            "{{\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{\"name\":\"T\"}}}},\"invocations\":[{{\"executionSuccessful\":true,\
             \"toolExecutionNotifications\":[{notification}]}}],\"results\":[{result}]}}]}}"
        );
        sandbox.file("../r.sarif", log);
        change(&sandbox, &format!("After {notification}"));
        sandbox.shell("git support ci report --resolve-passing ../r.sarif").ok()
    };
    let result = "{\"ruleId\":\"E\",\"level\":\"error\",\"message\":{\"text\":\"leak\"},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"a.c\"},\"region\":{\"startLine\":1}}}]}";
    assert!(log("", result).contains("opened"));
    assert!(
        !log("{\"level\":\"error\",\"message\":{\"text\":\"could not parse a.c\"}}", "").contains("resolved")
    );
    assert!(log("{\"level\":\"note\",\"message\":{\"text\":\"done\"}}", "").contains("resolved"));
}

#[test]
fn a_pass_at_the_code_that_failed_elsewhere_does_not_count() {
    let sandbox = project();
    for run in 1..4 {
        report(&sandbox, run, "main", PASSES).ok();
    }
    // The same commit fails as a nightly build.
    says(&report(&sandbox, 4, "nightly", FAILS), "opened");
    report(&sandbox, 5, "main", PASSES).ok();
    change(&sandbox, "Fix");
    let said = report(&sandbox, 6, "main", PASSES);
    let shown =
        sandbox.shell("git support show $(git support list --all --format csv | tail -1 | cut -d, -f1)").ok();
    assert!(!shown.contains("Passed 5 times"), "{said:?} {shown}");
}
