//! Programs that are told of changes: `support.onChange`, `log --follow`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::sandbox::Sandbox;

/// The entries that the command was told, one a line.
fn told(sandbox: &Sandbox) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(sandbox.root().join("told")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_command_is_told_of_each_change() {
    let sandbox = Sandbox::new();
    let file = sandbox.root().join("told").display().to_string();
    sandbox.git(&["config", "support.onChange", &format!("cat >>'{file}'; echo noise; pwd >'{file}.where'")]);
    let id = sandbox.ticket("Pay fails");
    assert_eq!(told(&sandbox).len(), 1);
    let said = sandbox.run(&["comment", &id, "-m", "On it."]);
    // What it prints is not the answer of the command that was typed.
    assert!(
        !said.stdout.contains("noise") && said.stderr.contains("noise"),
        "{} {}",
        said.stdout,
        said.stderr
    );
    let last = told(&sandbox).pop().unwrap();
    assert_eq!((last["ticket"].as_str(), last["action"].as_str()), (Some(id.as_str()), Some("comment")));
    assert_eq!(last["note"], "On it.");
    assert_eq!(last["commit"].as_str(), Some(sandbox.git(&["rev-parse", "HEAD"]).trim()));
    let place = std::fs::read_to_string(format!("{file}.where")).unwrap();
    assert!(place.trim_end().ends_with(&sandbox.repo().file_name().unwrap().to_string_lossy().into_owned()));
    // Nothing changed, and nothing written: nothing told. Files of the project have no entries.
    sandbox.run(&["comment", &id, "-m", "Would be.", "--dry-run"]).ok();
    sandbox.run(&["team", "add", "Pat", "--email", "pat@example.com"]).ok();
    assert_eq!(told(&sandbox).len(), 2);
    let many: String = (0..300).map(|n| format!("{{\"title\": \"T {n}\"}}\n")).collect();
    sandbox.run_with(&["import", "-"], many).ok();
    assert_eq!(told(&sandbox).len(), 302);
}

#[test]
fn a_command_that_fails_is_a_warning() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "support.onChange", "exit 7"]);
    let new = sandbox.run(&["new", "Pay fails"]);
    assert!(new.stderr.contains("warning: support.onChange: the command failed"), "{}", new.stderr);
    assert!(new.stderr.contains("the change is committed"));
    new.ok();
    assert!(sandbox.run(&["list"]).ok().contains("Pay fails"));
    // One that reads nothing, and one that changes tickets in turn, end.
    sandbox.git(&["config", "support.onChange", "true"]);
    sandbox.ticket("Another");
    sandbox.git(&["config", "support.onChange", "GIT_SUPPORT_SEED=5 git-support new \"Told\" >&2"]);
    sandbox.shell("export GIT_SUPPORT_SEED=77; git support new 'And one'").ok();
    assert_eq!(sandbox.run(&["list", "title:told", "--json"]).ok().matches("\"Told\"").count(), 1);
}

#[test]
fn a_repository_names_no_command() {
    let sandbox = Sandbox::new();
    let file = sandbox.root().join("told").display().to_string();
    sandbox.file(
        ".support/config.yaml",
        format!("schema: 1\nsupport: {{onChange: \"touch {file}\"}}\nonChange: \"touch {file}\"\n"),
    );
    sandbox.file(".gitconfig", format!("[support]\n\tonChange = touch {file}\n"));
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "Settings"]);
    sandbox.run_unwatched(&["new", "Pay fails"], "").ok();
    assert!(!sandbox.root().join("told").exists());
    sandbox.is_tampered_with();
}

#[test]
fn entries_are_followed_as_they_come() {
    let sandbox = Sandbox::unborn();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
    let id = sandbox.ticket("Pay fails");
    let mut command = sandbox.command("git-support");
    command.args(["log", "--follow", "-n", "1", "--format", "ndjson"]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> (String, String) {
        let line: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        (line["ticket"].as_str().unwrap().to_owned(), line["action"].as_str().unwrap().to_owned())
    };
    assert_eq!(next(), (id.clone(), "open".to_owned()));
    sandbox.run(&["comment", &id, "-m", "One."]).ok();
    assert_eq!(next(), (id.clone(), "comment".to_owned()));
    // A branch that is merged brings its entries, each once.
    sandbox.git(&["switch", "-qc", "side"]);
    sandbox.run(&["alert", &id, "--to", "Dana", "-m", "Look."]).ok();
    sandbox.git(&["switch", "-q", "main"]);
    let other = sandbox.ticket("Another");
    sandbox.git(&["merge", "-q", "--no-edit", "side"]);
    let mut seen: Vec<(String, String)> = Vec::new();
    while !(seen.iter().any(|(_, action)| action == "alert") && seen.iter().any(|(one, _)| *one == other)) {
        seen.push(next());
    }
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), seen.len(), "{seen:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    sandbox.run(&["log", "--follow", "--json"]).fails(2);
}

/// What is asked of history is asked from any folder.
#[test]
fn a_subfolder_is_as_good_as_the_top() {
    let sandbox = Sandbox::new();
    let file = sandbox.root().join("told").display().to_string();
    sandbox.git(&["config", "support.onChange", &format!("cat >>'{file}'")]);
    sandbox.file("src/inner/code.rs", "fn inner() {}\n");
    let id = sandbox.shell("cd src/inner && git support new 'Pay fails'").ok().trim().to_owned();
    sandbox.shell(&format!("cd src/inner && GIT_SUPPORT_SEED=8 git support comment {id} -m Seen.")).ok();
    assert_eq!(told(&sandbox).len(), 2);
    sandbox.is_tampered_with();
    let path = crate::sandbox::path_of(&id);
    sandbox.shell(&format!("sed -i 's/Seen/Unseen/' {path} && git commit -qam Tidy && git rm -q {path} && git commit -qm Less")).ok();
    for command in ["audit", "doctor", "log", "scan"] {
        let (top, below) = (
            sandbox.run_unwatched(&[command], ""),
            sandbox.shell(&format!("cd src/inner && git support {command}")),
        );
        assert_eq!((below.status, &below.stdout), (top.status, &top.stdout), "{command}");
        assert!(command == "scan" || !top.stdout.contains("no problems found"), "{command} {}", top.stdout);
    }
    let asked = sandbox.shell("cd src/inner && GIT_DIR=../../.git GIT_WORK_TREE=../.. git support audit");
    assert!(asked.stdout.contains("ticket.removed"), "{} {}", asked.stdout, asked.stderr);
}

#[test]
fn a_bare_repository_among_files_is_not_taken_for_ours() {
    let sandbox = Sandbox::new();
    let mark = sandbox.root().join("ran").display().to_string();
    sandbox
        .shell(&format!(
            "git init -q --bare demo && git -C demo config support.onChange 'touch {mark}' && git -C demo config user.name M && \
             git -C demo config user.email m@e.example && touch demo/objects/.k demo/refs/heads/.k && git add -A demo && git commit -qm Demo"
        ))
        .ok();
    let refused = sandbox.shell("cd demo && git support new x");
    assert!(refused.stderr.contains("a bare repository among the files of another"), "{}", refused.stderr);
    assert!(!std::path::Path::new(&mark).exists());
    let hint = refused
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("hint: if you trust it, name it: "))
        .unwrap();
    sandbox.shell(&format!("cd demo && {hint}")).ok();
    // One that nobody committed is somebody's own.
    sandbox.shell("git init -q --bare ../own.git; cd ../own.git && git support list").ok();
    let explicit =
        sandbox.shell("git config --global safe.bareRepository explicit; cd ../own.git && git support list");
    assert!(explicit.stderr.contains("safe.bareRepository is explicit"), "{}", explicit.stderr);
}

/// The commands that make a git directory whose configuration runs programs, which leave a mark, and says one more thing.
fn armed(at: &str, mark: &str, more: &str) -> String {
    format!(
        "git init -q --bare {at} && put() {{ git config -f {at}/config \"$@\"; }} && put core.bare false && put {more} && \
         put support.onChange 'touch {mark}' && put user.name M && put user.email m@e.example && \
         put commit.gpgSign true && put gpg.program 'touch {mark};' && touch {at}/objects/.k {at}/refs/heads/.k"
    )
}

/// A command in a committed git directory is refused, and ran nothing.
fn is_none_of_ours(sandbox: &Sandbox, line: &str, mark: &str) {
    let refused = sandbox.shell(line);
    let said = "a bare repository among the files of another";
    assert!(refused.stderr.contains(said), "{line}: {}{}", refused.stdout, refused.stderr);
    assert!(!std::path::Path::new(mark).exists(), "{line}");
}

/// What is committed here as a git directory says of itself what it likes.
#[test]
fn a_git_directory_among_files_runs_nothing_whatever_its_configuration_says() {
    for (place, outer, more) in [
        ("demo", "true".to_owned(), "core.bare false"),
        ("demo", "true".to_owned(), "core.worktree .."),
        ("demo", "true".to_owned(), "core.worktree ../../elsewhere"),
        ("demo/inner", armed("demo", "ran", "core.bare true"), "core.bare false"),
    ] {
        let sandbox = Sandbox::new();
        let mark = sandbox.root().join("ran").display().to_string();
        let made = armed(place, &mark, more);
        sandbox
            .shell(&format!(
                "mkdir ../elsewhere && {outer} && {made} && git add -A demo && git commit -qm Demo"
            ))
            .ok();
        for line in [
            format!("cd {place} && git support new x"),
            format!("cd {place}/refs && git support list"),
            format!("git support -C {place} new x"),
            format!("cd {place} && git support log --show-signature"),
        ] {
            is_none_of_ours(&sandbox, &line, &mark);
        }
        assert!(!sandbox.root().join("elsewhere/.support").exists(), "{more}");
    }
}

#[test]
fn a_git_directory_among_files_is_none_of_ours_below_a_folder_of_gits_name() {
    let sandbox = Sandbox::new();
    let mark = sandbox.root().join("ran").display().to_string();
    let made = armed("demo", &mark, "core.bare false");
    sandbox
        .shell(&format!("{made} && git add -A demo && git commit -qm Demo && mkdir -p ../x/.git && git clone -q . ../x/.git/evil"))
        .ok();
    is_none_of_ours(&sandbox, "cd ../x/.git/evil/demo && git support new x", &mark);
}

#[test]
fn the_git_directory_of_a_clone_is_ours_from_within() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    for folder in [".git", ".git/refs"] {
        assert!(
            sandbox.shell(&format!("cd {folder} && git support list")).ok().contains(&id[..4]),
            "{folder}"
        );
    }
    sandbox.shell("git worktree add -q ../linked && cd ../linked && git support list").ok();
    sandbox
        .shell("git init -q --separate-git-dir ../apart.git ../parted && cd ../parted && git support list")
        .ok();
}

#[test]
fn a_git_directory_among_files_is_none_of_ours_wherever_the_clone_has_its_own() {
    let sandbox = Sandbox::new();
    let mark = sandbox.root().join("ran").display().to_string();
    let made = armed("demo", &mark, "core.bare false");
    sandbox
        .shell(&format!("{made} && git add -A demo && git commit -qm Demo && git clone -q . ../plain"))
        .ok();
    for clone in [
        "git clone -q --separate-git-dir=../sep . ../c",
        "cp -r ../plain ../c && git -C ../c init -q --separate-git-dir=../moved",
        "cp -r ../plain ../c && mv ../c/.git ../linked && ln -s ../linked ../c/.git",
        "cp -r ../plain ../c && git -C ../c config core.bare true",
        "git worktree add -q ../c 2>/dev/null",
        "cp -r ../plain ../c && git -C ../c rm -rq --cached demo",
    ] {
        let clean = "rm -rf ../c ../sep ../moved ../linked; git worktree prune";
        is_none_of_ours(&sandbox, &format!("{clean}; {clone}; cd ../c/demo && git support new x"), &mark);
    }
    // One that nobody committed is somebody's own.
    sandbox.shell("git init -q --bare own.git && cd own.git && git support list").ok();
}
