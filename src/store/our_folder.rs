//! Where our folder is: at the top, or in a subfolder, where it went with all of `.support` (another product's, or one that
//! became part of another).

use std::collections::HashSet;

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{Item, ItemKind, ObjectId, not_a_folder, renamed};
use crate::store::layout;
use crate::ticket::TicketId;

/// How deep a folder is looked for.
const MAX_DEPTH: usize = 4;
/// How many folders are looked into.
const MAX_FOLDERS: usize = 20_000;

impl Store {
    /// The folders named as ours that a commit has below its top.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn folders_below(&self, commit: ObjectId) -> Result<HashSet<ObjectId>, Error> {
        let found = self.repository().folders_below(commit, layout::FOLDER, MAX_DEPTH, MAX_FOLDERS)?;
        Ok(found.into_iter().collect())
    }

    /// True where a commit has a ticket's file, at the top or in one of the folders below that are named as ours
    /// ([`Self::folders_below`]).
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn has_somewhere(
        &self,
        commit: ObjectId,
        below: &HashSet<ObjectId>,
        id: &TicketId,
    ) -> Result<bool, Error> {
        let path = layout::ticket(id);
        if self.repository().find(commit, &path)?.is_some() {
            return Ok(true);
        }
        below.iter().try_fold(false, |has, folder| Ok(has || self.has_below(*folder, &path)?))
    }

    /// The commits that had a path last before some do not: the parents of the newest that took it away.
    ///
    /// # Errors
    /// History cannot be read.
    pub fn had_last(&self, commits: &[ObjectId], path: &str) -> Result<Vec<ObjectId>, Error> {
        let repository = self.repository();
        let (mut left, mut last) = (None, Vec::new());
        repository.commits_on(commits, &[], ("", &[path]), |commit| {
            left = Some(commit);
            Ok::<bool, Error>(false)
        })?;
        for parent in left.map(|left| repository.parents(left)).transpose()?.unwrap_or_default() {
            if repository.find(parent, path)?.is_some() {
                last.push(parent);
            }
        }
        Ok(last)
    }

    /// True where a folder that is named as ours has a path of ours.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn has_below(&self, folder: ObjectId, path: &str) -> Result<bool, Error> {
        let below = path.strip_prefix(layout::FOLDER).unwrap_or_default().trim_start_matches('/');
        Ok(self.repository().has_path(folder, below)?)
    }

    /// Sees that a commit has folders where ours belong.
    ///
    /// # Errors
    /// Something else stands there, or an object cannot be read.
    pub fn check_folders(&self, commit: ObjectId) -> Result<(), Error> {
        for path in [layout::FOLDER, layout::TICKETS] {
            match self.repository().find(commit, path)? {
                Some(item) if item.kind != ItemKind::Folder => return Err(not_a_folder(path).into()),
                Some(_) => {}
                None if path == layout::TICKETS => self.check_not_renamed(commit)?,
                None => {}
            }
        }
        Ok(())
    }

    /// Sees that the folder of the tickets was not given another name: no tickets would be there, for a gate, too.
    fn check_not_renamed(&self, commit: ObjectId) -> Result<(), Error> {
        let Some(ours) = self.repository().find(commit, layout::FOLDER)? else { return Ok(()) };
        let own = layout::TICKETS.rsplit('/').next().unwrap_or_default();
        let is_like = |item: &Item| {
            item.kind == ItemKind::Folder
                && item.name.get(..own.len()).is_some_and(|start| start.eq_ignore_ascii_case(own))
        };
        match self.repository().items(ours.id)?.into_iter().find(is_like) {
            Some(other) => {
                Err(renamed(layout::TICKETS, &format!("{}/{}", layout::FOLDER, other.name)).into())
            }
            None => Ok(()),
        }
    }

    /// True where a commit has all of a parent's `.support` in a subfolder, and none at its top.
    ///
    /// # Errors
    /// An object cannot be read.
    pub(super) fn moved_away(&self, commit: ObjectId) -> Result<bool, Error> {
        let repository = self.repository();
        if repository.find(commit, layout::FOLDER)?.is_some() {
            return Ok(false);
        }
        let found = self.folders_below(commit)?;
        for parent in repository.parents(commit)? {
            if repository.find(parent, layout::FOLDER)?.is_some_and(|was| found.contains(&was.id)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
