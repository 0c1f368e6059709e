//! What `sync` carries between lines of history whose code differs: tickets and their evidence. Settings come and go with the
//! code, in the commits of who changed them: nothing that one side took back comes again from the other.

use crate::sandbox::Sandbox;

/// A remote, the clone of a product owner in which the sandbox is, and the clone `kim` of somebody of level 3 with a commit
/// of code that is not pushed.
const CLONES: &str = r#"
set -e
git init -q --bare -b main ../hub.git; git remote add origin ../hub.git
git support -q init --owner me; git support -q team add Kim --email kim@example.com --role l3
git support -q config set policy.rules_by_role enforce; git support -q new One; git push -qu origin HEAD
git clone -q ../hub.git ../kim
git -C ../kim config user.name Kim; git -C ../kim config user.email kim@example.com
echo a >../kim/a.rs; git -C ../kim add a.rs; git -C ../kim commit -qm Code
"#;
const TOOLS: &str = r#"
set -e
as_kim() { (cd ../kim; GIT_AUTHOR_NAME=Kim GIT_AUTHOR_EMAIL=kim@example.com GIT_COMMITTER_NAME=Kim GIT_COMMITTER_EMAIL=kim@example.com GIT_SUPPORT_SEED=$RANDOM "$@"); }
s() { git support -q "$@"; }
add() { s team add "$1" --email "$1@example.com" --role l2; s sync; }
remove() { s team remove "$1"; s sync; }
lead() { s team edit Kim --role lead; s sync; as_kim git pull -q --no-rebase --no-edit; }
id=$(git support list --format csv | sed -n 2p | cut -d, -f1)
"#;

fn story(script: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    sandbox.is_tampered_with();
    sandbox.shell(CLONES).ok();
    let said = sandbox.shell(&format!("exec 2>&1\n{TOOLS}{script}"));
    (sandbox, said.stdout)
}

#[test]
fn settings_come_with_the_code_and_who_syncs_has_not_changed_them() {
    let cases = [
        "add bo",
        "s vendor add acme --email help@acme.example; s sync",
        "git tag v1.0; s release handover 1.0 --tag v1.0 -m Cards; s sync",
        "add bo; as_kim git support -q sync; remove bo",
        "s config set commit.prefix desk; s sync; as_kim git support -q sync; s config set commit.prefix support; s sync",
    ];
    for case in cases {
        let (sandbox, said) = story(&format!(
            "{case}; s comment $id -m Seen.; s sync; as_kim git support sync; as_kim git support audit"
        ));
        let is_open = !case.contains("remove bo");
        assert_eq!(said.contains("settings on origin/main were not synced"), is_open, "{case}\n{said}");
        assert!(
            said.contains("1 ticket from origin") && said.contains("no problems found"),
            "{case}\n{said}"
        );
        let more = "as_kim git pull -q --no-rebase --no-edit; as_kim git push -q; as_kim git support audit; git pull -q; git support audit; git diff --stat HEAD origin/main -- .support; git clone -q ../hub.git ../new; cd ../new; git support audit";
        let said = sandbox.shell(&format!("{TOOLS}{more}")).ok();
        assert_eq!(said.matches("no problems found").count(), 3, "{case}\n{said}");
    }
}

#[test]
fn what_one_side_took_back_does_not_come_again_from_the_other() {
    // In the end the code meets, and so do the settings: as git merges them.
    let meet = "; as_kim git support sync; as_kim git pull -q --no-rebase --no-edit; as_kim git push -q; git pull -q; s sync; git support team; as_kim git support team";
    let cases = [
        ("add bo; as_kim git support -q sync; remove bo", "", "bo@"),
        ("add bo; as_kim git support -q sync; remove bo; add cy", "cy@", "bo@"),
        ("add bo; as_kim git support -q sync; remove bo; as_kim git support -q sync; add bo", "bo@", "cy@"),
        // A lead's own go with their code, each once, and the last one counts.
        (
            "lead; as_kim git support -q team add bo --email bo@example.com; as_kim git support -q team remove bo; s sync",
            "",
            "bo@",
        ),
        (
            "lead; add zed; remove zed; as_kim git support -q sync; as_kim git support -q team add zed --email zed@example.com",
            "zed@",
            "bo@",
        ),
        ("add zed; lead; remove zed; add zed; as_kim git support -q team remove zed", "", "zed@"),
    ];
    for (case, has, has_not) in cases {
        let (_sandbox, said) = story(&format!("{case}{meet}"));
        let rows = |name: &str| said.lines().filter(|line| line.contains(name)).count();
        assert_eq!(rows(has_not), 0, "{case}\n{said}");
        assert!(has.is_empty() || rows(has) == 2, "{case}\n{said}");
    }
}

#[test]
fn ones_own_settings_are_said_to_go_with_the_code() {
    let (sandbox, said) = story(
        "lead; as_kim git support team add bo --email bo@example.com; as_kim git support comment $id -m Mine. --push; s sync; git support show $id; git support team",
    );
    assert!(
        said.contains(
            "note: settings on main were not pushed, its code differs (.support/team.yaml): git push"
        ),
        "{said}"
    );
    assert!(said.contains("Mine.") && !said.contains("bo@"), "{said}");
    // A conflict of settings is git's to tell, and keeps no ticket.
    let said = sandbox.shell(&format!("exec 2>&1\n{TOOLS}s team add cy --email cy@example.com; s comment $id -m Ours.; s sync; as_kim git support sync; as_kim git support show $id")).stdout;
    assert!(said.contains("Ours.") && said.contains("were not synced"), "{said}");
}

#[test]
fn who_has_nothing_of_ours_yet_gets_all_of_it() {
    let sandbox = Sandbox::new();
    let said = sandbox.shell(
        "set -e; exec 2>&1; git stash -q -u; git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q -u origin main
        git clone -q ../hub.git ../kim; cd ../kim; echo a >a.rs; git add a.rs; git -c user.name=Kim -c user.email=k@example.com commit -qm Code; cd ../repo
        git support -q init --owner me; git support -q new One; git support -q sync; cd ../kim; git support sync; git support team; git support list",
    ).stdout;
    assert!(said.contains("product-owner") && said.contains("One"), "{said}");
}

#[test]
fn a_take_over_is_nobodys_change_to_undo_and_a_setting_is_undone_by_who_may_set_it() {
    let cases = [
        // Somebody else's settings and comments.
        "s config set policy.severity_by_owner enforce; s comment $id -m Theirs.; s sync; as_kim git support -q comment $id -m Mine.; as_kim git support -q sync; as_kim git support undo; as_kim git support show $id; as_kim git support config get policy.severity_by_owner || true",
        // A former lead's own.
        "lead; as_kim git support -q config set policy.severity_by_owner enforce; as_kim git push -q; git pull -q; s team edit Kim --role l3; s sync; as_kim git pull -q --no-rebase --no-edit; as_kim git support undo $(as_kim git log --format=%h --grep=severity_by_owner -1) || true; as_kim git support config get policy.severity_by_owner",
    ];
    let (_sandbox, said) = story(cases[0]);
    assert!(said.contains("undone: comment") && said.contains("Theirs."), "{said}");
    let (_sandbox, said) = story(cases[1]);
    assert!(
        said.contains("not allowed to change .support/config.yaml") && said.ends_with("enforce\n"),
        "{said}"
    );
}

#[test]
fn a_commit_that_says_it_took_rules_over_has_changed_them() {
    let take = "take() { as_kim git checkout -q $1 -- .support/team.yaml; as_kim git commit -qm \"support: take over the tickets of origin/main\n\nSupport-Source: $(as_kim git rev-parse $1)\nSupport-Action: sync\"; }; ";
    let cases = [
        "old=$(git rev-parse HEAD); add bo; as_kim git pull -q --no-rebase --no-edit; take $old",
        "s team edit Kim --role lead; s sync; s team edit Kim --role l3; s sync; as_kim git fetch -q; take origin/main~1",
    ];
    for case in cases {
        let (_sandbox, said) = story(&format!("{take}{case}; as_kim git support audit"));
        assert!(said.contains("rules.owned"), "{case}\n{said}");
    }
}
