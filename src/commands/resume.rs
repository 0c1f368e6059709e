//! `resume`: the wait is over.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::ProcessAction;
use crate::render::View;

/// Resume pending or deferred tickets
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    args.common.take(&ProcessAction::Resume, session)
}
