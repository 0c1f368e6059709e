//! The commit that introduced each entry: from the index, brought up to date first; from history where it fails.

use crate::project::failure::Failure;
use crate::project::search_index::IndexError;
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::ticket::{Ticket, TicketId};

pub use crate::store::IntroducedEntry;

/// From this many commits on, reading them is worth a progress bar.
const MANY_COMMITS: usize = 2_000;

impl Project<'_> {
    /// Tickets, and the entries of each with the commit that introduced it.
    ///
    /// # Errors
    /// A ticket or an object cannot be read.
    pub fn introduced_by(&self, ids: &[TicketId]) -> Result<Vec<(Ticket, Vec<IntroducedEntry>)>, Failure> {
        let known = self.if_available(self.touched_by(ids))?.unwrap_or_default();
        let mut all = Vec::new();
        for (place, id) in ids.iter().enumerate() {
            let ticket = self.need(id)?;
            let from_index = match known.get(place) {
                Some(commits) => self.store.carriers_among(&ticket, commits)?,
                None => None,
            };
            let history = match from_index {
                Some(history) => history,
                None => self.store.carriers(&self.snapshot(), &ticket)?,
            };
            all.push((ticket, history));
        }
        Ok(all)
    }

    /// The entries of all tickets that pass a test, the newest first, at most some.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn all_entries(
        &self,
        limit: usize,
        passes: impl Fn(&crate::ticket::Entry) -> bool,
    ) -> Result<Vec<IntroducedEntry>, Failure> {
        Ok(self.store.all_entries(&self.snapshot(), limit, passes)?)
    }

    /// The commits that touched each ticket, by the index, brought up to date first: history is walked as far as the
    /// index has not seen it.
    fn touched_by(&self, ids: &[TicketId]) -> Result<Vec<Vec<ObjectId>>, IndexError> {
        let mut index = self.index()?;
        let walked: Vec<ObjectId> =
            index.walked()?.iter().filter_map(|name| ObjectId::from_bytes(name)).collect();
        let tips = self.snapshot().commits();
        if tips.iter().any(|tip| !walked.contains(tip)) {
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
        }
        let mut all = Vec::new();
        for id in ids {
            all.push(index.touched_by(id)?.iter().filter_map(|name| ObjectId::from_bytes(name)).collect());
        }
        Ok(all)
    }
}
