//! Links as facts: what blocks comes first, what blocks itself is named, and a duplicate's survivor knows all.

use std::fmt::Write as _;

use crate::sandbox::Sandbox;

fn titles(sandbox: &Sandbox, line: &[&str]) -> String {
    let json = sandbox.run(&[line, &["--json"]].concat()).ok();
    let all: serde_json::Value = serde_json::from_str(&json).unwrap();
    let titles = all.as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned());
    titles.collect::<Vec<_>>().join(" ")
}

fn opened(sandbox: &Sandbox, line: &str) -> String {
    sandbox.shell(&format!("git support new {line}")).ok().trim().to_owned()
}

#[test]
fn what_blocks_is_offered_in_the_place_of_what_it_blocks() {
    let sandbox = Sandbox::new();
    let small = opened(&sandbox, "Small --severity minor");
    let middle = opened(&sandbox, &format!("Middle --severity minor --blocked-by {small}"));
    let grave = opened(&sandbox, &format!("Grave --severity blocker --blocked-by {middle}"));
    opened(&sandbox, "Other --severity major");
    assert_eq!(titles(&sandbox, &["next"]), "Small Other");
    let shown = sandbox.run(&["next"]).ok();
    assert!(shown.contains(&format!("blocks {} Middle, and 1 more", &middle[..4])), "{shown}");
    let json = sandbox.run(&["next", "-n", "1", "--json"]).ok();
    let all: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&all[0]["position"], &all[0]["total"]), (&1.into(), &2.into()));
    assert_eq!(titles(&sandbox, &["list", "is:blocked", "sort:title"]), "Grave Middle");
    assert_eq!(titles(&sandbox, &["list", "is:ready", "sort:title"]), "Other Small");
    assert_eq!(titles(&sandbox, &["list", &format!("blocked-by:{small}")]), "Middle");
    assert_eq!(titles(&sandbox, &["list", &format!("blocks:{}", &grave[..6])]), "Middle");
    let said = sandbox.run(&["resolve", &middle, "--as", "answered"]).stderr;
    assert!(said.contains(&format!("its blocker {small} is open")), "{said}");
    assert_eq!(titles(&sandbox, &["next"]), "Grave Other Small");
    sandbox.run(&["audit"]).ok();
    sandbox.run(&["doctor"]).ok();
}

#[test]
fn a_new_ticket_is_linked_and_a_parent_is_not_resolved_in_silence() {
    let sandbox = Sandbox::new();
    let master = opened(&sandbox, "Master");
    let part = opened(&sandbox, &format!("Part --parent {} --relates-to {master}", &master[..5]));
    assert_eq!(titles(&sandbox, &["list", &format!("parent:{master}")]), "Part");
    assert_eq!(titles(&sandbox, &["list", &format!("child:{part}")]), "Master");
    let said = sandbox.run(&["resolve", &master, "--as", "answered"]).stderr;
    assert!(said.contains(&format!("its child {part} is open")), "{said}");
    assert!(sandbox.run(&["new", "X", "--parent", "zzzz"]).fails(1).contains("no ticket zzzz"));
    assert_eq!(titles(&sandbox, &["list", "--all", "title:x"]), "");
}

#[test]
fn a_ring_that_a_merge_makes_is_named_and_hides_nothing() {
    let sandbox = Sandbox::unborn();
    let (a, b) = (opened(&sandbox, "A"), opened(&sandbox, "B"));
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.run(&["link", &a, "blocks", &b]).ok();
    sandbox.run(&["resolve", &a, "--as", "duplicate", "--of", &b]).ok();
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.run(&["link", &b, "blocks", &a]).ok();
    sandbox.run(&["resolve", &b, "--as", "duplicate", "--of", &a]).ok();
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    sandbox.run(&["reopen", &a, "-m", "x"]).ok();
    sandbox.run(&["reopen", &b, "-m", "x"]).ok();
    let said = sandbox.run(&["doctor"]).fails_with_gate();
    assert!(said.contains("the links form a ring"), "{said}");
    assert_eq!(titles(&sandbox, &["next"]), "A B");
    for line in ["show", "handover", "log"] {
        sandbox.run(&[line, &a]).ok();
    }
    let hint = said.lines().find_map(|line| line.split("git support link --remove ").nth(1)).unwrap();
    let words: Vec<&str> = hint.split_whitespace().take(3).collect();
    sandbox.run(&[&["link", "--remove"], &words[..]].concat()).ok();
}

#[test]
fn the_survivor_of_a_duplicate_hands_over_what_the_duplicate_knew() {
    let sandbox = Sandbox::new();
    sandbox.file("trace.log", "boom");
    let first = opened(&sandbox, "First");
    let second = opened(&sandbox, "Second --reporter 'Ben <ben@customer.example>' --attach trace.log");
    let third = opened(&sandbox, "Third -m 'It began on Monday.'");
    sandbox.run(&["diagnose", &second, "-m", "The cache is full."]).ok();
    sandbox.run(&["resolve", &third, "--as", "duplicate", "--of", &second]).ok();
    sandbox.run(&["resolve", &second, "--as", "duplicate", "--of", &first]).ok();
    let notes = sandbox.run(&["handover", &first]).ok();
    for known in ["ben@customer.example", "The cache is full.", "trace.log", "It began on Monday."] {
        assert!(notes.contains(known), "{known}: {notes}");
    }
}

/// A desk of 60 tickets with clocks, in which every third one waits, is blocked, or was answered.
fn desk() -> Sandbox {
    let sandbox = Sandbox::new();
    for (key, value) in [("blocker.resolution", "2h"), ("major.resolution", "30d")] {
        sandbox.run(&["config", "set", &format!("clocks.{key}"), value]).ok();
    }
    let mut lines = String::new();
    for number in 0_u32..60 {
        let severity = ["minor", "major", "critical", "blocker"][usize::try_from(number * 7 % 4).unwrap()];
        let (level, day) = (1 + number % 3, 1 + number % 20);
        let _ = writeln!(
            lines,
            "{{\"title\": \"T {number}\", \"severity\": \"{severity}\", \"level\": {level}, \"created\": \"2026-11-{day:02}T08:00:00Z\"}}"
        );
    }
    sandbox.run_with(&["import", "-"], lines).ok();
    let listed = sandbox.run(&["list", "sort:title", "--format", "csv", "--limit", "100"]).ok();
    let ids: Vec<&str> = listed.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let operation =
        |op: &str, id: &str, more: &str| format!("{{\"op\": \"{op}\", \"id\": \"{id}\"{more}}}\n");
    let mut work = String::new();
    for place in 0..60 {
        let other = ids[(place * 11 + 3) % 60];
        match place % 9 {
            0 => work.push_str(&operation(
                "link",
                ids[place],
                &format!(", \"kind\": \"blocked-by\", \"to\": \"{other}\""),
            )),
            1 => work.push_str(&operation("pend", ids[place], ", \"follow_up\": \"1h\"")),
            2 => work.push_str(&operation("pend", ids[place], ", \"follow_up\": \"30d\"")),
            3 => work.push_str(&operation("assign", ids[place], ", \"to\": \"me\"")),
            4 => work.push_str(&operation(
                "comment",
                ids[place],
                ", \"note\": \"Still?\", \"from\": \"Kim <kim@customer.example>\"",
            )),
            _ => {}
        }
    }
    sandbox.run_with(&["batch", "-"], work).ok();
    sandbox
}

#[test]
fn the_beginning_of_the_queue_is_that_of_the_whole() {
    let sandbox = desk();
    let queue = |count: &str, more: &[&str]| -> Vec<(String, u64, u64, serde_json::Value)> {
        let later = "2026-11-24T12:00:00Z";
        let line = format!("GIT_SUPPORT_NOW={later} git support next -n {count} --json {}", more.join(" "));
        let found: serde_json::Value = serde_json::from_str(&sandbox.shell(&line).ok()).unwrap();
        let of = |one: &serde_json::Value| {
            let number = |key: &str| one[key].as_u64().unwrap();
            (
                one["id"].as_str().unwrap().to_owned(),
                number("position"),
                number("total"),
                one["reason"].clone(),
            )
        };
        found.as_array().unwrap().iter().map(of).collect()
    };
    for more in [&[][..], &["--mine"], &["--level", "2"], &["--level", "1", "--mine"]] {
        // So many are put in order as a whole.
        let whole = queue(&usize::MAX.to_string(), more);
        assert!(!whole.is_empty());
        for count in [1, 2, 3, 5, 8, 13, 21, 34, 55] {
            let expected: Vec<_> = whole.iter().take(count).cloned().collect();
            assert_eq!(queue(&count.to_string(), more), expected, "{count} {more:?}");
        }
    }
}
