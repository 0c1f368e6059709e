//! Which entries may go out as messages: those that the team, or the desk for it, has written into this branch.

use std::collections::BTreeMap;

use crate::process::Team;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::layout;
use crate::ticket::{Entry, EntryId, Person, Ticket};

impl Project<'_> {
    /// The team as its file names it: no line of `.mailmap`, which anybody can add, speaks in its name. `None`, where there
    /// never was one; of a file that is gone or cannot be read, nobody is known to be on it.
    ///
    /// # Errors
    /// History or the team cannot be read.
    pub(super) fn written_team(&self) -> Result<Option<Team>, Failure> {
        let team = self.team()?;
        if !team.members.is_empty() || team.is_partial {
            return Ok(Some(team.clone()));
        }
        let had_one =
            !self.store.makers(&self.snapshot().commits(), layout::TEAM)?.is_some_and(|all| all.is_empty());
        Ok(had_one.then(|| team.clone()))
    }

    /// For each of some entries of a ticket, whether it is of somebody of the team, or the desk, and so is the commit that
    /// brought it; where there is no team, of one person.
    ///
    /// # Errors
    /// History or the team cannot be read.
    pub fn written_by_team(&self, ticket: &Ticket, entries: &[Entry]) -> Result<Vec<bool>, Failure> {
        let (team, me) = (self.written_team()?, self.me()?);
        let is_of_team = |who: &Person| team.as_ref().is_none_or(|team| team.has_member(who));
        let mut commits: BTreeMap<EntryId, Person> = BTreeMap::new();
        for (_, history) in self.introduced_by(std::slice::from_ref(ticket.id()))? {
            for introduced in history {
                if let Some(commit) = introduced.commit {
                    commits.insert(introduced.entry.id.clone(), self.store.author_of_commit(commit)?);
                }
            }
        }
        let mail = &self.settings()?.mail;
        let writes = |who: &Person| {
            who.email.eq_ignore_ascii_case(&me.email) || mail.is_own(&who.email) || is_of_team(who)
        };
        let is_ours = |entry: &Entry| {
            writes(&entry.by)
                && commits.get(&entry.id).is_some_and(|author| {
                    let is_own = author.email.eq_ignore_ascii_case(&entry.by.email);
                    let is_mine = author.email.eq_ignore_ascii_case(&me.email);
                    let is_theirs = team.as_ref().is_some_and(|team| team.has_member(author));
                    is_mine || is_theirs || (team.is_none() && is_own)
                })
        };
        Ok(entries.iter().map(is_ours).collect())
    }
}
