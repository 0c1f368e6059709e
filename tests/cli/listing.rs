//! `list` and its query language.

use crate::sandbox::Sandbox;

/// A sandbox with four tickets of different kinds; their ids in order.
fn shop() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::new();
    let file = |arguments: &[&str]| sandbox.run(&[&["new"], arguments].concat()).ok().trim().to_owned();
    let ids = vec![
        file(&["Card payments fail", "--severity", "blocker", "--label", "payments", "--affects", "1.4.0"]),
        file(&["Invoice shows the wrong total", "--severity", "major", "--assignee", "me", "--level", "2"]),
        file(&["How do I export?", "--type", "question", "-m", "The manual has no word about payments."]),
        file(&[
            "Slow search",
            "--severity",
            "minor",
            "--area",
            "infrastructure",
            "--environment",
            "production",
        ]),
    ];
    sandbox.run(&["edit", &ids[3], "--status", "resolved"]).ok();
    (sandbox, ids)
}

/// The titles' first words that a query finds, in order.
fn found(sandbox: &Sandbox, query: &str) -> String {
    let words: Vec<&str> = std::iter::once(query).filter(|query| !query.is_empty()).collect();
    let out = sandbox.run(&[&["list", "--all", "--format", "ndjson"], words.as_slice()].concat()).ok();
    let title = |line: &str| {
        let ticket: serde_json::Value = serde_json::from_str(line).unwrap();
        ticket["title"].as_str().unwrap().split(' ').next().unwrap().to_owned()
    };
    out.lines().map(title).collect::<Vec<_>>().join(" ")
}

#[test]
fn queries_find_what_they_say() {
    let (sandbox, ids) = shop();
    for (query, titles) in [
        ("", "Slow How Invoice Card"),
        ("status:open", "How Invoice Card"),
        ("status:resolved", "Slow"),
        ("severity:>=major", "Invoice Card"),
        ("severity:<major", "Slow"),
        ("severity:blocker,minor", "Slow Card"),
        ("no:severity", "How"),
        ("has:assignee", "Invoice"),
        ("is:unassigned is:open", "How Card"),
        ("assignee:me", "Invoice"),
        ("assignee:dana", "Invoice"),
        ("level:2,3", "Invoice"),
        ("payments", "Card How"),
        ("payments -label:payments", "How"),
        ("\"wrong total\"", "Invoice"),
        ("affects:1.4.0 OR area:infrastructure", "Slow Card"),
        ("(type:question OR severity:major) payments", "How"),
        ("-(type:question OR severity:major)", "Slow Card"),
        ("environment:prod", "Slow"),
        ("was:new status:resolved", "Slow"),
        ("sort:title limit:2", "Card How"),
        ("sort:-severity", "Card Invoice Slow How"),
        ("payments sort:relevance", "Card How"),
        ("payments sort:-relevance", "How Card"),
        ("created:2026-11-23", "Slow How Invoice Card"),
        ("created:<2026-11-23", ""),
        ("updated:<1m", ""),
        ("updated:>1m", "Slow How Invoice Card"),
    ] {
        assert_eq!(found(&sandbox, query), titles, "{query}");
    }
    assert_eq!(found(&sandbox, &format!("id:{}", &ids[0][..5])), "Card");
}

#[test]
fn what_needs_attention_is_asked_for_by_name() {
    let (sandbox, ids) = shop();
    sandbox.is_tampered_with();
    assert_eq!(found(&sandbox, "is:stale"), "");
    let later = sandbox.run(&["list", "is:stale", "--at", "2027-03-01T00:00:00Z", "--format", "ndjson"]).ok();
    assert_eq!(later.lines().count(), 3, "what is open, and nobody has touched: {later}");
    assert_eq!(found(&sandbox, "is:orphaned"), "", "without a team nobody has left it");
    sandbox
        .run(&[
            "team",
            "add",
            "Lee Po",
            "--email",
            "lee@example.com",
            "--role",
            "l1",
            "--role",
            "product-owner",
        ])
        .ok();
    assert_eq!(found(&sandbox, "is:orphaned"), "Invoice");
    sandbox.run(&["assign", &ids[1], "--to", "Lee Po"]).ok();
    assert_eq!(found(&sandbox, "is:orphaned"), "");
    sandbox.run(&["edit", &ids[2], "--severity", "major"]).ok();
    assert_eq!(found(&sandbox, "is:proposed"), "How", "Dana is no product owner");
    assert_eq!(found(&sandbox, "is:regressed"), "");
    sandbox.run(&["reopen", &ids[3], "-m", "Slow again"]).ok();
    assert_eq!(found(&sandbox, "is:regressed"), "Slow");
    sandbox.run(&["pend", &ids[1], "--follow-up", "2026-11-24T09:00:00Z", "-m", "Which invoice?"]).ok();
    assert_eq!(found(&sandbox, "is:overdue"), "");
    let later = sandbox.run(&["list", "is:overdue", "--at", "2026-11-24T09:00:00Z"]).ok();
    assert!(later.contains("Invoice"), "{later}");
    sandbox.shell("echo 'people: 3' >.support/team.yaml; git commit -qm Broken .support/team.yaml").ok();
    let listed = sandbox.run(&["list"]);
    assert!(listed.stdout.contains("Card") && listed.stderr.contains("team.yaml"), "{listed:?}");
    let stderr = sandbox.run(&["list", "is:stail"]).fails(2);
    assert!(stderr.contains("column 4") && stderr.contains("stale"), "{stderr}");
}

#[test]
fn a_query_goes_before_the_saved_query_in_it() {
    let (sandbox, _) = shop();
    sandbox.run(&["config", "set", "queries.first", "status:open sort:title limit:2"]).ok();
    for (query, titles) in [
        ("@first", "Card How"),
        ("@first sort:-title", "Invoice How"),
        ("sort:-title @first", "Invoice How"),
        ("limit:1 @first", "Card"),
        ("@first limit:3", "Card How Invoice"),
    ] {
        assert_eq!(found(&sandbox, query), titles, "{query}");
    }
}

#[test]
fn several_words_are_one_query() {
    let (sandbox, _) = shop();
    let out = sandbox.run(&["list", "status:open", "wrong total", "severity:major"]).ok();
    assert!(out.contains("Invoice") && out.lines().count() == 2, "{out}");
}

#[test]
fn an_error_points_at_the_column_and_names_the_nearest() {
    let (sandbox, _) = shop();
    for (query, column, meant) in [
        ("status:open severty:major", 13, "severity"),
        ("severity:blocked", 10, "blocker"),
        ("sort:sevrity", 6, "severity"),
        ("sort:title status:open sort:-created", 24, "once"),
        ("limit:5 (limit:2)", 10, "once"),
        ("(status:open", 1, "not closed"),
        ("status:open)", 12, "closes nothing"),
        ("created:tuesday", 9, "2026-01-31"),
        ("title:\"x", 7, "not closed"),
        ("level:>x", 7, "1, 2, 3"),
        ("reopened:>x", 10, "is not a number"),
        ("OR x", 1, "between"),
        ("label:", 7, "no:label"),
    ] {
        let stderr = sandbox.run(&["list", query]).fails(2);
        assert!(stderr.contains(&format!("column {column}:")) && stderr.contains(meant), "{query}: {stderr}");
    }
}

#[test]
fn the_table_fits_into_eighty_columns() {
    let (sandbox, _) = shop();
    sandbox.ticket(&"A very long title that goes on ".repeat(8));
    let out = sandbox.run(&["list"]).ok();
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    assert!(out.contains('…') && !out.contains('\u{1b}'), "{out}");
    assert!(sandbox.run(&["list", "--color", "always"]).ok().contains('\u{1b}'));
}

#[test]
fn a_saved_query_is_listed_by_its_name() {
    let (sandbox, _) = shop();
    sandbox.run(&["config", "set", "queries.mine", "status:open assignee:me"]).ok();
    assert_eq!(found(&sandbox, "@mine"), "Invoice");
    assert_eq!(found(&sandbox, "@mine severity:blocker"), "");
    let stderr = sandbox.run(&["list", "@yours"]).fails(2);
    assert!(stderr.contains("mine"), "{stderr}");
}

#[test]
fn an_empty_list_is_no_failure() {
    let sandbox = Sandbox::unborn();
    assert_eq!(sandbox.run(&["list"]).ok(), "");
    assert_eq!(sandbox.run(&["list", "--json"]).ok(), "[]\n");
}

#[test]
fn a_narrow_terminal_is_shown_fewer_columns_and_no_line_is_too_long() {
    let sandbox = Sandbox::new();
    let title = "A title that is longer than what is left to it";
    let id = sandbox.run(&["new", title, "--severity", "critical"]).ok();
    sandbox.run(&["assign", id.trim(), "--to", "me"]).ok();
    for columns in [30, 40, 50, 60, 80] {
        let listed = sandbox.shell(&format!("COLUMNS={columns} git-support list")).ok();
        assert!(listed.contains("A title"), "{listed}");
        let longest = listed.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= columns.max(36), "{columns}:\n{listed}");
    }
    sandbox.run(&["config", "set", "calendars.customer_of_the_north.timezone", "Europe/Berlin"]).ok();
    let settings = sandbox.shell("COLUMNS=80 git-support config").ok();
    assert!(settings.contains("calendars.customer_of_the_north.timezone "), "{settings}");
}

#[test]
fn a_word_with_a_digit_means_open_tickets_and_a_whole_id_its_ticket() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "Error 5512 at login"]).ok().trim().to_owned();
    sandbox.run(&["new", "Page on base64 5512"]).ok();
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "x"]).ok();
    for query in ["5512", "5512 login", "login 5512", "5512 OR login", "\"5512\" login"] {
        let said = sandbox.run(&["list", query, "--format", "csv"]).ok();
        assert!(!said.contains(&id), "{query}: {said}");
    }
    sandbox.run(&["check", "5512 login"]).ok();
    sandbox.run(&["comment", "--query", "5512 login", "-m", "late", "-y"]).ok();
    // The whole id is that ticket, and opens nothing beside; its beginning is looked for among the open ones.
    let said = sandbox.run(&["list", &format!("{id} OR login OR page"), "--format", "csv"]).ok();
    assert!(said.contains(&id) && said.lines().count() == 3, "{said}");
    assert!(sandbox.run(&["list", &format!("id:{}", &id[..5]), "--format", "csv"]).ok().contains(&id));
}

#[test]
fn the_foot_of_a_list_says_what_the_limit_left_out() {
    let sandbox = Sandbox::new();
    if !crate::sandbox::has_tool("script") {
        return;
    }
    for title in ["Pay one", "Pay two", "Pay three", "Print"] {
        sandbox.run(&["new", title]).ok();
    }
    let id = sandbox.run(&["new", "Pay four"]).ok().trim().to_owned();
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "x"]).ok();
    for (list, foot) in [
        ("pay", "3 of 4 open tickets; 1 closed ticket matches too (--all)"),
        ("pay -n 2", "2 of 3 matching open tickets; -n 3 shows all; 1 closed ticket matches too (--all)"),
        ("--all -n 2", "2 of 5 matching tickets; -n 5 shows all"),
        ("--all", "5 tickets"),
        ("'pay limit:1'", "1 of 3 matching open tickets; -n 3 shows all"),
        ("status:open -n 1", "1 of 4 matching tickets; -n 4 shows all"),
    ] {
        let list = list.replace('\'', "\"");
        let said = sandbox
            .shell(&format!("GIT_PAGER=cat script -qec 'git-support list {list}' /dev/null </dev/null"));
        let said = said.stdout;
        assert!(said.contains(foot), "{list}: {said}");
    }
}
