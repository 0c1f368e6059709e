//! `batch`: many operations in one commit, all or none.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::commands::arguments::Writing;
use crate::commands::change::{Author, refuse_secrets, rehearsed, wording, write};
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::intake::{Lines, MAX_OPERATIONS, Operation, read_line, read_operation};
use crate::process::{Rules, decide};
use crate::render::View;
use crate::store::{Draft, Snapshot, TicketChange};
use crate::ticket::{EntryId, TicketId};

/// Apply a file of operations in one commit
///
/// `{"op":"comment","id":"7k3f","note":"Seen."}`. Operations: new, comment, edit, assign, link, triage,
/// replicate, diagnose, estimate, escalate, return, alert, pend, resume, resolve, close, reopen.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file; - reads standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let author = Author::of(&store)?;
    let lines = Lines::open(&args.file, &session.surroundings.directory, session.input)?;
    let mut ids = Vec::new();
    lines.each(|number, line| -> Result<(), Failure> {
        if ids.len() >= MAX_OPERATIONS {
            let message = format!("a batch can have at most {MAX_OPERATIONS} operations");
            return Err(
                Failure::new(Kind::Refused, message).hint("use several batches, or git support import")
            );
        }
        ids.push((number, line.to_owned(), session.ticket_id(), session.entry_id()));
        Ok(())
    })?;
    let plan = write(&store, args.writing.dry_run, session, |snapshot| {
        let rules = project_files::rules(snapshot)?;
        let mut batch = Batch { snapshot, rules: &rules, author: &author, tickets: BTreeMap::new() };
        for (number, line, id, entry) in &ids {
            batch.line(line, id, entry).map_err(|failure| {
                let message = format!("line {number}: {:#}; nothing was changed", failure.error);
                Failure { error: anyhow::anyhow!(message), ..failure }
            })?;
        }
        let tickets: Vec<TicketChange> =
            batch.tickets.into_values().filter(|one| one.before.as_ref() != Some(&one.after)).collect();
        if !args.writing.allow_secret {
            refuse_secrets(&tickets, &[])?;
        }
        let many = if tickets.len() > 1 {
            format!("batch of {} on {} tickets", ids.len(), tickets.len())
        } else {
            String::new()
        };
        let draft = Draft { tickets, subject: many, wording: wording(&rules.settings), ..Draft::default() };
        Ok::<_, Failure>((!draft.tickets.is_empty()).then_some(draft))
    })?;
    if args.writing.push {
        crate::commands::sync::push(&store, session)?;
    }
    Ok(match plan {
        Some(plan) if args.writing.dry_run => rehearsed(plan),
        Some(plan) => View::Steps(plan.tickets),
        None => View::Nothing,
    })
}

/// The operations so far, on one state of the tickets.
struct Batch<'a> {
    snapshot: &'a Snapshot<'a>,
    rules: &'a Rules,
    author: &'a Author,
    tickets: BTreeMap<TicketId, TicketChange>,
}

impl Batch<'_> {
    fn line(&mut self, line: &str, id: &TicketId, entry: &EntryId) -> Result<(), Failure> {
        let invalid = |problem: String| Failure::new(Kind::Invalid, problem);
        let named = |typed: &str| self.named(typed).map_err(|failure| format!("{:#}", failure.error));
        let actor = self.author.actor(entry);
        match read_operation(line, &named).map_err(invalid)? {
            Operation::New(line) => {
                let ticket = read_line(&line, id.clone(), self.rules, &actor).map_err(invalid)?;
                let id = ticket.id().clone();
                if self.is_known(&id)? {
                    return Err(Failure::new(Kind::Refused, format!("there is a ticket {id} of that key")));
                }
                self.tickets.insert(id, TicketChange { before: None, after: ticket });
            }
            Operation::On(typed, request) => {
                let id = self.named(&typed)?;
                if !self.tickets.contains_key(&id) {
                    let ticket = self.snapshot.need(&id)?;
                    self.tickets
                        .insert(id.clone(), TicketChange { before: Some(ticket.clone()), after: ticket });
                }
                let Some(change) = self.tickets.get_mut(&id) else { return Ok(()) };
                if let Some(step) = decide(&change.after, *request, self.rules, &actor)? {
                    change.after.apply(step);
                }
            }
        }
        Ok(())
    }

    /// The ticket that an id as typed names: one of this batch by its whole id, too.
    fn named(&self, typed: &str) -> Result<TicketId, Failure> {
        match TicketId::parse(typed).filter(|id| self.tickets.contains_key(id)) {
            Some(id) => Ok(id),
            None => Ok(self.snapshot.resolve(typed)?),
        }
    }

    fn is_known(&self, id: &TicketId) -> Result<bool, Failure> {
        Ok(self.tickets.contains_key(id) || self.snapshot.ticket(id)?.is_some())
    }
}
