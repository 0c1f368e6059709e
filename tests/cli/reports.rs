//! Reports: figures that follow from what was done, groups, periods, moments of the past, and the agreement's
//! hours.

use git_support::report::METRICS;

use crate::docs::with_table;
use crate::sandbox::{Sandbox, finish};

/// Runs a command at an instant of its own.
fn at(sandbox: &Sandbox, when: &str, arguments: &[&str]) -> String {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    let instant = format!("2026-{when}:00Z");
    command.args(arguments).envs(
        ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE", "GIT_SUPPORT_NOW"].map(|name| (name, instant.clone())),
    );
    finish(command, b"").ok().trim().to_owned()
}

/// A month in which one ticket was answered at level 1, and one went to level 3, to a vendor, and back.
fn month() -> (Sandbox, String, String) {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.critical.response", "1h"]).ok();
    sandbox.run(&["config", "set", "clocks.critical.resolution", "8h"]).ok();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example", "--response", "8h"]).ok();
    let easy = at(&sandbox, "12-01T09:00", &["new", "Easy", "--severity", "minor"]);
    at(
        &sandbox,
        "12-01T11:00",
        &["resolve", &easy, "--as", "answered", "-m", "By the button.", "--spent", "30m"],
    );
    let hard = at(&sandbox, "12-02T09:00", &["new", "Hard", "--severity", "critical", "--affects", "1.4.0"]);
    at(&sandbox, "12-02T11:00", &["comment", &hard, "-m", "We look into it.", "--spent", "1h"]);
    at(&sandbox, "12-02T12:00", &["escalate", &hard, "--requirements", "r", "--troubleshooting", "t"]);
    at(&sandbox, "12-02T13:00", &["escalate", &hard, "--reproduction", "r", "--diagnosis", "d"]);
    at(&sandbox, "12-02T14:00", &["return", &hard, "--incomplete", "-m", "The log is missing."]);
    at(&sandbox, "12-02T15:00", &["defer", &hard, "--vendor", "paygate", "--follow-up", "1d"]);
    at(&sandbox, "12-02T19:00", &["resume", &hard, "-m", "Answered."]);
    at(&sandbox, "12-02T20:00", &["resolve", &hard, "--as", "vendor"]);
    at(&sandbox, "12-20T20:00", &["reopen", &hard, "-m", "It is back."]);
    (sandbox, easy, hard)
}

/// A figure of a report: n, value, median, p90, and the tickets behind it.
fn figure(sandbox: &Sandbox, key: &str, arguments: &[&str]) -> serde_json::Value {
    let tickets = format!("--tickets={key}");
    let whole =
        [&["report", "--json", "--from", "2026-12-01", "--to", "2026-12-31", &tickets], arguments].concat();
    let json = at(sandbox, "12-31T12:00", &whole);
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    report["groups"][0]["figures"][0].clone()
}

#[test]
fn figures_say_what_happened() {
    let (sandbox, easy, hard) = month();
    for (key, count, value, median) in [
        ("opened", 2, Some(2.0), None),
        ("resolved", 2, Some(2.0), None),
        ("backlog", 1, Some(1.0), None),
        ("response-time", 2, None, Some(7_200)),
        ("resolution-time", 2, None, Some(23_400)),
        // Eleven hours, less four with the vendor.
        ("resolution-hours", 0, None, None),
        ("response-kept", 1, Some(0.0), None),
        ("resolution-kept", 1, Some(0.0), None),
        ("vendor-kept", 1, Some(100.0), None),
        ("escalated-1-2", 2, Some(50.0), None),
        ("escalated-2-3", 1, Some(100.0), None),
        ("returned", 2, Some(50.0), None),
        ("hand-backs", 1, Some(1.0), None),
        ("first-level", 2, Some(50.0), None),
        ("reopened", 2, Some(50.0), None),
        ("vendor-wait", 1, None, Some(4 * 3600)),
        ("level-1-time", 1, None, Some(7_200)),
        ("spent", 2, Some(5_400.0), Some(2_700)),
        ("release-lead-time", 0, None, None),
    ] {
        let found = figure(&sandbox, key, &[]);
        assert_eq!(found["figure"], key);
        assert_eq!(found["n"], count, "{key}: {found}");
        assert_eq!(found["value"].as_f64(), value, "{key}: {found}");
        assert_eq!(found["median"].as_i64(), median, "{key}: {found}");
        assert!(found["definition"].as_str().unwrap().len() > 10);
    }
    let ends = figure(&sandbox, "first-level", &[]);
    let tickets: Vec<(&str, i64)> = ends["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["ticket"].as_str().unwrap(), one["value"].as_i64().unwrap()))
        .collect();
    assert_eq!(tickets, [(hard.as_str(), 0), (easy.as_str(), 1)]);
}

#[test]
fn a_report_is_taken_apart_narrowed_and_looked_at_in_the_past() {
    let (sandbox, easy, hard) = month();
    // Before the ticket was opened again, its clock had stopped: seven hours of eight.
    let before = figure(&sandbox, "resolution-hours", &["--at", "2026-12-10T00:00:00Z"]);
    assert_eq!((before["n"].as_i64(), before["median"].as_i64()), (Some(1), Some(7 * 3600)));
    assert_eq!(figure(&sandbox, "resolution-kept", &["--at", "2026-12-10T00:00:00Z"])["value"], 100.0);
    assert_eq!(figure(&sandbox, "opened", &["severity:minor"])["tickets"][0]["ticket"], easy.as_str());
    assert_eq!(figure(&sandbox, "opened", &["-severity:minor"])["tickets"][0]["ticket"], hard.as_str());
    for (by, groups) in [
        ("severity", vec!["critical", "minor"]),
        ("level", vec!["1", "2"]),
        ("area", vec!["application"]),
        ("vendor", vec!["paygate", "none"]),
        ("release", vec!["1.4.0", "none"]),
        ("assignee", vec!["nobody"]),
        ("week", vec!["2026-W49", "2026-W50"]),
    ] {
        let whole = ["report", "--json", "--from", "2026-12-01", "--to", "2026-12-13", "--by", by];
        let report: serde_json::Value = serde_json::from_str(&at(&sandbox, "12-31T12:00", &whole)).unwrap();
        let names: Vec<&str> = report["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group["group"].as_str().unwrap())
            .collect();
        assert_eq!(names, groups, "{by}");
        let opened: i64 = report["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group["figures"][0]["value"].as_i64().unwrap())
            .sum();
        assert_eq!(opened, 2, "{by}");
    }
    let csv = at(&sandbox, "12-31T12:00", &["report", "--format", "csv", "--tickets", "--from", "60d"]);
    assert!(csv.starts_with("group,figure,unit,from,to,n,value,median,p90,definition,tickets\n"), "{csv}");
    assert!(csv.contains(&easy) && csv.contains(",opened,tickets,"), "{csv}");
    let markdown = at(&sandbox, "12-31T12:00", &["report", "--format", "markdown"]);
    assert!(markdown.contains("| opened | tickets |"), "{markdown}");
    for (arguments, problem) in [
        (["--tickets=openned", "--from=30d"], "did you mean 'opened'?"),
        (["--from=2026-12-31", "--to=2026-12-01"], "ends before it begins"),
        (["--from=someday", "--to=2026-12-01"], "'someday' is not a valid time"),
    ] {
        let said = sandbox.run(&[&["report"], &arguments[..]].concat()).fails(2);
        assert!(said.contains(problem), "{said}");
    }
}

#[test]
fn the_hours_of_an_agreement_are_held_beside_what_was_spent() {
    let (sandbox, _, hard) = month();
    sandbox.run(&["config", "set", "agreement.hours", "1"]).ok();
    at(&sandbox, "12-21T10:00", &["estimate", &hard, "30m", "--spent", "15m"]);
    let json = at(&sandbox, "12-31T12:00", &["report", "budget", "--from", "2026-12-01", "--json"]);
    let budget: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(budget["agreement"], "1h per month");
    let month = &budget["periods"][0];
    assert_eq!(
        (month["period"].as_str(), month["spent_seconds"].as_i64(), month["left_seconds"].as_i64()),
        (Some("2026-12"), Some(6_300), Some(-2_700))
    );
    let first = &budget["tickets"][0];
    assert_eq!(first["ticket"], hard.as_str());
    assert_eq!(
        (first["estimate_seconds"].as_i64(), first["spent_seconds"].as_i64()),
        (Some(1_800), Some(4_500))
    );
    assert!(sandbox.ticket_file(&hard).contains("spent: 15m\n"));
    assert!(sandbox.run(&["show", &hard]).ok().contains("spent 15m\n"));
    assert!(
        sandbox
            .run(&["comment", &hard, "-m", "x", "--spent", "soon"])
            .fails(2)
            .contains("is not a valid duration")
    );
}

#[test]
fn a_purged_ticket_is_counted_on_no_day() {
    let (sandbox, easy, _) = month();
    sandbox.is_tampered_with();
    at(&sandbox, "12-10T09:00", &["purge", &easy, "-m", "GDPR"]);
    for (key, count) in [("opened", 1), ("resolved", 1), ("backlog", 1)] {
        let all = figure(&sandbox, key, &[]);
        assert_eq!(all["value"], count, "{key}: {all}");
    }
}

#[test]
fn the_docs_name_every_figure() {
    let mut table = "| metric | unit | definition |\n| --- | --- | --- |\n".to_owned();
    for sort in METRICS {
        table.push_str(&["| `", sort.key, "` | ", sort.unit.as_str(), " | ", sort.about, " |\n"].concat());
    }
    table.push_str(
        "| `release-lead-time` | seconds | calendar time from handover to acceptance, for releases accepted in the period |\n",
    );
    with_table("docs/reports.md", "| metric |", &table);
}

#[test]
fn what_was_no_ticket_of_its_own_counts_in_no_time_and_is_counted_apart() {
    let sandbox = Sandbox::new();
    let first = sandbox.ticket("First");
    sandbox.run(&["resolve", &first, "--as", "answered"]).ok();
    let report = |sandbox: &Sandbox, key: &str| {
        let json = sandbox.run(&["report", "--from", "2026-11-01", "--to", "2026-12-31", "--json"]).ok();
        let all: serde_json::Value = serde_json::from_str(&json).unwrap();
        let metrics = all["groups"][0]["figures"].as_array().unwrap().clone();
        metrics
            .iter()
            .find(|metric| metric["figure"] == key)
            .unwrap_or_else(|| panic!("{key}: {all}"))
            .clone()
    };
    let before = report(&sandbox, "resolution-time");
    let duplicate = sandbox.ticket("Same");
    sandbox.run(&["resolve", &duplicate, "--as", "duplicate", "--of", &first]).ok();
    for code in ["spam", "other-product"] {
        let id = sandbox.ticket("Buy now");
        sandbox.run(&["resolve", &id, "--as", code]).ok();
    }
    sandbox.run(&["new", "By phone", "--status", "resolved", "--resolution", "answered"]).ok();
    assert_eq!(report(&sandbox, "resolution-time"), before);
    for (key, count) in
        [("opened", 5), ("resolved", 5), ("duplicates", 1), ("no-tickets", 2), ("opened-resolved", 1)]
    {
        assert_eq!(report(&sandbox, key)["n"], count, "{key}");
    }
    sandbox.run(&["reopen", &duplicate, "-m", "It is not the same."]).ok();
    assert_eq!(report(&sandbox, "duplicates")["n"], 0);
    // One that is worked on later was opened as resolved all the same; its opening resolved and answered nothing.
    let rates = ["resolution-time", "first-level", "reopened"];
    let before = rates.map(|key| report(&sandbox, key)["n"].clone());
    let late = sandbox.run(&["list", "--all", "title:phone", "--format", "csv"]).ok();
    let late = late.lines().nth(1).and_then(|line| line.split(',').next()).unwrap().to_owned();
    sandbox.run(&["reopen", &late, "-m", "Again."]).ok();
    assert_eq!(report(&sandbox, "opened-resolved")["n"], 1);
    assert_eq!(rates.map(|key| report(&sandbox, key)["n"].clone()), before);
    sandbox.run(&["resolve", &late, "--as", "answered", "-m", "So."]).ok();
    let more = rates.map(|key| report(&sandbox, key)["n"].as_u64().unwrap());
    assert_eq!(more.to_vec(), before.iter().map(|n| n.as_u64().unwrap() + 1).collect::<Vec<_>>());
}

#[test]
fn a_ticket_that_was_resolved_twice_is_one_and_seconds_are_not_cut() {
    let sandbox = Sandbox::new();
    let id = at(&sandbox, "12-01T09:00", &["new", "Twice"]);
    sandbox.at("2026-12-01T09:00:42Z", &format!("comment {id} -m 'We look into it.'"));
    for (day, verb) in [("12-01T10:00", "resolve"), ("12-01T11:00", "reopen"), ("12-01T12:00", "resolve")] {
        let rest: &[&str] = if verb == "resolve" { &["--as", "answered"] } else { &[] };
        at(&sandbox, day, &[&[verb, &id, "-m", "x"], rest].concat());
    }
    let resolved = figure(&sandbox, "resolved", &[]);
    assert_eq!(resolved["n"], 1, "{resolved}");
    assert_eq!(resolved["tickets"].as_array().unwrap().len(), 1, "{resolved}");
    let table = at(&sandbox, "12-31T12:00", &["report", "--from", "2026-12-01", "--to", "2026-12-31"]);
    let line = table.lines().find(|line| line.contains("First response")).unwrap_or(&table);
    assert!(line.contains("42s"), "{line}");
}
