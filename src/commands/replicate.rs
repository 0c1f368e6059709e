//! `replicate`: says how to see it happen, or that it could not be seen.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::intake;
use crate::process::ProcessAction;
use crate::render::View;

/// Record steps to reproduce, or a failed attempt
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// Set the steps to reproduce (- for standard input)
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT", conflicts_with = "cannot")]
    steps: Option<String>,
    /// Record that it could not be reproduced (-m says what was tried)
    #[arg(long)]
    cannot: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.steps {
        Some(steps) => {
            let text = intake::read_text(steps, session.input)?;
            args.common.take(&ProcessAction::Replicate { text, happened: true }, session)
        }
        None => {
            let text = args.common.message.need(session)?;
            args.common.take_saying(&ProcessAction::Replicate { text, happened: !args.cannot }, None, session)
        }
    }
}
