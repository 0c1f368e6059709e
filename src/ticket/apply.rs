//! Takes an entry into a ticket: the one way to change it.

use std::collections::BTreeSet;

use crate::ticket::Ticket;
use crate::ticket::ancestry::{Ancestry, Position};
use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::{Field, Kind, OF_A_STATUS};
use crate::ticket::fold::{decider, is_member};
use crate::ticket::node::Node;

impl Ticket {
    /// Where the next entry stands, whose writer has seen all of this ticket.
    #[must_use]
    pub fn next_position(&self) -> Position {
        Position { seq: self.next_seq(), after: self.tips.clone() }
    }

    /// True where the writer of an entry had seen all that this ticket has.
    #[must_use]
    pub fn is_seen_by(&self, entry: &Entry) -> bool {
        let is_higher = self.timeline().last().is_none_or(|last| last.seq < entry.seq);
        is_higher && (entry.after.is_empty() || self.tips.iter().all(|tip| entry.after.contains(tip)))
    }

    /// Appends an entry and brings the head to what it sets.
    pub fn apply(&mut self, entry: Entry) {
        self.apply_told(entry, |_| None);
    }

    /// Appends an entry that another version of the ticket has; `text` tells the long texts that one of schema 1
    /// only names.
    pub fn apply_told(&mut self, entry: Entry, text: impl Fn(&Field) -> Option<String>) {
        if self.is_seen_by(&entry) {
            for (field, set) in &entry.set {
                self.set(field, set, &text);
            }
            self.tips = vec![entry.id.clone()];
            self.timeline.push(entry);
        } else {
            self.apply_beside(entry, text);
        }
    }

    /// Brings a field of the head to what an entry sets it to.
    fn set(&mut self, field: &Field, set: &Set, text: impl Fn(&Field) -> Option<String>) {
        if field.kind() == Kind::Text {
            self.earlier.keep(&self.head, &self.timeline, field);
        }
        match set {
            Set::Value { to, .. } => self.head.put(field.clone(), to.clone()),
            Set::Members { add, remove } => self.head.change_members(field, add, remove),
            Set::Text { to } => self.head.put(field.clone(), to.clone().map(Node::Text)),
            Set::TextOf { entry: origin } => {
                let known = self.timeline.iter().find(|known| known.id == *origin);
                let text = known.and_then(|known| self.text_set(known, field)).map(Node::text);
                self.head.put(field.clone(), text);
            }
            Set::TextInHead => self.head.put(field.clone(), text(field).map(Node::Text)),
            Set::Other(_) => {}
        }
    }

    /// Takes in an entry whose writer had not seen all that is here: each field that it sets is as what decides it has it.
    fn apply_beside(&mut self, entry: Entry, text: impl Fn(&Field) -> Option<String>) {
        let mut timeline = self.timeline.clone();
        timeline.insert(timeline.partition_point(|other| *other < entry), entry.clone());
        let ancestry = Ancestry::of(&timeline);
        for (field, set) in &entry.set {
            if let Set::Members { add, remove } = set {
                let names: BTreeSet<&String> = add.iter().chain(remove).collect();
                let (stay, go): (Vec<_>, Vec<_>) =
                    names.into_iter().cloned().partition(|name| is_member(&ancestry, field, name, |_| true));
                self.head.change_members(field, &stay, &go);
                continue;
            }
            let decides = decider(&ancestry, field, |_| true);
            if decides == Some(&entry) {
                self.set(field, set, &text);
            } else if decides != self.setter(field) {
                let value = decides.and_then(|decides| self.value_set(decides, field));
                self.earlier.keep(&self.head, &self.timeline, field);
                self.head.put(field.clone(), value);
            }
        }
        // A status that comes beside takes away what a ticket of it does not have, or leaves it to the one that decides.
        if entry.set.contains_key(&Field::Status) {
            for field in OF_A_STATUS.iter().filter(|field| !entry.set.contains_key(field)) {
                let decides = decider(&ancestry, field, |_| true);
                if decides != self.setter(field) {
                    let value = decides.and_then(|decides| self.value_set(decides, field));
                    self.head.put(field.clone(), value);
                }
            }
        }
        self.tips = ancestry.tips().into_iter().map(|tip| tip.id.clone()).collect();
        self.timeline = timeline;
    }

    /// The value that an entry gave a field.
    pub(super) fn value_set(&self, entry: &Entry, field: &Field) -> Option<Node> {
        match entry.set.get(field)? {
            Set::Value { to, .. } => to.clone(),
            Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead => {
                self.text_set(entry, field).map(Node::text)
            }
            Set::Members { .. } | Set::Other(_) => None,
        }
    }
}
