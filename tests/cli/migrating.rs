//! Moving house: exports as they come in reality, more than once, by two people, and with fields left out.

use serde_json::{Value, json};

use crate::sandbox::{Output, Sandbox};
use crate::syncing::clones;

/// Imports a text as a file of a name.
pub(crate) fn import(sandbox: &Sandbox, name: &str, text: impl AsRef<[u8]>) -> Output {
    let path = sandbox.root().join(name);
    std::fs::write(&path, text).unwrap();
    sandbox.run(&["import", path.to_str().unwrap()])
}

/// How many tickets an import made, changed, and left as they were.
pub(crate) fn counts(said: Output) -> [u64; 3] {
    let text = said.ok();
    let number = |word: &str| {
        text.split(',').find(|part| part.contains(word))?.split_whitespace().next()?.parse().ok()
    };
    ["new", " changed", "unchanged"].map(|word| number(word).unwrap_or_else(|| panic!("{word}: {text}")))
}

/// All tickets, whole, by their titles.
pub(crate) fn all(sandbox: &Sandbox) -> Vec<Value> {
    let lines = sandbox.run(&["export", "--full", "--format", "ndjson"]).ok();
    let mut all: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    all.sort_by_key(|ticket| ticket["title"].to_string());
    all
}

/// The notes of a ticket's entries of an action, each with who it is of.
pub(crate) fn notes(ticket: &Value, action: &str) -> Vec<String> {
    let entries = ticket["timeline"].as_array().unwrap().iter().filter(|entry| entry["action"] == action);
    let name = |entry: &Value| entry["by"].as_str().unwrap().split(" <").next().unwrap().to_owned();
    entries.map(|entry| format!("{}: {}", name(entry), entry["note"].as_str().unwrap_or_default())).collect()
}

pub(crate) fn comment(id: &str, by: &str, day: u32, text: &str) -> Value {
    json!({"id": id, "author": {"login": by}, "body": text, "createdAt": format!("2026-01-{day:02}T00:00:00Z")})
}

/// An issue of GitHub's, with more members or others.
fn issue(more: Value) -> Value {
    let mut issue = json!({"number": 1, "title": "First", "body": "Story.", "state": "OPEN", "url": "https://github.com/a/b/issues/1",
        "createdAt": "2026-01-02T00:00:00Z", "author": {"login": "kim"}, "labels": [{"name": "ui"}], "assignees": [{"login": "bo"}], "comments": [comment("c1", "bo", 3, "One.")]});
    issue.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    issue
}

pub(crate) fn export(more: Value) -> String {
    json!([issue(more)]).to_string()
}

#[test]
fn what_an_export_leaves_out_is_unknown_and_not_empty() {
    let sandbox = Sandbox::new();
    import(&sandbox, "a.json", export(json!({"labels": [{"name": "ui"}, {"name": "p1"}]}))).ok();
    let short = json!([{"number": 1, "title": "Second", "url": "https://github.com/a/b/issues/1"}]);
    assert_eq!(counts(import(&sandbox, "b.json", short.to_string())), [0, 1, 0]);
    let ticket = &all(&sandbox)[0];
    for (field, value) in [
        ("title", json!("Second")),
        ("description", json!("Story.")),
        ("labels", json!(["p1", "ui"])),
        ("assignee", json!("bo <bo@invalid>")),
        ("severity", json!("critical")),
        ("status", json!("new")),
    ] {
        assert_eq!(ticket[field], value, "{field}: {ticket}");
    }
    // One that is there and empty is empty.
    assert_eq!(
        counts(import(
            &sandbox,
            "c.json",
            export(json!({"title": "Second", "body": "", "assignees": [], "labels": []}))
        )),
        [0, 1, 0]
    );
    let ticket = &all(&sandbox)[0];
    for field in ["description", "labels", "assignee", "severity"] {
        assert!(ticket[field].is_null() || ticket[field] == json!([]), "{field}: {ticket}");
    }
    // A table's columns.
    let table = "Issue key,Summary,Status,Priority,Labels,Resolution,Resolved\nT-1,One,Closed,High,ui,Done,2026-01-05\nT-2,Two,Open,High,ui,,\n";
    import(&sandbox, "t.csv", table).ok();
    assert_eq!(counts(import(&sandbox, "u.csv", "Issue key,Summary\nT-1,One\nT-2,Two\n")), [0, 0, 2]);
    assert_eq!(
        counts(import(&sandbox, "v.csv", "Issue key,Summary,Priority\nT-1,One,High\nT-2,Two,\n")),
        [0, 1, 1]
    );
    sandbox.run(&["audit"]).ok();
}

/// Two clones import exports of their own and sync; returns the whole tickets.
fn met(name: &str, ours: &str, theirs: &str) -> Vec<Value> {
    let (mut sandbox, a, b) = clones();
    for (clone, who, text) in [(&a, "Ann", ours), (&b, "Bob", theirs)] {
        sandbox.enter(clone);
        sandbox.git(&["config", "user.name", who]);
        sandbox.git(&["config", "user.email", &format!("{who}@example.com")]);
        let file = sandbox.root().join(name);
        std::fs::write(&file, text).unwrap();
        let whose = "unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL";
        sandbox.shell(&format!("{whose}; git support import {}", file.display())).ok();
    }
    for clone in [&a, &b, &a] {
        sandbox.enter(clone);
        sandbox.run(&["sync"]).ok();
    }
    sandbox.run(&["audit"]).ok();
    // Once both are together, either import changes nothing that is not newer.
    let file = sandbox.root().join(name);
    std::fs::write(&file, ours).unwrap();
    sandbox.run(&["import", file.to_str().unwrap()]).ok();
    sandbox.run(&["audit"]).ok();
    all(&sandbox)
}

#[test]
fn two_clones_that_import_one_tracker_are_at_peace() {
    let old = export(json!({}));
    let same = met("a.json", &old, &old);
    assert_eq!(notes(&same[0], "comment"), ["bo: One."]);
    assert_eq!(notes(&same[0], "open").len(), 1);
    let table = "Id,Title,Status\n1,One,Open\n2,Two,Closed\n";
    assert_eq!(met("t.csv", table, table).len(), 2);
    let both = met(
        "a.json",
        &export(
            json!({"title": "Other", "labels": [], "state": "CLOSED", "closedAt": "2026-01-09T00:00:00Z"}),
        ),
        &old,
    );
    assert_eq!(both.len(), 1);
    // An edited comment, and one that is gone there.
    let edited = met(
        "a.json",
        &export(
            json!({"comments": [comment("c1", "bo", 3, "One, edited."), comment("c2", "bo", 4, "Two.")]}),
        ),
        &old,
    );
    let texts = notes(&edited[0], "comment");
    for text in ["bo: One.", "bo: One, edited.", "bo: Two."] {
        assert!(texts.contains(&text.to_owned()), "{texts:?}");
    }
}

#[test]
fn who_imports_signs_what_no_export_signs() {
    let sandbox = Sandbox::new();
    import(&sandbox, "a.json", export(json!({"milestone": {"title": "M1"}}))).ok();
    sandbox
        .run(&[
            "team",
            "add",
            "Kim",
            "--email",
            "kim@example.com",
            "--email",
            "kim@invalid",
            "--role",
            "product-owner",
        ])
        .ok();
    let newer = export(json!({"title": "Newer", "labels": [{"name": "p0"}], "milestone": {"title": "M1"},
        "comments": [comment("c1", "bo", 3, "One."), comment("c2", "kim", 4, "Mine."), comment("c3", "eve", 5, "Hers.")],
        "state": "CLOSED", "closedAt": "2026-01-09T00:00:00Z", "closedBy": {"login": "zed"}}));
    assert_eq!(counts(import(&sandbox, "b.json", &newer)), [0, 1, 0]);
    assert_eq!(counts(import(&sandbox, "b.json", &newer)), [0, 0, 1]);
    let ticket = &all(&sandbox)[0];
    assert_eq!(
        notes(ticket, "comment"),
        [
            "github: Imported:\nmilestone: M1",
            "bo: One.",
            "Dana Li: By kim <kim@invalid>, where it came from.\n\nMine.",
            "eve: Hers."
        ]
    );
    assert_eq!(notes(ticket, "edit"), ["Dana Li: "]);
    assert_eq!(notes(ticket, "resolve"), ["zed: No commit: It was fixed where it came from."]);
    // Whoever may label an issue there is no product owner here.
    assert!(sandbox.run(&["list", "is:proposed", "--all", "--format", "ndjson"]).ok().contains("Newer"));
    sandbox.run(&["audit"]).ok();
    // Where only owners set it, the rest is imported.
    let as_kim = "GIT_AUTHOR_EMAIL=kim@example.com GIT_COMMITTER_EMAIL=kim@example.com";
    sandbox.shell(&format!("{as_kim} git support config set policy.severity_by_owner enforce")).ok();
    let said = import(&sandbox, "c.json", newer.replace("p0", "p2").replace("Newer", "Newest"));
    assert!(
        said.stderr.contains("only product owners set it (policy.severity_by_owner), not imported: severity"),
        "{}",
        said.stderr
    );
    assert_eq!(counts(said), [0, 1, 0]);
    sandbox.run(&["audit"]).ok();
    let nobody = json!([{"number": 2, "title": "Ended", "state": "CLOSED", "url": "https://github.com/a/b/issues/2", "createdAt": "2026-01-02T00:00:00Z", "author": {"login": "sam"}}]);
    import(&sandbox, "d.json", nobody.to_string()).ok();
    assert_eq!(notes(&all(&sandbox)[0], "resolve"), ["unknown: No commit: It was fixed where it came from."]);
}

#[test]
fn an_older_export_sets_nothing_back() {
    let sandbox = Sandbox::new();
    let at = |day: u32, title: &str, state: &str| {
        export(json!({"title": title, "state": state, "updatedAt": format!("2026-02-{day:02}T00:00:00Z")}))
    };
    let (old, new) = (at(1, "Old", "OPEN"), at(9, "New", "CLOSED"));
    import(&sandbox, "a.json", &old).ok();
    import(&sandbox, "b.json", &new).ok();
    let said = import(&sandbox, "a.json", &old);
    assert!(
        said.stderr.contains("the export is older than what was imported before, not imported: title"),
        "{}",
        said.stderr
    );
    assert_eq!(counts(said), [0, 0, 1]);
    let ticket = &all(&sandbox)[0];
    assert_eq!((&ticket["title"], &ticket["status"]), (&json!("New"), &json!("resolved")));
    // The newer one first.
    let sandbox = Sandbox::new();
    import(&sandbox, "b.json", &new).ok();
    assert_eq!(counts(import(&sandbox, "a.json", &old)), [0, 0, 1]);
}

#[test]
fn nothing_of_a_team_leaves_with_a_brief() {
    let sandbox = Sandbox::new();
    let note = json!({"id": 1, "internal": true, "body": "Secret plan.\n".repeat(8_000), "created_at": "2026-10-02T08:00:00Z", "author": {"username": "bo"}});
    let gitlab = json!([{"iid": 1, "title": "Leak", "state": "opened", "web_url": "https://gitlab.example.com/a/b/-/issues/1", "created_at": "2026-10-01T08:00:00Z", "author": {"username": "kim"}, "notes": [note]}]);
    let said = import(&sandbox, "g.json", gitlab.to_string());
    assert!(!said.stderr.contains("missing"), "{}", said.stderr);
    sandbox.run(&["vendor", "add", "acme", "--email", "a@acme.example"]).ok();
    let id = all(&sandbox)[0]["id"].as_str().unwrap().to_owned();
    let brief = sandbox.run(&["brief", &id, "--vendor", "acme"]).ok();
    assert!(!brief.contains("comment-1.md") && !brief.contains("Secret"), "{brief}");
    assert!(sandbox.run(&["handover", &id]).ok().contains("comment-1.md"));
    sandbox.run(&["audit"]).ok();
}

#[test]
fn what_ended_elsewhere_ended_so() {
    let sandbox = Sandbox::new();
    // A duplicate of another project's issue, and one of an issue that the file has.
    let jira = "Issue key,Issue id,Summary,Status,Resolution,Outward issue link (Duplicate),Parent id\n\
        T-1,10,Foreign,Closed,Duplicate,X-9,\nT-2,20,Own,Closed,Duplicate,T-3,\nT-3,30,Original,Open,,,\nT-4,40,Part,Open,,,30\n";
    import(&sandbox, "j.csv", jira).ok();
    let interface = "https://gitlab.example.com/api/v4/projects/1/issues";
    let gitlab = |n: u32, more: Value| {
        let mut issue = json!({"iid": n, "title": format!("G{n}"), "state": "closed", "web_url": format!("https://gitlab.example.com/a/b/-/issues/{n}"), "created_at": "2026-01-02T00:00:00Z",
            "closed_at": "2026-01-03T00:00:00Z", "author": {"username": "kim"}, "closed_by": {"username": "zed"}, "_links": {"self": format!("{interface}/{n}")}});
        issue.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        issue
    };
    let double = json!({"_links": {"self": format!("{interface}/2"), "closed_as_duplicate_of": format!("{interface}/1")}});
    let all_of_it =
        [gitlab(1, json!({})), gitlab(2, double), gitlab(3, json!({"moved_to_id": 77, "weight": 5}))];
    import(&sandbox, "g.json", Value::from(all_of_it.to_vec()).to_string()).ok();
    let tickets = all(&sandbox);
    let of = |title: &str| tickets.iter().find(|ticket| ticket["title"] == title).unwrap();
    for (title, resolution) in [
        ("Foreign", "withdrawn"),
        ("Own", "duplicate"),
        ("G1", "fixed"),
        ("G2", "duplicate"),
        ("G3", "other-product"),
    ] {
        assert_eq!(of(title)["resolution"], resolution, "{title}");
    }
    assert_eq!(of("Own")["links"]["duplicate-of"][0], of("Original")["id"]);
    assert_eq!(of("G2")["links"]["duplicate-of"][0], of("G1")["id"]);
    assert_eq!(of("Part")["links"]["parent"][0], of("Original")["id"]);
    assert!(notes(of("Foreign"), "comment")[0].contains("duplicate-of: jira:X-9"));
    assert!(
        notes(of("G3"), "comment")[0].contains("moved to: 77")
            && notes(of("G3"), "comment")[0].contains("weight: 5")
    );
    assert!(notes(of("G1"), "resolve")[0].starts_with("zed: "));
}

#[test]
fn a_table_that_is_cut_off_or_is_ours_is_no_export() {
    let sandbox = Sandbox::new();
    sandbox.ticket("Here");
    let own = sandbox.run(&["export", "--format", "csv"]).ok();
    for (name, text, said) in [
        (
            "cut.csv",
            "Id,Title,Description\n1,One,\"a\nb\"\n2,Two,\"half a sto".to_owned(),
            "line 4: a quote is not closed",
        ),
        (
            "open.csv",
            "Id;Title;Description\r\n1;One;\"a\r\n2;Two;b\r\n3;Three;c\r\n".to_owned(),
            "line 2: a quote is not closed",
        ),
        ("cells.csv", "Id,Title\n1,One\n2,Two,Three\n".to_owned(), "line 3: 3 cells, and the heading has 2"),
        ("own.csv", own, "a table of git support"),
        ("crlf.csv", "Id,Title,Text\r\n1,One,\"a\r\nb\"\r\n2,,x\r\n".to_owned(), "line 4: has no title"),
    ] {
        let stderr = import(&sandbox, name, text).fails(1);
        assert!(stderr.contains(said), "{name}: {stderr}");
    }
    assert_eq!(all(&sandbox).len(), 1);
    // Quotes within a cell, doubled ones, and an inch are none that is open.
    let whole = "Id,Title,Text\n1,A 5\" disk,\"He said \"\"no\"\".\"\n2,Two,\"\"\n";
    assert_eq!(counts(import(&sandbox, "whole.csv", whole)), [2, 0, 0]);
}

#[test]
fn exports_of_every_shape_are_read_whole() {
    let sandbox = Sandbox::new();
    // Pages in a list, an issue on two of them, a pull request, and lists under names.
    let request = json!({"number": 7, "title": "Change", "html_url": "https://github.com/a/b/pull/7", "pull_request": {"url": "x"}});
    let pages = json!([[issue(json!({})), request], [issue(json!({}))]]);
    let said = import(&sandbox, "pages.json", pages.to_string());
    assert!(said.stderr.contains("1 pull request is left out"), "{}", said.stderr);
    assert_eq!(counts(said), [1, 0, 1]);
    let nodes = issue(
        json!({"labels": {"nodes": [{"name": "ui"}]}, "assignees": {"nodes": [{"login": "bo"}]}, "comments": {"nodes": [comment("c1", "bo", 3, "One.")]}}),
    );
    for answer in [
        json!({"data": {"repository": {"issues": {"nodes": [nodes]}}}}),
        json!([{"data": {"repository": {"issues": {"nodes": [nodes]}}}}]),
    ] {
        assert_eq!(counts(import(&sandbox, "nodes.json", answer.to_string())), [0, 0, 1]);
    }
    let differs = format!(
        "{}{}",
        export(json!({"number": 9, "url": "https://x/9"})),
        export(json!({"number": 9, "url": "https://x/9", "title": "Other"}))
    );
    let stderr = import(&sandbox, "twice.json", differs).fails(1);
    assert!(stderr.contains("line 2: github:https://x/9 is on line 1, too, and differs there"), "{stderr}");
    // Jira in UTF-16, and with a heading as wide as theirs are.
    let jira = "Summary,Issue key,Status\nWide,W-1,Open\n";
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(jira.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(counts(import(&sandbox, "j.csv", jira)), [1, 0, 0]);
    assert_eq!(counts(import(&sandbox, "k.csv", utf16)), [0, 0, 1]);
    let fields: String = (0..400).map(|n| format!("Custom field (Number {n}),")).collect();
    let wide = format!("Summary,{fields}Issue key,Status\nWide,{}W-1,Open\n", ",".repeat(400));
    assert_eq!(counts(import(&sandbox, "l.csv", wide)), [0, 0, 1]);
    // What is too long for its field, and what no line holds.
    let long = export(
        json!({"number": 3, "url": "https://x/3", "title": "t".repeat(600), "labels": [{"name": "l".repeat(600)}]}),
    );
    assert_eq!(counts(import(&sandbox, "long.json", &long)), [1, 0, 0]);
    assert_eq!(counts(import(&sandbox, "long.json", &long)), [0, 0, 1]);
    let tickets = all(&sandbox);
    let ticket = tickets.iter().find(|ticket| ticket["title"].as_str().unwrap().starts_with("ttt")).unwrap();
    assert!(
        notes(ticket, "comment")[0].contains(&"t".repeat(600))
            && notes(ticket, "comment")[0].contains(&"l".repeat(600))
    );
    let said = import(&sandbox, "n.csv", "Title,Text\n\"two\nlines\",x\n");
    assert!(said.stderr.contains("1 ticket without a date of opening") && said.status == Some(0), "{said:?}");
    let beads = "{\"id\":\"b-1\",\"title\":\"Bead\",\"status\":\"open\",\"issue_type\":\"bug\",\"created_at\":\"2026-01-02T00:00:00Z\",\"notes\":\"Kept.\",\"comments\":[{\"id\":1,\"author\":\"bo\",\"text\":\"Said.\",\"created_at\":\"2026-01-03T00:00:00Z\"}]}";
    import(&sandbox, "b.jsonl", beads).ok();
    let tickets = all(&sandbox);
    let bead = tickets.iter().find(|ticket| ticket["title"] == "Bead").unwrap();
    assert_eq!(notes(bead, "comment"), ["beads: Imported:\nnotes: Kept.", "bo: Said."]);
}

#[test]
fn what_was_purged_or_redacted_here_does_not_come_back() {
    let sandbox = Sandbox::new();
    // An audit notes each purge.
    sandbox.is_tampered_with();
    let two = json!([
        issue(json!({})),
        issue(json!({"number": 2, "title": "Gone", "url": "https://github.com/a/b/issues/2"}))
    ])
    .to_string();
    import(&sandbox, "a.json", &two).ok();
    let tickets = all(&sandbox);
    let id = |at: usize| tickets[at]["id"].as_str().unwrap().to_owned();
    sandbox.run(&["redact", &id(0), "--text", "One.", "-m", "x"]).ok();
    sandbox.run(&["purge", &id(1), "-m", "x", "--yes"]).ok();
    assert_eq!(counts(import(&sandbox, "a.json", &two)), [0, 0, 2]);
    let newer = two.replace("Gone", "Again").replace("First", "Newer");
    assert_eq!(counts(import(&sandbox, "b.json", newer)), [0, 1, 1]);
    assert!(!sandbox.ticket_file(&id(0)).contains("One.") && !sandbox.ticket_file(&id(1)).contains("Again"));
}
