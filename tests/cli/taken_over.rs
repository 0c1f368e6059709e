//! Settings that `sync` carries between lines of history whose code differs: nothing that one side took back comes again from
//! the other, and who changed a rule answers for it, not who took it over.

use crate::sandbox::Sandbox;

/// A remote, the clone of a product owner in which the sandbox is, and the clone `kim` of somebody of level 3 with a commit
/// of code that is not pushed.
const CLONES: &str = r#"
set -e
git init -q --bare -b main ../hub.git; git remote add origin ../hub.git
git support -q init --owner me; git support -q team add Kim --email kim@example.com --role l3
git support -q config set policy.rules_by_role enforce; git push -qu origin HEAD
git clone -q ../hub.git ../kim
git -C ../kim config user.name Kim; git -C ../kim config user.email kim@example.com
echo a >../kim/a.rs; git -C ../kim add a.rs; git -C ../kim commit -qm Code
"#;
const TOOLS: &str = r#"
set -e
as_kim() { (cd ../kim; GIT_AUTHOR_NAME=Kim GIT_AUTHOR_EMAIL=kim@example.com GIT_COMMITTER_NAME=Kim GIT_COMMITTER_EMAIL=kim@example.com "$@"); }
add() { git support -q team add "$1" --email "$1@example.com" --role l2; git support -q sync; }
remove() { git support -q team remove "$1"; git support -q sync; }
team() { git support team; }
"#;

fn story(script: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.shell(CLONES).ok();
    let said = sandbox.shell(&format!("{TOOLS}{script}")).ok();
    (sandbox, said)
}

#[test]
fn who_takes_a_rule_over_has_not_changed_it() {
    let cases = [
        "add bo",
        "git support -q vendor add acme --email help@acme.example; git support -q sync",
        "git tag v1.0; git support -q release handover 1.0 --tag v1.0 -m Cards; git support -q sync",
        "add bo; as_kim git support -q sync; remove bo",
        "git support -q config set commit.prefix desk; git support -q sync; as_kim git support -q sync; git support -q config set commit.prefix support; git support -q sync",
    ];
    for case in cases {
        let (sandbox, _) = story(&format!("{case}; as_kim git support -q sync"));
        let said = sandbox
            .shell(&format!("{TOOLS}as_kim git log -1 --format=%s%n%b; as_kim git support audit"))
            .ok();
        assert!(said.contains("take over") && said.contains("no problems found"), "{case}\n{said}");
        // Also when the code is published, whoever takes it over from there, and to who has nothing but the branch.
        let more = "as_kim git pull -q --no-rebase --no-edit; as_kim git push -q; as_kim git support audit; git pull -q; echo b >b.rs; git add b.rs; git commit -qm B; git support audit; git clone -q ../hub.git ../new; cd ../new; git support audit";
        let said = sandbox.shell(&format!("{TOOLS}{more}")).ok();
        assert_eq!(said.matches("no problems found").count(), 3, "{case}\n{said}");
    }
}

#[test]
fn what_one_side_took_back_does_not_come_again_from_the_other() {
    let cases = [
        // Taken over, and then removed where it came from.
        ("add bo; as_kim git support -q sync; remove bo; as_kim git support -q sync", "", "bo"),
        ("add bo; as_kim git support -q sync; remove bo; add cy; as_kim git support -q sync", "cy", "bo"),
        (
            "add bo; as_kim git support -q sync; remove bo; as_kim git support -q sync; add bo; as_kim git support -q sync",
            "bo",
            "cy",
        ),
        // Sent, and then removed where it went.
        ("lead; mine add bo; git support -q sync; remove bo; as_kim git support -q sync", "", "bo"),
        ("lead; mine add bo; git support -q sync; remove bo; add cy; as_kim git support -q sync", "cy", "bo"),
        // Sent, and then removed by who sent it.
        ("lead; mine add bo; mine remove bo; git support -q sync", "", "bo"),
        (
            "lead; mine add bo; git support -q sync; git support -q team edit 'Dana Li' --email also@example.com; git support -q sync; mine remove bo; git support -q sync",
            "also",
            "bo",
        ),
        // Changed further on the other side.
        (
            "lead; mine add bo; git support -q sync; git support -q team edit bo --role lead; git support -q sync; as_kim git support -q sync",
            "lead",
            "cy",
        ),
    ];
    let tools = "
        lead() { git support -q team edit Kim --role lead; git support -q sync; as_kim git support -q sync; }
        mine() { as_kim \"$1\" \"$2\"; }
        ";
    for (case, has, has_not) in cases {
        let (sandbox, _) = story(&format!("{tools}{case}"));
        let script = format!(
            "{TOOLS}git support -q sync; team; as_kim git support team; git status --porcelain; as_kim git status --porcelain"
        );
        let said = sandbox.shell(&script).ok();
        let rows = |name: &str| said.lines().filter(|line| line.contains(name)).count();
        assert_eq!(rows(has_not), 0, "{case}\n{said}");
        assert!(has.is_empty() || rows(has) >= 2, "{case}\n{said}");
    }
}

#[test]
fn who_names_a_source_that_does_not_allow_it_has_changed_the_rules() {
    let take = "take() { as_kim git checkout -q $1 -- .support/team.yaml; as_kim git commit -qm \"support: take over the tickets of origin/main\n\nSupport-Source: $(as_kim git rev-parse $1)\nSupport-Action: sync\"; }
        edit() { sed -i 's/roles: \\[l3\\]/roles: [lead]/' ../kim/.support/team.yaml; as_kim git commit -qam \"$1\"; }
        ";
    let cases = [
        // Back to what a leader once wrote.
        "old=$(git rev-parse HEAD); add bo; as_kim git pull -q --no-rebase --no-edit; take $old",
        // From a line of their own, by themselves, or by who they made one.
        "as_kim git switch -qc side; edit Role; as_kim git switch -q main; take side",
        "as_kim git switch -qc side; edit Role; as_kim git support -q team add Bo --email bo@example.com --role lead; as_kim git switch -q main; take side",
        // From a leader's, with something beside.
        "add bo; as_kim git fetch -q; take origin/main; sed -i 's/l3/lead/' ../kim/.support/team.yaml; as_kim git commit -q --amend -a --no-edit",
        // What a leader wrote on a line from before a later rule: what came since goes.
        "git switch -qc old; git support -q team add bo --email bo@example.com --role l2; git push -q origin old; git switch -q main; add cy; as_kim git pull -q --no-rebase --no-edit; as_kim git fetch -q; take origin/old",
        // From nowhere.
        "edit \"support: take over the tickets of origin/main\n\nSupport-Source: 0123456789012345678901234567890123456789\nSupport-Action: sync\"",
    ];
    for case in cases {
        let (sandbox, _) = story(&format!("{take}{case}"));
        let said = sandbox.shell(&format!("{TOOLS}as_kim git support audit"));
        assert!(said.stdout.contains("rules.owned") && said.status == Some(3), "{case}\n{}", said.stdout);
    }
}
