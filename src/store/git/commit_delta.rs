//! What a commit did: which files of a folder it left otherwise than its parents have them, whether it changed
//! anything else, what it says of itself.

use crate::store::git::bounds::Bounds;
use crate::store::git::error::{Error, Result};
use crate::store::git::identity::Identity;
use crate::store::git::limits::MAX_PATH_DEPTH;
use crate::store::git::mailmap_lines::{MAILMAP, Mailmap};
use crate::store::git::naming::trailers_of;
use crate::store::git::object_id::ObjectId;
use crate::store::git::objects::{Blob, Item, ItemKind, Mark};
use crate::store::git::repository::Repository;

/// A commit, seen from its parents.
#[derive(Debug, Clone)]
pub struct CommitDelta {
    /// The commit.
    pub commit: ObjectId,
    /// Its parents, in order.
    pub parents: Vec<ObjectId>,
    /// True where it has parents that are not here: a shallow clone begins with it.
    pub is_cut: bool,
    /// Author and committer.
    pub identity: Identity,
    /// Its message.
    pub message: String,
    /// The trailers of the message: names and values.
    pub trailers: Vec<(String, String)>,
    /// True where it carries a signature, good or bad.
    pub is_signed: bool,
    /// The files of the folder, and [`MAILMAP`], that it did not simply take over from its parents.
    pub files: Vec<FileDelta>,
    /// True where it has something outside the folder otherwise than its first parent.
    pub touches_others: bool,
}

/// A file that a commit did not simply take over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDelta {
    /// Its path.
    pub path: String,
    /// What the commit has; none where it has no such file.
    pub now: Option<Item>,
    /// What each parent has, in order.
    pub before: Vec<Option<Item>>,
}

/// What one place looks like on all sides: in the commit, in each parent, and where two parents parted.
#[derive(Debug, Clone, Default)]
struct Sides {
    now: Option<Item>,
    before: Vec<Option<Item>>,
    base: Option<Item>,
}

impl Sides {
    /// True where the commit has what any merge would have: what all parents have; of two, what the one has
    /// that went on where the other stood still.
    fn is_taken_over(&self) -> bool {
        if self.before.iter().all(|before| *before == self.now) {
            return !self.before.is_empty() || self.now.is_none();
        }
        match self.before.as_slice() {
            [one, other] => {
                (*one == self.base && *other == self.now) || (*other == self.base && *one == self.now)
            }
            _ => false,
        }
    }

    /// What tells these sides from any others.
    fn key(&self) -> Vec<Option<ObjectId>> {
        let id = |item: &Option<Item>| item.as_ref().map(|item| item.id);
        [&self.now, &self.base].into_iter().chain(&self.before).map(id).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Item> {
        self.now.iter().chain(self.before.iter().flatten()).chain(self.base.iter())
    }
}

fn failed(error: git2::Error) -> Error {
    Error::git("reading history", &error)
}

impl Repository {
    /// The `.mailmap` of a commit; an empty one where it has none.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn mailmap_at(&self, commit: ObjectId) -> Result<Mailmap> {
        let text = match self.file(commit, MAILMAP, usize::MAX)? {
            Some(Blob::Bytes(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
            Some(Blob::TooLarge(_)) | None => String::new(),
        };
        Mailmap::of_text(&text)
    }

    /// The parents that a commit names, though they may not be here.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn parent_names(&self, commit: ObjectId) -> Result<Vec<String>> {
        let header = self.commit_object(commit)?.header();
        Ok(header.lines().filter_map(|line| line.strip_prefix("parent ")).map(str::to_owned).collect())
    }

    /// What a commit did, to the files of a folder and beside.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn passage(&self, commit: ObjectId, folder: &str) -> Result<CommitDelta> {
        let object = self.commit_object(commit)?;
        let message = object.message();
        let trailers = trailers_of(&message)?;
        let parents = object.parents();
        let header = object.header();
        let sides = self.sides_of(commit, &parents, folder)?;
        let mut files = Vec::new();
        self.passed(folder, sides, &mut Bounds::default(), &mut files)?;
        let touches_others = self.differs_beside(commit, parents.first().copied(), folder)?;
        // A merge that has what its first parent has may have dropped what the other brought.
        if touches_others || parents.len() > 1 {
            let sides = self.sides_of(commit, &parents, MAILMAP)?;
            let is_passed = !sides.is_taken_over();
            let file = FileDelta { path: MAILMAP.to_owned(), now: sides.now, before: sides.before };
            files.extend(is_passed.then_some(file));
        }
        Ok(CommitDelta {
            commit,
            touches_others,
            is_cut: parents.is_empty() && header.contains("\nparent "),
            parents,
            identity: self.commit_text(commit)?.identity,
            message,
            trailers,
            is_signed: header.contains("\ngpgsig"),
            files,
        })
    }

    /// What stands at a path in a commit and in its parents; of a merge that decided something, where they parted, too.
    fn sides_of(&self, commit: ObjectId, parents: &[ObjectId], path: &str) -> Result<Sides> {
        let now = self.find(commit, path)?;
        let before = parents.iter().map(|parent| self.find(*parent, path)).collect::<Result<Vec<_>>>()?;
        let mut sides = Sides { now, before, base: None };
        // Where they parted decides, and what stood there: nothing does, too; not of a file that no parent has so.
        let is_alike = sides.before.iter().all(|before| *before == sides.now);
        let is_folder = sides.all().any(|item| item.kind == ItemKind::Folder);
        let is_made = !is_folder && !sides.before.contains(&sides.now);
        if let ([one, other], false) = (parents, is_alike || is_made) {
            let base = self.merge_base(*one, *other)?;
            sides.base = base.map(|base| self.find(base, path)).transpose()?.flatten();
        }
        Ok(sides)
    }

    /// Gathers the files at and below a place that were not simply taken over; folders that were are not opened.
    /// One that is out of bounds is named as a whole.
    fn passed(
        &self,
        path: &str,
        sides: Sides,
        bounds: &mut Bounds,
        found: &mut Vec<FileDelta>,
    ) -> Result<()> {
        if sides.is_taken_over() {
            return Ok(());
        }
        let key = sides.key();
        let is_deep = path.split('/').count() >= MAX_PATH_DEPTH;
        let is_folder = sides.all().any(|item| item.kind == ItemKind::Folder);
        if !is_folder || is_deep || !bounds.may_open(&key) {
            found.push(FileDelta { path: path.to_owned(), now: sides.now, before: sides.before });
            return Ok(());
        }
        let count = sides.before.len();
        let all: Vec<Option<&Item>> = std::iter::once(sides.now.as_ref())
            .chain(sides.before.iter().map(Option::as_ref))
            .chain(std::iter::once(sides.base.as_ref()))
            .collect();
        // Where parents agree with the commit, the base does not matter.
        let differs = |marks: &[Option<Mark>]| {
            let (now, before) = (marks.first(), marks.get(1..=count).unwrap_or_default());
            before.is_empty() || before.iter().any(|before| Some(before) != now)
        };
        let below = self.below(&all, &differs)?;
        bounds.opened(key, below.len());
        for (name, mut items) in below {
            let base = items.pop().flatten();
            let before = items.split_off(1);
            let now = items.pop().flatten();
            self.passed(&format!("{path}/{name}"), Sides { now, before, base }, bounds, found)?;
        }
        Ok(())
    }

    /// True where two commits have something otherwise at the top of their trees, but for one folder.
    fn differs_beside(&self, commit: ObjectId, parent: Option<ObjectId>, folder: &str) -> Result<bool> {
        let beside = |commit: ObjectId| -> Result<Vec<Item>> {
            let mut top = self.top(commit)?;
            top.retain(|item| item.name != folder);
            Ok(top)
        };
        let before = parent.map(beside).transpose()?.unwrap_or_default();
        Ok(beside(commit)? != before)
    }

    /// True where a merge has of a file just what git makes of its two sides, without a conflict.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn is_as_git_merges(&self, parents: &[ObjectId], file: &FileDelta) -> Result<bool> {
        let [one, other] = parents else { return self.is_as_joined(parents, file) };
        let commit = |id: &ObjectId| self.repo.find_commit(id.0);
        let merged = commit(one)
            .and_then(|one| commit(other).and_then(|other| self.repo.merge_commits(&one, &other, None)))
            .map_err(failed)?;
        let entry = merged.get_path(std::path::Path::new(&file.path), 0);
        Ok(entry.map(|entry| ObjectId(entry.id)) == file.now.as_ref().map(|item| item.id))
    }

    /// True where a merge of more than two lines has a file as git makes it of them, one after the other
    /// (`git-merge-octopus`), without lines of two of them: those git leaves to people.
    fn is_as_joined(&self, parents: &[ObjectId], file: &FileDelta) -> Result<bool> {
        let Some((first, rest)) = parents.split_first().filter(|(_, rest)| !rest.is_empty()) else {
            return Ok(false);
        };
        let there = |commit| Ok(self.find(commit, &file.path)?.map(|item| item.id));
        let (mut joined, mut merged) = (there(*first)?, vec![first.0]);
        for parent in rest {
            // The first is held against all that were merged before it.
            let base = match self.repo.merge_base_many(&[&[parent.0], merged.as_slice()].concat()) {
                Ok(base) => there(ObjectId(base))?,
                Err(error) if error.code() == git2::ErrorCode::NotFound => None,
                Err(error) => return Err(failed(error)),
            };
            let theirs = there(*parent)?;
            if joined == base {
                joined = theirs;
            } else if theirs != base && theirs != joined {
                return Ok(false);
            }
            merged.push(parent.0);
        }
        Ok(joined == file.now.as_ref().map(|item| item.id))
    }
}
