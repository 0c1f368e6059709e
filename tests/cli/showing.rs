//! `show`: the page of one ticket.

use crate::sandbox::Sandbox;

#[test]
fn the_page_tells_the_whole_story() {
    let sandbox = Sandbox::new();
    let id = sandbox
        .run(&[
            "new",
            "Card payments fail",
            "--severity",
            "critical",
            "--diagnosis",
            "Timeout in the gateway client.",
        ])
        .ok();
    let id = id.trim();
    sandbox.run(&["comment", id, "-m", "We are on it."]).ok();
    sandbox.run(&["comment", id, "--internal", "-m", "Third time this month."]).ok();
    let page = sandbox.run(&["show", &id[..5]]).ok();
    for part in [
        "critical · defect · new · level 1 · application",
        "Diagnosis",
        "Timeout in",
        "We are on it.",
        "internal:",
    ] {
        assert!(page.contains(part), "{part} is missing:\n{page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
}

#[test]
fn both_ends_of_a_link_show_it() {
    let sandbox = Sandbox::new();
    let (a, b) = (sandbox.ticket("First"), sandbox.ticket("Second"));
    sandbox.run(&["link", &a, "blocks", &b]).ok();
    assert!(sandbox.run(&["show", &a]).ok().contains(&format!("blocks         {b}  Second (new)")));
    assert!(sandbox.run(&["show", &b]).ok().contains(&format!("blocked-by     {a}  First (new)")));
}

#[test]
fn an_id_must_be_known_and_unique() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let id = sandbox.ticket("One");
    assert!(sandbox.run(&["show", "zzzzz"]).fails(1).contains("branch 'main' has no ticket zzzzz"));
    let swapped = format!("{}{}{}", &id[..3], &id[4..5], &id[3..4]);
    assert!(sandbox.run(&["show", &swapped]).fails(1).contains(&format!("did you mean {id}")));
    assert!(sandbox.run(&["show", "il"]).fails(1).contains("not a valid ticket ID"));
    assert!(sandbox.run(&["show", &id[..3]]).fails(1).contains("use 4 to 10 of"));
    assert!(sandbox.run(&["show", "../../etc/passwd"]).fails(1).contains("not a valid ticket ID"));
    // Ids are told apart by what they share: file until two share four characters would take long, so
    // one is written by hand.
    let twin = format!("{}{}", &id[..5], if id[5..].starts_with('0') { "11111" } else { "00000" });
    let file = sandbox.ticket_file(&id).replace(&id, &twin);
    sandbox.file(&crate::sandbox::path_of(&twin), file);
    sandbox.git(&["add", ".support"]);
    sandbox.git(&["commit", "-qm", "twin", "--", ".support"]);
    let stderr = sandbox.run(&["show", &id[..5]]).fails(1);
    assert!(stderr.contains(&id) && stderr.contains(&twin) && stderr.contains("is ambiguous"), "{stderr}");
    assert!(sandbox.run(&["show", &id[..6]]).ok().contains(&id));
}

#[test]
fn an_edit_by_hand_is_pointed_out() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let id = sandbox.run(&["new", "One", "--severity", "minor"]).ok();
    let id = id.trim();
    let file = sandbox.ticket_file(id).replace("severity: minor\nstatus", "severity: blocker\nstatus");
    sandbox.file(&crate::sandbox::path_of(id), file);
    sandbox.git(&["commit", "-qm", "by hand", "--", ".support"]);
    let output = sandbox.run(&["show", id]);
    assert!(output.stderr.contains("edited by hand") && output.stderr.contains("severity"), "{output:?}");
}

#[test]
fn a_page_fits_a_narrow_terminal() {
    let sandbox = Sandbox::new();
    let long = "Card payments over 1,000 in the shop of the north fail with 502 when the bank checks them a second time";
    let reporter = "Alexandra Montgomery-Featherstonehaugh of the Northern Region <alexandra.montgomery-featherstonehaugh@customer.example>";
    sandbox.run(&["config", "set", "clocks.critical.response", "1h"]).ok();
    let id =
        sandbox.run(&["new", long, "--severity", "critical", "--reporter", reporter]).ok().trim().to_owned();
    for label in [
        "payments",
        "gateway",
        "north",
        "second-check",
        "bank",
        "shop",
        "urgent",
        "reconciliation",
        "timeouts",
    ] {
        sandbox.run(&["edit", &id, "--label", label]).ok();
    }
    sandbox.run(&["escalate", &id, "--requirements", "Pays.", "--troubleshooting", "None."]).ok();
    for command in ["show", "sla", "handover", "blame", "log"] {
        let shown = sandbox.shell(&format!("COLUMNS=80 script -qec 'stty cols 80; GIT_PAGER=cat git-support {command} {id} --color never' /dev/null </dev/null")).stdout;
        for line in shown.lines().map(|line| line.trim_end_matches('\r')) {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
        assert!(shown.contains(&id[..4]) || command == "blame", "{command}: {shown}");
    }
    assert!(sandbox.run(&["blame", &id]).ok().contains("requirements"));
}
