//! A change opens the repository once, and reads each of the project's files once.

use std::process::Command;

use crate::sandbox::{Sandbox, has_tool};

/// How often a command opens files whose path ends in each of these.
fn opens(sandbox: &Sandbox, arguments: &[&str], ends: &[&str]) -> Vec<usize> {
    let log = sandbox.root().join("calls");
    let binary = env!("CARGO_BIN_EXE_git-support");
    let mut command: Command = sandbox.command("strace");
    command.args(["-f", "-qq", "-e", "trace=open,openat", "-o"]).arg(&log).arg(binary).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = std::fs::read_to_string(&log).unwrap();
    let found = |line: &&str| !line.contains("ENOENT");
    let count =
        |end: &&str| calls.lines().filter(found).filter(|line| line.contains(&format!("{end}\""))).count();
    ends.iter().map(count).collect()
}

#[test]
fn a_change_opens_the_repository_once() {
    if !has_tool("strace") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1"]).ok();
    let id = sandbox.ticket("One");
    sandbox.git(&["gc", "-q"]);
    // libgit2 reads the repository's own configuration when it opens it.
    let config = "repo/.git/config";
    let read = opens(&sandbox, &["list"], &[config])[0];
    let escalate = ["escalate", &id, "--requirements", "Pays by card.", "--troubleshooting", "Another card."];
    assert_eq!(opens(&sandbox, &escalate, &[config])[0], read, "a write opens it as often as a read");
    assert_eq!(opens(&sandbox, &["owner", &id, "--to", "me"], &[config])[0], read);
    assert_eq!(opens(&sandbox, &["triage", &id, "--assignee", "me"], &[config])[0], read);
}

#[test]
fn settings_and_people_are_read_once() {
    if !has_tool("strace") {
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1"]).ok();
    let id = sandbox.ticket("One");
    // A blob in a file of its own is opened twice each time that it is read, for its length and for its content.
    let files: Vec<String> = [".support/config.yaml", ".support/team.yaml"]
        .iter()
        .map(|path| sandbox.git(&["rev-parse", &format!("HEAD:{path}")]).trim()[2..].to_owned())
        .collect();
    let once = [2, 2];
    let ends: Vec<&str> = files.iter().map(String::as_str).collect();
    assert_eq!(opens(&sandbox, &["list"], &ends), once);
    assert_eq!(opens(&sandbox, &["comment", &id, "-m", "Seen."], &ends), once);
    assert_eq!(opens(&sandbox, &["assign", &id, "--to", "me"], &ends), once);
}
