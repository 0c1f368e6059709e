//! Many at once: several processes, and a person who commits beside them.

use std::collections::BTreeSet;

use crate::sandbox::Sandbox;

const PROCESSES: usize = 8;
const CHANGES: usize = 50;

/// Runs a change until it is not told to try again.
fn patiently(sandbox_root: &std::path::Path, arguments: &[&str], seed: &str) {
    loop {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_git-support"))
            .args(arguments)
            .current_dir(sandbox_root)
            .env("HOME", sandbox_root)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_SUPPORT_SEED", seed)
            .output()
            .unwrap();
        match output.status.code() {
            Some(0) => return,
            Some(4) => {}
            status => panic!("{status:?}: {}", String::from_utf8_lossy(&output.stderr)),
        }
    }
}

#[test]
fn eight_processes_lose_nothing() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "user.name", "Crowd"]);
    sandbox.git(&["config", "user.email", "crowd@example.com"]);
    let ids: Vec<String> = ["A", "B", "C"].iter().map(|title| sandbox.ticket(title)).collect();
    let commits = sandbox.subjects().len();
    let work = sandbox.users_work();
    std::thread::scope(|scope| {
        for process in 0..PROCESSES {
            let (ids, repo) = (&ids, sandbox.repo());
            scope.spawn(move || {
                for change in 0..CHANGES {
                    let id = &ids[(process + change) % ids.len()];
                    let note = format!("{process}/{change}");
                    patiently(repo, &["comment", id, "-m", &note], &format!("crowd {note}"));
                }
            });
        }
    });
    assert_eq!(sandbox.subjects().len(), commits + PROCESSES * CHANGES);
    let mut notes = BTreeSet::new();
    for id in &ids {
        let ticket: serde_json::Value =
            serde_json::from_str(&sandbox.run(&["show", id, "--json"]).ok()).unwrap();
        for entry in &ticket["timeline"].as_array().unwrap()[1..] {
            assert!(notes.insert(entry["note"].as_str().unwrap().to_owned()));
        }
    }
    assert_eq!(notes.len(), PROCESSES * CHANGES);
    assert_eq!(sandbox.users_work(), work);
}

#[test]
fn a_crowd_over_an_odd_index_loses_nothing() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "user.name", "Crowd"]);
    sandbox.git(&["config", "user.email", "crowd@example.com"]);
    sandbox.git(&["update-index", "--split-index"]);
    let work = sandbox.users_work();
    std::thread::scope(|scope| {
        for process in 0..4 {
            let repo = sandbox.repo();
            scope.spawn(move || {
                for change in 0..10 {
                    let title = format!("{process}/{change}");
                    patiently(repo, &["new", &title], &format!("odd {title}"));
                }
            });
        }
    });
    let tickets = sandbox.git(&["ls-files", ".support/tickets"]);
    assert_eq!(tickets.lines().count(), 40);
    assert_eq!(sandbox.users_work(), work);
}

#[test]
fn a_person_who_commits_beside_us_reverts_no_ticket() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "user.name", "Crowd"]);
    sandbox.git(&["config", "user.email", "crowd@example.com"]);
    sandbox.git(&["commit", "-qam", "All of it"]);
    let _ = sandbox.ticket("First");
    std::thread::scope(|scope| {
        for process in 0..3 {
            let repo = sandbox.repo();
            scope.spawn(move || {
                for change in 0..25 {
                    let title = format!("{process}/{change}");
                    patiently(repo, &["new", &title], &format!("person {title}"));
                }
            });
        }
        for commit in 0..25 {
            sandbox.file("code.rs", format!("// {commit}\n"));
            // Git's own locks may refuse it; what it must not do is take a ticket away.
            let _ = sandbox.try_git(&["commit", "-q", "-a", "-m", "By a person"]);
        }
    });
    let tickets = sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD", ".support/tickets"]);
    assert_eq!(tickets.lines().count(), 76);
    assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "");
}
