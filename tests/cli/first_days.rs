//! A day of people who are new to it: what they paste, keep, purge and are not allowed.

use crate::mailing::{desk, message, take, ticket_of};
use crate::sandbox::{Output, Sandbox};
use crate::terminal::Terminal;

/// A project that enforces its levels and rules, with a lead, a person of level 1 and one of level 2.
fn strict() -> Sandbox {
    let sandbox = Sandbox::new();
    for (name, role) in [("Dana Li", "lead"), ("Ann Lee", "l1"), ("Bo", "l2")] {
        let email = format!("{}@example.com", name.split(' ').next().unwrap().to_lowercase());
        sandbox.run(&["team", "add", name, "--email", &email, "--role", role]).ok();
    }
    for policy in ["policy.level_by_role", "policy.rules_by_role"] {
        sandbox.run(&["config", "set", policy, "enforce"]).ok();
    }
    sandbox
}

fn by(sandbox: &Sandbox, who: &str, command: &str) -> Output {
    let email = format!("{}@example.com", who.split(' ').next().unwrap().to_lowercase());
    sandbox.shell(&format!("export GIT_AUTHOR_NAME='{who}' GIT_AUTHOR_EMAIL={email}; git support {command}"))
}

#[test]
fn one_rule_says_who_works_on_a_ticket_whatever_command_sets_it() {
    let sandbox = strict();
    let id = sandbox.ticket("Pay fails");
    for (who, command, said) in [
        (
            "Ann Lee",
            "new L2 --level 2 --requirements r --troubleshooting t --assignee ann",
            "work at level 2",
        ),
        ("Dev Op", "new X --assignee me", "assign at level 1"),
        ("Dev Op", "new X --assignee ann", "assign at level 1"),
        ("Dev Op", "new X --owner ann", "assign at level 1"),
        ("Dev Op", "owner ID", "assign at level 1"),
        ("Dev Op", "edit ID --owner me", "assign at level 1"),
        (
            "Dev Op",
            "answer add hello -m Hi",
            "change .support/answers/hello.md (allowed: Dana Li, Ann Lee, Bo)",
        ),
    ] {
        let stderr = by(&sandbox, who, &command.replace("ID", &id)).fails(1);
        assert!(stderr.contains(&format!("not allowed to {said}")), "{who} {command}: {stderr}");
    }
    for (who, command) in [
        ("Dev Op", "new Y"),
        ("Ann Lee", "new Z --assignee me"),
        ("Ann Lee", "edit ID --owner me"),
        ("Ann Lee", "answer add hello -m Hi"),
        ("Ann Lee", "answer edit hello -m Hello"),
    ] {
        by(&sandbox, who, &command.replace("ID", &id)).ok();
    }
    for command in ["edit hello -m 'Pay me'", "remove hello"] {
        by(&sandbox, "Dev Op", &format!("answer {command}")).fails(1);
    }
}

#[test]
fn an_opening_that_nobody_might_make_is_found() {
    let sandbox = strict();
    let id = by(&sandbox, "Ann Lee", "new L2 --level 2 --requirements r --troubleshooting t").ok();
    let path = sandbox.git(&["ls-files", &format!("*{}.yaml", id.trim())]);
    let path = path.trim();
    let script = format!(
        "sed -i 's/^level: 2/level: 2\\nassignee: Ann Lee <ann@example.com>/; s/^    level:$/    assignee:\\n      to: Ann Lee <ann@example.com>\\n    level:/' {path}; git commit -q --amend --no-edit -- {path}; git support audit"
    );
    let output = sandbox.shell(&script);
    sandbox.is_tampered_with();
    assert!(output.status == Some(3) && output.stdout.contains("level.role"), "{output:?}");
}

#[test]
fn a_customers_word_that_reopens_undoes_what_answered() {
    let sandbox = Sandbox::new();
    let (known, id) = (sandbox.ticket("Known"), sandbox.ticket("Slow"));
    sandbox.run(&["known", "--add", &known, "--workaround", "Restart it"]).ok();
    sandbox.run(&["edit", &id, "--reporter", "Ida <ida@c.example>"]).ok();
    sandbox.run(&["resolve", &id, "--as", "workaround", "--known", &known]).ok();
    sandbox.run(&["comment", &id, "--from", "customer", "-m", "It does not help"]).ok();
    let head = |id: &str| sandbox.run(&["show", id]).ok().split("\nTimeline\n").next().unwrap().to_owned();
    assert!(head(&id).contains("in-progress") && !head(&id).contains("answered-by"), "{}", head(&id));
    assert!(!head(&known).contains("answers"), "{}", head(&known));
}

#[test]
fn what_was_purged_does_not_come_again_by_what_answers_the_desk() {
    let sandbox = desk();
    let first =
        message("m1@customer.example", "Date: Mon, 23 Nov 2026 08:00:00 +0000", "My card is declined.");
    let id = ticket_of(&take(&sandbox, &first));
    sandbox.run(&["reply", &id, "-m", "Which card?"]).ok();
    let queue = sandbox.run(&["mail", "queue", "--json"]).ok();
    let queue: serde_json::Value = serde_json::from_str(&queue).unwrap();
    let entry = queue.as_array().unwrap().last().unwrap()["entry"].as_str().unwrap().to_owned();
    let headers = format!(
        "Subject: Re: Pay fails\nIn-Reply-To: <{entry}.{id}@shop.example>\nDate: Mon, 23 Nov 2026 08:30:00 +0000"
    );
    let second = message("m2@customer.example", &headers, "The one that ends with 4242.");
    assert_eq!(ticket_of(&take(&sandbox, &second)), id);
    sandbox.run(&["purge", &id, "-m", "Asked for", "--yes"]).ok();
    for message in [&first, &second] {
        let line = take(&sandbox, message);
        assert_ne!(line["outcome"], "opened", "{line}");
    }
    // The letters are of an earlier hour than the desk's reply.
    sandbox.is_tampered_with();
    assert!(!sandbox.shell("git grep 4242 || true").ok().contains("4242"));
}

#[test]
fn a_text_that_came_with_windows_line_ends_is_taken_out_as_it_is_printed() {
    let sandbox = Sandbox::new();
    let id = sandbox.run_with(&["new", "Log", "-F", "-"], "one\r\nsecret two\r\nsecret three\r\n").ok();
    let id = id.trim();
    sandbox.run_with(&["redact", id, "--text", "-", "-m", "Private"], "secret two\nsecret three").ok();
    let shown = sandbox.run(&["show", id]).ok();
    assert!(shown.contains("one") && !shown.contains("secret"), "{shown}");
}

#[test]
fn a_marked_beginning_is_an_id_and_quotes_of_word_processors_are_refused() {
    let sandbox = Sandbox::new();
    let all: Vec<String> = (0..60).map(|number| sandbox.ticket(&format!("n {number}"))).collect();
    let lettered = all.iter().find(|id| id[..4].chars().all(|c| c.is_ascii_alphabetic())).unwrap();
    for typed in [format!("#{}", &lettered[..4]), format!("(#{})", &lettered[..4])] {
        let found = sandbox.run(&["list", &typed]).ok();
        assert!(found.contains(&lettered[..4]), "{typed}: {found}");
    }
    let stderr = sandbox.run(&["list", "“payments card”"]).fails(2);
    assert!(stderr.contains("write '\"payments …\"'"), "{stderr}");
    sandbox.run(&["list", "“n”"]).ok();
    assert!(sandbox.run(&["list", "is:assigned"]).fails(2).contains("write has:assignee"));
    // Who is known as a reporter works on nothing.
    assert_eq!(sandbox.run(&["list", "assignee:dana"]).ok(), "");
    for (typed, written) in [
        ("created >= -7d", "write created:<7d"),
        ("updated < -2w", "write updated:>2w"),
        ("created >= startOfMonth()", "write created:>=2026-01-31"),
        ("assignee = currentUser()", "write assignee:me"),
    ] {
        let stderr = sandbox.run(&["list", typed]).fails(2);
        let hint = stderr.lines().last().unwrap();
        assert!(hint.contains(written), "{stderr}");
        sandbox.run(&["list", hint.rsplit(' ').next().unwrap()]).ok();
    }
}

/// Runs a command with an editor that writes a text on top, and then does something.
fn edited(sandbox: &Sandbox, text: &str, then: &str, command: &str) -> Output {
    let editor =
        format!("#!/bin/sh\n{{ printf '{text}\\n'; cat \"$1\"; }} >\"$1.n\"; mv \"$1.n\" \"$1\"; {then}\n");
    sandbox.file("../ed", editor);
    sandbox.shell(&format!("chmod +x ../ed; GIT_EDITOR=../ed git support {command}"))
}

#[test]
fn a_kept_text_is_filed_by_the_command_that_is_printed() {
    let sandbox = Sandbox::new();
    let refused =
        edited(&sandbox, "Good title\\n\\ntoken ghp_0123456789abcdefghijABCDEFGHIJ012345", "", "new -e");
    let stderr = refused.fails(1);
    let again = stderr.split("file it with: ").nth(1).unwrap().lines().next().unwrap();
    let id = sandbox.shell(&format!("{again} --allow-secret")).ok();
    let shown = sandbox.run(&["show", id.trim()]).ok();
    assert!(shown.contains("  Good title\n") && shown.contains("token ghp_"), "{shown}");
    assert!(!shown.contains("title:"), "{shown}");
}

#[test]
fn a_kept_text_is_for_what_it_was_written_for() {
    let sandbox = Sandbox::new();
    let (one, other) = (sandbox.ticket("One"), sandbox.ticket("Other"));
    edited(&sandbox, "Salaries", "exit 1", &format!("comment {one} --internal -e")).fails(1);
    for command in [
        format!("comment {other} --internal --resume"),
        format!("comment {one} --resume"),
        format!("resolve {one} --as answered --resume"),
    ] {
        let stderr = sandbox.shell(&format!("git support {command}")).fails(1);
        assert!(stderr.contains(&format!("kept for: git support comment {one} --internal")), "{stderr}");
    }
    // By a shorter id; or by its name, for whatever it is wanted.
    sandbox.run(&["comment", &one[..6], "--internal", "--resume"]).ok();
    edited(&sandbox, "Holidays", "exit 1", &format!("comment {one} -e")).fails(1);
    sandbox.run(&["comment", &other, "--resume=EDITMSG"]).ok();
    assert!(sandbox.run(&["show", &other]).ok().contains("Holidays"));
}

#[test]
fn what_is_typed_at_a_terminal_is_kept() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("Pay fails");
    let Some(terminal) = Terminal::open(&sandbox) else { return };
    terminal.text(&format!("git support comment {id} -F -"));
    terminal.keys(&["Enter"]);
    terminal.text("An hour of words.");
    terminal.keys(&["Enter"]);
    terminal.text("AKIAIOSFODNN7EXAMPLE");
    terminal.keys(&["Enter", "C-d"]);
    terminal.until("what you typed is kept");
    terminal.until("ready>");
    let kept = std::fs::read_to_string(sandbox.repo().join(".git/support/EDITMSG")).unwrap();
    assert!(kept.starts_with("An hour of words.\n"), "{kept}");
}
