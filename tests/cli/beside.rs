//! Two who work at once, however much either writes: what one decided gives way to the other's by the process alone, and
//! what gives way is shown.

use std::fmt::Write as _;

use crate::sandbox::{Sandbox, path_of};
use crate::tampering::{finds, found, story};

/// How two branches come together.
const WAYS: [&str; 3] = [
    "git merge -q --no-edit side",
    "git rebase -q side",
    "git checkout -q side; git merge -q --no-edit main",
];

/// A ticket that both sides have changed, `theirs` on a branch beside, and that came together in one way.
fn met(way: &str, before: &str, ours: &str, theirs: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    let id =
        sandbox.run(&["new", "Pay fails", "--severity", "major", "--level", "2", "--label", "shop"]).ok();
    let id = id.trim().to_owned();
    // A year of comments would be no different.
    let script = format!(
        "set -e; id={id}; s() {{ export GIT_SUPPORT_SEED=$((GIT_SUPPORT_SEED + 70)); git support -q \"$@\"; }}; \
         {before}; git checkout -q -b side; {theirs}; git checkout -q main; {ours}; {way}"
    );
    let output = sandbox.shell(&script);
    assert_eq!(output.status, Some(0), "{script}: {output:?}");
    (sandbox, id)
}

/// What each side did, and what it comes to, whichever side did it and however both came together.
#[track_caller]
fn comes_to(cases: &[(&str, &str, &str, &str)]) {
    let mut wrong = String::new();
    for (before, one, other, expected) in cases {
        for way in WAYS {
            for (ours, theirs) in [(one, other), (other, one)] {
                let (sandbox, id) = met(way, before, ours, theirs);
                let shown = sandbox.run(&["show", &id]).ok();
                let head = shown.split("\nTimeline\n").next().unwrap();
                for part in expected.split("; ") {
                    let is_there = match part.strip_prefix("no ") {
                        Some(absent) => !head.contains(absent),
                        None => head.contains(part),
                    };
                    if !is_there {
                        writeln!(wrong, "{way}: {ours} | {theirs}: not \"{part}\" in\n{shown}").unwrap();
                    }
                }
                sandbox.run(&["audit"]).ok();
                sandbox.run(&["doctor"]).ok();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_process_decides_however_many_entries_stand_beside() {
    comes_to(&[
        (
            "true",
            "s edit $id --severity blocker",
            "s comment $id -m One; s edit $id --severity minor; s comment $id -m Two",
            "blocker · defect; severity: also minor",
        ),
        (
            "true",
            "s escalate $id --force -m Now",
            "s comment $id -m One; s return $id --level 1 -m Back",
            "level 3; level: also 1",
        ),
        (
            "true",
            "s pend $id -m When?",
            "s comment $id -m One; s resolve $id --as answered -m Done",
            "pending; customer, follow up; no resolution  ; status: also resolved",
        ),
        (
            "true",
            "s defer $id --vendor paygate --case P1 --follow-up 3d -m Ask",
            "s pend $id -m When?; s resume $id -m Here; s resolve $id --as answered -m Done",
            "deferred; paygate; no resolution  ",
        ),
        (
            "s resolve $id --as answered -m Done",
            "s reopen $id -m Again",
            "s comment $id -m One; s close $id",
            "in-progress; no resolution  ",
        ),
    ]);
}

#[test]
fn an_undo_takes_back_what_it_had_seen_and_nothing_else() {
    comes_to(&[
        (
            "true",
            "s edit $id --title Refunds",
            "s edit $id --title Oops; s undo $id; s comment $id -m One",
            "Refunds\n; no Oops",
        ),
        (
            "true",
            "s edit $id --severity minor",
            "s edit $id --severity blocker; s undo $id; s comment $id -m One",
            "minor · defect",
        ),
        (
            "s edit $id --label bank",
            "s edit $id --remove-label bank",
            "s edit $id --remove-label bank; s undo $id; s comment $id -m One",
            "shop; no bank",
        ),
        // Both know of the blocker, and one takes it back.
        (
            "s edit $id --severity blocker",
            "s comment $id -m One; s comment $id -m Two",
            "s undo $id",
            "major · defect; no contested",
        ),
    ]);
}

#[test]
fn a_label_that_one_side_adds_stays() {
    comes_to(&[
        (
            "true",
            "s edit $id --remove-label shop; s comment $id -m One; s edit $id --label bank",
            "s edit $id --label card",
            "bank; card; no shop",
        ),
        (
            "true",
            "s edit $id --remove-label shop; s edit $id --label shop; s comment $id -m One",
            "s edit $id --remove-label shop",
            "shop",
        ),
    ]);
}

#[test]
fn a_text_that_gives_way_is_shown_and_found() {
    for way in WAYS {
        let (sandbox, id) = met(
            way,
            "true",
            "s diagnose $id -m 'The bank is down.'",
            "s comment $id -m One; s diagnose $id -m 'The cache is stale.'; s comment $id -m Two",
        );
        let shown = sandbox.run(&["show", &id]).ok();
        let (head, timeline) = shown.split_once("\nTimeline\n").unwrap();
        assert!(
            head.contains("The cache is stale.") && head.contains("At the same time, Dana"),
            "{way}: {shown}"
        );
        assert!(head.contains("The bank is down."), "{way}: {shown}");
        assert_eq!(timeline.matches("(concurrent)").count(), 4, "{way}: {shown}");
        for word in ["stale", "bank"] {
            assert!(sandbox.run(&["list", word]).ok().contains("Pay fails"), "{way}: {word}");
        }
        let log = sandbox.run(&["log", &id]).ok();
        assert_eq!(log.matches("(concurrent)").count(), 4, "{way}: {log}");
        // Whoever has seen both and writes again has decided.
        sandbox.run(&["diagnose", &id, "-m", "Both."]).ok();
        let shown = sandbox.run(&["show", &id]).ok();
        assert!(!shown.contains("At the same time"), "{way}: {shown}");
    }
}

#[test]
fn a_decision_after_a_merge_has_seen_both_sides() {
    let both = ("s edit $id --severity blocker", "s comment $id -m One; s edit $id --severity minor");
    let (sandbox, id) = met(WAYS[0], "true", both.0, both.1);
    sandbox.run(&["edit", &id, "--severity", "critical"]).ok();
    let file = sandbox.ticket_file(&id);
    let last = file.rsplit("\n- seq: ").next().unwrap();
    assert_eq!(last.lines().find(|line| line.contains("after:")).unwrap().matches(',').count(), 1, "{last}");
    let shown = sandbox.run(&["show", &id]).ok();
    assert!(shown.contains("critical · defect") && !shown.contains("contested"), "{shown}");
    // A branch from before the merge still counts as what it was.
    sandbox.git(&["checkout", "-q", "side"]);
    sandbox.run(&["comment", &id, "-m", "Late"]).ok();
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    assert!(sandbox.run(&["show", &id]).ok().contains("critical · defect"));
}

#[test]
fn a_clock_counts_the_severity_that_is_in_force() {
    let settings = "s config set clocks.blocker.resolution 4h; s config set clocks.minor.resolution 9h; \
                    s config set clocks.major.resolution 8h";
    for way in WAYS {
        let one = "s comment $id -m One; s edit $id --severity minor; s comment $id -m Two";
        let (sandbox, id) = met(way, settings, "s edit $id --severity blocker", one);
        let clocks = sandbox.run(&["sla", &id, "--json"]).ok();
        let clocks: serde_json::Value = serde_json::from_str(&clocks).unwrap();
        let target = &clocks["clocks"][0]["target_seconds"];
        assert_eq!(target.as_i64(), Some(4 * 3600), "{way}: {clocks}");
        assert!(sandbox.run(&["list", "severity:blocker"]).ok().contains("Pay fails"), "{way}");
        assert_eq!(sandbox.field(&id, "severity"), "blocker", "{way}");
    }
}

#[test]
fn entries_of_earlier_versions_are_told_by_their_numbers() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    let id = sandbox.ticket("Pay fails");
    let plain = format!("sed -i '/^  after: /d' {}; git commit -qam Older", path_of(&id));
    let side = |edits: &[&str]| {
        for words in edits {
            sandbox.run(&["edit", &id, "--severity", words]).ok();
            sandbox.is_tampered_with();
            sandbox.shell(&plain).ok();
        }
    };
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    side(&["blocker"]);
    sandbox.git(&["checkout", "-q", "main"]);
    side(&["critical", "minor"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    // As those versions had it: the higher number is the later.
    assert_eq!(sandbox.field(&id, "severity"), "minor");
    // Of one number, both were written at once; what this version writes has seen them.
    sandbox.run(&["edit", &id, "--severity", "major"]).ok();
    assert_eq!(sandbox.field(&id, "severity"), "major");
    let shown = sandbox.run(&["show", &id]).ok();
    assert_eq!(shown.matches("(concurrent)").count(), 2, "{shown}");
}

#[test]
fn an_undone_resolution_leaves_no_closed_ticket_without_one() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "Done"]).ok();
    let ticket: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["show", &id, "--json"]).ok()).unwrap();
    let resolve = ticket["timeline"][1]["id"].as_str().unwrap().to_owned();
    sandbox.run(&["close", &id]).ok();
    let refused = sandbox.run(&["undo", &resolve]).fails(1);
    assert!(
        refused.contains("would be closed without a resolution") && refused.contains("git support reopen"),
        "{refused}"
    );
    // The steps in turn, or a step of its own.
    sandbox.run(&["undo", &id]).ok();
    sandbox.run(&["undo", &resolve]).ok();
    assert_eq!(sandbox.field(&id, "status"), "new");
    sandbox.run(&["pend", &id, "-m", "When?", "--follow-up", "2d"]).ok();
    let ticket: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["show", &id, "--json"]).ok()).unwrap();
    let pend = ticket["timeline"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    sandbox.run(&["pend", &id, "-m", "When?", "--follow-up", "5d"]).ok();
    let second = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.run(&["undo", &pend]).ok();
    assert_eq!(sandbox.field(&id, "status"), "pending");
    sandbox.run(&["undo", &second]).ok();
    assert_eq!(sandbox.field(&id, "status"), "new");
    assert_eq!(sandbox.field(&id, "deferral"), serde_json::Value::Null);
}

#[test]
fn what_an_entry_follows() {
    finds(&[
        ("timeline.changed", r"sed -i '/^- seq: 4/,/^- seq: 5/s/after: .*/after: ['$(id 2)']/' $A; commit"),
        ("timeline.changed", r"sed -i '/^- seq: 5/,$ {/after: /d}' $A; commit"),
        ("timeline.gap", r"echo '  note: Later.' | entry 6 comment; follows zzzzzzz9; commit"),
        ("timeline.gap", r#"echo '  note: Later.' | entry 6 comment; follows "$(id 5), zzzzzzz9"; commit"#),
        ("timeline.gap timeline.unseen", r"echo '  note: Later.' | entry 6 comment; follows $(id 3); commit"),
    ]);
}

#[test]
fn an_entry_that_says_it_had_not_seen_what_was_there_is_noted() {
    for (rules, status, script) in [
        ("timeline.unseen", 0, "echo '  note: Later.' | entry 5 comment; follows $(id 4); commit"),
        // As earlier versions wrote: it would be believed to have seen whatever a merge brings with a lower number.
        (
            "timeline.gap timeline.unseen",
            3,
            "echo '  note: Later.' | entry 5 comment; sed -i '/id: zzzzzzz5/{n;d}' $A; commit",
        ),
        (
            "timeline.gap",
            3,
            "git branch old; git support -q comment $a -m More; git switch -q old; echo '  note: One' | entry 6 comment; echo '  note: Two' | entry 7 comment; \
             sed -i '/id: zzzzzzz7/{n;d}' $A; commit; git switch -q main; git merge -q --no-edit old",
        ),
        // A line that stayed with that schema, and is merged to one that went on.
        (
            "timeline.gap",
            3,
            "sed -i 's/^schema: 2/schema: 1/; /^  after: /d' $B; git commit -qam old; git tag -f before; git branch old; git support -q comment $b -m More; git switch -q old; \
             A=$B; echo '  note: One' | entry 2 comment; sed -i '/id: zzzzzzz2/{n;d}' $B; commit; git switch -q main; git merge -q --no-edit old",
        ),
        // In a file that is said to be of the schema in which no entry says it.
        (
            "timeline.gap timeline.unseen",
            3,
            "echo '  note: Later.' | entry 5 comment; sed -i '/id: zzzzzzz5/{n;d}; s/^schema: 2/schema: 1/' $A; commit",
        ),
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{script}")).ok();
        let (found, with) = found(&sandbox, &[]);
        assert_eq!((found.join(" ").as_str(), with), (rules, Some(status)), "{script}");
    }
}

/// A status of one side takes away what belongs to that of another: told by its entry, and by nobody's hand.
#[test]
fn a_sync_takes_no_merge_for_an_edit_by_hand() {
    let sandbox = Sandbox::new();
    let begin = "set -e; exec 2>&1; git stash -q -u; git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; id=$(git support new T --severity major); git push -q -u origin main
        for c in bo kim; do git clone -q ../hub.git ../$c; git -C ../$c config user.name $c; git -C ../$c config user.email $c@example.com; done
        at() { (cd ../$1; shift; GIT_SUPPORT_SEED=$*$RANDOM git support -q \"$@\"); }; ";
    for (bo, kim, ann) in [
        ("resolve $id --as answered -m d", "diagnose $id -m x", "resolve $id --as fixed --no-commit n -m r"),
        ("pend $id -m one", "comment $id -m x", "pend $id -m two --follow-up 5d"),
        ("pend $id -m one", "diagnose $id -m x", "resolve $id --as answered -m r"),
        ("defer $id --enhance -m one", "pend $id -m two", "resolve $id --as answered -m r"),
    ] {
        let meet = "at bo sync; git pull -q --no-rebase --no-edit; at kim sync; git support -q sync; at bo sync; at kim sync; git support show $id --json >a; at bo show $id --json >b; at kim show $id --json >c; cmp a b && cmp a c && echo same";
        let said = sandbox.shell(&format!("{begin}at bo {bo}; at kim {kim}; git support -q {ann}; {meet}; cd ..; rm -rf hub.git bo kim; cd repo; git remote remove origin; rm a b c")).stdout;
        assert!(said.contains("same"), "{bo} {kim} {ann}\n{said}");
        sandbox.git(&["reset", "-q", "--hard"]);
    }
}
