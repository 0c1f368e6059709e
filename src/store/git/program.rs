//! Runs the `git` program for what libgit2 cannot do; by absolute path, without hooks or fsmonitor.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::process_env::{OF_A_REPOSITORY, ProcessEnv};

/// What a pipe takes before anybody reads it, on every system (PIPE_BUF of POSIX).
const PIPE_BYTES: usize = 512;
/// Lines of a program that wait to be taken.
const LINES_AHEAD: usize = 1_024;

/// A program had all the time that it was given.
struct TimeOver;

/// The git program, found on the PATH; relative entries of the PATH are not looked at.
#[derive(Debug, Clone)]
pub struct Program {
    path: Option<PathBuf>,
    directory: PathBuf,
    /// True where the environment says nothing of the repository.
    is_elsewhere: bool,
    /// The git directory, once it is known.
    git_directory: Option<PathBuf>,
}

impl Program {
    /// Git as the PATH has it, to be run in a directory.
    pub(crate) fn find(search: Option<&OsString>, directory: &Path) -> Self {
        let search = search.map(std::env::split_paths);
        let path = search.into_iter().flatten().filter(|folder| folder.is_absolute());
        let path = path.map(|folder| folder.join("git")).find(|git| git.is_file());
        Self { path, directory: directory.to_owned(), is_elsewhere: false, git_directory: None }
    }

    /// Git for the repository of a process.
    pub(crate) fn of(surroundings: &ProcessEnv) -> Self {
        let found = Self::find(surroundings.environment.get("PATH"), &surroundings.directory);
        Self { is_elsewhere: surroundings.is_elsewhere, ..found }
    }

    /// The same, to be run in another directory.
    pub(crate) fn in_directory(&self, directory: &Path) -> Self {
        Self { directory: directory.to_owned(), ..self.clone() }
    }

    /// The same for a repository that was opened: at the top of its work tree, for paths are named from there on, whatever
    /// folder somebody stands in.
    pub(crate) fn at_top(self, git_directory: &Path, top: Option<&Path>) -> Self {
        match top {
            Some(top) => Self { git_directory: Some(git_directory.to_owned()), ..self.in_directory(top) },
            None => self,
        }
    }

    /// Runs git and returns what it printed.
    pub(crate) fn run(
        &self,
        arguments: &[&str],
        input: &[u8],
        extra: &[(&str, OsString)],
    ) -> Result<Vec<u8>> {
        self.output(arguments, input, extra).map(|output| output.stdout)
    }

    /// Runs git and returns what it printed, and what it said beside.
    pub(crate) fn output(
        &self,
        arguments: &[&str],
        input: &[u8],
        extra: &[(&str, OsString)],
    ) -> Result<Output> {
        let what = what(arguments);
        let path = self.path(&what)?;
        let failed = |error: &std::io::Error| Error::io(format!("running {what}"), error);
        let mut child = self.command(path, arguments, extra).spawn().map_err(|error| failed(&error))?;
        // A git that died early says why on stderr, which tells more than the broken pipe.
        let mut stdin = child.stdin.take();
        if input.len() <= PIPE_BYTES {
            let _ = stdin.take().map(|mut stdin| stdin.write_all(input));
        }
        let output = std::thread::scope(|scope| {
            // Beside the reading: a git that answers as it reads would wait for us, and we for it.
            if let Some(mut stdin) = stdin {
                let write = move || drop(stdin.write_all(input));
                std::thread::Builder::new().spawn_scoped(scope, write)?;
            }
            child.wait_with_output()
        });
        let output = output.map_err(|error| failed(&error))?;
        if output.status.success() {
            return Ok(output);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("fatal: ").trim_start_matches("error: ");
        // What a server says of a push that it refused (git-push(1), --porcelain).
        let printed = String::from_utf8_lossy(&output.stdout);
        let refused = printed.lines().find_map(|line| line.strip_prefix("!\t")?.rsplit('\t').next());
        let refused = refused.filter(|refused| !said.contains(refused));
        let refused = refused.map(|refused| format!(" {refused}")).unwrap_or_default();
        Err(Error::new(Kind::Repository, format!("{what}: {said}{refused}")))
    }

    fn path(&self, what: &str) -> Result<&Path> {
        let missing = || Error::new(Kind::Repository, format!("{what}: git is not on the PATH"));
        self.path.as_deref().ok_or_else(missing)
    }

    fn command(&self, path: &Path, arguments: &[&str], extra: &[(&str, OsString)]) -> Command {
        let mut command = Command::new(path);
        if self.is_elsewhere {
            for name in OF_A_REPOSITORY {
                command.env_remove(name);
            }
        }
        command
            .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
            // Whatever is fetched comes from strangers (git-fetch(1), fetch.fsckObjects).
            .args(["-c", "fetch.fsckObjects=true"])
            .args(arguments)
            .current_dir(&self.directory)
            .env("GIT_OPTIONAL_LOCKS", "0")
            // Another object in the place of a commit is what an attacker may have put there.
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            // What git says is looked at here and there.
            .env("LC_ALL", "C")
            .envs(self.git_directory.iter().map(|folder| ("GIT_DIR", folder)))
            .envs(extra.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts git, and hands over what it prints, record by record, each without its `end`; it is ended where `visit`
    /// says to stop.
    pub(crate) fn stream<E: From<Error>>(
        &self,
        arguments: &[&str],
        extra: &[(&str, OsString)],
        end: u8,
        mut visit: impl FnMut(&[u8]) -> std::result::Result<bool, E>,
    ) -> std::result::Result<(), E> {
        let what = what(arguments);
        let failed = |error: &std::io::Error| Error::io(format!("running {what}"), error);
        let path = self.path(&what).map_err(E::from)?;
        let spawned = self.command(path, arguments, extra).stdin(Stdio::null()).spawn();
        let mut child = spawned.map_err(|error| E::from(failed(&error)))?;
        let Some(stdout) = child.stdout.take() else { return Ok(()) };
        let mut said = child.stderr.take();
        let mut reader = BufReader::with_capacity(64 * 1024, stdout);
        let mut record = Vec::new();
        let mut goes_on = Ok(true);
        while matches!(goes_on, Ok(true)) {
            record.clear();
            match reader.read_until(end, &mut record) {
                Ok(0) => break,
                Ok(_) => {
                    let bytes = record.strip_suffix(&[end]).unwrap_or(&record);
                    goes_on = visit(bytes);
                }
                Err(error) => goes_on = Err(failed(&error).into()),
            }
        }
        if !matches!(goes_on, Ok(true)) {
            // Nobody wants the rest.
            let _ = child.kill();
            let _ = child.wait();
            return goes_on.map(drop);
        }
        let status = child.wait().map_err(|error| E::from(failed(&error)))?;
        if status.success() {
            return Ok(());
        }
        let mut text = String::new();
        if let Some(said) = said.as_mut() {
            let _ = std::io::Read::read_to_string(said, &mut text);
        }
        Err(Error::new(Kind::Repository, format!("{what}: {}", text.trim())).into())
    }

    /// Starts git, and hands over what it prints, line by line, until a time is over: then it is ended. True where it came to
    /// its end.
    pub(crate) fn stream_within(
        &self,
        arguments: &[&str],
        within: Duration,
        mut visit: impl FnMut(&str),
    ) -> Result<bool> {
        let what = what(arguments);
        let failed = |error: &std::io::Error| Error::io(format!("running {what}"), error);
        let mut command = self.command(self.path(&what)?, arguments, &[]);
        let spawned = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = spawned.map_err(|error| failed(&error))?;
        let Some(stdout) = child.stdout.take() else { return Ok(false) };
        std::thread::scope(|scope| {
            let (send, receive) = mpsc::sync_channel(LINES_AHEAD);
            let (goes_on, ended) = mpsc::channel::<()>();
            let over = send.clone();
            let read = move || {
                let lines = BufReader::new(stdout).split(b'\n').map_while(std::io::Result::ok);
                // Nobody wants the rest, once the time is over.
                let all = lines.map(Some).chain([None]);
                let _ = all.map(|line| send.send(Ok(line))).take_while(std::result::Result::is_ok).count();
            };
            let watch = move || {
                if ended.recv_timeout(within) == Err(RecvTimeoutError::Timeout) {
                    let _ = over.send(Err(TimeOver));
                }
            };
            std::thread::Builder::new().spawn_scoped(scope, read).map_err(|error| failed(&error))?;
            std::thread::Builder::new().spawn_scoped(scope, watch).map_err(|error| failed(&error))?;
            while let Ok(next) = receive.recv() {
                match next {
                    Ok(Some(line)) => visit(&String::from_utf8_lossy(&line)),
                    Ok(None) => break,
                    Err(TimeOver) => {
                        let _ = child.kill();
                        let _ = child.wait();
                        return Ok(false);
                    }
                }
            }
            drop(goes_on);
            let status = child.wait().map_err(|error| failed(&error))?;
            let failure = || Error::new(Kind::Repository, format!("{what} failed"));
            status.success().then_some(true).ok_or_else(failure)
        })
    }

    /// Starts git for questions and answers, a line each.
    pub(crate) fn converse(&self, arguments: &[&str], extra: &[(&str, OsString)]) -> Result<Conversation> {
        let what = what(arguments);
        let mut command = self.command(self.path(&what)?, arguments, extra);
        let spawned = command.stderr(Stdio::null()).spawn();
        let mut child = spawned.map_err(|error| Error::io(format!("running {what}"), &error))?;
        let answers = child.stdout.take().map(BufReader::new);
        Ok(Conversation { child, answers })
    }
}

/// What an error names: the verb, without the flags before it.
fn what(arguments: &[&str]) -> String {
    let is_verb = |word: &&&str| {
        word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && !word.starts_with('-')
    };
    format!("git {}", arguments.iter().find(is_verb).unwrap_or(&""))
}

/// A git that is asked and answers, line by line. Dropping it ends its input, which ends it.
pub(crate) struct Conversation {
    child: Child,
    answers: Option<BufReader<ChildStdout>>,
}

impl Conversation {
    /// Says something; true where each answer is as expected.
    pub(crate) fn say(&mut self, request: &str, expected: &[&str]) -> bool {
        let Some(stdin) = self.child.stdin.as_mut() else { return false };
        if stdin.write_all(request.as_bytes()).and_then(|()| stdin.flush()).is_err() {
            return false;
        }
        let Some(answers) = self.answers.as_mut() else { return false };
        expected.iter().all(|expected| {
            let mut line = String::new();
            answers.read_line(&mut line).is_ok() && line.trim_end() == *expected
        })
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
