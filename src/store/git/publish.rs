//! The write itself: in the order that loses nothing, whoever else writes and wherever a kill strikes.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use git2::Oid;

use crate::store::git::change::{Content, TreeChange};
use crate::store::git::commits::Written;
use crate::store::git::durable::WaitsForDisk;
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::identity::Identity;
use crate::store::git::index::{IndexCopy, IndexLock, NewEntry};
use crate::store::git::journal::{Checkout, Journal, JournalFile, Place as JournalPlace};
use crate::store::git::local_changes::Place;
use crate::store::git::lock::{Lock, Wait};
use crate::store::git::object_id::ObjectId;
use crate::store::git::path::FOLDER;
use crate::store::git::platform::{self, identity};
use crate::store::git::references::{RefUpdate, Reflog};
use crate::store::git::repository::Repository;
use crate::store::git::stop;
use crate::store::git::target::Target;
use crate::store::git::temporary::random_part;
use crate::store::git::worktree::{Durable, WorkTree};

/// How long git may take from the index to HEAD; it does nothing else in between.
const HEAD_MOVES: Duration = Duration::from_millis(500);

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

/// A commit that is written and waits to be put on the branch.
struct Proposal<'a> {
    change: &'a TreeChange,
    written: &'a Written,
    log: &'a Reflog,
}

/// What is said of a write that failed although its commit is on the branch.
fn outcome(done: Result<bool>, arrived: bool, journal: &Journal) -> Result<bool> {
    match done {
        Err(error) if arrived => {
            let message = format!("{error}; {} may not outlive a power cut", journal.new);
            Err(Error::new(Kind::Io, message).hint("look at the disk, then run `git fsck`"))
        }
        done => done,
    }
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
        prepare: impl FnMut(Option<ObjectId>) -> std::result::Result<Option<TreeChange>, E>,
    ) -> std::result::Result<Option<ObjectId>, E> {
        self.check_writable(target)?;
        let identity = self.identity()?;
        self.write(target, &identity, prepare)
    }

    /// The rounds of a write: decided, written, put on the branch, until it is there.
    fn write<E: From<Error>>(
        &self,
        target: &Target,
        identity: &Identity,
        mut prepare: impl FnMut(Option<ObjectId>) -> std::result::Result<Option<TreeChange>, E>,
    ) -> std::result::Result<Option<ObjectId>, E> {
        // A signature may ask for a password: it is made before any lock is held.
        let mut lock = if self.signs() { None } else { Some(self.begin()?) };
        for _ in 0..ROUNDS {
            let tip = self.tip(target)?;
            let Some(change) = prepare(tip)? else { return Ok(None) };
            self.check_filters(target, tip, &change)?;
            let written = self.write_commit(tip, &change, identity)?;
            stop::here("objects");
            let held = match lock.take() {
                Some(held) => held,
                None => self.begin()?,
            };
            let subject = change.message.lines().next().unwrap_or_default().to_owned();
            let log = Reflog { who: identity.committer.clone(), subject };
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
        let _on_disk = WaitsForDisk::begin();
        self.recover()?;
        Ok(lock)
    }

    /// Puts a written commit on the branch; false where the branch has moved.
    fn publish(&self, target: &Target, tip: Option<ObjectId>, proposal: &Proposal<'_>) -> Result<bool> {
        let Proposal { written, log, .. } = *proposal;
        // Read once: a branch that begins in between is not to be taken for one that was seen.
        let old = self.reference_id(&target.reference)?;
        if old.or(target.start) != tip {
            return Ok(false);
        }
        let _shield = Shield::raise(&self.surroundings.interruptible);
        let _on_disk = WaitsForDisk::begin();
        let folder = self.own_folder();
        let mut journal = Journal {
            reference: target.reference.clone(),
            old: old.map(|old| old.to_string()).unwrap_or_default(),
            new: written.commit.to_string(),
            home: identity(&folder),
            checkout: None,
        };
        if let (true, Some(top)) = (target.checked_out, self.repo.workdir()) {
            let part = random_part().map_err(|error| Error::io("drawing a name", &error))?;
            let mut copy = self.copy_index(&part)?;
            // A clone made without a checkout has no index; one made by us would read as all deleted.
            if tip.is_none() || !copy.is_absent() {
                journal.checkout = Some(self.checkout(top, &copy, old, proposal, part)?);
                journal.write(&folder)?;
                stop::here("journal");
                // Where even that could not be tidied up, the journal stays: the next run does it.
                let done = self.publish_checked_out(target, tip, proposal, &journal, &mut copy)?;
                Journal::drop_from(&folder)?;
                self.clean();
                stop::here("dropped");
                return done;
            }
        }
        journal.write(&folder)?;
        stop::here("journal");
        let step = RefUpdate { name: &target.reference, old, new: written.commit, log };
        let moved = self.lock_reference(step).and_then(|reference| match reference {
            Some(reference) => reference.move_it().map(|()| true),
            None => Ok(false),
        });
        stop::here("ref");
        let arrived = matches!(moved, Ok(true)) || moved.is_err() && self.has_arrived(&journal)?;
        self.surroundings.has_committed.fetch_or(arrived, Ordering::SeqCst);
        Journal::drop_from(&folder)?;
        outcome(moved, arrived, &journal)
    }

    /// What the journal says of the work tree and index.
    fn checkout(
        &self,
        top: &Path,
        copy: &IndexCopy,
        tip: Option<ObjectId>,
        proposal: &Proposal<'_>,
        part: String,
    ) -> Result<Checkout> {
        let Proposal { change, written, .. } = *proposal;
        let (mut files, tree) = (Vec::new(), WorkTree::at(top));
        for ((file, path), blob) in change.files.iter().zip(&written.paths).zip(&written.blobs) {
            // What stands there already is its user's, and is not undone.
            let stands = match &file.content {
                Some(Content::Bytes(content)) => tree.holds(path, Some(content)),
                Some(Content::Stored(blob)) => tree.holds(path, Some(&self.bytes_of(*blob)?)),
                None => tree.holds(path, None),
            };
            if stands {
                continue;
            }
            // What goes back into the work tree if this comes to nothing.
            let old = match &file.adopts {
                Some(edited) => Some(self.store_blob(edited)?),
                None => self.committed(tip, &file.path)?,
            };
            let old = old.map(|id| id.to_string()).unwrap_or_default();
            let new = blob.map(|id| id.to_string()).unwrap_or_default();
            files.push(JournalFile { path: path.clone(), old, new });
        }
        let (index, common) = (self.index_path(), self.repo.commondir());
        let checkout = Checkout {
            top: JournalPlace::of(top, common),
            index_folder: JournalPlace::of(index.parent().unwrap_or(&index), common),
            index_name: platform::to_bytes(index.file_name().unwrap_or_default()),
            had_index: !copy.is_absent(),
            part,
            files,
        };
        let own = checkout.lock(&self.own_folder());
        IndexLock::prepare(own.clone())
            .map_err(|error| Error::io(format!("creating {}", own.display()), &error))?;
        Ok(checkout)
    }

    /// With git's index lock held: all of it, or none. The outer error: it could not be told or undone.
    fn publish_checked_out(
        &self,
        target: &Target,
        tip: Option<ObjectId>,
        proposal: &Proposal<'_>,
        journal: &Journal,
        copy: &mut IndexCopy,
    ) -> Result<Result<bool>> {
        let Some(checkout) = &journal.checkout else { return Ok(Ok(false)) };
        let index = self.index_path();
        let lock = match IndexLock::take(&checkout.lock(&self.own_folder()), &index) {
            Ok(lock) => lock,
            Err(busy) => return Ok(Err(busy)),
        };
        stop::here("index-lock");
        let done = self.publish_locked(target, tip, proposal, checkout, copy);
        // A reference can have moved although the call that moved it failed: at its very last step.
        let arrived = matches!(done, Ok(true)) || self.has_arrived(journal)?;
        self.surroundings.has_committed.fetch_or(arrived, Ordering::SeqCst);
        if arrived {
            // Where the lock cannot be removed, the journal tells the next run whose it is.
            IndexLock::release(&index)?;
        } else {
            self.undo(journal)?;
        }
        drop(lock);
        stop::here("unlocked");
        Ok(outcome(done, arrived, journal))
    }

    /// Work tree, new index, reference. The index comes before the reference: a git that read the new
    /// branch beside the old index, and got the index lock after us, would commit our change away.
    fn publish_locked(
        &self,
        target: &Target,
        tip: Option<ObjectId>,
        proposal: &Proposal<'_>,
        checkout: &Checkout,
        copy: &mut IndexCopy,
    ) -> Result<bool> {
        let Proposal { change, written, log } = *proposal;
        let Some(top) = self.repo.workdir() else { return Ok(false) };
        if !copy.is_current() {
            copy.refresh()?;
        }
        self.wait_for_head(target, tip, copy)?;
        if self.head_branch()?.as_deref() != Some(target.reference.as_str()) {
            let message = "another branch was checked out meanwhile; nothing was changed";
            return Err(Error::new(Kind::Busy, message).hint("try again"));
        }
        if self.tip(target)? != tip {
            return Ok(false);
        }
        let tree = WorkTree::at(top);
        // A branch without a commit has nothing in the index, whatever its first commit begins from.
        let before = tip.filter(|_| target.start.is_none());
        let mut places = Vec::new();
        for (file, path) in change.files.iter().zip(&written.paths) {
            places.push(self.check_unedited(&tree, copy, before, file, path)?);
        }
        let entries = self.write_files(&tree, proposal, &places, &checkout.part)?;
        stop::here("work-tree");
        self.fill_index(copy, &entries)?;
        stop::here("index-bytes");
        let old = tip.filter(|_| target.start.is_none());
        let step = RefUpdate { name: &target.reference, old, new: written.commit, log };
        let Some(reference) = self.lock_reference(step)? else { return Ok(false) };
        copy.put_in_place(&checkout.previous(&self.own_folder()))?;
        stop::here("index");
        reference.move_it()?;
        stop::here("ref");
        Ok(true)
    }

    /// Waits a moment where the index is of another commit than HEAD, for HEAD to move: `git switch`, `reset` and
    /// `commit` write the index, give its lock back and move HEAD or the branch after that. What is written in between
    /// would be committed on the one branch and staged on the other. Whoever staged files of tickets waits as long.
    fn wait_for_head(&self, target: &Target, tip: Option<ObjectId>, copy: &IndexCopy) -> Result<()> {
        let Some(known) = copy.known_tree(FOLDER) else { return Ok(()) };
        let committed = tip.map(|tip| self.find(tip, FOLDER)).transpose()?.flatten();
        if committed.is_some_and(|item| item.id == known) {
            return Ok(());
        }
        let mut wait = Wait::at_most(HEAD_MOVES);
        while self.head_branch()?.as_deref() == Some(target.reference.as_str())
            && self.tip(target)? == tip
            && wait.again()
        {}
        Ok(())
    }

    /// Writes the files of a change into the work tree; what the index is to say of them.
    fn write_files<'w>(
        &self,
        tree: &WorkTree,
        proposal: &Proposal<'w>,
        places: &[Place],
        part: &str,
    ) -> Result<Vec<NewEntry<'w>>> {
        let Proposal { change, written, .. } = *proposal;
        let mut entries = Vec::new();
        let durable = if change.has_many_files() { Durable::Together } else { Durable::Each };
        let files = change.files.iter().zip(&written.paths).zip(&written.blobs).zip(places);
        for (((file, path), blob), place) in files {
            let stat = match &file.content {
                _ if place.skipped => None,
                Some(Content::Bytes(content)) => Some(tree.write(path, content, durable, part)?),
                Some(Content::Stored(blob)) => {
                    Some(tree.write(path, &self.bytes_of(*blob)?, durable, part)?)
                }
                None => {
                    tree.remove(path)?;
                    None
                }
            };
            entries.push(NewEntry { path, id: *blob, stat, skipped: place.skipped });
        }
        if durable == Durable::Together {
            tree.sync()?;
        }
        Ok(entries)
    }

    /// The blob at a path of the tip.
    pub(crate) fn committed(&self, tip: Option<ObjectId>, path: &str) -> Result<Option<ObjectId>> {
        let Some(tip) = tip else { return Ok(None) };
        Ok(self.find(tip, path)?.map(|item| item.id))
    }

    /// The name a content has as a blob.
    pub(crate) fn hash(&self, content: &[u8]) -> Result<ObjectId> {
        let id = Oid::hash_object_ext(git2::ObjectType::Blob, content, self.repo.object_format());
        id.map(ObjectId).map_err(|error| Error::git("hashing", &error))
    }
}
