//! `undo`: answers your last change with one that restores what was before; history stays.

use std::collections::BTreeSet;

use crate::commands::arguments::Writing;
use crate::commands::change::{Author, Planned, apply, write_files};
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Change, Changes, Request, What};
use crate::render::View;
use crate::store::git::FileChange;
use crate::store::{LastChange, Snapshot, Store};
use crate::ticket::{Entry, Field, Node, Resolution, Set, Status, Ticket};

/// Undo your last change with a new commit
///
/// Appends the entries that restore what was before; history is never rewritten. What somebody has changed
/// since stays as it is. A ticket that you opened is resolved as withdrawn. Undone twice, it is done again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Your last change of this ticket [default: of anything]
    id: Option<String>,
    #[command(flatten)]
    writing: Writing,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = store.snapshot(None)?;
    let id = args.id.as_ref().map(|id| snapshot.resolve(id)).transpose()?;
    let by = Author::of(&store)?.by;
    let Some(last) = store.last_change(&snapshot, &by, id.as_ref())? else {
        let whose = format!("no change by {by} to undo");
        return Err(Failure::new(Kind::NotFound, whose).hint("git support log"));
    };
    let commit = format!("{:.10}", last.commit);
    let mut planned = Vec::new();
    for id in &last.tickets {
        let ticket = snapshot.need(id)?;
        let (then, before) = (last.ticket(&store, id)?, last.ticket_before(&store, id)?);
        let what = What::Undo(back(&ticket, then.as_ref(), before.as_ref(), session));
        let request = Request::new(what).with_note(Some(format!("Takes back {commit}.")));
        planned.push(Planned { id: id.clone(), entry: session.entry_id(), request });
    }
    let files = files(&store, &snapshot, &last, session)?;
    if !planned.is_empty() {
        return apply(&store, &planned, &files, &args.writing, session);
    }
    write_files(&format!("take back {commit}"), args.writing.dry_run, session, |_| Ok(files.clone()))
}

/// The fields that the change set, as they were before it; those that were changed since are left alone.
fn back(
    ticket: &Ticket,
    then: Option<&Ticket>,
    before: Option<&Ticket>,
    session: &mut Session<'_>,
) -> Changes {
    let Some(then) = then else { return Changes::new() };
    let Some(before) = before else { return withdrawn(ticket) };
    let new: Vec<&Entry> =
        then.timeline().iter().filter(|entry| !before.timeline().contains(entry)).collect();
    let fields: BTreeSet<&Field> = new.iter().flat_map(|entry| entry.set.keys()).collect();
    let mut changes = Changes::new();
    for field in fields {
        let members = new.iter().filter_map(|entry| match entry.set.get(field) {
            Some(Set::Members { add, remove }) => Some((add.clone(), remove.clone())),
            _ => None,
        });
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for (add, remove) in members {
            added.extend(add);
            removed.extend(remove);
        }
        if !added.is_empty() || !removed.is_empty() {
            changes.insert(field.clone(), Change::Members { add: removed, remove: added });
        } else if ticket.head().get(field) == then.head().get(field) {
            changes.insert(field.clone(), Change::To(before.head().get(field).cloned()));
        } else {
            session.note(format!("note: {} of {} was changed since, and stays", field.name(), ticket.id()));
        }
    }
    changes
}

/// What becomes of a ticket that should not have been opened.
fn withdrawn(ticket: &Ticket) -> Changes {
    if !ticket.head().status().is_open() {
        return Changes::new();
    }
    Changes::from([
        (Field::Status, Change::To(Some(Node::text(Status::Resolved.as_str())))),
        (Field::Resolution, Change::To(Some(Node::text(Resolution::Withdrawn.as_str())))),
    ])
}

/// The other files that the change wrote, as they were before it.
fn files(
    store: &Store,
    snapshot: &Snapshot<'_>,
    last: &LastChange,
    session: &mut Session<'_>,
) -> Result<Vec<FileChange>, Failure> {
    let mut files = Vec::new();
    for path in &last.files {
        let now = snapshot.file(path, usize::MAX)?;
        if now != last.file(store, path)? {
            session.note(format!("note: {path} was changed since, and stays"));
            continue;
        }
        files.push(match last.file_before(store, path)? {
            Some(content) => FileChange::write(path, content),
            None => FileChange::remove(path),
        });
    }
    Ok(files)
}
