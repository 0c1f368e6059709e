//! `export` and `import`: many tickets at once, in one commit.

use crate::sandbox::{Sandbox, path_of};

#[test]
fn what_was_exported_is_imported_to_the_byte_and_only_once() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Card payments fail");
    sandbox.ticket("Slow export");
    sandbox.run(&["edit", &id, "--severity", "blocker", "--label", "a b"]).ok();
    sandbox.run(&["comment", &id, "-m", "Naïve \u{202e} café\n\ttabs"]).ok();
    let exported = sandbox.run(&["export", "--full"]).ok();
    assert_eq!(exported.lines().count(), 2);
    let other = Sandbox::new();
    let said = other.run_with(&["import", "-"], &exported).ok();
    assert_eq!(said, "2 new, 0 changed, 0 unchanged\n");
    assert_eq!(other.ticket_file(&id), sandbox.ticket_file(&id));
    assert_eq!(other.run(&["export", "--full"]).ok(), exported);
    assert_eq!(other.subjects()[0], "support: import 2 tickets");
    assert!(other.git(&["log", "-1", "--format=%B"]).contains(&format!("Support-Ticket: {id}")));
    let commits = other.subjects().len();
    assert_eq!(other.run_with(&["import", "-"], &exported).ok(), "0 new, 0 changed, 2 unchanged\n");
    assert_eq!(other.subjects().len(), commits);
    // What each side has done since is united.
    sandbox.run(&["comment", &id, "-m", "more"]).ok();
    other.run(&["edit", &id, "--environment", "eu"]).ok();
    let later = sandbox.run(&["export", "--full", "card"]).ok();
    assert_eq!(other.run_with(&["import", "-", "--json"], &later).ok().matches("\"changed\": 1").count(), 1);
    let file = other.ticket_file(&id);
    assert!(file.contains("environment: eu") && file.contains("more"), "{file}");
}

#[test]
fn a_line_without_an_id_is_a_new_ticket() {
    let sandbox = Sandbox::new();
    sandbox.file(
        "in.ndjson",
        "{\"title\": \"Old bug\", \"created\": \"2020-01-02\", \"severity\": \"major\", \"labels\": [\"legacy\", \"a\"], \
         \"status\": \"closed\", \"findings\": {\"diagnosis\": \"A race.\"}, \"description\": \"Long\\nago\"}\n\n\
         {\"title\": \"Nightly fails\", \"key\": \"nightly\"}\n",
    );
    assert_eq!(sandbox.run(&["import", "in.ndjson"]).ok(), "2 new, 0 changed, 0 unchanged\n");
    let found =
        sandbox.run(&["list", "--json", "--full", "label:legacy status:closed created:2020-01-02"]).ok();
    for part in
        ["\"diagnosis\": \"A race.\"", "\"channel\": \"import\"", "\"severity\": \"major\"", "Long\\nago"]
    {
        assert!(found.contains(part), "{found}");
    }
    let met = sandbox.run(&["new", "Nightly fails", "--key", "nightly"]).ok();
    assert_eq!(sandbox.field(met.trim(), "occurrences"), 2);
}

#[test]
fn a_wrong_line_is_named_and_nothing_is_imported() {
    let sandbox = Sandbox::new();
    let commits = sandbox.subjects().len();
    let lines = "{\"title\": \"Good\"}\n[1]\n{\"titel\": \"x\"}\n{\"title\": \"x\", \"severity\": \"huge\"}\n{\"id\": \"7k3fq2m9xd\", \
                 \"title\": \"x\"}\n{}\n{\"title\": \"x\", \"created\": \"soon\"}\n{\"title\": \"db\", \"description\": \
                 \"postgres://app:hunter22@db/x\"}\n{\"id\": \"../../x\", \"timeline\": []}\nnonsense\n";
    let said = sandbox.run_with(&["import", "-"], lines).fails(1);
    for part in [
        "line 2: is not a JSON object",
        "line 3: unknown field 'titel'; did you mean 'title'?",
        "line 4: ",
        "line 5: has an `id`, but no `timeline`",
        "line 6: ",
        "line 7: `created`: 'soon' is not a valid time",
        "line 8: ",
        "a password in an address",
        "line 9: `id` is not a ticket id",
        "line 10: is not valid JSON",
        "nothing was imported",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(sandbox.subjects().len(), commits);
    let twice = "{\"title\": \"x\", \"key\": \"k\"}\n{\"title\": \"x\", \"key\": \"k\"}\n";
    assert!(sandbox.run_with(&["import", "-"], twice).fails(1).contains("line 2: "));
    assert!(sandbox.run(&["import", "no-such-file"]).fails(1).contains("no-such-file"));
}

#[test]
fn thousands_are_one_commit_and_no_file_each() {
    let sandbox = Sandbox::new();
    let lines: String = (0..2_500).map(|number| format!("{{\"title\": \"Ticket {number}\"}}\n")).collect();
    sandbox.file("in.ndjson", lines);
    let before = sandbox.git(&["count-objects"]);
    let commits = sandbox.subjects().len();
    sandbox.run(&["import", "in.ndjson", "--dry-run"]).ok();
    assert_eq!(sandbox.subjects().len(), commits);
    assert_eq!(sandbox.run(&["import", "in.ndjson"]).ok(), "2500 new, 0 changed, 0 unchanged\n");
    assert_eq!(sandbox.subjects().len(), commits + 1);
    assert!(sandbox.git(&["log", "-1", "--format=%B"]).len() < 1_000);
    let loose = |text: &str| text.split(' ').next().unwrap().parse::<usize>().unwrap();
    assert!(loose(&sandbox.git(&["count-objects"])) - loose(&before) < 1_500, "trees, and no blobs");
    assert_eq!(sandbox.run(&["export"]).ok().lines().count(), 2_500);
    let csv = sandbox.run(&["export", "sort:title", "--format", "csv"]).ok();
    assert_eq!((csv.lines().count(), csv.matches("id,title").count()), (2_501, 1));
    let first = csv.lines().nth(1).unwrap()[..10].to_owned();
    assert!(sandbox.repo().join(path_of(&first)).exists());
    assert!(sandbox.run(&["export", "--format", "github"]).fails(2).contains("not available as github"));
}

#[test]
fn a_batch_is_one_commit_or_none() {
    let sandbox = Sandbox::new();
    let (one, other) = (sandbox.ticket("One"), sandbox.ticket("Other"));
    let commits = sandbox.subjects().len();
    let good = format!(
        "{{\"op\":\"comment\",\"id\":\"{}\",\"note\":\"Seen.\",\"internal\":true}}\n\
         {{\"op\":\"edit\",\"id\":\"{one}\",\"severity\":\"major\",\"labels\":[\"pay\"]}}\n\
         {{\"op\":\"link\",\"id\":\"{one}\",\"kind\":\"blocks\",\"to\":\"{other}\"}}\n\
         {{\"op\":\"resolve\",\"id\":\"{other}\",\"as\":\"answered\",\"note\":\"So.\"}}\n\
         {{\"op\":\"new\",\"title\":\"Three\",\"type\":\"question\"}}\n",
        &one[..4]
    );
    let bad = format!("{good}{{\"op\":\"close\",\"id\":\"{one}\"}}\n");
    let stderr = sandbox.run_with(&["batch"], bad).fails(1);
    assert!(stderr.contains("line 6") && stderr.contains("nothing was changed"), "{stderr}");
    let stderr = sandbox.run_with(&["batch"], "{\"op\":\"coment\",\"id\":\"x\"}\n").fails(1);
    assert!(stderr.contains("line 1") && stderr.contains("did you mean 'comment'"), "{stderr}");
    assert_eq!(sandbox.subjects().len(), commits);
    sandbox.run_with(&["batch"], good).ok();
    assert_eq!(sandbox.subjects().len(), commits + 1);
    assert_eq!(sandbox.subjects()[0], "support: batch of 5 on 3 tickets");
    assert_eq!(sandbox.field(&other, "status"), "resolved");
    assert_eq!(sandbox.field(&one, "severity"), "major");
    assert_eq!(sandbox.run(&["list", "Three"]).ok().lines().count(), 2);
}

/// A word that is not known would be lost, and "internal" that is not true would publish a note.
#[test]
fn a_batch_takes_no_operation_with_something_that_it_would_leave_out() {
    let sandbox = Sandbox::new();
    let one = sandbox.ticket("One");
    let commits = sandbox.subjects().len();
    for (operation, said) in [
        (r#""op":"comment","note":"a","message":"b""#, "unknown field 'message' ('comment' takes id, note,"),
        (r#""op":"comment","note":"a","internl":true"#, "did you mean 'internal'?"),
        (r#""op":"comment","note":"a","internal":"true""#, "'internal' is neither true nor false"),
        (r#""op":"comment","note":["a"]"#, "'note' is not a text"),
        (r#""op":"resolve","as":"answered","note":"a","from":"Kim""#, "unknown field 'from'"),
        (r#""op":"resolve","as":"fixed","commits":"HEAD""#, "'commits' is not a list of texts"),
        (r#""op":"resolve","as":"fixed","commits":[1]"#, "'commits' is not a list of texts"),
        (r#""op":"escalate","requirements":["a"],"note":"b""#, "'requirements' is not a text"),
        (r#""op":"escalate","diagnosys":"a""#, "did you mean 'diagnosis'?"),
        (r#""op":"triage","confirm":1,"severity":"major""#, "'confirm' is neither true nor false"),
        (r#""op":"comment","note":"a","note":"b""#, "'note' occurs twice"),
        (r#""op":"triage","status":"in-progress""#, "'status' is what 'triage' sets itself"),
        (r#""op":"triage","confirm":true,"severity":"major""#, "'confirm' keeps the severity"),
        (r#""op":"resolve","as":"fixed","commits":["nope"]"#, "nope"),
        (
            r#""op":"resolve","as":"answered","note":"a","no_commit":"b""#,
            "'no_commit' does not belong to 'answered'",
        ),
        (r#""op":"resolve","as":"answered","note":"a","of":"0000""#, "'of' does not belong to 'answered'"),
        (r#""op":"resolve","as":"fixed","no_commit":"""#, "'no_commit' is empty"),
        (r#""op":"pend","follow_up":"3d","until":"2026""#, "unknown field 'until'"),
    ] {
        let line = format!("{{\"id\":\"{one}\",{operation}}}\n");
        let stderr = sandbox.run_with(&["batch"], &line).fails(1);
        assert!(stderr.contains(said) && stderr.contains("nothing was changed"), "{operation}: {stderr}");
    }
    assert_eq!(sandbox.subjects().len(), commits);
    let nothing = format!("{{\"op\":\"comment\",\"id\":\"{one}\",\"note\":\"a\",\"internal\":null}}\n");
    sandbox.run_with(&["batch"], &nothing).ok();
    let fixed =
        format!("{{\"op\":\"resolve\",\"id\":\"{one}\",\"as\":\"fixed\",\"no_commit\":\"data only\"}}\n");
    sandbox.run_with(&["batch"], &fixed).ok();
    assert!(sandbox.run(&["show", &one]).ok().contains("No commit: data only"));
}

/// Links have two ends, and commits whole names, whoever makes them.
#[test]
fn a_batch_does_what_the_commands_do() {
    let sandbox = Sandbox::new();
    let [one, two, three] = ["One", "Two", "Three"].map(|title| sandbox.ticket(title));
    let lines = format!(
        "{{\"op\":\"link\",\"id\":\"{one}\",\"kind\":\"blocks\",\"to\":\"{two}\"}}\n\
         {{\"op\":\"resolve\",\"id\":\"{three}\",\"as\":\"duplicate\",\"of\":\"{one}\"}}\n\
         {{\"op\":\"resolve\",\"id\":\"{two}\",\"as\":\"fixed\",\"commits\":[\"HEAD\"]}}\n"
    );
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Fix"]);
    let head = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.run_with(&["batch"], &lines).ok();
    assert_eq!(sandbox.field(&two, "commits")[0], head.as_str());
    assert_eq!(sandbox.field(&two, "links")["blocked-by"][0], one.as_str());
    assert_eq!(sandbox.field(&one, "links")["duplicated-by"][0], three.as_str());
    assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n");
    let again = format!("{{\"op\":\"reopen\",\"id\":\"{three}\",\"note\":\"It is not.\"}}\n");
    sandbox.run_with(&["batch"], &again).ok();
    assert!(sandbox.field(&one, "links")["duplicated-by"].is_null());
    let wrong =
        sandbox.run(&["resolve", &two, "--as", "answered", "--duplicate-of", &one, "-m", "x"]).fails(2);
    assert!(wrong.contains("--duplicate-of is for --as duplicate"), "{wrong}");
}

#[test]
fn an_export_is_one_document_in_json_and_one_table_in_markdown() {
    let sandbox = Sandbox::new();
    let read = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
    assert_eq!(read(sandbox.run(&["export", "--json"]).ok()), serde_json::json!([]));
    sandbox.ticket("=One");
    sandbox.ticket("Two | three");
    let all = read(sandbox.run(&["export", "--json", "--full"]).ok());
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert!(all[0]["timeline"].is_array(), "{all}");
    let table = sandbox.run(&["export", "--format", "markdown"]).ok();
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(sandbox.run(&["export", "--format", "csv"]).ok().contains(",'=One,"));
}

#[test]
fn new_tickets_come_in_once_however_often_their_file_does() {
    let sandbox = Sandbox::new();
    let lines = "{\"title\":\"One\"}\n{\"title\":\"One\"}\n{\"title\":\"Two\",\"key\":\"two\"}";
    for expected in ["3 new, 0 changed, 0 unchanged", "0 new, 0 changed, 3 unchanged"] {
        let said = sandbox.run_with(&["import", "-"], lines).ok();
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(sandbox.subjects().len(), 2);
}

#[test]
fn a_change_with_many_warnings_shows_the_first_and_counts_the_rest() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "policy.fixed_needs_commit", "warn"]).ok();
    let titles: String = (1..=30).map(|number| format!("{{\"title\":\"Bug {number}\"}}\n")).collect();
    sandbox.run_with(&["import", "-"], titles).ok();
    let ids = sandbox.run(&["export", "--format", "csv"]).ok();
    let resolve =
        |line: &str| format!("{{\"op\":\"resolve\",\"id\":\"{}\",\"as\":\"fixed\"}}\n", &line[..10]);
    let operations: String = ids.lines().skip(1).map(resolve).collect();
    let dry = sandbox.run_with(&["batch", "--dry-run", "--verbose"], operations.clone());
    assert_eq!(dry.stderr.matches("resolved as fixed without a commit").count(), 30, "{}", dry.stderr);
    let done = sandbox.run_with(&["batch"], operations);
    assert_eq!(done.stderr.matches("resolved as fixed without a commit").count(), 20, "{}", done.stderr);
    assert!(
        done.stderr.ends_with("warning: and 10 more warnings, which --verbose shows\n"),
        "{}",
        done.stderr
    );
}
