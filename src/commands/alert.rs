//! `alert`: tells somebody with more authority; nothing moves.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::ProcessAction;
use crate::render::View;

/// Record an alert to a manager (sends nothing)
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// The manager to alert
    #[arg(long, value_name = "WHO")]
    to: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    args.common.take_with_reason(&ProcessAction::Alert(args.to.clone()), session)
}
