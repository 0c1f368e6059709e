//! The main job in a project with history, while its user has work under way.

use std::fs;
use std::path::Path;

use crate::sandbox::{Sandbox, path_of};

/// A repository with this project's sources in it, a commit a file, and work of its user under way.
fn project() -> Sandbox {
    let sandbox = Sandbox::unborn();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for room in fs::read_dir(sources).unwrap() {
        let room = room.unwrap().path();
        let name = room.file_name().unwrap().to_str().unwrap().to_owned();
        if room.is_dir() {
            for file in
                fs::read_dir(&room).unwrap().map(|file| file.unwrap().path()).filter(|file| file.is_file())
            {
                let path = format!("{name}/{}", file.file_name().unwrap().to_str().unwrap());
                sandbox.file(&path, fs::read(&file).unwrap());
                sandbox.git(&["add", &path]);
                sandbox.git(&["commit", "-qm", &format!("Add {path}")]);
            }
        }
    }
    sandbox.git(&["tag", "v1.0"]);
    for (path, then) in [("ticket/id.rs", "stash"), ("ticket/fields.rs", "add"), ("store/mod.rs", "")] {
        let text = fs::read_to_string(sandbox.repo().join(path)).unwrap();
        sandbox.file(path, format!("// first\n{text}// last\n"));
        match then {
            "stash" => sandbox.git(&["stash", "-q"]),
            "add" => sandbox.git(&["add", path]),
            _ => String::new(),
        };
    }
    // A staged hunk beside an unstaged one in one file.
    let text = fs::read_to_string(sandbox.repo().join("ticket/fields.rs")).unwrap();
    sandbox.file("ticket/fields.rs", format!("{text}// unstaged\n"));
    sandbox.file("scratch.txt", "untracked\n");
    sandbox
}

#[test]
fn fifty_tickets_leave_the_users_work_as_it_was() {
    let sandbox = project();
    let before = ["status --porcelain", "stash list", "diff --cached", "diff"]
        .map(|arguments| sandbox.git(&arguments.split(' ').collect::<Vec<_>>()));
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    let mut ids = Vec::new();
    for number in 0..50 {
        let id = sandbox
            .run_unwatched(&["new", &format!("Ticket {number}"), "-m", "Told."], "")
            .ok()
            .trim()
            .to_owned();
        sandbox.run_unwatched(&["edit", &id, "--severity", "major", "--assignee", "me"], "").ok();
        sandbox.run_unwatched(&["comment", &id, "-m", "Seen."], "").ok();
        ids.push(id);
    }
    let after = ["status --porcelain", "stash list", "diff --cached", "diff"]
        .map(|arguments| sandbox.git(&arguments.split(' ').collect::<Vec<_>>()));
    assert_eq!(after, before);
    // Without a refresh too: the index remembers our files as they are.
    assert_eq!(sandbox.git(&["diff-files", "--name-only", "--", ".support"]), "");

    let range = format!("{}..HEAD", head.trim());
    let elsewhere = sandbox.git(&["log", "--format=%H", &range, "--", ".", ":!.support"]);
    assert_eq!(elsewhere, "", "every commit touches .support alone");
    assert_eq!(sandbox.git(&["rev-list", "--count", &range]).trim(), "150");
    let story = sandbox.git(&["log", "--reverse", "-p", "--format=%s", "--", &path_of(&ids[7])]);
    let parts = [
        "support: open",
        "+title: Ticket 7",
        "severity, assignee",
        "+severity: major",
        "support: comment",
        "+  Seen.",
    ];
    let places: Vec<usize> =
        parts.iter().map(|part| story.find(part).unwrap_or_else(|| panic!("{part}: {story}"))).collect();
    assert!(places.is_sorted(), "{story}");
}

#[test]
fn a_write_follows_no_link_out_of_the_work_tree() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("One");
    let outside = sandbox.root().join("outside");
    fs::create_dir_all(&outside).unwrap();
    fs::remove_dir_all(sandbox.repo().join(".support/tickets")).unwrap();
    std::os::unix::fs::symlink(&outside, sandbox.repo().join(".support/tickets")).unwrap();
    for arguments in [&["new", "Two"][..], &["edit", &id, "--level", "2"]] {
        let stderr = sandbox.run(arguments).fails(1);
        assert!(stderr.contains(".support/tickets is a symbolic link"), "{stderr}");
    }
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn a_ticket_that_the_user_has_touched_is_left_alone() {
    let path = |id: &str| path_of(id);
    let stories: &[(&str, &str)] = &[
        ("echo '# mine' >> PATH", "has changes that are not committed"),
        ("echo '# mine' >> PATH; git add PATH", "has staged changes"),
        ("git rm -q --cached PATH", "is staged for removal"),
        ("rm PATH", "was removed from the work tree"),
    ];
    for (deed, reason) in stories {
        let sandbox = Sandbox::new();
        let id = sandbox.ticket("One");
        sandbox.shell(&deed.replace("PATH", &path(&id))).ok();
        let stderr = sandbox.run(&["edit", &id, "--level", "2"]).fails(1);
        assert!(stderr.contains(reason) && stderr.contains("git restore"), "{stderr}");
        let _ = sandbox.ticket("Another is not concerned");
    }
}

/// A repository as `git switch side` leaves it for a moment: its index and work tree are those of `side`, which lacks a
/// ticket, and HEAD still names `main`.
fn between_index_and_head() -> Sandbox {
    let sandbox = Sandbox::unborn();
    sandbox.shell("echo one > code.rs && git add code.rs && git commit -qm Begin").ok();
    let _ = sandbox.ticket("First");
    sandbox.git(&["branch", "side"]);
    let _ = sandbox.ticket("Second");
    sandbox.git(&["switch", "-q", "side"]);
    sandbox.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    sandbox
}

#[test]
fn a_switch_that_git_has_not_finished_is_waited_for() {
    let sandbox = between_index_and_head();
    let lock = sandbox.repo().join(".git/index.lock");
    let mut writer = sandbox
        .command(env!("CARGO_BIN_EXE_git-support"))
        .args(["new", "In between", "--severity", "minor"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !lock.exists() && writer.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    sandbox.git(&["symbolic-ref", "HEAD", "refs/heads/side"]);
    let said = writer.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("another branch was checked out meanwhile"), "{said}");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    let _ = sandbox.ticket("Afterwards");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn who_staged_the_files_of_tickets_is_not_kept_from_writing() {
    let sandbox = between_index_and_head();
    let _ = sandbox.run_unwatched(&["new", "Third", "--severity", "minor"], "").ok();
    assert!(sandbox.git(&["show", "--stat", "--format=%s", "main"]).contains("Third"));
}

#[test]
fn what_git_staged_stays_where_a_refused_command_would_have_written_the_same() {
    let staged = "git stash -qu; git checkout -qb feat; git support init -q; git support new T; git checkout -q main; ";
    for (setup, command) in [
        ("git merge -q --squash feat", "git support new X"),
        ("git merge -q --squash feat", "git support init"),
        ("git checkout -q feat -- .support", "git support new X"),
        ("git cherry-pick -n main..feat", "git support config set commit.prefix x"),
        ("git checkout -q --orphan other; git checkout -q feat -- .", "git support new X"),
        ("git checkout -q feat -- .support; git rm -q --cached -r .support", "git support init"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.shell("rm -rf .support; git add -A; git commit -qm 'Without tickets' || true").ok();
        sandbox.shell(&format!("{staged}{setup}")).ok();
        let look = "git status --short; find .support -type f | sort | xargs cat";
        let before = sandbox.shell(look).stdout;
        let refused = sandbox.shell(command);
        assert_eq!(refused.status, Some(1), "{setup}; {command}: {}", refused.stderr);
        assert_eq!(sandbox.shell(look).stdout, before, "{setup}; {command}");
        assert!(refused.stderr.contains("nothing was changed"), "{}", refused.stderr);
    }
}
