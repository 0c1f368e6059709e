//! Pull requests and branches in CI: whose passes count for whose failures, and which tickets a gate judges there.

use crate::pipelines::{change, junit};
use crate::sandbox::{Output, Sandbox};

pub(crate) const FAILS: &[(&str, Option<&str>)] = &[("pays", Some("no"))];
pub(crate) const PASSES: &[(&str, Option<&str>)] = &[("pays", None)];

/// A build on GitHub of what is checked out: a branch, or a request from one into main.
pub(crate) fn build(sandbox: &Sandbox, run: u32, branch: &str, is_request: bool, command: &str) -> Output {
    let reference = match is_request {
        true => format!(
            "GITHUB_REF=refs/pull/9/merge GITHUB_REF_NAME=9/merge GITHUB_HEAD_REF={branch} GITHUB_BASE_REF=main"
        ),
        false => format!("GITHUB_REF=refs/heads/{branch} GITHUB_REF_NAME={branch}"),
    };
    sandbox.shell(&format!(
        "export CI=true GITHUB_ACTIONS=true GITHUB_SERVER_URL=https://g GITHUB_REPOSITORY=o/r GITHUB_RUN_ID={run} \
         GITHUB_JOB=test GITHUB_SHA=$(git rev-parse HEAD) {reference}; {command}"
    ))
}

pub(crate) fn report(
    sandbox: &Sandbox,
    run: u32,
    branch: &str,
    is_request: bool,
    tests: &[(&str, Option<&str>)],
) -> String {
    sandbox.file("../r.xml", junit(tests));
    build(sandbox, run, branch, is_request, "git support ci report --resolve-passing ../r.xml").ok()
}

pub(crate) fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    change(&sandbox, "Break");
    sandbox
}

#[test]
fn no_request_and_no_branch_ends_what_fails_on_main() {
    for (branch, is_request) in [("evil", true), ("main", true), ("side", false)] {
        let sandbox = project();
        let said = report(&sandbox, 1, "main", false, FAILS);
        assert!(said.contains("opened"), "{said}");
        sandbox.git(&["switch", "-qc", "work"]);
        change(&sandbox, "Neuter the test");
        // It has the failure of main, passes, and fails there, too, and passes again.
        for (run, tests) in [(2, PASSES), (3, FAILS), (4, PASSES)] {
            let said = report(&sandbox, run, branch, is_request, tests);
            assert!(!said.contains("resolved"), "{branch} {is_request}: {said}");
            change(&sandbox, &format!("More {run}"));
        }
        sandbox.git(&["switch", "-q", "main"]);
        change(&sandbox, "Other work");
        assert!(report(&sandbox, 5, "main", false, FAILS).contains("repeated"));
        sandbox.run(&["check", "channel:ci"]).fails_with_gate();
        // Merged, it is fixed.
        sandbox.git(&["merge", "-q", "--no-edit", "-Xtheirs", "work"]);
        let said = report(&sandbox, 6, "main", false, PASSES);
        assert!(said.contains("resolved"), "{branch}: {said}");
    }
}

#[test]
fn what_fails_on_a_branch_alone_is_fixed_there() {
    for is_request in [true, false] {
        let sandbox = project();
        sandbox.git(&["switch", "-qc", "feature"]);
        change(&sandbox, "Break it here");
        let said = report(&sandbox, 1, "feature", is_request, FAILS);
        assert!(said.contains("opened"), "{said}");
        change(&sandbox, "Fix it here");
        let said = report(&sandbox, 2, "feature", is_request, PASSES);
        assert!(said.contains("resolved"), "{is_request}: {said}");
    }
}

#[test]
fn a_strangers_main_is_not_main() {
    let sandbox = project();
    report(&sandbox, 1, "main", false, FAILS);
    change(&sandbox, "Of a fork");
    sandbox.file("../event.json", "{\"repository\":{\"default_branch\":\"main\"},\"pull_request\":{\"head\":{\"repo\":{\"full_name\":\"eve/r\"}}}}");
    sandbox.file("../r.xml", junit(PASSES));
    let command =
        "export GITHUB_EVENT_PATH=$PWD/../event.json; git support ci report --resolve-passing ../r.xml";
    for (run, branch) in [(2, "main"), (3, "release")] {
        let said = build(&sandbox, run, branch, true, command).ok();
        assert!(!said.contains("resolved"), "{said}");
    }
    for (run, other) in [(4, "CHANGE_FORK=eve"), (5, "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH=eve/r")] {
        let command = format!("export {other}; git support ci report --resolve-passing ../r.xml");
        let said = build(&sandbox, run, "main", true, &command).ok();
        assert!(!said.contains("resolved"), "{other}: {said}");
    }
    let kept = sandbox.git(&["for-each-ref", "--format=%(refname)", "refs/support"]);
    assert!(kept.contains("refs/support/requests/eve/r/release"), "{kept}");
}

#[test]
fn what_failed_on_a_branch_that_is_gone_ends_on_the_default_branch() {
    let squash = "git merge -q --squash feature && git commit -qm Feature";
    let rebase = "git cherry-pick feature >/dev/null";
    for (taken, is_request) in [(squash, true), (squash, false), (rebase, true), ("true", true)] {
        let sandbox = project();
        sandbox.git(&["switch", "-qc", "feature"]);
        change(&sandbox, "Break it here");
        let hub = "git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q origin main feature";
        sandbox.shell(hub).ok();
        assert!(report(&sandbox, 1, "feature", is_request, FAILS).contains("opened"));
        sandbox.shell(&format!("git switch -q main; {taken}; git push -q origin main")).ok();
        change(&sandbox, "Then");
        // As long as the branch is there, its failure is.
        let said = report(&sandbox, 2, "main", false, PASSES);
        assert!(!said.contains("resolved"), "{taken}: {said}");
        sandbox.git(&["push", "-q", "origin", ":feature"]);
        // A remote that cannot be reached says nothing.
        sandbox.git(&["remote", "set-url", "origin", "/nowhere"]);
        assert!(!report(&sandbox, 3, "main", false, PASSES).contains("resolved"), "{taken}");
        sandbox.git(&["remote", "set-url", "origin", "../hub.git"]);
        change(&sandbox, "Break main");
        assert!(report(&sandbox, 4, "main", false, FAILS).contains("repeated"), "{taken}");
        change(&sandbox, "Fix");
        let said = report(&sandbox, 5, "main", false, PASSES);
        assert!(said.contains("resolved"), "{taken} {is_request}: {said}");
    }
}

#[test]
fn a_tag_and_a_fork_are_no_branches_that_are_gone() {
    for (fork, system) in [
        (false, "GITHUB_REF=refs/tags/v1 GITHUB_REF_NAME=v1 GITHUB_REF_TYPE=tag"),
        (
            true,
            "GITHUB_REF=refs/pull/9/merge GITHUB_REF_NAME=9/merge GITHUB_HEAD_REF=feature GITHUB_BASE_REF=main",
        ),
    ] {
        let sandbox = project();
        let hub = "git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q origin main";
        sandbox.shell(hub).ok();
        sandbox.shell("git switch -q --detach; echo old >old.txt; git add old.txt; git commit -qm Old -- old.txt; git tag v1; git push -q origin v1").ok();
        sandbox.file("../event.json", "{\"repository\":{\"default_branch\":\"main\"},\"pull_request\":{\"head\":{\"repo\":{\"full_name\":\"eve/r\"}}}}");
        sandbox.file("../r.xml", junit(FAILS));
        let event = if fork { "GITHUB_EVENT_PATH=$PWD/../event.json" } else { "" };
        let command = format!("export {system} {event}; git support ci report --resolve-passing ../r.xml");
        assert!(build(&sandbox, 1, "v1", false, &command).ok().contains("opened"), "{system}");
        sandbox.shell("git switch -q main").ok();
        change(&sandbox, "Then");
        for run in 2..5 {
            let said = report(&sandbox, run, "main", false, PASSES);
            assert!(!said.contains("resolved"), "{system}: {said}");
        }
    }
}

#[test]
fn the_default_branch_is_the_one_that_origin_names() {
    let sandbox = project();
    // A `main` of old is there, too.
    let hub = "git init -q --bare -b trunk ../hub.git; git push -q ../hub.git main main:trunk; \
               git init -q ../ci; cd ../ci; git config user.name CI; git config user.email ci@x.example; git remote add origin ../hub.git; \
               git fetch -q origin; git checkout -q --detach origin/trunk; echo work >work.txt; git add work.txt; git commit -qm Work; git push -q origin HEAD:refs/heads/topic";
    sandbox.shell(hub).ok();
    sandbox.file("../r.xml", junit(FAILS));
    let report = "git support ci report --resolve-passing --push ../r.xml";
    let jenkins = "cd ../ci; export CI=true JENKINS_URL=http://j BUILD_URL=http://j/$RUN";
    let request = "CHANGE_ID=7 CHANGE_BRANCH=topic BRANCH_NAME=PR-7 CHANGE_TARGET=trunk";
    let said = sandbox.shell(&format!("RUN=1; {jenkins} {request}; {report}"));
    assert!(said.stdout.contains("opened") && said.stderr.contains("written to branch 'trunk'"), "{said:?}");
    sandbox.file("../r.xml", junit(PASSES));
    let merged = "git fetch -q origin; git checkout -q --detach origin/trunk; git merge -q --no-edit origin/topic; echo fix >>work.txt; git commit -qam Fix; git push -q origin HEAD:trunk";
    let said = sandbox.shell(&format!("RUN=2; {jenkins} GIT_BRANCH=origin/trunk; {merged}; {report}"));
    assert!(said.stdout.contains("resolved"), "{said:?}");
}

#[test]
fn what_was_withdrawn_and_fails_again_is_news() {
    for ending in ["resolve ID --as withdrawn -m 'The test is gone.'", "undo"] {
        let sandbox = project();
        let said = report(&sandbox, 1, "main", false, FAILS);
        let id = &said[..10];
        sandbox.shell(&format!("git support {}", ending.replace("ID", id))).ok();
        change(&sandbox, "More");
        assert!(report(&sandbox, 2, "main", false, FAILS).contains("reopened"), "{ending}");
        sandbox.run(&["check", "channel:ci"]).fails_with_gate();
    }
}

#[test]
fn a_gate_on_a_detached_head_knows_what_the_job_wrote() {
    for variables in [
        "GITLAB_CI=true CI_COMMIT_BRANCH=main CI_COMMIT_REF_NAME=main CI_DEFAULT_BRANCH=main",
        "GITHUB_ACTIONS=true GITHUB_REF=refs/heads/main GITHUB_REF_NAME=main",
        "JENKINS_URL=http://j GIT_BRANCH=origin/main",
    ] {
        let sandbox = project();
        sandbox.run(&["new", "Other"]).ok();
        sandbox.git(&["checkout", "-q", "--detach"]);
        let run = "git support run --key build -- sh -c 'exit 2'; git support check status:open channel:ci";
        let said = sandbox.shell(&format!("export CI=true {variables}; {run}"));
        assert_eq!(said.status, Some(3), "{variables}: {said:?}");
        assert!(said.stderr.contains("on branch main at"), "{said:?}");
        let said = sandbox.shell(&format!("export CI=true {variables}; git support list"));
        assert!(said.ok().contains("failed with status 2"), "{variables}");
    }
}

#[test]
fn a_clone_of_one_branch_finds_the_branch_of_the_tickets() {
    let sandbox = project();
    let hub = "git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q -u origin main; git support init --branch tickets; \
               git support new Blocker --severity blocker; git support sync";
    sandbox.shell(hub).ok();
    sandbox.file("../r.xml", junit(FAILS));
    for (place, depth) in [("../shallow", "--depth 1"), ("../single", "")] {
        let clone = format!(
            "git init -q {place}; cd {place}; git remote add origin \"file://$OLDPWD/../hub.git\"; \
             git fetch -q {depth} origin +main:refs/remotes/origin/main; git checkout -q -B main refs/remotes/origin/main"
        );
        let said = build(&sandbox, 1, "main", false, &format!("{clone}; git support check"));
        assert_eq!(said.status, Some(3), "{place}: {said:?}");
        let said =
            build(&sandbox, 2, "main", false, &format!("cd {place}; git support ci report --push ../r.xml"));
        assert!(said.stderr.is_empty() || !said.stderr.contains("error"), "{said:?}");
        let said = sandbox
            .shell("git -C ../hub.git ls-tree -r --name-only main; git -C ../hub.git log --format=%s main")
            .ok();
        assert!(!said.contains("support"), "{place}: {said}");
        let said = sandbox
            .shell(&format!("git -C {place} rev-parse --is-shallow-repository; git -C {place} fsck"))
            .ok();
        assert_eq!(said.trim(), if depth.is_empty() { "false" } else { "true" });
    }
    sandbox.shell("git support sync; git support check channel:ci").fails_with_gate();
}

#[test]
fn a_clone_that_is_used_again_judges_the_tickets_of_today() {
    let sandbox = project();
    let hub = "git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q -u origin main; git support init --branch tickets; \
               git support new Small --severity minor; git support sync; git clone -q --single-branch ../hub.git ../ci";
    sandbox.shell(hub).ok();
    for pipeline in ["GITHUB_ACTIONS=true", "CI=true"] {
        let gate = format!("cd ../ci; export {pipeline} GIT_SUPPORT_BRANCH=tickets; git support check");
        let said = sandbox.shell(&gate);
        assert_eq!(said.status, Some(0), "{pipeline}: {said:?}");
        sandbox.shell("git support new Blocker --severity blocker; git support sync").ok();
        assert_eq!(sandbox.shell(&gate).status, Some(3), "{pipeline}");
        assert_eq!(
            sandbox.shell(&gate.replace("check", "check --all-branches")).status,
            Some(3),
            "{pipeline}"
        );
        sandbox.shell("git support resolve $(git support list severity:blocker --format csv | tail -1 | cut -c1-10) --as answered -m x; git support sync").ok();
    }
    // What cannot be reached cannot be judged; what both wrote has to be merged first.
    sandbox.shell("git support new Blocker --severity blocker; git support sync").ok();
    let ci = "cd ../ci; export GITHUB_ACTIONS=true GIT_SUPPORT_BRANCH=tickets";
    sandbox.shell(&format!("{ci}; git support new Own")).ok();
    let said = sandbox.shell(&format!("{ci}; git support check")).fails(1);
    assert!(
        said.contains("cannot evaluate the gate: tickets and origin/tickets")
            && said.contains("git support sync"),
        "{said}"
    );
    assert_eq!(sandbox.shell(&format!("{ci}; git support sync; git support check")).status, Some(3));
    let said =
        sandbox.shell(&format!("{ci}; git remote set-url origin /nowhere; git support check")).fails(1);
    assert!(
        said.contains("cannot evaluate the gate: tickets not fetched") && said.contains("--at tickets"),
        "{said}"
    );
    assert_eq!(sandbox.shell(&format!("{ci}; git support check --at tickets")).status, Some(3));
}

#[test]
fn a_branch_of_tickets_that_the_remote_no_longer_has_passes_no_gate() {
    let sandbox = project();
    let hub = "git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q -u origin main; git support init --branch tickets; \
               git support config set clocks.blocker.resolution 9d; git support new Small --severity minor --push; git clone -q ../hub.git ../ci";
    sandbox.shell(hub).ok();
    for gate in ["check", "check is:open", "sla --gate", "check --all-branches"] {
        let gate = format!("cd ../ci; export CI=true; git support {gate}");
        let said = sandbox.shell(&gate);
        assert!([Some(0), Some(3)].contains(&said.status), "{gate}: {said:?}");
        sandbox.git(&["push", "-q", "origin", ":tickets"]);
        let said = sandbox.shell(&gate).fails(1);
        assert!(said.contains("no longer has the branch 'tickets'"), "{gate}: {said}");
        sandbox.git(&["push", "-q", "origin", "tickets"]);
    }
}

#[test]
fn no_request_proposes_to_close_what_fails_on_main() {
    let sandbox = project();
    assert!(report(&sandbox, 1, "main", false, FAILS).contains("opened"));
    sandbox.git(&["switch", "-qc", "work"]);
    let label = "git support list label:test-gone --format csv | tail -n +2";
    let others = || sandbox.file("../o.xml", junit(&[("adds", None)]));
    for (branch, is_request) in [("evil", true), ("main", true), ("work", false), ("main", false)] {
        for run in 2..6 {
            others();
            change(&sandbox, &format!("More {run} of {branch}"));
            build(&sandbox, run, branch, is_request, "git support ci report --prune=2 ../o.xml").ok();
        }
        let is_proposed = !sandbox.shell(label).ok().is_empty();
        assert_eq!(is_proposed, branch == "main" && !is_request, "{branch} {is_request}");
    }
}

#[test]
fn nothing_is_written_while_git_holds_a_push_back() {
    let sandbox = project();
    sandbox.run(&["new", "Seed"]).ok();
    let hook = "git clone -q --bare . ../hub.git; \
        printf '#!/bin/sh\\ngit support new x; echo rc=$?; git support run --key lint -- false; exit 1\\n' >../hub.git/hooks/pre-receive; \
        chmod +x ../hub.git/hooks/pre-receive; git commit -q --allow-empty -m More; git push ../hub.git main";
    let said = sandbox.shell(hook);
    assert!(said.stderr.contains("inside a git hook that has not accepted the push yet"), "{said:?}");
    assert!(said.stderr.contains("rc=4"), "{said:?}");
    sandbox.shell("git -C ../hub.git fsck --strict && git -C ../hub.git log -1 main").ok();
    assert_eq!(
        sandbox.shell("git -C ../hub.git for-each-ref --format='%(refname)'").ok(),
        "refs/heads/main\n"
    );
}

#[test]
fn a_gate_is_not_stopped_by_code_that_moved_meanwhile() {
    let gitlab = "GITLAB_CI=true CI_COMMIT_BRANCH=main CI_COMMIT_REF_NAME=main CI_DEFAULT_BRANCH=main";
    for (depth, variables) in [
        ("", gitlab),
        ("--depth 1", gitlab),
        ("", "GITHUB_ACTIONS=true GIT_SUPPORT_BRANCH=main"),
        ("--depth 1", "CI=true GIT_SUPPORT_BRANCH=main"),
    ] {
        let sandbox = project();
        sandbox.run(&["new", "Seed"]).ok();
        let clone = format!(
            "git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q origin main; \
             git init -q ../ci; cd ../ci; git remote add origin \"file://$OLDPWD/../hub.git\"; \
             git fetch -q {depth} origin +main:refs/remotes/origin/main; git checkout -q --detach refs/remotes/origin/main"
        );
        sandbox.shell(&clone).ok();
        // The job writes, and does not push; somebody pushes code.
        let ci = format!("cd ../ci; export {variables}");
        let said = sandbox.shell(&format!("{ci}; git support run --key build -- sh -c 'exit 2'"));
        assert!(said.stderr.contains("support: opened"), "{variables}: {said:?}");
        change(&sandbox, "Code alone");
        sandbox.git(&["push", "-q", "origin", "main"]);
        let said = sandbox.shell(&format!("{ci}; git support check status:open channel:ci"));
        assert_eq!(said.status, Some(3), "{depth} {variables}: {said:?}");
    }
}

/// GitHub deletes the branch on which it tries requests together: what fails there is kept where everybody sees it.
#[test]
fn a_merge_queue_is_a_request() {
    let sandbox = project();
    sandbox.git(&["checkout", "-q", "-b", "gh-readonly-queue/main/pr-7-abc"]);
    sandbox.file("../r.xml", junit(FAILS));
    let said = build(&sandbox, 1, "gh-readonly-queue/main/pr-7-abc", false, "git support ci report ../r.xml");
    assert!(said.stderr.contains("tickets are written to branch 'main'"), "{said:?}");
    assert!(sandbox.git(&["ls-tree", "-r", "--name-only", "main"]).contains(".support/tickets"));
    assert!(!sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]).contains(".support"));
}

#[test]
fn the_branch_that_is_said_to_be_built_is_written_on_any_system() {
    for system in ["", "CI=true"] {
        let sandbox = project();
        sandbox.git(&["checkout", "-q", "--detach"]);
        sandbox.file("../r.xml", junit(FAILS));
        sandbox.shell(&format!("{system} git support ci report --build-branch main ../r.xml")).ok();
        assert!(sandbox.git(&["ls-tree", "-r", "--name-only", "main"]).contains(".support/tickets"));
    }
}
