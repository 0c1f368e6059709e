//! What forges and git's own options make of honest work, as a fresh clone has it: at most a note, never an accusation.

use std::fmt::Write as _;

use crate::honest::{BEGIN, TOOLS};
use crate::sandbox::Sandbox;

/// A forge's commits: made by it, in somebody's name.
const FORGE: &str = r#"
forge() { # NAME COMMAND...
    who=$1; shift
    ( export GIT_AUTHOR_NAME="$who" GIT_AUTHOR_EMAIL="$who@example.com" GIT_COMMITTER_NAME=Forge GIT_COMMITTER_EMAIL=noreply@forge.example; "$@" ); n=$((n+9))
}
squash() { # NAME MESSAGE...: what the branch brings, in one commit, by a person of the branch; the branch goes
    who=$1; shift
    tick; git merge -q --squash side >/dev/null
    forge "$who" git commit -q "$@"; git branch -qD side
}
"#;

/// Does something, each time in a new repository, and expects that an audit passes it, here and in a fresh clone.
#[track_caller]
fn passes(cases: &[&str]) {
    let mut wrong = String::new();
    for script in cases {
        let sandbox = Sandbox::nowhere();
        sandbox.is_tampered_with();
        let done = sandbox.shell(&format!("{TOOLS}{FORGE}{BEGIN}{script}"));
        assert_eq!(done.status, Some(0), "{script}\n{}{}", done.stdout, done.stderr);
        let audits =
            "set -e; git support audit; git clone -q file://$PWD ../fresh; cd ../fresh; git support audit";
        let audit = sandbox.shell(audits);
        if audit.status != Some(0) {
            writeln!(wrong, "{script}\n{}{}", audit.stdout, audit.stderr).unwrap();
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn squashes_of_forges() {
    let side = "g checkout -b side; s comment $a -m There; code; s replicate $a --steps Pay; s comment $a -m More; g checkout main; ";
    let both =
        "g checkout -b side; s comment $a -m There; code; as Eve s comment $a -m Mine; g checkout main; ";
    let cases: Vec<String> = [
        (side, "squash Dana -m 'Payments (#12)'"),
        (side, "squash Dana -m 'Payments (#12)' -m '* support: comment on it\n\n* Change code\n\n* support: replicate it'"),
        (side, "squash Dana -m 'Payments' -m \"See merge request desk/app!12\""),
        (side, "squash Dana -m 'Merged in side (pull request #12)' -m 'Payments' -m 'Approved-by: Eve'"),
        (side, "squash Dana -m 'Merged PR 12: Payments' -m 'Related work items: #3'"),
        (side, "squash Dana -m 'Payments (#12)' -m 'Reviewed-on: https://forge.example/desk/app/pulls/12'"),
        (both, "squash Dana -m 'Payments (#12)' -m 'Co-authored-by: Eve <12+eve@users.noreply.forge.example>'"),
    ]
    .iter()
    .map(|(side, merged)| format!("{side}{merged}"))
    .collect();
    passes(&cases.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn other_dates_and_authors() {
    passes(&[
        "s comment $a -m One; tick; git commit -q --amend --no-edit --date=now",
        "s comment $a -m One; n=$((n+60)); tick; git commit -q --amend --no-edit --reset-author",
        "g checkout -b side; s comment $a -m One; s comment $a -m Two; g checkout main; code; g checkout side; n=$((n+60)); g rebase --ignore-date main; g checkout main; g merge --ff-only side",
        "g checkout -b side; s comment $a -m One; g checkout main; code; g checkout side; g rebase --committer-date-is-author-date main; g checkout main; g merge --ff-only side",
        "s comment $a -m One; git config user.name 'Dana Li-Roe'; git commit -q --amend --no-edit --signoff",
    ]);
}

#[test]
fn ones_own_commits_in_another_order() {
    passes(&[
        // Dropped, swapped, and taken up again, before anybody had them.
        "s comment $a -m One; s comment $a -m Two; tick; GIT_SEQUENCE_EDITOR='sed -i 1d' git rebase -q -i HEAD~2",
        "s comment $a -m One; s new Other; s comment $a -m Two; tick; GIT_SEQUENCE_EDITOR='sed -i 2d' git rebase -q -i HEAD~3",
        "s comment $a -m One; s comment $a -m Two; tick; GIT_SEQUENCE_EDITOR='f() { tac $1 >$1.x; mv $1.x $1; }; f' git rebase -q -i HEAD~2 || git rebase --skip",
        "s comment $a -m One; g reset --hard HEAD~1; s comment $a -m Two",
        // The later of two steps, alone.
        "g checkout -b side; s replicate $a --steps Pay; s diagnose $a -m Timeout; g checkout main; code; g cherry-pick side",
        "g checkout -b side; s comment $a -m One; s replicate $a --steps Pay; g checkout main; s comment $a -m Here; g cherry-pick side",
    ]);
}

#[test]
fn encodings_trees_and_web_edits() {
    passes(&[
        "git config i18n.commitEncoding ISO-8859-1; s comment $a -m 'Caf\u{e9}, d\u{e9}j\u{e0} vu'; as Eve s comment $a -m 'Gr\u{fc}n'",
        "git config i18n.commitEncoding ISO-8859-1; printf 'Caf\\351\\n' >m; echo 1 >>code.rs; git add code.rs; git commit -qF m; s comment $a -m After",
        // A file that somebody changed on the forge's page, and what puts it right.
        "sed -i 's/^title: .*/title: On the web/' $(f $a); git add .support; forge Eve git commit -qm \"Update $a.yaml\"; s save || true; s doctor --repair; s comment $a -m After",
        // Code moves to a folder; tickets stay.
        "mkdir app; g mv code.rs app/; g commit -m Move; s comment $a -m After",
        // What was attached is purged after its redaction.
        "echo 502 >x.log; s attach $a x.log; s redact $a --text 502 -m Personal; s comment $a -m After",
    ]);
}
