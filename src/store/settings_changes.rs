//! Where the settings turned: the commits after which the files that judge tickets became others.

use std::collections::BTreeMap;

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{Blob, ObjectId, Repository};
use crate::store::layout;
use crate::ticket::{EntryId, MAX_TICKET_BYTES, TicketId, codec};

/// The files and folders by which tickets are judged.
const JUDGING: [&str; 4] = [layout::CONFIG, layout::TEAM, layout::VENDORS, layout::CALENDARS];

/// A commit with a child that has other settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingsChange {
    /// The commit, with the old settings.
    pub before: ObjectId,
    /// Its child, with the new ones.
    pub after: ObjectId,
}

/// The names of the files that judge; none for what is not there.
type Judging = [Option<ObjectId>; JUDGING.len()];

impl Store {
    /// The turns of a commit's history, the oldest first. What `known` contains is left out.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn turns(
        &self,
        tip: ObjectId,
        known: Option<ObjectId>,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Vec<SettingsChange>, Error> {
        let commits = self.repository.touching(&[tip], known.as_slice(), &JUDGING)?;
        let mut seen: BTreeMap<ObjectId, Judging> = BTreeMap::new();
        let mut folders = BTreeMap::new();
        let mut turns = Vec::new();
        for (done, commit) in commits.iter().enumerate() {
            progress(done, commits.len());
            let own = self.judging(*commit, &mut seen, &mut folders)?;
            for parent in self.repository.parents(*commit)? {
                if self.judging(parent, &mut seen, &mut folders)? != own {
                    turns.push(SettingsChange { before: parent, after: *commit });
                }
            }
        }
        Ok(turns)
    }

    /// The names of the files that judge, as a commit has them, as bytes.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn judging_files(&self, commit: ObjectId) -> Result<Vec<u8>, Error> {
        let files = self.judging(commit, &mut BTreeMap::new(), &mut BTreeMap::new())?;
        // What is not there has no bytes, and a mark all the same.
        let named = files.iter().flat_map(|file| {
            let name = file.as_ref().map(|file| file.bytes().to_vec()).unwrap_or_default();
            [vec![u8::from(file.is_some())], name].concat()
        });
        Ok(named.collect())
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

    /// The commit at which two histories parted; `None` where they have nothing in common.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn parting(&self, one: ObjectId, other: ObjectId) -> Result<Option<ObjectId>, Error> {
        Ok(self.repository.merge_base(one, other)?)
    }

    /// True where a commit contains another, as far as both are there.
    #[must_use]
    pub fn contains(&self, tip: ObjectId, commit: ObjectId) -> bool {
        self.repository.contains(tip, commit).unwrap_or_default()
    }
}

/// Tickets as some commits have them, for many questions: folders are read once.
pub struct Past<'a> {
    repository: &'a Repository,
    commits: Vec<ObjectId>,
    /// The commit whose versions hold every entry that is asked for, if there is one.
    present: Option<ObjectId>,
    /// The shelf that was asked for last, and what each commit has on it: who asks in the order of ids reads each
    /// once.
    shelf: String,
    on_shelf: BTreeMap<ObjectId, BTreeMap<String, ObjectId>>,
}

impl Store {
    /// The past, at some commits. Every entry that is asked for is in the version of the present commit, if
    /// one is named.
    #[must_use]
    pub fn past(&self, commits: Vec<ObjectId>, present: Option<ObjectId>) -> Past<'_> {
        Past {
            repository: &self.repository,
            commits,
            present,
            shelf: String::new(),
            on_shelf: BTreeMap::new(),
        }
    }
}

impl Past<'_> {
    /// Which of some entries of a ticket each commit has, in the order of the commits.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn has_entries(&mut self, id: &TicketId, entries: &[EntryId]) -> Result<Vec<Vec<bool>>, Error> {
        let present = match self.present {
            Some(commit) => self.version(commit, id)?,
            None => None,
        };
        let mut known: BTreeMap<ObjectId, Vec<bool>> = BTreeMap::new();
        known.extend(present.map(|version| (version, vec![true; entries.len()])));
        let mut found = Vec::new();
        for commit in self.commits.clone() {
            let Some(blob) = self.version(commit, id)? else {
                found.push(vec![false; entries.len()]);
                continue;
            };
            let has = match known.get(&blob) {
                Some(has) => has.clone(),
                None => self.version_has(id, blob, entries)?,
            };
            known.insert(blob, has.clone());
            found.push(has);
        }
        Ok(found)
    }

    fn version(&mut self, commit: ObjectId, id: &TicketId) -> Result<Option<ObjectId>, Error> {
        let path = layout::ticket(id);
        let Some((shelf, name)) = path.rsplit_once('/') else { return Ok(None) };
        if self.shelf != shelf {
            self.on_shelf.clear();
            shelf.clone_into(&mut self.shelf);
        }
        if !self.on_shelf.contains_key(&commit) {
            let items = self.repository.folder(commit, shelf)?;
            self.on_shelf.insert(commit, items.into_iter().map(|item| (item.name, item.id)).collect());
        }
        Ok(self.on_shelf.get(&commit).and_then(|shelf| shelf.get(name)).copied())
    }

    fn version_has(&self, id: &TicketId, blob: ObjectId, entries: &[EntryId]) -> Result<Vec<bool>, Error> {
        // A version that cannot be read has none.
        let version = match self.repository.blob(blob, MAX_TICKET_BYTES)? {
            Blob::Bytes(bytes) => codec::read(id, &bytes).ok(),
            Blob::TooLarge(_) => None,
        };
        let has = |entry: &EntryId| {
            version.as_ref().is_some_and(|version| version.timeline().iter().any(|own| own.id == *entry))
        };
        Ok(entries.iter().map(has).collect())
    }
}
