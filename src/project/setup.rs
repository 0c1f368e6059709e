//! Setting up: the clone's git is told of the merge driver and of the branch of the tickets.

use crate::project::failure::Failure;
use crate::project::state::Project;

impl Project<'_> {
    /// Makes this clone's git merge tickets by the merge rule.
    ///
    /// # Errors
    /// The configuration cannot be written.
    pub fn wire_driver(&self) -> Result<(), Failure> {
        Ok(self.store.wire_driver()?)
    }

    /// Remembers the branch of the tickets in this clone's configuration.
    ///
    /// # Errors
    /// The configuration cannot be written.
    pub fn remember_branch(&self) -> Result<(), Failure> {
        Ok(self.store.remember_branch()?)
    }
}
