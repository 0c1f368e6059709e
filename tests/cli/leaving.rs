//! People who leave the team, or give a role back: what was theirs is not lost, and what was theirs to decide does not
//! become anybody's without a word.

use crate::sandbox::Sandbox;

/// Runs the program as somebody, at a time.
const BEGIN: &str = r#"
git stash -qu
at() { t=$1 w=$2; shift 2; GIT_SUPPORT_NOW=$t GIT_AUTHOR_DATE=$t GIT_COMMITTER_DATE=$t GIT_AUTHOR_NAME=$w GIT_AUTHOR_EMAIL=$w@example.com GIT_COMMITTER_NAME=$w GIT_COMMITTER_EMAIL=$w@example.com git-support "$@"; }
D=2026-11-23
unset GIT_SUPPORT_SEED
"#;

fn said(sandbox: &Sandbox, script: &str) -> (Option<i32>, String) {
    let output = sandbox.shell(&format!("exec 2>&1\n{BEGIN}{script}"));
    (output.status, output.stdout)
}

#[test]
fn the_last_whom_a_policy_trusts_does_not_leave_it_to_anybody() {
    for (policy, role, other, gone, lacks) in [
        ("rules_by_role", "product-owner", "l1", "remove Pat", "neither lead nor product owner"),
        ("rules_by_role", "lead", "l2", "edit Pat --role l1", "neither lead nor product owner"),
        ("severity_by_owner", "product-owner", "lead", "remove Pat", "no product owner"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.is_tampered_with();
        let team = format!(
            "at ${{D}}T09:00:00Z Pat team add Pat --email Pat@example.com --role {role}
             at ${{D}}T09:01:00Z Pat team add Ann --email Ann@example.com --role {other}
             at ${{D}}T09:02:00Z Pat config set policy.{policy} enforce
             at ${{D}}T09:03:00Z Pat team {gone}"
        );
        let (status, text) = said(&sandbox, &team);
        assert_eq!(status, Some(1), "{policy}: {text}");
        assert!(text.contains(lacks) && text.contains(&format!("policy.{policy}")), "{policy}: {text}");
        // Where the policy warns, it is said.
        let (status, text) = said(
            &sandbox,
            &format!(
                "at ${{D}}T09:04:00Z Pat config set policy.{policy} warn; at ${{D}}T09:05:00Z Pat team {gone}"
            ),
        );
        assert!(status == Some(0) && text.contains("warning: ") && text.contains(lacks), "{policy}: {text}");
        let (status, text) = said(&sandbox, "git-support audit");
        assert_eq!(status, Some(0), "{policy}: {text}");
        // By hand nothing refuses it, and an audit finds it.
        let by_hand = format!(
            "git revert --no-edit HEAD; at ${{D}}T09:06:00Z Pat config set policy.{policy} enforce
             git show HEAD~2:.support/team.yaml >.support/team.yaml; git commit -qm 'Tidy the team' --author 'Pat <Pat@example.com>' -- .support
             git-support audit"
        );
        let (status, text) = said(&sandbox, &by_hand);
        assert!(
            status == Some(3) && text.contains("rules.owned") && text.contains(lacks),
            "{policy}: {text}"
        );
    }
}

/// People of a level come and go, and a desk goes on without them.
#[test]
fn the_last_of_a_level_leaves_with_a_warning() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-q", "-u"]);
    for name in ["Pat:l3", "Ann:l2"] {
        let (name, role) = name.split_once(':').unwrap();
        sandbox.run(&["team", "add", name, "--email", &format!("{name}@example.com"), "--role", role]).ok();
    }
    sandbox.run(&["config", "set", "policy.level_by_role", "enforce"]).ok();
    let said = sandbox.run(&["team", "edit", "Pat", "--role", "lead"]);
    assert!(said.stderr.contains("nobody of level 3 or higher"), "{said:?}");
    sandbox.run(&["audit"]).ok();
}

#[test]
fn a_ticket_of_somebody_who_left_is_the_levels() {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    let (status, text) = said(
        &sandbox,
        r#"
        at ${D}T08:00:00Z Lea init --owner "Pat <Pat@example.com>" -q
        for x in "Ann l1" "Bo l2" "Cy l2"; do set -- $x; at ${D}T08:00:00Z Pat team add $1 --email $1@example.com --role $2; done
        at ${D}T08:00:00Z Pat config set clocks.critical.resolution 4h
        a=$(at ${D}T09:00:00Z Ann new "Printer" --severity critical --reporter "Cust <cust@c.example>")
        at ${D}T09:01:00Z Ann escalate $a --requirements r --troubleshooting t --to Bo
        at ${D}T09:02:00Z Cy inbox
        echo == removed
        at ${D}T10:00:00Z Pat team remove Bo
        at ${D}T11:00:00Z Ann comment $a --from "Cust <cust@c.example>" -m "Any news?"
        echo == inbox
        at 2026-11-24T10:00:00Z Cy inbox --peek
        echo == taken
        at 2026-11-24T10:01:00Z Cy next --take --level 2
        git-support show $a | grep -i assignee
        "#,
    );
    assert_eq!(status, Some(0), "{text}");
    let part = |name: &str| {
        let rest = text.split(&format!("== {name}")).nth(1).unwrap_or_default();
        rest.split("== ").next().unwrap_or_default().to_owned()
    };
    assert!(part("removed").contains("git support list is:orphaned"), "{text}");
    assert!(
        part("inbox").contains("the resolution target is breached") && part("inbox").contains("Any news?"),
        "{text}"
    );
    assert!(part("taken").contains("Cy"), "{text}");
}
