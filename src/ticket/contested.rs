//! Fields that concurrent entries set otherwise: the process decides which counts, and people are told of the other.

use std::collections::BTreeMap;

use crate::ticket::Ticket;
use crate::ticket::ancestry::Ancestry;
use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::{Field, Kind};
use crate::ticket::fold::{contenders, heaviest, setters};
use crate::ticket::node::Node;
use crate::ticket::words::Level;

impl Ticket {
    /// The long texts that a field was set to at the same time as to the one that it has: by concurrent entries.
    #[must_use]
    pub fn contending_texts(&self, field: &Field) -> Vec<(&Entry, &str)> {
        let now = self.fields().get(field).and_then(Node::as_text);
        let texts = self
            .concurrent_setters(field)
            .into_iter()
            .filter_map(|entry| Some((entry, self.text_set(entry, field)?)));
        texts.filter(|(_, text)| Some(*text) != now).collect()
    }

    /// The fields that concurrent entries set otherwise than the one that counts, with those entries.
    #[must_use]
    pub fn contested(&self) -> Vec<(Field, Vec<&Entry>)> {
        let undone = self.undone();
        let ancestry = Ancestry::of(self.timeline());
        let fields = setters(&ancestry, |entry| !undone.is_undone(entry)).into_keys().cloned();
        let others = fields.filter_map(|field| {
            let others: Vec<&Entry> = match field.kind() {
                Kind::Members => return None,
                Kind::Text => self.contending_texts(&field).into_iter().map(|(entry, _)| entry).collect(),
                Kind::Value => {
                    let now = self.fields().get(&field);
                    let differs = |entry: &&Entry| match entry.set.get(&field) {
                        Some(Set::Value { to, .. }) => to.as_ref() != now,
                        _ => false,
                    };
                    self.concurrent_setters(&field).into_iter().filter(differs).collect()
                }
            };
            (!others.is_empty()).then_some((field, others))
        });
        let mut all: Vec<(Field, Vec<&Entry>)> = others.collect();
        let beside = self.raised_beside(&ancestry, |entry| !undone.is_undone(entry));
        if !beside.is_empty() && !all.iter().any(|(field, _)| *field == Field::Status) {
            all.push((Field::Status, beside));
        }
        all
    }

    /// The entries that raised the level of a ticket that has ended and whose writers had not seen the end, nor its writer them: somebody ended what
    /// a higher level had taken over.
    fn raised_beside(&self, ancestry: &Ancestry<'_>, counts: impl Fn(&Entry) -> bool) -> Vec<&Entry> {
        let Some(end) = self.setter(&Field::Status).filter(|_| !self.fields().status().is_open()) else {
            return Vec::new();
        };
        let is_raised = |entry: &Entry| {
            let level = |node: &Option<Node>| node.as_ref().and_then(|node| Level::parse(&node.to_string()));
            matches!(entry.set.get(&Field::Level), Some(Set::Value { from, to }) if level(to) > level(from))
        };
        // What names nothing that it follows is told by its number alone.
        let Some(seen_by_end) = ancestry.seen_by(end).filter(|_| !ancestry.is_line()) else {
            return Vec::new();
        };
        let saw_end = |entry: &Entry| ancestry.seen_by(entry).is_none_or(|seen| seen.contains(&end));
        let is_beside = |entry: &&Entry| {
            is_raised(entry) && counts(entry) && !seen_by_end.contains(entry) && !saw_end(entry)
        };
        self.timeline().iter().filter(is_beside).collect()
    }

    /// For each entry in effect that sets a field, by its place: what decided the field, of the entries up to there in an order
    /// in which each is after those that it follows.
    #[must_use]
    pub fn decided(&self, field: &Field, order: &[usize]) -> BTreeMap<usize, &Entry> {
        let undone = self.undone();
        let ancestry = Ancestry::of(self.timeline());
        let picks = |entry: &Entry| entry.set.contains_key(field) && !undone.is_undone(entry);
        let mut decided = BTreeMap::new();
        ancestry.each(order, picks, |place, contenders| {
            let contenders = contenders.iter().filter_map(|place| self.timeline().get(*place));
            decided.extend(heaviest(field, contenders).map(|entry| (place, entry)));
        });
        decided
    }

    /// The entries that set a field at the same time as the one that decides it: neither had seen the other, and nothing
    /// that set it since had seen them.
    fn concurrent_setters(&self, field: &Field) -> Vec<&Entry> {
        let undone = self.undone();
        let ancestry = Ancestry::of(self.timeline());
        let decides = self.setter(field);
        let mut others = contenders(&ancestry, field, |entry| !undone.is_undone(entry));
        others.retain(|entry| Some(*entry) != decides);
        others
    }
}
