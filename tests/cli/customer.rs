//! The customer speaks: what they said is recorded as theirs, and wakes or reopens what waited for it.

use crate::sandbox::Sandbox;

fn filed(sandbox: &Sandbox) -> String {
    sandbox.at(
        "2026-11-02T09:00:00Z",
        "new 'Card fails' --reporter 'Ann Lee <ann@customer.example>' --channel phone --severity major",
    )
}

fn found(sandbox: &Sandbox, query: &str) -> usize {
    sandbox.run(&["list", query, "--json"]).ok().matches("\"id\"").count()
}

#[test]
fn a_pending_ticket_wakes_and_a_resolved_one_is_reopened_within_its_time() {
    let sandbox = Sandbox::new();
    let id = filed(&sandbox);
    sandbox.at("2026-11-02T10:00:00Z", &format!("pend {id} --follow-up 2026-11-20 -m 'Which card?'"));
    assert_eq!(found(&sandbox, "awaiting:customer"), 1);
    sandbox.at("2026-11-03T09:00:00Z", &format!("comment {id} --from customer -m 'A blue one.'"));
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    assert!(sandbox.field(&id, "deferral").is_null());
    let page = sandbox.run(&["show", &id]).ok();
    assert!(page.contains("said by the customer, Ann Lee <ann@customer.example>"), "{page}");
    assert_eq!(found(&sandbox, "is:unanswered awaiting:us"), 1);
    sandbox.at("2026-11-03T10:00:00Z", &format!("comment {id} -m 'Thank you.'"));
    assert_eq!(found(&sandbox, "is:unanswered"), 0);

    sandbox.at("2026-11-04T09:00:00Z", &format!("resolve {id} --as answered -m 'Use the green one.'"));
    sandbox.at("2026-11-18T08:00:00Z", &format!("comment {id} --from 'Ben <ben@customer.example>' -m 'No.'"));
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    assert_eq!(found(&sandbox, "reopened:1"), 1);
    sandbox.at("2026-11-18T09:00:00Z", &format!("resolve {id} --as answered -m 'The red one.'"));
    let late = sandbox.shell(&format!(
        "GIT_AUTHOR_DATE=2026-12-18T09:00:00Z GIT_COMMITTER_DATE=2026-12-18T09:00:00Z git support comment {id} --from customer -m 'Again!'"
    ));
    assert!(late.stderr.contains(&format!("git support new TITLE --relates-to {id}")), "{}", late.stderr);
    assert_eq!(sandbox.field(&id, "status"), "resolved");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn what_the_customer_says_is_no_response_of_ours() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.major.response", "4h"]).ok();
    let id = sandbox.at(
        "2026-11-24T09:00:00Z",
        "new Slow --severity major --reporter 'Ann Lee <ann@customer.example>' --channel phone",
    );
    sandbox.at("2026-11-24T09:30:00Z", &format!("comment {id} --from customer -m 'Still slow.'"));
    let state = |sandbox: &Sandbox| {
        let json = sandbox.run(&["sla", &id, "--json", "--at", "2026-11-24T11:00:00Z"]).ok();
        let all: serde_json::Value = serde_json::from_str(&json).unwrap();
        let one = all.as_array().map_or(&all, |all| &all[0]).clone();
        one["clocks"][0]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(&sandbox), "running");
    sandbox.at("2026-11-24T10:00:00Z", &format!("comment {id} -m 'We look.'"));
    assert_eq!(state(&sandbox), "met");
}

#[test]
fn a_deferred_ticket_stays_with_its_vendor_and_shows_up_all_the_same() {
    let sandbox = Sandbox::new();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    let id = filed(&sandbox);
    sandbox.run(&["edit", &id, "--level", "2"]).ok();
    sandbox.run(&["comment", &id, "-m", "We ask them."]).ok();
    sandbox.run(&["defer", &id, "--vendor", "paygate", "--case", "1", "--follow-up", "30d"]).ok();
    assert_eq!(found(&sandbox, "awaiting:vendor"), 1);
    assert_eq!(found(&sandbox, "awaiting:us"), 0);
    assert_eq!(sandbox.run(&["next", "--json"]).ok().trim(), "[]");
    let line =
        format!("{{\"op\":\"comment\",\"id\":\"{id}\",\"from\":\"customer\",\"note\":\"Any news?\"}}\n");
    sandbox.run_with(&["batch"], line).ok();
    assert_eq!(sandbox.field(&id, "status"), "deferred");
    assert_eq!(found(&sandbox, "awaiting:us"), 1);
    assert!(sandbox.run(&["next", "--json"]).ok().contains(&id));
}

#[test]
fn the_reporters_own_comment_is_the_customers_but_not_a_developers_on_their_own_ticket() {
    let sandbox = Sandbox::new();
    let id = filed(&sandbox);
    sandbox.run(&["pend", &id, "--follow-up", "3d", "-m", "Which card?"]).ok();
    let own = "GIT_AUTHOR_NAME='Ann Lee' GIT_AUTHOR_EMAIL=ann@customer.example";
    sandbox.shell(&format!("{own} git support comment {id} -m 'A blue one.'")).ok();
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    let mine = sandbox.ticket("My own");
    sandbox.run(&["pend", &mine, "--follow-up", "3d", "-m", "Wait."]).ok();
    sandbox.run(&["comment", &mine, "-m", "A note to myself."]).ok();
    assert_eq!(sandbox.field(&mine, "status"), "pending");
    assert_eq!(found(&sandbox, &format!("id:{mine} is:unanswered")), 0);
    sandbox.run(&["audit"]).ok();
}

#[test]
fn nobody_outside_reads_who_the_customers_are() {
    let sandbox = Sandbox::new();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    let id = filed(&sandbox);
    sandbox
        .run(&[
            "comment",
            &id,
            "--from",
            "Zacharias Quill <zq@customer.example>",
            "-m",
            "Quill here: it fails.",
        ])
        .ok();
    let brief = sandbox.run(&["brief", &id, "--vendor", "paygate"]).ok();
    assert!(brief.contains("it fails"), "{brief}");
    for secret in ["Quill", "Zacharias", "Ann Lee", "customer.example"] {
        assert!(!brief.contains(secret), "{secret}: {brief}");
    }
    assert!(sandbox.run(&["handover", &id]).ok().contains("Zacharias Quill, customer"));
    sandbox.run(&["redact", &id, "--text", "Zacharias Quill", "--text", "Quill", "-m", "Asked for."]).ok();
    assert!(!sandbox.ticket_file(&id).contains("Quill"), "{}", sandbox.ticket_file(&id));
}

#[test]
fn somebody_must_have_said_it() {
    let sandbox = Sandbox::new();
    let id = filed(&sandbox);
    sandbox.run(&["edit", &id, "--clear", "reporter"]).ok();
    assert!(
        sandbox
            .run(&["comment", &id, "--from", "customer", "-m", "x"])
            .fails(1)
            .contains("names no reporter")
    );
    sandbox.run(&["comment", &id, "--from", "Ann", "--internal", "-m", "x"]).fails(2);
}

#[test]
fn what_somebody_says_who_is_not_on_the_team_answers_no_customer() {
    let sandbox = Sandbox::new();
    let id = filed(&sandbox);
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example"]).ok();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l2"]).ok();
    sandbox.run(&["edit", &id, "--level", "2"]).ok();
    sandbox.run(&["comment", &id, "-m", "We ask them."]).ok();
    sandbox.run(&["defer", &id, "--vendor", "paygate", "--case", "1", "--follow-up", "30d"]).ok();
    sandbox.run(&["comment", &id, "--from", "customer", "-m", "Any news?"]).ok();
    let waits = |sandbox: &Sandbox| {
        let offered = sandbox.run(&["next", "--json"]).ok().contains(&id);
        (found(sandbox, "is:unanswered"), found(sandbox, "awaiting:us"), offered)
    };
    assert_eq!(waits(&sandbox), (1, 1, true));
    let somebody = "GIT_AUTHOR_NAME=Joe GIT_AUTHOR_EMAIL=joe@elsewhere.example";
    sandbox.shell(&format!("{somebody} git support comment {id} -m 'I have it, too.'")).ok();
    assert_eq!(waits(&sandbox), (1, 1, true));
    sandbox.run(&["comment", &id, "-m", "They work on it."]).ok();
    assert_eq!(waits(&sandbox), (0, 0, false));
}

/// Whoever reported a duplicate is heard in their own ticket: in the original they may be nobody.
#[test]
fn the_customer_of_a_duplicate_is_heard() {
    let sandbox = Sandbox::new();
    let original = filed(&sandbox);
    let id = sandbox.at("2026-11-02T09:00:00Z", "new 'Card fails, too' --reporter 'Kim <kim@other.example>'");
    sandbox.at("2026-11-02T10:00:00Z", &format!("resolve {id} --as duplicate --duplicate-of {original}"));
    sandbox.at("2026-11-02T11:00:00Z", &format!("comment {id} --from customer -m 'It is another card.'"));
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    assert!(sandbox.field(&id, "links").get("duplicate-of").is_none());
    assert!(sandbox.run(&["list", "is:unanswered awaiting:us"]).ok().contains(&id[..4]));
    // A duplicate of nothing is said, whatever made it one.
    let said = sandbox.run(&["new", "Again", "--status", "resolved", "--resolution", "duplicate"]);
    assert!(said.stderr.contains("it is a duplicate that names no original"), "{said:?}");
}
