//! A ticket can always go on: at the limit of its size, and when two full ones are merged.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, path_of};

/// Adds notes to a ticket, 60,000 bytes each, as an import brings them.
fn fill(sandbox: &Sandbox, id: &str, letter: char, notes: u64, arguments: &[&str]) {
    let exported = sandbox.run(&[&["export", "--full"], arguments].concat()).ok();
    let line = exported.lines().find(|line| line.contains(id)).unwrap();
    let mut ticket: Value = serde_json::from_str(line).unwrap();
    let timeline = ticket["timeline"].as_array_mut().unwrap();
    let first = timeline.last().unwrap()["seq"].as_u64().unwrap();
    let mut last = timeline.last().unwrap()["id"].clone();
    for number in 0..notes {
        let mut entry = String::new();
        let _ = write!(entry, "{letter}{number:07}");
        timeline.push(json!({
            "seq": first + number + 1, "id": entry, "after": [last], "at": "2026-11-23T10:00:00Z",
            "by": "Dana Li <dana@example.com>", "action": "comment", "note": letter.to_string().repeat(60_000),
        }));
        last = timeline.last().unwrap()["id"].clone();
    }
    sandbox.run_with(&[&["import", "-"], arguments].concat(), ticket.to_string()).ok();
}

fn size(sandbox: &Sandbox, id: &str) -> usize {
    sandbox.ticket_file(id).len()
}

#[test]
fn a_full_ticket_takes_every_step_and_long_texts_are_attached() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["diagnose", &id, "-m", &"d".repeat(60_000)]).ok();
    fill(&sandbox, &id, 'a', 70, &[]);
    assert!(size(&sandbox, &id) > 4 * 1024 * 1024);
    // A long text is refused, and the command that the refusal names takes it.
    sandbox.file("long.txt", "l".repeat(20_000));
    let stderr = sandbox.run(&["comment", &id, "-F", "long.txt"]).fails(1);
    let hint = format!("git support attach {id} FILE");
    assert!(stderr.contains("it is full") && stderr.contains(&hint), "{stderr}");
    sandbox.run(&["attach", &id, "long.txt"]).ok();
    for step in [
        &["comment", &id, "-m", "Still open."][..],
        &["edit", &id, "--severity", "major", "--label", "card"],
        &["triage", &id, "--assignee", "dana@example.com"],
        &["escalate", &id, "--requirements", "r", "--troubleshooting", "t"],
        &["pend", &id, "--follow-up", "3d", "-m", "Which card?"],
        &["resume", &id],
        &["resolve", &id, "--as", "answered", "-m", "Told them."],
        &["undo", &id],
        &["undo", &id],
        &["close", &id],
        &["reopen", &id, "-m", "Again."],
        &["redact", &id, "--text", "aaaaaaaaaaaaaaaaaaaa", "-m", "Noise."],
    ] {
        sandbox.run(step).ok();
    }
    // What is taken back may be long: it is nothing new.
    let timeline = sandbox.field(&id, "timeline");
    let diagnosis = timeline[1]["id"].as_str().unwrap();
    sandbox.run(&["undo", diagnosis]).ok();
    sandbox.run(&["undo", &id]).ok();
    assert!(sandbox.run(&["show", &id]).ok().contains("ddddddddddd"));
    sandbox.run(&["doctor"]).ok();
}

#[test]
fn two_full_tickets_merge_into_one_that_goes_on() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["branch", "side"]);
    fill(&sandbox, &id, 'a', 65, &[]);
    fill(&sandbox, &id, 'b', 65, &["--branch", "side"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    assert!(size(&sandbox, &id) > 7 * 1024 * 1024);
    sandbox.run(&["comment", &id, "-m", "Both are here."]).ok();
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "Done."]).ok();
    assert_eq!(sandbox.field(&id, "timeline").as_array().unwrap().len(), 133);
    sandbox.run(&["doctor"]).ok();
}

#[test]
fn more_than_anybody_can_read_is_not_written() {
    let sandbox = Sandbox::new().may_be_damaged();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["branch", "side"]);
    fill(&sandbox, &id, 'a', 290, &[]);
    fill(&sandbox, &id, 'b', 290, &["--branch", "side"]);
    let output = sandbox.try_git(&["merge", "--no-edit", "side"]);
    assert!(output.status != Some(0) && output.stderr.contains("when merged"), "{output:?}");
    sandbox.git(&["merge", "--abort"]);
    assert!(sandbox.run(&["log", &id, "--limit", "1"]).ok().contains("comment"));
    assert!(sandbox.repo().join(path_of(&id)).exists());
}
