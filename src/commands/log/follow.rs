//! `log --follow`: entries as they come, for programs that poll and people who watch.

use std::time::Duration;

use crate::commands::failure::Failure;
use crate::commands::log::{Args, Sieve, plain_line};
use crate::commands::session::Session;
use crate::render::{Format, View};
use crate::ticket::TicketId;

/// How often the branch is looked at.
const PAUSE: Duration = Duration::from_millis(500);

/// Prints what is new until somebody ends it, or reads no more.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    if !matches!(session.format, Format::Table | Format::Ndjson) {
        return Err(Failure::usage("--follow is available as table and ndjson"));
    }
    let mut seen = session.project()?;
    let sieve = Sieve::of(args, &seen)?;
    let ids = super::ids(args, &seen)?;
    if let Some(limit) = args.limit {
        let wanted = |introduced: &TicketId| ids.is_empty() || ids.contains(introduced);
        let mut earlier = seen.all_entries(usize::MAX, |entry| sieve.lets_pass(entry))?;
        earlier.retain(|one| wanted(&one.ticket));
        earlier.truncate(limit);
        let lines = earlier.iter().rev().map(plain_line).collect();
        if !(session.stream)(&View::Entries(lines))? {
            return Ok(View::Nothing);
        }
    }
    loop {
        (session.wait)(PAUSE);
        let now = session.project()?;
        if now.is_same_state(&seen) {
            continue;
        }
        let new = now.arrived_since(&seen)?;
        let wanted = new
            .iter()
            .filter(|one| (ids.is_empty() || ids.contains(&one.ticket)) && sieve.lets_pass(&one.entry));
        if !(session.stream)(&View::Entries(wanted.map(plain_line).collect()))? {
            return Ok(View::Nothing);
        }
        seen = now;
    }
}
