//! Tickets on several branches: seen as one, and never silently missing.

use crate::sandbox::{Sandbox, path_of};

/// `main` and `feature/x`, each with a ticket of its own, and one that both changed.
fn forked() -> (Sandbox, [String; 3]) {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let both = sandbox.ticket("Of both");
    sandbox.git(&["checkout", "-q", "-b", "feature/x"]);
    let theirs = sandbox.ticket("Of the feature");
    sandbox.run(&["edit", &both, "--severity", "critical"]).ok();
    sandbox.git(&["checkout", "-q", "main"]);
    let ours = sandbox.ticket("Of main");
    (sandbox, [both, theirs, ours])
}

#[test]
fn all_branches_are_seen_as_one() {
    let (sandbox, [both, theirs, ours]) = forked();
    assert_eq!(sandbox.run(&["list", "--format", "ndjson"]).ok().lines().count(), 2);
    let table = sandbox.run(&["list", "--all-branches"]).ok();
    let row = |id: &str| table.lines().find(|line| line.starts_with(&id[..4])).unwrap().to_owned();
    assert!(row(&both).contains("critical") && row(&both).ends_with("feature/x"), "{table}");
    assert!(row(&theirs).ends_with("feature/x") && row(&ours).ends_with("main"), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    let page = sandbox.run(&["show", &both, "--all-branches"]).ok();
    assert!(page.contains("critical") && page.contains("latest on      feature/x"), "{page}");
    assert!(page.contains("behind on      main"), "{page}");
    // Changed here as well: whole only when merged.
    sandbox.run(&["comment", &both, "-m", "From main."]).ok();
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["show", &both, "--all-branches", "--json"]).ok()).unwrap();
    assert_eq!(json["branches"], serde_json::json!({"latest": [], "behind": ["main", "feature/x"]}));
    assert_eq!((&json["severity"], json["timeline"].as_array().unwrap().len()), (&"critical".into(), 3));
    let log = sandbox.run(&["log", &both, "--all-branches"]).ok();
    assert!(
        log.contains("From main.") && log.contains("critical") && !log.contains("not in history"),
        "{log}"
    );
    assert!(sandbox.run(&["next", "--all-branches"]).ok().contains("Of the feature"));
    assert!(sandbox.run(&["log", "--all-branches"]).ok().contains("Of the feature"));
}

#[test]
fn a_ticket_of_another_branch_is_named_where_it_is() {
    let (sandbox, [_, theirs, _]) = forked();
    for arguments in [&["show", &theirs[..6]][..], &["comment", &theirs, "-m", "x"], &["log", &theirs]] {
        let stderr = sandbox.run(arguments).fails(1);
        assert!(stderr.contains("; it is on feature/x"), "{stderr}");
        assert!(
            stderr.contains(
                "git support --branch feature/x …; to read every branch: git support list --all-branches"
            ),
            "{stderr}"
        );
    }
    assert!(sandbox.run(&["show", &theirs, "--branch", "feature/x"]).ok().contains("Of the feature"));
}

#[test]
fn later_entries_on_the_branches_beside_are_told() {
    let mut sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    let clone = sandbox.root().join("clone");
    sandbox.git(&["clone", "-q", ".", clone.to_str().unwrap()]);
    sandbox.run(&["comment", &id, "-m", "Later."]).ok();
    sandbox.enter(&clone);
    assert_eq!(sandbox.run(&["show", &id]).stderr, "");
    sandbox.git(&["fetch", "-q"]);
    for arguments in [&["show", &id][..], &["list"], &["next"]] {
        let output = sandbox.run(arguments);
        let note = format!(
            "note: origin/main holds 1 later entry of {id}; see --all-branches, or git support sync\n"
        );
        assert_eq!((output.status, output.stderr), (Some(0), note), "{arguments:?}");
    }
    assert_eq!(sandbox.run(&["list", "--all-branches"]).stderr, "");
    // On a feature branch, the default branch counts.
    sandbox.git(&["checkout", "-q", "-b", "feature"]);
    assert!(sandbox.run(&["show", &id]).stderr.contains("origin/main holds"));
    sandbox.git(&["merge", "-q", "origin/main"]);
    assert_eq!(sandbox.run(&["show", &id]).stderr, "");
}

#[test]
fn a_version_that_cannot_be_read_is_said_and_hides_nothing() {
    let sandbox = Sandbox::new().may_be_damaged();
    let (id, other) = (sandbox.ticket("Read here"), sandbox.ticket("Another"));
    let path = path_of(&id);
    sandbox
        .shell(&format!(
            "git stash -qu; git switch -qc side; echo '{{{{{{' >{path}; git commit -qam Bad; git switch -q main"
        ))
        .ok();
    // With an index and without, and where the index is asked again.
    for before in
        ["rm -rf .git/support/index*", "true", "rm -rf .git/support/index*; mkdir .git/support/index.sqlite"]
    {
        sandbox.shell(before).ok();
        let listed = sandbox.run_unwatched(&["list", "--all-branches"], "");
        assert!(listed.stderr.contains(&format!("warning: {path}")), "{before}: {}", listed.stderr);
        assert!(listed.stderr.contains("(on one of the branches)"), "{}", listed.stderr);
        assert!(
            listed.stdout.contains("Read here") && listed.stdout.contains("Another"),
            "{}",
            listed.stdout
        );
        let here = sandbox.run_unwatched(&["list"], "");
        assert!(!here.stderr.contains(&path), "{}", here.stderr);
        let gate = sandbox.run_unwatched(&["check", "--all-branches", "severity:blocker"], "").fails(1);
        assert!(gate.contains("cannot evaluate the gate") && gate.contains(&path), "{gate}");
    }
    sandbox.run_unwatched(&["show", &other, "--all-branches"], "").ok();
}

#[test]
fn a_branch_that_leads_to_no_commit_stops_nothing_and_one_whose_commit_is_missing_is_named() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Read here");
    let commands =
        [vec!["list", "--all-branches"], vec!["show", &id, "--all-branches"], vec!["doctor"], vec!["audit"]];
    // A tree, a blob and a tag where branches are.
    sandbox
        .shell(
            "blob=$(echo hi | git hash-object -w --stdin); tree=$(git rev-parse HEAD^{tree}); git tag -am T annotated
             mkdir -p .git/refs/remotes/origin
             echo $blob >.git/refs/heads/blob; echo $tree >.git/refs/remotes/origin/tree
             git rev-parse annotated >.git/refs/heads/tag",
        )
        .ok();
    for command in &commands {
        sandbox.run_unwatched(command, "").ok();
    }
    sandbox.shell("echo 1111111111111111111111111111111111111111 >.git/refs/remotes/origin/gone").ok();
    let listed = sandbox.run_unwatched(&["list", "--all-branches"], "").fails(1);
    assert!(listed.contains("branch origin/gone cannot be read"), "{listed}");
    let found = sandbox.run_unwatched(&["doctor"], "").stdout;
    assert!(found.contains("refs/remotes/origin/gone leads to 1111111111"), "{found}");
    sandbox.run_unwatched(&["list"], "").ok();
    sandbox.shell("rm .git/refs/remotes/origin/gone .git/refs/heads/blob .git/refs/heads/tag .git/refs/remotes/origin/tree").ok();
}

#[test]
fn a_lock_that_a_git_left_is_named() {
    let sandbox = Sandbox::new();
    sandbox.shell("touch .git/refs/heads/main.lock").ok();
    let said = sandbox.run_unwatched(&["new", "T"], "").fails(4);
    assert!(said.contains("refs/heads/main.lock") && said.contains("remove that file"), "{said}");
    sandbox.shell("rm .git/refs/heads/main.lock").ok();
}

#[test]
fn a_branch_of_the_remote_alone_is_named_as_it_is_typed() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("There");
    let there = sandbox.shell(&format!(
        "git clone -q . ../b; cd ../b; git config user.name B; git config user.email b@example.com
         git switch -q -c topic main~1; git branch -qD main; git support comment {id} -m x; git support comment {id} -m x --branch origin/main
         git support comment {id} -m Said. --branch main && git support show {id} --branch main"
    ));
    assert!(there.stderr.contains("hint: git support --branch main …;"), "{}", there.stderr);
    assert!(there.stderr.contains("no branch 'origin/main' here: it is origin's"), "{}", there.stderr);
    assert!(there.stdout.contains("Said."), "{}{}", there.stdout, there.stderr);
}
