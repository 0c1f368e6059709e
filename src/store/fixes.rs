//! Which builds contain the fix of a ticket: read from the commit graph, never typed.

use std::collections::{BTreeSet, HashMap};

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{CodeCommit, ObjectId, RESOLVES, Reach};
use crate::store::remembered::Remembered;
use crate::ticket::{Field, FixCommits, PREFIX_LENGTH, Ticket};

/// Tips of history, and what commits say of tickets in each.
pub struct Builds<'a> {
    store: &'a Store,
    said: &'a [CodeCommit],
    reach: Reach,
    /// The whole names of commits that tickets name, as they were read.
    named: HashMap<String, ObjectId>,
    /// The commits that those are copies of.
    originals: HashMap<String, Vec<String>>,
}

/// One of the tips.
pub struct Build<'a> {
    builds: &'a Builds<'a>,
    tip: ObjectId,
    /// The commits within it.
    within: Vec<&'a CodeCommit>,
    /// Those of them that a later one reverts.
    taken: BTreeSet<String>,
}

impl Store {
    /// What commits said about tickets, in the history of some tips; perhaps more than they contain.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn said(&self, tips: &[ObjectId]) -> Result<Vec<CodeCommit>, Error> {
        let what = if tips.len() == 1 { Remembered::Branch } else { Remembered::Releases };
        self.all_said(tips, what)
    }

    /// What the commits of a range (`A..B`), or all up to a revision, say of tickets and of other commits; the oldest first.
    ///
    /// # Errors
    /// There is no such revision, or an object cannot be read.
    pub fn said_in(&self, range: &str) -> Result<Vec<CodeCommit>, Error> {
        if range.contains("..") {
            return Ok(self.repository.code_commits(range)?);
        }
        let tip = self.repository.revision(range)?;
        let mut said = self.all_said(&[tip], Remembered::Branch)?;
        if !self.is_remembered_alone(tip) {
            let asked = said.iter().map(|commit| commit.id).collect();
            let reach = self.repository.reach(&[tip], &asked)?;
            said.retain(|commit| reach.contains(tip, commit.id));
        }
        Ok(said)
    }

    /// Some tips of history with what was said in them, for some tickets: one walk tells what each contains, the tips
    /// themselves too.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn builds<'a>(
        &'a self,
        tips: &[ObjectId],
        said: &'a [CodeCommit],
        tickets: &[Ticket],
    ) -> Result<Builds<'a>, Error> {
        let (mut named, mut originals) = (HashMap::new(), HashMap::new());
        for name in tickets.iter().flat_map(|ticket| ticket.fields().members(&Field::Commits)) {
            if !named.contains_key(name)
                && let Ok(commit) = self.repository.revision(name)
            {
                // What a linked commit is a copy of is the same fix.
                let copied = self.repository.copied_by(commit)?;
                named.extend(
                    copied.iter().filter_map(|copied| Some((copied.clone(), ObjectId::parse(copied)?))),
                );
                originals.insert(name.to_owned(), copied);
                named.insert(name.to_owned(), commit);
            }
        }
        let asked = said.iter().map(|commit| commit.id).chain(named.values().copied());
        let reach = self.repository.reach(tips, &asked.chain(tips.iter().copied()).collect())?;
        Ok(Builds { store: self, said, reach, named, originals })
    }
}

impl<'a> Builds<'a> {
    /// True where one tip contains another.
    #[must_use]
    pub fn contains(&self, tip: ObjectId, other: ObjectId) -> bool {
        self.reach.contains(tip, other)
    }

    /// One of the tips.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn of(&'a self, tip: ObjectId) -> Result<Build<'a>, Error> {
        let within: Vec<&CodeCommit> =
            self.said.iter().filter(|commit| self.reach.contains(tip, commit.id)).collect();
        let is_here = |commit| self.reach.contains(tip, commit);
        let taken = self.store.repository.withdrawn(&within, &is_here)?;
        Ok(Build { builds: self, tip, within, taken })
    }
}

impl Build<'_> {
    /// True where it contains a commit that fixes the ticket, or a copy of one, that nothing in it reverts.
    #[must_use]
    pub fn fixes(&self, ticket: &Ticket) -> bool {
        self.has_fix(ticket, &|commit| !self.taken.contains(commit))
    }

    /// The same, whether or not it was reverted.
    #[must_use]
    pub fn had_fix(&self, ticket: &Ticket) -> bool {
        self.has_fix(ticket, &|_| true)
    }

    fn has_fix(&self, ticket: &Ticket, counts: &dyn Fn(&str) -> bool) -> bool {
        // Until a commit is linked, by scan or by hand, what it says is not known to the ticket.
        if ticket.fields().members(&Field::Commits).next().is_none() {
            return false;
        }
        let Some(FixCommits { mut counting, failed }) = ticket.fix_commits() else { return false };
        let originals = counting.iter().filter_map(|commit| self.builds.originals.get(commit));
        let originals: Vec<String> =
            originals.flatten().filter(|original| !failed.contains(*original)).cloned().collect();
        counting.extend(originals);
        let resolves = |commit: &&CodeCommit| {
            let names = |(name, id): &(String, String)| {
                name.eq_ignore_ascii_case(RESOLVES)
                    && id.len() >= PREFIX_LENGTH
                    && ticket.id().as_str().starts_with(id.as_str())
            };
            let is_failed = || {
                let own = commit.id.to_string();
                std::iter::once(&own).chain(&commit.copies).any(|commit| failed.contains(commit))
            };
            commit.copies.iter().any(|copied| counting.contains(copied))
                || commit.trailers.iter().any(names) && !is_failed()
        };
        if self.within.iter().filter(|commit| counts(&commit.id.to_string())).any(resolves) {
            return true;
        }
        counting.iter().filter(|commit| counts(commit)).any(|commit| {
            let commit = self.builds.named.get(commit);
            commit.is_some_and(|commit| self.builds.reach.contains(self.tip, *commit))
        })
    }
}
