//! Who spoke to whom on a ticket: the customer's words, the team's, and whether the last of them is answered.

use crate::ticket::Ticket;
use crate::ticket::entry::{Entry, Visibility};
use crate::ticket::field::Field;
use crate::ticket::node::Node;
use crate::ticket::person::Person;
use crate::ticket::words::Action;

/// The channels by which developers and machines file: whoever does so is their own customer.
const OWN_CHANNELS: &[&str] = &["cli", "ci"];

impl Ticket {
    /// True for the reporter; but whoever files with a tool of the developers' is their own customer.
    #[must_use]
    pub fn is_customer(&self, who: &Person) -> bool {
        let text = |field: &Field| self.fields().get(field).and_then(Node::as_text);
        let filed_it = self.timeline().first().is_some_and(|entry| entry.by == *who);
        let is_own = filed_it && text(&Field::Channel).is_some_and(|channel| OWN_CHANNELS.contains(&channel));
        !is_own && text(&Field::Reporter).is_some_and(|reporter| who.is_named(reporter))
    }

    /// True for an entry that is the customer's word: somebody of the team recorded it, or the reporter wrote it.
    #[must_use]
    pub fn is_customers(&self, entry: &Entry) -> bool {
        entry.speaker.is_some() || self.is_customer(&entry.by)
    }

    /// True while the customer waits for a word: of theirs, the filing included, the last is not answered.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        let mut waits = false;
        for entry in self.in_effect() {
            if entry.action == Action::Open {
                waits |= self.is_customers(entry) || self.is_filed_for_somebody(entry);
            } else if entry.is_said() {
                waits = self.is_customers(entry);
            }
        }
        waits && self.fields().status().is_open()
    }

    fn is_filed_for_somebody(&self, opening: &Entry) -> bool {
        let reporter = self.fields().get(&Field::Reporter).and_then(Node::as_text);
        reporter.is_some_and(|reporter| !opening.by.is_named(reporter))
    }
}

impl Entry {
    /// True for a word to the customer, or theirs: a comment that they may read, a question, an answer. What is noted with
    /// any other step is for colleagues, and what a machine saw is no word.
    #[must_use]
    pub fn is_said(&self) -> bool {
        let is_word = matches!(
            self.action,
            Action::Comment | Action::Pend | Action::Resolve | Action::Close | Action::Reopen
        );
        let is_said = self.note.is_some() && self.visibility == Visibility::Customer && self.seen.is_none();
        is_said && (is_word || self.speaker.is_some())
    }
}
