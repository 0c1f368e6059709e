//! What a support week showed: figures that stay true, words that are kept, and work that reaches who may do it.

use crate::sandbox::Sandbox;

fn json(sandbox: &Sandbox, line: &[&str]) -> serde_json::Value {
    serde_json::from_str(&sandbox.run(&[line, &["--json"]].concat()).ok()).unwrap()
}

#[test]
fn a_note_from_another_clone_moves_no_clock() {
    let sandbox = Sandbox::unborn();
    sandbox.run(&["config", "set", "clocks.major.response", "1h"]).ok();
    sandbox.run(&["config", "set", "clocks.major.resolution", "2h"]).ok();
    let id = sandbox.at(
        "2026-11-24T08:00:00Z",
        "new T --severity major --reporter 'Kim <kim@c.example>' --channel phone",
    );
    sandbox.git(&["branch", "side"]);
    sandbox.at("2026-11-24T08:05:00Z", &format!("assign {id}"));
    sandbox.at("2026-11-24T08:10:00Z", &format!("comment {id} -m 'We look.'"));
    sandbox.at("2026-11-24T08:40:00Z", &format!("resolve {id} --as answered -m Done"));
    sandbox.at("2026-11-24T11:00:00Z", &format!("--branch side comment {id} --internal -m 'Offline note'"));
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    let output = sandbox.run(&["sla", &id, "--at", "2026-11-24T11:30:00Z"]);
    assert_eq!(output.stdout.matches("met").count(), 2, "{}", output.stdout);
    assert!(!output.stdout.contains("which it follows"), "{}", output.stdout);
    assert!(!sandbox.run(&["doctor"]).stdout.contains("which it follows"));
}

#[test]
fn a_closed_month_stays_as_it_was() {
    let sandbox = Sandbox::new();
    let spam = sandbox.at("2026-10-05T09:00:00Z", "new Spam");
    sandbox.at("2026-10-05T09:01:00Z", &format!("resolve {spam} --as spam"));
    let question = sandbox.at("2026-10-05T09:00:00Z", "new Question");
    sandbox.at("2026-10-05T09:05:00Z", &format!("resolve {question} --as answered -m So"));
    let month =
        || json(&sandbox, &["report", "--from", "2026-10-01", "--to", "2026-10-31"])["groups"].clone();
    let before = month();
    sandbox.at("2026-11-03T09:00:00Z", &format!("reopen {spam} -m x"));
    sandbox.at("2026-11-03T09:00:00Z", &format!("reopen {question} -m x"));
    assert_eq!(month(), before);
}

#[test]
fn what_blocks_puts_off_neither_a_word_nor_what_is_late() {
    let sandbox = Sandbox::new();
    let blocker = sandbox.ticket("Driver");
    let line = format!(
        "new Timeout --severity critical --blocked-by {blocker} --reporter 'Kim <kim@c.example>' --channel phone"
    );
    let id = sandbox.at("2026-11-23T09:00:00Z", &line);
    sandbox.run(&["comment", &id, "-m", "We look."]).ok();
    sandbox.run(&["pend", &blocker, "--follow-up", "5d", "-m", "Which?"]).ok();
    assert_eq!(sandbox.run(&["next", "--json"]).ok().trim(), "[]");
    sandbox.run(&["comment", &id, "--from", "customer", "-m", "Anyone there?"]).ok();
    assert!(sandbox.run(&["next", "--json"]).ok().contains(&id));
}

#[test]
fn what_somebody_wrote_is_kept_though_nothing_changes() {
    let sandbox = Sandbox::new();
    let (id, other) = (sandbox.ticket("One"), sandbox.ticket("Two"));
    sandbox.run(&["assign", &id]).ok();
    sandbox.run(&["edit", &id, "--severity", "major"]).ok();
    sandbox.run(&["link", &id, "blocks", &other]).ok();
    for line in [
        vec!["assign", &id, "-m", "Please call Kim by 3."],
        vec!["edit", &id, "--severity", "major", "-m", "Confirmed by phone."],
        vec!["link", &id, "blocks", &other, "-m", "Because of the driver."],
    ] {
        sandbox.run(&line).ok();
        let page = sandbox.run(&["show", &id]).ok();
        assert!(page.contains(line.last().unwrap()), "{line:?}: {page}");
    }
    let known = sandbox.ticket("Login slow");
    let line = [
        "new",
        "Login very slow",
        "--occurrence-of",
        &known,
        "-m",
        "30 s",
        "--requirements",
        "Sees a clock",
        "--environment",
        "prod",
        "--severity",
        "critical",
        "--channel",
        "phone",
    ];
    sandbox.run(&line).ok();
    let page = sandbox.run(&["show", &known]).ok();
    for said in [
        "Login very slow",
        "30 s",
        "requirements: Sees a clock",
        "environment: prod",
        "severity: critical",
        "channel: phone",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[test]
fn a_note_for_colleagues_is_no_response() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.critical.response", "4h"]).ok();
    let new = "new T --severity critical --reporter 'Kim <kim@c.example>' --channel phone";
    let id = sandbox.at("2026-11-24T09:00:00Z", new);
    let state =
        || json(&sandbox, &["sla", &id, "--at", "2026-11-24T11:00:00Z"])["clocks"][0]["state"].clone();
    for line in [
        format!("escalate {id} --requirements r --troubleshooting t -m 'The customer is angry.'"),
        format!("edit {id} --environment prod -m Noted"),
        format!("estimate {id} 6h -m Roughly"),
        format!("return {id} -m 'Ask first.'"),
    ] {
        sandbox.at("2026-11-24T09:30:00Z", &line);
        assert_eq!(state(), "running", "{line}");
    }
    sandbox.at("2026-11-24T10:00:00Z", &format!("pend {id} -m 'Which card?'"));
    assert_eq!(state(), "met");
}

#[test]
fn work_goes_to_who_may_do_it() {
    let sandbox = Sandbox::new();
    for (name, role) in [("Dana Li", "l1"), ("Dov Two", "l2")] {
        let email = format!("{}@example.com", name.split(' ').next().unwrap().to_lowercase());
        sandbox.run(&["team", "add", name, "--email", &email, "--role", role]).ok();
    }
    let id = sandbox.ticket("Down");
    sandbox.run(&["escalate", &id, "--requirements", "r", "--troubleshooting", "t"]).ok();
    assert!(sandbox.run(&["next", "--take"]).stderr.contains("nothing to take"));
    let said = sandbox.run(&["assign", &id, "--to", "dana"]);
    assert!(said.stderr.contains("Dana Li does not work at level 2"), "{}", said.stderr);
    sandbox.run(&["config", "set", "policy.level_by_role", "enforce"]).ok();
    let said = sandbox.run(&["assign", &id, "--to", "dana"]);
    assert!(
        said.status == Some(0) || said.stderr.contains("not allowed to work at level 2"),
        "{}",
        said.stderr
    );
    let other = sandbox.ticket("Other");
    let said = sandbox
        .run(&["escalate", &other, "--requirements", "r", "--troubleshooting", "t", "--to", "dana"])
        .fails(1);
    assert!(said.contains("Dana Li is not allowed to work at level 2 (allowed: Dov Two)"), "{said}");
    sandbox.run(&["escalate", &other, "--requirements", "r", "--troubleshooting", "t", "--to", "dov"]).ok();
}

#[test]
fn a_vendor_is_timed_in_the_hours_of_its_contract() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "calendars.o.timezone", "UTC"]).ok();
    sandbox.run(&["config", "set", "calendars.o.hours.mon-fri", "09:00-17:00"]).ok();
    sandbox
        .run(&["vendor", "add", "v", "--email", "a@b.example", "--response", "8h", "--calendar", "o"])
        .ok();
    let id = sandbox.at("2026-11-16T15:00:00Z", "new T --severity major --level 2");
    sandbox.at("2026-11-16T15:00:00Z", &format!("defer {id} --vendor v"));
    sandbox.at("2026-11-17T10:00:00Z", &format!("resume {id} -m Answered"));
    assert_eq!(json(&sandbox, &["vendor", "show", "v"])["answers"]["in_time"], 1);
    // A ticket without a severity waits by the project's one calendar.
    let plain = sandbox.at("2026-11-20T10:00:00Z", "new Plain");
    sandbox.at("2026-11-20T10:00:00Z", &format!("pend {plain} --follow-up 1d -m Which"));
    assert_eq!(sandbox.field(&plain, "deferral")["follow_up"], "2026-11-23T10:00:00Z");
}

#[test]
fn a_duplicates_customer_is_heard_in_their_own_ticket() {
    let sandbox = Sandbox::new();
    let first = sandbox.ticket("First");
    let new = "new Second --reporter 'Kim <kim@c.example>' --channel phone";
    let second = sandbox.shell(&format!("git support {new}")).ok().trim().to_owned();
    sandbox.run(&["resolve", &second, "--as", "duplicate", "--of", &first]).ok();
    sandbox.run(&["comment", &second, "--from", "customer", "-m", "Any news?"]).ok();
    // Of the first one they know nothing, and nobody there of them.
    assert_eq!(sandbox.field(&second, "status"), "in-progress");
    assert!(!sandbox.ticket_file(&first).contains("Any news?"));
    let found = sandbox.run(&["list", "by:kim is:unanswered", "--json"]).ok();
    assert!(found.contains(&second), "{found}");
}
