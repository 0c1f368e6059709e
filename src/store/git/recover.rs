//! What a killed run left: finished where its commit reached the branch, undone where it did not.

use std::fs;
use std::time::Duration;

use crate::store::git::error::{Error, Result};
use crate::store::git::index::{IndexLock, NewEntry, Staged, age};
use crate::store::git::journal::{Checkout, Journal};
use crate::store::git::lock::Lock;
use crate::store::git::objects::Blob;
use crate::store::git::repository::Repository;
use crate::store::git::worktree::{Durable, WorkTree};

/// How long a reference's lock must stand before it is taken for a dead run's: a living git holds one
/// for less than a hundredth of that.
const LOCK_AGE: Duration = Duration::from_secs(1);

impl Repository {
    /// Finishes or undoes what a killed run left, if there is anything and nobody is writing. A read may
    /// go on whatever comes of it.
    pub fn settle(&self) {
        let folder = self.own_folder();
        if folder.join("journal").exists()
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
                Self::finish(&journal)?;
            } else {
                self.undo(&journal)?;
            }
        }
        Journal::drop_from(&folder)?;
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
        let lock = self.repo.commondir().join(format!("{}.lock", journal.reference));
        let is_left_over = || {
            fs::read_to_string(&lock).is_ok_and(|content| content.is_empty() || content.trim() == journal.new)
        };
        if is_left_over() {
            std::thread::sleep(LOCK_AGE.saturating_sub(age(&lock).unwrap_or_default()));
            if is_left_over() {
                let _ = fs::remove_file(&lock);
            }
        }
    }

    /// The commit is on the branch, and so is the index: only the lock is left.
    fn finish(journal: &Journal) -> Result<()> {
        match &journal.checkout {
            Some(checkout) => release(checkout),
            None => Ok(()),
        }
    }

    /// Takes away what lies in our folder for the time of a write.
    pub(crate) fn clean(&self) {
        for entry in fs::read_dir(self.own_folder().join("tmp")).into_iter().flatten().flatten() {
            let _ = fs::remove_file(entry.path());
        }
    }

    /// The commit is not on the branch: files that are ours go back to what they were, the lock goes.
    pub(crate) fn undo(&self, journal: &Journal) -> Result<()> {
        let Some(checkout) = &journal.checkout else { return Ok(()) };
        let tree = WorkTree::at(&checkout.top);
        for file in &checkout.files {
            tree.remove_temporary(&file.path)?;
            // Only what we wrote is taken back: a file that somebody edited meanwhile is theirs.
            let ours = match tree.read(&file.path, u64::MAX)? {
                Some(bytes) => self.hash(&bytes)?.to_string() == file.new,
                None => file.new.is_empty(),
            };
            if !ours {
                continue;
            }
            if file.old.is_empty() {
                tree.remove(&file.path)?;
            } else if let Blob::Bytes(old) = self.blob(self.parse_id(&file.old)?, usize::MAX)? {
                tree.write(&file.path, &old, Durable::Each)?;
            }
        }
        if IndexLock::is_ours(&checkout.lock, &IndexLock::path_for(&checkout.index)) {
            restore_index(checkout)?;
            return release(checkout);
        }
        self.retreat_index(checkout)
    }

    /// Somebody took our index lock away by hand after the new index was in place: entries that still are
    /// ours go back to what they were.
    fn retreat_index(&self, checkout: &Checkout) -> Result<()> {
        if checkout.prepared.exists() || checkout.index != self.index_path() {
            return Ok(());
        }
        let own = self.own_folder().join("tmp").join("lock.recover");
        fs::write(&own, "").map_err(|error| Error::io("creating a lock", &error))?;
        let _lock = IndexLock::take(own, &checkout.index)?;
        let mut copy = self.copy_index()?;
        let mut back = Vec::new();
        for file in &checkout.files {
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
        copy.put_in_place(&checkout.previous)
    }
}

/// Puts the index back that the new one took the place of, if it did.
fn restore_index(checkout: &Checkout) -> Result<()> {
    if checkout.prepared.exists() {
        return Ok(());
    }
    let failed = |error: std::io::Error| Error::io(format!("restoring {}", checkout.index.display()), &error);
    if checkout.previous.exists() {
        return fs::rename(&checkout.previous, &checkout.index).map_err(failed);
    }
    if !checkout.had_index && checkout.index.exists() {
        return fs::remove_file(&checkout.index).map_err(failed);
    }
    Ok(())
}

/// Gives git's index lock back, if it is ours.
pub(crate) fn release(checkout: &Checkout) -> Result<()> {
    let lock = IndexLock::path_for(&checkout.index);
    if !IndexLock::is_ours(&checkout.lock, &lock) {
        return Ok(());
    }
    fs::remove_file(&lock).map_err(|error| Error::io(format!("removing {}", lock.display()), &error))
}
