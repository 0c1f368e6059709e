//! Fix commits that name their tickets, and the releases that contain them.

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
    assert!(output.status == Some(0) && output.stderr.contains("there is no ticket zzzzz"), "{output:?}");
    assert_eq!(sandbox.field(&ids[0], "status"), "resolved");
    assert_eq!(sandbox.field(&ids[0], "commits")[0], fix.as_str());
    assert_eq!(
        (sandbox.field(&ids[1], "status"), sandbox.field(&ids[1], "commits")),
        ("new".into(), serde_json::json!([link]))
    );
    assert_eq!(sandbox.field(&ids[2], "status"), "new");
    let before = sandbox.subjects();
    assert!(sandbox.run(&["scan"]).stderr.contains("no commit names a ticket"));
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
    assert!(sandbox.run(&["release", "notes", "3.0"]).fails(1).contains("no release 3.0"));
}

#[test]
fn a_release_is_handed_over_accepted_and_retired() {
    let (sandbox, ids) = history();
    assert!(sandbox.run(&["release", "handover", "1.0", "--tag", "nowhere"]).fails(1).contains("nowhere"));
    assert!(
        sandbox
            .run(&["release", "handover", "../x", "--tag", "v1"])
            .fails(2)
            .contains("no name for a version")
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
    sandbox.run(&["release", "accept", "2.0"]).ok();
    assert_eq!(sandbox.subjects()[0], "support: accept 2.0");
    assert!(sandbox.run(&["release", "accept", "2.0"]).fails(1).contains("accepted already"));
    let page = sandbox.run(&["release", "show", "2.0"]).ok();
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
    assert!(sandbox.run(&["show", &ids[2]]).ok().contains("the delivery team's"));
    sandbox.run(&["release", "accept", "2.0"]).ok();
    assert!(!sandbox.run(&["show", &ids[2]]).ok().contains("the delivery team's"));
}
