//! What an audit proves: by keys while they are valid, by seals, by a server that says when something arrived.

use crate::auditing::with_keys;
use crate::sandbox::Sandbox;
use crate::tampering::found;

#[test]
fn a_key_counts_while_it_is_valid() {
    let sandbox = with_keys();
    sandbox.run(&["config", "set", "policy.signed_commits", "enforce"]).ok();
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    let id = sandbox.ticket("Signed");
    // It ended after the commit: the commit stays good, and what is dated back behind it does not.
    let expire =
        "sed -i 's/^dana@example.com /dana@example.com valid-before=\"20261123092500Z\" /' ../trusted";
    sandbox.shell(expire).ok();
    assert_eq!(found(&sandbox, &[]), (Vec::new(), Some(0)));
    sandbox.is_tampered_with();
    let dated = |date: &str| {
        let date = format!("GIT_AUTHOR_DATE={date} GIT_COMMITTER_DATE={date} GIT_SUPPORT_NOW={date}");
        sandbox.shell(&format!("{date} git -c commit.gpgsign=true support -q comment {id} -m Late.")).ok();
        found(&sandbox, &["HEAD~1.."])
    };
    assert_eq!(dated("2026-11-23T12:00:00Z"), (vec!["signature.bad".to_owned()], Some(3)));
    let back = dated("2026-11-23T09:01:00Z");
    assert_eq!(back, (vec!["entry.order".to_owned(), "signature.bad".to_owned()], Some(3)));
}

#[test]
fn an_expired_key_of_gpg_is_a_note_and_no_way_back() {
    if !crate::sandbox::has_tool("gpg") {
        return crate::sandbox::leave_out("gpg");
    }
    let sandbox = Sandbox::new();
    let key = "export GNUPGHOME=$PWD/../gpg; mkdir -m700 -p $GNUPGHOME; ";
    sandbox
        .shell(&format!(
            "{key}gpg -q --batch --passphrase '' --faked-system-time 20261123T080000 --quick-gen-key 'Dana Li <dana@example.com>' ed25519 sign seconds=7200 2>/dev/null; \
             printf '#!/bin/sh\\nexec gpg --faked-system-time ${{FAKED:-20261123T090500}} \"$@\"\\n' >../gpg.sh; chmod +x ../gpg.sh; \
             git config gpg.program $PWD/../gpg.sh; git config user.signingKey dana@example.com"
        ))
        .ok();
    sandbox.run(&["config", "set", "policy.signed_commits", "enforce"]).ok();
    sandbox.shell(&format!("{key}git config commit.gpgsign true; git support -q new Signed")).ok();
    let audit = |faked: &str| sandbox.shell(&format!("{key}FAKED={faked} git support audit; true"));
    let fresh = audit("20261123T090500").stdout;
    assert!(fresh.contains("level 0") || fresh.contains("level 1"), "{fresh}");
    assert!(fresh.ends_with("no problems found\n"), "{fresh}");
    // Later the key has expired: a note.
    let later = audit("20261201T090500").stdout;
    assert!(
        later.contains("note: signature.bad") && later.contains("has expired, or was revoked, since"),
        "{later}"
    );
    sandbox.is_tampered_with();
    // With the expired key, dated back behind what it follows.
    let back = "GIT_AUTHOR_DATE=2026-11-23T09:30:00Z GIT_COMMITTER_DATE=2026-11-23T09:30:00Z";
    sandbox
        .shell(&format!(
            "{key}git config commit.gpgsign false; GIT_COMMITTER_DATE=2026-11-25T09:00:00Z git commit -q --allow-empty -m Code; \
             git config commit.gpgsign true; id=$(git support list --json | sed -n 's/.*\"id\": \"\\([a-z0-9]*\\)\".*/\\1/p' | head -1); \
             {back} GIT_SUPPORT_NOW=2026-11-23T09:30:00Z git support -q comment $id -m Late."
        ))
        .ok();
    let late = audit("20261201T090500").stdout;
    assert!(
        late.contains("error: signature.bad") && late.contains("had expired, or was revoked, when it signed"),
        "{late}"
    );
}

#[test]
fn a_server_says_when_something_arrived() {
    let sandbox = Sandbox::new();
    let hook = env!("CARGO_MANIFEST_DIR");
    sandbox
        .shell(&format!(
            "git init -q --bare ../hub.git; install -m 755 {hook}/examples/post-receive ../hub.git/hooks/; git remote add hub ../hub.git"
        ))
        .ok();
    let id = sandbox.ticket("Signed");
    sandbox.shell("git push -q hub HEAD:main").ok();
    sandbox.is_tampered_with();
    sandbox.shell(&format!("sed -i 's/^title: .*/title: Forged/' .support/tickets/*/*/{id}.yaml; git commit -qam x; USER=mallory git push -q hub HEAD:main")).ok();
    sandbox.shell("git fetch -q hub '+refs/support/*:refs/support/*'").ok();
    let said = sandbox.run_unwatched(&["audit"], "").stdout;
    assert!(said.contains("\n  arrived 2026-") && said.contains(", pushed by mallory\n"), "{said}");
    assert_eq!(sandbox.git(&["rev-list", "--count", "refs/support/received"]).trim(), "2");
}

#[test]
fn each_level_says_what_the_next_one_needs() {
    let sandbox = with_keys();
    let id = sandbox.ticket("Signed");
    let level = |arguments: &[&str]| {
        let said = sandbox.run(&[&["audit"], arguments].concat()).ok();
        said.lines().find(|line| line.starts_with("level ")).unwrap_or_default().to_owned()
    };
    let next =
        |said: &str| said.split("(next: git ").nth(1).unwrap_or_default().trim_end_matches(')').to_owned();
    let first = level(&[]);
    assert!(first.starts_with("level 0, consistency: names and dates"), "{first}");
    sandbox.shell(&format!("git config commit.gpgsign true; git {}", next(&first))).ok();
    let second = level(&[]);
    assert!(second.starts_with("level 0, consistency: not all commits are signed"), "{second}");
    sandbox.run(&["comment", &id, "-m", "Signed."]).ok();
    let range = level(&["HEAD~1.."]);
    assert!(range.starts_with("level 1, identity"), "{range}");
    assert_eq!(next(&range), next(&second));
    sandbox.shell(&format!("git {}", next(&second))).ok();
    sandbox.run(&["comment", &id, "-m", "After the seal."]).ok();
    let third = level(&[]);
    assert!(third.starts_with("level 2, anchored"), "{third}");
    // A server that records pushes.
    let hook = env!("CARGO_MANIFEST_DIR");
    sandbox
        .shell(&format!(
            "git init -q --bare ../hub.git; git push -q ../hub.git HEAD~1:refs/heads/main; \
             install -m 755 {hook}/examples/post-receive ../hub.git/hooks/; git push -q ../hub.git main; \
             git fetch -q ../hub.git '+refs/support/*:refs/support/*'"
        ))
        .ok();
    let last = level(&[]);
    assert!(last.starts_with("level 3, received") && next(&last).is_empty(), "{last}");
}
