//! What of the user's stands in the way of a write: their edits, their staged changes, their filters.

use std::path::PathBuf;

use crate::store::git::change::{FileChange, TreeChange};
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::index::{IndexCopy, Staged};
use crate::store::git::limits::MAX_BLOB_BYTES;
use crate::store::git::object_id::ObjectId;
use crate::store::git::objects::Blob;
use crate::store::git::path::SupportPath;
use crate::store::git::repository::Repository;
use crate::store::git::target::Target;
use crate::store::git::temporary::{self, random_part};
use crate::store::git::worktree::{
    Durable, WorkTree, conflicted, edited, in_the_middle, removed, staged, untracked,
};

/// A larger file of attributes is not read but taken to set a filter: git is then asked.
const MAX_ATTRIBUTES_BYTES: usize = 1024 * 1024;

/// A larger file in the work tree is not ours: nothing that we write is as large.
const MAX_COMPARED_BYTES: u64 = MAX_BLOB_BYTES as u64;

/// True where a line may set a filter.
fn sets_filter(bytes: &[u8]) -> bool {
    bytes.windows(7).any(|window| window == b"filter=")
}

/// A file under way: whether the work tree gets it.
pub(crate) struct Place {
    pub(crate) skipped: bool,
}

impl Repository {
    /// Writes files again as they were committed, in the index and the work tree.
    ///
    /// # Errors
    /// Git cannot write them.
    pub(crate) fn restore(&self, paths: &[String]) -> Result<()> {
        if paths.is_empty() {
            return Ok(());
        }
        let paths: Vec<String> = paths.iter().map(|path| format!(":(top,literal){path}")).collect();
        let mut arguments = vec!["restore", "--staged", "--worktree", "--"];
        arguments.extend(paths.iter().map(String::as_str));
        self.git.run(&arguments, b"", &[]).map(drop)
    }

    /// A filter such as git-crypt's would be bypassed: the file's content would go to history in clear.
    pub(crate) fn check_filters(
        &self,
        target: &Target,
        tip: Option<ObjectId>,
        change: &TreeChange,
    ) -> Result<()> {
        // The attributes that switch filters off may come with this very change.
        let brings_attributes = change.files.iter().any(|file| file.path.ends_with("/.gitattributes"));
        if brings_attributes || !self.speaks_of_filters(tip)? {
            return Ok(());
        }
        for file in &change.files {
            if let Some(name) = self.filter(target, tip, &file.path)? {
                let message = format!("{}: the attribute filter={name} is set on it", file.path);
                return Err(Error::new(Kind::Refused, message)
                    .hint("add `.support/** -filter` to .git/info/attributes"));
            }
        }
        Ok(())
    }

    /// True where any attributes that git would read for our files set a filter: a look at a few small
    /// files, so that git has to be asked only then.
    fn speaks_of_filters(&self, tip: Option<ObjectId>) -> Result<bool> {
        let folders = ["", ".support/", ".support/tickets/", ".support/attachments/"];
        let names: Vec<String> = folders.iter().map(|folder| format!("{folder}.gitattributes")).collect();
        for name in &names {
            let committed = match tip {
                Some(tip) => self.file(tip, name, MAX_ATTRIBUTES_BYTES)?,
                None => None,
            };
            if committed.is_some_and(|blob| !matches!(&blob, Blob::Bytes(bytes) if !sets_filter(bytes))) {
                return Ok(true);
            }
        }
        let home = self.surroundings.text("HOME").unwrap_or_default();
        let global = self.configured("core.attributesFile").unwrap_or("~/.config/git/attributes".to_owned());
        let own = [
            self.repo.commondir().join("info/attributes"),
            PathBuf::from(global.replacen('~', &home, 1)),
            PathBuf::from("/etc/gitattributes"),
        ];
        // Git follows a link to its user's own file, and none in the work tree (gitattributes(5)).
        let own = own.iter().map(|file| std::fs::canonicalize(file).unwrap_or_else(|_| file.clone()));
        let tops = self.repo.workdir().into_iter();
        let theirs = tops.flat_map(|top| names.iter().map(|name| top.join(name)));
        let limit = MAX_ATTRIBUTES_BYTES as u64 + 1;
        let speaks = |file: PathBuf| match temporary::read(&file, limit) {
            Ok(bytes) => bytes.len() > MAX_ATTRIBUTES_BYTES || sets_filter(&bytes),
            Err(_) => false,
        };
        Ok(own.chain(theirs).any(speaks))
    }

    /// The filter that git's attributes set on a path: those of the work tree, or of the branch's own tree
    /// where it is not checked out.
    fn filter(&self, target: &Target, tip: Option<ObjectId>, path: &str) -> Result<Option<String>> {
        let source = tip.filter(|_| !target.checked_out).map(|tip| format!("--source={tip}"));
        let mut arguments = vec!["check-attr", "-z"];
        arguments.extend(source.as_deref());
        arguments.extend(["filter", "--", path]);
        let said = self.git_here(&arguments, b"", None)?;
        let said = String::from_utf8_lossy(&said);
        let value = said.split('\0').nth(2).unwrap_or_default();
        Ok((!matches!(value, "" | "unspecified" | "unset" | "set")).then(|| value.to_owned()))
    }

    /// Sees that the user has not touched a file that is to be written.
    pub(crate) fn check_unedited(
        &self,
        tree: &WorkTree,
        copy: &IndexCopy,
        tip: Option<ObjectId>,
        file: &FileChange,
        path: &SupportPath,
    ) -> Result<Place> {
        let old = self.committed(tip, path)?;
        if let Some(adopted) = &file.adopts {
            return self.check_adopted(tree, copy, path, old, adopted);
        }
        let skipped = match self.staged(copy, path)? {
            Staged::Conflicted => return Err(conflicted(path)),
            Staged::Absent if old.is_some() => return Err(removed(path, "is staged for removal")),
            Staged::Blob { id, .. } if Some(id) != old && self.is_in_the_middle() => {
                return Err(in_the_middle(path));
            }
            Staged::Blob { id, .. } if Some(id) != old => return Err(staged(path)),
            Staged::Blob { skipped, .. } => skipped,
            Staged::Absent => false,
        };
        if skipped {
            return Ok(Place { skipped });
        }
        match (tree.read(path, MAX_COMPARED_BYTES)?, old) {
            (None, None) => {}
            (None, Some(_)) => return Err(removed(path, "was removed from the work tree")),
            (Some(_), None) => return Err(untracked(path)),
            (Some(bytes), Some(old)) => {
                if self.hash(&bytes)? != old && self.hash(&without_carriage_returns(&bytes))? != old {
                    return Err(edited(path, "has changes that are not committed"));
                }
            }
        }
        Ok(Place { skipped })
    }
}

impl Repository {
    /// Sees that the user's edit is still the one that is adopted, staged or not.
    fn check_adopted(
        &self,
        tree: &WorkTree,
        copy: &IndexCopy,
        path: &SupportPath,
        old: Option<ObjectId>,
        adopted: &[u8],
    ) -> Result<Place> {
        let edit = self.hash(adopted)?;
        let is_known = match self.staged(copy, path)? {
            Staged::Conflicted => return Err(conflicted(path)),
            Staged::Absent => old.is_none(),
            Staged::Blob { id, .. } => Some(id) == old || id == edit,
        };
        if is_known && tree.read(path, MAX_COMPARED_BYTES)?.as_deref() == Some(adopted) {
            return Ok(Place { skipped: false });
        }
        Err(edited(path, "was changed again meanwhile"))
    }
}

fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            out.push(*byte);
        }
    }
    out
}

impl Repository {
    /// The files below a folder that work tree or index have otherwise than HEAD: path, and whether it is in
    /// conflict.
    pub(crate) fn changed_below(&self, folder: &str) -> Result<Vec<(String, bool)>> {
        let arguments = ["status", "--porcelain=v1", "-z", "-uall", "--no-renames", "--", folder];
        let said = self.git_here(&arguments, b"", None)?;
        let said = String::from_utf8_lossy(&said).into_owned();
        let line = |line: &str| {
            let (state, path) = (line.get(..2)?, line.get(3..)?);
            Some((path.to_owned(), state.contains('U') || matches!(state, "AA" | "DD")))
        };
        Ok(said.split_terminator('\0').filter_map(line).collect())
    }

    /// True where git ignores a path.
    pub(crate) fn is_ignored(&self, path: &str) -> bool {
        !self.repo.is_bare() && self.repo.is_path_ignored(path).unwrap_or(false)
    }

    /// The content of a file of the work tree; `None` where there is none.
    pub(crate) fn work_tree_file(&self, path: &SupportPath) -> Result<Option<Vec<u8>>> {
        let Some(top) = self.work_tree() else { return Ok(None) };
        WorkTree::at(top).read(path, MAX_COMPARED_BYTES)
    }

    /// The three versions of a file in conflict, as the index has them.
    pub(crate) fn stages(&self, path: &str) -> Result<[Option<Vec<u8>>; 3]> {
        let version = |stage: u8| -> Result<Option<Vec<u8>>> {
            let listed = self.git_here(&["ls-files", "--unmerged", "-z", "--", path], b"", None)?;
            let listed = String::from_utf8_lossy(&listed).into_owned();
            let entry = listed.split_terminator('\0').find_map(|line| {
                let words: Vec<&str> = line.split_whitespace().collect();
                (words.get(2).copied() == Some(stage.to_string().as_str()))
                    .then(|| words.get(1).map(ToString::to_string))?
            });
            let Some(id) = entry else { return Ok(None) };
            match self.blob(self.parse_id(&id)?, MAX_BLOB_BYTES)? {
                Blob::Bytes(bytes) => Ok(Some(bytes)),
                Blob::TooLarge(_) => Ok(None),
            }
        };
        Ok([version(1)?, version(2)?, version(3)?])
    }

    /// Writes the settled version of a file in conflict, and tells git so.
    pub(crate) fn settle_conflict(&self, path: &str, content: &[u8]) -> Result<()> {
        let Some(top) = self.work_tree() else { return Ok(()) };
        let part = random_part().map_err(|error| Error::io("drawing a name", &error))?;
        WorkTree::at(top).write(&SupportPath::parse(path)?, content, Durable::Each, &part)?;
        self.git_here(&["add", "--sparse", "--", path], b"", None).map(drop)
    }

    /// Removes a file in conflict from index and work tree.
    pub(crate) fn settle_as_removed(&self, path: &str) -> Result<()> {
        self.git_here(&["rm", "--quiet", "--force", "--sparse", "--", path], b"", None).map(drop)
    }
}

impl Repository {
    /// The first of some paths in the work tree that has another value for an attribute than the usual one, and that value, as git
    /// reads it there (gitattributes(5)); `unspecified` where none applies.
    #[must_use]
    pub fn other_attribute(&self, paths: &[String], name: &str, usual: &str) -> Option<(String, String)> {
        let input = paths.join("\0");
        let said = self.git_here(&["check-attr", "-z", "--stdin", name], input.as_bytes(), None).ok()?;
        let said = String::from_utf8_lossy(&said);
        let parts: Vec<&str> = said.split('\0').collect();
        let other = parts.chunks_exact(3).find(|chunk| chunk.last().is_some_and(|value| *value != usual))?;
        Some((other.first()?.to_string(), other.last()?.to_string()))
    }
}
