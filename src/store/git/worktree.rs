//! Files of the work tree under `.support/`: read and written without ever following a link.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use rustix::io::Errno;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::objects::not_a_folder;

/// The work tree.
pub(crate) struct WorkTree {
    top: PathBuf,
}

/// When what is written is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durable {
    /// Each file at once.
    Each,
    /// All together, by [`WorkTree::sync`].
    Together,
}

impl Durable {
    fn sync(self, file: &File) -> std::io::Result<()> {
        if self == Self::Each { file.sync_all() } else { Ok(()) }
    }
}

/// What git remembers of a file in its index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stat {
    pub(crate) ctime: (i64, i64),
    pub(crate) mtime: (i64, i64),
    pub(crate) dev: u64,
    pub(crate) ino: u64,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) bytes: u64,
}

fn failed(path: &str, error: Errno) -> Error {
    if error == Errno::LOOP || error == Errno::NOTDIR {
        return not_a_folder(path);
    }
    Error::io(path, &std::io::Error::from(error))
}

impl WorkTree {
    /// The work tree with a top folder.
    pub(crate) fn at(top: &Path) -> Self {
        Self { top: top.to_owned() }
    }

    /// Opens the folder that a path lies in; `None` if it is not there and is not to be created.
    fn folder(&self, path: &str, create: bool) -> Result<Option<OwnedFd>> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let top = self.top.display().to_string();
        let mut at = rustix::fs::openat(CWD, &self.top, flags, Mode::empty()).map_err(|e| failed(&top, e))?;
        let mut upto = String::new();
        let Some((folders, _)) = path.rsplit_once('/') else { return Ok(Some(at)) };
        for name in folders.split('/') {
            upto = if upto.is_empty() { name.to_owned() } else { format!("{upto}/{name}") };
            if create {
                match rustix::fs::mkdirat(&at, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(failed(&upto, error)),
                }
            }
            at = match rustix::fs::openat(&at, name, flags | OFlags::NOFOLLOW, Mode::empty()) {
                Ok(folder) => folder,
                Err(Errno::NOENT) => return Ok(None),
                Err(error) => return Err(failed(&upto, error)),
            };
        }
        Ok(Some(at))
    }

    /// The content of a file; `None` where there is none. Anything but a file is refused.
    pub(crate) fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>> {
        let Some(folder) = self.folder(path, false)? else { return Ok(None) };
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&folder, name_of(path), flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(failed(path, error)),
        };
        let io = |error: std::io::Error| Error::io(path, &error);
        if !file.metadata().map_err(io)?.is_file() {
            return Err(not_a_folder(path));
        }
        let mut content = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(io)?;
        Ok(Some(content))
    }

    /// Puts a file in place in one step; what was there is gone. Returns what the index remembers of it.
    pub(crate) fn write(&self, path: &str, content: &[u8], durable: Durable) -> Result<Stat> {
        let folder = self.folder(path, true)?.ok_or_else(|| not_a_folder(path))?;
        let temporary = temporary_name(path);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&folder, temporary.as_str(), flags, Mode::from_raw_mode(0o666));
        let mut file = File::from(opened.map_err(|error| failed(path, error))?);
        let io = |error: std::io::Error| Error::io(format!("writing {path}"), &error);
        let written = file.write_all(content).and_then(|()| durable.sync(&file)).map_err(io).and_then(|()| {
            rustix::fs::renameat(&folder, temporary.as_str(), &folder, name_of(path))
                .map_err(|e| failed(path, e))
        });
        if let Err(error) = written {
            let _ = rustix::fs::unlinkat(&folder, temporary.as_str(), AtFlags::empty());
            return Err(error);
        }
        let meta = file.metadata().map_err(io)?;
        Ok(Stat {
            ctime: (meta.ctime(), meta.ctime_nsec()),
            mtime: (meta.mtime(), meta.mtime_nsec()),
            dev: meta.dev(),
            ino: meta.ino(),
            uid: meta.uid(),
            gid: meta.gid(),
            bytes: meta.len(),
        })
    }

    /// Sees that all that was written is on the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        let top = File::open(&self.top).map_err(|error| Error::io(self.top.display().to_string(), &error))?;
        rustix::fs::syncfs(&top).map_err(|error| failed(&self.top.display().to_string(), error))
    }

    /// Takes a file away, and its folders where nothing else is in them.
    pub(crate) fn remove(&self, path: &str) -> Result<()> {
        let Some(folder) = self.folder(path, false)? else { return Ok(()) };
        match rustix::fs::unlinkat(&folder, name_of(path), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(failed(path, error)),
        }
        let mut inner = path;
        while let Some((outer, _)) = inner.rsplit_once('/') {
            // A folder that is not empty stays: rmdir refuses it.
            if fs::remove_dir(self.top.join(outer)).is_err() {
                break;
            }
            inner = outer;
        }
        Ok(())
    }

    /// Takes away what a killed run may have left beside a path.
    pub(crate) fn remove_temporary(&self, path: &str) -> Result<()> {
        if let Some(folder) = self.folder(path, false)? {
            let _ = rustix::fs::unlinkat(&folder, temporary_name(path).as_str(), AtFlags::empty());
        }
        Ok(())
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Beside the file, so that the rename stays within one file system.
fn temporary_name(path: &str) -> String {
    format!(".{}.git-support", name_of(path))
}

/// The user's own edits stand in the way of a write.
pub(crate) fn edited(path: &str, what: &str) -> Error {
    Error::new(Kind::Conflict, format!("{path} {what}; nothing was changed")).hint(format!(
        "git diff HEAD -- {path}, then commit it, or undo it: git restore --staged --worktree {path}"
    ))
}
