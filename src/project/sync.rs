//! Sync: this clone's tickets and those of a remote become one.

use crate::process::vacancies;
use crate::project::endings::unheard;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::Take;
use crate::ticket::{Field, Ticket, visible, visible_line};

pub use crate::store::{Rewrite, Synced};

impl Project<'_> {
    /// Fetches, merges and pushes the tickets of a remote, or of the branch's own.
    ///
    /// # Errors
    /// There is no such remote, it cannot be reached or does not take the push, or its history was rewritten.
    pub fn sync(&self, remote: Option<&str>, rewrite: Rewrite) -> Result<Synced, Failure> {
        self.synced(remote, Take::Over, rewrite)
    }

    /// Sends what was just committed; false where that fails. It stays committed here, and the command answers as it does
    /// without a push: the process fails once the answer is printed ([`Host::unsent`](crate::project::Host::unsent)).
    pub fn push(&self, tickets: &[Ticket]) -> bool {
        // What an earlier command could not send goes as well; where there is nothing, nobody is asked.
        if tickets.is_empty() && self.store.is_pushed() {
            return true;
        }
        let Err(failure) = self.synced(None, Take::Nothing, Rewrite::Refuse) else { return true };
        let ids: Vec<String> = tickets.iter().map(|ticket| ticket.id().to_string()).collect();
        let what = match ids.as_slice() {
            [] => format!("{} has commits that were not pushed", self.branch()),
            ids => format!("committed on {} here ({}), but not pushed", self.branch(), few(ids)),
        };
        let message = format!("{what}: {:#}", failure.error);
        // What a server declined, it declines again.
        let hint = if message.contains(DECLINED) { "git support audit" } else { "git support sync" };
        let unsent = Failure { error: anyhow::anyhow!(message), ..failure }.hint(hint);
        self.host.unsent.replace(Some(unsent));
        false
    }

    /// The branch that the settings of this one name, where that is another.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn named_otherwise(&self) -> Result<Option<String>, Failure> {
        Ok(self.store.named_otherwise()?)
    }

    fn synced(&self, remote: Option<&str>, take: Take, rewrite: Rewrite) -> Result<Synced, Failure> {
        if let Some(other) = self.named_otherwise()? {
            let (own, other) = (self.branch(), visible(&other));
            self.host.note(format!("warning: {own} says that the tickets are on branch {other}, which other clones read (run git support doctor)"));
        }
        let before = self.in_newest_state()?;
        let wording = before.wording()?;
        // A clone that was never written to merges as well.
        let _ = self.store.wire_driver();
        let synced = self.store.sync(remote, take, rewrite, &wording)?;
        for (id, new) in &synced.renamed {
            self.host.note(format!(
                "warning: two tickets were opened under the ID {id}; the newer one is now {new}"
            ));
        }
        for (id, fields) in &synced.contested {
            let names: Vec<String> = fields.iter().map(Field::name).collect();
            self.host
                .note(format!("note: both sides set {} of {id}: git support show {id}", names.join(", ")));
        }
        let now = self.in_newest_state()?;
        now.warn_of_files()?;
        now.warn_of_vacancies(&before);
        for id in &synced.unheard {
            if let Some((said, hint)) = now.readable(id).as_ref().and_then(unheard) {
                self.host.note(format!("warning: {id}: {said}: {hint}"));
            }
        }
        if !synced.settings_there.is_empty() {
            let (names, place) =
                (few(&synced.settings_there), format!("{}/{}", synced.remote, self.branch()));
            self.host.note(format!(
                "note: settings on {place} were not synced, its code differs ({names}): git pull"
            ));
        }
        if !synced.settings_here.is_empty() {
            let names = few(&synced.settings_here);
            let branch = self.branch();
            self.host.note(format!(
                "note: settings on {branch} were not pushed, its code differs ({names}): git push"
            ));
        }
        for id in &synced.removed {
            self.host.note(format!(
                "warning: {} removed the file of {id}: git support doctor --repair brings it back",
                synced.remote
            ));
        }
        for id in &synced.left_out {
            self.host.note(format!(
                "warning: {id} was removed from the remote's history, so your changes to it were not kept"
            ));
        }
        Ok(synced)
    }

    /// Warns where two changes, each of which left somebody, leave nobody whom a policy trusts. What cannot be read is named
    /// elsewhere.
    fn warn_of_vacancies(&self, before: &Project<'_>) {
        let (Ok(now), Ok(before)) = (self.rules(), before.rules()) else { return };
        for vacancy in vacancies(&now.settings, &before.team, &now.team) {
            self.host.note(format!(
                "warning: the team now has {} ({}): git support team edit NAME --role ROLE",
                vacancy.problem, vacancy.key
            ));
        }
    }
}

/// What git says of a push that a hook of the server refused (git-push(1)).
const DECLINED: &str = "hook declined";
/// The most that are named one by one.
const MAX_NAMED: usize = 3;

/// Files or tickets, in a line.
fn few(paths: &[String]) -> String {
    let names: Vec<String> = paths.iter().take(MAX_NAMED).map(|path| visible_line(path)).collect();
    match paths.len().saturating_sub(MAX_NAMED) {
        0 => names.join(", "),
        more => format!("{}, and {more} more", names.join(", ")),
    }
}
