//! The repository that is measured: two years of tickets, a branch of their own beside the one checked out.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use git_support::store::layout;
use git_support::ticket::{Ticket, codec};

use crate::floor::Plain;
use crate::tickets::{self, FIRST, comment};
use crate::timed;

/// An instant of the repository's past, when half of the tickets were there.
pub(crate) const EARLIER: &str = "2025-07-10T00:00:00Z";
/// How many tickets a pull changes.
pub(crate) const PULLED: usize = 500;
/// Commits of one ticket each, on top of the two that bring most of them.
const SINGLE: usize = 1_000;
const YEAR: i64 = 365 * 86_400;

pub(crate) struct Bench {
    tool: PathBuf,
    repo: PathBuf,
}

/// The release build of the program, made now.
pub(crate) fn build() -> PathBuf {
    let root = env!("CARGO_MANIFEST_DIR");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--bin", "git-support"])
        .current_dir(root)
        .status()
        .unwrap();
    assert!(status.success(), "the release build failed");
    // target/release/examples/bench -> target/release/git-support
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("git-support")
}

/// From this many tickets on, git is not asked to look for better deltas.
const MANY: usize = 200_000;

impl Bench {
    /// A repository that is there.
    pub(crate) fn at(tool: &Path, folder: &Path) -> Self {
        Self { tool: tool.to_owned(), repo: folder.canonicalize().unwrap() }
    }

    /// A repository without a commit.
    pub(crate) fn empty(tool: &Path, folder: &Path) -> Self {
        let bench = Self { tool: tool.to_owned(), repo: folder.to_owned() };
        let _ = bench.git(&["init", "-q", "-b", "main", "."]);
        bench
    }

    /// A repository with tickets, checked out.
    pub(crate) fn fill(tool: &Path, folder: &Path, tickets: usize) -> Self {
        let bench = Self::empty(tool, folder);
        let plain = Plain::create(Path::new(&bench.plain()));
        let mut child = bench.git_command(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
        let mut out = std::io::BufWriter::new(child.stdin.take().unwrap());
        commit(&mut out, "main", "Half of the tickets", FIRST + YEAR);
        put(&mut out, layout::ATTRIBUTES, layout::ATTRIBUTES_TEXT);
        for number in 0..tickets / 2 {
            put_ticket(&mut out, &tickets::ticket(number, tickets, 50));
        }
        commit(&mut out, "main", "All of the tickets", FIRST + 2 * YEAR);
        for number in 0..tickets {
            let ticket = tickets::ticket(number, tickets, 100);
            plain.add(&ticket);
            put_ticket(&mut out, &ticket);
        }
        plain.finish();
        for number in 0..SINGLE {
            let mut ticket = tickets::ticket(number % tickets, tickets, 100);
            comment(&mut ticket, number as u64);
            let at = FIRST + 2 * YEAR + i64::try_from(number).unwrap();
            commit(&mut out, "main", "A comment", at);
            put_ticket(&mut out, &ticket);
        }
        writeln!(out, "reset refs/heads/tickets\nfrom refs/heads/main\n").unwrap();
        writeln!(out, "reset refs/heads/pull-0\nfrom refs/heads/main\n").unwrap();
        commit_on(&mut out, "pull-1", "refs/heads/main", "A pull", FIRST + 3 * YEAR);
        for number in 0..PULLED.min(tickets) {
            let mut ticket = tickets::ticket(number * (tickets / PULLED.min(tickets)), tickets, 100);
            comment(&mut ticket, 7);
            put_ticket(&mut out, &ticket);
        }
        out.into_inner().unwrap();
        assert!(child.wait().unwrap().success());
        let _ = bench.git(&["checkout", "-q", "-f", "main"]);
        // What every clone has once it was cloned, or after `git gc`; of very many, the deltas stay as they were written, since to
        // look for others takes git half an hour.
        let how = if tickets > MANY { "-adq" } else { "-adfq" };
        let _ = bench.git(&["repack", how]);
        let _ = bench.git(&["commit-graph", "write", "--reachable", "--no-progress"]);
        let _ = bench.support(&["list", "limit:1"]);
        bench
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.repo)
            .env("HOME", &self.repo)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Bench")
            .env("GIT_AUTHOR_EMAIL", "bench@example.com")
            .env("GIT_COMMITTER_NAME", "Bench")
            .env("GIT_COMMITTER_EMAIL", "bench@example.com")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    pub(crate) fn git_command(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(Path::new("git"));
        command.args(arguments);
        command
    }

    pub(crate) fn support(&self, arguments: &[&str]) -> Duration {
        timed(self.command(&self.tool).args(arguments))
    }

    /// What it prints.
    pub(crate) fn said(&self, arguments: &[&str]) -> String {
        let output = self.command(&self.tool).args(arguments).stdout(Stdio::piped()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// What git prints.
    pub(crate) fn git_said(&self, arguments: &[&str]) -> String {
        let output = self.git_command(arguments).stdout(Stdio::piped()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same, with a file as its input.
    pub(crate) fn support_with(&self, arguments: &[&str], input: &Path) -> Duration {
        timed(self.command(&self.tool).args(arguments).stdin(std::fs::File::open(input).unwrap()))
    }

    /// Git, with a file as its input.
    pub(crate) fn git_with(&self, arguments: &[&str], input: &Path) -> Duration {
        timed(self.git_command(arguments).stdin(std::fs::File::open(input).unwrap()))
    }

    /// Plain files of the same content as the tickets', committed beside them.
    pub(crate) fn copies(&self) -> Vec<PathBuf> {
        let names = self.git_said(&["ls-files", "-z", "--", layout::TICKETS]);
        let copy = |name: &str| {
            let to = self.repo.join(name.replacen(layout::TICKETS, "plain", 1));
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(self.repo.join(name), &to).unwrap();
            to
        };
        let copies = names.split_terminator('\0').map(copy).collect();
        let _ = self.git(&["add", "plain"]);
        let _ = self.git(&["commit", "-q", "-m", "Copies"]);
        copies
    }

    /// Where a ticket's file is.
    pub(crate) fn path_of(&self, id: &str) -> String {
        layout::ticket(&git_support::ticket::TicketId::parse(id).unwrap())
    }

    /// Writes some files anew, one line longer.
    pub(crate) fn rewrite(&self, files: &[PathBuf], round: usize) -> Duration {
        let start = std::time::Instant::now();
        for file in files {
            let text = std::fs::read_to_string(file).unwrap();
            std::fs::write(file, format!("{text}# {round}\n")).unwrap();
        }
        start.elapsed()
    }

    /// Removes a file of our own folder of the repository, where it is there.
    pub(crate) fn forget(&self, file: &str) {
        let _ = std::fs::remove_file(self.repo.join(".git").join("support").join(file));
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> Duration {
        timed(self.command(Path::new("git")).args(arguments))
    }

    /// This program, started anew for the least that answers.
    pub(crate) fn floor(&self, arguments: &[&str]) -> Duration {
        timed(self.command(&std::env::current_exe().unwrap()).arg("--floor").args(arguments))
    }

    pub(crate) fn folder(&self) -> String {
        self.repo.display().to_string()
    }

    /// The floor's SQLite file.
    pub(crate) fn plain(&self) -> String {
        self.repo.join(".git").join("plain.sqlite").display().to_string()
    }

    pub(crate) fn add_and_commit(&self, round: usize) -> Duration {
        let name = format!("file-{round}.txt");
        std::fs::write(self.repo.join(&name), "Something is wrong.\n".repeat(30)).unwrap();
        self.git(&["add", &name]) + self.git(&["commit", "-q", "-m", "Something is wrong"])
    }

    pub(crate) fn forget_index(&self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(self.repo.join(format!(".git/support/index.sqlite{end}")));
        }
    }

    /// Moves the branch between two states, as a pull would.
    pub(crate) fn pull(&self, round: usize) {
        let _ = self.git(&["update-ref", "refs/heads/main", &format!("refs/heads/pull-{}", round % 2)]);
    }

    /// The bytes of all loose objects.
    pub(crate) fn loose_bytes(&self) -> u64 {
        let folders = std::fs::read_dir(self.repo.join(".git/objects")).unwrap();
        let loose = folders
            .map(|folder| folder.unwrap().path())
            .filter(|path| path.file_name().is_some_and(|name| name.len() == 2));
        loose
            .flat_map(|folder| std::fs::read_dir(folder).unwrap())
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum()
    }

    /// The peak memory of a command, in MiB: taken by this program, started anew for it alone.
    pub(crate) fn peak(&self, arguments: &[&str]) -> f64 {
        let mut command = self.command(&std::env::current_exe().unwrap());
        let output =
            command.arg("--peak").arg(&self.tool).args(arguments).stdout(Stdio::piped()).output().unwrap();
        let kib: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap();
        kib / 1024.0
    }
}

fn commit(out: &mut impl std::io::Write, branch: &str, message: &str, at: i64) {
    writeln!(out, "commit refs/heads/{branch}\ncommitter Bench <bench@example.com> {at} +0000").unwrap();
    writeln!(out, "data {}\n{message}", message.len()).unwrap();
}

fn commit_on(out: &mut impl std::io::Write, branch: &str, from: &str, message: &str, at: i64) {
    commit(out, branch, message, at);
    writeln!(out, "from {from}").unwrap();
}

pub(crate) fn put(out: &mut impl std::io::Write, path: &str, text: &str) {
    writeln!(out, "M 644 inline {path}\ndata {}\n{text}", text.len()).unwrap();
}

pub(crate) fn put_ticket(out: &mut impl std::io::Write, ticket: &Ticket) {
    put(out, &layout::ticket(ticket.id()), &codec::write(ticket));
}
