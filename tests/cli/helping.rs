//! Help: what a new user sees first, the commands in groups, and what is proposed for a command that there is not.

use crate::sandbox::Sandbox;

#[test]
fn without_a_command_the_first_ones_and_the_queue_are_shown() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Mine");
    let _ = sandbox.ticket("Nobody's");
    sandbox.run(&["assign", &id]).ok();
    let shown = sandbox.run(&[]).ok();
    assert!(shown.lines().count() <= 24, "{shown}");
    assert!(shown.contains("Your queue: 1 assigned to you, 1 unassigned, 2 open in all"), "{shown}");
    assert!(shown.contains("git support help"), "{shown}");
    let nowhere = Sandbox::nowhere();
    assert!(nowhere.run_unwatched(&[], "").ok().contains("git init && git support init"));
}

#[test]
fn help_groups_the_commands_and_all_lists_their_subcommands() {
    let sandbox = Sandbox::nowhere();
    let help = sandbox.run_unwatched(&["help"], "").ok();
    for group in
        ["Set up a project", "Open and find tickets", "Investigate and escalate", "Share and correct"]
    {
        assert!(help.contains(&format!("\n{group}\n")), "{group}: {help}");
    }
    assert_eq!(sandbox.run_unwatched(&["-h"], "").ok(), help);
    assert_eq!(sandbox.run_unwatched(&["--help"], "").ok(), help);
    let all = sandbox.run_unwatched(&["help", "all"], "").ok();
    assert!(all.contains("release handover") && all.contains("ci report"), "{all}");
    let new = sandbox.run_unwatched(&["help", "new"], "").ok();
    assert_eq!(new, sandbox.run_unwatched(&["new", "--help"], "").ok());
    assert!(
        sandbox
            .run_unwatched(&["help", "release", "notes"], "")
            .ok()
            .contains("Usage: git support release notes")
    );
    // Behind a noun, as gh has it, the verb is meant.
    for (typed, meant) in [("list", "list"), ("create", "new"), ("view", "show ID"), ("xyz", "new")] {
        let said = sandbox.run_unwatched(&["issue", typed], "").fails(2);
        assert!(said.contains(&format!("hint: git support {meant}\n")), "{said}");
    }
    assert!(sandbox.run_unwatched(&["help", "creat"], "").fails(2).contains("unknown command 'creat'"));
}

#[test]
fn an_option_of_others_is_answered_with_the_one_that_is_meant() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("A");
    for (typed, meant) in [
        (&["new", "--title", "T"][..], "write the title as a word"),
        (&["new", "T", "--description", "x"], "use -m"),
        (&["new", "T", "--labl", "x"], "did you mean --label?"),
        (&["comment", &id, "--body", "x"], "use -m"),
        (&["edit", &id, "--body", "x"], "use --description"),
        (&["edit", &id, "--remove-assignee", "x"], "git support assign ID --nobody"),
        (&["close", &id, "--reason", "done"], "git support resolve ID --as CODE"),
        (&["list", "--search", "x"], "git support list WORD"),
        (&["list", "--mine"], "assignee:me"),
        (&["log", "--oneline"], "git log --oneline -- .support"),
        (&["log", "-1"], "use -n 1"),
        (&["show", &id, "--web"], "git support web"),
        (&["comment", &id, "-b", "x"], "use -m"),
        (&["edit", &id, "--add-label", "x"], "use --label"),
        (&["edit", &id, "--state", "closed"], "did you mean --status?"),
        (&["triage", &id, "--priority", "high"], "use --severity"),
        (&["assign", &id, "--user", "me"], "use --to"),
        (&["resolve", &id, "--reason=fixed"], "use --as"),
        (&["close", &id, "--comment", "x"], "use -m"),
        (&["list", "--state", "closed"], "status:closed"),
        (&["list", "--assignee", "me"], "assignee:VALUE"),
        (&["check", "--severity=blocker"], "severity:VALUE"),
        (&["list", "--overdue"], "is:overdue"),
        (&["release", "notes", "--zzz"], "git support release notes --help"),
    ] {
        let said = sandbox.run(typed).fails(2);
        assert!(said.contains("unknown option '") && said.contains(meant), "{typed:?}: {said}");
        // What is proposed is an option of that command.
        let is_own = !said.contains("hint: git ") && !said.contains("query: ");
        if let Some(option) =
            said.split(['\n', ' ', '?']).find(|word| word.starts_with('-') && word.len() > 1)
            && is_own
        {
            let help = sandbox.run(&[typed[0], "--help"]).ok();
            assert!(help.contains(option) || option == "--help", "{typed:?}: {option}");
        }
    }
    let json = sandbox.run(&["new", "T", "--labl", "x", "--json"]).fails(2);
    let error: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(error["error"]["hint"], "did you mean --label?");
}

#[test]
fn a_mistyped_command_is_answered_with_the_right_one() {
    let sandbox = Sandbox::nowhere();
    for (typed, meant) in [
        ("create", "git support new"),
        ("view", "git support show ID"),
        ("take", "git support next --take; git support assign ID"),
        ("unassign", "git support assign ID --nobody"),
        ("unlink", "git support link ID KIND OTHER --remove"),
        ("search", "git support list"),
        ("delete", "git support resolve ID --as withdrawn"),
        ("escalte", "git support escalate"),
        ("redct", "git support"),
    ] {
        let said = sandbox.run_unwatched(&[typed, "x"], "").fails(2);
        assert!(said.contains(&format!("unknown command '{typed}'")) && said.contains(meant), "{said}");
        assert!(!said.contains("support redact"), "{said}");
    }
    // A subcommand is still clap's to propose; machines get an object.
    assert!(sandbox.run_unwatched(&["team", "ad"], "").fails(2).contains("add"));
    let json = sandbox.run_unwatched(&["create", "--json"], "").fails(2);
    let error: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(error["error"]["kind"], "usage");
}

#[test]
fn a_word_that_is_no_ticket_is_answered_with_its_option() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("A");
    for (typed, meant) in [
        (["assign", &id, "bo"], "--to 'bo'"),
        (["assign", &id, "bo"], "--to 'bo' or -m 'bo'?"),
        (["triage", &id, "critical"], "mean --severity 'critical'?"),
        (["pend", &id, "3d"], "mean --follow-up '3d' or --spent '3d'?"),
        // What is proposed is an option of that command.
        (["close", &id, "bo"], "mean -m 'bo'?"),
        (["comment", &id, "hello"], "-m 'hello'"),
    ] {
        let said = sandbox.run(&typed).fails(1);
        assert!(said.contains("is not a valid ticket ID") && said.contains(meant), "{typed:?}: {said}");
    }
    // As a message or another tracker writes it, it is the ticket.
    assert!(sandbox.run(&["show", &format!("#{id}")]).ok().contains(&id));
    assert!(sandbox.run(&["comment", &id, "-m", "-"]).stderr.contains("text"));
}
