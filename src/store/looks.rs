//! Which commits somebody has seen: a text under a reference of theirs, a line each: commit and instant.

use crate::store::Store;
use crate::store::error::Error;

/// What a reflog says of a change.
const SUBJECT: &str = "support: seen";

/// The reference of somebody, who is named by no address.
fn reference(reader: &str) -> String {
    format!("refs/support/seen/{reader}")
}

impl Store {
    /// What somebody has seen; `None` where they have never looked.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn looks(&self, reader: &str) -> Result<Option<String>, Error> {
        Ok(self.repository.text_of(&reference(reader))?.map(|(_, text)| text))
    }

    /// Changes what somebody has seen; `change` is asked again where another process was first.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn change_looks(&self, reader: &str, change: &dyn Fn(Option<&str>) -> String) -> Result<(), Error> {
        self.change_text(&reference(reader), SUBJECT, change)
    }

    /// Takes over what the remote knows of it.
    ///
    /// # Errors
    /// The remote cannot be reached, or it cannot be written.
    pub fn fetch_looks(
        &self,
        reader: &str,
        merge: &dyn Fn(Option<&str>, &str) -> String,
    ) -> Result<(), Error> {
        self.fetch_merged(&reference(reader), SUBJECT, merge)
    }

    /// Sends it to the remote, with what the remote knows beside.
    ///
    /// # Errors
    /// The remote cannot be reached, or does not take it.
    pub fn push_looks(
        &self,
        reader: &str,
        merge: &dyn Fn(Option<&str>, &str) -> String,
    ) -> Result<(), Error> {
        self.push_merged(&reference(reader), SUBJECT, merge)
    }
}
