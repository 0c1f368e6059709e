//! The project's known errors: tickets with a workaround that others are answered by.

use crate::process::{KNOWN_ERROR, KnownError, Wanted, is_known_error, known_errors};
use crate::project::change::Change;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::ticket::{Field, Finding, Ticket, TicketId};

impl Project<'_> {
    /// The known errors that are wanted, the likeliest first: marked ones, and those that a release was handed over
    /// with.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn known_errors(&self, wanted: &Wanted<'_>) -> Result<Vec<KnownError>, Failure> {
        let mut tickets = self.find_tickets(&format!("label:{KNOWN_ERROR}"))?;
        for id in self.releases().unwrap_or_default().iter().flat_map(|release| &release.known_issues) {
            if let Some(id) = TicketId::parse(id).filter(|id| tickets.iter().all(|known| known.id() != id)) {
                tickets.extend(self.readable(&id));
            }
        }
        Ok(known_errors(tickets, wanted))
    }

    /// The known errors that a ticket is likely to be about, at most some.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn likely_known_errors(&self, ticket: &Ticket, limit: usize) -> Result<Vec<KnownError>, Failure> {
        let candidates = match self.labelled(KNOWN_ERROR)? {
            Some(labelled) => labelled,
            None => self.sharing_words(ticket, &format!("label:{KNOWN_ERROR}"))?,
        };
        let known = known_errors(candidates, &Wanted::Like(ticket));
        Ok(known.into_iter().filter(KnownError::is_likely).take(limit).collect())
    }

    /// The known errors that a release has: those that it was handed over with, and those that affect it, unless it has
    /// their fix.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn known_errors_of(&self, release: &crate::process::Release) -> Result<Vec<Ticket>, Failure> {
        let mut known: Vec<Ticket> =
            release.known_issues.iter().filter_map(|id| self.readable(&TicketId::parse(id)?)).collect();
        let version = crate::query::quoted(&release.version);
        for ticket in self.find_tickets(&format!("label:{KNOWN_ERROR} affects:{version}"))? {
            let is_new = known.iter().all(|one| one.id() != ticket.id());
            if is_new && is_known_error(&ticket) && !self.fixed_in(&ticket)?.contains(&release.version) {
                known.push(ticket);
            }
        }
        Ok(known)
    }
}

impl Project<'_> {
    /// What is to be said of a ticket's workaround that somebody outside the team wrote: it goes to customers in the team's
    /// name.
    ///
    /// # Errors
    /// History or the team cannot be read.
    pub fn outside_workaround(&self, ticket: &Ticket) -> Result<Option<String>, Failure> {
        let Some(entry) = ticket.setter(&Field::Findings(Finding::Workaround)) else { return Ok(None) };
        let is_ours = self.written_by_team(ticket, std::slice::from_ref(entry))?.into_iter().all(|ours| ours);
        let who = entry.by.short();
        let warning = || format!("its workaround is by {who}, who is not on the team: read what it says");
        Ok((!is_ours).then(warning))
    }
}

impl Change<'_, '_> {
    /// Sees that a ticket is a known error.
    ///
    /// # Errors
    /// It is none: others would be answered by nothing.
    pub(super) fn check_known_error(&mut self, id: &TicketId) -> Result<(), Failure> {
        let Some(ticket) = self.ticket(id)? else {
            return Err(Failure::new(Kind::NotFound, format!("no ticket '{id}'")));
        };
        if is_known_error(&ticket) {
            if let Some(warning) = self.project().outside_workaround(&ticket)? {
                self.warning(id, warning);
            }
            return Ok(());
        }
        let message = format!("{id} is not marked as a known error with a workaround");
        Err(Failure::new(Kind::Refused, message)
            .hint(format!("git support known --add {id} --workaround TEXT")))
    }
}
