//! Exports of other trackers: their words, dates and encodings, what changed since, and what no field of ours has.

use std::fmt::Write as _;

use git_support::intake::WordKind;
use serde_json::{Value, json};

use crate::sandbox::{Output, Sandbox};

/// Imports a text as a file of a name.
fn import(sandbox: &Sandbox, name: &str, text: impl AsRef<[u8]>, more: &[&str]) -> Output {
    sandbox.file(&format!("../{name}"), text);
    let path = format!("../{name}");
    sandbox.run(&[&["import", &path], more].concat())
}

/// All tickets, whole.
fn all(sandbox: &Sandbox) -> Vec<Value> {
    let lines = sandbox.run(&["list", "--all", "--format", "ndjson", "--limit", "100000"]).ok();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn one<'a>(tickets: &'a [Value], title: &str) -> &'a Value {
    tickets.iter().find(|ticket| ticket["title"] == title).unwrap_or_else(|| panic!("{title}: {tickets:?}"))
}

#[test]
fn the_words_of_trackers_are_those_of_the_table() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/import.md")).unwrap();
    let mut table = String::from("| of | ours | theirs |\n| --- | --- | --- |\n");
    for word in WordKind::WORDS {
        for (ours, theirs) in WordKind::parse(word).unwrap().table() {
            writeln!(table, "| {word} | `{ours}` | {} |", theirs.join(", ")).unwrap();
        }
    }
    assert!(docs.contains(&table), "docs/import.md should have:\n{table}");
    // Each resolution of the table ends a ticket so, and nothing else is called a fix.
    let sandbox = Sandbox::new();
    let mut issues = Vec::new();
    for (ours, theirs) in WordKind::Resolution.table() {
        for word in *theirs {
            issues.push(json!({"number": issues.len(), "title": format!("{ours}: {word}"), "state": "closed", "state_reason": word, "created_at": "2026-01-02T00:00:00Z", "html_url": format!("https://x/{word}")}));
        }
    }
    import(&sandbox, "words.json", Value::from(issues).to_string(), &[]).ok();
    for ticket in all(&sandbox) {
        let (ours, word) = ticket["title"].as_str().unwrap().split_once(": ").unwrap();
        // A duplicate of nothing that is here was withdrawn; the reason stands in a note.
        let expected = if ours == "duplicate" { "withdrawn" } else { ours };
        assert_eq!(ticket["resolution"], expected, "{word}");
    }
}

#[test]
fn unknown_words_are_said_and_can_be_mapped() {
    let issues = json!([
        {"number": 1, "title": "One", "status": "In Review", "html_url": "https://x/1", "created_at": "2026-01-02T00:00:00Z", "priority": "Whenever", "issue_type": "Riddle"},
        {"number": 2, "title": "Two", "state": "closed", "state_reason": "Because", "html_url": "https://x/2", "created_at": "2026-01-02T00:00:00Z"}
    ]);
    let sandbox = Sandbox::new();
    let said = import(&sandbox, "a.json", issues.to_string(), &[]);
    assert_eq!(said.status, Some(0), "{said:?}");
    for word in [
        "unknown status 'In Review'",
        "unknown resolution 'Because'",
        "unknown severity 'Whenever'",
        "unknown type 'Riddle'",
    ] {
        assert!(said.stderr.contains(word), "{word}: {}", said.stderr);
    }
    assert!(said.stderr.contains("--map 'status:In Review=WORD'"), "{}", said.stderr);
    let tickets = all(&sandbox);
    assert_eq!(
        (&one(&tickets, "One")["status"], &one(&tickets, "Two")["resolution"]),
        (&json!("new"), &json!("withdrawn"))
    );
    let shown = sandbox.run(&["show", one(&tickets, "Two")["id"].as_str().unwrap()]).ok();
    assert!(shown.contains("close reason: Because"), "{shown}");

    let sandbox = Sandbox::new();
    let mapped = [
        "--map",
        "status:In Review=in-progress",
        "--map",
        "resolution:because=wont-fix",
        "--map",
        "severity:whenever=minor",
        "--map",
        "type:riddle=question",
    ];
    let said = import(&sandbox, "a.json", issues.to_string(), &mapped);
    assert!(said.status == Some(0) && !said.stderr.contains("unknown"), "{said:?}");
    let tickets = all(&sandbox);
    let first = one(&tickets, "One");
    assert_eq!(
        [&first["status"], &first["severity"], &first["type"], &one(&tickets, "Two")["resolution"]],
        ["in-progress", "minor", "question", "wont-fix"]
    );
    for (map, said) in [
        ("status:x=nonsense", "'nonsense' is not a valid status"),
        ("colour:x=new", "'colour' is not a valid kind of word"),
        ("x", "write FIELD=COLUMN"),
    ] {
        let stderr = import(&sandbox, "a.json", issues.to_string(), &["--map", map]).fails(2);
        assert!(stderr.contains(said), "{map}: {stderr}");
    }
}

/// An issue, as the interface of a forge gives it.
fn issue(title: &str, more: &Value) -> String {
    let mut issue = json!({"number": 1, "title": title, "state": "open", "html_url": "https://x/1", "created_at": "2026-01-02T00:00:00Z", "labels": ["one", "two"], "assignee": {"login": "ann"}, "body": "Story."});
    issue.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!([issue]).to_string()
}

#[test]
fn what_changed_there_is_taken_over_and_what_changed_here_stays() {
    let sandbox = Sandbox::new();
    let none = json!({});
    import(&sandbox, "a.json", issue("First", &none), &[]).ok();
    let id = all(&sandbox)[0]["id"].as_str().unwrap().to_owned();
    let field = |name: &str| sandbox.field(&id, name);
    // A title that goes to another and comes back.
    for title in ["Second", "First", "Second", "First"] {
        import(&sandbox, "a.json", issue(title, &none), &[]).ok();
        assert_eq!(field("title"), title);
    }
    // Labels that go, another assignee, a priority.
    let more = json!({"labels": ["two", "three"], "assignee": {"login": "bob"}, "priority": "high"});
    import(&sandbox, "a.json", issue("First", &more), &[]).ok();
    assert_eq!((field("labels"), field("severity")), (json!(["three", "two"]), json!("critical")));
    assert_eq!(field("assignee"), "bob <bob@invalid>");
    // Closed, opened again, closed for another reason.
    let closed = |at: &str, reason: &str| json!({"state": "closed", "closed_at": at, "state_reason": reason});
    import(&sandbox, "a.json", issue("First", &closed("2026-02-01T00:00:00Z", "completed")), &[]).ok();
    assert_eq!(field("resolution"), "fixed");
    import(&sandbox, "a.json", issue("First", &json!({"state": "open"})), &[]).ok();
    assert_ne!(field("status"), "resolved");
    import(&sandbox, "a.json", issue("First", &closed("2026-03-01T00:00:00Z", "not_planned")), &[]).ok();
    assert_eq!((field("status"), field("resolution")), (json!("resolved"), json!("wont-fix")));
    let again = issue("First", &closed("2026-03-01T00:00:00Z", "not_planned"));
    assert!(import(&sandbox, "a.json", again, &["--json"]).ok().contains("\"unchanged\": 1"));
    // Reopened here: what is closed there, stays open here.
    sandbox.run(&["reopen", &id, "-m", "Still."]).ok();
    import(&sandbox, "a.json", issue("First", &closed("2026-03-01T00:00:00Z", "not_planned")), &[]).ok();
    assert_ne!(field("status"), "resolved");
    // Both sides: said, and ours stays.
    sandbox.run(&["edit", &id, "--title", "Ours"]).ok();
    let said = import(&sandbox, "a.json", issue("Theirs", &json!({"labels": ["four"]})), &[]);
    assert!(
        said.stderr.contains(&format!("warning: {id}: changed in both trackers, not imported: title")),
        "{}",
        said.stderr
    );
    assert_eq!((field("title"), field("labels")), (json!("Ours"), json!(["four"])));
}

#[test]
fn a_word_that_is_mapped_later_is_taken_over_and_nothing_else_is_said_to_have_changed() {
    let sandbox = Sandbox::new();
    let export = "Key,Summary,Status,Resolution,Issue Type\nS-1,One,In Review,,Bug\nS-2,Two,Closed,Duplicate,Bug\nS-3,Three,Open,,Puzzle\n";
    let counts = |text: &str, map: &[&str]| {
        let said = import(&sandbox, "a.csv", text, &[map, &["--json"]].concat());
        assert!(!said.stderr.contains("both trackers"), "{}", said.stderr);
        let counts: Value = serde_json::from_str(&said.ok()).unwrap();
        ["new", "changed", "unchanged"].map(|name| counts[name].as_u64().unwrap())
    };
    let states = || -> Vec<(String, String)> {
        let word = |ticket: &Value, name: &str| ticket[name].as_str().unwrap().to_owned();
        let mut states: Vec<_> = all(&sandbox)
            .iter()
            .map(|one| (word(one, "key"), format!("{} {}", word(one, "status"), word(one, "type"))))
            .collect();
        states.sort();
        states
    };
    let map = ["--map", "status:In Review=in-progress", "--map", "type:Puzzle=question"];
    assert_eq!(counts(export, &[]), [3, 0, 0]);
    assert_eq!(counts(export, &[]), [0, 0, 3]);
    // As the warning says.
    assert_eq!(counts(export, &map), [0, 2, 1]);
    let expected =
        [("csv:S-1", "in-progress defect"), ("csv:S-2", "resolved defect"), ("csv:S-3", "new question")]
            .map(|(key, state)| (key.to_owned(), state.to_owned()));
    assert_eq!(states(), expected);
    assert_eq!(counts(export, &map), [0, 0, 3]);
    // Without the map, nobody knows the word, and nothing is set back.
    assert_eq!(counts(export, &[]), [0, 0, 3]);
    // What changes there from what a ticket has anyway.
    let later = export.replace("Open,,Puzzle", "In Progress,,Question").replace("In Review", "To Do");
    assert_eq!(counts(&later, &map), [0, 2, 1]);
    assert_eq!(states()[0].1, "new defect");
    assert_eq!(states()[2].1, "in-progress question");
}

#[test]
fn tables_of_every_kind_are_read() {
    let table = |delimiter: char| {
        "ID,Subject,Opened\n1,Käse,24.11.2026 10:00\n2,Käse,24.11.2026 10:00\n"
            .replace(',', &delimiter.to_string())
    };
    let latin: Vec<u8> = table(';').chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(table('\t').encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let map = ["--map", "title=Subject", "--map", "created=Opened"];
    for (name, bytes) in [
        ("comma", table(',').into_bytes()),
        ("semicolon", table(';').into_bytes()),
        ("tab", table('\t').into_bytes()),
        ("latin", latin),
        ("utf16", utf16),
    ] {
        let sandbox = Sandbox::new();
        import(&sandbox, "t.csv", &bytes, &map).ok();
        let tickets = all(&sandbox);
        assert_eq!(tickets.len(), 2, "{name}: what has another key is another issue");
        assert_eq!(
            (&tickets[0]["title"], &tickets[0]["created"]),
            (&json!("Käse"), &json!("2026-11-24T10:00:00Z")),
            "{name}"
        );
    }
    // Without a key, two of one title are two, and stay two.
    let sandbox = Sandbox::new();
    let twins = "title,created\nSlow,2026-01-02\nSlow,2026-01-02\nSlow,2026-01-03\n";
    import(&sandbox, "t.csv", twins, &[]).ok();
    assert!(import(&sandbox, "t.csv", twins, &["--json"]).ok().contains("\"unchanged\": 3"));
    // Which is the day?
    let dates = "title,created\nSlow,04/05/2026\n";
    let stderr = import(&sandbox, "d.csv", dates, &[]).fails(1);
    assert!(stderr.contains("--dates dmy"), "{stderr}");
    import(&sandbox, "d.csv", dates, &["--dates", "mdy"]).ok();
    assert!(all(&sandbox).iter().any(|ticket| ticket["created"] == "2026-04-05T00:00:00Z"));
}

#[test]
fn links_and_long_texts_come_along() {
    let sandbox = Sandbox::new();
    let jira = "Summary,Issue key,Status,Created,Outward issue link (Blocks),Inward issue link (Duplicate),Outward issue link (Duplicate),Resolution,Parent,Comment,Comment\n\
        One,S-1,Open,2026-01-02,S-2,,,,,01/Feb/26 9:12 AM;ann;First.,01/Feb/26 9:13 AM;bob;Second.\n\
        Two,S-2,Open,2026-01-02,,,,,S-1,,\nThree,S-3,Closed,2026-01-02,,,S-1,Duplicate,,,\nFour,S-4,Open,2026-01-02,X-9,,,,,,\n";
    import(&sandbox, "j.csv", jira, &[]).ok();
    let tickets = all(&sandbox);
    let id = |title: &str| one(&tickets, title)["id"].as_str().unwrap().to_owned();
    let shown = |title: &str| sandbox.run(&["show", &id(title)]).ok();
    assert!(shown("Two").contains(&id("One")), "{}", shown("Two"));
    assert_eq!(one(&tickets, "Three")["resolution"], "duplicate");
    assert!(shown("Four").contains("blocks: jira:X-9"), "{}", shown("Four"));
    assert!(shown("One").contains("First.") && shown("One").contains("Second."));
    assert_eq!(sandbox.run(&["doctor"]).status, Some(0), "{}", sandbox.run(&["doctor"]).stdout);

    let beads = "{\"id\":\"b-1\",\"title\":\"A\",\"status\":\"open\",\"issue_type\":\"bug\",\"created_at\":\"2026-01-02T00:00:00Z\"}\n\
        {\"id\":\"b-2\",\"title\":\"B\",\"status\":\"tombstone\",\"issue_type\":\"bug\",\"created_at\":\"2026-01-02T00:00:00Z\",\"dependencies\":[{\"issue_id\":\"b-2\",\"depends_on_id\":\"b-1\",\"type\":\"blocks\"}]}\n";
    import(&sandbox, "b.jsonl", beads, &[]).ok();
    let tickets = all(&sandbox);
    assert_eq!(one(&tickets, "B")["resolution"], "withdrawn");
    assert_eq!(sandbox.run(&["doctor"]).status, Some(0));

    let long = "Ä line of a long story.\n".repeat(4_000);
    let body = issue("Long", &json!({"body": long, "html_url": "https://x/9"}));
    import(&sandbox, "l.json", &body, &[]).ok();
    let tickets = all(&sandbox);
    let id = one(&tickets, "Long")["id"].as_str().unwrap();
    assert_eq!(sandbox.run(&["attach", id, "--get", "description.md", "-o", "-"]).ok(), long);
    assert!(import(&sandbox, "l.json", &body, &["--json"]).ok().contains("\"unchanged\": 1"));
}

/// Six hundred issues of a tracker, with every field that it exports.
fn exports() -> Vec<(&'static str, String)> {
    let range = || 1..=600_u32;
    let closed = |n: u32| n.is_multiple_of(3);
    let github = range().map(|n| {
        json!({"number": n, "title": format!("Issue {n}"), "body": format!("Body {n}"), "state": if closed(n) { "CLOSED" } else { "OPEN" }, "stateReason": if closed(n) { "COMPLETED" } else { "" },
            "labels": [{"name": "bug"}, {"name": format!("area {}", n % 7)}], "author": {"login": format!("ann{n}")}, "assignees": [{"login": "dana"}, {"login": format!("second{n}")}],
            "milestone": {"title": format!("M{n}")}, "createdAt": "2026-01-02T00:00:00Z", "closedAt": if closed(n) { json!("2026-01-05T00:00:00Z") } else { Value::Null }, "url": format!("https://github.com/a/b/issues/{n}"),
            "comments": [{"id": format!("c{n}"), "author": {"login": "bob"}, "body": format!("Comment {n}"), "createdAt": "2026-01-03T00:00:00Z"}]})
    });
    let gitlab = range().map(|n| {
        json!({"iid": n, "title": format!("Issue {n}"), "description": format!("Body {n}"), "state": if closed(n) { "closed" } else { "opened" }, "labels": ["bug", format!("area-{}", n % 7)],
            "author": {"username": format!("ann{n}"), "name": format!("Ann {n}")}, "assignees": [{"username": "dana", "name": "Dana"}, {"username": format!("second{n}"), "name": format!("Second {n}")}],
            "milestone": {"title": format!("M{n}")}, "due_date": "2026-05-06", "created_at": "2026-01-02T00:00:00.000Z", "closed_at": if closed(n) { json!("2026-01-05T00:00:00Z") } else { Value::Null }, "web_url": format!("https://gitlab.com/a/b/-/issues/{n}"),
            "notes": [{"id": n, "author": {"username": "bob", "name": "Bob"}, "body": format!("Comment {n}"), "created_at": "2026-01-03T00:00:00Z"}]})
    });
    let mut jira = String::from(
        "Summary,Issue key,Status,Priority,Issue Type,Reporter,Assignee,Created,Resolved,Resolution,Labels,Labels,Fix Version/s,Component/s,Comment,Description\n",
    );
    for n in range() {
        let (state, resolved, resolution) =
            if closed(n) { ("Done", "05/Jan/26 1:00 PM", "Won't Do") } else { ("To Do", "", "") };
        writeln!(jira, "Issue {n},S-{n},{state},High,Bug,Ann {n},Dana,02/Jan/26 9:12 AM,{resolved},{resolution},bug,area-{},M{n},Comp{n},03/Jan/26 10:00 AM;bob;Comment {n},Body {n}", n % 7).unwrap();
    }
    let git_bug = range().map(|n| {
        json!({"id": format!("aaaa{n}"), "human_id": format!("aaaa{n}"), "create_time": {"timestamp": 1_767_312_000}, "edit_time": {"timestamp": 1_767_398_400}, "status": if closed(n) { "closed" } else { "open" }, "labels": ["bug", format!("area-{}", n % 7)],
            "title": format!("Issue {n}"), "author": {"name": format!("Ann {n}"), "email": format!("ann{n}@example.com")}, "comments": [{"id": "c1", "author": {"name": "Ann"}, "message": format!("Body {n}")}, {"id": "c2", "author": {"name": "Bob"}, "message": format!("Comment {n}")}]})
    });
    let beads = range().map(|n| {
        json!({"id": format!("bd-{n}"), "title": format!("Issue {n}"), "description": format!("Body {n}"), "status": if closed(n) { "closed" } else { "open" }, "priority": 1, "issue_type": "bug", "assignee": "Dana", "labels": ["bug", format!("area-{}", n % 7)],
            "design": format!("M{n}"), "acceptance_criteria": format!("Second {n}"), "created_at": "2026-01-02T00:00:00Z", "created_by": format!("Ann {n}"), "closed_at": if closed(n) { json!("2026-01-05T00:00:00Z") } else { Value::Null }, "close_reason": if closed(n) { "Done" } else { "" },
            "dependencies": if n > 1 { json!([{"issue_id": format!("bd-{n}"), "depends_on_id": format!("bd-{}", n - 1), "type": "related"}]) } else { json!([]) },
            "comments": [{"id": 1, "author": "Bob", "text": format!("Comment {n}"), "created_at": "2026-01-03T00:00:00Z"}]}).to_string()
    });
    vec![
        ("github.json", github.collect::<Value>().to_string()),
        ("gitlab.json", gitlab.collect::<Value>().to_string()),
        ("jira.csv", jira),
        ("git-bug.json", git_bug.collect::<Value>().to_string()),
        ("beads.jsonl", beads.collect::<Vec<_>>().join("\n")),
    ]
}

#[test]
fn six_hundred_issues_of_five_trackers_lose_nothing() {
    for (name, text) in exports() {
        let sandbox = Sandbox::new();
        let said = import(&sandbox, name, &text, &["--json"]);
        assert!(said.status == Some(0) && said.stdout.contains("\"new\": 600"), "{name}: {said:?}");
        assert!(!said.stderr.contains("unknown"), "{name}: {}", said.stderr);
        let whole = sandbox.run(&["export", "--format", "ndjson", "--full"]).ok();
        let tickets: Vec<&str> = whole.lines().collect();
        assert_eq!(tickets.len(), 600, "{name}");
        for ticket in tickets {
            let object: Value = serde_json::from_str(ticket).unwrap();
            let n: u32 = object["title"].as_str().unwrap().strip_prefix("Issue ").unwrap().parse().unwrap();
            let mut parts = vec![
                format!("Body {n}"),
                format!("Comment {n}"),
                "bug".to_owned(),
                format!("area-{}", n % 7),
                "Bob".to_owned(),
            ];
            if name != "git-bug.json" {
                parts.extend([format!("M{n}"), "Dana".to_owned()]);
            }
            if !["git-bug.json", "jira.csv"].contains(&name) {
                parts.push(format!("Second {n}"));
            }
            let lower = ticket.to_lowercase().replace("second", "second ").replace("second  ", "second ");
            for part in parts {
                assert!(lower.contains(&part.to_lowercase()), "{name}: {part}: {ticket}");
            }
            assert!(
                lower.contains(&format!("ann{n}")) || lower.contains(&format!("ann {n}")),
                "{name}: {ticket}"
            );
            assert_eq!(object["status"] == "resolved", n.is_multiple_of(3), "{name} {n}");
            assert!(object["created"].as_str().unwrap().starts_with("2026-01-02"), "{name} {n}");
        }
    }
}

#[test]
fn what_was_said_among_the_team_stays_there_and_nobody_is_taken_for_another() {
    let sandbox = Sandbox::new();
    let gitlab = json!([{"id": 9, "iid": 1, "title": "Secret plans", "state": "opened", "severity": "UNKNOWN", "confidential": true,
        "web_url": "https://gitlab.example.com/a/b/-/issues/1", "created_at": "2026-10-01T08:00:00Z", "author": {"name": "Kim", "username": "kim"},
        "notes": [{"id": 1, "system": false, "internal": true, "body": "Between us.", "created_at": "2026-10-02T08:00:00Z", "author": {"username": "bo"}},
                  {"id": 2, "system": false, "internal": false, "body": "To all.", "created_at": "2026-10-03T08:00:00Z", "author": {"username": "bo"}}]}]);
    let said = import(&sandbox, "gitlab.json", gitlab.to_string(), &[]);
    assert!(!said.stderr.contains("warning"), "{}", said.stderr);
    let github = json!([{"number": 1, "title": "No names", "state": "OPEN", "url": "https://github.com/a/b/issues/1", "createdAt": "2026-10-01T08:00:00Z",
        "author": {"login": "sam", "name": ""}, "assignees": [{"login": "kim", "name": ""}, {"login": "bo", "name": ""}], "labels": [], "body": "",
        "comments": [{"author": null, "body": "From a deleted account.", "createdAt": "2026-10-02T08:00:00Z"}]}]);
    import(&sandbox, "github.json", github.to_string(), &[]).ok();
    let beads = "{\"id\":\"bd-1\",\"title\":\"Done thing\",\"status\":\"closed\",\"priority\":2,\"issue_type\":\"bug\",\"close_reason\":\"Implemented in abc, see the log\",\"created_at\":\"2026-10-01T08:00:00Z\",\"updated_at\":\"2026-10-02T08:00:00Z\",\"closed_at\":\"2026-10-02T08:00:00Z\"}\n";
    import(&sandbox, "issues.jsonl", beads, &[]).ok();
    let whole = sandbox.run(&["export", "--full", "--format", "ndjson"]).ok();
    let whole: Vec<Value> = whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let secret = one(&whole, "Secret plans");
    let entry = |note: &str| {
        let entries = secret["timeline"].as_array().unwrap();
        entries.iter().find(|entry| entry["note"].as_str().unwrap_or_default().contains(note)).unwrap()
    };
    assert_eq!(entry("Between us.")["visibility"], "internal");
    assert!(entry("To all.")["visibility"].is_null() && entry("confidential")["visibility"] == "internal");
    let nameless = one(&whole, "No names");
    assert_eq!(nameless["reporter"], "sam <sam@invalid>");
    assert_eq!(nameless["assignee"], "kim <kim@invalid>");
    let text = nameless.to_string();
    assert!(text.contains("also assigned: bo") && text.contains("unknown <unknown@invalid>"), "{text}");
    assert!(!text.contains("Dana Li"), "{text}");
    let done = one(&whole, "Done thing");
    assert_eq!(done["resolution"], "fixed");
    assert!(done.to_string().contains("Implemented in abc"));
}
