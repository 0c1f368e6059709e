//! Clocks: business hours, pauses, the settings that judge, and what is due in lists and gates.

use crate::sandbox::Sandbox;

/// Commits a file under `.support/` as its user would.
fn commit(sandbox: &Sandbox, name: &str, content: &str) {
    sandbox.file(&format!(".support/{name}"), content);
    sandbox.run_unwatched(&["save"], "").ok();
}

const SETTINGS: &str = "\
schema: 1
calendars:
  office:
    timezone: Australia/Brisbane
    hours: {mon-fri: [\"08:30-12:30\", \"13:30-17:00\"]}
    holidays: [2026-11-25, qld.ics]
clocks:
  blocker: {response: 30m, resolution: 4h}
  critical: {response: 1h, update: 4h, resolution: 8h, calendar: office}
levels: {2: {resolution: 2h}}
";

const HOLIDAYS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//q//\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\n\
DTSTART;VALUE=DATE:20261127\r\nSUMMARY:Show day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    sandbox.file(".support/calendars/qld.ics", HOLIDAYS);
    commit(&sandbox, "config.yaml", SETTINGS);
    sandbox
}

/// The clocks of a ticket at an instant: name, state, elapsed, waited, and when due.
fn clocks(sandbox: &Sandbox, arguments: &[&str]) -> Vec<(String, String, i64, i64, Option<String>)> {
    let json = sandbox.run(&[&["sla", "--json"], arguments].concat()).ok();
    let object: serde_json::Value = serde_json::from_str(&json).unwrap();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let clock = |clock: &serde_json::Value| {
        (
            text(&clock["clock"]).unwrap(),
            text(&clock["state"]).unwrap(),
            clock["elapsed_seconds"].as_i64().unwrap(),
            clock["paused_seconds"].as_i64().unwrap(),
            text(&clock["due"]),
        )
    };
    object["clocks"].as_array().unwrap().iter().map(clock).collect()
}

/// Runs a command at an instant of its own.
fn at(sandbox: &Sandbox, when: &str, arguments: &[&str]) -> String {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    command.args(arguments).envs(
        ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE", "GIT_SUPPORT_NOW"]
            .map(|name| (name, format!("2026-11-{when}:00Z"))),
    );
    crate::sandbox::finish(command, b"").ok().trim().to_owned()
}

#[test]
fn pauses_are_cut_out_and_only_their_hours_count() {
    let sandbox = project();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example", "--response", "8h"]).ok();
    // Eight in the morning in Brisbane, half an hour before the office opens.
    let id = at(
        &sandbox,
        "23T22:00",
        &["new", "T", "--severity", "critical", "--level", "2", "--reporter", "Ann <ann@c.example>"],
    );
    at(&sandbox, "23T23:00", &["comment", &id, "--internal", "-m", "Who knows this?"]);
    at(&sandbox, "23T23:15", &["comment", &id, "-m", "We look into it."]);
    at(&sandbox, "24T01:30", &["defer", &id, "--vendor", "paygate", "--follow-up", "2d"]);
    let waiting = clocks(&sandbox, &[&id, "--at", "2026-11-24T04:00:00Z"]);
    assert_eq!(waiting[2], ("resolution".into(), "paused".into(), 3 * 3600, 5400, None));
    at(&sandbox, "24T04:30", &["resume", &id, "-m", "They answered."]);
    let clocks_now = clocks(&sandbox, &[&id, "--at", "2026-11-24T05:30:00Z"]);
    let due = |text: &str| Some(format!("2026-11-{text}:00Z"));
    assert_eq!(
        clocks_now,
        [
            ("response".into(), "met".into(), 45 * 60, 0, due("23T23:30")),
            // What was said on resuming is no word to the customer: the last was before the wait.
            ("update".into(), "warned".into(), 11700, 7200, due("24T06:15")),
            // Three hours before the wait, two of it cut out, one since; the 25th has no hours.
            ("resolution".into(), "running".into(), 4 * 3600, 7200, due("26T01:00")),
            ("level-2".into(), "breached".into(), 4 * 3600, 7200, due("24T00:30")),
            ("vendor:paygate".into(), "met".into(), 3 * 3600, 0, due("24T09:30")),
        ]
    );
    let page = sandbox.run(&["sla", &id, "--at", "2026-11-24T05:30:00Z"]).ok();
    for line in [
        "8h of office (Australia/Brisbane), settings of ",
        "pauses: paygate",
        "counts 3h",
        "due 2026-11-26 11:00 +10",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
}

#[test]
fn working_days_and_an_end_that_is_taken_back() {
    let sandbox = project();
    sandbox.run(&["config", "set", "clocks.major.resolution", "3d"]).ok();
    sandbox.run(&["config", "set", "clocks.major.calendar", "office"]).ok();
    // Monday at ten in Brisbane; the 25th and the 27th have no hours.
    let id = at(&sandbox, "23T00:00", &["new", "T", "--severity", "major"]);
    let running = clocks(&sandbox, &[&id, "--at", "2026-11-23T01:00:00Z"]);
    assert_eq!(running[0].4.as_deref(), Some("2026-11-30T00:00:00Z"));
    at(&sandbox, "24T02:00", &["resolve", &id, "--as", "answered"]);
    at(&sandbox, "26T02:00", &["reopen", &id, "-m", "It is back."]);
    // What lay between the end and the reopening puts it off, as far as it was within the hours.
    let again = clocks(&sandbox, &[&id, "--at", "2026-11-26T03:00:00Z"]);
    assert_eq!(again[0].0, "resolution");
    assert_eq!(again[0].4.as_deref(), Some("2026-12-01T00:00:00Z"));
}

#[test]
fn a_ticket_is_judged_by_the_settings_it_was_opened_under() {
    let sandbox = project();
    let id = sandbox.run(&["new", "T", "--severity", "blocker"]).ok().trim().to_owned();
    sandbox.run(&["config", "set", "clocks.blocker.resolution", "1h"]).ok();
    let later = sandbox.run(&["new", "Later", "--severity", "blocker"]).ok().trim().to_owned();
    let target = |arguments: &[&str]| {
        let json = sandbox.run(&[&["sla", "--json"], arguments].concat()).ok();
        let object: serde_json::Value = serde_json::from_str(&json).unwrap();
        let clock =
            object["clocks"].as_array().unwrap().iter().find(|c| c["clock"] == "resolution").unwrap().clone();
        (clock["target_seconds"].as_i64().unwrap(), clock["settings"].as_str().map(str::to_owned))
    };
    let opening =
        sandbox.git(&["log", "--format=%H", &format!("--grep=Support-Ticket: {id}")]).trim().to_owned();
    assert_eq!(target(&[&id]), (4 * 3600, Some(opening)));
    assert_eq!(target(&[&later]).0, 3600);
    assert_eq!(target(&[&id, "--policy", "HEAD"]), (3600, None));
    // On a branch that never saw the change, and is merged: the settings of the commit that opened it count.
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.git(&["checkout", "-qb", "side", "HEAD~2"]);
    let aside = sandbox.run(&["new", "Aside", "--severity", "blocker"]).ok().trim().to_owned();
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    sandbox.git(&["stash", "pop", "-q", "--index"]);
    assert_eq!(target(&[&aside]).0, 4 * 3600);
    // A severity that is set anew is judged by what is in force then, from the beginning on.
    sandbox.run(&["edit", &id, "--severity", "critical"]).ok();
    sandbox.run(&["edit", &id, "--severity", "blocker"]).ok();
    assert_eq!(target(&[&id]).0, 3600);
    // With and without the index.
    for query in ["is:breached", "sort:due", "due:<3h", "-is:warned"] {
        let with = at(&sandbox, "23T12:00", &["list", query]);
        std::fs::remove_dir_all(sandbox.repo().join(".git/support")).unwrap();
        std::fs::write(sandbox.repo().join(".git/support"), "no folder").unwrap();
        let without = at(&sandbox, "23T12:00", &["list", query]);
        std::fs::remove_file(sandbox.repo().join(".git/support")).unwrap();
        assert_eq!(with, without, "{query}");
        assert!(!with.is_empty(), "{query}");
    }
}

#[test]
fn lists_and_gates_tell_what_is_due() {
    let sandbox = project();
    let id = at(&sandbox, "24T09:00", &["new", "Late", "--severity", "blocker"]);
    let fine = at(&sandbox, "24T12:00", &["new", "Fine", "--severity", "blocker"]);
    at(&sandbox, "24T12:01", &["new", "No clock", "--severity", "minor"]);
    for (query, ids) in [
        ("is:breached", vec![&id]),
        ("is:overdue", vec![&id]),
        ("due:<4h", vec![&id, &fine]),
        ("is:warned", vec![]),
        ("has:due sort:due", vec![&id, &fine]),
        ("has:due sort:-due", vec![&fine, &id]),
    ] {
        let json = at(&sandbox, "24T12:05", &["list", query, "--format", "csv"]);
        let mut found: Vec<&str> = json.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        if !query.contains("sort") {
            found.sort_by_key(|id| *id != ids[0]);
        }
        assert_eq!(found, ids.iter().map(|id| id.as_str()).collect::<Vec<_>>(), "{query}");
    }
    let table = at(&sandbox, "24T13:30", &["list"]);
    assert!(table.contains("  DUE") && table.contains("-4h"), "{table}");
    sandbox.run(&["sla", "title:fine", "--gate", "--at", "2026-11-24T12:05:00Z"]).ok();
    assert_eq!(sandbox.run(&["sla", "--gate", "--at", "2026-11-24T13:30:00Z"]).status, Some(3));
    assert_eq!(
        sandbox.run(&["sla", "title:fine", "--gate=warned", "--at", "2026-11-24T12:25:00Z"]).status,
        Some(3)
    );
    // What is late is worked on first, then the graver.
    let next = at(&sandbox, "24T13:30", &["next", "--format", "csv"]);
    assert!(next.lines().nth(1).unwrap().starts_with(id.as_str()), "{next}");
    let none = Sandbox::new();
    none.ticket("T");
    assert!(none.run(&["sla"]).fails(1).contains("git support config set clocks."));
    assert!(!none.run(&["list"]).ok().contains("DUE"));
}

#[test]
fn dates_that_cannot_be_right_are_flagged() {
    let sandbox = project();
    let id = at(&sandbox, "24T09:00", &["new", "T", "--severity", "blocker"]);
    at(&sandbox, "24T08:00", &["comment", &id, "-m", "Backdated."]);
    at(&sandbox, "28T08:00", &["comment", &id, "-m", "Ahead."]);
    let page = at(&sandbox, "24T10:00", &["sla", &id]);
    assert!(page.contains("is dated 2026-11-24 08:00, before "), "{page}");
    assert!(page.contains("is dated 2026-11-28 08:00, in the future"), "{page}");
    let early = at(&sandbox, "22T09:00", &["new", "Early", "--severity", "blocker"]);
    let page = at(&sandbox, "24T10:00", &["sla", &early]);
    assert!(page.contains("is dated 2026-11-22 09:00, before the commit "), "{page}");
    let doctor = at(&sandbox, "24T10:00", &["doctor", "--json"]);
    assert!(doctor.contains("timeline.date"), "{doctor}");
}

#[test]
fn what_is_wrong_with_calendars_and_clocks_is_named_with_its_line() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    for (text, line, problem) in [
        (
            "calendars:\n  office:\n    timezone: Brisbane\n    hours: 24x7\n",
            4,
            "did you mean 'Australia/Brisbane'?",
        ),
        ("calendars:\n  office:\n    hours: {}\n", 4, "no hours at all"),
        ("calendars:\n  office:\n    hours:\n      mon: [\"08:00-12:00\", \"11:00-13:00\"]\n", 4, "overlap"),
        ("clocks:\n  blocker:\n    resolution: 4h\n    response: 5h\n", 5, "longer than the resolution's 4h"),
        ("clocks:\n  blocker:\n    calendar: ofice\n", 4, "unknown calendar 'ofice'"),
        ("agreement:\n  hours: many\n", 3, "not a whole number of hours"),
        ("pause: [weather]\n", 2, "'weather' is not a valid value"),
    ] {
        sandbox.file(".support/config.yaml", format!("schema: 1\n{text}"));
        let said = sandbox.run_unwatched(&["save"], "").fails(1);
        assert!(said.contains(&format!("config.yaml:{line}: ")) && said.contains(problem), "{text}: {said}");
    }
    sandbox.git(&["restore", ".support/config.yaml"]);
}

#[test]
fn clocks_run_as_if_an_undone_step_had_not_been() {
    let sandbox = project();
    let id = at(&sandbox, "26T09:00", &["new", "Pay fails", "--severity", "blocker"]);
    at(&sandbox, "26T10:00", &["pend", &id, "--follow-up", "2026-12-09", "-m", "Which card?"]);
    at(&sandbox, "26T11:00", &["undo", &id]);
    let clocks = clocks(&sandbox, &[&id, "--at", "2026-11-26T12:00:00Z"]);
    let of = |name: &str| clocks.iter().find(|clock| clock.0 == name).unwrap().clone();
    let (_, _, elapsed, paused, _) = of("resolution");
    assert_eq!((elapsed, paused), (3 * 3600, 0), "{clocks:?}");
    assert_ne!(of("response").1, "met", "{clocks:?}");
}

#[test]
fn an_update_interval_shorter_than_the_response_begins_with_the_response() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.major.response", "4h"]).ok();
    sandbox.run(&["config", "set", "clocks.major.update", "1h"]).ok();
    let line = "new Slow --severity major --reporter 'Ann <ann@customer.example>' --channel phone";
    let id = sandbox.at("2026-11-24T09:00:00Z", line);
    let kinds = |instant: &str| {
        let all = clocks(&sandbox, &[&id, "--at", instant]);
        all.iter().map(|clock| format!("{} {}", clock.0, clock.1)).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(kinds("2026-11-24T11:00:00Z"), "response running");
    sandbox.at("2026-11-24T12:00:00Z", &format!("comment {id} -m 'We look.'"));
    assert_eq!(kinds("2026-11-24T12:30:00Z"), "response met, update running");
    assert_eq!(kinds("2026-11-24T13:30:00Z"), "response met, update breached");
}

#[test]
fn a_follow_up_counts_working_days_of_the_tickets_calendar_from_the_step() {
    let sandbox = Sandbox::new();
    for (key, value) in [
        // The time zone may be set before the hours.
        ("calendars.office.timezone", "Europe/Berlin"),
        ("calendars.office.hours.mon-fri", "09:00-17:00"),
        ("clocks.major.response", "4h"),
        ("clocks.major.calendar", "office"),
    ] {
        sandbox.run(&["config", "set", key, value]).ok();
    }
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    // A Thursday.
    let id = sandbox.at("2026-11-26T10:00:00Z", "new Slow --severity major --level 2");
    let follow_up = |id: &str| sandbox.field(id, "deferral")["follow_up"].as_str().unwrap().to_owned();
    sandbox.at("2026-11-26T10:00:00Z", &format!("pend {id} --follow-up 3d -m 'Which one?'"));
    assert_eq!(follow_up(&id), "2026-12-01T10:00:00Z");
    sandbox.at("2026-11-26T10:00:00Z", &format!("defer {id} --vendor paygate --follow-up 1d"));
    assert_eq!(follow_up(&id), "2026-11-27T10:00:00Z");
    sandbox.at("2026-11-26T10:00:00Z", &format!("defer {id} --vendor paygate --follow-up 12h"));
    assert_eq!(follow_up(&id), "2026-11-26T22:00:00Z");
    // The project's only calendar counts for a ticket whose severity has no clock yet.
    let other = sandbox.at("2026-11-26T10:00:00Z", "new Other");
    let line = format!("{{\"op\":\"pend\",\"id\":\"{other}\",\"follow_up\":\"3d\"}}\n");
    sandbox.file("ops", line);
    sandbox.at("2026-11-26T10:00:00Z", "batch ops");
    assert_eq!(follow_up(&other), "2026-12-01T10:00:00Z");
    let said = sandbox.run(&["pend", &other, "--follow-up", "2020-01-01"]).fails(2);
    assert!(said.contains("follow-up 2020-01-01T00:00:00Z is past"), "{said}");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn tickets_filed_before_a_target_was_set_are_counted() {
    let sandbox = Sandbox::new();
    sandbox.run(&["new", "Old", "--severity", "major"]).ok();
    sandbox.run(&["config", "set", "clocks.major.resolution", "4h"]).ok();
    sandbox.run(&["new", "Young", "--severity", "major"]).ok();
    let said = sandbox.run(&["sla"]);
    let expected = "1 open ticket has no target: it was opened before it was set; git support sla --settings HEAD shows them";
    assert!(said.stderr.contains(expected), "{}", said.stderr);
    assert!(!said.stdout.contains("Old"), "{}", said.stdout);
    assert!(sandbox.run(&["sla", "--policy", "HEAD"]).ok().contains("Old"));
}

#[test]
fn the_step_that_ends_a_ticket_begins_no_further_interval() {
    let sandbox = project();
    let ticket =
        at(&sandbox, "30T00:00", &["new", "x", "--severity", "critical", "--reporter", "C <c@x.example>"]);
    at(&sandbox, "30T23:00", &["comment", &ticket, "-m", "We look at it."]);
    let later = |hour: &str, words: &[&str]| at(&sandbox, hour, words);
    // In office hours of Brisbane, five hours and more between words, where four were promised.
    later("30T23:30", &["comment", &ticket, "-m", "Still."]);
    sandbox
        .shell(&format!(
            "export GIT_AUTHOR_DATE=2026-12-02T00:00:00Z GIT_COMMITTER_DATE=2026-12-02T00:00:00Z GIT_SUPPORT_NOW=2026-12-02T00:00:00Z
             git support resolve {ticket} --as answered -m Done"
        ))
        .ok();
    let found = clocks(&sandbox, &[&ticket]);
    let update = found.iter().find(|clock| clock.0 == "update").unwrap();
    assert_eq!(update.1, "breached", "{found:?}");
    assert!(update.2 > 4 * 3_600, "{found:?}");
    assert!(sandbox.run(&["list", "--all", "is:breached"]).ok().contains(&ticket[..4]));
}
