//! `config`: the project's settings.

use crate::sandbox::Sandbox;

#[test]
fn settings_are_read_set_and_set_back() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init"]).ok();
    assert_eq!(sandbox.run(&["config", "get", "commit.prefix"]).ok(), "support\n");
    sandbox.run(&["config", "set", "commit.prefix", "tickets"]).ok();
    sandbox.run(&["config", "set", "commit.skip_ci", "true"]).ok();
    assert_eq!(sandbox.subjects()[0], "tickets: set commit.skip_ci to true");
    let id = sandbox.ticket("One");
    let message = sandbox.git(&["log", "-1", "--format=%B"]);
    assert!(
        message.starts_with(&format!("tickets: open {id}: One\n\n[skip ci]\n\nSupport-Ticket:")),
        "{message}"
    );
    assert!(sandbox.run(&["config"]).ok().contains("commit.prefix"));
    sandbox.run(&["config", "unset", "commit.prefix"]).ok();
    assert_eq!(sandbox.run(&["config", "get", "commit.prefix"]).ok(), "support\n");
    let config = sandbox.git(&["show", "HEAD:.support/config.yaml"]);
    assert!(config.starts_with("# Settings of git-support."), "comments stay: {config}");
}

#[test]
fn a_key_that_is_a_number_is_one_setting_however_it_is_written() {
    let sandbox = Sandbox::new();
    sandbox.file(".support/config.yaml", "schema: 1\nhandover:\n  1: [requirements]\n  2: [diagnosis]\n");
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-qm", "settings", "--", ".support"]);
    assert_eq!(sandbox.run(&["config", "get", "handover.1"]).ok(), "requirements\n");
    sandbox.run(&["config", "set", "handover.1", "troubleshooting"]).ok();
    assert_eq!(sandbox.run(&["config", "get", "handover.1"]).ok(), "troubleshooting\n");
    let id = sandbox.ticket("One");
    let stderr = sandbox.run(&["escalate", &id]).fails(1);
    assert!(stderr.lines().next().unwrap().ends_with("to level 2: missing troubleshooting"), "{stderr}");
}

#[test]
fn a_wrong_setting_is_refused_before_it_is_written() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run(&["config", "set", "commit.prefx", "x"]).fails(2).contains("commit.prefix"));
    assert!(
        sandbox
            .run(&["config", "set", "commit.skip_ci", "perhaps"])
            .fails(1)
            .contains("neither true nor false")
    );
    assert!(sandbox.run(&["config", "set", "commit.prefix", "a\nb"]).fails(1).contains("commit.prefix"));
    assert!(sandbox.run(&["config", "set", "queries.x", "severty:major"]).fails(2).contains("severity"));
    assert_eq!(sandbox.subjects().len(), 1);
}

#[test]
fn a_broken_settings_file_is_named_with_its_line() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.file(".support/config.yaml", "schema: 1\ncommit:\n  prefix: ok\n  skip_ci: perhaps\n");
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-qm", "settings", "--", ".support"]);
    let said = sandbox.run(&["new", "One"]);
    assert!(said.stderr.contains(".support/config.yaml:4: commit.skip_ci"), "{said:?}");
    said.ok();
}

#[test]
fn a_group_of_settings_is_printed_as_one() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.critical.response", "1h"]).ok();
    sandbox.run(&["config", "set", "clocks.critical.resolution", "8h"]).ok();
    for group in ["clocks", "clocks.critical"] {
        let shown = sandbox.run(&["config", "get", group]).ok();
        assert!(shown.contains("clocks.critical.response    1h"), "{shown}");
        assert_eq!(shown.lines().count(), 3, "{shown}");
    }
    let policy = sandbox.run(&["config", "get", "policy", "--json"]).ok();
    assert!(policy.contains("policy.retain") && !policy.contains("commit.prefix"), "{policy}");
    assert!(sandbox.run(&["config", "get", "queries"]).fails(1).contains("queries is not set"));
    assert!(sandbox.run(&["config", "get", "polic"]).fails(2).contains("unknown setting"));
    // No hint leads to what was refused.
    for bad in ["@bad", "severty:minor"] {
        let refused = sandbox.run(&["config", "set", "queries.bad", bad]).fails(2);
        assert!(!refused.contains("config get"), "{refused}");
    }
}

#[test]
fn a_setting_is_one_line_and_a_group_is_set_in_any_order() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "agreement.per", "week"]).ok();
    sandbox.run(&["config", "set", "agreement.hours", "40"]).ok();
    sandbox.run(&["config", "unset", "agreement.hours"]).ok();
    sandbox.run(&["config", "unset", "agreement.per"]).ok();
    assert!(sandbox.run(&["config", "set", "agreement.per", "fortnight"]).fails(1).contains("agreement.per"));
    let lines = sandbox.run(&["config", "set", "mail.address", "a@b.example\nBcc: x@y.example"]).fails(1);
    assert!(lines.contains("is one line"), "{lines}");
    for (key, value, problem) in [
        ("queries.x y", "is:open", "not a valid name"),
        ("queries.a)b", "is:open", "not a valid name"),
        ("policy", "off", "is a group of settings"),
    ] {
        assert!(sandbox.run(&["config", "set", key, value]).fails(2).contains(problem), "{key}");
    }
    let refused = sandbox.run(&["config", "unset", "policy"]).fails(2);
    assert!(refused.contains("git support config get policy") && !refused.contains("retain"), "{refused}");
    let report = |from: &str, to: &str| sandbox.run(&["report", "--from", from, "--to", to]).fails(2);
    let swapped = report("2026-11-05", "2026-11-03");
    assert!(swapped.contains("git support report --from 2026-11-03 --to 2026-11-05"), "{swapped}");
    let moment = "2026-11-05T09:00:00Z";
    assert!(report(moment, moment).contains("the period is empty"));
}

#[test]
fn the_settings_of_a_file_that_cannot_be_read_are_not_answered() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let commit = |text: &str| {
        sandbox.file(".support/config.yaml", text);
        sandbox.git(&["add", ".support"]);
        sandbox.git(&["commit", "-qm", "settings", "--", ".support"]);
    };
    commit("policy:\n  resolve_by_role: enforce\nagreement:\n  # a month\n  hours: 1\n  hours: 2\n");
    for arguments in
        [&["config"][..], &["config", "get", "policy.resolve_by_role"], &["config", "get", "branch"]]
    {
        let refused = sandbox.run(arguments).fails(1);
        assert!(refused.contains(".support/config.yaml:6: agreement: duplicate key 'hours'"), "{refused}");
    }
    commit("policy:\n  resolve_by_role: perhaps\n");
    let shown = sandbox.run(&["config", "get", "policy.resolve_by_role"]);
    assert!(shown.stderr.contains("config.yaml:2: policy.resolve_by_role"), "{}", shown.stderr);
    assert_eq!(shown.ok(), "perhaps\n");
}

#[test]
fn the_fields_of_a_vendor_and_a_member_are_cleared() {
    let sandbox = Sandbox::new();
    let vendor = || sandbox.git(&["show", "HEAD:.support/vendors/acme.yaml"]);
    let run = |line: &str| sandbox.shell(&format!("git support {line}"));
    run("vendor add acme --msp --email help@acme.example --phone 12 --contract S-1 --covers src/pay").ok();
    run("vendor edit acme --clear msp --clear contract --clear covers --phone 13").ok();
    assert_eq!(vendor(), "schema: 1\nemail: help@acme.example\nphone: \"13\"\n");
    let both = run("vendor edit acme --clear phone --phone 14").fails(2);
    assert!(both.contains("--clear phone and --phone cannot be used together"), "{both}");
    let empty = run("vendor edit acme --email ''").fails(2);
    assert!(empty.contains("--email needs a value") && empty.contains("acme --clear email"), "{empty}");
    assert!(run("vendor add other --email ' '").fails(2).contains("--email needs a value"));
    assert!(run("vendor edit acme --clear schema").fails(2).contains("possible values: msp, email"));
    run("team add Ann --email ann@x.example --role l1 --role lead").ok();
    run("team add Bo --email bo@x.example").ok();
    let id = sandbox.ticket("Pay fails");
    run(&format!("assign {id} --to Ann")).ok();
    assert!(run("team edit Ann --name bo").fails(1).contains("bo is on the team already"));
    assert!(run("team edit Ann --name me").fails(2).contains("cannot be a name"));
    assert!(run("team edit Ann --name ' '").fails(2).contains("--name needs a value"));
    run("team edit Ann --name 'Ann Roe' --clear role").ok();
    let team = sandbox.git(&["show", "HEAD:.support/team.yaml"]);
    assert!(team.contains("- name: Ann Roe\n  emails: [ann@x.example]\n  roles: []\n"), "{team}");
    assert!(run("list 'assignee:\"Ann Roe\"'").ok().contains("Pay fails"));
    assert_eq!(run("list is:orphaned --json").ok(), "[]\n");
}

#[test]
fn hours_that_are_typed_day_by_day_are_those_of_the_day() {
    let sandbox = Sandbox::new();
    let hours = "mon 09:00-12:00, mon 13:00 - 17:00, tue-fri 09:00-12:00 13:00-17:00";
    sandbox.run(&["config", "set", "calendars.shop.hours", hours]).ok();
    let set = sandbox.run(&["config", "get", "calendars.shop"]).ok();
    for days in ["mon      ", "tue-fri  "] {
        let line = set.lines().find(|line| line.contains(&format!("hours.{days}09:00-12:00,")));
        assert!(line.is_some(), "{set}");
    }
    assert_eq!(set.matches("13:00-17:00").count(), 2, "{set}");
    let refused = sandbox.run(&["config", "set", "calendars.shop.holidays", "days.ics"]).fails(1);
    let hint = "save the holidays as .support/calendars/days.ics, then: git add .support/calendars/days.ics";
    assert!(refused.contains(hint), "{refused}");
}
