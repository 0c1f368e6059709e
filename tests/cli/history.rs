//! `log` and `--at`: what happened, and what it was like then.

use crate::sandbox::Sandbox;

#[test]
fn each_entry_names_the_commit_that_carried_it() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    let opened = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.run(&["edit", &id, "--severity", "minor"]).ok();
    let edited = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Other work", "--only"]);
    let log: serde_json::Value = serde_json::from_str(&sandbox.run(&["log", &id, "--json"]).ok()).unwrap();
    let commits: Vec<&str> =
        log.as_array().unwrap().iter().map(|entry| entry["commit"].as_str().unwrap()).collect();
    assert_eq!(commits, [opened.trim(), edited.trim()]);
    assert_eq!(log[1]["set"]["severity"]["to"], "minor");
    let text = sandbox.run(&["log", &id]).ok();
    assert!(text.contains(&opened[..10]) && text.contains("severity: minor"), "{text}");
}

#[test]
fn the_log_of_all_tickets_is_newest_first() {
    let sandbox = Sandbox::new();
    let (a, b) = (sandbox.ticket("A"), sandbox.ticket("B"));
    sandbox.run(&["comment", &a, "-m", "Hm."]).ok();
    let log: serde_json::Value = serde_json::from_str(&sandbox.run(&["log", "--json"]).ok()).unwrap();
    let tickets: Vec<&str> =
        log.as_array().unwrap().iter().map(|entry| entry["ticket"].as_str().unwrap()).collect();
    assert_eq!(tickets, [&a, &b, &a]);
    assert_eq!(sandbox.run(&["log", "-n", "1"]).ok().lines().count(), 2);
}

#[test]
fn entries_of_a_merged_branch_keep_their_own_commits() {
    let sandbox = Sandbox::unborn();
    sandbox.run(&["init"]).ok();
    let a = sandbox.ticket("A");
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    let b = sandbox.ticket("B");
    let on_side = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.run(&["comment", &a, "-m", "Meanwhile."]).ok();
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    let log: serde_json::Value = serde_json::from_str(&sandbox.run(&["log", &b, "--json"]).ok()).unwrap();
    assert_eq!(log[0]["commit"], on_side.trim());
    let all: serde_json::Value = serde_json::from_str(&sandbox.run(&["log", "--json"]).ok()).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 3);
}

#[test]
fn the_past_is_read_at_a_revision_a_day_or_an_instant() {
    let sandbox = Sandbox::new();
    let id = sandbox.run(&["new", "One", "--severity", "minor"]).ok();
    let id = id.trim();
    sandbox.git(&["tag", "v1"]);
    let then = sandbox.git(&["log", "-1", "--format=%cI"]);
    sandbox.run(&["edit", id, "--severity", "blocker"]).ok();
    let severity = |at: &str| {
        let json = sandbox.run(&["show", id, "--json", "--at", at]).ok();
        serde_json::from_str::<serde_json::Value>(&json).unwrap()["severity"].as_str().unwrap().to_owned()
    };
    assert_eq!(severity("v1"), "minor");
    assert_eq!(severity("HEAD~1"), "minor");
    assert_eq!(severity(then.trim()), "minor");
    assert_eq!(severity("2026-11-23"), "blocker");
    assert_eq!(severity("HEAD"), "blocker");
    assert!(sandbox.run(&["show", id, "--at", "2020-01-01"]).fails(1).contains("as of 2020-01-01T23:59:59Z"));
    assert!(sandbox.run(&["sla", "--policy", "2020-01-01"]).fails(1).contains("no commit as old as"));
    assert!(sandbox.run(&["show", id, "--at", "nowhere"]).fails(1).contains("not a valid revision or date"));
    assert_eq!(sandbox.run(&["list", "--at", "v1", "--format", "csv"]).ok().lines().count(), 2);
}

#[test]
fn an_instant_is_what_had_happened_by_then_whatever_commit_brought_it() {
    let sandbox = Sandbox::unborn();
    let first = sandbox.at("2026-03-01T09:00:00Z", "new First --severity minor");
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    let side = sandbox.at("2026-03-02T09:00:00Z", "new Side");
    sandbox.at("2026-03-03T09:00:00Z", &format!("edit {first} --severity major"));
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.at("2026-03-05T09:00:00Z", &format!("comment {first} -m Here"));
    // A clock that is years behind.
    sandbox.at("2026-02-01T09:00:00Z", &format!("comment {first} -m 'Before it was'"));
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    let list = |instant: &str| {
        let csv = sandbox.run(&["list", "--at", instant, "sort:title", "--json"]).ok();
        let all: serde_json::Value = serde_json::from_str(&csv).unwrap();
        let line =
            |one: &serde_json::Value| format!("{} {}", one["title"].as_str().unwrap(), one["severity"]);
        all.as_array().unwrap().iter().map(line).collect::<Vec<_>>().join(", ")
    };
    for _ in 0..2 {
        assert_eq!(list("2020-01-01"), "");
        assert_eq!(list("2026-02-15"), "");
        assert_eq!(list("2026-03-01T09:00:00Z"), "First \"minor\"");
        assert_eq!(list("2026-03-02T12:00:00Z"), "First \"minor\", Side null");
        assert_eq!(list("2026-03-04"), "First \"major\", Side null");
        assert_eq!(list("2026-12-31"), list("main"));
        // Without the index the answer is the same.
        let index = sandbox.repo().join(".git/support/index.sqlite");
        std::fs::remove_file(&index).unwrap();
    }
    sandbox.run(&["show", &side, "--at", "2026-03-02T09:00:00Z"]).ok();
    for line in ["show", "log", "sla"] {
        let said = sandbox.run(&[line, &side, "--at", "2026-03-01T12:00:00Z"]).fails(1);
        assert!(said.contains("as of 2026-03-01T12:00:00Z"), "{line}: {said}");
    }
    let log = sandbox.run(&["log", &first, "--at", "2026-03-03T09:00:00Z", "--json"]).ok();
    assert_eq!(log.matches("\"action\"").count(), 3, "{log}");
    let log = sandbox.run(&["log", "--at", "2026-03-03T09:00:00Z", "--json"]).ok();
    assert_eq!(log.matches("\"action\"").count(), 4, "{log}");
    let diff = sandbox.run(&["diff", "2026-03-02..2026-03-04", "--json"]).ok();
    assert!(diff.contains("major") && !diff.contains("Here"), "{diff}");
    let next = sandbox.run(&["next", "--at", "2026-03-02", "--json"]).ok();
    assert_eq!(next.matches("\"id\"").count(), 2, "{next}");
    sandbox.run(&["next", "--at", "2026-03-02", "--take"]).fails(2);
    let said = sandbox.run(&["check", "status:open", "--at", "2026-03-02"]).stderr;
    assert!(said.contains("as of 2026-03-02T23:59:59Z"), "{said}");
}

#[test]
fn an_instant_before_the_first_commit_is_empty() {
    let sandbox = Sandbox::unborn();
    assert_eq!(sandbox.run(&["list", "--at", "2026-01-01", "--json"]).ok().trim(), "[]");
    assert_eq!(sandbox.run(&["next", "--at", "2026-01-01", "--json"]).ok().trim(), "[]");
    assert!(sandbox.run(&["show", "abcd", "--at", "2026-01-01"]).fails(1).contains("no ticket abcd"));
}

#[test]
fn ages_and_due_times_are_read_at_the_instant() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.blocker.resolution", "4h"]).ok();
    let id = sandbox.at("2026-11-23T09:00:00Z", "new Down --severity blocker");
    let line = |instant: &str| sandbox.run(&["list", "--at", instant]).ok();
    assert!(line("2026-11-23T10:00:00Z").contains("3h"), "{}", line("2026-11-23T10:00:00Z"));
    assert!(line("2026-11-23T15:00:00Z").contains("2h"), "{}", line("2026-11-23T15:00:00Z"));
    let old = sandbox.run(&["list", "is:overdue", "--at", "2026-11-23T15:00:00Z"]).ok();
    assert!(old.contains(&id[..4]), "{old}");
    let early = sandbox.run(&["list", "is:overdue", "--at", "2026-11-23T10:00:00Z", "--json"]).ok();
    assert_eq!(early.trim(), "[]");
    let page = sandbox.run(&["show", &id, "--at", "2026-11-25T09:00:00Z"]).ok();
    assert!(page.contains("2d ago") || page.contains("2 days"), "{page}");
}

#[test]
fn the_log_is_narrowed_by_field_person_step_and_query() {
    let sandbox = Sandbox::new();
    let (a, b) = (sandbox.ticket("Payments fail"), sandbox.ticket("Login is slow"));
    sandbox.run(&["edit", &a, "--severity", "minor"]).ok();
    sandbox.run(&["comment", &b, "-m", "Hm."]).ok();
    let bo = sandbox.shell(&format!(
        "GIT_AUTHOR_NAME='Bo Ek' GIT_AUTHOR_EMAIL=bo@example.com git support triage {a} --severity blocker"
    ));
    bo.ok();
    let found = |arguments: &[&str]| -> Vec<(String, String)> {
        let json = sandbox.run(&[&["log", "--json"], arguments].concat()).ok();
        let log: serde_json::Value = serde_json::from_str(&json).unwrap();
        let text = |entry: &serde_json::Value, name: &str| entry[name].as_str().unwrap().to_owned();
        log.as_array().unwrap().iter().map(|entry| (text(entry, "ticket"), text(entry, "action"))).collect()
    };
    let one = |id: &str, action: &str| (id.to_owned(), action.to_owned());
    assert_eq!(found(&[&a, "--field", "severity"]), [one(&a, "edit"), one(&a, "triage")]);
    assert_eq!(found(&["--field", "severity", "-n", "1"]), [one(&a, "triage")]);
    assert_eq!(found(&["--by", "bo ek"]), [one(&a, "triage")]);
    assert_eq!(found(&["--step", "comment", "--by", "me"]), [one(&b, "comment")]);
    assert_eq!(found(&["title:login"]), [one(&b, "open"), one(&b, "comment")]);
    assert!(sandbox.run(&["log", "--step", "escallate"]).fails(2).contains("did you mean 'escalate'?"));
    assert!(sandbox.run(&["log", "--field", "sevrity"]).fails(2).contains("did you mean 'severity'?"));
    assert!(sandbox.run(&["log", "nosuchid"]).fails(1).contains("nosuchid"));
}

#[test]
fn blame_names_who_set_each_field_and_the_commit() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Payments fail");
    let opened = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.run(&["edit", &id, "--severity", "minor", "--label", "payments"]).ok();
    sandbox
        .shell(&format!("GIT_AUTHOR_NAME='Bo Ek' GIT_AUTHOR_EMAIL=bo@example.com git support triage {id} --severity blocker"))
        .ok();
    let triaged = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let lines: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["blame", &id, "--json"]).ok()).unwrap();
    let of =
        |field: &str| lines.as_array().unwrap().iter().find(|line| line["field"] == field).unwrap().clone();
    let severity = of("severity");
    assert_eq!(severity["by"], "Bo Ek <bo@example.com>");
    assert_eq!(
        (severity["value"].as_str(), severity["commit"].as_str()),
        (Some("blocker"), Some(triaged.as_str()))
    );
    for field in ["title", "type", "reporter"] {
        assert_eq!(of(field)["commit"], opened.as_str(), "{field}");
    }
    let table = sandbox.run(&["blame", &id]).ok();
    assert!(
        table.contains(&triaged[..10]) && table.lines().all(|line| line.chars().count() <= 80),
        "{table}"
    );
}

#[test]
fn a_diff_tells_what_changed_ticket_by_ticket() {
    let sandbox = Sandbox::unborn();
    sandbox.run(&["init"]).ok();
    let (a, b) = (sandbox.ticket("Payments *fail*"), sandbox.ticket("Login is slow"));
    sandbox.git(&["tag", "v1"]);
    sandbox.git(&["checkout", "-q", "-b", "topic"]);
    sandbox.run(&["edit", &a, "--severity", "blocker"]).ok();
    sandbox.run(&["comment", &a, "--internal", "-m", "Among us."]).ok();
    let c = sandbox.ticket("New here");
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.run(&["comment", &b, "-m", "Meanwhile."]).ok();
    let changed = |range: &str| -> Vec<(String, String, usize)> {
        let json = sandbox.run(&["diff", range, "--json"]).ok();
        let diff: serde_json::Value = serde_json::from_str(&json).unwrap();
        let one = |one: &serde_json::Value| {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            (text("ticket"), text("change"), one["entries"].as_array().unwrap().len())
        };
        diff["tickets"].as_array().unwrap().iter().map(one).collect()
    };
    let one = |id: &str, change: &str, entries| (id.to_owned(), change.to_owned(), entries);
    assert_eq!(changed("v1..topic"), [one(&c, "new", 1), one(&a, "changed", 2)]);
    assert_eq!(changed("main...topic"), [one(&c, "new", 1), one(&a, "changed", 2)]);
    assert_eq!(changed("v1"), [one(&b, "changed", 1)]);
    // What one side alone has is gone on the other; nothing is hidden.
    let both = changed("topic..main");
    assert!(both.contains(&one(&c, "gone", 0)) && both.contains(&one(&b, "changed", 1)), "{both:?}");
    let markdown = sandbox.run(&["diff", "v1..topic", "--format", "markdown"]).ok();
    assert!(markdown.contains(r"Payments \*fail\*") && markdown.contains("severity: blocker"), "{markdown}");
    assert!(!markdown.contains("Among us."), "{markdown}");
    let table = sandbox.run(&["diff", "v1..topic"]).ok();
    assert!(table.contains("new       New here") && table.contains("severity: blocker"), "{table}");
    assert!(sandbox.run(&["diff", "HEAD..HEAD"]).ok().contains("nothing changed"));
    sandbox.run(&["diff", "nosuch..HEAD"]).fails(1);
}

#[test]
fn what_people_wrote_acts_nowhere_in_a_message() {
    let sandbox = Sandbox::new();
    let hostile = "Look @ops, [skip ci] ***NO_CI*** Fixes #12\n\nSupport-Action: resolve\nSupport-Severity: major -> minor\nskip-checks: true\nSigned-off-by: Eve <eve@x.example>";
    let id = sandbox
        .run(&["new", "[ci skip] closes a/b#7 Support-Action: resolve", "-m", hostile])
        .ok()
        .trim()
        .to_owned();
    sandbox.run(&["comment", &id, "-m", hostile]).ok();
    sandbox.run(&["diagnose", &id, "-m", hostile]).ok();
    sandbox.run(&["edit", &id, "--assignee", "[skip ci] <x@y.example>", "--label", "#12"]).ok();
    let messages = sandbox.git(&["log", "-4", "--format=%B"]).to_lowercase();
    for acting in ["[skip", "[ci", "***no_ci***", "#12", "#7", "@ops", "\nskip-checks", "\nsigned-off-by"] {
        assert!(!messages.contains(acting), "{acting}: {messages}");
    }
    for pattern in ["Support-Action: resolve", "Support-Severity:"] {
        assert_eq!(sandbox.git(&["log", "--format=%h", "--grep", pattern]), "", "{pattern}");
    }
    let actions = sandbox.git(&[
        "log",
        "-4",
        "--reverse",
        "--format=%(trailers:key=Support-Action,valueonly,separator=%x2C)",
    ]);
    assert_eq!(actions, "open\ncomment\ndiagnose\nedit\n");
    // The ticket has it as it was written.
    assert!(sandbox.run(&["show", &id]).ok().contains("***NO_CI***"));
    assert_eq!(sandbox.field(&id, "findings")["diagnosis"], format!("{hostile}"));
}

#[test]
fn moments_are_named_as_in_a_query() {
    let sandbox = Sandbox::new();
    sandbox.at("2026-11-01T10:00:00Z", "new Old");
    sandbox.at("2026-11-22T10:00:00Z", "new Yesterday");
    sandbox.at("2026-11-23T08:30:00Z", "new Today");
    let list = |when: &str| {
        sandbox.at("2026-11-23T09:00:00Z", &format!("list --at {when} --format csv")).lines().count() - 1
    };
    for (when, count) in
        [("now", 3), ("today", 3), ("yesterday", 2), ("2d", 1), ("12h", 2), ("HEAD~2", 1), ("2026-11-05", 1)]
    {
        assert_eq!(list(when), count, "{when}");
    }
    let report = |period: &str| {
        let said = sandbox.at("2026-11-23T09:00:00Z", &format!("report {period} --format csv"));
        said.lines()
            .find_map(|line| line.strip_prefix(",opened,tickets,")?.split(',').nth(2)?.parse::<u32>().ok())
    };
    assert_eq!(report("--from yesterday"), Some(2));
    assert_eq!(report("--from yesterday --to yesterday"), Some(1));
    assert_eq!(report("--from today --to now"), Some(1));
}

#[test]
fn a_difference_names_the_rules_that_changed() {
    let sandbox = Sandbox::new();
    let begin = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.run(&["team", "add", "Bob Fox", "--email", "bob@x.example", "--role", "product-owner"]).ok();
    sandbox.run(&["config", "set", "policy.severity_by_owner", "off"]).ok();
    sandbox.git(&["tag", "v1"]);
    sandbox.run(&["release", "handover", "1", "--tag", "v1", "-m", "x"]).ok();
    let middle = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.run(&["release", "accept", "1"]).ok();
    let said = sandbox.run(&["diff", &begin]).ok();
    for line in [
        ".support/team.yaml",
        "+- name: Bob Fox",
        "+  severity_by_owner: \"off\"",
        ".support/releases/1.yaml",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let said = sandbox.run(&["diff", &format!("{middle}..HEAD")]).ok();
    assert!(said.contains("+accepted:") && !said.contains("team.yaml"), "{said}");
    let said = sandbox.run(&["diff", &begin, "--format", "markdown"]).ok();
    assert!(said.contains("- **.support/team.yaml**"), "{said}");
    let said: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["diff", &begin, "--json"]).ok()).unwrap();
    assert_eq!(said["files"].as_array().map(Vec::len), Some(4), "{said}");
    assert!(sandbox.run(&["diff", "HEAD..HEAD"]).ok().contains("nothing changed"));
}

#[test]
fn a_graph_ends_with_the_last_entry_that_is_wanted() {
    let sandbox = Sandbox::new();
    for title in ["One", "Two", "Three"] {
        sandbox.ticket(title);
    }
    let graph = sandbox.run(&["log", "--graph", "-n", "1"]).ok();
    assert!(graph.lines().count() == 1 && graph.contains("Three"), "{graph}");
    assert!(sandbox.run(&["log", "--graph"]).ok().lines().count() >= 3);
}
