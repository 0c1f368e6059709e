//! Where the settings turned: the commits after which the files that judge tickets became others.

use std::collections::BTreeMap;

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::ObjectId;
use crate::store::layout;
use crate::store::snapshot::Snapshot;
use crate::ticket::{EntryId, TicketId};

/// The files and folders by which tickets are judged.
const JUDGING: [&str; 4] = [layout::CONFIG, layout::TEAM, layout::VENDORS, layout::CALENDARS];

/// A commit with a child that has other settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The commit, with the old settings.
    pub before: ObjectId,
    /// Its child, with the new ones.
    pub after: ObjectId,
}

/// The names of the files that judge; none for what is not there.
type Judging = [Option<ObjectId>; JUDGING.len()];

impl Store {
    /// The turns of a commit's history, the oldest first. What `known` contains is left out; history is looked
    /// at as far back as there are files of ours.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn turns(
        &self,
        tip: ObjectId,
        known: Option<ObjectId>,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Vec<Turn>, Error> {
        let commits = match known {
            Some(known) => self.repository.commits_between(&[tip], &[known])?,
            None => self.repository.commits_having(tip, layout::FOLDER)?,
        };
        let mut seen: BTreeMap<ObjectId, Judging> = BTreeMap::new();
        let mut folders = BTreeMap::new();
        let mut turns = Vec::new();
        for (done, commit) in commits.iter().enumerate() {
            progress(done, commits.len());
            let own = self.judging(*commit, &mut seen, &mut folders)?;
            for parent in self.repository.parents(*commit)? {
                if self.judging(parent, &mut seen, &mut folders)? != own {
                    turns.push(Turn { before: parent, after: *commit });
                }
            }
        }
        Ok(turns)
    }

    /// The files that judge, as a commit has them. Most commits leave them alone, which the name of the folder
    /// around them tells.
    fn judging(
        &self,
        commit: ObjectId,
        seen: &mut BTreeMap<ObjectId, Judging>,
        folders: &mut BTreeMap<Option<ObjectId>, Judging>,
    ) -> Result<Judging, Error> {
        if let Some(known) = seen.get(&commit) {
            return Ok(*known);
        }
        let folder = self.repository.find(commit, layout::FOLDER)?.map(|folder| folder.id);
        let judging = match folders.get(&folder) {
            Some(known) => *known,
            None => {
                let mut judging = [None; JUDGING.len()];
                for (place, path) in judging.iter_mut().zip(JUDGING) {
                    *place = self.repository.find(commit, path)?.map(|file| file.id);
                }
                judging
            }
        };
        folders.insert(folder, judging);
        seen.insert(commit, judging);
        Ok(judging)
    }

    /// True where a commit contains another, as far as both are there.
    #[must_use]
    pub fn contains(&self, tip: ObjectId, commit: ObjectId) -> bool {
        self.repository.contains(tip, commit).unwrap_or_default()
    }
}

impl Snapshot<'_> {
    /// Which of some entries of a ticket this commit has.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn has_entries(&self, id: &TicketId, entries: &[EntryId]) -> Result<Vec<bool>, Error> {
        // A version that cannot be read has none.
        let ticket = self.ticket(id).unwrap_or_default();
        let has = |entry: &EntryId| {
            ticket.as_ref().is_some_and(|ticket| ticket.timeline().iter().any(|own| own.id == *entry))
        };
        Ok(entries.iter().map(has).collect())
    }
}
