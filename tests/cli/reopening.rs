//! A fix that did not help: what counts for a ticket that was reopened, and what stays open.

use crate::sandbox::Sandbox;

/// A ticket `$A` on main, fixed on a branch `topic`, and reopened.
const REOPENED: &str = "set -e; git stash -qu; A=$(git-support -q new One); git switch -qc rel; echo 0 >old; git add old; git commit -qm Old; git switch -qc topic main; echo 1 >fix; git add fix; \
    git commit -qm Fix -m \"Resolves-Ticket: $A\"; f=$(git rev-parse HEAD); git-support -q scan; git-support -q reopen $A -m 'It does not help.'; ";

#[test]
fn no_copy_of_a_fix_that_did_not_help_resolves_again() {
    for copy in [
        "git switch -q rel; git cherry-pick $f >/dev/null; git switch -q topic; git-support scan rel",
        "git switch -q rel; git cherry-pick -x $f >/dev/null; git switch -q topic; git-support scan rel",
        "git switch -q main; echo 2 >other; git add other; git commit -qm Other; git switch -q topic; git rebase -q main 2>/dev/null; git-support scan",
        "git switch -qc again rel; git cherry-pick $f >/dev/null; git commit -q --amend -m 'Fix it' -m \"Resolves-Ticket: $A\" --date='2020-01-01T00:00:00Z'; \
         git switch -q topic; git-support scan again",
    ] {
        let sandbox = Sandbox::new();
        let said = sandbox.shell(&format!("{REOPENED}{copy} 2>&1"));
        let text = said.ok();
        assert!(text.contains("was reopened, and does not resolve it"), "{copy}: {text}");
        sandbox.run(&["check", "status:open"]).fails_with_gate();
        // What is named once is not named again; what it names can be done.
        let again = sandbox.shell(
            &copy
                .rsplit_once("git-support")
                .map(|(_, scan)| format!("git-support{scan} 2>&1"))
                .unwrap_or_default(),
        );
        assert!(!again.ok().contains("reopened"), "{copy}");
        let command = text.split("if it does: git support ").nth(1).and_then(|rest| rest.lines().next());
        sandbox.shell(&format!("git-support {}", command.unwrap_or_default())).ok();
        sandbox.run(&["check", "status:open"]).ok();
    }
}

#[test]
fn a_new_fix_resolves_a_reopened_ticket() {
    for fix in [
        "echo 2 >fix; git commit -qam 'Fix it again' -m \"Resolves-Ticket: $A\"; git-support scan",
        "git switch -q rel; echo 2 >fix; git add fix; git commit -qm Fix -m \"Resolves-Ticket: $A\" --date='2030-01-01T00:00:00Z'; git switch -q topic; git-support scan rel",
    ] {
        let sandbox = Sandbox::new();
        let text = sandbox.shell(&format!("{REOPENED}{fix} 2>&1")).ok();
        assert!(text.contains("resolve"), "{fix}: {text}");
        sandbox.run(&["check", "status:open"]).ok();
    }
}

#[test]
fn a_revert_after_the_scan_is_named_with_the_way_to_reopen() {
    let sandbox = Sandbox::new();
    let said = sandbox
        .shell(
            "git stash -qu; A=$(git-support -q new Crash); echo x >f; git add f; git commit -qm \"Fixes $A\"; git-support -q scan; \
             git revert --no-edit HEAD~1 >/dev/null; git-support scan 2>&1",
        )
        .ok();
    let command =
        said.lines().find_map(|line| line.split("to reopen it: git support ").nth(1)).unwrap_or_default();
    assert!(said.contains("is reverted"), "{said}");
    assert!(!sandbox.shell("git-support scan 2>&1").ok().contains("is reverted"), "named once");
    sandbox.shell(&format!("git-support {}", command.replace("REASON", "Reverted."))).ok();
    sandbox.run(&["check", "status:open"]).fails_with_gate();
    sandbox.shell("git-support scan 2>&1").ok();
}
