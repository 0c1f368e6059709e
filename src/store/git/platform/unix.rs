//! Files on Unix: by descriptors, so that nobody exchanges a folder while it is used.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RawMode};
use rustix::io::Errno;

use super::{Identity, Stamp, Stat};

/// A folder that is open.
pub(crate) struct Folder(OwnedFd);

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

impl Folder {
    /// Opens a folder, over links if there are any.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(rustix::fs::openat(CWD, path, FOLDER, Mode::empty())?))
    }

    /// Opens a folder in it that is no link.
    pub(crate) fn enter(&self, name: &str) -> io::Result<Self> {
        Ok(Self(rustix::fs::openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?))
    }

    /// Makes a folder in it, where there is none.
    pub(crate) fn make(&self, name: &str, mode: u32) -> io::Result<()> {
        match rustix::fs::mkdirat(&self.0, name, mode_of(mode)) {
            Ok(()) | Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens a file in it to be read: a pipe is not waited for, a link not followed.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::openat(&self.0, name, flags, Mode::empty())?))
    }

    /// Makes a file in it where nothing stands.
    pub(crate) fn create_file(&self, name: &str, mode: u32) -> io::Result<File> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::openat(&self.0, name, flags, mode_of(mode))?))
    }

    /// Puts a file in it in another's place.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Takes a file away.
    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Takes a folder away that is empty.
    pub(crate) fn remove_folder(&self, name: &str) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// What git's index remembers of a file in it.
    pub(crate) fn stat(&self, _name: &str, file: &File) -> io::Result<Stat> {
        let meta = file.metadata()?;
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
}

/// True where what should be a folder, or a file, is a link or something else.
pub(crate) fn is_in_the_way(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotADirectory || error.raw_os_error() == Some(Errno::LOOP.raw_os_error())
}

/// Opens a plain file, or a pipe, which is not waited for; a link is not followed.
pub(crate) fn open_no_link(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    options.custom_flags(flags.bits().cast_signed()).open(path)
}

/// Waits until a file or folder is on the disk.
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// True where [`sync_all_in`] stands for a wait for each file.
pub(crate) const SYNCS_ALL_AT_ONCE: bool = true;

/// Waits until everything in a file system is on the disk.
#[cfg(target_os = "linux")]
pub(crate) fn sync_all_in(top: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(top)?)?)
}

/// Waits until everything is on the disk: what all file systems hold is written, then the disk's own memory, which on macOS
/// `fsync` of any file empties (F_FULLFSYNC).
#[cfg(not(target_os = "linux"))]
pub(crate) fn sync_all_in(top: &Path) -> io::Result<()> {
    rustix::fs::sync();
    sync(top)
}

/// What tells what stands at a path from a copy of it.
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

/// What tells a file from a later one at its path.
pub(crate) fn stamp(path: &Path) -> Option<Stamp> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len()))
}

/// A path as git and our files write it.
pub(crate) fn to_bytes(path: &OsStr) -> Vec<u8> {
    path.as_bytes().to_vec()
}

/// A path that git or our files wrote.
pub(crate) fn from_bytes(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.to_vec())
}

/// A mode has 16 bits on macOS, 32 on Linux.
#[allow(clippy::cast_possible_truncation, reason = "what is used of a mode has 9 bits")]
fn mode_of(mode: u32) -> Mode {
    Mode::from_raw_mode(mode as RawMode)
}

/// Sets the mask of what others may do with new files; the one before.
#[allow(clippy::unnecessary_cast, reason = "a mode has 16 bits on macOS, 32 on Linux")]
pub(crate) fn set_umask(mask: u32) -> u32 {
    rustix::process::umask(mode_of(mask)).bits() as u32
}

/// Ends this process at once, as `kill -9` does.
#[cfg(feature = "stop-points")]
pub(crate) fn die() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
}
