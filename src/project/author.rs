//! Who writes, and when.

use crate::process::Actor;
use crate::project::failure::Failure;
use crate::store::Store;
use crate::ticket::{EntryId, Person, Timestamp, visible};

/// The author as git takes it, before anything is written.
pub(super) struct Author {
    pub(super) by: Person,
    /// The same person as the team knows them: through `.mailmap`.
    pub(super) member: Person,
    pub(super) at: Timestamp,
    /// The program that acts for them.
    via: Option<String>,
}

/// The longest name of a program, in characters.
const MAX_VIA: usize = 40;

impl Author {
    /// The author of what is written now.
    pub(super) fn of(store: &Store) -> Result<Self, Failure> {
        let (by, at) = store.author()?;
        let member = store.mapped(&by)?;
        let via = store.repository().program_name().map(|name| visible(&name));
        Ok(Self { by, member, at, via: via.map(|name| name.chars().take(MAX_VIA).collect()) })
    }

    /// The author as the actor of one entry.
    pub(super) fn actor(&self, entry: EntryId) -> Actor {
        Actor { by: self.by.clone(), member: self.member.clone(), at: self.at, via: self.via.clone(), entry }
    }
}
