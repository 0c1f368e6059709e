//! Which builds contain the fix of a ticket: read from the commit graph, never typed.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{CodeCommit, ObjectId, RESOLVES, Reach, Reverts};
use crate::store::remembered::Remembered;
use crate::ticket::{Field, FixCommits, PREFIX_LENGTH, Ticket, TicketId};

/// Tips of history, and what commits say of tickets in each.
pub struct Builds<'a> {
    /// The commits that are copies of each.
    copies: HashMap<&'a str, Vec<&'a CodeCommit>>,
    /// The commits that resolve each ticket, by the id as it is written there.
    resolving: HashMap<&'a str, Vec<&'a CodeCommit>>,
    reverts: Reverts,
    reach: Reach,
    /// The whole names of commits that tickets name, as they were read.
    named: HashMap<String, ObjectId>,
    /// The commits that those are copies of.
    originals: HashMap<String, Vec<String>>,
    /// Of tickets that were reopened, the commits that say they resolve them, and are from before.
    overtaken: HashMap<TicketId, HashSet<ObjectId>>,
}

/// One of the tips.
pub struct Build<'a> {
    builds: &'a Builds<'a>,
    tip: ObjectId,
    /// The commits that one within it reverts.
    withdrawn: HashSet<ObjectId>,
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

    /// Which commits those of the histories of some tips revert, the oldest first. One walk tells what is there, and none where
    /// every revert names a commit that is.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn withdrawn(
        &self,
        tips: &[ObjectId],
        oldest_first: &[CodeCommit],
    ) -> Result<HashSet<ObjectId>, Error> {
        let reverts = self.repository.reverts(oldest_first)?;
        let there: HashSet<ObjectId> = oldest_first.iter().map(|commit| commit.id).collect();
        let asked = reverts.doubtful().into_iter().filter(|commit| !there.contains(commit)).collect();
        let reach = self.repository.reach(tips, &asked)?;
        let is_here = |commit| there.contains(&commit) || tips.iter().any(|tip| reach.contains(*tip, commit));
        Ok(reverts.withdrawn(&|_| true, &is_here))
    }

    /// Of commits that tickets name, those that no branch and no tag of this clone has: they were squashed or rebased since.
    ///
    /// # Errors
    /// Git cannot read the history.
    pub fn lost_commits<'n>(&self, names: &BTreeSet<&'n str>) -> Result<BTreeSet<&'n str>, Error> {
        if names.is_empty() || self.repository.is_cut() {
            return Ok(BTreeSet::new());
        }
        let there: HashMap<ObjectId, &str> =
            names.iter().filter_map(|name| Some((self.repository.revision(name).ok()?, *name))).collect();
        let kept: BTreeSet<&str> = there.values().copied().collect();
        let mut lost: BTreeSet<&str> = names.difference(&kept).copied().collect();
        let outside = self.repository.outside_references(&there.keys().copied().collect::<Vec<_>>())?;
        lost.extend(outside.iter().filter_map(|commit| there.get(commit).copied()));
        Ok(lost)
    }

    /// Some tips of history with what was said in them, for some tickets: one walk tells what each contains, the tips
    /// themselves too.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn builds<'a>(
        &self,
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
        let reverts = self.repository.reverts(said)?;
        let (mut copies, mut resolving): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = Default::default();
        for commit in said {
            for original in &commit.copies {
                copies.entry(original.as_str()).or_default().push(commit);
            }
            for (name, id) in &commit.trailers {
                if name.eq_ignore_ascii_case(RESOLVES) {
                    resolving.entry(id.as_str()).or_default().push(commit);
                }
            }
        }
        let mut overtaken = HashMap::new();
        for ticket in tickets.iter().filter(|ticket| !ticket.reopenings().is_empty()) {
            let mut early = HashSet::new();
            for commit in prefixes(ticket.id().as_str()).filter_map(|id| resolving.get(id)).flatten() {
                if self.is_overtaken(ticket, commit)? {
                    early.insert(commit.id);
                }
            }
            overtaken.insert(ticket.id().clone(), early);
        }
        Ok(Builds { copies, resolving, reverts, reach, named, originals, overtaken })
    }

    /// True for a commit from before a ticket was reopened: as it stands, or rebased or copied since, it is what did not help.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn is_overtaken(&self, ticket: &Ticket, commit: &CodeCommit) -> Result<bool, Error> {
        let Some(reopened) = ticket.reopenings().pop() else { return Ok(false) };
        let failed = ticket.fix_commits().unwrap_or_default().failed;
        let is_copy = |one: &String| commit.copies.contains(one) || self.is_same_work(commit.id, one);
        Ok(self.commit_written_at(commit.id)? < reopened.at || failed.iter().any(is_copy))
    }
}

impl Builds<'_> {
    /// True where one tip contains another.
    #[must_use]
    pub fn contains(&self, tip: ObjectId, other: ObjectId) -> bool {
        self.reach.contains(tip, other)
    }

    /// True where a commit that a ticket names is in none of the tips.
    #[must_use]
    pub fn is_in_none(&self, name: &str) -> bool {
        let Some(commit) = self.named.get(name) else { return true };
        !self.reach.places().any(|tip| self.reach.contains(tip, *commit))
    }

    /// One of the tips.
    #[must_use]
    pub fn of(&self, tip: ObjectId) -> Build<'_> {
        let is_here = |commit| self.reach.contains(tip, commit);
        Build { builds: self, tip, withdrawn: self.reverts.withdrawn(&is_here, &is_here) }
    }
}

impl Build<'_> {
    /// True where it contains a commit that fixes the ticket, or a copy of one, that nothing in it reverts.
    #[must_use]
    pub fn fixes(&self, ticket: &Ticket) -> bool {
        self.has_fix(ticket, &|commit| !self.withdrawn.contains(&commit))
    }

    /// The same, whether or not it was reverted.
    #[must_use]
    pub fn had_fix(&self, ticket: &Ticket) -> bool {
        self.has_fix(ticket, &|_| true)
    }

    fn has_fix(&self, ticket: &Ticket, counts: &dyn Fn(ObjectId) -> bool) -> bool {
        // Until a commit is linked, by scan or by hand, what it says is not known to the ticket.
        if ticket.fields().members(&Field::Commits).next().is_none() {
            return false;
        }
        let Some(fix) = ticket.fix_commits() else { return false };
        let FixCommits { mut counting, failed, is_from_before, .. } = fix;
        let builds = self.builds;
        let originals = counting.iter().filter_map(|commit| builds.originals.get(commit));
        let originals: Vec<String> =
            originals.flatten().filter(|original| !failed.contains(*original)).cloned().collect();
        counting.extend(originals);
        let copies = counting.iter().filter_map(|commit| builds.copies.get(commit.as_str())).flatten();
        let resolving = prefixes(ticket.id().as_str()).filter_map(|id| builds.resolving.get(id)).flatten();
        // Where what was done before counts again, so does what says the same.
        let overtaken = builds.overtaken.get(ticket.id()).filter(|_| !is_from_before);
        let is_overtaken = |commit: &CodeCommit| overtaken.is_some_and(|all| all.contains(&commit.id));
        let resolving = resolving.filter(|commit| !is_failed(commit, &failed) && !is_overtaken(commit));
        // While it is open, what nobody has linked to it has resolved nothing.
        let resolving: Vec<_> = resolving.collect();
        let is_linked = |commit: &&&CodeCommit| {
            let (mut linked, own) = (ticket.fields().members(&Field::Commits), commit.id.to_string());
            linked.any(|link| link == own || commit.copies.iter().any(|copy| copy == link))
        };
        let is_known = !ticket.fields().status().is_open() || resolving.iter().any(is_linked);
        let resolving = resolving.into_iter().filter(|_| is_known);
        let named = counting.iter().filter_map(|commit| builds.named.get(commit).copied());
        named
            .chain(copies.chain(resolving).map(|commit| commit.id))
            .any(|commit| builds.reach.contains(self.tip, commit) && counts(commit))
    }
}

/// An id as commits may write it: abbreviated.
fn prefixes(id: &str) -> impl Iterator<Item = &str> {
    (PREFIX_LENGTH..=id.len()).filter_map(move |length| id.get(..length))
}

/// True where a commit, or what it is a copy of, did not fix the ticket.
fn is_failed(commit: &CodeCommit, failed: &BTreeSet<String>) -> bool {
    !failed.is_empty()
        && std::iter::once(&commit.id.to_string()).chain(&commit.copies).any(|commit| failed.contains(commit))
}
