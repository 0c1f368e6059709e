//! The write itself: in the order that loses nothing, whoever else writes and wherever a kill strikes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use git2::{AttrCheckFlags, AttrValue, ErrorCode, Oid};

use crate::store::git::change::{Change, FileChange};
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::index::{IndexCopy, IndexLock, NewEntry, Staged};
use crate::store::git::journal::{Checkout, Journal, JournalFile};
use crate::store::git::lock::{Lock, Wait};
use crate::store::git::objects::{ObjectId, Written};
use crate::store::git::repository::Repository;
use crate::store::git::stop;
use crate::store::git::target::Target;
use crate::store::git::worktree::{WorkTree, edited};

/// How often a change is made anew because the branch moved meanwhile.
const ROUNDS: usize = 100;

/// Keeps an interrupt from ending the process while it lives.
struct Shield<'a>(&'a AtomicBool);

impl<'a> Shield<'a> {
    fn raise(interruptible: &'a AtomicBool) -> Self {
        interruptible.store(false, Ordering::SeqCst);
        Self(interruptible)
    }
}

impl Drop for Shield<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// What the reference's log will say.
struct Log {
    who: git2::Signature<'static>,
    subject: String,
}

/// A commit that is written and waits to be put on the branch.
struct Proposal<'a> {
    change: &'a Change,
    written: &'a Written,
    log: &'a Log,
}

/// A file under way: whether the work tree gets it.
struct Place {
    skipped: bool,
}

impl Repository {
    /// Commits what `prepare` makes of the target's tip; it is asked again whenever the branch moved
    /// meanwhile. `None` where it has nothing to change.
    ///
    /// # Errors
    /// What `prepare` says; or why the commit is not on the branch: then nothing has changed.
    pub fn commit<E: From<Error>>(
        &self,
        target: &Target,
        mut prepare: impl FnMut(Option<ObjectId>) -> std::result::Result<Option<Change>, E>,
    ) -> std::result::Result<Option<ObjectId>, E> {
        self.check_writable(target)?;
        let identity = self.identity()?;
        let who = identity.committer.to_git()?;
        // A signature may ask for a password: it is made before any lock is held.
        let mut lock = if self.signs() { None } else { Some(self.begin()?) };
        for _ in 0..ROUNDS {
            let tip = self.tip(target)?;
            let Some(change) = prepare(tip)? else { return Ok(None) };
            self.check_filters(&change)?;
            let written = self.write_commit(tip, &change, &identity)?;
            stop::here("objects");
            let held = match lock.take() {
                Some(held) => held,
                None => self.begin()?,
            };
            let subject = change.message.lines().next().unwrap_or_default().to_owned();
            let log = Log { who: who.clone(), subject };
            if self.publish(target, tip, &Proposal { change: &change, written: &written, log: &log })? {
                return Ok(Some(written.commit));
            }
            lock = (!self.signs()).then_some(held);
        }
        let message = format!("{} keeps moving; nothing was changed", target.name());
        Err(Error::new(Kind::Busy, message).hint("try again").into())
    }

    /// Takes our lock, and finishes or undoes what a killed run left.
    fn begin(&self) -> Result<Lock> {
        let lock = Lock::take(&self.own_folder())?;
        self.write_through()?;
        self.recover()?;
        Ok(lock)
    }

    /// A filter such as git-crypt's would be bypassed: the file's content would go to history in clear.
    fn check_filters(&self, change: &Change) -> Result<()> {
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

    /// Puts a written commit on the branch; false where the branch has moved.
    fn publish(&self, target: &Target, tip: Option<ObjectId>, proposal: &Proposal<'_>) -> Result<bool> {
        let Proposal { change, written, log } = *proposal;
        if self.tip(target)? != tip {
            return Ok(false);
        }
        let _shield = Shield::raise(&self.surroundings.interruptible);
        let old = self.reference_id(&target.reference)?;
        let mut journal = Journal {
            reference: target.reference.clone(),
            old: old.map(|old| old.to_string()).unwrap_or_default(),
            new: written.commit.to_string(),
            checkout: None,
        };
        let folder = self.own_folder();
        if let (true, Some(top)) = (target.checked_out, self.repo.workdir()) {
            let mut copy = self.copy_index()?;
            // A clone made without a checkout has no index; one made by us would read as all deleted.
            if tip.is_none() || !copy.is_absent() {
                journal.checkout = Some(self.checkout(top, &copy, tip, change, written)?);
                journal.write(&folder)?;
                stop::here("journal");
                let done = self.publish_checked_out(target, tip, proposal, &journal, &mut copy);
                if !matches!(done, Ok(true)) {
                    if self.has_arrived(&journal)? {
                        // The journal stays: the next run brings the index forward.
                        return done;
                    }
                    self.undo(&journal)?;
                }
                Journal::drop_from(&folder)?;
                if let Some(checkout) = &journal.checkout {
                    let _ = fs::remove_file(&checkout.lock);
                }
                stop::here("dropped");
                return done;
            }
        }
        journal.write(&folder)?;
        stop::here("journal");
        let done = self.move_reference(target, written.commit, old, log);
        stop::here("ref");
        Journal::drop_from(&folder)?;
        done
    }

    /// What the journal says of the work tree and index.
    fn checkout(
        &self,
        top: &Path,
        copy: &IndexCopy,
        tip: Option<ObjectId>,
        change: &Change,
        written: &Written,
    ) -> Result<Checkout> {
        let own = self.own_folder().join("tmp").join(format!("lock.{}", std::process::id()));
        File::create(&own).map_err(|error| Error::io(format!("creating {}", own.display()), &error))?;
        let mut files = Vec::new();
        for (file, blob) in change.files.iter().zip(&written.blobs) {
            let old = self.committed(tip, &file.path)?;
            let old = old.map(|id| id.to_string()).unwrap_or_default();
            files.push(JournalFile { path: file.path.clone(), old, new: blob.to_string() });
        }
        let (index, prepared) = (self.index_path(), copy.path().to_owned());
        Ok(Checkout { top: top.to_owned(), index, lock: own, prepared, files })
    }

    /// With git's index lock held: work tree, new index, reference, index.
    fn publish_checked_out(
        &self,
        target: &Target,
        tip: Option<ObjectId>,
        proposal: &Proposal<'_>,
        journal: &Journal,
        copy: &mut IndexCopy,
    ) -> Result<bool> {
        let Proposal { change, written, log } = *proposal;
        let Some(checkout) = &journal.checkout else { return Ok(false) };
        let lock = IndexLock::take(checkout.lock.clone(), &checkout.index)?;
        stop::here("index-lock");
        if !copy.is_current() {
            *copy = self.copy_index()?;
        }
        if self.head_branch()?.as_deref() != Some(target.reference.as_str()) {
            let message = "another branch was checked out meanwhile; nothing was changed";
            return Err(Error::new(Kind::Busy, message).hint("try again"));
        }
        if self.tip(target)? != tip {
            return Ok(false);
        }
        let tree = WorkTree::at(&checkout.top);
        let mut places = Vec::new();
        for file in &change.files {
            places.push(self.check_unedited(&tree, copy, tip, file)?);
        }
        let mut entries = Vec::new();
        for ((file, blob), place) in change.files.iter().zip(&written.blobs).zip(&places) {
            let stat = if place.skipped { None } else { Some(tree.write(&file.path, &file.content)?) };
            entries.push(NewEntry { path: &file.path, id: *blob, stat, skipped: place.skipped });
        }
        stop::here("work-tree");
        self.fill_index(copy, &entries)?;
        stop::here("index-bytes");
        let old = self.reference_id(&target.reference)?;
        if !self.move_reference(target, written.commit, old, log)? {
            return Ok(false);
        }
        stop::here("ref");
        if let Err(error) = put_index_in_place(copy.path(), &checkout.index) {
            // The commit stands, so the lock does too: git must not commit over it before the next run.
            std::mem::forget(lock);
            return Err(error);
        }
        stop::here("index");
        drop(lock);
        stop::here("unlocked");
        Ok(true)
    }

    /// The blob at a path of the tip.
    fn committed(&self, tip: Option<ObjectId>, path: &str) -> Result<Option<ObjectId>> {
        let Some(tip) = tip else { return Ok(None) };
        Ok(self.find(tip, path)?.map(|item| item.id))
    }

    /// Sees that the user has not touched a file that is to be written.
    fn check_unedited(
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

    /// The name a content has as a blob.
    pub(crate) fn hash(&self, content: &[u8]) -> Result<ObjectId> {
        let id = Oid::hash_object_ext(git2::ObjectType::Blob, content, self.repo.object_format());
        id.map(ObjectId).map_err(|error| Error::git("hashing", &error))
    }

    /// Moves the reference if it still stands where it stood; false where it has moved.
    fn move_reference(
        &self,
        target: &Target,
        to: ObjectId,
        old: Option<ObjectId>,
        log: &Log,
    ) -> Result<bool> {
        let name = target.reference.as_str();
        let failed = |error: git2::Error| Error::git(&format!("moving {name}"), &error);
        let mut transaction = self.repo.transaction().map_err(failed)?;
        let mut wait = Wait::new();
        while let Err(error) = transaction.lock_ref(name) {
            if error.code() != ErrorCode::Locked && !error.message().contains("lock file") {
                return Err(failed(error));
            }
            if !wait.again() {
                let message = format!("{name} is locked by another git; nothing was changed");
                return Err(Error::new(Kind::Busy, message).hint("try again"));
            }
        }
        // Compared while the reference is locked: nobody can move it between this and the next line.
        if self.reference_id(name)? != old {
            return Ok(false);
        }
        transaction.set_target(name, to.0, Some(&log.who), &log.subject).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(true)
    }
}

/// Puts the finished index in its place in one step, and sees that the step is on the disk.
pub(crate) fn put_index_in_place(prepared: &Path, index: &PathBuf) -> Result<()> {
    let failed = |error: std::io::Error| Error::io(format!("replacing {}", index.display()), &error);
    fs::rename(prepared, index).map_err(failed)?;
    let folder = index.parent().unwrap_or(index);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
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
