//! The support process: each step a command, each command a commit; what may not be is refused.

use git_support::process::{STEPS, legal_steps, outcome};
use git_support::ticket::{Action, Status};

use crate::sandbox::Sandbox;

/// A project with a team and two vendors.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1", "--role", "l2"])
        .ok();
    sandbox.run(&["team", "add", "Lea Lead", "--email", "lead@example.com", "--role", "lead"]).ok();
    sandbox.run(&["vendor", "add", "paygate", "--email", "help@paygate.example", "--response", "8h"]).ok();
    sandbox.run(&["vendor", "add", "cloudco", "--msp", "--phone", "+1 555 0100"]).ok();
    sandbox
}

/// The command of a step, for a ticket at level 2 with everything gathered.
fn command<'a>(step: &'a Action, id: &'a str) -> Vec<&'a str> {
    let (verb, rest): (&str, &[&str]) = match step.as_str() {
        "replicate" => ("replicate", &["--steps", "Pay 1,250."]),
        "diagnose" => ("diagnose", &["-m", "A timeout."]),
        "estimate" => ("estimate", &["6h"]),
        "return" => ("return", &["-m", "Ask the customer first."]),
        "hand-back" => ("return", &["--incomplete", "-m", "The log is missing."]),
        "alert" => ("alert", &["--to", "lead@example.com", "-m", "Three customers now."]),
        "defer" => ("defer", &["--vendor", "paygate"]),
        "resolve" => ("resolve", &["--as", "answered"]),
        verb => (verb, &[]),
    };
    [&[verb, id], rest].concat()
}

#[test]
fn every_status_and_step_is_allowed_with_its_outcome_or_refused_with_the_legal_ones() {
    let sandbox = project();
    let findings =
        ["--requirements", "r", "--troubleshooting", "t", "--reproduction", "p", "--diagnosis", "d"];
    for status in Status::ALL {
        for step in STEPS {
            let id =
                sandbox.run(&[&["new", "T", "--level", "2"], &findings[..]].concat()).ok().trim().to_owned();
            if *status != Status::New {
                sandbox.run_unwatched(&["edit", &id, "--status", status.as_str()], "").ok();
            }
            let output = sandbox.run_unwatched(&command(step, &id), "");
            match outcome(step, *status) {
                Some(to) => {
                    assert_eq!(output.status, Some(0), "{status} {step}: {output:?}");
                    assert_eq!(sandbox.field(&id, "status"), to.as_str(), "{status} {step}");
                    let message = sandbox.git(&["log", "-1", "--format=%B"]);
                    assert!(message.starts_with(&format!("support: {step} {id}")), "{message}");
                    assert!(message.contains(&format!("Support-Action: {step}\n")), "{message}");
                }
                None => {
                    let stderr = output.fails(1);
                    assert!(!stderr.split("allowed:").nth(1).unwrap().contains("hand-back"), "{stderr}");
                    for legal in legal_steps(*status).into_iter().filter(|step| **step != Action::HandBack) {
                        assert!(stderr.contains(legal.as_str()), "{status} {step}: {stderr}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_newcomer_completes_an_escalation_at_the_first_try() {
    let sandbox = project();
    let id = sandbox.ticket("Card payments fail");
    let stderr = sandbox.run(&["escalate", &id]).fails(1);
    assert!(stderr.contains("to level 2: missing requirements, troubleshooting"), "{stderr}");
    let hint = stderr.lines().find_map(|line| line.strip_prefix("hint: git support ")).unwrap();
    let command = hint.split(", or override").next().unwrap().replace("…", "It was tried.");
    sandbox.shell(&format!("git-support {command}")).ok();
    assert_eq!(sandbox.field(&id, "level"), 2);
    assert_eq!(sandbox.subjects()[0], format!("support: escalate {id} to level 2: Card payments fail"));
    let found = sandbox.git(&[
        "log",
        "--format=%(trailers:key=Support-Level,valueonly)",
        "--grep=Support-Action: escalate",
    ]);
    assert_eq!(found.trim(), "1 -> 2");

    let stderr = sandbox.run(&["escalate", &id]).fails(1);
    assert!(stderr.contains("reproduction, diagnosis"), "{stderr}");
    sandbox.run(&["escalate", &id, "--force"]).fails(2);
    sandbox.run(&["escalate", &id, "--force", "-m", "The line is down."]).ok();
    let page = sandbox.run(&["show", &id]).ok();
    assert!(page.contains("overrode handover.reproduction") && page.contains("level 3"), "{page}");
    assert!(sandbox.run(&["escalate", &id]).fails(1).contains("no higher level"));
}

#[test]
fn a_ticket_goes_to_a_vendor_and_back() {
    let sandbox = project();
    let id = sandbox.ticket("Card payments fail");
    assert!(sandbox.run(&["defer", &id, "--vendor", "paygate"]).fails(1).contains("level 1"));
    sandbox.run(&["escalate", &id, "--requirements", "r", "--troubleshooting", "t"]).ok();
    assert!(sandbox.run(&["defer", &id]).fails(2).contains("no vendor given"));
    assert!(sandbox.run(&["defer", &id, "--vendor", "nobody"]).fails(1).contains("known: cloudco, paygate"));
    sandbox
        .run(&["defer", &id, "--vendor", "paygate", "--case", "PG-5512", "--follow-up", "2026-11-26"])
        .ok();
    let message = sandbox.git(&["log", "-1", "--format=%B"]);
    assert!(message.starts_with(&format!("support: defer {id} to paygate: ")), "{message}");
    assert!(
        message.contains("Support-Status: triaged -> deferred\n")
            && message.contains("Support-Vendor: paygate\n")
    );
    assert!(
        sandbox.run(&["show", &id]).ok().contains("vendor paygate, case PG-5512, follow up 2026-11-26 00:00")
    );
    sandbox.run(&["resume", &id, "-m", "Fixed on their side."]).ok();
    assert_eq!(sandbox.field(&id, "status"), "in-progress");
    assert_eq!(sandbox.field(&id, "deferral"), serde_json::Value::Null);

    let outage = sandbox.run(&["new", "Server down", "--area", "infrastructure", "--level", "2"]).ok();
    sandbox.run(&["defer", outage.trim()]).ok();
    assert!(sandbox.run(&["show", outage.trim()]).ok().contains("vendor cloudco"));
    let wish = sandbox.run(&["new", "Dark mode", "--type", "improvement"]).ok();
    sandbox.run(&["defer", wish.trim(), "--enhance"]).ok();
    assert!(sandbox.run(&["show", wish.trim()]).ok().contains("deferral       enhance"));
}

#[test]
fn a_vendor_is_proposed_by_what_it_covers_and_measured_by_its_answers() {
    let sandbox = project();
    sandbox.run(&["vendor", "edit", "paygate", "--covers", "src/payment.rs"]).ok();
    let id = sandbox.run(&["new", "Panic in src/payment.rs:41", "--level", "2"]).ok();
    let id = id.trim();
    assert!(sandbox.run(&["defer", id]).fails(2).contains("--vendor paygate"));
    sandbox.run(&["defer", id, "--vendor", "paygate"]).ok();
    let held = sandbox.run(&["vendor", "show", "paygate"]).ok();
    assert!(held.contains(&id[..4]) && !held.contains("answered"), "{held}");
    assert!(
        sandbox.run(&["vendor", "remove", "paygate"]).fails(1).contains("tickets are deferred to paygate")
    );
    sandbox.run(&["resume", id]).ok();
    let shown = sandbox.run(&["vendor", "show", "paygate"]).ok();
    assert!(shown.contains("1 time: median") && shown.contains("nothing"), "{shown}");
    sandbox.run(&["vendor", "remove", "paygate"]).ok();
    assert!(!sandbox.repo().join(".support/vendors/paygate.yaml").exists());
}

#[test]
fn a_severity_is_the_product_owners_to_judge() {
    let sandbox = project();
    sandbox.run(&["team", "add", "Ann Lee", "--email", "ann@example.com", "--role", "product-owner"]).ok();
    let id = sandbox.ticket("Slow");
    let output = sandbox.run(&["triage", &id, "--severity", "critical"]);
    assert!(output.stderr.contains("a proposal until a product owner confirms it (Ann Lee)"), "{output:?}");
    assert!(sandbox.run(&["show", &id]).ok().contains("critical (proposed)"));
    assert!(sandbox.run(&["triage", &id, "--confirm"]).fails(1).contains("(allowed: Ann Lee)"));
    let ann = "GIT_AUTHOR_NAME='Ann Lee' GIT_AUTHOR_EMAIL=ann@example.com";
    sandbox.shell(&format!("{ann} git-support triage {id} --confirm")).ok();
    assert!(!sandbox.run(&["show", &id]).ok().contains("critical (proposed)"));
    assert!(sandbox.run(&["triage", &id, "--confirm"]).fails(1).contains("not a proposal"));
    // Who sets what was proposed confirms it, by a step as by an edit.
    for step in ["triage", "edit"] {
        let id = sandbox.run(&["new", step, "--severity", "major"]).ok();
        let id = id.trim();
        assert!(sandbox.run(&["list", "is:proposed"]).ok().contains(step), "{step}");
        sandbox.shell(&format!("{ann} git-support {step} {id} --severity major")).ok();
        assert!(!sandbox.run(&["list", "is:proposed"]).ok().contains(step), "{step}");
    }
    sandbox.run(&["config", "set", "policy.severity_by_owner", "enforce"]).ok();
    assert!(
        sandbox
            .run(&["triage", &id, "--severity", "minor"])
            .fails(1)
            .contains("is not allowed to set a severity")
    );
    assert!(sandbox.run(&["edit", &id, "--severity", "minor"]).fails(1).contains("policy.severity_by_owner"));
    sandbox.shell(&format!("{ann} git-support triage {id} --severity minor")).ok();
}

#[test]
fn somebody_is_known_under_every_address_of_the_mailmap() {
    let sandbox = project();
    sandbox.run(&["team", "add", "Ann Lee", "--email", "ann@example.com", "--role", "product-owner"]).ok();
    sandbox.run(&["config", "set", "policy.severity_by_owner", "enforce"]).ok();
    let id = sandbox.ticket("Slow");
    let private = format!(
        "GIT_AUTHOR_NAME=annie GIT_AUTHOR_EMAIL=annie@home.example git-support triage {id} --severity minor"
    );
    assert!(sandbox.shell(&private).fails(1).contains("is not allowed to set a severity"));
    sandbox.file(".mailmap", "Ann Lee <ann@example.com> <annie@home.example>\n");
    sandbox.shell(&private).ok();
    let author = sandbox.git(&["log", "-1", "--format=%an <%ae>"]);
    assert_eq!(author, "annie <annie@home.example>\n", "the commit says what git says");
}

#[test]
fn who_works_at_which_level_is_said_or_enforced() {
    let sandbox = project();
    sandbox.run(&["team", "add", "Eve Park", "--email", "eve@example.com", "--role", "l3"]).ok();
    let id = sandbox.run(&["new", "Deep", "--level", "3"]).ok();
    let output = sandbox.run(&["diagnose", id.trim(), "-m", "A race."]);
    assert!(output.stderr.contains("Dana Li does not work at level 3"), "{output:?}");
    sandbox.run(&["config", "set", "policy.level_by_role", "enforce"]).ok();
    let stderr = sandbox.run(&["diagnose", id.trim(), "-m", "A race, twice."]).fails(1);
    assert!(
        stderr.contains("is not allowed to diagnose at level 3 (allowed: Lea Lead, Eve Park)"),
        "{stderr}"
    );
}

#[test]
fn a_resolution_names_what_it_rests_on() {
    let sandbox = project();
    let (a, b) = (sandbox.ticket("A"), sandbox.ticket("B"));
    let stderr = sandbox.run(&["resolve", &a, "--as", "fixed"]).fails(1);
    assert!(stderr.contains("requires a commit") && stderr.contains("--no-commit"), "{stderr}");
    // What changes tickets alone is no fix, whoever committed it; what changes code beside them is one.
    for arguments in
        [&["resolve", &a, "--as", "fixed", "--commit", "HEAD"][..], &["edit", &a, "--commit", "HEAD~1"]]
    {
        let stderr = sandbox.run(arguments).fails(1);
        assert!(stderr.contains("fixes nothing: it is a commit of tickets"), "{stderr}");
    }
    let operation =
        format!("{{\"op\": \"resolve\", \"id\": \"{a}\", \"as\": \"fixed\", \"commits\": [\"HEAD\"]}}");
    let stderr = sandbox.run_with(&["batch"], operation).fails(1);
    assert!(stderr.contains("fixes nothing"), "{stderr}");
    let stderr = sandbox.run(&["resolve", &a, "--as", "fixed", "--commit", "nonsense"]).fails(1);
    assert!(stderr.contains("'nonsense' is not a commit"), "{stderr}");
    sandbox.shell("echo fixed >pay.rs; git add pay.rs; git commit -q -m Fix pay.rs").ok();
    sandbox.run(&["resolve", &a, "--as", "fixed", "--commit", "HEAD"]).ok();
    assert_eq!(sandbox.field(&a, "commits")[0].as_str().unwrap().len(), 40);
    assert_eq!(sandbox.field(&a, "resolution"), "fixed");
    sandbox.run(&["close", &a]).ok();
    sandbox.run(&["reopen", &a, "-m", "Again."]).ok();
    assert_eq!(sandbox.field(&a, "resolution"), serde_json::Value::Null);
    for nothing in ["", "  ", "\u{200b}"] {
        let said = sandbox.run(&["resolve", &a, "--as", "fixed", "--no-commit", nothing]).fails(2);
        assert!(said.contains("--no-commit needs a reason"), "{said}");
    }
    sandbox.run(&["resolve", &a, "--as", "fixed", "--no-commit", "The data was wrong."]).ok();

    assert!(
        sandbox.run(&["resolve", &b, "--as", "duplicate"]).fails(2).contains("requires the original ticket")
    );
    sandbox.run(&["resolve", &b, "--as", "duplicate", "--of", &a]).ok();
    assert_eq!(sandbox.subjects()[0], format!("support: resolve {b} as duplicate: B"));
    assert!(
        sandbox
            .run(&["show", &a])
            .ok()
            .contains(&format!("duplicated-by  {b}  B (resolved, by Dana Li, seen 1 time)"))
    );
    sandbox.run(&["reopen", &b]).ok();
    assert!(!sandbox.run(&["show", &a]).ok().contains("duplicated-by "));

    let (incident, part) = (sandbox.ticket("Outage"), sandbox.ticket("Shop down"));
    sandbox.run(&["link", &part, "parent", &incident]).ok();
    sandbox.run(&["resolve", &incident, "--as", "workaround", "--children"]).ok();
    assert_eq!(sandbox.field(&part, "status"), "resolved");
}

#[test]
fn the_packet_carries_everything_and_the_brief_nothing_internal() {
    let sandbox = project();
    let old = sandbox.run(&["new", "Card payments fail with 502 at the gateway", "--label", "payments"]).ok();
    sandbox.run(&["resolve", old.trim(), "--as", "vendor", "-m", "They restarted the gateway."]).ok();
    let new = [
        "new",
        "Card payments fail with 502 again",
        "--label",
        "payments",
        "--reporter",
        "Kim Roe <kim@customer.example>",
    ];
    let id = sandbox.run(&[&new[..], &["-m", "Kim Roe (kim@customer.example) cannot pay."]].concat()).ok();
    let id = id.trim();
    sandbox.run_with(&["attach", id, "-", "--name", "gateway.log"], "502\n").ok();
    sandbox.run_with(&["attach", id, "-", "--name", "contract.txt", "--internal"], "Paid by us\n").ok();
    sandbox.run(&["comment", id, "--internal", "-m", "She is angry."]).ok();
    sandbox.run(&["comment", id, "-m", "We look at it, Kim Roe."]).ok();
    sandbox
        .run(&[
            "escalate",
            id,
            "--requirements",
            "Pay.",
            "--troubleshooting",
            "Tried twice.",
            "-m",
            "Beyond me.",
        ])
        .ok();
    let packet = sandbox.run(&["handover", id]).ok();
    for part in [
        "# Handover of",
        "Beyond me.",
        "kim@customer.example",
        "She is angry.",
        "Tried twice.",
        "gateway.log",
        "contract.txt",
        "Missing information",
        "reproduction, diagnosis, workaround",
        "They restarted the gateway.",
        old.trim(),
    ] {
        assert!(packet.contains(part), "{part} is missing:\n{packet}");
    }
    let brief = sandbox.run(&["brief", id, "--vendor", "paygate"]).ok();
    for part in
        ["paygate", "[customer] ([address]) cannot pay.", "Tried twice.", "at it, [customer].", "gateway.log"]
    {
        assert!(brief.contains(part), "{part} is missing:\n{brief}");
    }
    for secret in ["Kim", "customer.example", "angry", "Beyond me.", "contract"] {
        assert!(!brief.contains(secret), "{secret} leaked:\n{brief}");
        assert!(!sandbox.run(&["brief", id, "--vendor", "paygate", "--json"]).ok().contains(secret));
    }
    assert!(sandbox.run(&["brief", id]).fails(2).contains("not deferred to a vendor"));
    let object: serde_json::Value =
        serde_json::from_str(&sandbox.run(&["handover", id, "--json"]).ok()).unwrap();
    assert_eq!(object["ticket"], id);
}

#[test]
fn the_queue_puts_passed_follow_ups_first_then_the_graver_then_the_older() {
    let sandbox = project();
    let file =
        |title: &str, more: &[&str]| sandbox.run(&[&["new", title], more].concat()).ok().trim().to_owned();
    file("old", &["--severity", "minor"]);
    file("young", &["--severity", "minor"]);
    file("grave", &["--severity", "blocker", "--level", "2"]);
    let waits = file("waits", &["--level", "2"]);
    sandbox.run(&["defer", &waits, "--vendor", "paygate", "--follow-up", "3d"]).ok();
    let asked = file("asked", &[]);
    sandbox.run(&["pend", &asked, "--follow-up", "1m"]).ok();
    let titles = |arguments: &[&str]| -> String {
        let out = sandbox.run(&[&["next", "--format", "csv"], arguments].concat()).ok();
        out.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(titles(&[]), "asked grave old young");
    assert_eq!(titles(&["--level", "2"]), "grave");
    assert_eq!(titles(&["--mine"]), "");
    sandbox.run(&["next", "--take", "--level", "2"]).ok();
    assert_eq!(titles(&["--mine"]), "grave");
    assert!(sandbox.run(&["next", "--take", "--level", "2"]).stderr.contains("nothing to take"));
}

#[test]
fn a_command_prints_what_it_did_and_nothing_of_before() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let now = |line: &[&str]| {
        let said = sandbox.run(line).ok();
        let actions = said.lines().filter(|line| line.starts_with(&id));
        actions.filter_map(|line| line.split_whitespace().nth(1).map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(now(&["resolve", &id, "--as", "answered", "-m", "So."]), ["resolve"]);
    assert_eq!(now(&["close", &id]), ["close"]);
    sandbox.file("a.log", "1\n");
    sandbox.file("b.log", "2\n");
    assert_eq!(now(&["attach", &id, "a.log", "b.log"]), ["attach", "attach"]);
    assert_eq!(now(&["reopen", &id, "-m", "Again."]), ["reopen"]);
}
