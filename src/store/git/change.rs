//! What a commit is to change: files, with their whole new content, and a message.

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path from the top of the repository, with `/`.
    pub path: String,
    /// The new content.
    pub content: Vec<u8>,
}

/// What one commit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The files to write, each path once.
    pub files: Vec<FileChange>,
    /// The commit's message.
    pub message: String,
}
