//! Findings are settled by the commands that they print.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::sandbox::Sandbox;
use crate::tampering::story;

/// Takes the command that each finding prints last, as who may accept it, until the audit is green.
#[track_caller]
pub(super) fn settle(sandbox: &Sandbox, tools: &str) {
    for _ in 0..8 {
        let audit = sandbox.run_unwatched(&["audit"], "");
        let lines = audit.stdout.lines().map(str::trim);
        let accept = lines.filter_map(|line| line.strip_prefix("or, to accept it: "));
        let own = |line: &&str| line.starts_with("git replace -d") || line.starts_with("rm ");
        let clone = audit.stdout.lines().map(str::trim).filter(own);
        let commands: Vec<&str> = accept.chain(clone).collect();
        if commands.is_empty() {
            assert_eq!(audit.status, Some(0), "{}", audit.stdout);
            return;
        }
        for command in commands {
            // Pat, who owns the product; where it is Pat's own commit, somebody who reviews.
            let command = command.replace("REASON", "'It may stand.'");
            let script = format!("{tools}as_pat {command} || as_rea {command}");
            let done = sandbox.shell(&script);
            assert_eq!(done.status, Some(0), "{command}\n{}{}\n{}", done.stdout, done.stderr, audit.stdout);
        }
    }
    panic!("it is not settled: {}", sandbox.run_unwatched(&["audit"], "").stdout);
}

/// Each command that is printed to put things right does so: after it, what is left is notes.
#[test]
fn the_command_that_puts_it_right_does() {
    let mut wrong = String::new();
    for (rule, script) in [
        ("timeline.removed", "drop 4; commit"),
        ("timeline.removed", "git checkout -q before~2 -- $A; commit"),
        ("ticket.removed", "git rm -q $A; commit"),
        ("ticket.removed", "git rm -q $A $B; commit 'Fewer tickets'"),
        ("ticket.replaced", "sed \"s/^id: .*/id: $a/\" $B >x; mv x $A; commit"),
        ("ticket.replaced", "sed \"s/^id: .*/id: $a/\" $B >x; mv x $A; git rm -q --cached $B; rm $B; commit"),
        (
            "ticket.replaced",
            "git support -q new Mine; c=$(git ls-files -o .support | head -1); c=$(git diff --name-only HEAD~1 -- .support/tickets); git show HEAD:$c | sed \"s/^id: .*/id: $a/\" >x; git reset -q --hard HEAD~1 2>/dev/null; mv x $A; commit",
        ),
        ("ticket.replaced", "cp $B $A; commit"),
        ("ticket.replaced", "cp $A $B; commit"),
        ("ticket.replaced", "git mv -f $B $A; commit"),
        ("ticket.replaced", "sed \"s/^id: .*/id: $b/\" $A >x; mv x $B; commit"),
        ("ticket.replaced", "sed \"s/^id: .*/id: $b/\" $A >x; mv x $B; git rm -q --cached $A; rm $A; commit"),
        (
            "ticket.replaced",
            "sed \"s/^id: .*/id: $a/\" $B >x; mv x $A; commit; git support comment $a -m Since.",
        ),
        (
            "ticket.replaced",
            "sed \"s/^id: .*/id: $b/\" $A >x; mv x $B; commit; git support comment $b -m Since.",
        ),
        ("timeline.open", "drop 1; commit"),
        ("timeline.removed", "drop 1; commit; git support comment $a -m Since."),
        ("timeline.removed", "drop 4; sed -i 's/after ten/before ten/' $A; commit"),
        ("timeline.removed", "drop 3; sed -i 's/after ten/before ten/' $A; commit"),
        ("head.unaccounted", "sed -i 's/^title: .*/title: Another/' $A; commit"),
        (
            "head.unaccounted",
            "sed -i 's/^title: .*/title: Another/' $B; commit; git support comment $b -m Since.",
        ),
        ("evidence.changed", "echo 200 >$(ls .support/attachments/$a/*); commit"),
        ("evidence.missing", "git rm -q .support/attachments/$a/*; commit"),
        ("evidence.missing", "git rm -qr .support/attachments; commit; git support comment $a -m Where"),
        (
            "evidence.changed",
            "git switch -qc side; echo 200 >$(ls .support/attachments/$a/*); commit; git switch -q main; git support comment $b -m x; git merge -q --no-edit side",
        ),
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{script}")).ok();
        let before = sandbox.run_unwatched(&["audit"], "").stdout;
        let repairs: BTreeSet<&str> =
            before.lines().map(str::trim).filter(|line| *line == "git support doctor --repair").collect();
        if !before.contains(rule) || repairs.len() != 1 {
            writeln!(wrong, "{script}\n{before}").unwrap();
            continue;
        }
        let repaired = sandbox.shell(&format!("{tools}next; git support doctor --repair"));
        let after = sandbox.run_unwatched(&["audit"], "");
        if after.status != Some(0) {
            writeln!(wrong, "{script}\n{before}{}{}{}", repaired.stdout, repaired.stderr, after.stdout)
                .unwrap();
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn what_had_taken_a_tickets_place_becomes_a_ticket_of_its_own() {
    let (sandbox, tools) = story();
    let script = "git support -q new Mine -m 'My words.'; c=$(git diff --name-only HEAD~1 -- .support/tickets); \
                  git show HEAD:$c | sed \"s/^id: .*/id: $a/\" >x; git reset -q --hard HEAD~1; mv x $A; commit; next; \
                  git support doctor --repair";
    let said = sandbox.shell(&format!("{tools}{script}")).ok();
    let list = sandbox.run_unwatched(&["list", "--all"], "").stdout;
    assert!(
        list.contains("Mine") && list.contains("Card payments fail") && list.contains("Slow"),
        "{said}{list}"
    );
    assert!(sandbox.run_unwatched(&["export", "--full"], "").stdout.contains("My words."));
}
