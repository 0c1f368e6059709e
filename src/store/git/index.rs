//! The user's index: one new entry for each file we wrote, every other entry as it was.
//!
//! The new index is made beside the old one while git's own `index.lock` is held, and put in its place
//! by rename. Ordinary indexes are ours to write; those that hold more (version 4, split, sparse, untracked
//! cache, fsmonitor) are written by `git update-index`.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use git2::{ObjectFormat, ObjectType, Oid};

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::index_format::{Edit, Entry, IndexFile, Unread, hash_bytes};
use crate::store::git::lock::Wait;
use crate::store::git::object_id::ObjectId;
use crate::store::git::path::SupportPath;
use crate::store::git::platform::{self, Stamp, Stat, stamp};
use crate::store::git::repository::Repository;
use crate::store::git::target::Target;
use crate::store::git::temporary;

/// Git's lock on all references of a repository that keeps them in tables.
pub(crate) const REFTABLE_LOCK: &str = "reftable/tables.list.lock";

/// The mode of an ordinary file.
const MODE: u32 = 0o100_644;

/// What the index says of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Staged {
    Absent,
    /// This blob; `skipped` where a sparse checkout leaves the file out of the work tree.
    Blob {
        id: ObjectId,
        skipped: bool,
    },
    Conflicted,
}

/// A file for the index.
pub(crate) struct NewEntry<'a> {
    pub(crate) path: &'a SupportPath,
    /// The blob; `None` takes the entry away.
    pub(crate) id: Option<ObjectId>,
    /// `None` where it is not known; git then looks at the file again.
    pub(crate) stat: Option<Stat>,
    /// True where a sparse checkout leaves the file out of the work tree.
    pub(crate) skipped: bool,
}

/// A copy of the index, read while nobody else could write it, or checked to be current.
pub(crate) struct IndexCopy {
    /// Its content; `None` where git alone can read and write it.
    file: Option<IndexFile>,
    copy: PathBuf,
    original: PathBuf,
    stamp: Option<Stamp>,
    format: ObjectFormat,
}

impl Repository {
    /// Where the index lies.
    pub(crate) fn index_path(&self) -> PathBuf {
        match self.surroundings.environment.get("GIT_INDEX_FILE") {
            Some(path) if !path.is_empty() => self.started_in().join(path),
            _ => self.repo.path().join("index"),
        }
    }

    /// Where relative paths of git's environment begin: git goes to the top of the work tree it was started in.
    fn started_in(&self) -> &Path {
        let started = &self.surroundings.directory;
        let real = |path: &Path| path.canonicalize().ok();
        let is_within =
            |top: &&Path| real(started).zip(real(top)).is_some_and(|(started, top)| started.starts_with(top));
        self.repo.workdir().filter(is_within).unwrap_or(started)
    }

    /// Git's own locks that stand now, on the index and on a branch: path, and age in seconds.
    pub(crate) fn locks(&self, target: &Target) -> Vec<(PathBuf, u64)> {
        let common = self.repo.commondir();
        let index = IndexLock::path_for(&self.index_path());
        let reference = common.join(format!("{}.lock", target.reference));
        let shared = [reference, common.join("packed-refs.lock"), common.join(REFTABLE_LOCK)];
        let paths = shared.into_iter().chain([index, self.repo.path().join("HEAD.lock")]);
        paths.filter_map(|path| age(&path).map(|age| (path, age.as_secs()))).collect()
    }

    /// Copies the index into our folder and reads it.
    pub(crate) fn copy_index(&self, part: &str) -> Result<IndexCopy> {
        let copy = self.own_folder().join("tmp").join(format!("index.{part}"));
        IndexCopy::make(self.index_path(), copy, self.repo.object_format())
    }

    /// What the index says of a path.
    pub(crate) fn staged(&self, copy: &IndexCopy, path: &str) -> Result<Staged> {
        let Some(file) = &copy.file else { return self.staged_by_git(path) };
        let mut found = Staged::Absent;
        for entry in file.entries_of(path.as_bytes()) {
            if entry.is_conflict() {
                return Ok(Staged::Conflicted);
            }
            found = Staged::Blob { id: ObjectId(entry.id), skipped: entry.is_skipped() };
        }
        Ok(found)
    }

    fn staged_by_git(&self, path: &str) -> Result<Staged> {
        let listed = self.git_here(&["ls-files", "--stage", "-t", "-z", "--", path], b"", None)?;
        let listed = String::from_utf8_lossy(&listed);
        let Some(line) = listed.split_terminator('\0').next() else { return Ok(Staged::Absent) };
        let mut words = line.split_whitespace();
        let (tag, _, id, stage) = (words.next(), words.next(), words.next(), words.next());
        if stage != Some("0") {
            return Ok(Staged::Conflicted);
        }
        let id = self.parse_id(id.unwrap_or_default())?;
        Ok(Staged::Blob { id, skipped: tag == Some("S") })
    }

    /// Says of the entries that a sparse checkout leaves out that it does: git's own form for entries has no place for it.
    fn skip(&self, copy: &IndexCopy, entries: &[NewEntry<'_>]) -> Result<()> {
        let skipped = entries.iter().filter(|entry| entry.skipped && entry.id.is_some());
        let paths: String = skipped.map(|entry| format!("{}\0", entry.path)).collect();
        if paths.is_empty() {
            return Ok(());
        }
        let arguments = ["update-index", "--skip-worktree", "-z", "--stdin"];
        self.git_here(&arguments, paths.as_bytes(), Some(&copy.copy)).map(drop)
    }

    /// Writes the entries into the copy, and sees that it is on the disk.
    pub(crate) fn fill_index(&self, copy: &mut IndexCopy, entries: &[NewEntry<'_>]) -> Result<()> {
        if let Some(file) = &copy.file {
            let mut edits = self.racy(file, copy.stamp);
            edits.extend(entries.iter().map(|entry| (entry.path.as_bytes().to_vec(), edit(entry))));
            let bytes = file.edited(&edits).ok_or_else(|| damaged(&copy.original))?;
            replace(&copy.copy, &bytes).map_err(|error| Error::io("writing the index", &error))?;
        } else {
            let zeros = "0".repeat(2 * hash_bytes(copy.format));
            let line = |entry: &NewEntry<'_>| match entry.id {
                Some(id) => format!("100644 {id} 0\t{}\0", entry.path),
                None => format!("0 {zeros} 0\t{}\0", entry.path),
            };
            let lines: Vec<String> = entries.iter().map(line).collect();
            let arguments = ["update-index", "-z", "--index-info"];
            self.git_here(&arguments, lines.concat().as_bytes(), Some(&copy.copy))?;
            self.skip(copy, entries)?;
        }
        let synced = platform::sync(&copy.copy);
        synced.map_err(|error| Error::io("writing the index", &error))
    }

    /// An entry as young as the index itself may hide a later edit, which git finds by that very age. The
    /// new index is younger, so such entries are compared now, as git does when it writes an index.
    fn racy(&self, file: &IndexFile, stamp: Option<Stamp>) -> BTreeMap<Vec<u8>, Edit> {
        let (Some((_, seconds, _, _)), Some(top)) = (stamp, self.repo.workdir()) else {
            return BTreeMap::new();
        };
        let is_racy = |entry: &Entry<'_>| i64::from(entry.modified) >= seconds && entry.size > 0;
        let is_edited = |entry: &Entry<'_>| {
            // What is no plain file any more, git looks at again by itself.
            let content =
                temporary::read(&top.join(platform::from_bytes(entry.path)), u64::from(entry.size) + 1);
            let format = self.repo.object_format();
            let hash = |bytes: Vec<u8>| Oid::hash_object_ext(ObjectType::Blob, &bytes, format).ok();
            content.ok().and_then(hash) != Some(entry.id)
        };
        let racy = file.entries().filter(is_racy).filter(is_edited);
        racy.map(|entry| (entry.path.to_vec(), Edit::Smudge)).collect()
    }

    /// What tells git which repository is meant.
    pub(crate) fn git_environment(&self) -> Vec<(&'static str, OsString)> {
        let mut extra = vec![("GIT_DIR", self.repo.path().as_os_str().to_owned())];
        extra.extend(self.repo.workdir().map(|top| ("GIT_WORK_TREE", top.as_os_str().to_owned())));
        extra
    }

    /// Runs git on this repository and, where given, another index.
    pub(crate) fn git_here(&self, arguments: &[&str], input: &[u8], index: Option<&Path>) -> Result<Vec<u8>> {
        self.git_output(arguments, input, index).map(|output| output.stdout)
    }

    /// The same, with what git said beside.
    pub(crate) fn git_output(
        &self,
        arguments: &[&str],
        input: &[u8],
        index: Option<&Path>,
    ) -> Result<std::process::Output> {
        let mut extra = self.git_environment();
        extra.extend(index.map(|path| ("GIT_INDEX_FILE", path.as_os_str().to_owned())));
        let mut whole = vec!["--literal-pathspecs"];
        whole.extend(arguments);
        match self.repo.workdir() {
            Some(top) => self.git.in_directory(top).output(&whole, input, &extra),
            None => self.git.output(&whole, input, &extra),
        }
    }
}

/// Gives the index a second name and reads it under that: whoever writes an index, git, libgit2 or we,
/// puts a new file in its place, so the first name keeps what it has.
fn read(original: &Path, copy: &Path, format: ObjectFormat) -> Result<(Option<IndexFile>, Option<Stamp>)> {
    let io = |error: std::io::Error| Error::io(format!("reading {}", original.display()), &error);
    let _ = fs::remove_file(copy);
    let before = stamp(original);
    if before.is_none() {
        return Ok((Some(IndexFile::empty(format)), None));
    }
    fs::hard_link(original, copy).or_else(|_| fs::copy(original, copy).map(drop)).map_err(io)?;
    match IndexFile::read(fs::read(copy).map_err(io)?, format) {
        Ok(file) => Ok((Some(file), before)),
        Err(Unread::Odd) => Ok((None, before)),
        Err(Unread::Damaged) => Err(damaged(original)),
    }
}

/// Puts a file of its own in the place of the copy, which is a second name of the index itself until here.
fn replace(copy: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = copy.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    temporary::create_with(&new, bytes)?;
    fs::rename(&new, copy)
}

fn damaged(index: &Path) -> Error {
    Error::new(Kind::Io, format!("reading the index: {} is damaged", index.display()))
        .hint("what was staged is in it: move it away, then git reset makes it again")
}

impl IndexCopy {
    fn make(original: PathBuf, copy: PathBuf, format: ObjectFormat) -> Result<Self> {
        let (file, stamp) = read(&original, &copy, format)?;
        Ok(Self { file, copy, original, stamp, format })
    }

    /// Copies the index anew: it has changed meanwhile.
    pub(crate) fn refresh(&mut self) -> Result<()> {
        (self.file, self.stamp) = read(&self.original, &self.copy, self.format)?;
        Ok(())
    }

    /// Puts the finished copy in the index's place in one step, keeping the old one under another name, and
    /// sees that the step is on the disk.
    pub(crate) fn put_in_place(&self, previous: &Path) -> Result<()> {
        let failed =
            |error: std::io::Error| Error::io(format!("replacing {}", self.original.display()), &error);
        let _ = fs::remove_file(previous);
        if self.stamp.is_some() {
            let linked = fs::hard_link(&self.original, previous);
            // FAT and some shares have no second names.
            linked.or_else(|_| fs::copy(&self.original, previous).map(drop)).map_err(failed)?;
        }
        fs::rename(&self.copy, &self.original).map_err(failed)?;
        let folder = self.original.parent().unwrap_or(&self.original);
        platform::sync(folder).map_err(failed)
    }

    /// True while the index is the one that was copied.
    pub(crate) fn is_current(&self) -> bool {
        stamp(&self.original) == self.stamp
    }

    /// The tree of a folder at the top that the index was written from; `None` where it does not say.
    pub(crate) fn known_tree(&self, folder: &str) -> Option<ObjectId> {
        self.file.as_ref().and_then(|file| file.known_tree(folder)).map(ObjectId)
    }

    /// True where the repository has no index file.
    pub(crate) fn is_absent(&self) -> bool {
        self.stamp.is_none()
    }
}

impl Drop for IndexCopy {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.copy);
    }
}

/// What an entry becomes.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "git keeps the low 32 bits")]
fn edit(new: &NewEntry<'_>) -> Edit {
    let Some(id) = new.id else { return Edit::Remove };
    let stat = new.stat.map_or([0, 0, 0, 0, 0, 0, MODE, 0, 0, 0], |stat| {
        let ((changed, changed_nanos), (modified, modified_nanos)) = (stat.ctime, stat.mtime);
        [
            changed as u32,
            changed_nanos as u32,
            modified as u32,
            modified_nanos as u32,
            stat.dev as u32,
            stat.ino as u32,
            MODE,
            stat.uid,
            stat.gid,
            stat.bytes as u32,
        ]
    });
    Edit::Put { stat, id: id.0, skipped: new.skipped }
}

/// What our lock on the index holds, so that it can be told from anybody else's, in a copy of the repository too.
const MARK: &[u8] = b"git-support\n";

/// Git's own lock on the index.
pub(crate) struct IndexLock {
    index: PathBuf,
}

impl IndexLock {
    /// The lock's path for an index.
    pub(crate) fn path_for(index: &Path) -> PathBuf {
        let mut name = index.as_os_str().to_owned();
        name.push(".lock");
        PathBuf::from(name)
    }

    /// Makes the file that becomes the lock.
    pub(crate) fn prepare(own: PathBuf) -> std::io::Result<PathBuf> {
        temporary::create_with(&own, MARK)?;
        Ok(own)
    }

    /// Takes the lock, waiting for up to five seconds, as a second name of a file that was prepared: so it holds
    /// our mark from the first moment. Where the file system has no second names, it is made there.
    pub(crate) fn take(own: &Path, index: &Path) -> Result<Self> {
        let lock = Self::path_for(index);
        let mut wait = Wait::new();
        loop {
            let taken = match fs::hard_link(own, &lock) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    temporary::create_with(&lock, MARK).map(drop)
                }
                linked => linked,
            };
            match taken {
                Ok(()) => return Ok(Self { index: index.to_owned() }),
                // Our own lock is held by whoever waits here, so one with our mark is nobody's any more.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && Self::is_ours(index) => {
                    Self::release(index)?;
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    if !wait.again() {
                        return Err(held(&lock));
                    }
                }
                Err(error) => return Err(Error::io(format!("locking {}", index.display()), &error)),
            }
        }
    }

    /// True where the lock of an index is ours: of this run, of a dead one, or copied with the repository.
    pub(crate) fn is_ours(index: &Path) -> bool {
        temporary::read(&Self::path_for(index), 2 * MARK.len() as u64).is_ok_and(|held| held == MARK)
    }

    /// Gives the lock of an index back, if it is ours.
    pub(crate) fn release(index: &Path) -> Result<()> {
        if !Self::is_ours(index) {
            return Ok(());
        }
        let lock = Self::path_for(index);
        fs::remove_file(&lock).map_err(|error| Error::io(format!("removing {}", lock.display()), &error))
    }
}

impl Drop for IndexLock {
    fn drop(&mut self) {
        let _ = Self::release(&self.index);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the age of a lock on the disk: nothing is decided by the clock but how long to wait"
)]
pub(crate) fn age(lock: &Path) -> Option<Duration> {
    let modified = fs::metadata(lock).ok()?.modified().ok()?;
    Some(std::time::SystemTime::now().duration_since(modified).unwrap_or_default())
}

/// A lock of git that does not go away.
pub(crate) fn held(lock: &Path) -> Error {
    let age = age(lock).unwrap_or_default().as_secs();
    Error::new(Kind::Busy, format!("git has locked {} (for {age} s); nothing was changed", lock.display()))
        .hint("wait for the other git to finish; if none is running, remove that file")
}
