//! What `sync` carries between clones whose code differs accuses nobody, and a merge later settles what was in doubt.

use crate::sandbox::Sandbox;

/// Clones of one server, each of another person; `as NAME COMMAND` runs in theirs, `tick` lets time go on.
const CLONES: &str = r#"
set -e; exec 2>&1; unset GIT_SUPPORT_SEED; n=0
tick() { n=$((n + 1)); t=$(printf '2026-11-24T%02d:00:00Z' $((8 + n))); export GIT_SUPPORT_NOW=$t GIT_AUTHOR_DATE=$t GIT_COMMITTER_DATE=$t; }
as() { who=$1; shift; (cd ../$who && GIT_AUTHOR_NAME=$who GIT_AUTHOR_EMAIL=$who@x.example GIT_COMMITTER_NAME=$who GIT_COMMITTER_EMAIL=$who@x.example "$@"); }
sync() { for who in "$@"; do as $who git support -q sync; done; }
tick; git init -q --bare -b main ../hub.git; git clone -q ../hub.git ../pat; as pat git commit -q --allow-empty -m code
as pat git support -q init; as pat git support -q team add pat --email pat@x.example --role product-owner
as pat git support -q team add bo --email bo@x.example --role l1
"#;

fn run(script: &str) -> String {
    let sandbox = Sandbox::new();
    let done = sandbox.shell(&format!("{CLONES}{script}"));
    assert_eq!(done.status, Some(0), "{}{}", done.stdout, done.stderr);
    done.stdout
}

#[test]
fn a_ticket_that_was_resolved_beside_another_step_and_again_is_lawful_wherever_it_comes() {
    for (beside, again) in [
        ("triage $i --severity critical", "resolve $i --as answered -m again"),
        ("triage $i --severity critical", "resolve $i --as wont-fix -m no"),
        ("pend $i -m 'Which one?'", "resume $i"),
        ("triage $i --severity minor", "pend $i -m 'Which one?'"),
    ] {
        let said = run(&format!(
            "i=$(as pat git support new Slow --reporter 'K <k@c.example>'); as pat git push -q; git clone -q ../hub.git ../bo; git clone -q ../hub.git ../ann
             tick; as pat git support -q {beside}; tick; as bo git support -q resolve $i --as answered -m So.; sync bo ann pat bo
             tick; as bo git support -q {again}; sync bo
             echo x >../bo/f; as bo git add f; as bo git commit -qm code; as bo git push -q; sync ann
             as ann git support audit; as ann git -c pull.rebase=false pull -q --no-edit; as ann git support audit; as ann git push -q; as bo git pull -q; as bo git support audit"
        ));
        assert_eq!(said.matches("no problems found").count(), 3, "{beside}: {again}: {said}");
    }
}

#[test]
fn a_message_that_was_carried_is_answered_for_by_whoever_took_it() {
    let said = run(
        "as pat git support -q config set mail.address d@x.example; as pat git push -q; git clone -q ../hub.git ../lea
         printf 'From: K <k@c.example>\\nTo: d@x.example\\nSubject: Slow\\nMessage-ID: <1@c>\\nDate: Tue, 24 Nov 2026 08:30:00 +0000\\n\\nSlow.\\n' | as pat git support -q mail take -
         tick; echo x >../pat/f; as pat git add f; as pat git commit -qm code; as pat git push -q; sync lea
         as lea git -c pull.rebase=false pull -q --no-edit; as lea git support audit",
    );
    assert!(said.contains("no problems found") && !said.contains("unattested"), "{said}");
}

/// The same, with the roles enforced by the server: whoever is asked for works at level 2 until a lead changes that.
const HELD: &str = r#"
as pat git support -q team add ann --email ann@x.example --role l2; as pat git support -q team edit bo --role l2
as pat git support -q config set policy.level_by_role enforce
i=$(as pat git support new Slow); tick; as pat git support -q edit $i --level 2 --force -m "level 2 has it"; as pat git push -q
printf '#!/bin/sh\nexec git support audit --pre-receive\n' >../hub.git/hooks/pre-receive; chmod +x ../hub.git/hooks/pre-receive
git clone -q ../hub.git ../ann; git clone -q ../hub.git ../bo
"#;

#[test]
fn what_was_done_offline_is_judged_by_the_roles_of_then() {
    let said = run(&format!(
        "{HELD}tick; as ann git support -q replicate $i --steps 'Press it.'; made=$(as ann git rev-parse HEAD)
         tick; as pat git support -q team edit ann --role l1; echo x >../pat/f; as pat git add f; as pat git commit -qm code; as pat git push -q
         tick; as ann git support sync; as pat git merge-base --is-ancestor $made main || echo not-there
         as pat git support sync; as pat git merge-base --is-ancestor $made main && echo there
         as pat git support show $i; as pat git support audit; test ! -e ../ann/f; as ann git pull -q --ff-only; as ann git support audit
         as ann git status --porcelain; tick; as ann git support comment $i -m Later. 2>&1; as ann git support sync; as pat git support sync; as pat git support audit"
    ));
    assert!(
        said.contains("not-there\n") && said.contains("\nthere\n") && said.contains("Press it."),
        "{said}"
    );
    // With what the server says of the push of pat's.
    assert_eq!(said.matches("no problems found").count(), 4, "{said}");
}

#[test]
fn code_that_was_not_pushed_stays_here_and_tickets_go() {
    for (code, is_undone) in [
        ("echo y >../ann/g; as ann git add g; as ann git commit -qm mine", false),
        (
            "echo y >../ann/g; as ann git add g; as ann git commit -qm mine; as ann git revert --no-edit HEAD >/dev/null",
            true,
        ),
    ] {
        let said = run(&format!(
            "{HELD}tick; as ann git support -q replicate $i --steps 'Press it.'; {code}
             tick; echo x >../pat/f; as pat git add f; as pat git commit -qm code; as pat git push -q
             tick; as ann git support sync; as pat git support sync; as pat git support show $i; as pat git support audit
             as pat git log --format='%an: %s' --all; as pat git ls-tree --name-only main"
        ));
        assert!(said.contains("Press it.") && said.contains("no problems found"), "{is_undone}: {said}");
        assert!(!said.contains("ann: mine") && !said.contains("\ng\n"), "{is_undone}: {said}");
    }
}
