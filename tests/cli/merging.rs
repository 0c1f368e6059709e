//! What people do with branches: git merges, rebases, picks, stashes and reverts tickets without a conflict.

use crate::kills::Dice;
use crate::sandbox::{Sandbox, path_of};

/// A repository with a ticket, on `main` and on `side`, whose user has nothing under way.
fn forked() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["branch", "side"]);
    (sandbox, id)
}

/// Runs a command on the other branch.
fn on_side(sandbox: &Sandbox, arguments: &[&str]) {
    sandbox.git(&["checkout", "-q", "side"]);
    sandbox.run(arguments).ok();
    sandbox.git(&["checkout", "-q", "main"]);
}

#[test]
fn a_merge_unites_the_timelines_whatever_side_it_is_made_on() {
    let (sandbox, id) = forked();
    assert!(sandbox.git(&["config", "--local", "merge.support.driver"]).contains("merge-driver %O %A %B %P"));
    on_side(&sandbox, &["edit", &id, "--severity", "critical", "--label", "pay", "-m", "Half the shops."]);
    sandbox.run(&["edit", &id, "--severity", "minor", "--label", "card", "-m", "One shop."]).ok();
    sandbox.run(&["comment", &id, "-m", "Asked them."]).ok();
    sandbox.git(&["checkout", "-q", "-b", "other-way", "side"]);
    sandbox.git(&["merge", "-q", "--no-edit", "main"]);
    let there = sandbox.ticket_file(&id);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    assert_eq!(sandbox.ticket_file(&id), there);
    assert_eq!(sandbox.field(&id, "severity"), "critical");
    assert_eq!(sandbox.field(&id, "labels"), serde_json::json!(["card", "pay"]));
    assert_eq!(sandbox.run(&["log", &id, "--format", "ndjson"]).ok().lines().count(), 4);
    assert_eq!(sandbox.git(&["status", "--porcelain", "-uno"]), "");
}

#[test]
fn a_rebase_and_a_pick_bring_the_entries_along() {
    let (sandbox, id) = forked();
    on_side(&sandbox, &["edit", &id, "--severity", "critical"]);
    on_side(&sandbox, &["comment", &id, "-m", "From the side."]);
    sandbox.run(&["edit", &id, "--level", "2"]).ok();
    let said = sandbox.shell("git cherry-pick side~1 2>&1").ok();
    assert!(!said.contains("warning"), "{said}");
    assert_eq!(sandbox.field(&id, "severity"), "critical");
    assert_eq!(sandbox.field(&id, "level"), 2);
    sandbox.git(&["checkout", "-q", "side"]);
    sandbox.git(&["rebase", "-q", "main"]);
    let page = sandbox.run(&["show", &id]).ok();
    assert!(page.contains("From the side.") && page.contains("level 2"), "{page}");
    assert_eq!(sandbox.git(&["rev-list", "--count", "main..side"]).trim(), "1");
}

#[test]
fn a_pick_tells_which_earlier_entries_it_brings() {
    for pick in ["cherry-pick side", "rebase -q --onto main side~1 side"] {
        let (sandbox, id) = forked();
        on_side(&sandbox, &["resolve", &id, "--as", "workaround", "-m", "There."]);
        on_side(&sandbox, &["comment", &id, "-m", "Called."]);
        sandbox.run(&["comment", &id, "-m", "Here."]).ok();
        let said = sandbox.shell(&format!("git branch kept side; git {pick} 2>&1")).ok();
        let warning = format!("warning: {id} also gets earlier entries that it lacked here: resolve");
        assert!(said.contains(&warning) && said.contains(&format!("hint: git support log {id}")), "{said}");
    }
}

#[test]
fn a_revert_is_answered_by_an_entry_and_nothing_leaves_the_timeline() {
    let (sandbox, id) = forked();
    sandbox.run(&["edit", &id, "--severity", "critical", "--label", "pay", "--description", "Worse."]).ok();
    sandbox.run(&["edit", &id, "--level", "2"]).ok();
    sandbox.git(&["revert", "--no-edit", "HEAD~1"]);
    assert_eq!(sandbox.field(&id, "severity"), serde_json::Value::Null);
    assert_eq!(sandbox.field(&id, "labels"), serde_json::Value::Null);
    assert_eq!(sandbox.field(&id, "description"), serde_json::Value::Null);
    assert_eq!(sandbox.field(&id, "level"), 2);
    let log = sandbox.run(&["log", &id]).ok();
    assert!(
        log.contains("undo") && log.contains("severity: critical -> none") && log.contains("+pay"),
        "{log}"
    );
    // What somebody has changed since stays changed.
    sandbox.run(&["edit", &id, "--severity", "major"]).ok();
    sandbox.run(&["edit", &id, "--severity", "minor"]).ok();
    sandbox.git(&["revert", "--no-edit", "HEAD~1"]);
    assert_eq!(sandbox.field(&id, "severity"), "minor");
    let show = sandbox.run(&["show", &id]).ok();
    assert_eq!(show.matches("(undone)").count(), 2, "both reverted entries are struck out: {show}");
}

#[test]
fn edits_by_hand_come_back_from_the_stash() {
    let (sandbox, id) = forked();
    let path = path_of(&id);
    let text = sandbox.ticket_file(&id).replace("title: Pay fails", "title: Paying fails");
    sandbox.file(&path, &text);
    sandbox.git(&["stash", "-q"]);
    sandbox.run(&["edit", &id, "--severity", "major"]).ok();
    sandbox.git(&["stash", "pop", "-q"]);
    let text = std::fs::read_to_string(sandbox.repo().join(&path)).unwrap();
    assert!(text.contains("title: Paying fails") && text.contains("severity: major"), "{text}");
    // Changed on both sides: an honest conflict.
    sandbox.git(&["stash", "-q"]);
    sandbox.run(&["edit", &id, "--title", "Payment fails"]).ok();
    let output = sandbox.try_git(&["stash", "pop"]);
    assert_ne!(output.status, Some(0));
    assert!(output.stderr.contains("title edited by hand, and changed on the other side"), "{output:?}");
    assert!(sandbox.git(&["status", "--porcelain"]).contains(&format!("UU {path}")));
}

#[test]
fn two_tickets_under_one_id_are_a_conflict_that_says_so() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.git(&["stash", "-q"]);
    sandbox.ticket("Here since always");
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    let id = sandbox.ticket("One");
    sandbox.git(&["checkout", "-q", "main"]);
    let other = sandbox.ticket("Other");
    let text = sandbox.ticket_file(&other).replace(&other, &id);
    sandbox.git(&["rm", "-q", &path_of(&other)]);
    sandbox.file(&path_of(&id), text);
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "Chance"]);
    let output = sandbox.try_git(&["merge", "side"]);
    assert_eq!(output.status, Some(1));
    assert!(output.stderr.contains("two tickets were opened under one ID"), "{output:?}");
    assert!(output.stderr.contains("git support doctor --repair"), "{output:?}");
}

#[test]
fn the_driver_merges_what_it_is_handed_and_nothing_else() {
    let (sandbox, id) = forked();
    let path = path_of(&id);
    let base = sandbox.ticket_file(&id);
    on_side(&sandbox, &["comment", &id, "-m", "There."]);
    sandbox.run(&["comment", &id, "-m", "Here."]).ok();
    let theirs = sandbox.git(&["show", &format!("side:{path}")]);
    let files = |ours: &str| {
        sandbox.file("o", &base);
        sandbox.file("a", ours);
        sandbox.file("b", &theirs);
    };
    let driver = |path: &str| sandbox.run_unwatched(&["merge-driver", "o", "a", "b", path], "");
    let result = || std::fs::read_to_string(sandbox.repo().join("a")).unwrap();
    files(&sandbox.ticket_file(&id));
    driver(&path).ok();
    assert!(result().contains("Here.") && result().contains("There."), "{}", result());
    // A side that somebody committed with conflict markers counts for both.
    let marked = format!("{base}<<<<<<< HEAD\n=======\n{}>>>>>>> x\n", theirs.strip_prefix(&base).unwrap());
    files(&marked);
    driver(&path).ok();
    assert!(result().contains("There.") && !result().contains("<<<<"), "{}", result());
    files("no ticket\n");
    assert!(driver(&path).fails(1).contains(&path));
    assert!(result().contains("<<<<<<<"), "git's own merge is left: {}", result());
    files(&base);
    assert!(driver("src/main.rs").fails(1).contains("not the path of a ticket"));
}

#[test]
fn tickets_of_a_product_in_a_folder_are_merged_by_the_rule_too() {
    let (sandbox, id) = forked();
    on_side(&sandbox, &["comment", &id, "-m", "There."]);
    sandbox.run(&["comment", &id, "-m", "Here."]).ok();
    let merged = sandbox.shell(
        "git init -q -b main ../all && cd ../all && git support init -q && git commit -q --allow-empty -m a && git fetch -q ../repo main:m side:s && \
         take() { git merge -q -s ours --no-commit --allow-unrelated-histories $1 && git read-tree --prefix=lib/shop/ -u $1 && git commit -qm \"Take $1\"; } && \
         git switch -q -c one && take m && git switch -q -c two main && take s && git merge -q one",
    );
    // Unrelated in the folder, both sides have the file without a common ancestor.
    assert_eq!(merged.status, Some(0), "{}{}", merged.stdout, merged.stderr);
    let file = format!("../all/lib/shop/{}", path_of(&id));
    let text = std::fs::read_to_string(sandbox.repo().join(&file)).unwrap();
    assert!(text.contains("Here.") && text.contains("There.") && !text.contains("<<<<"), "{text}");
    // What one side wrote by hand is for people.
    let by_hand = sandbox.shell(
        "cd ../all && f=$(git ls-files lib | grep yaml$ | grep tickets) && sed -i 's/^title:.*/title: Two/' $f && git commit -qam hand && git switch -q -c three HEAD~ && \
         sed -i 's/^title:.*/title: Three/' $f && git commit -qam x && git merge -q two; echo $f; grep -c '<<<<' $f",
    );
    assert!(by_hand.stdout.ends_with("yaml\n1\n"), "{}{}", by_hand.stdout, by_hand.stderr);
    assert!(by_hand.stderr.contains("merge it by hand, then: git add lib/shop/"), "{}", by_hand.stderr);
    assert!(!by_hand.stderr.contains("hint: git support doctor"), "{}", by_hand.stderr);
}

/// Does something to a ticket, drawn by the dice.
fn any_change(sandbox: &Sandbox, id: &str, dice: &mut Dice) {
    let word = format!("w{}", dice.roll(5));
    let arguments: Vec<&str> = match dice.roll(7) {
        0 => vec!["edit", id, "--severity", ["minor", "major", "critical", "blocker"][dice.roll(4) as usize]],
        1 => vec!["edit", id, "--label", &word],
        2 => vec!["edit", id, "--title", &word],
        3 => vec!["edit", id, "--description", &word],
        4 => vec!["edit", id, "--level", ["1", "2", "3"][dice.roll(3) as usize]],
        5 => vec!["edit", id, "--assignee", &word],
        _ => vec!["comment", id, "-m", &word],
    };
    sandbox.run_unwatched(&arguments, "").ok();
}

#[test]
fn whatever_is_done_on_branches_merges_to_the_same_bytes_in_any_order() {
    for round in 0..4 {
        let (sandbox, id) = forked();
        let mut dice = Dice(round);
        let branches = ["one", "two", "three"];
        for branch in branches {
            sandbox.git(&["checkout", "-q", "-b", branch, "main"]);
            for _ in 0..=dice.roll(3) {
                any_change(&sandbox, &id, &mut dice);
            }
        }
        let count = |revision: &str| {
            let file = sandbox.git(&["show", &format!("{revision}:{}", path_of(&id))]);
            file.lines().filter(|line| line.starts_with("- seq:")).count()
        };
        let entries: usize = branches.iter().map(|branch| count(branch) - 1).sum();
        let mut results = Vec::new();
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            sandbox.git(&["checkout", "-q", "--detach", branches[order[0]]]);
            sandbox.git(&["merge", "-q", "--no-edit", branches[order[1]]]);
            sandbox.git(&["merge", "-q", "--no-edit", branches[order[2]]]);
            results.push(sandbox.ticket_file(&id));
            assert_eq!(count("HEAD"), entries + 1, "an entry is missing");
        }
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "round {round}: {results:?}");
        sandbox.git(&["checkout", "-q", "main"]);
    }
}
