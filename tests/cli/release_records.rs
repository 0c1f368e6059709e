//! The records of releases: what was handed over stays that, who accepted it is who committed it, and versions have one
//! spelling.

use crate::sandbox::Sandbox;
use crate::tampering::{finds, found, story};

#[test]
fn a_release_is_accepted_in_nobody_elses_name() {
    let begin = "git tag v1; as_pat git support -q release handover 1.0 --tag v1 -m x; ";
    let forge = |lines: &str| {
        format!("{begin}printf '{lines}' >>.support/releases/1.0.yaml; as_pat git commit -qam Tidy")
    };
    finds(&[
        (
            "release.mark",
            forge("accepted:\\n  by: Dana Li <dana@example.com>\\n  at: 2020-01-01T00:00:00Z\\n"),
        ),
        ("release.mark", forge("accepted:\\n  by: nobody\\n  at: someday\\n")),
        (
            "release.mark",
            format!(
                "{begin}as_pat git support -q release accept 1.0; sed -i 's/by: Pat Roe <pat/by: Dana Li <dana/' .support/releases/1.0.yaml; as_pat git commit -qam Tidy"
            ),
        ),
    ]);
}

#[test]
fn honest_records_of_releases_are_no_findings() {
    for script in [
        "git tag v1; as_pat git support -q release handover 1.0 --tag v1 -m x; as_pat git support -q release accept 1.0; as_pat git support -q release retire 1.0",
        "git switch -qc side; git tag v1; as_pat git support -q release handover 1.0 --tag v1 -m x; as_pat git support -q release accept 1.0; git switch -q main; \
         git commit -q --allow-empty -m Work; git merge -q --no-edit side",
        "git switch -qc side; git tag v1; as_pat git support -q release handover 1.0 --tag v1 -m x; as_pat git support -q release accept 1.0; sleep 1; git switch -q main; \
         git commit -q --allow-empty -m Work; git switch -q side; git rebase -q main; git switch -q main; git merge -q --ff-only side",
        "git tag v1; as_pat git support -q release handover 1.0 --tag v1 -m x; as_pat git support -q release accept 1.0; git revert --no-edit HEAD >/dev/null",
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{script}")).ok();
        let (rules, status) = found(&sandbox, &[]);
        assert!(!rules.contains(&"release.mark".to_owned()), "{script}: {rules:?} {status:?}");
    }
}

#[test]
fn what_was_handed_over_stays_though_its_tag_moves() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    let id = sandbox.run(&["new", "Bug"]).ok().trim().to_owned();
    sandbox
        .shell(
            "git tag v1.0; git support release handover 1.0 --tag v1.0 -m x; git support release accept 1.0",
        )
        .ok();
    sandbox.shell(&format!(
        "echo 1 >fix; git add fix; git commit -qm Fix -m 'Resolves-Ticket: {id}'; git support scan; git tag -f v1.0 >/dev/null"
    ))
    .ok();
    let said = sandbox.run(&["release", "notes", "1.0"]);
    assert!(
        !said.stdout.contains("Bug") && said.stderr.contains("warning: tag v1.0 was moved after 1.0"),
        "{said:?}"
    );
    assert!(!sandbox.run(&["show", &id]).ok().contains("fixed in"));
    let doctor = sandbox.run_unwatched(&["doctor"], "");
    assert!(doctor.stdout.contains("release.moved"), "{doctor:?}");
    let hint =
        doctor.stdout.lines().find_map(|line| line.trim().strip_prefix("git tag -f")).unwrap_or_default();
    sandbox.shell(&format!("git tag -f{hint}")).ok();
    sandbox.run(&["doctor"]).ok();
}

#[test]
fn the_build_of_a_release_is_named_anew_after_history_was_rewritten() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    sandbox
        .shell(
            "git tag v1.0; git support release handover 1.0 --tag v1.0 -m x; git support release accept 1.0",
        )
        .ok();
    sandbox
        .shell(
            "FILTER_BRANCH_SQUELCH_WARNING=1 git filter-branch -f --msg-filter 'sed s/^/first:/' --tag-name-filter cat -- --all
             git for-each-ref --format='delete %(refname)' refs/original refs/stash | git update-ref --stdin
             git reflog expire --expire=now --all; git gc -q --prune=now",
        )
        .ok();
    let said = sandbox.run(&["release", "notes", "1.0"]);
    assert!(said.stderr.contains("which is not in this repository; its tag v1.0 names"), "{said:?}");
    let doctor = sandbox.run_unwatched(&["doctor"], "");
    assert!(doctor.stdout.contains("release.moved"), "{doctor:?}");
    let key = doctor.stdout.split('`').nth(1).unwrap_or_default();
    sandbox
        .shell(&format!(
            "sed -i 's/^commit:.*/{key}/' .support/releases/1.0.yaml; git commit -qam 'The build of 1.0 after the rewrite'"
        ))
        .ok();
    sandbox.run(&["doctor"]).ok();
    assert!(!sandbox.run(&["release", "notes", "1.0"]).stderr.contains("warning"));
}

#[test]
fn a_version_has_one_spelling_with_and_without_its_v() {
    let sandbox = Sandbox::new();
    sandbox.git(&["tag", "v1.5.0"]);
    sandbox.run(&["new", "Boom", "--severity", "blocker", "--affects", "1.5.0"]).ok();
    sandbox.run(&["new", "Bang", "--severity", "blocker", "--affects", "v2.0"]).ok();
    for query in ["affects:v1.5.0", "affects:1.5.0", "affects:2.0", "affects:v2.0"] {
        assert_eq!(sandbox.run(&["list", query, "--format", "csv"]).ok().lines().count(), 2, "{query}");
        assert_eq!(
            sandbox.run(&["list", &format!("NOT {query}"), "--format", "csv"]).ok().lines().count(),
            2
        );
        sandbox.run(&["check", &format!("status:open severity:blocker {query}")]).fails_with_gate();
    }
    sandbox.run(&["check", "affects:version"]).ok();
    let said = sandbox.run(&["check", "severity:blocker affects:1.5.0..2.0"]).fails(2);
    assert!(said.contains("is not a version") && said.contains("affects:1.5.0,1.6.0"), "{said}");
    sandbox.run(&["release", "handover", "1.5.0", "--tag", "v1.5.0", "-m", "x"]).ok();
    let said = sandbox.run(&["release", "handover", "v1.5.0", "--tag", "v1.5.0", "-m", "x"]).fails(1);
    assert!(said.contains("1.5.0 was handed over already"), "{said}");
    sandbox.run(&["release", "notes", "v1.5.0"]).ok();
    // Retired, it is not accepted any more.
    sandbox.run(&["release", "retire", "v1.5.0"]).ok();
    assert!(sandbox.run(&["release", "accept", "1.5.0"]).fails(1).contains("was retired"));
    let said =
        sandbox.run(&["release", "handover", "release/2024-01", "--tag", "v1.5.0", "-m", "x"]).fails(2);
    assert!(said.contains("use letters, digits"), "{said}");
}

#[test]
fn attributes_that_break_merges_are_found_and_repaired() {
    for (file, is_ours) in [(".support/.gitattributes", true), (".git/info/attributes", false)] {
        let sandbox = Sandbox::new();
        let id = sandbox.run(&["new", "Bug"]).ok().trim().to_owned();
        let how = if is_ours { "git commit -qm Attributes -- .support" } else { "true" };
        sandbox.shell(&format!("printf '*.txt text\\n*.yaml merge=union\\n' >{file}; {how}")).ok();
        let said = sandbox.run_unwatched(&["doctor"], "");
        assert!(said.stdout.contains("attributes.merge") && said.status != Some(0), "{said:?}");
        if is_ours {
            let _ = sandbox.run_unwatched(&["doctor", "--repair"], "");
            let text = std::fs::read_to_string(sandbox.repo().join(file)).unwrap();
            assert!(text.starts_with("*.txt text\n*.yaml merge=union\n# Written by"));
        } else {
            assert!(said.stdout.contains("git check-attr merge"), "{said:?}");
            sandbox.file(file, "*.txt text\n");
        }
        sandbox.run(&["doctor"]).ok();
        sandbox.git(&["stash", "-qu"]);
        sandbox.git(&["switch", "-qc", "side"]);
        sandbox.run(&["comment", &id, "-m", "There."]).ok();
        sandbox.git(&["switch", "-q", "main"]);
        sandbox.run(&["comment", &id, "-m", "Here."]).ok();
        sandbox.git(&["merge", "-q", "--no-edit", "side"]);
        assert!(sandbox.run(&["list"]).ok().contains("Bug"));
    }
}

#[test]
fn a_fix_that_was_squashed_or_rebased_is_named_and_can_be_named_anew() {
    for how in [
        "git switch -q main; git merge -q --squash topic; git commit -qm 'Better pay (#7)'; git branch -qD topic",
        "git switch -q main; git commit -q --allow-empty -m Other; git switch -q topic; git rebase -q main 2>/dev/null; git switch -q main; git merge -q --ff-only topic",
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-qu"]);
        let id = sandbox.run(&["new", "Bug"]).ok().trim().to_owned();
        sandbox.shell(&format!(
            "git switch -qc topic; echo 1 >fix; git add fix; git commit -qm Fix; git support resolve {id} --as fixed --commit HEAD; {how}; \
             git tag v1.0; git support release handover 1.0 --tag v1.0 -m x"
        ))
        .ok();
        let said = sandbox.run(&["release", "notes", "1.0"]);
        assert!(
            said.stderr.contains(&format!("the commits that fixed {id} are in no branch or tag")),
            "{how}: {said:?}"
        );
        let fix = sandbox.git(&["log", "-1", "--format=%H", "--", "fix"]).trim().to_owned();
        sandbox.run(&["edit", &id, "--commit", &fix]).ok();
        let said = sandbox.run(&["release", "notes", "1.0"]);
        assert!(said.stdout.contains("Bug") && said.stderr.is_empty(), "{how}: {said:?}");
        assert!(sandbox.run(&["show", &id]).ok().contains("fixed in"), "{how}");
    }
}
