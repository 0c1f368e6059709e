//! A home, a repository and a clock of a test's own. After every command it checks that the user's index,
//! work tree and stash are as they were; at the end, that git finds no fault in the repository, and an audit none in
//! its history.

use std::cell::{Cell, RefCell};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::users_work::{Seen, files, has_work, is_plain};

/// A repository in a directory of its own.
pub(crate) struct Sandbox {
    root: TempDir,
    repo: PathBuf,
    commands: Cell<u32>,
    extra: Vec<(String, String)>,
    finds_fault: bool,
    is_honest: Cell<bool>,
    /// The user's work, as git told it last.
    seen: RefCell<Seen>,
}

/// What a command did.
#[must_use]
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: Option<i32>,
}

impl Output {
    /// The standard output of a command that must succeed.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.status, Some(0), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self.stdout
    }

    /// The standard error of a command that must fail with a status.
    #[track_caller]
    pub(crate) fn fails(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self.stderr
    }

    /// The standard output of a gate that found something.
    #[track_caller]
    pub(crate) fn fails_with_gate(self) -> String {
        assert_eq!(self.status, Some(3), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self.stdout
    }
}

impl Sandbox {
    /// A repository with a commit, and staged, unstaged, untracked and stashed work of its user.
    pub(crate) fn new() -> Self {
        Self::unborn().at_work()
    }

    /// The same on a disk, wherever other stories are.
    pub(crate) fn on_disk() -> Self {
        Self::below(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()).begun().at_work()
    }

    fn at_work(self) -> Self {
        let sandbox = self;
        sandbox.file("code.rs", "fn main() {}\n");
        sandbox.file("notes.txt", "one\n");
        sandbox.git(&["add", "."]);
        sandbox.git(&["commit", "-qm", "Begin"]);
        sandbox.file("notes.txt", "stashed\n");
        sandbox.git(&["stash", "-q"]);
        sandbox.file("code.rs", "fn main() { staged }\n");
        sandbox.git(&["add", "code.rs"]);
        sandbox.file("code.rs", "fn main() { staged; unstaged }\n");
        sandbox.file("untracked.txt", "mine\n");
        sandbox
    }

    /// A repository without a commit.
    pub(crate) fn unborn() -> Self {
        Self::nowhere().begun()
    }

    fn begun(self) -> Self {
        self.git(&["init", "-q", "-b", "main", "."]);
        self
    }

    /// A directory that is no repository.
    pub(crate) fn nowhere() -> Self {
        Self::below(tempfile::tempdir().unwrap())
    }

    fn below(root: tempfile::TempDir) -> Self {
        let repo = root.path().join("repo");
        fs::create_dir_all(&repo).unwrap();
        fs::create_dir_all(root.path().join("home")).unwrap();
        Self {
            root,
            repo,
            commands: Cell::new(0),
            extra: Vec::new(),
            finds_fault: true,
            is_honest: Cell::new(true),
            seen: RefCell::default(),
        }
    }

    /// With a variable of the environment.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.extra.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without the last look at the whole repository: the test damages it on purpose.
    pub(crate) fn may_be_damaged(mut self) -> Self {
        self.finds_fault = false;
        self
    }

    /// Says that somebody meddles with the files of tickets here: an audit may find it.
    pub(crate) fn is_tampered_with(&self) {
        self.is_honest.set(false);
    }

    /// The same sandbox, in another of its repositories from here on.
    pub(crate) fn enter(&mut self, repo: &Path) {
        repo.clone_into(&mut self.repo);
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn repo(&self) -> &Path {
        &self.repo
    }

    /// Writes a file of the work tree.
    pub(crate) fn file(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.repo.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// A command in the sandbox's surroundings; each is a minute later than the one before.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let count = self.commands.get();
        self.commands.set(count + 1);
        let begin = time::macros::datetime!(2026-11-23 09:00 UTC);
        let now = begin + time::Duration::minutes(i64::from(count));
        let now = now.format(&time::format_description::well_known::Rfc3339).unwrap();
        let own = Path::new(env!("CARGO_BIN_EXE_git-support")).parent().unwrap();
        let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(program);
        command
            .current_dir(&self.repo)
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.root.path().join("home"))
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("COLUMNS", "80")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Dana Li")
            .env("GIT_AUTHOR_EMAIL", "dana@example.com")
            .env("GIT_COMMITTER_NAME", "Dana Li")
            .env("GIT_COMMITTER_EMAIL", "dana@example.com")
            .env("GIT_AUTHOR_DATE", &now)
            .env("GIT_COMMITTER_DATE", &now)
            .env("GIT_SUPPORT_NOW", &now)
            .env("GIT_SUPPORT_SEED", count.to_string())
            .envs(self.extra.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs git-support.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "")
    }

    /// Runs git-support with something on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Output {
        let before = self.users_work();
        let output = self.run_unwatched(arguments, input);
        assert_eq!(self.users_work(), before, "the user's work was touched by {arguments:?}");
        output
    }

    /// Runs git-support without looking at the user's work.
    pub(crate) fn run_unwatched(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Output {
        let mut command = self.command(env!("CARGO_BIN_EXE_git-support"));
        command.args(arguments);
        finish(command, input.as_ref())
    }

    /// Runs a line in the shell.
    pub(crate) fn shell(&self, line: &str) -> Output {
        let mut command = self.command("sh");
        command.args(["-c", line]);
        finish(command, b"")
    }

    /// What a line of `git support` prints at an instant of its own.
    #[track_caller]
    pub(crate) fn at(&self, instant: &str, line: &str) -> String {
        let clock = format!("GIT_AUTHOR_DATE='{instant}' GIT_COMMITTER_DATE='{instant}'");
        self.shell(&format!("{clock} git support {line}")).ok().trim().to_owned()
    }

    /// Runs git and returns what it printed.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.try_git(arguments).ok()
    }

    /// Runs git, which may fail.
    pub(crate) fn try_git(&self, arguments: &[&str]) -> Output {
        let mut command = self.command("git");
        command.args(arguments);
        finish(command, b"")
    }

    /// Files a ticket and returns its id.
    #[track_caller]
    pub(crate) fn ticket(&self, title: &str) -> String {
        self.run(&["new", title]).ok().trim().to_owned()
    }

    /// A field of a ticket, as JSON has it.
    #[track_caller]
    pub(crate) fn field(&self, id: &str, name: &str) -> serde_json::Value {
        let json = self.run(&["show", id, "--json"]).ok();
        serde_json::from_str::<serde_json::Value>(&json).unwrap()[name].clone()
    }

    /// The subjects of the commits, newest first.
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.git(&["log", "--format=%s"]).lines().map(str::to_owned).collect()
    }

    /// The committed text of a ticket file.
    pub(crate) fn ticket_file(&self, id: &str) -> String {
        self.git(&["show", &format!("HEAD:{}", path_of(id))])
    }

    /// Everything of the user's that a command must leave alone.
    pub(crate) fn users_work(&self) -> String {
        let begun = self.commands.get();
        let seen = self.seen.borrow();
        if seen.is_current(&self.repo) {
            self.commands.set(begun + seen.minutes);
            return seen.said.clone();
        }
        drop(seen);
        let said = self.git_of_users_work();
        self.seen.replace(Seen::new(&self.repo, said.clone(), self.commands.get() - begun));
        said
    }

    /// The same, in as few processes as can be.
    fn git_of_users_work(&self) -> String {
        if is_plain(&self.repo) && has_work(&self.repo) {
            let status = self.try_git(&["status", "--porcelain=v2", "-uall", "--show-stash"]).stdout;
            return status + &files(&self.repo);
        }
        let asked = ["rev-parse", "--is-bare-repository", "--git-path", "index", "refs/stash"];
        let known = self.try_git(&asked).stdout;
        let mut lines = known.lines();
        if lines.next() != Some("false") {
            return String::new();
        }
        let count = self.commands.get();
        let has_index = lines.next().is_some_and(|index| self.repo.join(index).exists());
        if !has_index && self.try_git(&["rev-parse", "-q", "--verify", "HEAD"]).status == Some(0) {
            return String::new();
        }
        let work = ["status --porcelain=v2 -uall --show-stash", "diff --full-index"]
            .map(|arguments| self.try_git(&arguments.split(' ').collect::<Vec<_>>()).stdout);
        let work = work.concat() + &known;
        self.commands.set(count);
        work
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let is_repository = self.try_git(&["rev-parse", "--git-dir"]).status == Some(0);
        if self.finds_fault && is_repository && !std::thread::panicking() {
            let fsck = self.try_git(&["fsck", "--strict", "--no-dangling"]);
            assert_eq!((fsck.status, fsck.stdout.as_str()), (Some(0), ""), "{}", fsck.stderr);
            if self.is_honest.get() {
                let audit = self.run_unwatched(&["audit", "--from-start", "--allow-shallow"], "");
                // Who changes rules, what a shallow clone lacks and a clock that went back is always said, in three lines.
                let notes = |rule: &str| audit.stdout.matches(&format!("note: {rule}")).count();
                let noted = 3
                    * (notes("rules.owned")
                        + notes("history.cut")
                        + notes("entry.order")
                        + notes("timeline.unseen"));
                // The last two lines are what was looked at, and what it proves.
                let has_none = audit.stderr.contains("cannot evaluate the gate: branch");
                let is_clean =
                    has_none || audit.status == Some(0) && audit.stdout.lines().count() == 2 + noted;
                assert!(is_clean, "an audit finds fault in what was done: {}{}", audit.stdout, audit.stderr);
            }
        }
    }
}

/// The path of a ticket's file.
pub(crate) fn path_of(id: &str) -> String {
    format!(".support/tickets/{}/{}/{id}.yaml", &id[..1], &id[1..2])
}

/// Runs a command to its end, with something on standard input.
pub(crate) fn finish(mut command: Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may not read all of it, or none.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Output {
        stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        status: output.status.code(),
    }
}

/// True where a program can be run that `.ci/run` does not install.
pub(crate) fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").stdin(Stdio::null()).output().is_ok()
}

/// True where a program can be run; said where it is missing, and an error where `.ci/run` installed it.
pub(crate) fn has_tool(program: &str) -> bool {
    let found = is_here(program);
    if !found {
        leave_out(program);
    }
    found
}

/// Says in the output of the run, which the harness does not capture, that something is left out for want of a tool; an
/// error where `.ci/run` installed it.
pub(crate) fn leave_out(tool: &str) {
    assert!(std::env::var("GIT_SUPPORT_TOOLS").is_err(), "{tool} is missing, though .ci/run installed it");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stdout(), "LEFT OUT, {tool} is not installed: {test}");
}
