//! What an audit and a gate make of histories that no single commit shows whole: merges of more than two lines, records that come
//! back, a folder that goes in two pushes, names of two things, dates to come.

use crate::sandbox::Sandbox;
use crate::tampering::{found, story};

const ENFORCED: &str =
    "as_pat git support -q config set policy.rules_by_role enforce; git tag -f before >/dev/null; ";

#[test]
fn a_merge_of_three_lines_has_what_one_of_them_changed() {
    let lines = "for n in 1 2; do git branch s$n; done; as_pat git support -q config set reopen_within 20d; \
                 as_pat git support -q team add Zoe --email zoe@x.example; \
                 for n in 1 2; do next; git switch -q s$n; git support -q new on-$n >/dev/null; echo $n >f$n; git add f$n; git commit -qm $n; done; git switch -q main; ";
    for (rules, script) in [
        ("", "git merge -q s1 s2 -m Merge"),
        ("", "git switch -q s1; git merge -q main s2 -m Merge"),
        // One that is written by hand into the merge.
        (
            "rules.owned",
            "git merge -q s1 s2 -m Merge; sed -i 's/20d/90d/' .support/config.yaml; git add .; git commit -q --amend --no-edit",
        ),
        (
            "rules.owned",
            "git merge -q s1 s2 -m Merge; git checkout -q before -- .support/team.yaml; git commit -q --amend --no-edit",
        ),
        // Two lines with a change each, and the one of the lines is left out.
        (
            "rules.owned",
            "git switch -q s1; as_pat git support -q config set audit.skew 20m; git switch -q main; \
             git commit-tree $(git merge-tree --write-tree main s2) -p main -p s1 -p s2 -m Merge >x; git reset -q --hard $(cat x)",
        ),
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{ENFORCED}{lines}{script}")).ok();
        let (names, _) = found(&sandbox, &["before.."]);
        let only: Vec<&String> = names.iter().filter(|name| name.starts_with("rules")).collect();
        assert_eq!(only, if rules.is_empty() { vec![] } else { vec![rules] }, "{script}: {names:?}");
    }
}

#[test]
fn a_record_of_a_release_comes_back_as_it_was() {
    let release = "git tag v1; as_pat git support -q release handover 1.0 --tag v1 --contact pat@x.example -m n; as_pat git support -q release accept 1.0; \
                   as_lea() { GIT_AUTHOR_NAME=Lea GIT_AUTHOR_EMAIL=lea@x.example GIT_COMMITTER_NAME=Lea GIT_COMMITTER_EMAIL=lea@x.example \"$@\"; }; \
                   as_pat git support -q team add Lea --email lea@x.example --role lead; git tag -f before >/dev/null; ";
    for (status, script) in [
        (
            0,
            "as_pat git rm -q .support/releases/1.0.yaml; as_pat git commit -qm gone; as_lea git revert --no-edit HEAD",
        ),
        (
            0,
            "mkdir sub; git mv .support sub/; git commit -qm move; git mv sub/.support .; as_lea git commit -qm back",
        ),
        // A mark that the record never had.
        (
            3,
            "as_pat git rm -q .support/releases/1.0.yaml; as_pat git commit -qm gone; git checkout -q HEAD~ -- .support/releases; sed -i '/^accepted/,$s/at: .*/at: 2026-11-20T09:00:00Z/' .support/releases/1.0.yaml; git add .; as_lea git commit -qm back",
        ),
    ] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}{release}{script}")).ok();
        let said = sandbox.run_unwatched(&["audit", "before.."], "");
        assert_eq!(said.status, Some(status), "{script}: {}", said.stdout);
        assert_eq!(status == 3, said.stdout.contains("error: release.mark"), "{script}: {}", said.stdout);
    }
}

#[test]
fn a_folder_that_goes_in_two_pushes_is_missed_in_the_second() {
    let (sandbox, tools) = story();
    sandbox.shell(&format!("{tools}mkdir sub; git mv .support sub/.support; git commit -qm move; git tag one; git rm -rq sub; git commit -qm gone; git tag two")).ok();
    assert_eq!(
        found(&sandbox, &["before..one"]),
        (vec!["rules.owned".to_owned(), "ticket.moved".to_owned()], Some(0))
    );
    assert_eq!(found(&sandbox, &["one..two"]), (vec!["ticket.removed".to_owned()], Some(3)));
    assert!(found(&sandbox, &[]).0.contains(&"ticket.removed".to_owned()));
    // Another folder is another product's.
    let (sandbox, tools) = story();
    sandbox
        .shell(&format!(
            "{tools}cp -r .support sub; git add sub; git commit -qm copy; git rm -rq sub; git commit -qm gone"
        ))
        .ok();
    assert_eq!(found(&sandbox, &["HEAD~.."]), (Vec::new(), Some(0)));
}

#[test]
fn a_gate_takes_no_tag_for_the_branch() {
    let sandbox = Sandbox::new();
    sandbox.git(&["branch", "old"]);
    sandbox.run(&["new", "Down", "--severity", "blocker"]).ok();
    sandbox.git(&["tag", "main", "old"]);
    for line in [&["check", "severity:blocker", "--at", "main"][..], &["list", "--at", "main"]] {
        let refused = sandbox.run_unwatched(line, "");
        assert_eq!(refused.status, Some(1), "{}", refused.stdout);
        assert!(
            refused.stderr.contains("'main' is a branch and a tag, of different commits"),
            "{}",
            refused.stderr
        );
    }
    assert_eq!(
        sandbox.run_unwatched(&["check", "severity:blocker", "--at", "refs/heads/main"], "").status,
        Some(3)
    );
    assert_eq!(sandbox.run_unwatched(&["check", "severity:blocker"], "").status, Some(3));
    for name in ["main~0", "main^{commit}"] {
        assert_eq!(
            sandbox.run_unwatched(&["check", "severity:blocker", "--at", name], "").status,
            Some(1),
            "{name}"
        );
    }
    // Of the remote, too: a tag comes with every clone.
    let there = sandbox.shell(
        "git tag origin/main old; git clone -q . ../new; cd ../new; git support check severity:blocker --at origin/main; echo $?; git support audit origin/main..; echo $?",
    );
    assert_eq!(there.stdout, "1\n1\n", "{}", there.stderr);
    assert!(
        there.stderr.contains("write refs/remotes/origin/main, or refs/tags/origin/main"),
        "{}",
        there.stderr
    );
    // Nor a branch that is named as the remote's, in a clone that checked it out.
    let there = sandbox.shell(
        "cd ../new; git tag -d origin/main; git branch origin/main refs/remotes/origin/main~1; git support audit origin/main..; echo $?; git support check severity:blocker --at origin/main; echo $?; git support audit refs/remotes/origin/main..; echo $?",
    );
    assert!(there.stdout.contains("1\n1\n") && there.stdout.ends_with("\n0\n"), "{there:?}");
    assert!(
        there.stderr.contains("'origin/main' is a remote's branch and a branch, of different commits")
            && there.stderr.contains("write refs/remotes/origin/main, or refs/heads/origin/main"),
        "{}",
        there.stderr
    );
    // One of the same commit is the same.
    sandbox.git(&["tag", "-f", "main", "refs/heads/main"]);
    assert_eq!(sandbox.run_unwatched(&["check", "severity:blocker", "--at", "main"], "").status, Some(3));
}

#[test]
fn what_is_dated_in_the_future_shuts_the_gate_and_is_noted() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.run(&["config", "set", "clocks.blocker.resolution", "10m"]).ok();
    let id = sandbox
        .shell("GIT_SUPPORT_NOW=2098-11-25T08:00:00Z GIT_AUTHOR_DATE=2098-11-25T08:00:00Z git support new Down --severity blocker")
        .ok();
    let id = id.trim();
    let shut = sandbox.run_unwatched(&["sla", "--gate"], "");
    assert_eq!(shut.status, Some(1), "{}", shut.stdout);
    let said = format!("cannot evaluate the gate: an entry of {id} is dated 2098-11-25 08:00, in the future");
    assert!(
        shut.stderr.contains(&said) && shut.stderr.contains(&format!("git support sla {id}")),
        "{}",
        shut.stderr
    );
    // By whatever question the targets are asked for.
    for gate in [
        &["check", "is:breached"][..],
        &["check", "severity:blocker AND NOT is:warned"],
        &["check", "is:overdue"],
        &["check", "due:<4h"],
        &["sla", id, "--gate"],
        &["sla", "severity:blocker", "--gate=warned"],
    ] {
        let shut = sandbox.run_unwatched(gate, "");
        assert!(shut.status == Some(1) && shut.stderr.contains(&said), "{gate:?}: {}", shut.stderr);
    }
    // What nothing has a clock for is judged all the same.
    assert_eq!(sandbox.run_unwatched(&["check", "severity:blocker"], "").status, Some(3));
    let listed = sandbox.run(&["sla"]);
    assert!(listed.stderr.contains("warning: an entry of"), "{}", listed.stderr);
    // The commit was made in the present: a clock that is wrong sets both dates.
    assert_eq!(found(&sandbox, &[]), (vec!["entry.time".to_owned()], Some(0)));
}

#[test]
fn git_reads_no_file_of_its_own_beside_evidence() {
    for name in [".gitattributes", ".gitignore"] {
        let (sandbox, tools) = story();
        sandbox.shell(&format!("{tools}echo '* text eol=crlf' >.support/attachments/$a/{name}; git add -f .support; git commit -qm x")).ok();
        let (rules, _) = found(&sandbox, &["before.."]);
        assert_eq!(rules, ["file.strange"], "{name}");
    }
}

#[test]
fn a_tag_named_like_a_commit_hides_no_commit() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    sandbox.is_tampered_with();
    sandbox.ticket("One");
    let begin = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.shell("f=$(git ls-files .support/tickets); echo 'title: x' >>$f; git commit -qam Tidy").ok();
    for length in ["7", "10", "40"] {
        let short = sandbox.git(&["rev-parse", &format!("--short={length}"), "HEAD"]);
        sandbox.run(&["audit", &format!("{}..{}", begin.trim(), short.trim())]).fails_with_gate();
        for reference in ["tags", "heads"] {
            let name = format!("refs/{reference}/{}", short.trim());
            sandbox.git(&["update-ref", &name, begin.trim()]);
            let range = format!("{}..{}", begin.trim(), short.trim());
            // A whole ID means the commit, for git as well.
            if length != "40" {
                let said = sandbox.run(&["audit", &range]).fails(1);
                assert!(said.contains("the beginning of a commit's ID"), "{said}");
            }
            sandbox.git(&["update-ref", "-d", &name]);
        }
    }
}
