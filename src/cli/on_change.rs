//! Runs the user's command after a change, and hands it what changed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::commands::{Announcement, announced};

/// Tells a command that it was started by a change, so that a change that it makes in turn starts none.
const MARK: &str = "GIT_SUPPORT_ON_CHANGE";

/// Runs the command by the shell, as git runs its hooks: in the top folder, with the entries as JSON lines on standard
/// input. What it prints goes to standard error: standard output is the answer of the command that was typed.
pub(super) fn announce(announcement: &Announcement, is_nested: bool) -> Result<(), String> {
    if is_nested {
        return Ok(());
    }
    let failed = |error: std::io::Error| error.to_string();
    let mut child = Command::new("sh")
        .args(["-c", &announcement.command])
        .current_dir(&announcement.directory)
        .env(MARK, "1")
        .env("GIT_SUPPORT_BRANCH", &announcement.branch)
        .stdin(Stdio::piped())
        .stdout(std::io::stderr())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        // A command that does not read all of it has what it wants.
        let _ = input.write_all(announced(announcement).as_bytes());
    }
    let status = child.wait().map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("the command failed ({status})")) }
}

/// True in a command that a change started.
pub(super) fn is_nested(environment: &crate::commands::ProcessEnv) -> bool {
    environment.text(MARK).is_some()
}
