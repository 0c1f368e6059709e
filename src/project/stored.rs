//! Files of a change that are written as they come, so that nothing of them is kept in memory: those of an import.

use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::store::git::FileChange;
use crate::store::{layout, readable};
use crate::ticket::Ticket;

impl Change<'_, '_> {
    /// Takes a ticket as it is to become, and keeps nothing of it in memory; false where it was taken before.
    pub(super) fn store(&mut self, ticket: &Ticket) -> Result<bool, Failure> {
        if self.stored.contains_key(ticket.id()) {
            return Ok(false);
        }
        let repository = self.project.store.repository();
        let content = readable(&layout::ticket(ticket.id()), ticket)?;
        let bulk = self.bulk.get_or_insert_with(|| repository.bulk());
        let blob = bulk.add(content.into_bytes()).map_err(crate::store::Error::from)?;
        self.stored.insert(ticket.id().clone(), blob);
        Ok(true)
    }

    /// Takes a file, and keeps nothing of it in memory.
    pub(super) fn store_file(&mut self, path: String, content: Vec<u8>) -> Result<(), Failure> {
        let repository = self.project.store.repository();
        let bulk = self.bulk.get_or_insert_with(|| repository.bulk());
        let blob = bulk.add(content).map_err(crate::store::Error::from)?;
        self.files.push(FileChange::stored(path, blob));
        Ok(())
    }
}
