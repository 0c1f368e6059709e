//! What a fetch or push that was killed left: git's lock of the remote-tracking reference, which no git takes away again.
//!
//! While git fetches or pushes for us, a file of our folder is held, and names the reference that moves here. Who finds it
//! held by nobody, and naming one, knows that a run was killed, and whose lock stays.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};

use crate::store::git::index::age;
use crate::store::git::recover::LOCK_AGE;
use crate::store::git::repository::Repository;
use crate::store::git::temporary;

/// The longest name of a reference that is read, in bytes; no file system takes a longer one.
const MAX_NAME: u64 = 4096;

/// A fetch or push under way.
pub(crate) struct Exchange {
    /// The file that is held; `None` where another one is under way, or the folder cannot be written.
    file: Option<File>,
}

impl Exchange {
    /// Begins one that moves a reference here, and clears away what a killed one left.
    pub(crate) fn begin(repository: &Repository, reference: &str) -> Self {
        let folder = repository.own_folder();
        let open = || {
            std::fs::create_dir_all(&folder)?;
            let mut options = OpenOptions::new();
            options.create(true).truncate(false).read(true).write(true);
            temporary::open(&folder.join("exchange"), &mut options)
        };
        let mut exchange = Self { file: open().ok().filter(|file| file.try_lock().is_ok()) };
        if let Some(killed) = exchange.named() {
            clear_lock(repository, &killed);
        }
        exchange.name(reference);
        exchange
    }

    /// The reference that one before was moving when it was killed.
    fn named(&mut self) -> Option<String> {
        let mut name = String::new();
        self.file.as_mut()?.take(MAX_NAME).read_to_string(&mut name).ok()?;
        Some(name).filter(|name| is_of_a_remote(name))
    }

    fn name(&mut self, reference: &str) {
        if let Some(file) = self.file.as_mut() {
            // A lock that a kill leaves is then for people to take away, as git asks.
            let _ = file
                .set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(reference.as_bytes()));
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.name("");
    }
}

/// True for a reference by which this clone knows a remote's.
fn is_of_a_remote(name: &str) -> bool {
    let is_known = name.starts_with("refs/remotes/") || name.starts_with("refs/support/remotes/");
    is_known && git2::Reference::is_valid_name(name)
}

/// A living git, be it the child of a run that was killed, holds a lock for much less than [`LOCK_AGE`].
fn clear_lock(repository: &Repository, reference: &str) {
    let lock = repository.common_folder().join(format!("{reference}.lock"));
    if !lock.is_file() {
        return;
    }
    std::thread::sleep(LOCK_AGE.saturating_sub(age(&lock).unwrap_or_default()));
    if age(&lock).is_some_and(|age| age >= LOCK_AGE) {
        let _ = std::fs::remove_file(&lock);
    }
}
