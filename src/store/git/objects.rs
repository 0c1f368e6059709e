//! Objects: reading blobs and trees at a commit, and writing a commit by rebuilding only what changes.

use std::collections::BTreeMap;

use git2::{Oid, Tree};

use crate::store::git::bounds::Bounds;
use crate::store::git::change::{Content, TreeChange};
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::limits::MAX_BLOB_BYTES;
use crate::store::git::object_id::ObjectId;
use crate::store::git::path::SupportPath;
use crate::store::git::repository::Repository;

/// Commits whose trees are remembered.
const MAX_TREES: usize = 4096;

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
    /// A plain file.
    File,
    /// A file that may be run as a program.
    Executable,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
    /// Anything else.
    Other,
}

impl ItemKind {
    fn of_mode(mode: i32) -> Self {
        match mode & 0o170_000 {
            0o040_000 => Self::Folder,
            0o100_000 if mode & 0o111 != 0 => Self::Executable,
            0o100_000 => Self::File,
            0o120_000 => Self::Link,
            0o160_000 => Self::Submodule,
            _ => Self::Other,
        }
    }

    /// True where its object holds the content of a file. One that may be run is read, but never written.
    #[must_use]
    pub fn has_content(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }

    /// What it is, where a plain file belongs.
    #[must_use]
    pub fn problem(self) -> &'static str {
        match self {
            Self::Folder => "it is a directory",
            Self::File => "it is a regular file",
            Self::Executable => "it is executable (mode 100755)",
            Self::Link => "it is a symbolic link",
            Self::Submodule => "it is a submodule",
            Self::Other => "it is not a regular file",
        }
    }
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
            Some(Item { kind, id, .. }) if kind.has_content() => self.blob(id, limit).map(Some),
            _ => Ok(None),
        }
    }

    /// The folders of a name somewhere below the top of a commit's tree, at most so deep; of at most so many looked into.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn folders_below(
        &self,
        commit: ObjectId,
        name: &str,
        depth: usize,
        most: usize,
    ) -> Result<Vec<ObjectId>> {
        let tree = self.commit_object(commit)?.tree_id();
        let (mut found, mut looked) = (Vec::new(), 0);
        let mut next = vec![(tree, 0)];
        while let Some((id, level)) = next.pop() {
            looked += 1;
            if looked > most {
                break;
            }
            let tree = self.tree_object(id)?;
            for entry in tree.iter().filter(|entry| entry.kind() == Some(git2::ObjectType::Tree)) {
                let is_named = entry.name_bytes() == name.as_bytes();
                if is_named && level > 0 {
                    found.push(ObjectId(entry.id()));
                } else if !is_named && level < depth {
                    next.push((entry.id(), level + 1));
                }
            }
        }
        Ok(found)
    }

    /// True where a tree has something at a path below it.
    ///
    /// # Errors
    /// The tree cannot be read.
    pub fn has_path(&self, tree: ObjectId, path: &str) -> Result<bool> {
        let tree = self.tree_object(tree.0)?;
        Ok(tree.get_path(std::path::Path::new(path)).is_ok())
    }

    /// The content of a blob, if it is no more than `limit` bytes.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn blob(&self, id: ObjectId, limit: usize) -> Result<Blob> {
        let odb = self.repo.odb().map_err(failed("opening the object database"))?;
        let read = || odb.read_header(id.0);
        let (bytes, kind) = self.or_fetched(id.0, read).map_err(failed("reading a file's object"))?;
        if kind != git2::ObjectType::Blob {
            return Err(Error::new(Kind::Repository, format!("the object {id} is not a file")));
        }
        if bytes > limit {
            return Ok(Blob::TooLarge(bytes));
        }
        let object = self.despite_gc(|| odb.read(id.0)).map_err(failed("reading a file's object"))?;
        Ok(Blob::Bytes(object.data().to_vec()))
    }

    /// The whole content of a blob of ours.
    pub(crate) fn bytes_of(&self, id: ObjectId) -> Result<Vec<u8>> {
        match self.blob(id, MAX_BLOB_BYTES)? {
            Blob::Bytes(bytes) => Ok(bytes),
            Blob::TooLarge(bytes) => {
                let message =
                    format!("the object {id} has {bytes} bytes; at most {MAX_BLOB_BYTES} are taken");
                Err(Error::new(Kind::Refused, message))
            }
        }
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

    /// Hands on the names in a folder at a commit, in git's order.
    pub(crate) fn each_name(&self, commit: ObjectId, path: &str, visit: &mut dyn FnMut(&str)) -> Result<()> {
        let Some(Item { kind: ItemKind::Folder, id, .. }) = self.find(commit, path)? else { return Ok(()) };
        let tree = self.tree_object(id.0)?;
        tree.iter().for_each(|entry| visit(&String::from_utf8_lossy(entry.name_bytes())));
        Ok(())
    }

    /// What stands in the folder of a tree object.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn items(&self, folder: ObjectId) -> Result<Vec<Item>> {
        let tree = self.tree_object(folder.0)?;
        Ok(tree.iter().map(|entry| item(&entry)).collect())
    }

    /// What stands in some folders, by name, in the order of the folders, as far as it is wanted: which is asked with
    /// objects and kinds alone, so that what all of them have alike costs nothing.
    pub(crate) fn below(
        &self,
        sides: &[Option<&Item>],
        is_wanted: &dyn Fn(&[Option<Mark>]) -> bool,
    ) -> Result<BTreeMap<String, Vec<Option<Item>>>> {
        let tree = |side: &Option<&Item>| -> Result<Option<Tree<'_>>> {
            let folder = side.filter(|item| item.kind == ItemKind::Folder);
            folder.map(|item| self.tree_object(item.id.0)).transpose()
        };
        let trees = sides.iter().map(tree).collect::<Result<Vec<_>>>()?;
        let mut below = BTreeMap::new();
        let mut marks = Vec::new();
        for entry in trees.iter().flatten().flat_map(Tree::iter) {
            let name = entry.name_bytes();
            marks.clear();
            marks.extend(trees.iter().map(|tree| found(tree.as_ref(), name).map(|entry| mark(&entry))));
            if is_wanted(&marks) {
                let items = || {
                    trees.iter().map(|tree| found(tree.as_ref(), name).map(|entry| item(&entry))).collect()
                };
                below.entry(String::from_utf8_lossy(name).into_owned()).or_insert_with(items);
            }
        }
        Ok(below)
    }

    /// What stands at the top of a commit's tree.
    pub(crate) fn top(&self, commit: ObjectId) -> Result<Vec<Item>> {
        let tree = self.tree(Some(commit))?;
        Ok(tree.iter().flat_map(|tree| tree.iter().map(|entry| item(&entry)).collect::<Vec<_>>()).collect())
    }

    pub(crate) fn tree(&self, commit: Option<ObjectId>) -> Result<Option<Tree<'_>>> {
        let Some(commit) = commit else { return Ok(None) };
        let known = self.trees.borrow().get(&commit).copied();
        let tree = match known {
            Some(tree) => tree,
            None => {
                let tree = self.commit_object(commit)?.tree_id();
                let mut trees = self.trees.borrow_mut();
                if trees.len() >= MAX_TREES {
                    trees.clear();
                }
                trees.insert(commit, tree);
                tree
            }
        };
        self.tree_object(tree).map(Some)
    }

    fn tree_object(&self, id: Oid) -> Result<Tree<'_>> {
        self.or_fetched(id, || self.repo.find_tree(id)).map_err(failed("reading a folder's object"))
    }

    /// The names in the folder of a tree object, as they stand, with what each is.
    pub(crate) fn names(&self, folder: ObjectId) -> Result<BTreeMap<Vec<u8>, (ItemKind, ObjectId)>> {
        let tree = self.tree_object(folder.0)?;
        let entry = |entry: git2::TreeEntry<'_>| {
            let (id, kind) = mark(&entry);
            (entry.name_bytes().to_vec(), (kind, id))
        };
        Ok(tree.iter().map(entry).collect())
    }

    /// The plain files below a folder at a commit that have safe paths: paths and blobs.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn files_below(&self, commit: ObjectId, folder: &str) -> Result<Vec<(SupportPath, ObjectId)>> {
        let mut files = Vec::new();
        let mut bounds = Bounds::default();
        let top = self.find(commit, folder)?.filter(|item| item.kind == ItemKind::Folder);
        let mut waiting: Vec<(String, ObjectId)> =
            top.into_iter().map(|item| (folder.to_owned(), item.id)).collect();
        while let Some((folder, tree)) = waiting.pop() {
            if !bounds.may_open(&[Some(tree)]) {
                continue;
            }
            let items = self.items(tree)?;
            bounds.opened(vec![Some(tree)], items.len());
            for item in items {
                // What is not safe is named by `doctor`, and opened by nobody.
                let Ok(path) = SupportPath::parse(&format!("{folder}/{}", item.name)) else { continue };
                match item.kind {
                    ItemKind::Folder => waiting.push((path.into(), item.id)),
                    ItemKind::File => files.push((path, item.id)),
                    ItemKind::Executable | ItemKind::Link | ItemKind::Submodule | ItemKind::Other => {}
                }
            }
        }
        Ok(files)
    }

    /// The patch between what stands at a path now and its new content, as `git diff` shows it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn patch(&self, tip: Option<ObjectId>, change: &TreeChange) -> Result<String> {
        let mut out = String::new();
        for file in &change.files {
            let old = match tip {
                Some(tip) => self.file(tip, &file.path, MAX_BLOB_BYTES)?,
                None => None,
            };
            let old = match old {
                Some(Blob::Bytes(bytes)) => bytes,
                Some(Blob::TooLarge(_)) | None => Vec::new(),
            };
            let path = std::path::Path::new(&file.path);
            let stored = match file.content {
                Some(Content::Stored(id)) => self.bytes_of(id)?,
                Some(Content::Bytes(_)) | None => Vec::new(),
            };
            let new = file.bytes().unwrap_or(&stored);
            let patch = git2::Patch::from_buffers(&old, Some(path), new, Some(path), None);
            let text = patch.and_then(|mut patch| patch.to_buf()).map_err(failed("comparing"))?;
            out.push_str(&String::from_utf8_lossy(&text));
        }
        Ok(out)
    }
}

/// What tells an item from others of its name.
pub(crate) type Mark = (ObjectId, ItemKind);

fn mark(entry: &git2::TreeEntry<'_>) -> Mark {
    (ObjectId(entry.id()), ItemKind::of_mode(entry.filemode_raw()))
}

fn found<'t>(tree: Option<&'t Tree<'_>>, name: &[u8]) -> Option<git2::TreeEntry<'t>> {
    tree.and_then(|tree| tree.get_name_bytes(name))
}

fn item(entry: &git2::TreeEntry<'_>) -> Item {
    Item {
        name: String::from_utf8_lossy(entry.name_bytes()).into_owned(),
        kind: ItemKind::of_mode(entry.filemode_raw()),
        id: ObjectId(entry.id()),
    }
}
