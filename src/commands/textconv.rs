//! `textconv`: git calls it to show a version of a ticket in a difference; nobody else needs to.

use std::path::PathBuf;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::render::{View, readable};
use crate::store::driver::{read_any, read_version};

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
    let bytes = read_version(&session.surroundings.directory.join(&args.file))?;
    // What is no ticket is shown as it is: a difference hides nothing.
    let text = match read_any(&bytes) {
        Ok(ticket) => readable(&ticket),
        Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
    };
    Ok(View::Text(text))
}
