//! What a push may move and delete: nothing that no other reference has, and nothing of the server's own.

use crate::auditing::before_a_server;

#[test]
fn references_that_lose_nothing_may_go() {
    let said = before_a_server(
        "# Another name for a branch; and a branch that is merged by the push which deletes it.
         g checkout -q -b side; s comment $a -m There; git push -q origin side
         g branch -m side other; git push -q origin other :side
         g checkout -q main; g merge -q --ff-only other; git push -q origin main :other
         g checkout -q -b again; s comment $a -m More; git push -q origin again
         g checkout -q main; s new Else; g merge -q --no-edit again; git push -q origin main :again
         git tag v1; git push -q origin v1; git push -q origin :v1",
    );
    assert_eq!(said, "");
}

#[test]
fn references_that_hold_the_only_copy_stay() {
    let kept = "g checkout -q -b side; s comment $a -m Only; git push -q origin side:refs/tags/v1 side:refs/notes/x; git push -q origin :refs/notes/x; ";
    for script in [
        format!("{kept}refused git push origin :refs/tags/v1"),
        format!("{kept}refused git push -f origin main:refs/tags/v1"),
        format!(
            "{kept}git push -q origin side; git push -q origin :refs/tags/v1; refused git push origin :side"
        ),
    ] {
        let said = before_a_server(&script);
        assert!(
            said.contains("history.rewritten") && said.contains("1 of its entries in "),
            "{script}: {said}"
        );
    }
}

#[test]
fn the_record_of_pushes_and_its_place_are_the_servers() {
    for name in ["refs/support/received", "refs/support/received/x", "refs/support"] {
        let said = before_a_server(&format!("refused git push origin main:{name}"));
        assert!(said.contains("is the server's own"), "{name}: {said}");
    }
}

#[test]
fn a_first_push_says_who_people_are() {
    let sandbox = crate::sandbox::Sandbox::nowhere().with("ROOT", env!("CARGO_MANIFEST_DIR"));
    let script = "set -e; git init -q -b main .; git commit -q --allow-empty -m Begin
        GIT_AUTHOR_EMAIL=dana@old.example GIT_COMMITTER_EMAIL=dana@old.example git support -q new Pay
        git filter-branch -f --env-filter 'export GIT_AUTHOR_EMAIL=dana@example.com GIT_COMMITTER_EMAIL=dana@example.com' HEAD >/dev/null 2>&1
        echo 'Dana Li <dana@example.com> <dana@old.example>' >.mailmap; git add .mailmap; git commit -qm Map; git support audit
        git init -q --bare -b main ../server.git; install -m 755 \"$ROOT/examples/pre-receive\" ../server.git/hooks/; git push -q ../server.git main";
    sandbox.shell(script).ok();
}

#[test]
fn what_passed_with_its_repair_does_not_pass_without() {
    for (rule, harm) in [
        ("ticket.removed", "g rm -q $A"),
        ("timeline.removed", "sed -i '/seq: 2/,$d' $A"),
        ("head.unaccounted", "sed -i 's/^title:.*/title: Nothing/' $A"),
    ] {
        let side = format!(
            "s comment $a -m Here; git push -q; g checkout -q -b side; {harm}; g add -A .support; g commit -qm Tidy; g revert --no-edit HEAD; git push -q origin side; "
        );
        for way in [
            "refused git push origin side~1:main",
            "g checkout -q main; s new Other; git push -q; g merge -q --no-ff --no-edit side~1; refused git push origin main",
            "s comment $a -m More; refused git push origin side:side side~2:main",
            "g branch other main; git push -q origin other; refused git push origin side:other side~1:main",
        ] {
            let script = format!("{side}{way}");
            let said = before_a_server(&script);
            assert!(said.contains(&format!("error: {rule}")), "{script}: {said}");
        }
        // With what repairs it, it may come.
        let said = before_a_server(&format!("{side}git push -q origin side:main"));
        assert_eq!(said, "", "{harm}");
    }
}

#[test]
fn a_forced_push_takes_no_rule_back() {
    let change = "s team add Pat --email pat@example.com --role lead; git push -q; ";
    for (path, rule) in [
        (".support/team.yaml", "s team edit Pat --role l1"),
        (".support/config.yaml", "s config set policy.severity_by_owner enforce"),
        (".support/vendors/paygate.yaml", "s vendor add paygate --response 4h"),
    ] {
        let script = format!(
            "{change}{rule}; git push -q; g reset -q --hard HEAD~1; g commit -q --allow-empty -m x; refused git push -f origin main"
        );
        let said = before_a_server(&script);
        assert!(said.contains("error: history.rewritten") && said.contains(path), "{script}: {said}");
        // History that was written anew has it, whatever came on top.
        let anew = "g filter-branch -f --msg-filter 'cat; echo' -- main";
        let said = before_a_server(&format!(
            "{change}{rule}; git push -q; {anew}; s config set policy.fixed_needs_commit warn; s team edit Pat --role l2; git push -q -f origin main"
        ));
        assert_eq!(said, "", "{path}");
    }
}

#[test]
fn the_branch_of_the_tickets_is_renamed_on_a_server() {
    let said = before_a_server(
        "git -C ../server.git config receive.denyDeleteCurrent ignore; git branch -m trunk; git push -q origin trunk
         refused git push origin :main; git -C ../server.git symbolic-ref HEAD refs/heads/trunk; git push -q origin :main",
    );
    assert!(said.contains("git symbolic-ref HEAD refs/heads/BRANCH"), "{said}");
}

#[test]
fn what_is_the_servers_alone_is_so_in_any_case_and_no_seal_is_accepted_away() {
    for name in ["refs/support/received", "refs/support/Received", "refs/Support/received/x"] {
        let said = before_a_server(&format!("refused git push origin HEAD:{name}"));
        assert!(said.contains("is the server's own"), "{name}: {said}");
    }
    let said = before_a_server(
        "git -C ../server.git update-ref refs/tags/support/seal/1 main; refused git push origin :refs/tags/support/seal/1",
    );
    assert!(said.contains("seal.bad") && !said.contains("--accept"), "{said}");
}

#[test]
fn a_comment_that_a_server_declines_names_the_audit() {
    let said = before_a_server(
        "s comment $a -m Three; g commit -q --amend --no-edit --author 'Eve <e@example.com>'; refused git support comment $a -m Four --push",
    );
    assert!(said.contains("pre-receive hook declined") && said.contains("hint: git support audit"), "{said}");
}

/// What is refused under a tag alone is accepted by the command that the server names.
#[test]
fn a_finding_under_a_tag_is_accepted_as_it_is_printed() {
    let said = before_a_server(
        r#"g checkout -q --detach; sed -i s/One/None/ $A; g commit -qam Tidy; git tag v1; g checkout -q main; refused git push origin v1
           command=$(grep 'to accept it' ../said | sed 's/.*accept it: //; s/REASON/meant/; s/ *$//')
           tick; sh -c "$command"; git push -q; git push -q origin v1"#,
    );
    assert!(said.contains("timeline.changed"), "{said}");
}
