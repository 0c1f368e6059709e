//! When a ticket that had ended was opened again.

use crate::ticket::{Action, Entry, Field, Node, Set, Status, Ticket};

impl Ticket {
    /// The entries that opened the ticket again after it had ended, in order: by the step, by a customer's word, by a failure that
    /// was met again, or by a status that somebody set.
    #[must_use]
    pub fn reopenings(&self) -> Vec<&Entry> {
        let mut status = Status::New;
        let mut found = Vec::new();
        for entry in self.in_effect() {
            let before = status;
            status = status_set(entry).unwrap_or(status);
            let is_set_open = entry.action == Action::Edit && !before.is_open() && status.is_open();
            if entry.action == Action::Reopen || is_set_open {
                found.push(entry);
            }
        }
        found
    }

    /// The entries that count, in order, since the ticket was opened again last; all of them where it never was.
    #[must_use]
    pub fn since_reopened(&self) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.in_effect().collect();
        if let Some(last) = self.reopenings().pop() {
            let place = entries.iter().position(|entry| std::ptr::eq(*entry, last));
            entries.drain(..place.map_or(0, |place| place + 1));
        }
        entries
    }
}

/// The status that an entry gave the ticket.
fn status_set(entry: &Entry) -> Option<Status> {
    match entry.set.get(&Field::Status)? {
        Set::Value { to, .. } => to.as_ref().and_then(Node::as_text).and_then(Status::parse),
        Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead | Set::Members { .. } | Set::Other(_) => None,
    }
}
