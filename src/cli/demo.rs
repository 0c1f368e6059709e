//! `demo`: a support week, played by the real commands.
use std::path::Path;
use std::process::ExitCode;

use crate::cli::options::Options;
use crate::commands::{Failure, Session};

/// Plays the demonstration.
pub(super) fn run(
    _directory: Option<&Path>,
    _options: &Options,
    _session: &Session<'_>,
) -> Result<ExitCode, Failure> {
    Ok(ExitCode::SUCCESS)
}
