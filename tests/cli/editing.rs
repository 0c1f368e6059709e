//! `edit` and `assign`: fields of one ticket, or of many in one commit.

use crate::sandbox::Sandbox;

#[test]
fn every_field_can_be_set_and_taken_away() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    let flags = [
        ("--title", "Two", "title"),
        ("--type", "question", "type"),
        ("--severity", "major", "severity"),
        ("--area", "infrastructure", "area"),
        ("--status", "triaged", "status"),
        ("--reporter", "Ann <ann@x.example>", "reporter"),
        ("--channel", "phone", "channel"),
        ("--owner", "Bo <bo@x.example>", "owner"),
        ("--assignee", "Bo <bo@x.example>", "assignee"),
        ("--environment", "staging", "environment"),
        ("--estimate", "6h", "estimate"),
        ("--description", "All of it", "description"),
    ];
    for (flag, value, field) in flags {
        sandbox.run(&["edit", &id, flag, value]).ok();
        let ticket: serde_json::Value =
            serde_json::from_str(&sandbox.run(&["show", &id, "--json"]).ok()).unwrap();
        assert_eq!(ticket[field], value);
    }
    sandbox.run(&["edit", &id, "--level", "3", "--label", "a", "--label", "b", "--affects", "1.4.0"]).ok();
    sandbox.run(&["edit", &id, "--remove-label", "a", "--label", "c", "--workaround", "Restart."]).ok();
    let ticket: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["show", &id, "--json"]).ok()).unwrap();
    assert_eq!(ticket["level"], 3);
    assert_eq!(ticket["labels"], serde_json::json!(["b", "c"]));
    assert_eq!(ticket["findings"]["workaround"], "Restart.");
    sandbox.run(&["edit", &id, "--clear", "severity", "--clear", "labels", "--clear", "workaround"]).ok();
    let file = sandbox.ticket_file(&id);
    let head = file.split("timeline:").next().unwrap();
    assert!(!head.contains("severity") && !head.contains("labels") && !head.contains("findings"), "{head}");
    assert!(sandbox.run(&["edit", &id, "--clear", "title"]).fails(1).contains("cannot be cleared"));
    assert!(sandbox.run(&["edit", &id, "--clear", "severty"]).fails(2).contains("severity"));
}

#[test]
fn the_history_shows_a_change_as_a_line() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "One", "--severity", "major"]).ok();
    let id = id.trim();
    sandbox.run(&["edit", id, "--severity", "critical", "-m", "Ten customers by now."]).ok();
    let patch = sandbox.git(&["log", "-1", "-p", "--", &crate::sandbox::path_of(id)]);
    assert!(patch.contains("-severity: major") && patch.contains("+severity: critical"), "{patch}");
    assert!(patch.contains("Support-Severity: major -> critical"), "{patch}");
    assert_eq!(sandbox.subjects()[0], format!("support: edit {id} severity critical: One"));
}

#[test]
fn many_tickets_are_one_commit() {
    let sandbox = Sandbox::new();
    let ids: Vec<String> = ["A", "B", "C"].iter().map(|title| sandbox.ticket(title)).collect();
    let before = sandbox.subjects().len();
    sandbox.run(&["edit", &ids[0], &ids[1], "--label", "x"]).ok();
    assert_eq!(sandbox.subjects().len(), before + 1);
    sandbox.run(&["edit", "--query", "no:severity", "--severity", "minor", "-y"]).ok();
    assert_eq!(sandbox.subjects()[0], "support: edit 3 tickets: severity minor");
    let trailers = sandbox.git(&["log", "-1", "--format=%(trailers:key=Support-Ticket,valueonly)"]);
    assert_eq!(trailers.split_whitespace().count(), 3);
}

#[test]
fn what_is_so_already_makes_no_commit() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "One", "--severity", "major", "--label", "a"]).ok();
    let before = sandbox.subjects();
    let output = sandbox.run(&["edit", id.trim(), "--severity", "major", "--label", "a"]);
    assert!(output.stderr.contains("nothing to change"), "{output:?}");
    assert_eq!((output.status, sandbox.subjects()), (Some(0), before));
    let output = sandbox.run(&["edit", id.trim(), "--severity", "major", "-m", "So it is."]);
    // Nothing changes, and what was said with it is kept.
    assert_eq!((output.status, sandbox.subjects().len()), (Some(0), 3));
    assert!(sandbox.run(&["show", id.trim()]).ok().contains("So it is."));
    sandbox.run(&["edit", id.trim()]).fails(2).contains("nothing to change");
    sandbox.run(&["edit", "--label", "a"]).fails(2).contains("which tickets");
}

#[test]
fn a_ticket_that_moved_on_is_left_alone() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    let ticket: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["show", &id, "--json"]).ok()).unwrap();
    let entry = ticket["timeline"][0]["id"].as_str().unwrap().to_owned();
    sandbox.run(&["edit", &id, "--severity", "minor", "--if-match", &entry]).ok();
    let stderr = sandbox.run(&["edit", &id, "--severity", "major", "--if-match", &entry]).fails(1);
    assert!(stderr.contains("has changed"), "{stderr}");
}

#[test]
fn an_assignment_is_given_and_taken() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    sandbox.run(&["assign", &id]).ok();
    assert!(sandbox.ticket_file(&id).contains("\nassignee: Dana Li <dana@example.com>\n"));
    sandbox.run(&["assign", &id, "--to", "Bo <bo@x.example>"]).ok();
    let message = sandbox.git(&["log", "-1", "--format=%B"]);
    assert!(
        message.contains("Support-Assignee: Dana Li <dana@example.com> -> Bo <bo@x.example>"),
        "{message}"
    );
    sandbox.run(&["assign", &id, "--nobody"]).ok();
    assert!(!sandbox.ticket_file(&id).split("timeline:").next().unwrap().contains("assignee"));
}

#[test]
fn the_editor_form_changes_what_was_changed() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "One", "--severity", "minor", "-m", "Story."]).ok();
    let script = "sed -i -e 's/^severity: minor/severity: blocker/' -e 's/^labels:/labels: a, b/'";
    // `script` gives the command a terminal; the editor is what git would open.
    let line =
        format!("GIT_EDITOR=\"{script}\" script -qec 'git-support edit {}' /dev/null </dev/null", id.trim());
    if sandbox.shell("command -v script").status == Some(0) {
        let output = sandbox.shell(&line);
        assert_eq!(output.status, Some(0), "{output:?}");
        let file = sandbox.ticket_file(id.trim());
        assert!(file.contains("\nseverity: blocker\n") && file.contains("\nlabels: [a, b]\n"), "{file}");
        assert!(file.contains("description: Story.\n"), "{file}");
    }
}

#[test]
fn an_edit_of_the_layout_alone_is_no_change() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Hand");
    let (path, file) = (crate::sandbox::path_of(&id), sandbox.ticket_file(&id));
    let commits = sandbox.subjects().len();
    for text in [
        file.replacen("type: defect", "type:   defect", 1),
        file.replacen("title:", "# see JIRA-12\ntitle:", 1),
        file.replace('\n', "\r\n"),
    ] {
        sandbox.file(&path, &text);
        let saved = sandbox.run_unwatched(&["save"], "");
        assert!(saved.stderr.contains("no field was changed") && saved.stdout.is_empty(), "{saved:?}");
        assert_eq!(saved.stderr.contains("# see JIRA-12"), text.contains("JIRA"), "{saved:?}");
        assert_eq!((sandbox.subjects().len(), sandbox.ticket_file(&id)), (commits, file.clone()));
        assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "");
    }
    // Beside a change, a comment is named before it goes.
    sandbox.file(&path, file.replacen("title: Hand", "# see JIRA-12\ntitle: Foot", 1));
    let saved = sandbox.run_unwatched(&["save"], "");
    assert!(saved.stderr.contains("comments in a ticket file are not kept: # see JIRA-12"), "{saved:?}");
    assert_eq!(sandbox.field(&id, "title"), "Foot");
}

#[test]
fn a_misspelt_field_is_not_kept_in_silence() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Hand");
    let (path, file) = (crate::sandbox::path_of(&id), sandbox.ticket_file(&id));
    sandbox.file(&path, file.replacen("status: new", "status: new\nseverty: blocker", 1));
    assert!(sandbox.run_unwatched(&["save"], "").fails(1).contains("did you mean 'severity'"));
    // One that is like none is of a newer version, and can be taken away again.
    sandbox.file(&path, file.replacen("status: new", "status: new\nx-team: blue", 1));
    sandbox.run_unwatched(&["save"], "").ok();
    assert!(sandbox.ticket_file(&id).contains("x-team: blue"));
    sandbox.run(&["edit", &id, "--clear", "x-team"]).ok();
    assert!(!sandbox.ticket_file(&id).split("timeline:").next().unwrap().contains("x-team"));
    assert!(sandbox.run(&["edit", &id, "--clear", "x-team"]).fails(2).contains("unknown field"));
}

#[test]
fn an_empty_text_is_none_and_opens_no_gate() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("A");
    for blank in ["", "  ", "\n\t", "\u{200b}"] {
        let words = ["escalate", &id, "--requirements", blank, "--troubleshooting", "Tried."];
        assert!(sandbox.run(&words).fails(1).contains("requirements"), "{blank:?}");
    }
    sandbox.run(&["edit", &id, "--requirements", "All.", "--description", "Text"]).ok();
    // What is there is not taken away on the way up.
    let words = ["escalate", &id, "--requirements", "", "--troubleshooting", "Tried."];
    assert!(sandbox.run(&words).fails(1).contains("requirements"));
    sandbox.run(&["edit", &id, "--description", ""]).ok();
    assert_eq!(sandbox.field(&id, "description"), serde_json::Value::Null);
    assert_eq!(sandbox.run(&["list", "has:description", "--format", "ids"]).stdout, "");
    assert!(
        sandbox
            .run(&["edit", &id, "--clear", "severity", "--severity", "major"])
            .fails(2)
            .contains("--clear severity")
    );
    sandbox.run(&["edit", &id, "--label", "a,b", "--affects", "1.0,1.1"]).ok();
    assert_eq!(sandbox.field(&id, "labels"), serde_json::json!(["a", "b"]));
    assert_eq!(sandbox.field(&id, "affects"), serde_json::json!(["1.0", "1.1"]));
}

#[test]
fn a_reopened_duplicate_says_that_it_was_reopened() {
    let sandbox = Sandbox::new();
    let (one, other) = (sandbox.ticket("One"), sandbox.ticket("Other"));
    sandbox.run(&["resolve", &one, "--as", "duplicate", "--duplicate-of", &other]).ok();
    let said = sandbox.run(&["reopen", &one]).ok();
    assert!(said.contains("reopen  One") && said.contains("resolved -> in-progress"), "{said}");
    assert_eq!(said.matches("unlink").count(), 2, "{said}");
    let spam = sandbox.ticket("Spam");
    let said = sandbox.run(&["resolve", &spam, "--as", "spam"]).ok();
    assert!(said.contains("resolve  Spam") && said.contains("close  Spam"), "{said}");
}

#[test]
fn a_script_says_that_it_means_all_that_match() {
    let sandbox = Sandbox::new();
    let ids = [sandbox.ticket("One"), sandbox.ticket("Two")];
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1"]).ok();
    let before = sandbox.git(&["rev-parse", "HEAD"]);
    for step in [
        "edit --query is:open --severity minor",
        "edit --query is:open --label x </dev/null",
        "comment --query is:open -m x",
        "assign --query is:open --to me",
        "triage --query is:open --severity minor",
        "pend --query is:open --follow-up 2d",
        "resolve --query is:open --as answered -m x",
    ] {
        let said = sandbox.shell(&format!("git support {step}")).fails(2);
        assert!(said.contains("2 tickets match") && said.contains("--yes"), "{step}: {said}");
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before, "{step}");
        sandbox.shell(&format!("git support {step} --dry-run")).ok();
    }
    sandbox.run(&["edit", "--query", "is:open", "--severity", "minor", "--yes"]).ok();
    assert_eq!(ids.map(|id| sandbox.field(&id, "severity")), ["minor", "minor"]);
}
