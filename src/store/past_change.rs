//! A change that somebody made: its commit, and what it left otherwise than it found it.

use std::collections::BTreeSet;

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::ObjectId;
use crate::store::layout;
use crate::store::message;
use crate::store::snapshot::Snapshot;
use crate::ticket::{EntryId, Person, Ticket, TicketId};

/// So many versions of a file are followed that merges put together.
const MAX_VERSIONS: usize = 32;

/// A commit that changed something under `.support/`.
#[derive(Debug)]
pub struct PastChange {
    /// The commit.
    pub commit: ObjectId,
    /// The tickets it changed.
    pub tickets: Vec<TicketId>,
    /// The other files it changed; evidence stays with its entry.
    pub files: Vec<String>,
    /// Who made it.
    pub author: Person,
    before: Option<ObjectId>,
}

impl Store {
    /// The newest commit by a person, by address, that changed something of ours; merges are left out, and commits that
    /// take over what others did. Where a ticket is named, the newest that changed it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn last_change(
        &self,
        snapshot: &Snapshot<'_>,
        by: &Person,
        ticket: Option<&TicketId>,
    ) -> Result<Option<PastChange>, Error> {
        let path = ticket.map_or_else(|| layout::FOLDER.to_owned(), layout::ticket);
        self.change_among(&snapshot.commits(), &path, |change, parents| {
            parents < 2 && change.author.email.eq_ignore_ascii_case(&by.email)
        })
    }

    /// The authors of the commits that made a file what it is at some tips: of a merge that put versions together, those of
    /// each version, too. `None`, where that are more than somebody would write, or history was cut.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn makers(&self, tips: &[ObjectId], path: &str) -> Result<Option<Vec<Person>>, Error> {
        let (mut open, mut made, mut makers) = (tips.to_vec(), BTreeSet::new(), Vec::new());
        while let Some(tip) = open.pop() {
            let Some(commit) = self.repository().last_on(tip, path)?.filter(|commit| made.insert(*commit))
            else {
                continue;
            };
            if made.len() > MAX_VERSIONS {
                return Ok(None);
            }
            makers.push(self.author_of_commit(commit)?);
            let parents = self.repository().parents(commit)?;
            // Where a history was cut, who made it is not here.
            if parents.is_empty() && !self.repository().parent_names(commit)?.is_empty() {
                return Ok(None);
            }
            open.extend(parents.iter().filter(|_| parents.len() > 1));
        }
        Ok(Some(makers))
    }

    /// What a commit changed of ours; `None` where that is nothing, or where it is a merge.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn change_of(&self, commit: ObjectId) -> Result<Option<PastChange>, Error> {
        let found = self.change_among(&[commit], layout::FOLDER, |_, _| true)?;
        let parents = self.repository().parents(commit)?.len();
        Ok(found.filter(|change| change.commit == commit && parents < 2))
    }

    /// The newest commit that changed something at a path, and that is wanted.
    fn change_among(
        &self,
        tips: &[ObjectId],
        path: &str,
        is_wanted: impl Fn(&PastChange, usize) -> bool,
    ) -> Result<Option<PastChange>, Error> {
        let mut found: Option<PastChange> = None;
        self.repository().walk(tips, path, |touch| -> Result<bool, Error> {
            if let Some(change) = &mut found {
                let is_more = change.commit == touch.commit;
                if is_more {
                    change.add(&touch.path);
                }
                return Ok(is_more);
            }
            let parents = self.repository().parents(touch.commit)?;
            let author = self.repository().commit_text(touch.commit)?.identity.author;
            let takes_over = message::line_of_action(message::TAKES_OVER);
            if self.repository().says(touch.commit, &takes_over)? {
                return Ok(true);
            }
            let mut change = PastChange {
                commit: touch.commit,
                tickets: Vec::new(),
                files: Vec::new(),
                author: Person { name: author.name, email: author.email },
                before: parents.first().copied(),
            };
            change.add(&touch.path);
            if is_wanted(&change, parents.len()) {
                found = Some(change);
            }
            Ok(true)
        })?;
        Ok(found)
    }
}

impl PastChange {
    fn add(&mut self, path: &str) {
        let is_evidence = path.starts_with(&format!("{}/attachments/", layout::FOLDER));
        match layout::id_of(path) {
            Some(id) => self.tickets.push(id),
            None if is_evidence || path == layout::ATTRIBUTES => {}
            None => self.files.push(path.to_owned()),
        }
    }

    /// The entries that the commit brought to a ticket, and whether one of them opens it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn entries(&self, store: &Store, id: &TicketId) -> Result<(Vec<EntryId>, bool), Error> {
        let then = store.snapshot_of(Some(self.commit)).version(self.commit, id)?;
        let before = match self.before {
            Some(before) => store.snapshot_of(Some(before)).version(before, id)?,
            None => None,
        };
        let known = before.as_ref().map(Ticket::timeline).unwrap_or_default();
        let timeline = then.as_ref().map(Ticket::timeline).unwrap_or_default();
        let is_known = |id: &EntryId| known.iter().any(|known| known.id == *id);
        let new = timeline.iter().map(|entry| &entry.id).filter(|id| !is_known(id));
        Ok((new.cloned().collect(), before.is_none() && then.is_some()))
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
