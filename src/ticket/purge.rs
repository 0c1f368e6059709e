//! A purged ticket: what it held is gone from the tree, and one entry says by whom, when and why.

use crate::ticket::Ticket;
use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::Field;
use crate::ticket::node::Node;
use crate::ticket::words::{Action, Area, Level, Resolution, Status, Type};

/// The title of a purged ticket.
const TITLE: &str = "(purged)";

impl Ticket {
    /// True for a ticket that was purged: nothing is left but the entries that say so.
    #[must_use]
    pub fn is_purged(&self) -> bool {
        !self.timeline().is_empty() && self.timeline().iter().all(Entry::purges)
    }

    /// What remains of a ticket that an entry purges. The entry sets what every ticket has, so that nothing of what was
    /// there is left to be known.
    #[must_use]
    pub fn purged_by(&self, mut entry: Entry) -> Self {
        let fields = [
            (Field::Title, Node::text(TITLE)),
            (Field::Type, Node::text(Type::Question.as_str())),
            (Field::Area, Node::text(Area::Application.as_str())),
            (Field::Status, Node::text(Status::Closed.as_str())),
            (Field::Level, Node::Number(Level::One.as_str().to_owned())),
            (Field::Resolution, Node::text(Resolution::Withdrawn.as_str())),
        ];
        entry.set = fields.map(|(field, to)| (field, Set::Value { from: None, to: Some(to) })).into();
        Self::of_purges(self, std::iter::once(entry))
    }

    /// What two states of a ticket come to of which one was purged: the entries that say so, and nothing else, whatever the
    /// other goes on with; `None` where none was.
    pub(super) fn purged_on_either_side(a: &Self, b: &Self) -> Option<Self> {
        let mut entries: Vec<Entry> =
            a.timeline().iter().chain(b.timeline()).filter(|entry| entry.purges()).cloned().collect();
        entries.sort();
        entries.dedup();
        (!entries.is_empty()).then(|| Self::of_purges(a, entries.into_iter()))
    }

    fn of_purges(ticket: &Self, entries: impl Iterator<Item = Entry>) -> Self {
        let mut purged = Self::empty(ticket.id().clone());
        entries.for_each(|entry| purged.apply(entry));
        purged
    }
}

impl Entry {
    /// True for an entry that purges its ticket.
    #[must_use]
    pub fn purges(&self) -> bool {
        self.action == Action::Purge
    }
}
