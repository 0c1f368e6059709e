//! `known`: the errors that are known, with their workarounds.

use crate::commands::arguments::{ReadOptions, WriteOptions};
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake;
use crate::process::{Changes, FieldChange, KNOWN_ERROR, KnownError, Request, RequestKind, Wanted};
use crate::project::Project;
use crate::render::{KnownLine, View};
use crate::ticket::{Field, Finding, Ticket, TicketId};

/// The known errors that are named beside a ticket, at most.
const MAX_LIKELY: usize = 2;

/// List known errors and their workarounds
///
/// A known error is a ticket with a workaround that others are answered by (`resolve --as workaround --known ID`). With a
/// ticket ID (with a digit in it, or whole), lists those that it may be about: those of its release first, then the most
/// alike. With words, those that have them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A ticket, or words
    #[arg(value_name = "ID|WORDS", conflicts_with_all = ["add", "remove"])]
    wanted: Vec<String>,
    /// Mark a ticket as a known error (can be repeated)
    #[arg(long, value_name = "ID")]
    add: Vec<String>,
    /// Remove the mark (can be repeated)
    #[arg(long, value_name = "ID", conflicts_with = "workaround")]
    remove: Vec<String>,
    /// Set the workaround of the ticket that is marked (- for standard input)
    #[arg(long, value_name = "TEXT", requires = "add", allow_hyphen_values = true)]
    workaround: Option<String>,
    #[command(flatten)]
    reading: ReadOptions,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    if args.add.is_empty() && args.remove.is_empty() {
        return list(args, session);
    }
    if args.reading.is_set() {
        return Err(Failure::usage("--at and --all-branches are for the list"));
    }
    mark(args, session)
}

fn list(args: &Args, session: &Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?;
    let words = args.wanted.join(" ");
    let ticket = like(&args.wanted, &project)?;
    let wanted = match &ticket {
        Some(ticket) => Wanted::Like(ticket),
        None if words.trim().is_empty() => Wanted::All,
        None => Wanted::Words(&words),
    };
    let known = project.known_errors(&wanted)?;
    if known.is_empty() {
        session.note("no known errors match");
    }
    let line = |known: KnownError| Ok(KnownLine { prefix: project.shortest(known.ticket.id())?, known });
    Ok(View::Known(known.into_iter().map(line).collect::<Result<_, Failure>>()?))
}

/// The ticket that is named; a word without a digit is a word, though some ID may begin so.
fn like(wanted: &[String], project: &Project<'_>) -> Result<Option<Ticket>, Failure> {
    let [word] = wanted else { return Ok(None) };
    let is_whole = TicketId::parse(word).is_some();
    if !is_whole && !word.contains(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    match project.ticket(word) {
        Err(failure) if failure.kind == Kind::NotFound && !is_whole => Ok(None),
        read => read.map(Some),
    }
}

fn mark(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let (add, remove) = (project.ids(&args.add)?, project.ids(&args.remove)?);
    let text = args.workaround.as_ref().map(|text| intake::read_text(text, session.input)).transpose()?;
    if text.is_some() && add.len() > 1 {
        return Err(Failure::usage("--workaround is for one ticket"));
    }
    let workaround = Field::Findings(Finding::Workaround);
    let changed = project.change(&args.writing.options(), |change| {
        for id in &add {
            let has_one = change.ticket(id)?.is_some_and(|ticket| ticket.fields().get(&workaround).is_some());
            if text.is_none() && !has_one {
                let message = format!("{id} has no workaround yet");
                return Err(Failure::new(Kind::Refused, message)
                    .hint(format!("git support known --add {id} --workaround TEXT")));
            }
            let mut changes =
                Changes::from([(Field::Labels, FieldChange::adding(vec![KNOWN_ERROR.to_owned()]))]);
            changes.extend(text.as_ref().map(|text| (workaround.clone(), FieldChange::to_text(text))));
            change.request(id, Request::new(RequestKind::Edit(changes)))?;
        }
        let removing = FieldChange::removing(vec![KNOWN_ERROR.to_owned()]);
        remove.iter().try_for_each(|id| {
            let changes = Changes::from([(Field::Labels, removing.clone())]);
            change.request(id, Request::new(RequestKind::Edit(changes))).map(drop)
        })
    })?;
    Ok(views::steps(changed, session))
}

/// The same for what a step answered: one ticket; of many, nobody reads it.
pub(crate) fn note_likely_of(view: &View, project: &Project<'_>, session: &Session<'_>) {
    let (View::Steps(tickets, _) | View::Unchanged(tickets)) = view else { return };
    if let [ticket] = tickets.as_slice() {
        note_likely(ticket, project, session);
    }
}

/// Names the known errors that an open ticket is likely to be about, with the command that answers it by one. The change is
/// committed: what goes wrong here is said, and fails nothing.
pub(crate) fn note_likely(ticket: &Ticket, project: &Project<'_>, session: &Session<'_>) {
    if session.is_for_machines() || !ticket.fields().status().is_open() {
        return;
    }
    let known = match project.likely_known_errors(ticket, MAX_LIKELY) {
        Ok(known) => known,
        Err(failure) => return session.note(format!("warning: known errors: {}", failure.error)),
    };
    for known in known {
        let (id, title) = (known.ticket.id(), known.ticket.fields().title());
        session.note(format!("likely a known error: {id} {title}"));
        session.note(format!("  git support resolve {} --as workaround --known {id}", ticket.id()));
    }
}
