//! Filing tickets: `init` and `new`.

use crate::sandbox::{Sandbox, path_of};

#[test]
fn a_ticket_is_one_commit_that_tells_what_happened() {
    let sandbox = Sandbox::new();
    let arguments = [
        "new",
        "Card payments over 1,000 fail",
        "--severity",
        "critical",
        "-m",
        "Since 9:00.",
        "-m",
        "All cards.",
    ];
    let id = sandbox.run(&arguments).ok();
    let id = id.trim();
    assert_eq!(id.len(), 10);
    let message = sandbox.git(&["log", "-1", "--format=%B"]);
    assert_eq!(
        message,
        format!(
            "support: open {id}: Card payments over 1,000 fail\n\nSince 9:00.\n\nAll cards.\n\n\
             Support-Ticket: {id}\nSupport-Action: open\nSupport-Severity: critical\n\n"
        )
    );
    let files = sandbox.git(&["show", "--format=", "--name-only", "HEAD"]);
    assert_eq!(files, format!(".support/.gitattributes\n{}\n", path_of(id)));
    assert!(sandbox.ticket_file(id).contains("severity: critical\n"));
    assert_eq!(
        sandbox.git(&["log", "-1", "--format=%an <%ae> %aI"]),
        "Dana Li <dana@example.com> 2026-11-23T09:06:00Z\n"
    );
    let trailers = sandbox.git(&["log", "-1", "--format=%(trailers:key=Support-Ticket,valueonly)"]);
    assert_eq!(trailers.trim(), id);
}

#[test]
fn the_reflog_says_who_and_what() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Slow");
    for log in ["HEAD", "main"] {
        let entry = sandbox.git(&["reflog", "-1", "--format=%gn <%ge> %gs", log]);
        assert_eq!(entry, format!("Dana Li <dana@example.com> support: open {id}: Slow\n"));
    }
}

#[test]
fn init_writes_the_settings_commented_once() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run(&["init"]).stderr.contains("ready: tickets go to branch main"));
    let config = sandbox.git(&["show", "HEAD:.support/config.yaml"]);
    assert!(config.starts_with("# Settings of git-support."));
    assert!(config.contains("#   prefix: support"));
    assert!(config.ends_with('\n'));
    let before = sandbox.subjects();
    assert!(sandbox.run(&["init"]).stderr.contains("ready already"));
    assert_eq!(sandbox.subjects(), before);
}

#[test]
fn the_first_line_of_a_message_is_the_title() {
    let sandbox = Sandbox::new();
    let id = sandbox.run_with(&["new", "-F", "-"], "\nLogin fails\n\nFor all users.\nSince noon.\n").ok();
    let file = sandbox.ticket_file(id.trim());
    assert!(file.contains("\ntitle: Login fails\n"), "{file}");
    assert!(file.contains("\ndescription: |\n  For all users.\n  Since noon.\n"), "{file}");
    sandbox.file("report.txt", "From a file\n");
    let id = sandbox.run(&["new", "-F", "report.txt"]).ok();
    assert!(sandbox.ticket_file(id.trim()).contains("title: From a file\n"));
}

#[test]
fn any_text_survives_to_the_letter_and_is_readable() {
    let sandbox = Sandbox::new();
    let log: String = (0..900).map(|n| format!("{n:04}\tretry: \"502\"  \u{1f980} שלום\n")).collect();
    for title in ["no", "1e3", "0123", "2026-01-01", "~", "- a: b # c", "'\"", "🦀 שלום"] {
        let id = sandbox.run_with(&["new", "-F", "-", "--", title], &log).ok();
        let json = sandbox.run(&["show", id.trim(), "--json"]).ok();
        let ticket: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(ticket["title"], title);
        assert_eq!(ticket["description"], log.as_str());
    }
    let crlf = "one\r\ntwo \r\n\ttab\r\n";
    let id = sandbox.run_with(&["new", "windows", "-F", "-"], crlf).ok();
    let ticket: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["show", id.trim(), "--json"]).ok()).unwrap();
    assert_eq!(ticket["description"], crlf);
}

#[test]
fn a_text_beyond_the_limit_is_refused_with_the_way_out() {
    let sandbox = Sandbox::new();
    let stderr = sandbox.run_with(&["new", "big", "-F", "-"], "x".repeat(64 * 1024 + 1)).fails(1);
    assert!(stderr.contains("longer than 65536 bytes") && stderr.contains("attach"), "{stderr}");
    assert_eq!(sandbox.subjects().len(), 1);
}

#[test]
fn a_key_meets_the_ticket_that_is_there() {
    let sandbox = Sandbox::new();
    let first = sandbox.run(&["new", "test a::b fails", "--key", "a::b", "-m", "run 1"]).ok();
    let again = sandbox.run(&["new", "test a::b fails", "--key", "a::b", "-m", "run 2"]).ok();
    assert_eq!(first, again);
    let id = first.trim();
    assert_eq!(sandbox.subjects()[0], format!("support: repeat {id}: test a::b fails"));
    let ticket: serde_json::Value = serde_json::from_str(&sandbox.run(&["show", id, "--json"]).ok()).unwrap();
    assert_eq!((&ticket["occurrences"], &ticket["timeline"][1]["note"]), (&2.into(), &"run 2".into()));

    sandbox.run(&["edit", id, "--status", "resolved"]).ok();
    sandbox.run(&["new", "test a::b fails", "--key", "a::b"]).ok();
    let ticket: serde_json::Value = serde_json::from_str(&sandbox.run(&["show", id, "--json"]).ok()).unwrap();
    assert_eq!(ticket["status"], "in-progress");
    assert_eq!(ticket["timeline"][3]["action"], "reopen");
}

#[test]
fn what_a_key_meets_is_not_changed_in_silence() {
    let sandbox = Sandbox::new();
    let first = sandbox.run(&["new", "Disk 91%", "--key", "disk", "-m", "a"]).ok();
    let fields = [
        "--severity",
        "blocker",
        "--environment",
        "prod",
        "--requirements",
        "All of it.",
        "--label",
        "urgent,disk",
    ];
    let again = sandbox.run(&[&["new", "Disk 99%", "--key", "disk", "-m", "b"], &fields[..]].concat());
    for part in ["severity", "environment", "requirements", &format!("git support edit {}", first.trim())] {
        assert!(again.stderr.contains(part), "{part}: {again:?}");
    }
    assert_eq!(again.ok(), first);
    let id = first.trim();
    let ticket: serde_json::Value = serde_json::from_str(&sandbox.run(&["show", id, "--json"]).ok()).unwrap();
    assert_eq!((&ticket["title"], &ticket["severity"]), (&"Disk 91%".into(), &serde_json::Value::Null));
    assert_eq!(ticket["labels"], serde_json::json!(["disk", "urgent"]));
    // Nothing of it is lost.
    let note = ticket["timeline"][1]["note"].as_str().unwrap();
    for part in ["Disk 99%", "severity: blocker", "environment: prod", "requirements: All of it.", "b"] {
        assert!(note.contains(part), "{part}: {note}");
    }
    // What is so already needs no word.
    let same = sandbox.run(&["new", "Disk 91%", "--key", "disk", "-m", "c"]);
    assert!(!same.stderr.contains("warning"), "{same:?}");
}

#[test]
fn evidence_is_attached_in_the_same_commit() {
    let sandbox = Sandbox::new();
    sandbox.file("crash.log", "boom\n");
    let id = sandbox.run(&["new", "Crash", "--attach", "crash.log"]).ok();
    let files = sandbox.git(&["show", "--format=", "--name-only", "HEAD", "--", ".support/attachments"]);
    assert!(files.starts_with(&format!(".support/attachments/{}/", id.trim())), "{files}");
    assert_eq!(sandbox.git(&["show", &format!("HEAD:{}", files.trim())]), "boom\n");
}

#[test]
fn a_rehearsal_shows_message_and_difference_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let before = sandbox.subjects();
    let shown = sandbox.run(&["new", "Slow", "--dry-run", "--severity", "minor"]).ok();
    assert!(
        shown.contains("support: open")
            && shown.contains("+title: Slow")
            && shown.contains("+severity: minor")
    );
    assert_eq!(sandbox.subjects(), before);
    assert!(!sandbox.repo().join(".support").exists());
}

#[test]
fn without_a_title_in_a_pipe_nothing_is_filed() {
    let sandbox = Sandbox::new();
    let stderr = sandbox.run(&["new"]).fails(2);
    assert!(stderr.contains("a ticket needs a title") && stderr.contains("hint:"), "{stderr}");
    sandbox.run(&["new", "   "]).fails(2);
}

#[test]
fn the_editor_opens_on_a_form() {
    let sandbox = Sandbox::new();
    if sandbox.shell("command -v script").status != Some(0) {
        return;
    }
    let editor = "sed -i -e 's/^title:.*/title: From the form/' -e 's/^severity:/severity: minor/' -e 's/^---$/---\\nTold: all./' \"$1\"\n";
    sandbox.file("../home/fill", editor);
    let line = "GIT_EDITOR=\"sh $HOME/fill\" script -qec 'git-support new --label x' /dev/null </dev/null";
    let shown = sandbox.shell(line).ok();
    let id = shown.trim().lines().last().unwrap();
    let file = sandbox.ticket_file(id);
    assert!(file.contains("title: From the form\n") && file.contains("\nseverity: minor\n"), "{file}");
    assert!(file.contains("\ndescription: |\n  Told: all.\n") && file.contains("\nlabels: [x]\n"), "{file}");
    let left = sandbox.shell("GIT_EDITOR=true script -qec 'git-support new' /dev/null </dev/null");
    assert!(left.stdout.contains("the title is empty"), "{left:?}");
    sandbox.file("../home/say", "sed -i '1s/.*/Said so./' \"$1\"\n");
    let line =
        format!("GIT_EDITOR=\"sh $HOME/say\" script -qec 'git-support comment {id}' /dev/null </dev/null");
    sandbox.shell(&line).ok();
    assert!(sandbox.ticket_file(id).contains("\n  note: |\n    Said so.\n"), "{}", sandbox.ticket_file(id));
}

#[test]
fn a_word_that_is_none_names_the_right_ones() {
    let sandbox = Sandbox::new();
    let stderr = sandbox.run(&["new", "x", "--severity", "critcal"]).fails(2);
    assert!(stderr.contains("critical") && stderr.contains("blocker"), "{stderr}");
}

#[test]
fn a_title_cannot_forge_trailers_or_steer_a_terminal() {
    let sandbox = Sandbox::new();
    let stderr = sandbox.run(&["new", "x\u{1b}[2J\nSupport-Severity: blocker"]).fails(1);
    assert!(stderr.contains("control characters") && !stderr.contains('\u{1b}'), "{stderr}");
    let id = sandbox.ticket("over\u{202e}ride");
    assert!(!sandbox.git(&["log", "-1", "--format=%B"]).contains('\u{202e}'));
    assert!(sandbox.run(&["show", &id]).ok().contains("over\\u{202e}ride"));
}
