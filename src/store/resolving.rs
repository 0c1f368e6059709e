//! Tickets by what was typed: a prefix names one, and what names none is told with what is near, and where it is.

use crate::store::error::Error;
use crate::store::layout;
use crate::store::snapshot::{Read, Snapshot};
use crate::ticket::{TicketId, is_prefix};

/// The most candidates that are named for an id that is not there.
const MAX_NEAR: usize = 5;

impl Snapshot<'_> {
    /// The id that a prefix of four characters or more names.
    ///
    /// # Errors
    /// It is no prefix, or names no ticket, or several.
    pub fn resolve(&self, text: &str) -> Read<TicketId> {
        // As a message or another tracker writes it: `#7k3f`.
        let text = text.strip_prefix('#').unwrap_or(text).to_lowercase();
        if !is_prefix(&text) {
            return Err(Error::NoId(text));
        }
        let mut found = self.ids_with(&text)?;
        if self.instant().is_some() {
            // One that cannot be read is said by whoever reads it.
            found.retain(|id| !matches!(self.ticket(id), Ok(None)));
        }
        match (found.pop(), found.is_empty()) {
            (Some(id), true) => Ok(id),
            (None, _) => Err(self.not_found(&text)),
            (Some(last), false) => {
                found.push(last);
                Err(Error::Ambiguous { prefix: text, candidates: found })
            }
        }
    }

    pub(super) fn not_found(&self, id: &str) -> Error {
        let near = self.near(id).unwrap_or_default();
        // What a branch has now says nothing of what it had then.
        let elsewhere =
            if self.instant().is_some() { Vec::new() } else { self.elsewhere(id).unwrap_or_default() };
        let (id, branch, instant) = (id.to_owned(), self.branch.to_owned(), self.instant());
        Error::NotFound { id, branch, near, elsewhere, instant }
    }

    /// The branches that have a ticket which this one lacks.
    fn elsewhere(&self, id: &str) -> Read<Vec<String>> {
        let mut names = Vec::new();
        for folder in ["refs/heads/", "refs/remotes/"] {
            for (reference, commit) in self.repository().branches(folder)? {
                let there = Snapshot::new(self.repository(), Some(commit), self.branch);
                if !reference.ends_with("/HEAD") && !there.ids_with(id)?.is_empty() {
                    names.extend(reference.strip_prefix(folder).map(str::to_owned));
                }
            }
        }
        Ok(names)
    }

    /// Ids that begin with nearly the same characters: one more, one less, one other, or two swapped.
    fn near(&self, typed: &str) -> Read<Vec<TicketId>> {
        let mut near = Vec::new();
        self.visit(&mut |path, _| {
            let id = layout::id_of(path);
            let beginning = id.as_ref().and_then(|id| id.as_str().get(..typed.len())).unwrap_or_default();
            if near.len() < MAX_NEAR && strsim::damerau_levenshtein(typed, beginning) == 1 {
                near.extend(id);
            }
            Ok(())
        })?;
        Ok(near)
    }
}
