//! Objects: reading blobs and trees at a commit, and writing a commit by rebuilding only what changes.

use std::fmt;

use git2::{ObjectType, Oid, Tree};

use crate::store::git::change::Change;
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::identity::Identity;
use crate::store::git::repository::Repository;

/// The name of an object: SHA-1 or SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub(crate) Oid);

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

/// The content of a file at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blob {
    /// The bytes.
    Bytes(Vec<u8>),
    /// More bytes than were asked for: how many.
    TooLarge(usize),
}

/// What stands in a folder at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name; bytes that are no UTF-8 are replaced.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// Its object.
    pub id: ObjectId,
}

/// What an item of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link, a submodule, or anything else.
    Other,
}

impl ItemKind {
    fn of_mode(mode: i32) -> Self {
        match mode & 0o170_000 {
            0o040_000 => Self::Folder,
            0o100_000 => Self::File,
            _ => Self::Other,
        }
    }
}

/// A commit that was written, and the blob of each file, in order; none for a file that goes.
pub(crate) struct Written {
    pub(crate) commit: ObjectId,
    pub(crate) blobs: Vec<Option<ObjectId>>,
}

fn failed(doing: &'static str) -> impl Fn(git2::Error) -> Error {
    move |error| Error::git(doing, &error)
}

impl Repository {
    /// What stands at a path in a commit. An object that a partial clone lacks is never taken for a path
    /// that is not there.
    pub(crate) fn find(&self, commit: ObjectId, path: &str) -> Result<Option<Item>> {
        let Some(mut tree) = self.tree(Some(commit))? else { return Ok(None) };
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let Some(found) = tree.get_name_bytes(part.as_bytes()).map(|entry| item(&entry)) else {
                return Ok(None);
            };
            if parts.peek().is_none() {
                return Ok(Some(found));
            }
            if found.kind != ItemKind::Folder {
                return Ok(None);
            }
            tree = self.tree_object(found.id.0)?;
        }
        Ok(None)
    }

    /// The content of a file at a commit, if it is no more than `limit` bytes; `None` where there is none.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn file(&self, commit: ObjectId, path: &str, limit: usize) -> Result<Option<Blob>> {
        match self.find(commit, path)? {
            Some(Item { kind: ItemKind::File, id, .. }) => self.blob(id, limit).map(Some),
            _ => Ok(None),
        }
    }

    /// The content of a blob, if it is no more than `limit` bytes.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn blob(&self, id: ObjectId, limit: usize) -> Result<Blob> {
        let odb = self.repo.odb().map_err(failed("opening the object database"))?;
        let read = || odb.read_header(id.0);
        let (bytes, _) = self.or_fetched(id.0, read).map_err(failed("reading a file's object"))?;
        if bytes > limit {
            return Ok(Blob::TooLarge(bytes));
        }
        let object = odb.read(id.0).map_err(failed("reading a file's object"))?;
        Ok(Blob::Bytes(object.data().to_vec()))
    }

    /// What stands in a folder at a commit; nothing where there is no such folder.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn folder(&self, commit: ObjectId, path: &str) -> Result<Vec<Item>> {
        match self.find(commit, path)? {
            Some(Item { kind: ItemKind::Folder, id, .. }) => self.items(id),
            _ => Ok(Vec::new()),
        }
    }

    /// What stands in the folder of a tree object.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn items(&self, folder: ObjectId) -> Result<Vec<Item>> {
        let tree = self.tree_object(folder.0)?;
        Ok(tree.iter().map(|entry| item(&entry)).collect())
    }

    /// What stands at the top of a commit's tree.
    pub(crate) fn top(&self, commit: ObjectId) -> Result<Vec<Item>> {
        let tree = self.tree(Some(commit))?;
        Ok(tree.iter().flat_map(|tree| tree.iter().map(|entry| item(&entry)).collect::<Vec<_>>()).collect())
    }

    fn tree(&self, commit: Option<ObjectId>) -> Result<Option<Tree<'_>>> {
        let Some(commit) = commit else { return Ok(None) };
        let commit = self.repo.find_commit(commit.0).map_err(failed("reading a commit"))?;
        self.tree_object(commit.tree_id()).map(Some)
    }

    fn tree_object(&self, id: Oid) -> Result<Tree<'_>> {
        self.or_fetched(id, || self.repo.find_tree(id)).map_err(failed("reading a folder's object"))
    }

    /// Reads an object; one that a partial clone was promised is fetched first, by git.
    fn or_fetched<T>(
        &self,
        id: Oid,
        read: impl Fn() -> std::result::Result<T, git2::Error>,
    ) -> std::result::Result<T, git2::Error> {
        match read() {
            Err(error) if error.code() == git2::ErrorCode::NotFound && self.is_partial() => {
                let name = id.to_string();
                let fetched = self.git_here(&["cat-file", "-e", &name], b"", None);
                fetched.map_err(|_| {
                    let message = format!("{name} is not in this partial clone, and could not be fetched");
                    git2::Error::new(git2::ErrorCode::NotFound, git2::ErrorClass::Odb, message)
                })?;
                self.repo.odb()?.refresh()?;
                read()
            }
            other => other,
        }
    }

    /// Fetches what a partial clone lacks of some objects, all at once.
    ///
    /// # Errors
    /// Git cannot fetch them.
    pub fn fetch_missing(&self, ids: &[ObjectId]) -> Result<()> {
        let odb = self.repo.odb().map_err(failed("opening the object database"))?;
        let missing = ids.iter().filter(|id| !odb.exists(id.0));
        let names: String = missing.map(|id| format!("{id}\n")).collect();
        if names.is_empty() {
            return Ok(());
        }
        let remote = self.config.text("extensions.partialClone").unwrap_or("origin".to_owned());
        // What git itself runs for promised objects (promisor-remote.c).
        let arguments =
            ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--no-tags", "--no-write-fetch-head"];
        let more = ["--recurse-submodules=no", "--filter=blob:none", "--stdin", "--", remote.as_str()];
        self.git_here(&[&arguments[..], &more].concat(), names.as_bytes(), None)?;
        odb.refresh().map_err(failed("opening the object database"))
    }

    /// True in a clone that leaves objects with its remote until they are needed.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.config.text("extensions.partialClone").is_some()
            || self.config.boolean("remote.origin.promisor").unwrap_or(false)
    }

    /// The files below a folder at a commit: paths and blobs.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn files_below(&self, commit: ObjectId, folder: &str) -> Result<Vec<(String, ObjectId)>> {
        let mut files = Vec::new();
        let mut waiting = vec![(folder.to_owned(), self.folder(commit, folder)?)];
        while let Some((folder, items)) = waiting.pop() {
            for item in items {
                let path = format!("{folder}/{}", item.name);
                match item.kind {
                    ItemKind::Folder => waiting.push((path, self.items(item.id)?)),
                    ItemKind::File => files.push((path, item.id)),
                    ItemKind::Other => {}
                }
            }
        }
        Ok(files)
    }

    /// Writes a commit on top of another, as somebody made it elsewhere; no branch moves.
    ///
    /// # Errors
    /// An object cannot be written.
    pub(crate) fn copy_commit(
        &self,
        tip: ObjectId,
        change: &Change,
        identity: &Identity,
    ) -> Result<ObjectId> {
        Ok(self.write_commit(Some(tip), change, identity)?.commit)
    }

    /// Refuses a path that leads through a link, a submodule or a file in the tree.
    fn check_path(&self, commit: ObjectId, path: &str) -> Result<()> {
        let mut upto = String::new();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            upto.push_str(part);
            let wanted = if parts.peek().is_some() { ItemKind::Folder } else { ItemKind::File };
            match self.find(commit, &upto)? {
                None => return Ok(()),
                Some(item) if item.kind == wanted => upto.push('/'),
                Some(_) => return Err(not_a_folder(&upto)),
            }
        }
        Ok(())
    }

    /// Writes blobs, trees and the commit on top of `tip`, and sees that each object is there.
    pub(crate) fn write_commit(
        &self,
        tip: Option<ObjectId>,
        change: &Change,
        identity: &Identity,
    ) -> Result<Written> {
        if let Some(commit) = change.existing {
            let blobs = change.files.iter().map(|file| self.committed(Some(commit), &file.path));
            return Ok(Written { commit, blobs: blobs.collect::<Result<_>>()? });
        }
        let odb = self.repo.odb().map_err(failed("opening the object database"))?;
        let mut update = git2::build::TreeUpdateBuilder::new();
        let mut blobs = Vec::new();
        for file in &change.files {
            if let Some(tip) = tip {
                self.check_path(tip, &file.path)?;
            }
            let Some(content) = &file.content else {
                update.remove(file.path.as_str());
                blobs.push(None);
                continue;
            };
            let id = odb.write(ObjectType::Blob, content).map_err(failed("writing an object"))?;
            update.upsert(file.path.as_str(), id, git2::FileMode::Blob);
            blobs.push(Some(ObjectId(id)));
        }
        let base = match self.tree(tip)? {
            Some(tree) => tree,
            None => {
                let empty = self.repo.treebuilder(None).and_then(|builder| builder.write());
                let found = empty.and_then(|id| self.repo.find_tree(id));
                found.map_err(failed("writing an object"))?
            }
        };
        let tree = update.create_updated(&self.repo, &base).map_err(failed("writing an object"))?;
        let parents: Vec<ObjectId> = tip.into_iter().chain(change.also.iter().copied()).collect();
        let commit = self.write_commit_object(&parents, tree, &change.message, identity)?;
        for id in blobs.iter().flatten().map(|id| id.0).chain([tree, commit]) {
            if !odb.exists(id) {
                return Err(Error::new(
                    Kind::Io,
                    format!("git did not store the object {id}; is the disk full?"),
                ));
            }
        }
        Ok(Written { commit: ObjectId(commit), blobs })
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
            return self.signed_commit(parents, tree, message, identity);
        }
        let tree = self.repo.find_tree(tree).map_err(failed("reading a tree"))?;
        let parents = parents
            .iter()
            .map(|parent| self.repo.find_commit(parent.0))
            .collect::<std::result::Result<Vec<_>, _>>();
        let parents = parents.map_err(failed("reading a commit"))?;
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        let (author, committer) = (identity.author.to_git()?, identity.committer.to_git()?);
        let buffer = self.repo.commit_create_buffer(&author, &committer, message, &tree, &parents);
        let buffer = buffer.map_err(failed("writing the commit"))?;
        let odb = self.repo.odb().map_err(failed("opening the object database"))?;
        odb.write(ObjectType::Commit, &buffer).map_err(failed("writing the commit"))
    }

    /// True where git signs commits.
    pub(crate) fn signs(&self) -> bool {
        self.config.boolean("commit.gpgsign").unwrap_or(false)
    }

    fn signed_commit(
        &self,
        parents: &[ObjectId],
        tree: Oid,
        message: &str,
        identity: &Identity,
    ) -> Result<Oid> {
        let tree = tree.to_string();
        let parents: Vec<String> = parents.iter().map(ToString::to_string).collect();
        // Git puts a new object on the disk only where it is asked to.
        let mut arguments = vec!["-c", "core.fsync=loose-object", "commit-tree", "-S", "-F", "-"];
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
            .hint("unlock the key and try again, or: git config commit.gpgsign false")
        })?;
        let written = String::from_utf8_lossy(&written);
        Ok(self.parse_id(written.trim())?.0)
    }

    /// The patch between what stands at a path now and its new content, as `git diff` shows it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn patch(&self, tip: Option<ObjectId>, change: &Change) -> Result<String> {
        let mut out = String::new();
        for file in &change.files {
            let old = match tip {
                Some(tip) => self.file(tip, &file.path, usize::MAX)?,
                None => None,
            };
            let old = match old {
                Some(Blob::Bytes(bytes)) => bytes,
                Some(Blob::TooLarge(_)) | None => Vec::new(),
            };
            let path = std::path::Path::new(&file.path);
            let new = file.content.as_deref().unwrap_or_default();
            let patch = git2::Patch::from_buffers(&old, Some(path), new, Some(path), None);
            let text = patch.and_then(|mut patch| patch.to_buf()).map_err(failed("comparing"))?;
            out.push_str(&String::from_utf8_lossy(&text));
        }
        Ok(out)
    }
}

fn item(entry: &git2::TreeEntry<'_>) -> Item {
    Item {
        name: String::from_utf8_lossy(entry.name_bytes()).into_owned(),
        kind: ItemKind::of_mode(entry.filemode_raw()),
        id: ObjectId(entry.id()),
    }
}

/// Something else stands where our folder or file belongs.
pub(crate) fn not_a_folder(path: &str) -> Error {
    let message = format!("{path} is a symbolic link, a submodule or something else than git-support writes");
    Error::new(Kind::Refused, message).hint(format!("look at it: git ls-tree HEAD {path}; ls -ld {path}"))
}
