//! What git knows of the code around a ticket: what a commit changed, who changed a file since.
//!
//! Asked of the `git` program: its path walks are faster than libgit2's, and know `.mailmap`.

use crate::store::git::error::Result;
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;

/// A commit that changed code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChange {
    /// The commit's whole name.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// The author's name, through `.mailmap`.
    pub author: String,
    /// The author date: seconds since 1970 UTC.
    pub seconds: i64,
}

/// What git puts between the fields of a commit.
const FIELD: char = '\u{1f}';
const FORMAT: &str = "--format=%H%x1f%s%x1f%aN%x1f%at";

impl Repository {
    /// The files that a commit changed, as against its first parent.
    ///
    /// # Errors
    /// Git cannot read it.
    pub fn files_of(&self, commit: ObjectId) -> Result<Vec<String>> {
        // Where the history of a clone begins, all files seem to be new.
        if self.cut_commits().contains(&commit) {
            return Ok(Vec::new());
        }
        let first = self.parents(commit)?.first().map(ToString::to_string);
        let commit = commit.to_string();
        // Of a merge, git diff-tree shows what either side changed.
        let trees = first.as_deref().map_or(vec!["--root", "--no-commit-id"], |first| vec![first]);
        let arguments = [&["diff-tree", "--name-only", "-r", "-z"], &trees[..], &[&commit]].concat();
        let out = self.git.run(&arguments, b"", &[])?;
        Ok(String::from_utf8_lossy(&out).split('\0').filter(|p| !p.is_empty()).map(str::to_owned).collect())
    }

    /// The newest commits of HEAD that changed any of some files, since a revision if one is given.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn changes_of(
        &self,
        paths: &[String],
        since: Option<ObjectId>,
        limit: usize,
    ) -> Result<Vec<CodeChange>> {
        let (count, range) =
            (limit.to_string(), since.map_or("HEAD".to_owned(), |base| format!("{base}..HEAD")));
        let mut arguments =
            vec!["--literal-pathspecs", "log", "-z", FORMAT, "-n", &count, "--no-merges", &range, "--"];
        arguments.extend(paths.iter().map(String::as_str));
        self.changes(&arguments)
    }

    /// The newest commits between two revisions that changed files outside of a folder.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub(crate) fn code_between(
        &self,
        folder: &str,
        from: ObjectId,
        to: ObjectId,
        limit: usize,
    ) -> Result<Vec<CodeChange>> {
        let (count, range) = (limit.to_string(), format!("{from}..{to}"));
        let outside = format!(":(top,exclude){folder}");
        self.changes(&["log", "-z", FORMAT, "-n", &count, "--no-merges", &range, "--", ":(top)", &outside])
    }

    fn changes(&self, arguments: &[&str]) -> Result<Vec<CodeChange>> {
        let out = self.git.run(arguments, b"", &[])?;
        let out = String::from_utf8_lossy(&out);
        let change = |line: &str| {
            let mut parts = line.split(FIELD).map(str::to_owned);
            Some(CodeChange {
                commit: parts.next()?,
                subject: parts.next()?,
                author: parts.next()?,
                seconds: parts.next()?.trim().parse().ok()?,
            })
        };
        Ok(out.split('\0').filter_map(change).collect())
    }

    /// The tags that a revision contains, the newest first: name and commit.
    ///
    /// # Errors
    /// Git cannot read them.
    pub fn tags_in(&self, revision: ObjectId) -> Result<Vec<(String, ObjectId)>> {
        let merged = format!("--merged={revision}");
        let format = "--format=%(refname:strip=2)";
        let arguments = ["for-each-ref", &merged, "--sort=-creatordate", format, "refs/tags"];
        let out = self.git.run(&arguments, b"", &[])?;
        let names = String::from_utf8_lossy(&out).lines().map(str::to_owned).collect::<Vec<_>>();
        names
            .into_iter()
            .map(|name| Ok((name.clone(), self.revision(&format!("refs/tags/{name}"))?)))
            .collect()
    }
}
