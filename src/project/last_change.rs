//! Undo: the last change of the one who writes, answered with entries that restore what was before it.

use std::collections::BTreeSet;

use crate::process::{Changes, FieldChange, Request, RequestKind};
use crate::project::change::Change;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::LastChange;
use crate::store::git::FileChange;
use crate::ticket::{Entry, Field, Node, Resolution, Set, Status, Ticket, TicketId};

impl Project<'_> {
    /// The last change of the one who writes, of a ticket or of anything.
    ///
    /// # Errors
    /// There is none, or an object cannot be read.
    pub(super) fn last_change(&self, id: Option<&TicketId>) -> Result<LastChange, Failure> {
        let by = self.me()?;
        self.store.last_change(&self.snapshot(), &by, id)?.ok_or_else(|| {
            Failure::new(Kind::NotFound, format!("no change by {by} to undo")).hint("git support log")
        })
    }
}

impl Change<'_, '_> {
    /// Undoes the last change of the one who writes, of a ticket or of anything.
    ///
    /// # Errors
    /// There is none, or an object cannot be read.
    pub fn undo_last(&mut self, id: Option<&TicketId>) -> Result<(), Failure> {
        let project = self.project();
        let last = project.last_change(id)?;
        let commit = format!("{:.10}", last.commit);
        for id in &last.tickets {
            let ticket = project.need(id)?;
            let then = last.ticket(&project.store, id)?;
            let before = last.ticket_before(&project.store, id)?;
            let what = RequestKind::Undo(restored(project, &ticket, then.as_ref(), before.as_ref()));
            self.request(id, Request::new(what).with_note(Some(format!("Undoes {commit}."))))?;
        }
        for path in &last.files {
            let now = project.snapshot().file(path, usize::MAX)?;
            if now != last.file(&project.store, path)? {
                project.host.note(format!("note: {path} was changed since, and stays"));
                continue;
            }
            self.files.push(match last.file_before(&project.store, path)? {
                Some(content) => FileChange::write(path, content),
                None => FileChange::remove(path),
            });
        }
        if last.tickets.is_empty() {
            self.subject(format!("undo {commit}"));
        }
        Ok(())
    }
}

/// The fields that the change set, as they were before it; those that were changed since are left alone.
fn restored(
    project: &Project<'_>,
    ticket: &Ticket,
    then: Option<&Ticket>,
    before: Option<&Ticket>,
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
            changes.insert(field.clone(), FieldChange::Members { add: removed, remove: added });
        } else if ticket.fields().get(field) == then.fields().get(field) {
            changes.insert(field.clone(), FieldChange::To(before.fields().get(field).cloned()));
        } else {
            let (name, id) = (field.name(), ticket.id());
            project.host.note(format!("note: {name} of {id} was changed since, and stays"));
        }
    }
    changes
}

/// What becomes of a ticket that should not have been opened.
fn withdrawn(ticket: &Ticket) -> Changes {
    if !ticket.fields().status().is_open() {
        return Changes::new();
    }
    Changes::from([
        (Field::Status, FieldChange::To(Some(Node::text(Status::Resolved.as_str())))),
        (Field::Resolution, FieldChange::To(Some(Node::text(Resolution::Withdrawn.as_str())))),
    ])
}
