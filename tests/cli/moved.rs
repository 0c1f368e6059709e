//! Copies, moves and removed work trees, after a kill at every step of a write: the next command works wherever the
//! repository lies now, and a copy touches nothing but itself.

use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use crate::crash::{POINTS, assert_tidy, entries, killed_at};
use crate::sandbox::Sandbox;

/// Every file below a folder with its content, hashed.
fn state(sandbox: &Sandbox, folder: &Path) -> String {
    sandbox
        .shell(&format!("cd {} && find . -type f -print0 | sort -z | xargs -0 sha1sum", folder.display()))
        .ok()
}

/// A repository whose write of an edit was killed at a point.
fn killed(point: &str) -> (Sandbox, String) {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("First");
    assert!(killed_at(&sandbox, point, &["edit", &id, "--level", "2"]), "{point}");
    (sandbox, id)
}

#[test]
fn a_copy_recovers_itself_and_touches_nothing_else() {
    for point in POINTS {
        for how in ["cp -r", "cp -a", "rsync"] {
            let (mut sandbox, id) = killed(point);
            let original = sandbox.repo().to_owned();
            let copy = sandbox.root().join("copy");
            let how = if how == "rsync" {
                "tar c -C repo . | (mkdir copy && tar x -C copy)"
            } else {
                &format!("{how} repo copy")
            };
            sandbox.shell(&format!("cd .. && {how}")).ok();
            let before = state(&sandbox, &original);
            let before_entries = entries(&sandbox, "HEAD");
            sandbox.enter(&copy);
            sandbox.run_unwatched(&["list"], "").ok();
            assert_eq!(state(&sandbox, &original), before, "{point} {how}: the original was touched");
            assert_tidy(&sandbox, point);
            sandbox.run(&["comment", &id, "-m", "In the copy."]).ok();
            assert_eq!(entries(&sandbox, "HEAD"), before_entries + 1, "{point} {how}");
            assert_eq!(state(&sandbox, &original), before, "{point} {how}: the original was touched");
            sandbox.enter(&original);
            sandbox.run_unwatched(&["list"], "").ok();
            assert_tidy(&sandbox, point);
        }
    }
}

#[test]
fn a_copy_beside_a_work_tree_elsewhere_leaves_that_alone() {
    for point in POINTS {
        let mut sandbox = Sandbox::new();
        let id = sandbox.ticket("First");
        sandbox.git(&["worktree", "add", "-q", "../side", "-b", "side"]);
        let (main, side) = (sandbox.repo().to_owned(), sandbox.root().join("side"));
        sandbox.enter(&side);
        assert!(killed_at(&sandbox, point, &["edit", &id, "--level", "2"]), "{point}");
        sandbox.shell("cd .. && cp -a repo copy").ok();
        let before = state(&sandbox, &side);
        sandbox.enter(&sandbox.root().join("copy").clone());
        sandbox.run_unwatched(&["list"], "").ok();
        sandbox.run_unwatched(&["new", "In the copy"], "").ok();
        assert_eq!(state(&sandbox, &side), before, "{point}: a work tree of the original was touched");
        sandbox.enter(&side);
        sandbox.run_unwatched(&["list"], "").ok();
        assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "", "{point}");
        sandbox.run(&["comment", &id, "-m", "Goes on."]).ok();
        sandbox.enter(&main);
    }
}

#[test]
fn a_repository_that_was_moved_after_a_kill_recovers_where_it_is() {
    for point in POINTS {
        for how in ["mv repo moved", "cp -r repo moved && rm -rf repo"] {
            let (mut sandbox, id) = killed(point);
            sandbox.shell(&format!("cd .. && {how} && mkdir -p repo")).ok();
            sandbox.enter(&sandbox.root().join("moved").clone());
            let before = entries(&sandbox, "HEAD");
            // A write comes first: nothing has looked at it.
            sandbox.run_unwatched(&["comment", &id, "-m", "Goes on."], "").ok();
            assert_eq!(entries(&sandbox, "HEAD"), before + 1, "{point} {how}");
            assert_tidy(&sandbox, point);
        }
    }
}

#[test]
fn a_work_tree_that_was_removed_after_a_kill_is_in_nobodys_way() {
    for point in POINTS {
        for how in [
            "rm -rf ../side",
            "rm -rf ../side && git worktree prune",
            "git worktree remove --force ../side",
            "mv ../side ../aside",
        ] {
            let mut sandbox = Sandbox::new();
            let id = sandbox.ticket("First");
            sandbox.git(&["worktree", "add", "-q", "../side", "-b", "side"]);
            let main = sandbox.repo().to_owned();
            sandbox.enter(&sandbox.root().join("side").clone());
            assert!(killed_at(&sandbox, point, &["edit", &id, "--level", "2"]), "{point}");
            sandbox.enter(&main);
            sandbox.shell(how).ok();
            sandbox.run(&["comment", &id, "-m", "Goes on."]).ok();
            sandbox.run(&["doctor", "--repair"]).ok();
            assert_tidy(&sandbox, point);
        }
    }
}

#[test]
fn a_lock_that_was_copied_without_its_journal_is_taken_away() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("First");
    sandbox.file(".git/index.lock", "git-support\n");
    sandbox.run_unwatched(&["list"], "").ok();
    assert_tidy(&sandbox, "copied lock");
    sandbox.file(".git/index.lock", "git-support\n");
    sandbox.run_unwatched(&["comment", &id, "-m", "Goes on."], "").ok();
    assert_tidy(&sandbox, "copied lock");
    // Anybody else's stays.
    sandbox.file(".git/index.lock", "");
    assert!(sandbox.run_unwatched(&["comment", &id, "-m", "Waits."], "").fails(4).contains("index.lock"));
    std::fs::remove_file(sandbox.repo().join(".git/index.lock")).unwrap();
}

#[test]
fn what_stands_where_our_files_go_is_neither_written_nor_waited_for() {
    for (what, make) in [("a pipe", "mkfifo"), ("a folder", "mkdir"), ("a link", "ln -s ../../../code.rs")] {
        for place in [".git/support/journal", ".git/support/lock"] {
            let sandbox = Sandbox::new();
            let id = sandbox.ticket("First");
            sandbox.shell(&format!("rm -rf {place} && {make} {place}")).ok();
            let output = sandbox.shell(&format!("timeout 20 git-support comment {id} -m 'Goes on.'"));
            assert_ne!(output.status, Some(124), "{what} at {place}: it hangs");
            assert!(
                output.status == Some(0) || output.stderr.contains(place),
                "{what} at {place}: {output:?}"
            );
            sandbox.shell(&format!("rm -rf {place}")).ok();
            sandbox.run(&["comment", &id, "-m", "Goes on."]).ok();
        }
    }
    // What may stand where temporary files went at one time.
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("First");
    let path = crate::sandbox::path_of(&id);
    let folder = Path::new(&path).parent().unwrap().to_owned();
    sandbox.shell(&format!("mkfifo {}/.{id}.yaml.git-support", folder.display())).ok();
    sandbox.run(&["comment", &id, "-m", "Goes on."]).ok();
    // A pipe in the place of the ticket itself is its user's business.
    sandbox.shell(&format!("rm {path} && mkfifo {path}")).ok();
    let said = sandbox.run_unwatched(&["comment", &id, "-m", "Waits?"], "").fails(1);
    assert!(said.contains(&path), "{said}");
    sandbox.shell(&format!("rm {path} {}/.*.git-support && git restore {path}", folder.display())).ok();
}

#[test]
fn a_second_interrupt_ends_even_a_write_that_hangs() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("First");
    let script = format!(
        "GIT_SUPPORT_HANG=work-tree git-support comment {id} -m x & child=$!; sleep 1; kill -INT $child; sleep 0.5; \
         kill -0 $child && kill -INT $child; wait $child; echo status=$?"
    );
    assert!(sandbox.shell(&script).stdout.contains("status=130"));
    sandbox.run_unwatched(&["list"], "").ok();
    assert_tidy(&sandbox, "interrupted");
}

#[test]
fn without_threads_a_write_is_made_all_the_same() {
    let sandbox = Sandbox::new();
    let id = sandbox.ticket("First");
    let library = crate::faults::library(sandbox.root());
    let line = format!(
        "FAULT_CALL=pthread_create FAULT_NTH=-1 FAULT_ERRNO=11 LD_PRELOAD={} git-support comment {id} -m 'Alone.'",
        library.display()
    );
    sandbox.shell(&line).ok();
    assert!(sandbox.run(&["show", &id]).ok().contains("Alone."));
}

#[test]
fn a_path_that_is_not_utf8_is_no_obstacle() {
    let mut sandbox = Sandbox::new();
    let name = [sandbox.root().as_os_str().as_encoded_bytes(), b"/odd\xff\xfe"].concat();
    let odd = std::path::PathBuf::from(std::ffi::OsString::from_vec(name));
    std::fs::rename(sandbox.repo(), &odd).unwrap();
    sandbox.enter(&odd);
    let id = sandbox.ticket("First");
    sandbox.run(&["comment", &id, "-m", "Goes on."]).ok();
    sandbox.git(&["worktree", "add", "-q", "../side", "-b", "side"]);
    sandbox.enter(&sandbox.root().join("side").clone());
    sandbox.run_unwatched(&["comment", &id, "-m", "From a linked work tree."], "").ok();
    sandbox.enter(&odd);
    sandbox.git(&["worktree", "add", "-q", "in", "-b", "in"]);
    sandbox.enter(&odd.join("in"));
    sandbox.run_unwatched(&["comment", &id, "-m", "From another."], "").ok();
    sandbox.enter(&odd);
    sandbox.git(&["worktree", "remove", "in"]);
}

#[test]
fn a_library_that_is_taken_in_with_its_tickets_has_them_in_its_own_folder() {
    let sandbox = Sandbox::new();
    sandbox.git(&["stash", "-qu"]);
    sandbox.shell(
        "git init -q -b main ../lib; cd ../lib; git config user.name B; git config user.email b@example.com; echo x >lib.c; git add .; git commit -qm Lib
         git support init -q; git support new 'Of the library'; cd ../repo; git fetch -q ../lib main
         git merge -q -s ours --no-commit --allow-unrelated-histories FETCH_HEAD; git read-tree --prefix=lib/ -u FETCH_HEAD; git commit -qm 'Take the library in'",
    ).ok();
    let _ = sandbox.ticket("Own");
    // An audit notes the move.
    sandbox.is_tampered_with();
    assert_eq!(sandbox.run(&["doctor"]).ok(), "no problems found\n");
    sandbox.run(&["doctor", "--repair"]).ok();
    let listed = sandbox.run(&["list", "--all"]).ok();
    assert!(listed.contains("Own") && !listed.contains("Of the library"), "{listed}");
}
