//! What honest people do with branches, clones, imports and clocks: an audit finds nothing wrong with it.

use std::fmt::Write as _;

use crate::sandbox::Sandbox;

/// What every script begins with: a clock that goes on, our commands, and git's own as a person uses it.
pub(super) const TOOLS: &str = r#"
set -e
n=0
tick() {
    n=$((n+1)); now=$(printf '2026-11-24T%02d:%02d:%02dZ' $((9 + n / 60)) $((n % 60)) $((n % 50)))
    export GIT_AUTHOR_DATE=$now GIT_COMMITTER_DATE=$now GIT_SUPPORT_NOW=$now GIT_SUPPORT_SEED=$n
}
s() { tick; git support -q "$@"; }
g() { tick; git -c core.editor=true "$@" >/dev/null 2>&1; }
as() { # NAME COMMAND...
    who=$1; shift
    ( export GIT_AUTHOR_NAME="$who" GIT_AUTHOR_EMAIL="$who@example.com" GIT_COMMITTER_NAME="$who" GIT_COMMITTER_EMAIL="$who@example.com"; "$@" ); n=$((n+9))
}
f() { echo ".support/tickets/$(echo $1 | cut -c1)/$(echo $1 | cut -c2)/$1.yaml"; }
code() { echo "// $n" >>code.rs; g commit -m "Change code" -- code.rs; }
"#;

/// A project with people, rules, code, and a ticket `$a` at level 1 that has its findings.
pub(super) const BEGIN: &str = r#"
git init -q -b main .; echo 'fn main() {}' >code.rs; git add .; g commit -m Begin
s team add Dana --email dana@example.com --role l1 --role l2 --role l3
s config set policy.severity_by_owner enforce; s config set policy.level_by_role enforce
s team add Eve --email Eve@example.com --role l2
s team add Pat --email Pat@example.com --role product-owner
a=$(tick; git support new "Card payments fail"); n=$((n+1))
as Pat s triage $a --severity major
s escalate $a --requirements R --troubleshooting T
"#;

/// Does something, each time in a new repository, and expects that an audit has nothing to say, not even a note.
#[track_caller]
fn is_clean(cases: &[&str]) {
    let mut wrong = String::new();
    for script in cases {
        let sandbox = Sandbox::nowhere();
        // The audit that every sandbox ends with is this test's own.
        sandbox.is_tampered_with();
        let done = sandbox.shell(&format!("{TOOLS}{BEGIN}{script}"));
        assert_eq!(done.status, Some(0), "{script}\n{}{}", done.stdout, done.stderr);
        for arguments in [&["audit"][..], &["audit", "HEAD"]] {
            let audit = sandbox.run_unwatched(arguments, "");
            // A revert of an opening, new rules and a clock that went back are honest, and yet a person is to know of them:
            // notes of three lines.
            let noted = 3 * ["ticket.reverted", "rules.owned", "entry.order", "ticket.moved"]
                .map(|rule| audit.stdout.matches(&format!("note: {rule}")).count())
                .iter()
                .sum::<usize>();
            let lines = audit.stdout.lines().count() - noted;
            if audit.status != Some(0) || lines != 2 || !audit.stderr.is_empty() {
                let log = sandbox.git(&[
                    "log",
                    "--graph",
                    "--format=%h %an %ad %cd %s",
                    "--date=format:%d %H:%M:%S",
                ]);
                writeln!(wrong, "{script}\n{}{}\n{log}", audit.stdout, audit.stderr).unwrap();
                break;
            }
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn merges() {
    is_clean(&[
        // Concurrent steps, merged by whoever comes.
        "g checkout -b side; s comment $a -m There; s replicate $a --steps Pay; g checkout main; s diagnose $a -m Timeout; g merge --no-edit side",
        "g checkout -b side; as Pat s triage $a --severity blocker; g checkout main; s comment $a -m Here; as Eve g merge --no-edit side",
        // A request that stood still is merged without a driver's work; then the other way round.
        "g checkout -b side; s comment $a -m There; g checkout main; code; g merge --no-ff --no-edit side; g checkout side; g merge main; s comment $a -m More; g checkout main; g merge --no-ff --no-edit side",
        // Three at once.
        "g checkout -b one; s new One; g checkout -b two main; s new Two; g checkout main; s comment $a -m Here; g merge --no-edit one two",
        // Resolved here, escalated there: both saw what they saw.
        "s replicate $a --steps Pay; s diagnose $a -m Timeout; g checkout -b side; s escalate $a; s comment $a -m Mine; g checkout main; s resolve $a --as workaround -m Retry; g merge --no-edit side",
        // One key, filed on two branches.
        "g checkout -b side; s new Nightly --key nightly; g checkout main; tick; s new Nightly --key nightly; g merge --no-edit side",
        // A redaction, and a branch that has not heard of it.
        "s comment $a -m 'Call 555 0100'; g checkout -b side; s comment $a -m There; g checkout main; s redact $a --text '555 0100' -m Personal; g merge --no-edit side",
        "s comment $a -m 'Call 555 0100'; g checkout -b side; s redact $a --text '555 0100' -m Personal; g checkout main; s comment $a -m 'Called 555 0100'; g merge --no-edit side",
    ]);
}

#[test]
fn rebases_and_picks() {
    is_clean(&[
        "g checkout -b side; s comment $a -m There; s replicate $a --steps Pay; s diagnose $a -m Timeout; g checkout main; s comment $a -m Here; as Pat s triage $a --severity critical; g checkout side; g rebase main",
        // The steps that are put on top would not be allowed there.
        "s replicate $a --steps Pay; s diagnose $a -m Timeout; g checkout -b side; s escalate $a; s comment $a -m Mine; g checkout main; s resolve $a --as workaround -m Retry; s close $a; g checkout side; g rebase main",
        // Rules became stricter meanwhile.
        "as Pat s config set handover.2 diagnosis; g checkout -b side; s diagnose $a -m Timeout; s escalate $a; g checkout main; as Pat s config set handover.2 'reproduction, diagnosis'; g checkout side; g rebase main",
        // Somebody else rebases, or picks.
        "g checkout -b side; s comment $a -m There; g checkout main; code; g checkout side; as Eve g rebase main",
        "g checkout -b side; s comment $a -m One; s comment $a -m Two; g checkout main; code; as Eve g cherry-pick -x side~1",
        "g checkout -b side; as Eve s comment $a -m One; s comment $a -m Two; g checkout main; code; g cherry-pick side",
        "g checkout -b release; g checkout main; s comment $a -m Fixed; g checkout release; g cherry-pick main; g checkout main; g merge --no-edit release",
        // Made one: squashed, fixed up, signed off.
        "s comment $a -m One; s comment $a -m Two; tick; GIT_SEQUENCE_EDITOR='sed -i 2s/pick/squash/' git -c core.editor=true rebase -q -i HEAD~2",
        "s comment $a -m One; s comment $a -m Two; tick; GIT_SEQUENCE_EDITOR='sed -i 2s/pick/fixup/' git rebase -q -i HEAD~2",
        "s comment $a -m One; tick; GIT_SEQUENCE_EDITOR='sed -i 1s/pick/reword/' git -c core.editor='sed -i 3s/^/Said:/' rebase -q -i HEAD~1; git commit -q --amend --no-edit --signoff",
        // By mail.
        "g checkout -b side; s comment $a -m There; s new Other; git format-patch -q -o ../mail main; g checkout main; as Eve g am ../mail/0001* ../mail/0002*",
    ]);
}

#[test]
fn squashes() {
    let side = "g checkout -b side; s comment $a -m There; as Eve s replicate $a --steps Pay; code; g checkout main; ";
    let merged = [
        // Git's own message names who wrote what; without the branch, that is all there is.
        "tick; git merge -q --squash side >/dev/null; git commit -q --no-edit; git branch -qD side",
        // A message of one's own, while the branch is there, or remembered here.
        "tick; git merge -q --squash side >/dev/null; git commit -qm 'Payments'; git branch -qD side",
        "tick; git merge -q --squash side >/dev/null; git commit -qm 'Payments'",
        // As a forge does it.
        "tick; git merge -q --squash side >/dev/null; git commit -qm \"Payments (#12)\" -m \"$(git log --reverse --format='* %B' main..side)\" -m 'Co-authored-by: Eve <Eve@example.com>'; git branch -qD side",
    ];
    is_clean(&merged.map(|merged| format!("{side}{merged}")).iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn what_is_taken_back() {
    is_clean(&[
        "s comment $a -m One; as Pat s triage $a --severity blocker; as Pat g revert HEAD",
        "as Pat s triage $a --severity blocker; as Pat g revert HEAD; tick; as Pat g revert HEAD",
        "id=$(tick; git support new Third); g revert HEAD; s comment $a -m After",
        "g checkout -b side; s comment $a -m There; g checkout main; code; g merge --no-ff --no-edit side; tick; git revert -m 1 --no-edit HEAD",
        "g checkout -b side; as Pat s triage $a --severity blocker; as Pat g revert HEAD; g checkout main; code; g checkout side; as Eve g rebase main",
        "s replicate $a --steps Pay; s undo; s undo",
        "s new Mistake; s undo",
        "s comment $a -m 'Call 555 0100'; s redact $a --text '555 0100' -m Personal; s redact $a --text Call -m 'More of it'",
        "echo 502 >x.log; s attach $a x.log; s redact $a --entry $(git support log $a --step attach --json | sed -n 's/.*\"id\": \"\\([a-z0-9]*\\)\".*/\\1/p' | head -1) -m Personal",
    ]);
}

#[test]
fn clones_and_imports() {
    let clone = "git clone -q --bare . ../o.git; git remote add origin ../o.git; git fetch -q origin; git branch -q -u origin/main; git clone -q ../o.git ../second; ";
    let second = "(cd ../second; n=40; as Eve s comment $a -m There; as Eve s new Theirs; as Eve g push); ";
    is_clean(&[
        &format!("{clone}{second}s comment $a -m Here; g pull --no-rebase --no-edit; g push"),
        &format!("{clone}{second}s comment $a -m Here; g pull --rebase; g push"),
        &format!("{clone}{second}s comment $a -m Here; s sync"),
        // The code differs: tickets are carried over, and code stays where it is.
        &format!("{clone}(cd ../second; code; g push); {second}code; s comment $a -m Here; s sync"),
        &format!(
            "{clone}(cd ../second; code; g push); {second}code; s comment $a -m Here; s sync; cd ../second; n=100; g pull; git support audit >/dev/null"
        ),
        // Issues of another tracker, and a newer state of them.
        "echo '[{\"number\":1,\"title\":\"Old\",\"state\":\"OPEN\",\"body\":\"B\",\"createdAt\":\"2020-01-01T00:00:00Z\",\"author\":{\"login\":\"kim\"},\"comments\":[{\"id\":\"c1\",\"body\":\"Me too\",\"createdAt\":\"2020-01-02T00:00:00Z\",\"author\":{\"login\":\"lee\"}}]}]' >i.json; s import i.json; \
         sed -i 's/\"OPEN\"/\"CLOSED\",\"closedAt\":\"2020-02-01T00:00:00Z\"/' i.json; s import i.json",
        // One's own tickets, in another project.
        "s replicate $a --steps Pay; git support export --format ndjson --full >../all; mkdir ../other; cd ../other; git init -q; s import ../all; git support audit; cd ../repo",
        "printf '{\"title\":\"One\",\"area\":\"application\",\"created\":\"2020-01-01\"}\\n{\"title\":\"Two\"}\\n' | s import -",
    ]);
}

#[test]
fn people_clocks_and_hands() {
    is_clean(&[
        // Somebody has another name and address since.
        "g mv code.rs lib.rs; echo 'Pat Roe <roe@example.com> <Pat@example.com>' >.mailmap; git add .mailmap; g commit -m People; s team add 'Pat Roe' --email roe@example.com --role product-owner; s team remove Pat; as Pat s triage $a --severity minor",
        "echo 'Dana Doe <doe@example.com> <dana@example.com>' >.mailmap; git add .mailmap; g commit -m People; s comment $a -m Still",
        // Clocks that go back, and ahead.
        "n=300; s comment $a -m Ahead; n=30; s comment $a -m Back; as_of() { GIT_AUTHOR_DATE=$1 GIT_COMMITTER_DATE=$1 git support -q comment $a -m 'Far ahead'; }; as_of 2031-01-01T00:00:00Z",
        "export GIT_AUTHOR_DATE='2026-11-24T23:00:00 +1000' GIT_COMMITTER_DATE='2026-11-24T23:00:00 +1000'; git support -q comment $a -m 'Far east'",
        // By hand, and saved.
        "sed -i 's/^title: .*/title: By hand/; s/^  requirements: R$/  requirements: By hand/' $(f $a); s save -m Clearer",
        "sed -i 's/^status: .*/status: in-progress/' $(f $a); s save",
        "s config set commit.prefix 'desk'; s config set commit.skip_ci true; s comment $a -m Here; sed -i 's/^  troubleshooting: T$/  troubleshooting: By hand/' $(f $a); s save",
        // Over what is missing, with a reason.
        "s escalate $a --force -m 'The customer waits.'; s return $a --incomplete -m 'No reproduction'; s alert $a --to Pat -m Soon",
        "s vendor add acme --email a@acme.example; s defer $a --vendor acme --case 7 --follow-up 3d; s resume $a -m Answered; s pend $a --follow-up 2d -m Asked; s resume $a; s resolve $a --as fixed --no-commit 'Configuration' ; s close $a; s reopen $a -m Again; s resolve $a --as fixed --commit $(git rev-list --max-parents=0 HEAD)",
        "b=$(tick; git support new Twin); n=$((n+5)); s resolve $b --as duplicate --of $a; s reopen $b; s link $b relates-to $a; s owner $a --to 'Eve <Eve@example.com>'; s assign $a --to Eve@example.com; s estimate $a 6h",
        "s new Nightly --key k --label ci; s new Nightly --key k; id=$(git support list key:k --json | sed -n 's/.*\"id\": \"\\([a-z0-9]*\\)\".*/\\1/p'); s resolve $id --as cannot-reproduce; s new Nightly --key k",
    ]);
}

#[test]
fn a_branch_of_tickets_alone() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "--branch", "desk"]).ok();
    let id = sandbox.ticket("One");
    sandbox.run(&["escalate", &id, "--requirements", "R", "--troubleshooting", "T"]).ok();
    let said = sandbox.run(&["audit"]).ok();
    assert!(said.ends_with("\n3 commits with 2 entries of 1 ticket: no problems found\n"), "{said}");
    assert_eq!(sandbox.run(&["audit", "HEAD~0..desk"]).ok().lines().count(), 2);
}
