//! `textconv`: git calls it to show a version of a ticket in a difference; nobody else needs to.

use std::path::PathBuf;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::render::{View, readable};
use crate::ticket::visible;

/// Convert ticket files for diffs (run by Git)
///
/// Registered as `diff.support.textconv` by `init` and by the first write in a clone, so that plain `git diff`,
/// `git log -p` and `git show` of tickets read well (gitattributes(5)). `--no-textconv` shows the files themselves.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version
    file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    // What is no ticket is shown as it is, but for what steers a terminal: a difference hides nothing.
    let text = match session.host.read_version(&args.file)? {
        Ok(ticket) => readable(&ticket),
        Err(bytes) => visible(&String::from_utf8_lossy(&bytes)),
    };
    Ok(View::Text(text))
}
