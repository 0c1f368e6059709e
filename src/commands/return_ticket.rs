//! `return`: gives a ticket back to a lower level, with the reason.

use clap::builder::PossibleValuesParser;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::ProcessAction;
use crate::render::View;
use crate::ticket::Level;

/// Return tickets to a lower level
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// Set the level [default: the next lower one]
    #[arg(long, value_name = "LEVEL", value_parser = PossibleValuesParser::new(Level::WORDS))]
    to: Option<String>,
    /// Return because required findings are missing
    #[arg(long)]
    incomplete: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let to = args.to.as_deref().and_then(Level::parse);
    args.common.take_with_reason(&ProcessAction::Return { to, incomplete: args.incomplete }, session)
}
