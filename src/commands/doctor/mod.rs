//! `doctor`: looks at everything under `.support/`, says what is wrong, and repairs what is safe to repair.

mod checks;
mod repairs;
mod settings;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::render::{Fault, View};

/// Check .support/ and Git's setup for problems
///
/// Files, heads against timelines, links, evidence, people, vendors, releases, conflicts, entries that history
/// holds and the present lacks, the merge driver, locks. The status is 3 where something is left to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Repair what is safe to repair, in one commit
    #[arg(long)]
    repair: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let before = checks::all(&store, session.now())?;
    if !args.repair {
        return Ok(View::Faults(before));
    }
    repairs::all(&store, session)?;
    let after = checks::all(&session.store()?, session.now())?;
    let is_gone = |fault: &Fault| !after.iter().any(|left| left.is_same(fault));
    let mut faults: Vec<Fault> = before.into_iter().filter(is_gone).collect();
    for fault in &mut faults {
        fault.repaired = true;
    }
    faults.extend(after);
    Ok(View::Faults(faults))
}
