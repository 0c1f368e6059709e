//! What somebody types means what it says: comparisons before quotes, links of lines, texts from a pipe, sums that are absurd.

use crate::sandbox::Sandbox;
use crate::server::Server;

#[test]
fn a_comparison_before_quotes_is_one() {
    let sandbox = Sandbox::new();
    sandbox.run(&["new", "One", "--severity", "blocker", "--label", "a b", "--key", "k 1"]).ok();
    sandbox
        .run(&["new", "Two", "--severity", "minor", "--label", "x", "--assignee", "Eve Moe <eve@x.example>"])
        .ok();
    sandbox.run(&["new", "set severity=\"blocker\" now", "--severity", "major"]).ok();
    let found = |query: &str| -> Vec<String> {
        let lines = sandbox.run(&["list", query, "sort:created", "--format", "csv"]).ok();
        lines.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()[..3].to_owned()).collect()
    };
    for (query, expected) in [
        ("severity=\"blocker\"", &["One"][..]),
        ("severity==\"blocker\"", &["One"]),
        ("severity:=\"blocker\"", &["One"]),
        ("severity!=\"minor\" severity!=\"major\"", &["One"]),
        ("severity:!=\"minor\" severity<>\"major\"", &["One"]),
        ("severity>=\"critical\"", &["One"]),
        ("label=\"a b\"", &["One"]),
        ("label:=\"a b\"", &["One"]),
        ("labels=\"a b\",\"x\"", &["One", "Two"]),
        ("label!=\"x\" severity:blocker", &["One"]),
        ("label:!=\"a b\",\"y\" severity:minor", &["Two"]),
        ("-label=\"a b\" -severity=\"major\"", &["Two"]),
        ("key=\"k 1\"", &["One"]),
        ("assignee=\"Eve Moe\"", &["Two"]),
        ("assignee!=\"Eve Moe\" severity:blocker", &["One"]),
        ("created>\"2020-01-01\" title=\"One\"", &["One"]),
        ("is=\"open\" type=\"defect\" severity=\"minor\"", &["Two"]),
        // Quotes around the whole are a text.
        ("\"severity=blocker\"", &["\"se"]),
    ] {
        assert_eq!(found(query), expected, "{query}");
        sandbox.shell("rm -f .git/support/index*").ok();
        assert_eq!(found(query), expected, "{query}, without an index");
    }
    for query in [
        "is!=\"open\"",
        "sort!=\"title\"",
        "sevrity=\"blocker\"",
        "severity=\"blocer\"",
        "label>\"a b\"",
        "class=\"x y\"",
    ] {
        assert!(sandbox.run(&["list", query]).fails(2).contains("column"), "{query}");
    }
    sandbox.run(&["check", "severity=\"blocker\""]).fails_with_gate();
    sandbox.run(&["check", "label:=\"a b\""]).fails_with_gate();
}

#[test]
fn links_of_lines_are_on_both_tickets() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("A");
    let short = &id[..6];
    let line = format!(
        "{{\"op\":\"new\",\"title\":\"B\",\"links\":{{\"blocks\":[\"{id}\"],\"parent\":[\"{short}\"]}}}}\n"
    );
    sandbox.run_with(&["batch"], &line).ok();
    let line =
        format!("{{\"title\":\"C\",\"links\":{{\"blocks\":[\"{short}\"],\"relates-to\":[\"{id}\"]}}}}\n");
    sandbox.run_with(&["import", "-"], &line).ok();
    assert!(sandbox.run_with(&["import", "-"], &line).ok().contains("1 unchanged"));
    let page = sandbox.run(&["show", &id]).ok();
    for link in ["blocked-by", "child", "relates-to"] {
        assert!(page.contains(link), "{link}: {page}");
    }
    assert_eq!(page.matches("blocked-by").count(), 4, "{page}");
    assert!(sandbox.run(&["list", "is:blocked"]).ok().contains(&id[..4]));
    sandbox.run(&["doctor"]).ok();
    let nobody = "{\"op\":\"new\",\"title\":\"B\",\"links\":{\"blocks\":[\"0000000000\"]}}\n";
    assert!(sandbox.run_with(&["batch"], nobody).fails(1).contains("line 1"));
    let nobody = nobody.replace("\"op\":\"new\",", "");
    assert!(sandbox.run_with(&["import", "-"], &nobody).fails(1).contains("line 1"));
    // What would be a ring is refused.
    let ring = format!(
        "{{\"op\":\"new\",\"title\":\"R\",\"links\":{{\"blocks\":[\"{id}\"],\"blocked-by\":[\"{id}\"]}}}}\n"
    );
    assert!(sandbox.run_with(&["batch"], &ring).fails(1).contains("ring"));
}

#[test]
fn a_member_of_a_list_is_a_text() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("A");
    for labels in ["{\"a\":1}", "[[\"a\"]]", "[{\"a\":1}]", "[null]"] {
        let new = format!("{{\"op\":\"new\",\"title\":\"x\",\"labels\":{labels}}}\n");
        assert!(
            sandbox.run_with(&["batch"], &new).fails(1).contains("'labels' is not a list of texts"),
            "{labels}"
        );
        let edit = format!("{{\"op\":\"edit\",\"id\":\"{id}\",\"labels\":{labels}}}\n");
        assert!(
            sandbox.run_with(&["batch"], &edit).fails(1).contains("'labels' is not a list of texts"),
            "{labels}"
        );
    }
    let new = "{\"op\":\"new\",\"title\":\"x\",\"labels\":[\"a\",7]}\n";
    sandbox.run_with(&["batch"], new).ok();
}

#[test]
fn a_pipe_that_hands_over_nothing_empties_nothing() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "A", "-m", "A long story."]).ok().trim().to_owned();
    for nothing in ["", "\n", "  \n\n"] {
        for field in ["--description", "--diagnosis", "--workaround"] {
            let refused = sandbox.run_with(&["edit", &id, field, "-"], nothing);
            assert!(refused.fails(1).contains("standard input has no text"), "{field}");
        }
    }
    assert_eq!(sandbox.field(&id, "description"), "A long story.");
    sandbox.run(&["edit", &id, "--clear", "description"]).ok();
}

#[test]
fn a_note_is_redacted_after_its_attachment() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let id = sandbox.ticket("A");
    sandbox.file("e.txt", "word and more\n");
    sandbox.run(&["attach", &id, "e.txt", "-m", "Another thing."]).ok();
    let entry =
        sandbox.field(&id, "timeline").as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    sandbox.run(&["redact", &id, "--text", "word", "-m", "x"]).ok();
    assert!(sandbox.ticket_file(&id).contains("Another thing."));
    sandbox.run(&["redact", &id, "--entry", &entry, "-m", "x"]).ok();
    assert!(!sandbox.ticket_file(&id).contains("Another thing."));
    sandbox.run(&["redact", &id, "--entry", &entry, "-m", "x"]).ok();
}

#[test]
fn sums_and_numbers_of_any_size_are_shown() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("A");
    for _ in 0..3 {
        sandbox.run(&["comment", &id, "-m", "x", "--spent", "99999999999w"]).ok();
    }
    sandbox.run(&["config", "set", "agreement.hours", "40"]).ok();
    sandbox.run(&["report", "budget"]).ok();
    sandbox.run(&["report"]).ok();
    let lines: String =
        (0..1_200).map(|place| format!("{{\"op\":\"new\",\"title\":\"T {place}\"}}\n")).collect();
    sandbox.run_with(&["batch"], &lines).ok();
    let ids = sandbox.run(&["list", "--format", "csv"]).ok();
    let ids: Vec<&str> = ids.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert!(ids.len() > 1_200);
    let either: Vec<String> = ids.iter().map(|id| format!("id:{id}")).collect();
    for query in [format!("id:{}", ids.join(",")), either.join(" OR "), format!("-({})", either.join(" OR "))]
    {
        let count = sandbox.run(&["list", &query, "limit:3"]);
        assert!(
            !count.stderr.contains("index not available"),
            "{}",
            &count.stderr[..count.stderr.len().min(300)]
        );
        count.ok();
    }
}

#[test]
fn one_version_is_one_group() {
    let sandbox = Sandbox::new();
    for version in ["1.4.1", "v1.4.1"] {
        sandbox.run(&["new", "A", "--affects", version]).ok();
    }
    let groups = sandbox.run(&["report", "--by", "release", "--json"]).ok();
    assert!(groups.contains("\"1.4.1\"") && !groups.contains("v1.4.1"), "{groups}");
}

#[test]
fn a_form_of_an_earlier_server_loses_no_text() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("A");
    let mut server = Server::start(&sandbox, &[]);
    "0123456789abcdef.1".clone_into(&mut server.form);
    let fields = [("message", "My <long> draft.\nOf two lines.")];
    let answer = server.post(&format!("/t/{id}/do/comment"), &fields);
    assert_eq!(answer.status, 403);
    assert!(
        answer.body.contains("My &lt;long&gt; draft.\nOf two lines.")
            && answer.body.contains("open the page again"),
        "{}",
        answer.body
    );
    assert!(!sandbox.ticket_file(&id).contains("draft"));
}

#[test]
fn a_day_that_no_calendar_has_is_no_revision() {
    let sandbox = Sandbox::new();
    sandbox.ticket("A");
    for at in ["2026-02-30", "2026-13-01", "2026-11-23T25:00:00Z", "2026-11-23 9:00 o'clock"] {
        let said = sandbox.run(&["list", "--at", at]).fails(1);
        assert!(said.contains(&format!("'{at}' is not a valid date or time")), "{said}");
    }
    // A tag may begin like one.
    sandbox.git(&["tag", "2026-02-30-nightly"]);
    assert!(sandbox.run(&["list", "--at", "2026-02-30-nightly"]).ok().contains('A'));
    assert!(sandbox.run(&["audit", "2026-02-28.."]).fails(1).contains("is a date, and a revision is needed"));
}

/// A hint names a command that does something about what is wrong.
#[test]
fn a_repair_is_named_where_it_repairs() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["init"]).ok();
    sandbox.shell("echo x >.support/notes.txt").ok();
    let found = sandbox.run(&["doctor"]).ok();
    assert!(found.contains("rm .support/notes.txt, or commit it"), "{found}");
    sandbox.shell("rm .support/notes.txt").ok();
    for (line, repairs) in [("severitys: [a]", false), ("commit: {prefix: [a]}", true)] {
        sandbox.shell(&format!("echo '{line}' >>.support/config.yaml; git commit -qm x .support")).ok();
        let refused = sandbox.run(&["check"]).fails(1);
        assert_eq!(refused.contains("doctor --repair"), repairs, "{line}: {refused}");
        sandbox.git(&["revert", "--no-edit", "HEAD"]);
    }
    sandbox.is_tampered_with();
}

#[test]
fn a_line_without_its_text_names_the_field() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("A");
    let line = format!("{{\"op\":\"comment\",\"id\":\"{id}\"}}\n");
    let refused = sandbox.run_with(&["batch"], line.as_bytes());
    assert!(refused.stderr.contains("give the text as the field \"note\""), "{refused:?}");
}

#[test]
fn options_of_git_and_numbers_are_said_as_people_type_them() {
    let sandbox = Sandbox::new();
    sandbox.ticket("Pay fails");
    for (line, status, said) in [
        (
            "git support --git-dir .git list",
            2,
            "an option of git stands before the command: git --git-dir support list",
        ),
        (
            "git support --no-pager list",
            2,
            "an option of git stands before the command: git --no-pager support list",
        ),
        ("git support list -n many", 2, "invalid value 'many' for '--limit <COUNT>': not a whole number"),
        ("git support web --no-open --port x", 2, "not a whole number"),
        ("git support list 'title ~ pay'", 2, "write title~TEXT or text~TEXT without blanks"),
        ("git support list 'severity = major'", 2, "write severity:major"),
    ] {
        let refused = sandbox.shell(line).fails(status);
        assert!(refused.contains(said) && !refused.contains("digit"), "{line}: {refused}");
    }
    assert!(sandbox.shell("git --git-dir=.git support list title~pay").ok().contains("Pay fails"));
    assert_eq!(sandbox.shell("git support help help").ok(), sandbox.shell("git support help").ok());
}
