//! Files on Windows: by paths that are looked at before they are used. Who may write in the work tree can exchange a folder
//! between the two; git for Windows has the same limit.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use winapi_util::Handle;
use winapi_util::file::information;

use super::{Identity, Stamp, Stat};

/// `FILE_FLAG_OPEN_REPARSE_POINT` of CreateFile: a link itself is opened, not what it leads to.
const OPEN_LINK: u32 = 0x0020_0000;
/// Between 1601, where Windows counts from, and 1970, in units of 100 nanoseconds.
const TO_1970: i64 = 116_444_736_000_000_000;

/// A folder that was looked at.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Opens a folder, over links if there are any.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() {
            Ok(Self(path.to_owned()))
        } else {
            Err(ErrorKind::NotADirectory.into())
        }
    }

    /// Opens a folder in it that is no link.
    pub(crate) fn enter(&self, name: &str) -> io::Result<Self> {
        let path = self.0.join(name);
        // A link, also one of folders (a junction), is no folder here.
        if fs::symlink_metadata(&path)?.is_dir() {
            Ok(Self(path))
        } else {
            Err(ErrorKind::NotADirectory.into())
        }
    }

    /// Makes a folder in it, where there is none.
    pub(crate) fn make(&self, name: &str, _mode: u32) -> io::Result<()> {
        match fs::create_dir(self.0.join(name)) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Opens a file in it to be read; a link is not followed.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        open_no_link(&self.0.join(name), OpenOptions::new().read(true))
    }

    /// Makes a file in it where nothing stands.
    pub(crate) fn create_file(&self, name: &str, _mode: u32) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(self.0.join(name))
    }

    /// Puts a file in it in another's place.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    /// Takes a file away.
    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    /// Takes a folder away that is empty.
    pub(crate) fn remove_folder(&self, name: &str) -> io::Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    /// What git's index remembers of a file in it: git for Windows keeps times and size, and no numbers.
    pub(crate) fn stat(&self, name: &str, _file: &File) -> io::Result<Stat> {
        let meta = fs::symlink_metadata(self.0.join(name))?;
        let (ctime, mtime) = (seconds(meta.creation_time()), seconds(meta.last_write_time()));
        Ok(Stat { ctime, mtime, dev: 0, ino: 0, uid: 0, gid: 0, bytes: meta.len() })
    }
}

/// A time of Windows as seconds since 1970 UTC, and nanoseconds.
fn seconds(time: u64) -> (i64, i64) {
    let since = i64::try_from(time).unwrap_or(TO_1970).saturating_sub(TO_1970);
    (since.div_euclid(10_000_000), since.rem_euclid(10_000_000) * 100)
}

/// True where what should be a folder, or a file, is a link or something else.
pub(crate) fn is_in_the_way(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotADirectory
}

/// Opens a plain file; a link is not followed.
pub(crate) fn open_no_link(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = options.custom_flags(OPEN_LINK).open(path)?;
    if file.metadata()?.is_symlink() { Err(ErrorKind::NotADirectory.into()) } else { Ok(file) }
}

/// Waits until a file is on the disk; folders are not waited for by themselves.
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).open(path) {
        Ok(file) => file.sync_all(),
        // A folder, or a file that git made to be read only, which is on the disk since it was closed.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}

/// False: there is no wait for all files, so each is waited for when it is written.
pub(crate) const SYNCS_ALL_AT_ONCE: bool = false;

/// There is no such wait for a whole file system: each file was waited for.
pub(crate) fn sync_all_in(_top: &Path) -> io::Result<()> {
    Ok(())
}

/// What tells what stands at a path from a copy of it.
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    let info = information(Handle::from_path_any(path).ok()?).ok()?;
    Some((info.volume_serial_number(), info.file_index()))
}

/// What tells a file from a later one at its path.
pub(crate) fn stamp(path: &Path) -> Option<Stamp> {
    let (meta, (_, number)) = (fs::metadata(path).ok()?, identity(path)?);
    let (at, nanoseconds) = seconds(meta.last_write_time());
    Some((number, at, nanoseconds, meta.len()))
}

/// A path as git and our files write it: UTF-8.
pub(crate) fn to_bytes(path: &OsStr) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

/// A path that git or our files wrote.
pub(crate) fn from_bytes(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// Windows has no such mask.
pub(crate) fn set_umask(_mask: u32) -> u32 {
    0
}

/// Ends this process at once.
#[cfg(feature = "stop-points")]
pub(crate) fn die() {
    std::process::abort();
}
