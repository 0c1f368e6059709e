//! `diagnose`: says what is wrong, and why.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::ProcessAction;
use crate::render::View;

/// Record the cause
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let text = args.common.message.need(session)?;
    args.common.take_saying(&ProcessAction::Diagnose(text), None, session)
}
