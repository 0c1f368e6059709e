//! The entries that came between two states of a history.

use crate::store::Store;
use crate::store::commit_deltas::Parsed;
use crate::store::error::Error;
use crate::store::git::ObjectId;
use crate::store::history::{IntroducedEntry, new_entries};
use crate::store::layout;

impl Store {
    /// The entries that commits brought which some tips contain and others do not, the oldest commit first. An entry that
    /// several commits brought comes several times.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn arrivals(&self, tips: &[ObjectId], less: &[ObjectId]) -> Result<Vec<IntroducedEntry>, Error> {
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
