//! An entry under the ID of another: it gives its writer no power over what the other says.

use crate::sandbox::Sandbox;
use crate::tampering::found;

/// An owner, somebody of level 2, and mal of level 1, who brings an entry under another's ID by a branch. `of ACTION` prints the
/// ID of an entry, `brings ID LINES` merges the branch.
const TEAM: &str = r#"
export GIT_CONFIG_NOSYSTEM=1; unset GIT_SUPPORT_SEED
as() { n=$1; shift; GIT_AUTHOR_NAME=$n GIT_AUTHOR_EMAIL=$n@x.example GIT_COMMITTER_NAME=$n GIT_COMMITTER_EMAIL=$n@x.example "$@"; }
git stash -qu
as pat git support -q init; as pat git support -q team add pat --email pat@x.example --role product-owner
as pat git support -q team add bo --email bo@x.example --role l2; as pat git support -q team add mal --email mal@x.example --role l1
for p in severity_by_owner level_by_role rules_by_role; do as pat git support -q config set policy.$p enforce; done
a=$(as bo git support new "Card payments fail" --reporter bo); f=$(git ls-files .support/tickets)
git branch old
as bo git support -q comment $a -m one; as pat git support -q triage $a --severity blocker
as bo git support -q diagnose $a -m "The bank checks twice."; as bo git support -q comment $a -m "Three customers are down."
echo genuine >ev.txt; as bo git support -q attach $a ev.txt; rm ev.txt
of() { git show main:$f | grep -B7 "action: $1" | awk '/^  id:/{i=$2} END{print i}'; }
brings() {
    git switch -q old
    printf -- "- seq: 2\n  id: $1\n  after: [$(awk '/^  id:/{print $2; exit}' $f)]\n  at: $GIT_AUTHOR_DATE\n  by: mal <mal@x.example>\n$2" >>$f
    git add .; as mal git commit -qm x; git switch -q main; as mal git merge -q --no-edit old
}
"#;

/// Runs a script after the team's, and returns its ticket's ID.
fn after(script: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let said = sandbox.shell(&format!("set -e; {TEAM}{script}; echo $a")).ok();
    let id = said.lines().last().unwrap().to_owned();
    (sandbox, id)
}

/// Runs a command line as mal.
fn as_mal(sandbox: &Sandbox, line: &str) -> crate::sandbox::Output {
    let mal = "export GIT_AUTHOR_NAME=mal GIT_AUTHOR_EMAIL=mal@x.example GIT_COMMITTER_NAME=mal GIT_COMMITTER_EMAIL=mal@x.example; ";
    sandbox.shell(&format!("unset GIT_SUPPORT_SEED; {mal}{line}"))
}

const COMMENT: &str = "  action: comment\\n  note: hi\\n";

#[test]
fn nobody_undoes_redacts_or_replaces_what_has_the_id_of_their_own_entry() {
    for (action, line) in [
        ("triage", "git support undo ID"),
        (
            "triage",
            "git support undo $(git show HEAD:$(git ls-files .support/tickets) | grep -B7 'action: triage' | awk '/^  id:/{i=$2} END{print i}')",
        ),
        ("diagnose", "git support undo ID"),
        ("diagnose", "git support redact ID --text 'bank checks' -m x"),
        (
            "comment",
            "git support comment ID --replace $(git show HEAD:$(git ls-files .support/tickets) | grep -B7 'Three' | awk '/^  id:/{i=$2} END{print i}') -m Nothing.",
        ),
    ] {
        let (sandbox, id) = after(&format!("brings $(of {action}) '{COMMENT}'"));
        let before = sandbox.git(&["rev-parse", "HEAD"]);
        // Each came by a line of its own: nobody can tell who took whose, and nobody is accused.
        assert_eq!(found(&sandbox, &[]), (vec!["timeline.twice".to_owned()], Some(0)), "{action}");
        let refused = as_mal(&sandbox, &line.replace("ID", &id));
        assert!(refused.status != Some(0), "{line}: {}{}", refused.stdout, refused.stderr);
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), before, "{line}: {}", refused.stderr);
        assert_eq!(sandbox.field(&id, "severity"), "blocker");
        let gate = sandbox.run_unwatched(&["check", "severity:blocker"], "");
        assert_eq!(gate.status, Some(3), "{}", gate.stdout);
    }
}

#[test]
fn what_is_undone_by_hand_under_another_id_is_found() {
    let (sandbox, _) = after(&format!(
        "t=$(of triage); brings $t '{COMMENT}'; last=$(awk '/^  id:/{{i=$2}} END{{print i}}' $f); \
         sed -i 's/^severity: blocker/severity: none/; /^severity: none/d' $f; \
         printf -- \"- seq: 7\\n  id: zzzzzzz7\\n  at: $GIT_AUTHOR_DATE\\n  by: mal <mal@x.example>\\n  action: undo\\n  set:\\n    severity:\\n      from: blocker\\n  undoes: [$t]\\n\" >>$f; \
         as mal git commit -qam undo"
    ));
    let (rules, status) = found(&sandbox, &[]);
    assert!(status == Some(3) && rules.contains(&"step.illegal".to_owned()), "{rules:?}");
}

#[test]
fn evidence_is_not_exchanged_under_the_id_of_its_entry() {
    let (sandbox, _) = after(
        "t=$(of attach); git switch -q old; mkdir -p .support/attachments/$a; echo fake >.support/attachments/$a/$t-ev.txt; \
         sum=$(echo fake | sha256sum | cut -d' ' -f1); git switch -q old; \
         brings $t \"  action: attach\\n  attachment:\\n    name: ev.txt\\n    file: $t-ev.txt\\n    bytes: 5\\n    sha256: $sum\\n\" || true; \
         git checkout -q --theirs .support/attachments; git add .; as mal git commit -qm 'Merge old'; cat .support/attachments/$a/*",
    );
    let (rules, status) = found(&sandbox, &[]);
    assert_eq!((rules.join(" ").as_str(), status), ("evidence.changed timeline.twice", Some(3)));
    let said = sandbox.run_unwatched(&["audit"], "").stdout;
    assert!(said.contains("error: evidence.changed") && !said.contains("repaired since"), "{said}");
}

#[test]
fn one_entry_with_another_number_in_another_clone_is_one() {
    // What was written on the side is on both, as after a rewrite that one clone followed.
    let (sandbox, id) = after(
        "git switch -q old; as mal git support -q comment $a -m Mine; git switch -q main; \
         m=$(git show old:$f | awk '/^- seq: 2/{s=1} s && $1 == \"id:\" {print $2; exit}'); tip=$(awk '/^  id:/{i=$2} END{print i}' $f); \
         git show old:$f | awk '/^- seq: 2/{s=1} s' | sed \"s/seq: 2/seq: 7/; s/after: .*/after: [$tip]/\" >>$f; as mal git commit -qam Again; as mal git merge -q --no-edit old",
    );
    let (rules, status) = found(&sandbox, &[]);
    assert!(status == Some(0) && !rules.contains(&"timeline.twice".to_owned()), "{rules:?}");
    // What follows it names it once.
    as_mal(&sandbox, &format!("git support comment {id} -m more")).ok();
    assert!(!found(&sandbox, &[]).0.contains(&"timeline.gap".to_owned()));
}

#[test]
fn who_takes_an_id_before_its_entry_arrives_accuses_nobody_under_its_number_either() {
    let (sandbox, id) = after(
        "git switch -qc wip main; as pat git support -q triage $a --severity critical; t=$(awk '/^  id:/{i=$2} END{print i}' $f); git switch -q main; \
         last=$(awk '/^  id:/{i=$2} END{print i}' $f); n=$(($(grep -c '^- seq' $f) + 1)); \
         printf -- \"- seq: $n\\n  id: $t\\n  after: [$last]\\n  at: $GIT_AUTHOR_DATE\\n  by: mal <mal@x.example>\\n  action: comment\\n  note: hi\\n\" >>$f; \
         as mal git commit -qam x; as pat git merge -q --no-edit wip",
    );
    assert_eq!(found(&sandbox, &[]), (vec!["timeline.twice".to_owned()], Some(0)));
    assert_eq!(sandbox.field(&id, "severity"), "critical");
}

#[test]
fn who_takes_an_id_before_its_entry_arrives_neither_undoes_it_nor_locks_its_writer_out() {
    let (sandbox, id) = after(
        "as pat git support -q config set clocks.blocker.resolution 1h; git switch -qc wip main; \
         as pat git support -q triage $a --severity minor; as pat git support -q triage $a --severity blocker -m Floods; \
         t=$(git show wip:$f | grep -B9 'note: Floods' | awk '/^  id:/{i=$2} END{print i}'); \
         git switch -q main; last=$(awk '/^  id:/{i=$2} END{print i}' $f); n=$(($(grep -c '^- seq' $f) + 1)); \
         printf -- \"- seq: $n\\n  id: $t\\n  after: [$last]\\n  at: $GIT_AUTHOR_DATE\\n  by: mal <mal@x.example>\\n  action: comment\\n  note: hi\\n\" >>$f; \
         as mal git commit -qam x; as mal git support -q undo $a -m oops; as pat git merge -q --no-edit wip",
    );
    assert_eq!(sandbox.field(&id, "severity"), "blocker");
    assert!(
        sandbox.run(&["sla", &id]).ok().contains("critical")
            || sandbox.run(&["sla", &id]).ok().contains("1h")
    );
    let shown = sandbox.run(&["show", &id]).ok();
    let triage = shown.lines().rfind(|line| line.contains("  triage")).unwrap();
    assert!(!triage.contains("undone"), "{shown}");
    assert_eq!(found(&sandbox, &[]), (vec!["timeline.twice".to_owned()], Some(0)));
    // Under an ID that is there, in a commit of one's own, it is told who did it.
    let (sandbox, _) = after(
        "last=$(awk '/^  id:/{i=$2} END{print i}' $f); n=$(($(grep -c '^- seq' $f) + 1)); \
         printf -- \"- seq: $n\\n  id: $(of triage)\\n  after: [$last]\\n  at: $GIT_AUTHOR_DATE\\n  by: mal <mal@x.example>\\n  action: comment\\n  note: hi\\n\" >>$f; as mal git commit -qam x",
    );
    assert_eq!(found(&sandbox, &[]), (vec!["timeline.twice".to_owned()], Some(3)));
}

#[test]
fn a_ticket_under_the_id_of_a_key_hides_no_failure() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let other = Sandbox::new();
    other.shell("git support run --key build -- false >&2 || true").ok();
    let id = other.shell("git ls-files .support/tickets | sed 's/.*\\///; s/.yaml//'").ok().trim().to_owned();
    // Another ticket, put there by hand, without the key.
    let mine = sandbox.run(&["new", "Typo in the footer"]).ok().trim().to_owned();
    sandbox
        .shell(&format!(
            "mkdir -p .support/tickets/{0}/{1}; f=$(git ls-files .support/tickets); sed 's/{mine}/{id}/' $f >.support/tickets/{0}/{1}/{id}.yaml; git add .support; git commit -qm x",
            &id[..1],
            &id[1..2]
        ))
        .ok();
    let run = || sandbox.shell("git support run --key build -- sh -c 'echo cannot link; exit 2'");
    assert_eq!(run().status, Some(2));
    assert_eq!(sandbox.run_unwatched(&["check", "key:run:build"], "").status, Some(3));
    assert_eq!(sandbox.run_unwatched(&["check", "status:open channel:ci"], "").status, Some(3));
    // And once only.
    let _ = run();
    assert_eq!(sandbox.run(&["list", "key:run:build", "--format", "csv"]).ok().lines().count(), 2);
}
