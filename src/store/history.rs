//! Which commit carried which entry.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{Blob, ObjectId};
use crate::store::layout;
use crate::store::snapshot::Snapshot;
use crate::ticket::{Entry, EntryId, MAX_TICKET_BYTES, Ticket, TicketId, Timestamp, codec};

/// An entry, and the commit that carried it.
#[derive(Debug, Clone)]
pub struct IntroducedEntry {
    /// The ticket.
    pub ticket: TicketId,
    /// The ticket's title in that commit.
    pub title: String,
    /// The entry.
    pub entry: Entry,
    /// The commit; `None` where history does not reach back to it (a shallow clone).
    pub commit: Option<ObjectId>,
}

/// What stays the same of an entry when text is taken out of it: a redaction brings no entry anew.
type Identity = (u64, Timestamp, EntryId);

fn identity(entry: &Entry) -> Identity {
    (entry.seq, entry.at, entry.id.clone())
}

impl Store {
    /// The entries of a ticket, in order, each with the commit that carried it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn carriers(&self, snapshot: &Snapshot<'_>, ticket: &Ticket) -> Result<Vec<IntroducedEntry>, Error> {
        let mut commits: BTreeMap<Identity, ObjectId> = BTreeMap::new();
        let total = ticket.timeline().len();
        self.new_entries(snapshot, &layout::ticket(ticket.id()), |carried| {
            if let Some(commit) = carried.commit {
                commits.entry(identity(&carried.entry)).or_insert(commit);
            }
            commits.len() < total
        })?;
        Ok(carried(ticket, &commits))
    }

    /// The same, where the commits that touched the ticket are known, so that no history is walked; `None`
    /// where they bring not every entry, or several of them bring one, and only history tells which.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn carriers_among(
        &self,
        ticket: &Ticket,
        commits: &[ObjectId],
    ) -> Result<Option<Vec<IntroducedEntry>>, Error> {
        let path = layout::ticket(ticket.id());
        let mut versions: BTreeMap<ObjectId, BTreeSet<Identity>> = BTreeMap::new();
        let mut carriers: BTreeMap<Identity, ObjectId> = BTreeMap::new();
        for commit in commits {
            // A commit that is no longer there is in no history that is read.
            for touch in self.repository.touches(*commit, &path).unwrap_or_default() {
                for blob in touch.before.iter().copied().flatten().chain(touch.blob) {
                    if let btree_map::Entry::Vacant(unread) = versions.entry(blob) {
                        let version = self.version(ticket.id(), blob)?;
                        let entries =
                            version.iter().flat_map(|version| version.timeline().iter().map(identity));
                        unread.insert(entries.collect());
                    }
                }
                let known = |entry: &Identity| {
                    let mut before = touch.before.iter().flatten().filter_map(|blob| versions.get(blob));
                    before.any(|entries| entries.contains(entry))
                };
                let now = touch.blob.and_then(|blob| versions.get(&blob));
                for entry in now.into_iter().flatten().filter(|entry| !known(entry)) {
                    if carriers.insert(entry.clone(), *commit).is_some() {
                        return Ok(None);
                    }
                }
            }
        }
        // A shallow clone may have been deepened since.
        let is_whole = ticket.timeline().iter().all(|entry| carriers.contains_key(&identity(entry)));
        Ok(is_whole.then(|| carried(ticket, &carriers)))
    }

    /// Which commits touched which tickets, the oldest first: all that some tips contain, less what others
    /// contain. `progress` is told how many commits are done, and of how many.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn touches(
        &self,
        tips: &[ObjectId],
        less: &[ObjectId],
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Vec<(TicketId, ObjectId)>, Error> {
        let commits = self.repository.touching(tips, less, &[layout::TICKETS])?;
        let mut touches = Vec::new();
        for (done, commit) in commits.iter().enumerate() {
            progress(done, commits.len());
            let touched = self.repository.touches(*commit, layout::TICKETS)?;
            touches.extend(touched.iter().filter_map(|touch| Some((layout::id_of(&touch.path)?, *commit))));
        }
        Ok(touches)
    }

    /// The entries of all tickets that are wanted, those of the newest commit first; at most `limit` of them.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn all_entries(
        &self,
        snapshot: &Snapshot<'_>,
        limit: usize,
        is_wanted: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<IntroducedEntry>, Error> {
        let mut all = Vec::new();
        if limit > 0 {
            self.new_entries(snapshot, layout::TICKETS, |carried| {
                if is_wanted(&carried.entry) {
                    all.push(carried);
                }
                all.len() < limit
            })?;
        }
        Ok(all)
    }

    /// Hands over each entry that a commit brought, newest commit first, until told to stop.
    fn new_entries(
        &self,
        snapshot: &Snapshot<'_>,
        path: &str,
        mut visit: impl FnMut(IntroducedEntry) -> bool,
    ) -> Result<(), Error> {
        self.repository.walk(&snapshot.commits(), path, |touch| -> Result<bool, Error> {
            let (Some(id), Some(blob)) = (layout::id_of(&touch.path), touch.blob) else { return Ok(true) };
            let Some(ticket) = self.version(&id, blob)? else { return Ok(true) };
            let mut known: BTreeSet<Identity> = BTreeSet::new();
            for before in touch.before.iter().flatten() {
                let version = self.version(&id, *before)?;
                known.extend(version.iter().flat_map(|ticket| ticket.timeline().iter().map(identity)));
            }
            let is_past = |entry: &Entry| snapshot.instant().is_none_or(|instant| entry.at <= instant);
            let new = ticket.timeline().iter().rev().filter(|entry| !known.contains(&identity(entry)));
            for entry in new.filter(|entry| is_past(entry)) {
                let title = ticket.fields().title().to_owned();
                let carried = IntroducedEntry {
                    ticket: id.clone(),
                    title,
                    entry: entry.clone(),
                    commit: Some(touch.commit),
                };
                if !visit(carried) {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// A version of a ticket; `None` for one that cannot be read.
    fn version(&self, id: &TicketId, blob: ObjectId) -> Result<Option<Ticket>, Error> {
        match self.repository.blob(blob, MAX_TICKET_BYTES)? {
            Blob::Bytes(bytes) => Ok(codec::read(id, &bytes).ok()),
            Blob::TooLarge(_) => Ok(None),
        }
    }
}

/// A ticket's entries, in order, each with its commit.
fn carried(ticket: &Ticket, commits: &BTreeMap<Identity, ObjectId>) -> Vec<IntroducedEntry> {
    let carried = |entry: &Entry| IntroducedEntry {
        ticket: ticket.id().clone(),
        title: ticket.fields().title().to_owned(),
        entry: entry.clone(),
        commit: commits.get(&identity(entry)).copied(),
    };
    ticket.timeline().iter().map(carried).collect()
}
