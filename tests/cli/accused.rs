//! Honest histories that were accused once: signed work that others carry, people of several addresses, settings that could
//! not be read for a while, what was put right.

use crate::sandbox::{Sandbox, path_of};

/// Signed commits, wanted from the second commit on, of people who have keys each; `as NAME` acts as somebody.
const SIGNED: &str = r#"
set -e
n=0
tick() {
    n=$((n+1)); now=$(printf '2026-11-24T%02d:%02d:00Z' $((9 + n / 60)) $((n % 60)))
    export GIT_AUTHOR_DATE=$now GIT_COMMITTER_DATE=$now GIT_SUPPORT_NOW=$now GIT_SUPPORT_SEED=$n
}
as() { # NAME[/ADDRESS]
    tick; who=${1%/*}; address=$who@example.com; case $1 in */*) address=${1#*/};; esac; shift
    git config user.signingKey $PWD/../$who.pub
    GIT_AUTHOR_NAME=$who GIT_AUTHOR_EMAIL=$address GIT_COMMITTER_NAME=$who GIT_COMMITTER_EMAIL=$address "$@"
}
s() { git support -q "$@"; }
git init -q -b main .; git config gpg.format ssh; git config gpg.ssh.allowedSignersFile $PWD/../signers
for name in lea pat ann bob; do
    ssh-keygen -q -t ed25519 -N '' -C $name -f ../$name; echo "$name@example.com $(cut -d' ' -f1,2 ../$name.pub)" >>../signers
done
git config commit.gpgsign true
as lea git commit -q --allow-empty -m Begin
as lea git support -q team add lea --email lea@example.com --role lead
for one in pat:product-owner ann:l1 bob:l2; do as lea git support -q team add ${one%:*} --email ${one%:*}@example.com --role ${one#*:}; done
as lea git support -q config set policy.severity_by_owner enforce
as lea git support -q config set policy.level_by_role enforce
as lea git support -q config set policy.signed_commits enforce
a=$(as ann git support new Pay)
"#;

/// The status of an audit after a script, and what it said.
fn audited(script: &str) -> (Option<i32>, String) {
    let sandbox = Sandbox::nowhere();
    sandbox.is_tampered_with();
    let done = sandbox.shell(&format!("{SIGNED}{script}"));
    assert_eq!(done.status, Some(0), "{script}\n{}{}", done.stdout, done.stderr);
    let output = sandbox.run_unwatched(&["audit"], "");
    (output.status, output.stdout)
}

#[track_caller]
fn is_clean(scripts: &[&str]) {
    for script in scripts {
        let (status, said) = audited(script);
        assert_eq!(status, Some(0), "{script}\n{said}");
    }
}

#[test]
fn a_decision_that_is_signed_here_is_carried_by_others() {
    is_clean(&[
        // Picked while the branch is here; and where it was merged, too.
        "git switch -qc side; as pat s triage $a --severity minor; git switch -q main; as ann s comment $a -m x; as bob git cherry-pick side >/dev/null",
        "git branch old; as pat s triage $a --severity minor; git switch -q old; as ann git cherry-pick -x main >/dev/null; git switch -q main; as ann git merge -q --no-edit old",
        // Squashed, with the branch here.
        "git switch -qc side; as pat s triage $a --severity minor; git switch -q main; as ann s comment $a -m x; git merge -q --squash side >/dev/null; as bob git commit -qm 'Pay (#1)'",
        // Lost by a merge, and brought back by somebody else.
        "git switch -qc side; as ann s comment $a -m W; git switch -q main; as pat s triage $a --severity minor; git switch -q side; as ann git merge -q -s ours --no-edit main; as ann git support -q doctor --repair; git switch -q main; as ann git merge -q side",
    ]);
    // What no commit here signs stays an error.
    let (status, said) = audited(
        "git switch -qc side; as pat s triage $a --severity minor; git switch -q main; as bob git cherry-pick side >/dev/null; \
         git branch -qD side; git reflog expire --expire=now --all",
    );
    assert!(status == Some(3) && said.contains("signature.signer"), "{said}");
}

#[test]
fn a_member_is_who_they_are_under_each_address_of_the_roster() {
    is_clean(&[
        "as lea s team edit ann --email ann@example.com --email ann@home.example; as ann/ann@home.example s new Other",
        "as lea s team edit ann --email ann@example.com --email ann@home.example; git switch -qc side; as ann s comment $a -m x; git switch -q main; git merge -q --squash side >/dev/null; as ann/ann@home.example git commit -qm 'Pay (#1)'",
        // .mailmap gives the roster's address to a new one.
        "echo 'ann <ann@new.example> <ann@example.com>' >.mailmap; git add .mailmap; as lea git commit -qm Map; echo \"ann@new.example $(cut -d' ' -f1,2 ../ann.pub)\" >>../signers; as ann/ann@new.example s escalate $a --requirements r --troubleshooting t",
    ]);
}

#[test]
fn settings_that_could_not_be_read_accuse_nobody() {
    is_clean(&[
        "as lea s config set policy.signed_commits off; git config commit.gpgsign false; printf 'x: [\\n' >>.support/config.yaml; as lea git commit -qam Settings; as ann s new Other; sed -i '$d' .support/config.yaml; as lea git commit -qam Corrected",
        "echo 'people: 3' >.support/team.yaml; as lea git commit -qam Oops; git checkout -q HEAD~1 -- .support/team.yaml; as pat git commit -qm 'As it was'; printf 'x: [\\n' >>.support/team.yaml; as lea git commit -qam Team; as ann s new Other; sed -i '$d' .support/team.yaml; as lea git commit -qam Corrected",
        "as lea s config set policy.signed_commits off; git config commit.gpgsign false; sed -i 's/severity_by_owner: enforce/severity_by_owner: enfroce/' .support/config.yaml; as lea git commit -qam Typo; as lea s config set policy.severity_by_owner enforce",
    ]);
}

#[test]
fn what_was_put_right_is_a_note() {
    is_clean(&[
        "echo x >.support/notes.md; git add .support; as ann git commit -qm Notes; as ann git revert --no-edit HEAD >/dev/null",
        "chmod +x .support/tickets/*/*/$a.yaml; as ann git commit -qam Mode; as ann git revert --no-edit HEAD >/dev/null",
        "git switch -qc side; as ann s escalate $a --requirements R --troubleshooting T; git switch -q main; as ann s comment $a -m W; git -c merge.support.driver=false merge -q side >/dev/null || true; git checkout -q --ours .support; git add -A; as ann git commit -qm Merge; as ann s doctor --repair",
    ]);
}

#[test]
fn a_step_of_ones_own_is_reverted_as_it_is_undone() {
    let resolve = "as ann s resolve $a --as answered -m no; r=$(git rev-parse HEAD); ";
    is_clean(&[
        // Words of others stand beside it: nobody has gone on from the step.
        &format!("{resolve}as ann s comment $a -m Sorry; as ann git revert --no-edit $r >/dev/null"),
        &format!("{resolve}as bob s comment $a -m Hm; as ann git revert --no-edit $r >/dev/null"),
        &format!("{resolve}as bob s comment $a -m Hm; as ann s undo $r"),
        "as ann s escalate $a --requirements R --troubleshooting T; as bob s comment $a -m Seen; as ann git revert --no-edit HEAD~1 >/dev/null",
        // Undone, and done again, and undone: nobody has gone on, and no rule has changed.
        "as ann s pend $a -m Wait; as ann s undo; as ann s undo $(sed -n 's/^  id: //p' .support/tickets/*/*/$a.yaml | tail -1); as ann s undo",
        "as ann s escalate $a --requirements R --troubleshooting T; as ann s undo; as ann s undo $(sed -n 's/^  id: //p' .support/tickets/*/*/$a.yaml | tail -1)",
        // By a lead, who may.
        &format!("{resolve}as bob s comment $a -m Hm; as lea git revert --no-edit $r >/dev/null"),
    ]);
    // What others have gone on from is refused, as `undo` refuses it, and nothing is lost.
    let sandbox = Sandbox::nowhere();
    sandbox.is_tampered_with();
    let script = "as ann s escalate $a --requirements R --troubleshooting T; as bob s replicate $a --steps x; \
                  as ann git revert --no-edit HEAD~1 2>../said && exit 9; as ann s undo HEAD~1 2>>../said && exit 9; \
                  as ann s doctor --repair; git add -A; as ann git revert --skip";
    sandbox.shell(&format!("{SIGNED}{script}")).ok();
    let said = std::fs::read_to_string(sandbox.root().join("said")).unwrap();
    assert_eq!(said.matches("ann <ann@example.com> is not allowed to set").count(), 2, "{said}");
    sandbox.run_unwatched(&["audit"], "").ok();
}

#[test]
fn an_entry_that_was_edited_by_hand_meets_its_earlier_version_in_a_merge() {
    let edit = "as ann s comment $a -m 'A typo hre'; git branch side; sed -i s/hre/here/ .support/tickets/*/*/$a.yaml; as ann git commit -qam Typo; \
                f=$(git support audit | grep -o -- '--accept [a-z0-9]*' | cut -d' ' -f2); as lea s audit --accept $f -m 'A typo'; ";
    is_clean(&[
        &format!(
            "{edit}git switch -q side; as bob s comment $a -m Aside; git switch -q main; as bob git merge -q --no-edit side; grep -c 'typo here' .support/tickets/*/*/$a.yaml"
        ),
        &format!(
            "{edit}git switch -q side; as bob s comment $a -m Aside; as bob git merge -q --no-edit main; git switch -q main; as bob git merge -q side"
        ),
        &format!("{edit}git switch -q side; as bob s comment $a -m Aside; as bob git rebase -q main"),
    ]);
    // Nobody's words are changed by a merge unseen.
    let (status, said) = audited(
        "as pat s comment $a -m Wait; git switch -qc side; sed -i 's/note: Wait/note: Pay/' .support/tickets/*/*/$a.yaml; as ann git commit -qam x; \
         git switch -q main; as bob s comment $a -m Hm; as bob git merge -q --no-edit side",
    );
    assert!(status == Some(3) && said.contains("timeline.changed") && !said.contains("twice"), "{said}");
}

#[test]
fn another_product_comes_to_a_subfolder_squashed() {
    let subtree = "as lea s config set policy.signed_commits off; as ann s comment $a -m x; git init -q -b main ../mono; cd ../mono; git config commit.gpgsign false; export GIT_AUTHOR_NAME=lea GIT_AUTHOR_EMAIL=lea@example.com GIT_COMMITTER_NAME=lea GIT_COMMITTER_EMAIL=lea@example.com; echo m >m; git add m; git commit -qm m; mkdir shop; \
                   git fetch -q ../repo main; tree=$(git rev-parse FETCH_HEAD^{tree}); split=$(git rev-parse FETCH_HEAD); \
                   squash() { printf 'Squashed content\n\ngit-subtree-dir: shop\ngit-subtree-split: %s\n' $split | git commit-tree $tree $1; }; \
                   one=$(squash); git merge -q -s ours --no-commit --allow-unrelated-histories $one; git read-tree --prefix=shop/ -u $one; git commit -qm 'Merge shop'; ";
    let sandbox = Sandbox::nowhere();
    sandbox.is_tampered_with();
    let done = sandbox.shell(&format!("{SIGNED}{subtree} git support audit"));
    assert!(done.status == Some(0) && done.stdout.contains("ticket.moved"), "{}{}", done.stdout, done.stderr);
    // Back at the top, it is this product's ticket, and nobody here wrote it.
    let back = "git mv shop/.support .; git commit -qm Back; git support audit";
    let sandbox = Sandbox::nowhere();
    sandbox.is_tampered_with();
    let done = sandbox.shell(&format!("{SIGNED}{subtree}{back}"));
    assert!(done.status == Some(3) && done.stdout.contains("error: entry.author"), "{}", done.stdout);
}

#[test]
fn work_that_was_rebased_is_judged_by_the_rules_of_then_in_a_range_too() {
    is_clean(&[
        "git switch -qc side; as ann s replicate $a --steps x; git switch -q main; as lea s team remove ann; git switch -q side; as ann git rebase -q main; git support audit main..side >/dev/null",
    ]);
}

#[test]
fn what_comes_back_as_it_was_accuses_nobody() {
    is_clean(&[
        // All of .support, by somebody who may not change rules; moved and back, too.
        "as pat s triage $a --severity minor; git rm -rq .support; as bob git commit -qm Oops; as bob git revert --no-edit HEAD >/dev/null",
        "as pat s triage $a --severity minor; mkdir app; git mv .support app; as bob git commit -qm Move; git mv app/.support .; as bob git commit -qm Back",
        // Two edits by hand in two commits, adopted in one entry.
        "f=$(echo .support/tickets/*/*/$a.yaml); sed -i 's/^type: .*/type: question/' $f; as ann git commit -qam One; sed -i 's/^title: .*/title: Card/' $f; as ann git commit -qam Two; as ann s doctor --repair",
        // A redaction whose revert was reverted.
        "as ann s comment $a -m 'Call 555 0100'; as ann s redact $a --text '555 0100' -m Personal; as ann git revert --no-edit HEAD >/dev/null; as ann git revert --no-edit HEAD >/dev/null",
    ]);
}

#[test]
fn a_squash_is_judged_by_the_rules_of_what_it_carries() {
    let tighter = "as lea s config set handover.1 'requirements, troubleshooting, reproduction'; ";
    is_clean(&[
        &format!(
            "git switch -qc side; as ann s escalate $a --requirements R --troubleshooting T; git switch -q main; {tighter}git merge -q --squash side >/dev/null; as ann git commit -qm 'Pay (#1)'"
        ),
        "git switch -qc side; as bob s replicate $a --steps x; git switch -q main; as lea s team edit bob --role l1; git merge -q --squash side >/dev/null; as bob git commit -qm 'Pay (#1)'",
    ]);
}

#[test]
fn signatures_are_wanted_of_a_branch_from_before_the_policy() {
    let unsigned = "git checkout -q main -- .support/tickets; git config commit.gpgsign false; as pat git commit -qm Base; as pat s triage $a --severity minor; git config commit.gpgsign true; git switch -qf main; as bob git merge -q --allow-unrelated-histories -X theirs --no-edit side";
    for begin in [
        "git switch -qc side $(git rev-list --max-parents=0 HEAD)",
        "git switch -q --orphan side",
        // The last commit that wanted none.
        "git switch -qc side HEAD~2",
    ] {
        let (status, said) = audited(&format!("{begin}; {unsigned}"));
        assert!(status == Some(3) && said.contains("signature.missing"), "{begin}: {said}");
    }
}

#[test]
fn doctor_brings_back_nothing_that_its_author_took_back() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    let id = sandbox.ticket("Pay");
    sandbox.run_unwatched(&["comment", &id, "-m", "Wrong."], "").ok();
    let before = sandbox.ticket_file(&id).replace("Wrong.", "");
    // Without the merge driver, as on a forge: the entry goes, and no other answers it.
    sandbox.shell("git -c merge.support.driver=false revert --no-edit HEAD >/dev/null").ok();
    if !sandbox.ticket_file(&id).contains("Wrong.") {
        assert!(sandbox.run_unwatched(&["doctor", "--repair"], "").ok().contains("no problems found"));
        assert!(!sandbox.ticket_file(&id).contains("Wrong."), "{before}");
    }
    // What somebody else took back is lost, and comes back.
    sandbox.is_tampered_with();
    sandbox.run_unwatched(&["comment", &id, "-m", "Right."], "").ok();
    sandbox
        .run_unwatched(&["team", "add", "Pat Roe", "--email", "pat@example.com", "--role", "lead"], "")
        .ok();
    let stranger = "GIT_AUTHOR_NAME=Eve GIT_AUTHOR_EMAIL=eve@example.com GIT_COMMITTER_NAME=Eve GIT_COMMITTER_EMAIL=eve@example.com";
    sandbox
        .shell(&format!("{stranger} git -c merge.support.driver=false revert --no-edit HEAD~1 >/dev/null"))
        .ok();
    assert!(!sandbox.git(&["show", &format!("HEAD:{}", path_of(&id))]).contains("Right."));
    sandbox.run_unwatched(&["doctor", "--repair"], "").ok();
    assert!(sandbox.ticket_file(&id).contains("Right."));
}
