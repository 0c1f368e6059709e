//! Many blobs at once: written as a few packs, each on the disk before the next, so that memory stays
//! bounded and no file is made for each of them.

use std::fs::{self, File};
use std::io::Write as _;

use git2::ObjectType;

use crate::store::git::error::{Error, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;

/// The bytes of blobs that go into one pack.
const PACK_BYTES: usize = 16 * 1024 * 1024;

/// The settings for libgit2's writer of packs, in our own folder of the git directory.
const SETTINGS: &str = "pack.gitconfig";
/// A file above this size is not compared with others (git-config(1)); libgit2 1.9 reads the size from another key.
const NO_DELTAS: &[u8] = b"[core]\n\tbigFileThreshold = 1\n[pack]\n\tdeltaCacheSize = 1\n";

/// Takes blobs, and writes packs.
pub struct Bulk<'a> {
    repository: &'a Repository,
    waiting: Vec<Vec<u8>>,
    bytes: usize,
}

fn failed(error: git2::Error) -> Error {
    Error::git("writing a pack", &error)
}

impl Repository {
    /// Begins to write many blobs.
    #[must_use]
    pub fn bulk(&self) -> Bulk<'_> {
        Bulk { repository: self, waiting: Vec::new(), bytes: 0 }
    }
}

impl Bulk<'_> {
    /// Takes a blob, and says its name; it is on the disk once [`Bulk::finish`] has returned.
    ///
    /// # Errors
    /// A pack cannot be written.
    pub fn add(&mut self, content: Vec<u8>) -> Result<ObjectId> {
        let id = self.repository.hash(&content)?;
        self.bytes += content.len();
        self.waiting.push(content);
        if self.bytes >= PACK_BYTES {
            self.write_pack()?;
        }
        Ok(id)
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// A pack cannot be written.
    pub fn finish(mut self) -> Result<()> {
        self.write_pack()
    }

    fn write_pack(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        // A repository of its own: what is written to it stays in memory until it is packed.
        let repo = Repository::open(self.repository.surroundings.clone())?.repo;
        // Blobs of one commit are seldom like each other, and to look for those that are took two thirds of the time. `git gc`
        // finds what a pack of many commits has to gain.
        self.repository.write_own(SETTINGS, NO_DELTAS)?;
        let settings = self.repository.own_folder().join(SETTINGS);
        let mut config = repo.config().map_err(failed)?;
        config.add_file(&settings, git2::ConfigLevel::App, true).map_err(failed)?;
        let odb = repo.odb().map_err(failed)?;
        let _memory = odb.add_new_mempack_backend(999).map_err(failed)?;
        let mut builder = repo.packbuilder().map_err(failed)?;

        for content in self.waiting.drain(..) {
            let id = odb.write(ObjectType::Blob, &content).map_err(failed)?;
            builder.insert_object(id, None).map_err(failed)?;
        }
        self.bytes = 0;
        let mut pack = git2::Buf::new();
        builder.write_buf(&mut pack).map_err(failed)?;
        let mut writer = odb.packwriter().map_err(failed)?;
        writer.write_all(&pack).map_err(|error| Error::io("writing a pack", &error))?;
        writer.commit().map_err(failed)?;
        self.sync()
    }

    /// Sees that the packs are on the disk.
    fn sync(&self) -> Result<()> {
        let folder = self.repository.common_directory().join("objects/pack");
        let io = |error: std::io::Error| Error::io(format!("writing {}", folder.display()), &error);
        for entry in fs::read_dir(&folder).map_err(io)? {
            File::open(entry.map_err(io)?.path()).and_then(|file| file.sync_all()).map_err(io)?;
        }
        File::open(&folder).and_then(|folder| folder.sync_all()).map_err(io)
    }
}
