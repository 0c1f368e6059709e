//! Steps by query: counted first, confirmed on a terminal or by --yes; and a ticket that is like another.

use crate::sandbox::Sandbox;
use crate::terminal::Terminal;

fn three(sandbox: &Sandbox) -> Vec<String> {
    ["One", "Two", "Three"].iter().map(|title| sandbox.ticket(title)).collect()
}

#[test]
fn every_step_takes_a_query_and_says_how_many_before_it_changes_them() {
    let sandbox = Sandbox::new();
    three(&sandbox);
    let heads = sandbox.subjects().len();
    let said = sandbox.run(&["triage", "--query", "title:one,two", "--severity", "minor"]).fails(2);
    assert!(said.contains("2 tickets match; nothing was changed") && said.contains("--yes"), "{said}");
    assert_eq!(sandbox.subjects().len(), heads);
    let step = |line: &[&str]| {
        let subjects = sandbox.subjects().len();
        sandbox.run(&[line, &["--yes"]].concat()).ok();
        assert_eq!(sandbox.subjects().len(), subjects + 1, "{line:?}");
    };
    let query = ["--query", "no:fingerprintx"];
    sandbox.run(&[&["triage"], &query[..], &["--severity", "minor", "--yes"]].concat()).fails(2);
    for line in [
        &["triage", "--query", "title:one,two", "--severity", "minor"][..],
        &["replicate", "--query", "severity:minor", "--steps", "Pay."],
        &["diagnose", "--query", "severity:minor", "-m", "A timeout."],
        &["estimate", "--query", "severity:minor", "6h"],
        &["assign", "--query", "severity:minor", "--to", "me"],
        &["owner", "--query", "severity:minor"],
        &["comment", "--query", "severity:minor", "-m", "We look."],
        &["alert", "--query", "severity:minor", "--to", "me", "-m", "Soon."],
        &["escalate", "--query", "severity:minor", "--requirements", "r", "--troubleshooting", "t"],
        &["return", "--query", "level:2", "-m", "Ask first."],
        &["pend", "--query", "severity:minor", "-m", "Which one?"],
        &["resume", "--query", "status:pending"],
        &["resolve", "--query", "severity:minor", "--as", "answered"],
        &["close", "--query", "status:resolved"],
        &["reopen", "--query", "severity:minor", "--all", "-m", "Again."],
    ] {
        step(line);
    }
    let found = sandbox.run(&["list", "reopened:1", "--json"]).ok();
    assert_eq!(found.matches("\"id\"").count(), 2);
    sandbox.run(&["close", "--query", ""]).fails(2);
    sandbox.run(&["comment", "--query", "title:nothing", "-m", "x"]).ok();
    sandbox.run(&["comment", "--query", "title:one", "-m", "x", "--dry-run"]).ok();
    sandbox.run(&["audit"]).ok();
}

#[test]
fn a_terminal_is_asked() {
    let sandbox = Sandbox::new();
    three(&sandbox);
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support assign --query status:open");
    terminal.keys(&["Enter"]);
    terminal.until("3 tickets match. Change them? [y/N]");
    terminal.text("n");
    terminal.keys(&["Enter"]);
    terminal.until("nothing was changed");
    terminal.text("clear; git support assign --query status:open && echo fi''nished");
    terminal.keys(&["Enter"]);
    terminal.until("Change them? [y/N]");
    terminal.text("y");
    terminal.keys(&["Enter"]);
    terminal.until("finished");
    let left = sandbox.run(&["list", "no:assignee", "--json"]).ok();
    assert_eq!(left.trim(), "[]");
}

#[test]
fn a_new_ticket_names_those_it_may_be_an_occurrence_of() {
    let sandbox = Sandbox::new();
    let known = sandbox.ticket("Card payments over 1,000 fail with 502");
    sandbox.ticket("The export is slow");
    let json = sandbox.run(&["new", "Card payments fail with 502 today", "--json"]).ok();
    let new: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(new["similar"][0]["id"], known);
    assert_eq!(new["similar"].as_array().unwrap().len(), 1);
    let plain = sandbox.run(&["new", "Card payments fail again with 502"]);
    assert!(!plain.stderr.contains("similar"), "{}", plain.stderr);
    let tickets = sandbox.subjects().len();
    let line = [
        "new",
        "Payments fail here, too",
        "--reporter",
        "Ben",
        "-m",
        "Since Monday.",
        "--occurrence-of",
        &known,
    ];
    assert!(sandbox.run(&line).ok().contains(&known));
    assert_eq!(sandbox.subjects().len(), tickets + 1);
    assert_eq!(sandbox.run(&["list", "title:\"here too\"", "--json"]).ok().trim(), "[]");
    let page = sandbox.run(&["show", &known]).ok();
    for said in ["Payments fail here, too", "reporter: Ben", "Since Monday."] {
        assert!(page.contains(said), "{page}");
    }
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text("git support new 'Card payments fail with 502'");
    terminal.keys(&["Enter"]);
    terminal.until(&format!("similar: {} Card payments over", &known[..4]));
}

#[test]
fn whoever_is_to_work_on_a_ticket_works_at_its_level_whichever_command_says_so() {
    let sandbox = Sandbox::new();
    for (name, role) in [("Ann", "l1"), ("Bo", "l2"), ("Dana Li", "lead")] {
        let email = format!("{}@example.com", name.split(' ').next().unwrap().to_lowercase());
        sandbox.run(&["team", "add", name, "--email", &email, "--role", role]).ok();
    }
    sandbox.run(&["config", "set", "policy.level_by_role", "enforce"]).ok();
    let id = sandbox.ticket("Deep");
    sandbox.run(&["escalate", &id, "--requirements", "r", "--troubleshooting", "t"]).ok();
    let batch = format!("{{\"op\": \"edit\", \"id\": \"{id}\", \"assignee\": \"Ann\"}}");
    for command in [
        format!("assign {id} --to Ann"),
        format!("edit {id} --assignee Ann"),
        format!("triage {id} --assignee Ann"),
        format!("batch - <<'X'\n{batch}\nX"),
    ] {
        let said = sandbox.shell(&format!("git support {command}"));
        assert!(said.status == Some(1) && said.stderr.contains("work at level 2"), "{command}: {said:?}");
    }
    sandbox.run(&["edit", &id, "--assignee", "Bo"]).ok();
}
