//! What somebody wrote is kept: beside what others wrote at the same time, behind what was written later, and
//! through files of schema 1.

use std::fs;

use crate::sandbox::{Sandbox, path_of};
use crate::syncing::clones;

/// A ticket file of schema 1, whose entries name long texts and do not carry them.
fn schema_1(file: &str) -> String {
    let mut out = String::new();
    let mut lines = file.lines().peekable();
    let mut is_in_set = false;
    while let Some(line) = lines.next() {
        is_in_set = line == "  set:" || (is_in_set && line.starts_with("    "));
        let is_text = line.starts_with("    findings.") || line == "    description:";
        out.push_str(if line == "schema: 2" { "schema: 1" } else { line });
        out.push('\n');
        while is_in_set
            && is_text
            && lines.peek().is_some_and(|next| next.starts_with("      ") || next.is_empty())
        {
            lines.next();
        }
    }
    out
}

/// Writes the ticket as an older version had it, and commits that.
fn downgrade(sandbox: &Sandbox, id: &str) {
    sandbox.file(&path_of(id), schema_1(&sandbox.ticket_file(id)));
    sandbox.git(&["commit", "-qam", "As schema 1"]);
}

#[test]
fn two_diagnoses_at_once_are_both_there() {
    let (mut sandbox, a, b) = clones();
    let id = sandbox.ticket("Card payments fail");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    sandbox.run(&["diagnose", &id, "-m", "The gateway times out."]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.run(&["diagnose", &id, "-m", "The pool is exhausted."]).ok();
    sandbox.run(&["sync"]).ok();
    for reading in [["show", &id], ["handover", &id], ["log", &id]] {
        let said = sandbox.run(&reading).ok();
        assert!(said.contains("The gateway times out.") && said.contains("The pool is exhausted."), "{said}");
    }
    assert!(sandbox.run(&["show", &id]).ok().contains("At the same time, "));
    for word in ["gateway", "exhausted"] {
        assert!(sandbox.run(&["list", word]).ok().contains("Card payments fail"), "{word}");
    }
    assert_eq!(sandbox.run(&["audit"]).status, Some(0));
    sandbox.run(&["doctor"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    let file = sandbox.ticket_file(&id);
    sandbox.enter(&a);
    assert_eq!(file, sandbox.ticket_file(&id));
}

#[test]
fn what_was_replaced_is_shown_and_comes_back() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Card payments fail");
    sandbox.run(&["diagnose", &id, "-m", "The gateway times out."]).ok();
    sandbox.run(&["diagnose", &id, "-m", "The pool is exhausted."]).ok();
    let shown = sandbox.run(&["show", &id]).ok();
    assert!(shown.contains("diagnosis, replaced since:\n        The gateway times out."), "{shown}");
    assert!(sandbox.run(&["log", &id]).ok().contains("The gateway times out."));
    sandbox.run(&["undo", &id]).ok();
    assert_eq!(sandbox.field(&id, "findings"), serde_json::json!({"diagnosis": "The gateway times out."}));
    let shown = sandbox.run(&["show", &id]).ok();
    assert!(shown.contains("diagnosis, replaced since:\n        The pool is exhausted."), "{shown}");
    // A text that no entry set is found, as any other value is.
    sandbox.is_tampered_with();
    let file = sandbox.ticket_file(&id).replacen(
        "  diagnosis: The gateway times out.",
        "  diagnosis: It was me.",
        1,
    );
    sandbox.file(&path_of(&id), &file);
    sandbox.git(&["commit", "-qam", "Forged"]);
    let problems = sandbox.run(&["doctor"]);
    assert!(problems.stdout.contains("diagnosis"), "{}", problems.stdout);
}

#[test]
fn a_file_of_schema_1_goes_on_as_schema_2_and_keeps_its_texts() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let id = sandbox.ticket("Card payments fail");
    sandbox.run(&["edit", &id, "--description", "It says 502."]).ok();
    sandbox.run(&["diagnose", &id, "-m", "The gateway times out."]).ok();
    downgrade(&sandbox, &id);
    let old = sandbox.ticket_file(&id);
    assert!(old.contains("    findings.diagnosis:\n"), "{old}");
    assert!(sandbox.run(&["show", &id]).ok().contains("The gateway times out."));
    sandbox.run(&["doctor"]).ok();
    assert_eq!(sandbox.ticket_file(&id), old, "reading changes nothing");
    sandbox.run(&["diagnose", &id, "-m", "The pool is exhausted."]).ok();
    let new = sandbox.ticket_file(&id);
    assert!(new.starts_with("schema: 2\n") && new.contains("\nearlier_texts:\n"), "{new}");
    let shown = sandbox.run(&["show", &id]).ok();
    assert!(shown.contains("diagnosis, replaced since:\n        The gateway times out."), "{shown}");
    assert_eq!(sandbox.run(&["audit", "HEAD~1..HEAD"]).status, Some(0));
    // What is taken out of a ticket is taken out of its earlier texts.
    sandbox.run(&["redact", &id, "--text", "gateway", "-m", "A name"]).ok();
    assert!(!sandbox.ticket_file(&id).contains("gateway"));
}

#[test]
fn two_clones_of_schema_1_lose_no_text() {
    let (mut sandbox, a, b) = clones();
    let id = sandbox.ticket("Card payments fail");
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    for (clone, text) in [(&b, "The gateway times out."), (&a, "The pool is exhausted.")] {
        sandbox.enter(clone);
        sandbox.run(&["diagnose", &id, "-m", text]).ok();
        let file = schema_1(&sandbox.ticket_file(&id));
        assert!(!file.contains("to: The"), "{file}");
        fs::write(sandbox.repo().join(path_of(&id)), file).unwrap();
        sandbox.git(&["commit", "-qa", "--amend", "--no-edit"]);
    }
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.run(&["sync"]).ok();
    let shown = sandbox.run(&["show", &id]).ok();
    assert!(shown.contains("The gateway times out.") && shown.contains("The pool is exhausted."), "{shown}");
    let file = sandbox.ticket_file(&id);
    sandbox.enter(&b);
    sandbox.run(&["sync"]).ok();
    assert_eq!(sandbox.ticket_file(&id), file);
}

#[test]
fn old_and_new_writers_beside_each_other_lose_no_text() {
    for (here_is_old, there_is_old) in [(false, false), (false, true), (true, false), (true, true)] {
        for way in ["merge", "other way", "all branches"] {
            let case = format!("{here_is_old} {there_is_old} {way}");
            let sandbox = Sandbox::new();
            sandbox.git(&["stash", "-q"]);
            let id = sandbox.ticket("Card payments fail");
            sandbox.run(&["diagnose", &id, "-m", "The first guess."]).ok();
            if here_is_old && there_is_old {
                downgrade(&sandbox, &id);
            }
            sandbox.git(&["checkout", "-q", "-b", "side"]);
            sandbox.run(&["diagnose", &id, "-m", "The gateway times out."]).ok();
            if there_is_old {
                downgrade(&sandbox, &id);
            }
            sandbox.git(&["checkout", "-q", "main"]);
            sandbox.run(&["diagnose", &id, "-m", "The pool is exhausted."]).ok();
            if here_is_old {
                downgrade(&sandbox, &id);
            }
            let arguments = match way {
                "merge" => {
                    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
                    vec!["show", &id]
                }
                "other way" => {
                    sandbox.git(&["checkout", "-q", "side"]);
                    sandbox.git(&["merge", "-q", "--no-edit", "main"]);
                    vec!["show", &id]
                }
                _ => vec!["show", &id, "--all-branches"],
            };
            let show = sandbox.run(&arguments).ok();
            assert!(
                show.contains("gateway times out") && show.contains("pool is exhausted"),
                "{case}: {show}"
            );
            // Whoever goes on writes schema 2, and what was written before is still told.
            if way != "all branches" {
                sandbox.run(&["comment", &id, "-m", "Both were tried."]).ok();
                let file = sandbox.ticket_file(&id);
                assert!(file.starts_with("schema: 2\n"), "{case}: {file}");
                assert!(
                    file.contains("gateway times out") && file.contains("pool is exhausted"),
                    "{case}: {file}"
                );
                sandbox.run(&["doctor"]).ok();
            }
            sandbox.is_tampered_with();
        }
    }
}

#[test]
fn the_mark_before_a_text_of_a_file_is_none_of_its_letters() {
    let sandbox = Sandbox::new();
    let id = sandbox
        .shell("printf '\\357\\273\\277Line one\\nMore\\n' | git support new -F -")
        .ok()
        .trim()
        .to_owned();
    let title = sandbox.run(&["list", "--format", "csv"]).ok();
    assert!(title.contains(&format!("{id},Line one,")), "{title:?}");
}
