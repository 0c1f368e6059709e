//! Commits in order, and which files of a folder each of them changed.

use crate::store::git::bounds::Bounds;
use crate::store::git::code_commit::{CodeCommit, copied};
use crate::store::git::error::{Error, Result};
use crate::store::git::limits::MAX_PATH_DEPTH;
use crate::store::git::object_id::ObjectId;
use crate::store::git::objects::{Item, ItemKind, Mark};
use crate::store::git::repository::Repository;
use crate::store::git::reverts::name_by_subject;

/// A commit that left a file otherwise than each of its parents has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The commit.
    pub commit: ObjectId,
    /// The file's path.
    pub path: String,
    /// The blob it became; `None` where the commit took the file away.
    pub blob: Option<ObjectId>,
    /// What each parent has; a commit without parents has none.
    pub before: Vec<Option<ObjectId>>,
}

/// The shortest abbreviation of a commit's name that git takes.
const MIN_ABBREVIATION: usize = 4;
/// The digits of a whole name.
const WHOLE_NAME: usize = 40;

impl Repository {
    /// Walks from commits back through all history, newest first, over the commits that changed files
    /// under a folder (or one file), until `visit` says to stop.
    ///
    /// # Errors
    /// An object cannot be read; or what `visit` says.
    pub fn walk<E: From<Error>>(
        &self,
        from: &[ObjectId],
        path: &str,
        mut visit: impl FnMut(Touch) -> std::result::Result<bool, E>,
    ) -> std::result::Result<(), E> {
        let is_wanted = |commit: ObjectId| -> std::result::Result<bool, E> {
            for touch in self.touches(commit, path)? {
                if !visit(touch)? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        // By time, as `git log` goes; any other order would have all history read before the first commit.
        self.commits_on(from, &[], ("", &[path]), is_wanted)
    }

    /// The commits that some tips contain and others do not, the oldest first. Tips that are no longer there
    /// count as containing nothing.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn commits_between(&self, tips: &[ObjectId], less: &[ObjectId]) -> Result<Vec<ObjectId>> {
        let less: Vec<ObjectId> = less.iter().copied().filter(|tip| self.is_commit(*tip)).collect();
        let walked = || -> std::result::Result<Vec<ObjectId>, git2::Error> {
            let mut walk = self.repo.revwalk()?;
            walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME | git2::Sort::REVERSE)?;
            tips.iter().try_for_each(|tip| walk.push(tip.0))?;
            less.iter().try_for_each(|tip| walk.hide(tip.0))?;
            walk.map(|id| id.map(ObjectId)).collect()
        };
        walked().or_else(|error| self.listed_by_git("--date-order", tips, &less, &error))
    }

    /// The same by git, where libgit2 fails: a commit whose lines are malformed stops that, and not git.
    pub(crate) fn listed_by_git(
        &self,
        order: &str,
        tips: &[ObjectId],
        less: &[ObjectId],
        error: &git2::Error,
    ) -> Result<Vec<ObjectId>> {
        let tips = tips.iter().map(|tip| format!("{tip}\n"));
        let input: String = tips.chain(less.iter().map(|tip| format!("^{tip}\n"))).collect();
        let said = self.git_here(&["rev-list", order, "--reverse", "--stdin"], input.as_bytes(), None);
        let said = said.map_err(|_| Error::git("reading history", error))?;
        Ok(String::from_utf8_lossy(&said).lines().filter_map(ObjectId::parse).collect())
    }

    /// The files under a folder (or the one file) that a commit changed.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn touches(&self, commit: ObjectId, path: &str) -> Result<Vec<Touch>> {
        let now = self.find(commit, path)?;
        let parents = self.parents(commit)?;
        let before = parents.iter().map(|parent| self.find(*parent, path)).collect::<Result<Vec<_>>>()?;
        let mut touches = Vec::new();
        let mut bounds = Bounds::default();
        self.compare(path, now.as_ref(), &before, &mut bounds, &mut |path, blob, before| {
            touches.push(Touch { commit, path, blob, before });
        })?;
        Ok(touches)
    }

    /// Names the files below an item that differ from every other side; equal folders are not opened. A folder
    /// that is out of bounds is named as a whole.
    pub(crate) fn compare(
        &self,
        path: &str,
        now: Option<&Item>,
        before: &[Option<Item>],
        bounds: &mut Bounds,
        found: &mut impl FnMut(String, Option<ObjectId>, Vec<Option<ObjectId>>),
    ) -> Result<()> {
        let id = |item: Option<&Item>| item.map(|item| item.id);
        if before.iter().any(|side| id(side.as_ref()) == id(now)) || (now.is_none() && before.is_empty()) {
            return Ok(());
        }
        let sides: Vec<Option<&Item>> =
            std::iter::once(now).chain(before.iter().map(Option::as_ref)).collect();
        let is_folder = |item: &Option<&Item>| item.is_some_and(|item| item.kind == ItemKind::Folder);
        let key: Vec<Option<ObjectId>> = sides.iter().map(|side| id(*side)).collect();
        let is_deep = path.split('/').count() >= MAX_PATH_DEPTH;
        if !sides.iter().any(is_folder) || is_deep || !bounds.may_open(&key) {
            // A submodule has no content here.
            let content = |item: Option<&Item>| {
                item.filter(|item| item.kind != ItemKind::Submodule).map(|item| item.id)
            };
            found(path.to_owned(), content(now), before.iter().map(|side| content(side.as_ref())).collect());
            return Ok(());
        }
        let is_own =
            |marks: &[Option<Mark>]| marks.split_first().is_some_and(|(now, before)| !before.contains(now));
        let below = self.below(&sides, &is_own)?;
        bounds.opened(key, below.len());
        for (name, mut items) in below {
            let before = items.split_off(1);
            let now = items.pop().flatten();
            self.compare(&format!("{path}/{name}"), now.as_ref(), &before, bounds, found)?;
        }
        Ok(())
    }

    /// The commits of a range (`A..B`), or all up to a revision, that name tickets, take a commit back or
    /// copy one; the oldest first. Our own commits are told by their `Support-Action`.
    ///
    /// # Errors
    /// There is no such revision, or an object cannot be read.
    pub fn code_commits(&self, range: &str) -> Result<Vec<CodeCommit>> {
        let (from, to) = range.split_once("..").map_or((None, range), |(from, to)| (Some(from), to));
        let to = self.revision(if to.is_empty() { "HEAD" } else { to })?;
        let from = from.filter(|from| !from.is_empty()).map(|from| self.revision(from)).transpose()?;
        self.code_commits_of(&[to], from.as_slice())
    }

    /// The same for all that some tips contain, less what others contain.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn code_commits_of(&self, tips: &[ObjectId], less: &[ObjectId]) -> Result<Vec<CodeCommit>> {
        let commits = self.saying(tips, less)?;
        let mut commits: Vec<_> = commits.into_iter().map(|commit| self.with_whole_name(commit)).collect();
        name_by_subject(&mut commits);
        Ok(commits)
    }

    /// The commits that one is a copy of, as `git cherry-pick -x` wrote into its message.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn copied_by(&self, commit: ObjectId) -> Result<Vec<String>> {
        Ok(copied(&self.commit_object(commit)?.message()))
    }

    /// A commit whose reverted commit is named in full: people abbreviate.
    fn with_whole_name(&self, mut commit: CodeCommit) -> CodeCommit {
        let is_short = |name: &String| (MIN_ABBREVIATION..WHOLE_NAME).contains(&name.len());
        for name in commit.reverts.iter_mut().filter(|name| is_short(name)) {
            if let Ok(whole) = self.revision(name) {
                *name = whole.to_string();
            }
        }
        commit
    }

    /// True for an object that is here, without a wait for one that a process beside this may be packing.
    #[must_use]
    pub fn has_object(&self, id: ObjectId) -> bool {
        self.repo.odb().is_ok_and(|odb| odb.exists_ext(id.0, git2::OdbLookupFlags::NO_REFRESH))
    }

    /// True for a commit that is here, packed or not.
    #[must_use]
    pub fn has_commit(&self, id: ObjectId) -> bool {
        self.repo.odb().is_ok_and(|odb| odb.exists(id.0))
    }

    /// The parents of a commit.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn parents(&self, commit: ObjectId) -> Result<Vec<ObjectId>> {
        Ok(self.commit_object(commit)?.parents())
    }

    /// True where a commit is the tip or one of its ancestors, as `git tag --contains` tells it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn contains(&self, tip: ObjectId, commit: ObjectId) -> Result<bool> {
        if tip == commit {
            return Ok(true);
        }
        // A commit whose lines are malformed stops libgit2's walk, and not git's.
        let by_git = || Ok(self.merge_base(tip, commit)? == Some(commit));
        self.repo.graph_descendant_of(tip.0, commit.0).or_else(|_| by_git())
    }

    /// When the latest parent of a commit was written, by its author's clock, in seconds since 1970 UTC, and
    /// which it is; `None` for one without parents.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn follows(&self, commit: ObjectId) -> Result<Option<(ObjectId, i64)>> {
        let mut latest = None;
        for parent in self.parents(commit)? {
            let at = self.commit_object(parent)?.author().seconds;
            latest = latest.max(Some((at, parent)));
        }
        Ok(latest.map(|(at, parent)| (parent, at)))
    }

    /// When a commit was made, in seconds since 1970 UTC.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn commit_seconds(&self, commit: ObjectId) -> Result<i64> {
        Ok(self.commit_object(commit)?.committer().seconds)
    }

    /// When a commit's author made it, in seconds since 1970 UTC: another than its committer may have written it anew.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn author_seconds(&self, commit: ObjectId) -> Result<i64> {
        Ok(self.commit_object(commit)?.author().seconds)
    }

    /// True where a commit's message has a line.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn says(&self, commit: ObjectId, line: &str) -> Result<bool> {
        Ok(self.commit_object(commit)?.message().split('\n').any(|own| own == line))
    }

    /// The newest commit of a history that was made at or before an instant, in seconds since 1970 UTC.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn newest_before(&self, from: ObjectId, seconds: i64) -> Result<Option<ObjectId>> {
        let arguments = ["rev-list", "-n", "1", &format!("--before=@{seconds}"), &from.to_string(), "--"];
        let said = self.git_here(&arguments, b"", None)?;
        Ok(ObjectId::parse(String::from_utf8_lossy(&said).trim()))
    }
}
