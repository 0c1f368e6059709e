//! Many tickets of one change, read together before it asks for each of them.

use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::store::{Content, Versions};
use crate::ticket::TicketId;

impl Change<'_, '_> {
    /// Reads tickets that will be asked for, on several threads. One that cannot be read is told of when it is asked for.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn read_ahead(&mut self, ids: &[TicketId]) -> Result<(), Failure> {
        let snapshot = self.project().snapshot();
        let files: Vec<Versions> = ids.iter().map(|id| snapshot.versions_of(id)).collect::<Result<_, _>>()?;
        snapshot.read_many(
            &files,
            |_, content| content,
            |content: Content| -> Result<(), Failure> {
                self.ahead.extend(content.tickets.into_iter().map(|ticket| (ticket.id().clone(), ticket)));
                Ok(())
            },
        )
    }
}
