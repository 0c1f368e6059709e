//! Fixes, reverts, and copies of both: what a build contains is what its files have.

use crate::sandbox::Sandbox;

/// A story in the shell, after a ticket `$A`, with `fix` (a commit of a file that resolves it) and `build V` (a tag that is
/// handed over); the builds that fix the ticket.
fn fixed(story: &str) -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::new();
    let tools = "A=$(git-support -q new One); git branch -q rel
fix() { echo 1 >fix; git add fix; git commit -qm Fix -m \"Resolves-Ticket: $A\"; }
build() { git tag v$1; git-support -q release handover $1 --tag v$1 -m x; }
";
    let said = sandbox.shell(&format!("set -e\ngit stash -qu\n{tools}{story}"));
    assert_eq!(said.status, Some(0), "{story}: {said:?}");
    let shown = sandbox.shell("git switch -q main; git-support show $(git-support list --all --format csv | sed -n 2p | cut -d, -f1)");
    let text = shown.ok();
    let builds = text.lines().find_map(|line| line.trim().strip_prefix("fixed in ")).unwrap_or_default();
    let builds = builds.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
    (sandbox, builds)
}

const STORIES: [(&str, &str, &[&str]); 14] = [
    ("a fix", "fix; git-support -q scan; build 1", &["1"]),
    (
        "its revert",
        "fix; f=$(git rev-parse HEAD); git-support -q scan; git revert --no-edit $f; build 1",
        &[],
    ),
    (
        "fix and revert, both picked",
        "fix; f=$(git rev-parse HEAD); git-support -q scan; git revert --no-edit $f; r=$(git rev-parse HEAD); \
         git switch -q rel; git cherry-pick -x $f $r; git tag v1; git switch -q main; git-support -q release handover 1 --tag v1 -m x",
        &[],
    ),
    (
        "a merge that brought a revert, reverted",
        "fix; git-support -q scan; f=$(git log --format=%H --grep ^Fix); git switch -qc undo; git revert --no-edit $f; \
         git switch -q main; git merge -q --no-ff --no-edit undo; git revert --no-edit -m1 HEAD; build 1",
        &["1"],
    ),
    (
        "the other side of a merge, reverted",
        "git switch -qc topic; fix; git switch -q main; echo 2 >b; git add b; git commit -qm b; \
         git merge -q --no-ff --no-edit topic; git revert --no-edit -m2 HEAD; git-support -q scan; build 1",
        &["1"],
    ),
    (
        "the original of a copy that is linked",
        "git switch -qc r1; echo 1 >fix; git add fix; git commit -qm Fix; f=$(git rev-parse HEAD); git tag v1; git switch -q main; \
         git cherry-pick -x $f; git-support -q resolve $A --as fixed --commit HEAD; git-support -q release handover 1 --tag v1 -m x",
        &["1"],
    ),
    (
        "a sentence about a revert",
        "fix; f=$(git rev-parse HEAD); git commit -q --allow-empty -m Docs -m \"A line such as \\\"This reverts commit $f\\\" is git's.\"; \
         git-support -q scan; build 1",
        &["1"],
    ),
    ("a commit that nobody has linked", "fix; build 1", &[]),
    (
        "a forge's revert, squashed",
        "fix; git-support -q scan; git rm -q fix; git commit -qm 'Revert \"Fix\" (#13)' -m 'Reverts acme/pay#12'; build 1",
        &[],
    ),
    (
        "the revert of such a revert",
        "fix; git commit -q --amend -m 'Fix (#12)' -m \"Resolves-Ticket: $A\"; git-support -q scan; git rm -q fix; \
         git commit -qm 'Revert \"Fix (#12)\" (#13)'; echo 1 >fix; git add fix; git commit -qm 'Revert \"Revert \"Fix (#12)\" (#13)\" (#14)'; build 1",
        &["1"],
    ),
    (
        "a revert of another subject",
        "fix; git-support -q scan; git commit -q --allow-empty -m 'Revert \"Other\"' -m Reverted; build 1",
        &["1"],
    ),
    (
        "a fix that did not help, though it was resolved again for another reason",
        "fix; git-support -q scan; git-support -q reopen $A -m Still; git-support -q resolve $A --as fixed --no-commit Configuration; build 1",
        &[],
    ),
    (
        "a fix that helped after all",
        "fix; git-support -q scan; git-support -q reopen $A -m Still; git-support -q resolve $A --as fixed --commit HEAD~2; build 1",
        &["1"],
    ),
    (
        "a stranger's commit, where only the team resolves",
        "git-support -q team add Dana --email dana@example.com --role lead; git-support -q config set policy.resolve_by_role enforce; \
         GIT_AUTHOR_EMAIL=evil@x.example fix; git-support scan; build 1",
        &[],
    ),
];

#[test]
fn a_build_fixes_what_it_contains() {
    for (what, story, expected) in STORIES {
        let (sandbox, builds) = fixed(story);
        assert_eq!(builds, expected, "{what}");
        let notes = sandbox.run(&["release", "notes", "1"]).ok();
        assert_eq!(notes.contains("One"), !expected.is_empty(), "{what}: {notes}");
    }
}

#[test]
fn the_tag_of_a_build_is_a_tag() {
    let sandbox = Sandbox::new();
    for name in ["HEAD", "main", "@{0}", "HEAD~0", "nowhere"] {
        let stderr = sandbox.run(&["release", "handover", "1", "--tag", name, "-m", "x"]).fails(1);
        assert!(stderr.contains("is not a tag of a commit here") && stderr.contains("git tag"), "{stderr}");
    }
    // A branch of its name stands in for no tag.
    sandbox
        .shell("git tag v1; git-support release handover 1 --tag v1 -m x; git tag -d v1; git branch v1")
        .ok();
    let stderr = sandbox.run(&["release", "notes", "1"]).fails(1);
    assert!(stderr.contains("tag v1 of 1 is not in this clone"), "{stderr}");
}
