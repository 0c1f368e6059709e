//! Branches beside the rules: what is written where there is no team, or no signature is wanted yet, is judged by the branch
//! that it comes to; and what else outsiders got past an audit or a gate.

use crate::sandbox::Sandbox;
use crate::tampering::{ENFORCED, finds, found, story};

/// A branch that begins with the first commit of code, which has no `.support/`.
const ROOT: &str = "git switch -qc side $(git rev-list --max-parents=0 HEAD); ";
/// A branch without a history.
const ORPHAN: &str = "git switch -q --orphan side; ";
/// The tickets of main, and nothing else of it.
const TICKETS: &str = "git checkout -q main -- .support/tickets .support/attachments; git commit -qm Base; ";
/// Merges it.
const MERGE: &str =
    "git switch -qf main; git merge -q --allow-unrelated-histories -X theirs --no-edit side; ";

#[test]
fn a_line_without_rules_is_judged_by_those_of_the_branch_it_comes_to() {
    let role = "mkdir -p .support; git show main:.support/team.yaml | sed 's/l1, l2/l1, l2, product-owner, lead/' >.support/team.yaml; git add .; git commit -qm Team; ";
    let back = "git checkout -q before -- .support/team.yaml; git commit -qm Team; ";
    let step = "git support -q triage $a --severity minor; ";
    // The dates of such commits prove nothing.
    let dated = "export GIT_AUTHOR_DATE=2026-11-01T00:00:00Z GIT_COMMITTER_DATE=2026-11-01T00:00:00Z; ";
    let carrier = "mkdir -p .support; { git show main:.support/config.yaml; printf 'audit:\\n  carriers: [dana@example.com]\\n'; } >.support/config.yaml; git add .; git commit -qm Config; ";
    let carried = "sed -i 's/^severity: .*/severity: minor/' $A; printf '  set:\\n    severity:\\n      from: major\\n      to: minor\\n' | entry 6 triage 'Pat Roe <pat@example.com>'; git commit -qam \"x\n\nCo-authored-by: Pat Roe <pat@example.com>\"; ";
    let cases = [
        ("severity.owner", format!("{ROOT}{TICKETS}{step}{MERGE}")),
        ("severity.owner", format!("{ORPHAN}{TICKETS}{step}{MERGE}")),
        (
            "rules.owned rules.self",
            format!(
                "{ROOT}{TICKETS}git merge -q -s ours --no-edit main; git checkout -q main -- .support/tickets .support/attachments; {step}{MERGE}"
            ),
        ),
        ("rules.owned rules.self", format!("{ROOT}{role}{MERGE}{step}{back}")),
        ("rules.owned rules.self", format!("{ORPHAN}{dated}{role}{MERGE}{step}{back}")),
        ("rules.owned rules.self", format!("{ROOT}{role}{TICKETS}{step}{MERGE}{back}")),
        ("entry.author rules.owned", format!("{ROOT}{carrier}{MERGE}{carried}")),
    ];
    for (rules, script) in cases {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{ENFORCED}{script}")).ok();
        let (names, status) = found(&sandbox, &[]);
        let said = sandbox.run_unwatched(&["audit"], "").stdout;
        let names: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| !name.starts_with("entry.o") && !name.starts_with("entry.t"))
            .collect();
        assert_eq!((names.join(" ").as_str(), status), (rules, Some(3)), "{script}\n{said}");
    }
}

/// Settings alone reserve nothing: a branch from between them and the team is one without rules.
#[test]
fn settings_without_people_are_no_rules() {
    let sandbox = Sandbox::nowhere();
    let pat = "as_pat() { GIT_AUTHOR_NAME='Pat Roe' GIT_AUTHOR_EMAIL=pat@example.com GIT_COMMITTER_NAME='Pat Roe' GIT_COMMITTER_EMAIL=pat@example.com \"$@\"; }; s() { GIT_SUPPORT_SEED=$((GIT_SUPPORT_SEED + 7)); git support -q \"$@\"; }; ";
    let script = "git init -q -b main .; git commit -q --allow-empty -m Begin; s config set commit.prefix desk; git tag fork
        as_pat s team add 'Pat Roe' --email pat@example.com --role product-owner; as_pat s team add 'Dana Li' --email dana@example.com --role l1
        as_pat s config set policy.severity_by_owner enforce; a=$(git support new Pay); as_pat s triage $a --severity major
        git switch -qc side fork; git checkout -q main -- .support/tickets; git commit -qm Base; s triage $a --severity minor
        git switch -qf main; git merge -q -X theirs --no-edit side";
    sandbox.is_tampered_with();
    sandbox.shell(&format!("set -e; {pat}{script}")).ok();
    let (names, status) = found(&sandbox, &[]);
    assert!(names.contains(&"severity.owner".to_owned()) && status == Some(3), "{names:?}");
}

#[test]
fn nobody_accepts_what_they_did_on_a_branch_without_a_team() {
    let (sandbox, tools) = story();
    let forged = "sed -i 's/Call 555/Call 666/' $A; git commit -qam Tidy; id=$(git support audit | sed -n 's/.*--accept \\([a-z0-9]*\\) .*/\\1/p'); ";
    sandbox
        .shell(&format!("{tools}{forged}{ROOT}git support audit main --accept $id -m ok >/dev/null; {MERGE}"))
        .ok();
    let (names, status) = found(&sandbox, &[]);
    assert_eq!((names.join(" ").as_str(), status), ("finding.unaccepted timeline.changed", Some(3)));
}

/// What was there before the team, or was written by then and came later, is judged by nothing; so is a product's own team
/// that was made on a branch.
#[test]
fn branches_from_before_the_team_are_honest() {
    let begun = "git init -q -b main .; git commit -q --allow-empty -m Begin; ";
    let owner = "git support -q team add 'Pat Roe' --email pat@example.com --role product-owner; GIT_AUTHOR_NAME='Pat Roe' GIT_AUTHOR_EMAIL=pat@example.com GIT_COMMITTER_NAME='Pat Roe' GIT_COMMITTER_EMAIL=pat@example.com git support -q config set policy.severity_by_owner enforce; ";
    let tick = "tick() { n=$((n+1)); now=$(printf '2026-11-24T09:%02d:00Z' $n); export GIT_AUTHOR_DATE=$now GIT_COMMITTER_DATE=$now GIT_SUPPORT_NOW=$now GIT_SUPPORT_SEED=$n; }; n=0; ";
    for script in [
        "tick; git switch -qc side; git support -q new One --severity minor; tick; git switch -q main; OWNER tick; git merge -q --no-edit side",
        "tick; git support -q new One --severity minor; tick; OWNER tick; git support -q new Two",
        "tick; git switch -qc team; OWNER tick; git switch -q main; git support -q new One; tick; git merge -q --no-edit team; tick; git support -q new Two",
    ] {
        let sandbox = Sandbox::nowhere();
        sandbox.shell(&format!("set -e; {begun}{tick}{}", script.replace("OWNER", owner))).ok();
        let said = sandbox.run_unwatched(&["audit"], "");
        assert_eq!(said.status, Some(0), "{script}\n{}", said.stdout);
    }
}

#[test]
fn a_role_of_ones_own_making_neither_reverts_nor_names_another() {
    finds(&[
        (
            "rules.owned timeline.removed",
            "as_pat git support -q comment $a -m Promised; git support -q team edit 'Dana Li' --role lead; git revert --no-edit HEAD~1 >/dev/null",
        ),
        // With an address that the change itself adds.
        (
            "rules.owned timeline.removed",
            "as_pat git support -q comment $a -m Promised; git support -q team edit 'Dana Li' --email d@new.example --email dana@example.com --role lead; git revert --no-edit HEAD~1 >/dev/null",
        ),
        // In one's own address, under another's name.
        (
            "entry.author",
            "echo '  note: Minor is fine.' | entry 6 comment 'Pat Roe <dana@example.com>'; commit",
        ),
    ]);
}

#[test]
fn what_two_programs_would_read_in_two_ways_is_found() {
    finds(&[
        ("file.invalid", "sed -i '0,/^- seq: 1/s//- seq: 0/' $A; commit"),
        ("file.strange", "file=$(ls .support/attachments/$a/*); chmod +x $file; commit"),
        ("evidence.unnamed file.strange", "ln -s /etc/passwd .support/attachments/$a/aaaaaaaa-x; commit"),
        (
            "evidence.unnamed file.strange",
            "file=$(ls .support/attachments/$a/*); cp $file ${file%app.log}APP.log; commit",
        ),
    ]);
}

/// What the threat model says is not seen: names in commits prove nothing, nor do dates by themselves.
#[test]
fn what_is_not_seen_is_said_so() {
    let dated = "export GIT_AUTHOR_DATE=2026-11-01T00:00:00Z GIT_COMMITTER_DATE=2026-11-01T00:00:00Z; ";
    for script in [
        "echo 'Dana Li <dana@example.com> <kim@customer.example>' >.mailmap; git add .mailmap; git commit -qm Map; \
         echo '  note: I withdraw my complaint.' | entry 6 comment 'Kim <kim@customer.example>'; commit"
            .to_owned(),
        format!("{ROOT}{dated}next; git support -q new Forged --severity minor; git switch -qf main; git merge -q --no-edit side"),
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{ENFORCED}{script}")).ok();
        let said = sandbox.run_unwatched(&["audit"], "");
        assert_eq!(said.status, Some(0), "{script}\n{}", said.stdout);
    }
}
