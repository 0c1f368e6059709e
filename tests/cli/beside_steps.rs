//! What an entry has beside its fields, and what sets a field under another step's name: neither decides anything.

use crate::sandbox::Sandbox;
use crate::tampering::{TOOLS, found};

/// A team under enforced policies, and a ticket that level 3 holds: a blocker, with Kim's step and words, which the customer has
/// reopened. Mal is nobody of the team.
const HELD: &str = r#"
unset GIT_SUPPORT_SEED; git stash -qu; for who in 'Dana lead' 'Pat product-owner' 'Ann l1' 'Kim l3'; do set -- $who; as Dana git support -q team add $1 --email $1@x.example --role $2; done
for p in severity_by_owner level_by_role fixed_needs_commit resolve_by_role rules_by_role; do as Dana git support -q config set policy.$p enforce; done
a=$(as Ann git support new 'Card payments fail' --reporter 'Cara <cara@c.example>' --channel phone); A=$(git ls-files .support/tickets)
as Pat git support -q triage $a --severity blocker; as Kim git support -q edit $a --level 3 --force -m "Level 3 has it."
as Kim git support -q comment $a -m 'Kim knows.'; as Kim git support -q resolve $a --as answered -m Done.; as Kim git support -q comment $a --from customer -m 'Still broken.'
git tag before; git support -q audit
"#;

/// Somebody's tools: `as NAME COMMAND`, and `has ACTION LINES` for an entry in their name, committed by them.
pub(crate) const AS_THEM: &str = r#"
as() { n=$1; shift; GIT_AUTHOR_NAME=$n GIT_AUTHOR_EMAIL=$n@x.example GIT_COMMITTER_NAME=$n GIT_COMMITTER_EMAIL=$n@x.example "$@"; }
has() { printf "$2" | entry $(($(grep -c '^- seq' $A) + 1)) $1 "$who <$who@x.example>"; as $who git commit -qam x; }
A=$(git ls-files .support/tickets); unset GIT_SUPPORT_SEED
"#;

pub(crate) fn held() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.shell(&format!("{TOOLS}{AS_THEM}{HELD}")).ok();
    sandbox
}

/// What somebody does to the ticket as it was, and that no audit finds.
fn not_found(sandbox: &Sandbox, who: &str, script: &str) -> Option<String> {
    sandbox.shell(&format!("{TOOLS}{AS_THEM}who={who}; git reset -q --hard before; {script}")).ok();
    for range in [&[][..], &["before.."]] {
        let (rules, status) = found(sandbox, range);
        let is_of_step =
            |rule: &String| rule.starts_with("step.") || rule == "severity.owner" || rule == "level.role";
        if status != Some(3) || !rules.iter().any(is_of_step) {
            return Some(format!("{who}: {script}: {rules:?}, {status:?}"));
        }
    }
    None
}

#[test]
fn no_step_sets_what_only_another_step_sets() {
    let severity = "severity:\\n      from: blocker\\n      to: minor";
    let level = "level:\\n      from: 3\\n      to: 1";
    let as_head = "sed -i 's/^severity: blocker/severity: minor/' $A";
    let (sandbox, mut wrong) = (held(), Vec::new());
    for who in ["Mal", "Ann"] {
        for (action, set, head) in [
            ("reopen", severity, as_head),
            ("reopen", level, "sed -i 's/^level: 3/level: 1/' $A"),
            (
                "reopen",
                "title:\\n      from: Card payments fail\\n      to: Solved",
                "sed -i 's/^title: .*/title: Solved/' $A",
            ),
            ("reopen", "severity:\\n      from: blocker", "sed -i '/^severity: /d' $A"),
            ("undo", "severity:\\n      from: blocker", "sed -i '/^severity: /d' $A"),
            ("undo", "reporter:\\n      from: Cara <cara@c.example>", "sed -i '/^reporter: /d' $A"),
            ("resume", severity, as_head),
            ("comment", severity, as_head),
            ("acknowledge", severity, as_head),
            ("send", severity, as_head),
            ("attach", severity, as_head),
        ] {
            // Whoever opened a ticket has named its reporter.
            if who == "Ann" && set.starts_with("reporter") {
                continue;
            }
            wrong.extend(not_found(&sandbox, who, &format!("{head}; has {action} '  set:\\n    {set}\\n'")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn no_step_strikes_out_replaces_or_quotes_under_another_name() {
    let (sandbox, mut wrong) = (held(), Vec::new());
    for who in ["Mal", "Ann"] {
        for action in [
            "comment",
            "edit",
            "triage",
            "assign",
            "alert",
            "repeat",
            "acknowledge",
            "resume",
            "close",
            "send",
            "open",
            "redact",
            "frobnicate",
        ] {
            // The customer's word, and a step of Kim's.
            for number in ["$(grep -c '^- seq' $A)", "3"] {
                wrong.extend(not_found(
                    &sandbox,
                    who,
                    &format!("has {action} \"  undoes: [$(id {number})]\\n  note: So.\\n\""),
                ));
            }
        }
        for lines in [
            "  action: edit\\n  replaces: $(id 4)\\n  note: I was wrong.\\n",
            "  action: comment\\n  speaker: Cara <cara@c.example>\\n  replaces: $(id 4)\\n  note: I was wrong.\\n",
            "  action: edit\\n  speaker: Kim <Kim@x.example>\\n  note: I was wrong.\\n",
            "  action: alert\\n  told: Dana\\n  speaker: Kim <Kim@x.example>\\n  note: I was wrong.\\n",
            "  action: comment\\n  told: Dana\\n  note: I was wrong.\\n",
            "  action: comment\\n  redacted: $(id 3)\\n",
            "  action: comment\\n  redacted: aaaaaaa1\\n",
        ] {
            let lines = lines.replace("  action: ", "");
            let (action, rest) = lines.split_once("\\n").unwrap();
            wrong.extend(not_found(&sandbox, who, &format!("has {action} \"{rest}\"")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn who_is_not_of_the_team_sets_no_resolution_no_reporter_and_goes_over_no_rule() {
    let sandbox = held();
    let ends = "as Kim git support -q resolve $a --as answered -m Done.";
    for (before, change, refused) in [
        (ends, "edit $a --resolution wont-fix", "not allowed to set resolution wont-fix"),
        (ends, "edit $a --resolution spam --force -m x", "not allowed to set resolution spam"),
        ("true", "edit $a --reporter 'Mal <Mal@x.example>'", "not allowed to set the reporter"),
        (
            "true",
            "edit $a --status resolved --resolution answered --force -m x",
            "not allowed to set status resolved",
        ),
        ("true", "edit $a --level 1 --force -m x", "not allowed to set level 1"),
        ("true", "edit $a --diagnosis x", "not allowed to set the diagnosis"),
        ("true", "edit $a --workaround 'Call 555.'", "not allowed to set the workaround"),
        ("true", "edit $a --estimate 3h", "not allowed to set the estimate"),
        ("true", "edit $a --label known-error", "not allowed to set or remove label known-error"),
        (
            "as Ann git support -q edit $a --label known-error",
            "edit $a --remove-label known-error",
            "not allowed to set or remove label known-error",
        ),
        ("true", "edit $a --label Known-Error", "not allowed to set or remove label known-error"),
    ] {
        let begin = format!("{TOOLS}{AS_THEM}a=$(basename $A .yaml); git reset -q --hard before; {before}");
        let said = sandbox.shell(&format!("{begin}; as Mal git support {change}"));
        assert_eq!(said.status, Some(1), "{change}: {}", said.stdout);
        assert!(said.stderr.contains(refused), "{change}: {}", said.stderr);
        // Where a version before the rule took it, the audit finds it.
        let forged = format!(
            "{begin}; git tag -f now; as Dana git support -q config set policy.level_by_role off; as Mal git support -q {change}; git show HEAD:$A >t; git reset -q --hard now; mv t $A; as Mal git commit -qam x"
        );
        sandbox.shell(&forged).ok();
        let (rules, status) = found(&sandbox, &["now.."]);
        assert_eq!((rules.join(" ").as_str(), status), ("level.role", Some(3)), "{change}");
    }
    // Of the team, whoever gives a reason does.
    let by_ann = "git reset -q --hard before; as Ann git support -q edit $a --level 1 --force -m 'Kim is ill.'; as Ann git support -q edit $a --reporter 'Di <di@c.example>'; git support audit before..";
    sandbox.shell(&format!("{TOOLS}{AS_THEM}a=$(basename $A .yaml); {by_ann}")).ok();
    // A ticket of one's own is reported as one says, and what one knows of it is told.
    sandbox.shell(&format!("{TOOLS}{AS_THEM}git reset -q --hard before; as Mal git support -q new Slow --reporter 'Di <di@c.example>'; n=$(as Mal git support new Slow --requirements 'Two rows.'); as Mal git support -q edit $n --reproduction 'Click twice.'; git support audit before..")).ok();
}

#[test]
fn an_opening_quotes_nobody_of_the_team() {
    let sandbox = held();
    let opens =
        "n=$(as Mal git support new Slow -m 'It is slow.'); A=$(git ls-files .support/tickets | grep $n)";
    for (who, is_found) in [("Kim <Kim@x.example>", true), ("Cara <cara@c.example>", false)] {
        sandbox.shell(&format!(
            "{TOOLS}{AS_THEM}git reset -q --hard before; {opens}; printf '  speaker: {who}\\n  note: Quoted.\\n' >>$A; git add .; as Mal git commit -q --amend --no-edit"
        )).ok();
        let (rules, _) = found(&sandbox, &["before.."]);
        assert_eq!(rules.contains(&"step.illegal".to_owned()), is_found, "{who}: {rules:?}");
    }
}

#[test]
fn a_message_that_somebody_outside_marks_as_sent_is_noted() {
    let sandbox = held();
    let queued = "as Dana git support -q config set mail.address d@x.example; as Kim git support -q reply $a -m 'Dear Cara.'; git tag -f queued; e=$(id $(grep -c '^- seq' $A))";
    for (who, rules) in [("Mal", "entry.unattested"), ("Ann", "")] {
        sandbox.shell(&format!(
            "{TOOLS}{AS_THEM}a=$(basename $A .yaml); who={who}; git reset -q --hard before; {queued}; has send \"  mail:\\n    id: x@y\\n    of: $e\\n\""
        )).ok();
        let (found, status) = found(&sandbox, &["queued.."]);
        assert_eq!((found.join(" ").as_str(), status), (rules, Some(0)), "{who}");
    }
}

#[test]
fn a_message_of_a_carrier_excuses_no_words_of_a_colleague() {
    let sandbox = held();
    for action in ["import", "mail", "sync", "repair"] {
        for lines in ["  note: I was wrong.\\n", "  undoes: [$(id 4)]\\n  note: I was wrong.\\n"] {
            sandbox.shell(&format!(
                "{TOOLS}{AS_THEM}git reset -q --hard before
                printf \"{lines}\" | entry $(($(grep -c '^- seq' $A) + 1)) comment 'Kim <Kim@x.example>' $GIT_AUTHOR_DATE
                as Ann git commit -qam \"support: {action} 1 ticket\n\nSupport-Ticket: $(basename $A .yaml)\nSupport-Action: {action}\""
            )).ok();
            let (found, status) = found(&sandbox, &["before.."]);
            let is_refused = found.contains(&"entry.author".to_owned()) && status == Some(3);
            assert!(is_refused, "{action}: {lines}: {found:?}");
        }
    }
}

#[test]
fn a_commit_that_nobody_signed_resolves_nothing_where_signatures_are_wanted() {
    let sandbox = held();
    let by = r#"by() { k=$1; n=$2; shift 2; as $n git -c commit.gpgsign=true -c user.signingkey=$PWD/../$k "$@"; }"#;
    let keys = r#"for who in Dana Kim Mal; do ssh-keygen -q -t ed25519 -N '' -f ../$who; test $who = Mal || echo "$who@x.example $(cut -d' ' -f1,2 ../$who.pub)" >>../signers; done
        git config gpg.format ssh; git config gpg.ssh.allowedSignersFile $PWD/../signers
        by Dana Dana support -q config set policy.signed_commits enforce; git tag wanted"#;
    sandbox.shell(&format!("{TOOLS}{AS_THEM}{by}\n{keys}")).ok();
    for (code, is_resolved) in [
        ("as Kim git commit -q --allow-empty", false),
        ("by Mal Kim commit -q --allow-empty", false),
        ("by Kim Kim commit -q --allow-empty", true),
    ] {
        let said = sandbox.shell(&format!(
            "{TOOLS}{AS_THEM}{by}\na=$(basename $A .yaml); git reset -q --hard wanted; {code} -m \"Fix rounding\n\nFixes: $a\"; by Kim Kim support scan 2>&1; git support show $a | sed -n 2p"
        )).ok();
        assert_eq!(said.contains(" resolved · "), is_resolved, "{code}: {said}");
        assert_eq!(said.contains("no key that git trusts signed it"), !is_resolved, "{code}: {said}");
    }
}

#[test]
fn a_revert_sets_back_what_an_undo_may() {
    let sandbox = held();
    let ended = "as Kim git support -q resolve $a --as wont-fix -m No.";
    for (who, step, is_found) in [
        ("Ann", "reopen $a -m Again.", true),
        ("Kim", "reopen $a -m Again.", false),
        ("Ann", "comment $a -m Hm.", false),
    ] {
        sandbox.shell(&format!("{TOOLS}git reset -q --hard before; {AS_THEM}a=$(basename $A .yaml); {ended}; as {who} git support -q {step}; git tag -f now; as {who} git revert --no-edit HEAD")).ok();
        let (rules, status) = found(&sandbox, &["now.."]);
        assert_eq!(
            (rules.contains(&"timeline.removed".to_owned()), status == Some(3)),
            (is_found, is_found),
            "{who} {step}: {rules:?}"
        );
    }
}
