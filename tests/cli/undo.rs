//! Hand edits that are adopted, changes that are taken back, text that is taken out.

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

#[test]
fn text_is_taken_out_of_the_present_and_history_is_told_about() {
    let sandbox = Sandbox::new();
    let id = sandbox
        .run(&["new", "Ann cannot pay", "-m", "Ann Lee's card 4111 1111 fails."])
        .ok()
        .trim()
        .to_owned();
    sandbox.run(&["comment", &id, "-m", "Called Ann Lee."]).ok();
    sandbox.git(&["branch", "side"]);
    sandbox.run_with(&["attach", &id, "-", "--name", "log.txt", "-m", "Her log."], "secret\n").ok();
    let entry = sandbox.field(&id, "timeline")[2]["id"].as_str().unwrap().to_owned();
    assert!(sandbox.run(&["redact", &id, "--text", "Ann Lee"]).fails(2).contains("-m"));
    assert!(
        sandbox
            .run(&["redact", &id, "--text", "nowhere", "-m", "x"])
            .fails(1)
            .contains("has no such text or entry")
    );
    let output = sandbox.run(&[
        "redact",
        &id,
        "--text",
        "Ann Lee",
        "--text",
        "4111 1111",
        "--entry",
        &entry,
        "-m",
        "Her wish.",
    ]);
    assert!(output.stderr.contains("filter-repo") && output.stderr.contains("every clone"), "{output:?}");
    output.ok();
    let file = sandbox.ticket_file(&id);
    for gone in ["Ann Lee", "4111", "Her log."] {
        assert!(!file.contains(gone), "{file}");
    }
    assert!(file.contains("[redacted]'s card [redacted] fails.") && file.contains("Her wish."), "{file}");
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD", "--", ".support/attachments"]), "");
    assert_eq!(sandbox.run(&["log", &id, "--format", "ndjson"]).ok().lines().count(), 4, "every entry stays");
    assert!(sandbox.run(&["show", &id]).ok().contains("redacted by entry"));
    // A branch from before does not bring it back.
    sandbox.run(&["edit", &id, "--branch", "side", "--severity", "major"]).ok();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    let file = sandbox.ticket_file(&id);
    assert!(
        !file.contains("Ann Lee") && !file.contains("4111") && file.contains("severity: major"),
        "{file}"
    );
    sandbox.git(&["stash", "pop", "-q", "--index"]);
}
