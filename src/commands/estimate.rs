//! `estimate`: says what effort is expected.

use crate::commands::arguments::{Message, Writing};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::take;
use crate::process::{Move, What};
use crate::render::View;

/// Say what effort is expected
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    /// The effort: 90m, 6h, 2d, 1w
    span: String,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let note = args.message.read(session)?;
    let step = What::Step(Move::Estimate(args.span.clone()));
    take(std::slice::from_ref(&args.id), &step, note, &args.writing, session)
}
