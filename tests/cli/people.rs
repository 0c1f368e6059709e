//! People: whoever is meant by a name, an address or a part of either is the same person everywhere.

use crate::sandbox::Sandbox;

/// A team of three, the second with an address of before.
fn team() -> Sandbox {
    let sandbox = Sandbox::new();
    let add = |line: &str| drop(sandbox.shell(line).ok());
    add("git support team add 'Ann Lee' --email ann@example.com --role l1");
    add("git support team add 'Dana Lindt' --email dana@example.com --email lindt@old.example --role l2");
    add("git support team add 'Mia Lee' --email mia@example.com --role l3 --role product-owner");
    sandbox
}

#[test]
fn one_person_is_one_text_however_they_are_typed() {
    let sandbox = team();
    let id = sandbox.ticket("Payments fail");
    for typed in [
        "dana",
        "@dana",
        "Dana Lindt",
        "dana lindt",
        "DANA@EXAMPLE.COM",
        "lindt@old.example",
        "lindt",
        "indt",
        "Dana <dana@example.com>",
        "Somebody Else <lindt@old.example>",
    ] {
        for set in [
            vec!["assign", &id, "--to", typed],
            vec!["owner", &id, "--to", typed],
            vec!["edit", &id, "--assignee", typed],
            vec!["edit", &id, "--owner", typed],
            vec!["triage", &id, "--assignee", typed],
        ] {
            sandbox.run(&["assign", &id, "--nobody"]).ok();
            sandbox.run(&set).ok();
            let field = if set.contains(&"owner") || set.contains(&"--owner") { "owner" } else { "assignee" };
            assert_eq!(sandbox.field(&id, field), "Dana Lindt <dana@example.com>", "{set:?}");
        }
    }
    sandbox.run(&["alert", &id, "--to", "mia", "-m", "Ask her"]).ok();
    assert!(sandbox.run(&["show", &id]).ok().contains("Mia Lee"));
    let line = format!("{{\"op\":\"assign\",\"id\":\"{id}\",\"to\":\"ann\"}}\n");
    sandbox.run_with(&["batch"], line).ok();
    assert_eq!(sandbox.field(&id, "assignee"), "Ann Lee <ann@example.com>");
}

#[test]
fn nobody_and_several_are_said_with_those_who_could_be_meant() {
    let sandbox = team();
    let id = sandbox.ticket("Payments fail");
    for (typed, expected) in [("bob", "unknown person 'bob'"), ("lee", "person 'lee' is ambiguous")] {
        for line in [
            vec!["assign", &id, "--to", typed],
            vec!["owner", &id, "--to", typed],
            vec!["alert", &id, "--to", typed, "-m", "x"],
            vec!["edit", &id, "--assignee", typed],
            vec!["triage", &id, "--assignee", typed],
            vec!["new", "Another", "--assignee", typed],
            vec!["new", "Another", "--owner", typed],
        ] {
            let said = sandbox.run(&line).fails(1);
            assert!(
                said.contains(expected) && said.contains("Ann Lee <ann@example.com>"),
                "{line:?}: {said}"
            );
        }
        for query in ["assignee", "owner", "by"] {
            let said = sandbox.run(&["list", &format!("{query}:{typed}")]).fails(2);
            assert!(said.contains(expected) && said.contains("Mia Lee"), "{query}: {said}");
        }
    }
    assert_eq!(sandbox.run(&["list", "--json", "title:another"]).ok().trim(), "[]");
    let line = format!("{{\"op\":\"assign\",\"id\":\"{id}\",\"to\":\"bob\"}}\n");
    assert!(sandbox.run_with(&["batch"], line).fails(1).contains("unknown person 'bob'"));
}

#[test]
fn a_reporter_may_be_a_stranger_and_a_part_of_a_name_is_nobody_else() {
    let sandbox = team();
    for (typed, stored) in [
        ("Lee", "Lee"),
        ("Bob <bob@customer.example>", "Bob <bob@customer.example>"),
        ("mia", "Mia Lee <mia@example.com>"),
        ("indt", "indt"),
    ] {
        let id = sandbox.run(&["new", "A call", "--reporter", typed]).ok();
        assert_eq!(sandbox.field(id.trim(), "reporter"), stored, "{typed}");
    }
    let found = sandbox.run(&["list", "reporter:customer.example", "--json"]).ok();
    assert!(found.contains("bob@customer.example"), "{found}");
}

#[test]
fn old_forms_are_found_too() {
    let sandbox = Sandbox::new();
    let forms = ["dana@example.com", "Dana Lindt", "lindt@old.example", "Dana <dana@example.com>"];
    for form in forms {
        sandbox.run(&["new", "Another", "--assignee", form]).ok();
    }
    let email = ["--email", "dana@example.com", "--email", "lindt@old.example", "--role", "l2"];
    sandbox.run(&[&["team", "add", "Dana Lindt"], &email[..]].concat()).ok();
    for query in ["dana", "lindt", "Dana Lindt", "lindt@old.example", "dana@example.com", "@dana"] {
        let found = sandbox.run(&["list", &format!("assignee:\"{query}\""), "--json"]).ok();
        assert_eq!(found.matches("\"id\"").count(), forms.len(), "{query}: {found}");
    }
    let report = sandbox.run(&["report", "--by", "assignee", "--format", "csv"]).ok();
    let groups: std::collections::BTreeSet<&str> =
        report.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(groups, ["Dana Lindt"].into(), "{report}");
}

#[test]
fn a_ticket_handed_on_is_in_the_queue_of_its_level() {
    let sandbox = team().with("GIT_AUTHOR_NAME", "Mia Lee").with("GIT_AUTHOR_EMAIL", "mia@example.com");
    let id = sandbox.ticket("Payments fail");
    sandbox.run(&["assign", &id, "--to", "ann"]).ok();
    sandbox.run(&["escalate", &id, "--requirements", "r", "--troubleshooting", "t"]).ok();
    assert!(sandbox.field(&id, "assignee").is_null());
    sandbox.run(&["assign", &id, "--to", "dana"]).ok();
    sandbox.run(&["escalate", &id, "--reproduction", "r", "--diagnosis", "d"]).ok();
    assert!(sandbox.run(&["next", "--level", "3", "--take"]).ok().contains("Payments fail"));
    assert_eq!(sandbox.field(&id, "assignee"), "Mia Lee <mia@example.com>");
    sandbox.run(&["return", &id, "-m", "Not ours", "--to", "dana"]).ok();
    assert_eq!(sandbox.field(&id, "assignee"), "Dana Lindt <dana@example.com>");
    sandbox.run(&["return", &id, "-m", "Not ours either", "--level", "1"]).ok();
    assert!(sandbox.field(&id, "assignee").is_null());
    assert_eq!(sandbox.field(&id, "level"), 1);
    sandbox.run(&["escalate", &id, "--to", "dana"]).ok();
    assert_eq!(sandbox.field(&id, "assignee"), "Dana Lindt <dana@example.com>");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn mailmap_joins_the_addresses_of_one_person_in_every_question() {
    let sandbox = Sandbox::new();
    let as_new = "export GIT_AUTHOR_NAME='Ann Smith' GIT_AUTHOR_EMAIL=ann@new.example GIT_COMMITTER_NAME='Ann Smith' \
                  GIT_COMMITTER_EMAIL=ann@new.example; ";
    let as_old = "export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@old.example GIT_COMMITTER_NAME=Ann \
                  GIT_COMMITTER_EMAIL=ann@old.example; ";
    let titles = |line: &str| {
        let said = sandbox.shell(&format!("{as_new}git support {line}")).ok();
        ["First", "Second"].map(|title| said.contains(title))
    };
    // The team has her old address, then the new one.
    sandbox.run(&["team", "add", "Ann", "--email", "ann@old.example", "--role", "l1"]).ok();
    sandbox.shell(&format!("{as_old}git support new First --assignee me")).ok();
    sandbox
        .shell("echo 'Ann Smith <ann@new.example> <ann@old.example> # since May' >.mailmap; git add .mailmap; git commit -qm Map")
        .ok();
    sandbox.shell(&format!("{as_new}git support new Second --assignee me")).ok();
    for address in ["ann@old.example", "ann@new.example"] {
        for query in ["assignee:me", "by:me", "assignee:ann@old.example", "assignee:ann@new.example"] {
            assert_eq!(titles(&format!("list {query}")), [true, true], "{query}, the team has {address}");
        }
        assert_eq!(titles("next --mine --limit 5"), [true, true], "the team has {address}");
        assert_eq!(titles("list is:orphaned"), [false, false], "the team has {address}");
        let report = sandbox.run(&["report", "--by", "assignee", "--format", "csv"]).ok();
        let opened: Vec<&str> = report.lines().filter(|line| line.contains(",opened,")).collect();
        assert_eq!(opened.len(), 1, "{opened:?}");
        sandbox.run(&["team", "edit", "Ann", "--email", "ann@new.example"]).ok();
    }
    // An address under one name alone is of that name.
    sandbox
        .shell("echo 'Ann Smith <ann@new.example> Ann <desk@shop.example>' >>.mailmap; git commit -qam Desk")
        .ok();
    sandbox.run(&["new", "Third", "--reporter", "Bo <desk@shop.example>"]).ok();
    assert!(!sandbox.shell(&format!("{as_new}git support list reporter:me")).stdout.contains("Third"));
}

#[test]
fn a_name_or_an_address_of_two_members_is_reported_and_changes_neither() {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "lead"]).ok();
    sandbox.run(&["team", "add", "Bo", "--email", "bo@example.com", "--role", "l1"]).ok();
    sandbox.run(&["doctor"]).ok();
    let people = "- name: bo\\n  emails: [bo@second.example]\\n  roles: [l3]\\n\
                  - name: Cy\\n  emails: [cy@example.com, BO@example.com]\\n  roles: [l2]\\n";
    sandbox.shell(&format!("printf -- '{people}' >>.support/team.yaml; git support save -m 'By hand'")).ok();
    let found = sandbox.run(&["doctor"]).stdout;
    for problem in ["two people are named bo", "bo@example.com is an address of Bo and of Cy"] {
        assert!(found.contains(problem), "{found}");
    }
    let before = sandbox.git(&["show", "HEAD:.support/team.yaml"]);
    for line in ["edit Bo --role l2", "remove BO", "edit bo@example.com --role l2", "remove Bo@example.com"] {
        let said = sandbox.shell(&format!("git support team {line}"));
        assert_eq!(said.status, Some(2), "{line}: {}", said.stderr);
        assert!(said.stderr.contains("means 2 people of the team"), "{line}: {}", said.stderr);
    }
    assert_eq!(sandbox.git(&["show", "HEAD:.support/team.yaml"]), before);
    // An address of one of them alone means that one.
    sandbox.run(&["team", "edit", "bo@second.example", "--role", "l2"]).ok();
    sandbox.run(&["team", "remove", "cy@example.com"]).ok();
    sandbox.run(&["team", "remove", "bo@example.com"]).ok();
    assert!(
        sandbox
            .git(&["show", "HEAD:.support/team.yaml"])
            .contains("- name: bo\n  emails: [bo@second.example]\n  roles: [l2]\n")
    );
    sandbox.run(&["doctor"]).ok();
}

#[test]
fn the_team_is_changed_by_a_word_of_a_name_that_means_one() {
    let sandbox = Sandbox::new();
    for name in ["Ann Lee", "Bo Lee"] {
        let email = format!("{}@example.com", name[..3].trim().to_lowercase());
        sandbox.run(&["team", "add", name, "--email", &email, "--role", "l1"]).ok();
    }
    sandbox.run(&["team", "edit", "ann", "--role", "l2"]).ok();
    assert!(sandbox.run(&["team", "edit", "lee", "--role", "l3"]).stderr.contains("means 2 people"));
    let part = sandbox.run(&["team", "remove", "nn"]);
    assert!(part.stderr.contains("nn is not on the team"), "{}{}", part.stdout, part.stderr);
    sandbox.run(&["team", "remove", "bo"]).ok();
    let team = sandbox.git(&["show", "HEAD:.support/team.yaml"]);
    assert!(team.contains("Ann Lee") && team.contains("[l2]") && !team.contains("Bo Lee"), "{team}");
}
