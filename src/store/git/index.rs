//! The user's index: one new entry for each file we wrote, every other entry as it was.
//!
//! The new index is made beside the old one while git's own `index.lock` is held, and put in its place
//! by rename. libgit2 writes ordinary indexes; those with extensions it drops or refuses (split, sparse,
//! untracked cache, fsmonitor) are written by `git update-index`.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use git2::{IndexEntry, IndexTime, ObjectFormat, ObjectType, Oid};

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::index_format;
use crate::store::git::lock::Wait;
use crate::store::git::objects::ObjectId;
use crate::store::git::repository::Repository;
use crate::store::git::target::Target;
use crate::store::git::worktree::Stat;

const SKIP_WORKTREE: u16 = 1 << 14;

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
    pub(crate) path: &'a str,
    /// The blob; `None` takes the entry away.
    pub(crate) id: Option<ObjectId>,
    /// `None` where it is not known; git then looks at the file again.
    pub(crate) stat: Option<Stat>,
    /// True where a sparse checkout leaves the file out of the work tree.
    pub(crate) skipped: bool,
}

/// A copy of the index, read while nobody else could write it, or checked to be current.
pub(crate) struct IndexCopy {
    index: git2::Index,
    copy: PathBuf,
    original: PathBuf,
    stamp: Option<Stamp>,
    is_odd: bool,
    format: ObjectFormat,
}

fn failed(doing: &'static str) -> impl Fn(git2::Error) -> Error {
    move |error| Error::git(doing, &error)
}

/// Bytes of an object's name.
fn hash_bytes(format: ObjectFormat) -> usize {
    if format == ObjectFormat::Sha256 { 32 } else { 20 }
}

/// What tells one index file from the next: inode, time of change, size.
type Stamp = (u64, i64, i64, u64);

fn stamp(path: &Path) -> Option<Stamp> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len()))
}

impl Repository {
    /// Where the index lies.
    pub(crate) fn index_path(&self) -> PathBuf {
        match self.surroundings.environment.get("GIT_INDEX_FILE") {
            Some(path) if !path.is_empty() => self.surroundings.directory.join(path),
            _ => self.repo.path().join("index"),
        }
    }

    /// Git's own locks that stand now, on the index and on a branch: path, and age in seconds.
    pub(crate) fn locks(&self, target: &Target) -> Vec<(PathBuf, u64)> {
        let common = self.repo.commondir();
        let index = IndexLock::path_for(&self.index_path());
        let reference = common.join(format!("{}.lock", target.reference));
        let paths = [index, reference, common.join("packed-refs.lock"), self.repo.path().join("HEAD.lock")];
        paths.into_iter().filter_map(|path| age(&path).map(|age| (path, age.as_secs()))).collect()
    }

    /// Copies the index into our folder and reads it.
    pub(crate) fn copy_index(&self) -> Result<IndexCopy> {
        let copy = self.own_folder().join("tmp").join(format!("index.{}", std::process::id()));
        IndexCopy::make(self.index_path(), copy, self.repo.object_format())
    }

    /// What the index says of a path.
    pub(crate) fn staged(&self, copy: &IndexCopy, path: &str) -> Result<Staged> {
        if copy.is_odd {
            return self.staged_by_git(path);
        }
        let at = |stage| copy.index.get_path(Path::new(path), stage);
        if (1..=3).any(|stage| at(stage).is_some()) {
            return Ok(Staged::Conflicted);
        }
        Ok(at(0).map_or(Staged::Absent, |entry| Staged::Blob {
            id: ObjectId(entry.id),
            skipped: entry.flags_extended & SKIP_WORKTREE != 0,
        }))
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

    /// Writes the entries into the copy, and sees that it is on the disk.
    pub(crate) fn fill_index(&self, copy: &mut IndexCopy, entries: &[NewEntry<'_>]) -> Result<()> {
        if copy.is_odd {
            let zeros = "0".repeat(2 * hash_bytes(copy.format));
            let line = |entry: &NewEntry<'_>| match entry.id {
                Some(id) => format!("100644 {id} 0\t{}\n", entry.path),
                None => format!("0 {zeros} 0\t{}\n", entry.path),
            };
            let lines: Vec<String> = entries.iter().map(line).collect();
            let arguments = ["update-index", "--index-info"];
            self.git_here(&arguments, lines.concat().as_bytes(), Some(&copy.copy))?;
        } else {
            self.smudge_racy(copy)?;
            for entry in entries {
                match entry.id {
                    Some(id) => copy.index.add(&index_entry(entry, id)),
                    None => copy.index.remove_path(Path::new(entry.path)),
                }
                .map_err(failed("changing the index"))?;
            }
            copy.index.write().map_err(failed("writing the index"))?;
        }
        let synced = fs::File::open(&copy.copy).and_then(|file| file.sync_all());
        synced.map_err(|error| Error::io("writing the index", &error))
    }

    /// An entry as young as the index itself may hide a later edit, which git finds by that very age. The
    /// new index is younger, so such entries are compared now, as git does when it writes an index.
    fn smudge_racy(&self, copy: &mut IndexCopy) -> Result<()> {
        let (Some((_, seconds, _, _)), Some(top)) = (copy.stamp, self.repo.workdir()) else { return Ok(()) };
        let is_racy = |entry: &IndexEntry| i64::from(entry.mtime.seconds()) >= seconds && entry.file_size > 0;
        let racy: Vec<IndexEntry> = copy.index.iter().filter(is_racy).collect();
        for mut entry in racy {
            let path = top.join(String::from_utf8_lossy(&entry.path).as_ref());
            let format = self.repo.object_format();
            if Oid::hash_file_ext(ObjectType::Blob, &path, format).ok() != Some(entry.id) {
                entry.file_size = 0;
                copy.index.add(&entry).map_err(failed("adding to the index"))?;
            }
        }
        Ok(())
    }

    /// What tells git which repository is meant.
    pub(crate) fn git_environment(&self) -> Vec<(&'static str, OsString)> {
        let mut extra = vec![("GIT_DIR", self.repo.path().as_os_str().to_owned())];
        extra.extend(self.repo.workdir().map(|top| ("GIT_WORK_TREE", top.as_os_str().to_owned())));
        extra
    }

    /// Runs git on this repository and, where given, another index.
    pub(crate) fn git_here(&self, arguments: &[&str], input: &[u8], index: Option<&Path>) -> Result<Vec<u8>> {
        let mut extra = self.git_environment();
        extra.extend(index.map(|path| ("GIT_INDEX_FILE", path.as_os_str().to_owned())));
        let mut whole = vec!["--literal-pathspecs"];
        if let Some(top) = self.repo.workdir().and_then(Path::to_str) {
            whole.extend(["-C", top]);
        }
        whole.extend(arguments);
        self.git.run(&whole, input, &extra)
    }
}

/// Gives the index a second name and reads it under that: whoever writes an index, git, libgit2 or we,
/// puts a new file in its place, so the first name keeps what it has.
fn read(original: &Path, copy: &Path, format: ObjectFormat) -> Result<(git2::Index, Option<Stamp>, bool)> {
    let io = |error: std::io::Error| Error::io(format!("reading {}", original.display()), &error);
    let _ = fs::remove_file(copy);
    let before = stamp(original);
    let mut is_odd = false;
    if before.is_some() {
        fs::hard_link(original, copy).or_else(|_| fs::copy(original, copy).map(drop)).map_err(io)?;
        is_odd = index_format::has_odd_extension(&fs::read(copy).map_err(io)?, hash_bytes(format));
    }
    // An odd index is not opened at all: libgit2 would refuse it.
    let opened = if is_odd { copy.with_extension("none") } else { copy.to_owned() };
    let index = git2::Index::open_ext(&opened, format).map_err(failed("reading the index"))?;
    Ok((index, before, is_odd))
}

impl IndexCopy {
    fn make(original: PathBuf, copy: PathBuf, format: ObjectFormat) -> Result<Self> {
        let (index, stamp, is_odd) = read(&original, &copy, format)?;
        Ok(Self { index, copy, original, stamp, is_odd, format })
    }

    /// Copies the index anew: it has changed meanwhile.
    pub(crate) fn refresh(&mut self) -> Result<()> {
        (self.index, self.stamp, self.is_odd) = read(&self.original, &self.copy, self.format)?;
        Ok(())
    }

    /// Puts the finished copy in the index's place in one step, keeping the old one under another name, and
    /// sees that the step is on the disk.
    pub(crate) fn put_in_place(&self, previous: &Path) -> Result<()> {
        let failed =
            |error: std::io::Error| Error::io(format!("replacing {}", self.original.display()), &error);
        let _ = fs::remove_file(previous);
        if self.stamp.is_some() {
            fs::hard_link(&self.original, previous).map_err(failed)?;
        }
        fs::rename(&self.copy, &self.original).map_err(failed)?;
        let folder = self.original.parent().unwrap_or(&self.original);
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    /// True while the index is the one that was copied.
    pub(crate) fn is_current(&self) -> bool {
        stamp(&self.original) == self.stamp
    }

    /// True where the repository has no index file.
    pub(crate) fn is_absent(&self) -> bool {
        self.stamp.is_none()
    }

    /// The finished copy.
    pub(crate) fn path(&self) -> &Path {
        &self.copy
    }
}

impl Drop for IndexCopy {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.copy);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "git keeps the low 32 bits")]
fn index_entry(new: &NewEntry<'_>, id: ObjectId) -> IndexEntry {
    let time = |(seconds, nanoseconds): (i64, i64)| IndexTime::new(seconds as i32, nanoseconds as u32);
    let stat = new.stat;
    IndexEntry {
        ctime: time(stat.map_or((0, 0), |stat| stat.ctime)),
        mtime: time(stat.map_or((0, 0), |stat| stat.mtime)),
        dev: stat.map_or(0, |stat| stat.dev as u32),
        ino: stat.map_or(0, |stat| stat.ino as u32),
        mode: 0o100_644,
        uid: stat.map_or(0, |stat| stat.uid),
        gid: stat.map_or(0, |stat| stat.gid),
        file_size: stat.map_or(0, |stat| stat.bytes as u32),
        id: id.0,
        flags: 0,
        flags_extended: if new.skipped { SKIP_WORKTREE } else { 0 },
        path: new.path.as_bytes().to_vec(),
    }
}

/// Git's own lock on the index, held as a second name of a file of ours, so that it can be told from
/// anybody else's.
pub(crate) struct IndexLock {
    own: PathBuf,
    lock: PathBuf,
}

impl IndexLock {
    /// The lock's path for an index.
    pub(crate) fn path_for(index: &Path) -> PathBuf {
        let mut name = index.as_os_str().to_owned();
        name.push(".lock");
        PathBuf::from(name)
    }

    /// Takes the lock, waiting for up to five seconds; `own` is an empty file of ours.
    pub(crate) fn take(own: PathBuf, index: &Path) -> Result<Self> {
        let lock = Self::path_for(index);
        let mut wait = Wait::new();
        loop {
            match fs::hard_link(&own, &lock) {
                Ok(()) => return Ok(Self { own, lock }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    if !wait.again() {
                        return Err(held(&lock));
                    }
                }
                Err(error) => return Err(Error::io(format!("locking {}", index.display()), &error)),
            }
        }
    }

    /// True where the lock at a path is a second name of our file.
    pub(crate) fn is_ours(own: &Path, lock: &Path) -> bool {
        let identity =
            |path| fs::symlink_metadata(path).ok().map(|meta: fs::Metadata| (meta.dev(), meta.ino()));
        identity(own).is_some() && identity(own) == identity(lock)
    }
}

impl Drop for IndexLock {
    fn drop(&mut self) {
        if Self::is_ours(&self.own, &self.lock) {
            let _ = fs::remove_file(&self.lock);
        }
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

fn held(lock: &Path) -> Error {
    let age = age(lock).unwrap_or_default().as_secs();
    Error::new(Kind::Busy, format!("git holds {} (for {age} s); nothing was changed", lock.display()))
        .hint("wait for the other git to finish; if none is running, remove that file")
}
