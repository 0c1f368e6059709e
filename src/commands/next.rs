//! `next`: the queue, and the ticket to take from it.

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::{Reading, Writing};
use crate::commands::catalogue::{Question, Wanted, find};
use crate::commands::change::{Author, Planned, apply};
use crate::commands::failure::Failure;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::process::{Request, What, queue};
use crate::render::View;
use crate::ticket::{Level, Ticket};

/// List the tickets to work on next
///
/// What waits for a customer or a vendor is left out until the day to ask again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of this level only
    #[arg(long, value_parser = PossibleValuesParser::new(Level::WORDS))]
    level: Option<String>,
    /// Of mine only
    #[arg(long)]
    mine: bool,
    /// Assign the first unassigned ticket to yourself
    #[arg(long, conflicts_with = "mine")]
    take: bool,
    /// At most this many
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 10)]
    limit: usize,
    /// Look at the tickets of every branch, local and remote-tracking, as one
    #[arg(long, conflicts_with = "take")]
    all_branches: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let reading = Reading { at: None, all_branches: args.all_branches };
    let snapshot = reading.snapshot(&store)?;
    let mut query = String::from("status:open");
    if let Some(level) = &args.level {
        query.push_str(" level:");
        query.push_str(level);
    }
    if args.mine {
        query.push_str(" assignee:me");
    }
    let question = Question {
        store: &store,
        snapshot: &snapshot,
        text: &query,
        reading: &reading,
        wanted: if session.is_for_machines() { Wanted::Records } else { Wanted::Lines },
        with_snippets: false,
    };
    let found = find(&question, session)?;
    let mut queue = queue(found, |one| (&one.summary, one.standing.unwrap_or_default()), session.now());
    if args.take {
        let Some(first) = queue.into_iter().find(|one| one.summary.assignee.is_none()) else {
            session.note("nothing to take");
            return Ok(View::Nothing);
        };
        return take(&snapshot.need(&first.summary.id)?, session);
    }
    queue.truncate(args.limit);
    let tickets = reading::placed(&store, &snapshot, queue, &reading, session)?;
    Ok(View::Tickets { tickets, full: false })
}

/// Assigns the ticket; refused where somebody was faster.
fn take(ticket: &Ticket, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let me = Author::of(&store)?.me();
    let request = Request::new(What::Assign(Some(me)));
    let planned = [Planned { id: ticket.id().clone(), entry: session.entry_id(), request }];
    let last = ticket.timeline().last().map(|entry| entry.id.to_string());
    let writing = Writing { dry_run: false, if_match: last, push: false, allow_secret: true };
    apply(&store, &planned, &[], &writing, session)
}
