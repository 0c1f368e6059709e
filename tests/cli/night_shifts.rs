//! Clocks and figures as people count them by hand: nights, holidays of a file, vendors one by one, days that are not over.

use crate::sandbox::Sandbox;

/// A project with clocks, set on 5 January 2026.
fn project(settings: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    for setting in settings.lines().map(str::trim) {
        at(&sandbox, "2026-01-05T00:00:00Z", &format!("config set {setting}"));
    }
    sandbox
}

fn at(sandbox: &Sandbox, instant: &str, line: &str) -> String {
    let clock =
        format!("export GIT_SUPPORT_NOW={instant} GIT_AUTHOR_DATE={instant} GIT_COMMITTER_DATE={instant}");
    sandbox.shell(&format!("{clock}; git support {line}")).ok().trim().to_owned()
}

/// When tickets of these severities are due that were opened at these times.
#[track_caller]
fn are_due(sandbox: &Sandbox, cases: &[(&str, &str, &str)]) {
    for (opened, severity, due) in cases {
        let id = at(sandbox, opened, &format!("new T --severity {severity}"));
        let said = at(sandbox, opened, &format!("sla {id}"));
        assert!(said.contains(&format!("due {due}")), "{opened} {severity}: {said}");
    }
}

#[test]
fn a_night_is_the_working_day_that_it_began_on() {
    let sandbox = project(
        "calendars.n.hours.mon-fri 22:00-06:00
         calendars.n.timezone Europe/Berlin
         clocks.major.resolution 3d
         clocks.major.calendar n
         clocks.minor.resolution 1d
         clocks.minor.calendar n",
    );
    are_due(
        &sandbox,
        &[
            ("2026-03-02T22:00:00Z", "major", "2026-03-05 23:00"),
            ("2026-03-05T22:00:00Z", "major", "2026-03-10 23:00"),
            ("2026-03-06T22:00:00Z", "minor", "2026-03-09 23:00"),
            ("2026-03-07T00:00:00Z", "minor", "2026-03-10 01:00"),
            // Outside the hours: from the next opening on.
            ("2026-03-07T12:00:00Z", "minor", "2026-03-10 22:00"),
        ],
    );
}

#[test]
fn the_night_of_a_holiday_is_no_working_day() {
    let sandbox = project(
        "calendars.n.hours.mon-fri 22:00-06:00
         calendars.n.holidays 2026-07-03
         clocks.major.resolution 3d
         clocks.major.calendar n
         clocks.minor.resolution 1d
         clocks.minor.calendar n",
    );
    are_due(
        &sandbox,
        &[
            ("2026-07-02T23:00:00Z", "major", "2026-07-08 23:00"),
            ("2026-07-02T23:00:00Z", "minor", "2026-07-06 23:00"),
            ("2026-07-01T23:00:00Z", "minor", "2026-07-02 23:00"),
        ],
    );
}

#[test]
fn each_vendor_answers_for_its_own_waits() {
    let sandbox = project("clocks.major.resolution 48h\nlevels.1.resolution 2h");
    for vendor in ["slow", "quick"] {
        at(
            &sandbox,
            "2026-01-05T00:00:00Z",
            &format!("vendor add {vendor} --email a@b.example --response 2h"),
        );
    }
    let id = at(&sandbox, "2026-01-05T00:10:00Z", "new A --severity major");
    at(&sandbox, "2026-01-05T00:20:00Z", &format!("escalate {id} --force -m x"));
    for (instant, step) in [
        ("2026-01-05T01:00:00Z", "defer --vendor slow"),
        ("2026-01-07T01:00:00Z", "resume"),
        ("2026-01-07T02:00:00Z", "defer --vendor quick"),
        ("2026-01-07T03:00:00Z", "resume"),
    ] {
        let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
        at(&sandbox, instant, &format!("{verb} {id} {rest} -m x"));
    }
    let figure = |by: &str, key: &str, group: &str| {
        let csv = at(&sandbox, "2026-01-08T00:00:00Z", &format!("report --from 30d --by {by} --format csv"));
        let row = csv.lines().find(|line| line.starts_with(&format!("{group},{key},")));
        let cells: Vec<String> =
            row.unwrap_or_else(|| panic!("{csv}")).split(',').map(str::to_owned).collect();
        (cells[5].clone(), cells[6].clone(), cells[7].clone())
    };
    let text = |n: &str, value: &str, median: &str| (n.to_owned(), value.to_owned(), median.to_owned());
    assert_eq!(figure("vendor", "vendor-kept", "slow"), text("1", "0.0", ""));
    assert_eq!(figure("vendor", "vendor-kept", "quick"), text("1", "100.0", ""));
    assert_eq!(figure("vendor", "vendor-wait", "slow"), text("1", "", "172800"));
    assert_eq!(figure("vendor", "vendor-wait", "quick"), text("1", "", "3600"));
    // The target of level 1 is level 1's, although the ticket is at level 2 now.
    assert_eq!(figure("level", "level-kept", "1").0, "1");
    assert_eq!(figure("level", "level-kept", "2").0, "0");
}

#[test]
fn a_day_and_a_period_that_are_not_over_end_now() {
    let sandbox = project("clocks.major.resolution 4h");
    let id = at(&sandbox, "2026-01-05T00:10:00Z", "new A --severity major");
    let now = "2026-01-05T00:30:00Z";
    for day in ["2026-01-05", "today", "now"] {
        assert!(at(&sandbox, now, &format!("sla {id} --at {day}")).contains("running"), "{day}");
        at(&sandbox, now, &format!("sla --gate --at {day}"));
        at(&sandbox, now, &format!("check is:breached --at {day}"));
    }
    let age = at(&sandbox, now, "report --from 2026-01-01 --to 2026-01-31 --json");
    let report: serde_json::Value = serde_json::from_str(&age).unwrap();
    assert_eq!(report["to"], "2026-01-05T00:30:01Z");
    for (line, problem) in [
        ("report --from 2026-02-01", "begins in the future"),
        ("report budget severity:major", "takes no query"),
        ("report budget --html x.html", "takes no query"),
    ] {
        let said = sandbox.shell(&format!("export GIT_SUPPORT_NOW={now}; git support {line}"));
        assert_eq!(said.status, Some(2), "{line}");
        assert!(said.stderr.contains(problem), "{}", said.stderr);
    }
}

#[test]
fn clocks_that_are_set_now_do_not_judge_what_is_imported_from_before() {
    let sandbox = project("clocks.major.resolution 4h");
    let issue = |number: u32, created: &str| {
        format!(
            "{{\"number\":{number},\"title\":\"T{number}\",\"state\":\"OPEN\",\"createdAt\":\"{created}\",\"author\":{{\"login\":\"kim\"}},\"labels\":[{{\"name\":\"major\"}}],\"url\":\"https://github.com/a/b/issues/{number}\",\"body\":\"x\",\"comments\":[]}}"
        )
    };
    sandbox.file(
        "../issues.json",
        format!("[{},{}]", issue(1, "2020-03-01T00:00:00Z"), issue(2, "2026-01-06T00:00:00Z")),
    );
    at(&sandbox, "2026-01-07T00:00:00Z", "import ../issues.json");
    let said = at(&sandbox, "2026-01-07T00:00:00Z", "sla");
    assert!(said.contains("T2") && said.contains("breached") && !said.contains("T1"), "{said}");
}

#[test]
fn a_contract_holds_from_the_handing_over_on() {
    let sandbox = project("clocks.major.resolution 48h");
    let [early, late] = ["05T00:10", "05T00:20"].map(|time| {
        let at = |line: &str| at(&sandbox, &format!("2026-01-{time}:00Z"), line);
        at("new A --severity major --level 2")
    });
    let vendor = |instant: &str, rest: &str| {
        at(&sandbox, instant, &format!("vendor {rest}"));
    };
    vendor("2026-01-06T00:00:00Z", "add acme --email a@b.example --response 2h");
    at(&sandbox, "2026-01-06T01:00:00Z", &format!("defer {early} --vendor acme -m x"));
    at(&sandbox, "2026-01-06T02:00:00Z", &format!("resume {early} -m x"));
    let said = at(&sandbox, "2026-01-06T03:00:00Z", &format!("sla {early}"));
    assert!(said.contains("vendor:acme  met") && said.contains("elapsed 1h of 2h"), "{said}");
    // What is agreed later judges no wait of before, on any page.
    vendor("2026-01-07T00:00:00Z", "edit acme --response 30m");
    at(&sandbox, "2026-01-07T01:00:00Z", &format!("defer {late} --vendor acme -m x"));
    at(&sandbox, "2026-01-07T02:00:00Z", &format!("resume {late} -m x"));
    let page = at(&sandbox, "2026-01-08T00:00:00Z", "vendor show acme");
    assert!(page.contains("2 times: median 1h") && page.contains("1 of 2"), "{page}");
    let said = at(&sandbox, "2026-01-08T00:00:00Z", &format!("sla {late} --json"));
    let clocks: serde_json::Value = serde_json::from_str(&said).unwrap();
    let settings = |clock: &str| {
        let found = clocks["clocks"].as_array().unwrap().iter();
        let mut found = found.filter(|one| one["clock"] == clock).map(|one| one["settings"].clone());
        found.next_back().unwrap_or_else(|| panic!("{said}"))
    };
    let log = sandbox.git(&["log", "--format=%H %s"]);
    let commit = |what: &str| {
        log.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{log}"))[..40].to_owned()
    };
    assert_eq!(settings("resolution"), commit(&format!("open {late}")));
    assert_eq!(settings("vendor:acme"), commit(&format!("defer {late}")));
}

#[test]
fn a_level_lists_no_wait_of_another() {
    let sandbox = project("clocks.major.resolution 48h\nlevels.1.resolution 2h\nlevels.2.resolution 4h");
    let id = at(&sandbox, "2026-01-05T00:10:00Z", "new A --severity major");
    at(&sandbox, "2026-01-05T00:30:00Z", &format!("escalate {id} --force -m x"));
    at(&sandbox, "2026-01-05T01:00:00Z", &format!("pend {id} -m Which"));
    at(&sandbox, "2026-01-05T02:00:00Z", &format!("resume {id} -m x"));
    at(&sandbox, "2026-01-05T02:30:00Z", &format!("return {id} -m x"));
    let said = at(&sandbox, "2026-01-05T03:00:00Z", &format!("sla {id}"));
    let of = |level: &str| said.split("\n\n").find(|part| part.starts_with(level)).unwrap().to_owned();
    assert!(!of("level-1").contains("pauses") && of("level-1").contains("elapsed 50m"), "{said}");
    assert!(of("level-2").contains("pauses: customer") && of("level-2").contains("elapsed 1h"), "{said}");
}

#[test]
fn days_from_a_closing_end_at_the_hour_of_that_closing() {
    let sandbox = project(
        "calendars.o.hours.mon-thu 09:00-17:00
         calendars.o.hours.fri 09:00-15:00
         calendars.o.timezone UTC
         calendars.l.hours.mon-fri 09:00-12:00,13:00-17:00
         calendars.l.timezone UTC
         clocks.major.resolution 1d
         clocks.major.calendar o
         clocks.minor.resolution 2d
         clocks.minor.calendar l",
    );
    are_due(
        &sandbox,
        &[
            ("2026-10-08T14:59:59Z", "major", "2026-10-09 14:59 +00"),
            ("2026-10-08T15:00:00Z", "major", "2026-10-09 15:00 +00"),
            ("2026-10-08T15:00:01Z", "major", "2026-10-12 09:00 +00"),
            ("2026-10-05T17:00:00Z", "major", "2026-10-06 17:00 +00"),
            ("2026-10-05T09:00:00Z", "major", "2026-10-06 09:00 +00"),
            ("2026-10-10T17:00:00Z", "major", "2026-10-13 09:00 +00"),
            ("2026-10-05T08:00:00Z", "major", "2026-10-06 09:00 +00"),
            ("2026-10-05T12:00:00Z", "minor", "2026-10-07 12:00 +00"),
            ("2026-10-05T12:30:00Z", "minor", "2026-10-07 13:00 +00"),
        ],
    );
}
