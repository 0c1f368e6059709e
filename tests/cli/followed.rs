//! What changed in another tracker since the import before, and which issue a ticket is of.

use serde_json::{Value, json};

use crate::migrating::{all, counts, import, notes};
use crate::sandbox::Sandbox;

const JIRA: &str = "Issue key,Summary,Status,Reporter,Created,Updated,Resolved,Resolution\n";

/// An issue of Jira's: where it stands, when it changed, when and how it ended.
fn jira(status: &str, updated: u32, resolved: &str, resolution: &str) -> String {
    format!(
        "{JIRA}S-1,One,{status},kim@x.example,2026-10-06 08:00,2026-10-{updated:02} 08:00,{resolved},{resolution}\n"
    )
}

fn steps(sandbox: &Sandbox) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tickets = all(sandbox);
    let entries = tickets[0]["timeline"].as_array().unwrap().iter();
    let steps = entries.filter(|entry| entry["action"] != "comment" && entry["action"] != "open");
    steps.map(|entry| format!("{} {}", text(&entry["action"]), &text(&entry["at"])[..10])).collect()
}

#[test]
fn an_end_that_changed_there_is_taken_over() {
    let ended = jira("Done", 8, "2026-10-08 08:00", "Fixed");
    for (what, later, resolution, expected) in [
        (
            "otherwise",
            jira("Done", 9, "2026-10-08 08:00", "Won't Do"),
            "wont-fix",
            &["resolve 2026-10-08", "edit"][..],
        ),
        (
            "later",
            jira("Done", 12, "2026-10-12 08:00", "Fixed"),
            "fixed",
            &["resolve 2026-10-08", "reopen 2026-10-12", "resolve 2026-10-12"],
        ),
        (
            "later and otherwise",
            jira("Done", 12, "2026-10-12 08:00", "Duplicate"),
            "withdrawn",
            &["resolve 2026-10-08", "reopen 2026-10-12", "resolve 2026-10-12"],
        ),
        ("not at all", jira("In Progress", 10, "", ""), "", &["resolve 2026-10-08", "reopen 2026-10-10"]),
    ] {
        let sandbox = Sandbox::new();
        import(&sandbox, "a.csv", &ended).ok();
        let said = import(&sandbox, "b.csv", &later);
        assert!(!said.stderr.contains("both trackers"), "{what}: {said:?}");
        assert_eq!(counts(said), [0, 1, 0], "{what}");
        assert_eq!(counts(import(&sandbox, "b.csv", &later)), [0, 0, 1], "{what}");
        assert_eq!(all(&sandbox)[0]["resolution"].as_str().unwrap_or_default(), resolution, "{what}");
        let steps = steps(&sandbox);
        let is_as_expected = steps.iter().zip(expected).all(|(step, expected)| step.starts_with(expected));
        assert!(is_as_expected && steps.len() == expected.len(), "{what}: {steps:?}");
        // What somebody decides here stays.
        let id = all(&sandbox)[0]["id"].as_str().unwrap().to_owned();
        if !resolution.is_empty() {
            sandbox.run(&["edit", &id, "--resolution", "answered"]).ok();
            let last = jira(
                "Done",
                13,
                if what == "otherwise" { "2026-10-08 08:00" } else { "2026-10-12 08:00" },
                "Cannot Reproduce",
            );
            let said = import(&sandbox, "c.csv", last);
            assert!(
                said.stderr.contains("changed in both trackers, not imported: resolution"),
                "{what}: {said:?}"
            );
            assert_eq!(all(&sandbox)[0]["resolution"], "answered");
        }
    }
}

#[test]
fn another_reading_of_its_dates_ends_nothing_again() {
    let sandbox = Sandbox::new();
    let ended = jira("Done", 8, "2026-10-08 08:00", "Fixed");
    import(&sandbox, "a.csv", &ended).ok();
    let path = sandbox.root().join("a.csv");
    for zone in ["America/New_York", "Asia/Tokyo"] {
        let said = sandbox.run(&["import", path.to_str().unwrap(), "--zone", zone]);
        assert_eq!(counts(said), [0, 0, 1], "{zone}");
    }
    // One that does not say when it ended has changed since, no more.
    let undated = "Issue key,Summary,Status,Reporter,Created,Updated\nS-2,Two,Done,kim@x.example,2026-10-06,2026-10-07\n";
    import(&sandbox, "b.csv", undated).ok();
    import(&sandbox, "b.csv", undated.replace("10-07", "10-20")).ok();
    let two = all(&sandbox).into_iter().find(|ticket| ticket["title"] == "Two").unwrap();
    assert!(!two.to_string().contains("reopen"), "{two}");
}

#[test]
fn the_numbers_of_two_trackers_are_not_one_another() {
    let sandbox = Sandbox::new();
    let redmine = "#,Subject,Author,Status,Created,Related issues\n12,Crash,Kim <kim@x.example>,New,2026-10-01 08:00,\n13,Slow,Kim <kim@x.example>,New,2026-10-01 09:00,Blocks #12\n";
    let zendesk = "Id,Subject,Description,Requester,Status,Created at\n12,Cannot log in,Password rejected,Ann <ann@c.example>,Open,2026-09-01 08:00\n";
    assert_eq!(counts(import(&sandbox, "redmine.csv", redmine)), [2, 0, 0]);
    let refused = import(&sandbox, "zendesk.csv", zendesk).fails(1);
    assert!(
        refused.contains("line 2: the key csv:12 is of 'Crash'") && refused.contains("--tracker NAME"),
        "{refused}"
    );
    let named = |name: &str, file: &str| {
        let path = sandbox.root().join(file);
        sandbox.run(&["import", path.to_str().unwrap(), "--tracker", name])
    };
    assert_eq!(counts(named("Zendesk", "zendesk.csv")), [1, 0, 0]);
    assert_eq!(counts(named("zendesk", "zendesk.csv")), [0, 0, 1]);
    let keys: Vec<Value> = all(&sandbox).iter().map(|ticket| ticket["key"].clone()).collect();
    assert_eq!(keys, [json!("zendesk:12"), json!("csv:12"), json!("csv:13")]);
    assert!(all(&sandbox)[0].to_string().contains("Password rejected"));
    // Links are among those of one tracker.
    assert_eq!(counts(named("redmine", "redmine.csv")), [2, 0, 0]);
    sandbox.run(&["doctor"]).ok();
    // What changed there, the reporter and the title too, is the same issue still.
    let later = redmine.replace("Crash,Kim <kim@x.example>", "Crash on save,Bo <bo@x.example>");
    assert_eq!(counts(import(&sandbox, "redmine.csv", later)), [0, 1, 1]);
    assert!(named("a b", "zendesk.csv").fails(2).contains("--tracker"));
    // The same of two repositories, in an export without addresses.
    let issue = |title: &str, login: &str, day: u32| {
        json!([{"number": 8, "title": title, "state": "OPEN", "createdAt": format!("2026-01-{day:02}T00:00:00Z"), "author": {"login": login}}]).to_string()
    };
    import(&sandbox, "one.json", issue("Of one", "kim", 2)).ok();
    import(&sandbox, "two.json", issue("Of two", "bo", 9)).fails(1);
}

#[test]
fn links_of_every_tracker_are_on_both_sides_or_in_a_note() {
    for (file, table, links) in [
        (
            "redmine.csv",
            "#,Subject,Author,Status,Created,Closed,Related issues\n1,A,k@x.example,New,2026-10-01 08:00,,\n2,B,k@x.example,Rejected,2026-10-02 08:00,2026-10-04 08:00,Duplicates #1\n",
            ["duplicated-by", "duplicate-of"],
        ),
        (
            "redmine.csv",
            "#,Subject,Author,Status,Created,Related issues\n1,A,k@x.example,New,2026-10-01 08:00,Duplicated by #2\n2,B,k@x.example,New,2026-10-02 08:00,\n",
            ["duplicated-by", "duplicate-of"],
        ),
        (
            "jira.csv",
            "Issue key,Summary,Status,Reporter,Created,Inward issue link (Duplicate),Outward issue link (Duplicate)\nS-1,A,To Do,k@x.example,2026-10-06,S-2,\nS-2,B,To Do,k@x.example,2026-10-06,,S-1\n",
            ["duplicated-by", "duplicate-of"],
        ),
        (
            "jira.csv",
            "Issue key,Summary,Status,Reporter,Created,Inward issue link (Duplicate)\nS-1,A,To Do,k@x.example,2026-10-06,S-2\nS-2,B,To Do,k@x.example,2026-10-06,\n",
            ["duplicated-by", "duplicate-of"],
        ),
        (
            "jira.csv",
            "Issue key,Summary,Status,Reporter,Created,Outward issue link (Problem/Incident)\nS-1,A,To Do,k@x.example,2026-10-06,S-2\nS-2,B,To Do,k@x.example,2026-10-06,\n",
            ["relates-to", "relates-to"],
        ),
    ] {
        let sandbox = Sandbox::new();
        import(&sandbox, file, table).ok();
        sandbox.run(&["doctor"]).ok();
        let tickets = all(&sandbox);
        let kinds: Vec<Vec<&String>> = tickets
            .iter()
            .map(|ticket| ticket["links"].as_object().map(|links| links.keys().collect()).unwrap_or_default())
            .collect();
        assert_eq!(
            kinds,
            links
                .map(|kind| vec![kind.to_owned()])
                .iter()
                .map(|kinds| kinds.iter().collect::<Vec<_>>())
                .collect::<Vec<_>>(),
            "{table}"
        );
    }
    let sandbox = Sandbox::new();
    let odd = "Issue key,Summary,Status,Reporter,Created,Outward issue link (Haunts)\nS-1,A,To Do,k@x.example,2026-10-06,S-2\n";
    let said = import(&sandbox, "odd.csv", odd);
    assert!(said.stderr.contains("unknown link 'Haunts', kept in a note"), "{said:?}");
    assert!(notes(&all(&sandbox)[0], "comment")[0].contains("Haunts: S-2"));
}

#[test]
fn what_no_field_has_is_in_a_note_whichever_tracker_it_is_from() {
    let gitlab = json!([{"id": 91, "iid": 4, "title": "Two", "state": "opened", "author": {"name": "Kim", "username": "kim"},
        "created_at": "2026-10-05T08:00:00Z", "web_url": "https://gitlab.example.com/a/b/-/issues/4", "start_date": "2026-10-07",
        "time_stats": {"human_time_estimate": "2h", "human_total_time_spent": "30m"}, "epic": {"id": 42, "iid": 5, "title": "Checkout"}, "health_status": "at_risk"}]);
    let beads = json!({"id": "bd-3", "title": "T", "status": "tombstone", "issue_type": "task", "created_at": "2026-10-08T08:00:00Z",
        "deleted_at": "2026-10-09T08:00:00Z", "deleted_by": "kim", "delete_reason": "Twice", "spec_id": "SP-9", "defer_until": "2026-12-01", "metadata": {"team": "red"}});
    for (file, text, facts) in [
        (
            "gl.json",
            gitlab.to_string(),
            &[
                "time estimate: 2h",
                "time spent: 30m",
                "epic: Checkout",
                "health: at_risk",
                "start: 2026-10-07",
            ][..],
        ),
        (
            "b.jsonl",
            beads.to_string(),
            &[
                "deleted by: kim",
                "deleted because: Twice",
                "specification: SP-9",
                "deferred until: 2026-12-01",
                "metadata: {\"team\":\"red\"}",
            ],
        ),
    ] {
        let sandbox = Sandbox::new();
        import(&sandbox, file, &text).ok();
        let note = notes(&all(&sandbox)[0], "comment").join("\n");
        for fact in facts {
            assert!(note.contains(fact), "{fact}: {note}");
        }
        assert_eq!(counts(import(&sandbox, file, &text)), [0, 0, 1]);
    }
}

#[test]
fn a_name_and_an_address_in_two_columns_are_one_person() {
    for (heading, field) in [
        ("Author,Author Email", "reporter"),
        ("Created by,created_by_email", "reporter"),
        ("Submitter,Submitter e-mail", "reporter"),
        ("Customer name,Customer email", "reporter"),
        ("Requester Name,REQUESTER EMAIL ADDRESS", "reporter"),
        ("Assignee,Assignee mail", "assignee"),
    ] {
        let sandbox = Sandbox::new();
        import(
            &sandbox,
            "x.csv",
            format!("ID,Title,{heading},Created\n1,a,Kim Roe,kim@x.example,2026-10-01\n"),
        )
        .ok();
        let ticket = &all(&sandbox)[0];
        assert_eq!(ticket[field], "Kim Roe <kim@x.example>", "{heading}: {ticket}");
        assert!(notes(ticket, "comment").is_empty(), "{heading}: {ticket}");
    }
}
