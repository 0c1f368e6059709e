//! What an insider with commit rights tries to have decided in an owner's name: by words, by carriers, by new rules.

use crate::sandbox::Sandbox;
use crate::tampering::{BLOCKER, ENFORCED, finds, found, story};

/// A hand-over that asks for little, at `$d`, and for more from a later day on.
const STRICTER: &str = "as_pat git support -q config set handover.2 requirements; d=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd); \
    export GIT_AUTHOR_DATE=2026-12-01T09:00:00Z GIT_COMMITTER_DATE=2026-12-01T09:00:00Z GIT_SUPPORT_NOW=2026-12-01T09:00:00Z; \
    as_pat git support -q config set handover.2 'reproduction, diagnosis'; ";
/// An escalation by hand, for an entry that is dated `$d`.
const ESCALATED: &str =
    "sed -i 's/^level: .*/level: 3/' $A; printf '  set:\\n    level:\\n      from: 2\\n      to: 3\\n' | ";
/// Pat's judgement, forged: as an entry of the owner's, in a commit of Dana's.
const FORGED: &str = "entry 6 triage 'Pat Roe <pat@example.com>'; ";

#[test]
fn a_message_is_no_evidence() {
    let messages = [
        "commit 'Tidy up'",
        "commit \"$(printf 'Feature\\n\\n* support: triage it\\n\\nCo-authored-by: Pat Roe <pat@example.com>')\"",
        "commit \"$(printf 'Feature\\n\\nCo-authored-by: Pat Roe <pat@example.com>')\"",
        "commit 'Judge it (#12)'",
        "commit 'Merge pull request #12 from pat/judge'",
        "commit \"$(printf 'support: sync\\n\\nSupport-Action: sync')\"",
        "commit \"$(printf 'support: import\\n\\nSupport-Action: import')\"",
        "commit \"$(printf 'support: repair\\n\\nSupport-Action: repair')\"",
        "commit \"$(printf 'Squashed commit of the following:\\n\\ncommit %s\\nAuthor: Pat Roe <pat@example.com>\\nDate:   Mon Nov 23 09:00:00 2026 +0000\\n\\n    support: triage' $(git rev-parse HEAD))\"",
    ];
    for message in messages {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{ENFORCED}{BLOCKER}{FORGED}{message}")).ok();
        let (rules, status) = found(&sandbox, &[]);
        assert!(rules.contains(&"entry.author".to_owned()), "{message}: {rules:?}");
        assert_eq!(status, Some(3), "{message}");
    }
}

#[test]
fn a_message_makes_no_step_lawful() {
    // In one's own name, under a message that says it is carried, repaired, or of another tracker.
    let level =
        "sed -i 's/^level: 2/level: 3/' $A; printf '  set:\\n    level:\\n      from: 2\\n      to: 3\\n' | ";
    let fixed = "as_pat git support -q config set policy.fixed_needs_commit enforce; \
                 sed -i 's/^status: .*/status: resolved/; s/^timeline:/resolution: fixed\\ntimeline:/' $A; \
                 printf '  set:\\n    status:\\n      from: triaged\\n      to: resolved\\n    resolution:\\n      to: fixed\\n' | entry 6 resolve";
    for action in ["sync", "repair", "import"] {
        let said = format!("commit \"$(printf 'support: {action}\\n\\nSupport-Action: {action}')\"");
        for (rule, deed) in [
            ("severity.owner", format!("{BLOCKER}entry 6 triage")),
            ("step.handover", format!("{level}entry 6 escalate")),
            ("step.commit", fixed.to_owned()),
        ] {
            let (sandbox, tools) = story();
            sandbox.shell(&format!("{tools}{ENFORCED}{deed}; {said}")).ok();
            let (rules, status) = found(&sandbox, &[]);
            assert!(rules.contains(&rule.to_owned()), "{action} {deed}: {rules:?}");
            assert_eq!(status, Some(3), "{action}");
        }
    }
}

#[test]
fn a_step_is_judged_wherever_it_was_made() {
    // Made on a branch that only a tag keeps, and carried from there by a plain commit, or by a pick.
    let made = "git checkout -q -b side; ";
    let away = "git tag kept; git checkout -q main; git branch -qD side; ";
    let carried = ["git checkout -q kept -- .support; commit", "git cherry-pick kept >/dev/null"];
    for carry in carried {
        finds(&[(
            "severity.owner",
            format!(
                "{ENFORCED}{made}{BLOCKER}entry 6 triage; git add -A .support; git commit -qm Judge; {away}{carry}"
            ),
        )]);
    }
    // The entry of the tag's commit, with another text.
    finds(&[(
        "entry.author",
        format!(
            "{ENFORCED}{made}as_pat git support -q comment $a -m 'Ship it on Monday.'; {away}\
             git checkout -q kept -- .support; sed -i 's/on Monday/today/' $A; commit"
        ),
    )]);
}

#[test]
fn who_grants_themselves_a_right_has_none() {
    let owner = "git support -q team edit 'Dana Li' --role product-owner --role l1 --role l2; ";
    let judged = "git support -q triage $a --severity blocker; ";
    let back = "git support -q team edit 'Dana Li' --role l1 --role l2; ";
    let off = "git support -q config set policy.severity_by_owner off; ";
    finds(&[
        ("rules.owned rules.self", format!("{ENFORCED}{owner}{judged}{back}")),
        ("rules.owned rules.self", format!("{ENFORCED}{off}{judged}")),
        // On a branch, and merged.
        (
            "rules.owned rules.self",
            format!(
                "{ENFORCED}git checkout -q -b side; {owner}{judged}{back}git checkout -q main; git merge -q --no-ff --no-edit side"
            ),
        ),
        // In the merge itself, and with the rights that the new rights give.
        (
            "rules.owned rules.self",
            format!(
                "{ENFORCED}git checkout -q -b side; git support -q comment $a -m Here.; git checkout -q main; git merge -q --no-commit --no-ff side; \
                     sed -i 's/severity_by_owner: enforce/severity_by_owner: off/' .support/config.yaml; git add .support; git commit -qm Merge; {judged}"
            ),
        ),
        (
            "rules.owned rules.self",
            format!("{ENFORCED}{owner}git support -q team add Eve --email eve@example.com; {judged}"),
        ),
        // In one commit with the step: the rules of before judge it.
        (
            "rules.owned severity.owner",
            format!(
                "{ENFORCED}{BLOCKER}entry 6 triage; sed -i 's/product-owner/l1/; s/Pat Roe/Dana Li/; s/pat@/dana@/' .support/team.yaml; commit"
            ),
        ),
    ]);
    // An owner's change of another file takes nothing over.
    finds(&[(
        "rules.owned rules.self",
        format!("{ENFORCED}{owner}as_pat git support -q config set commit.prefix desk; {judged}"),
    )]);
    // What an owner wrote afterwards is the owner's.
    let (sandbox, tools) = story();
    sandbox
        .shell(&format!(
            "{tools}{ENFORCED}{owner}as_pat git support -q team add Eve --email eve@example.com; {judged}"
        ))
        .ok();
    assert_eq!(found(&sandbox, &[]), (vec!["rules.owned".to_owned()], Some(0)));
    let said = sandbox.run_unwatched(&["audit"], "").stdout;
    assert!(said.trim_end().ends_with(": 1 note"), "{said}");
}

#[test]
fn a_date_before_a_rule_is_no_way_round_it() {
    let after = "git support -q comment $a -m After.; ";
    let dated = "escalate 'Dana Li <dana@example.com>' $d; GIT_AUTHOR_DATE=$d commit";
    finds(&[("entry.order step.handover", format!("{STRICTER}{after}{ESCALATED}entry 7 {dated}"))]);
}

#[test]
fn another_name_for_an_owner_is_no_owner() {
    let mapped = "echo 'Pat Roe <pat@example.com> <dana@example.com>' >.mailmap; git add .mailmap; git commit -qm People; ";
    finds(&[
        ("rules.owned severity.owner", format!("{ENFORCED}{mapped}{BLOCKER}entry 6 triage; commit")),
        ("entry.author rules.owned", format!("{ENFORCED}{mapped}{BLOCKER}{FORGED}commit")),
    ]);
    // Somebody whom the team does not know, in a pull request that says who they are.
    let (sandbox, tools) = story();
    let stranger = "export GIT_AUTHOR_NAME=Mo GIT_AUTHOR_EMAIL=mo@x.example GIT_COMMITTER_NAME=Mo GIT_COMMITTER_EMAIL=mo@x.example; \
                    echo 'Pat Roe <pat@example.com> <mo@x.example>' >.mailmap; git add .mailmap; git commit -qm People; ";
    sandbox.shell(&format!("{tools}{ENFORCED}git tag base; {stranger}{BLOCKER}{FORGED}commit")).ok();
    let rules = vec!["entry.author".to_owned(), "rules.owned".to_owned()];
    assert_eq!(found(&sandbox, &["base...HEAD"]), (rules, Some(3)));
}

#[test]
fn replaced_commits_are_looked_at_as_they_are() {
    let (sandbox, tools) = story();
    sandbox
        .shell(&format!(
            "{tools}sed -i 's/^severity: .*/severity: minor/' $A; commit; bad=$(git rev-parse HEAD); \
             git replace $bad $(git commit-tree -p HEAD~1 -m Good HEAD~1^{{tree}})"
        ))
        .ok();
    let (rules, status) = found(&sandbox, &[]);
    assert_eq!(
        (rules, status),
        (vec!["head.unaccounted".to_owned(), "history.replaced".to_owned()], Some(3))
    );
}

#[test]
fn other_parents_than_commits_have_are_not_passed() {
    let (sandbox, tools) = story();
    sandbox
        .shell(&format!(
            "{tools}drop 4; commit; echo $(git rev-parse HEAD) $(git rev-parse HEAD~3) >.git/info/grafts"
        ))
        .ok();
    let (rules, status) = found(&sandbox, &[]);
    assert!(rules.contains(&"history.replaced".to_owned()), "{rules:?}");
    assert_eq!(status, Some(3));
    let hint = sandbox.run_unwatched(&["audit"], "").stdout;
    let command = hint.lines().find(|line| line.contains("rm ")).unwrap().trim().to_owned();
    sandbox.shell(&command).ok();
    assert_eq!(found(&sandbox, &[]).0, ["timeline.removed"]);
}

#[test]
fn a_shallow_clone_is_not_passed() {
    let sandbox = Sandbox::new();
    sandbox.ticket("One");
    let script = "git clone -q --depth 1 file://$PWD ../shallow; cd ../shallow; git support audit; echo status $?; \
                  git support audit --allow-shallow; echo status $?";
    let said = sandbox.shell(script).ok();
    assert!(said.contains("warning: history.cut\n") && said.contains("\nstatus 3\n"), "{said}");
    assert!(said.contains("note: history.cut\n") && said.ends_with(": 1 note\nstatus 0\n"), "{said}");
}

#[test]
fn what_the_documentation_says_is_not_seen_is_not() {
    // The docs say so in a table; whoever makes one of these seen changes the table.
    let unseen = [
        format!("{ENFORCED}as_pat git support -q triage $a --severity blocker"),
        "git commit -q --amend --no-edit --allow-empty -m Begun; git reset -q --hard HEAD~1".to_owned(),
        format!(
            "{STRICTER}{ESCALATED}entry 6 escalate 'Dana Li <dana@example.com>' $d; GIT_AUTHOR_DATE=$d commit"
        ),
        // A decision comes back that its author had reverted.
        format!("{ENFORCED}git stash -q; as_pat git support -q triage $a --severity minor; as_pat git revert --no-edit HEAD >/dev/null; git revert --no-edit HEAD >/dev/null"),
        // A low number, of the time of then, on a branch from an old commit.
        "git stash -q; git checkout -q -b old HEAD~3; next; git support -q comment $a -m Early; git checkout -q main; git merge -q --no-edit old".to_owned(),
        // Rewritten in the clone that pushed it, where no gate stands.
        "git stash -q; git init -q --bare ../hub; git push -q ../hub main; as_pat git support -q comment $a -m Bad; git push -q ../hub main; \
         sed -i 's/note: Bad/note: Good/' $A; git add .support; as_pat git commit -q --amend --no-edit; git push -qf ../hub main".to_owned(),
    ];
    for script in unseen {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{script}")).ok();
        assert_eq!(found(&sandbox, &[]), (Vec::new(), Some(0)), "{script}");
    }
    // Two insiders: the one gives, the other uses.
    let (sandbox, tools) = story();
    let given = "git support -q team add Eve --email eve@example.com --role product-owner; \
                 GIT_AUTHOR_NAME=Eve GIT_AUTHOR_EMAIL=eve@example.com git support -q triage $a --severity blocker";
    sandbox.shell(&format!("{tools}{ENFORCED}{given}")).ok();
    assert_eq!(found(&sandbox, &[]), (vec!["rules.owned".to_owned()], Some(0)));
    // A vendor of one's own is a change of what rules, and shown as one.
    let (sandbox, tools) = story();
    let vendor =
        "git support -q vendor add acme --email help@acme.example; git support -q defer $a --vendor acme";
    sandbox.shell(&format!("{tools}{ENFORCED}{vendor}")).ok();
    assert_eq!(found(&sandbox, &[]), (vec!["rules.owned".to_owned()], Some(0)));
}

#[test]
fn what_a_rule_forbids_by_now_is_not_done_again_by_undoing() {
    // A severity of one's own, from a time when anybody might judge it, undone since.
    let judged = "git support -q triage $a --severity blocker; GIT_SUPPORT_SEED=71 git support -q undo; u=$(sed -n 's/^  id: //p' $A | tail -1); ";
    // A status of one's own, of a level that the ticket has left.
    let waited = "as_pat git support -q team add Kim --email kim@example.com --role l3; git support -q pend $a -m Wait; GIT_SUPPORT_SEED=72 git support -q resume $a -m Go; \
                  u=$(sed -n 's/^  id: //p' $A | tail -1); GIT_SUPPORT_SEED=74 git support -q replicate $a --steps x; GIT_SUPPORT_SEED=75 git support -q diagnose $a -m y; GIT_SUPPORT_SEED=76 git support -q escalate $a; ";
    for script in [
        format!("{judged}{ENFORCED} GIT_SUPPORT_SEED=73 git support undo $u"),
        format!("{waited}{ENFORCED} GIT_SUPPORT_SEED=73 git support undo $u"),
    ] {
        let (sandbox, tools) = story();
        let done = sandbox.shell(&format!("{tools}{script}"));
        assert!(done.status == Some(1) && done.stderr.contains("is not allowed to set"), "{script} {done:?}");
    }
}

#[test]
fn an_address_in_an_owners_record_and_a_broken_file_hide_nothing() {
    let address = "sed -i 's/pat@example.com/pat@example.com, d2@example.com/' .support/team.yaml; git commit -qam Addresses; \
                   GIT_AUTHOR_NAME=D GIT_AUTHOR_EMAIL=d2@example.com GIT_COMMITTER_NAME=D GIT_COMMITTER_EMAIL=d2@example.com git support -q triage $a --severity blocker; ";
    let broken = "as_pat git support -q comment $a -m 'Bad news'; cp $A ../good; printf '\t: : x' >>$A; git commit -qam Oops; head -n -7 ../good >$A; git commit -qam Mended; ";
    for (rules, script) in [
        ("rules.owned rules.self", format!("{ENFORCED}{address}")),
        ("file.invalid timeline.removed", format!("{ENFORCED}{broken}")),
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{script}")).ok();
        let (names, status) = found(&sandbox, &[]);
        let said = sandbox.run_unwatched(&["audit"], "").stdout;
        assert_eq!((names.join(" ").as_str(), status), (rules, Some(3)), "{script}\n{said}");
    }
}

#[test]
fn a_rule_that_was_off_for_a_while_excuses_nothing_since() {
    let off = "git support -q config set policy.severity_by_owner off; ";
    let on = "git support -q config set policy.severity_by_owner enforce; ";
    // In a commit of another time than the entry's: it could have been rebased.
    let later = format!(
        "{BLOCKER}entry 6 triage; GIT_AUTHOR_DATE=2026-12-01T09:00:00Z GIT_COMMITTER_DATE=2026-12-01T09:00:00Z commit; "
    );
    for script in [
        format!("{ENFORCED}as_pat {off}as_pat {on}{later}"),
        // By somebody who may not change it, on a branch that the step never saw.
        format!(
            "{ENFORCED}git stash -q; git checkout -q -b side; {off}git revert --no-edit HEAD >/dev/null; git checkout -q main; {later}\
             git checkout -q side; git merge -q --no-edit main; git checkout -q main; git merge -q side"
        ),
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{script}")).ok();
        let (names, status) = found(&sandbox, &[]);
        assert!(names.contains(&"severity.owner".to_owned()) && status == Some(3), "{script} {names:?}");
    }
}

#[test]
fn evidence_of_a_colleague_is_not_redacted_under_ones_own_entry() {
    let (sandbox, tools) = story();
    // An entry of Pat's that names Dana's file as its own.
    let named = "{ printf -- '- seq: 6\n  id: abcd2345\n  at: 2026-11-23T09:30:00Z\n  by: Pat Roe <pat@example.com>\n  action: attach\n'; \
                 sed -n '/^  attachment:/,/^    sha256/p' $A; } >../more; cat ../more >>$A; git add -A; as_pat git commit -qm 'Attach'; \
                 as_pat git support -q redact $a --entry abcd2345 -m Mine";
    sandbox.shell(&format!("{tools}{named}")).ok();
    let files = sandbox.git(&["ls-files", ".support/attachments"]);
    assert!(files.contains("app.log"), "{files}");
    let (names, _) = found(&sandbox, &[]);
    let evidence: Vec<&String> = names.iter().filter(|name| name.starts_with("evidence")).collect();
    assert_eq!(evidence, ["evidence.changed"], "the entry that names it, and no more");
}

#[test]
fn an_executable_ticket_and_a_squash_of_ones_own_words_are_told_as_they_are() {
    let (sandbox, tools) = story();
    sandbox.shell(&format!("{tools}chmod +x $A; git commit -qam Mode")).ok();
    let said = sandbox.run_unwatched(&["audit"], "").stdout;
    assert!(said.contains("it is executable (mode 100755)") && !said.contains("repaired since"), "{said}");
    // Named, in a message of one's own: a warning, as of a squash by git; not named, an error.
    for (trailer, level) in
        [("Co-authored-by: Pat Roe <pat@example.com>", "warning"), ("Reviewed-by: Kim", "error")]
    {
        let (sandbox, tools) = story();
        let squash = format!(
            "git checkout -q -b side; as_pat git support -q comment $a -m 'From Pat'; git checkout -q main; \
             git merge -q --squash side >/dev/null; git commit -qm \"$(printf 'Words of all\\n\\n{trailer}')\"; \
             git branch -qD side; git reflog expire --expire=now --all"
        );
        sandbox.shell(&format!("{tools}{squash}")).ok();
        let said = sandbox.run_unwatched(&["audit"], "").stdout;
        assert!(said.contains(&format!("{level}: entry.author")), "{level}: {said}");
    }
}

#[test]
fn a_ticket_that_was_imported_in_an_owners_name_is_marked_as_imported() {
    let (sandbox, tools) = story();
    let table = "printf 'Issue key,Summary,Priority,Status,Reporter,Created,Description\\nS-1,X,Highest,Open,pat@example.com,2026-10-06 08:00,d\\n' >../j.csv; git support -q import ../j.csv";
    sandbox.shell(&format!("{tools}{ENFORCED}{table}")).ok();
    assert_eq!(found(&sandbox, &[]), (vec!["entry.unattested".to_owned()], Some(0)));
}

/// Trailers of ours are read by plain git whatever the subject is, so they are held against the entries.
#[test]
fn a_commit_of_another_subject_says_no_more_than_it_does() {
    let lies = "git commit -q --allow-empty -m 'Improve the docs' -m";
    finds(&[
        ("commit.message", format!("{lies} \"$(printf 'Support-Action: escalate\\nSupport-Ticket: %s' $a)\"")),
        ("commit.message", format!("{lies} 'Support-Level: 1 -> 3'")),
        ("commit.message", format!("{lies} \"$(printf 'Support-Action: import\\nSupport-Level: 1 -> 3')\"")),
        ("commit.message", format!("{lies} \"$(printf 'Support-Action: sync\\nSupport-Action: escalate')\"")),
        ("commit.message", format!("{lies} 'support-severity: minor -> blocker'")),
        (
            "commit.message",
            "git support -q comment $a -m Hi; git commit -q --amend -m Docs -m \"$(printf 'Support-Action: resolve\\nSupport-Ticket: %s' $a)\"".to_owned(),
        ),
        (
            "commit.message commit.outside",
            "echo x >>code.rs; git add code.rs; git commit -qm Fix -m \"$(printf 'Support-Action: close\\nSupport-Ticket: %s' $b)\"".to_owned(),
        ),
    ]);
    for honest in [
        "git commit -q --allow-empty -m Fix -m \"Support-Ticket: $a\"",
        "git support -q comment $a -m Hi; git log -1 --format=%B | sed '1s/.*/Say hi/' >../m; git commit -q --amend -F ../m",
        "git support -q comment $a -m Hi; git log -1 --format=%B | sed '1s/.*/Docs (#12)/' >../m; git commit -q --amend -F ../m",
        "git checkout -qb side; next; git support -q comment $a -m Hi; next; git support -q new Else; git checkout -q main; \
         git merge -q --squash side >/dev/null; { echo 'Feature (#12)'; echo; git log --reverse --format='* %B' main..side; } >../m; git commit -qF ../m; git branch -qD side",
        "f=$(git support -q new Import); git config support.x y; printf 'Issue key,Summary\\nS-1,X\\n' >../j.csv; git support -q import ../j.csv; git log -1 --format=%B | sed '1s/.*/Take over/' >../m; git commit -q --amend -F ../m",
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{honest}")).ok();
        let said = sandbox.run_unwatched(&["audit"], "");
        assert!(!said.stdout.contains("commit.message"), "{honest}: {}", said.stdout);
    }
}
