//! The user's editor, as git chooses it, on a private temporary file.

use std::fs;
use std::io::Write as _;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::commands::{GitProgram, ProcessEnv};

/// Opens the editor on a text and returns what it was left with.
pub(super) fn edit(text: &str, surroundings: &ProcessEnv) -> Result<String> {
    let git = GitProgram::find(surroundings.environment.get("PATH"), &surroundings.directory);
    let editor = git.run(&["var", "GIT_EDITOR"], b"", &[])?;
    let editor = String::from_utf8_lossy(&editor).trim().to_owned();
    let mut file = tempfile::Builder::new().prefix("git-support-").suffix(".txt").tempfile()?;
    file.write_all(text.as_bytes()).context("writing the form")?;
    // The shell gets the file's name as an argument of its own, never as text to interpret.
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$@\""))
        .arg(&editor)
        .arg(file.path())
        .status()
        .with_context(|| format!("starting the editor {editor}"))?;
    if !status.success() {
        bail!("the editor {editor} failed; nothing was changed");
    }
    fs::read_to_string(file.path()).context("reading the form")
}
