//! Texts that stand under a reference of their own, without history: read, replaced where nobody was first,
//! and exchanged with a remote.

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::limits::MAX_REFERENCE_TEXT_BYTES;
use crate::store::git::object_id::ObjectId;
use crate::store::git::objects::Blob;
use crate::store::git::references::{RefUpdate, Reflog};
use crate::store::git::remote::{FETCH, not_fetched};
use crate::store::git::repository::Repository;

impl Repository {
    /// The text under a reference, and its blob.
    pub(crate) fn text_of(&self, name: &str) -> Result<Option<(ObjectId, String)>> {
        if !git2::Reference::is_valid_name(name) {
            return Err(Error::new(Kind::Refused, format!("'{name}' is not a valid ref name")));
        }
        let Some(id) = self.reference_id(name)? else { return Ok(None) };
        match self.blob(id, MAX_REFERENCE_TEXT_BYTES)? {
            Blob::Bytes(bytes) => Ok(Some((id, String::from_utf8_lossy(&bytes).into_owned()))),
            Blob::TooLarge(bytes) => Err(Error::new(Kind::Io, format!("{name} has {bytes} bytes"))),
        }
    }

    /// Puts a text under a reference; false where that has moved on since.
    pub(crate) fn set_text(
        &self,
        name: &str,
        old: Option<ObjectId>,
        text: &str,
        subject: &str,
    ) -> Result<bool> {
        let new = self.store_blob(text.as_bytes())?;
        if old == Some(new) {
            return Ok(true);
        }
        let log = Reflog { who: self.identity()?.committer, subject: subject.to_owned() };
        match self.lock_reference(RefUpdate { name, old, new, log: &log })? {
            Some(reference) => reference.move_it().map(|()| true),
            None => Ok(false),
        }
    }

    /// The text that a remote has under a reference; `None` where it has none.
    pub(crate) fn fetch_text(&self, remote: &str, name: &str) -> Result<Option<(ObjectId, String)>> {
        let there = name.strip_prefix("refs/support/").unwrap_or(name);
        let here = format!("refs/support/remotes/{remote}/{there}");
        let refspec = format!("+{name}:{here}");
        let arguments = [&FETCH[..], &["--", remote, &refspec]].concat();
        match self.fetched(&arguments, &here) {
            Ok(()) => self.text_of(&here),
            Err(error) if error.message.contains("couldn't find remote ref") => Ok(None),
            Err(error) => Err(not_fetched(remote, error)),
        }
    }

    /// Puts a text under a reference of a remote that still has this one there.
    pub(crate) fn push_text(
        &self,
        remote: &str,
        name: &str,
        id: ObjectId,
        seen: Option<ObjectId>,
    ) -> Result<()> {
        let seen = seen.map(|seen| seen.to_string()).unwrap_or_default();
        let (lease, refspec) = (format!("--force-with-lease={name}:{seen}"), format!("{id}:{name}"));
        self.push_refspec(remote, &refspec, &[&lease])
    }
}
