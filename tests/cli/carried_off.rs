//! `.support` moved to a subfolder and brought back with less, and paths that become commands where they are suggested.

use crate::sandbox::{Sandbox, path_of};

/// A ticket that somebody else judged, and one more, on main; and what the attacker's lines may call.
fn story() -> (Sandbox, String) {
    let sandbox = Sandbox::unborn();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let (id, other) = (sandbox.ticket("Card payments fail"), sandbox.ticket("Login fails"));
    sandbox.run(&["triage", &id, "--severity", "blocker"]).ok();
    sandbox.run(&["comment", &id, "-m", "Data is lost."]).ok();
    let tools = format!(
        "set -e; export GIT_AUTHOR_NAME=Mal GIT_AUTHOR_EMAIL=mal@example.com; T={}; O={}; commit() {{ git add -A; git commit -qm \"$1\"; }};
         less() {{ sed -i '/^severity: blocker/d; s/^status: triaged/status: new/; /^- seq: 2/,$d' $T; }};
         git switch -qc pr; mkdir old; ",
        path_of(&id),
        path_of(&other)
    );
    (sandbox, tools)
}

fn rules(sandbox: &Sandbox, range: &str) -> (Vec<String>, Option<i32>) {
    let said = sandbox.run(&["audit", range, "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let errors = answer.as_array().unwrap().iter().filter(|one| one["level"] == "error");
    (errors.map(|one| one["rule"].as_str().unwrap().to_owned()).collect(), said.status)
}

#[test]
fn what_comes_back_from_a_subfolder_is_held_against_what_went() {
    let away = "git mv .support old/; commit move; ";
    for (name, deed, expected) in [
        ("entries", format!("{away}git mv old/.support .; less; commit back"), "timeline.removed"),
        ("a ticket", format!("{away}git mv old/.support .; rm $O; commit back"), "ticket.removed"),
        (
            "entries, in the subfolder",
            format!("{away}T=old/$T; less; commit tidy; git mv old/.support .; commit back"),
            "timeline.removed",
        ),
        (
            "a copy",
            "cp -a .support old/; git rm -rq .support; commit move; cp -a old/.support .; less; commit back"
                .to_owned(),
            "timeline.removed",
        ),
        (
            "two commits",
            format!(
                "{away}mkdir .support; cp old/.support/.gitattributes .support/; commit new; rm .support -r; git mv old/.support .; less; commit back"
            ),
            "timeline.removed",
        ),
        ("the subfolder", format!("{away}git rm -rq old; echo x >x; commit tidy"), "ticket.removed"),
        (
            "a branch",
            format!(
                "{away}git switch -qc other; git mv old/.support .; less; commit back; git switch -q pr; echo x >x; commit x; git merge -q --no-edit other"
            ),
            "timeline.removed",
        ),
    ] {
        let (sandbox, tools) = story();
        sandbox.is_tampered_with();
        sandbox.shell(&format!("{tools}{deed}")).ok();
        for range in ["main...pr", "--from-start"] {
            let (found, status) = rules(&sandbox, range);
            assert!(found.iter().any(|rule| rule == expected), "{name} {range}: {found:?}");
            assert_eq!(status, Some(3), "{name} {range}");
        }
        // As a gate sees it that let all but the last push pass.
        if deed.ends_with("commit back") {
            let (found, status) = rules(&sandbox, "pr~1..pr");
            assert!(found.iter().any(|rule| rule == expected), "{name}, the last commit: {found:?}");
            assert_eq!(status, Some(3), "{name}");
        }
    }
}

#[test]
fn what_comes_back_whole_accuses_nobody() {
    let (sandbox, tools) = story();
    sandbox.is_tampered_with();
    sandbox
        .shell(&format!("{tools}git mv .support old/; commit move; git mv old/.support .; commit back"))
        .ok();
    for range in ["main...pr", "pr~1..pr", "--from-start"] {
        assert_eq!(rules(&sandbox, range), (Vec::new(), Some(0)), "{range}");
    }
}

#[test]
fn a_command_that_names_a_path_runs_nothing_else() {
    let (sandbox, tools) = story();
    sandbox.is_tampered_with();
    let names = [
        "a;touch PWNED.yaml",
        "$(touch PWNED).yaml",
        "`touch PWNED`.yaml",
        "b\n::error::faked\n0 problems",
        "c' d.yaml",
    ];
    let folder = sandbox.repo().join(".support/tickets/z/z");
    sandbox.shell(&format!("{tools} true")).ok();
    std::fs::create_dir_all(&folder).unwrap();
    for name in names {
        std::fs::write(folder.join(name), "x").unwrap();
    }
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-qm", "x"]);
    for command in [["audit", "main...HEAD"].as_slice(), &["doctor"], &["list"], &["check", "status:open"]] {
        let said = sandbox.run_unwatched(command, "");
        let text = format!("{}{}", said.stdout, said.stderr);
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::error")), "{command:?}: {text}");
        assert!(!text.lines().any(|line| line.trim() == "0 problems"), "{command:?}: {text}");
        for line in text.lines().filter(|line| line.trim_start().starts_with("git ")) {
            let line = line.trim().replace("git support", "true").replacen("git ", "git --no-pager ", 1);
            let _ = sandbox.shell(&format!("cd .. && mkdir -p run && cd run && git init -q . && {line}"));
            assert!(!sandbox.root().join("run/PWNED").exists(), "{line}");
            assert!(!sandbox.root().join("run/PWNED.yaml").exists(), "{line}");
        }
    }
}
