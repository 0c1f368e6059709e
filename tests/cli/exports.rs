//! Tables as trackers and spreadsheets export them: nothing of a row is lost, and no cell is taken for what it is not.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Imports a table, and gives what it says and all tickets.
fn taken(sandbox: &Sandbox, table: &str) -> (String, Vec<Value>) {
    sandbox.file("table.csv", table);
    let said = sandbox.run(&["import", "table.csv"]);
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    let lines = sandbox
        .run(&["list", "status:open,resolved,closed sort:created", "--full", "--format", "ndjson"])
        .ok();
    (said.stderr, lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn field<'a>(ticket: &'a Value, name: &str) -> &'a str {
    ticket[name].as_str().unwrap_or_default()
}

#[test]
fn what_is_said_after_the_end_moves_it_no_later() {
    let sandbox = Sandbox::new();
    let heading = "Issue key,Summary,Status,Reporter,Created,Updated,Resolved,Resolution,Comment,Comment\n";
    let row = "S-1,One,Done,Kim,2026-10-05 08:00,2026-10-25 08:00,2026-10-06 08:00,Done,2026-10-05 09:00;dana;Which?,2026-10-25 08:00;Kim;Thanks\n";
    let (_, tickets) = taken(&sandbox, &format!("{heading}{row}"));
    let actions: Vec<&str> =
        tickets[0]["timeline"].as_array().unwrap().iter().map(|entry| field(entry, "action")).collect();
    assert_eq!(actions, ["open", "comment", "comment", "resolve", "comment"]);
    assert_eq!(field(&tickets[0], "status"), "resolved");
    let report = sandbox.run(&["report", "--from", "2026-10-01", "--to", "2026-10-11"]).ok();
    assert!(report.contains("Resolved") && !report.contains("Backlog  1"), "{report}");
    // A word of theirs in a later export reopens nothing that is closed there.
    let more = row.replace(";Thanks", ";Thanks,2026-10-26 08:00;Kim;Really");
    let (_, tickets) =
        taken(&sandbox, &format!("{}{more}", heading.replace("Comment\n", "Comment,Comment\n")));
    assert_eq!(field(&tickets[0], "status"), "resolved");
    assert!(tickets[0].to_string().contains("Really"), "{}", tickets[0]);
}

#[test]
fn two_columns_of_one_field_lose_no_cell() {
    let sandbox = Sandbox::new();
    let table = "Key,ID,Title,Subject,Created,Date,Reporter,Body,Description,Description,Tags,Labels,Type,Type\n\
                 K-1,77,TITLEW,SUBJW,2026-10-05,2026-10-04,K,BODYW,DESCW,MOREW,TAGW,LABW,Bug,KINDW\n";
    let (_, tickets) = taken(&sandbox, table);
    let whole = tickets[0].to_string();
    for word in
        ["TITLEW", "SUBJW", "2026-10-04", "BODYW", "DESCW", "MOREW", "TAGW", "LABW", "KINDW", "ID: 77"]
    {
        assert!(whole.contains(word), "{word}: {whole}");
    }
    let (said, _) = taken(&sandbox, "Key,Title,Created,Reporter,Resolution\nK-2,Two,2026-10-05,K,ODDW\n");
    let whole = sandbox.run(&["export", "--full"]).ok();
    assert!(whole.contains("resolution: ODDW") || said.contains("ODDW"), "{said} {whole}");
}

#[test]
fn one_byte_that_is_no_letter_refuses_the_table_and_turns_no_other_text() {
    let sandbox = Sandbox::new();
    let table = b"ID,Title,Created,Reporter\n1,Gr\xc3\xb6\xc3\x9fe,2026-10-05,J\xc3\xb6rg\n2,cut\xe2\x80,2026-10-05,K\n";
    sandbox.file("table.csv", table);
    let stderr = sandbox.run(&["import", "table.csv"]).fails(1);
    assert!(stderr.contains("line 3: UTF-8 with bytes that are none"), "{stderr}");
    sandbox.shell("iconv -c -f UTF-8 -t UTF-8 <table.csv >clean.csv").ok();
    sandbox.run(&["import", "clean.csv"]).ok();
    sandbox.file("latin.csv", b"ID,Title\n9,Gr\xf6\xdfe\n");
    sandbox.run(&["import", "latin.csv"]).ok();
    let titles = sandbox.run(&["list", "--format", "csv"]).ok();
    assert_eq!(titles.matches("Größe").count(), 2, "{titles}");
}

#[test]
fn comments_that_name_accounts_are_of_the_people_of_the_row() {
    let sandbox = Sandbox::new();
    let table = "Summary,Issue key,Status,Assignee,Assignee Id,Reporter,Reporter Id,Created,Comment,Comment\n\
                 Login,S-1,To Do,Dana Li,5b10ac,Kim Roe,5b10ad,2026-11-03 09:15,2026-11-04 10:00;5b10ac;Which?,2026-11-05 11:00;5b10ad;Chrome\n";
    let (_, tickets) = taken(&sandbox, table);
    let by: Vec<&str> =
        tickets[0]["timeline"].as_array().unwrap().iter().map(|entry| field(entry, "by")).collect();
    assert!(by.contains(&"Dana Li <dana.li@invalid>") && by.contains(&"Kim Roe <kim.roe@invalid>"), "{by:?}");
    assert_eq!(sandbox.run(&["list", "is:unanswered", "--format", "ndjson"]).ok().lines().count(), 1);
}

#[test]
fn the_tables_of_other_desks_are_understood() {
    let sandbox = Sandbox::new();
    let bugzilla = "Bug ID,Summary,Status,Resolution,Reporter,Opened,Depends on,Duplicate of\n\
                    1001,Cart,NEW,,kim@c.example,2026-10-05 08:00:00,,\n\
                    1002,Basket,RESOLVED,DUPLICATE,kim@c.example,2026-10-05 08:00:01,,1001\n\
                    1003,Pay,NEW,,kim@c.example,2026-10-05 08:00:02,\"1001, 1002\",\n";
    let (_, tickets) = taken(&sandbox, bugzilla);
    assert_eq!(field(&tickets[1], "resolution"), "duplicate");
    assert_eq!(tickets[2]["links"]["blocked-by"].as_array().map_or(0, Vec::len), 2, "{}", tickets[2]);
    sandbox.file("table.csv", bugzilla.replace("Cart", "The cart"));
    assert_eq!(sandbox.run(&["import", "table.csv"]).ok(), "0 new, 1 changed, 2 unchanged\n");

    let redmine = "#,Tracker,Parent task,Status,Subject,Author,Created,Closed,Related issues\n\
                   31,Feature,,New,Dark mode,Kim,2026-10-06 08:00,,\n\
                   32,Support,31,Rejected,Which?,Kim,2026-10-06 08:01,2026-10-07 08:00,\"Duplicates #31, Related to #31\"\n";
    let (_, tickets) = taken(&sandbox, redmine);
    assert_eq!((field(&tickets[3], "type"), field(&tickets[4], "type")), ("improvement", "question"));
    assert_eq!(field(&tickets[4], "status"), "resolved");
    assert_eq!(tickets[4]["links"]["parent"][0], tickets[3]["id"]);

    let freshdesk = "Ticket ID,Subject,Status,Created time,Closed time,Agent,Full name,Email\n\
                     7,Refund,Closed,2026-10-08 08:00,2026-10-09 08:00,Dana Li,Kim Roe,kim@c.example\n";
    let (said, tickets) = taken(&sandbox, freshdesk);
    let refund = &tickets[5];
    assert_eq!(field(refund, "reporter"), "Kim Roe <kim@c.example>");
    assert_eq!(field(refund, "assignee"), "Dana Li <dana.li@invalid>");
    assert_eq!(field(refund, "created"), "2026-10-08T08:00:00Z");
    assert!(!said.contains("warning"), "{said}");
}

#[test]
fn an_address_that_comes_later_is_the_reporters() {
    let sandbox = Sandbox::new();
    let table = "Id,Subject,Requester,Status,Created at\n12,Refund,Kim Roe,Open,2026-10-05 08:00\n";
    let (_, tickets) = taken(&sandbox, table);
    assert_eq!(field(&tickets[0], "reporter"), "Kim Roe <kim.roe@invalid>");
    let table = table
        .replace("Requester,", "Requester,Requester email,")
        .replace("Kim Roe,", "Kim Roe,kim@c.example,");
    let (_, tickets) = taken(&sandbox, &table);
    assert_eq!(field(&tickets[0], "reporter"), "Kim Roe <kim@c.example>");
    // An account that is deleted there takes no address away here.
    let (_, tickets) = taken(&sandbox, &table.replace("kim@c.example", ""));
    assert_eq!(field(&tickets[0], "reporter"), "Kim Roe <kim@c.example>");
}

#[test]
fn what_a_spreadsheet_adds_is_no_ticket() {
    let sandbox = Sandbox::new();
    let table = "sep=;\r\nID;Title;Created;Closed;Reporter\r\n1;One, and more;05.10.2026 08:00;-;K\r\n;;;;\r\n \
                 ; ;;;\r\n2;Two;N/A;0000-00-00 00:00:00;K\r\n";
    let (said, tickets) = taken(&sandbox, table);
    assert_eq!(tickets.len(), 2);
    assert!(tickets.iter().any(|ticket| field(ticket, "created") == "2026-10-05T08:00:00Z"), "{tickets:?}");
    assert!(said.contains("1 ticket without a date of opening"), "{said}");
    sandbox.file("table.csv", "sep=;\r\nID;Title\r\n;\r\n3;\r\n");
    assert!(sandbox.run(&["import", "table.csv"]).fails(1).contains("line 4: has no title"));
}

#[test]
fn a_table_without_keys_says_what_that_means() {
    let sandbox = Sandbox::new();
    let (said, _) = taken(&sandbox, "Title,Created,Reporter\nOne,2026-10-05,K\n");
    assert!(said.contains("1 ticket without a key") && said.contains("--map key=COLUMN"), "{said}");
}

#[test]
fn dates_without_a_zone_are_of_the_zone_that_is_named() {
    let sandbox = Sandbox::new();
    let table = "Issue key,Summary,Reporter,Created,Comment\nS-1,One,Kim,05/Oct/26 8:00 AM,06/Oct/26 9:00 AM;kim;Still\n";
    sandbox.file("table.csv", table);
    sandbox.run(&["import", "table.csv", "--zone", "Europe/Berlin"]).ok();
    // The same issue, exported by somebody elsewhere.
    sandbox.file("table.csv", table.replace("8:00 AM", "2:00 AM").replace("9:00 AM", "3:00 AM"));
    let again = sandbox.run(&["import", "table.csv", "--zone", "America/New_York"]).ok();
    assert_eq!(again, "0 new, 0 changed, 1 unchanged\n");
    let ticket = sandbox.run(&["list", "--format", "ndjson"]).ok();
    assert!(ticket.contains("2026-10-05T06:00:00Z"), "{ticket}");
    let stderr = sandbox.run(&["import", "table.csv", "--zone", "Berlin"]).fails(2);
    assert!(stderr.contains("did you mean 'Europe/Berlin'"), "{stderr}");
}
