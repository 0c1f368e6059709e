//! Fields that concurrent entries set otherwise: the process decides which counts, and people are told of the other.

use crate::ticket::Ticket;
use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::{Field, Kind};
use crate::ticket::fold::setters;
use crate::ticket::node::Node;

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
        let fields = setters(self.in_effect()).into_keys().cloned();
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
        others.collect()
    }

    /// The entries that set a field at the same time as the one that decides it.
    fn concurrent_setters(&self, field: &Field) -> Vec<&Entry> {
        let setter = self.setter(field);
        let is_other = |entry: &&Entry| {
            setter.is_some_and(|setter| entry.seq == setter.seq && *entry != setter)
                && entry.set.contains_key(field)
        };
        self.in_effect().filter(is_other).collect()
    }
}
