//! `estimate`: says what effort is expected.

use crate::commands::arguments::{Message, Writing};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::Move;
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
    let message = Message { message: Vec::new(), file: None };
    let writing = Writing { dry_run: args.writing.dry_run, if_match: args.writing.if_match.clone() };
    let common = Common { ids: vec![args.id.clone()], message, writing };
    common.take_saying(&Move::Estimate(args.span.clone()), note, session)
}
