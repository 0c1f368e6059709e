//! What of the user's stands in the way of a write: their edits, their staged changes, their filters.

use std::path::Path;

use git2::{AttrCheckFlags, AttrValue};

use crate::store::git::change::{Change, FileChange};
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::index::{IndexCopy, Staged};
use crate::store::git::objects::ObjectId;
use crate::store::git::repository::Repository;
use crate::store::git::worktree::{WorkTree, edited};

/// A file under way: whether the work tree gets it.
pub(crate) struct Place {
    pub(crate) skipped: bool,
}

impl Repository {
    /// A filter such as git-crypt's would be bypassed: the file's content would go to history in clear.
    pub(crate) fn check_filters(&self, change: &Change) -> Result<()> {
        if change.files.iter().any(|file| file.path.ends_with("/.gitattributes")) {
            // The attributes that switch filters off come with this very change.
            return Ok(());
        }
        for file in &change.files {
            if let Some(name) = self.filter(&file.path)? {
                let message = format!("{}: the attribute filter={name} is set on it", file.path);
                return Err(Error::new(Kind::Refused, message)
                    .hint("say `.support/** -filter` in .git/info/attributes"));
            }
        }
        Ok(())
    }

    /// The filter that git's attributes set on a path.
    fn filter(&self, path: &str) -> Result<Option<String>> {
        let found = self.repo.get_attr(Path::new(path), "filter", AttrCheckFlags::FILE_THEN_INDEX);
        if let Ok(found) = found {
            return Ok(match AttrValue::from_string(found) {
                AttrValue::String(name) => Some(name.to_owned()),
                AttrValue::True | AttrValue::False | AttrValue::Bytes(_) | AttrValue::Unspecified => None,
            });
        }
        // libgit2 reads the index for this, and refuses an odd one; git does not.
        let said = self.git_here(&["check-attr", "-z", "filter", "--", path], b"", None)?;
        let said = String::from_utf8_lossy(&said);
        let value = said.split('\0').nth(2).unwrap_or_default();
        Ok((!matches!(value, "" | "unspecified" | "unset" | "set")).then(|| value.to_owned()))
    }

    /// Sees that the user has not touched a file that is to be written.
    pub(crate) fn check_unedited(
        &self,
        tree: &WorkTree,
        copy: &IndexCopy,
        tip: Option<ObjectId>,
        file: &FileChange,
    ) -> Result<Place> {
        let path = file.path.as_str();
        let old = self.committed(tip, path)?;
        let skipped = match self.staged(copy, path)? {
            Staged::Conflicted => return Err(edited(path, "is in conflict")),
            Staged::Absent if old.is_some() => return Err(edited(path, "is staged for removal")),
            Staged::Blob { id, .. } if Some(id) != old => return Err(edited(path, "has staged changes")),
            Staged::Blob { skipped, .. } => skipped,
            Staged::Absent => false,
        };
        if skipped {
            return Ok(Place { skipped });
        }
        match (tree.read(path, u64::MAX)?, old) {
            (None, None) => {}
            (None, Some(_)) => return Err(edited(path, "was removed from the work tree")),
            (Some(_), None) => return Err(edited(path, "stands untracked in the work tree")),
            (Some(bytes), Some(old)) => {
                if self.hash(&bytes)? != old && self.hash(&without_carriage_returns(&bytes))? != old {
                    return Err(edited(path, "has changes that are not committed"));
                }
            }
        }
        Ok(Place { skipped })
    }
}

fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            out.push(*byte);
        }
    }
    out
}
