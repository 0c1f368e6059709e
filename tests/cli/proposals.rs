//! Severities that are only proposed: what a gate makes of them.

use crate::sandbox::{Output, Sandbox};

/// Runs a command as the product owner, or as somebody who is nobody.
fn by(sandbox: &Sandbox, who: &str, command: &str) -> Output {
    let (name, email) = (who, who.to_lowercase());
    sandbox.shell(&format!(
        "export GIT_AUTHOR_NAME={name} GIT_AUTHOR_EMAIL={email}@x.example GIT_COMMITTER_NAME={name} GIT_COMMITTER_EMAIL={email}@x.example; git-support {command}"
    ))
}

fn desk() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Pat", "--email", "pat@x.example", "--role", "product-owner"]).ok();
    let id = sandbox.run(&["new", "Boom", "--label", "pay"]).ok().trim().to_owned();
    by(&sandbox, "Pat", &format!("triage {id} --severity blocker")).ok();
    (sandbox, id)
}

#[test]
fn a_gate_goes_by_the_confirmed_severity_until_a_lower_one_is_confirmed() {
    let (sandbox, id) = desk();
    let said = by(&sandbox, "Bob", &format!("triage {id} --severity minor"));
    assert!(said.stderr.contains("is a proposal"), "{said:?}");
    for query in [
        "",
        "severity:blocker",
        "'label:pay severity:>=critical'",
        "'NOT severity:minor'",
        "-severity:minor",
        "'pay OR severity:blocker'",
    ] {
        let said = sandbox.shell(&format!("git-support check {query}"));
        assert_eq!(said.status, Some(3), "{query}: {said:?}");
    }
    let list = sandbox.run(&["list"]).ok();
    assert!(list.contains("minor (blocker)"), "{list}");
    let coloured = sandbox.run(&["list", "--color", "always"]).ok();
    assert!(coloured.contains("minor") && coloured.contains(" (blocker)"), "{coloured}");
    let said = sandbox.run(&["check"]);
    let expected = format!(
        "note: {id} counts as blocker: a lower severity is only proposed\nhint: a product owner confirms it with: git support triage {id} --confirm\n"
    );
    assert!(said.stderr.contains(&expected) && said.stdout.contains("Boom"), "{said:?}");
    sandbox.run(&["check", "severity:major"]).ok();
    sandbox.run(&["check", "label:other severity:blocker"]).ok();
    sandbox.run(&["check", "--max", "1"]).ok();
    // What is proposed higher counts as it is.
    by(&sandbox, "Pat", &format!("triage {id} --confirm")).ok();
    sandbox.run(&["check"]).ok();
    by(&sandbox, "Bob", &format!("triage {id} --severity blocker")).ok();
    sandbox.run(&["check"]).fails_with_gate();
    // Undone, it was never there.
    by(&sandbox, "Bob", &format!("undo {id}")).ok();
    sandbox.run(&["check"]).ok();
}

#[test]
fn a_severity_that_nobody_confirmed_is_as_it_was_proposed() {
    let sandbox = Sandbox::new();
    sandbox.run(&["team", "add", "Pat", "--email", "pat@x.example", "--role", "product-owner"]).ok();
    let id = sandbox.run(&["new", "Boom"]).ok().trim().to_owned();
    by(&sandbox, "Bob", &format!("triage {id} --severity blocker")).ok();
    sandbox.run(&["check"]).fails_with_gate();
    by(&sandbox, "Bob", &format!("triage {id} --severity minor")).ok();
    sandbox.run(&["check"]).ok();
}

#[test]
fn a_clock_goes_by_the_confirmed_severity_until_a_lower_one_is_confirmed() {
    let sandbox = Sandbox::new();
    sandbox.run(&["config", "set", "clocks.critical.resolution", "4h"]).ok();
    sandbox.run(&["team", "add", "Pat", "--email", "pat@x.example", "--role", "product-owner"]).ok();
    let id = by(&sandbox, "Pat", "new Late --severity critical").ok().trim().to_owned();
    let later = |command: &str| {
        sandbox.shell(&format!("export GIT_SUPPORT_NOW=2026-11-24T09:00:00Z; git-support {command}"))
    };
    assert_eq!(later("sla --gate").status, Some(3));
    by(&sandbox, "Bob", &format!("triage {id} --severity minor")).ok();
    for gate in ["sla --gate", "check is:breached", "check severity:critical"] {
        let said = later(gate);
        assert_eq!(said.status, Some(3), "{gate}: {said:?}");
    }
    let said = by(&sandbox, "Bob", &format!("edit {id} --clear severity")).fails(1);
    assert!(said.contains("is not allowed to clear a severity"), "{said}");
    by(&sandbox, "Pat", &format!("triage {id} --confirm")).ok();
    for gate in ["sla --gate", "check is:breached", "check severity:critical"] {
        later(gate).ok();
    }
}

#[test]
fn a_proposal_on_a_resolved_ticket_can_be_confirmed() {
    let (sandbox, id) = desk();
    sandbox.run(&["resolve", &id, "--as", "answered", "-m", "x"]).ok();
    by(&sandbox, "Bob", &format!("edit {id} --severity minor")).ok();
    let said = sandbox.run(&["check", "severity:blocker status:resolved"]);
    assert_eq!(said.status, Some(3), "{said:?}");
    let hint = said
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("hint: a product owner confirms it with: git support "));
    by(&sandbox, "Pat", hint.unwrap_or_default()).ok();
    sandbox.run(&["check", "severity:blocker status:resolved"]).ok();
    assert_eq!(sandbox.run(&["list", "--all", "is:proposed", "--format", "csv"]).ok().lines().count(), 1);
}

/// Somebody of level 1 does not reorder the queue of what a product owner confirmed.
#[test]
fn a_lower_proposal_moves_no_ticket_in_the_queue() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let said = sandbox.shell(
        r#"
        set -e; git stash -qu; unset GIT_SUPPORT_SEED
        as() { w=$1; shift; GIT_AUTHOR_NAME=$w GIT_AUTHOR_EMAIL=$w@example.com git support -q "$@"; }
        as Pat init --owner "Pat <Pat@example.com>" >&2
        as Pat team add Ann --email Ann@example.com --role l1 >&2
        a=$(as Ann new Sev --reporter "C <c@c.example>"); as Pat triage $a --severity blocker >&2
        b=$(as Pat new Other --severity major); as Ann triage $a --severity minor >&2
        echo $a $b
        git support next --json; git support config set clocks.minor.resolution 4h >/dev/null 2>&1; git support next --json
        git support board --json 2>/dev/null || git support next --at HEAD --json
        as Pat triage $a --confirm >&2; git support next --json
        "#,
    );
    assert_eq!(said.status, Some(0), "{said:?}");
    let mut parts = said.stdout.splitn(2, '\n');
    let ids: Vec<&str> = parts.next().unwrap_or_default().split(' ').collect();
    let lists =
        serde_json::Deserializer::from_str(parts.next().unwrap_or_default()).into_iter::<serde_json::Value>();
    let firsts: Vec<(String, String)> = lists
        .map(|list| list.unwrap()[0].clone())
        .map(|one| {
            (one["id"].as_str().unwrap().to_owned(), one["reason"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let [before @ .., last] = firsts.as_slice() else { panic!("{said:?}") };
    assert_eq!(before.len(), 3, "{said:?}");
    for (id, reason) in before {
        assert_eq!(
            (id.as_str(), reason.as_str()),
            (ids[0], "counts as blocker: a lower severity is only proposed")
        );
    }
    assert_eq!(last.0, ids[1], "{said:?}");
}
