//! `comment`, `attach`, `link`: what is said, shown and tied together.

use crate::sandbox::{Sandbox, path_of};

#[test]
fn a_comment_is_for_the_customer_or_for_the_team() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    sandbox.run(&["comment", &id, "-m", "Please restart."]).ok();
    sandbox.run_with(&["comment", &id, "--internal", "-F", "-"], "Known problem.\nSee the wiki.\n").ok();
    let file = sandbox.ticket_file(&id);
    assert!(file.contains("  note: Please restart.\n"), "{file}");
    assert!(
        file.contains("  visibility: internal\n  note: |\n    Known problem.\n    See the wiki.\n"),
        "{file}"
    );
    assert!(sandbox.run(&["comment", &id]).fails(2).contains("-F -"));
    assert!(sandbox.run(&["comment", &id, "-m", " "]).fails(2).contains("empty"));
}

#[test]
fn evidence_lies_in_the_tickets_own_folder_whatever_its_name() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    sandbox.file("up/load (1).log", "text\n");
    sandbox.run(&["attach", &id, "up/load (1).log", "notes.txt", "-m", "From the server."]).ok();
    sandbox.run_with(&["attach", &id, "-", "--name", "../../../.git/hooks/pre-commit"], "#!/bin/sh\n").ok();
    let files = sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD", ".support/attachments"]);
    assert_eq!(files.lines().count(), 3);
    assert!(files.lines().all(|line| line.starts_with(&format!(".support/attachments/{id}/"))), "{files}");
    assert!(files.contains("-pre-commit") && files.contains("-load__1_.log"), "{files}");
    assert!(!sandbox.repo().join(".git/hooks/pre-commit").exists());
    let file = sandbox.ticket_file(&id);
    assert!(file.contains("sha256: ") && file.contains("name: load (1).log"), "{file}");
}

#[test]
fn evidence_beyond_the_limit_is_refused() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    sandbox.run(&["config", "set", "attachments.max_bytes", "10"]).ok();
    let stderr = sandbox.run_with(&["attach", &id, "-"], "eleven bytes").fails(1);
    assert!(stderr.contains("more than 10 bytes") && stderr.contains("hint:"), "{stderr}");
    sandbox.run_with(&["attach", &id, "-"], "ten bytes!").ok();
    assert!(sandbox.run(&["attach", &id, "missing.log"]).fails(1).contains("missing.log"));
    assert!(sandbox.run(&["attach", &id, "."]).fails(1).contains("is not a file"));
}

#[test]
fn a_link_is_made_and_taken_back_at_both_ends_in_one_commit() {
    let sandbox = Sandbox::new();
    let (a, b) = (sandbox.ticket("A"), sandbox.ticket("B"));
    for (kind, converse) in [
        ("duplicate-of", "duplicated-by"),
        ("relates-to", "relates-to"),
        ("blocks", "blocked-by"),
        ("caused-by", "causes"),
    ] {
        let before = sandbox.subjects().len();
        sandbox.run(&["link", &a, kind, &b]).ok();
        assert_eq!(sandbox.subjects().len(), before + 1);
        assert!(sandbox.ticket_file(&a).contains(&format!("\n  {kind}: [{b}]\n")));
        assert!(sandbox.ticket_file(&b).contains(&format!("\n  {converse}: [{a}]\n")));
        sandbox.run(&["link", &a, kind, &b, "--remove"]).ok();
        assert!(!sandbox.ticket_file(&a).contains("\nlinks:"));
        assert!(sandbox.run(&["link", &a, kind, &b, "--remove"]).fails(1).contains("has no link"));
    }
    assert!(sandbox.run(&["link", &a, "blocks", &a]).fails(1).contains("itself"));
    assert!(sandbox.run(&["link", &a, "block", &b]).fails(2).contains("blocks"));
    let touched = sandbox.git(&["show", "--format=", "--name-only", "HEAD"]);
    assert!(touched.contains(&path_of(&a)) && touched.contains(&path_of(&b)));
}
