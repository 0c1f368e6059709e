//! `merge-driver`: git calls it to merge a ticket (gitattributes(5)); nobody else needs to.

use std::path::PathBuf;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::MergeFiles;
use crate::render::View;

/// Merge ticket files (run by Git)
///
/// `init` and the first write in a clone register it as `merge.support.driver`. The result is written to OURS. If
/// the tickets cannot be merged, the lines are merged as in Git, and the exit status is 1.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The common ancestor's version (%O)
    base: PathBuf,
    /// Our version, which the result takes the place of (%A)
    ours: PathBuf,
    /// Their version (%B)
    theirs: PathBuf,
    /// The path in the repository (%P)
    path: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let Args { base, ours, theirs, path } = args;
    session.host.merge_files(&MergeFiles { base, ours, theirs, path })?;
    Ok(View::Nothing)
}
