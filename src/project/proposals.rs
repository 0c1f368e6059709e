//! What a gate counts beside a query's own matches: tickets whose confirmed severity is higher than the proposed one.

use crate::process::Listed;
use crate::project::failure::Failure;
use crate::project::find::{Limit, Search, Which, parse_query};
use crate::project::state::Project;
use crate::ticket::{Ticket, TicketId};

impl Project<'_> {
    /// The tickets that a gate's query means by the severity that was confirmed last, and not by the lower one that somebody
    /// has proposed since; `found` are those that it means in any case. Each is named.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn found_as_confirmed(&self, search: &Search<'_>, found: &[Listed]) -> Result<Vec<Listed>, Failure> {
        let proposed = self.find_tickets("is:proposed")?;
        let confirmed: Vec<Ticket> = proposed.iter().filter_map(Ticket::with_confirmed_severity).collect();
        let is_found = |id: &TicketId| found.iter().any(|one| one.summary.id == *id);
        let missing: Vec<&Ticket> = confirmed.iter().filter(|ticket| !is_found(ticket.id())).collect();
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = parse_query(search.query, self.settings()?)?;
        if search.which == Which::OpenUnlessAsked {
            query.mean_open_unless_asked();
        }
        let mut context = self.context()?;
        context.open = self.find_ids("status:open")?.into_iter().collect();
        let listed = Search { limit: Limit::None, ..Search::new("is:proposed", search.projection) };
        let mut listed = self.find(&listed)?;
        for one in &listed {
            context.standings.insert(one.summary.id.clone(), one.standing.unwrap_or_default());
        }
        let held: Vec<&Ticket> =
            missing.into_iter().filter(|ticket| query.matches(ticket, &context)).collect();
        for ticket in &held {
            let severity =
                ticket.fields().severity().map(|severity| severity.to_string()).unwrap_or_default();
            let id = ticket.id();
            self.host.note(format!("note: {id} counts as {severity}: a lower severity is only proposed"));
            let lower = proposed.iter().find(|one| one.id() == id).and_then(|one| one.fields().severity());
            let command = match lower.filter(|_| !ticket.fields().status().is_open()) {
                Some(lower) => format!("git support edit {id} --severity {lower}"),
                None => format!("git support triage {id} --confirm"),
            };
            self.host.note(format!("hint: a product owner confirms it with: {command}"));
        }
        listed.retain(|one| held.iter().any(|ticket| *ticket.id() == one.summary.id));
        Ok(listed)
    }
}
