//! Bad surroundings: a clear error, the right status, nothing half-written.

use crate::sandbox::Sandbox;

#[test]
fn outside_a_repository_the_way_in_is_named() {
    let sandbox = Sandbox::nowhere();
    for arguments in [&["list"][..], &["new", "x"], &["init"], &["show", "abcd"], &["log"], &["config"]] {
        let stderr = sandbox.run(arguments).fails(1);
        assert!(stderr.contains("is not in a git repository") && stderr.contains("git init"), "{stderr}");
    }
    assert!(sandbox.run(&["-C", "nowhere", "list"]).fails(1).contains("nowhere"));
}

#[test]
fn without_a_name_nothing_is_written() {
    let sandbox = Sandbox::new();
    for missing in ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
        let output = sandbox.shell(&format!("unset {missing}; git-support new x"));
        let stderr = output.fails(1);
        assert!(stderr.contains("and email") && stderr.contains("git config user.name"), "{stderr}");
    }
    assert!(!sandbox.repo().join(".git/support/lock").exists());
    assert_eq!(sandbox.subjects().len(), 1);
}

#[test]
fn the_identity_is_gits_own() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "user.name", "From Config"]);
    sandbox.git(&["config", "user.email", "config@example.com"]);
    sandbox.git(&["config", "author.name", "From Author"]);
    let unset = "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL";
    sandbox.shell(&format!("{unset}; git-support new x")).ok();
    let who = sandbox.git(&["log", "-1", "--format=%an <%ae>, %cn <%ce>"]);
    assert_eq!(who, "From Author <config@example.com>, From Config <config@example.com>\n");
    sandbox.shell(&format!("{unset}; GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=Counted git-support new y")).ok();
    assert_eq!(sandbox.git(&["log", "-1", "--format=%cn"]), "Counted\n");
    sandbox.shell("GIT_AUTHOR_DATE='Fri, 20 Nov 2026 12:00:00 +0100' git-support new z").ok();
    sandbox.shell("GIT_AUTHOR_DATE='1700000000 +0200' git-support new z").ok();
    assert_eq!(sandbox.git(&["log", "-1", "--format=%aI"]), "2023-11-15T00:13:20+02:00\n");
}

#[test]
fn a_closed_standard_input_or_output_is_no_crash() {
    let sandbox = Sandbox::new();
    let id = sandbox.shell("git-support new 'No input' <&-").ok();
    for line in [
        format!("(git-support show {} <&-; echo status=$? >&2) | head -1", id.trim()),
        format!("git-support show {} >&-", id.trim()),
        "(sleep 0.2; git-support list; echo status=$? >&2) | true".to_owned(),
        "(git-support --help; echo status=$? >&2) | head -1".to_owned(),
        "git-support new 'x' <&- >&- 2>&-".to_owned(),
    ] {
        let output = sandbox.shell(&line);
        assert!(!output.stderr.contains("panicked"), "{line}: {output:?}");
        assert_eq!(
            (output.status, output.stderr.contains("status=")),
            (Some(0), line.contains('|')),
            "{line}: {output:?}"
        );
        assert!(!line.contains('|') || output.stderr.contains("status=0"), "{line}: {output:?}");
    }
    assert_eq!(sandbox.subjects().len(), 3);
}

#[test]
fn a_full_device_for_output_is_an_error() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("One");
    assert!(sandbox.shell("git-support list >/dev/full").fails(1).contains("writing the output"));
}

/// `ulimit -f` counts blocks, of 512 or 1,024 bytes: a write beyond fails, as on a full disk.
#[test]
fn a_full_disk_leaves_the_old_state() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("One");
    let before = (sandbox.subjects(), sandbox.users_work());
    sandbox.shell("head -c 300000 /dev/urandom | base64 -w 100 | head -c 60000 > big.txt").ok();
    for blocks in 0..4 {
        let line = format!("ulimit -f {blocks}; git-support new Two -F big.txt");
        let stderr = sandbox.shell(&line).fails(1);
        assert!(stderr.starts_with("error: "), "{stderr}");
    }
    std::fs::remove_file(sandbox.repo().join("big.txt")).unwrap();
    assert_eq!((sandbox.subjects(), sandbox.users_work()), before);
    let _ = sandbox.ticket("Three");
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("One");
    std::fs::remove_dir_all(sandbox.repo().join(".git/support")).unwrap();
    sandbox.file(".git/support", "in the way");
    let stderr = sandbox.run(&["new", "Two"]).fails(1);
    assert!(stderr.contains(".git/support"), "{stderr}");
    assert!(sandbox.run(&["list"]).ok().contains("One"), "reading needs no writing");
}

#[test]
fn gits_own_lock_is_waited_for_and_never_taken() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("One");
    sandbox.file(".git/index.lock", "");
    let before = sandbox.subjects();
    let stderr = sandbox.run_unwatched(&["new", "Two"], "").fails(4);
    assert!(stderr.contains("index.lock") && stderr.contains("nothing was changed"), "{stderr}");
    assert!(sandbox.repo().join(".git/index.lock").exists());
    std::fs::remove_file(sandbox.repo().join(".git/index.lock")).unwrap();
    assert_eq!(sandbox.subjects(), before);
    let _ = sandbox.ticket("Three");
}

#[test]
fn an_interrupt_at_the_editor_ends_quietly() {
    let sandbox = Sandbox::new();
    let line = "GIT_EDITOR='kill -INT $PPID; sleep 1; false' script -qec 'git-support new; exit $?' /dev/null </dev/null";
    if sandbox.shell("command -v script").status == Some(0) {
        let _ = sandbox.shell(line);
        assert_eq!(sandbox.subjects().len(), 1);
    }
}

#[test]
fn what_looks_like_a_secret_is_not_written_by_mistake() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let before = sandbox.subjects();
    let key = ["-----BEGIN OPENSSH ", "PRIVATE KEY-----"].concat();
    let token = format!("token ghp_{}", "a1".repeat(18));
    sandbox.file("log.txt", format!("ok\n{key}\n"));
    for arguments in [
        &["new", "With a key", "-m", &key][..],
        &["new", "With evidence", "--attach", "log.txt"],
        &["comment", &id, "-m", &token],
        &["attach", &id, "log.txt"],
        &["edit", &id, "--description", &token],
        &["escalate", &id, "--requirements", &token, "--troubleshooting", "x"],
    ] {
        let stderr = sandbox.run(arguments).fails(1);
        assert!(stderr.contains("looks like it contains a") && stderr.contains("--allow-secret"), "{stderr}");
        assert!(!stderr.contains("a1a1"), "the secret itself is not repeated: {stderr}");
    }
    assert_eq!(sandbox.subjects(), before);
    sandbox.run(&["comment", &id, "-m", &token, "--allow-secret"]).ok();
    sandbox.run(&["comment", &id, "-m", "Ordinary."]).ok();
}
