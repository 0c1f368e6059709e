//! The entries that came between two states of a history.

use crate::store::Store;
use crate::store::commit_deltas::Parsed;
use crate::store::error::Error;
use crate::store::git::ObjectId;
use crate::store::history::{IntroducedEntry, new_entries};
use crate::store::layout;
use crate::store::snapshot::Snapshot;
use crate::store::standing::Standing;

impl Store {
    /// The entries that commits brought which the commits of a state contain and others do not, as they stand in that state,
    /// the oldest commit first. An entry that several commits brought comes several times.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn arrived_in(
        &self,
        snapshot: &Snapshot<'_>,
        less: &[ObjectId],
    ) -> Result<Vec<IntroducedEntry>, Error> {
        let mut standing = Standing::new(snapshot);
        let mut all = Vec::new();
        for one in self.arrivals(&snapshot.commits(), less)? {
            let IntroducedEntry { ticket, title, entry, commit } = one;
            let stands = standing.of(&ticket, (title, entry))?;
            all.extend(stands.map(|(title, entry)| IntroducedEntry { ticket, title, entry, commit }));
        }
        Ok(all)
    }

    /// The same, as the commits brought them.
    ///
    /// # Errors
    /// An object cannot be read.
    fn arrivals(&self, tips: &[ObjectId], less: &[ObjectId]) -> Result<Vec<IntroducedEntry>, Error> {
        let mut parsed = Parsed::new(self);
        let mut all = Vec::new();
        for commit in self.repository.touching(tips, less, &[layout::TICKETS])? {
            for touch in self.repository.touches(commit, layout::TICKETS)? {
                let (Some(id), Some(blob)) = (layout::id_of(&touch.path), touch.blob) else { continue };
                let (title, new) = new_entries(&mut parsed, &id, blob, &touch.before)?;
                all.extend(new.into_iter().map(|entry| IntroducedEntry {
                    ticket: id.clone(),
                    title: title.clone(),
                    entry,
                    commit: Some(commit),
                }));
            }
        }
        Ok(all)
    }

    /// The entries that one commit brought.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn arrived_with(&self, commit: ObjectId) -> Result<Vec<IntroducedEntry>, Error> {
        let parents = self.repository.parents(commit)?;
        self.arrivals(&[commit], &parents)
    }
}
