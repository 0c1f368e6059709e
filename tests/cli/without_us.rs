//! What people do with git where our program is not on the PATH, or without knowing of it: nothing is lost in silence.

use crate::sandbox::{Output, Sandbox, path_of};

/// A repository with a ticket, on `main` and on `side`, that both have changed.
fn forked() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.run(&["diagnose", &id, "-m", "The bank is down."]).ok();
    sandbox.run(&["edit", &id, "--severity", "minor"]).ok();
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.run(&["diagnose", &id, "-m", "The cache is stale."]).ok();
    sandbox.run(&["edit", &id, "--severity", "major"]).ok();
    (sandbox, id)
}

/// Git as a graphical client starts it: without our program.
fn git_alone(sandbox: &Sandbox, arguments: &str) -> Output {
    sandbox.shell(&format!("PATH=/usr/bin:/bin; ! command -v git-support && git {arguments}"))
}

#[test]
fn a_merge_without_our_program_is_an_honest_conflict_that_doctor_settles() {
    for merge in
        ["merge --no-edit side", "rebase side", "cherry-pick side", "-c merge.conflictStyle=diff3 merge side"]
    {
        let (sandbox, id) = forked();
        let output = git_alone(&sandbox, merge);
        assert_eq!(output.status, Some(1), "{merge}: {output:?}");
        assert!(output.stderr.contains("git support doctor --repair"), "{merge}: {output:?}");
        let file = std::fs::read_to_string(sandbox.repo().join(path_of(&id))).unwrap();
        assert!(
            file.contains("<<<<<<<") && file.contains("bank") && file.contains("cache"),
            "{merge}: {file}"
        );
        assert!(sandbox.git(&["status", "--porcelain"]).contains("UU "), "{merge}");
        // Every refusal on the way names the same command, and it helps.
        let stderr = sandbox.run_unwatched(&["comment", &id, "-m", "x"], "").stderr;
        let says = if merge.starts_with("rebase") { "git rebase" } else { "doctor --repair" };
        assert!(stderr.contains(says) && !stderr.contains("git restore"), "{merge}: {stderr}");
        sandbox.run_unwatched(&["doctor", "--repair"], "").ok();
        let file = std::fs::read_to_string(sandbox.repo().join(path_of(&id))).unwrap();
        assert!(
            !file.contains("<<<<<<<") && file.contains("bank") && file.contains("cache"),
            "{merge}: {file}"
        );
        let goes_on = if merge.starts_with("rebase") { "rebase --continue" } else { "commit --no-edit" };
        while sandbox.shell(&format!("GIT_EDITOR=true git {goes_on}")).status != Some(0) {
            sandbox.run_unwatched(&["doctor", "--repair"], "").ok();
        }
        let show = sandbox.run(&["show", &id]).ok();
        assert!(show.contains("bank") && show.contains("cache"), "{merge}: {show}");
        sandbox.run(&["audit"]).ok();
    }
}

#[test]
fn a_conflict_that_was_committed_without_our_program_loses_nothing() {
    let (sandbox, id) = forked();
    // An audit notes that nobody could read the file for a while.
    sandbox.is_tampered_with();
    assert_eq!(git_alone(&sandbox, "merge --no-edit side").status, Some(1));
    assert_eq!(git_alone(&sandbox, "commit -qam merged").status, Some(0));
    sandbox.run(&["doctor", "--repair"]).ok();
    let show = sandbox.run(&["show", &id]).ok();
    assert!(show.contains("bank") && show.contains("cache"), "{show}");
}

#[test]
fn a_clone_that_an_earlier_version_set_up_gets_the_new_driver() {
    let (sandbox, _) = forked();
    let old = "git support merge-driver %O %A %B %P";
    sandbox.git(&["config", "merge.support.driver", old]);
    sandbox.run(&["new", "Another"]).ok();
    assert!(sandbox.git(&["config", "merge.support.driver"]).contains("git merge-file"));
    // Somebody's own stays.
    sandbox.git(&["config", "merge.support.driver", "mine %A"]);
    sandbox.run(&["new", "A third"]).ok();
    assert_eq!(sandbox.git(&["config", "merge.support.driver"]).trim(), "mine %A");
}

#[test]
fn what_both_sides_set_is_said_by_merge_show_and_handover() {
    let (sandbox, id) = forked();
    let output = sandbox.try_git(&["merge", "--no-edit", "side"]);
    assert_eq!(output.status, Some(0), "{output:?}");
    assert!(output.stderr.contains(&format!("diagnosis of {id}")), "{output:?}");
    let show = sandbox.run(&["show", &id]).ok();
    assert!(
        show.contains("severity: also minor, by ") && show.contains("bank") && show.contains("cache"),
        "{show}"
    );
    let handover = sandbox.run(&["handover", &id]).ok();
    assert!(
        handover.contains("severity: also minor") && handover.contains("bank") && handover.contains("cache"),
        "{handover}"
    );
    // Once somebody decides, it is contested no more.
    sandbox.run(&["edit", &id, "--severity", "critical"]).ok();
    assert!(!sandbox.run(&["show", &id]).ok().contains("also minor"));
}

#[test]
fn a_revert_of_an_opening_and_a_removed_file_are_seen_and_brought_back() {
    for removal in [
        "git revert --no-edit HEAD",
        "git rm -q -r .support/tickets && git commit -qm gone",
        "git reset -q --soft HEAD~1 && git stash -q && git commit -q --allow-empty -m x && git merge -q --no-edit -s ours $was",
    ] {
        for driver in ["git config --unset merge.support.driver", "true"] {
            let sandbox = Sandbox::new();
            sandbox.git(&["stash", "-q"]);
            sandbox.run(&["init"]).ok();
            let id = sandbox.run(&["new", "Pay fails", "-m", "All of my words."]).ok().trim().to_owned();
            let output = sandbox.shell(&format!("was=$(git rev-parse HEAD); {driver}; {removal}"));
            assert_eq!(output.status, Some(0), "{removal}: {output:?}");
            assert!(!sandbox.repo().join(path_of(&id)).exists(), "{removal}");
            assert!(sandbox.run(&["doctor"]).stdout.contains("history.lost"), "{removal}");
            let audit = sandbox.run(&["audit"]);
            let is_revert = removal.starts_with("git revert");
            let (status, rule) = if is_revert { (0, "ticket.reverted") } else { (3, "ticket.removed") };
            assert_eq!(audit.status, Some(status), "{removal}: {audit:?}");
            assert!(audit.stdout.contains(rule), "{removal}: {audit:?}");
            sandbox.run(&["doctor", "--repair"]).ok();
            assert!(sandbox.run(&["show", &id]).ok().contains("All of my words."), "{removal}");
            sandbox.is_tampered_with();
        }
    }
}

#[test]
fn several_reverts_in_one_commit_are_reverts() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    let ids = [sandbox.ticket("Pay fails"), sandbox.ticket("Search fails")];
    for id in &ids {
        sandbox.run(&["comment", id, "-m", "In error."]).ok();
    }
    sandbox
        .shell("a=$(git rev-parse HEAD) b=$(git rev-parse HEAD~); git revert -n $a $b && git commit -qm \"Revert both\n\nThis reverts commit $a.\n\nThis reverts commit $b.\"")
        .ok();
    for id in &ids {
        assert!(!sandbox.ticket_file(id).contains("In error."));
    }
    let audit = sandbox.run(&["audit"]).ok();
    assert!(audit.contains("no problems found"), "{audit}");
    assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n");
}

#[test]
fn sync_says_what_a_remote_has_removed() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["init", "-q", "--bare", "-b", "main", "../hub.git"]);
    sandbox.git(&["remote", "add", "origin", "../hub.git"]);
    sandbox.git(&["push", "-q", "-u", "origin", "main"]);
    let output = sandbox.shell(
        "git clone -q ../hub.git ../eve && cd ../eve && git rm -q -r .support/tickets && git -c user.name=Eve -c user.email=e@f.g commit -qm gone && git push -q",
    );
    assert_eq!(output.status, Some(0), "{output:?}");
    sandbox.is_tampered_with();
    let stderr = sandbox.run(&["sync"]).stderr;
    assert!(
        stderr.contains(&format!("removed the file of {id}")) && stderr.contains("doctor --repair"),
        "{stderr}"
    );
    sandbox.run(&["doctor", "--repair"]).ok();
    assert!(sandbox.run(&["show", &id]).ok().contains("Pay fails"));
}

#[test]
fn what_was_edited_by_hand_on_a_side_is_not_lost_in_a_conflict() {
    for field in ["description", "title"] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-q"]);
        let id =
            sandbox.run(&["new", "Pay fails", "-m", "orig", "--severity", "minor"]).ok().trim().to_owned();
        let path = path_of(&id);
        sandbox.git(&["checkout", "-q", "-b", "side"]);
        let text = sandbox.ticket_file(&id);
        let from = if field == "title" { "title: Pay fails" } else { "description: orig" };
        sandbox.file(&path, text.replacen(from, &format!("{field}: By hand"), 1));
        sandbox.git(&["commit", "-qam", "hand"]);
        sandbox.git(&["checkout", "-q", "main"]);
        sandbox.run(&["edit", &id, "--severity", "major", "--description", "On main."]).ok();
        assert_eq!(git_alone(&sandbox, "merge --no-edit side").status, Some(1));
        sandbox.run_unwatched(&["doctor", "--repair"], "").ok();
        sandbox.git(&["commit", "-q", "--no-edit"]);
        let show = sandbox.run(&["show", &id]).ok();
        assert!(
            show.contains("By hand") && show.contains("On main.") && show.contains("major"),
            "{field}: {show}"
        );
        sandbox.is_tampered_with();
    }
}

#[test]
fn a_revert_takes_back_words_and_never_a_redaction() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("Pay fails for Ann Lee");
    sandbox.run(&["comment", &id, "-m", "First words."]).ok();
    sandbox.run(&["comment", &id, "-m", "Second words."]).ok();
    sandbox.git(&["revert", "--no-edit", "HEAD~1"]);
    assert!(!sandbox.run(&["handover", &id]).ok().contains("First words."));
    assert!(sandbox.run(&["handover", &id]).ok().contains("Second words."));
    sandbox.run(&["redact", &id, "--text", "Ann Lee", "-m", "Her wish."]).ok();
    sandbox.run(&["comment", &id, "-m", "After."]).ok();
    let _ = sandbox.try_git(&["revert", "--no-edit", "HEAD~1"]);
    let _ = sandbox.try_git(&["revert", "--quit"]);
    assert!(!sandbox.ticket_file(&id).contains("Ann Lee"), "{}", sandbox.ticket_file(&id));
    sandbox.run(&["audit"]).ok();
}
