//! Machine formats and JSON errors: contracts.

use serde_json::Value;

use crate::sandbox::Sandbox;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_ticket_object_has_the_files_field_names() {
    let sandbox = Sandbox::new();
    let ticket = json(&sandbox.run(&["new", "One", "--json", "--level", "2", "-m", "Story."]).ok());
    assert_eq!(
        (&ticket["schema"], &ticket["title"], &ticket["level"]),
        (&1.into(), &"One".into(), &2.into())
    );
    assert_eq!(ticket["timeline"][0]["action"], "open");
    let id = ticket["id"].as_str().unwrap();
    let step = json(&sandbox.run(&["edit", id, "--severity", "minor", "--json"]).ok());
    assert_eq!(step["severity"], "minor");
    let same = json(&sandbox.run(&["edit", id, "--severity", "minor", "--json"]).ok());
    assert_eq!(same, step);
    let list = json(&sandbox.run(&["list", "--json"]).ok());
    assert!(list[0].get("description").is_none() && list[0].get("timeline").is_none(), "{list}");
    let full = json(&sandbox.run(&["list", "--json", "--full"]).ok());
    assert_eq!(full[0]["description"], "Story.");
    let rehearsal = json(&sandbox.run(&["edit", id, "--level", "3", "--dry-run", "--json"]).ok());
    assert!(rehearsal["patch"].as_str().unwrap().contains("+level: 3"));
}

#[test]
fn yaml_is_the_file_itself() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    assert_eq!(sandbox.run(&["show", &id, "--format", "yaml"]).ok(), sandbox.ticket_file(&id));
}

#[test]
fn csv_holds_no_formula_and_markdown_no_markup() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("=HYPERLINK(\"http://x\") | `x` <script>");
    let csv = sandbox.run(&["list", "--format", "csv"]).ok();
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\") | `x` <script>\""), "{csv}");
    let markdown = sandbox.run(&["list", "--format", "markdown"]).ok();
    assert!(markdown.contains("\\| \\`x\\` \\<script\\>"), "{markdown}");
    assert!(
        sandbox.run(&["show", &id, "--format", "markdown"]).ok().starts_with(&format!("# {id} =HYPERLINK"))
    );
    assert!(sandbox.run(&["show", &id, "--format", "csv"]).fails(2).contains("not available as csv"));
    // The hint names each form that there is, and no other.
    for (command, format) in [("list", "junit"), ("doctor", "csv"), ("log", "sarif"), ("report", "github")] {
        let said = sandbox.run(&[command, "--format", format]).fails(2);
        let (_, forms) = said.split_once("hint: --format ").unwrap();
        for form in ["table", "json", "ndjson", "yaml", "csv", "markdown", "junit", "sarif", "github"] {
            let status = sandbox.run(&[command, "--format", form]).status;
            assert_eq!(
                status == Some(0),
                forms.trim().split('|').any(|named| named == form),
                "{command} {form}: {said}"
            );
        }
    }
}

#[test]
fn json_carries_no_raw_control_characters() {
    let sandbox = Sandbox::new();
    let id = sandbox.run_with(&["new", "One", "-F", "-"], "\u{1b}[2J\u{9b}31m\u{202e}x\u{7f}").ok();
    let text = sandbox.run(&["show", id.trim(), "--json"]).ok();
    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    assert_eq!(json(&text)["description"], "\u{1b}[2J\u{9b}31m\u{202e}x\u{7f}");
}

#[test]
fn errors_are_objects_under_json() {
    let sandbox = Sandbox::new();
    for (arguments, status, kind) in [
        (&["show", "zzzzz", "--json"][..], 1, "not-found"),
        (&["list", "severty:x", "--json"], 2, "usage"),
        (&["frobnicate", "--json"], 2, "usage"),
        (&["new", "--json"], 2, "usage"),
        (&["new", "a\tb", "--json"], 1, "invalid"),
        (&["list", "--branch", "nowhere", "--json"], 1, "not-found"),
    ] {
        let stderr = sandbox.run(arguments).fails(status);
        let error = json(stderr.trim());
        assert_eq!(error["error"]["kind"], kind, "{stderr}");
        assert!(error["error"]["message"].is_string() && error["error"].get("hint").is_some(), "{stderr}");
    }
}

#[test]
fn two_forms_at_once_are_refused() {
    let sandbox = Sandbox::new();
    let refused = sandbox.run(&["list", "--json", "--format", "csv"]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.stderr.contains("--json and --format name different forms"), "{}", refused.stderr);
    assert_eq!(sandbox.run(&["list", "--json", "--format", "json"]).ok().trim(), "[]");
}
