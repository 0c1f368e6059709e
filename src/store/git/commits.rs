//! Writing a commit: blobs, the trees that change, the commit itself, signed where git signs.

use std::collections::BTreeSet;

use git2::build::TreeUpdateBuilder;
use git2::{ObjectType, Oid};

use crate::store::git::change::{Content, TreeChange};
use crate::store::git::commit_object::CommitObject;
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::identity::Identity;
use crate::store::git::object_id::ObjectId;
use crate::store::git::path::SupportPath;
use crate::store::git::repository::Repository;

/// A commit that was written, and the path and blob of each file, in order; no blob for a file that goes.
pub(crate) struct Written {
    pub(crate) commit: ObjectId,
    /// The paths of the files, found to be safe.
    pub(crate) paths: Vec<SupportPath>,
    pub(crate) blobs: Vec<Option<ObjectId>>,
}

fn failed(doing: &'static str) -> impl Fn(git2::Error) -> Error {
    move |error| Error::git(doing, &error)
}

/// The way out of a signature that fails, where none is wanted.
pub const UNSIGNED: &str = "unlock the key and try again, or: git config commit.gpgsign false";

impl Repository {
    /// Writes a commit on top of another, as somebody made it elsewhere; no branch moves.
    ///
    /// # Errors
    /// An object cannot be written.
    pub(crate) fn copy_commit(
        &self,
        tip: ObjectId,
        change: &TreeChange,
        identity: &Identity,
    ) -> Result<ObjectId> {
        Ok(self.write_commit(Some(tip), change, identity)?.commit)
    }

    /// Writes a blob that no commit needs to name; it is on the disk.
    pub(crate) fn store_blob(&self, content: &[u8]) -> Result<ObjectId> {
        let odb = self.repo.odb().map_err(failed("opening the object database"))?;
        let written = self.despite_gc(|| odb.write(ObjectType::Blob, content)).map(ObjectId);
        let blob = written.map_err(failed("writing an object"))?;
        self.make_blob_durable(blob)?;
        Ok(blob)
    }

    /// Writes blobs, trees and the commit on top of `tip`, and sees that each object is there and on the disk.
    pub(crate) fn write_commit(
        &self,
        tip: Option<ObjectId>,
        change: &TreeChange,
        identity: &Identity,
    ) -> Result<Written> {
        let paths = change.files.iter().map(|file| SupportPath::parse(&file.path)).collect::<Result<_>>()?;
        if let Some(commit) = change.existing {
            let blobs = change.files.iter().map(|file| self.committed(Some(commit), &file.path));
            return Ok(Written { commit, paths, blobs: blobs.collect::<Result<_>>()? });
        }
        let odb = self.repo.odb().map_err(failed("opening the object database"))?;
        let mut update = TreeUpdateBuilder::new();
        let mut blobs = Vec::new();
        let mut bulk = change.has_many_files().then(|| self.bulk());
        let mut folders = BTreeSet::new();
        for file in &change.files {
            if let Some(tip) = tip {
                self.check_path(tip, &file.path, &mut folders)?;
            }
            let Some(content) = &file.content else {
                update.remove(file.path.as_str());
                blobs.push(None);
                continue;
            };
            let id = match (content, &mut bulk) {
                (Content::Bytes(bytes), Some(bulk)) => bulk.add(bytes.clone())?,
                (Content::Bytes(bytes), None) => self
                    .despite_gc(|| odb.write(ObjectType::Blob, bytes))
                    .map(ObjectId)
                    .map_err(failed("writing an object"))?,
                (Content::Stored(id), _) => *id,
            };
            update.upsert(file.path.as_str(), id.0, git2::FileMode::Blob);
            blobs.push(Some(id));
        }
        let base = self.tree(tip)?.map(|tree| tree.id());
        let is_packed = bulk.is_some();
        let tree = match bulk {
            Some(bulk) => {
                bulk.finish()?;
                self.trees_in_a_pack(&mut update, base, &paths)?
            }
            None => self.write_trees(&mut update, base)?,
        };
        let parents: Vec<ObjectId> = tip.into_iter().chain(change.also.iter().copied()).collect();
        let commit = self.write_commit_object(&parents, tree, &change.message, identity)?;
        let loose = change.files.iter().filter(|_| !is_packed);
        self.make_durable(ObjectId(commit), loose.map(|file| file.path.as_str()))?;
        for id in blobs.iter().flatten().map(|id| id.0).chain([tree, commit]) {
            if !odb.exists(id) {
                return Err(Error::new(
                    Kind::Io,
                    format!("git did not store the object {id}; is the disk full?"),
                ));
            }
        }
        Ok(Written { commit: ObjectId(commit), paths, blobs })
    }

    /// Writes the trees that some files make of a tree, each as an object of its own.
    fn write_trees(&self, update: &mut TreeUpdateBuilder, base: Option<Oid>) -> Result<Oid> {
        let write = || {
            let base = match base {
                Some(base) => base,
                None => self.repo.treebuilder(None)?.write()?,
            };
            update.create_updated(&self.repo, &self.repo.find_tree(base)?)
        };
        self.despite_gc(write).map_err(failed("writing an object"))
    }

    /// Writes the commit itself; signed by git's own program where `commit.gpgsign` is set.
    fn write_commit_object(
        &self,
        parents: &[ObjectId],
        tree: Oid,
        message: &str,
        identity: &Identity,
    ) -> Result<Oid> {
        if self.signs() {
            return self.commit_by_git(&["-S"], parents, tree, message, identity);
        }
        let found = parents.iter().map(|parent| self.commit_object(*parent)).collect::<Result<Vec<_>>>()?;
        let known: Option<Vec<&git2::Commit<'_>>> = found.iter().map(CommitObject::well_formed).collect();
        let Some(parents) = known else {
            return self.commit_by_git(&[], parents, tree, message, identity);
        };
        let tree = self.repo.find_tree(tree).map_err(failed("reading a tree"))?;
        let (author, committer) = (identity.author.to_git()?, identity.committer.to_git()?);
        let buffer = self.repo.commit_create_buffer(&author, &committer, message, &tree, &parents);
        let buffer = buffer.map_err(failed("writing the commit"))?;
        let odb = self.repo.odb().map_err(failed("opening the object database"))?;
        self.despite_gc(|| odb.write(ObjectType::Commit, &buffer)).map_err(failed("writing the commit"))
    }

    /// True where git signs commits.
    pub(crate) fn signs(&self) -> bool {
        self.config.boolean("commit.gpgsign").unwrap_or(false)
    }

    fn commit_by_git(
        &self,
        options: &[&str],
        parents: &[ObjectId],
        tree: Oid,
        message: &str,
        identity: &Identity,
    ) -> Result<Oid> {
        let tree = tree.to_string();
        let parents: Vec<String> = parents.iter().map(ToString::to_string).collect();
        // Git puts a new object on the disk only where it is asked to.
        let mut arguments = vec!["-c", "core.fsync=loose-object", "commit-tree"];
        arguments.extend(options);
        arguments.extend(["-F", "-"]);
        for parent in &parents {
            arguments.extend(["-p", parent]);
        }
        arguments.push(&tree);
        let roles = [("AUTHOR", &identity.author), ("COMMITTER", &identity.committer)];
        let names: Vec<[String; 3]> = roles
            .map(|(role, _)| ["NAME", "EMAIL", "DATE"].map(|what| format!("GIT_{role}_{what}")))
            .to_vec();
        let values = roles.map(|(_, who)| [who.name.clone(), who.email.clone(), who.date()]);
        let extra: Vec<(&str, std::ffi::OsString)> = names
            .iter()
            .flatten()
            .map(String::as_str)
            .zip(values.into_iter().flatten().map(std::ffi::OsString::from))
            .collect();
        let written = self.git.run(&arguments, message.as_bytes(), &extra).map_err(|error| {
            Error::new(
                Kind::Identity,
                format!("the commit was not signed, so nothing was written: {}", error.message),
            )
            .hint(UNSIGNED)
        })?;
        let written = String::from_utf8_lossy(&written);
        Ok(self.parse_id(written.trim())?.0)
    }
}
