//! The record of which tests passed on a branch: a text under a reference of its own, so that a run in which everything
//! passes makes no commit.

use crate::store::Store;
use crate::store::error::Error;

/// What a reflog says of a change.
const SUBJECT: &str = "support: passes";

/// The reference of a branch's record; of a fork's branch, `owner/name:branch`, beside those of the project. A branch is one
/// level: one `feat` that is gone would otherwise be in the way of `feat/login`.
fn reference(branch: &str) -> String {
    let level = |name: &str| name.replace('%', "%25").replace('/', "%2F");
    match branch.split_once(':') {
        Some((fork, name)) => format!("refs/support/requests/{fork}/{}", level(name)),
        None => format!("refs/support/passes/{}", level(branch)),
    }
}

impl Store {
    /// The record of a branch; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn passes(&self, branch: &str) -> Result<Option<String>, Error> {
        Ok(self.repository.text_of(&reference(branch))?.map(|(_, text)| text))
    }

    /// Changes the record of a branch; `change` is asked again where another process was first.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn change_passes(&self, branch: &str, change: &dyn Fn(Option<&str>) -> String) -> Result<(), Error> {
        self.change_text(&reference(branch), SUBJECT, change)
    }

    /// Takes over what the remote knows of a branch's tests.
    ///
    /// # Errors
    /// The remote cannot be reached, or the record cannot be written.
    pub fn fetch_passes(
        &self,
        branch: &str,
        merge: &dyn Fn(Option<&str>, &str) -> String,
    ) -> Result<(), Error> {
        self.fetch_merged(&reference(branch), SUBJECT, merge)
    }

    /// Sends the record of a branch to the remote, with what the remote knows beside.
    ///
    /// # Errors
    /// The remote cannot be reached, or does not take it.
    pub fn push_passes(
        &self,
        branch: &str,
        merge: &dyn Fn(Option<&str>, &str) -> String,
    ) -> Result<(), Error> {
        self.push_merged(&reference(branch), SUBJECT, merge)
    }
}
