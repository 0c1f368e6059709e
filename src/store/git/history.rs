//! Commits in order, and which files of a folder each of them changed.

use crate::store::git::error::{Error, Result};
use crate::store::git::objects::{Item, ItemKind, ObjectId};
use crate::store::git::repository::Repository;

/// A commit that left a file otherwise than each of its parents has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The commit.
    pub commit: ObjectId,
    /// The file's path.
    pub path: String,
    /// The blob it became; `None` where the commit took the file away.
    pub blob: Option<ObjectId>,
    /// What each parent has; a commit without parents has none.
    pub before: Vec<Option<ObjectId>>,
}

fn failed(error: git2::Error) -> Error {
    Error::git("reading history", &error)
}

impl Repository {
    /// Walks from a commit back through all history, newest first, over the commits that changed files
    /// under a folder (or one file), until `visit` says to stop.
    ///
    /// # Errors
    /// An object cannot be read; or what `visit` says.
    pub fn walk<E: From<Error>>(
        &self,
        from: ObjectId,
        path: &str,
        mut visit: impl FnMut(Touch) -> std::result::Result<bool, E>,
    ) -> std::result::Result<(), E> {
        let mut walk = self.repo.revwalk().map_err(failed)?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME).map_err(failed)?;
        walk.push(from.0).map_err(failed)?;
        for id in walk {
            let commit = ObjectId(id.map_err(failed)?);
            let now = self.find(commit, path)?;
            let parents = self.repo.find_commit(commit.0).map_err(failed)?;
            let parents: Vec<ObjectId> = parents.parent_ids().map(ObjectId).collect();
            let before = parents.iter().map(|parent| self.find(*parent, path)).collect::<Result<Vec<_>>>()?;
            let mut touches = Vec::new();
            self.compare(path, now.as_ref(), &before, &mut |path, blob, before| {
                touches.push(Touch { commit, path, blob, before });
            })?;
            for touch in touches {
                if !visit(touch)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Names the files below an item that differ from every other side; equal folders are not opened.
    fn compare(
        &self,
        path: &str,
        now: Option<&Item>,
        before: &[Option<Item>],
        found: &mut impl FnMut(String, Option<ObjectId>, Vec<Option<ObjectId>>),
    ) -> Result<()> {
        let id = |item: Option<&Item>| item.map(|item| item.id);
        if before.iter().any(|side| id(side.as_ref()) == id(now)) || (now.is_none() && before.is_empty()) {
            return Ok(());
        }
        let sides: Vec<Option<&Item>> =
            std::iter::once(now).chain(before.iter().map(Option::as_ref)).collect();
        let is_folder = |item: &Option<&Item>| item.is_some_and(|item| item.kind == ItemKind::Folder);
        if !sides.iter().any(is_folder) {
            found(path.to_owned(), id(now), before.iter().map(|side| id(side.as_ref())).collect());
            return Ok(());
        }
        let mut listings = Vec::new();
        for side in &sides {
            listings.push(match side {
                Some(item) if item.kind == ItemKind::Folder => self.items(item.id)?,
                _ => Vec::new(),
            });
        }
        let mut names: Vec<String> = listings.iter().flatten().map(|item| item.name.clone()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let mut items =
                listings.iter().map(|listing| listing.iter().find(|item| item.name == name).cloned());
            let now = items.next().flatten();
            let before: Vec<Option<Item>> = items.collect();
            self.compare(&format!("{path}/{name}"), now.as_ref(), &before, found)?;
        }
        Ok(())
    }

    /// The newest commit of a history that was made at or before an instant, in seconds since 1970 UTC.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn newest_before(&self, from: ObjectId, seconds: i64) -> Result<Option<ObjectId>> {
        let mut walk = self.repo.revwalk().map_err(failed)?;
        walk.set_sorting(git2::Sort::TIME).map_err(failed)?;
        walk.push(from.0).map_err(failed)?;
        for id in walk {
            let id = id.map_err(failed)?;
            if self.repo.find_commit(id).map_err(failed)?.time().seconds() <= seconds {
                return Ok(Some(ObjectId(id)));
            }
        }
        Ok(None)
    }
}
