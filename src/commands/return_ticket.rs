//! `return`: gives a ticket back to a lower level, with the reason.

use clap::builder::PossibleValuesParser;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::{Assignee, ProcessAction};
use crate::render::View;
use crate::ticket::Level;

/// Return tickets to a lower level
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// Set the level [default: the next lower one]
    #[arg(long, value_name = "LEVEL", value_parser = PossibleValuesParser::new(Level::WORDS))]
    level: Option<String>,
    /// Assign them to WHO at that level [default: nobody, they are in its queue]
    #[arg(long, value_name = "WHO")]
    to: Option<String>,
    /// Return because required findings are missing
    #[arg(long)]
    incomplete: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    // A level was given with --to before there was --level.
    let given = args.to.as_deref().and_then(Level::parse);
    let level = args.level.as_deref().and_then(Level::parse).or(given);
    let to = args.to.clone().filter(|_| given.is_none()).map_or(Assignee::Queue, Assignee::Person);
    args.common.take_with_reason(&ProcessAction::Return { level, incomplete: args.incomplete, to }, session)
}
