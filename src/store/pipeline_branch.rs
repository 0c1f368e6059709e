//! The branch of the tickets where CI runs, which fetches what it builds, and no more: what its clone lacks of the tickets
//! is fetched.

use std::collections::BTreeSet;

use crate::store::error::Error;
use crate::store::git::{ObjectId, Pipeline, Repository, Target};
use crate::store::layout;
use crate::store::{BranchSource, Store, ticket_branch};

/// The most branches that are fetched to look for tickets, those that are named like tickets first.
const MAX_BRANCHES: usize = 50;

/// What a branch of tickets may be called.
const NAMES: [&str; 4] = ["ticket", "support", "issue", "bug"];

/// The branch that is built, where HEAD is detached at a commit of it and this clone has it: what was written in this
/// job is there.
pub(super) fn built(
    repository: &Repository,
    current: &Target,
    pipeline: &Pipeline,
) -> Result<Option<Target>, Error> {
    if !current.is_detached() || pipeline.foreign.is_some() {
        return Ok(None);
    }
    let Some(built) = pipeline.branch.as_deref().and_then(|name| repository.target(Some(name)).ok()) else {
        return Ok(None);
    };
    let here = repository.reference_id(built.reference())?.zip(repository.tip(current)?);
    let is_its = here.is_some_and(|(tip, head)| repository.contains(tip, head).unwrap_or_default());
    Ok(is_its.then_some(built))
}

/// The branch that everybody begins from, where CI runs: as the system knows it, or `origin`. Where what is built has a store
/// that it may have brought along, it is fetched.
pub(super) fn default(
    repository: &Repository,
    current: &Target,
    pipeline: Option<&Pipeline>,
) -> Result<Option<String>, Error> {
    if !has_store(repository, current)? {
        return ticket_branch::default_branch(repository);
    }
    let known = pipeline.and_then(|pipeline| pipeline.default_branch.clone());
    let default = match known {
        None if repository.has_origin() => ticket_branch::default_branch_of_origin(repository)?,
        None => ticket_branch::default_branch(repository)?,
        known => known,
    };
    if let Some(name) = default.as_ref().filter(|_| repository.has_origin())
        && repository.reference_id(&format!("refs/remotes/origin/{name}"))?.is_none()
    {
        let _ = repository.fetch_branches("origin", std::slice::from_ref(name));
    }
    Ok(default)
}

fn has_store(repository: &Repository, target: &Target) -> Result<bool, Error> {
    let Some(tip) = repository.tip(target)? else { return Ok(false) };
    Ok(repository.find(tip, layout::FOLDER)?.is_some())
}

/// Fetches the branches of `origin` that this clone knows nothing of, where what it has holds no tickets: one of them may
/// hold them all. What cannot be fetched stays unknown.
pub(super) fn fetch_unknown(
    repository: &Repository,
    current: &Target,
    default: Option<&str>,
) -> Result<(), Error> {
    let is_beside = || ticket_branch::is_beside(repository, current, default);
    if repository.has_origin() && (!has_store(repository, current)? || is_beside()?) {
        fetch_all_unknown(repository, current);
    }
    Ok(())
}

/// The same, whatever this clone has.
pub(super) fn fetch_all_unknown(repository: &Repository, current: &Target) {
    let unknown = |(name, tip): &(String, ObjectId)| {
        let is_known = repository.target(Some(name)).is_ok_and(|target| {
            repository.tip(&target).ok().flatten().is_some() || target.reference() == current.reference()
        });
        // A commit that is here is on no branch of tickets that nobody knows.
        !is_known && !repository.has_object(*tip)
    };
    let mut names: Vec<String> = repository
        .remote_branches("origin")
        .unwrap_or_default()
        .into_iter()
        .filter(unknown)
        .map(|(name, _)| name)
        .collect();
    names.sort_by_key(|name| !NAMES.iter().any(|part| name.to_lowercase().contains(part)));
    names.truncate(MAX_BRANCHES);
    let _ = repository.fetch_branches("origin", &names);
}

impl Store {
    /// The names of the branches and tags that the project has, where CI runs: `origin` is asked. `None` where that cannot
    /// be known; what a clone has of them says nothing of those that were deleted.
    #[must_use]
    pub fn names_on_origin(&self) -> Option<BTreeSet<String>> {
        let repository = self.repository();
        let is_known = repository.is_in_pipeline() && repository.has_origin();
        is_known.then(|| repository.remote_names("origin").ok()).flatten()
    }

    /// The branch on which CI writes what it sees of a request or a tag, whose own branch is not the project's: the default one.
    ///
    /// # Errors
    /// A reference cannot be read.
    pub fn written_for(&self, pipeline: &Pipeline) -> Result<Option<String>, Error> {
        Ok(match &pipeline.default_branch {
            Some(name) => Some(name.clone()),
            None => self.default_branch_of_origin()?.or_else(|| pipeline.target.clone()),
        })
    }

    /// The branch on which this job has written tickets beside those that are built: of a request or a tag. `None` where none
    /// is here.
    ///
    /// # Errors
    /// A reference cannot be read.
    pub fn written_beside(&self) -> Result<Option<String>, Error> {
        let repository = self.repository();
        let is_beside = repository.is_in_pipeline()
            && self.branch_source() == BranchSource::Current
            && self.target().is_detached();
        let Some(pipeline) = Pipeline::of(&repository.surroundings).filter(|_| is_beside) else {
            return Ok(None);
        };
        if pipeline.foreign.is_none() {
            return Ok(None);
        }
        let written = self.written_for(&pipeline)?;
        let is_here =
            |name: &String| repository.reference_id(&format!("refs/heads/{name}")).ok().flatten().is_some();
        Ok(written.filter(is_here))
    }

    /// Sees, where CI runs, that `origin` can be asked and still has the branch of the tickets.
    ///
    /// # Errors
    /// It cannot, or has not.
    pub fn check_on_origin(&self) -> Result<(), Error> {
        if !self.is_held_by_origin() {
            return Ok(());
        }
        let there = self.repository().remote_branches("origin")?;
        if there.iter().any(|(name, _)| name == self.target().name()) { Ok(()) } else { self.check_is_new() }
    }

    /// True where CI runs, and another branch than the one that is built holds the tickets. What is built is what is judged,
    /// with what the job has written.
    fn is_held_by_origin(&self) -> bool {
        let is_built = self.branch_source() == BranchSource::Current || self.target().is_checked_out();
        self.repository().is_in_pipeline() && !is_built && self.repository().has_origin()
    }

    /// Sees that a branch which `origin` lacks was begun by this job.
    fn check_is_new(&self) -> Result<(), Error> {
        let was_there = self.repository().tracking("origin", self.target())?.is_some();
        if was_there { Err(self.deleted("origin")) } else { Ok(()) }
    }

    /// The newest commit of the tickets, where CI runs and another branch than the one that is built holds them: `origin` is
    /// asked, since a clone that is used again has the tickets of another day. `None` where this clone has it.
    ///
    /// # Errors
    /// It cannot be fetched, `origin` no longer has it, or both sides have entries of their own.
    pub fn newer_on_origin(&self) -> Result<Option<ObjectId>, Error> {
        let repository = self.repository();
        if !self.is_held_by_origin() {
            return Ok(None);
        }
        let Some(there) = repository.fetch("origin", self.target())? else {
            return self.check_is_new().map(|()| None);
        };
        let Some(here) = repository.tip(self.target())? else { return Ok(Some(there)) };
        // Commits of code say nothing of tickets, and a shallow clone knows few of them.
        let tickets = |commit| -> Result<_, Error> {
            Ok(repository.find(commit, layout::FOLDER)?.map(|folder| folder.id))
        };
        let base = repository.merge_base(here, there)?.map(tickets).transpose()?;
        let (ours, theirs) = (tickets(here)?, tickets(there)?);
        if ours == theirs || base == Some(theirs) {
            return Ok(None);
        }
        if base == Some(ours) {
            return Ok(Some(there));
        }
        let name = self.branch();
        let message = format!("{name} and origin/{name} hold entries that the other lacks");
        Err(crate::store::git::Error::new(crate::store::git::Kind::Conflict, message)
            .hint("git support sync")
            .into())
    }
}
