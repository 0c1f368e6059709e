//! What somebody who did not write the audit found in it, with the binary and the docs alone.

use crate::auditing::with_keys;
use crate::sandbox::{Sandbox, path_of};
use crate::tampering::{ENFORCED, finds, found};

/// A led project whose commits are signed: Eve leads and owns, Dana works at level 1. Each signs with a key of their own.
fn signed() -> (Sandbox, String) {
    let sandbox = with_keys();
    sandbox.is_tampered_with();
    let tools = "set -e; eve='git -c user.signingKey='$PWD'/../other.pub'; \
        as_eve() { GIT_AUTHOR_NAME=Eve GIT_AUTHOR_EMAIL=eve@example.com GIT_COMMITTER_NAME=Eve GIT_COMMITTER_EMAIL=eve@example.com $eve \"$@\"; }; \
        says_eve() { GIT_AUTHOR_NAME=Eve GIT_AUTHOR_EMAIL=eve@example.com git \"$@\"; }; next() { export GIT_SUPPORT_SEED=$((GIT_SUPPORT_SEED + 70)); }; ";
    sandbox
        .shell(&format!(
            "{tools} git config commit.gpgsign true; as_eve support -q team add Eve --email eve@example.com --role lead --role product-owner; \
             as_eve support -q team add 'Dana Li' --email dana@example.com --role l1; as_eve support -q config set policy.severity_by_owner enforce; \
             as_eve support -q config set policy.signed_commits enforce; git support -q new One"
        ))
        .ok();
    let id = sandbox.run_unwatched(&["list", "--json"], "").stdout;
    let id = id.split("\"id\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let tools = format!("{tools} T={id}; F={}; next; ", path_of(&id));
    sandbox.shell(&format!("{tools} as_eve support -q triage $T --severity critical; next; as_eve support -q comment $T -m Hello; git tag before")).ok();
    (sandbox, tools)
}

#[test]
fn who_signs_answers_and_not_who_is_named() {
    for (rules, script) in [
        // Changes of the team, an acceptance and a revert, each in the lead's name, from Dana's hand.
        (
            "rules.owned rules.self",
            "sed -i 's/l1/product-owner/' .support/team.yaml; says_eve commit -qam Team; git support -q triage $T --severity minor",
        ),
        (
            "finding.unaccepted timeline.changed",
            "sed -i s/Hello/Bye/ $F; git commit -qam x; id=$(git support audit --json | sed -n 's/.*\"finding\": \"\\(.*\\)\".*/\\1/p' | head -1); says_eve support -q audit --accept $id -m Fine",
        ),
        ("timeline.removed", "git reset -q --hard; says_eve revert --no-edit HEAD >/dev/null"),
        // The policy is turned off, a decision forged, and it is turned on again.
        (
            "rules.owned signature.missing",
            "git support -q config set policy.signed_commits off; GIT_COMMITTER_NAME=Eve GIT_COMMITTER_EMAIL=eve@example.com says_eve -c commit.gpgsign=false support -q triage $T --severity minor; git support -q config set policy.signed_commits enforce",
        ),
    ] {
        let (sandbox, tools) = signed();
        sandbox.shell(&format!("{tools}{script}")).ok();
        let (names, status) = found(&sandbox, &["before.."]);
        let said = sandbox.run_unwatched(&["audit", "before.."], "").stdout;
        assert_eq!((names.join(" ").as_str(), status), (rules, Some(3)), "{script}\n{said}");
    }
}

#[test]
fn an_entry_does_not_hide_behind_the_id_of_another() {
    // A decision of the owner's before the entry whose number, time and ID it has.
    let forge = r#"
        e=$(awk '/^- seq: 5/{f=1} f&&/  id: /{print $2; exit}' $A); at=$(awk '/^- seq: 5/{f=1} f&&/  at: /{print $2; exit}' $A)
        awk -v e="$e" -v at="$at" '/^- seq: 5/{printf "- seq: 5\n  id: %s\n  at: %s\n  by: Pat Roe <pat@example.com>\n  action: triage\n  set:\n    severity:\n      from: major\n      to: minor\n", e, at} {print}' $A >x; mv x $A
        sed -i 's/^severity: .*/severity: minor/' $A; commit"#;
    let (sandbox, tools) = crate::tampering::story();
    sandbox.shell(&format!("{tools}{ENFORCED}{forge}")).ok();
    let (rules, status) = found(&sandbox, &[]);
    assert!(rules.contains(&"timeline.twice".to_owned()) && status == Some(3), "{rules:?}");
}

#[test]
fn a_lead_takes_back_no_severity_that_only_an_owner_judges() {
    let lead = "as_pat git support -q team add 'Lea Fox' --email lea@example.com --role lead; ";
    let as_lea = "GIT_AUTHOR_NAME='Lea Fox' GIT_AUTHOR_EMAIL=lea@example.com GIT_COMMITTER_NAME='Lea Fox' GIT_COMMITTER_EMAIL=lea@example.com ";
    finds(&[
        (
            "timeline.removed",
            format!(
                "{ENFORCED}{lead}as_pat git support -q triage $b --severity major; {as_lea} git revert --no-edit HEAD >/dev/null"
            ),
        ),
        // A second address that the change itself gave them.
        (
            "rules.owned rules.self",
            format!(
                "{ENFORCED}sed -i 's/\\[dana@example.com\\]/[dana@example.com, d2@example.com]/; s/roles: \\[l1, l2\\]/roles: [product-owner]/' .support/team.yaml; git commit -qam Me; GIT_AUTHOR_EMAIL=d2@example.com git support -q triage $a --severity minor"
            ),
        ),
    ]);
}

#[test]
fn what_a_replaced_history_showed_is_not_remembered() {
    let (sandbox, tools) = crate::tampering::story();
    let hidden = "drop 4; commit; echo $(git rev-parse HEAD) $(git rev-parse HEAD~3) >.git/info/grafts; git support audit; \
        echo $(git rev-parse HEAD) >.git/info/grafts; git support audit; rm .git/info/grafts";
    sandbox.shell(&format!("{tools}set +e; {hidden}")).ok();
    let (rules, status) = found(&sandbox, &[]);
    assert!(rules.contains(&"timeline.removed".to_owned()) && status == Some(3), "{rules:?}");
}

#[test]
fn a_server_keeps_its_own_references() {
    let sandbox = Sandbox::new();
    let hook = env!("CARGO_MANIFEST_DIR");
    sandbox.shell(&format!("git init -q --bare ../hub.git; git push -q ../hub.git main; install -m 755 {hook}/examples/pre-receive ../hub.git/hooks/")).ok();
    let id = sandbox.ticket("One");
    for refused in ["HEAD:refs/support/received", "main~1:refs/replace/$(git rev-parse main)"] {
        let done = sandbox.shell(&format!("git push ../hub.git {refused}"));
        assert!(
            done.status == Some(1) && done.stderr.contains("is the server's own"),
            "{refused}: {}",
            done.stderr
        );
    }
    // One that is there can go.
    sandbox.shell("git -C ../hub.git update-ref refs/replace/$(git rev-parse main~1) main~1; git push -q ../hub.git :refs/replace/$(git rev-parse main~1)").ok();
    sandbox.run_unwatched(&["comment", &id, "-m", "On."], "").ok();
    sandbox.shell("git push -q ../hub.git main").ok();
}

#[test]
fn a_rule_that_was_changed_in_another_push_counts_unless_rules_are_by_role() {
    let change =
        "sed -i 's/roles: \\[l1, l2\\]/roles: [product-owner]/' .support/team.yaml; git commit -qam Me; ";
    let step = "git support -q triage $a --severity minor; ";
    // Two pushes, each judged alone; the audit of all sees both.
    let (sandbox, tools) = crate::tampering::story();
    sandbox.shell(&format!("{tools}{ENFORCED}git tag start; {change}git tag between; {step}")).ok();
    assert_eq!(found(&sandbox, &["start..between"]), (vec!["rules.owned".to_owned()], Some(0)));
    assert_eq!(found(&sandbox, &["between.."]), (vec![], Some(0)));
    assert_eq!(found(&sandbox, &[]), (vec!["rules.owned".to_owned(), "rules.self".to_owned()], Some(3)));
    // Where rules are by role, the first of them is refused.
    let (sandbox, tools) = crate::tampering::story();
    let by_role = "as_pat git support -q config set policy.rules_by_role enforce; ";
    sandbox.shell(&format!("{tools}{ENFORCED}{by_role}git tag start; {change}git tag between")).ok();
    assert_eq!(found(&sandbox, &["start..between"]), (vec!["rules.owned".to_owned()], Some(3)));
}

#[test]
fn a_branch_from_before_a_rule_keeps_the_rules_of_then() {
    let (sandbox, tools) = crate::tampering::story();
    let merged = "git branch early; git switch -q early; git support -q triage $a --severity minor; git switch -q main; ";
    sandbox.shell(&format!("{tools}{merged}{ENFORCED}git merge -q --no-edit early")).ok();
    assert_eq!(found(&sandbox, &[]), (vec![], Some(0)));
}

#[test]
fn a_rule_that_a_lead_merged_is_still_not_used_by_who_changed_it() {
    let (sandbox, tools) = crate::tampering::story();
    let change = "git switch -qc mine; sed -i 's/roles: \\[l1, l2\\]/roles: [product-owner]/' .support/team.yaml; git commit -qam Me; git switch -q main; ";
    let merged = "as_pat git merge -q --no-ff --no-edit mine; git support -q triage $a --severity minor";
    sandbox.shell(&format!("{tools}{ENFORCED}{change}{merged}")).ok();
    assert_eq!(found(&sandbox, &[]), (vec!["rules.owned".to_owned(), "rules.self".to_owned()], Some(3)));
}

/// On a file system without case its files would lie over the tickets.
#[test]
fn a_folder_that_some_file_systems_take_for_ours_is_found() {
    for name in [".Support", ".SUPPORT", ".support\u{200c}"] {
        let script =
            format!("mkdir -p {name}/tickets; echo x >{name}/tickets/x; git add -A {name}; git commit -qm x");
        crate::tampering::finds(&[("file.strange", script.clone())]);
        crate::tampering::finds(&[(
            "file.strange",
            format!("git switch -qc side; {script}; git switch -q main; git merge -q --no-ff --no-edit side"),
        )]);
    }
}

/// To have merged what others entered makes it nobody's own.
#[test]
fn a_revert_of_ones_own_merge_takes_back_nothing_of_others() {
    let others = "git branch mine; as_pat git support -q comment $a -m 'Mallory broke it'; next; git support -q resolve $b --as answered -m done; next; \
                  git switch -q mine; ";
    let merge = "mallory() { GIT_AUTHOR_NAME=Mallory GIT_AUTHOR_EMAIL=m@x.example GIT_COMMITTER_NAME=Mallory GIT_COMMITTER_EMAIL=m@x.example \"$@\"; }; \
                 mallory git merge -q --no-ff --no-edit main; mallory git revert -m 1 --no-edit HEAD >/dev/null; git switch -q main; git merge -q --ff-only mine";
    crate::tampering::finds(&[("timeline.removed", format!("{others}{merge}"))]);
    let squash =
        "git switch -qc feature; as_pat git support -q comment $a -m 'Dana broke it'; git switch -q main; \
                  git merge -q --squash feature; git commit -qm 'Feature

* support: comment on it

Co-authored-by: Pat Roe <pat@example.com>'; git revert --no-edit HEAD >/dev/null";
    crate::tampering::finds(&[("timeline.removed", squash)]);
    // One's own branch, one's own words.
    let (sandbox, tools) = crate::tampering::story();
    let own = "git switch -qc mine; git support -q comment $a -m Mine; next; git switch -q main; git commit -q --allow-empty -m x; \
               git merge -q --no-ff --no-edit mine; git revert -m 1 --no-edit HEAD >/dev/null";
    sandbox.shell(&format!("{tools}{own}")).ok();
    assert_eq!(found(&sandbox, &[]).1, Some(0));
}

/// A line of `.mailmap` that makes somebody an owner is the owner's to write, or a lead's.
#[test]
fn nobody_becomes_an_owner_by_a_line_of_the_map() {
    let mallory = "mallory() { GIT_AUTHOR_NAME=Mallory GIT_AUTHOR_EMAIL=m@x.example GIT_COMMITTER_NAME=Mallory GIT_COMMITTER_EMAIL=m@x.example \"$@\"; }; ";
    let line = "echo 'Pat Roe <pat@example.com> <m@x.example>' >>.mailmap; git add .mailmap; ";
    let step = "mallory git support -q triage $a --severity minor; ";
    for deed in [
        format!("{line}mallory git commit -qm Map; {step}"),
        format!(
            "git switch -qc side; {line}mallory git commit -qm Map; git switch -q main; git commit -q --allow-empty -m x; git merge -q --no-edit side; {step}"
        ),
        format!(
            "{line}mallory git commit -qm Map; echo 'Pat Roe <pat@example.com> <n@x.example>' >>.mailmap; git add .mailmap; mallory git commit -qm Map; {step}"
        ),
        // And removes it afterwards.
        format!("{line}mallory git commit -qm Map; {step}git rm -q .mailmap; mallory git commit -qm Tidy"),
        // A line that an owner wrote by mistake, and removed, is nobody's to use from then on.
        format!(
            "{line}as_pat git commit -qm Map; git rm -q .mailmap; as_pat git commit -qm Oops; git checkout -q HEAD~1 -- .mailmap; {step}git rm -qf --cached .mailmap; rm .mailmap"
        ),
    ] {
        let (sandbox, tools) = crate::tampering::story();
        sandbox.shell(&format!("{tools}{ENFORCED}{mallory}git tag begin; {deed}")).ok();
        // By all of the history, and as a gate sees what is pushed.
        for range in [[].as_slice(), &["begin..HEAD"]] {
            let (rules, status) = found(&sandbox, range);
            assert!(rules.contains(&"severity.owner".to_owned()) && status == Some(3), "{deed}: {rules:?}");
        }
    }
    // The owner's own line, and a developer's of an address of theirs.
    for (who, line) in [
        ("as_pat", "Pat Roe <pat@example.com> <pat@old.example>"),
        ("env", "Dana Li <dana@example.com> <dana@old.example>"),
    ] {
        let (sandbox, tools) = crate::tampering::story();
        let map = format!("echo '{line}' >.mailmap; git add .mailmap; {who} git commit -qm Map; ");
        let old = "GIT_AUTHOR_EMAIL=dana@old.example GIT_COMMITTER_EMAIL=dana@old.example git support -q comment $a -m x";
        sandbox.shell(&format!("{tools}{map}{old}")).ok();
        assert_eq!(found(&sandbox, &[]).1, Some(0), "{line}");
    }
    // An owner acts under the address that their own line gives to them, all in one push.
    let (sandbox, tools) = crate::tampering::story();
    let own = "echo 'Pat Roe <pat@example.com> <p@home.example>' >.mailmap; git add .mailmap; as_pat git commit -qm Map; ";
    let step = "GIT_AUTHOR_NAME=Pat GIT_AUTHOR_EMAIL=p@home.example GIT_COMMITTER_EMAIL=p@home.example git support -q triage $a --severity minor";
    sandbox.shell(&format!("{tools}{ENFORCED}git tag begin; {own}{step}")).ok();
    for range in [[].as_slice(), &["begin..HEAD"]] {
        assert_eq!(found(&sandbox, range).1, Some(0), "{range:?}");
    }
}

/// Who acted under another address, while `.mailmap` said whose it is, is not accused because the line went.
#[test]
fn a_line_of_the_map_that_went_was_true_of_then() {
    let line = "echo 'Pat Roe <pat@example.com> <pat@new.example>' >.mailmap; git add .mailmap; as_pat git commit -qm Map; ";
    let step = "GIT_AUTHOR_NAME='Pat Roe' GIT_AUTHOR_EMAIL=pat@new.example GIT_COMMITTER_EMAIL=pat@new.example git support -q triage $a --severity minor; ";
    let moved = "as_pat git support -q team edit 'Pat Roe' --email pat@new.example; ";
    let gone = "git rm -q .mailmap; git commit -qm 'Not needed now'; ";
    let other =
        "echo 'Lee Fox <lee@example.com> <l@old.example>' >.mailmap; git add .mailmap; git commit -qm Lee; ";
    for deed in [
        format!("{line}{step}{moved}{gone}"),
        format!("{line}{step}{moved}{other}{step}"),
        format!(
            "git switch -qc side; {line}{step}{moved}{gone}git switch -q main; git commit -q --allow-empty -m x; git merge -q --no-edit side"
        ),
    ] {
        let (sandbox, tools) = crate::tampering::story();
        sandbox.shell(&format!("{tools}{ENFORCED}{deed}")).ok();
        assert_eq!(
            found(&sandbox, &[]).1,
            Some(0),
            "{deed}: {}",
            sandbox.run_unwatched(&["audit"], "").stdout
        );
    }
}

#[test]
fn words_that_anybody_may_write_are_not_asked_for_a_signature_of_their_own() {
    // As the threat model says: it looks like work that was rebased.
    let (sandbox, tools) = signed();
    sandbox.shell(&format!("{tools} says_eve support -q comment $T -m 'I broke it.'")).ok();
    let (names, status) = found(&sandbox, &["before.."]);
    assert!(!names.iter().any(|name| name == "signature.signer") && status == Some(0), "{names:?}");
}

#[test]
fn a_revert_that_is_pulled_after_a_look_is_told_whenever_it_was_made() {
    let sandbox = Sandbox::unborn();
    sandbox.shell("git commit -q --allow-empty -m c0 && git init -q --bare -b main ../hub.git && git remote add origin ../hub.git").ok();
    let id = sandbox.ticket("Card");
    let fix = format!(
        "echo x >f && git add f && git commit -qm Fix -m 'Resolves-Ticket: {id}' && git-support scan && git push -qu origin main"
    );
    sandbox.shell(&fix).ok();
    sandbox.run_unwatched(&["inbox"], "").ok();
    let bob = "GIT_AUTHOR_NAME=Bob GIT_AUTHOR_EMAIL=bob@example.com GIT_COMMITTER_NAME=Bob GIT_COMMITTER_EMAIL=bob@example.com";
    let revert = format!(
        "git clone -q ../hub.git ../b && cd ../b && export {bob} && git revert --no-edit $(git log --format=%H --grep=Resolves-Ticket -1) && git push -q"
    );
    sandbox.shell(&revert).ok();
    // A look between the revert and the pull.
    sandbox.run_unwatched(&["inbox"], "").ok();
    sandbox.git(&["pull", "-q"]);
    assert!(sandbox.run_unwatched(&["inbox"], "").ok().contains("reverted"));
}
