//! Entries that history holds and the present does not: somebody committed an old version, or took a file away.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{Blob, ObjectId, Touch, reverted};
use crate::store::layout;
use crate::store::snapshot::Snapshot;
use crate::ticket::{Entry, MAX_TICKET_BYTES, Merged, Ticket, TicketId, codec, is_same_ticket, merge};

/// A ticket that lacks entries which it once had.
#[derive(Debug)]
pub struct Lost {
    /// The ticket.
    pub id: TicketId,
    /// How many entries it lacks.
    pub entries: usize,
    /// True where the whole file is gone.
    pub is_removed: bool,
    /// True where it went by a revert of its opening, by somebody who may take that back.
    pub is_reverted: bool,
    /// A commit that has them.
    pub commit: ObjectId,
    /// The ticket with all of them.
    pub whole: Ticket,
    /// What stands in its file now; it may be another ticket that took its place.
    pub present: Option<Ticket>,
}

impl Store {
    /// The tickets that lack entries which some commit of the history has. What a revert took back exactly, which was to
    /// take it back (`may_take_back`: the revert, and an entry that went), is not lost.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn lost(
        &self,
        snapshot: &Snapshot<'_>,
        may_take_back: &dyn Fn(ObjectId, &Entry) -> bool,
    ) -> Result<Vec<Lost>, Error> {
        let mut withdrawn = BTreeSet::new();
        // What changed a ticket since: looked into where it lacks something.
        let mut newer: HashMap<TicketId, Vec<Touch>> = HashMap::new();
        let mut present: BTreeMap<TicketId, Present> = BTreeMap::new();
        let mut lost: BTreeMap<TicketId, Lost> = BTreeMap::new();
        let mut moves: HashMap<ObjectId, bool> = HashMap::new();
        let mut moved: HashSet<TicketId> = HashSet::new();
        let mut removals: HashMap<TicketId, Touch> = HashMap::new();
        self.repository().walk(&snapshot.commits(), layout::TICKETS, |touch| -> Result<bool, Error> {
            let Some(id) = layout::id_of(&touch.path) else { return Ok(true) };
            let Some(blob) = touch.blob else {
                let is_move = match moves.get(&touch.commit) {
                    Some(known) => *known,
                    None => *moves.entry(touch.commit).or_insert(self.moved_away(touch.commit)?),
                };
                removals.entry(id.clone()).or_insert_with(|| touch.clone());
                // Those that came back are looked at as any.
                if is_move && !present.contains_key(&id) {
                    moved.insert(id);
                }
                return Ok(true);
            };
            if moved.contains(&id) {
                return Ok(true);
            }
            newer.entry(id.clone()).or_default().push(touch.clone());
            let Blob::Bytes(bytes) = self.repository().blob(blob, MAX_TICKET_BYTES)? else { return Ok(true) };
            if !present.contains_key(&id) {
                // A file that is there and cannot be read is another matter.
                let Some(now) = standing(snapshot, &id)? else { return Ok(true) };
                present.insert(id.clone(), Present::new(now));
            }
            let now = present.get(&id);
            let is_whole = now.is_some_and(|now| now.has_all(&bytes));
            let now = now.and_then(|now| now.ticket.as_ref());
            if is_whole {
                // What had the id first has it: another that stood there since is not lost.
                let is_same = |lost: &Lost| now.is_some_and(|now| is_same_ticket(now, &lost.whole));
                lost.retain(|other, lost| *other != id || is_same(lost));
                return Ok(true);
            }
            let Ok(version) = codec::read(&id, &bytes) else { return Ok(true) };
            for touch in newer.remove(&id).unwrap_or_default() {
                for entry in self.taken_back(&touch, &id)? {
                    if may_take_back(touch.commit, &entry) {
                        withdrawn.insert((id.clone(), entry.seq, entry.id.clone()));
                    }
                }
            }
            let version = version
                .without_entries(|entry| withdrawn.contains(&(id.clone(), entry.seq, entry.id.clone())));
            let known = lost.get(&id).map(|lost| &lost.whole).or(now);
            if let Some(whole) = compare(known, version, snapshot)? {
                match Lost::new(now, whole, touch.commit) {
                    Some(found) => lost.insert(id, found),
                    None => lost.remove(&id),
                };
            }
            Ok(true)
        })?;
        self.leave_out_taken_in(snapshot, &mut lost)?;
        self.mark_reverted(&removals, may_take_back, &mut lost)?;
        Ok(lost.into_values().collect())
    }
}

impl Store {
    /// Marks what a revert of its opening removed, as whoever made it may.
    fn mark_reverted(
        &self,
        removals: &HashMap<TicketId, Touch>,
        may_take_back: &dyn Fn(ObjectId, &Entry) -> bool,
        lost: &mut BTreeMap<TicketId, Lost>,
    ) -> Result<(), Error> {
        for lost in lost.values_mut().filter(|lost| lost.is_removed) {
            let Some(removal) = removals.get(&lost.id) else { continue };
            let gone = self.taken_back(removal, &lost.id)?;
            lost.is_reverted =
                !gone.is_empty() && gone.iter().all(|entry| may_take_back(removal.commit, entry));
        }
        Ok(())
    }

    /// Leaves out what stands below a folder of its own: a product that takes in another, tickets and all, has those there.
    fn leave_out_taken_in(
        &self,
        snapshot: &Snapshot<'_>,
        lost: &mut BTreeMap<TicketId, Lost>,
    ) -> Result<(), Error> {
        let Some(tip) = snapshot.commit().filter(|_| lost.values().any(|lost| lost.is_removed)) else {
            return Ok(());
        };
        let folders = self.folders_below(tip)?;
        let is_below = |id: &TicketId| {
            folders.iter().any(|folder| self.has_below(*folder, &layout::ticket(id)).unwrap_or(false))
        };
        lost.retain(|id, lost| !lost.is_removed || !is_below(id));
        Ok(())
    }

    /// The entries that went in a commit which says that it takes another back, and has of the file just what was there
    /// before that one.
    fn taken_back(&self, touch: &Touch, id: &TicketId) -> Result<Vec<Entry>, Error> {
        let repository = self.repository();
        let [Some(before)] = touch.before.as_slice() else { return Ok(Vec::new()) };
        let message = repository.commit_text(touch.commit)?.message;
        let blob_at = |commit: ObjectId| -> Result<Option<ObjectId>, Error> {
            Ok(repository.find(commit, &touch.path)?.map(|item| item.id))
        };
        let takes_back = |named: ObjectId| -> Result<bool, Error> {
            if !repository.has_commit(named) || !repository.contains(touch.commit, named)? {
                return Ok(false);
            }
            let first = repository.parents(named)?.first().copied();
            Ok(blob_at(named)? == Some(*before) && first.map(blob_at).transpose()?.flatten() == touch.blob)
        };
        let mut is_named = false;
        for named in reverted(&message).iter().filter_map(|name| ObjectId::parse(name)) {
            is_named |= takes_back(named)?;
        }
        if !is_named {
            return Ok(Vec::new());
        }
        let read = |blob: ObjectId| -> Result<Option<Ticket>, Error> {
            let Blob::Bytes(bytes) = repository.blob(blob, MAX_TICKET_BYTES)? else { return Ok(None) };
            Ok(codec::read(id, &bytes).ok())
        };
        let Some(was) = read(*before)? else { return Ok(Vec::new()) };
        let now = match touch.blob.map(read).transpose()? {
            Some(Some(now)) => Some(now),
            Some(None) => return Ok(Vec::new()),
            None => None,
        };
        let is_gone = |entry: &&Entry| !now.as_ref().is_some_and(|now| now.has_entry_like(entry));
        Ok(was.timeline().iter().filter(is_gone).cloned().collect())
    }
}

/// What stands in the file of a ticket, of another ticket too; nothing where it is removed. `None` where it cannot be read.
fn standing(snapshot: &Snapshot<'_>, id: &TicketId) -> Result<Option<Option<Ticket>>, Error> {
    if let Ok(ticket) = snapshot.ticket(id) {
        return Ok(Some(ticket));
    }
    let bytes = snapshot.file(&layout::ticket(id), MAX_TICKET_BYTES)?.unwrap_or_default();
    let other = codec::own_id(&bytes).and_then(|own| codec::read(&own, &bytes).ok());
    Ok(other.map(|ticket| Some(ticket.with_id(id.clone()))))
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

/// What is known of a ticket and one more version of it, as one; `None` where the version is of another ticket, which is
/// there. Versions come newest first.
fn compare(
    known: Option<&Ticket>,
    version: Ticket,
    snapshot: &Snapshot<'_>,
) -> Result<Option<Ticket>, Error> {
    let Some(known) = known else { return Ok(Some(version)) };
    // An entry is what it was when it was written.
    Ok(match merge(&known.clone().without_changed(&version), &version) {
        Merged::One(whole) => Some(*whole),
        // Two met under one id: the one that got a new id is there.
        Merged::Two { renamed, .. } if snapshot.ticket(renamed.id())?.is_some() => None,
        // What had the id first has it.
        Merged::Two { .. } => Some(version),
    })
}

impl Lost {
    /// What a ticket lacks of all that it had; `None` where it lacks nothing.
    fn new(now: Option<&Ticket>, whole: Ticket, commit: ObjectId) -> Option<Self> {
        let there: BTreeSet<_> = now.iter().flat_map(|now| now.timeline()).map(Entry::identity).collect();
        let entries = whole.timeline().iter().filter(|entry| !there.contains(&entry.identity())).count();
        let (id, is_removed) = (whole.id().clone(), now.is_none());
        let present = now.cloned();
        (entries > 0).then_some(Self { id, entries, is_removed, is_reverted: false, commit, whole, present })
    }
}
