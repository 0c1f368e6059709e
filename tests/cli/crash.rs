//! `kill -9` at every step of a write: the old or the new state, and the next run goes on.

use std::os::unix::process::ExitStatusExt as _;

use crate::sandbox::{Sandbox, finish};

/// The steps of a write, in order, where the process is killed.
pub(crate) const POINTS: &[&str] =
    &["objects", "journal", "index-lock", "work-tree", "index-bytes", "index", "ref", "unlocked", "dropped"];
/// The steps that a write to a branch that is not checked out has.
const POINTS_ELSEWHERE: &[&str] = &["objects", "journal", "ref"];

/// Runs a command that is killed at a point; true if it was.
pub(crate) fn killed_at(sandbox: &Sandbox, point: &str, arguments: &[&str]) -> bool {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    let status = command.args(arguments).env("GIT_SUPPORT_STOP", point).output().unwrap().status;
    assert!(status.success() || status.signal() == Some(9), "{point}: {status:?}");
    status.signal() == Some(9)
}

/// The tickets of a branch and their entries, as git has them.
pub(crate) fn entries(sandbox: &Sandbox, branch: &str) -> usize {
    let listed = sandbox.try_git(&["grep", "-h", "-e", "^- seq:", branch, "--", ".support/tickets"]);
    listed.stdout.lines().count()
}

/// Nothing of ours is left: no lock, no journal, no temporary file, and git sees nothing to commit.
pub(crate) fn assert_tidy(sandbox: &Sandbox, point: &str) {
    assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "", "{point}");
    let left = sandbox.shell(
        "ls .git/index.lock .git/refs/heads/*.lock .git/support/journal .git/support/tmp/* 2>/dev/null",
    );
    assert_eq!(left.stdout, "", "{point}");
    let temporary = sandbox.shell("find . -name '.git-support-*' -not -path './.git/*'");
    assert_eq!(temporary.stdout, "", "{point}");
}

#[test]
fn a_kill_leaves_the_old_or_the_new_state() {
    for point in POINTS {
        for kind in ["new", "edit"] {
            let sandbox = Sandbox::new();
            let id = sandbox.ticket("First");
            let users = ["diff", "--full-index", "--", "code.rs"];
            let before = (sandbox.git(&users), entries(&sandbox, "HEAD"));
            let arguments: &[&str] = if kind == "new" {
                &["new", "Second", "--attach", "notes.txt"]
            } else {
                &["edit", &id, "--level", "2"]
            };
            assert!(killed_at(&sandbox, point, arguments), "{point}");
            let after = entries(&sandbox, "HEAD");
            let done = POINTS.iter().position(|p| p == point) >= POINTS.iter().position(|p| *p == "ref");
            let added = if kind == "new" { 2 } else { 1 };
            assert_eq!(after, before.1 + if done { added } else { 0 }, "{point} {kind}");

            // Meanwhile an ordinary commit either is refused by git, or takes nothing of ours away.
            let _ = sandbox.try_git(&["commit", "-q", "-m", "The user's", "--allow-empty"]);
            assert_eq!(entries(&sandbox, "HEAD"), after, "{point} {kind}");

            sandbox.run_unwatched(&["list"], "").ok();
            assert_tidy(&sandbox, point);
            assert_eq!(entries(&sandbox, "HEAD"), after);
            assert_eq!(sandbox.git(&users), before.0, "{point} {kind}: the user's work is as it was");
            sandbox.run(&["comment", &id, "-m", "Goes on."]).ok();
            assert_eq!(entries(&sandbox, "HEAD"), after + 1);
            assert_tidy(&sandbox, point);
        }
    }
}

#[test]
fn a_kill_while_a_file_is_taken_away_is_no_different() {
    for point in POINTS {
        let sandbox = Sandbox::new();
        sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
        assert!(killed_at(&sandbox, point, &["vendor", "remove", "paygate"]), "{point}");
        sandbox.run_unwatched(&["list"], "").ok();
        assert_tidy(&sandbox, point);
        let done = POINTS.iter().position(|p| p == point) >= POINTS.iter().position(|p| *p == "ref");
        let there = sandbox.repo().join(".support/vendors/paygate.yaml").exists();
        assert_eq!(there, !done, "{point}");
        assert_eq!(sandbox.run(&["vendor"]).ok().contains("paygate"), !done, "{point}");
    }
}

#[test]
fn a_kill_in_a_repository_without_a_commit_is_no_different() {
    for point in POINTS {
        let sandbox = Sandbox::unborn();
        sandbox.file("mine.txt", "mine\n");
        sandbox.git(&["add", "mine.txt"]);
        assert!(killed_at(&sandbox, point, &["new", "First"]), "{point}");
        sandbox.run_unwatched(&["list"], "").ok();
        assert_tidy(&sandbox, point);
        assert_eq!(sandbox.git(&["diff", "--cached", "--name-only"]), "mine.txt\n", "{point}");
        let _ = sandbox.ticket("Second");
        assert_tidy(&sandbox, point);
    }
}

#[test]
fn a_kill_beside_the_work_tree_leaves_no_lock() {
    for point in POINTS_ELSEWHERE {
        let sandbox = Sandbox::new();
        sandbox.git(&["branch", "tickets"]);
        assert!(killed_at(&sandbox, point, &["new", "First", "--branch", "tickets"]), "{point}");
        let done = entries(&sandbox, "tickets");
        assert_eq!(done, usize::from(*point == "ref"), "{point}");
        sandbox.run(&["new", "Second", "--branch", "tickets"]).ok();
        assert_eq!(entries(&sandbox, "tickets"), done + 1);
        assert_tidy(&sandbox, point);
    }
}

#[test]
fn a_lock_taken_away_by_hand_loses_nothing() {
    for point in ["work-tree", "index", "ref"] {
        let sandbox = Sandbox::new();
        let id = sandbox.ticket("First");
        assert!(killed_at(&sandbox, point, &["edit", &id, "--level", "3"]));
        std::fs::remove_file(sandbox.repo().join(".git/index.lock")).unwrap();
        sandbox.file("more.txt", "more\n");
        sandbox.git(&["add", "more.txt"]);
        sandbox.run_unwatched(&["list"], "").ok();
        assert_tidy(&sandbox, point);
        assert_eq!(entries(&sandbox, "HEAD"), if point == "ref" { 2 } else { 1 });
    }
}

#[test]
fn a_references_lock_of_a_dead_run_is_cleared() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("First");
    assert!(killed_at(&sandbox, "index-bytes", &["new", "Second"]));
    sandbox.file(".git/refs/heads/main.lock", "");
    let _ = sandbox.run_unwatched(&["new", "Third"], "").ok();
    assert_tidy(&sandbox, "reference lock");
    assert_eq!(entries(&sandbox, "HEAD"), 2);
}

/// Each object and its folder, journal, work tree file, index, reference, logs: on the disk before the
/// command answers, the reference last. Where strace is not at hand there is nothing to look through.
#[test]
fn everything_is_on_the_disk_before_the_reference_moves() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("First");
    if sandbox.shell("strace -V").status != Some(0) {
        return;
    }
    let trace = "strace -f -e trace=fsync,rename -o trace.txt git-support new Second && cat trace.txt; rm -f trace.txt";
    let calls = sandbox.shell(trace).ok();
    let moved = calls.find("refs/heads/main\"").expect("the reference moves by rename");
    let index = calls.find(".git/index\"").expect("the index moves by rename");
    assert!(index < moved, "{calls}");
    let synced = calls[..index].matches("fsync(").count();
    // A blob, four trees and a commit, each with its folder; journal, its folder, the file, the index.
    assert!(synced >= 6 * 2 + 4, "{synced}: {calls}");
}

#[test]
fn a_torn_journal_is_none() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("First");
    for torn in ["", "{\"reference\":\"refs/he", "\0\0\0\0"] {
        sandbox.file(".git/support/journal", torn);
        let _ = sandbox.ticket("Next");
        assert_tidy(&sandbox, "torn journal");
    }
}

#[test]
fn what_somebody_wrote_after_a_kill_is_theirs() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("First");
    assert!(killed_at(&sandbox, "work-tree", &["edit", &id, "--level", "3"]));
    let path = crate::sandbox::path_of(&id);
    sandbox.file(&path, "theirs\n");
    sandbox.run_unwatched(&["list"], "").ok();
    assert_eq!(std::fs::read_to_string(sandbox.repo().join(&path)).unwrap(), "theirs\n");
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    command.args(["edit", &id, "--level", "3"]);
    assert!(finish(command, b"").fails(1).contains("changes that are not committed"));
}

/// Git says to remove the lock; whoever does, and commits all they have, committed what we had written.
#[test]
fn what_somebody_committed_after_a_kill_stays() {
    for point in ["work-tree", "index", "ref"] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-q", "-u"]);
        sandbox.is_tampered_with();
        let id = sandbox.ticket("First");
        assert!(killed_at(&sandbox, point, &["comment", &id, "-m", "Half done."]));
        sandbox
            .shell(
                "rm -f .git/index.lock .git/refs/heads/main.lock; echo more >>code.rs; git commit -qam Mine",
            )
            .ok();
        let shown = sandbox.run_unwatched(&["show", &id], "").ok();
        assert!(shown.contains("Half done."), "{point}: {shown}");
        assert_tidy(&sandbox, point);
        assert_eq!(entries(&sandbox, "HEAD"), 2, "{point}");
        sandbox.shell("echo more >>code.rs; git commit -qam More; git-support doctor").ok();
        assert_eq!(entries(&sandbox, "HEAD"), 2, "{point}");
    }
}

/// What is to be gone is in no copy of ours, whenever the run ends: no later run knows that there was one.
#[test]
fn a_kill_leaves_no_copy_of_what_was_redacted() {
    for point in ["ref", "unlocked", "dropped"] {
        for command in ["redact", "purge"] {
            let sandbox = Sandbox::new();
            sandbox.is_tampered_with();
            let id = sandbox.run(&["new", "Card", "-m", "the zanzibarword here"]).ok().trim().to_owned();
            assert!(sandbox.run(&["list", "zanzibarword"]).ok().contains("Card"));
            let texts: &[&str] = if command == "redact" { &["--text", "zanzibarword"] } else { &[] };
            assert!(killed_at(&sandbox, point, &[&[command, &id, "-m", "why"], texts].concat()));
            sandbox.run_unwatched(&["list"], "").ok();
            let copies = sandbox.shell("grep -rla zanzibarword .git/support");
            assert_eq!(copies.stdout, "", "{command} {point}");
        }
    }
}
