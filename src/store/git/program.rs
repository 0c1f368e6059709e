//! Runs the `git` program for what libgit2 cannot do; by absolute path, without hooks or fsmonitor.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::store::git::error::{Error, Kind, Result};

/// The git program, found on the PATH; relative entries of the PATH are not looked at.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    path: Option<PathBuf>,
    directory: PathBuf,
}

impl Program {
    /// Git as the PATH has it, to be run in a directory.
    pub(crate) fn find(search: Option<&OsString>, directory: &Path) -> Self {
        let search = search.map(std::env::split_paths);
        let path = search.into_iter().flatten().filter(|folder| folder.is_absolute());
        let path = path.map(|folder| folder.join("git")).find(|git| git.is_file());
        Self { path, directory: directory.to_owned() }
    }

    /// Runs git and returns what it printed.
    pub(crate) fn run(
        &self,
        arguments: &[&str],
        input: &[u8],
        extra: &[(&str, OsString)],
    ) -> Result<Vec<u8>> {
        let is_verb = |word: &&&str| {
            word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') && !word.starts_with('-')
        };
        let what = format!("git {}", arguments.iter().find(is_verb).unwrap_or(&""));
        let Some(path) = &self.path else {
            return Err(Error::new(Kind::Repository, format!("{what}: git is not on the PATH")));
        };
        let failed = |error: &std::io::Error| Error::io(format!("running {what}"), error);
        let mut child = Command::new(path)
            .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
            .args(arguments)
            .current_dir(&self.directory)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .envs(extra.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&error))?;
        if let Some(mut stdin) = child.stdin.take() {
            // A git that died early says why on stderr, which tells more than the broken pipe.
            let _ = stdin.write_all(input);
        }
        let output = child.wait_with_output().map_err(|error| failed(&error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("fatal: ").trim_start_matches("error: ");
        Err(Error::new(Kind::Repository, format!("{what}: {said}")))
    }
}
