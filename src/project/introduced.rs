//! The commit that introduced each entry: from the index, brought up to date first; from history where it fails.

use std::collections::{BTreeMap, BTreeSet};

use crate::index::{Index, Touched};
use crate::project::failure::Failure;
use crate::project::search_index::IndexError;
use crate::project::state::Project;
use crate::store::Parsed;
use crate::store::git::ObjectId;
use crate::ticket::{EntryId, EntryIdentity, Ticket, TicketId};

pub use crate::store::IntroducedEntry;

/// The commits that touched a ticket, each with the entries that it brought.
type Brought = Vec<(ObjectId, Vec<EntryIdentity>)>;

/// From this many commits on, reading them is worth a progress bar.
const MANY_COMMITS: usize = 2_000;

impl Project<'_> {
    /// Tickets, and the entries of each with the commit that introduced it.
    ///
    /// # Errors
    /// A ticket or an object cannot be read.
    pub fn introduced_by(&self, ids: &[TicketId]) -> Result<Vec<(Ticket, Vec<IntroducedEntry>)>, Failure> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.warn_of_cut_history();
        let known = self.if_available(self.brought_to(ids))?.unwrap_or_default();
        let snapshot = self.snapshot();
        let mut all = Vec::new();
        for (place, id) in ids.iter().enumerate() {
            let ticket = self.need(id)?;
            let from_index = match known.get(place) {
                Some(brought) => self.store.carriers_among(&snapshot, &ticket, brought)?,
                None => None,
            };
            let history = match from_index {
                Some(history) => history,
                None => self.store.carriers(&snapshot, &ticket)?,
            };
            all.push((ticket, history));
        }
        Ok(all)
    }

    /// The entries of all tickets that pass a test, the newest first, at most some; each once, with the commit that made it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn all_entries(
        &self,
        limit: usize,
        passes: impl Fn(&crate::ticket::Entry) -> bool,
    ) -> Result<Vec<IntroducedEntry>, Failure> {
        self.warn_of_cut_history();
        let mut asked = limit;
        loop {
            let mut all = self.store.all_entries(&self.snapshot(), asked, &passes)?;
            let is_all = all.len() < asked;
            if !is_all {
                self.drop_taken_over(&mut all)?;
            }
            let mut all = self.each_once(all);
            if is_all || all.len() >= limit {
                all.truncate(limit);
                return Ok(all);
            }
            asked = asked.saturating_mul(2);
        }
    }

    /// Of entries that two commits brought, the one with the commit that made it.
    fn each_once(&self, all: Vec<IntroducedEntry>) -> Vec<IntroducedEntry> {
        let mut places: BTreeMap<(TicketId, EntryId), usize> = BTreeMap::new();
        let mut kept: Vec<IntroducedEntry> = Vec::new();
        for one in all {
            let place = *places.entry((one.ticket.clone(), one.entry.id.clone())).or_insert(kept.len());
            match kept.get_mut(place) {
                None => kept.push(one),
                Some(known) if self.store.may_be_taken_over(known) && !self.store.may_be_taken_over(&one) => {
                    *known = one;
                }
                Some(_) => {}
            }
        }
        kept
    }

    /// Leaves out what a commit took over from another one that is older than what was asked for.
    fn drop_taken_over(&self, all: &mut Vec<IntroducedEntry>) -> Result<(), Failure> {
        let doubtful: BTreeSet<TicketId> = all
            .iter()
            .filter(|one| self.store.may_be_taken_over(one))
            .map(|one| one.ticket.clone())
            .filter(|id| self.readable(id).is_some())
            .collect();
        let doubtful: Vec<TicketId> = doubtful.into_iter().collect();
        let mut makers = BTreeMap::new();
        for (ticket, history) in self.introduced_by(&doubtful)? {
            makers.extend(
                history.into_iter().map(|one| ((ticket.id().clone(), one.entry.id.clone()), one.commit)),
            );
        }
        all.retain(|one| {
            let maker = makers.get(&(one.ticket.clone(), one.entry.id.clone()));
            maker.is_none_or(|maker| *maker == one.commit)
        });
        Ok(())
    }

    /// What each commit brought to each ticket, by the index, brought up to date first: history is walked as far as the
    /// index has not seen it.
    fn brought_to(&self, ids: &[TicketId]) -> Result<Vec<Brought>, IndexError> {
        let mut index = self.index()?;
        if self.store.repository().is_cut() {
            // The commit at which it is cut seems to bring all that was there before, and what is before may be fetched yet.
            return Ok(Vec::new());
        }
        self.catch_up_touches(&mut index)?;
        let mut parsed = Parsed::new(&self.store);
        ids.iter().map(|id| self.brought(&mut index, &mut parsed, id)).collect()
    }

    /// Has the index know each commit of this branch that touched a ticket.
    fn catch_up_touches(&self, index: &mut Index) -> Result<(), IndexError> {
        let walked: Vec<ObjectId> =
            index.walked()?.iter().filter_map(|name| ObjectId::from_bytes(name)).collect();
        let tips = self.snapshot().commits();
        if tips.iter().all(|tip| walked.contains(tip)) {
            return Ok(());
        }
        let (mut bar, mut is_new) = (None, false);
        let touches = self.store.touches(&tips, &walked, |done, total| {
            is_new = true;
            if total >= MANY_COMMITS {
                bar.get_or_insert_with(|| (self.host.progress)("reading history", total))(done);
            }
        })?;
        let lines: Vec<(String, ObjectId)> = tips
            .iter()
            .enumerate()
            .filter(|_| is_new)
            .map(|(at, tip)| (format!("{} {at}", self.branch()), *tip))
            .collect();
        index.add_touches(
            touches.iter().map(|(id, commit)| (id, commit.bytes())),
            lines.iter().map(|(line, tip)| (line.as_str(), tip.bytes())),
        )?;
        Ok(())
    }

    /// What each commit brought to a ticket: what was not looked at yet is, and is remembered.
    fn brought(
        &self,
        index: &mut Index,
        parsed: &mut Parsed<'_>,
        id: &TicketId,
    ) -> Result<Brought, IndexError> {
        let (mut all, mut unread, mut gone) = (Brought::new(), Vec::new(), Vec::new());
        let repository = self.store.repository();
        for Touched { commit: name, brought } in index.touched_by(id)? {
            let Some(commit) = ObjectId::from_bytes(&name) else { continue };
            match brought {
                _ if !repository.has_commit(commit) => gone.push(name),
                Some(brought) => all.push((commit, brought)),
                None => unread.push((repository.commit_seconds(commit).unwrap_or_default(), commit, name)),
            }
        }
        // In the order of time, so that the version before is at hand.
        unread.sort_unstable();
        let mut new = Vec::new();
        for (_, commit, name) in unread {
            let brought = self.store.brought(parsed, id, commit)?;
            new.push((name, brought.clone()));
            all.push((commit, brought));
        }
        if !(new.is_empty() && gone.is_empty()) {
            index.remember_brought(id, &new, &gone)?;
        }
        Ok(all)
    }
}
