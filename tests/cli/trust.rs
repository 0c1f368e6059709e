//! What an insider tries beside deciding for others: evidence, redactions, rules of git, keys, acceptance; and the honest
//! histories that look like it.

use crate::tampering::{ENFORCED, finds, found, story};

/// Does something honest, each time to a new history, and expects no more than notes of these rules.
#[track_caller]
fn notes<T: AsRef<str>>(cases: &[(&str, T)]) {
    for (rules, script) in cases {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{}", script.as_ref())).ok();
        let (names, status) = found(&sandbox, &[]);
        let said = sandbox.run_unwatched(&["audit"], "").stdout;
        assert_eq!((names.join(" ").as_str(), status), (*rules, Some(0)), "{}\n{said}", script.as_ref());
    }
}

/// Evidence that is attached by hand: under the name that stands there, with another content.
const SWAP: &str = r#"
    dir=.support/attachments/$a; name=$(ls $dir | head -1); echo forged >$dir/$name
    sum=$(sha256sum $dir/$name | cut -d' ' -f1); size=$(wc -c <$dir/$name)
    swapped() { printf -- "  attachment:\n    name: app.log\n    file: %s\n    bytes: %s\n    sha256: %s\n" "$name" "$size" "$sum"; }
"#;

#[test]
fn evidence_is_not_exchanged() {
    finds(&[
        ("evidence.changed", format!("{SWAP} swapped | entry 6 attach; commit")),
        // Beside the entry that attached it, as if nobody had seen the other.
        (
            "entry.order entry.time evidence.changed timeline.order",
            format!("{SWAP} swapped | entry 5 attach 'Dana Li <dana@example.com>' 2026-11-23T09:00:00Z; follows $(id 4); git support save -q || commit; commit || true"),
        ),
        ("evidence.changed", "dir=.support/attachments/$a; echo forged >$dir/$(ls $dir | head -1); commit".to_owned()),
        ("evidence.missing", "git rm -qr .support/attachments; git commit -qm Tidy".to_owned()),
        ("evidence.missing", "git checkout -q -b side; git rm -qr .support/attachments; git commit -qm Tidy; git checkout -q main; git merge -q --no-ff --no-edit side".to_owned()),
    ]);
    // Put back, it is a note; and so is what a redaction took.
    notes(&[
        (
            "evidence.missing",
            "git rm -qr .support/attachments; git commit -qm Tidy; git revert --no-edit HEAD >/dev/null",
        ),
        (
            "",
            "as_pat git support -q redact $a --entry $(git support log $a --action attach --json | sed -n 's/.*\"id\": \"\\([a-z0-9]\\{8\\}\\)\".*/\\1/p' | head -1) -m Personal",
        ),
    ]);
}

#[test]
fn a_commit_says_all_that_it_does() {
    finds(&[
        // A second step in another ticket's commit, or in the same.
        ("commit.message", "git support -q comment $b -m Fine.; echo '  note: Hidden.' | entry 6 comment; amend".to_owned()),
        ("commit.message", "git support -q comment $a -m Fine.; printf '  set:\\n    title:\\n      from: Card payments fail\\n      to: None fail\\n' | entry 7 edit; sed -i 's/^title: .*/title: None fail/' $A; amend".to_owned()),
    ]);
    // Two of one's own that were made one.
    notes(&[(
        "",
        "git support -q comment $b -m One.; next; git support -q comment $b -m Two.; GIT_SEQUENCE_EDITOR='sed -i 2s/pick/fixup/' git rebase -q -i HEAD~2",
    )]);
}

#[test]
fn fields_that_no_entry_sets_are_noted() {
    notes(&[
        ("head.unaccounted", "sed -i 's/^timeline:/approved_by: Pat Roe\\ntimeline:/' $A; commit"),
        ("", "sed -i 's/^timeline:/approved_by: Pat Roe\\ntimeline:/' $A; git support -q save"),
    ]);
}

#[test]
fn who_may_redact() {
    // Dana may take out her own words, and Pat anybody's.
    let note = "as_pat git support -q comment $a -m 'The discount is 30 percent.'; next; ";
    notes(&[
        ("", "git support -q redact $a --text '555 0100' -m Personal".to_owned()),
        ("", "as_pat git support -q redact $a --text '555 0100' -m Personal".to_owned()),
        ("", format!("{note}as_pat git support -q redact $a --text '30 percent' -m Secret")),
    ]);
    let (sandbox, tools) = story();
    let refused = sandbox.shell(&format!("{tools}{note}git support redact $a --text '30 percent' -m Away"));
    assert_eq!(refused.status, Some(1), "{}", refused.stdout);
    assert!(refused.stderr.contains("is not allowed to redact entry"), "{}", refused.stderr);
    assert!(refused.stderr.contains("allowed: Pat Roe"), "{}", refused.stderr);
    finds(&[
        (
            "redaction.role",
            format!(
                "{note}next; GIT_AUTHOR_NAME='Pat Roe' GIT_AUTHOR_EMAIL=pat@example.com git support -q redact $a --text '30 percent' -m Away; sed -i '/action: redact/,$s/x/x/; /^- seq: 7/,$s/by: .*/by: Dana Li <dana@example.com>/' $A; amend --author 'Dana Li <dana@example.com>'"
            ),
        ),
        // In the owner's name: it needs the owner's commit.
        (
            "entry.author",
            format!(
                "{note}next; GIT_AUTHOR_NAME='Pat Roe' GIT_AUTHOR_EMAIL=pat@example.com git support -q redact $a --text '30 percent' -m Away; amend --author 'Dana Li <dana@example.com>'"
            ),
        ),
    ]);
}

#[test]
fn the_rules_of_git_are_rules_too() {
    let rules = "as_pat git support -q config set policy.rules_by_role";
    notes(&[
        ("rules.owned", "echo '* -diff' >>.support/.gitattributes; commit".to_owned()),
        ("rules.owned", "echo 'Dana Li <dana@example.com> <d@old.example>' >.mailmap; git add .mailmap; git commit -qm Me".to_owned()),
        ("", "echo 'Lee Fox <lee@example.com> <l@old.example>' >.mailmap; git add .mailmap; git commit -qm Lee".to_owned()),
        ("", "echo 'Dana Li <dana@example.com> <d@old.example>' >.mailmap; git add .mailmap; as_pat git commit -qm Dana".to_owned()),
        ("rules.owned", "git support -q config set commit.skip_ci true".to_owned()),
        ("", format!("{rules} off; git support -q config set commit.skip_ci true")),
    ]);
    finds(&[
        (
            "rules.owned",
            format!(
                "{rules} enforce; sed -i 's/schema: 1/schema: 1\\ncommit: {{skip_ci: true}}/' .support/config.yaml; commit"
            ),
        ),
        ("rules.owned", format!("{rules} enforce; echo '* -diff' >>.support/.gitattributes; commit")),
        (
            "rules.owned",
            format!(
                "{rules} enforce; mkdir -p .support/vendors; printf 'schema: 1\\nemail: a@acme.example\\n' >.support/vendors/acme.yaml; commit"
            ),
        ),
    ]);
    // The commands say so before.
    let (sandbox, tools) = story();
    let warned = sandbox.shell(&format!("{tools}git support config set commit.skip_ci true"));
    assert!(
        warned.stderr.contains("neither lead nor product owner (policy.rules_by_role)"),
        "{}",
        warned.stderr
    );
    let refused =
        sandbox.shell(&format!("{tools}{rules} enforce; git support vendor add acme --email a@acme.example"));
    assert_eq!(refused.status, Some(1));
    assert!(
        refused.stderr.contains("is not allowed to change .support/vendors/acme.yaml (allowed: Pat Roe)"),
        "{}",
        refused.stderr
    );
}

#[test]
fn nobody_leaves_the_rules_by_another_branch() {
    let (sandbox, tools) = story();
    sandbox.shell(&format!("{tools}as_pat git support -q config set policy.rules_by_role enforce")).ok();
    let stderr = sandbox.run(&["init", "--branch", "beside"]).fails(1);
    assert!(
        stderr.contains("is not allowed to keep tickets on another branch (allowed: Pat Roe)"),
        "{stderr}"
    );
    assert!(!sandbox.git(&["branch", "--list", "beside"]).contains("beside"));
    let said = sandbox.shell(&format!("{tools}as_pat git support init --branch beside"));
    assert!(said.stderr.contains("settings, team and vendors stay on branch main"), "{said:?}");
}

#[test]
fn what_was_edited_by_hand_is_saved_by_the_same_rules() {
    let (sandbox, tools) = story();
    let enforce = "as_pat git support -q config set policy.rules_by_role enforce";
    sandbox.shell(&format!("{tools}{enforce}")).ok();
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    for (file, edit) in [
        (
            ".support/config.yaml",
            "sed -i 's/rules_by_role: enforce/rules_by_role: off/' .support/config.yaml",
        ),
        (".support/team.yaml", "sed -i 's/l1/product-owner/' .support/team.yaml"),
        (
            ".support/vendors/acme.yaml",
            "mkdir -p .support/vendors; printf 'schema: 1\nemail: a@acme.example\n' >.support/vendors/acme.yaml",
        ),
    ] {
        let refused = sandbox.shell(&format!("{edit}; git support save"));
        assert_eq!(refused.status, Some(1), "{file}: {refused:?}");
        let message = format!("is not allowed to change {file} (allowed: Pat Roe)");
        assert!(refused.stderr.contains(&message), "{file}: {}", refused.stderr);
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head, "{file}");
        sandbox.git(&["stash", "-qu"]);
    }
    // Who may change them may save them.
    let edit = "sed -i 's/rules_by_role: enforce/rules_by_role: warn/' .support/config.yaml";
    sandbox.shell(&format!("{tools}{edit}; as_pat git support save")).ok();
}

#[test]
fn a_carrier_is_trusted_and_nobody_else() {
    let squash = "git checkout -q -b side; as_pat git support -q triage $a --severity blocker; next; git support -q comment $a -m There.; \
                  git checkout -q main; git merge -q --squash side >/dev/null 2>&1; ";
    let gone = "; git branch -qD side; git reflog expire --expire=now --all; git gc -q --prune=now";
    let forge = "GIT_COMMITTER_NAME=Forge GIT_COMMITTER_EMAIL=noreply@forge.example";
    let message = "-m 'Payments (#12)' -m 'Co-authored-by: Pat Roe <pat@example.com>'";
    let carriers = "as_pat git support -q config set audit.carriers noreply@forge.example; ";
    // The forge's word counts where the settings say so, for those whom the commit names.
    notes(&[("", format!("{ENFORCED}{carriers}{squash}{forge} git commit -q {message}{gone}"))]);
    finds(&[
        ("entry.author", format!("{ENFORCED}{squash}{forge} git commit -q {message}{gone}")),
        ("entry.author", format!("{ENFORCED}{carriers}{squash}git commit -q {message}{gone}")),
        (
            "entry.author",
            format!("{ENFORCED}{carriers}{squash}{forge} git commit -q -m 'Payments (#12)'{gone}"),
        ),
        // Who makes a carrier of themselves is none.
        (
            "entry.author rules.owned",
            format!(
                "{ENFORCED}git support -q config set audit.carriers dana@example.com; {squash}git commit -q {message}{gone}"
            ),
        ),
    ]);
}

#[test]
fn a_step_at_a_level_is_its_own_peoples() {
    // Dana works at levels 1 and 2; what she carries of level 3 in Eve's name is Eve's to commit.
    let eve = "as_pat git support -q team add Eve --email eve@example.com --role l3; ";
    let up = "git support -q replicate $a --steps Pay; next; git support -q diagnose $a -m Timeout; next; git support -q escalate $a; next; ";
    let step = "printf '  set:\\n    estimate:\\n      to: 6h\\n%s' \"$more\" | entry 9 estimate 'Eve <eve@example.com>'; sed -i 's/^timeline:/estimate: 6h\\ntimeline:/' $A; ";
    let message = "\"$(printf 'Work (#3)\\n\\nCo-authored-by: Eve <eve@example.com>')\"";
    finds(&[("entry.author", format!("{ENFORCED}{eve}{up}{step}commit {message}"))]);
    notes(&[("entry.unattested file.canonical", format!("{ENFORCED}{eve}more=$(printf '    status:\\n      from: triaged\\n      to: in-progress\\n .'); more=${{more% .}}; sed -i 's/^status: .*/status: in-progress/' $A; {step}commit {message}").replace("entry 9", "entry 6"))]);
}

#[test]
fn a_product_that_moves_into_another_is_no_deletion() {
    notes(&[
        (
            "rules.owned ticket.moved",
            "mkdir product; git mv .support code.rs product/; git commit -qm 'Into the product'",
        ),
        (
            "rules.owned ticket.moved",
            "root=$(git rev-parse HEAD); git checkout -q --orphan other; git rm -rqf .; git support -q team add 'Dana Li' --email dana@example.com --role l1; \
             git support -q new Other; git merge -q -s ours --no-commit --allow-unrelated-histories $root; git read-tree --prefix=lib/ -u $root; git commit -qm 'Add lib'; git branch -M other main",
        ),
    ]);
    finds(&[
        // One ticket, or one that was changed on the way, is dropped.
        ("ticket.removed", "mkdir -p old/$(dirname $A); git mv $A old/$A; git commit -qm Archive"),
        (
            "rules.owned ticket.removed",
            "mkdir product; git mv .support code.rs product/; sed -i s/ten/two/ product/$A; git add -A .; git commit -qm 'Into the product'",
        ),
    ]);
}

#[test]
fn what_was_put_back_is_a_note() {
    notes(&[
        ("timeline.removed", "drop 4; commit; git support -q doctor --repair || true"),
        ("ticket.removed", "git rm -q $A; git commit -qm Away; git support -q doctor --repair || true"),
        (
            "timeline.changed",
            "sed -i 's/after ten/before ten/' $A; commit; git revert --no-edit HEAD >/dev/null",
        ),
        ("file.invalid", "cp $A ../keep; echo '{' >>$A; commit; cp ../keep $A; commit Back"),
    ]);
}

#[test]
fn a_finding_is_accepted_by_who_may_and_for_good() {
    let (sandbox, tools) = story();
    sandbox.shell(&format!("{tools}sed -i 's/after ten/before ten/' $A; commit")).ok();
    let audit = sandbox.run_unwatched(&["audit"], "").stdout;
    let command = audit.lines().find_map(|line| line.trim().strip_prefix("or, to accept it: ")).unwrap();
    let command = command.replace("REASON", "'A typing error.'");
    // Not by who did it, and not without a reason.
    let own = sandbox.shell(&command);
    assert!(
        own.status == Some(1) && own.stderr.contains("is not allowed to accept timeline.changed"),
        "{own:?}"
    );
    let silent = sandbox.shell(&format!("{tools}as_pat {}", command.replace("-m 'A typing error.'", "")));
    assert_eq!(silent.status, Some(2), "{silent:?}");
    let unknown = sandbox.run_unwatched(&["audit", "--accept", "zzzzzzzzzz", "-m", "x"], "");
    assert!(unknown.status == Some(4) || unknown.stderr.contains("has no finding"), "{unknown:?}");
    sandbox.shell(&format!("{tools}as_pat {command}")).ok();
    let accepted = sandbox.run_unwatched(&["audit"], "");
    assert_eq!(accepted.status, Some(0), "{}", accepted.stdout);
    assert!(
        accepted.stdout.contains("accepted by Pat Roe <pat@example.com> on 2026-11-"),
        "{}",
        accepted.stdout
    );
    assert!(
        accepted.stdout.contains(": A typing error.") && accepted.stdout.ends_with(": 1 note\n"),
        "{}",
        accepted.stdout
    );
    // It is in the history, and every later audit lists it.
    assert_eq!(sandbox.subjects().first().map(String::as_str), Some("support: accept timeline.changed"));
    assert_eq!(sandbox.run_unwatched(&["doctor"], "").status, Some(0));
    sandbox.shell(&format!("{tools}git support -q comment $a -m More.")).ok();
    assert!(sandbox.run_unwatched(&["audit"], "").stdout.contains("A typing error."));
}

#[test]
fn nobody_accepts_for_others_or_for_themselves() {
    let bad = "sed -i 's/after ten/before ten/' $A; commit; ";
    let accept =
        "id=$(git support audit --json | sed -n 's/.*\"finding\": \"\\(.*\\)\".*/\\1/p' | head -1); ";
    let by_pat = "as_pat git support -q audit --accept $id -m Fine; ";
    finds(&[
        // Pat's record, from Dana's hand.
        (
            "finding.unaccepted timeline.changed",
            format!(
                "{bad}{accept}{by_pat}git reset -q --soft HEAD~1; git commit -qm 'support: accept timeline.changed'"
            ),
        ),
        // Her own, after a role that she gave herself.
        (
            "finding.unaccepted rules.owned timeline.changed",
            format!(
                "{bad}{accept}git support -q team add Mo --email mo@example.com --role l1; git support -q team edit Mo --role reviewer; \
                     GIT_AUTHOR_NAME=Mo GIT_AUTHOR_EMAIL=mo@example.com GIT_COMMITTER_NAME=Mo GIT_COMMITTER_EMAIL=mo@example.com true; {by_pat}\
                     sed -i 's/by: Pat Roe <pat@example.com>/by: Dana Li <dana@example.com>/' .support/audit/*; commit"
            ),
        ),
        // For another finding than the one that was accepted.
        (
            "finding.unaccepted timeline.changed",
            format!(
                "{bad}{accept}{by_pat}sed -i 's/before ten/at one/' $A; commit; sed -i \"s/commit: .*/commit: $(git rev-parse HEAD)/\" .support/audit/*; commit"
            ),
        ),
    ]);
    // A tidy-up of records by who may not.
    finds(&[(
        "finding.unaccepted timeline.changed",
        format!("{bad}{accept}{by_pat}git rm -q .support/audit/*; git commit -qm Tidy"),
    )]);
}

#[test]
fn dates_of_ones_own_are_noted() {
    for script in [
        "echo '  note: Seen.' | entry 6 comment 'Dana Li <dana@example.com>' 2026-11-20T09:00:00Z; commit",
        "echo '  note: Seen.' | entry 6 comment 'Dana Li <dana@example.com>' 2027-11-20T09:00:00Z; commit",
        "git support -q comment $a -m Fine.; sed -i '/^- seq: 6/,$s/at: .*/at: 2026-11-20T09:00:00Z/' $A; amend",
        "git support -q comment $a -m Fine.; git commit -q --amend --no-edit --date=2026-11-29T09:00:00Z",
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{script}")).ok();
        let (rules, status) = found(&sandbox, &[]);
        let is_noted = rules.iter().all(|rule| ["entry.order", "entry.time"].contains(&rule.as_str()));
        assert!(
            is_noted && rules.contains(&"entry.time".to_owned()) && status == Some(0),
            "{script}: {rules:?}"
        );
    }
}

/// A history that grew is looked at from where it was found clean, and says what a look at all of it says.
#[test]
fn what_is_new_since_a_clean_audit_is_judged_as_all_of_it_is() {
    let grants = "as_pat git support -q config set policy.rules_by_role off; ";
    let own =
        "sed -i 's/roles: \\[l1, l2\\]/roles: [product-owner]/' .support/team.yaml; git commit -qam Me; ";
    let step = "git support -q triage $a --severity minor; next; ";
    for (before, after) in [
        ("true", "git support -q comment $a -m More.; next; git support -q new Third"),
        (
            "true",
            "git switch -qc side; git support -q comment $a -m More.; next; git switch -q main; git support -q new Third; git merge -q --no-edit side",
        ),
        ("true", "drop 4; commit"),
        ("true", "git revert --no-edit HEAD~1"),
        (
            "git branch side HEAD~1",
            "git switch -q side; git support -q comment $b -m Side.; git switch -q main; git merge -q --no-edit side",
        ),
        (
            "git switch -qc side; git support -q comment $b -m Side.; next; git switch -q main",
            "git cherry-pick side",
        ),
        (&format!("{ENFORCED}{grants}{own}true"), step),
        (&format!("{ENFORCED}{grants}{own}true"), "git support -q comment $a -m x"),
    ] {
        let (sandbox, tools) = crate::tampering::story();
        sandbox.shell(&format!("{tools}set +e; {before}; next; git support audit")).ok();
        sandbox
            .shell(&format!("{tools}set +e; export GIT_SUPPORT_SEED=$((GIT_SUPPORT_SEED + 500)); {after}"))
            .ok();
        let kept = sandbox.run_unwatched(&["audit"], "");
        sandbox.shell("rm -f .git/support/verified").ok();
        let whole = sandbox.run_unwatched(&["audit"], "");
        assert_eq!((kept.stdout, kept.status), (whole.stdout, whole.status), "{before}, then {after}");
    }
}
