//! A settings file with something wrong in it, from any pull request: what does not need it goes on and says so, gates
//! stay shut, and the commands that mend it work.

use crate::sandbox::{Sandbox, finish};

/// A settings file, and what is said of it.
const BROKEN: &[(&str, &str)] = &[
    ("commit:\n  skip_ci: perhaps\n", "commit.skip_ci: is neither true nor false"),
    ("commit:\n  prefix: \"[skip ci]\"\n", "commit.prefix: '[skip ci]' is not a valid prefix"),
    ("commit: 5\nattachments:\n  max_bytes: many\n", "commit: is not a mapping"),
    ("policy:\n  severity_by_owner: of\n", "policy.severity_by_owner: 'of' is not a valid value"),
    ("policy:\n  fixed_needs_commit: sometimes\n", "policy.fixed_needs_commit"),
    ("policy: off\n", "policy: is not a mapping"),
    ("policy:\n  severity_by_owner: [off]\n", "policy.severity_by_owner"),
    ("commit:\n  prefix: [x]\n", "commit.prefix"),
    ("policy.severity_by_owner: off\n", "unknown key 'policy.severity_by_owner'"),
    ("handover:\n  1: everything\n", "handover.1: 'everything' is not a valid value"),
    ("queries:\n  mine: [a]\n", "queries.mine: is not text"),
    ("queries: mine\n", "queries: is not a mapping"),
    ("clocks:\n  blocker:\n    response: 4y\n", "clocks.blocker.response: '4y' is not a valid target"),
    ("calendars:\n  office:\n    timezone: Nowhere/At\n    hours: 24x7\n", "not a valid IANA time zone"),
    ("calendars:\n  office:\n    timezone: UTC\n    hours: 24x7\n    holidays: gone.ics\n", "gone.ics"),
    ("pause: [weather]\n", "pause: 'weather' is not a valid value"),
    ("agreement:\n  hours: lots\n", "agreement.hours: 'lots' is not a whole number"),
    ("schema: 99\n", "schema: version 99 is not supported"),
    ("policy:\n  severity_by_ownr: enforce\n", "policy.severity_by_ownr"),
    ("calendars:\n  office:\n    timezone: UTC\n    hours: {mon-fry: [\"09:00-17:00\"]}\n", "mon-fry"),
    ("agreement:\n  hours: -5\n  per: month\n", "agreement.hours: '-5' is not a whole number"),
    ("- a list\n", "not a mapping of settings"),
    ("a: [b\n", ".support/config.yaml"),
    ("a: &x 1\n", "anchors"),
    ("\u{0}\u{1}", ".support/config.yaml"),
];

/// The settings' file.
fn config(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.repo().join(".support/config.yaml")).unwrap()
}

/// A repository with two tickets, in whose settings somebody committed something wrong.
fn broken(content: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let id = sandbox.ticket("First");
    sandbox.run(&["config", "set", "commit.prefix", "tickets"]).ok();
    sandbox.file(
        ".support/config.yaml",
        format!("schema: 1\n{content}").replace("schema: 1\n-", "-").replace("schema: 1\nschema", "schema"),
    );
    sandbox.git(&["commit", "-qm", "From a pull request", "--", ".support"]);
    (sandbox, id)
}

#[test]
fn what_does_not_need_a_wrong_value_goes_on_and_says_so() {
    for (content, said) in BROKEN {
        let (sandbox, id) = broken(content);
        let warned = |arguments: &[&str]| {
            let output = sandbox.run(arguments);
            assert!(output.stderr.contains(said), "{content:?} {arguments:?}: {}", output.stderr);
            output.ok()
        };
        assert!(warned(&["list"]).contains("First"));
        let new = warned(&["new", "Second"]).trim().to_owned();
        warned(&["comment", &id, "-m", "Goes on."]);
        warned(&["edit", &new, "--label", "x"]);
        warned(&["undo"]);
        assert!(sandbox.run(&["show", &id]).ok().contains("Goes on."), "{content:?}");
        // Where nothing of the file can be read, no setting is known.
        let listed = sandbox.run(&["config", "list"]);
        assert!(listed.stderr.contains(said), "{content:?}: {}", listed.stderr);
        assert_eq!(listed.status == Some(0), !listed.stdout.is_empty(), "{content:?}: {}", listed.stdout);
    }
}

#[test]
fn gates_stay_shut() {
    for (content, said) in BROKEN {
        let (sandbox, _) = broken(content);
        for gate in [
            &["check"][..],
            &["check", "label:none"],
            &["audit"],
            &["audit", "--from-start"],
            &["sla", "--gate"],
        ] {
            let stderr = sandbox.run(gate).fails(1);
            assert!(stderr.contains(said), "{content:?} {gate:?}: {stderr}");
        }
        // What asks where clocks stand is not answered by none.
        if said.contains("clocks.") || said.contains("time zone") || said.contains("gone.ics") {
            let _ = sandbox.run(&["list", "is:overdue"]).fails(1);
            let _ = sandbox.run(&["sla"]).fails(1);
        }
        let doctor = sandbox.run(&["doctor"]);
        assert_eq!(doctor.status, Some(3), "{content:?}");
    }
}

#[test]
fn doctor_mends_it_and_history_keeps_what_stood_there() {
    for (content, said) in BROKEN {
        let (sandbox, _) = broken(content);
        let _ = sandbox.run_unwatched(&["doctor", "--repair"], "");
        // What is missing, or unknown and without effect, is its user's to put right.
        if said.contains("gone.ics") || said.contains("ownr") || said.contains("unknown key") {
            continue;
        }
        // Hours that nobody meant are worse than none, and a newer version is for its program.
        if content.contains("calendars:") || content.contains("schema: 99") {
            assert!(sandbox.run(&["doctor"]).fails_with_gate().contains(said), "{content:?}");
            assert!(config(&sandbox).contains(content), "{content:?}");
            continue;
        }
        let doctor = sandbox.run(&["doctor"]);
        assert!(!doctor.stdout.contains("config.yaml"), "{content:?}: {}", doctor.stdout);
        sandbox.run(&["check"]).ok();
        assert_eq!(sandbox.run(&["list"]).stderr, "", "{content:?}");
        assert!(
            sandbox.git(&["log", "-p", "--", ".support/config.yaml"]).contains("repair .support/config.yaml")
        );
    }
}

#[test]
fn one_key_is_set_or_unset_whatever_else_is_wrong() {
    let (sandbox, _) = broken("commit:\n  skip_ci: perhaps\npolicy:\n  level_by_role: of\n");
    assert!(sandbox.run(&["config", "set", "commit.skip_ci", "maybe"]).fails(1).contains("commit.skip_ci"));
    sandbox.run(&["config", "set", "commit.skip_ci", "true"]).ok();
    assert!(sandbox.run(&["list"]).stderr.contains("policy.level_by_role"));
    sandbox.run(&["config", "unset", "policy.level_by_role"]).ok();
    assert_eq!(sandbox.run(&["list"]).stderr, "");
    // Half an agreement is none: its keys go in any order.
    sandbox.run(&["config", "set", "agreement.hours", "40"]).ok();
    sandbox.run(&["config", "set", "agreement.per", "week"]).ok();
    sandbox.run(&["config", "unset", "agreement.hours"]).ok();
    assert_eq!(sandbox.run(&["list"]).stderr, "");
    // A value that makes another one wrong is refused as before.
    sandbox.run(&["config", "set", "clocks.blocker.response", "2h"]).ok();
    let _ = sandbox.run(&["config", "set", "clocks.blocker.resolution", "1h"]).fails(1);
}

#[test]
fn a_policy_that_was_broken_does_not_open_what_it_kept_shut() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let id = sandbox.ticket("First");
    sandbox.run(&["team", "add", "Olga", "--email", "olga@example.com", "--role", "product-owner"]).ok();
    sandbox.run(&["config", "set", "policy.severity_by_owner", "enforce"]).ok();
    let refused = sandbox.run(&["edit", &id, "--severity", "minor"]).fails(1);
    let config = sandbox.git(&["show", "HEAD:.support/config.yaml"]);
    for broken in [config.replace("enforce", "enforced"), "a: [b".to_owned()] {
        sandbox.file(".support/config.yaml", broken);
        sandbox.git(&["commit", "-qm", "Break it", "--", ".support"]);
        assert_eq!(sandbox.run(&["edit", &id, "--severity", "minor"]).fails(1), refused);
    }
    sandbox.file(".support/config.yaml", &config);
    // Nor does a roster in which the product owner cannot be read.
    let team = sandbox.git(&["show", "HEAD:.support/team.yaml"]);
    for broken in [
        team.replace("product-owner", "product owner"),
        team.replace("name: Olga", "name: 5"),
        "people: 5\n".to_owned(),
        "[".to_owned(),
    ] {
        sandbox.file(".support/team.yaml", broken);
        sandbox.git(&["commit", "-qm", "Break it", "--", ".support"]);
        let said = sandbox.run(&["edit", &id, "--severity", "minor"]).fails(1);
        assert!(said.contains("is not allowed to set a severity"), "{said}");
        assert!(sandbox.run(&["list"]).stderr.contains("team.yaml"));
        let _ = sandbox.run(&["check"]).fails(1);
        // Whoever cannot be read is not lost by adding somebody.
        let _ = sandbox.run(&["team", "add", "Ann", "--email", "ann@example.com", "--role", "l1"]).fails(1);
    }
}

#[test]
fn a_link_or_a_folder_is_no_settings_file() {
    for make in [
        "ln -s ../notes.txt .support/config.yaml",
        "mkdir -p .support/config.yaml && touch .support/config.yaml/x",
    ] {
        let sandbox = Sandbox::new();
        sandbox.is_tampered_with();
        let id = sandbox.ticket("First");
        sandbox
            .shell(&format!(
                "rm -f .support/config.yaml && {make} && git add .support && git commit -qm Odd -- .support"
            ))
            .ok();
        let said = sandbox.run(&["list"]).stderr;
        assert!(said.contains(".support/config.yaml: it is a"), "{said}");
        sandbox.run(&["comment", &id, "-m", "Goes on."]).ok();
        assert!(sandbox.run(&["check"]).fails(1).contains(".support/config.yaml"));
    }
}

/// Commits of code on top, as many as ten years have.
fn years_of_code(sandbox: &Sandbox) {
    let one = "commit refs/heads/main\ncommitter Dana Li <dana@example.com> 1790000000 +0000\ndata 1\nx\n";
    let rest = one.repeat(10_000 - 1);
    let mut import = sandbox.command("git");
    import.args(["fast-import", "--quiet"]);
    finish(import, format!("{one}from refs/heads/main^0\n{rest}").as_bytes()).ok();
}

#[test]
fn settings_that_were_broken_for_years_are_looked_behind() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["init", "--owner", "me"]).ok();
    let id = sandbox.ticket("Pay fails");
    sandbox.is_tampered_with();
    let good = std::fs::read_to_string(sandbox.repo().join(".support/config.yaml")).unwrap();
    sandbox.file(".support/config.yaml", format!("{good}broken: [\n"));
    sandbox.git(&["commit", "-qam", "Broken"]);
    years_of_code(&sandbox);
    sandbox.git(&["reset", "-q", "--hard"]);
    sandbox.file(".support/config.yaml", good);
    sandbox.git(&["commit", "-qam", "Mended"]);
    sandbox.run(&["comment", &id, "-m", "Seen."]).ok();
    // The stretch begins in the midst of it: its rules are those of before.
    let audit = sandbox.run(&["audit", "HEAD~5..HEAD"]);
    assert!(audit.stdout.contains("commits with 1 entry of 1 ticket since HEAD~5"), "{audit:?}");
}

#[test]
fn a_mistake_in_the_settings_takes_no_clock_away_for_good() {
    for mistake in [
        // Of what no clock uses, of another severity, of a level; no YAML at all; calendars that are not there.
        "git support config set calendars.o.hours.mon 09:00-17:00; ! git support config set calendars.o.holidays gone.ics && sed -i 's/^  o:/&\\n    holidays: gone.ics/' .support/config.yaml; git commit -qam x",
        "printf 'schema: 1\\nclocks:\\n  major: {resolution: 1h}\\n  critical: {response: 4x}\\n' >.support/config.yaml; git commit -qam x",
        "printf 'schema: 1\\nclocks:\\n  major: {resolution: 1h}\\nlevels: {2: {resolution: 0h}}\\n' >.support/config.yaml; git commit -qam x",
        "printf 'schema: 1\\nclocks: [\\n' >.support/config.yaml; git commit -qam x",
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-q", "-u"]);
        sandbox.run(&["config", "set", "clocks.major.resolution", "1h"]).ok();
        sandbox.is_tampered_with();
        let good = sandbox.git(&["show", "HEAD:.support/config.yaml"]);
        sandbox.shell(mistake).ok();
        let id = sandbox.run(&["new", "Pay fails", "--severity", "major"]).ok().trim().to_owned();
        // Meanwhile nothing is said of clocks, but what is wrong.
        for line in [vec!["sla", &id], vec!["sla"], vec!["sla", "--gate"]] {
            let said = sandbox.run(&line);
            assert_eq!(said.status, Some(1), "{mistake}: {line:?}");
            assert!(
                said.stderr.contains("error: ") && said.stderr.contains(".support/config.yaml"),
                "{}",
                said.stderr
            );
        }
        sandbox.file(".support/config.yaml", good.clone() + "\n");
        sandbox.git(&["commit", "-qam", "Mended"]);
        for before in ["true", "rm -rf .git/support/index*"] {
            sandbox.shell(before).ok();
            let later = sandbox.shell(&format!(
                "export GIT_SUPPORT_NOW=2027-01-01T00:00:00Z; git support sla {id}; git support sla --gate"
            ));
            assert_eq!(later.status, Some(3), "{mistake}: {}{}", later.stdout, later.stderr);
            assert!(later.stdout.contains("breached"), "{mistake}: {}", later.stdout);
        }
    }
}

/// What a value becomes is what it was: a repair takes no target away, and opens no gate.
#[test]
fn a_repair_puts_back_what_was_valid_last() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["init", "--owner", "me", "--hours", "mon-fri 09:00-17:00 Europe/Berlin"]).ok();
    sandbox.run(&["config", "set", "clocks.critical.resolution", "8h"]).ok();
    sandbox.run(&["config", "set", "clocks.critical.calendar", "office"]).ok();
    let (text, list) = (config(&sandbox), sandbox.run(&["config", "list"]).ok());
    let breaks = "sed -i 's/17:00\"/1700\"/' .support/config.yaml; git commit -qam 1
                  sed -i 's/resolution: 8h/resolution: 8 h/' .support/config.yaml; git commit -qam 2";
    sandbox.shell(breaks).ok();
    assert_ne!(config(&sandbox), text);
    let found = sandbox.run(&["doctor"]).fails_with_gate();
    assert!(found.contains("calendars.office.hours"), "{found}");
    let repaired = sandbox.run(&["doctor", "--repair"]);
    assert!(repaired.stderr.contains("clocks.critical.resolution is 8h now"), "{repaired:?}");
    assert_eq!(sandbox.run(&["config", "list"]).ok(), list);
    // Every policy that cannot be read is named, and stays shut.
    let policies = "policy:\n  severity_by_owner: enforced\n  rules_by_role: enforc\n";
    sandbox.file(".support/config.yaml", format!("{text}{policies}"));
    sandbox.git(&["commit", "-qm", "3", "--", ".support"]);
    let found = sandbox.run(&["doctor"]).fails_with_gate();
    assert!(found.contains("'enforced'") && found.contains("'enforc'"), "{found}");
    sandbox.run(&["doctor", "--repair"]).ok();
    assert!(sandbox.run(&["config", "get", "policy.rules_by_role"]).ok().contains("enforce"));
    let config = config(&sandbox);
    assert!(config.contains("severity_by_owner: enforce\n") && config.contains("rules_by_role: enforce\n"));
}

#[test]
fn settings_of_a_newer_version_are_left_alone() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let id = sandbox.ticket("First");
    sandbox.run(&["config", "set", "commit.prefix", "tickets"]).ok();
    sandbox.shell("sed -i 's/^schema: 1/schema: 2/' .support/config.yaml; git commit -qam newer").ok();
    let refused = sandbox.run(&["config", "set", "commit.skip_ci", "true"]).fails(1);
    assert!(refused.contains("newer than this program") && refused.contains("git support --version"));
    let _ = sandbox.run(&["doctor", "--repair"]).fails_with_gate();
    assert!(config(&sandbox).contains("schema: 2"));
    sandbox.run(&["comment", &id, "-m", "Goes on."]).ok();
}

#[test]
fn hours_are_changed_in_one_step_and_never_silently_around_the_clock() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["init", "--hours", "mon-fri 09:00-17:00 Europe/Berlin"]).ok();
    let set = |key: &str, value: &str| sandbox.run(&["config", "set", key, value]);
    let refused = set("calendars.office.hours.mon-thu", "09:00-17:00").fails(1);
    assert!(
        refused.contains("overlap") && refused.contains("git support config set calendars.office.hours '")
    );
    for key in ["calendars.office.hours.mon-fri", "calendars.office.hours"] {
        let refused = sandbox.run(&["config", "unset", key]).fails(1);
        assert!(refused.contains("open around the clock") && refused.contains("calendars.office.hours 24x7"));
    }
    set("calendars.office.hours", "mon-thu 09:00-17:00, fri 09:00-12:00, 13:00-15:00").ok();
    let config = config(&sandbox);
    assert!(
        config.contains("mon-thu: [\"09:00-17:00\"]\n      fri: [\"09:00-12:00\", \"13:00-15:00\"]"),
        "{config}"
    );
    set("calendars.office.hours", "24x7").ok();
    let said = set("calendars.office.hours.sat", "10:00-12:00");
    assert!(said.stderr.contains("was 24x7"), "{said:?}");
    sandbox.run(&["config", "unset", "calendars.office"]).ok();
}
