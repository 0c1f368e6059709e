//! `next`: the queue, and the ticket to take from it.

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::ReadOptions;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{Request, RequestKind, queue};
use crate::project::{ChangeOptions, Project, Projection, Search};
use crate::render::{Extent, View};
use crate::ticket::{Level, Ticket, TicketId};

/// List the tickets to work on next
///
/// What waits for a customer or a vendor is left out until the day to ask again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Limit to a level
    #[arg(long, value_parser = PossibleValuesParser::new(Level::WORDS))]
    level: Option<String>,
    /// Limit to tickets assigned to you
    #[arg(long)]
    mine: bool,
    /// Assign the first unassigned ticket to yourself
    #[arg(long, conflicts_with = "mine")]
    take: bool,
    /// Show at most COUNT tickets
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 10)]
    limit: usize,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    if args.take && args.reading.is_set() {
        return Err(Failure::usage(
            "--take assigns a ticket as it is now: it takes neither --at nor --all-branches",
        ));
    }
    let project = session.project_in(args.reading.scope())?;
    let mut query = String::from("status:open");
    if let Some(level) = &args.level {
        query.push_str(" level:");
        query.push_str(level);
    }
    if args.mine {
        query.push_str(" assignee:me");
    }
    let projection = if session.is_for_machines() { Projection::Records } else { Projection::Lines };
    let found = project.find(&Search::new(&query, projection))?;
    let mut queue = queue(found, |one| (&one.summary, one.standing.unwrap_or_default()), project.now());
    if args.take {
        let free = queue.into_iter().filter(|one| one.summary.assignee.is_none());
        return take_first(&project, free.map(|one| one.summary.id).collect(), session);
    }
    let count = queue.len();
    queue.truncate(args.limit);
    if count > queue.len() {
        session.note(format!("{} of {count} tickets; -n {count} shows all", queue.len()));
    }
    Ok(View::Tickets { tickets: project.placed(queue)?, extent: Extent::Short })
}

/// Assigns the first of some tickets that nobody else takes at the same moment.
fn take_first(project: &Project<'_>, ids: Vec<TicketId>, session: &Session<'_>) -> Result<View, Failure> {
    for id in ids {
        let now = session.project()?;
        let ticket = now.need(&id)?;
        if ticket.fields().assignee().is_some() || !ticket.fields().status().is_open() {
            continue;
        }
        match take(project, &ticket, session) {
            // Somebody was faster: there are others.
            Err(failure) if failure.kind == Kind::Conflict => {}
            done => return done,
        }
    }
    session.note("nothing to take");
    Ok(View::Nothing)
}

/// Assigns the ticket; refused where somebody was faster.
fn take(project: &Project<'_>, ticket: &Ticket, session: &Session<'_>) -> Result<View, Failure> {
    let request = Request::new(RequestKind::Assign(Some(project.me()?.to_string())));
    let if_match = ticket.timeline().last().map(|entry| entry.id.to_string());
    let options = ChangeOptions { if_match, ..ChangeOptions::default() };
    let changed = project.change(&options, |change| change.request(ticket.id(), request.clone()))?;
    Ok(views::steps(changed, session))
}
