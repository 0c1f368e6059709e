//! Merges that decide more than git would: they are of who made them.

use crate::sandbox::{Sandbox, path_of};

const PREAMBLE: &str = "who() { export GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$1@x.io GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL=$1@x.io; }; \
    who pat; ";

/// A project that pat owns and ann works in.
fn project() -> Sandbox {
    let sandbox = Sandbox::unborn();
    sandbox.is_tampered_with();
    let owned = "git commit -q --allow-empty -m init; git-support init --owner me; \
        git-support team add ann --email ann@x.io --role l1; \
        git-support config set policy.severity_by_owner enforce; git-support config set policy.level_by_role enforce";
    shell(&sandbox, owned);
    sandbox
}

fn shell(sandbox: &Sandbox, script: &str) {
    let output = sandbox.shell(&format!("{PREAMBLE}{script}"));
    assert_eq!(output.status, Some(0), "{script}: {output:?}");
}

fn ticket(sandbox: &Sandbox, words: &str) -> (String, String) {
    shell(sandbox, &format!("git-support new Card {words} >../id"));
    let id = std::fs::read_to_string(sandbox.root().join("id")).unwrap().trim().to_owned();
    let path = path_of(&id);
    (id, path)
}

#[test]
fn a_head_that_a_parent_had_is_not_repaired_by_being_so() {
    for (words, before, edit) in [
        ("--severity minor", "triage $id --severity blocker", "s/^severity: .*/severity: minor/"),
        ("--severity minor", "edit $id --title Other", "s/^title: .*/title: Card/"),
        (
            "-m 'Kim Roe, card 1234'",
            "redact $id --text 'Kim Roe, card 1234' -m gdpr",
            "s/^description: .*/description: Kim Roe, card 1234/",
        ),
        ("--severity minor", "edit $id --label shop", "/^labels:/d; /^ *- shop$/d"),
    ] {
        let sandbox = project();
        let (id, path) = ticket(&sandbox, words);
        let merged = format!(
            "id={id}; git-support {before}; who ann; sed -i '{edit}' {path}; git add -A; \
             git reset -q --hard $(git commit-tree $(git write-tree) -p HEAD -p HEAD~1 -m 'Merge branch x')"
        );
        shell(&sandbox, &merged);
        let found = sandbox.run(&["audit"]).fails_with_gate();
        assert!(found.contains("error: head.unaccounted"), "{edit}: {found}");
    }
}

#[test]
fn a_pull_request_that_merges_main_and_changes_a_ticket_is_found() {
    let sandbox = project();
    let (id, path) = ticket(&sandbox, "--severity minor");
    let story = format!(
        "who ann; git switch -qc fix; git commit -q --allow-empty -m work; who pat; git switch -q main; \
         git-support triage {id} --severity blocker; who ann; git switch -q fix; git merge -q --no-ff --no-commit main; \
         sed -i 's/^severity: .*/severity: minor/' {path}; git add -A; git commit -qm 'Merge main'"
    );
    shell(&sandbox, &story);
    assert!(sandbox.run(&["audit", "main...fix"]).fails_with_gate().contains("head.unaccounted"));
}

#[test]
fn rules_that_a_merge_brings_back_are_its_authors() {
    for parent in ["old", "octopus"] {
        let sandbox = project();
        let (id, _) = ticket(&sandbox, "--severity minor");
        let more = if parent == "octopus" { "git branch side HEAD~3; " } else { "" };
        let merge = if parent == "octopus" {
            "git reset -q --hard $(git commit-tree $(git write-tree) -p main -p old -p side -m 'Merge branches')"
        } else {
            "git merge -q -s ours --no-commit old; git checkout old -- .support/team.yaml; git commit -qm 'Merge old'"
        };
        let story = format!(
            "git-support team edit ann --role product-owner; git-support team edit ann --role l1; {more}who ann; \
             git switch -qc old HEAD~1; git commit -q --allow-empty -m work; git switch -q main; \
             git checkout old -- .support/team.yaml; {merge}; git-support triage {id} --severity blocker"
        );
        let story = if parent == "octopus" {
            story
        } else {
            story.replace("git checkout old -- .support/team.yaml; git merge", "git merge")
        };
        shell(&sandbox, &story);
        assert!(sandbox.run(&["audit"]).fails_with_gate().contains("rules.self"), "{parent}");
    }
}

#[test]
fn a_signature_of_no_form_is_a_bad_one() {
    let sandbox = project();
    let (id, _) = ticket(&sandbox, "");
    let story = format!(
        "git-support config set policy.signed_commits enforce; git-support comment {id} -m x; \
         git reset -q --hard $(git cat-file commit HEAD | sed '/^committer/a gpgsig ' | git hash-object -t commit -w --stdin)"
    );
    shell(&sandbox, &story);
    assert!(sandbox.run(&["log", &id]).ok().contains("does not verify"));
    assert!(sandbox.run(&["audit"]).fails_with_gate().contains("signature"));
}

#[test]
fn many_entries_in_one_commit_are_judged_by_each_rules_once() {
    use std::fmt::Write as _;
    let sandbox = project();
    let (id, path) = ticket(&sandbox, "");
    let mut text = sandbox.ticket_file(&id);
    for number in 0..2_000 {
        let _ = write!(
            text,
            "- seq: 2\n  id: {number:08}\n  at: 2026-11-28T01:20:50Z\n  by: pat <pat@x.io>\n  action: edit\n  set:\n    title:\n      from: Card\n      to: T{number}\n"
        );
    }
    sandbox.file(&path, text);
    shell(&sandbox, "who ann; git commit -qam x");
    assert!(sandbox.run(&["audit"]).fails_with_gate().contains("2001 entries"));
}
