//! Queries as people type them who are used to git, gh, Jira, Lucene or SQL: understood as meant, or refused with the
//! spelling. None means something else in silence.

use crate::sandbox::Sandbox;

/// What is typed after `git support list`, one argument a word; and the titles that it finds, in any order, or the hint.
type Habit = (&'static [&'static str], Result<&'static str, &'static str>);

const HABITS: &[Habit] = &[
    // Connectives.
    (&["card AND fails"], Ok("Card")),
    (&["severity:blocker AND NOT label:card"], Ok("Login")),
    (&["NOT severity:blocker"], Ok("Slow")),
    (&["label:card", "AND", "severity:blocker"], Ok("Card")),
    (&["card OR slow"], Ok("Card Slow")),
    (&["card or slow"], Err("write OR")),
    (&["card and slow"], Err("write AND")),
    (&["not card"], Err("write NOT")),
    (&["card && slow"], Err("side by side")),
    (&["card || slow"], Err("write OR")),
    (&["! card"], Err("minus")),
    (&["AND card"], Err("")),
    (&["card AND"], Err("")),
    (&["\"or\""], Ok("")),
    // Operators.
    (&["severity=blocker"], Ok("Card Login")),
    (&["severity==blocker"], Ok("Card Login")),
    (&["severity!=blocker"], Ok("Slow")),
    (&["severity:!=blocker"], Ok("Slow")),
    (&["severity>=major"], Ok("Card Login")),
    (&["severity<blocker"], Ok("Slow")),
    (&["severity = blocker"], Err("write severity:blocker")),
    (&["severity == blocker"], Err("write severity:blocker")),
    (&["severity != blocker"], Err("write severity:!=blocker")),
    (&["status = open"], Err("write status:open")),
    (&["severity", ">=", "major"], Err("severity:>=")),
    (&["severity"], Err("severity:>=VALUE")),
    (&["created"], Err("created:>=VALUE")),
    (&["severity:"], Err("no:severity")),
    (&["label=card"], Ok("Card")),
    (&["label!=card"], Ok("Login Slow")),
    (&["title~card"], Ok("Card")),
    (&["assignee = currentUser() ORDER BY created"], Err("")),
    (&["ORDER BY created DESC"], Err("sort:")),
    (&["SELECT title"], Err("field:value")),
    (&["severity IN (blocker, critical)"], Err("severity:a,b")),
    (&["severity:blocker,critical"], Ok("Card Login")),
    // People.
    (&["assignee:@me"], Ok("Card")),
    (&["assignee:me"], Ok("Card")),
    (&["assignee=@me"], Ok("Card")),
    (&["assignee:dana"], Ok("Card")),
    (&["assignee:nobdy"], Err("known: ")),
    (&["reporter:zzz"], Err("known: ")),
    (&["no:assignee"], Ok("Login Slow")),
    (&["@me"], Err("assignee:me")),
    // Dates.
    (&["created:today"], Ok("Card Login Slow")),
    (&["created:yesterday"], Ok("")),
    (&["created:>=yesterday"], Ok("Card Login Slow")),
    (&["created:2026-11-01..2026-11-30"], Ok("Card Login Slow")),
    (&["created:2026-11-01..2026-11-15"], Ok("")),
    (&["created:2026-11-01.."], Ok("Card Login Slow")),
    (&["created:*..2026-11-01"], Ok("")),
    (&["severity:major..blocker"], Ok("Card Login")),
    (&["level:1..2"], Ok("Card Login Slow")),
    (&["created:tuesday"], Err("today")),
    (&["created:.."], Err("")),
    // Fields and values of others.
    (&["state:open"], Err("status:")),
    (&["author:dana"], Err("reporter:")),
    (&["priority:high"], Err("severity:")),
    (&["labels:card"], Ok("Card")),
    (&["summary:card"], Err("title:")),
    (&["foo:bar"], Err("\"foo:")),
    (&["severity:high"], Err("critical")),
    (&["type:bug"], Err("defect")),
    (&["status:done"], Err("resolved")),
    (&["is:closed"], Err("status:closed")),
    (&["is:New"], Err("status:new")),
    (&["status:Open"], Ok("Card Login Slow")),
    (&["is:Open"], Ok("Card Login Slow")),
    (&["status:opn"], Err("open, new")),
    (&["label:'card'"], Err("label:\"card\"")),
    (&["label:`card`"], Err("label:\"card\"")),
    (&["label:“card”"], Err("label:\"card\"")),
    (&["-severity:'blocker'"], Err("severity:\"blocker\"")),
    (&["label:\"card\""], Ok("Card")),
    (&["label:'two words'"], Err("label:\"…\"")),
    (&["created:>=2026-11-01T08:00"], Ok("Card Login Slow")),
    (&["id:#abcd"], Err("id:abcd")),
    (&["-l", "card"], Err("label:WORD")),
    (&["-L", "5"], Err("limit:COUNT")),
    (&["-s", "closed"], Err("status:WORD")),
    (&["@unknown"], Err("config set queries.unknown")),
    (&["label:card @unknown"], Err("config set queries.unknown")),
    // Texts with colons are texts.
    (&["std::vector"], Ok("Slow")),
    (&["https://shop.example/pay"], Ok("Card")),
    (&["pay.rs:42"], Ok("Card")),
    // A minus first, in one argument and in several.
    (&["-label:card severity:blocker"], Ok("Login")),
    (&["-label:card", "severity:blocker"], Ok("Login")),
    (&["-label:card"], Ok("Login Slow")),
    (&["-n", "1", "severity:blocker", "sort:title"], Ok("Card")),
    (&["limit:1 sort:title"], Ok("Card")),
    // A list that is excluded is excluded as a whole.
    (&["severity!=blocker,critical"], Ok("Slow")),
    (&["severity:!=blocker,!=critical"], Ok("Slow")),
    (&["severity<>blocker,minor"], Ok("")),
    (&["status!=resolved,closed"], Ok("Card Login Slow")),
    // An argument of several terms is a query of its own.
    (&["slow OR severity:blocker", "is:open"], Ok("Card Login Slow")),
    (&["NOT severity:minor", "is:open"], Ok("Card Login")),
    (&["severity:blocker", "label:card OR is:open"], Ok("Card Login")),
    (&["-label:card severity:blocker", "is:open"], Ok("Login")),
    (&["fails severity:blocker", "is:open"], Ok("Card Login")),
    (&["card fails", "is:open"], Ok("Card")),
    (&["fails card", "is:open"], Ok("")),
    (&["severity:blocker is:open", ""], Err("leave it out")),
    // Signs glued to terms.
    (&["!card"], Err("-card")),
    (&["!severity:minor"], Err("-severity")),
    (&["+severity:blocker"], Err("side by side")),
    (&["title!~card"], Err("-title")),
    (&["title:!card"], Err("-title:card")),
    (&["label:-card"], Err("-label:card")),
    (&["–severity:minor"], Err("-severity")),
    (&["—card"], Err("-card")),
    (&["severity：blocker"], Err("severity:blocker")),
    (&["alpha|beta"], Err("write OR")),
    (&["c?rd fails"], Err("text~")),
    (&["c*rd"], Err("text~")),
    (&["card^2"], Err("text~")),
    (&["label:c*"], Err("whole")),
    (&["label~card"], Err("text~")),
    (&["limit=1 sort=title"], Ok("Card")),
    // Groups, and what is no condition.
    (&["()"], Err("between the parentheses")),
    (&["severity:blocker ()"], Err("between the parentheses")),
    (&["-limit:1"], Err("negated")),
    (&["NOT sort:title"], Err("negated")),
    (&["NOT(severity:blocker)"], Ok("Slow")),
    (&["card OR(severity:minor)"], Ok("Card Slow")),
    // Values that are none.
    (&["level:4"], Err("1, 2, 3")),
    (&["level:>3"], Ok("")),
    (&["level:0"], Err("1, 2, 3")),
    (&["severity:blocker..minor"], Err("ends before it begins")),
    (&["created:2026-11-27..2026-11-01"], Err("ends before it begins")),
    (&["resolution:wontfix"], Err("wont-fix")),
    (&["blocked-by:!"], Err("")),
    (&["id:ZZUZ"], Err("ticket ID")),
    (&["created:7d"], Err("created:<7d")),
    (&["assignee:zzz"], Err("known: ")),
    (&["assignee:none"], Err("no:assignee")),
    (&["assignee:\"none\""], Err("known: ")),
    (&["severity:EMPTY"], Err("no:severity")),
    (&["label:none"], Ok("")),
    (&["link:foo"], Err("child-of")),
    (&["link:child-of"], Ok("")),
    (&["link:parent"], Ok("")),
    (&["link:block"], Ok("")),
    (&["fixed-in:1.1"], Err("show")),
    (&["fixVersion=1.1"], Err("show")),
    // Options of others, which would be words to leave out.
    (&["-5"], Err("limit:5")),
    (&["card -30"], Err("limit:30")),
    (&["NOT n"], Ok("Card Login Slow")),
    (&["--json", "id,title"], Err("--json prints all fields")),
    // Clauses of others.
    (&["severity in (blocker, critical)"], Err("severity:a,b")),
    (&["priority in (Highest)"], Err("severity:a,b")),
    (&["status not in (closed)"], Err("status!=a,b")),
    (&["assignee is EMPTY"], Err("no:assignee")),
    (&["assignee IS NOT NULL"], Err("has:assignee")),
    (&["customer is angry"], Ok("")),
    (&["owner in berlin"], Ok("")),
    (&["assignee in(me)"], Err("assignee:a,b")),
    // Nothing at all.
    (&[""], Err("leave it out")),
    (&["  "], Err("leave it out")),
    // Open, unless the query speaks of status or history.
    (&["export"], Ok("")),
    (&["export", "--all"], Ok("Export")),
    (&["export status:resolved"], Ok("Export")),
    (&["export was:resolved"], Ok("Export")),
    (&["--all"], Ok("Card Login Slow Export")),
    (&[], Ok("Card Login Slow")),
];

fn shop() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1"]).ok();
    let new = |arguments: &[&str]| sandbox.run(&[&["new"], arguments].concat()).ok().trim().to_owned();
    let card = new(&[
        "Card fails",
        "--severity",
        "blocker",
        "--label",
        "card",
        "-m",
        "See pay.rs:42 and https://shop.example/pay.",
    ]);
    new(&["Login fails", "--severity", "blocker"]);
    new(&["Slow pages", "--severity", "minor", "-m", "std::vector grows."]);
    let export = new(&["Export to CSV"]);
    sandbox.run(&["assign", &card, "--to", "me"]).ok();
    sandbox.run(&["resolve", &export, "--as", "answered", "-m", "Told them."]).ok();
    sandbox
}

#[test]
fn a_query_never_means_something_else_in_silence() {
    let sandbox = shop();
    let mut wrong = Vec::new();
    for (words, expected) in HABITS {
        let output = sandbox.run(&[&["list", "--format", "ndjson"], *words].concat());
        let mut found: Vec<&str> = ["Card", "Login", "Slow", "Export"]
            .into_iter()
            .filter(|title| {
                output.stdout.contains(&format!("\"title\":\"{title}"))
                    || output.stdout.contains(&format!("\"title\": \"{title}"))
            })
            .collect();
        found.sort_unstable();
        let is_right = match expected {
            Ok(titles) => {
                let mut titles: Vec<&str> = titles.split_whitespace().collect();
                titles.sort_unstable();
                output.status == Some(0) && found == titles
            }
            Err(hint) => output.status == Some(2) && output.stdout.is_empty() && output.stderr.contains(hint),
        };
        if !is_right {
            wrong.push(format!(
                "{words:?}: expected {expected:?}, found {found:?}, {:?} {}",
                output.status, output.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), HABITS.len(), wrong.join("\n"));
}

#[test]
fn saved_queries_use_saved_queries_and_no_ring_is_followed() {
    let sandbox = shop();
    sandbox.run(&["config", "set", "queries.grave", "severity:blocker"]).ok();
    sandbox.run(&["config", "set", "queries.mine", "@grave assignee:me"]).ok();
    let list = sandbox.run(&["list", "@mine"]).ok();
    assert!(list.contains("Card") && !list.contains("Login"), "{list}");
    assert!(sandbox.run(&["list", "@mine OR slow"]).ok().contains("Slow"));
    assert_eq!(sandbox.run(&["check", "@mine"]).status, Some(3));
    assert!(
        sandbox.run(&["config", "set", "queries.grave", "@mine"]).status == Some(2)
            || sandbox.run(&["list", "@mine"]).status == Some(2)
    );
    sandbox.file(".support/config.yaml", "schema: 1\nqueries: {a: '@b', b: '@a label:x', c: '@nowhere'}\n");
    let _ = sandbox.run_unwatched(&["save"], "");
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "x", "--", ".support"]);
    assert!(sandbox.run(&["list", "@a"]).fails(2).contains("name each other"));
    assert!(sandbox.run(&["check", "@c"]).fails(2).contains("unknown saved query '@nowhere'"));
}

#[test]
fn an_empty_query_is_no_query_anywhere() {
    let sandbox = shop();
    for command in [
        &["check", ""][..],
        &["export", " "],
        &["report", ""],
        &["edit", "--query", "", "--severity", "minor"],
        &["sla", ""],
        &["list", ""],
    ] {
        assert!(sandbox.run(command).fails(2).contains("query is empty"), "{command:?}");
    }
    sandbox.run(&["edit", "--query", "export", "--label", "seen", "-y"]).ok();
    assert_eq!(
        sandbox.run(&["list", "--all", "label:seen", "--format", "json"]).ok().trim(),
        "[]",
        "open ones are meant"
    );
}

#[test]
fn a_list_on_a_terminal_counts_what_it_left_out() {
    let sandbox = shop();
    if !crate::sandbox::has_tool("script") {
        return;
    }
    let on_terminal = |command: &str| {
        sandbox.shell(&format!("GIT_PAGER=cat script -qec '{command}' /dev/null </dev/null")).stdout
    };
    let said = on_terminal("git-support list fails");
    assert!(said.contains("2 of 3 open tickets"), "{said}");
    let said = on_terminal("git-support list export");
    assert!(said.contains("0 of 3 open tickets; 1 closed ticket matches too (--all)"), "{said}");
}

#[test]
fn a_whole_id_is_found_as_a_word() {
    let sandbox = shop();
    let id = sandbox.run(&["new", "Once more"]).ok().trim().to_owned();
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "x"]).ok();
    assert!(sandbox.run(&["list", &id]).ok().contains("Once more"));
    assert!(sandbox.run(&["list", &format!("{id} OR slow")]).ok().contains("Slow"));
    assert_eq!(sandbox.run(&["list", "zzzzzzzzzz", "--format", "json"]).ok().trim(), "[]");
}

#[test]
fn four_people_who_take_the_next_ticket_get_four() {
    let sandbox = Sandbox::new();
    for number in 0..6 {
        sandbox.run(&["new", &format!("Ticket {number}")]).ok();
    }
    let line = "unset GIT_SUPPORT_SEED; for who in ann bob cat dan; do \
                GIT_AUTHOR_NAME=$who GIT_AUTHOR_EMAIL=$who@example.com git-support next --take >../$who 2>&1 & done; wait; cat ../ann ../bob ../cat ../dan";
    let said = sandbox.shell(line);
    let assigned = sandbox.run(&["list", "has:assignee", "--format", "ndjson"]).ok();
    assert_eq!(assigned.lines().count(), 4, "{said:?} {assigned}");
    let output = sandbox.run(&["next", "-n", "2"]);
    assert!(output.stderr.contains("2 of 6 tickets; -n 6"), "{output:?}");
}

#[test]
fn a_text_that_begins_with_a_minus_stays_as_it_was_typed() {
    let sandbox = Sandbox::new();
    for text in ["- first: a thing", "-x:y", "-label:x severity:major", "--- a: b", "-5"] {
        for title in ["list", "export", "edit", "report"] {
            let id = sandbox
                .run(&["new", title, "-m", text, "--key", &format!("{title} {text}")])
                .ok()
                .trim()
                .to_owned();
            assert_eq!(sandbox.field(&id, "description"), *text, "new {title}");
        }
        let id = sandbox.run(&["new", "One", "--key", &format!("one {text}")]).ok().trim().to_owned();
        sandbox.run(&["edit", &id, "--description", text, "-m", text]).ok();
        assert_eq!(sandbox.field(&id, "description"), *text);
        let timeline = sandbox.field(&id, "timeline");
        assert_eq!(timeline.as_array().unwrap().last().unwrap()["note"], *text);
        sandbox.run(&["comment", &id, "-m", text]).ok();
        let timeline = sandbox.field(&id, "timeline");
        assert_eq!(timeline.as_array().unwrap().last().unwrap()["note"], *text);
    }
    // Where a query is meant, a minus negates, whatever stands around it.
    sandbox.run(&["edit", "--query", "-title:one -title:list", "--label", "kept", "-y"]).ok();
    let kept = sandbox.run(&["list", "label:kept", "--format", "ndjson"]).ok();
    assert_eq!(kept.lines().count(), 15, "{kept}");
    for flags in [&["-n", "50"][..], &["-n50"], &["-q"]] {
        let words = [&["list", "--format", "ndjson"], flags, &["-label:kept"]].concat();
        assert_eq!(sandbox.run(&words).ok().lines().count(), 10, "{words:?}");
    }
    assert_eq!(sandbox.run(&["list", "-label:kept", "--format", "ndjson"]).ok().lines().count(), 10);
}

#[test]
fn a_gate_counts_all_whatever_limit_a_query_has() {
    let sandbox = shop();
    let gate = |line: &[&str]| sandbox.run(&[&["check"], line].concat()).status;
    assert_eq!(gate(&["severity:blocker limit:0"]), Some(3));
    assert_eq!(gate(&["severity:blocker limit:1", "--max", "1"]), Some(3));
    sandbox.run(&["config", "set", "queries.few", "severity:blocker limit:1"]).ok();
    assert_eq!(gate(&["@few", "--max", "1"]), Some(3));
    // The limit of a saved query is that of the query alone.
    let both = sandbox.run(&["list", "(@few OR severity:blocker)", "--json"]).ok();
    assert_eq!(both.matches("\"id\"").count(), 2);
    let _ = sandbox.run(&["config", "set", "queries.none", ""]);
    assert!(matches!(sandbox.run(&["list", "@none"]).status, Some(2)));
    for range in ["..HEAD", "..", "..."] {
        assert!(sandbox.run(&["audit", range]).fails(2).contains("no beginning"), "{range}");
    }
}

#[test]
fn people_are_refused_or_found_in_log_and_without_a_team() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "One", "--assignee", "Łukasz Ż <l@example.com>"]).ok();
    sandbox.run(&["comment", id.trim(), "--from", "Zed <zed@c.example>", "-m", "It fails."]).ok();
    for query in ["assignee:zzz", "by:zzz", "assignee:none"] {
        sandbox.run(&["check", query]).fails(2);
    }
    assert!(sandbox.run(&["list", "assignee:lukasz", "--json"]).ok().contains("One"));
    assert!(sandbox.run(&["log", "--by", "zed"]).ok().contains("It fails."));
    sandbox.run(&["log", "--by", "nobody"]).fails(2);
    sandbox.run(&["log", "--by", ""]).fails(2);
    assert!(sandbox.run(&["log", "--by", "ME"]).ok().contains("open"));
    // One who is known by a part before the @, and another by a part of the name.
    for (name, email) in [("Dana Li", "dana@example.com"), ("Dana Lopez", "dlopez@example.com")] {
        sandbox.run(&["team", "add", name, "--email", email, "--role", "l1"]).ok();
    }
    assert!(sandbox.run(&["check", "assignee:dana"]).fails(2).contains("Dana Lopez"));
    assert!(sandbox.run(&["assign", id.trim(), "--to", "dana"]).fails(1).contains("ambiguous"));
    sandbox.run(&["team", "add", "me", "--email", "x@example.com"]).fails(2);
    assert!(
        sandbox.run(&["team", "add", "Other", "--email", "dana@example.com"]).fails(1).contains("Dana Li")
    );
}
