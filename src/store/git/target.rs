//! The branch that is read and written: the current one, or another that is named.

use std::fs;
use std::path::Path;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::path::quoted;
use crate::store::git::repository::Repository;

/// A branch as the target of reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The full name, `refs/heads/main`.
    pub(crate) reference: String,
    /// True where this work tree has it checked out: then file and index follow the commit.
    pub(crate) checked_out: bool,
    /// Where the branch starts if it does not exist yet: its remote-tracking branch.
    pub(crate) start: Option<ObjectId>,
}

impl Target {
    /// The full name, `refs/heads/main`.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// True for a HEAD that is on no branch: it can be read, not written.
    #[must_use]
    pub fn is_detached(&self) -> bool {
        self.reference == "HEAD"
    }

    /// True where this work tree has it checked out.
    #[must_use]
    pub fn is_checked_out(&self) -> bool {
        self.checked_out
    }

    /// The branch's short name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.reference.strip_prefix("refs/heads/").unwrap_or(&self.reference)
    }
}

impl Repository {
    /// The target of a name, or the current branch, or HEAD itself where it is detached.
    ///
    /// # Errors
    /// The name is no branch name.
    pub fn target(&self, name: Option<&str>) -> Result<Target> {
        let head = self.head_branch()?;
        let reference = match (name, &head) {
            (Some(name), _) => branch_reference(name)?,
            (None, Some(head)) => head.clone(),
            // What is read then is HEAD itself; writes are refused.
            (None, None) => {
                let checked_out = !self.repo.is_bare();
                return Ok(Target { reference: "HEAD".to_owned(), checked_out, start: None });
            }
        };
        let checked_out = !self.repo.is_bare() && head.as_deref() == Some(reference.as_str());
        let start = match self.reference_id(&reference)? {
            Some(_) => None,
            None => {
                let short = reference.strip_prefix("refs/heads/").unwrap_or_default();
                self.reference_id(&format!("refs/remotes/origin/{short}"))?
            }
        };
        Ok(Target { reference, checked_out, start })
    }

    /// Sees that the target is there: a branch that was named by mistake is not to begin a new history. The
    /// branch HEAD is on may be without a commit yet.
    ///
    /// # Errors
    /// There is no such branch.
    pub fn check_exists(&self, target: &Target) -> Result<()> {
        let is_current = || Ok(self.head_branch()?.as_deref() == Some(target.reference.as_str()));
        if self.tip(target)?.is_some() || is_current()? {
            return Ok(());
        }
        let name = target.name();
        if self.reference_id(&format!("refs/remotes/{name}"))?.is_some()
            && let Some((remote, own)) = name.split_once('/')
        {
            let message = format!("no branch '{name}' here: it is {remote}'s");
            return Err(
                Error::new(Kind::NotFound, message).hint(format!("git support --branch {} …", quoted(own)))
            );
        }
        let look = if self.has_origin() {
            format!("git fetch origin {}", quoted(&format!("{name}:{name}")))
        } else {
            "git branch --all".to_owned()
        };
        let way =
            format!("{look}, or begin it for tickets alone: git support init --branch {}", quoted(name));
        Err(Error::new(Kind::NotFound, format!("no branch '{name}'")).hint(way))
    }

    /// True where a remote named `origin` is set up.
    #[must_use]
    pub fn has_origin(&self) -> bool {
        self.configured("remote.origin.url").is_some()
    }

    /// The commit the target stands at; `None` where it has none yet.
    ///
    /// # Errors
    /// The reference cannot be read.
    pub fn tip(&self, target: &Target) -> Result<Option<ObjectId>> {
        Ok(self.reference_id(&target.reference)?.or(target.start))
    }

    fn detached(&self) -> Error {
        if let Some(branch) = self.rebased_branch() {
            return rebase_in_progress(&branch);
        }
        Error::new(Kind::Busy, "HEAD is detached: no current branch")
            .hint("name one with --branch NAME, GIT_SUPPORT_BRANCH, or: git config support.branch NAME")
    }

    /// The branch that is being rebased, if one is.
    fn rebased_branch(&self) -> Option<String> {
        rebased_in(self.repo.path())
    }

    /// Refuses a target that must not be written now.
    pub(crate) fn check_writable(&self, target: &Target) -> Result<()> {
        self.check_no_quarantine()?;
        if let Some(branch) = self.rebased_branch()
            && (target.checked_out || branch == target.reference)
        {
            return Err(rebase_in_progress(&branch));
        }
        if target.is_detached() {
            return Err(self.detached());
        }
        self.check_no_series(target)?;
        if let Some(place) = self.other_work_tree(target) {
            let message = format!("branch {} is checked out in another work tree, {place}", target.name());
            return Err(Error::new(Kind::Busy, message)
                .hint(format!("git -C {place} support …, or name another branch with --branch")));
        }
        if !target.checked_out {
            return Ok(());
        }
        if self.surroundings.text("GIT_INDEX_FILE").is_some_and(|path| path.ends_with(".lock")) {
            let message = "inside a git hook that has the index locked";
            return Err(
                Error::new(Kind::Busy, message).hint("write after git is done, or to another --branch")
            );
        }
        Ok(())
    }

    /// Refuses to write where git would drop it: by the abort of a series of commits that is applied here, or of a rebase of the
    /// branch in another work tree.
    fn check_no_series(&self, target: &Target) -> Result<()> {
        let here = self.repo.path();
        let is_series = here.join("sequencer/todo").exists() || here.join("rebase-apply/applying").exists();
        if target.checked_out && is_series {
            let message = "a series of commits is being applied (git cherry-pick, git revert, git am), and its abort would drop the change";
            return Err(Error::new(Kind::Busy, message).hint("finish it, or abort it: git status"));
        }
        let common = self.repo.commondir();
        let trees = fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten();
        let all = trees.map(|entry| entry.path()).chain([common.to_owned()]);
        for folder in all.filter(|folder| fs::canonicalize(folder).ok() != fs::canonicalize(here).ok()) {
            if rebased_in(&folder).as_deref() == Some(target.reference.as_str()) {
                return Err(rebase_in_progress(&target.reference));
            }
        }
        Ok(())
    }

    /// Refuses to write while git holds a push back: what is written then goes with it when it is refused, and references
    /// would lead nowhere (git-receive-pack(1), "Quarantine environment").
    pub(crate) fn check_no_quarantine(&self) -> Result<()> {
        if self.surroundings.text("GIT_QUARANTINE_PATH").is_none() {
            return Ok(());
        }
        Err(Error::new(Kind::Busy, "inside a git hook that has not accepted the push yet")
            .hint("write in the post-receive hook"))
    }

    /// The place of another work tree that has the target checked out.
    fn other_work_tree(&self, target: &Target) -> Option<String> {
        if self.has_reftable {
            return self.other_work_tree_by_git(target);
        }
        let common = self.repo.commondir();
        let on_target = |folder: &std::path::Path| {
            let head = fs::read_to_string(folder.join("HEAD")).unwrap_or_default();
            head.trim().strip_prefix("ref: ") == Some(target.reference.as_str())
        };
        let own = |folder: &std::path::Path| {
            let same = fs::canonicalize(folder).ok() == fs::canonicalize(self.repo.path()).ok();
            same && !self.repo.is_bare()
        };
        let has_main = !self.config.boolean("core.bare").unwrap_or(false);
        if has_main && !own(common) && on_target(common) {
            return Some(common.parent().unwrap_or(common).display().to_string());
        }
        let folders = fs::read_dir(common.join("worktrees")).ok()?;
        folders.flatten().map(|entry| entry.path()).find(|f| !own(f) && on_target(f)).map(|folder| {
            let place = fs::read_to_string(folder.join("gitdir")).unwrap_or_default();
            place.trim().trim_end_matches(".git").trim_end_matches('/').to_owned()
        })
    }
}

impl Repository {
    fn other_work_tree_by_git(&self, target: &Target) -> Option<String> {
        let listed = self.git_here(&["worktree", "list", "--porcelain"], b"", None).ok()?;
        let own = self.repo.workdir().and_then(|top| fs::canonicalize(top).ok());
        let listed = String::from_utf8_lossy(&listed).into_owned();
        listed.split("\n\n").find_map(|block| {
            let value = |key: &str| block.lines().find_map(|line| line.strip_prefix(key));
            let place = value("worktree ")?;
            let is_own = fs::canonicalize(place).ok() == own;
            (value("branch ")? == target.reference && !is_own).then(|| place.to_owned())
        })
    }
}

/// The branch that a work tree rebases, by the folder where git keeps that.
fn rebased_in(folder: &Path) -> Option<String> {
    ["rebase-merge", "rebase-apply"].iter().find_map(|kind| {
        let name = fs::read_to_string(folder.join(kind).join("head-name")).ok()?;
        Some(name.trim().to_owned())
    })
}

fn rebase_in_progress(branch: &str) -> Error {
    let name = branch.strip_prefix("refs/heads/").unwrap_or(branch);
    Error::new(Kind::Busy, format!("a rebase of {name} is in progress; it would drop or lose the commit"))
        .hint("git rebase --continue or --abort first, or write to another --branch")
}

fn branch_reference(name: &str) -> Result<String> {
    let short = name.strip_prefix("refs/heads/").unwrap_or(name);
    let reference = format!("refs/heads/{short}");
    if short.starts_with('-') || short == "HEAD" || !git2::Reference::is_valid_name(&reference) {
        return Err(Error::new(Kind::Refused, format!("'{name}' is not a valid branch name")));
    }
    Ok(reference)
}
