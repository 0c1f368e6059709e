//! Fix commits that name their tickets, and the releases that contain them.

use crate::fixes::naming;
use crate::sandbox::Sandbox;

#[test]
fn fix_commits_name_their_tickets_and_count_once() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let ids: Vec<String> = ["A", "B", "C", "D"].iter().map(|title| sandbox.ticket(title)).collect();
    let commit = |trailer: &str, id: &str| {
        sandbox.git(&[
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "Work",
            "--trailer",
            &format!("{trailer}: {id}"),
        ]);
        sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned()
    };
    let fix = commit("Resolves-Ticket", &ids[0]);
    let link = commit("Support-Ticket", &ids[1][..6]);
    let undone = commit("Resolves-Ticket", &ids[2]);
    sandbox.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        &format!("Revert \"Work\"\n\nThis reverts commit {undone}."),
    ]);
    commit("Resolves-Ticket", "zzzzz");
    let output = sandbox.run(&["scan"]);
    assert!(output.status == Some(0) && output.stderr.contains("has no ticket zzzzz"), "{output:?}");
    assert_eq!(sandbox.field(&ids[0], "status"), "resolved");
    assert_eq!(sandbox.field(&ids[0], "commits")[0], fix.as_str());
    assert_eq!(
        (sandbox.field(&ids[1], "status"), sandbox.field(&ids[1], "commits")),
        ("new".into(), serde_json::json!([link]))
    );
    assert_eq!(sandbox.field(&ids[2], "status"), "new");
    let before = sandbox.subjects();
    assert!(sandbox.run(&["scan"]).stderr.contains("no new commits to link"));
    assert_eq!(sandbox.subjects(), before);
    let again = commit("Resolves-Ticket", &ids[3]);
    sandbox.run(&["scan", &format!("{again}..")]).ok();
    assert_eq!(sandbox.field(&ids[3], "status"), "new");
    sandbox.run(&["scan", &format!("{again}~1..HEAD")]).ok();
    assert_eq!(sandbox.field(&ids[3], "status"), "resolved");
    assert!(sandbox.run(&["scan", "nowhere..HEAD"]).fails(1).contains("nowhere"));
}

/// A history with two tags: the first fixes A; the second fixes B by a merge, and C by a commit that is taken
/// back before it. The tickets' ids in order.
fn history() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let ids: Vec<String> = ["A", "B", "C"].iter().map(|title| sandbox.ticket(title)).collect();
    let fix = |id: &str| {
        sandbox.git(&[
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "Fix",
            "--trailer",
            &format!("Resolves-Ticket: {id}"),
        ]);
        sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned()
    };
    fix(&ids[0]);
    sandbox.git(&["tag", "v1"]);
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    let merged = fix(&ids[1]);
    sandbox.git(&["checkout", "-q", "main"]);
    let undone = fix(&ids[2]);
    sandbox.run(&["scan"]).ok();
    sandbox.run(&["resolve", &ids[1], "--as", "fixed", "--commit", &merged]).ok();
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    let revert = format!("Revert\n\nThis reverts commit {undone}.");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", &revert]);
    sandbox.git(&["tag", "v2"]);
    assert_eq!(sandbox.git(&["tag", "--contains", &merged]).trim(), "v2");
    (sandbox, ids)
}

#[test]
fn the_notes_of_a_release_agree_with_the_commit_graph() {
    let (sandbox, ids) = history();
    sandbox.run(&["release", "handover", "1.0", "--tag", "v1"]).ok();
    sandbox.run(&["release", "handover", "2.0", "--tag", "v2"]).ok();
    let notes = |version: &str| -> Vec<String> {
        let json = sandbox.run(&["release", "notes", version, "--json"]).ok();
        let notes: serde_json::Value = serde_json::from_str(&json).unwrap();
        notes["tickets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(notes("1.0"), [ids[0].clone()]);
    assert_eq!(notes("2.0"), [ids[1].clone()]);
    assert!(sandbox.run(&["release", "notes", "3.0"]).fails(1).contains("no release '3.0'"));
}

#[test]
fn a_release_is_handed_over_accepted_and_retired() {
    let (sandbox, ids) = history();
    assert!(sandbox.run(&["release", "handover", "1.0", "--tag", "nowhere"]).fails(1).contains("nowhere"));
    assert!(
        sandbox
            .run(&["release", "handover", "../x", "--tag", "v1"])
            .fails(2)
            .contains("not a valid version name")
    );
    let more = [
        "--known-issue",
        &ids[2],
        "--contact",
        "eve@example.com",
        "--runbook",
        "docs/run.md",
        "-m",
        "Faster.",
    ];
    sandbox.run(&[&["release", "handover", "2.0", "--tag", "v2"], &more[..]].concat()).ok();
    assert!(sandbox.run(&["release", "handover", "2.0", "--tag", "v2"]).fails(1).contains("already"));
    sandbox.run(&["edit", &ids[2], "--workaround", "Clear the cache."]).ok();
    sandbox.run(&["release", "accept", "2.0"]).ok();
    assert_eq!(sandbox.subjects()[0], "support: accept 2.0");
    assert!(sandbox.run(&["release", "accept", "2.0"]).fails(1).contains("accepted already"));
    let page = sandbox.run(&["release", "show", "2.0"]).ok();
    assert!(page.contains(&format!("{}  C\n              Clear the cache.", ids[2])), "{page}");
    assert!(
        page.contains("2.0 is supported") && page.contains("Faster.") && page.contains(&ids[2]),
        "{page}"
    );
    sandbox.run(&["release", "retire", "2.0"]).ok();
    assert!(sandbox.run(&["release"]).ok().contains("retired"));
}

#[test]
fn a_ticket_says_which_releases_contain_its_fix_and_whose_it_is() {
    let (sandbox, ids) = history();
    sandbox.run(&["release", "handover", "1.0", "--tag", "v1"]).ok();
    sandbox.run(&["release", "handover", "2.0", "--tag", "v2"]).ok();
    let fixed_in = |id: &str| {
        let page = sandbox.run(&["show", id]).ok();
        page.lines()
            .find_map(|line| line.trim().strip_prefix("fixed in"))
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    assert_eq!(fixed_in(&ids[0]), "1.0, 2.0");
    assert_eq!(fixed_in(&ids[1]), "2.0");
    assert_eq!(fixed_in(&ids[2]), "");
    sandbox.run(&["edit", &ids[2], "--affects", "2.0"]).ok();
    assert!(sandbox.run(&["show", &ids[2]]).ok().contains("delivery team's"));
    sandbox.run(&["release", "accept", "2.0"]).ok();
    assert!(!sandbox.run(&["show", &ids[2]]).ok().contains("delivery team's"));
}

#[test]
fn copies_of_a_fix_count_and_so_does_a_fix_whose_revert_was_taken_back() {
    let (sandbox, ids) = history();
    // A release branch from before the merge, with a copy of B's fix.
    sandbox.git(&["checkout", "-q", "-b", "release-1", "v1"]);
    sandbox.git(&["cherry-pick", "--allow-empty", "-x", "side"]);
    sandbox.git(&["tag", "v1.1"]);
    sandbox.git(&["checkout", "-q", "main"]);
    // C's fix was reverted before v2; the revert is reverted after it.
    let revert = sandbox.git(&["rev-parse", "v2"]).trim().to_owned();
    let again = format!("Reapply\n\nThis reverts commit {revert}.");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", &again]);
    sandbox.git(&["tag", "v3"]);
    for (version, tag) in [("1.0", "v1"), ("1.1", "v1.1"), ("2.0", "v2"), ("3.0", "v3")] {
        sandbox.run(&["release", "handover", version, "--tag", tag]).ok();
    }
    let notes = |version: &str| sandbox.run(&["release", "notes", version]).ok();
    assert!(notes("1.1").contains(&ids[1]) && !notes("1.1").contains(&ids[0]), "{}", notes("1.1"));
    assert!(!notes("2.0").contains(&ids[2]) && notes("3.0").contains(&ids[2]), "{}", notes("3.0"));
    assert!(!notes("3.0").contains(&ids[1]));
    let fixed_in = |id: &str| sandbox.run(&["show", id]).ok();
    assert!(fixed_in(&ids[1]).contains("1.1, 2.0, 3.0"), "{}", fixed_in(&ids[1]));
}

#[test]
fn a_handover_can_be_rehearsed() {
    let (sandbox, _) = history();
    let before = sandbox.subjects();
    let said = sandbox.run(&["release", "handover", "2.0", "--tag", "v2", "--dry-run"]).ok();
    assert!(said.contains("support: hand over 2.0 to support") && said.contains("+tag: v2"), "{said}");
    assert_eq!(sandbox.subjects(), before);
    sandbox.run(&["release", "handover", "2.0", "--tag", "v2"]).ok();
    let said = sandbox.run(&["release", "accept", "2.0", "--dry-run"]).ok();
    assert!(said.contains("+accepted:"), "{said}");
}

#[test]
fn messages_name_tickets_as_people_write_them() {
    let sandbox = Sandbox::new();
    let ids: Vec<String> = ["A", "B", "C", "D"].map(|title| sandbox.ticket(title)).to_vec();
    let commit = |message: &str| drop(sandbox.git(&["commit", "-q", "--allow-empty", "-m", message]));
    commit(&format!("Wait\n\nResolves-Ticket: {}, #{}", ids[0], &ids[1][..6]));
    commit(&format!("Fixes #{}", ids[2]));
    commit(&format!(
        "Revert \"Fixes {}\"\n\nThis reverts commit 0123456789012345678901234567890123456789.",
        ids[3]
    ));
    commit("Fixes #12, fixes characters");
    sandbox.run(&["scan"]).ok();
    for (id, status) in ids.iter().zip(["resolved", "resolved", "resolved", "new"]) {
        assert_eq!(sandbox.field(id, "status"), status, "{id}");
    }
}

#[test]
fn a_message_that_names_no_ticket_is_said_once() {
    let sandbox = Sandbox::new();
    let _ = sandbox.ticket("A");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Wait", "--trailer", "Resolves-Ticket: zzzz00"]);
    assert!(sandbox.run(&["scan", "--dry-run"]).stderr.contains("zzzz00"));
    assert!(sandbox.run(&["scan"]).stderr.contains("zzzz00"));
    let again = sandbox.run(&["scan"]);
    assert!(!again.stderr.contains("zzzz00"), "{again:?}");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Wait", "--trailer", "Resolves-Ticket: zzzz00"]);
    assert!(sandbox.run(&["scan"]).stderr.contains("zzzz00"));
}

#[test]
fn a_strangers_commit_resolves_as_far_as_the_policy_lets_it() {
    for (policy, status, said) in [
        ("off", "resolved", ""),
        ("warn", "resolved", "but its author Eve"),
        ("enforce", "new", "does not resolve it"),
        ("enforced", "new", "does not resolve it"),
    ] {
        let sandbox = Sandbox::new();
        let id = sandbox.run(&["new", "A", "--severity", "blocker"]).ok().trim().to_owned();
        let theirs = sandbox.ticket("B");
        sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l2"]).ok();
        sandbox.file(".support/config.yaml", format!("policy: {{resolve_by_role: {policy}}}\n"));
        sandbox.git(&["add", ".support"]);
        sandbox.git(&["commit", "-qm", "Policy", "--", ".support"]);
        if policy == "enforced" {
            sandbox.is_tampered_with();
        }
        let author = |who: &str, message: &str| {
            sandbox.git(&["commit", "-q", "--allow-empty", "--author", who, "-m", message]);
        };
        author("Eve <eve@example.org>", &format!("Fixes {id}"));
        // An old address that .mailmap knows is theirs all the same.
        sandbox.file(".mailmap", "Dana Li <dana@example.com> <dana@old.example>\n");
        sandbox.git(&["add", ".mailmap"]);
        sandbox.git(&["commit", "-qm", "Map", "--", ".mailmap"]);
        author("D. Li <dana@old.example>", &format!("Fixes {theirs}"));
        let output = sandbox.run(&["scan"]);
        assert!(
            said.is_empty() != output.stderr.contains("team") && output.stderr.contains(said),
            "{output:?}"
        );
        assert_eq!(sandbox.field(&id, "status"), status, "{policy}");
        assert_eq!(sandbox.field(&id, "commits").as_array().unwrap().len(), 1, "{policy}");
        assert_eq!(sandbox.field(&theirs, "status"), "resolved", "{policy}");
    }
}

#[test]
fn what_a_merge_brought_does_not_count_once_the_merge_is_reverted() {
    let sandbox = Sandbox::new();
    sandbox.git(&["reset", "-q", "--hard"]);
    let (merged, undone) = (sandbox.ticket("Merged"), sandbox.ticket("Undone"));
    sandbox
        .shell(&format!(
            "git switch -qc topic && git commit -q --allow-empty -m 'Fixes {merged}' && echo t > t && git add t && git commit -qm T &&
             git switch -q main && git merge -q --no-ff -m M topic && git revert -m1 --no-edit HEAD"
        ))
        .ok();
    sandbox.run(&["scan"]).ok();
    assert_eq!(sandbox.field(&merged, "status"), "new");
    // Undone by hand, it stays undone.
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", &format!("Fixes {undone}")]);
    sandbox.run(&["scan"]).ok();
    assert_eq!(sandbox.field(&undone, "status"), "resolved");
    sandbox.run(&["undo"]).ok();
    sandbox.run(&["scan"]).ok();
    assert_eq!(sandbox.field(&undone, "status"), "new");
    // A revert may abbreviate.
    let short = sandbox.ticket("Short");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", &format!("Fixes {short}")]);
    let commit = sandbox.git(&["rev-parse", "--short", "HEAD"]);
    let revert = format!("Revert it\n\nThis reverts commit {}.", commit.trim());
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", &revert]);
    sandbox.run(&["scan"]).ok();
    assert_eq!(sandbox.field(&short, "status"), "new");
}

#[test]
fn a_fix_from_before_a_ticket_was_opened_again_counts_only_by_name() {
    let openings: [&[&str]; 3] = [
        &["reopen", "ID", "-m", "It fails still."],
        &["edit", "ID", "--status", "in-progress"],
        &["comment", "ID", "--from", "Kim <kim@x.example>", "-m", "It fails still."],
    ];
    for opening in openings {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-q"]);
        let id = sandbox.run(&["new", "A", "--reporter", "Kim <kim@x.example>"]).ok().trim().to_owned();
        let run = |words: &[&str]| {
            let words: Vec<&str> =
                words.iter().map(|word| if *word == "ID" { id.as_str() } else { word }).collect();
            sandbox.run(&words)
        };
        let is_in_notes = || sandbox.run(&["release", "notes", "1"]).ok().contains(&id);
        naming(&sandbox, "Resolves-Ticket", &id);
        sandbox.git(&["tag", "v1"]);
        sandbox.run(&["release", "handover", "1", "--tag", "v1"]).ok();
        assert!(is_in_notes());
        run(opening).ok();
        let page = run(&["show", "ID"]).ok();
        assert!(!is_in_notes() && !page.contains("fixed in"), "{opening:?}: {page}");
        let list = run(&["list", "is:regressed", "reopened:1", "--format", "ndjson"]).ok();
        assert!(list.contains(&id), "{opening:?}");
        // Nothing new: the old one counts, and that is said.
        let again = run(&["resolve", "ID", "--as", "fixed", "-m", "It does not."]);
        let hint = format!("git support edit {id} --commit COMMIT");
        assert!(
            again.stderr.contains("counts as the fix again") && again.stderr.contains(&hint),
            "{again:?}"
        );
        assert!(is_in_notes(), "{opening:?}");
        sandbox.git(&["commit", "-q", "--allow-empty", "-m", "What helped"]);
        let named = run(&["edit", "ID", "--commit", "HEAD"]);
        assert!(!named.stderr.contains("again") && !is_in_notes(), "{named:?}");
        // With a reason for no commit, none counts.
        run(&["reopen", "ID", "-m", "It fails still."]).ok();
        let reason = run(&["resolve", "ID", "--as", "fixed", "--no-commit", "A setting."]);
        assert!(!reason.stderr.contains("again") && !is_in_notes(), "{reason:?}");
    }
}
