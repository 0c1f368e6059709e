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
