//! Gates that cannot judge are shut; what a stranger's file says neither steers nor stalls anybody.

use crate::sandbox::{Sandbox, path_of};

/// Somebody at work who has a blocker open.
fn blocked() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["new", "Card", "--severity", "blocker"]).ok();
    sandbox
}

#[test]
fn a_clone_without_the_tickets_passes_no_gate() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    assert!(sandbox.run(&["check"]).fails(1).contains("has no .support"));
    sandbox.run(&["init", "--branch", "tickets"]).ok();
    sandbox.run(&["new", "Card", "--severity", "blocker"]).ok();
    sandbox.run(&["check"]).fails_with_gate();
    let hub = "git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q origin main tickets; \
               git clone -q --depth 1 \"file://$PWD/../hub.git\" ../ci";
    sandbox.shell(hub).ok();
    for gate in ["check", "check --all-branches", "sla --gate breached"] {
        let said = sandbox.shell(&format!("cd ../ci && git-support {gate}"));
        assert!(
            said.status == Some(1) && said.stderr.contains("cannot evaluate the gate"),
            "{gate}: {said:?}"
        );
    }
    // The command that the hint names.
    let said = sandbox
        .shell("cd ../ci && git fetch -q origin tickets:tickets && git-support check --branch tickets");
    assert_eq!(said.status, Some(3), "{said:?}");
    // And where all of it was removed.
    sandbox.shell("git switch -q tickets && git rm -rq .support && git commit -qm gone --allow-empty").ok();
    sandbox.is_tampered_with();
    assert!(sandbox.run_unwatched(&["check"], "").fails(1).contains("has no .support"));
}

#[test]
fn a_second_branch_of_tickets_hides_none() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["init", "--branch", "tickets"]).ok();
    sandbox.run(&["new", "Card", "--severity", "blocker"]).ok();
    let push = "git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q origin main tickets; \
        git switch -q --orphan aaa; mkdir -p .support; printf 'schema: 1\\nbranch: aaa\\n' >.support/config.yaml; \
        git add .support; git commit -qm x; git push -q origin aaa; git switch -q main; git clone -q ../hub.git ../full";
    sandbox.shell(push).ok();
    for command in ["check", "list", "audit", "new Other"] {
        let said = sandbox.shell(&format!("cd ../full && git-support {command}"));
        assert!(
            said.status == Some(1) && said.stderr.contains("aaa and tickets both"),
            "{command}: {said:?}"
        );
    }
    let said = sandbox.shell("cd ../full && git config support.branch tickets && git-support check");
    assert_eq!(said.status, Some(3), "{said:?}");
}

#[test]
fn what_is_nearly_a_term_is_no_word() {
    let sandbox = blocked();
    for query in [
        "severity\u{200b}:blocker",
        "\u{feff}severity:blocker",
        "\u{202e}severity:blocker",
        "s\u{435}verity:blocker",
        "severity\u{fe55}blocker",
        "severity\u{2236}blocker",
        "severity\u{ff1a}blocker",
        "severity\\:blocker",
        "severity;blocker",
        "my.severity:blocker",
        "issue.severity=blocker",
        "'severity:blocker'",
        "\u{201c}severity:blocker\u{201d}",
        "[status:open]",
    ] {
        let said = sandbox.run(&["check", query]).fails(2);
        assert!(said.contains("is nearly a term"), "{query}: {said}");
    }
    for text in [
        "http://x.example/status:5",
        "src/pay.rs:12",
        "foo::bar",
        "a=b",
        "größe:5",
        "日本:5",
        "für:alle",
        "\"severity;blocker\"",
    ] {
        sandbox.run(&["list", text]).ok();
    }
}

#[test]
fn saved_queries_that_double_are_refused() {
    use std::fmt::Write as _;
    let sandbox = blocked();
    let mut text = "queries:\n  a0: status:open\n".to_owned();
    for number in 1..=40 {
        let _ = writeln!(text, "  a{number}: \"@a{0} @a{0}\"", number - 1);
    }
    sandbox.file(".support/config.yaml", text);
    sandbox.shell("git add .support && git commit -qm q").ok();
    assert!(sandbox.run(&["check", "@a40"]).fails(2).contains("more than 256 saved queries"));
    sandbox.run(&["check", "@a4"]).fails_with_gate();
}

#[test]
fn a_version_on_a_branch_that_cannot_be_read_shuts_the_gate() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    let id = sandbox.run(&["new", "Card", "--severity", "minor"]).ok().trim().to_owned();
    sandbox.git(&["switch", "-qc", "b"]);
    sandbox.run(&["triage", &id, "--severity", "blocker"]).ok();
    sandbox.run(&["check", "--all-branches"]).fails_with_gate();
    sandbox.is_tampered_with();
    sandbox.shell(&format!("echo [ >>{} && git commit -qam x && git switch -q main", path_of(&id))).ok();
    assert!(sandbox.run(&["check", "--all-branches"]).fails(1).contains("cannot evaluate the gate"));
    sandbox.run(&["check"]).ok();
}

#[test]
fn me_whom_nobody_knows_passes_no_gate() {
    let sandbox = blocked();
    sandbox.run(&["check", "by:me"]).fails_with_gate();
    let zed =
        "GIT_AUTHOR_NAME=Zed GIT_AUTHOR_EMAIL=zed@z.io GIT_COMMITTER_NAME=Zed GIT_COMMITTER_EMAIL=zed@z.io";
    let said = sandbox.shell(&format!("{zed} git-support check assignee:me"));
    assert!(said.status == Some(1) && said.stderr.contains("'me' is Zed <zed@z.io>"), "{said:?}");
    assert_eq!(sandbox.shell(&format!("{zed} git-support list assignee:me")).status, Some(0));
    // Who has reported something is somebody, whatever the query asks of them.
    sandbox.shell(&format!("{zed} git-support new Theirs")).ok();
    assert_eq!(sandbox.shell(&format!("{zed} git-support check assignee:me")).status, Some(0));
}

#[test]
fn marks_that_steer_are_spelled_out() {
    let sandbox = blocked();
    sandbox.is_tampered_with();
    let id = sandbox.ticket("Other");
    sandbox.file(".support/vendors/v\u{202e}\u{61c}.yaml", "x: 1\n");
    sandbox.shell("git add -A && git commit -qm x").ok();
    for format in ["sarif", "json", "junit", "github", "table", "csv"] {
        let said = sandbox.run(&["doctor", "--format", format]);
        let text = said.stdout + &said.stderr;
        assert!(!text.contains(['\u{202e}', '\u{61c}']), "{format}: {text}");
    }
    let path = sandbox.repo().join(path_of(&id));
    std::fs::write(&path, "\u{1b}]0;owned\u{7}\u{ad}: [\n").unwrap();
    let shown = sandbox.run_unwatched(&["textconv", path.to_str().unwrap()], "").ok();
    assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{ad}']), "{shown}");
}
