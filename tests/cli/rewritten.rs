//! A remote whose history was rewritten: an old clone does not bring back what others took out, unless it is told to.

use std::path::PathBuf;

use crate::sandbox::Sandbox;
use crate::syncing::clones;

/// Two clones of a remote with two tickets, one of which was told a secret; then the first clone takes that out of
/// history, and pushes by force. The sandbox is in the second, which knows nothing of it.
fn purged(remote_of_code: bool) -> (Sandbox, PathBuf, [String; 2]) {
    let (mut sandbox, a, b) = clones();
    let (one, two) = (sandbox.ticket("One"), sandbox.ticket("Two"));
    sandbox.run(&["sync"]).ok();
    sandbox.run(&["comment", &one, "-m", "The password is hunter2."]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    sandbox.run(&["comment", &one, "-m", "The password was taken out."]).ok();
    if remote_of_code {
        sandbox.shell("echo two > code.rs && git commit -qam 'Code, too'").ok();
    }
    sandbox.git(&["push", "-q", "--force", "origin", "main"]);
    sandbox.enter(&b);
    (sandbox, a, [one, two])
}

#[test]
fn a_purged_history_is_not_merged_back_in_silence() {
    let (sandbox, _, [_, two]) = purged(false);
    for _ in 0..2 {
        let said = sandbox.run(&["sync"]).fails(1);
        assert!(said.contains("was rewritten") && said.contains("--accept-rewrite"), "{said}");
        // Nor after git has fetched it.
        sandbox.git(&["fetch", "-q"]);
    }
    let said = sandbox.run(&["comment", &two, "-m", "Mine.", "--push"]).fails(1);
    assert!(said.contains(", but not pushed"), "{said}");
    assert!(!sandbox.git(&["log", "-p", "origin/main"]).contains("hunter2"));
}

#[test]
fn a_rewritten_history_is_taken_over_with_ones_own_changes_on_top() {
    let (mut sandbox, a, [one, two]) = purged(false);
    sandbox.run(&["comment", &two, "-m", "Mine."]).ok();
    sandbox.run(&["comment", &one, "-m", "Mine, too."]).ok();
    let three = sandbox.run(&["new", "Three", "--severity", "major"]).ok().trim().to_owned();
    sandbox.run(&["diagnose", &three, "-m", "A long text.\nOf two lines."]).ok();
    sandbox.run(&["sync", "--accept-rewrite"]).ok();
    assert!(!sandbox.git(&["log", "-p", "main", "origin/main"]).contains("hunter2"));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(sandbox.git(&["rev-parse", "main"]), sandbox.git(&["rev-parse", "origin/main"]));
    let shown = sandbox.run(&["show", &one]).ok();
    assert!(shown.contains("Mine, too.") && shown.contains("was taken out"), "{shown}");
    assert!(sandbox.run(&["show", &two]).ok().contains("Mine."));
    assert!(sandbox.run(&["show", &three]).ok().contains("Of two lines."));
    assert!(sandbox.run(&["sync"]).ok().contains("0 tickets from origin, 0 tickets to it"));
    sandbox.enter(&a);
    sandbox.run(&["sync"]).ok();
    assert!(sandbox.run(&["show", &two]).ok().contains("Mine."));
}

#[test]
fn a_title_that_was_removed_stays_out_of_messages_and_numbers_leave_no_gap() {
    let (mut sandbox, a, b) = clones();
    let id = sandbox.ticket("The secret is xyz");
    sandbox.run(&["sync"]).ok();
    sandbox.run(&["comment", &id, "-m", "To be dropped."]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    sandbox.run(&["comment", &id, "-m", "Mine."]).ok();
    sandbox.enter(&a);
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    sandbox
        .shell(
            "FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f \
             --tree-filter \"grep -rl 'The secret is xyz' . --exclude-dir=.git | xargs -r sed -i 's/The secret is xyz/Removed/'\" \
             --msg-filter \"sed 's/The secret is xyz/Removed/'\" -- main >/dev/null && git push -qf origin main",
        )
        .ok();
    sandbox.enter(&b);
    sandbox.run(&["sync", "--accept-rewrite"]).ok();
    let history = sandbox.git(&["log", "-p", "main", "origin/main"]);
    assert!(!history.contains("xyz") && history.contains("Mine."), "{history}");
    let file = sandbox.ticket_file(&id);
    assert!(file.contains("seq: 2\n") && !file.contains("seq: 3\n"), "{file}");
    sandbox.run(&["audit", "--from-start"]).ok();
}

#[test]
fn who_insists_brings_back_what_was_taken_out() {
    let (sandbox, _, [one, _]) = purged(false);
    sandbox.run(&["sync", "--keep-mine"]).ok();
    let shown = sandbox.run(&["show", &one]).ok();
    assert!(shown.contains("hunter2") && shown.contains("was taken out"), "{shown}");
    sandbox.run(&["sync"]).ok();
}

#[test]
fn where_the_code_differs_git_goes_first() {
    let (sandbox, _, [one, two]) = purged(true);
    sandbox.run(&["comment", &two, "-m", "Mine."]).ok();
    let said = sandbox.run(&["sync", "--accept-rewrite"]).fails(1);
    let hint = said.split("hint: ").nth(1).unwrap().lines().next().unwrap();
    sandbox.shell(hint).ok();
    sandbox.run(&["sync"]).ok();
    assert!(!sandbox.git(&["log", "-p", "main", "origin/main"]).contains("hunter2"));
    assert!(sandbox.run(&["show", &two]).ok().contains("Mine."));
    assert!(sandbox.run(&["show", &one]).ok().contains("was taken out"));
}

#[test]
fn a_clone_that_never_synced_is_warned_by_what_git_remembers() {
    let (mut sandbox, a, [one, _]) = purged(false);
    sandbox.enter(&a);
    sandbox.run(&["comment", &one, "-m", "The password is hunter3."]).ok();
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.shell("git clone -q ../remote.git ../c").ok();
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    sandbox.run(&["comment", &one, "-m", "Taken out."]).ok();
    sandbox.git(&["push", "-q", "--force", "origin", "main"]);
    sandbox.enter(&sandbox.root().join("c").clone());
    sandbox.git(&["fetch", "-q"]);
    assert!(sandbox.run(&["sync"]).fails(1).contains("was rewritten"));
    sandbox.run(&["sync", "--accept-rewrite"]).ok();
    assert!(!sandbox.git(&["log", "-p", "main"]).contains("hunter3"));
}

#[test]
fn nothing_but_the_branch_is_pushed() {
    let (sandbox, a, _) = purged(false);
    sandbox.shell("cd ../remote.git && git branch keep").ok();
    let mut sandbox = sandbox;
    sandbox.enter(&a);
    sandbox.shell("git config push.followTags true && git config remote.origin.mirror true && git tag -a v1 -m v1 && git branch private").ok();
    let _ = sandbox.ticket("Sent");
    sandbox.run(&["sync"]).ok();
    let there = sandbox.git(&["ls-remote", "--heads", "--tags", "origin"]);
    assert!(
        there.contains("refs/heads/keep") && !there.contains("v1") && !there.contains("private"),
        "{there}"
    );
}

#[test]
fn a_branch_that_was_deleted_is_not_pushed_again_unasked() {
    let (sandbox, _, b) = clones();
    sandbox.run(&["init", "--branch", "support-tickets"]).ok();
    let _ = sandbox.ticket("One");
    sandbox.run(&["sync"]).ok();
    sandbox.shell(&format!("git -C {} push -q origin :support-tickets", b.display())).ok();
    for _ in 0..2 {
        let said = sandbox.run(&["sync"]).fails(1);
        let named = "no longer has the branch 'support-tickets'";
        assert!(said.contains(named) && said.contains("--keep-mine"), "{said}");
        assert_eq!(sandbox.git(&["ls-remote", "origin", "support-tickets"]), "");
    }
    sandbox.run(&["sync", "--keep-mine"]).ok();
    assert_ne!(sandbox.git(&["ls-remote", "origin", "support-tickets"]), "");
}

#[test]
fn a_fork_that_is_pushed_to_says_nothing_of_what_the_project_had() {
    let (mut sandbox, a, b) = clones();
    sandbox.git(&["clone", "-q", "--bare", ".", "../fork.git"]);
    sandbox.git(&["remote", "set-url", "--push", "origin", "../fork.git"]);
    for name in ["One", "Two"] {
        sandbox.ticket(name);
        for _ in 0..2 {
            sandbox.run(&["sync"]).ok();
        }
    }
    sandbox.git(&["fetch", "-q"]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    assert!(sandbox.run(&["sync"]).ok().contains("0 tickets from origin, 2 tickets to it"));
    assert_eq!(sandbox.git(&["-C", "../fork.git", "rev-parse", "main"]), sandbox.git(&["rev-parse", "main"]));
    // The project's own history is as it was seen.
    sandbox.enter(&b);
    let three = sandbox.ticket("Three");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    assert!(sandbox.run(&["sync"]).ok().contains("1 ticket from origin"));
    sandbox.run(&["show", &three]).ok();
    sandbox.enter(&b);
    sandbox.git(&["push", "-qf", "origin", "main~1:main"]);
    sandbox.enter(&a);
    let said = sandbox.run(&["sync"]).fails(1);
    assert!(said.contains("was rewritten"), "{said}");
}
