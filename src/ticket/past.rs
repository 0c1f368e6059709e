//! A ticket as it was at an instant: what its entries up to then lead to.

use crate::ticket::Ticket;
use crate::ticket::ancestry::Ancestry;
use crate::ticket::earlier::EarlierTexts;
use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::Kind;
use crate::ticket::fold::{fold, setters};
use crate::ticket::id::TicketId;
use crate::ticket::node::Node;
use crate::ticket::timestamp::Timestamp;

impl Ticket {
    /// The ticket that entries lead to; a long text that one of schema 1 only names is `text`.
    #[must_use]
    pub fn of_entries(id: TicketId, timeline: Vec<Entry>, text: &str) -> Self {
        let mut head = fold(&timeline);
        for (field, setter) in setters(&Ancestry::of(&timeline), |_| true) {
            if matches!(setter.set.get(field), Some(Set::TextInHead)) {
                head.put(field.clone(), Some(Node::text(text)));
            }
        }
        Self::from_parts(id, head, EarlierTexts::default(), timeline)
    }

    /// The ticket of the entries up to an instant, that instant included; `None` where it was not opened yet. Which
    /// commit brought an entry, and when, is no matter: it happened when its writer says.
    #[must_use]
    pub fn until(self, at: Timestamp) -> Option<Self> {
        if self.created().is_none_or(|created| created > at) {
            return None;
        }
        if self.updated().is_none_or(|updated| updated <= at) {
            return Some(self);
        }
        let timeline: Vec<Entry> = self.timeline.iter().filter(|entry| entry.at <= at).cloned().collect();
        let mut head = fold(&timeline);
        for (field, setter) in setters(&Ancestry::of(&timeline), |_| true) {
            // A long text that schema 1 left in the head.
            if field.kind() == Kind::Text && matches!(setter.set.get(field), Some(Set::TextInHead)) {
                head.put(field.clone(), self.text_set(setter, field).map(Node::text));
            }
        }
        let earlier = self.earlier.of(&timeline);
        Some(Self::from_parts(self.id, head, earlier, timeline))
    }
}
