//! `pend`: waits for the customer.

use crate::commands::answering::AnswerOptions;
use crate::commands::arguments::follow_up;
use crate::commands::failure::Failure;
use crate::commands::mail::Sending;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::{FollowUp, ProcessAction};
use crate::render::View;

/// Set tickets to pending, waiting for the customer
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    answering: AnswerOptions,
    #[command(flatten)]
    sending: Sending,
    /// Set the follow-up: 3d (working days, the default), 12h, a date or a time
    #[arg(long, allow_hyphen_values = true, value_name = "WHEN", value_parser = follow_up)]
    follow_up: Option<FollowUp>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let step = ProcessAction::Pend { follow_up: args.follow_up.unwrap_or(FollowUp::Usual) };
    args.common.take_answering(&step, &args.answering, &args.sending, session)
}
