//! Tables and lists that are imported: what no field has, mistakes, and lists of our own form.

use crate::sandbox::Sandbox;

#[test]
fn what_a_table_has_and_no_field_of_ours_is_kept() {
    let sandbox = Sandbox::new();
    sandbox.file("z.csv", "Nr;Betreff;Beschreibung\n1;Drucker;\"langer\n\nText\"\n2;Maus;\n");
    sandbox.run(&["import", "z.csv", "--map", "title=Betreff", "--map", "key=Nr"]).ok();
    let jira = "Summary,Issue key,Issue Type,Status,Created,Custom field (Customer),Watchers,Watchers,Votes\n\
                Slow,S-1,Bug,Open,2026-01-02 10:00,ACME,kim,lee,3\n";
    sandbox.file("j.csv", jira);
    sandbox.run(&["import", "j.csv"]).ok();
    let whole = sandbox.run(&["export", "--full"]).ok();
    for part in
        ["Beschreibung: langer\\n\\nText", "Custom field (Customer): ACME", "Watchers: kim", "Watchers: lee"]
    {
        assert!(whole.contains(part), "{part}: {whole}");
    }
    assert!(!whole.contains("Votes") && !whole.contains("Betreff:") && !whole.contains("Nr: 1"), "{whole}");
    assert_eq!(sandbox.run(&["import", "j.csv"]).ok(), "0 new, 0 changed, 1 unchanged\n");
    let stderr = sandbox.run(&["import", "z.csv", "--map", "titel=Betreff"]).fails(1);
    assert!(stderr.contains("did you mean 'title'"), "{stderr}");
}

#[test]
fn a_mistake_in_a_table_is_named_by_the_line_of_the_file() {
    let sandbox = Sandbox::new();
    sandbox.file("a.csv", "title,description,created\nA,\"of\nthree\nlines\",2026-01-02\nB,x,soon\n");
    assert!(sandbox.run(&["import", "a.csv"]).fails(1).contains("line 5:"));
    sandbox.file("t.tsv", "title\tkey\nOne, and more\t1\n");
    assert_eq!(sandbox.run(&["import", "t.tsv"]).ok(), "1 new, 0 changed, 0 unchanged\n");
}

#[test]
fn a_list_is_imported_as_its_lines_are() {
    let sandbox = Sandbox::new();
    sandbox.ticket("A");
    sandbox.run(&["edit", "--query", "A", "--label", "x,y", "--yes"]).ok();
    let list = sandbox.run(&["export", "--full", "--json"]).ok();
    assert!(list.starts_with('['), "{list}");
    let other = Sandbox::new();
    other.file("list.json", &list);
    other.file("none.json", "[]\n");
    assert_eq!(other.run(&["import", "list.json"]).ok(), "1 new, 0 changed, 0 unchanged\n");
    assert_eq!(other.run(&["export", "--full", "--json"]).ok(), list);
    assert_eq!(other.run(&["import", "none.json"]).ok(), "0 new, 0 changed, 0 unchanged\n");
}

fn issues(sandbox: &Sandbox) -> std::collections::BTreeMap<String, serde_json::Value> {
    let all = sandbox.run(&["export", "--full"]).ok();
    let all = all.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    all.map(|one| (one["title"].as_str().unwrap().to_owned(), one)).collect()
}

#[test]
fn the_columns_of_other_desks_are_found_by_their_names() {
    let sandbox = Sandbox::new();
    // Bugzilla's list as its interface names the columns.
    sandbox.file(
        "bugzilla.csv",
        "bug_id,assigned_to,bug_status,resolution,short_desc,opendate,changeddate,bug_severity,priority,dependson,blocked,dup_id,reporter\n\
         31,dana@example.com,REOPENED,---,Pay fails,2025-01-02 10:00:00,2025-02-02 10:00:00,blocker,--,32,,,kim@c.example\n\
         32,lee@example.com,RESOLVED,FIXED,Slow,2025-01-03 10:00:00,2025-02-03 10:00:00,normal,P3,,31,,kim@c.example\n\
         33,lee@example.com,VERIFIED,DUPLICATE,Again,2025-01-04 10:00:00,2025-02-04 10:00:00,trivial,--,,,31,kim@c.example\n",
    );
    // Freshdesk has the title of the contact beside the subject; Linear a date in a column for each end.
    sandbox.file(
        "freshdesk.csv",
        "Ticket ID,Subject,Status,Priority,Type,Agent,Created time,Full name,Title,Email\n\
         7,Printer,Open,High,Question,No Agent,2025-03-01 09:00:00,Ann Lee,CEO,ann@c.example\n",
    );
    let linear = "ID,Title,Status,Priority,Creator,Created,Updated,Completed,Canceled,Parent issue\n\
                  E-1,Epic,In Progress,No priority,ann@c.example,2025-03-01T09:00:00.000Z,2025-03-03T09:00:00.000Z,,,\n\
                  E-2,Part,Canceled,Urgent,ann@c.example,2025-03-01T09:00:00.000Z,2025-03-05T09:00:00.000Z,,2025-03-04T09:00:00.000Z,E-1\n";
    sandbox.file("linear.csv", linear);
    for file in ["bugzilla.csv", "freshdesk.csv", "linear.csv"] {
        let said = sandbox.run(&["import", file]);
        assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""), "{file}");
    }
    let all = issues(&sandbox);
    let is = |title: &str, field: &str, value: &str| {
        assert_eq!(
            all[title].pointer(field).and_then(|value| value.as_str()),
            Some(value),
            "{title} {field}"
        );
    };
    let id = |title: &str| all[title]["id"].as_str().unwrap();
    is("Pay fails", "/status", "new");
    is("Pay fails", "/severity", "blocker");
    is("Pay fails", "/links/blocked-by/0", id("Slow"));
    is("Slow", "/resolution", "fixed");
    is("Slow", "/timeline/0/at", "2025-01-03T10:00:00Z");
    is("Again", "/resolution", "duplicate");
    is("Again", "/links/duplicate-of/0", id("Pay fails"));
    is("Printer", "/reporter", "Ann Lee <ann@c.example>");
    assert!(all["Printer"].get("assignee").is_none() && all["Epic"].get("severity").is_none());
    is("Part", "/links/parent/0", id("Epic"));
    let end = all["Part"]["timeline"].as_array().unwrap().iter().find(|entry| entry["action"] == "resolve");
    assert_eq!(end.unwrap()["at"], "2025-03-04T09:00:00Z");
}

#[test]
fn what_is_not_read_is_said_and_what_is_told_of_an_object_counts() {
    let sandbox = Sandbox::new();
    let issue = r#"[{"number":1,"title":"A","html_url":"https://g.example/1","comments":5,"user":{"login":"ann"},"owner_name":"Kim <kim@c.example>","created_at":"2025-01-01T00:00:00Z","state":"open"}]"#;
    sandbox.file("issues.json", issue);
    let said = sandbox.run(&["import", "issues.json", "--map", "reporter=owner_name"]);
    assert!(said.stderr.contains("1 ticket without comments, which the file only counts"), "{said:?}");
    assert_eq!(issues(&sandbox)["A"]["reporter"], "Kim <kim@c.example>");
    let stderr = sandbox.run(&["import", "issues.json", "--map", "reporter=owner"]).fails(1);
    assert!(stderr.contains("no issue has 'owner' for reporter"), "{stderr}");
    sandbox.file("issues.xml", "<?xml version='1.0'?><rss/>");
    assert!(sandbox.run(&["import", "issues.xml"]).fails(1).contains("XML is not read"));
    sandbox.file("zendesk.json", r#"{"id":35436,"subject":"Help","status":"open"}"#);
    assert!(sandbox.run(&["import", "zendesk.json"]).fails(1).contains("export CSV"));
    // Notes of beads are for those who work on it.
    sandbox.file("b.jsonl", r#"{"id":"b-1","title":"B","issue_type":"bug","status":"open","notes":"Not for Kim.","created_at":"2025-01-01T00:00:00Z"}"#);
    sandbox.run(&["import", "b.jsonl"]).ok();
    let all = issues(&sandbox);
    let note =
        all["B"]["timeline"].as_array().unwrap().iter().find(|entry| entry["action"] == "comment").unwrap();
    assert!(
        note["visibility"] == "internal" && note["note"].as_str().unwrap().contains("Not for Kim."),
        "{note}"
    );
}

/// A word that nobody knows changes nothing of a ticket that was imported before, whatever it is a word for.
#[test]
fn a_newer_export_in_words_that_nobody_knows_changes_nothing() {
    let sandbox = Sandbox::new();
    let export = |status: &str, priority: &str, resolution: &str, day: u32| {
        let text = format!(
            "Issue key,Summary,Status,Priority,Resolution,Reporter,Created,Updated,Resolved\n\
             A-1,Pay,{status},{priority},{resolution},kim@c.example,2025-10-01,2025-10-{day:02} 10:00,2025-10-05 10:00\n"
        );
        sandbox.file("jira.csv", &text);
        sandbox.run(&["import", "jira.csv"]).ok();
        let one = issues(&sandbox).remove("Pay").unwrap();
        ["status", "severity", "resolution"]
            .map(|field| one[field].as_str().unwrap_or("-").to_owned())
            .join(" ")
    };
    assert_eq!(export("Closed", "Highest", "Done", 6), "resolved blocker fixed");
    for (day, (status, priority, resolution)) in [
        ("Archived", "Highest", "Done"),
        ("Closed", "Ganz hoch", "Done"),
        ("Closed", "Highest", "Erledigt"),
        ("Archiviert", "Hoch", "Erledigt"),
    ]
    .into_iter()
    .enumerate()
    {
        let now = export(status, priority, resolution, 7 + u32::try_from(day).unwrap());
        assert_eq!(now, "resolved blocker fixed", "{status} {priority} {resolution}");
    }
    // What did open again there, and ended again on the day that the export repeats, has ended.
    let open = "Issue key,Summary,Status,Priority,Resolution,Reporter,Created,Updated,Resolved\n\
                A-1,Pay,In Progress,Highest,,kim@c.example,2025-10-01,2025-10-20 10:00,\n";
    sandbox.file("jira.csv", open);
    sandbox.run(&["import", "jira.csv"]).ok();
    assert_eq!(issues(&sandbox)["Pay"]["status"], "in-progress");
    assert_eq!(export("Closed", "Highest", "Done", 12), "in-progress blocker -", "an older export");
    assert_eq!(export("Closed", "Highest", "Done", 21), "resolved blocker fixed");
    assert_eq!(sandbox.run(&["import", "jira.csv"]).ok(), "0 new, 0 changed, 1 unchanged\n");
}

#[test]
fn a_severity_that_was_taken_away_there_stops_no_import() {
    for policy in ["warn", "enforce"] {
        let sandbox = Sandbox::new();
        sandbox.shell("git support team add 'Pia Ow' --email pia@example.com --role product-owner; git support team add 'Dana Li' --email dana@example.com --role l1").ok();
        let export = |priority: &str, title: &str| {
            format!(
                "Issue key,Summary,Status,Priority,Reporter,Created,Updated\nA-1,{title},Open,{priority},kim@c.example,2025-10-01,2025-10-02\n"
            )
        };
        sandbox.file("jira.csv", export("High", "Pay"));
        sandbox.run(&["import", "jira.csv"]).ok();
        sandbox.shell(&format!("GIT_AUTHOR_NAME='Pia Ow' GIT_AUTHOR_EMAIL=pia@example.com git support config set policy.severity_by_owner {policy}")).ok();
        sandbox.file("jira.csv", export("", "Paying").replace("10-02", "10-03"));
        let said = sandbox.run(&["import", "jira.csv"]);
        assert!(
            said.status == Some(0) && said.stderr.contains("not imported: severity"),
            "{policy}: {said:?}"
        );
        assert_eq!(issues(&sandbox)["Paying"]["severity"], "critical", "{policy}");
    }
}
