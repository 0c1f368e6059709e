//! When commits arrived, and who pushed them, where a server has taken it down.

use std::collections::HashMap;

use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::store::{Error, Store};
use crate::ticket::{Timestamp, inert, one_line};

/// What a server says of who pushes, the surest first: a signed push, the account, the user.
const PUSHERS: [&str; 4] = ["GIT_PUSH_CERT_SIGNER", "GL_USER", "REMOTE_USER", "USER"];

impl Project<'_> {
    /// Takes down a push that a server took, as its post-receive hook is told of it.
    ///
    /// # Errors
    /// The log cannot be written.
    pub fn record_push(&self, text: &str) -> Result<(), Failure> {
        let repository = self.store.repository();
        let certified =
            repository.surroundings.text("GIT_PUSH_CERT_STATUS").is_some_and(|status| status == "G");
        let sources = PUSHERS.iter().skip(usize::from(!certified));
        let who = sources.filter_map(|name| repository.surroundings.text(name)).find(|who| !who.is_empty());
        let who = who.map_or_else(|| "unknown".to_owned(), |who| inert(&one_line(&who)));
        let lines: Vec<String> = text.lines().map(|line| inert(&one_line(line))).collect();
        repository.record_push(&lines, &who).map_err(Error::from)?;
        Ok(())
    }
}

/// When commits arrived, and who pushed them; those that were there before the first push that was taken down are not
/// among them.
pub(super) fn arrivals(store: &Store) -> Result<HashMap<ObjectId, (Timestamp, String)>, Failure> {
    let repository = store.repository();
    let mut arrivals = HashMap::new();
    let mut known: Vec<ObjectId> = Vec::new();
    for push in repository.pushes().map_err(Error::from)? {
        let there = |commit: &ObjectId| repository.revision(&format!("{commit}^{{commit}}")).ok();
        known.extend(push.old.iter().filter_map(there));
        let new: Vec<ObjectId> = push.new.iter().filter_map(there).collect();
        let at = Timestamp::from_unix(push.at).unwrap_or_default();
        for commit in repository.commits_between(&new, &known).map_err(Error::from)? {
            arrivals.entry(commit).or_insert_with(|| (at, push.by.clone()));
        }
        known.extend(new);
    }
    Ok(arrivals)
}
