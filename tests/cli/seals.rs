//! Seals: what they say, the chain they make, and what is found where they are moved, missing or forged.

use crate::auditing::{gate, rules, with_keys};

#[test]
fn a_seal_is_where_the_next_audit_begins() {
    let sandbox = with_keys();
    let id = sandbox.ticket("Sealed");
    let output = sandbox.run(&["audit", "--seal"]).ok();
    assert!(output.contains("sealed as support/seal/2026"), "{output}");
    let seal = sandbox.git(&["tag", "--list", "support/seal/*"]).trim().to_owned();
    sandbox.git(&["verify-tag", &seal]);
    let message = sandbox.git(&["cat-file", "tag", &seal]);
    assert!(
        message.contains("2 commits with 1 entry of 1 ticket from the first commit on.\nNothing was found."),
        "{message}"
    );
    let again = sandbox.run(&["audit", "--seal"]);
    assert!(again.stderr.contains(&format!("nothing is new since {seal}")), "{}", again.stderr);

    sandbox.run(&["comment", &id, "-m", "After."]).ok();
    let since = format!(
        "1 commit with 1 entry of 1 ticket since {seal} (signed by dana@example.com): no problems found\n"
    );
    assert!(sandbox.run(&["audit"]).ok().ends_with(&since));
    assert!(sandbox.run(&["audit", "--from-start"]).ok().contains("\n3 commits with 2 entries"));

    // What is found is not sealed, unless somebody says why it is to stand; the seal says so too.
    sandbox.is_tampered_with();
    sandbox.shell(&format!("sed -i 's/^title: .*/title: Forged/' .support/tickets/*/*/{id}.yaml; git commit -qm x -- .support")).ok();
    let refused = sandbox.run(&["audit", "--seal"]);
    assert!(refused.stderr.contains("not sealed"), "{}", refused.stderr);
    assert_eq!(refused.status, Some(3));
    assert!(sandbox.run(&["audit", "--seal", "--accept"]).fails(2).contains("-m"));
    sandbox.run(&["audit", "--seal", "--accept", "-m", "Dana corrected a typing error."]).ok();
    let last = sandbox.git(&["tag", "--list", "support/seal/*"]).lines().last().unwrap().to_owned();
    let message = sandbox.git(&["cat-file", "tag", &last]);
    assert!(message.contains("- head.unaccounted") && message.contains("typing error"), "{message}");
    let since = format!("since {last} (signed by dana@example.com, 1 problem accepted): no problems found\n");
    assert!(sandbox.run(&["audit"]).ok().ends_with(&since));
    // From the start on, it is told who accepted what.
    let all = sandbox.run(&["audit", "--from-start"]).ok();
    assert!(all.contains("note: head.unaccounted"), "{all}");
    assert!(all.contains(&format!("; accepted by dana@example.com in {last}")), "{all}");
}

#[test]
fn seals_are_a_chain_of_reviewers() {
    let sandbox = with_keys();
    let id = sandbox.ticket("Sealed");
    let seal = || {
        let said = sandbox.run_unwatched(&["audit", "--seal"], "").stdout;
        let name = said.lines().find_map(|line| line.strip_prefix("sealed as ")).unwrap_or_default();
        assert!(!name.is_empty(), "{said}");
        name.to_owned()
    };
    let first = seal();
    sandbox.run(&["comment", &id, "-m", "One."]).ok();
    let second = seal();
    let message = sandbox.git(&["cat-file", "tag", &second]);
    assert!(message.contains(&format!("\nSupport-Previous-Seal: {first}\n")), "{message}");
    // A link that is taken out, and a link under another name.
    sandbox.is_tampered_with();
    let bad = |why: &str| {
        let output = sandbox.run_unwatched(&["audit", "--json"], "");
        assert!(output.stdout.contains(why), "{why}: {}", output.stdout);
        assert_eq!((rules(&output), output.status), (vec!["error seal.bad".to_owned()], Some(3)));
    };
    sandbox.git(&["update-ref", "refs/kept/first", &format!("refs/tags/{first}")]);
    sandbox.git(&["tag", "-d", &first]);
    bad(&format!("follows {first}, which is gone"));
    let later = "support/seal/20991231T000000Z";
    sandbox.git(&["update-ref", &format!("refs/tags/{first}"), "refs/kept/first"]);
    assert_eq!(sandbox.run_unwatched(&["audit"], "").status, Some(0));
    sandbox.git(&["update-ref", &format!("refs/tags/{later}"), "refs/kept/first"]);
    bad(&format!("was signed as {first}"));
    sandbox.git(&["tag", "-d", later]);
    // A seal that follows none is nobody's.
    let lone = "git tag -s support/seal/20991231T000000Z -m \"support: seal\n\nSupport-Seal: $(git rev-parse HEAD)\nSupport-Branch: main\"";
    sandbox.shell(&lone.replace("\\n", "\n")).ok();
    bad("names no seal that it follows");
    sandbox.git(&["tag", "-d", later]);

    // Where the team has reviewers, they seal, and who makes a reviewer of themselves is none before the next seal.
    sandbox
        .run_unwatched(&["team", "add", "Eve Ray", "--email", "eve@example.com", "--role", "reviewer"], "")
        .ok();
    sandbox
        .run_unwatched(&["team", "add", "Dana Li", "--email", "dana@example.com", "--role", "l2"], "")
        .ok();
    let third = seal();
    sandbox.run_unwatched(&["team", "edit", "Dana Li", "--role", "reviewer"], "").ok();
    let refused = sandbox.run_unwatched(&["audit", "--seal"], "").fails(1);
    assert!(refused.contains("is not allowed to seal"), "{refused}");
    let chained = lone.replace("main\"", &format!("main\nSupport-Previous-Seal: {third}\""));
    sandbox.shell(&chained.replace("\\n", "\n")).ok();
    bad("who is neither reviewer, lead nor product owner");
    let by_eve = "git tag -d $(git tag --list 'support/seal/*' | tail -1); GIT_COMMITTER_NAME='Eve Ray' GIT_COMMITTER_EMAIL=eve@example.com \
                  git -c user.signingKey=$PWD/../other.pub support audit --seal";
    sandbox.shell(by_eve).ok();
    let output = sandbox.run_unwatched(&["audit"], "");
    assert!(output.stdout.contains("(signed by eve@example.com): no problems found"), "{third}: {output:?}");
}

#[test]
fn a_history_under_a_seal_is_not_rewritten() {
    let sandbox = with_keys();
    let id = sandbox.ticket("Sealed");
    sandbox.run(&["comment", &id, "-m", "Promised."]).ok();
    sandbox.run(&["audit", "--seal"]).ok();
    let seal = sandbox.git(&["tag", "--list"]).trim().to_owned();
    sandbox.is_tampered_with();
    sandbox.git(&["update-ref", "refs/heads/main", "HEAD~1"]);
    sandbox.git(&["checkout", "-q", "HEAD", "--", ".support"]);
    let output = sandbox.run(&["audit", "--json"]);
    assert_eq!((rules(&output), output.status), (vec!["error history.rewritten".to_owned(); 2], Some(3)));
    assert!(sandbox.run(&["audit"]).stdout.contains("1 of its entries in "), "{output:?}");
    // A seal that anybody could have made counts for nothing.
    sandbox.git(&["tag", "-f", &seal, "HEAD"]);
    assert_eq!(rules(&sandbox.run(&["audit", "--json"])), ["error seal.bad"]);
    sandbox.git(&["tag", "-d", &seal]);
    sandbox.run(&["audit", "--seal"]).ok();
    sandbox
        .shell(
            "sed -i s/^dana/nobody/ ../trusted; (printf 'nobody@example.com '; cat ../other.pub) >../trusted",
        )
        .ok();
    let output = sandbox.run(&["audit", "--json"]);
    assert_eq!(rules(&output), ["error seal.bad"]);
    // Where nobody's keys are known, the seal is left aside, and everything is looked at.
    sandbox.git(&["config", "--unset", "gpg.ssh.allowedSignersFile"]);
    let output = sandbox.run(&["audit"]);
    assert!(output.stderr.contains("cannot be verified here, and is left aside"), "{}", output.stderr);
    assert!(output.ok().ends_with("\n2 commits with 1 entry of 1 ticket: no problems found\n"));
}

#[test]
fn a_seal_whose_reason_is_written_in_an_editor_is_made_once() {
    let sandbox = with_keys();
    sandbox.ticket("Sealed");
    sandbox.file("../editor", "#!/bin/sh\necho 'Reviewed by hand.' >\"$1\"\n");
    let output = sandbox.shell("chmod +x ../editor; GIT_EDITOR=../editor git-support audit --seal -e");
    assert_eq!(output.status, Some(0), "{output:?}");
    let seals = sandbox.git(&["tag", "--list", "support/seal/*"]);
    assert_eq!(seals.lines().count(), 1, "{seals}");
    let message = sandbox.git(&["cat-file", "tag", seals.trim()]);
    assert!(message.contains("Reviewed by hand.") && !message.contains("What will be written"), "{message}");
}

#[test]
fn a_seal_is_over_the_rules_of_its_commit() {
    let sandbox = with_keys();
    sandbox.ticket("Sealed");
    sandbox.run(&["vendor", "add", "acme"]).ok();
    sandbox.file(".mailmap", "Dana Li <dana@example.com> <d@example.com>\n");
    sandbox.shell("git add .mailmap; git commit -qm Names").ok();
    sandbox.run(&["audit", "--seal"]).ok();
    // What `sha256sum` says of the same files.
    let sums = "cd $(git rev-parse --show-toplevel); sha256sum .mailmap .support/.gitattributes .support/config.yaml .support/vendors/acme.yaml | sha256sum | cut -d' ' -f1";
    let sum = sandbox.shell(sums).ok();
    let seal = sandbox.git(&["tag", "--list", "support/seal/*"]).trim().to_owned();
    let message = sandbox.git(&["cat-file", "tag", &seal]);
    assert!(message.contains(&format!("\nSupport-Rules: {sum}")), "{message}");
    sandbox.is_tampered_with();
    let forged = format!(
        "git tag -d {seal} && git tag -s {seal} -m \"support: seal\n\nSupport-Seal: $(git rev-parse HEAD)\nSupport-Branch: main\nSupport-Rules: {}\"",
        "0".repeat(64)
    );
    sandbox.shell(&forged).ok();
    let found = sandbox.run_unwatched(&["audit", "--json"], "");
    assert_eq!(rules(&found), ["error seal.bad"]);
    assert!(found.stdout.contains("is over other rules than"), "{}", found.stdout);
}

#[test]
fn seals_that_follow_one_another_arrive_in_one_push() {
    let sandbox = with_keys();
    let id = sandbox.ticket("Sealed");
    gate(&sandbox);
    sandbox.git(&["-C", "../hub.git", "config", "gpg.ssh.allowedSignersFile", "../trusted"]);
    sandbox
        .shell(
            "cp ../trusted ../hub.git/; git -C ../hub.git config gpg.ssh.allowedSignersFile $PWD/../trusted",
        )
        .ok();
    for text in ["One.", "Two.", "Three."] {
        sandbox.run_unwatched(&["comment", &id, "-m", text], "").ok();
        sandbox.run_unwatched(&["audit", "--seal"], "").ok();
    }
    sandbox.git(&["push", "-q", "hub", "main", "refs/tags/support/seal/*"]);
    assert_eq!(sandbox.git(&["ls-remote", "--tags", "hub", "support/seal/*"]).lines().count(), 6);
    // One that names a seal which is not in the push is refused as before.
    for text in ["Four.", "Five."] {
        sandbox.run_unwatched(&["comment", &id, "-m", text], "").ok();
        sandbox.run_unwatched(&["audit", "--seal"], "").ok();
    }
    let last =
        sandbox.git(&["tag", "--list", "support/seal/*"]).lines().last().unwrap_or_default().to_owned();
    let refused = sandbox.try_git(&["push", "-q", "hub", "main", &last]);
    assert!(refused.stderr.contains("which is gone"), "{refused:?}");
}

#[test]
fn nobody_makes_themselves_the_first_reviewer() {
    let sandbox = with_keys();
    sandbox.ticket("Sealed");
    let pat = "GIT_AUTHOR_NAME='Pat Roe' GIT_AUTHOR_EMAIL=pat@example.com GIT_COMMITTER_NAME='Pat Roe' GIT_COMMITTER_EMAIL=pat@example.com git support -q team";
    let team = format!(
        "{pat} add 'Pat Roe' --email pat@example.com --role lead; {pat} add 'Dana Li' --email dana@example.com --role l1"
    );
    sandbox.shell(&team).ok();
    sandbox.is_tampered_with();
    sandbox.run_unwatched(&["team", "edit", "Dana Li", "--role", "reviewer"], "").ok();
    let refused = sandbox.run_unwatched(&["audit", "--seal"], "").fails(1);
    assert!(refused.contains("is not allowed to seal"), "{refused}");
    let forged = "git tag -s support/seal/20261123T100000Z -m \"support: seal\n\nSupport-Seal: $(git rev-parse HEAD)\nSupport-Branch: main\"";
    sandbox.shell(&forged.replace("\\n", "\n")).ok();
    let found = sandbox.run_unwatched(&["audit", "--json"], "");
    assert!(rules(&found).contains(&"error seal.bad".to_owned()), "{}", found.stdout);
    // A lead confirms the role.
    sandbox.git(&["tag", "-d", "support/seal/20261123T100000Z"]);
    sandbox.shell(&format!("{pat} edit 'Dana Li' --role l1; {pat} edit 'Dana Li' --role reviewer")).ok();
    sandbox.run_unwatched(&["audit", "--seal"], "").ok();
    assert_eq!(sandbox.run_unwatched(&["audit"], "").status, Some(0));
}

#[test]
fn two_seals_of_one_second_have_one_name() {
    let sandbox = with_keys();
    let id = sandbox.ticket("Sealed");
    let said = sandbox.shell(&format!(
        "git support audit --seal; git support -q comment {id} -m More; git support audit --seal"
    ));
    assert!(said.stderr.contains("was written in this second"), "{said:?}");
    sandbox.run(&["audit", "--seal"]).ok();
}
