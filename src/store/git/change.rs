//! What a commit is to change: files, with their whole new content or gone, and a message.

use crate::store::git::object_id::ObjectId;

/// From this many files on, one wait for the whole file system costs less than one for each (measured).
pub const MANY_FILES: usize = 256;

/// What a file is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// What a blob holds that is written already.
    Stored(ObjectId),
}

/// A file to write, or to take away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path from the top of the repository, with `/`.
    pub path: String,
    /// The new content; `None` takes the file away.
    pub content: Option<Content>,
    /// What its user has made of it in the work tree, and the new content takes account of; `None` where it
    /// must be as it was committed.
    pub adopts: Option<Vec<u8>>,
}

impl FileChange {
    /// A file to write.
    pub fn write(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: Some(Content::Bytes(content.into())), adopts: None }
    }

    /// A file to write, whose blob is written already.
    pub fn stored(path: impl Into<String>, blob: ObjectId) -> Self {
        Self { path: path.into(), content: Some(Content::Stored(blob)), adopts: None }
    }

    /// The new content, where it is at hand.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.content {
            Some(Content::Bytes(bytes)) => Some(bytes),
            Some(Content::Stored(_)) | None => None,
        }
    }

    /// The same, where its user's own edit is what it takes account of.
    #[must_use]
    pub fn adopting(mut self, edited: Vec<u8>) -> Self {
        self.adopts = Some(edited);
        self
    }

    /// A file to take away.
    pub fn remove(path: impl Into<String>) -> Self {
        Self { path: path.into(), content: None, adopts: None }
    }
}

/// What one commit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeChange {
    /// The files, each path once.
    pub files: Vec<FileChange>,
    /// The commit's message.
    pub message: String,
    /// Further parents, beside the tip: a merge.
    pub also: Vec<ObjectId>,
    /// A commit that is there already and that the branch goes forward to; the files are what it changes.
    pub existing: Option<ObjectId>,
}

impl TreeChange {
    /// True where there are so many files that their blobs go into a pack, and that the disk is waited for once.
    pub(crate) fn has_many_files(&self) -> bool {
        self.files.len() >= MANY_FILES
    }

    /// A commit on top of the tip.
    #[must_use]
    pub fn new(files: Vec<FileChange>, message: String) -> Self {
        Self { files, message, also: Vec::new(), existing: None }
    }
}
