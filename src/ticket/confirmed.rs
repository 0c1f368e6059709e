//! The severity that was confirmed last, where a lesser one is only proposed.

use std::collections::BTreeMap;

use crate::ticket::field::Field;
use crate::ticket::fields::Fields;
use crate::ticket::node::Node;
use crate::ticket::words::Severity;
use crate::ticket::{Set, Ticket};

impl Ticket {
    /// The ticket with the severity that was confirmed last, where what it has now is a proposal that is lower: until a product
    /// owner confirms it, a gate goes by the confirmed one.
    #[must_use]
    pub fn with_confirmed_severity(&self) -> Option<Self> {
        let confirmed = self.severity_above()?;
        let fields = self.fields();
        let values = fields.names().filter_map(|name| Some((name.clone(), fields.get(name)?.clone())));
        let mut values: BTreeMap<Field, Node> = values.collect();
        values.insert(Field::Severity, Node::text(confirmed.as_str()));
        let head = Fields::from_values(values);
        Some(Self::from_parts(self.id().clone(), head, self.earlier().clone(), self.timeline().to_vec()))
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
