//! Undo: a change of the one who writes, or one entry, reverted by new entries.

use crate::process::{Changes, FieldChange, Refusal, Request, RequestKind};
use crate::project::change::Change;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::FileChange;
use crate::store::{Error, PastChange, layout};
use crate::ticket::{Action, EntryId, Field, Node, Resolution, Restored, Status, Ticket, TicketId, visible};

/// What is to be undone.
#[derive(Debug)]
pub enum UndoTarget {
    /// A change, as one commit made it.
    Change(PastChange),
    /// One entry of a ticket.
    Entry(TicketId, EntryId),
}

impl Project<'_> {
    /// What somebody means by a ticket (their last change of it), an entry, a commit, or nothing (their last change).
    ///
    /// # Errors
    /// There is none, it is somebody else's, or an object cannot be read.
    pub fn undo_target(&self, typed: Option<&str>) -> Result<UndoTarget, Failure> {
        let Some(typed) = typed else { return self.last_change(None) };
        match self.snapshot().resolve(typed) {
            Ok(id) => return self.last_change(Some(&id)),
            Err(Error::NotFound { .. } | Error::NoId(_)) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(found) = self.own_entry(typed)? {
            return Ok(found);
        }
        let Ok(commit) = self.store.repository().revision(typed) else {
            let message = format!("no ticket, entry or commit '{}'", visible(typed));
            return Err(Failure::new(Kind::NotFound, message).hint("git support log --limit 20"));
        };
        let change = self.store.change_of(commit)?.ok_or_else(|| {
            let message =
                format!("commit {commit:.10} changes nothing under .support/, or is a merge or a sync");
            Failure::new(Kind::NotFound, message).hint("git support log --limit 20")
        })?;
        let me = self.me()?;
        if change.author.email.eq_ignore_ascii_case(&me.email) {
            return Ok(UndoTarget::Change(change));
        }
        let message = format!("commit {commit:.10} is by {}; only your own can be undone", change.author);
        Err(Failure::new(Kind::Refused, message).hint("git support log --limit 20"))
    }

    /// The last change of the one who writes, of a ticket or of anything.
    fn last_change(&self, id: Option<&TicketId>) -> Result<UndoTarget, Failure> {
        let by = self.me()?;
        let last = self.store.last_change(&self.snapshot(), &by, id)?.ok_or_else(|| {
            Failure::new(Kind::NotFound, format!("no change by {by} to undo")).hint("git support log")
        })?;
        Ok(UndoTarget::Change(last))
    }

    /// An entry that the one who writes made, in whatever ticket it is.
    fn own_entry(&self, typed: &str) -> Result<Option<UndoTarget>, Failure> {
        let Some(entry) = EntryId::parse(typed) else { return Ok(None) };
        let me = self.me()?;
        let mut refusal = None;
        for (ticket, found) in self.entries_of(&entry)? {
            let id = ticket.id().clone();
            if found.by.is_named(&me.to_string()) {
                return Ok(Some(UndoTarget::Entry(id, entry)));
            }
            let by = found.by.short().to_owned();
            refusal = Some(Refusal::NotOwnEntry { id, entry: entry.clone(), by });
        }
        refusal.map_or(Ok(None), |refusal| Err(refusal.into()))
    }
}

impl Change<'_, '_> {
    /// Undoes a change or an entry.
    ///
    /// # Errors
    /// It cannot be undone, or an object cannot be read.
    pub fn undo(&mut self, target: &UndoTarget, note: Option<&str>) -> Result<(), Failure> {
        match target {
            UndoTarget::Entry(id, entry) => {
                let ticket = self.project().need(id)?;
                let is_opening =
                    ticket.timeline().iter().any(|known| known.id == *entry && !known.can_be_undone());
                let opens = is_opening && ticket.timeline().first().is_some_and(|first| first.id == *entry);
                self.undo_entries(&ticket, std::slice::from_ref(entry), opens, note)?;
                self.undo_other_ends(&ticket)
            }
            UndoTarget::Change(change) => self.undo_change(change, note),
        }
    }

    fn undo_change(&mut self, past: &PastChange, note: Option<&str>) -> Result<(), Failure> {
        let project = self.project();
        let mut undone = Vec::new();
        for id in &past.tickets {
            let (entries, opens) = past.entries(&project.store, id)?;
            if opens || !entries.is_empty() {
                let ticket = project.need(id)?;
                self.undo_entries(&ticket, &entries, opens, note)?;
                undone.push(ticket);
            }
        }
        // Once both ends of a link are undone, none of them lacks the other.
        undone.iter().try_for_each(|ticket| self.undo_other_ends(ticket))?;
        for path in &past.files {
            let now = project.snapshot().file(path, usize::MAX)?;
            if now != past.file(&project.store, path)? {
                project.host.note(format!("note: {path} was changed since, and stays"));
                continue;
            }
            if layout::is_of_rules(path) {
                self.check_owned(path)?;
            }
            self.files.push(match past.file_before(&project.store, path)? {
                Some(content) => FileChange::write(path, content),
                None => FileChange::remove(path),
            });
        }
        if past.tickets.is_empty() {
            self.subject(format!("undo {:.10}", past.commit));
        }
        Ok(())
    }

    fn undo_entries(
        &mut self,
        ticket: &Ticket,
        entries: &[EntryId],
        opens: bool,
        note: Option<&str>,
    ) -> Result<(), Failure> {
        let what = if opens {
            let is_whole = ticket
                .timeline()
                .iter()
                .all(|entry| entry.action == Action::Open || entries.contains(&entry.id));
            RequestKind::SetBack(withdrawn(ticket, is_whole))
        } else {
            for (field, _) in ticket.restored(entries).iter().filter(|(_, to)| *to == Restored::Stays) {
                let (name, id) = (field.name(), ticket.id());
                self.project().host.note(format!("note: {name} of {id} was changed since, and stays"));
            }
            RequestKind::Undo(ticket.with_same_undos(entries))
        };
        let request = Request::new(what).with_note(note.map(str::to_owned));
        self.request(ticket.id(), request).map(drop)
    }

    /// Brings the other ends of links to what an undo made of these: gone with those that it took away, there again with those
    /// that it brought back.
    fn undo_other_ends(&mut self, before: &Ticket) -> Result<(), Failure> {
        let id = before.id();
        let Some(after) = self.ticket(id)? else { return Ok(()) };
        // Those that were there and are not, and those that are and were not.
        for (has, lacks, is_back) in [(before, &after, false), (&after, before, true)] {
            for (kind, other) in has.fields().links() {
                let stays = lacks.fields().links().any(|(own, to)| own == kind && to == other);
                let (Some(other), Some(converse)) = (TicketId::parse(other), kind.converse()) else {
                    continue;
                };
                let Some(there) = self.ticket(&other)?.filter(|_| !stays) else { continue };
                let back = Field::Links(converse.clone());
                let shows = there.fields().members(&back).any(|to| to == id.as_str());
                if shows != is_back {
                    let what = if is_back { RequestKind::Link } else { RequestKind::Unlink };
                    self.follow(&other, Request::new(what(converse, id.clone())))?;
                }
            }
        }
        Ok(())
    }
}

/// What becomes of a ticket that should not have been opened. How it ended stays, unless that came with its opening.
fn withdrawn(ticket: &Ticket, came_at_once: bool) -> Changes {
    let is_open = ticket.fields().status().is_open();
    let status = is_open.then(|| (Field::Status, Status::Resolved.as_str()));
    let resolution =
        (is_open || came_at_once).then(|| (Field::Resolution, Resolution::Withdrawn.as_str().to_owned()));
    let status = status.map(|(field, word)| (field, word.to_owned()));
    let changes = status.into_iter().chain(resolution);
    changes.map(|(field, word)| (field, FieldChange::To(Some(Node::text(word))))).collect()
}
