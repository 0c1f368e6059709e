//! The journal: what a write is about to do, so that the next run can finish or undo it.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::store::git::error::{Error, Result};

/// A write under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Journal {
    /// The reference that moves.
    pub(crate) reference: String,
    /// Where it stood; empty where it did not exist.
    pub(crate) old: String,
    /// Where it goes.
    pub(crate) new: String,
    /// The work tree and index that follow; `None` where the target is not checked out.
    pub(crate) checkout: Option<Checkout>,
}

/// The work tree and index that follow a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkout {
    /// The top of the work tree.
    pub(crate) top: PathBuf,
    /// The index.
    pub(crate) index: PathBuf,
    /// True where there was an index before.
    pub(crate) had_index: bool,
    /// Our file of which the index lock is a second name.
    pub(crate) lock: PathBuf,
    /// The new index, made ready.
    pub(crate) prepared: PathBuf,
    /// A second name of the index as it was, once the new one takes its place.
    pub(crate) previous: PathBuf,
    /// The files.
    pub(crate) files: Vec<JournalFile>,
}

/// A file of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JournalFile {
    /// The path from the top.
    pub(crate) path: String,
    /// The blob it was; empty where there was none.
    pub(crate) old: String,
    /// The blob it becomes; empty where it goes.
    pub(crate) new: String,
}

fn path(folder: &Path) -> PathBuf {
    folder.join("journal")
}

impl Journal {
    /// Reads the journal of a run that did not finish; a torn one was written before anything else
    /// happened, and counts as none.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>> {
        match fs::read(path(folder)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("reading the journal", &error)),
        }
    }

    /// Writes the journal in one step, and sees that it is on the disk.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let failed = |error: std::io::Error| Error::io("writing the journal", &error);
        let temporary = folder.join("tmp").join("journal");
        let mut file = File::create(&temporary).map_err(failed)?;
        let json = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        file.write_all(&json).map_err(failed)?;
        // Where no work tree follows, the reference alone tells what happened.
        if self.checkout.is_none() {
            return fs::rename(&temporary, path(folder)).map_err(failed);
        }
        file.sync_all().map_err(failed)?;
        fs::rename(&temporary, path(folder)).map_err(failed)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    /// Drops the journal: the write is done, or undone.
    pub(crate) fn drop_from(folder: &Path) -> Result<()> {
        match fs::remove_file(path(folder)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("removing the journal", &error))
            }
            _ => Ok(()),
        }
    }
}
