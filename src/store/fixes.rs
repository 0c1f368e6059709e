//! Which builds contain the fix of a ticket: read from the commit graph, never typed.

use std::collections::BTreeMap;

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{CodeCommit, ObjectId, RESOLVES};
use crate::ticket::{Field, Ticket};

/// The shortest beginning of an id that names a ticket.
const MIN_PREFIX: usize = 4;

/// A tip of history, and what its commits say of tickets.
pub struct Build<'a> {
    store: &'a Store,
    tip: ObjectId,
    /// The commits within it that count, by name: those that a later one takes back do not.
    commits: BTreeMap<String, &'a CodeCommit>,
    /// The commits that are taken back in it.
    taken: std::collections::BTreeSet<String>,
}

impl Store {
    /// What commits said about tickets, in the history of some tips; where a ticket is given, only what can
    /// bear on its fix: what came after its first commits.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn said(&self, tips: &[ObjectId], about: Option<&Ticket>) -> Result<Vec<CodeCommit>, Error> {
        let mut before = Vec::new();
        for commit in about.into_iter().flat_map(|ticket| ticket.fields().members(&Field::Commits)) {
            // A commit that is not in this clone is in no build of it.
            let Ok(commit) = self.repository.revision(commit) else { continue };
            before.extend(self.repository.parents(commit)?);
        }
        Ok(self.repository.code_commits_of(tips, &before)?)
    }

    /// A tip of history, with what was said in it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn build<'a>(&'a self, tip: ObjectId, said: &'a [CodeCommit]) -> Result<Build<'a>, Error> {
        let mut within = Vec::new();
        for commit in said {
            if self.repository.contains(tip, commit.id)? {
                within.push(commit);
            }
        }
        let taken = self.repository.withdrawn(&within)?;
        let commits = within.into_iter().map(|commit| (commit.id.to_string(), commit));
        let commits = commits.filter(|(id, _)| !taken.contains(id.as_str())).collect();
        Ok(Build { store: self, tip, commits, taken })
    }
}

impl Build<'_> {
    /// True where it contains a commit that fixes the ticket, or a copy of one, that nothing in it takes back.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn fixes(&self, ticket: &Ticket) -> Result<bool, Error> {
        let known: Vec<&str> = ticket.fields().members(&Field::Commits).collect();
        let resolves = |commit: &CodeCommit| {
            let names = |(name, id): &(String, String)| {
                name.eq_ignore_ascii_case(RESOLVES)
                    && id.len() >= MIN_PREFIX
                    && ticket.id().as_str().starts_with(id.as_str())
            };
            commit.trailers.iter().any(names)
                || commit.copies.iter().any(|copied| known.contains(&copied.as_str()))
        };
        if self.commits.values().any(|commit| resolves(commit)) {
            return Ok(true);
        }
        for commit in known.into_iter().filter(|commit| !self.taken.contains(*commit)) {
            let Ok(commit) = self.store.repository.revision(commit) else { continue };
            if self.store.repository.contains(self.tip, commit)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
