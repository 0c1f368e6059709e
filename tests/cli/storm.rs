//! A person adds, commits, amends, switches and stashes beside four writers: no ticket is reverted, no edit of
//! the person's is lost, and nobody is told anything but that git's own lock is held.
//!
//! `STORM_SECONDS=60 cargo test --test cli storm -- --nocapture` does it for a minute.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::kills::Dice;
use crate::sandbox::{Output, Sandbox, path_of};

const WRITERS: usize = 4;

/// What git says where somebody else is at the same file or branch (git 2.30 and later). It reads the index before it locks
/// it: what is amended may be a writer's commit by then, without the file that is in it.
const GITS_OWN: [&str; 5] = [
    "index.lock': File exists",
    "cannot lock ref 'HEAD'",
    "could not write index",
    "index file open failed",
    "You asked to amend the most recent commit",
];

/// Files tickets until told to stop; the ids that were acknowledged, and the refusals.
fn write_until(stop: &AtomicBool, repo: &Path, writer: usize) -> (Vec<String>, usize) {
    let (mut filed, mut refused) = (Vec::new(), 0);
    while !stop.load(Ordering::Relaxed) {
        let seed = format!("{writer}/{}", filed.len() + refused);
        let mut command = Command::new(env!("CARGO_BIN_EXE_git-support"));
        command.args(["new", "Beside a person"]).current_dir(repo);
        command.env("HOME", repo).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_SUPPORT_SEED", seed);
        let output = command.output().unwrap();
        let (stdout, stderr) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        match output.status.code() {
            Some(0) => filed.push(stdout.trim().to_owned()),
            Some(4) => refused += 1,
            // A person may have stashed or switched away what we are to write to.
            status => panic!("{status:?}: {stderr}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    (filed, refused)
}

/// A person at work on `code.rs`, `docs.txt` and two branches.
struct Person<'a> {
    sandbox: &'a Sandbox,
    lines: usize,
    done: usize,
    refused: usize,
}

impl Person<'_> {
    /// Runs git; true where it did it. Where it did not, it has to be git's own lock that was in its way.
    fn git(&mut self, arguments: &[&str]) -> bool {
        let output = self.sandbox.try_git(arguments);
        match output.status {
            Some(0) => self.done += 1,
            _ => {
                assert!(
                    GITS_OWN.iter().any(|said| output.stderr.contains(said)),
                    "{arguments:?}: {output:?}"
                );
                self.refused += 1;
            }
        }
        output.status == Some(0)
    }

    fn again(&mut self, arguments: &[&str]) {
        while !self.git(arguments) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn types(&mut self) {
        self.lines += 1;
        let path = self.sandbox.repo().join("code.rs");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}// line {}\n", self.lines)).unwrap();
    }

    fn has_typed(&self) -> bool {
        let text = fs::read_to_string(self.sandbox.repo().join("code.rs")).unwrap();
        text.ends_with(&format!("// line {}\n", self.lines))
    }

    fn act(&mut self, what: u64) {
        self.types();
        match what {
            0 => self.again(&["add", "code.rs"]),
            1 => {
                self.git(&["commit", "-q", "-a", "-m", "By a person"]);
            }
            2 => {
                self.again(&["add", "code.rs"]);
                self.git(&["commit", "-q", "-m", "By a person, staged"]);
            }
            3 => {
                self.git(&["commit", "-q", "-a", "-m", "By a person"]);
                self.git(&["commit", "-q", "-a", "--amend", "-m", "By a person, better"]);
            }
            4 => {
                // Where git could not finish it, the stash may be made and the file not yet put back.
                let pushed = self.git(&["stash", "push", "-q", "--", "code.rs"]);
                if pushed || !self.has_typed() {
                    self.again(&["stash", "pop", "-q"]);
                }
            }
            _ => {
                self.again(&["commit", "-q", "-a", "-m", "By a person, to switch"]);
                self.again(&["switch", "-q", "side"]);
                self.again(&["switch", "-q", "-"]);
            }
        }
    }
}

/// Stops the writers also where the person's part of the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn assert_done(output: &Output) {
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), ""), "{output:?}");
}

#[test]
fn a_person_at_work_beside_four_writers() {
    let seconds = std::env::var("STORM_SECONDS").ok().and_then(|set| set.parse().ok()).unwrap_or(5);
    let sandbox = Sandbox::on_disk();
    sandbox.git(&["config", "user.name", "Crowd"]);
    sandbox.git(&["config", "user.email", "crowd@example.com"]);
    // A stash whose index missed a new ticket (git reads it before it locks it) has it as deleted, and git takes another new
    // one, which is like it, for the same under another name: a conflict of a rename with a deletion.
    sandbox.git(&["config", "merge.renames", "false"]);
    sandbox.git(&["commit", "-qam", "All of it"]);
    let _ = sandbox.ticket("First");
    sandbox.git(&["branch", "side"]);
    let stop = AtomicBool::new(false);
    let mut person = Person { sandbox: &sandbox, lines: 0, done: 0, refused: 0 };
    let written: Vec<_> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (stop, repo) = (&stop, sandbox.repo());
                scope.spawn(move || write_until(stop, repo, writer))
            })
            .collect();
        let stopping = Stop(&stop);
        let mut dice = Dice(7);
        let begun = Instant::now();
        // On a busy machine it takes longer until enough has happened.
        while begun.elapsed() < Duration::from_secs(seconds) || person.done <= 10 {
            person.act(dice.roll(6));
        }
        drop(stopping);
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    let filed: Vec<&String> = written.iter().flat_map(|(filed, _)| filed).collect();
    let busy: usize = written.iter().map(|(_, refused)| refused).sum();
    println!(
        "{seconds} s: {} tickets filed, {busy} refused as busy; the person: {} done, {} refused by git's own locks",
        filed.len(),
        person.done,
        person.refused
    );
    assert!(filed.len() > 10 && person.done > 10);
    // Git reads its index before it locks it: what is committed in between, its next commit takes out of the branch
    // (docs/durability.md), and this brings it back.
    if !sandbox.run_unwatched(&["doctor", "--repair"], "").ok().contains("no problems found\n") {
        sandbox.is_tampered_with();
    }
    assert_done(&sandbox.try_git(&["fsck", "--no-dangling", "--no-progress"]));
    let main = sandbox.git(&["ls-tree", "-r", "--name-only", "main", "--", ".support/tickets"]);
    let side = sandbox.git(&["ls-tree", "-r", "--name-only", "side", "--", ".support/tickets"]);
    for id in filed {
        let path = path_of(id);
        assert!(main.contains(&path) || side.contains(&path), "{id} was acknowledged and is lost");
    }
    assert_eq!(sandbox.git(&["status", "--porcelain", "--", ".support"]), "");
    let code = fs::read_to_string(sandbox.repo().join("code.rs")).unwrap();
    let typed = code.lines().filter(|line| line.starts_with("// line ")).count();
    assert_eq!(typed, person.lines, "an edit of the person's is lost");
    assert!(sandbox.git(&["stash", "list"]).ends_with(": WIP on main: 4cd73b9 Begin\n"));
}
