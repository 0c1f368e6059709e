//! Commits that git reads and libgit2 does not: of an old import, or of somebody who may push.

use crate::sandbox::{Sandbox, path_of};

/// What is wrong with a commit, as a change of its lines.
const MALFORMED: [&str; 6] = [
    "s/^committer .*/committer A <a@x.io> notadate/",
    "s/^author .*/author A <a@x.io> 99999999999999999999 +0000/",
    "s/^author .*/author broken/",
    "s/^author .*/author A <a@x.io> 1700000000 +9999999/",
    "/^author/d",
    "/^committer/d",
];

/// Makes the tip of HEAD malformed.
fn break_tip(sandbox: &Sandbox, how: &str) {
    let script = format!(
        "git update-ref HEAD $(git cat-file commit HEAD | sed '{how}' | git hash-object -t commit -w --stdin --literally)"
    );
    sandbox.shell(&script).ok();
}

#[test]
fn a_tip_that_is_malformed_stops_nothing() {
    for how in MALFORMED {
        let sandbox = Sandbox::new().may_be_damaged();
        let id = sandbox.ticket("Pay fails");
        sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Code"]);
        break_tip(&sandbox, how);
        // Beside, on a branch that nobody is on, too.
        sandbox.git(&["branch", "beside"]);
        for command in [
            "list",
            "next",
            "report",
            "log",
            "audit",
            "doctor",
            "scan",
            "list --all-branches",
            "list --at HEAD",
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            sandbox.run_unwatched(&words, "").ok();
        }
        sandbox.run(&["show", &id]).ok();
        sandbox.run(&["comment", &id, "-m", "It goes on."]).ok();
        assert!(sandbox.run(&["show", &id]).ok().contains("It goes on."), "{how}");
        sandbox.run(&["log", &id]).ok();
        sandbox.run(&["audit"]).ok();
        assert!(sandbox.git(&["log", "--oneline"]).lines().count() >= 4, "{how}");
        // As a gate asks, from a branch that grew on it.
        for range in ["beside..HEAD", "beside...HEAD", "HEAD...beside"] {
            sandbox.run(&["audit", range]).ok();
        }
    }
}

#[test]
fn what_a_malformed_commit_did_to_a_ticket_is_found() {
    for how in MALFORMED {
        let sandbox = Sandbox::new().may_be_damaged();
        sandbox.is_tampered_with();
        let id = sandbox.ticket("Pay fails");
        let edit = format!("sed -i 's/^title: .*/title: Nothing/' {}; git commit -qam Tidy", path_of(&id));
        sandbox.shell(&edit).ok();
        break_tip(&sandbox, how);
        let found = sandbox.run_unwatched(&["audit"], "").fails_with_gate();
        assert!(found.contains("head.unaccounted"), "{how}: {found}");
        // Seen, and gone on from.
        sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Code"]);
        let found = sandbox.run_unwatched(&["audit"], "").fails_with_gate();
        assert!(found.contains("head.unaccounted"), "{how}: {found}");
    }
}

#[test]
fn an_entry_in_a_malformed_commit_is_of_its_author_or_not() {
    for how in MALFORMED {
        let sandbox = Sandbox::new().may_be_damaged();
        sandbox.is_tampered_with();
        let id = sandbox.ticket("Pay fails");
        sandbox.run(&["comment", &id, "-m", "Mine."]).ok();
        break_tip(&sandbox, how);
        let log = sandbox.run(&["log", &id]).ok();
        assert!(log.contains("Mine."), "{how}: {log}");
        let output = sandbox.run_unwatched(&["audit"], "");
        let is_authors = how.contains("committer");
        assert_eq!(output.stdout.contains("error: entry.author"), !is_authors, "{how}: {output:?}");
    }
}

#[test]
fn a_commit_that_names_a_ticket_and_is_malformed_stops_nothing() {
    for how in MALFORMED {
        for trailer in ["Support-Ticket", "Resolves-Ticket"] {
            let sandbox = Sandbox::new().may_be_damaged();
            let id = sandbox.ticket("Pay fails");
            sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Fix", "-m", &format!("{trailer}: {id}")]);
            break_tip(&sandbox, how);
            sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Next"]);
            sandbox.git(&["tag", "v1"]);
            sandbox.run(&["release", "handover", "1", "--tag", "v1", "-m", "Ready."]).ok();
            for _ in 0..2 {
                for command in ["scan", "show ID", "audit", "release notes 1", "log ID", "doctor"] {
                    let said = sandbox.shell(&format!("git support {}", command.replace("ID", &id)));
                    assert!(!said.stderr.contains("error:"), "{how} {trailer} {command}: {}", said.stderr);
                }
            }
        }
    }
}
