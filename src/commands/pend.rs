//! `pend`: waits for the customer.

use crate::commands::arguments::moment_ahead;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::ProcessAction;
use crate::render::View;

/// Set tickets to pending, waiting for the customer
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// Set the follow-up: 3d, 12h, a date or a time
    #[arg(long, value_name = "WHEN", default_value = "3d")]
    follow_up: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let follow_up = moment_ahead(&args.follow_up, session.host.now())?;
    args.common.take(&ProcessAction::Pend { follow_up }, session)
}
