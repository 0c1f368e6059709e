//! Exports as other trackers and desks write them: people, dates and states that are not where they usually are.

use serde_json::Value;

use crate::mailing::{desk, message, take, ticket_of};
use crate::migrating::all;
use crate::sandbox::Sandbox;

fn import(sandbox: &Sandbox, text: &str, more: &[&str]) -> (String, String) {
    sandbox.file("x.csv", text);
    let said = sandbox.run(&[&["import", "x.csv"], more].concat());
    let stderr = said.stderr.clone();
    (said.ok(), stderr)
}

fn by(ticket: &Value) -> Vec<String> {
    let entries = ticket["timeline"].as_array().unwrap().iter();
    entries.map(|entry| format!("{} {}", entry["action"], entry["by"]).replace('"', "")).collect()
}

#[test]
fn an_older_export_opens_nothing_again() {
    let head = "Issue key,Summary,Status,Resolution,Reporter,Created,Updated,Resolved\n";
    let old = format!("{head}S-1,One,To Do,,Kim,2026-11-01 08:00,2026-11-01 08:00,\n");
    let new = format!("{head}S-1,One,Done,Done,Kim,2026-11-01 08:00,2026-11-20 08:00,2026-11-20 08:00\n");
    let sandbox = Sandbox::new();
    import(&sandbox, &old, &[]);
    import(&sandbox, &new, &[]);
    let (said, stderr) = import(&sandbox, &old, &[]);
    assert_eq!(said, "0 new, 0 changed, 1 unchanged\n");
    assert!(
        stderr.contains("the export is older than what was imported before, not imported: status"),
        "{stderr}"
    );
    assert_eq!(all(&sandbox)[0]["status"], "resolved");
    // Opened again there, later.
    let again = format!("{head}S-1,One,To Do,,Kim,2026-11-01 08:00,2026-11-22 08:00,\n");
    import(&sandbox, &again, &[]);
    assert_eq!(all(&sandbox)[0]["status"], "in-progress");
    let closed = new
        .replace("2026-11-20", "2026-11-22")
        .replace("08:00,2026-11-22 08:00\n", "09:00,2026-11-22 09:00\n");
    import(&sandbox, &closed, &[]);
    assert_eq!(all(&sandbox)[0]["status"], "resolved");
}

#[test]
fn a_comment_that_nobody_signed_is_nobodys() {
    let sandbox = Sandbox::new();
    let table = "Key,Title,Reporter,Created,Comments\nA-1,Printer,Kim Roe <kim@c.example>,2026-11-01,It smells of smoke\n";
    import(&sandbox, table, &["--map", "comments=Comments"]);
    assert_eq!(import(&sandbox, table, &["--map", "comments=Comments"]).0, "0 new, 0 changed, 1 unchanged\n");
    let who = by(&all(&sandbox)[0]);
    assert_eq!(who, ["open Kim Roe <kim@c.example>", "comment unknown <unknown@invalid>"], "{who:?}");
}

#[test]
fn reporters_and_ends_are_found_under_the_names_of_other_desks() {
    for (head, row) in [
        (
            "Id,Subject,Status,Created,Closed at,Customer",
            "1,Printer,closed,2026-11-01 10:00,2026-11-03 10:00,kim@c.example",
        ),
        (
            "id,Subject,Status,Created,Resolved,Requestors,Owner",
            "1,Printer,resolved,2026-11-01 10:00,2026-11-03 10:00,kim@c.example,-",
        ),
        (
            "Issue ID,Title,State,Author,Created At (UTC),Closed At (UTC)",
            "1,Printer,Closed,kim@c.example,2026-11-01 10:00:00,2026-11-03 10:00:00",
        ),
        (
            "Id,Subject,Status,Created,Updated at,Requester",
            "1,Printer,closed,2026-11-01 10:00,2026-11-03 10:00,kim@c.example",
        ),
    ] {
        let sandbox = Sandbox::new();
        let (_, stderr) = import(&sandbox, &format!("{head}\n{row}\n"), &[]);
        assert!(!stderr.contains("without a reporter"), "{stderr}");
        let ticket = &all(&sandbox)[0];
        assert_eq!(ticket["reporter"], "<kim@c.example>", "{head}");
        assert_eq!(ticket.get("assignee"), None, "{head}");
        let end =
            ticket["timeline"].as_array().unwrap().iter().find(|entry| entry["action"] == "resolve").unwrap();
        assert_eq!(end["at"], "2026-11-03T10:00:00Z", "{head}");
    }
    // Of two such columns, one is read, and no word of the other is lost.
    let sandbox = Sandbox::new();
    let both = "Key,Title,Created,Reporter,Customer,Assignee,Owner\n\
                1,Printer,2026-11-01,kim@c.example,ACME Ltd,ann@x.example,bo@x.example\n";
    import(&sandbox, both, &[]);
    let whole = sandbox.run(&["export", "--full"]).ok();
    assert!(whole.contains("Customer: ACME Ltd") && whole.contains("Owner: bo@x.example"), "{whole}");
    assert_eq!(all(&sandbox)[0]["reporter"], "<kim@c.example>");
    assert_eq!(import(&sandbox, both, &[]).0, "0 new, 0 changed, 1 unchanged\n");
    // A cell that is empty is nobody; a table without such a column is whoever's who imports it, and that is said.
    let sandbox = Sandbox::new();
    import(&sandbox, "Id,Subject,Who,Created\n1,Printer,,2026-11-01\n", &["--map", "reporter=Who"]);
    assert_eq!(all(&sandbox)[0]["reporter"], "unknown <unknown@invalid>");
    let (_, stderr) = import(&sandbox, "Id,Subject,Created\n2,Mouse,2026-11-01\n", &[]);
    assert!(stderr.contains("warning: 1 ticket without a reporter"), "{stderr}");
}

#[test]
fn nothing_is_sent_to_an_address_that_an_import_made() {
    let sandbox = desk();
    let issue = r#"[{"number":1,"title":"T","state":"OPEN","author":{"login":"kim"},"createdAt":"2026-11-01T08:00:00Z","url":"https://github.com/a/b/issues/1"}]"#;
    sandbox.file("i.json", issue);
    sandbox.run(&["import", "i.json"]).ok();
    let id = all(&sandbox)[0]["id"].as_str().unwrap().to_owned();
    let said = sandbox.run(&["reply", &id, "-m", "hello"]).fails(1);
    assert!(said.contains("has no reporter with an e-mail address") && said.contains("--to"), "{said}");
    sandbox.run(&["reply", &id, "--to", "kim@c.example", "-m", "hello"]).ok();
}

#[test]
fn an_import_is_undone_whole() {
    let sandbox = Sandbox::new();
    let issue = |number: u32, state: &str| {
        format!(
            "{{\"number\":{number},\"title\":\"T{number}\",\"state\":\"{state}\",\"author\":{{\"login\":\"kim\"}},\"createdAt\":\"2026-11-01T08:00:00Z\",\"closedAt\":\"2026-11-02T08:00:00Z\",\"url\":\"https://github.com/a/b/issues/{number}\"}}"
        )
    };
    sandbox.file("i.json", format!("[{},{}]", issue(1, "OPEN"), issue(2, "CLOSED")));
    sandbox.run(&["import", "i.json"]).ok();
    sandbox.run(&["undo"]).ok();
    for ticket in all(&sandbox) {
        assert_eq!(ticket["resolution"], "withdrawn", "{ticket}");
    }
    // What ended later, somebody ended.
    let id = sandbox.ticket("Own");
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "x"]).ok();
    let opening = sandbox.field(&id, "timeline")[0]["id"].as_str().unwrap().to_owned();
    sandbox.run(&["undo", &opening]).ok();
    assert_eq!(sandbox.field(&id, "resolution"), "answered");
}

#[test]
fn a_form_is_of_whoever_filled_it_in() {
    let sandbox = desk();
    let form = |id: &str, from: &str, reply_to: &str| {
        let headers = format!(
            "From: {from}\nReply-To: {reply_to}\nSubject: Form {id}\nReceived: from a by mx; Mon, 23 Nov 2026 09:00:00 +0000"
        );
        take(
            &sandbox,
            &format!("Authentication-Results: mx; spf=pass\n{}", message(id, &headers, "Please call.")),
        )
    };
    for (place, from) in
        ["noreply@shop.example", "support@shop.example", "Do Not Reply <do-not-reply@web.example>"]
            .iter()
            .enumerate()
    {
        let id = ticket_of(&form(&format!("f{place}@x"), from, "Rita <rita@customer.example>"));
        let show = sandbox.run(&["show", &id]).ok();
        assert!(
            show.contains("Rita <rita@customer.example>") && !show.contains("spf=pass"),
            "{from}: {show}"
        );
        assert!(sandbox.run(&["mail", "queue"]).ok().contains("rita@customer.example"), "{from}");
    }
    // Whoever writes in their own name is answered there, and nobody's name counts for the desk's.
    let id = ticket_of(&form("f8@x", "Ann <ann@customer.example>", "rita@customer.example"));
    assert_eq!(sandbox.field(&id, "reporter"), "Ann <ann@customer.example>");
    assert_eq!(form("f9@x", "support@shop.example", "noreply@shop.example")["outcome"], "left");
}

#[test]
fn a_rule_of_the_writers_own_is_no_signature() {
    let sandbox = desk();
    let text = "The broken orders are:\n--\norder 4711\n--\nPlease refund both.";
    let id = ticket_of(&take(&sandbox, &message("s1@x", "", text)));
    assert_eq!(sandbox.field(&id, "description").as_str().unwrap().trim_end(), text);
    let id = ticket_of(&take(&sandbox, &message("s2@x", "", "It fails.\n--\nAnn Lee\nACME\n")));
    assert_eq!(sandbox.field(&id, "description").as_str().unwrap().trim_end(), "It fails.");
}

#[test]
fn a_queued_message_that_lost_a_part_is_not_sent_and_that_is_said() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("q1@x", "", "It fails.")));
    sandbox.run(&["reply", &id, "-m", "Refund for card 4111111111111111 takes 3 days."]).ok();
    let said = sandbox.run(&["redact", &id, "--text", "4111111111111111", "-m", "x"]);
    assert!(
        said.stderr.contains("warning: the message of entry") && said.stderr.contains("is not sent"),
        "{said:?}"
    );
}

#[test]
fn an_end_that_differs_on_both_sides_is_said() {
    let sandbox = Sandbox::new();
    let issue = |state: &str| {
        format!(
            "[{{\"number\":1,\"title\":\"T\",{state},\"author\":{{\"login\":\"kim\"}},\"createdAt\":\"2026-11-01T08:00:00Z\",\"url\":\"https://github.com/a/b/issues/1\"}}]"
        )
    };
    sandbox.file("i.json", issue("\"state\":\"OPEN\""));
    sandbox.run(&["import", "i.json"]).ok();
    let id = all(&sandbox)[0]["id"].as_str().unwrap().to_owned();
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "x"]).ok();
    sandbox.file(
        "i.json",
        issue("\"state\":\"CLOSED\",\"stateReason\":\"NOT_PLANNED\",\"closedAt\":\"2026-11-02T08:00:00Z\""),
    );
    let said = sandbox.run(&["import", "i.json"]);
    assert!(said.stderr.contains("changed in both trackers, not imported: resolution"), "{said:?}");
    assert_eq!(sandbox.field(&id, "resolution"), "answered");
}

#[test]
fn a_table_without_a_title_says_which_columns_there_are() {
    let sandbox = Sandbox::new();
    sandbox.file("b.csv", "Bug ID,Product,Short Desc\n1,Shop,Printer\n");
    let said = sandbox.run(&["import", "b.csv"]).fails(1);
    assert!(said.contains("--map title=COLUMN (columns: Bug ID, Product, Short Desc)"), "{said}");
    sandbox.run(&["import", "b.csv", "--map", "title=Short Desc", "--map", "key=Bug ID"]).ok();
}

#[test]
fn no_word_and_no_file_of_a_message_goes_unsaid() {
    let sandbox = desk();
    let parts = "--b\n\nSee the file.\n--b\nContent-Disposition: attachment; filename=empty.log\n\n--b--\n";
    let headers = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b";
    let id = ticket_of(&take(&sandbox, &message("e1@x", headers, parts)));
    let show = sandbox.run(&["show", &id]).ok();
    assert!(show.contains("empty.log was not attached: it is empty."), "{show}");
    let long = format!("Begin\n{}\nEnd", "A line of a long story.\n".repeat(4000));
    let id = ticket_of(&take(&sandbox, &message("e2@x", "", &long)));
    let description = sandbox.field(&id, "description");
    assert!(
        description.as_str().unwrap().trim_end().ends_with("[The whole text is attached.]"),
        "{description}"
    );
    let whole = sandbox.run(&["attach", &id, "--get", "message.eml", "-o", "-"]).ok();
    assert!(whole.contains("\nEnd"));
}

#[test]
fn a_reply_follows_no_message_that_was_never_sent() {
    let sandbox = desk();
    let id = ticket_of(&take(&sandbox, &message("t1@x", "", "It fails.")));
    sandbox.run(&["reply", &id, "-m", "One."]).ok();
    let timeline = sandbox.field(&id, "timeline");
    let is_it = |entry: &&Value| entry["note"].as_str().is_some_and(|note| note.trim_end() == "One.");
    let undone = timeline.as_array().unwrap().iter().find(is_it).unwrap()["id"].as_str().unwrap().to_owned();
    sandbox.run(&["undo"]).ok();
    let draft = sandbox.run(&["reply", &id, "-m", "Two.", "--draft"]).ok();
    assert!(draft.contains("<t1@x>") && !draft.contains(&undone), "{draft}");
}
