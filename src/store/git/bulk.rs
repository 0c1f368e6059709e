//! Many blobs and trees at once: written as a few packs, each on the disk before the next, so that memory stays
//! bounded and no file is made for each of them.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;

use git2::build::TreeUpdateBuilder;
use git2::{ConfigLevel, ObjectType, Oid, PackBuilder};

use crate::store::git::error::{Error, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::path::SupportPath;
use crate::store::git::platform;
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
        self.bytes = 0;
        let blobs = std::mem::take(&mut self.waiting);
        self.repository.in_a_pack(|repo, builder| {
            let odb = repo.odb()?;
            for content in blobs {
                builder.insert_object(odb.write(ObjectType::Blob, &content)?, None)?;
            }
            Ok(())
        })
    }
}

impl Repository {
    /// Writes the trees that some files make of a tree, as one pack: the name of the root. `base` is none where there is none yet.
    pub(crate) fn trees_in_a_pack(
        &self,
        update: &mut TreeUpdateBuilder,
        base: Option<Oid>,
        paths: &[SupportPath],
    ) -> Result<Oid> {
        self.in_a_pack(|repo, builder| {
            let base = match base {
                Some(base) => base,
                None => repo.treebuilder(None)?.write()?,
            };
            let root = update.create_updated(repo, &repo.find_tree(base)?)?;
            let mut packed = BTreeSet::from([root]);
            builder.insert_object(root, None)?;
            for path in paths {
                let mut folder = repo.find_tree(root)?;
                for name in path.folders() {
                    let Some(id) = folder.get_name(name).map(|entry| entry.id()) else { break };
                    if packed.insert(id) {
                        builder.insert_object(id, None)?;
                    }
                    folder = repo.find_tree(id)?;
                }
            }
            Ok(root)
        })
    }

    /// Puts what `fill` writes to a repository of its own into one pack, which is on the disk then.
    fn in_a_pack<T>(
        &self,
        fill: impl FnOnce(&git2::Repository, &mut PackBuilder<'_>) -> std::result::Result<T, git2::Error>,
    ) -> Result<T> {
        // What is written to it stays in memory until it is packed.
        let repo = Self::open(self.surroundings.clone())?.repo;
        // Blobs of one commit are seldom like each other, and to look for those that are took two thirds of the time. `git gc`
        // finds what a pack of many commits has to gain.
        self.write_own(SETTINGS, NO_DELTAS)?;
        let mut config = repo.config().map_err(failed)?;
        config.add_file(&self.own_folder().join(SETTINGS), ConfigLevel::App, true).map_err(failed)?;
        let odb = repo.odb().map_err(failed)?;
        let _memory = odb.add_new_mempack_backend(999).map_err(failed)?;
        let mut builder = repo.packbuilder().map_err(failed)?;
        let filled = fill(&repo, &mut builder).map_err(failed)?;
        let mut pack = git2::Buf::new();
        builder.write_buf(&mut pack).map_err(failed)?;
        let mut writer = odb.packwriter().map_err(failed)?;
        writer.write_all(&pack).map_err(|error| Error::io("writing a pack", &error))?;
        writer.commit().map_err(failed)?;
        self.sync_packs()?;
        Ok(filled)
    }

    /// Sees that the packs are on the disk.
    fn sync_packs(&self) -> Result<()> {
        let folder = self.common_directory().join("objects/pack");
        let io = |error: std::io::Error| Error::io(format!("writing {}", folder.display()), &error);
        for entry in fs::read_dir(&folder).map_err(io)? {
            platform::sync(&entry.map_err(io)?.path()).map_err(io)?;
        }
        platform::sync(&folder).map_err(io)
    }
}
