//! Entries that history holds and the present does not: somebody committed an old version, or took a file away.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{Blob, ObjectId};
use crate::store::layout;
use crate::store::snapshot::Snapshot;
use crate::ticket::{Entry, MAX_TICKET_BYTES, Merged, Ticket, TicketId, codec, merge};

/// A ticket that lacks entries which it once had.
#[derive(Debug)]
pub struct Lost {
    /// The ticket.
    pub id: TicketId,
    /// How many entries it lacks.
    pub entries: usize,
    /// True where the whole file is gone.
    pub is_removed: bool,
    /// A commit that has them.
    pub commit: ObjectId,
    /// The ticket with all of them.
    pub whole: Ticket,
}

impl Store {
    /// The tickets that lack entries which some commit of the history has.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn lost(&self, snapshot: &Snapshot<'_>) -> Result<Vec<Lost>, Error> {
        let mut present: BTreeMap<TicketId, Present> = BTreeMap::new();
        let mut lost: BTreeMap<TicketId, Lost> = BTreeMap::new();
        self.repository().walk(&snapshot.commits(), layout::TICKETS, |touch| -> Result<bool, Error> {
            let (Some(id), Some(blob)) = (layout::id_of(&touch.path), touch.blob) else { return Ok(true) };
            let Blob::Bytes(bytes) = self.repository().blob(blob, MAX_TICKET_BYTES)? else { return Ok(true) };
            if !present.contains_key(&id) {
                // A file that is there and cannot be read is another matter.
                let Ok(now) = snapshot.ticket(&id) else { return Ok(true) };
                present.insert(id.clone(), Present::new(now));
            }
            let now = present.get(&id);
            if now.is_some_and(|now| now.has_all(&bytes)) {
                return Ok(true);
            }
            let now = now.and_then(|now| now.ticket.as_ref());
            let Ok(version) = codec::read(&id, &bytes) else { return Ok(true) };
            let known = lost.get(&id).map(|lost| &lost.whole).or(now);
            if let Some(found) = compare(known, now, version, touch.commit, snapshot)? {
                lost.insert(id, found);
            }
            Ok(true)
        })?;
        Ok(lost.into_values().collect())
    }
}

/// A ticket as it is now; none where it is removed.
struct Present {
    ticket: Option<Ticket>,
    entries: HashSet<String>,
}

impl Present {
    fn new(ticket: Option<Ticket>) -> Self {
        let entries = ticket.iter().flat_map(|ticket| ticket.timeline());
        let entries = entries.map(|entry| entry.id.to_string()).collect();
        Self { ticket, entries }
    }

    /// True where the present has every entry of a version: told by the lines of its file, as they are written.
    fn has_all(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        let mut ids = text.lines().filter_map(|line| line.strip_prefix("  id: ")).peekable();
        let is_known = |id: &str| self.entries.contains(id.trim_matches(['"', '\'']));
        self.ticket.is_some() && ids.peek().is_some() && ids.all(is_known)
    }
}

/// What a version has that the present lacks, on top of what is known to be lost.
fn compare(
    known: Option<&Ticket>,
    now: Option<&Ticket>,
    version: Ticket,
    commit: ObjectId,
    snapshot: &Snapshot<'_>,
) -> Result<Option<Lost>, Error> {
    let id = version.id().clone();
    let whole = match known {
        None => version,
        Some(known) => match merge(known, &version) {
            Merged::One(whole) => *whole,
            // Two met under one id: the one that got a new id is there.
            Merged::Two { renamed, .. } if snapshot.ticket(renamed.id())?.is_some() => return Ok(None),
            Merged::Two { kept, .. } => *kept,
        },
    };
    let there: BTreeSet<_> = now.iter().flat_map(|now| now.timeline()).map(Entry::identity).collect();
    let entries = whole.timeline().iter().filter(|entry| !there.contains(&entry.identity())).count();
    Ok((entries > 0).then_some(Lost { id, entries, is_removed: now.is_none(), commit, whole }))
}
