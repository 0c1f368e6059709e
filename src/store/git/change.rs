//! What a commit is to change: files, with their whole new content or gone, and a message.

use crate::store::git::objects::ObjectId;

/// A file to write, or to take away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path from the top of the repository, with `/`.
    pub path: String,
    /// The new content; `None` takes the file away.
    pub content: Option<Vec<u8>>,
    /// What its user has made of it in the work tree, and the new content takes account of; `None` where it
    /// must be as it was committed.
    pub adopts: Option<Vec<u8>>,
}

impl FileChange {
    /// A file to write.
    pub fn write(path: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), content: Some(content.into()), adopts: None }
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
pub struct Change {
    /// The files, each path once.
    pub files: Vec<FileChange>,
    /// The commit's message.
    pub message: String,
    /// Further parents, beside the tip: a merge.
    pub also: Vec<ObjectId>,
    /// A commit that is there already and that the branch goes forward to; the files are what it changes.
    pub existing: Option<ObjectId>,
}

impl Change {
    /// A commit on top of the tip.
    #[must_use]
    pub fn new(files: Vec<FileChange>, message: String) -> Self {
        Self { files, message, also: Vec::new(), existing: None }
    }
}
