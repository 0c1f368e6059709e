//! Which commit carried which entry.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::Store;
use crate::store::commit_deltas::Parsed;
use crate::store::error::Error;
use crate::store::git::ObjectId;
use crate::store::layout;
use crate::store::message;
use crate::store::snapshot::Snapshot;
use crate::store::standing::Standing;
use crate::ticket::{Entry, EntryIdentity, Ticket, TicketId};

/// An entry, and the commit that carried it.
#[derive(Debug, Clone)]
pub struct IntroducedEntry {
    /// The ticket.
    pub ticket: TicketId,
    /// The ticket's title, in that commit or now.
    pub title: String,
    /// The entry.
    pub entry: Entry,
    /// The commit; `None` where history does not reach back to it (a shallow clone).
    pub commit: Option<ObjectId>,
}

/// A redaction brings no entry anew.
fn identity(entry: &Entry) -> EntryIdentity {
    (entry.seq, entry.at, entry.id.clone())
}

impl Store {
    /// The entries of a ticket, in order, each with the commit that carried it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn carriers(&self, snapshot: &Snapshot<'_>, ticket: &Ticket) -> Result<Vec<IntroducedEntry>, Error> {
        let mut commits: BTreeMap<EntryIdentity, ObjectId> = BTreeMap::new();
        let (total, mut made) = (ticket.timeline().len(), BTreeSet::new());
        self.new_entries(snapshot, &layout::ticket(ticket.id()), |carried| {
            if let Some(commit) = carried.commit {
                let own = identity(&carried.entry);
                if self.made(commit, &own) && made.insert(own.clone()) {
                    commits.insert(own, commit);
                } else {
                    commits.entry(own).or_insert(commit);
                }
            }
            Ok(made.len() < total)
        })?;
        Ok(carried(ticket, &commits))
    }

    /// True for the commit with which an entry was made; another may have taken it over from there.
    fn made(&self, commit: ObjectId, (_, at, _): &EntryIdentity) -> bool {
        let takes_over = || self.repository.says(commit, &message::line_of_action(message::TAKES_OVER));
        let is_its_time = self.repository.author_seconds(commit).is_ok_and(|seconds| seconds == at.unix());
        is_its_time && !takes_over().unwrap_or_default()
    }

    /// The entries that a commit brought to a ticket; none where the commit is no longer there.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn brought(
        &self,
        parsed: &mut Parsed<'_>,
        id: &TicketId,
        commit: ObjectId,
    ) -> Result<Vec<EntryIdentity>, Error> {
        let mut all = Vec::new();
        for touch in self.repository.touches(commit, &layout::ticket(id)).unwrap_or_default() {
            let Some(blob) = touch.blob else { continue };
            all.extend(new_entries(parsed, id, blob, &touch.before)?.1.iter().map(identity));
        }
        Ok(all)
    }

    /// The entries of a ticket, in order, each with the commit that carried it, where it is known what each commit brought
    /// that touched the ticket, so that no history is walked; `None` where they bring not every entry, or several of them
    /// bring one, and only history tells which.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn carriers_among(
        &self,
        snapshot: &Snapshot<'_>,
        ticket: &Ticket,
        brought: &[(ObjectId, Vec<EntryIdentity>)],
    ) -> Result<Option<Vec<IntroducedEntry>>, Error> {
        let mut carriers: BTreeMap<EntryIdentity, Vec<ObjectId>> =
            ticket.timeline().iter().map(|entry| (identity(entry), Vec::new())).collect();
        for (commit, entry) in
            brought.iter().flat_map(|(commit, all)| all.iter().map(move |one| (commit, one)))
        {
            carriers.entry(entry.clone()).and_modify(|commits| commits.push(*commit));
        }
        let several: BTreeSet<ObjectId> =
            carriers.values().filter(|commits| commits.len() > 1).flatten().copied().collect();
        if !several.is_empty() {
            // What was rebased, or is on another branch, has brought nothing here.
            let tips = snapshot.commits();
            let reach = self.repository.reach(&tips, &several)?;
            let is_here = |commit: &ObjectId| tips.iter().any(|tip| reach.contains(*tip, *commit));
            for (entry, commits) in carriers.iter_mut().filter(|(_, commits)| commits.len() > 1) {
                commits.retain(is_here);
                if commits.iter().any(|commit| self.made(*commit, entry)) {
                    commits.retain(|commit| self.made(*commit, entry));
                }
            }
        }
        // A shallow clone may have been deepened since.
        let one = |(entry, commits): (EntryIdentity, Vec<ObjectId>)| match commits.as_slice() {
            [commit] => Some((entry, *commit)),
            _ => None,
        };
        let one: Option<BTreeMap<EntryIdentity, ObjectId>> = carriers.into_iter().map(one).collect();
        Ok(one.map(|one| carried(ticket, &one)))
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

    /// The entries of all tickets that are wanted, as they stand, those of the newest commit first; at most `limit` of them.
    /// An entry that another commit took over is there for each of both.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn all_entries(
        &self,
        snapshot: &Snapshot<'_>,
        limit: usize,
        is_wanted: impl Fn(&Entry) -> bool,
    ) -> Result<Vec<IntroducedEntry>, Error> {
        let (mut all, mut standing) = (Vec::new(), Standing::new(snapshot));
        if limit > 0 {
            self.new_entries(snapshot, layout::TICKETS, |carried| {
                let IntroducedEntry { ticket, title, entry, commit } = carried;
                let stands = standing.of(&ticket, (title, entry))?.filter(|(_, entry)| is_wanted(entry));
                all.extend(stands.map(|(title, entry)| IntroducedEntry { ticket, title, entry, commit }));
                Ok(all.len() < limit)
            })?;
        }
        Ok(all)
    }

    /// True for an entry that a commit may have taken over from another.
    #[must_use]
    pub fn may_be_taken_over(&self, one: &IntroducedEntry) -> bool {
        one.commit.is_some_and(|commit| !self.made(commit, &identity(&one.entry)))
    }

    /// Hands over each entry that a commit brought, newest commit first, until told to stop.
    fn new_entries(
        &self,
        snapshot: &Snapshot<'_>,
        path: &str,
        mut visit: impl FnMut(IntroducedEntry) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let mut parsed = Parsed::new(self);
        let cut = self.repository.cut_commits();
        self.repository.walk(&snapshot.commits(), path, |touch| -> Result<bool, Error> {
            let (Some(id), Some(blob)) = (layout::id_of(&touch.path), touch.blob) else { return Ok(true) };
            let (title, new) = new_entries(&mut parsed, &id, blob, &touch.before)?;
            let is_past = |entry: &Entry| snapshot.instant().is_none_or(|instant| entry.at <= instant);
            for entry in new.into_iter().rev().filter(|entry| is_past(entry)) {
                let (ticket, title) = (id.clone(), title.clone());
                // Where the history of a clone begins, all entries seem to be new.
                let is_cut = cut.contains(&touch.commit) && !self.made(touch.commit, &identity(&entry));
                let commit = (!is_cut).then_some(touch.commit);
                if !visit(IntroducedEntry { ticket, title, entry, commit })? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }
}

/// The title of a version, and the entries that it has and none of the versions before, in order; nothing of a version that
/// cannot be read.
pub(super) fn new_entries(
    parsed: &mut Parsed<'_>,
    id: &TicketId,
    blob: ObjectId,
    before: &[Option<ObjectId>],
) -> Result<(String, Vec<Entry>), Error> {
    let now = parsed.get(id, blob)?;
    let Ok(now) = &now.content else { return Ok((String::new(), Vec::new())) };
    let mut new = now.timeline().to_vec();
    for blob in before.iter().flatten() {
        if let Ok(version) = &parsed.get(id, *blob)?.content {
            new.retain(|entry| !version.has_entry_like(entry));
        }
    }
    Ok((now.fields().title().to_owned(), new))
}

/// A ticket's entries, in order, each with its commit.
fn carried(ticket: &Ticket, commits: &BTreeMap<EntryIdentity, ObjectId>) -> Vec<IntroducedEntry> {
    let carried = |entry: &Entry| IntroducedEntry {
        ticket: ticket.id().clone(),
        title: ticket.fields().title().to_owned(),
        entry: entry.clone(),
        commit: commits.get(&identity(entry)).copied(),
    };
    ticket.timeline().iter().map(carried).collect()
}
