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
