//! A branch and its commit.

use crate::store::git::ObjectId;

/// A branch, local or remote-tracking, and its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Its short name: `main`, `origin/main`.
    pub name: String,
    /// Its commit.
    pub commit: ObjectId,
}
