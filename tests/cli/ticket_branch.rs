//! A branch for tickets alone: found in a fresh clone, and what was filed beside it is moved there.

use crate::sandbox::Sandbox;

/// A project with code on `main` and tickets on `tickets`, and its hub.
fn project() -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    sandbox.run(&["init", "--branch", "tickets"]).ok();
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["init", "-q", "--bare", "-b", "main", "../hub.git"]);
    sandbox.git(&["remote", "add", "origin", "../hub.git"]);
    sandbox.git(&["push", "-q", "-u", "origin", "main", "tickets"]);
    (sandbox, id)
}

/// A fresh clone of the hub.
fn cloned(sandbox: &mut Sandbox, name: &str) {
    sandbox.git(&["clone", "-q", "../hub.git", &format!("../{name}")]);
    let place = sandbox.root().join(name);
    sandbox.enter(&place);
}

#[test]
fn a_fresh_clone_finds_the_branch_of_the_tickets() {
    let (mut sandbox, id) = project();
    cloned(&mut sandbox, "fresh");
    assert!(sandbox.run(&["list"]).ok().contains("Pay fails"));
    assert!(sandbox.run(&["show", &id]).ok().contains("Pay fails"));
    assert_eq!(sandbox.git(&["branch", "--list"]).trim(), "* main", "a read makes no branch");
    let new = sandbox.run(&["new", "From the clone"]).ok().trim().to_owned();
    assert!(sandbox.git(&["log", "-1", "--format=%s", "tickets"]).contains("From the clone"));
    assert_eq!(sandbox.git(&["config", "support.branch"]).trim(), "tickets");
    assert!(!sandbox.git(&["ls-tree", "--name-only", "main"]).contains(".support"), "no second store");
    sandbox.run(&["sync"]).ok();
    assert!(sandbox.git(&["ls-tree", "-r", "--name-only", "origin/tickets"]).contains(&new));
    // The same on a detached HEAD, as CI has it.
    cloned(&mut sandbox, "ci");
    sandbox.git(&["checkout", "-q", "--detach"]);
    assert!(sandbox.run(&["list"]).ok().contains("From the clone"));
    sandbox.run(&["new", "From CI", "--push"]).ok();
}

#[test]
fn a_branch_of_a_stranger_does_not_take_the_tickets_over() {
    // Beside a store on main, a branch that names itself is none.
    let mut sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q"]);
    sandbox.ticket("Ours");
    sandbox.git(&["init", "-q", "--bare", "-b", "main", "../hub.git"]);
    sandbox.git(&["remote", "add", "origin", "../hub.git"]);
    let evil = "git switch -q --orphan evil && mkdir .support && printf 'schema: 1\\nbranch: evil\\n' >.support/config.yaml && git add .support && git commit -qm evil && git switch -q main";
    assert_eq!(sandbox.shell(evil).status, Some(0));
    sandbox.git(&["push", "-q", "-u", "origin", "main", "evil"]);
    cloned(&mut sandbox, "fresh");
    assert!(sandbox.run(&["list"]).ok().contains("Ours"));
    // Where two name themselves, neither is taken, and that is said: no tickets would be a wrong answer.
    let (mut sandbox, _) = project();
    assert_eq!(sandbox.shell(evil).status, Some(0));
    sandbox.git(&["push", "-q", "origin", "evil"]);
    cloned(&mut sandbox, "fresh");
    assert!(sandbox.run(&["list"]).fails(1).contains("branches evil and tickets both hold tickets alone"));
    sandbox.git(&["config", "support.branch", "tickets"]);
    assert!(sandbox.run(&["list"]).ok().contains("Pay fails"));
}

#[test]
fn a_ticket_filed_on_another_branch_says_so() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["new", "On main"]);
    assert!(!output.stderr.contains("opened on"), "{output:?}");
    sandbox.git(&["checkout", "-q", "-b", "feature/x"]);
    let output = sandbox.run(&["new", "On a branch"]);
    assert!(
        output.stderr.contains("opened on branch 'feature/x'") && output.stderr.contains("--branch main"),
        "{output:?}"
    );
    let output = sandbox.run(&["new", "On main again", "--branch", "main"]);
    assert!(!output.stderr.contains("opened on"), "{output:?}");
    let list = sandbox.run(&["list", "--branch", "main"]).ok();
    assert!(list.contains("On main again") && !list.contains("On a branch"), "{list}");
}

/// Takes the branch of the tickets away: a store on main begins.
fn without_the_branch(sandbox: &Sandbox) {
    sandbox.git(&["config", "--unset", "support.branch"]);
    sandbox.git(&["branch", "-q", "-D", "tickets"]);
    sandbox.git(&["update-ref", "-d", "refs/remotes/origin/tickets"]);
}

/// Brings it back.
fn with_the_branch(sandbox: &Sandbox) {
    sandbox.git(&["fetch", "-q", "origin", "tickets:tickets"]);
    sandbox.git(&["config", "support.branch", "tickets"]);
}

#[test]
fn doctor_moves_tickets_that_were_filed_beside_the_branch() {
    let (sandbox, id) = project();
    without_the_branch(&sandbox);
    let stray = sandbox.run(&["new", "Filed on main", "-m", "With a story."]).ok().trim().to_owned();
    sandbox.file("log.txt", "a log\n");
    sandbox.run(&["attach", &stray, "log.txt"]).ok();
    with_the_branch(&sandbox);
    let doctor = sandbox.run(&["doctor"]);
    assert!(
        doctor.status == Some(3)
            && doctor.stdout.contains("store.stray")
            && doctor.stdout.contains("branch main"),
        "{doctor:?}"
    );
    let said = sandbox.run_unwatched(&["doctor", "--repair"], "");
    assert!(said.stderr.contains("moved 1 ticket from branch main to branch tickets"), "{said:?}");
    let list = sandbox.run(&["list"]).ok();
    assert!(list.contains("Filed on main") && list.contains("Pay fails"), "{list}");
    assert_eq!(sandbox.run(&["attach", &stray, "--get", "log.txt", "-o", "-"]).ok(), "a log\n");
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", "main", "--", ".support/tickets"]), "");
    assert_eq!(sandbox.git(&["status", "--porcelain", "-uno"]), "");
    assert!(sandbox.run(&["show", &id]).ok().contains("Pay fails"));
    sandbox.run(&["doctor"]).ok();
    sandbox.is_tampered_with();
}

#[test]
fn what_is_written_beside_the_branch_during_the_move_is_not_lost() {
    let (sandbox, _) = project();
    without_the_branch(&sandbox);
    let stray = sandbox.run(&["new", "Filed on main"]).ok().trim().to_owned();
    for number in 0..3 {
        sandbox.file("log.txt", format!("a log {number}\n").repeat(50_000));
        sandbox.run(&["attach", &stray, "log.txt"]).ok();
    }
    with_the_branch(&sandbox);
    let both = "(git-support doctor --repair; touch ../done) & n=0; until test -e ../done; do n=$((n+1)); \
                git-support comment $id --branch main -m \"said meanwhile $n.\" && echo $n >>../accepted; done; wait";
    assert_eq!(sandbox.shell(&format!("id={stray}; {both}")).status, Some(0));
    let repaired = sandbox.run_unwatched(&["doctor", "--repair"], "");
    assert_eq!(repaired.status, Some(0), "{repaired:?}");
    let shown = sandbox.run(&["show", &stray]).ok();
    let accepted = std::fs::read_to_string(sandbox.repo().join("../accepted")).unwrap_or_default();
    for number in accepted.lines() {
        assert!(shown.contains(&format!("said meanwhile {number}.")), "{number} of {accepted}\n{shown}");
    }
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", "main", "--", ".support/tickets"]), "");
}

#[test]
fn a_branch_of_a_repository_without_code_is_no_stray() {
    let mut sandbox = Sandbox::nowhere();
    sandbox.git(&["init", "-q", "-b", "main", "."]);
    sandbox.run(&["init"]).ok();
    sandbox.run(&["new", "On main"]).ok();
    sandbox.git(&["checkout", "-q", "-b", "feature"]);
    sandbox.run(&["doctor"]).ok();
    let before = sandbox.git(&["rev-parse", "main"]);
    sandbox.run(&["doctor", "--repair"]).ok();
    assert_eq!(sandbox.git(&["rev-parse", "main"]), before);
    sandbox.git(&["checkout", "-q", "--detach"]);
    sandbox.run(&["doctor"]).ok();
    let here = sandbox.repo().to_owned();
    sandbox.enter(&here);
}

#[test]
fn a_new_branch_says_how_the_tickets_of_another_come_along() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.git(&["switch", "-q", "-c", "odd$(touch${IFS}hit);x"]);
    let id = sandbox.ticket("Pay fails");
    let said = sandbox.run(&["init", "--branch", "desk"]);
    let command = said.stderr.lines().find(|line| line.contains(" export ")).unwrap().to_owned();
    assert_eq!(said.status, Some(0));
    assert!(!sandbox.run(&["list"]).ok().contains("Pay fails"));
    sandbox.shell(&command.replace("DIR", "../files")).ok();
    assert!(sandbox.run(&["show", &id]).ok().contains("Pay fails"));
    assert!(!sandbox.repo().join("hit").exists());
}

#[test]
fn a_renamed_branch_of_tickets_is_noticed_and_named_anew() {
    let sandbox = Sandbox::new();
    let script = "git init -q --bare -b main ../h.git; git remote add origin ../h.git; git stash -qu; git push -q origin HEAD:main
        git support init -q --branch tickets; id=$(git support new T); git support sync -q; git clone -q ../h.git ../b
        git branch -m tickets desk; git config support.branch desk";
    sandbox.shell(script).ok();
    let found = sandbox.run(&["doctor"]).stdout;
    assert!(found.contains("its settings say that the tickets are on branch tickets"), "{found}");
    assert!(sandbox.run(&["sync"]).stderr.contains("which other clones read"));
    sandbox.run(&["init", "--branch", "desk"]).ok();
    assert_eq!(sandbox.run(&["config", "get", "branch"]).ok(), "desk\n");
    assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n");
    sandbox.run(&["sync"]).ok();
    // Another clone is told where they went.
    let there = sandbox.shell(
        "cd ../b; git config user.name B; git config user.email b@example.com; git config support.branch tickets; git support sync
         git -C ../h.git branch -D tickets; git fetch -q; git support sync",
    );
    assert!(there.stderr.contains("git config support.branch desk"), "{}{}", there.stdout, there.stderr);
    let there = sandbox.shell("cd ../b; git config support.branch desk; git fetch -q --prune; git support sync && git support list && git support doctor");
    assert!(there.ok().contains("  T "), "the ticket is on the new branch");
    // What came along is not said to be left behind.
    let again = sandbox.shell("cd ../b; git config support.branch tickets; git support init --branch desk");
    assert!(
        again.stderr.contains("ready already") && !again.stderr.contains("to copy them"),
        "{}",
        again.stderr
    );
}

/// What the move leaves of `.support/` on the branch of the code, or what `init` wrote there before, hides no ticket from
/// those who come later, and opens no gate.
#[test]
fn tickets_that_moved_to_a_branch_of_their_own_are_found_by_every_clone() {
    for begin in [
        "git support new 'Money is lost' --severity blocker; git push -qu origin main; git clone -q ../hub.git ../old; git support init --branch tickets; git support doctor --repair; git push -q; git support sync",
        "git support init; git push -qu origin main; git clone -q ../hub.git ../old; git support init --branch tickets; git support new 'Money is lost' --severity blocker; git push -q; git support sync",
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-q", "-u"]);
        sandbox
            .shell(&format!(
                "set -e; unset GIT_SUPPORT_SEED; git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; {begin}
                 git clone -q ../hub.git ../new; git -C ../old pull -q"
            ))
            .ok();
        assert!(sandbox.git(&["ls-tree", "-r", "--name-only", "main"]).contains(".support/"), "{begin}");
        for clone in ["new", "old"] {
            for more in ["", "export CI=true; ", "git switch -qc feature; "] {
                let said = sandbox.shell(&format!(
                    "cd ../{clone}; git switch -qf main; git branch -qD feature 2>/dev/null; {more}git support list; git support doctor; git support check"
                ));
                assert!(said.stdout.contains("Money is lost"), "{begin} {clone} {more}: {said:?}");
                assert_eq!(said.status, Some(3), "{begin} {clone} {more}: {said:?}");
                assert!(!said.stdout.contains("history.lost"), "{said:?}");
            }
            // What is left there says nothing of tickets.
            let then = sandbox.shell(&format!("cd ../{clone}; git support list --at origin/main"));
            assert!(then.fails(1).contains("the tickets are on tickets"), "{begin} {clone}");
            let filed = sandbox.shell(&format!(
                "cd ../{clone}; git config user.name Eve; git config user.email eve@example.com; git switch -qf main
                 git support new Another --push && git log -1 --format=%s origin/tickets"
            ));
            assert!(filed.ok().contains("open "), "{begin} {clone}");
        }
    }
}

/// A commit of code says nothing of tickets that are on a branch of their own: no empty answer is given for one.
#[test]
fn a_commit_of_code_has_no_tickets_and_says_so() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    sandbox.run(&["init", "--branch", "tickets"]).ok();
    sandbox.git(&["tag", "v1"]);
    let id = sandbox.ticket("Pay fails");
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "More"]);
    sandbox.git(&["tag", "v2"]);
    for line in [
        vec!["list", "--at", "v2"],
        vec!["show", &id, "--at", "v2"],
        vec!["report", "--at", "v2"],
        vec!["next", "--at", "v2"],
        vec!["diff", "v1..v2"],
        vec!["diff", "HEAD~1"],
        vec!["check", "--at", "v2"],
    ] {
        let said = sandbox.run(&line).fails(1);
        assert!(said.contains("has no .support/tickets: the tickets are on tickets"), "{line:?}: {said}");
        // The time that is proposed is one.
        let time = said.split("instead: ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        let list = sandbox.run(&["list", "--at", time]);
        assert!(list.status == Some(0) || list.stderr.contains("as old as"), "{list:?}");
    }
    assert!(sandbox.run(&["list", "--at", "tickets"]).ok().contains("Pay fails"));
}

/// Clones that were there before the tickets got a branch of their own come to it by a sync, and push no second store.
#[test]
fn a_clone_from_before_the_branch_of_the_tickets_begins_no_other() {
    for late in [
        // With the branch of the code, and of a repository that was empty.
        "git push -q origin main; git clone -q ../hub.git ../late",
        "git clone -q ../hub.git ../late 2>/dev/null; git -C ../late checkout -q -b main; git push -q origin main",
    ] {
        for first in [
            "",
            "git support new 'From late'",
            "git support new 'From late' --push; git support new 'From late' --push",
        ] {
            let sandbox = Sandbox::new();
            sandbox.git(&["stash", "-q", "-u"]);
            let said = sandbox.shell(&format!(
                "unset GIT_SUPPORT_SEED; git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; {late}
                 git support init --branch tickets --owner me >/dev/null; git support new 'From ann' --push >/dev/null
                 cd ../late; git config user.name Lee; git config user.email lee@example.com; {first}
                 git support sync || {{ git config support.branch tickets; git support doctor --repair; git support sync; }}
                 git support list"
            ));
            assert!(said.stdout.contains("From ann"), "{late} {first}: {said:?}");
            let hint = "hint: git config support.branch tickets; git support doctor --repair";
            let is_late = !first.is_empty() && !first.contains("--push");
            assert_eq!(said.stderr.contains(hint), is_late, "{late} {first}: {said:?}");
            sandbox.shell("git support sync").ok();
            let here = sandbox.run(&["list"]).ok();
            assert_eq!(here.contains("From late"), !first.is_empty(), "{late} {first}: {said:?} {here}");
            let main = sandbox.shell("git -C ../hub.git ls-tree -r --name-only main").stdout;
            assert!(!main.contains(".support"), "{late} {first}: {main}");
        }
    }
}
