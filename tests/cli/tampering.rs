//! What somebody can do to a history, each in a repository of its own: an audit finds it, and names it rightly.

use std::fmt::Write as _;

use crate::sandbox::{Sandbox, path_of};
use crate::settling::settle;

/// What every script begins with: the tickets' files, a commit as a person makes it, an entry written by hand.
pub(super) const TOOLS: &str = r#"
set -e
commit() { git add -A .support; git commit -qm "${1:-Tidy up}"; }
amend() { git add -A .support; git commit -q --amend --no-edit "$@"; }
entry() { # NUMBER ACTION [AUTHOR] [TIME]; more lines come from standard input
    last=$(awk '$1 == "id:" {last = $2} END {print last}' "$A"); printf -- '- seq: %s\n  id: zzzzzzz%s\n  after: [%s]\n  at: %s\n  by: %s\n  action: %s\n' \
        "$1" "$1" "$last" "${4:-$GIT_AUTHOR_DATE}" "${3:-Dana Li <dana@example.com>}" "$2" >>"$A"
    cat >>"$A"
}
drop() { # the entry of that number
    awk -v n="- seq: $1" '/^- seq: /{is=($0==n)} !is' "$A" >x && mv x "$A"
}
one() { # the entry of that number, and no other
    awk -v n="- seq: $1" '/^- seq: /{is=($0==n)} is' "$A"
}
id() { # that of the entry of that number
    one "$1" | awk '$1 == "id:" {print $2}'
}
follows() { # what the last entry says that its writer had seen
    awk -v last="$(awk '/^- seq: /{n=NR} END {print n}' "$A")" -v ids="$1" '
        NR == last + 2 && /^  after: / {next} {print} NR == last + 1 {print "  after: [" ids "]"}' "$A" >x && mv x "$A"
}
next() { export GIT_SUPPORT_SEED=$((GIT_SUPPORT_SEED + 70)); } # other ids than the command before
as_pat() { GIT_AUTHOR_NAME='Pat Roe' GIT_AUTHOR_EMAIL=pat@example.com GIT_COMMITTER_NAME='Pat Roe' GIT_COMMITTER_EMAIL=pat@example.com "$@"; }
"#;

/// A project with people, and two tickets: `$A` has been escalated, commented, and has evidence; `$B` is new.
pub(super) fn story() -> (Sandbox, String) {
    let sandbox = Sandbox::unborn();
    sandbox.is_tampered_with();
    sandbox.file("code.rs", "fn main() {}\n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "Begin"]);
    let run = |arguments: &[&str]| sandbox.run(arguments).ok();
    run(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l1", "--role", "l2"]);
    run(&["team", "add", "Pat Roe", "--email", "pat@example.com", "--role", "product-owner"]);
    let a = sandbox.ticket("Card payments fail");
    let b = sandbox.ticket("Slow export");
    let tools = format!("{TOOLS}a={a}; b={b}; A={}; B={}\n", path_of(&a), path_of(&b));
    sandbox.shell(&format!("{tools} as_pat git support -q triage {a} --severity major")).ok();
    run(&["escalate", &a, "--requirements", "Pays by card.", "--troubleshooting", "Cleared the cache."]);
    run(&["comment", &a, "-m", "Call 555 0100 after ten."]);
    sandbox.file("app.log", "502\n");
    run(&["attach", &a, "app.log"]);
    sandbox.git(&["tag", "before"]);
    (sandbox, tools)
}

/// The rules that an audit names, each once, with the status.
pub(super) fn found(sandbox: &Sandbox, arguments: &[&str]) -> (Vec<String>, Option<i32>) {
    let output = sandbox.run_unwatched(&[&["audit", "--json"], arguments].concat(), "");
    let faults: Vec<serde_json::Value> = serde_json::from_str(&output.stdout).expect(&output.stderr);
    let mut rules: Vec<String> =
        faults.iter().map(|fault| fault["rule"].as_str().unwrap().to_owned()).collect();
    rules.sort();
    rules.dedup();
    (rules, output.status)
}

/// Does something to a history, each time to a new one, and expects that these rules, and no others, find it.
#[track_caller]
pub(super) fn finds<T: AsRef<str>>(cases: &[(&str, T)]) {
    let mut wrong = String::new();
    for (rules, script) in cases {
        let (sandbox, tools) = story();
        assert_eq!(found(&sandbox, &[]), (Vec::new(), Some(0)));
        sandbox.shell(&format!("{tools}{}", script.as_ref())).ok();
        let (names, status) = found(&sandbox, &[]);
        if (names.join(" ").as_str(), status) != (*rules, Some(3)) {
            let said = sandbox.run_unwatched(&["audit"], "").stdout;
            writeln!(wrong, "{}\nexpected {rules}, found {names:?}\n{said}", script.as_ref()).unwrap();
        } else {
            settle(&sandbox, &tools);
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn past_entries() {
    finds(&[
        ("timeline.changed", r"sed -i 's/after ten/before ten/' $A; commit"),
        ("timeline.removed", r"drop 4; commit"),
        (
            "timeline.changed",
            r"sed -i '/^- seq: 4/,/^- seq: 5/s/at: .*/at: 2026-11-20T09:00:00Z/' $A; commit",
        ),
        (
            "timeline.changed",
            r"sed -i '/^- seq: 4/,/^- seq: 5/s/by: .*/by: Pat Roe <pat@example.com>/' $A; commit",
        ),
        (
            "timeline.changed timeline.order",
            r"sed -i 's/^- seq: 4/- seq: 9/; s/^- seq: 5/- seq: 4/; s/^- seq: 9/- seq: 5/' $A; commit",
        ),
        ("timeline.order", r"one 4 >y; drop 4; cat y >>$A; commit"),
        ("timeline.removed", r"git checkout -q before~2 -- $A; commit"),
        ("head.unaccounted timeline.open timeline.removed", r"drop 1; commit"),
        (
            "timeline.removed",
            r"drop 4; commit 'Revert it

This reverts commit '$(git rev-parse HEAD).''",
        ),
        ("timeline.gap", r"echo '  note: Later.' | entry 9 comment; commit"),
    ]);
}

#[test]
fn authors_and_times() {
    finds(&[
        ("entry.author", r"echo '  note: Fine.' | entry 6 comment 'Pat Roe <pat@example.com>'; commit"),
        // In a commit of our own, amended.
        (
            "entry.author",
            r"git support -q comment $a -m Fine.; sed -i '/^- seq: 6/,$s/by: .*/by: Pat Roe <pat@example.com>/' $A; amend",
        ),
        (
            "entry.author",
            r"git support -q comment $a -m Fine.; git commit -q --amend --no-edit --author 'Pat Roe <pat@example.com>'",
        ),
        // Under the cover of a squash that names nobody else.
        (
            "entry.author",
            r"echo '  note: Fine.' | entry 6 comment 'Pat Roe <pat@example.com>'; commit 'Feature

* support: comment on it'",
        ),
        (
            "entry.author",
            r"echo '  note: Fine.' | entry 6 comment 'Pat Roe <pat@example.com>'; commit 'Feature (#12)'",
        ),
    ]);
}

#[test]
fn heads() {
    finds(&[
        ("head.unaccounted", r"sed -i 's/^severity: .*/severity: minor/' $A; commit"),
        ("head.unaccounted", r"sed -i 's/requirements: .*/requirements: Pays in cash./' $A; commit"),
        (
            "head.unaccounted",
            r"sed -i 's/^severity: .*/severity: minor/' $A; echo '  note: Nothing.' | entry 6 comment; commit",
        ),
        ("head.unaccounted", r"git support -q comment $a -m Fine.; sed -i 's/^level: 2/level: 1/' $A; amend"),
    ]);
}

#[test]
fn steps() {
    // A status that an entry sets, with more that it sets, and says.
    let moved = |to: &str, more: &str, action: &str| {
        let set = format!("  set:\n    status:\n      from: triaged\n      to: {to}\n{more}");
        format!(
            "sed -i 's/^status: .*/status: {to}/' $A; printf '{}' | entry 6 {action}; commit",
            set.replace('\n', "\\n")
        )
    };
    let with = |field: &str| format!("sed -i 's/^timeline:/{field}\\ntimeline:/' $A; ");
    let level = |from: u8, to: u8, action: &str| {
        format!(
            "sed -i 's/^level: .*/level: {to}/' $A; printf '  set:\\n    level:\\n      from: {from}\\n      to: {to}\\n  note: So.\\n' | entry 6 {action}; commit"
        )
    };
    let past_a_level = "id=$(git support new Third); A=.support/tickets/$(echo $id | cut -c1)/$(echo $id | cut -c2)/$id.yaml; \
        sed -i 's/^level: 1/level: 3/; s/^timeline:/findings:\\n  requirements: R.\\n  troubleshooting: T.\\ntimeline:/; s/^status: new/status: triaged/' $A; \
        printf '  set:\\n    status:\\n      from: new\\n      to: triaged\\n    level:\\n      from: 1\\n      to: 3\\n    findings.requirements:\\n    findings.troubleshooting:\\n' \
        | entry 2 escalate; commit";
    let to_acme = "to: vendor\\n  vendor: acme\\n  follow_up: 2026-12-01T09:00:00Z";
    let acme = "    deferral:\n      to:\n        to: vendor\n        vendor: acme\n        follow_up: 2026-12-01T09:00:00Z\n";
    finds(&[
        ("step.level", past_a_level.to_owned()),
        ("step.handover", level(2, 3, "escalate")),
        ("step.level", level(2, 1, "comment")),
        ("step.level", level(2, 3, "return")),
        ("step.illegal", moved("closed", "", "close")),
        ("step.sets", moved("in-progress", "  note: So.\n", "comment")),
        (
            "step.commit",
            with("resolution: fixed") + &moved("resolved", "    resolution:\n      to: fixed\n", "resolve"),
        ),
        ("step.vendor", with(&format!("deferral:\\n  {to_acme}")) + &moved("deferred", acme, "defer")),
    ]);
}

#[test]
fn people() {
    let judged = "sed -i 's/^severity: .*/severity: blocker/' $A; \
                  printf '  set:\\n    severity:\\n      from: major\\n      to: blocker\\n' | entry 6 triage; commit";
    let enforced = format!("as_pat git support -q config set policy.severity_by_owner enforce; {judged}");
    finds(&[
        ("severity.owner", judged),
        ("severity.owner", &enforced),
        (
            "severity.owner",
            "git support -q triage $a --severity blocker; sed -i '/^  proposed: true/d' $A; amend",
        ),
        (
            "level.role",
            "as_pat git support -q team add Eve --email eve@example.com --role l2; as_pat git support -q config set policy.level_by_role enforce; \
         as_pat git support -q team remove 'Dana Li'; sed -i 's/^estimate: .*//; s/^timeline:/estimate: 6h\\ntimeline:/; s/^status: .*/status: in-progress/' $A; \
         printf '  set:\\n    status:\\n      from: triaged\\n      to: in-progress\\n    estimate:\\n      to: 6h\\n' | entry 6 estimate; commit",
        ),
    ]);
}

#[test]
fn commits() {
    finds(&[
        (
            "commit.outside",
            r"git support -q comment $a -m Fine.; echo '// back door' >>code.rs; git add code.rs; amend",
        ),
        (
            "commit.outside",
            r"git support -q comment $a -m Fine.; echo '// back door' >>code.rs; git add code.rs; git commit -q --amend -m 'Fix typos' -m 'Support-Action: comment'",
        ),
        (
            "commit.message",
            r"git support -q comment $a -m Fine.; git log -1 --format=%B | sed 's/^Support-Action: .*/Support-Action: resolve/' | git commit -q --amend -F -",
        ),
        (
            "commit.message",
            r"as_pat git support -q triage $a --severity minor; git log -1 --format=%B | sed 's/-> minor/-> blocker/' | git commit -q --amend -F -",
        ),
        (
            "commit.message",
            r"git support -q comment $a -m Fine.; git log -1 --format=%B | sed s/$a/$b/g | git commit -q --amend -F -",
        ),
        // As git reads trailers: in any case, and below a line that says where it was picked from.
        (
            "commit.message",
            r"git support -q comment $a -m Fine.; git log -1 --format=%B | sed 's/^Support-Action: .*/support-action: resolve/; s/^Support/SUPPORT/' | git commit -q --amend -F -",
        ),
        (
            "commit.message",
            r"git support -q comment $a -m Fine.; printf 'support: comment\n\nProse.\n(cherry picked from commit %s)\nSupport-Ticket: %s\nSupport-Action: resolve\n' $(git rev-parse HEAD) $a | git commit -q --amend -F -",
        ),
        (
            "commit.message commit.outside",
            r"git support -q comment $a -m Fine.; echo '// back door' >>code.rs; git add code.rs; git commit -q --amend -m 'support: comment it' -m 'support-action: comment'",
        ),
    ]);
}

#[test]
fn tickets_and_files() {
    finds(&[
        ("ticket.removed", r"git rm -q $B; commit"),
        ("ticket.replaced", r"mv $A x; mv $B $A; mv x $B; commit"),
        ("ticket.replaced", r"mv $A x; mv $B $A; mv x $B; sed -i s/$b/$a/ $A; sed -i s/$a/$b/ $B; commit"),
        (
            "entry.time ticket.removed ticket.renamed",
            r"mkdir -p .support/tickets/z/z; git mv $B .support/tickets/z/z/zz0000000a.yaml; sed -i s/$b/zz0000000a/ .support/tickets/z/z/zz0000000a.yaml; commit",
        ),
        ("file.invalid", r"echo 'status: [' >>$A; commit"),
        ("file.invalid", r"(echo '<<<<<<< HEAD'; cat $A) >x; mv x $A; commit"),
        ("file.strange", r"echo x >.support/tickets/notes.txt; commit"),
        ("file.strange", r"ln -sf /etc/passwd $B; commit"),
        ("evidence.changed", r"echo 200 >$(ls .support/attachments/$a/*); commit"),
        ("evidence.missing", r"git rm -q .support/attachments/$a/*; commit"),
        // What says that it takes something back, and takes away something else.
        (
            "ticket.removed",
            r"git rm -q $B; commit 'Revert it

This reverts commit '$(git rev-parse HEAD~1).''",
        ),
    ]);
}

#[test]
fn the_first_commit_of_all() {
    finds(&[
        (
            "head.unaccounted",
            "git checkout -q --orphan lone; sed -i 's/^title: .*/title: Forged/' $B; git add -A; git commit -qm Begin; true",
        ),
        (
            "entry.author",
            "git checkout -q --orphan lone; sed -i 's/^  by: .*/  by: Eve <e@example.com>/' $B; git add -A; git commit -qm Begin; true",
        ),
    ]);
}

#[test]
fn redactions() {
    finds(&[
        (
            "redaction.undone",
            r"git support -q redact $a --text '555 0100' -m Personal. 2>/dev/null; sed -i 's/Call .redacted. after/Call 555 0100 after/; /^  redacted: /d' $A; commit",
        ),
        (
            "redaction.altered",
            r"git support -q redact $a --text '555 0100' -m Personal. 2>/dev/null; sed -i 's/after ten/never/' $A; amend",
        ),
        (
            "redaction.undone",
            r"git support -q redact $a --text '555 0100' -m Personal. 2>/dev/null; git revert --no-edit HEAD",
        ),
        (
            "timeline.changed",
            r"git support -q redact $a --text '555 0100' -m Personal. 2>/dev/null; sed -i '/^  redacted: /d' $A; amend",
        ),
        (
            "redaction.altered",
            r"git support -q redact $a --text 'card' -m Personal. 2>/dev/null; sed -i 's/requirements: .*/requirements: Pays in cash./' $A; amend",
        ),
    ]);
}

#[test]
fn merges() {
    let fork = "git branch side; git support -q comment $a -m Here.; GIT_SUPPORT_SEED=77 git support -q --branch side comment $a -m There.; ";
    for (rules, script) in [
        ("timeline.removed", "git merge -q -s ours --no-edit side"),
        ("timeline.removed", "git merge -q -s ours --no-edit side; git support -q comment $a -m After."),
        (
            "timeline.changed",
            "git merge -q --no-edit side; sed -i 's/There/Nowhere/' $A; git commit -qam x --amend",
        ),
        (
            "head.unaccounted",
            "git merge -q --no-edit side; sed -i 's/^severity: .*/severity: minor/' $A; git commit -qam x --amend",
        ),
        ("ticket.removed", "git merge -q --no-commit --no-edit side; git rm -qf $A; git commit -qm x"),
    ] {
        finds(&[(rules, format!("{fork}{script}"))]);
    }
}

/// Severities are enforced, and Dana is no product owner.
pub(super) const ENFORCED: &str = "as_pat git support -q config set policy.severity_by_owner enforce; as_pat git support -q config set policy.level_by_role enforce; ";
/// What sets the severity by hand, for an entry that says so.
pub(super) const BLOCKER: &str = "sed -i 's/^severity: .*/severity: blocker/' $A; printf '  set:\\n    severity:\\n      from: major\\n      to: blocker\\n' | ";

#[test]
fn every_field_is_judged_whatever_the_entry_calls_itself() {
    let cases: Vec<(&str, String)> = [
        ("step.sets", "entry 6 bless; commit"),
        ("step.sets", "entry 6 repeat; commit"),
        ("step.sets", "entry 6 undo; commit"),
        ("step.illegal", "entry 6 open; commit"),
        ("severity.owner", "entry 6 triage; commit"),
        ("severity.owner", "entry 6 edit; commit"),
        ("step.sets", "(cat; echo '  note: So.') | entry 6 comment; commit"),
        ("step.sets", "entry 6 assign; commit"),
    ]
    .iter()
    .map(|(rule, script)| (*rule, format!("{ENFORCED}{BLOCKER}{script}")))
    .collect();
    finds(&cases);
    let level = "sed -i 's/^level: 2/level: 3/' $A; printf '  set:\\n    level:\\n      from: 2\\n      to: 3\\n' | entry 6";
    finds(&["triage", "edit"].map(|action| ("step.handover", format!("{ENFORCED}{level} {action}; commit"))));
}

#[test]
fn what_another_judged_is_not_taken_back() {
    finds(&[
        // By an entry that says it undoes the owner's.
        (
            "severity.owner",
            "as_pat git support -q config set policy.severity_by_owner enforce; e=$(awk '/^- seq: 2/{f=1} f&&/  id:/{print $2; exit}' $A); \
                 sed -i '/^severity: /d' $A; printf '  set:\\n    severity:\\n      from: major\\n  undoes: [%s]\\n' $e | entry 6 undo; commit"
                .to_owned(),
        ),
        // By a revert of what is not in this history, and of what somebody else did.
        (
            "timeline.removed",
            "git checkout -q -b other before~3; git support -q comment $a -m Elsewhere; c=$(git rev-parse HEAD); git checkout -q main; \
             as_pat git support -q comment $a -m Mine.; git checkout -q HEAD~1 -- $A; \
             commit \"$(printf 'Revert it\\n\\nThis reverts commit %s.' $c)\""
                .to_owned(),
        ),
        (
            "timeline.removed",
            "as_pat git support -q comment $a -m Mine.; git checkout -q HEAD~1 -- $A; \
             commit \"$(printf 'Revert it\\n\\nThis reverts commit %s.' $(git rev-parse HEAD))\""
                .to_owned(),
        ),
    ]);
}

#[test]
fn a_redaction_cuts_once() {
    finds(&[(
        "redaction.altered",
        "git support -q redact $a --text '555 0100' -m Personal. 2>/dev/null; r=$(sed -n 's/^  redacted: //p' $A | head -1); \
         git support -q comment $a -m 'We decided it.'; \
         awk -v r=$r '/We decided it/{print \"  redacted: \" r; sub(/We decided it./, \"\\\"[redacted]\\\"\")} {print}' $A >x; mv x $A; commit",
    )]);
}
