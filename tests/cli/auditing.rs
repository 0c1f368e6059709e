//! Audits as gates and as proof: pushes held back by a server, seals, signatures, the forms of what is found.

use crate::sandbox::{Output, Sandbox};

/// A server with the hook of the examples, and a clone of its project with a ticket, `$a`.
const SERVER: &str = r#"
set -e
n=0
tick() {
    n=$((n+1)); now=$(printf '2026-11-24T09:%02d:00Z' $n)
    export GIT_AUTHOR_DATE=$now GIT_COMMITTER_DATE=$now GIT_SUPPORT_NOW=$now GIT_SUPPORT_SEED=$n
}
s() { tick; git support -q "$@"; }
g() { tick; git "$@"; }
refused() { if "$@" 2>said; then echo "was not refused: $*" >&2; exit 9; fi; cat said >>../said; }
git init -q --bare -b main ../server.git
install -m 755 "$ROOT/examples/pre-receive" ../server.git/hooks/pre-receive
git init -q -b main .; echo 'fn main() {}' >code.rs; git add .; g commit -qm Begin
git remote add origin ../server.git; git push -q -u origin main
a=$(tick; git support new "Card payments fail"); s comment $a -m One; s comment $a -m Two
A=.support/tickets/$(echo $a | cut -c1)/$(echo $a | cut -c2)/$a.yaml
git push -q
"#;

/// Runs a script before a server with the hook; what the server said to refusals.
#[track_caller]
pub(crate) fn before_a_server(script: &str) -> String {
    let sandbox = Sandbox::nowhere().with("ROOT", env!("CARGO_MANIFEST_DIR"));
    sandbox.is_tampered_with();
    let done = sandbox.shell(&format!("{SERVER}{script}"));
    assert_eq!(done.status, Some(0), "{script}\n{}{}", done.stdout, done.stderr);
    std::fs::read_to_string(sandbox.root().join("said")).unwrap_or_default()
}

#[test]
fn a_server_takes_honest_pushes() {
    let said = before_a_server(
        "g checkout -qb side; s comment $a -m There; git push -q origin side; g checkout -q main; s comment $a -m Here; git push -q
         g merge -q --no-edit side; git push -q origin main
         g checkout -qb late main~1; s comment $a -m Late; git push -q origin late; g rebase -q main; git push -q -f origin late
         g checkout -q main; g merge -q late; git push -q; git push -q origin :late
         g checkout -qb picked main~2; s comment $a -m Picked; git push -q origin picked; g checkout -q main; g cherry-pick picked; git push -q origin main; git push -q origin :picked
         git tag v1; git push -q origin v1; test -z \"$(git ls-remote origin late)\"",
    );
    assert_eq!(said, "");
}

#[test]
fn a_server_refuses_what_breaks_the_history() {
    let unmoved = "test $(git rev-parse origin/main) = $(git ls-remote origin main | cut -f1)";
    for (rule, script) in [
        ("timeline.changed", "sed -i s/One/None/ $A; g commit -qam Tidy; refused git push"),
        (
            "history.rewritten",
            "git reset -q --hard HEAD~1; g commit -q --allow-empty -m x; refused git push -f",
        ),
        ("history.rewritten", "refused git push origin :main"),
        (
            "history.rewritten",
            "g checkout -q -b side; s comment $a -m There; git push -q origin side; refused git push origin :side",
        ),
        (
            "seal.bad",
            "git -C ../server.git update-ref refs/tags/support/seal/1 main; refused git push -f origin HEAD~1:refs/tags/support/seal/1",
        ),
        (
            "commit.outside",
            "s comment $a -m Three; echo '//' >>code.rs; g add code.rs; g commit -q --amend --no-edit; refused git push",
        ),
        (
            "entry.author",
            "s comment $a -m Three; g commit -q --amend --no-edit --author 'Eve <e@example.com>'; refused git push origin HEAD:side",
        ),
    ] {
        let said = before_a_server(&format!(
            "git config -f ../server.git/config receive.denyDeleteCurrent false; {script}; {unmoved}"
        ));
        assert!(said.contains(rule) && said.contains("pre-receive hook declined"), "{script}: {said}");
    }
}

/// A project with a ticket, whose people have keys: Dana's is trusted, `other` is not.
pub(crate) fn with_keys() -> Sandbox {
    let sandbox = Sandbox::new();
    let made = sandbox.shell(
        "set -e; for key in dana other; do ssh-keygen -q -t ed25519 -N '' -C $key -f ../$key; done
         (printf 'dana@example.com '; cat ../dana.pub; printf 'eve@example.com '; cat ../other.pub) >../trusted
         git config gpg.format ssh; git config user.signingKey $PWD/../dana.pub; git config gpg.ssh.allowedSignersFile $PWD/../trusted",
    );
    assert_eq!(made.status, Some(0), "{}", made.stderr);
    sandbox
}

pub(crate) fn rules(output: &Output) -> Vec<String> {
    let faults: Vec<serde_json::Value> = serde_json::from_str(&output.stdout).expect(&output.stderr);
    faults.iter().map(|fault| format!("{} {}", fault["level"], fault["rule"]).replace('"', "")).collect()
}

#[test]
fn signatures_are_wanted_where_the_policy_says_so() {
    let sandbox = with_keys();
    sandbox.run(&["config", "set", "policy.signed_commits", "enforce"]).ok();
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    let id = sandbox.ticket("Signed");
    let said = sandbox.run(&["audit"]).ok();
    assert!(said.ends_with("\n3 commits with 1 entry of 1 ticket: no problems found\n"), "{said}");

    sandbox.is_tampered_with();
    sandbox.git(&["config", "commit.gpgsign", "false"]);
    sandbox.run(&["comment", &id, "-m", "Not signed."]).ok();
    assert_eq!(rules(&sandbox.run(&["audit", "HEAD~1..", "--json"])), ["error signature.missing"]);
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    let other = sandbox.root().join("other.pub");
    sandbox.git(&["config", "user.signingKey", other.to_str().unwrap()]);
    sandbox.run(&["comment", &id, "-m", "With another's key."]).ok();
    assert_eq!(rules(&sandbox.run(&["audit", "HEAD~1..", "--json"])), ["error signature.signer"]);
    sandbox.shell("sed -i /^eve/d ../trusted").ok();
    assert_eq!(rules(&sandbox.run(&["audit", "HEAD~1..", "--json"])), ["error signature.bad"]);
    // A signature that was made over something else.
    sandbox
        .shell(
            "git config user.signingKey $PWD/../dana.pub; git support -q comment $(git support list --json | sed -n 's/.*\"id\": \"\\(.*\\)\",/\\1/p') -m Moved;
             git cat-file commit HEAD | sed 's/^support: comment/support: Comment/' >../moved; git update-ref refs/heads/main $(git hash-object -t commit -w ../moved)",
        )
        .ok();
    assert_eq!(rules(&sandbox.run_unwatched(&["audit", "HEAD~1..", "--json"], "")), ["error signature.bad"]);
    sandbox.run_unwatched(&["config", "set", "policy.signed_commits", "warn"], "").ok();
    sandbox.git(&["config", "commit.gpgsign", "false"]);
    sandbox.run_unwatched(&["comment", &id, "-m", "Not signed."], "").ok();
    let output = sandbox.run_unwatched(&["audit", "HEAD~1..", "--json"], "");
    assert_eq!((rules(&output), output.status), (vec!["warning signature.missing".to_owned()], Some(3)));
}

#[test]
fn a_signature_stands_for_its_signer_and_nobody_else() {
    let sandbox = with_keys();
    sandbox.run(&["team", "add", "Eve Ray", "--email", "eve@example.com", "--role", "product-owner"]).ok();
    let eve = "GIT_AUTHOR_NAME='Eve Ray' GIT_AUTHOR_EMAIL=eve@example.com";
    let as_eve = format!("{eve} GIT_COMMITTER_NAME='Eve Ray' GIT_COMMITTER_EMAIL=eve@example.com");
    let signed = "git -c commit.gpgsign=true -c user.signingKey=$PWD/../other.pub support -q";
    sandbox.shell(&format!("{as_eve} {signed} config set policy.signed_commits enforce")).ok();
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    let id = sandbox.ticket("Signed");
    sandbox.shell(&format!("{as_eve} {signed} triage {id} --severity minor")).ok();
    assert_eq!(sandbox.run(&["audit"]).status, Some(0));

    // The owner's name as the author, in a commit that somebody else made and signed.
    sandbox.is_tampered_with();
    sandbox.shell(&format!("{eve} git support -q triage {id} --severity blocker")).ok();
    let found = sandbox.run(&["audit", "HEAD~1..", "--json"]);
    assert_eq!(rules(&found), ["error signature.signer"]);
    assert!(found.stdout.contains("an entry is by Eve Ray"), "{}", found.stdout);
    // Words of somebody else's, carried: a rebase, or a forge.
    sandbox.shell(&format!("{eve} git support -q comment {id} -m Seen.")).ok();
    assert_eq!(rules(&sandbox.run(&["audit", "HEAD~1..", "--json"])), Vec::<String>::new());

    // A key of anybody at an address like these; a key of nobody's address.
    sandbox.run(&["comment", &id, "-m", "Ours."]).ok();
    sandbox.shell("sed -i 's/^dana@example.com/*@example.com/' ../trusted").ok();
    assert_eq!(rules(&sandbox.run(&["audit", "HEAD~1..", "--json"])), Vec::<String>::new());
    sandbox.shell("sed -i 's/^[*]@example.com/dana/' ../trusted").ok();
    let found = sandbox.run(&["audit", "HEAD~1..", "--json"]);
    assert_eq!(rules(&found), ["error signature.signer"]);
    assert!(found.stdout.contains("'dana' is not an address"), "{}", found.stdout);
}

/// A repository without a work tree that refuses what the audit refuses.
pub(crate) fn gate(sandbox: &Sandbox) {
    sandbox
        .shell(
            "set -e; git init -q --bare -b main ../hub.git; git remote add hub $PWD/../hub.git; git push -q hub main
             printf '#!/bin/sh\\nexec git support audit --pre-receive\\n' >../hub.git/hooks/pre-receive; chmod +x ../hub.git/hooks/pre-receive",
        )
        .ok();
}

#[test]
fn a_gate_looks_at_every_reference_and_at_whole_entries() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    sandbox.run(&["comment", &id, "-m", "Promised on Monday."]).ok();
    sandbox.is_tampered_with();
    gate(&sandbox);
    let path = crate::sandbox::path_of(&id);
    let forge = format!("sed -i 's/^title: .*/title: Forged/' {path}; git commit -qam x");
    let refused = |script: &str| {
        let output = sandbox.shell(script);
        assert_ne!(output.status, Some(0), "{script}");
        output.stderr
    };
    sandbox.shell(&format!("git checkout -q -b side; {forge}; git tag kept")).ok();
    // First under another name, then on the branch, or both at once.
    for target in ["side:refs/heads/side", "kept", "side:refs/notes/x", "side:refs/changes/1", "kept side"] {
        let said = refused(&format!("git push -q hub {target}"));
        assert!(said.contains("head.unaccounted"), "{target}: {said}");
    }
    // What a tag keeps there already was judged by nobody.
    sandbox.shell("git push -q --no-verify ../hub.git kept 2>&1 || true; cd ../hub.git; mv hooks/pre-receive x; cd -; git push -q hub kept; mv ../hub.git/x ../hub.git/hooks/pre-receive").ok();
    let said = refused("git push -q hub side:main");
    assert!(said.contains("head.unaccounted"), "{said}");
    // Forced: the same ids, other words.
    sandbox
        .shell(&format!(
            "git checkout -q main; sed -i 's/on Monday/never/' {path}; git commit -q --amend --no-edit -a"
        ))
        .ok();
    let said = refused("git push -qf hub main");
    assert!(said.contains("history.rewritten") && said.contains("1 of its entries"), "{said}");
    // An honest push gets through.
    sandbox.shell("git reset -q --hard hub/main").ok();
    sandbox.run_unwatched(&["comment", &id, "-m", "Done."], "").ok();
    sandbox.shell("git tag release; git push -q hub main release").ok();
}

#[test]
fn what_is_found_comes_in_every_form() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    sandbox.is_tampered_with();
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.shell(&format!("sed -i 's/^title: .*/title: Forged/' .support/tickets/*/*/{id}.yaml; git commit -qm x -- .support")).ok();
    let commit = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let short = &commit[..10];
    let path = crate::sandbox::path_of(&id);
    let expected = serde_json::json!([{
        "schema": 1, "rule": "head.unaccounted", "level": "error", "ticket": id, "commit": commit, "path": path,
        "message": "no entry sets title to its current value", "repaired": false,
    }]);
    let output = sandbox.run(&["audit", "main...side", "--json"]);
    let mut found = serde_json::from_str::<serde_json::Value>(&output.stdout).unwrap();
    let finding = found[0].as_object_mut().unwrap().remove("finding").unwrap();
    assert_eq!(finding.as_str().map(str::len), Some(10));
    assert_eq!(found, expected);
    assert_eq!(output.status, Some(3));
    let form = |format: &str| sandbox.run(&["audit", "main..", "--format", format]).stdout;
    let sarif: serde_json::Value = serde_json::from_str(&form("sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "head.unaccounted");
    assert_eq!(
        sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        path.as_str()
    );
    assert_eq!(
        form("github"),
        format!(
            "::error file={path},title=head.unaccounted::no entry sets title to its current value (commit {short})\n"
        )
    );
    assert!(form("junit").contains("failures=\"1\""));
    assert_eq!(form("csv").lines().nth(1).unwrap().split(',').nth(1), Some("head.unaccounted"));
    assert!(form("markdown").contains("| error | head.unaccounted |"));
    assert!(form("ndjson").starts_with("{\"schema\":1,\"finding\":\""));
    assert_eq!(sandbox.run(&["audit", "main", "--json"]).ok(), "[]\n");
}
