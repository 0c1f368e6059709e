//! Clones of several versions: what a newer one wrote is handed on as it is, and stops nobody.

use crate::sandbox::Sandbox;

/// A server, a clone of it and a colleague's, with two tickets: `A` becomes one of a newer version there.
const BEGIN: &str = r#"
exec 2>&1; set -e
git stash -qu; unset GIT_SUPPORT_SEED
A=$(git support new Alpha); B=$(git support new Beta)
F=$(git ls-files ".support/tickets/*$A.yaml")
git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q -u origin main
git clone -q ../hub.git ../q; git -C ../q config user.name Eve; git -C ../q config user.email eve@example.com
(cd ../q; sed -i 's/^schema: 2/schema: 4/' $F; echo 'news: yes' >>$F; git commit -qam newer; git push -q)
"#;

#[test]
fn a_ticket_of_a_newer_version_is_handed_on() {
    let sandbox = Sandbox::new().may_be_damaged();
    sandbox.is_tampered_with();
    // A fast-forward, and a merge.
    let said = sandbox.shell(&format!(
        "{BEGIN} git support sync; grep -q 'news: yes' $F; git support comment $B -m mine --push
         (cd ../q; git pull -q; sed -i 's/^news: yes/news: no/' $F; git commit -qam newer; git push -q)
         git support comment $B -m two; git support sync; grep -q 'news: no' $F
         test $(git rev-parse main) = $(git ls-remote origin main | cut -f1)
         git support list; git support show $A || true"
    ));
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.stdout.contains("Beta") && said.stdout.contains("version 4 is newer"), "{said:?}");
    assert!(said.stdout.contains("git support --version"), "{said:?}");
}

#[test]
fn a_ticket_that_both_sides_changed_waits_for_the_newer_version() {
    let sandbox = Sandbox::new().may_be_damaged();
    sandbox.is_tampered_with();
    let said = sandbox.shell(&format!("{BEGIN} git support comment $A -m mine; git support sync"));
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.stdout.contains("install a newer version"), "{said:?}");
    let kept = sandbox.shell("git show HEAD | grep mine; git status --porcelain -- .support");
    assert!(kept.stdout.contains("mine") && !kept.stdout.contains(".support/"), "{kept:?}");
}

#[test]
fn a_push_that_a_server_refuses_says_why() {
    let sandbox = Sandbox::new().may_be_damaged();
    sandbox.is_tampered_with();
    let said = sandbox.shell(&format!(
        r"{BEGIN} git support comment $B -m mine; printf '#!/bin/sh\nexit 1\n' >../hub.git/hooks/pre-receive
          chmod +x ../hub.git/hooks/pre-receive; git support sync"
    ));
    assert_eq!(said.status, Some(1), "{said:?}");
    assert!(said.stdout.contains("(pre-receive hook declined); the commit is on the branch"), "{said:?}");
}
