//! Editors of all kinds: what they leave of a form and of a text is read as it was meant, and no word is dropped.

use crate::sandbox::{Output, Sandbox};

const SCISSORS: &str = "# ------------------------ >8 ------------------------";

/// Runs a command on a terminal with an editor, a line of shell in which `$1` is the file.
fn edited(sandbox: &Sandbox, editor: &str, command: &str) -> Output {
    sandbox.file("../editor", format!("#!/bin/sh\n{editor}\n"));
    sandbox.shell(&format!(
        "chmod +x ../editor; export GIT_EDITOR=$PWD/../editor; timeout 60 script -qec 'git-support {command}' /dev/null </dev/null"
    ))
}

fn value(sandbox: &Sandbox, id: &str, field: &str) -> serde_json::Value {
    let shown: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["show", "--json", id]).ok()).unwrap_or_default();
    shown.get(field).cloned().unwrap_or_default()
}

fn desk() -> Option<Sandbox> {
    crate::sandbox::has_tool("script").then(Sandbox::new)
}

#[test]
fn a_scissors_line_in_a_text_is_text() {
    let Some(sandbox) = desk() else { return };
    let text = format!("before\n{SCISSORS}\nafter\n");
    sandbox.file("../text", &text);
    let id = sandbox.run(&["new", "T", "-m", &text]).ok().trim().to_owned();
    let whole = value(&sandbox, &id, "description");
    edited(&sandbox, "sed -i 's/^title: T/title: U/' \"$1\"", &format!("edit {id}")).ok();
    assert_eq!(value(&sandbox, &id, "description"), whole);
    assert!(whole.to_string().contains("after"), "{whole}");
    edited(&sandbox, "true", &format!("comment {id} -e -F ../text")).ok();
    // Who removes the help, too, loses nothing.
    let without_help = "cat ../text >\"$1\"";
    edited(&sandbox, without_help, &format!("comment {id} -e")).ok();
    let file = sandbox.ticket_file(&id);
    assert_eq!(file.matches("after\n").count(), 4, "{file}");
}

#[test]
fn a_byte_order_mark_and_line_ends_of_windows_are_none_of_the_words() {
    let Some(sandbox) = desk() else { return };
    let id = sandbox.run(&["new", "T", "-m", "Story."]).ok().trim().to_owned();
    let marked = |change: &str| {
        format!(
            "{{ printf '\\357\\273\\277'; sed '{change}' \"$1\" | sed 's/$/\\r/'; }} >../x; cat ../x >\"$1\""
        )
    };
    edited(&sandbox, &marked("s/^title: T/title: U/"), &format!("edit {id}")).ok();
    assert_eq!(value(&sandbox, &id, "title"), "U");
    assert_eq!(value(&sandbox, &id, "description"), "Story.");
    edited(&sandbox, &marked("1i Called."), &format!("comment {id} -e")).ok();
    let file = sandbox.ticket_file(&id);
    assert!(file.contains("Called.") && !file.contains("\\r") && !file.contains('\r'), "{file}");
    // What comes from a file is kept to the letter, and shown as it is meant.
    sandbox.file("../text", "\u{feff}From a file,\r\nof two lines.\r\n");
    sandbox.run(&["comment", &id, "-F", "../text"]).ok();
    sandbox.shell(&format!("git-support comment {id} -m - <../text")).ok();
    for command in ["show", "log", "handover", "list"] {
        let shown = sandbox.run(&[command, &id]).ok();
        assert!(command == "list" || shown.contains("From a file,\n"), "{command}: {shown}");
        assert!(
            !shown.contains("\\u{") && !shown.contains('\r') && !shown.contains('\u{feff}'),
            "{command}: {shown}"
        );
    }
    // A mark alone says nothing.
    let commits = sandbox.subjects().len();
    let said = edited(&sandbox, "printf '\\357\\273\\277' >\"$1\"", &format!("comment {id} -e"));
    assert!(said.stdout.contains("left empty") && sandbox.subjects().len() == commits, "{said:?}");
}

#[test]
fn an_emptied_form_and_one_without_its_text_change_no_description() {
    let Some(sandbox) = desk() else { return };
    let id = sandbox.run(&["new", "T", "-m", "Long story."]).ok().trim().to_owned();
    let commits = sandbox.subjects().len();
    for empty in [": >\"$1\"", "echo >\"$1\"", "sed -i '1,/>8/{/>8/!d}' \"$1\""] {
        let said = edited(&sandbox, empty, &format!("edit {id}"));
        assert!(said.stdout.contains("the text was left empty; nothing was changed"), "{empty}: {said:?}");
    }
    assert_eq!(sandbox.subjects().len(), commits);
    edited(&sandbox, "echo 'title: U' >\"$1\"", &format!("edit {id}")).ok();
    assert_eq!(
        (value(&sandbox, &id, "title"), value(&sandbox, &id, "description")),
        ("U".into(), "Long story.".into())
    );
    // Emptied under its dashes, it is meant.
    edited(&sandbox, "sed -i '/^---/,/>8/{/Long/d}' \"$1\"", &format!("edit {id}")).ok();
    assert!(value(&sandbox, &id, "description").is_null());
}

#[test]
fn a_label_with_a_comma_is_one_label() {
    let Some(sandbox) = desk() else { return };
    let id =
        sandbox.run(&["new", "T", "--label", "\"a,b\", c", "--affects", "\"1,0\""]).ok().trim().to_owned();
    let labels = serde_json::json!(["a,b", "c"]);
    assert_eq!(
        (value(&sandbox, &id, "labels"), value(&sandbox, &id, "affects")),
        (labels.clone(), serde_json::json!(["1,0"]))
    );
    edited(&sandbox, "sed -i 's/^title: T/title: U/' \"$1\"", &format!("edit {id}")).ok();
    assert_eq!((value(&sandbox, &id, "title"), value(&sandbox, &id, "labels")), ("U".into(), labels));
    edited(&sandbox, "sed -i 's/^labels: /labels: d, /' \"$1\"", &format!("edit {id}")).ok();
    assert_eq!(value(&sandbox, &id, "labels"), serde_json::json!(["a,b", "c", "d"]));
    sandbox.run(&["edit", &id, "--remove-label", "\"a,b\",c", "--label", "e,f"]).ok();
    assert_eq!(value(&sandbox, &id, "labels"), serde_json::json!(["d", "e", "f"]));
}

#[test]
fn a_form_tells_what_changed_while_it_was_open() {
    let Some(sandbox) = desk() else { return };
    let id = sandbox.run(&["new", "T", "--severity", "minor"]).ok().trim().to_owned();
    let both = format!(
        "git-support -q edit {id} --severity blocker; sed -i 's/^severity: minor/severity: major/' \"$1\""
    );
    let said = edited(&sandbox, &both, &format!("edit {id}"));
    assert!(
        said.stdout.contains(&format!(
            "warning: severity had changed while the form was open: git support log {id}"
        )),
        "{said:?}"
    );
    let other = format!("git-support -q edit {id} --severity minor; sed -i 's/^title: T/title: U/' \"$1\"");
    let said = edited(&sandbox, &other, &format!("edit {id}"));
    assert!(!said.stdout.contains("while the form"), "{said:?}");
    assert_eq!(
        (value(&sandbox, &id, "severity"), value(&sandbox, &id, "title")),
        ("minor".into(), "U".into())
    );
}

/// At the end of a file is where many begin to write: what stands below the help is text, and the help is none of it.
#[test]
fn what_is_written_below_the_help_is_the_text_and_no_help_is() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.shell("printf '#!/bin/sh\\necho \"my text\" >>\"$1\"\\n' >../append; chmod +x ../append").ok();
    for line in ["comment $id -e", "new -e Another", "answer add one --title One -e", "pend $id -e"] {
        let said = sandbox.shell(&format!("id={id}; GIT_EDITOR=../append git-support {line}"));
        assert_eq!(said.status, Some(0), "{line}: {said:?}");
    }
    let all = sandbox.shell("cat $(git ls-files .support)").ok();
    assert_eq!(all.matches("my text").count(), 5, "{all}");
    assert!(!all.contains(">8") && !all.contains("Say it above"), "{all}");
}

/// An editor that writes Latin 1 loses nothing: the way out is printed, and leads there.
#[test]
fn a_text_that_is_not_utf8_is_converted_and_filed() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.shell("printf '#!/bin/sh\nprintf \"caf\\\\351\" >\"$1\"\n' >../latin; chmod +x ../latin").ok();
    let refused = sandbox.shell(&format!("GIT_EDITOR=../latin git-support comment {id} -e")).fails(1);
    let hint = refused.lines().find(|line| line.contains("not UTF-8; convert")).unwrap();
    let convert = hint.split("convert it first: ").nth(1).unwrap().split(')').next().unwrap();
    let resume = hint.split("file it with: ").nth(1).unwrap();
    sandbox.shell(&format!("{convert} && {resume}")).ok();
    assert!(sandbox.ticket_file(&id).contains("café"));
}
