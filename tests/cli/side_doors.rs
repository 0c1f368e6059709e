//! Levels and statuses have no side door: where steps are enforced, whatever else sets them obeys the same rules.

use crate::sandbox::Sandbox;

/// A project that enforces who works where: Dana, who writes, serves level 1.
fn enforced() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1"]).ok();
    sandbox.run(&["team", "add", "Tom Two", "--email", "tom@example.com", "--role", "l2"]).ok();
    sandbox.run(&["team", "add", "Thea Three", "--email", "thea@example.com", "--role", "l3"]).ok();
    sandbox.run(&["config", "set", "policy.level_by_role", "enforce"]).ok();
    sandbox
}

#[test]
fn an_edit_obeys_the_rules_of_the_steps_or_says_that_it_was_forced() {
    let sandbox = enforced();
    let id = sandbox.ticket("Payments fail");
    for (line, expected) in [
        (vec!["edit", &id, "--level", "2"], "missing requirements, troubleshooting"),
        (vec!["edit", &id, "--level", "3"], "not allowed to set level 3"),
        (vec!["edit", &id, "--status", "closed"], "no step leads"),
        (vec!["edit", &id, "--status", "resolved"], "is set by resolve"),
        (vec!["edit", &id, "--status", "pending"], "is set by pend"),
        (vec!["edit", &id, "--status", "deferred"], "is set by defer"),
        (vec!["edit", &id, "--level", "2", "--force"], "needs a reason"),
        (vec!["new", "Another", "--level", "3"], "not allowed to set level 3"),
        (vec!["new", "Another", "--level", "2"], "level 2 lacks requirements, troubleshooting"),
        (vec!["new", "Another", "--status", "closed"], "no step leads"),
    ] {
        let output = sandbox.run(&line);
        assert!(matches!(output.status, Some(1 | 2)), "{line:?}: {output:?}");
        assert!(output.stderr.contains(expected), "{line:?}: {}", output.stderr);
    }
    for operation in [
        format!("{{\"op\":\"edit\",\"id\":\"{id}\",\"level\":3}}"),
        format!("{{\"op\":\"edit\",\"id\":\"{id}\",\"status\":\"closed\"}}"),
        "{\"op\":\"new\",\"title\":\"Another\",\"level\":3}".to_owned(),
        "{\"op\":\"new\",\"title\":\"Another\",\"status\":\"resolved\"}".to_owned(),
    ] {
        let said = sandbox.run_with(&["batch"], &operation).fails(1);
        assert!(said.contains("line 1"), "{operation}: {said}");
    }
    assert_eq!(sandbox.field(&id, "level"), 1);
    // What a step could have done is done.
    let findings = ["--requirements", "r", "--troubleshooting", "t"];
    sandbox.run(&[&["edit", &id, "--level", "2"], &findings[..]].concat()).ok();
    sandbox.run(&[&["new", "Another", "--level", "2"], &findings[..]].concat()).ok();
    let other = sandbox.ticket("Other");
    sandbox.run(&["edit", &other, "--status", "triaged"]).ok();
    // By force, and the timeline says so.
    sandbox.run(&["edit", &other, "--level", "3", "--force", "-m", "The customer waits."]).ok();
    assert!(sandbox.run(&["show", &other]).ok().contains("overrode policy.level_by_role"));
    let forced = sandbox.run(&["new", "Forced", "--level", "3", "--force", "-m", "They called us."]).ok();
    assert!(sandbox.run(&["show", forced.trim()]).ok().contains("overrode policy.level_by_role"));
    let line = format!(
        "{{\"op\":\"edit\",\"id\":\"{other}\",\"status\":\"new\",\"force\":true,\"note\":\"Again.\"}}"
    );
    sandbox.run_with(&["batch"], &line).ok();
    assert_eq!(sandbox.field(&other, "status"), "new");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn neither_a_hand_nor_triage_nor_doctor_opens_one() {
    let sandbox = enforced();
    sandbox.is_tampered_with();
    sandbox.run(&["team", "add", "Pat Roe", "--email", "pat@example.com", "--role", "product-owner"]).ok();
    sandbox.run(&["config", "set", "policy.severity_by_owner", "enforce"]).ok();
    let id = sandbox.ticket("Payments fail");
    let path = crate::sandbox::path_of(&id);
    let line = format!("{{\"op\":\"triage\",\"id\":\"{id}\",\"level\":3}}");
    assert!(sandbox.run_with(&["batch"], &line).fails(1).contains("not allowed to set level 3"));
    let before = sandbox.ticket_file(&id);
    for (edit, expected) in [
        ("s/^level: 1/level: 3/", "not allowed to set level 3"),
        ("s/^status: new/status: closed/", "no step leads"),
        ("s/^level: 1/severity: blocker\\nlevel: 1/", "not allowed to set a severity"),
    ] {
        sandbox.shell(&format!("sed -i '{edit}' {path}")).ok();
        let said = sandbox.run_unwatched(&["save", "-m", "By hand."], "").fails(1);
        assert!(said.contains(expected), "{edit}: {said}");
        sandbox.git(&["commit", "-qm", "By hand", "--", &path]);
        let repaired = sandbox.run(&["doctor", "--repair"]);
        assert!(repaired.stderr.contains("is put back"), "{edit}: {}", repaired.stderr);
        assert_eq!(repaired.status, Some(0), "{edit}: {}", repaired.stdout);
        assert_eq!(sandbox.ticket_file(&id), before, "{edit}");
    }
}

#[test]
fn an_import_into_an_existing_ticket_obeys_them_too() {
    let sandbox = enforced();
    let id = sandbox.ticket("Payments fail");
    let before = sandbox.run(&["export", "--full", "--format", "ndjson"]).ok();
    let mut ticket: serde_json::Value = serde_json::from_str(before.lines().next().unwrap()).unwrap();
    let timeline = ticket["timeline"].as_array_mut().unwrap();
    timeline.push(serde_json::json!({
        "seq": 2, "id": "k2m8w4tz", "at": "2026-11-23T10:12:04Z", "by": "Dana Li <dana@example.com>",
        "action": "edit", "set": {"level": {"from": 1, "to": 3}},
    }));
    ticket["level"] = 3.into();
    let line = format!("{ticket}\n");
    let said = sandbox.run_with(&["import", "-"], &line).fails(1);
    assert!(said.contains("not allowed to set level 3") && said.contains("--force -m REASON"), "{said}");
    assert_eq!(sandbox.field(&id, "level"), 1);
    sandbox.run_with(&["import", "-", "--force"], &line).fails(2);
    sandbox.run_with(&["import", "-", "--force", "-m", "From the other office."], &line).ok();
    assert_eq!(sandbox.field(&id, "level"), 3);
    let page = sandbox.run(&["show", &id]).ok();
    assert!(
        page.contains("overrode policy.level_by_role") && page.contains("From the other office."),
        "{page}"
    );
    // What is new is what it was elsewhere.
    sandbox.run_with(&["import", "-"], "{\"title\":\"Old\",\"status\":\"resolved\",\"level\":2}\n").ok();
    sandbox.is_tampered_with();
}

#[test]
fn where_nothing_is_enforced_it_is_said_and_done() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Payments fail");
    let output = sandbox.run(&["edit", &id, "--level", "2"]);
    assert!(output.stderr.contains("level 2 lacks requirements, troubleshooting"), "{}", output.stderr);
    assert_eq!(sandbox.field(&id, "level"), 2);
    sandbox.run(&["config", "set", "policy.level_by_role", "off"]).ok();
    let output = sandbox.run(&["edit", &id, "--level", "3"]);
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
}

#[test]
fn fixed_names_a_commit_whatever_sets_it() {
    let sandbox = Sandbox::new();
    let (a, b) = (sandbox.ticket("One"), sandbox.ticket("Two"));
    sandbox.run(&["resolve", &b, "--as", "wont-fix", "-m", "x"]).ok();
    let path = crate::sandbox::path_of(&a);
    for line in [
        vec!["edit", &a, "--status", "resolved", "--resolution", "fixed"],
        vec!["edit", &b, "--resolution", "fixed"],
        vec!["new", "Three", "--status", "resolved", "--resolution", "fixed"],
    ] {
        assert!(sandbox.run(&line).fails(1).contains("requires a commit"), "{line:?}");
    }
    let cleared = sandbox.run(&["edit", &b, "--clear", "resolution"]).fails(1);
    assert!(cleared.contains("would be resolved without a resolution"), "{cleared}");
    for operation in [
        "{\"op\":\"new\",\"title\":\"w\",\"status\":\"resolved\",\"resolution\":\"fixed\"}".to_owned(),
        format!("{{\"op\":\"edit\",\"id\":\"{a}\",\"status\":\"resolved\",\"resolution\":\"fixed\"}}"),
    ] {
        assert!(
            sandbox.run_with(&["batch"], &operation).fails(1).contains("requires a commit"),
            "{operation}"
        );
    }
    sandbox.shell(&format!("sed -i 's/^status: new/status: resolved\\nresolution: fixed/' {path}")).ok();
    assert!(sandbox.run_unwatched(&["save"], "").status != Some(0));
    sandbox.git(&["checkout", "-q", "HEAD", "--", &path]);
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Fix"]);
    sandbox.run(&["edit", &a, "--status", "resolved", "--resolution", "fixed", "--commit", "HEAD"]).ok();
    sandbox.run(&["edit", &b, "--resolution", "fixed", "--force", "-m", "Configuration."]).ok();
    sandbox.run(&["audit"]).ok();
}

#[test]
fn an_undo_does_not_go_round_what_others_have_gone_on_from() {
    let sandbox = enforced();
    let id = sandbox.ticket("Payments fail");
    sandbox.run(&["escalate", &id, "--requirements", "r", "--troubleshooting", "t"]).ok();
    let entry = |action: &str| {
        let log = sandbox.run(&["log", &id, "--action", action, "--json"]).ok();
        let log: serde_json::Value = serde_json::from_str(&log).unwrap();
        log[0]["id"].as_str().unwrap().to_owned()
    };
    let tom = "GIT_AUTHOR_NAME='Tom Two' GIT_AUTHOR_EMAIL=tom@example.com GIT_COMMITTER_NAME='Tom Two' GIT_COMMITTER_EMAIL=tom@example.com";
    sandbox.shell(&format!("{tom} git support replicate {id} --steps Pay")).ok();
    for action in ["open", "escalate"] {
        let said = sandbox.run(&["undo", &entry(action)]).fails(1);
        assert!(said.contains("not allowed"), "{action}: {said}");
    }
    let own = sandbox.ticket("A mistake");
    sandbox.run(&["undo", &own]).ok();
    assert_eq!(sandbox.field(&own, "resolution"), "withdrawn");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn a_redaction_brings_no_entry_anew() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "E", "-m", "has hunter2x"]).ok().trim().to_owned();
    let opened = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.run(&["redact", &id, "--text", "hunter2x", "-m", "Gone"]).ok();
    let log: serde_json::Value = serde_json::from_str(&sandbox.run(&["log", &id, "--json"]).ok()).unwrap();
    assert_eq!(log[0]["commit"], opened.trim());
    let blame = sandbox.run(&["blame", &id, "--json"]).ok();
    assert!(blame.contains(opened.trim()), "{blame}");
}
