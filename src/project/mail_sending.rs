//! Which entries may go out as messages: those that the team, or the desk for it, has written into this branch.

use std::collections::BTreeMap;

use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::ticket::{Entry, EntryId, Person, Ticket};

impl Project<'_> {
    /// For each of some entries of a ticket, whether it is of somebody of the team, or the desk, and so is the commit that
    /// brought it; where there is no team, of one person.
    ///
    /// # Errors
    /// History or the team cannot be read.
    pub fn written_by_team(&self, ticket: &Ticket, entries: &[Entry]) -> Result<Vec<bool>, Failure> {
        let team = &self.rules()?.team;
        let me = self.me()?;
        let mut commits: BTreeMap<EntryId, Person> = BTreeMap::new();
        for (_, history) in self.introduced_by(std::slice::from_ref(ticket.id()))? {
            for introduced in history {
                if let Some(commit) = introduced.commit {
                    let author = self.known(&self.store.author_of_commit(commit)?)?;
                    commits.insert(introduced.entry.id.clone(), author);
                }
            }
        }
        let mail = &self.settings()?.mail;
        let writes = |who: &Person| {
            who.email.eq_ignore_ascii_case(&me.email)
                || mail.is_own(&who.email)
                || team.has_member(who)
                || team.members.is_empty()
        };
        let is_ours = |entry: &Entry| {
            writes(&self.known(&entry.by).unwrap_or_else(|_| entry.by.clone()))
                && commits.get(&entry.id).is_some_and(|author| {
                    let is_own = author.email.eq_ignore_ascii_case(&entry.by.email);
                    let is_mine = author.email.eq_ignore_ascii_case(&me.email);
                    is_mine || team.has_member(author) || (team.members.is_empty() && is_own)
                })
        };
        Ok(entries.iter().map(is_ours).collect())
    }
}
