//! The journal: what a write is about to do, so that the next run can finish or undo it.
//!
//! It names places relative to the git directory, so that a repository that was moved recovers where it is now and a
//! copy touches nothing but itself. What lies elsewhere (a linked work tree, a work tree or index that the environment
//! names) counts only in the very folder that wrote the journal, not in a copy of it, and only while it is the same.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::store::git::error::{Error, Result};
use crate::store::git::path::SupportPath;
use crate::store::git::platform::{self, Identity, identity};
use crate::store::git::temporary;

/// The most bytes of a journal that are read: an import of a million tickets writes a hundred each.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// A write under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Journal {
    /// The reference that moves.
    pub(crate) reference: String,
    /// Where it stood; empty where it did not exist.
    pub(crate) old: String,
    /// Where it goes.
    pub(crate) new: String,
    /// Our folder, as it was when this was written.
    pub(crate) home: Option<Identity>,
    /// The work tree and index that follow; `None` where the target is not checked out.
    pub(crate) checkout: Option<Checkout>,
}

/// The work tree and index that follow a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkout {
    /// The top of the work tree.
    pub(crate) top: Place,
    /// The folder of the index.
    pub(crate) index_folder: Place,
    /// The name of the index in it.
    pub(crate) index_name: Vec<u8>,
    /// True where there was an index before.
    pub(crate) had_index: bool,
    /// The part that the names of this write's temporary files share.
    pub(crate) part: String,
    /// The files.
    pub(crate) files: Vec<JournalFile>,
}

/// A file of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JournalFile {
    /// The path from the top.
    pub(crate) path: SupportPath,
    /// The blob it was; empty where there was none.
    pub(crate) old: String,
    /// The blob it becomes; empty where it goes.
    pub(crate) new: String,
}

/// Where a folder lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// This far from the git directory that all work trees share: it moves and is copied with it.
    Within(Vec<u8>),
    /// Elsewhere.
    Elsewhere {
        /// The path.
        path: Vec<u8>,
        /// The folder, as it was.
        identity: Option<Identity>,
    },
}

impl Place {
    /// The place of a folder, seen from the git directory that all work trees share.
    pub(crate) fn of(folder: &Path, common: &Path) -> Self {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (folder, common) = (real(folder), real(common));
        if let Ok(within) = folder.strip_prefix(&common) {
            return Self::Within(platform::to_bytes(within.as_os_str()));
        }
        if common.file_name() == Some(OsStr::new(".git")) && common.parent() == Some(&folder) {
            return Self::Within(platform::to_bytes(OsStr::new("..")));
        }
        Self::Elsewhere { identity: identity(&folder), path: platform::to_bytes(folder.as_os_str()) }
    }

    /// The folder, where it is still the one that was meant; `likely` are places where it may lie as well.
    pub(crate) fn resolve(&self, common: &Path, is_home: bool, likely: &[&Path]) -> Option<PathBuf> {
        let path = |bytes: &[u8]| PathBuf::from(platform::from_bytes(bytes));
        match self {
            Self::Within(bytes) => Some(common.join(path(bytes))).filter(|folder| folder.is_dir()),
            Self::Elsewhere { path: bytes, identity: known } => {
                let recorded = path(bytes);
                let mut places = std::iter::once(recorded.as_path()).chain(likely.iter().copied());
                let found = places.find(|place| known.is_some() && identity(place) == *known);
                found.filter(|_| is_home).map(Path::to_owned)
            }
        }
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("journal")
}

impl Journal {
    /// Reads the journal of a run that did not finish; a torn one was written before anything else
    /// happened, and counts as none.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>> {
        match temporary::read(&path(folder), MAX_BYTES) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(format!("reading {}", path(folder).display()), &error)),
        }
    }

    /// True in the folder that wrote it, false in a copy of that.
    pub(crate) fn is_home(&self, folder: &Path) -> bool {
        self.home.is_some() && self.home == identity(folder)
    }

    /// Writes the journal in one step, and sees that it is on the disk.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let failed = |error: std::io::Error| Error::io(format!("writing {}", path(folder).display()), &error);
        let temporary =
            folder.join("tmp").join(format!("journal.{}", temporary::random_part().map_err(failed)?));
        let mut file = temporary::create(&temporary).map_err(failed)?;
        let json = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        file.write_all(&json).map_err(failed)?;
        // Where no work tree follows, the reference alone tells what happened.
        if self.checkout.is_none() {
            return fs::rename(&temporary, path(folder)).map_err(failed);
        }
        file.sync_all().map_err(failed)?;
        fs::rename(&temporary, path(folder)).map_err(failed)?;
        platform::sync(folder).map_err(failed)
    }

    /// Drops the journal: the write is done, or undone.
    pub(crate) fn drop_from(folder: &Path) -> Result<()> {
        match fs::remove_file(path(folder)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("removing {}", path(folder).display()), &error))
            }
            _ => Ok(()),
        }
    }
}

impl Checkout {
    /// The new index, made ready.
    pub(crate) fn prepared(&self, own: &Path) -> PathBuf {
        own.join("tmp").join(format!("index.{}", self.part))
    }

    /// A second name of the index as it was, once the new one takes its place.
    pub(crate) fn previous(&self, own: &Path) -> PathBuf {
        own.join("tmp").join(format!("index.{}.previous", self.part))
    }

    /// Our file of which the index lock is a second name.
    pub(crate) fn lock(&self, own: &Path) -> PathBuf {
        own.join("tmp").join(format!("lock.{}", self.part))
    }

    /// The index in a folder that was resolved.
    pub(crate) fn index(&self, folder: &Path) -> PathBuf {
        folder.join(platform::from_bytes(&self.index_name))
    }
}
