//! Figures of reports at the edges of their periods: each counts once, and parts add up to the whole.

use std::collections::BTreeMap;

use crate::sandbox::Sandbox;

/// The rows of a report as CSV: for each metric and group, the number of values and the median.
fn figures(sandbox: &Sandbox, at: &str, arguments: &str) -> BTreeMap<(String, String), (u64, String)> {
    let said = sandbox.at(at, &format!("report {arguments} --format csv"));
    let mut lines = said.lines();
    let heading: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name: &str| heading.iter().position(|column| *column == name);
    let mut rows = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |name: &str| place(name).map_or("", |at| cells[at]).to_owned();
        rows.insert((cell("group"), cell("figure")), (cell("n").parse().unwrap(), cell("median")));
    }
    rows
}

fn count(sandbox: &Sandbox, arguments: &str, group: &str, metric: &str) -> u64 {
    let rows = figures(sandbox, "2027-01-01T00:00:00Z", arguments);
    rows.get(&(group.to_owned(), metric.to_owned())).unwrap_or_else(|| panic!("{metric}: {rows:?}")).0
}

#[test]
fn a_clock_counts_in_one_period() {
    let sandbox = Sandbox::new();
    sandbox.at("2026-01-01T00:00:00Z", "config set clocks.major.resolution 4h");
    let id = sandbox.at("2026-01-07T10:00:00Z", "new A --severity major");
    let id = id.trim();
    sandbox.at("2026-02-10T10:00:00Z", &format!("resolve {id} --as answered -m x"));
    sandbox.at("2026-02-12T10:00:00Z", &format!("reopen {id} -m x"));
    sandbox.at("2026-03-10T10:00:00Z", &format!("resolve {id} --as answered -m x"));
    for (period, expected) in [
        ("--from 2026-01-01 --to 2026-01-31", 1),
        ("--from 2026-02-01 --to 2026-02-28", 0),
        ("--from 2026-03-01 --to 2026-03-31", 0),
        ("--from 2026-01-01 --to 2026-03-31", 1),
        ("--from 2026-01-05 --to 2026-01-11", 1),
    ] {
        assert_eq!(count(&sandbox, period, "", "resolution-kept"), expected, "{period}");
    }
    let weeks = "--from 2026-01-05 --to 2026-03-15 --by week";
    assert_eq!(count(&sandbox, weeks, "2026-W02", "resolution-kept"), 1);
    assert_eq!(count(&sandbox, weeks, "2026-W11", "resolution-kept"), 0);
}

#[test]
fn a_week_knows_nothing_of_later_ones() {
    let sandbox = Sandbox::new();
    let a = sandbox.at("2026-01-05T10:00:00Z", "new A");
    let b = sandbox.at("2026-01-06T10:00:00Z", "new Bee");
    let duplicate = format!("resolve {} --as duplicate --duplicate-of {}", b.trim(), a.trim());
    sandbox.at("2026-01-20T10:00:00Z", &duplicate);
    let weeks = "--from 2026-01-05 --to 2026-01-25 --by week";
    for (week, period, open) in [
        ("2026-W02", "--from 2026-01-05 --to 2026-01-11", 2),
        ("2026-W03", "--from 2026-01-12 --to 2026-01-18", 2),
        ("2026-W04", "--from 2026-01-19 --to 2026-01-25", 1),
    ] {
        for metric in ["backlog", "age"] {
            assert_eq!(count(&sandbox, weeks, week, metric), open, "{week} {metric}");
            assert_eq!(count(&sandbox, period, "", metric), open, "{period} {metric}");
        }
    }
}

#[test]
fn a_ticket_of_a_weekend_was_at_its_level_for_no_hours() {
    let sandbox = Sandbox::new();
    for setting in [
        "calendars.office.hours.mon-fri 09:00-17:00",
        "calendars.office.timezone UTC",
        "clocks.major.resolution 8h",
        "clocks.major.calendar office",
    ] {
        sandbox.at("2026-01-01T00:00:00Z", &format!("config set {setting}"));
    }
    let story = |title: &str, day: &str, until: &str| {
        let id = sandbox.at(&format!("{day}T10:00:00Z"), &format!("new {title} --severity major"));
        let resolve = format!("resolve {} --as answered -m x", id.trim());
        sandbox.at(&format!("{day}T{until}:00Z"), &resolve);
    };
    story("Saturday", "2026-01-10", "11:00");
    story("Monday", "2026-01-12", "12:00");
    let rows = figures(&sandbox, "2026-02-01T00:00:00Z", "--from 2026-01-05 --to 2026-01-31");
    let row = |metric: &str| rows[&(String::new(), metric.to_owned())].clone();
    assert_eq!(row("level-1-time"), row("resolution-hours"));
    assert_eq!((row("level-1-time").0, row("level-2-time").0), (2, 0));
}

#[test]
fn a_breach_that_a_severity_brings_to_light_counts_when_it_was_set() {
    let sandbox = Sandbox::new();
    sandbox.at("2026-01-01T00:00:00Z", "config set clocks.minor.resolution 30d");
    sandbox.at("2026-01-01T00:00:00Z", "config set clocks.blocker.resolution 4h");
    let id = sandbox.at("2026-01-30T09:00:00Z", "new A --severity minor");
    sandbox.at("2026-02-02T09:00:00Z", &format!("triage {} --severity blocker", id.trim()));
    sandbox.at("2026-02-02T12:00:00Z", &format!("resolve {} --as answered -m x", id.trim()));
    for (period, expected) in [
        ("--from 2026-01-01 --to 2026-01-31", 0),
        ("--from 2026-02-01 --to 2026-02-28", 1),
        ("--from 2026-01-01 --to 2026-02-28", 1),
    ] {
        assert_eq!(count(&sandbox, period, "", "resolution-kept"), expected, "{period}");
    }
}

#[test]
fn months_add_up_whatever_severity_was_set_after_a_clock_had_ended() {
    let sandbox = Sandbox::new();
    let run = |when: &str, command: &str| sandbox.at(when, command).trim().to_owned();
    for setting in [
        "clocks.major.response 1h",
        "clocks.major.resolution 90d",
        "clocks.minor.response 2h",
        "levels.1.resolution 4h",
    ] {
        run("2026-01-01T00:00:00Z", &format!("config set {setting}"));
    }
    let customer = "--reporter 'C <c@c.example>'";
    let met = run("2026-01-30T10:00:00Z", &format!("new met {customer}"));
    let late = run("2026-01-30T10:00:00Z", &format!("new late {customer}"));
    run("2026-01-30T10:05:00Z", &format!("comment {met} -m hi"));
    run("2026-01-30T12:00:00Z", &format!("comment {late} -m hi"));
    // Both are judged for the first time in February, and again in March.
    run("2026-02-02T09:00:00Z", &format!("triage {met} {late} --severity major"));
    run("2026-03-02T09:00:00Z", &format!("triage {met} {late} --severity minor"));
    let months = [
        "--from 2026-01-01 --to 2026-01-31",
        "--from 2026-02-01 --to 2026-02-28",
        "--from 2026-03-01 --to 2026-03-31",
    ];
    for (metric, expected) in [("response-kept", [0, 2, 0]), ("level-kept", [2, 0, 0])] {
        assert_eq!(months.map(|month| count(&sandbox, month, "", metric)), expected, "{metric}");
        assert_eq!(count(&sandbox, "--from 2026-01-01 --to 2026-03-31", "", metric), 2, "{metric}");
        let weeks = "--from 2026-01-05 --to 2026-03-29 --by week";
        let rows = figures(&sandbox, "2027-01-01T00:00:00Z", weeks);
        let of_weeks = rows.iter().filter(|((_, figure), _)| figure == metric).map(|(_, (n, _))| n);
        assert_eq!(of_weeks.sum::<u64>(), 2, "{metric}");
    }
}

#[test]
fn what_happened_twice_is_counted_twice() {
    let sandbox = Sandbox::new();
    let id = sandbox.at("2026-01-05T10:00:00Z", "new A").trim().to_owned();
    for (hour, step) in [
        (11, format!("defer {id} --enhance -m later")),
        (12, format!("resume {id}")),
        (13, format!("defer {id} --enhance -m later")),
        (14, format!("resume {id}")),
        (15, format!("escalate {id} --force -m up")),
        (16, format!("return {id} --incomplete -m what")),
        (17, format!("escalate {id} --force -m up")),
        (18, format!("return {id} --incomplete -m what")),
    ] {
        sandbox.at(&format!("2026-01-05T{hour}:00:00Z"), &step);
    }
    let period = "--from 2026-01-01 --to 2026-01-31";
    for (metric, expected) in [("enhanced", 2), ("hand-backs", 2), ("enhance-wait", 2), ("returned", 2)] {
        assert_eq!(count(&sandbox, period, "", metric), expected, "{metric}");
    }
}

#[test]
fn a_known_error_whose_workaround_did_not_help_says_so() {
    let sandbox = Sandbox::new();
    let known = sandbox.at("2026-01-05T10:00:00Z", "new KE").trim().to_owned();
    sandbox.at("2026-01-05T10:00:00Z", &format!("known --add {known} --workaround w"));
    let both: Vec<String> = ["X", "Y"]
        .map(|name| sandbox.at("2026-01-05T11:00:00Z", &format!("new {name}")).trim().to_owned())
        .into();
    let both_ids = both.join(" ");
    sandbox.at("2026-01-06T09:00:00Z", &format!("resolve {both_ids} --as workaround --known {known}"));
    sandbox.at("2026-01-06T10:00:00Z", &format!("reopen {} -m again", both[0]));
    let by = "--from 2026-01-05 --to 2026-01-31 --by known-error";
    assert_eq!(count(&sandbox, by, &known, "reopened"), 2);
    // One that was named by mistake has answered nothing.
    sandbox.at("2026-01-07T09:00:00Z", &format!("undo {}", both[1]));
    assert_eq!(count(&sandbox, by, &known, "reopened"), 1);
}

#[test]
fn a_ticket_that_was_opened_as_resolved_is_answered_after_it_was_reopened() {
    let sandbox = Sandbox::new();
    sandbox.at("2026-01-01T00:00:00Z", "config set clocks.major.response 30m");
    let opens = "new A --severity major --status resolved --resolution answered --reporter 'C <c@c.example>'";
    let id = sandbox.at("2026-01-05T10:00:00Z", opens).trim().to_owned();
    let period = "--from 2026-01-01 --to 2026-01-31";
    assert_eq!(count(&sandbox, period, "", "response-kept"), 0);
    sandbox.at("2026-01-05T11:00:00Z", &format!("reopen {id}"));
    sandbox.at("2026-01-05T12:00:00Z", &format!("comment {id} -m hi"));
    let said = sandbox.at("2026-01-05T13:00:00Z", &format!("sla {id}"));
    assert!(said.starts_with(&format!("{id}  A\n\nresponse  breached")), "{said}");
    assert!(said.contains("elapsed 1h of 30m"), "{said}");
    let rows = figures(&sandbox, "2027-01-01T00:00:00Z", period);
    let row = |metric: &str| rows[&(String::new(), metric.to_owned())].clone();
    assert_eq!(row("response-time"), (1, "7200".to_owned()));
    assert_eq!(row("response-kept").0, 1);
}

#[test]
fn a_budget_is_of_whole_periods() {
    let sandbox = Sandbox::new();
    sandbox.at("2026-01-01T00:00:00Z", "config set agreement.hours 20");
    sandbox.at("2026-01-01T00:00:00Z", "config set agreement.per month");
    let id = sandbox.at("2026-01-03T09:00:00Z", "new A --spent 2h");
    sandbox.at("2026-01-25T09:00:00Z", &format!("comment {} -m x --spent 3h", id.trim()));
    for period in [
        "--from 2026-01-15 --to 2026-01-20",
        "--from 2026-01-01 --to 2026-01-31",
        "--from 2026-01-31 --to 2026-01-31",
    ] {
        let said = sandbox.at("2027-01-01T00:00:00Z", &format!("report budget {period}"));
        let row = said.lines().find(|line| line.starts_with("2026-01")).unwrap();
        assert!(row.contains("20h") && row.contains("5h") && row.contains("15h"), "{period}: {said}");
        assert!(!said.contains("2026-02"), "{period}: {said}");
    }
}

#[test]
fn what_was_granted_for_a_month_stays_when_the_agreement_changes() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let month = |said: &str, month: &str| {
        let row = said.lines().find(|line| line.starts_with(month)).unwrap_or_default();
        row.split_whitespace().skip(1).take(3).map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    let budget = |options: &str| {
        sandbox
            .at("2027-01-01T00:00:00Z", &format!("report budget --from 2026-01-01 --to 2026-06-30 {options}"))
    };
    sandbox.at("2026-01-03T09:00:00Z", "new A --spent 2h");
    sandbox.at("2026-02-10T09:00:00Z", "config set agreement.hours 20");
    sandbox.at("2026-03-03T09:00:00Z", "new B --spent 30h");
    sandbox.at("2026-03-20T09:00:00Z", "config set agreement.hours 40");
    // Nobody grants hours by a mistake, nor takes them away.
    let text = std::fs::read_to_string(sandbox.repo().join(".support/config.yaml")).unwrap();
    sandbox.file(".support/config.yaml", format!("{text}a: [b\n"));
    sandbox.shell("GIT_COMMITTER_DATE=2026-04-20T09:00:00Z git commit -qm x .support").ok();
    sandbox.file(".support/config.yaml", text.replace("hours: 40", "hours: 50"));
    sandbox.shell("GIT_COMMITTER_DATE=2026-05-20T09:00:00Z git commit -qm x .support").ok();
    sandbox.at("2026-06-02T09:00:00Z", "config set agreement.hours 10");
    let said = budget("");
    assert!(said.contains("The agreement grants 10h per month."), "{said}");
    for (name, figures) in [
        ("2026-01", "2h 1"),
        ("2026-02", "20h 0s 20h"),
        ("2026-03", "40h 30h 10h"),
        ("2026-04", "40h 0s 40h"),
        ("2026-05", "50h 0s 50h"),
        ("2026-06", "10h 0s 10h"),
    ] {
        assert!(month(&said, name).starts_with(figures), "{name}: {said}");
    }
    // As it would be, and as it was.
    assert_eq!(month(&budget("--settings HEAD"), "2026-01"), "10h 2h 8h");
    assert_eq!(month(&budget("--at 2026-03-31"), "2026-02"), "20h 0s 20h");
    let then = budget("--at 2026-02-28");
    assert!(then.contains("The agreement grants 20h per month."), "{then}");
    // Of months nothing is known in quarters.
    sandbox.at("2026-06-03T09:00:00Z", "config set agreement.per quarter");
    let said = budget("");
    assert!(month(&said, "2026-Q1").starts_with("32h 2"), "{said}");
    assert_eq!(month(&said, "2026-Q2"), "10h 0s 10h", "{said}");
    sandbox.file(".support/config.yaml", "agreement: {hours: many}\n");
    sandbox.git(&["commit", "-qm", "x", ".support"]);
    let refused = sandbox.run(&["report", "budget"]).fails(1);
    assert!(refused.contains(".support/config.yaml:1: agreement.hours"), "{refused}");
}

/// A report of a period that is over tells who had the work then.
#[test]
fn a_closed_period_keeps_its_assignees() {
    let sandbox = Sandbox::new();
    let script = r#"
        git stash -qu; unset GIT_SUPPORT_SEED
        at() { t=$1; shift; GIT_SUPPORT_NOW=$t GIT_AUTHOR_DATE=$t GIT_COMMITTER_DATE=$t git support "$@"; }
        id=$(at 2026-01-10T00:00:00Z new A --severity minor --assignee Bo); at 2026-01-12T00:00:00Z resolve $id --as workaround -m w >&2
        at 2026-04-05T00:00:00Z assign $id --to Kim >&2
        at 2026-04-20T00:00:00Z report --from 2026-01-01 --to 2026-01-31 --by assignee --json
        at 2026-04-20T00:00:00Z report --from 2026-01-01 --to 2026-04-30 --by assignee --json
    "#;
    let said = sandbox.shell(script).ok();
    let reports: Vec<serde_json::Value> =
        serde_json::Deserializer::from_str(&said).into_iter().map(Result::unwrap).collect();
    let names = |report: &serde_json::Value| report.to_string();
    assert!(names(&reports[0]).contains("\"Bo\"") && !names(&reports[0]).contains("\"Kim\""), "{said}");
    assert!(names(&reports[1]).contains("\"Kim\"") && !names(&reports[1]).contains("\"Bo\""), "{said}");
}

/// Of two ends that were told apart from each other, and of one that was corrected, a report counts what counts in lists.
#[test]
fn the_last_word_on_how_it_ended_counts() {
    for (first, last) in
        [("duplicate --duplicate-of $other", "answered"), ("answered", "duplicate"), ("spam", "answered")]
    {
        let sandbox = Sandbox::new();
        let script = format!(
            "git stash -qu; unset GIT_SUPPORT_SEED
             at() {{ t=$1; shift; GIT_SUPPORT_NOW=$t GIT_AUTHOR_DATE=$t GIT_COMMITTER_DATE=$t git support \"$@\" >&2; }}
             GIT_AUTHOR_DATE=2026-01-10T00:00:00Z git support new Other >../other; other=$(cat ../other)
             GIT_AUTHOR_DATE=2026-01-10T00:00:00Z git support new A >../id; id=$(cat ../id)
             at 2026-01-11T00:00:00Z resolve $id --as {first} -m x
             at 2026-01-12T00:00:00Z edit $id --resolution {last} -m 'As it was.'
             GIT_SUPPORT_NOW=2026-02-01T00:00:00Z git support report --from 2026-01-01 --to 2026-01-31 --json"
        );
        let report: serde_json::Value = serde_json::from_str(&sandbox.shell(&script).ok()).unwrap();
        let figures = report["groups"][0]["figures"].as_array().unwrap();
        let value =
            |key: &str| figures.iter().find(|one| one["figure"] == key).map(|one| one["value"].clone());
        let expected = i32::from(last == "duplicate");
        assert_eq!(value("duplicates"), Some(expected.into()), "{first} {last}: {report}");
    }
}
