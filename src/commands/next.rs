//! `next`: the queue, and the ticket to take from it.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::ReadOptions;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{Listed, Policy, Queued, Request, RequestKind};
use crate::project::{ChangeOptions, Project, Projection, Queue};
use crate::render::{Extent, View};
use crate::ticket::{Level, Status, Ticket, TicketId};

/// List the tickets to work on next
///
/// What waits for a customer or a vendor is left out until the day to ask again, or until the customer has spoken. In the
/// place of a blocked ticket stand those that block it.
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
    let limit = if args.take { usize::MAX } else { args.limit };
    let Queue { tickets: queue, total, titles } = project.queue(&filter(args), limit)?;
    if args.take {
        // Whoever may not work at a level takes nothing from its queue.
        let (rules, me) = (project.rules()?, project.member()?);
        let is_free = rules.settings.level_by_role == Policy::Off;
        let may = |level| is_free || rules.may_work(&me, level);
        let is_nobodys = |who: Option<&str>| who.is_none_or(|who| rules.team.has_left(who));
        let free = queue
            .into_iter()
            .filter(|(one, _)| is_nobodys(one.summary.assignee.as_deref()) && may(one.summary.level));
        return take_first(&project, free.map(|(one, _)| one.summary.id), session);
    }
    if total > args.limit {
        session.note(format!("{} of {total} tickets; -n {total} shows all", args.limit));
    }
    let (team, mut tickets) = (project.people()?.known(), Vec::new());
    for (place, (one, held)) in queue.into_iter().enumerate() {
        let waits = matches!(one.summary.status, Status::Pending | Status::Deferred);
        let spoke = (waits && one.summary.talk.is_unanswered(&team)).then(|| "the customer spoke".to_owned());
        let (shown, counts) = (one.summary.severity, one.summary.effective);
        let above = counts
            .filter(|_| counts != shown)
            .map(|severity| format!("counts as {severity}: a lower severity is only proposed"));
        let reason = reason(&project, &held, &titles)?.or(spoke).or(above);
        let queued = Some(Queued { position: place + 1, total, reason });
        tickets.push(Listed { queued, ..one });
    }
    let tickets = project.placed(tickets)?;
    let tickets =
        if session.is_for_machines() { project.filled(tickets, Projection::Records)? } else { tickets };
    Ok(View::Tickets { tickets, extent: Extent::Short })
}

/// The terms of the query that the queue is limited to.
fn filter(args: &Args) -> String {
    let level = args.level.as_ref().map(|level| format!("level:{level}"));
    let mine = args.mine.then(|| "assignee:me".to_owned());
    level.into_iter().chain(mine).collect::<Vec<_>>().join(" ")
}

/// Why a ticket is offered in the place of others: it blocks them.
fn reason(
    project: &Project<'_>,
    held: &[TicketId],
    titles: &BTreeMap<TicketId, String>,
) -> Result<Option<String>, Failure> {
    let Some(first) = held.first() else { return Ok(None) };
    let id = first.as_str().get(..project.shortest(first)?).unwrap_or_default();
    let title = titles.get(first).map(|title| format!(" {title}")).unwrap_or_default();
    let more = if held.len() > 1 { format!(", and {} more", held.len() - 1) } else { String::new() };
    Ok(Some(format!("blocks {id}{title}{more}")))
}

/// Assigns the first of some tickets that nobody else takes at the same moment.
fn take_first(
    project: &Project<'_>,
    ids: impl Iterator<Item = TicketId>,
    session: &Session<'_>,
) -> Result<View, Failure> {
    for id in ids {
        let now = session.project()?;
        let ticket = now.need(&id)?;
        let is_kept = match ticket.fields().assignee() {
            Some(who) => !now.team()?.has_left(who),
            None => false,
        };
        if is_kept || !ticket.fields().status().is_open() {
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
