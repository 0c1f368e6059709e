//! Kinds of repositories and states they can be in.

use crate::sandbox::{Sandbox, path_of};

/// Files, edits, comments, lists and logs in a repository.
fn works(sandbox: &Sandbox, more: &[&str]) -> String {
    let run = |arguments: &[&str]| sandbox.run(&[arguments, more].concat()).ok();
    let id = run(&["new", "Story"]).trim().to_owned();
    run(&["edit", &id, "--severity", "major"]);
    run(&["comment", &id, "-m", "Said."]);
    assert!(run(&["list"]).contains("Story"));
    assert_eq!(run(&["log", &id, "--format", "ndjson"]).lines().count(), 3);
    id
}

#[test]
fn a_bare_repository_works() {
    let mut sandbox = Sandbox::new();
    let bare = sandbox.root().join("bare.git");
    sandbox.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    sandbox.enter(&bare);
    works(&sandbox, &[]);
    sandbox.git(&["branch", "side"]);
    works(&sandbox, &["--branch", "side"]);
    assert!(!bare.join("index").exists());
}

#[test]
fn an_unborn_branch_works() {
    let sandbox = Sandbox::unborn();
    sandbox.file("mine.txt", "mine\n");
    sandbox.git(&["add", "mine.txt"]);
    let id = works(&sandbox, &[]);
    assert_eq!(sandbox.git(&["rev-list", "--count", "HEAD"]).trim(), "3");
    assert_eq!(sandbox.git(&["diff", "--cached", "--name-only"]), "mine.txt\n");
    assert!(sandbox.repo().join(path_of(&id)).exists());
}

#[test]
fn a_linked_work_tree_works_and_its_branch_is_not_written_from_elsewhere() {
    let mut sandbox = Sandbox::new();
    let main = sandbox.repo().to_owned();
    let tree = sandbox.root().join("tree");
    sandbox.git(&["worktree", "add", "-q", "-b", "side", tree.to_str().unwrap()]);
    let stderr = sandbox.run(&["new", "x", "--branch", "side"]).fails(4);
    assert!(stderr.contains("checked out in another work tree") && stderr.contains("tree"), "{stderr}");
    sandbox.enter(&tree);
    let id = works(&sandbox, &[]);
    assert!(tree.join(path_of(&id)).exists() && !main.join(path_of(&id)).exists());
    let stderr = sandbox.run(&["new", "x", "--branch", "main"]).fails(4);
    assert!(stderr.contains("checked out in another work tree"), "{stderr}");
    sandbox.enter(&main);
    works(&sandbox, &[]);
}

#[test]
fn a_detached_head_needs_a_branch_that_is_named() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    sandbox.git(&["branch", "tickets"]);
    sandbox.git(&["checkout", "-q", "--detach"]);
    let stderr = sandbox.run(&["new", "x"]).fails(4);
    assert!(stderr.contains("HEAD is detached") && stderr.contains("--branch"), "{stderr}");
    works(&sandbox, &["--branch", "tickets"]);
    works(&sandbox, &["--branch", "main"]);
    sandbox.git(&["config", "support.branch", "tickets"]);
    works(&sandbox, &[]);
    assert!(!sandbox.repo().join(".support").exists());
    assert_eq!(sandbox.git(&["rev-list", "--count", "tickets"]).trim(), "7");
}

#[test]
fn another_branch_is_written_without_being_checked_out() {
    let sandbox = Sandbox::new().with("GIT_SUPPORT_BRANCH", "tickets");
    sandbox.git(&["branch", "tickets"]);
    works(&sandbox, &[]);
    assert_eq!(sandbox.subjects().len(), 1, "the current branch stays");
    assert!(!sandbox.repo().join(".support").exists());
    let stderr = sandbox.run(&["new", "x", "--branch", "tickest"]).fails(1);
    assert!(stderr.contains("no branch 'tickest'") && stderr.contains("init --branch"), "{stderr}");
}

#[test]
fn a_branch_for_tickets_alone_begins_apart() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "--branch", "support-tickets"]).ok();
    works(&sandbox, &[]);
    assert_eq!(sandbox.git(&["rev-list", "--count", "support-tickets"]).trim(), "4");
    assert_eq!(sandbox.try_git(&["merge-base", "main", "support-tickets"]).status, Some(1));
    assert_eq!(sandbox.subjects().len(), 1);
    let config = sandbox.git(&["show", "support-tickets:.support/config.yaml"]);
    assert!(config.ends_with("\nbranch: support-tickets\n"), "{config}");
}

#[test]
fn sha256_objects_work() {
    let sandbox = Sandbox::nowhere();
    sandbox.git(&["init", "-q", "-b", "main", "--object-format=sha256", "."]);
    sandbox.file("a.txt", "a\n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "Begin"]);
    sandbox.file("a.txt", "b\n");
    works(&sandbox, &[]);
    sandbox.git(&["branch", "side"]);
    works(&sandbox, &["--branch", "side"]);
}

#[test]
fn a_support_folder_that_is_something_else_is_refused() {
    for (make, named) in [
        ("ln -s /tmp .support", ".support"),
        ("echo x > .support", ".support"),
        ("mkdir .support && ln -s /tmp .support/tickets", ".support/tickets"),
        (
            "git init -q .support && git -C .support -c user.name=x -c user.email=x commit -q --allow-empty -m x",
            ".support",
        ),
    ] {
        let sandbox = Sandbox::new();
        sandbox.is_tampered_with();
        sandbox
            .shell(&format!("{make} && git add .support 2>/dev/null && git commit -qm odd -- .support"))
            .ok();
        let stderr = sandbox.run(&["new", "x"]).fails(1);
        assert!(stderr.contains(&format!("{named} is a symbolic link, a submodule")), "{make}: {stderr}");
        // What is not there to be read is no empty list.
        let stderr = sandbox.run(&["list"]).fails(1);
        assert!(stderr.contains(&format!("{named} is a symbolic link, a submodule")), "{make}: {stderr}");
    }
}

#[test]
fn a_rebase_is_left_alone_and_a_merge_is_no_obstacle() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    sandbox.file("notes.txt", "side\n");
    sandbox.git(&["commit", "-qam", "Side"]);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.file("notes.txt", "main\n");
    sandbox.git(&["commit", "-qam", "Main"]);
    assert_ne!(sandbox.try_git(&["rebase", "side"]).status, Some(0));
    for more in [&[][..], &["--branch", "main"]] {
        let stderr = sandbox.run(&[&["new", "x"], more].concat()).fails(4);
        assert!(stderr.contains("a rebase of main is in progress") && stderr.contains("--abort"), "{stderr}");
    }
    sandbox.git(&["rebase", "--abort"]);
    assert_ne!(sandbox.try_git(&["merge", "side"]).status, Some(0));
    sandbox.run(&["comment", &id, "-m", "In the middle of a merge."]).ok();
    sandbox.git(&["merge", "--abort"]);
    assert_eq!(sandbox.run(&["log", &id, "--format", "ndjson"]).ok().lines().count(), 2);
}

#[test]
fn a_clone_without_a_checkout_gets_no_index() {
    let mut sandbox = Sandbox::new();
    let clone = sandbox.root().join("clone");
    sandbox.git(&["clone", "-q", "--no-checkout", ".", clone.to_str().unwrap()]);
    sandbox.enter(&clone);
    works(&sandbox, &[]);
    assert!(!clone.join(".git/index").exists());
    sandbox.git(&["checkout", "-q", "main"]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn odd_indexes_are_kept() {
    for prepare in [
        "git update-index --split-index",
        "git update-index --untracked-cache",
        "git update-index --index-version 4",
        "git sparse-checkout set --cone folder && git config index.sparse true && git sparse-checkout reapply",
        "git config core.autocrlf true",
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-q"]);
        sandbox.shell(prepare).ok();
        sandbox.file("untracked.txt", "mine\n");
        works(&sandbox, &[]);
        assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "", "{prepare}");
    }
}

#[test]
fn a_ticket_outside_a_sparse_index_stays_outside_when_it_changes() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    let id = sandbox.run(&["new", "One"]).ok().trim().to_owned();
    sandbox.shell("mkdir -p deep; echo x >deep/x; git add deep; git commit -qm Deep; git sparse-checkout set --cone --sparse-index deep").ok();
    for note in ["first", "second"] {
        sandbox.run(&["comment", &id, "-m", note]).ok();
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "{note}");
    }
    sandbox.shell("git support undo -q || true; git sparse-checkout reapply").ok();
    sandbox.run(&["edit", &id, "--severity", "major"]).ok();
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    sandbox.shell("echo z >>deep/x; git stash -q").ok();
    assert_eq!(sandbox.git(&["stash", "show", "--name-only"]).trim(), "deep/x");
}

#[test]
fn a_hook_that_writes_from_a_folder_writes_the_index_that_git_names() {
    for write in ["cd src && git support scan", "git support -C src scan", "git support scan"] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-qu"]);
        let id = sandbox.run(&["new", "One"]).ok().trim().to_owned();
        sandbox.shell("mkdir -p src; echo a >src/a; git add src; git commit -qm Source").ok();
        let hook =
            format!("printf '#!/bin/sh\n{write}\n' >.git/hooks/post-commit; chmod +x .git/hooks/post-commit");
        sandbox.shell(&hook).ok();
        sandbox.shell(&format!("git commit -q --allow-empty -m Fix -m 'Resolves-Ticket: {id}'")).ok();
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "{write}");
        sandbox.shell("git -c core.hooksPath=.git/none commit -q --allow-empty -m Next").ok();
        let found = sandbox.run(&["list", "status:resolved", "--format", "csv"]).ok();
        assert!(found.contains(&id), "{write}: {found}");
    }
}

#[test]
fn who_writes_may_be_told_by_the_address_of_a_remote() {
    let sandbox = Sandbox::new();
    let work = sandbox.root().join("work.inc");
    std::fs::write(&work, "[user]\n name = Dana Work\n email = dana@work.example\n").unwrap();
    sandbox.git(&["remote", "add", "origin", "https://work.example/r.git"]);
    let key = "includeIf.hasconfig:remote.*.url:https://work.example/**.path";
    sandbox.git(&["config", key, &work.display().to_string()]);
    let names = "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL";
    let said = sandbox.shell(&format!(
        "{names}; git config --unset user.name; git config --unset user.email; git support new Bug >/dev/null; git var GIT_AUTHOR_IDENT | cut -d'>' -f1; git log -1 --format='%an <%ae'"
    ));
    let said = said.ok();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines, ["Dana Work <dana@work.example", "Dana Work <dana@work.example"]);
}

#[test]
fn the_environment_of_git_is_honoured() {
    let sandbox = Sandbox::new();
    let git_dir = sandbox.repo().join(".git");
    let line = format!(
        "cd / && GIT_DIR={} GIT_WORK_TREE={} git-support new 'From afar'",
        git_dir.display(),
        sandbox.repo().display()
    );
    let id = sandbox.shell(&line).ok();
    assert!(sandbox.repo().join(path_of(id.trim())).exists());
    assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "");
    sandbox.shell("mkdir -p deep/er && cd deep/er && git-support new 'From below'").ok();
    let inside = sandbox.shell("GIT_INDEX_FILE=.git/index.lock git-support new 'In a hook'").fails(4);
    assert!(inside.contains("hook"), "{inside}");
    assert!(sandbox.shell("cd / && git support -C \"$OLDPWD\" list").ok().contains("From below"));
}

#[test]
fn a_filter_that_would_be_bypassed_is_refused() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("One");
    sandbox.file(".git/info/attributes", "* filter=git-crypt\n");
    let stderr = sandbox.run(&["new", "Two"]).fails(1);
    assert!(stderr.contains("filter=git-crypt"), "{stderr}");
    sandbox.file(".git/info/attributes", "* filter=git-crypt\n.support/** -filter\n");
    let _ = sandbox.ticket("Three");
    std::fs::remove_file(sandbox.repo().join(".git/info/attributes")).unwrap();
    // The branch's own attributes count where it is not checked out; those of `.support` come first.
    sandbox.shell("git worktree add -q -b side ../side && cd ../side && echo '* filter=lfs' > .gitattributes && git add . && git commit -qm lfs && cd ../repo && git worktree remove --force ../side").ok();
    sandbox.run(&["new", "Four", "--branch", "side"]).ok();
    sandbox.shell("git worktree add -q ../side side && cd ../side && git rm -q .support/.gitattributes && echo 'x -filter' > .support/.gitattributes && git add . && git commit -qm odd && cd ../repo && git worktree remove --force ../side").ok();
    assert!(sandbox.run(&["new", "Five", "--branch", "side"]).fails(1).contains("filter=lfs"));
}

#[test]
fn commits_are_signed_where_git_signs() {
    let sandbox = Sandbox::new();
    let script = "#!/bin/sh\ncat >/dev/null\necho '[GNUPG:] SIG_CREATED D' >&2\necho '-----BEGIN PGP SIGNATURE-----'\necho fake\necho '-----END PGP SIGNATURE-----'\n";
    sandbox.file(".git/signer", script);
    sandbox.shell("chmod +x .git/signer && git config gpg.program \"$PWD/.git/signer\" && git config commit.gpgsign true").ok();
    let id = works(&sandbox, &[]);
    let commit = sandbox.git(&["cat-file", "commit", "HEAD"]);
    assert!(commit.contains("gpgsig -----BEGIN PGP SIGNATURE-----"), "{commit}");
    assert!(commit.contains("author Dana Li <dana@example.com>"), "{commit}");
    sandbox.file(".git/signer", "#!/bin/sh\nexit 1\n");
    let before = sandbox.subjects();
    let stderr = sandbox.run(&["comment", &id, "-m", "Unsigned?"]).fails(1);
    assert!(stderr.contains("was not signed, so nothing was written"), "{stderr}");
    assert_eq!(sandbox.subjects(), before);
}

#[test]
fn somebody_elses_repository_is_refused_as_git_does() {
    let sandbox = Sandbox::new().may_be_damaged();
    let is_root = sandbox.shell("test \"$(id -u)\" = 0 && chown -R 65534 .").status == Some(0);
    if is_root {
        let stderr = sandbox.run_unwatched(&["list"], "").fails(1);
        assert!(stderr.contains("safe.directory"), "{stderr}");
    }
}

#[test]
fn what_a_partial_clone_lacks_is_fetched_and_never_taken_for_absent() {
    let mut sandbox = Sandbox::new();
    let ids = ["One", "Two", "Three"].map(|title| sandbox.ticket(title));
    sandbox
        .shell("git config uploadpack.allowFilter true; git config uploadpack.allowAnySHA1InWant true")
        .ok();
    let url = format!("file://{}", sandbox.repo().display());
    for (name, filter) in [("blobs", "--filter=blob:none"), ("trees", "--filter=tree:0")] {
        let clone = sandbox.root().join(name);
        sandbox.git(&["clone", "-q", "--no-checkout", filter, &url, clone.to_str().unwrap()]);
        sandbox.enter(&clone);
        // Out of reach: an error that says what is missing, not an empty answer.
        sandbox.git(&["remote", "set-url", "origin", "file:///nowhere"]);
        for arguments in [&["list"][..], &["show", &ids[0]]] {
            let stderr = sandbox.run(arguments).fails(1);
            assert!(!stderr.contains("has no ticket"), "{stderr}");
        }
        sandbox.git(&["remote", "set-url", "origin", &url]);
        assert!(sandbox.run(&["show", &ids[0]]).ok().contains("One"));
        assert_eq!(sandbox.run(&["list", "--format", "ndjson"]).ok().lines().count(), 3);
    }
}

#[test]
fn a_format_that_git_does_not_know_is_named() {
    let sandbox = Sandbox::new().may_be_damaged();
    sandbox.shell("git config extensions.strange true; git config core.repositoryFormatVersion 1").ok();
    let stderr = sandbox.run_unwatched(&["list"], "").fails(1);
    assert!(stderr.contains("strange"), "{stderr}");
}

#[test]
fn a_clone_without_trees_audits_a_range() {
    let mut sandbox = Sandbox::new();
    let id = sandbox.ticket("Payments fail");
    for text in ["1", "2", "3"] {
        sandbox.run(&["comment", &id, "-m", text]).ok();
    }
    sandbox
        .shell(
            "git config uploadpack.allowFilter true; git clone -q --filter=tree:0 file://$PWD ../bare-trees",
        )
        .ok();
    let clone = sandbox.root().join("bare-trees");
    sandbox.enter(&clone);
    sandbox.run_unwatched(&["audit", "HEAD~2.."], "").ok();
}

/// A namespace is what a server shows of a repository (gitnamespaces(7)): git's own commands look past it, and a gate that
/// is handed names of it cannot tell its branches.
#[test]
fn a_namespace_is_for_servers() {
    let sandbox = Sandbox::new().with("GIT_NAMESPACE", "foo");
    let id = sandbox.ticket("First");
    assert!(sandbox.run(&["list"]).ok().contains("First"));
    sandbox.run(&["comment", &id, "-m", "Seen."]).ok();
    assert!(sandbox.git(&["log", "--oneline", "main"]).contains("comment"));
    let pushed = sandbox
        .shell("echo \"$(printf '%040d' 0) $(git rev-parse HEAD) refs/heads/main\" | git-support audit --pre-receive");
    assert!(pushed.fails(1).contains("a push to a namespace (foo) cannot be judged"));
}
