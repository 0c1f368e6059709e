//! Where entries come from, as a reviewer sees it: merges, squashes, signatures, and what plain git shows of tickets.

use crate::auditing::with_keys;
use crate::sandbox::{Sandbox, path_of};

/// A ticket that was worked on here and on a branch that was merged.
fn merged() -> (Sandbox, String) {
    let sandbox = Sandbox::unborn();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let id = sandbox.ticket("Card payments fail");
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.run(&["comment", &id, "-m", "On the side."]).ok();
    sandbox.run(&["replicate", &id, "--steps", "Pay."]).ok();
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.run(&["comment", &id, "-m", "Here."]).ok();
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    sandbox.run(&["diagnose", &id, "-m", "Timeout."]).ok();
    (sandbox, id)
}

fn log(sandbox: &Sandbox, arguments: &[&str]) -> Vec<serde_json::Value> {
    let text = sandbox.run(&[&["log", "--json"], arguments].concat()).ok();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_entry_names_the_merge_that_brought_it() {
    let (sandbox, id) = merged();
    let merge = sandbox.git(&["rev-parse", "HEAD~1"]).trim().to_owned();
    let brought = |entries: &[serde_json::Value]| -> Vec<bool> {
        entries.iter().map(|entry| entry["merge"]["commit"] == merge.as_str()).collect()
    };
    assert_eq!(brought(&log(&sandbox, &[&id])), [false, true, false, true, false]);
    assert_eq!(brought(&log(&sandbox, &[])).iter().filter(|is| **is).count(), 2);
    assert_eq!(log(&sandbox, &[&id])[1]["merge"]["subject"], "Merge branch 'side'");
    let text = sandbox.run(&["log", &id, "--step", "replicate"]).ok();
    assert!(text.contains(&format!("  merged in {}: Merge branch 'side'\n", &merge[..10])), "{text}");
    // Seen from the branch itself, they were made there.
    assert!(log(&sandbox, &[&id, "--at", "side"]).iter().all(|entry| entry["merge"].is_null()));
    assert!(!sandbox.run(&["log", &id, "--action", "diagnose"]).ok().contains("merged in"));
}

#[test]
fn a_squash_is_the_commit_of_what_it_gathers() {
    let (sandbox, id) = merged();
    sandbox.git(&["checkout", "-q", "-b", "squash"]);
    sandbox.run(&["comment", &id, "-m", "One."]).ok();
    sandbox.run(&["comment", &id, "-m", "Two."]).ok();
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--squash", "squash"]);
    sandbox.git(&["commit", "-q", "--no-edit"]);
    sandbox.git(&["branch", "-q", "-D", "squash"]);
    let squash = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let entries = log(&sandbox, &[&id]);
    assert!(entries[5..].iter().all(|entry| entry["commit"] == squash.as_str()), "{entries:?}");
    assert_eq!(entries.len(), 7);
    let blame = sandbox.run(&["blame", &id, "--json"]).ok();
    assert!(!blame.contains("\"commit\": null"), "{blame}");
}

#[test]
fn work_that_went_on_side_by_side_is_drawn() {
    let (sandbox, id) = merged();
    let text = sandbox.run(&["log", &id, "--graph"]).ok();
    let lanes: Vec<&str> = text
        .lines()
        .map(|line| line.split(|c: char| c.is_ascii_alphanumeric()).next().unwrap().trim_end())
        .collect();
    assert_eq!(lanes, ["*", "*", "|\\", "| *", "| *", "* |", "|/", "*"], "{text}");
    assert!(text.contains("diagnosis: new") && text.contains("Merge branch 'side'"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(sandbox.run(&["log", "--graph"]).ok(), text);
    let narrowed = sandbox.run(&["log", &id, "--graph", "--action", "open"]).ok();
    assert_eq!(narrowed.lines().count(), 8);
    assert_eq!(narrowed.matches(&id).count(), 1);
    let json = sandbox.run(&["log", &id, "--graph", "--json"]).ok();
    assert_eq!(json.matches("\"action\"").count(), 5);
}

#[test]
fn a_signature_is_verified() {
    let sandbox = with_keys();
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    let id = sandbox.ticket("Signed");
    assert!(sandbox.run(&["log", &id]).ok().contains("  signed by dana@example.com\n"));
    let of = |arguments: &[&str]| log(&sandbox, arguments)[0]["signature"].clone();
    assert_eq!(of(&[&id])["verdict"], "good");
    assert_eq!(
        (of(&[]), of(&["--show-signature"])["signer"].as_str()),
        (serde_json::Value::Null, Some("dana@example.com"))
    );
    sandbox.shell("sed -i /^dana/d ../trusted").ok();
    assert_eq!(of(&[&id])["verdict"], "untrusted");
    assert!(sandbox.run(&["log", &id]).ok().contains("a key that git does not trust: SHA256:"));
    sandbox.git(&["config", "commit.gpgsign", "false"]);
    let plain = sandbox.ticket("Plain");
    assert_eq!(of(&[&plain]), serde_json::Value::Null);
}

#[test]
fn plain_git_shows_tickets_as_people_read_them() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "One", "--severity", "minor", "-m", "It\n\nfails."]).ok();
    let id = id.trim();
    sandbox.run(&["edit", id, "--severity", "blocker", "-m", "Everybody is affected."]).ok();
    let shown = sandbox.run(&["show", id, "--json"]).ok();
    let ticket: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let entry = ticket["timeline"][1]["id"].as_str().unwrap();
    let expected = format!(
        "-severity: minor\n+severity: blocker\n+2026-11-23T09:09:00Z  edit  Dana Li <dana@example.com>  [2 {entry}]\n\
         +  severity: minor -> blocker\n+  Everybody is affected.\n"
    );
    let changed = |arguments: &[&str]| -> String {
        let text = sandbox.git(arguments);
        let lines = text.lines().filter(|line| line.starts_with(['+', '-']) && line.len() > 1);
        lines
            .filter(|line| !line.starts_with("+++") && !line.starts_with("---"))
            .map(|line| format!("{line}\n"))
            .collect()
    };
    assert_eq!(changed(&["diff", "HEAD~1", "HEAD"]), expected);
    assert_eq!(changed(&["log", "-p", "-1"]), expected);
    assert!(changed(&["log", "-p", "-1", "--no-textconv"]).contains("+- seq: 2\n"));
    assert!(sandbox.git(&["show", &format!("HEAD:{}", path_of(id))]).contains("schema: 2"));
    // Without git-support, and of what is no ticket, the file itself is shown.
    let plain = sandbox.shell("PATH=/usr/bin:/bin git log -p -1 --format=").ok();
    assert!(plain.contains("+- seq: 2\n"), "{plain}");
    sandbox.is_tampered_with();
    sandbox.shell(&format!("echo 'id: [' >{0}; git commit -qm Break {0}", path_of(id))).ok();
    assert!(changed(&["log", "-p", "-1"]).contains("+id: [\n"));
}

#[test]
fn an_older_project_is_brought_up_to_date() {
    let sandbox = Sandbox::new();
    sandbox.ticket("One");
    sandbox.shell("sed -i 's/ diff=support//' .support/.gitattributes; git commit -qm Old .support/.gitattributes; git config --unset diff.support.textconv").ok();
    let said = sandbox.run(&["doctor"]).stdout;
    assert!(said.contains("attributes.old") && said.contains("driver.missing"), "{said}");
    sandbox.run_unwatched(&["doctor", "--repair"], "").ok();
    assert!(!sandbox.run(&["doctor"]).stdout.contains("attributes.old"));
    assert!(sandbox.git(&["show", "HEAD:.support/.gitattributes"]).contains("merge=support diff=support"));
}

#[test]
fn a_commit_with_an_old_date_hides_no_merge() {
    let sandbox = Sandbox::unborn();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let old = "GIT_COMMITTER_DATE='@1000000000 +0000' git commit -q --allow-empty -m Old";
    let words = format!(
        "git switch -qc side && git support new C >../c && {old} && git switch -q main && git commit -q --allow-empty -m m && git merge -q --no-edit side"
    );
    sandbox.shell(&words).ok();
    let merge = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    assert_eq!(log(&sandbox, &[])[0]["merge"]["commit"], merge.as_str());
}

#[test]
fn an_entry_that_was_taken_over_is_listed_once_with_the_commit_that_made_it() {
    let sandbox = Sandbox::unborn();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let words = "git clone -q --bare . ../h && git remote add origin ../h && git fetch -q && git branch -q -u origin/main
        git clone -q ../h ../b && git support new one -q && git commit -q --allow-empty -m code && git push -q
        cd ../b && git config user.name B && git config user.email b@example.com && git support sync && git pull -q --no-rebase --no-edit
        git support log --format ndjson >../log; git log --format=%H --grep 'support: open' >../made";
    sandbox.shell(words).ok();
    let read = |name: &str| std::fs::read_to_string(sandbox.repo().parent().unwrap().join(name)).unwrap();
    assert_eq!(read("log").lines().count(), 1, "{}", read("log"));
    assert!(read("log").contains(read("made").trim()), "{}", read("log"));
    // A squash and the merge of the same branch afterwards.
    let id = sandbox.run(&["list", "--format", "ids"]).stdout;
    let id = if id.trim().is_empty() {
        log(&sandbox, &[])[0]["ticket"].as_str().unwrap().to_owned()
    } else {
        id.trim().to_owned()
    };
    let words = format!(
        "git switch -qc b && git support comment {id} -m hello && git switch -q main && git merge -q --squash b && git commit -qm squash && git merge -q --no-edit b"
    );
    sandbox.shell(&words).ok();
    for limit in ["1", "2", "10"] {
        let comments =
            log(&sandbox, &["-n", limit]).iter().filter(|entry| entry["action"] == "comment").count();
        assert_eq!(comments, 1, "{limit}");
    }
    assert_eq!(log(&sandbox, &["-n", "10"]).len(), 2);
}

#[test]
fn a_remembered_merge_follows_a_branch_that_goes_elsewhere() {
    let (sandbox, id) = merged();
    let index = sandbox.repo().join(".git/support/index.sqlite");
    let brought = |sandbox: &Sandbox| -> Vec<Option<String>> {
        let entries = log(sandbox, &[&id]);
        entries.iter().map(|entry| entry["merge"]["commit"].as_str().map(str::to_owned)).collect()
    };
    let is_the_same_without_an_index = |sandbox: &Sandbox| {
        let known = brought(sandbox);
        assert_eq!(known, brought(sandbox));
        std::fs::remove_file(&index).unwrap();
        assert_eq!(known, brought(sandbox));
        known
    };
    let first = is_the_same_without_an_index(&sandbox);
    // The branch grows, by little and by more than is looked at without git.
    for commits in [1, 150] {
        let empty = format!(
            "for i in $(seq {commits}); do git commit-tree -p HEAD -m c 'HEAD^{{tree}}' | xargs git update-ref HEAD; done"
        );
        sandbox.shell(&empty).ok();
        assert_eq!(is_the_same_without_an_index(&sandbox), first, "{commits}");
    }
    // Taken in by another merge, the other way round: what was made here is what was brought now.
    let side = sandbox.git(&["rev-parse", "side"]).trim().to_owned();
    let begin = sandbox.git(&["rev-parse", "side~2"]).trim().to_owned();
    sandbox
        .shell(&format!("git branch old && git reset -q --hard {side} && git merge -q --no-ff --no-edit old"))
        .ok();
    let turned = is_the_same_without_an_index(&sandbox);
    let has_merge = |known: &[Option<String>]| known.iter().map(Option::is_some).collect::<Vec<_>>();
    assert_eq!(has_merge(&turned), [false, false, true, false, true], "{turned:?}");
    // And by one more merge around all of it.
    sandbox
        .shell(&format!(
            "git branch turned && git reset -q --hard {begin} && git merge -q --no-ff --no-edit turned"
        ))
        .ok();
    let whole = is_the_same_without_an_index(&sandbox);
    assert_eq!(has_merge(&whole), [false, true, true, true, true], "{whole:?}");
    assert!(whole.iter().flatten().all(|merge| *merge == sandbox.git(&["rev-parse", "HEAD"]).trim()));
}
