//! What CI builds, and what that makes of results and gates: jobs of one name, a checkout that is not the event's, an old run,
//! a fork, a tag, a folder that a branch brings along.

use crate::pipelines::{change, counts, junit, shop};
use crate::requests::{FAILS, PASSES, build, project, report};
use crate::sandbox::{Output, Sandbox};

/// A report of a system that says so of itself.
fn reported(sandbox: &Sandbox, variables: &str, tests: &[(&str, Option<&str>)]) -> Output {
    sandbox.file("../r.xml", junit(tests));
    sandbox.shell(&format!("export CI=true {variables}; git support ci report --resolve-passing ../r.xml"))
}

#[test]
fn a_pass_says_nothing_of_a_job_of_the_same_name_elsewhere() {
    let github = "GITHUB_ACTIONS=true GITHUB_REF=refs/heads/main GITHUB_REF_NAME=main GITHUB_JOB=test GITHUB_SHA=$(git rev-parse HEAD)";
    let azure = "TF_BUILD=True BUILD_SOURCEBRANCH=refs/heads/main BUILD_SOURCEVERSION=$(git rev-parse HEAD) SYSTEM_JOBDISPLAYNAME=Job";
    let buildkite =
        "BUILDKITE=true BUILDKITE_BRANCH=main BUILDKITE_COMMIT=$(git rev-parse HEAD) BUILDKITE_LABEL=test";
    for (system, run, one, other) in [
        (github, "GITHUB_RUN_ID", "GITHUB_WORKFLOW=nightly", "GITHUB_WORKFLOW=ci"),
        (azure, "BUILD_BUILDID", "BUILD_DEFINITIONNAME=nightly", "BUILD_DEFINITIONNAME=ci"),
        (azure, "BUILD_BUILDID", "SYSTEM_STAGENAME=nightly", "SYSTEM_STAGENAME=ci"),
        (buildkite, "BUILDKITE_BUILD_ID", "BUILDKITE_PIPELINE_SLUG=nightly", "BUILDKITE_PIPELINE_SLUG=ci"),
    ] {
        let sandbox = project();
        let opened = reported(&sandbox, &format!("{system} {run}=1 {one}"), FAILS).ok();
        assert!(opened.contains("opened"), "{system}: {opened}");
        change(&sandbox, "Other work");
        let passed = reported(&sandbox, &format!("{system} {run}=2 {other}"), PASSES).ok();
        assert!(!passed.contains("resolved"), "{system} {other}: {passed}");
        let passed = reported(&sandbox, &format!("{system} {run}=3 {one}"), PASSES).ok();
        assert!(passed.contains("resolved"), "{system} {one}: {passed}");
    }
}

#[test]
fn results_are_of_what_is_checked_out() {
    let sandbox = project();
    report(&sandbox, 1, "main", false, FAILS);
    sandbox.git(&["switch", "-qc", "patch"]);
    change(&sandbox, "Fix it");
    sandbox.git(&["switch", "-q", "main"]);
    change(&sandbox, "Other work");
    let main = sandbox.git(&["rev-parse", "HEAD"]);
    // A job for a comment runs for main, and tests the request.
    sandbox.git(&["switch", "-q", "--detach", "patch"]);
    let said = format!(
        "GITHUB_ACTIONS=true GITHUB_EVENT_NAME=issue_comment GITHUB_REF=refs/heads/main GITHUB_REF_NAME=main GITHUB_RUN_ID=2 GITHUB_JOB=test GITHUB_SHA={}",
        main.trim()
    );
    let passed = reported(&sandbox, &said, PASSES);
    assert!(passed.stderr.contains("is checked out, not"), "{}", passed.stderr);
    assert!(!passed.ok().contains("resolved"));
    let failed = reported(&sandbox, &said, &[("sells", Some("no"))]).ok();
    let id = failed.split(' ').next().unwrap();
    let shown = sandbox.run(&["--branch", "main", "show", id]).ok();
    assert!(shown.contains("seen on HEAD") && !shown.contains(main.get(..10).unwrap()), "{shown}");
    // An older commit of the branch is of the branch; so is what was committed on top.
    for name in ["main~1", "main"] {
        sandbox.git(&["switch", "-q", "--detach", name]);
        let passed = reported(&sandbox, &said, &[("buys", None)]);
        assert!(!passed.stderr.contains("is checked out, not"), "{name}: {}", passed.stderr);
    }
}

#[test]
fn an_old_run_that_is_made_again_is_no_regression() {
    let sandbox = project();
    let old = sandbox.git(&["rev-parse", "HEAD"]);
    report(&sandbox, 1, "main", false, FAILS);
    change(&sandbox, "Fix it");
    assert!(report(&sandbox, 2, "main", false, PASSES).contains("resolved"));
    sandbox.file("../r.xml", junit(FAILS));
    let again = format!("git support ci report --revision {} ../r.xml", old.trim());
    let again = build(&sandbox, 3, "main", false, &again).ok();
    assert!(again.contains("repeated") && !again.contains("reopened"), "{again}");
    change(&sandbox, "Break it");
    assert!(report(&sandbox, 4, "main", false, FAILS).contains("reopened"));
}

#[test]
fn what_a_fork_breaks_reopens_nothing() {
    let sandbox = project();
    let azure = "TF_BUILD=True SYSTEM_JOBDISPLAYNAME=test";
    let main = |run: u32| format!("{azure} BUILD_BUILDID={run} BUILD_SOURCEBRANCH=refs/heads/main");
    let request = |run: u32, owner: &str| {
        format!(
            "{azure} BUILD_BUILDID={run} BUILD_SOURCEBRANCH=refs/pull/7/merge SYSTEM_PULLREQUEST_ISFORK=True \
             SYSTEM_PULLREQUEST_SOURCEBRANCH=refs/heads/patch SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main \
             SYSTEM_PULLREQUEST_PULLREQUESTID=7 SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI=https://g.example/{owner}/r.git"
        )
    };
    reported(&sandbox, &main(1), FAILS).ok();
    change(&sandbox, "Fix it");
    assert!(reported(&sandbox, &main(2), PASSES).ok().contains("resolved"));
    sandbox.git(&["switch", "-qc", "patch"]);
    change(&sandbox, "Break it there");
    let failed = reported(&sandbox, &request(3, "eve"), FAILS).ok();
    assert!(failed.contains("repeated"), "{failed}");
    let own = [("sells", Some("no"))];
    assert!(reported(&sandbox, &request(4, "eve"), &own).ok().contains("opened"));
    // Another fork's branch of that name is another branch.
    change(&sandbox, "Repair it elsewhere");
    let passed = reported(&sandbox, &request(5, "bob"), &[("sells", None)]).ok();
    assert!(!passed.contains("resolved"), "{passed}");
    let passed = reported(&sandbox, &request(6, "eve"), &[("sells", None)]).ok();
    assert!(passed.contains("resolved"), "{passed}");
    // Once it is merged, it is the project's.
    sandbox.git(&["switch", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-edit", "patch"]);
    assert!(reported(&sandbox, &main(7), FAILS).ok().contains("reopened"));
}

#[test]
fn a_branch_that_is_gone_is_in_no_other_ones_way() {
    let sandbox = project();
    for name in ["feat", "feat/login", "release/1.x/a", "release/1.x"] {
        sandbox.git(&["switch", "-qc", name]);
        sandbox.file("../r.xml", junit(PASSES));
        let said = build(&sandbox, 1, name, false, "git support ci report ../r.xml");
        assert!(!said.stderr.contains("warning"), "{name}: {}", said.stderr);
        sandbox.git(&["switch", "-q", "main"]);
        sandbox.git(&["branch", "-qD", name]);
    }
}

/// A project whose tickets, a blocker among them, are on a branch of their own; and a clone of it as CI makes one.
fn apart() -> Sandbox {
    let mut sandbox = Sandbox::nowhere();
    sandbox
        .shell(
            "set -e; git init -q -b main .; echo 1 >code; git add .; git commit -qm Begin; git clone -q --bare . ../hub.git; \
             git remote add origin ../hub.git; git push -q -u origin main; git support init -q --branch tickets; \
             git support new Pay --severity blocker; git support sync -q; git clone -q ../hub.git ../ci",
        )
        .ok();
    sandbox.enter(&sandbox.root().join("ci"));
    sandbox
}

#[test]
fn what_a_branch_brings_along_hides_no_tickets() {
    for brought in [
        "mkdir .support; echo x >.support/README",
        "git read-tree --prefix=.support/ origin/tickets:.support; git rm -qr --cached .support/tickets; git checkout -q -- .support",
        "mkdir -p .support/tickets; echo x >.support/tickets/x.yaml",
        "mkdir .support; echo 'branch: main' >.support/config.yaml",
    ] {
        let sandbox = apart();
        let script = format!(
            "set -e; git switch -qc side; {brought}; git add -A .support; git commit -qm Innocent || true; \
             git push -q origin HEAD:refs/pull/7/merge; git switch -q --detach; git branch -qD side"
        );
        sandbox.shell(&script).ok();
        for command in ["git support check", "git fetch -q --unshallow 2>/dev/null; git support check"] {
            let request = build(&sandbox, 1, "side", true, command);
            assert_eq!(request.status, Some(3), "{brought}: {request:?}");
            let pushed = build(&sandbox, 1, "side", false, command);
            assert_eq!(pushed.status, Some(3), "{brought}: {pushed:?}");
        }
        sandbox.file("../r.xml", junit(FAILS));
        build(&sandbox, 1, "side", true, "git support ci report --push ../r.xml").ok();
        let main =
            sandbox.shell("git ls-tree --name-only origin/main; git support list --branch tickets").ok();
        assert!(main.starts_with("code\n") && main.contains("pays"), "{brought}: {main}");
    }
}

#[test]
fn a_gate_of_the_past_wants_tickets_there() {
    let sandbox = apart();
    let stderr = sandbox.run(&["check", "--at", "main"]).fails(1);
    assert!(stderr.contains("has no .support"), "{stderr}");
    sandbox.run(&["check", "--at", "origin/tickets"]).fails_with_gate();
}

#[test]
fn a_gate_on_a_tag_or_a_request_sees_what_its_job_has_written() {
    let tag = "GITHUB_REF=refs/tags/v1 GITHUB_REF_NAME=v1";
    let request = "GITHUB_REF=refs/pull/7/merge GITHUB_HEAD_REF=side GITHUB_BASE_REF=main";
    for variables in [tag, request, ""] {
        let mut sandbox = project();
        sandbox.run(&["init"]).ok();
        sandbox.shell("git tag v1 && git clone -q --bare . ../hub.git && git clone -q ../hub.git ../ci").ok();
        sandbox.enter(&sandbox.root().join("ci"));
        sandbox.git(&["switch", "-q", "--detach", "v1"]);
        let variables = match variables {
            "" => "GITLAB_CI=true CI_COMMIT_TAG=v1 CI_COMMIT_REF_NAME=v1 CI_DEFAULT_BRANCH=main CI_JOB_NAME=test".to_owned(),
            of => format!("GITHUB_ACTIONS=true GITHUB_JOB=test {of}"),
        };
        let gate = || sandbox.shell(&format!("export CI=true {variables}; git support check"));
        assert_eq!(gate().status, Some(0), "{variables}");
        sandbox.file("../r.xml", junit(FAILS));
        let line =
            format!("export CI=true {variables}; git support ci report --severity blocker --push ../r.xml");
        sandbox.shell(&line).ok();
        assert_eq!(gate().status, Some(3), "{variables}");
    }
}

#[test]
fn a_request_ends_nothing_by_what_its_commits_say() {
    let sandbox = project();
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["switch", "-qc", "side"]);
    change(&sandbox, &format!("Tidy\n\nResolves-Ticket: {id}"));
    for command in ["git support scan", "git support scan --branch main", "git support scan main..HEAD"] {
        let said = build(&sandbox, 1, "side", true, command);
        assert!(said.stderr.contains("count once they are merged"), "{}", said.stderr);
        assert!(!said.ok().contains("resolve"));
    }
    sandbox.git(&["switch", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    assert!(build(&sandbox, 2, "main", false, "git support scan").ok().contains("resolve"));
}

#[test]
fn a_test_of_the_same_name_in_another_file_or_suite_mends_nothing() {
    // Two suites, or two files, of one report, each with a test of one name.
    for [one, other] in [
        [
            "<testsuite name=\"s1\"><testcase classname=\"m\" name=\"dup\"",
            "<testsuite name=\"s2\"><testcase classname=\"m\" name=\"dup\"",
        ],
        [
            "<testsuite name=\"s\"><testcase classname=\"m\" name=\"dup\" file=\"a.py\"",
            "<testsuite name=\"s\"><testcase classname=\"m\" name=\"dup\" file=\"b.py\"",
        ],
    ] {
        let report = |cases: &[(&str, bool)]| {
            let case = |(begin, fails): &(&str, bool)| {
                let body = if *fails { "><failure message=\"boom\"/></testcase>" } else { "/>" };
                format!("{begin}{body}</testsuite>")
            };
            format!("<testsuites>{}</testsuites>", cases.iter().map(case).collect::<String>())
        };
        for file in ["-", "r.xml"] {
            let sandbox = shop();
            let taken = |text: String| {
                change(&sandbox, &format!("Change {}", text.len()));
                sandbox.file("r.xml", &text);
                let arguments = ["ci", "report", file, "--json", "--resolve-passing"];
                serde_json::from_str::<serde_json::Value>(&sandbox.run_with(&arguments, &text).ok()).unwrap()
            };
            assert_eq!(counts(&taken(report(&[(one, true), (other, false)]))), [1, 0, 0, 0, 0]);
            assert_eq!(counts(&taken(report(&[(other, false)])))[3], 0, "{one} {file}");
            assert_eq!(counts(&taken(report(&[(one, true), (other, false)])))[2], 1, "{one} {file}");
            assert_eq!(counts(&taken(report(&[(one, false), (other, false)])))[3], 1, "{one} {file}");
        }
    }
}
