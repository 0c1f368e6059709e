//! Tickets between clones: fetched, made one, pushed, without code and without a loss.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;

/// A bare remote with a commit of code, and two clones of it; the sandbox is in the first.
pub(crate) fn clones() -> (Sandbox, PathBuf, PathBuf) {
    let mut sandbox = Sandbox::nowhere();
    sandbox.shell("git init -q -b main . && echo one > code.rs && git add . && git commit -qm Begin").ok();
    let root = sandbox.root().to_owned();
    sandbox
        .shell(
            "git clone -q --bare . ../remote.git && for c in a b; do git clone -q ../remote.git ../$c; done",
        )
        .ok();
    sandbox.enter(&root.join("a"));
    (sandbox, root.join("a"), root.join("b"))
}

fn titles(sandbox: &Sandbox) -> Vec<String> {
    let json = sandbox.run(&["list", "--all", "--json"]).ok();
    let list: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut titles: Vec<String> =
        list.as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

#[test]
fn two_clones_meet() {
    let (mut sandbox, a, b) = clones();
    sandbox.ticket("Of A");
    assert_eq!(sandbox.run(&["sync"]).ok(), "main: 0 tickets from origin, 1 ticket to it\n");
    sandbox.enter(&b);
    let id = sandbox.ticket("Of B");
    let said: serde_json::Value = serde_json::from_str(&sandbox.run(&["sync", "--json"]).ok()).unwrap();
    assert_eq!((said["received"].as_array().unwrap().len(), &said["sent"][0]), (1, &id.as_str().into()));
    assert_eq!(titles(&sandbox), ["Of A", "Of B"]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    sandbox.run(&["comment", &id, "-m", "From B."]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.file("code.rs", "mine\n");
    sandbox.run(&["sync"]).ok();
    assert!(sandbox.run(&["show", &id]).ok().contains("From B."));
    assert_eq!(sandbox.git(&["rev-parse", "main"]), sandbox.git(&["rev-parse", "origin/main"]));
    assert_eq!(sandbox.run(&["sync"]).ok(), "main: 0 tickets from origin, 0 tickets to it\n");
    // The same ticket on both sides.
    sandbox.run(&["edit", &id, "--severity", "major"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["edit", &id, "--severity", "critical"]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.run(&["sync"]).ok();
    assert_eq!(sandbox.field(&id, "severity"), "critical");
    assert_eq!(sandbox.run(&["log", &id, "--format", "ndjson"]).ok().lines().count(), 4);
}

#[test]
fn code_is_neither_merged_nor_pushed() {
    let (mut sandbox, a, b) = clones();
    sandbox.enter(&b);
    sandbox.shell("echo theirs > theirs.rs && git add . && git commit -qm Theirs && git push -q").ok();
    let theirs = sandbox.ticket("With their code");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.shell("echo ours > ours.rs && git add . && git commit -qm Ours").ok();
    let ours = sandbox.ticket("With our code");
    sandbox.run(&["comment", &ours, "-m", "Two commits."]).ok();
    sandbox.run(&["sync"]).ok();
    assert_eq!(titles(&sandbox), ["With our code", "With their code"]);
    assert!(sandbox.repo().join("ours.rs").exists() && !sandbox.repo().join("theirs.rs").exists());
    assert!(sandbox.subjects()[0].starts_with("support: take over the tickets of origin/main"));
    let there = sandbox.git(&["ls-tree", "--name-only", "origin/main"]);
    assert_eq!(there, ".support\ncode.rs\ntheirs.rs\n");
    let subjects = sandbox.git(&["log", "--format=%s", "-2", "origin/main"]);
    assert!(
        subjects.starts_with(&format!("support: comment {ours}")),
        "each commit is carried over: {subjects}"
    );
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    // In time the code meets, and so do the tickets, without a conflict.
    sandbox.git(&["merge", "-q", "--no-edit", "origin/main"]);
    sandbox.run(&["comment", &theirs, "-m", "All together."]).ok();
    let before = sandbox.git(&["rev-parse", "origin/main"]);
    sandbox.run(&["sync"]).ok();
    assert_eq!(sandbox.git(&["ls-tree", "--name-only", "origin/main"]), there, "code is still not pushed");
    assert_ne!(sandbox.git(&["rev-parse", "origin/main"]), before);
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    assert!(sandbox.run(&["show", &theirs]).ok().contains("All together."));
}

#[test]
fn a_branch_for_tickets_alone_travels_by_itself() {
    let (mut sandbox, a, b) = clones();
    sandbox.run(&["init", "--branch", "support-tickets"]).ok();
    sandbox.ticket("Of A");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.git(&["config", "support.branch", "support-tickets"]);
    sandbox.git(&["fetch", "-q"]);
    assert_eq!(titles(&sandbox), ["Of A"]);
    sandbox.ticket("Of B");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.ticket("Again of A");
    sandbox.run(&["sync"]).ok();
    assert_eq!(titles(&sandbox), ["Again of A", "Of A", "Of B"]);
    assert_eq!(sandbox.subjects(), ["Begin"], "the code's branch stays");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_change_can_be_pushed_at_once_or_stays_here() {
    let (mut sandbox, a, b) = clones();
    let id = sandbox.run(&["new", "Pushed", "--push"]).ok().trim().to_owned();
    sandbox.enter(&b);
    sandbox.run(&["new", "Pushed too", "--push"]).ok();
    sandbox.enter(&a);
    sandbox.run(&["comment", &id, "-m", "Also pushed.", "--push"]).ok();
    assert!(!sandbox.git(&["show", "--format=%s", "-s", "origin/main^2"]).trim().is_empty());
    let hook = sandbox.root().join("remote.git/hooks/pre-receive");
    std::fs::write(&hook, "#!/bin/sh\necho 'main is protected' >&2\nexit 1\n").unwrap();
    sandbox.shell(&format!("chmod +x {}", hook.display())).ok();
    let stderr = sandbox.run(&["comment", &id, "-m", "Kept here.", "--push"]).fails(1);
    assert!(
        stderr.contains(&format!("committed on main here ({id}), but not pushed"))
            && stderr.contains("protected"),
        "{stderr}"
    );
    assert!(sandbox.run(&["show", &id]).ok().contains("Kept here."));
    // What was made is answered all the same: a script has its ticket, and knows that it is here alone.
    let made = sandbox.run(&["new", "Here alone", "--push"]);
    assert_eq!(made.status, Some(1));
    assert_eq!(sandbox.field(made.stdout.trim(), "title"), "Here alone");
    let made = sandbox.run(&["new", "In JSON", "--push", "--json"]);
    let (answer, error): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&made.stdout).unwrap(), serde_json::from_str(made.stderr.trim()).unwrap());
    assert_eq!((made.status, answer["title"].as_str()), (Some(1), Some("In JSON")));
    assert!(error["error"]["message"].as_str().unwrap().contains("but not pushed"), "{error}");
    std::fs::remove_file(&hook).unwrap();
    sandbox.run(&["sync"]).ok();
    sandbox.git(&["remote", "set-url", "origin", "/nowhere"]);
    assert!(sandbox.run(&["sync"]).fails(1).contains("git fetch origin"));
}

#[test]
fn only_the_name_of_a_remote_is_taken() {
    let (sandbox, ..) = clones();
    let _ = sandbox.ticket("One");
    for evil in
        ["--upload-pack=touch hacked", "ext::touch hacked", "-oProxyCommand=x", "../remote.git", "nowhere"]
    {
        let stderr = sandbox.run(&["sync", "--", evil]).fails(1);
        assert!(stderr.contains("no remote") && stderr.contains("one of: origin"), "{stderr}");
    }
    assert!(!sandbox.repo().join("hacked").exists());
}

#[test]
fn two_tickets_that_met_under_one_id_are_both_kept() {
    let (mut sandbox, a, b) = clones();
    let copy = |sandbox: &Sandbox, title: &str| {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
        command.args(["new", title]).env("GIT_SUPPORT_SEED", "7");
        crate::sandbox::finish(command, b"").ok().trim().to_owned()
    };
    let one = copy(&sandbox, "Of A");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    // The same id, but another entry: as two machines could draw it.
    let other = copy(&sandbox, "Of B");
    assert_eq!(one, other);
    let output = sandbox.run(&["sync"]);
    assert!(output.stderr.contains("the newer one is now"), "{output:?}");
    sandbox.enter(&a);
    sandbox.run(&["sync"]).ok();
    assert_eq!(titles(&sandbox), ["Of A", "Of B"]);
    sandbox.enter(&b);
    assert_eq!(titles(&sandbox), ["Of A", "Of B"]);
}

#[test]
fn clones_that_write_and_sync_at_once_lose_nothing() {
    let (mut sandbox, a, b) = clones();
    let c = sandbox.root().join("c");
    sandbox.shell("git clone -q ../remote.git ../c").ok();
    let begun = Instant::now();
    let worker = |clone: &PathBuf, number: usize| {
        let line = format!(
            "cd {} && unset GIT_SUPPORT_SEED GIT_AUTHOR_DATE GIT_COMMITTER_DATE GIT_SUPPORT_NOW; \
             for i in $(seq 100); do git support new \"w{number} $i\" -q || exit 1; done",
            clone.display()
        );
        let mut command = sandbox.command("sh");
        command.args(["-c", &line]);
        std::thread::spawn(move || crate::sandbox::finish(command, b"").ok())
    };
    let syncer = |clone: &PathBuf| {
        let line = format!(
            "cd {} && for i in $(seq 12); do git support sync -q || exit 1; sleep 0.5; done",
            clone.display()
        );
        let mut command = sandbox.command("sh");
        command.args(["-c", &line]);
        std::thread::spawn(move || crate::sandbox::finish(command, b"").ok())
    };
    let person = {
        let line = format!(
            "cd {} && for i in $(seq 10); do sleep 0.5; echo $i >> code.rs; until git commit -qam code$i 2>/dev/null; do sleep 0.05; done; git gc -q; done",
            c.display()
        );
        let mut command = sandbox.command("sh");
        command.args(["-c", &line]);
        std::thread::spawn(move || crate::sandbox::finish(command, b"").ok())
    };
    let clones = [&a, &b, &c];
    let mut threads: Vec<_> = (0..8).map(|number| worker(clones[number % 3], number)).collect();
    threads.extend(clones.iter().map(|clone| syncer(clone)));
    threads.push(person);
    for thread in threads {
        thread.join().unwrap();
    }
    let took = begun.elapsed().max(Duration::from_millis(1));
    println!("800 tickets from 8 processes in 3 clones, synced: {:.1} a second", 800.0 / took.as_secs_f64());
    for _ in 0..2 {
        for clone in clones {
            sandbox.enter(clone);
            sandbox.run(&["sync"]).ok();
        }
    }
    for clone in clones {
        sandbox.enter(clone);
        assert_eq!(titles(&sandbox).len(), 800, "{}", clone.display());
        assert_eq!(sandbox.git(&["fsck", "--strict", "--no-dangling"]), "");
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    }
    assert_eq!(
        sandbox.git(&["log", "--format=%s", "--grep=^code"]).lines().count(),
        10,
        "the person's commits"
    );
}

#[test]
fn settings_that_both_sides_changed_are_merged_by_git() {
    let (mut sandbox, a, b) = clones();
    sandbox.run(&["config", "set", "policy.retain", "1y"]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    sandbox.run(&["config", "set", "policy.retain", "2y"]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.run(&["config", "set", "policy.retain", "3y"]).ok();
    let refused = sandbox.run(&["sync"]).fails(1);
    assert!(refused.contains(".support/config.yaml was changed on both sides in policy.retain"), "{refused}");
    assert!(refused.contains("git pull --no-rebase"), "{refused}");
    // As the hint says.
    assert_eq!(sandbox.try_git(&["pull", "-q", "--no-rebase"]).status, Some(1));
    let path = sandbox.repo().join(".support/config.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let settled: Vec<&str> = text
        .lines()
        .filter(|line| !["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)))
        .filter(|line| !line.contains("2y"))
        .collect();
    std::fs::write(&path, settled.join("\n") + "\n").unwrap();
    sandbox.git(&["commit", "-qam", "Keep three years"]);
    sandbox.run(&["sync"]).ok();
    assert_eq!(sandbox.run(&["config", "get", "policy.retain"]).ok(), "3y\n");
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    assert_eq!(sandbox.run(&["config", "get", "policy.retain"]).ok(), "3y\n");
}

#[test]
fn what_could_not_be_pushed_goes_with_the_next_push_whatever_that_does() {
    let (sandbox, _, _) = clones();
    let id = sandbox.run(&["new", "Kept", "--push"]).ok().trim().to_owned();
    let there = sandbox.git(&["config", "remote.origin.url"]);
    sandbox.git(&["remote", "set-url", "origin", "/nowhere"]);
    // Where nothing is to be sent, a remote that is gone is no matter.
    for words in
        [&["edit", &id, "--title", "Kept", "--push"][..], &["run", "--push", "--resolve", "--", "true"]]
    {
        let output = sandbox.run(words);
        assert!(output.status == Some(0) && !output.stderr.contains("not pushed"), "{words:?} {output:?}");
    }
    let said = sandbox.run(&["comment", &id, "-m", "Here.", "--push"]).fails(1);
    assert!(said.contains("but not pushed"), "{said}");
    assert!(sandbox.run(&["edit", &id, "--title", "Kept", "--push"]).fails(1).contains("not pushed"));
    sandbox.git(&["remote", "set-url", "origin", there.trim()]);
    sandbox.run(&["edit", &id, "--title", "Kept", "--push"]).ok();
    assert_eq!(sandbox.git(&["rev-parse", "main"]), sandbox.git(&["rev-parse", "origin/main"]));
}
