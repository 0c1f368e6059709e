//! Runs the user's command after a change, and hands it what changed.

use std::io::Write as _;
use std::process::{Command as Process, Stdio};

use crate::commands::{Announcement, Command, ProcessEnv, announced};

/// Tells a command that it was started by a change, so that a change that it makes in turn starts none.
const MARK: &str = "GIT_SUPPORT_ON_CHANGE";

/// Runs the command by the shell, as git runs its hooks: in the top folder, with the entries as JSON lines on standard
/// input. What it prints goes to standard error: standard output is the answer of the command that was typed.
pub(super) fn announce(announcement: &Announcement, way: Way) -> Result<(), String> {
    if way == Way::Nested {
        return Ok(());
    }
    let failed = |error: std::io::Error| error.to_string();
    let mut child = Process::new("sh")
        .args(["-c", &announcement.command])
        .current_dir(&announcement.directory)
        .env(MARK, "1")
        .env("GIT_SUPPORT_BRANCH", &announcement.branch)
        .stdin(Stdio::piped())
        .stdout(if way == Way::Screen { Stdio::null() } else { std::io::stderr().into() })
        .stderr(if way == Way::Screen { Stdio::null() } else { Stdio::inherit() })
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        // A command that does not read all of it has what it wants.
        let _ = input.write_all(announced(announcement).as_bytes());
    }
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("the command failed ({status})")) }
}

/// How the command is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// What it prints is seen.
    Seen,
    /// A screen is drawn, which nothing else may write on.
    Screen,
    /// Not at all: a change started this program itself.
    Nested,
}

impl Way {
    /// The way of a process.
    pub(super) fn of(command: &Command, environment: &ProcessEnv) -> Self {
        if environment.text(MARK).is_some() {
            Self::Nested
        } else if matches!(command, Command::Board(_)) {
            Self::Screen
        } else {
            Self::Seen
        }
    }
}
