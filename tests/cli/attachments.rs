//! Attachments are got back from any branch and revision, and travel with an export.

use crate::sandbox::{Sandbox, path_of};

fn attached() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.file("请求.txt", "GET /pay\n");
    sandbox.file("crash.log", b"\x00\xffbinary".as_slice());
    sandbox.run(&["attach", &id, "请求.txt", "crash.log", "-m", "From the shop."]).ok();
    (sandbox, id)
}

#[test]
fn an_attachment_is_listed_and_got_back() {
    let (sandbox, id) = attached();
    let list = sandbox.run(&["attach", &id, "--list"]).ok();
    assert!(list.contains("请求.txt") && list.contains("crash.log") && list.contains('9'), "{list}");
    let json = sandbox.run(&["attach", &id, "--list", "--format", "json"]).ok();
    let lines: serde_json::Value = serde_json::from_str(&json).unwrap();
    let entry = lines[0]["entry"].as_str().unwrap().to_owned();
    assert!(lines[0]["file"].as_str().unwrap().ends_with("-file.txt"), "the ending stays: {json}");
    assert!(sandbox.run(&["show", &id]).ok().contains(&format!("请求.txt (9 bytes, entry {entry})")));
    // To standard output, byte for byte; into a file; under its own name, which must be free.
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    command.args(["attach", &id, "--get", "crash.log", "-o", "-"]);
    assert_eq!(command.output().unwrap().stdout, b"\x00\xffbinary");
    sandbox.run_unwatched(&["attach", &id, "--get", &entry, "-o", "../mine.txt"], "").ok();
    assert_eq!(std::fs::read_to_string(sandbox.repo().join("../mine.txt")).unwrap(), "GET /pay\n");
    let stderr = sandbox.run(&["attach", &id, "--get", "crash.log"]).fails(1);
    assert!(stderr.contains("exists already") && stderr.contains("-o FILE"), "{stderr}");
    std::fs::remove_file(sandbox.repo().join("crash.log")).unwrap();
    sandbox.run_unwatched(&["attach", &id, "--get", "crash.log"], "").ok();
    assert_eq!(std::fs::read(sandbox.repo().join("crash.log")).unwrap(), b"\x00\xffbinary");
    // What is not there, what is there twice.
    assert!(sandbox.run(&["attach", &id, "--get", "nope"]).fails(1).contains("--list"));
    sandbox.run(&["attach", &id, "crash.log"]).ok();
    assert!(
        sandbox
            .run(&["attach", &id, "--get", "crash.log", "-o", "-"])
            .fails(1)
            .contains("several attachments")
    );
    assert!(sandbox.run(&["attach", &id, "--list", "--get", "x"]).fails(2).contains("cannot be used"));
    assert!(sandbox.run(&["attach", &id, "crash.log", "--at", "HEAD"]).fails(2).contains("--list or --get"));
}

#[test]
fn an_attachment_is_got_from_branches_and_revisions_and_a_redacted_one_is_said() {
    let (sandbox, id) = attached();
    sandbox.git(&["branch", "side"]);
    let before = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.run_with(&["attach", &id, "-", "--name", "side.txt", "--branch", "side"], "on the side\n").ok();
    let get = |arguments: &[&str]| sandbox.run(&[&["attach", &id, "-o", "-", "--get"], arguments].concat());
    assert!(get(&["side.txt"]).fails(1).contains("no attachment"));
    assert_eq!(get(&["side.txt", "--branch", "side"]).ok(), "on the side\n");
    assert_eq!(get(&["side.txt", "--all-branches"]).ok(), "on the side\n");
    sandbox.run(&["redact", &id, "--text", "GET /pay", "-m", "Secret."]).ok();
    assert!(get(&["请求.txt"]).fails(1).contains("removed by a redaction"));
    assert_eq!(get(&["请求.txt", "--at", &before]).ok(), "GET /pay\n");
    assert!(sandbox.run(&["attach", &id, "--list"]).ok().contains("redacted"));
}

#[test]
fn a_hostile_name_writes_nowhere_else() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    for name in ["../../evil", ".gitattributes", "-rf", "a\u{202e}gpj.exe", "C:\\evil", "~evil"] {
        sandbox.run_with(&["attach", &id, "-", &format!("--name={name}")], name.as_bytes()).ok();
        let lines: serde_json::Value =
            serde_json::from_str(&sandbox.run(&["attach", &id, "--list", "--json"]).ok()).unwrap();
        let line = lines.as_array().unwrap().last().unwrap().clone();
        sandbox.run_unwatched(&["attach", &id, "--get", line["entry"].as_str().unwrap()], "").ok();
        let file = sandbox.repo().join(line["file"].as_str().unwrap());
        assert!(file.exists(), "{name}: {line}");
        std::fs::remove_file(file).unwrap();
    }
    assert!(!sandbox.root().join("evil").exists() && !sandbox.repo().join(".gitattributes").exists());
}

#[test]
fn an_export_with_attachments_and_clocks_round_trips() {
    let (sandbox, id) = attached();
    sandbox.run(&["config", "set", "clocks.major.resolution", "8h"]).ok();
    sandbox.run(&["edit", &id, "--severity", "major"]).ok();
    sandbox.run(&["diagnose", &id, "-m", "One."]).ok();
    sandbox.run(&["undo"]).ok();
    sandbox.run(&["comment", &id, "-m", "Two."]).ok();
    sandbox.run(&["new", "Another", "--severity", "major", "--label", "x"]).ok();
    let export = |sandbox: &Sandbox| sandbox.run(&["export", "--full", "--attachments", "../files"]).ok();
    let first = export(&sandbox);
    let other = Sandbox::new();
    other.run(&["config", "set", "clocks.major.resolution", "8h"]).ok();
    let files = sandbox.root().join("files").display().to_string();
    let output = other.run_with(&["import", "-"], &first);
    assert!(output.stderr.contains("2 attachments are missing"), "{output:?}");
    let output = other.run_with(&["import", "-", "--attachments", &files], &first);
    assert!(!output.stderr.contains("missing"), "{output:?}");
    assert_eq!(export(&other), first);
    assert_eq!(other.run(&["attach", &id, "--get", "请求.txt", "-o", "-"]).ok(), "GET /pay\n");
    for text in [other.ticket_file(&id), sandbox.ticket_file(&id)] {
        assert!(!text.contains("\ndue:") && !text.contains("\nupdated:"), "{text}");
    }
    // What a list says beside, no import takes for a field.
    let listed = sandbox.run(&["list", "--full", "--format", "ndjson"]).ok();
    assert!(listed.contains("\"due\""), "{listed}");
    let third = Sandbox::new();
    third.run_with(&["import", "-"], &listed).ok();
    assert!(!third.ticket_file(&id).contains("due"), "{}", third.ticket_file(&id));
    // An attachment that is another than its entry says is not taken.
    let folder = sandbox.root().join("files").join(&id);
    let forged = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(forged, "forged").unwrap();
    let fourth = Sandbox::new();
    assert!(fourth.run_with(&["import", "-", "--attachments", &files], &first).fails(1).contains("checksum"));
}

#[test]
fn an_entry_that_names_anothers_file_keeps_nothing_from_being_redacted() {
    for (arguments, is_kept) in [
        (vec!["--text", "4711"], false),
        (vec!["--entry", "OWN"], false),
        (vec!["--entry", "OWN", "--entry", "kkkkkkk8"], false),
        (vec!["--entry", "kkkkkkk8"], true),
    ] {
        let sandbox = Sandbox::new();
        let id = sandbox.ticket("Payments fail");
        sandbox.file("log", "secret: 4711\n");
        sandbox.run(&["attach", &id, "log"]).ok();
        let entry = sandbox.field(&id, "timeline")[1].clone();
        let (own, file) = (entry["id"].as_str().unwrap(), &entry["attachment"]);
        let foreign = format!(
            "- seq: 3\n  id: kkkkkkk8\n  after: [{own}]\n  at: 2026-11-23T09:30:00Z\n  by: Mal <mal@example.com>\n  action: attach\n  \
             attachment:\n    name: a.txt\n    file: {}\n    bytes: {}\n    sha256: {}\n",
            file["file"].as_str().unwrap(),
            file["bytes"],
            file["sha256"].as_str().unwrap()
        );
        sandbox.is_tampered_with();
        sandbox.file(&path_of(&id), sandbox.ticket_file(&id) + &foreign);
        sandbox.git(&["add", ".support"]);
        sandbox.git(&["commit", "-qm", "x"]);
        let audit = sandbox.run(&["audit"]);
        assert!(
            audit.status == Some(3) && audit.stdout.contains("is the file of another entry"),
            "{audit:?}"
        );
        let arguments: Vec<&str> =
            arguments.iter().map(|word| if *word == "OWN" { own } else { word }).collect();
        sandbox.run(&[&["redact", &id, "-m", "Personal data."], arguments.as_slice()].concat()).ok();
        let folder = sandbox.repo().join(".support/attachments").join(&id);
        assert_eq!(folder.exists(), is_kept, "{arguments:?}");
        assert!(!sandbox.run(&["doctor"]).stdout.contains("error"), "{arguments:?}");
        let left = sandbox.try_git(&["grep", "-l", "4711", "HEAD", "--", ".support"]);
        assert_eq!(left.stdout.is_empty(), !is_kept, "{arguments:?}");
    }
}

#[test]
fn a_name_is_one_line_of_one_file_and_no_secret() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox
        .shell("echo one >../f; echo two >../g; echo three >../ghp_abcdefghijklmnopqrstuvwxyz0123456789.txt")
        .ok();
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    let long = "n".repeat(513);
    for (line, problem) in [
        (format!("attach {id} ../f --name {long}"), "at most 512"),
        (format!("attach {id} ../f ../g --name x"), "--name is for one file"),
        (format!("attach {id} - - <../f"), "standard input can be read once"),
        (format!("attach {id} ../ghp_*.txt"), "looks like it contains a GitHub token"),
        (format!("edit {id} --label ghp_abcdefghijklmnopqrstuvwxyz0123456789"), "labels, line 1, looks like"),
        (
            format!("edit {id} --affects ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
            "affects, line 1, looks like",
        ),
    ] {
        let said = sandbox.shell(&format!("git support {line}"));
        assert!(matches!(said.status, Some(1 | 2)), "{line}: {said:?}");
        assert!(said.stderr.contains(problem), "{line}: {}", said.stderr);
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before, "{line}");
    }
    sandbox.shell(&format!("git support attach {id} ../f --name renamed.log")).ok();
    assert!(sandbox.run(&["attach", &id, "--list"]).ok().contains("renamed.log"));
}

#[test]
fn what_is_for_the_team_alone_is_marked() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.run_with(&["attach", &id, "-", "--name", "plan.txt", "--internal"], "Ours\n").ok();
    sandbox.run_with(&["attach", &id, "-", "--name", "log.txt"], "Theirs\n").ok();
    let list = sandbox.run(&["attach", &id, "--list"]).ok();
    let is_marked = |name: &str| list.lines().any(|line| line.contains(name) && line.contains("internal"));
    assert!(is_marked("plan.txt") && !is_marked("log.txt"), "{list}");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["attach", &id, "--list", "--json"]).ok()).unwrap();
    assert_eq!([&json[0]["internal"], &json[1]["internal"]], [true, false]);
    for command in [vec!["show", &id], vec!["log", &id], vec!["log"]] {
        let said = sandbox.run(&command).ok();
        let is_marked =
            |name: &str| said.lines().any(|line| line.contains(name) && line.contains(", internal)"));
        assert!(is_marked("plan.txt") && !is_marked("log.txt"), "{command:?}: {said}");
    }
}
