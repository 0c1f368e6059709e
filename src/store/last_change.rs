//! The last change that somebody made: its commit, and what it left otherwise than it found it.

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::ObjectId;
use crate::store::layout;
use crate::store::snapshot::Snapshot;
use crate::ticket::{Person, Ticket, TicketId};

/// A commit that changed something under `.support/`.
#[derive(Debug)]
pub struct LastChange {
    /// The commit.
    pub commit: ObjectId,
    /// The tickets it changed.
    pub tickets: Vec<TicketId>,
    /// The other files it changed; evidence stays with its entry.
    pub files: Vec<String>,
    before: Option<ObjectId>,
}

impl Store {
    /// The newest commit by a person, by address, that changed something of ours; merges are left out. Where
    /// a ticket is named, the newest that changed it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn last_change(
        &self,
        snapshot: &Snapshot<'_>,
        by: &Person,
        ticket: Option<&TicketId>,
    ) -> Result<Option<LastChange>, Error> {
        let path = ticket.map_or_else(|| layout::FOLDER.to_owned(), layout::ticket);
        let mut found: Option<LastChange> = None;
        self.repository().walk(&snapshot.commits(), &path, |touch| -> Result<bool, Error> {
            if let Some(last) = &mut found {
                let is_more = last.commit == touch.commit;
                if is_more {
                    last.add(&touch.path);
                }
                return Ok(is_more);
            }
            let parents = self.repository().parents(touch.commit)?;
            let author = self.repository().commit_text(touch.commit)?.identity.author;
            if parents.len() < 2 && author.email.eq_ignore_ascii_case(&by.email) {
                let before = parents.first().copied();
                let mut last =
                    LastChange { commit: touch.commit, tickets: Vec::new(), files: Vec::new(), before };
                last.add(&touch.path);
                found = Some(last);
            }
            Ok(true)
        })?;
        Ok(found)
    }
}

impl LastChange {
    fn add(&mut self, path: &str) {
        let is_evidence = path.starts_with(&format!("{}/attachments/", layout::FOLDER));
        match layout::id_of(path) {
            Some(id) => self.tickets.push(id),
            None if is_evidence || path == layout::ATTRIBUTES => {}
            None => self.files.push(path.to_owned()),
        }
    }

    /// A ticket as the commit left it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn ticket(&self, store: &Store, id: &TicketId) -> Result<Option<Ticket>, Error> {
        store.snapshot_of(Some(self.commit)).version(self.commit, id)
    }

    /// A ticket as the commit found it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn ticket_before(&self, store: &Store, id: &TicketId) -> Result<Option<Ticket>, Error> {
        match self.before {
            Some(before) => store.snapshot_of(Some(before)).version(before, id),
            None => Ok(None),
        }
    }

    /// A file as the commit left it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn file(&self, store: &Store, path: &str) -> Result<Option<Vec<u8>>, Error> {
        store.snapshot_of(Some(self.commit)).file(path, usize::MAX)
    }

    /// A file as the commit found it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn file_before(&self, store: &Store, path: &str) -> Result<Option<Vec<u8>>, Error> {
        store.snapshot_of(self.before).file(path, usize::MAX)
    }
}
