//! The branch of the tickets, where nobody names one: found by what branches say of themselves. And tickets that were
//! filed beside it.

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{self, Blob, ObjectId, Repository, Target, shown};
use crate::store::layout;
use crate::ticket::{MAX_FILE_BYTES, Node, yaml};

/// How a store came to its branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchSource {
    /// Somebody named it, or this clone's configuration does.
    Named,
    /// A branch of tickets alone says that it is the one.
    Found,
    /// It is the branch that is checked out.
    Current,
    /// It is being set up, whatever others hold.
    SetUp,
}

/// The branch that holds the tickets, where the current one holds none: the one that its settings name, if they do; or the
/// only branch of tickets alone whose settings name itself. A current branch with tickets is not left: anybody who may push
/// a branch could otherwise take them over. But where everybody begins from a branch without tickets (`default`), those that
/// a branch of code brings along do not hide them. What else lies under `.support/` may be left from before a move.
pub(super) fn found(
    repository: &Repository,
    current: &Target,
    default: Option<&str>,
) -> Result<Option<String>, Error> {
    let is_hidden = || -> Result<bool, Error> {
        Ok(is_beside(repository, current, default)? && !self_named(repository)?.is_empty())
    };
    if let Some(tip) = repository.tip(current)?
        && repository.find(tip, layout::FOLDER)?.is_some()
        && !is_hidden()?
    {
        if repository.find(tip, layout::TICKETS)?.is_some() {
            return Ok(None);
        }
        if let Some(name) = named_by(repository, tip)? {
            let is_other = name != current.name() && exists(repository, &name)?;
            return Ok(is_other.then_some(name));
        }
    }
    match self_named(repository)?.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        // Neither is taken, and no other: whoever may push a branch could otherwise hide the tickets.
        [one, other, ..] => {
            let message = format!("branches {} and {} both hold tickets alone", shown(one), shown(other));
            let hint = "git config support.branch NAME".to_owned();
            Err(git::Error::new(git::Kind::Refused, message).hint(hint).into())
        }
    }
}

/// True where the branch that everybody begins from is another than the current one, is here, and holds no tickets: what
/// the current one has under `.support/` came with its code.
pub(super) fn is_beside(
    repository: &Repository,
    current: &Target,
    default: Option<&str>,
) -> Result<bool, Error> {
    let Some(default) = default.filter(|default| current.is_detached() || *default != current.name()) else {
        return Ok(false);
    };
    let mut is_here = false;
    for name in [format!("refs/remotes/origin/{default}"), format!("refs/heads/{default}")] {
        if let Some(tip) = repository.reference_id(&name)? {
            is_here = true;
            if repository.find(tip, layout::TICKETS)?.is_some() {
                return Ok(false);
            }
        }
    }
    Ok(is_here)
}

/// The branches of tickets alone whose settings name themselves, here and on the remote.
pub(super) fn self_named(repository: &Repository) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = Vec::new();
    for folder in ["refs/heads/", "refs/remotes/origin/"] {
        for (reference, commit) in repository.branches(folder)? {
            let name = reference.strip_prefix(folder).unwrap_or(&reference);
            let is_known = names.iter().any(|known| known == name);
            if !is_known
                && is_of_tickets_alone(repository, commit)?
                && named_by(repository, commit)?.as_deref() == Some(name)
            {
                names.push(name.to_owned());
            }
        }
    }
    Ok(names)
}

fn exists(repository: &Repository, name: &str) -> Result<bool, Error> {
    Ok(repository.reference_id(&format!("refs/heads/{name}"))?.is_some()
        || repository.reference_id(&format!("refs/remotes/origin/{name}"))?.is_some())
}

/// The branch that everybody begins from: the remote's, or `main` or `master`.
pub(super) fn default_branch(repository: &Repository) -> Result<Option<String>, Error> {
    if let Some(default) = head_of_origin(repository)? {
        return Ok(Some(default));
    }
    // A clone that CI made has no HEAD of the remote, and perhaps no branch of its own.
    for name in ["main", "master"] {
        if exists(repository, name)? {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}

/// The same, where CI made the clone: `origin` is asked, since a `main` that is there may not be the one.
pub(super) fn default_branch_of_origin(repository: &Repository) -> Result<Option<String>, Error> {
    if let Some(default) = head_of_origin(repository)? {
        return Ok(Some(default));
    }
    match repository.remote_head("origin") {
        Ok(Some(default)) => Ok(Some(default)),
        Ok(None) | Err(_) => default_branch(repository),
    }
}

/// What a clone has kept of it.
fn head_of_origin(repository: &Repository) -> Result<Option<String>, Error> {
    let prefix = "refs/remotes/origin/";
    let head = repository.symbolic_target(&format!("{prefix}HEAD"))?;
    Ok(head.and_then(|name| name.strip_prefix(prefix).map(str::to_owned)))
}

/// True for a commit with nothing but tickets.
fn is_of_tickets_alone(repository: &Repository, commit: ObjectId) -> Result<bool, Error> {
    let top = repository.top(commit)?;
    Ok(!top.is_empty() && top.iter().all(|item| item.name == layout::FOLDER))
}

/// The branch that a commit's settings name.
fn named_by(repository: &Repository, commit: ObjectId) -> Result<Option<String>, Error> {
    let Some(Blob::Bytes(bytes)) = repository.file(commit, layout::CONFIG, MAX_FILE_BYTES)? else {
        return Ok(None);
    };
    let file = yaml::decode(&bytes).and_then(|text| yaml::parse(&text)).unwrap_or(Node::Null);
    let name = file.at("branch").and_then(Node::as_text);
    // A name that is none of a branch names nothing.
    Ok(name.filter(|name| repository.target(Some(name)).is_ok()).map(str::to_owned))
}

impl Store {
    /// How this store came to its branch.
    #[must_use]
    pub fn branch_source(&self) -> BranchSource {
        self.source
    }

    /// The branch that everybody begins from: the remote's, or `main` or `master`.
    ///
    /// # Errors
    /// A reference cannot be read.
    pub fn default_branch(&self) -> Result<Option<String>, Error> {
        default_branch(self.repository())
    }

    /// The same, where CI made the clone: `origin` is asked, since a `main` that is there may not be the one. Where it
    /// cannot be reached, as [`Store::default_branch`].
    ///
    /// # Errors
    /// A reference cannot be read.
    pub fn default_branch_of_origin(&self) -> Result<Option<String>, Error> {
        default_branch_of_origin(self.repository())
    }

    /// Fetches a branch of `origin` that this clone does not have: CI fetches what it builds, and no more.
    ///
    /// # Errors
    /// The remote cannot be reached.
    pub fn fetch_branch(&self, name: &str) -> Result<(), Error> {
        let repository = self.repository();
        if exists(repository, name)? || !repository.has_origin() {
            return Ok(());
        }
        repository.fetch("origin", &repository.target(Some(name))?)?;
        Ok(())
    }

    /// The branches, here and on remotes, whose commit is not in this clone.
    ///
    /// # Errors
    /// References cannot be read.
    pub fn missing_branches(&self) -> Result<Vec<(String, ObjectId)>, Error> {
        let mut missing = Vec::new();
        for folder in ["refs/heads/", "refs/remotes/"] {
            let branches = self.repository().branches(folder)?;
            missing.extend(branches.into_iter().filter(|(_, commit)| !self.repository().has_object(*commit)));
        }
        Ok(missing)
    }

    /// The branch that this one's own settings name, where that is another: it was renamed, and clones that nobody told read
    /// the other.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn named_otherwise(&self) -> Result<Option<String>, Error> {
        let Some(tip) = self.repository().tip(self.target())? else { return Ok(None) };
        Ok(named_by(self.repository(), tip)?.filter(|name| name != self.branch()))
    }

    /// The branches of tickets alone that say so of themselves, where this store is on another that nobody named.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn other_ticket_branches(&self) -> Result<Vec<String>, Error> {
        if self.branch_source() != BranchSource::Current {
            return Ok(Vec::new());
        }
        let mut names = self_named(self.repository())?;
        names.retain(|name| name != self.branch());
        Ok(names)
    }

    /// The local branches, among the current and the default one, that hold tickets beside the branch of tickets alone
    /// that this store is on.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn stray_branches(&self) -> Result<Vec<String>, Error> {
        let repository = self.repository();
        let Some(own) = repository.tip(self.target())? else { return Ok(Vec::new()) };
        // Any branch of a repository without code has tickets alone: its settings have to say that it is the one.
        if !is_of_tickets_alone(repository, own)?
            || named_by(repository, own)?.as_deref() != Some(self.branch())
        {
            return Ok(Vec::new());
        }
        let mut names: Vec<String> =
            self.current_branch().into_iter().chain(self.default_branch()?).collect();
        names.sort();
        names.dedup();
        let mut stray = Vec::new();
        for name in names.into_iter().filter(|name| name != self.branch()) {
            let Some(commit) = repository.reference_id(&format!("refs/heads/{name}"))? else { continue };
            if !repository.folder(commit, layout::TICKETS)?.is_empty() {
                stray.push(name);
            }
        }
        Ok(stray)
    }
}
