//! Who set a field of a ticket by hand, so that no entry accounts for it.

use std::collections::BTreeMap;

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{Blob, ObjectId};
use crate::store::layout;
use crate::ticket::{Field, MAX_TICKET_BYTES, Person, Ticket, Timestamp, codec};

/// The commit that set a field by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandSet {
    /// The commit.
    pub commit: ObjectId,
    /// Its author, as git has it.
    pub by: Person,
    /// Its author date.
    pub at: Timestamp,
}

impl Store {
    /// The newest commit that gave each of some fields its present value without an entry. A field that no commit set
    /// so, because the edit is not committed yet, is left out.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn hand_set(
        &self,
        tips: &[ObjectId],
        ticket: &Ticket,
        fields: &[Field],
    ) -> Result<BTreeMap<Field, HandSet>, Error> {
        let mut found = BTreeMap::new();
        let version = |blob: Option<ObjectId>| -> Result<Option<Ticket>, Error> {
            let Some(blob) = blob else { return Ok(None) };
            let Blob::Bytes(bytes) = self.repository().blob(blob, MAX_TICKET_BYTES)? else { return Ok(None) };
            Ok(codec::read(ticket.id(), &bytes).ok())
        };
        self.repository().walk(tips, &layout::ticket(ticket.id()), |touch| -> Result<bool, Error> {
            let Some(then) = version(touch.blob)? else { return Ok(true) };
            let before = touch.before.into_iter().map(version).collect::<Result<Vec<_>, _>>()?;
            for field in fields.iter().filter(|field| is_set_by_hand(ticket, &then, field)) {
                let is_older = before.iter().flatten().any(|before| is_set_by_hand(ticket, before, field));
                if !is_older && !found.contains_key(field) {
                    found.insert(field.clone(), self.setter_by_hand(touch.commit)?);
                }
            }
            Ok(found.len() < fields.len())
        })?;
        Ok(found)
    }

    fn setter_by_hand(&self, commit: ObjectId) -> Result<HandSet, Error> {
        let author = self.repository().commit_text(commit)?.identity.author;
        let at = Timestamp::from_unix(author.seconds).unwrap_or_default();
        Ok(HandSet { commit, by: Person { name: author.name, email: author.email }, at })
    }
}

/// True where a version has a field as the ticket has it now, and no entry sets it so.
fn is_set_by_hand(now: &Ticket, version: &Ticket, field: &Field) -> bool {
    version.fields().get(field) == now.fields().get(field) && version.unaccounted().contains(field)
}
