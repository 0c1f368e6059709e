//! `owner`: says who answers to the reporter until a ticket is closed.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::ProcessAction;
use crate::render::View;

/// Set the owner accountable to the reporter
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// Set the owner: a name, an address, or me
    #[arg(long, value_name = "WHO", default_value = "me")]
    to: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    args.common.take(&ProcessAction::Own(args.to.clone()), session)
}
