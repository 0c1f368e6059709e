//! What counts of a ticket beside what its file says: the severity that was confirmed last, where a lesser one is only
//! proposed, and its fields as its entries set them.

use std::collections::BTreeMap;

use crate::ticket::field::Field;
use crate::ticket::fields::Fields;
use crate::ticket::fold::fold;
use crate::ticket::node::Node;
use crate::ticket::words::Severity;
use crate::ticket::{Set, Ticket};

impl Ticket {
    /// The ticket with the severity that was confirmed last, where what it has now is a proposal that is lower: until a product
    /// owner confirms it, a gate goes by the confirmed one.
    #[must_use]
    pub fn with_confirmed_severity(&self) -> Option<Self> {
        let confirmed = self.severity_above()?;
        let mut values = values_of(self.fields());
        values.insert(Field::Severity, Node::text(confirmed.as_str()));
        Some(self.with_values(values))
    }

    /// The ticket as its entries have it, where somebody edited its fields by hand: until a step accounts for that, a gate
    /// goes by both.
    #[must_use]
    pub fn as_told(&self) -> Option<Self> {
        let by_hand = self.unaccounted();
        if by_hand.is_empty() {
            return None;
        }
        let (mut values, told) = (values_of(self.fields()), fold(self.timeline()));
        for field in by_hand {
            match told.get(&field) {
                Some(value) => values.insert(field, value.clone()),
                None => values.remove(&field),
            };
        }
        Some(self.with_values(values))
    }

    fn with_values(&self, values: BTreeMap<Field, Node>) -> Self {
        let head = Fields::from_values(values);
        Self::from_parts(self.id().clone(), head, self.earlier().clone(), self.timeline().to_vec())
    }

    /// The severity by which gates, clocks and the queue go: the one that was confirmed last, where a lower one is only
    /// proposed.
    #[must_use]
    pub fn effective_severity(&self) -> Option<Severity> {
        self.severity_above().or_else(|| self.fields().severity())
    }

    /// The severity that was confirmed last, where what the ticket has now is a lower proposal.
    fn severity_above(&self) -> Option<Severity> {
        if !self.severity_is_proposed() {
            return None;
        }
        let confirmed = Severity::parse(self.confirmed_severity()?.as_text()?)?;
        self.fields().severity().is_none_or(|proposed| proposed < confirmed).then_some(confirmed)
    }

    fn confirmed_severity(&self) -> Option<&Node> {
        for entry in self.in_effect().rev().filter(|entry| !entry.proposed) {
            if let Some(Set::Value { to, .. }) = entry.set.get(&Field::Severity) {
                return to.as_ref();
            }
        }
        None
    }
}

fn values_of(fields: &Fields) -> BTreeMap<Field, Node> {
    fields.names().filter_map(|name| Some((name.clone(), fields.get(name)?.clone()))).collect()
}
