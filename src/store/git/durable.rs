//! New objects are on the disk before anything names them. libgit2 would wait for the disk object by object;
//! asked for all of them at once, the file system has far less to do.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use git2::Oid;

use crate::store::git::error::{Error, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::platform;
use crate::store::git::repository::Repository;

/// While it lives, libgit2 waits for the disk after each file that it writes: references, say. Objects are written before,
/// and waited for together.
pub(crate) struct WaitsForDisk(());

impl WaitsForDisk {
    /// From now on.
    pub(crate) fn begin() -> Self {
        wait_for_each(1);
        Self(())
    }
}

impl Drop for WaitsForDisk {
    fn drop(&mut self) {
        wait_for_each(0);
    }
}

#[expect(unsafe_code, reason = "libgit2 keeps the switch in a static, and git2 does not offer it")]
fn wait_for_each(is_on: std::ffi::c_int) {
    let switch = libgit2_sys::GIT_OPT_ENABLE_FSYNC_GITDIR as std::ffi::c_int;
    // SAFETY: the option takes one int; a write is made by the one thread that is there.
    unsafe { libgit2_sys::git_libgit2_opts(switch, is_on) };
}

/// Files that are asked for at once.
const AT_ONCE: usize = 8;

impl Repository {
    /// Waits until a commit, and the trees and blobs of these paths in it, are on the disk. What lies in a
    /// pack was put there by git, or by us as a pack that is on the disk already.
    pub(crate) fn make_durable<'a>(
        &self,
        commit: ObjectId,
        paths: impl Iterator<Item = &'a str>,
    ) -> Result<()> {
        let mut ids = BTreeSet::from([commit.0]);
        let failed = |error: git2::Error| Error::git("reading what was written", &error);
        let root = self.commit_object(commit)?.tree_id();
        ids.insert(root);
        for path in paths {
            let mut folder = root;
            for name in path.split('/') {
                let tree = self.repo.find_tree(folder).map_err(failed)?;
                let Some(entry) = tree.get_name(name) else { break };
                folder = entry.id();
                ids.insert(folder);
                if entry.kind() != Some(git2::ObjectType::Tree) {
                    break;
                }
            }
        }
        self.wait_for_disk(&ids)
    }

    /// Waits until a blob is on the disk.
    pub(crate) fn make_blob_durable(&self, blob: ObjectId) -> Result<()> {
        self.wait_for_disk(&BTreeSet::from([blob.0]))
    }

    fn wait_for_disk(&self, ids: &BTreeSet<Oid>) -> Result<()> {
        let objects = self.objects_folder();
        let mut places = BTreeSet::new();
        for id in ids {
            let name = id.to_string();
            let (folder, file) = name.split_at(2);
            let folder = objects.join(folder);
            let file = folder.join(file);
            if file.exists() {
                places.extend([file, folder, objects.clone()]);
            }
        }
        let places: Vec<PathBuf> = places.into_iter().collect();
        let share = places.len().div_ceil(AT_ONCE).max(1);
        let wait = |some: &[PathBuf]| some.iter().try_for_each(|at| sync(at));
        std::thread::scope(|scope| {
            let start = |some| std::thread::Builder::new().spawn_scoped(scope, move || wait(some));
            // Where no more threads are to be had (a container's limit), this one waits for all.
            let waiting: Vec<_> = places.chunks(share).map(|some| (some, start(some))).collect();
            waiting.into_iter().try_for_each(|(some, one)| match one {
                Ok(one) => one.join().unwrap_or_else(|_| Err(lost())),
                Err(_) => wait(some),
            })
        })
    }

    /// Where git keeps objects that are not in a pack (git(1)).
    fn objects_folder(&self) -> PathBuf {
        let named = self.surroundings.text("GIT_OBJECT_DIRECTORY");
        named.map_or_else(
            || self.repo.commondir().join("objects"),
            |named| self.surroundings.directory.join(named),
        )
    }
}

fn lost() -> Error {
    Error::io("waiting for the disk".to_owned(), &std::io::Error::other("a thread ended early"))
}

/// Waits for one file or folder. One that is gone was packed by `git gc` meanwhile, which waits for the disk
/// itself.
fn sync(place: &Path) -> Result<()> {
    match platform::sync(place) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Error::io(format!("writing {}", place.display()), &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
