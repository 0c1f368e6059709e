//! The index: whatever becomes of its file, the answer is the same.

use std::fs;
use std::path::PathBuf;

use crate::sandbox::{Sandbox, path_of};

fn file(sandbox: &Sandbox) -> PathBuf {
    sandbox.repo().join(".git/support/index.sqlite")
}

fn forget(sandbox: &Sandbox) {
    for end in ["", "-wal", "-shm"] {
        let path = PathBuf::from(format!("{}{end}", file(sandbox).display()));
        let _ = fs::remove_file(path);
    }
}

/// What a command prints where there can be no index: a folder stands in its place.
fn without_index(sandbox: &Sandbox, arguments: &[&str]) -> String {
    forget(sandbox);
    fs::create_dir(file(sandbox)).unwrap();
    let output = sandbox.run(arguments);
    assert_eq!(output.stderr.matches("index not available").count(), 1, "{}", output.stderr);
    fs::remove_dir(file(sandbox)).unwrap();
    ageless(&output.ok())
}

/// The text of a table without the ages, which go on with the sandbox's clock.
fn ageless(text: &str) -> String {
    let is_age = |word: &str| word.ends_with('m') && word.trim_end_matches('m').parse::<u32>().is_ok();
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().filter(|word| !is_age(word)).collect();
        format!("{}\n", words.join(" "))
    };
    text.lines().map(line).collect()
}

/// Some tickets with a history: two branches, a merge, a resolution.
fn history() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::new();
    let ids = ["Card payments fail", "Slow export", "How do I log in?"].map(|title| sandbox.ticket(title));
    sandbox.run(&["comment", &ids[0], "-m", "The gateway times out after payments over 1,000."]).ok();
    sandbox.git(&["branch", "other"]);
    sandbox.run(&["--branch", "other", "edit", &ids[0], "--severity", "blocker", "--label", "money"]).ok();
    sandbox.run(&["--branch", "other", "new", "Only there"]).ok();
    sandbox.run(&["edit", &ids[0], "--assignee", "me"]).ok();
    sandbox.run(&["resolve", &ids[1], "--as", "answered", "-m", "It is the timeout."]).ok();
    (sandbox, ids.to_vec())
}

const QUESTIONS: &[&[&str]] = &[
    &["list"],
    &["list", "--all", "--json"],
    &["list", "--json", "timeout OR gateway"],
    &["list", "--snippets", "gateway"],
    &["list", "was:new sort:title", "--format", "csv"],
    &["list", "--json", "--full", "payments"],
    &["list", "--all-branches", "--json"],
    &["list", "--branch", "other", "--json"],
    &["list", "--at", "HEAD~3", "--json"],
    &["next", "--json"],
];

#[test]
fn with_and_without_it_the_answers_are_the_same() {
    let (sandbox, ids) = history();
    let log: Vec<&str> = ["log", "--json"].into_iter().chain(ids.iter().map(String::as_str)).collect();
    for question in QUESTIONS.iter().copied().chain([&log[..]]) {
        let expected = without_index(&sandbox, question);
        forget(&sandbox);
        for round in ["cold", "warm"] {
            let output = sandbox.run(question);
            assert!(!output.stderr.contains("index"), "{question:?}: {}", output.stderr);
            assert_eq!(ageless(&output.ok()), expected, "{question:?}, {round}");
        }
    }
}

#[test]
fn whatever_is_in_its_file_the_answer_is_right_and_the_next_one_quiet() {
    let (sandbox, _) = history();
    let expected = ageless(&sandbox.run(&["list", "payments"]).ok());
    let whole = fs::read(file(&sandbox)).unwrap();
    let mut middle = whole.clone();
    let length = middle.len();
    middle[4096..length].iter_mut().step_by(7).for_each(|byte| *byte ^= 0x5a);
    let damages: [(&str, Vec<u8>); 5] = [
        ("empty", Vec::new()),
        ("no database", b"garbage garbage garbage".repeat(1000)),
        ("cut off", whole[..whole.len() / 2].to_vec()),
        ("flipped bytes", middle),
        ("only a heading", whole[..100].to_vec()),
    ];
    for (name, bytes) in damages {
        forget(&sandbox);
        fs::write(file(&sandbox), bytes).unwrap();
        let output = sandbox.run(&["list", "payments"]);
        assert!(output.stderr.lines().count() <= 1, "{name}: {}", output.stderr);
        assert_eq!(ageless(&output.ok()), expected, "{name}");
        let again = sandbox.run(&["list", "payments"]);
        assert_eq!(again.stderr, "", "{name}, again");
        assert_eq!(ageless(&again.ok()), expected, "{name}, again");
    }
}

#[test]
fn one_of_another_version_is_made_anew() {
    let (sandbox, _) = history();
    let expected = ageless(&sandbox.run(&["list", "payments"]).ok());
    let db = rusqlite::Connection::open(file(&sandbox)).unwrap();
    db.execute_batch("PRAGMA user_version = 99; DROP TABLE ticket; CREATE TABLE ticket (other TEXT)")
        .unwrap();
    drop(db);
    let output = sandbox.run(&["list", "payments"]);
    assert_eq!(output.stderr, "");
    assert_eq!(ageless(&output.ok()), expected);
}

#[test]
fn many_processes_share_it() {
    let (sandbox, ids) = history();
    forget(&sandbox);
    let script = "for i in 1 2 3 4 5 6; do (git-support list was:new >out.$i 2>err.$i) & \
                  (git-support -q comment $ID -m \"note $i\" >/dev/null) & done; wait; cat err.*";
    let said = sandbox.shell(&script.replace("$ID", &ids[2])).ok();
    assert_eq!(said, "");
    let expected = ageless(&sandbox.run(&["list", "was:new"]).ok());
    for number in 1..=6 {
        let found = fs::read_to_string(sandbox.repo().join(format!("out.{number}"))).unwrap();
        assert_eq!(ageless(&found), expected);
    }
    assert_eq!(sandbox.run(&["list", "note", "--json"]).ok().matches("\"id\"").count(), 1);
}

#[test]
fn whoever_makes_it_first_the_others_wait() {
    let (sandbox, _) = history();
    for round in 0..8 {
        forget(&sandbox);
        let said = sandbox
            .shell("for i in $(seq 24); do (git-support list >/dev/null 2>err.$i) & done; wait; cat err.*")
            .ok();
        assert_eq!(said, "", "{round}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_every_time_until_it_can() {
    let (sandbox, ids) = history();
    sandbox.is_tampered_with();
    sandbox.run(&["list"]).ok();
    sandbox.file(&path_of(&ids[0]), "id: nonsense\n");
    sandbox.git(&["commit", "-qm", "Break it", "--", &path_of(&ids[0])]);
    for _ in 0..2 {
        let output = sandbox.run(&["list"]);
        assert!(output.stderr.contains(&path_of(&ids[0])), "{}", output.stderr);
        assert!(!output.ok().contains("Card payments"));
    }
    sandbox.git(&["checkout", "-q", "HEAD~1", "--", &path_of(&ids[0])]);
    sandbox.git(&["commit", "-qm", "Mend it", "--", &path_of(&ids[0])]);
    let output = sandbox.run(&["list"]);
    assert_eq!(output.stderr, "");
    assert!(output.ok().contains("Card payments"));
}

#[test]
fn trees_that_git_has_cleaned_away_are_not_missed() {
    let (sandbox, ids) = history();
    sandbox.run(&["list"]).ok();
    sandbox.run(&["log", &ids[0]]).ok();
    sandbox.git(&["update-ref", "refs/heads/main", "other"]);
    sandbox.git(&["reflog", "expire", "--expire=now", "--all"]);
    sandbox.git(&["-c", "gc.pruneExpire=now", "prune", "--expire=now"]);
    for question in [&["list", "--json"][..], &["log", "--json", &ids[0]]] {
        let found = sandbox.run_unwatched(question, "").ok();
        assert_eq!(ageless(&found), without_index(&sandbox, question));
    }
}

#[test]
fn work_trees_share_one() {
    let (mut sandbox, _) = history();
    let aside = sandbox.root().join("aside");
    sandbox.git(&["worktree", "add", "-q", aside.to_str().unwrap(), "other"]);
    let main = ageless(&sandbox.run(&["list"]).ok());
    let repo = sandbox.repo().to_owned();
    sandbox.enter(&aside);
    assert!(sandbox.run_unwatched(&["list"], "").ok().contains("Only there"));
    assert!(!aside.join(".git/support").exists());
    sandbox.enter(&repo);
    assert_eq!(ageless(&sandbox.run(&["list"]).ok()), main);
}

#[test]
fn more_tickets_than_are_held_at_once_are_all_indexed() {
    let sandbox = Sandbox::new();
    let lines: String = (0..1_100).map(|number| format!("{{\"title\": \"Ticket {number}\"}}\n")).collect();
    sandbox.file("in.ndjson", lines);
    sandbox.run(&["import", "in.ndjson"]).ok();
    let whole = ["export", "sort:title", "--format", "csv"];
    let first = sandbox.run(&whole).ok();
    assert_eq!(first.lines().count(), 1_101);
    assert!(
        ageless(&first) == without_index(&sandbox, &whole),
        "the index of all is not what the files hold"
    );
    sandbox.run(&whole).ok();
    // The same branch, at a commit that changed all of them.
    sandbox.run(&["edit", "--query", "status:open", "--label", "moved", "--yes"]).ok();
    sandbox.ticket("One more");
    let changed = sandbox.run(&whole).ok();
    assert_eq!((changed.lines().count(), changed.matches("moved").count()), (1_102, 1_100));
    assert!(
        ageless(&changed) == without_index(&sandbox, &whole),
        "the index of the changed is not what the files hold"
    );
}
