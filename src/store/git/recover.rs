//! What a killed run left: finished where its commit reached the branch, undone where it did not.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::store::git::error::{Error, Result};
use crate::store::git::index::{IndexLock, NewEntry, Staged, age};
use crate::store::git::journal::{Checkout, Journal, JournalFile};
use crate::store::git::limits::MAX_BLOB_BYTES;
use crate::store::git::lock::Lock;
use crate::store::git::objects::Blob;
use crate::store::git::repository::Repository;
use crate::store::git::temporary;
use crate::store::git::worktree::{Durable, WorkTree};

/// How long a reference's lock must stand before it is taken for a dead run's: a living git holds one
/// for less than a hundredth of that.
pub(crate) const LOCK_AGE: Duration = Duration::from_secs(1);

impl Repository {
    /// Finishes or undoes what a killed run left, if there is anything and nobody is writing. A read may
    /// go on whatever comes of it.
    pub fn settle(&self) {
        let folder = self.own_folder();
        let is_left = || folder.join("journal").exists() || IndexLock::is_ours(&self.index_path());
        if is_left()
            && let Some(_lock) = Lock::try_take(&folder)
        {
            let _ = self.recover();
        }
    }

    /// Finishes or undoes what a killed run left; our lock is held.
    pub(crate) fn recover(&self) -> Result<()> {
        let folder = self.own_folder();
        if let Some(journal) = Journal::read(&folder)? {
            self.clear_reference_lock(&journal);
            if self.has_arrived(&journal)? {
                self.finish(&journal)?;
            } else {
                self.undo(&journal)?;
            }
        }
        Journal::drop_from(&folder)?;
        // A copy that was made in the middle of a write may have the lock without the journal.
        IndexLock::release(&self.index_path())?;
        self.clean();
        Ok(())
    }

    /// True where the journal's commit is on its branch.
    pub(crate) fn has_arrived(&self, journal: &Journal) -> Result<bool> {
        let Some(tip) = self.reference_id(&journal.reference)? else { return Ok(false) };
        if tip.to_string() == journal.new {
            return Ok(true);
        }
        let Ok(new) = self.parse_id(&journal.new) else { return Ok(false) };
        Ok(self.repo.graph_descendant_of(tip.0, new.0).unwrap_or(false))
    }

    /// A run killed while it moved the reference left the reference's lock: empty, or with our commit.
    fn clear_reference_lock(&self, journal: &Journal) {
        if !git2::Reference::is_valid_name(&journal.reference) {
            return;
        }
        let lock = self.repo.commondir().join(format!("{}.lock", journal.reference));
        let is_left_over = || {
            temporary::read(&lock, 1024).is_ok_and(|content| {
                let content = String::from_utf8_lossy(&content).into_owned();
                content.is_empty() || content.trim() == journal.new
            })
        };
        if is_left_over() {
            std::thread::sleep(LOCK_AGE.saturating_sub(age(&lock).unwrap_or_default()));
            if is_left_over() {
                let _ = fs::remove_file(&lock);
            }
        }
    }

    /// The commit is on the branch, and so is the index: only the lock is left.
    fn finish(&self, journal: &Journal) -> Result<()> {
        match self.index_of(journal) {
            Some((_, index)) => IndexLock::release(&index),
            None => Ok(()),
        }
    }

    /// What a journal says of an index, and where that lies now; `None` where there is none any more.
    fn index_of<'j>(&self, journal: &'j Journal) -> Option<(&'j Checkout, PathBuf)> {
        let checkout = journal.checkout.as_ref()?;
        let is_home = journal.is_home(&self.own_folder());
        let folder = checkout.index_folder.resolve(self.repo.commondir(), is_home, &[self.repo.path()])?;
        Some((checkout, checkout.index(&folder)))
    }

    /// Takes away what lies in our folder for the time of a write.
    pub(crate) fn clean(&self) {
        for entry in fs::read_dir(self.own_folder().join("tmp")).into_iter().flatten().flatten() {
            let _ = fs::remove_file(entry.path());
        }
    }

    /// The commit is not on the branch: files that are ours go back to what they were, the lock goes. A work
    /// tree or index that is gone has nothing to go back to.
    pub(crate) fn undo(&self, journal: &Journal) -> Result<()> {
        let Some(checkout) = &journal.checkout else { return Ok(()) };
        let files = self.uncommitted(journal, checkout)?;
        let is_home = journal.is_home(&self.own_folder());
        let likely: Vec<&Path> = self.repo.workdir().into_iter().collect();
        if let Some(top) = checkout.top.resolve(self.repo.commondir(), is_home, &likely) {
            self.undo_files(&files, &checkout.part, &WorkTree::at(&top))?;
        }
        let Some((_, index)) = self.index_of(journal) else { return Ok(()) };
        if IndexLock::is_ours(&index) {
            self.restore_index(checkout, &index)?;
            return IndexLock::release(&index);
        }
        self.retreat_index(checkout, &files, &index)
    }

    /// The files of a write, but for those that somebody has committed since as they became: those are what the branch has.
    fn uncommitted<'c>(&self, journal: &Journal, checkout: &'c Checkout) -> Result<Vec<&'c JournalFile>> {
        let tip = self.reference_id(&journal.reference)?;
        let mut files = Vec::new();
        for file in &checkout.files {
            let has = self.committed(tip, &file.path)?.map(|id| id.to_string()).unwrap_or_default();
            if has != file.new {
                files.push(file);
            }
        }
        Ok(files)
    }

    fn undo_files(&self, files: &[&JournalFile], part: &str, tree: &WorkTree) -> Result<()> {
        for file in files {
            tree.remove_temporary(&file.path, part)?;
            // Only what we wrote is taken back: a file that somebody edited meanwhile is theirs.
            let ours = match tree.read(&file.path, MAX_BLOB_BYTES as u64)? {
                Some(bytes) => self.hash(&bytes)?.to_string() == file.new,
                None => file.new.is_empty(),
            };
            if !ours {
                continue;
            }
            if file.old.is_empty() {
                tree.remove(&file.path)?;
            } else if let Blob::Bytes(old) = self.blob(self.parse_id(&file.old)?, MAX_BLOB_BYTES)? {
                tree.write(&file.path, &old, Durable::Each, part)?;
            }
        }
        Ok(())
    }

    /// Puts the index back that the new one took the place of, if it did.
    fn restore_index(&self, checkout: &Checkout, index: &Path) -> Result<()> {
        let own = self.own_folder();
        if checkout.prepared(&own).exists() {
            return Ok(());
        }
        let failed = |error: std::io::Error| Error::io(format!("restoring {}", index.display()), &error);
        let previous = checkout.previous(&own);
        if previous.exists() {
            return fs::rename(&previous, index).map_err(failed);
        }
        if !checkout.had_index && index.exists() {
            return fs::remove_file(index).map_err(failed);
        }
        Ok(())
    }

    /// Somebody took our index lock away by hand after the new index was in place: entries that still are
    /// ours go back to what they were.
    fn retreat_index(&self, checkout: &Checkout, files: &[&JournalFile], index: &Path) -> Result<()> {
        let own = self.own_folder();
        if checkout.prepared(&own).exists() || index != self.index_path() {
            return Ok(());
        }
        let failed = |error: std::io::Error| Error::io("creating a lock", &error);
        let part = temporary::random_part().map_err(failed)?;
        let lock = IndexLock::prepare(own.join("tmp").join(format!("lock.{part}"))).map_err(failed)?;
        let _lock = IndexLock::take(&lock, index)?;
        let mut copy = self.copy_index(&part)?;
        let mut back = Vec::new();
        for file in files {
            let new = match file.new.as_str() {
                "" => Staged::Absent,
                new => Staged::Blob { id: self.parse_id(new)?, skipped: false },
            };
            if self.staged(&copy, &file.path)? == new {
                let id = if file.old.is_empty() { None } else { Some(self.parse_id(&file.old)?) };
                back.push(NewEntry { path: &file.path, id, stat: None, skipped: false });
            }
        }
        if back.is_empty() {
            return Ok(());
        }
        self.fill_index(&mut copy, &back)?;
        copy.put_in_place(&checkout.previous(&own))
    }
}
