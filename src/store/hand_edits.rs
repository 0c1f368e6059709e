//! What people have changed under `.support/` in the work tree with an editor, or left in conflict.

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{Kind, SupportPath, refused_path};
use crate::store::layout;

/// A file that the work tree has otherwise than the last commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandEdit {
    /// Its path.
    pub path: String,
    /// Its content; `None` where it was taken away.
    pub content: Option<Vec<u8>>,
    /// Why it is not read: its name is not safe, or it is no plain file.
    pub problem: Option<String>,
    /// True where a merge left it in conflict.
    pub is_conflicted: bool,
}

impl Store {
    /// The files under `.support/` that the work tree has otherwise; none where the branch is not checked out.
    ///
    /// # Errors
    /// Git cannot compare them, a file cannot be read, or the commit stands for more files than git could look at.
    pub fn hand_edits(&self) -> Result<Vec<HandEdit>, Error> {
        if !self.target().is_checked_out() {
            return Ok(Vec::new());
        }
        let repository = self.repository();
        if let Some(tip) = repository.tip(self.target())?
            && let Some(endless) =
                repository.unsafe_paths(tip, None, usize::MAX)?.iter().find(|path| path.is_endless)
        {
            return Err(refused_path(&endless.path, &endless.problem, "HEAD").into());
        }
        let mut edits = Vec::new();
        for (path, is_conflicted) in self.repository().changed_below(layout::FOLDER)? {
            // A committed path that is not safe stands nowhere in the work tree, so nobody edited it.
            let read = SupportPath::parse(&path).and_then(|path| self.repository().work_tree_file(&path));
            let (content, problem) = match read {
                Ok(content) => (content, None),
                Err(error) if error.kind == Kind::Refused => (None, Some(error.message)),
                Err(error) => return Err(error.into()),
            };
            edits.push(HandEdit { path, content, is_conflicted, problem });
        }
        Ok(edits)
    }

    /// Writes files again as they were committed, in the index and the work tree.
    ///
    /// # Errors
    /// Git cannot write them.
    pub fn restore(&self, paths: &[String]) -> Result<(), Error> {
        Ok(self.repository().restore(paths)?)
    }

    /// True where git ignores what is new under `.support/`.
    #[must_use]
    pub fn is_ignored(&self) -> bool {
        self.repository().is_ignored(&format!("{}/x", layout::TICKETS))
    }

    /// Git's own locks that are older than some seconds: path, and age in seconds.
    #[must_use]
    pub fn old_locks(&self, seconds: u64) -> Vec<(String, u64)> {
        let locks = self.repository().locks(self.target()).into_iter();
        locks
            .filter(|(_, age)| *age >= seconds)
            .map(|(path, age)| (path.display().to_string(), age))
            .collect()
    }

    /// The versions of a file in conflict: what both sides came from, ours, theirs.
    ///
    /// # Errors
    /// Git cannot read them.
    pub fn conflict(&self, path: &str) -> Result<[Option<Vec<u8>>; 3], Error> {
        Ok(self.repository().stages(path)?)
    }

    /// Settles a conflict in work tree and index; the commit is its user's.
    ///
    /// # Errors
    /// The file or the index cannot be written.
    pub fn settle_conflict(&self, path: &str, content: &[u8]) -> Result<(), Error> {
        Ok(self.repository().settle_conflict(path, content)?)
    }

    /// Settles a conflict by removing the file from work tree and index; the commit is its user's.
    ///
    /// # Errors
    /// The file or the index cannot be written.
    pub fn settle_as_removed(&self, path: &str) -> Result<(), Error> {
        Ok(self.repository().settle_as_removed(path)?)
    }
}
