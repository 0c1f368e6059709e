//! The same answers, whatever git and the index have made of a history: commit graph, Bloom filters, packs, shallow and
//! partial clones, and what is remembered of commits that are gone.

use std::path::Path;

use crate::sandbox::Sandbox;

/// When the questions are asked.
const NOW: &str = "2026-12-01T12:00:00Z";

/// A product with topic branches that overlap, late merges, a revert, a copy on a maintenance branch, tags and releases, and
/// tickets that its commits name; the ids of the tickets.
fn product() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::unborn();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let ids: Vec<String> = ["Pays twice", "No export", "Slow list"].map(|title| sandbox.ticket(title)).into();
    let commit = |branch: &str, file: &str, message: &str| {
        let line = format!(
            "git switch -q {branch} 2>/dev/null || git switch -qc {branch}; echo '{message}' >>{file}; git add {file}; \
             git commit -qm '{message}'; git rev-parse HEAD"
        );
        sandbox.shell(&line).ok().trim().to_owned()
    };
    let merge = |branch: &str| drop(sandbox.git(&["merge", "-q", "--no-ff", "--no-edit", branch]));
    let release = |version: &str| {
        let tag = format!("v{version}");
        sandbox.git(&["tag", "-am", "t", &tag]);
        sandbox.run(&["release", "handover", version, "--tag", &tag, "-m", "Ready."]).ok();
    };
    commit("main", "pay.c", "Work on payments");
    let fix = commit("early", "pay.c", &format!("Pay once\n\nResolves-Ticket: {}", ids[0]));
    sandbox.git(&["switch", "-q", "main"]);
    sandbox.run(&["triage", &ids[0], "--severity", "major", "-m", "Confirmed."]).ok();
    commit("main", "list.c", "Work on lists");
    let slow = commit("late", "list.c", &format!("Faster list\n\nFixes-Ticket: {}", ids[2]));
    sandbox.git(&["switch", "-q", "main"]);
    merge("early");
    release("1.0");
    sandbox.git(&["branch", "maint"]);
    sandbox.run(&["comment", &ids[1], "-m", "Two customers."]).ok();
    let export = commit("main", "export.c", &format!("Export\n\nResolves-Ticket: {}", ids[1]));
    merge("late");
    release("2.0");
    let message = format!("Revert: Faster list\n\nThis reverts commit {slow}.");
    commit("main", "list.c", &message);
    sandbox.git(&["switch", "-q", "maint"]);
    sandbox.shell(&format!("git cherry-pick -x {export}")).ok();
    sandbox.git(&["tag", "-am", "t", "v1.1"]);
    sandbox.git(&["switch", "-q", "main"]);
    merge("maint");
    sandbox.run(&["resolve", &ids[1], "--as", "answered", "-m", "It is there."]).ok();
    sandbox.run(&["edit", &ids[0], "--commit", &fix]).ok();
    release("3.0");
    (sandbox, ids)
}

/// What is asked of a history, and what is answered: all that is printed, and the status.
fn answers(sandbox: &Sandbox, ids: &[String]) -> Vec<(String, String)> {
    let mut questions: Vec<String> = [
        "log",
        "log -n 3",
        "log --format json",
        "list --all --format json",
        "list --at 2026-11-23T09:20:00Z --format json",
        "list is:regressed --format json",
        "release notes 1.0",
        "release notes 2.0",
        "release notes 3.0",
        "release show 2.0",
        "scan --dry-run",
        "doctor",
        "audit",
        "audit v1.0..main",
        "next --format json",
    ]
    .map(str::to_owned)
    .into();
    for id in ids {
        for question in ["log", "show", "assign --suggest", "blame", "show --format json"] {
            let (verb, rest) = question.split_once(' ').unwrap_or((question, ""));
            questions.push(format!("{verb} {rest} {id}"));
        }
    }
    let ask = |question: String| {
        let clock = format!(
            "GIT_SUPPORT_SEED=7 GIT_SUPPORT_NOW={NOW} GIT_AUTHOR_DATE={NOW} GIT_COMMITTER_DATE={NOW}"
        );
        let line = format!("{clock} git support {question} 2>&1; echo status $?");
        let answer = sandbox.shell(&line).ok();
        (question, answer)
    };
    questions.into_iter().map(ask).collect()
}

fn assert_same(sandbox: &Sandbox, ids: &[String], known: &[(String, String)], state: &str) {
    // The second time from what the first one remembered.
    for time in ["first", "second"] {
        for ((question, now), (_, before)) in answers(sandbox, ids).iter().zip(known) {
            assert_eq!(now, before, "{state}, {time} time: {question}");
        }
    }
}

fn forget(sandbox: &Sandbox) {
    sandbox.shell("rm -rf .git/support/index.sqlite* .git/support/verified .git/support/code-commits*").ok();
}

#[test]
fn a_commit_graph_filters_packs_and_an_index_change_no_answer() {
    let (sandbox, ids) = product();
    forget(&sandbox);
    let known = answers(&sandbox, &ids);
    let all: String = known.iter().map(|(_, answer)| answer.as_str()).collect();
    assert!(all.contains("fixed in") && all.contains("no problems found"), "{all}");
    assert_same(&sandbox, &ids, &known, "as it is");
    for (state, line) in [
        ("loose, no graph", "true"),
        ("commit graph", "git commit-graph write --reachable"),
        ("changed paths", "git commit-graph write --reachable --changed-paths"),
        (
            "a graph that is behind",
            "git commit-graph write --reachable --split; git update-ref refs/heads/x HEAD~1",
        ),
        ("graph not used", "git config core.commitGraph false"),
        ("packed with bitmaps", "git config --unset core.commitGraph; git gc -q; git repack -adqb"),
        ("graph of generation 1", "git -c commitGraph.generationVersion=1 commit-graph write --reachable"),
        ("no graph again", "rm -rf .git/objects/info/commit-graph*"),
        ("work tree of its own", "git worktree add -q ../side HEAD 2>/dev/null"),
    ] {
        sandbox.shell(line).ok();
        forget(&sandbox);
        assert_same(&sandbox, &ids, &known, state);
    }
}

#[test]
fn a_clone_whole_or_partial_answers_the_same() {
    let (mut sandbox, ids) = product();
    sandbox
        .shell("git config uploadpack.allowFilter true; git config uploadpack.allowAnySHA1InWant true")
        .ok();
    forget(&sandbox);
    let known = answers(&sandbox, &ids);
    let url = format!("file://{}", sandbox.repo().display());
    for (name, how) in
        [("whole", &[][..]), ("blobs", &["--filter=blob:none"]), ("trees", &["--filter=tree:0"])]
    {
        let clone = sandbox.root().join(name);
        let clone_it = [&["clone", "-q"][..], how, &[url.as_str(), clone.to_str().unwrap()]].concat();
        sandbox.git(&clone_it);
        sandbox.enter(&clone);
        sandbox.git(&["fetch", "-q", "--tags", "origin"]);
        sandbox.run(&["doctor", "--repair"]).ok();
        assert_same(&sandbox, &ids, &known, name);
    }
}

/// What is checked out is there: nothing else is fetched for it.
#[test]
fn a_mere_list_of_a_partial_clone_fetches_nothing() {
    let (sandbox, ids) = product();
    sandbox.shell("git config uploadpack.allowFilter true").ok();
    let url = format!("file://{}", sandbox.repo().display());
    let mut sandbox = sandbox.may_be_damaged();
    let clone = sandbox.root().join("clone");
    sandbox.git(&["clone", "-q", "--filter=blob:none", &url, clone.to_str().unwrap()]);
    sandbox.enter(&clone);
    sandbox.git(&["remote", "set-url", "origin", "file:///nowhere"]);
    assert_eq!(sandbox.run(&["list", "--all"]).ok().lines().count(), 4);
    assert!(sandbox.run(&["show", &ids[0]]).ok().contains("Pays twice"));
    assert!(sandbox.run(&["list", "Slow"]).ok().contains("Slow list"));
    assert!(sandbox.run(&["next"]).ok().contains("Slow list"));
}

#[test]
fn a_shallow_clone_lists_and_shows_the_same_and_says_what_it_cannot_know() {
    let (mut sandbox, ids) = product();
    let asked = |sandbox: &Sandbox| {
        let all = answers(sandbox, &ids);
        let of_now = all.into_iter().filter(|(question, _)| {
            question.starts_with("list --all")
                || question.starts_with("show --format")
                || question.starts_with("next")
        });
        of_now.collect::<Vec<_>>()
    };
    let known = asked(&sandbox);
    let whole = answers(&sandbox, &ids);
    let url = format!("file://{}", sandbox.repo().display());
    let clone = sandbox.root().join("clone");
    sandbox.git(&["clone", "-q", "--depth", "1", &url, clone.to_str().unwrap()]);
    sandbox.enter(&clone);
    // The same, beside the word that history is cut.
    let is_warning = |line: &&str| line.contains("warning: this clone is shallow");
    let mut warned = 0;
    for ((question, now), (_, before)) in asked(&sandbox).iter().zip(&known) {
        warned += now.lines().filter(is_warning).count();
        let now: String =
            now.lines().filter(|line| !is_warning(line)).map(|line| format!("{line}\n")).collect();
        assert_eq!(now.trim_end(), before.trim_end(), "{question}");
    }
    assert!(warned > 0);
    assert_eq!(sandbox.run(&["audit"]).status, Some(3));
    // What it remembered of the cut is not believed once the history is there.
    let _ = answers(&sandbox, &ids);
    sandbox.git(&["fetch", "-q", "--unshallow", "--tags"]);
    sandbox.run(&["doctor", "--repair"]).ok();
    assert_same(&sandbox, &ids, &whole, "no longer shallow");
}

#[test]
fn what_was_remembered_of_commits_that_are_gone_is_dropped() {
    let (sandbox, ids) = product();
    let _ = answers(&sandbox, &ids);
    sandbox.git(&["branch", "-f", "kept", "HEAD"]);
    for (state, line) in [
        ("the last step undone", "git reset -q --hard HEAD~1"),
        ("and done again elsewhere", "git support comment ${id} -m Again"),
        ("amended", "git commit -q --amend --no-edit --date=2026-11-23T11:00:00Z"),
        ("rebased", "git rebase -q --force-rebase HEAD~2 2>/dev/null"),
        (
            "collected",
            "git branch -qD kept early late; git reflog expire --expire=now --all; git gc -q --prune=now",
        ),
    ] {
        sandbox.shell(&line.replace("${id}", &ids[1])).ok();
        let remembered = answers(&sandbox, &ids);
        forget(&sandbox);
        let anew = answers(&sandbox, &ids);
        for ((question, remembered), (_, anew)) in remembered.iter().zip(&anew) {
            assert_eq!(remembered, anew, "{state}: {question}");
        }
    }
    let gone = Path::new(sandbox.repo()).join(".git/support/index.sqlite");
    assert!(gone.exists());
}
