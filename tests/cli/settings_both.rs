//! Settings and people that two clones change at once.

use crate::sandbox::Sandbox;
use crate::syncing::clones;

/// Clone A changes and sends, clone B changes; what B's next command says.
fn both(before: &str, ours: &str, theirs: &str, then: &str) -> (Sandbox, crate::sandbox::Output) {
    let (mut sandbox, a, b) = clones();
    sandbox.shell(&format!("{before}\ngit support sync -q")).ok();
    sandbox.enter(&b);
    sandbox.shell("git support sync -q").ok();
    sandbox.enter(&a);
    sandbox.shell(&format!("{ours}\ngit support sync -q")).ok();
    sandbox.enter(&b);
    let said = sandbox.shell(&format!("set -e\n{theirs}\n{then}"));
    (sandbox, said)
}

const BEGUN: &str = "git support team add 'Dana Li' --email dana@example.com --role lead -q";
const CY: &str = "git support team add Cy --email cy@example.com --role l2 -q";
const DI: &str = "git support team add Di --email di@example.com --role l3 -q";

#[test]
fn both_are_kept_by_sync_and_no_audit_accuses_the_merge() {
    for (ours, theirs, expected) in [
        (CY, DI, ["name: Cy", "name: Di"]),
        (
            "git support team edit 'Dana Li' --role lead --role l1 -q",
            "git support team edit 'Dana Li' --email dana@example.com --email d@example.com -q",
            ["roles: [lead, l1]", "[dana@example.com, d@example.com]"],
        ),
        (
            "git support config set clocks.blocker.resolution 4h -q",
            "git support config set queries.mine assignee:me -q",
            ["resolution: 4h", "mine: assignee:me"],
        ),
        (
            "git support config set clocks.blocker.resolution 4h -q",
            "git support config set clocks.blocker.response 1h -q",
            ["resolution: 4h", "response: 1h"],
        ),
    ] {
        let (sandbox, said) =
            both(BEGUN, ours, theirs, "git support sync; git support doctor; git support audit");
        let said = said.ok();
        let files = sandbox.shell("cat .support/team.yaml .support/config.yaml").stdout;
        let found = expected.map(|text| files.contains(text));
        assert_eq!(found, [true, true], "{ours}\n{theirs}\n{said}\n{files}");
        // In the name of somebody who may not change the rules: the merge changes nothing of its own.
        let (_, said) = both(
            &format!("{BEGUN}\ngit support config set policy.rules_by_role enforce -q"),
            ours,
            theirs,
            "export GIT_AUTHOR_NAME=Kim GIT_AUTHOR_EMAIL=kim@example.com GIT_COMMITTER_NAME=Kim GIT_COMMITTER_EMAIL=kim@example.com
             git support sync; git support audit",
        );
        said.ok();
    }
}

#[test]
fn a_conflict_that_git_left_is_settled_by_the_command_that_doctor_prints() {
    let (sandbox, said) = both(BEGUN, CY, DI, "git stash -qu; git pull -q --no-rebase || git support doctor");
    assert!(
        said.stdout.contains("is in conflict") && said.stdout.contains("git support doctor --repair"),
        "{}",
        said.stdout
    );
    sandbox.shell("git support doctor --repair && git commit -qm 'Merge' && git support sync -q && git support audit").ok();
    let team = sandbox.git(&["show", "HEAD:.support/team.yaml"]);
    assert!(team.contains("Cy") && team.contains("Di"), "{team}");
}

#[test]
fn what_both_set_otherwise_is_left_to_people() {
    for (ours, theirs, value) in [
        (CY, "git support team add Cy --email cy@second.example --role l1 -q", "people.Cy"),
        (
            "git support config set clocks.blocker.resolution 4h -q",
            "git support config set clocks.blocker.resolution 8h -q",
            "clocks.blocker.resolution",
        ),
        (
            "git support team remove 'Dana Li' -q",
            "git support team edit 'Dana Li' --role l1 -q",
            "people.Dana Li",
        ),
    ] {
        let (_, said) = both(BEGUN, ours, theirs, "git support sync");
        let refused = said.fails(1);
        let named = format!("was changed on both sides in {value}\n");
        assert!(refused.contains(&named), "{refused}");
    }
}

#[test]
fn two_who_each_remove_one_product_owner_are_found_by_an_audit() {
    let begun = "git support team add Kim --email kim@example.com --role product-owner -q
         git support team add 'Dana Li' --email dana@example.com --role product-owner -q
         git support config set policy.severity_by_owner enforce -q";
    let (sandbox, said) = both(
        begun,
        "git support team edit Kim --role l1 -q",
        "git support team edit 'Dana Li' --role l1 -q",
        "git support sync -q; git support audit --from-start",
    );
    assert!(said.stdout.contains("would have no product owner"), "{said:?}");
    sandbox.is_tampered_with();
}

#[test]
fn the_last_product_owner_is_not_removed_by_hand_either() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    sandbox
        .shell(
            "git support team add 'Dana Li' --email dana@example.com --role product-owner --role lead -q
             git support config set policy.severity_by_owner enforce -q
             sed -i 's/product-owner, //' .support/team.yaml",
        )
        .ok();
    assert!(!sandbox.shell("cat .support/team.yaml").stdout.contains("product-owner"));
    let said = sandbox.run_unwatched(&["save", "-m", "x"], "").fails(1);
    assert!(said.contains("would have no product owner"), "{said}");
}

#[test]
fn a_group_of_settings_without_a_value_sets_nothing() {
    for group in ["clocks", "calendars", "queries", "policy", "commit", "agreement", "levels"] {
        let sandbox = Sandbox::new();
        sandbox.git(&["stash", "-qu"]);
        sandbox.shell(&format!("mkdir -p .support; printf 'schema: 1\\n{group}:\\n' >.support/config.yaml; git add .support; git commit -qm Group")).ok();
        sandbox.run(&["check", "severity:blocker"]).ok();
        assert!(!sandbox.run_unwatched(&["doctor"], "").stdout.contains("unknown"));
    }
}

#[test]
fn a_repair_takes_no_target_away_that_is_misspelt() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    sandbox
        .shell(
            "git support config set clocks.blocker.resolution 4h -q; git support config set clocks.major.resolution 8h -q
             sed -i 's/  major:/  majr:/' .support/config.yaml; git commit -qam Typo",
        )
        .ok();
    let said = sandbox.run_unwatched(&["doctor", "--repair"], "");
    assert!(said.status != Some(0) && said.stdout.contains("clocks.majr"), "{said:?}");
    assert!(sandbox.run(&["sla", "--gate"]).status != Some(0));
    sandbox
        .shell("sed -i 's/  majr:/  major:/' .support/config.yaml; git commit -qam Right; git support doctor")
        .ok();
    // An audit notes the commit with the typo.
    sandbox.is_tampered_with();
}

#[test]
fn a_merge_by_hand_that_takes_the_team_from_before_there_was_an_owner_is_found() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    sandbox
        .shell(
            "git support team add 'Dana Li' --email dana@example.com --role lead -q
             git support config set policy.severity_by_owner enforce -q
             git switch -qc side; git commit -q --allow-empty -m Work; git switch -q main
             git support team add Kim --email kim@example.com --role product-owner -q
             git merge -q --no-commit --no-ff side; git checkout -q side -- .support/team.yaml; git commit -qm 'Merge side'",
        )
        .ok();
    let said = sandbox.run_unwatched(&["audit", "--from-start"], "");
    assert!(said.stdout.contains("would have no product owner"), "{said:?}");
    sandbox.is_tampered_with();
}

#[test]
fn two_changes_that_leave_nobody_together_are_named() {
    let owners = format!(
        "{BEGUN}; git support team add Pat --email pat@example.com --role product-owner -q; git support team add Sam --email sam@example.com --role product-owner -q"
    );
    let (_sandbox, said) = both(
        &owners,
        "git support team edit Pat --role l3 -q",
        "git support team edit Sam --role l3 -q; git support sync 2>&1; git support sync 2>&1",
        "git support team edit Pat --role product-owner -q; git support sync 2>&1",
    );
    let said = said.ok();
    let named = "warning: the team now has no product owner: anybody could set a severity (policy.severity_by_owner): git support team edit NAME --role ROLE";
    assert_eq!(said.matches(named).count(), 1, "{said}");
}
