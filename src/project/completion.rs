//! What completion offers from the tickets: ids, and the values that fields have.

use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::ticket::Ticket;

/// The most candidates of one kind: nobody reads more.
const MAX_CANDIDATES: usize = 200;

/// Values, each with what it is about.
pub type Values = Vec<(String, String)>;

impl Project<'_> {
    /// The ids that begin with what was typed, each with its title.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn ids_beginning_with(&self, typed: &str) -> Result<Values, Failure> {
        let known = self
            .opened_index()
            .and_then(|(index, edition)| Ok(index.ids(edition, &typed.to_lowercase(), MAX_CANDIDATES)?));
        if let Ok(known) = known {
            return Ok(known);
        }
        let pair = |ticket: &Ticket| (ticket.id().to_string(), ticket.fields().title().to_owned());
        Ok(self.snapshot().beginning_with(typed)?.iter().map(pair).collect())
    }

    /// The values of a field that tickets have and that begin with what was typed; none where the index is not
    /// available.
    #[must_use]
    pub fn values_beginning_with(&self, field: &str, typed: &str) -> Vec<String> {
        let known = self.opened_index();
        known.and_then(|(index, _)| Ok(index.values(field, typed, MAX_CANDIDATES)?)).unwrap_or_default()
    }
}
