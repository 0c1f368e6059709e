//! Hand edits that are adopted, changes that are taken back.

use crate::sandbox::{Sandbox, path_of};

#[test]
fn an_edit_by_hand_is_adopted_with_the_entry_that_accounts_for_it() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let path = path_of(&id);
    let edit = |from: &str, to: &str| {
        let text = std::fs::read_to_string(sandbox.repo().join(&path)).unwrap();
        sandbox.file(&path, text.replace(from, to));
    };
    assert!(sandbox.run(&["save"]).stderr.contains("nothing to save"));
    edit("title: Pay fails\n", "title: Paying fails\nlabels: [card]\nseverity: major\n");
    let said = sandbox.run(&["save", "--dry-run"]).ok();
    assert!(said.contains("+severity: major") && said.contains("Support-Severity: major"), "{said}");
    sandbox.run_unwatched(&["save", "-m", "Edited in my editor."], "").ok();
    assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "");
    let log = sandbox.run(&["log", &id]).ok();
    assert!(log.contains("title: Pay fails -> Paying fails") && log.contains("labels: +card"), "{log}");
    // Staged, it is adopted as well; the rest of the index stays.
    edit("severity: major", "severity: blocker");
    sandbox.git(&["add", &path]);
    sandbox.run_unwatched(&["save", &id[..5]], "").ok();
    assert_eq!(sandbox.field(&id, "severity"), "blocker");
    assert_eq!(sandbox.git(&["diff", "--cached", "--name-only"]), "code.rs\n");
    // What cannot be adopted stays as it is, and says why.
    for (from, to, said) in [
        ("severity: blocker", "severity: terrible", "severity"),
        ("action: open", "action: edit", "timeline entries cannot be edited"),
        ("schema: 2", "schema 2", path.as_str()),
    ] {
        let before = std::fs::read_to_string(sandbox.repo().join(&path)).unwrap();
        edit(from, to);
        let stderr = sandbox.run(&["save"]).fails(1);
        assert!(stderr.contains(said), "{stderr}");
        assert!(std::fs::read_to_string(sandbox.repo().join(&path)).unwrap().contains(to));
        sandbox.file(&path, before);
    }
    std::fs::remove_file(sandbox.repo().join(&path)).unwrap();
    assert!(sandbox.run(&["save"]).fails(1).contains("git restore"));
}

#[test]
fn settings_edited_by_hand_are_checked_before_they_count() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    sandbox.file(".support/config.yaml", "schema: 1\ncommit:\n  prefx: tickets\n");
    let stderr = sandbox.run(&["save"]).fails(1);
    assert!(stderr.contains(".support/config.yaml:3") && stderr.contains("commit.prefix"), "{stderr}");
    sandbox.file(".support/config.yaml", "schema: 1\ncommit:\n  prefix: tickets\n");
    sandbox.run_unwatched(&["save"], "").ok();
    assert_eq!(sandbox.subjects()[0], "support: save config.yaml");
    let _ = sandbox.ticket("One");
    assert!(sandbox.subjects()[0].starts_with("tickets: open"));
}

#[test]
fn a_change_is_taken_back_by_a_change() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let severity = || sandbox.field(&id, "severity");
    sandbox.run(&["edit", &id, "--severity", "major", "--label", "card", "--description", "Long."]).ok();
    sandbox.run(&["edit", &id, "--severity", "blocker", "--label", "pay", "--description", "Longer."]).ok();
    let before = sandbox.subjects().len();
    sandbox.run(&["undo"]).ok();
    assert_eq!((severity(), sandbox.field(&id, "description")), ("major".into(), "Long.".into()));
    assert_eq!(sandbox.field(&id, "labels"), serde_json::json!(["card"]));
    assert_eq!(sandbox.subjects().len(), before + 1);
    assert!(sandbox.subjects()[0].starts_with(&format!("support: undo {id}")), "{:?}", sandbox.subjects());
    // Undone twice, it is done again.
    sandbox.run(&["undo", &id]).ok();
    assert_eq!((severity(), sandbox.field(&id, "description")), ("blocker".into(), "Longer.".into()));
    assert_eq!(sandbox.field(&id, "labels"), serde_json::json!(["card", "pay"]));
    // What somebody else has changed since stays.
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    command.args(["edit", &id, "--severity", "minor"]).env("GIT_AUTHOR_EMAIL", "eve@example.com");
    crate::sandbox::finish(command, b"").ok();
    let output = sandbox.run(&["undo", &id]);
    assert!(output.stderr.contains("severity of") && output.stderr.contains("changed since"), "{output:?}");
    assert_eq!((severity(), sandbox.field(&id, "description")), ("minor".into(), "Long.".into()));
}

#[test]
fn a_ticket_opened_by_mistake_is_withdrawn_and_settings_go_back() {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1"]).ok();
    sandbox.run(&["team", "add", "Eve", "--email", "eve@example.com"]).ok();
    sandbox.run(&["undo"]).ok();
    assert!(!sandbox.run(&["team"]).ok().contains("Eve"));
    let id = sandbox.ticket("A mistake");
    sandbox.run(&["undo"]).ok();
    assert_eq!(
        (sandbox.field(&id, "status"), sandbox.field(&id, "resolution")),
        ("resolved".into(), "withdrawn".into())
    );
    let fresh = Sandbox::new();
    assert!(fresh.run(&["undo"]).fails(1).contains("no change by"));
}

/// The id of a ticket's newest entry.
fn last_entry(sandbox: &Sandbox, id: &str) -> String {
    let timeline = sandbox.field(id, "timeline");
    timeline.as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_undone_counts_nowhere_and_says_what_it_was() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["comment", &id, "-m", "The wombat gateway is down.", "--spent", "2h"]).ok();
    let comment = last_entry(&sandbox, &id);
    let said = sandbox.run(&["undo"]).ok();
    assert!(said.contains("Pay fails") && said.contains(&id[..4]), "{said}");
    assert!(said.contains(&format!("undone: comment {comment}: \"The wombat gateway is down.\"")), "{said}");
    let show = sandbox.run(&["show", &id]).ok();
    assert!(show.contains("(undone)") && show.contains("wombat"), "{show}");
    let coloured = sandbox.run(&["show", &id, "--color", "always"]).ok();
    assert!(coloured.contains("\u{1b}[9m") || coloured.contains(";9m"), "struck out: {coloured}");
    assert_eq!(sandbox.run(&["list", "wombat", "--format", "json"]).ok().trim(), "[]");
    assert_eq!(sandbox.run(&["list", "comments:>0", "--format", "json"]).ok().trim(), "[]");
    for place in [&["handover", &id][..], &["report", "--format", "json"]] {
        let said = sandbox.run(place).ok();
        assert!(!said.contains("wombat") && !said.contains("7200"), "{place:?}: {said}");
    }
    // A second undo is a redo, and says so.
    let said = sandbox.run(&["undo"]).ok();
    assert!(said.contains("redo ") && said.contains(&format!("redone: comment {comment}")), "{said}");
    assert!(sandbox.run(&["list", "wombat"]).ok().contains("Pay fails"));
    assert!(sandbox.run(&["handover", &id]).ok().contains("wombat"));
    let said = sandbox.run(&["undo"]).ok();
    assert!(said.contains("undone: comment"), "{said}");
    sandbox.run(&["doctor"]).ok();
    sandbox.run(&["audit"]).ok();
}

#[test]
fn an_entry_or_a_commit_is_undone_by_name_and_later_changes_stay() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["diagnose", &id, "-m", "The gateway."]).ok();
    let first = last_entry(&sandbox, &id);
    sandbox.run(&["edit", &id, "--severity", "major", "--label", "card"]).ok();
    let edit = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.run(&["diagnose", &id, "-m", "No: the cache."]).ok();
    let second = last_entry(&sandbox, &id);
    sandbox.run(&["edit", &id, "--environment", "production"]).ok();
    // The first diagnosis was replaced since: the second stays, and goes back to none without the first.
    let output = sandbox.run(&["undo", &first]);
    assert!(output.stderr.contains("diagnosis of"), "{output:?}");
    assert!(sandbox.field(&id, "findings")["diagnosis"].as_str().unwrap().contains("cache"));
    sandbox.run(&["undo", &second, "-m", "Wrong too."]).ok();
    assert!(sandbox.field(&id, "findings").get("diagnosis").is_none(), "not the one that was undone before");
    assert!(sandbox.git(&["log", "-1", "--format=%B"]).contains("Wrong too."));
    sandbox.run(&["undo", &edit[..12]]).ok();
    assert!(sandbox.field(&id, "severity").is_null() && sandbox.field(&id, "labels").is_null());
    assert_eq!(sandbox.field(&id, "environment"), "production");
    // Undone is undone; an opening by its entry is withdrawn; what is not there, and what is another's, is refused.
    assert!(sandbox.run(&["undo", &second]).fails(1).contains("undone already"));
    assert!(sandbox.run(&["undo", &edit]).fails(1).contains("undone already"));
    assert!(sandbox.run(&["undo", "zzzzzzzz"]).fails(1).contains("no ticket, entry or commit"));
    let code = sandbox.git(&["rev-list", "--max-parents=0", "HEAD"]).trim().to_owned();
    assert!(sandbox.run(&["undo", &code]).fails(1).contains("changes nothing under .support/"));
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    command.args(["comment", &id, "-m", "Eve was here."]).env("GIT_AUTHOR_EMAIL", "eve@example.com");
    crate::sandbox::finish(command, b"").ok();
    let eves = last_entry(&sandbox, &id);
    assert!(sandbox.run(&["undo", &eves]).fails(1).contains("only your own"));
    assert!(sandbox.run(&["undo", "HEAD"]).fails(1).contains("only your own"));
    let opening = sandbox.field(&id, "timeline")[0]["id"].as_str().unwrap().to_owned();
    sandbox.run(&["undo", &opening]).ok();
    assert_eq!(sandbox.field(&id, "resolution"), "withdrawn");
    sandbox.run(&["undo"]).ok();
    assert_eq!(sandbox.field(&id, "status"), "new", "both diagnoses are undone");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn ones_own_comment_is_replaced_or_withdrawn() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["comment", &id, "--internal", "-m", "Anne called."]).ok();
    let wrong = last_entry(&sandbox, &id);
    sandbox.run(&["comment", &id, "--replace", &wrong, "-m", "Ann Lee called."]).ok();
    let timeline = sandbox.field(&id, "timeline");
    assert_eq!(timeline[2]["replaces"], *wrong);
    assert_eq!(timeline[2]["visibility"], "internal", "what was internal stays so");
    let show = sandbox.run(&["show", &id]).ok();
    assert!(show.contains("(replaced)") && show.contains(&format!("replaces entry {wrong}")), "{show}");
    assert!(!sandbox.run(&["handover", &id]).ok().contains("Anne"));
    assert_eq!(sandbox.run(&["list", "Anne", "--format", "json"]).ok().trim(), "[]");
    // The corrected one can be corrected again, the struck one cannot; undoing the correction brings it back.
    assert!(sandbox.run(&["comment", &id, "--replace", &wrong, "-m", "x"]).fails(1).contains("was replaced"));
    sandbox.run(&["undo"]).ok();
    assert!(sandbox.run(&["handover", &id]).ok().contains("Anne called."));
    let opening = timeline[0]["id"].as_str().unwrap();
    assert!(
        sandbox.run(&["comment", &id, "--replace", opening, "-m", "x"]).fails(1).contains("not a comment")
    );
    assert!(sandbox.run(&["comment", &id, "--replace", "zzzzzzzz", "-m", "x"]).fails(1).contains("no entry"));
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    command.args(["comment", &id, "--replace", &wrong, "-m", "x"]).env("GIT_AUTHOR_EMAIL", "eve@example.com");
    assert!(crate::sandbox::finish(command, b"").fails(1).contains("only your own"));
    sandbox.run(&["audit"]).ok();
}

#[test]
fn a_redo_brings_back_what_two_clones_have_undone() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["edit", &id, "--severity", "major", "-m", "Half the shops."]).ok();
    sandbox.git(&["branch", "side"]);
    sandbox.run(&["undo"]).ok();
    sandbox.git(&["checkout", "-q", "side"]);
    sandbox.run(&["undo", "-m", "There, too."]).ok();
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    sandbox.run(&["undo", &id]).ok();
    assert_eq!(sandbox.field(&id, "severity"), "major");
    assert!(sandbox.run(&["list", "shops"]).ok().contains("Pay fails"));
}

#[test]
fn an_opening_that_is_undone_waits_for_nobody() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let ticket: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["show", &id, "--json"]).ok()).unwrap();
    let opening = ticket["timeline"][0]["id"].as_str().unwrap().to_owned();
    sandbox.run(&["pend", &id, "-m", "When?"]).ok();
    sandbox.run(&["undo", &opening]).ok();
    assert_eq!(sandbox.field(&id, "status"), "resolved");
    assert_eq!(sandbox.field(&id, "deferral"), serde_json::Value::Null);
    sandbox.run(&["doctor"]).ok();
}

#[test]
fn a_status_that_a_later_entry_said_more_of_stays_until_that_is_undone_too() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Two questions");
    let status = || sandbox.field(&id, "status");
    sandbox.run(&["pend", &id, "--follow-up", "1d", "-m", "First"]).ok();
    let first = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.run(&["pend", &id, "--follow-up", "4d", "-m", "Second"]).ok();
    let second = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let until = || sandbox.field(&id, "deferral").to_string();
    let waits = until();
    let said = sandbox.run(&["undo", &first]);
    assert!(
        said.stderr.contains(&format!("note: status of {id} was changed since, and stays")),
        "{}",
        said.stderr
    );
    assert_eq!((status().as_str().unwrap(), until()), ("pending", waits.clone()));
    sandbox.run(&["undo", &second]).ok();
    assert_eq!((status().as_str().unwrap(), until().as_str()), ("new", "null"));
    // Again, the other way round: a deferral alone is nothing that a new ticket has.
    sandbox.run(&["undo", "HEAD"]).ok();
    assert_eq!((status().as_str().unwrap(), until().as_str()), ("new", "null"));
    sandbox.run(&["undo", "HEAD~2"]).ok();
    assert_eq!((status().as_str().unwrap(), until()), ("pending", waits));
    assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n");
}
