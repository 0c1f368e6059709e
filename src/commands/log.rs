//! `log`: what happened, entry by entry, each with the commit that carried it.

use crate::commands::arguments::Reading;
use crate::commands::failure::Failure;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::render::{EntryLine, View};
use crate::store::Carried;

/// What happened, entry by entry, with the commit that carried each
///
/// Of the tickets named, in the order it happened; without an id, of all tickets, the newest first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tickets
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// At most this many entries
    #[arg(short = 'n', long, value_name = "COUNT")]
    limit: Option<usize>,
    #[command(flatten)]
    reading: Reading,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = args.reading.snapshot(&store)?;
    let limit = args.limit.unwrap_or(usize::MAX);
    if args.ids.is_empty() {
        let entries = store.all_entries(&snapshot, limit)?;
        return Ok(View::Entries(entries.into_iter().map(|carried| line(carried, false)).collect()));
    }
    let mut entries = Vec::new();
    for id in reading::resolve(&snapshot, &args.ids)? {
        let ticket = snapshot.need(&id)?;
        for carried in store.carriers(&snapshot, &ticket)? {
            let same = ticket.timeline().iter().filter(|entry| entry.seq == carried.entry.seq).count();
            entries.push(line(carried, same > 1));
        }
    }
    let skipped = entries.len().saturating_sub(limit);
    entries.drain(..skipped);
    Ok(View::Entries(entries))
}

fn line(carried: Carried, concurrent: bool) -> EntryLine {
    EntryLine {
        ticket: carried.ticket,
        title: carried.title,
        entry: carried.entry,
        commit: carried.commit.map(|commit| commit.to_string()),
        concurrent,
    }
}
