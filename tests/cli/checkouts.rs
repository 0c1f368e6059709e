//! Checkouts as CI systems make them, and commands that a pipeline runs: where tickets go, and what stays secret.

use crate::pipelines::{change, junit, shop};
use crate::sandbox::Sandbox;

/// What a system sets for a pull request or a tag.
const FOREIGN: &[(&str, &str)] = &[
    (
        "GITHUB_ACTIONS=true GITHUB_HEAD_REF=feature GITHUB_BASE_REF=main GITHUB_REF=refs/pull/7/merge GITHUB_REF_NAME=7/merge",
        "a pull request",
    ),
    (
        "GITEA_ACTIONS=true GITHUB_ACTIONS=true GITHUB_HEAD_REF=feature GITHUB_BASE_REF=main GITHUB_REF=refs/pull/7/head",
        "a pull request",
    ),
    ("GITHUB_ACTIONS=true GITHUB_REF=refs/tags/v1 GITHUB_REF_NAME=v1", "a tag"),
    (
        "GITLAB_CI=true CI_MERGE_REQUEST_IID=3 CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=feature CI_MERGE_REQUEST_TARGET_BRANCH_NAME=release CI_DEFAULT_BRANCH=main",
        "a pull request",
    ),
    ("GITLAB_CI=true CI_COMMIT_TAG=v1 CI_COMMIT_REF_NAME=v1 CI_DEFAULT_BRANCH=main", "a tag"),
    (
        "JENKINS_URL=https://ci.example CHANGE_ID=7 CHANGE_BRANCH=feature CHANGE_TARGET=main BRANCH_NAME=PR-7",
        "a pull request",
    ),
    ("JENKINS_URL=https://ci.example TAG_NAME=v1 BRANCH_NAME=v1", "a tag"),
    (
        "CIRCLECI=true CIRCLE_PULL_REQUEST=https://github.com/a/b/pull/7 CIRCLE_BRANCH=feature",
        "a pull request",
    ),
    ("CIRCLECI=true CIRCLE_TAG=v1", "a tag"),
    (
        "BUILDKITE=true BUILDKITE_PULL_REQUEST=7 BUILDKITE_BRANCH=feature BUILDKITE_PULL_REQUEST_BASE_BRANCH=main",
        "a pull request",
    ),
    (
        "BUILDKITE=true BUILDKITE_PULL_REQUEST=false BUILDKITE_TAG=v1 BUILDKITE_BRANCH=v1 BUILDKITE_PIPELINE_DEFAULT_BRANCH=main",
        "a tag",
    ),
    (
        "TF_BUILD=True SYSTEM_PULLREQUEST_PULLREQUESTID=7 SYSTEM_PULLREQUEST_SOURCEBRANCH=refs/heads/feature SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main BUILD_SOURCEBRANCH=refs/pull/7/merge",
        "a pull request",
    ),
    ("TF_BUILD=True BUILD_SOURCEBRANCH=refs/tags/v1", "a tag"),
];

/// A server with a project, and what a system has of it: the merge of a request, and nothing else, as a shallow clone.
fn checkout(attached: bool) -> Sandbox {
    let mut sandbox = shop();
    let begin = "git init -q --bare -b main ../hub.git; git push -q ../hub.git main; git checkout -q -b feature; \
                 echo 1 >f; git add f; git commit -qm Feature; git push -q ../hub.git feature HEAD:refs/pull/7/merge; \
                 git init -q ../ci; cd ../ci; git remote add origin ../hub.git; git fetch -q --depth 1 origin +refs/pull/7/merge:refs/remotes/pull/7/merge";
    sandbox.shell(begin).ok();
    let ci = sandbox.root().join("ci");
    sandbox.enter(&ci);
    sandbox.git(
        &[
            "checkout",
            "-q",
            if attached { "-B" } else { "--detach" },
            if attached { "feature" } else { "pull/7/merge" },
        ]
        .into_iter()
        .chain(attached.then_some("pull/7/merge"))
        .collect::<Vec<_>>(),
    );
    sandbox.file("report.xml", junit(&[("pays", Some("no"))]));
    sandbox
}

#[test]
fn a_request_and_a_tag_write_to_the_default_branch() {
    for (variables, what) in FOREIGN {
        for attached in [false, true] {
            let sandbox = checkout(attached);
            let done = sandbox.shell(&format!("{variables} git support ci report report.xml --push"));
            assert_eq!(done.status, Some(0), "{variables}: {}", done.stderr);
            let said = format!("note: this is {what}; tickets are written to branch 'main'");
            assert!(done.stderr.contains(&said), "{variables}: {}", done.stderr);
            let hub =
                |branch: &str| sandbox.git(&["-C", "../hub.git", "ls-tree", "-r", "--name-only", branch]);
            assert!(hub("main").contains(".support/tickets"), "{variables}");
            assert!(!hub("feature").contains(".support"), "{variables}");
        }
    }
    // A branch that is named, or configured, is taken.
    let sandbox = checkout(false);
    let (github, _) = FOREIGN[0];
    sandbox.shell(&format!("git fetch -q origin main; git branch -q desk FETCH_HEAD; git config support.branch desk; {github} git support ci report report.xml")).ok();
    assert!(sandbox.git(&["ls-tree", "-r", "--name-only", "desk"]).contains(".support/tickets"));
    // Where the clone does not have that branch, it is fetched: CI fetches what it builds, and no more.
    for set in ["git config support.branch desk;", "export GIT_SUPPORT_BRANCH=desk;", "flag='--branch desk';"]
    {
        let sandbox = checkout(false);
        sandbox.git(&["push", "-q", "origin", "HEAD:refs/heads/desk"]);
        sandbox
            .shell("git for-each-ref --format='delete %(refname)' refs/remotes | git update-ref --stdin")
            .ok();
        sandbox.shell(&format!("flag=; {set} {github} git support $flag ci report report.xml --push")).ok();
        let there = sandbox.git(&["-C", "../hub.git", "ls-tree", "-r", "--name-only", "desk"]);
        assert!(there.contains(".support/tickets"), "{set}");
        let open = format!("flag=; {set} export {github}; git support $flag check 'status:open channel:ci'");
        assert_eq!(sandbox.shell(&open).status, Some(3), "{set}");
        let nowhere = sandbox.shell(&format!("{github} git support check status:open --branch nowhere"));
        assert!(nowhere.status == Some(1) && nowhere.stderr.contains("no branch 'nowhere'"), "{nowhere:?}");
    }
    // A tag's checkout has no branch at all, and the gate reads the one that is named.
    let sandbox = checkout(false);
    let (tag, _) = FOREIGN.iter().find(|(variables, _)| variables.contains("refs/tags/")).unwrap();
    sandbox.shell(&format!("{github} git support ci report report.xml --push")).ok();
    sandbox
        .shell(
            "git for-each-ref --format='delete %(refname)' refs/remotes refs/heads | git update-ref --stdin",
        )
        .ok();
    let gate = sandbox.shell(&format!("{tag} git support check 'status:open' --branch main --format github"));
    assert_eq!(gate.status, Some(3), "{gate:?}");
    // The default branch of a request into another is what GitHub's event says.
    let sandbox = checkout(false);
    sandbox.file("event.json", r#"{"repository": {"default_branch": "main"}}"#);
    let into =
        github.replace("GITHUB_BASE_REF=main", "GITHUB_BASE_REF=release GITHUB_EVENT_PATH=$PWD/event.json");
    let said = sandbox.shell(&format!("{into} git support ci report report.xml"));
    assert!(said.stderr.contains("to branch 'main'"), "{}", said.stderr);
}

#[test]
fn secrets_of_a_command_reach_no_ticket() {
    let sandbox = shop();
    let script = "export DEPLOY_TOKEN=vault-4711-x; git support run --env DEPLOY_TOKEN --env HOME -- sh -c 'echo using $DEPLOY_TOKEN; exit 3' deploy --password hunter2secret \
                  --api-key=zyx987zyx 'Authorization: Bearer bbbbccccdddd' DB_PASSWORD=moonshine \"$DEPLOY_TOKEN\"";
    let done = sandbox.shell(script);
    assert_eq!(done.status, Some(3), "{}", done.stderr);
    let history = sandbox.git(&["log", "-p", "--format=%B"]);
    for secret in ["vault-4711-x", "hunter2secret", "zyx987zyx", "bbbbccccdddd", "moonshine"] {
        assert!(!history.contains(secret), "{secret}: {history}");
    }
    assert!(history.contains("--password ***") || history.contains("--password '***'"), "{history}");
}

#[test]
fn a_command_that_cannot_be_run_ends_as_in_a_shell() {
    let sandbox = shop();
    sandbox.file("tool", "#!/bin/sh\n");
    assert_eq!(sandbox.run(&["run", "--", "./tool"]).status, Some(126));
    assert_eq!(sandbox.run(&["run", "--", "./nosuch"]).status, Some(127));
    assert_eq!(sandbox.subjects().len(), 3);
}

#[test]
fn a_signal_reaches_what_the_command_started_and_the_ticket_is_filed() {
    // What a shell starts in the background ignores an interrupt, and not a request to end.
    for (signal, status, slow) in
        [("TERM", 143, "sleep 60 & echo $! >../child; wait"), ("INT", 130, "sleep 60; true")]
    {
        let sandbox = shop();
        change(&sandbox, "Work");
        // The command's own child would go on for a minute.
        let script = format!(
            "timeout --foreground --preserve-status -s {signal} 1 git-support run --key slow -- \
             sh -c '{slow}' </dev/null; echo \"status $?\"; sleep 0.2; \
             test -s ../child && grep -q ') [^Z]' /proc/$(cat ../child)/stat 2>/dev/null && echo alive; true"
        );
        let done = sandbox.shell(&script);
        assert!(
            done.stdout.contains(&format!("status {status}")),
            "{signal}: {}{}",
            done.stdout,
            done.stderr
        );
        assert!(!done.stdout.contains("alive"), "{signal}");
        assert!(sandbox.subjects()[0].contains("support: open"), "{signal}: {:?}", sandbox.subjects());
    }
}

/// Two reports of a test, beside the repository: one that fails, one that passes.
fn reports(sandbox: &Sandbox) {
    let case = "<testcase classname=\"c\" name=\"t\"";
    sandbox
        .shell(&format!(
            "echo '<testsuite name=\"s\">{case}/></testsuite>' >../ok.xml
             echo '<testsuite name=\"s\">{case}><failure message=\"boom\">boom</failure></testcase></testsuite>' >../bad.xml"
        ))
        .ok();
}

#[test]
fn older_code_that_passes_in_a_shallow_clone_resolves_nothing() {
    let sandbox = Sandbox::unborn();
    reports(&sandbox);
    let commit = |text: &str, at: u32| {
        sandbox
            .shell(&format!(
                "echo {text} >f && git add f && GIT_COMMITTER_DATE=2026-11-23T0{at}:00:00Z GIT_AUTHOR_DATE=2026-11-23T0{at}:00:00Z git commit -qm {text}"
            ))
            .ok();
    };
    commit("old", 7);
    sandbox.git(&["branch", "old"]);
    commit("breaks", 8);
    sandbox.run(&["ci", "report", "../bad.xml"]).ok();
    let run = |branch: &str, depth: u32| {
        sandbox.shell(&format!(
            "rm -rf ../s; git clone -q --depth {depth} -b {branch} --no-single-branch file://$PWD ../s && cd ../s && git checkout -q --detach &&
             git branch -qf main origin/main && git support ci report --resolve-passing --branch main --build-branch main ../ok.xml;
             git support list --all --branch main --format ndjson"
        ))
    };
    for depth in [3, 1] {
        let said = run("old", depth);
        assert!(said.stdout.contains("\"status\":\"new\""), "{depth}: {said:?}");
        assert_eq!(said.stderr.contains("git fetch --unshallow"), depth == 1, "{said:?}");
    }
    // What was committed after the failure was seen is newer, whatever the clone knows.
    sandbox
        .shell("echo fixed >f && git add f && GIT_COMMITTER_DATE=2030-01-01T00:00:00Z git commit -qm fixed && git branch fixed")
        .ok();
    let said = run("fixed", 1);
    assert!(said.stdout.contains("\"status\":\"resolved\""), "{said:?}");
}

#[test]
fn a_regression_in_a_shallow_clone_is_no_mere_repetition() {
    let sandbox = Sandbox::unborn();
    reports(&sandbox);
    let commit = |text: &str| {
        sandbox.shell(&format!("echo {text} >f && git add f && git commit -qm {text}")).ok();
    };
    commit("one");
    sandbox.run(&["ci", "report", "../bad.xml"]).ok();
    commit("fix");
    sandbox.run(&["ci", "report", "--resolve-passing", "../ok.xml"]).ok();
    commit("more");
    commit("evenmore");
    for depth in [50, 1] {
        let words = format!(
            "rm -rf ../s; git clone -q --depth {depth} file://$PWD ../s && cd ../s && git support ci report ../bad.xml; git support check status:open"
        );
        let said = sandbox.shell(&words);
        assert_eq!(said.status, Some(3), "{depth}: {said:?}");
        assert_eq!(
            said.stderr.contains("cannot determine if this build contains its fix"),
            depth == 1,
            "{said:?}"
        );
    }
}
