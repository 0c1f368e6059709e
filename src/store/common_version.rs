//! Settings that two branches take over from each other without a merge: what their later changes are merged from is the
//! newest version that both had, which no commit need name. From a merge base alone, what one side took back would come
//! again from the other, which had only taken it over.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::store::git::{self, ObjectId, Repository};
use crate::store::layout;

/// The commits of a line that changed such files, the oldest first.
type Line = OnceCell<Vec<ObjectId>>;

/// Two lines of history since they parted.
pub(super) struct CommonVersions<'a> {
    repository: &'a Repository,
    base: Option<ObjectId>,
    tips: [ObjectId; 2],
    lines: [Line; 2],
}

impl<'a> CommonVersions<'a> {
    /// Of our line and theirs; nothing is read yet.
    pub(super) fn new(
        repository: &'a Repository,
        base: Option<ObjectId>,
        ours: ObjectId,
        theirs: ObjectId,
    ) -> Self {
        Self { repository, base, tips: [ours, theirs], lines: [Line::new(), Line::new()] }
    }

    /// The newest version of a file that both lines had; none is one without the file. Of tickets and evidence, which are
    /// merged otherwise, that of the commit where the lines parted.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub(super) fn of(&self, path: &str) -> Result<Option<ObjectId>, git::Error> {
        if !layout::is_of_project(path) {
            return self.repository.committed(self.base, path);
        }
        let [ours, theirs] = [self.versions(0, path)?, self.versions(1, path)?];
        let last = |line: &[Option<ObjectId>]| -> BTreeMap<Option<ObjectId>, usize> {
            line.iter().enumerate().map(|(at, version)| (*version, at)).collect()
        };
        let (ours, theirs) = (last(&ours), last(&theirs));
        let both =
            ours.iter().filter_map(|(version, at)| theirs.get(version).map(|other| (version, *at, *other)));
        // Late on both: a version that came back on one side only is not what they parted with.
        let newest = both.max_by_key(|(_, at, other)| (*at.min(other), at + other));
        Ok(newest.and_then(|(version, _, _)| *version))
    }

    /// True where their line has had a version of a file since the lines parted.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub(super) fn theirs_had(&self, path: &str, version: Option<ObjectId>) -> Result<bool, git::Error> {
        Ok(layout::is_of_project(path) && self.versions(1, path)?.iter().skip(1).any(|had| *had == version))
    }

    /// The versions of a file on one line, the oldest first, from that of the commit where the lines parted.
    fn versions(&self, side: usize, path: &str) -> Result<Vec<Option<ObjectId>>, git::Error> {
        let mut versions = vec![self.repository.committed(self.base, path)?];
        for commit in self.line(side)? {
            let version = self.repository.committed(Some(*commit), path)?;
            if versions.last() != Some(&version) {
                versions.push(version);
            }
        }
        Ok(versions)
    }

    fn line(&self, side: usize) -> Result<&[ObjectId], git::Error> {
        let (Some(line), Some(tip)) = (self.lines.get(side), self.tips.get(side)) else { return Ok(&[]) };
        if line.get().is_none() {
            let commits = self.repository.touching(&[*tip], self.base.as_slice(), &layout::PROJECT)?;
            let _ = line.set(commits);
        }
        Ok(line.get().map_or(&[], Vec::as_slice))
    }
}
