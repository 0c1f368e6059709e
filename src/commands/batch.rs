//! `batch`: many operations in one commit, all or none.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::commands::arguments::WriteOptions;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake::{Lines, MAX_OPERATIONS, Operation, named_ticket, read_line, read_operation};
use crate::process::{FieldChange, Incoming, ProcessAction, Refusal, RequestKind};
use crate::project::{Change, Project};
use crate::render::View;
use crate::ticket::{Field, TicketId};

/// Apply a file of operations in one commit
///
/// One operation a line: `{"op":"comment","id":"7k3f","note":"Seen."}`. Operations: new, comment, edit, assign,
/// link, triage, replicate, diagnose, estimate, escalate, return, alert, pend, resume, resolve, close, reopen. If a
/// line is not valid, nothing is changed.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file (- for standard input)
    #[arg(default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let lines = Lines::open(&args.file, &session.host.env.directory, session.input)?;
    let mut operations = Vec::new();
    lines.each(|number, line| -> Result<(), Failure> {
        if operations.len() >= MAX_OPERATIONS {
            let message = format!("a batch can have at most {MAX_OPERATIONS} operations");
            return Err(
                Failure::new(Kind::Refused, message).hint("use several batches, or git support import")
            );
        }
        operations.push((number, line.to_owned()));
        Ok(())
    })?;
    let named: BTreeSet<TicketId> = operations.iter().filter_map(|(_, line)| named_ticket(line)).collect();
    let changed = project.change(&args.writing.options(), |change| {
        change.read_ahead(&named.iter().cloned().collect::<Vec<_>>())?;
        for (number, line) in &operations {
            operate(change, line).map_err(|failure| {
                let message = format!("line {number}: {:#}; nothing was changed", failure.error);
                let is_empty = matches!(failure.error.downcast_ref(), Some(Refusal::EmptyNote));
                let hints = if is_empty { vec![NOTE.to_owned()] } else { failure.hints };
                Failure { error: anyhow::anyhow!(message), hints, ..failure }
            })?;
        }
        let tickets = change.touched();
        if tickets > 1 {
            change.subject_of_many(format!("batch of {} on {tickets} tickets", operations.len()));
        }
        Ok(())
    })?;
    Ok(views::steps(changed, session))
}

/// Where the text of an operation is: it has fields, and no options.
const NOTE: &str = "give the text as the field \"note\"";

fn operate(change: &mut Change<'_, '_>, line: &str) -> Result<(), Failure> {
    let invalid = |problem: String| Failure::new(Kind::Invalid, problem);
    let named = |typed: &str| change.id(typed).map_err(|failure| format!("{:#}", failure.error));
    match read_operation(line, &named).map_err(invalid)? {
        Operation::New(line) => {
            let Incoming::New(new) = read_line(&line).map_err(invalid)? else {
                return Err(invalid("a new ticket has no timeline".to_owned()));
            };
            change.open_new(&new).map(drop)
        }
        Operation::From(typed, from, mut request) => {
            let id: TicketId = change.id(&typed)?;
            request.speaker = Some(change.speaker(&id, &from)?);
            change.request(&id, *request).map(drop)
        }
        Operation::On(typed, mut request) => {
            let id: TicketId = change.id(&typed)?;
            name_commits(change.project(), &mut request.what)?;
            change.request_at_both_ends(&id, *request)
        }
    }
}

/// Gives commits their whole names; one that is not there is refused, as on the command line.
fn name_commits(project: &Project<'_>, what: &mut RequestKind) -> Result<(), Failure> {
    if let RequestKind::Process(ProcessAction::Resolve(ending)) = what {
        name_all(project, &mut ending.commits)?;
    }
    if let RequestKind::Edit(changes) | RequestKind::Process(ProcessAction::Triage { changes, .. }) = what
        && let Some(FieldChange::Members { add, .. }) = changes.get_mut(&Field::Commits)
    {
        name_all(project, add)?;
    }
    Ok(())
}

fn name_all(project: &Project<'_>, commits: &mut [String]) -> Result<(), Failure> {
    for commit in commits {
        *commit = project.code_commit_name(commit)?;
    }
    Ok(())
}
