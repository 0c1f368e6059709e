//! `blame`: for every field of a ticket, who set it, when, in which commit.

use std::collections::BTreeMap;

use crate::commands::arguments::ReadOptions;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::render::{BlameLine, View};
use crate::ticket::EntryId;

/// Show who last set each field of a ticket
///
/// As `git blame` does for lines of code: the entry that decides the field, and the commit that carried it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket
    id: String,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?;
    let id = project.id(&args.id)?;
    let found = project.introduced_by(std::slice::from_ref(&id))?;
    let Some((ticket, carried)) = found.into_iter().next() else { return Ok(View::Nothing) };
    let commits: BTreeMap<EntryId, Option<String>> = carried
        .into_iter()
        .map(|carried| (carried.entry.id.clone(), carried.commit.map(|commit| commit.to_string())))
        .collect();
    let lines = ticket.fields().iter().map(|(field, value)| {
        // What every ticket begins with is set by its opening.
        let setter = ticket.setter(field).or(ticket.timeline().first());
        BlameLine {
            field: field.name(),
            value: value.to_string(),
            commit: setter.and_then(|entry| commits.get(&entry.id).cloned().flatten()),
            entry: setter.cloned(),
        }
    });
    Ok(View::Blame { ticket: id.clone(), lines: lines.collect() })
}
