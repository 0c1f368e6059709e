//! `kill -9` at any moment, hundreds of times: what was acknowledged is there, and nothing else is broken.
//!
//! `KILLS=10000 cargo test --test cli kills` does it ten thousand times.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::sandbox::{Sandbox, path_of};

/// Numbers that look random and are the same in every run (a linear congruence, as in POSIX rand).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Runs a command and kills it within a time, in microseconds, unless it is done; what it printed if it was, `None`
/// if it was killed. A command that fails by itself would test nothing.
fn cut_short(sandbox: &Sandbox, arguments: &[&str], life: u64, dice: &mut Dice) -> Option<String> {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_git-support"));
    command.args(arguments).env_remove("GIT_SUPPORT_SEED");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_micros(dice.roll(life)));
    let _ = child.kill();
    let output = child.wait_with_output().unwrap();
    if output.status.signal() == Some(9) {
        return None;
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?} failed by itself: {said}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn kills_at_any_moment_lose_nothing_that_was_acknowledged() {
    let rounds: u64 = std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(500);
    let sandbox = Sandbox::new();
    sandbox
        .shell(
            "git init -q --bare ../remote.git; git remote add origin ../remote.git; git push -q origin main",
        )
        .ok();
    let first = sandbox.ticket("First");
    let work = sandbox.users_work();
    // About half of the commands are to be killed, on this machine as it is now.
    let begun = Instant::now();
    let _ = sandbox.run_unwatched(&["comment", &first, "-m", "How long does it take?"], "").ok();
    let usual = u64::try_from(begun.elapsed().as_micros()).unwrap();
    let mut life = 2 * usual;
    let mut dice = Dice(rounds);
    let (mut tickets, mut comments, mut killed) = (vec![first.clone()], Vec::new(), 0);
    for round in 0..rounds {
        let note = format!("note {round}");
        let arguments: &[&str] = match dice.roll(8) {
            0..3 => &["new", "A ticket"],
            3..6 => &["comment", &first, "-m", &note],
            6 => &["undo"],
            _ => &["sync"],
        };
        match cut_short(&sandbox, arguments, life, &mut dice) {
            None => {
                killed += 1;
                life = (life + life / 40).min(4 * usual);
            }
            Some(id) if arguments[0] == "new" => tickets.push(id.trim().to_owned()),
            Some(_) if arguments[0] == "comment" => comments.push(note),
            Some(_) => {}
        }
        life -= life / 80;
    }
    println!("{killed} of {rounds} commands were killed");
    assert!(killed > rounds / 20, "hardly any command was killed: {killed} of {rounds}");
    sandbox.run_unwatched(&["list"], "").ok();
    assert_eq!(sandbox.users_work(), work, "the user's work is as it was");
    let file = sandbox.ticket_file(&first);
    for note in &comments {
        assert!(file.contains(&format!("note: {note}\n")), "{note} was acknowledged and is lost");
    }
    let listed = sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD", "--", ".support/tickets"]);
    for id in &tickets {
        assert!(listed.contains(&path_of(id)), "{id} was acknowledged and is lost");
    }
    let index = sandbox.git(&["ls-files", "--", ".support/tickets"]);
    assert_eq!(index, listed, "index and commit hold the same");
    let on_disk = sandbox.shell("find .support/tickets -type f | sort").ok();
    assert_eq!(on_disk, listed, "work tree and commit hold the same");
    let left = sandbox.shell("ls .git/index.lock .git/refs/heads/*.lock .git/support/journal 2>/dev/null");
    assert_eq!(left.stdout, "");
    sandbox.run(&["sync"]).ok();
}

/// A git that dies, and we with it, where `fetch` has locked the reference.
const DYING_FETCH: &str = "\
#!/bin/sh
case \"$*\" in
*\" fetch \"*) : >.git/refs/remotes/origin/main.lock; kill -9 $PPID; exit 1 ;;
esac
exec \"$REAL_GIT\" \"$@\"
";

#[test]
fn the_lock_that_a_killed_fetch_leaves_does_not_stop_the_next_sync() {
    let sandbox = Sandbox::new();
    sandbox
        .shell("git init -q --bare -b main ../hub.git; git remote add origin ../hub.git; git push -q origin main")
        .ok();
    sandbox.ticket("First");
    sandbox.run(&["sync"]).ok();
    sandbox.file("../dying/git", DYING_FETCH);
    let dying = "chmod +x ../dying/git; export REAL_GIT=$(command -v git); PATH=$(cd ../dying; pwd):$PATH; git-support sync";
    assert_eq!(sandbox.shell(&format!("{dying}; test $? = 137")).status, Some(0));
    let lock = sandbox.repo().join(".git/refs/remotes/origin/main.lock");
    assert!(lock.exists());
    sandbox.ticket("Second");
    sandbox.run(&["sync"]).ok();
    assert!(!lock.exists());
    // One that somebody else's git left is theirs to take away: the error names the file.
    sandbox
        .shell(
            "git clone -q ../hub.git ../other; cd ../other; git commit -q --allow-empty -m Other; git push -q",
        )
        .ok();
    std::fs::write(&lock, "").unwrap();
    let refused = sandbox.run(&["sync"]).fails(4);
    assert!(refused.contains("main.lock (for") && refused.contains("remove that file"), "{refused}");
    std::fs::remove_file(&lock).unwrap();
    sandbox.run(&["sync"]).ok();
}
