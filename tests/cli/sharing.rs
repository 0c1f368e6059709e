//! A shared repository, as `core.sharedRepository` makes one: two people of a group use it in turn.

use std::process::Command;

use crate::sandbox::{Sandbox, finish};

/// Two people of one group, by their numbers; nobody else on the machine need have them.
const PEOPLE: [(&str, u32); 2] = [("ann", 52_001), ("bob", 52_002)];
const GROUP: u32 = 52_000;

/// Runs a line in the shell as somebody of the group.
fn as_person(sandbox: &Sandbox, (name, id): (&str, u32), umask: &str, line: &str) -> String {
    let root = sandbox.root();
    let mut command = Command::new("setpriv");
    command
        .args([format!("--reuid={id}"), format!("--regid={GROUP}"), "--clear-groups".to_owned()])
        .args(["sh", "-ec", &format!("umask {umask}; {line}")])
        .current_dir(root)
        .env_clear()
        .env("PATH", format!("{}:{}", root.join("bin").display(), std::env::var("PATH").unwrap()))
        .env("HOME", root.join(name))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("LC_ALL", "C.UTF-8");
    finish(command, b"").ok()
}

/// True where the test may become somebody else.
fn may_become_others(sandbox: &Sandbox) -> bool {
    sandbox.shell("test \"$(id -u)\" = 0 && setpriv --version >/dev/null 2>&1").status == Some(0)
}

/// A place that others may read, with the program in it; `None` where the test may not become somebody else.
fn for_others() -> Option<Sandbox> {
    let sandbox = Sandbox::nowhere();
    if !may_become_others(&sandbox) {
        let _ = std::io::Write::write_all(&mut std::io::stdout(), b"left out: needs root and setpriv\n");
        return None;
    }
    let binary = env!("CARGO_BIN_EXE_git-support");
    sandbox
        .shell(&format!("cd .. && chmod 755 . && mkdir bin && cp {binary} bin/ && chmod -R a+rX bin"))
        .ok();
    Some(sandbox)
}

/// Everything in the shared repository is the group's.
fn assert_is_the_groups(sandbox: &Sandbox) {
    let closed = sandbox.shell("cd ../shared.git && find . -type d ! -perm -2770 -not -path './hooks*'; find . -type f ! -perm -0440");
    assert_eq!(closed.stdout, "", "what the group cannot use");
    let own = sandbox.shell("cd ../shared.git/support && find . -type f ! -perm -0660");
    assert_eq!(own.stdout, "", "what the group cannot write");
    assert_eq!(sandbox.git(&["-C", "../shared.git", "fsck", "--strict"]), "");
}

#[test]
fn two_people_of_a_group_write_in_turn() {
    let Some(sandbox) = for_others() else { return };
    sandbox
        .shell(&format!(
            "cd .. && git init -q --bare --shared=group -b main shared.git && chgrp -R {GROUP} shared.git && chmod -R g+ws shared.git"
        ))
        .ok();
    for (name, id) in PEOPLE {
        sandbox.shell(&format!("cd .. && mkdir {name} && chown {id}:{GROUP} {name}")).ok();
        let line = format!(
            "git config --global safe.directory '*'; git config --global user.name {name};
             git config --global user.email {name}@example.com; git config --global init.defaultBranch main"
        );
        as_person(&sandbox, (name, id), "022", &line);
    }
    as_person(
        &sandbox,
        PEOPLE[0],
        "022",
        "git clone -q shared.git ann/clone 2>/dev/null; cd ann/clone; git commit -q --allow-empty -m Begin; git push -q origin HEAD:main",
    );
    as_person(&sandbox, PEOPLE[1], "022", "git clone -q shared.git bob/clone");
    for round in 0..20 {
        let (one, other) = if round % 2 == 0 { (PEOPLE[0], PEOPLE[1]) } else { (PEOPLE[1], PEOPLE[0]) };
        let umask = if round % 3 == 0 { "077" } else { "022" };
        as_person(
            &sandbox,
            one,
            umask,
            &format!("cd {}/clone; git support new 'Round {round}' --push", one.0),
        );
        let push = format!(
            "cd {}/clone; git pull -q --rebase; git commit -q --allow-empty -m 'Round {round}'; git push -q",
            other.0
        );
        as_person(&sandbox, other, umask, &push);
        as_person(&sandbox, one, umask, &format!("cd {}/clone; git pull -q --rebase", one.0));
        // And in the shared repository itself.
        for person in [one, other] {
            as_person(
                &sandbox,
                person,
                umask,
                "cd shared.git; git support new Direct; git support list >/dev/null",
            );
        }
        for person in [one, other] {
            as_person(&sandbox, person, umask, &format!("cd {}/clone; git pull -q --rebase", person.0));
        }
    }
    assert_is_the_groups(&sandbox);
    // The work tree is its user's: the umask says who may read it.
    let modes = sandbox.shell("cd ../ann/clone && git config core.sharedRepository group && chown -R 52001:52000 .git && stat -c %a .support/config.yaml .support/.gitattributes 2>/dev/null | sort -u");
    assert!(!modes.stdout.contains("66"), "{modes:?}");
}

#[test]
fn a_conflict_on_a_branch_beside_is_settled_as_the_hint_says() {
    let (mut sandbox, a, b) = crate::syncing::clones();
    sandbox.run(&["init", "--branch", "tickets"]).ok();
    sandbox.run(&["config", "set", "agreement.hours", "5"]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&b);
    sandbox.git(&["fetch", "-q"]);
    sandbox.run(&["list"]).ok();
    sandbox.run(&["config", "set", "agreement.hours", "10"]).ok();
    sandbox.run(&["sync"]).ok();
    sandbox.enter(&a);
    sandbox.run(&["config", "set", "agreement.hours", "20"]).ok();
    let kept = sandbox.ticket("Kept");
    let refused = sandbox.run(&["sync"]).fails(1);
    let hint = refused.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap();
    let (begin, end) = hint.split_once(", settle the conflict there, ").unwrap();
    assert_ne!(sandbox.shell(begin).status, Some(0), "{begin}");
    let file = sandbox.repo().join("../tickets/.support/config.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let is_mark = |line: &&str| !["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark));
    let settled: Vec<&str> = text.lines().filter(is_mark).filter(|line| !line.contains("20")).collect();
    std::fs::write(&file, settled.join("\n") + "\n").unwrap();
    sandbox.shell(end.split(';').next().unwrap().replace("commit -a", "commit -qam Settled").as_str()).ok();
    sandbox.run(&["sync"]).ok();
    // Nothing is left in the way of the next ticket.
    sandbox.ticket("Next");
    assert_eq!(sandbox.run(&["config", "get", "agreement.hours"]).ok(), "10\n");
    assert!(sandbox.run(&["list"]).ok().contains("Kept"), "{kept}");
}

#[test]
fn another_users_repository_opens_where_git_opens_it() {
    let Some(sandbox) = for_others() else { return };
    sandbox
        .shell(&format!(
            "cd .. && mkdir ann && chown {}:{GROUP} ann &&
             git init -q -b main theirs && cd theirs && git commit -q --allow-empty -m Begin && git support new Theirs && chmod -R a+rX .",
            PEOPLE[0].1
        ))
        .ok();
    let refused = "cd theirs; git-support list 2>&1 || echo refused; git -c safe.directory=/elsewhere support list 2>&1 || echo refused";
    let said = as_person(&sandbox, PEOPLE[0], "022", refused);
    assert_eq!(said.matches("\nrefused").count(), 2, "{said}");
    for line in [
        "git -c safe.directory=\"$PWD\" support list",
        "git -c safe.directory='*' support list",
        "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' git-support list",
        "git config --global safe.directory '*'; git-support list",
    ] {
        let said = as_person(&sandbox, PEOPLE[0], "022", &format!("cd theirs; {line} 2>/dev/null"));
        assert!(said.contains("Theirs"), "{line}: {said}");
    }
}
