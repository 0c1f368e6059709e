//! What a gate counts beside a query's own matches: tickets whose confirmed severity is higher than the proposed one, and
//! those that match by what their entries say, where somebody edited the file by hand.

use crate::process::Listed;
use crate::project::failure::Failure;
use crate::project::find::{Limit, Search, Which, parse_query};
use crate::project::state::Project;
use crate::query::Query;
use crate::query::context::Context;
use crate::ticket::{Field, Ticket, TicketId};

/// The tickets that a gate does not judge by their file alone.
const DOUBTFUL: &str = "is:proposed OR is:by-hand";

impl Project<'_> {
    /// The tickets that a gate's query means by the severity that was confirmed last, and not by the lower one that somebody
    /// has proposed since, or by what their entries set, and not by what somebody wrote into the file; `found` are those that
    /// it means in any case. Each is named.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn found_as_recorded(&self, search: &Search<'_>, found: &[Listed]) -> Result<Vec<Listed>, Failure> {
        let is_found = |id: &TicketId| found.iter().any(|one| one.summary.id == *id);
        let mut doubtful = self.find_tickets(DOUBTFUL)?;
        doubtful.retain(|ticket| !is_found(ticket.id()));
        if doubtful.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = parse_query(search.query, self.settings()?)?;
        if search.which == Which::OpenUnlessAsked {
            query.mean_open_unless_asked();
        }
        let mut context = self.context()?;
        context.open = self.find_ids("status:open")?.into_iter().collect();
        let listed = Search { limit: Limit::None, ..Search::new(DOUBTFUL, search.projection) };
        let mut listed = self.find(&listed)?;
        for one in &listed {
            context.standings.insert(one.summary.id.clone(), one.standing.unwrap_or_default());
        }
        doubtful.retain(|ticket| {
            let counts = counted_as(ticket, &query, &context);
            counts.iter().flatten().for_each(|line| self.host.note(line.clone()));
            counts.is_some()
        });
        listed.retain(|one| doubtful.iter().any(|ticket| *ticket.id() == one.summary.id));
        Ok(listed)
    }
}

/// As what a ticket counts that a query means by what was recorded of it; `None` for one that it does not mean.
fn counted_as(ticket: &Ticket, query: &Query, context: &Context) -> Option<[String; 2]> {
    let id = ticket.id();
    let told = ticket.as_told();
    if told.as_ref().is_some_and(|told| query.matches(told, context)) {
        let fields: Vec<String> = ticket.unaccounted().iter().map(Field::name).collect();
        return Some([
            format!("note: {id} counts as its entries have it: {} was edited by hand", fields.join(", ")),
            "hint: git support doctor --repair".to_owned(),
        ]);
    }
    let recorded = told.as_ref().unwrap_or(ticket);
    let confirmed = recorded.with_confirmed_severity().filter(|ticket| query.matches(ticket, context))?;
    let severity = confirmed.fields().severity().map(|severity| severity.to_string()).unwrap_or_default();
    let lower = ticket.fields().severity().filter(|_| !ticket.fields().status().is_open());
    let command = match lower {
        Some(lower) => format!("git support edit {id} --severity {lower}"),
        None => format!("git support triage {id} --confirm"),
    };
    Some([
        format!("note: {id} counts as {severity}: a lower severity is only proposed"),
        format!("hint: a product owner confirms it with: {command}"),
    ])
}
