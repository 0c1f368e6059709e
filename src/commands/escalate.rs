//! `escalate`: hands a ticket to the next level, with everything that level needs.

use crate::commands::arguments::FindingOptions;
use crate::commands::failure::Failure;
use crate::commands::known::note_likely_of;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::{Assignee, ProcessAction};
use crate::render::View;

/// Escalate tickets to the next level
///
/// Level 2 needs requirements and troubleshooting; level 3 needs a reproduction and a diagnosis too. What
/// is missing may be supplied in the same call.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    findings: FindingOptions,
    /// Assign them to WHO at the new level [default: nobody, they are in its queue]
    #[arg(long, value_name = "WHO")]
    to: Option<String>,
    /// Override missing findings (requires -m, recorded in the timeline)
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let to = args.to.clone().map_or(Assignee::Queue, Assignee::Person);
    let step = ProcessAction::Escalate { findings: args.findings.changes(session)?, force: args.force, to };
    let note = if args.force { args.common.reason(session)? } else { args.common.message.read(session)? };
    let project = session.project()?;
    let view = args.common.take_in(&project, &step, note, session)?;
    note_likely_of(&view, &project, session);
    Ok(view)
}
