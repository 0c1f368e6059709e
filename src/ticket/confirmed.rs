//! The severity that was confirmed last, where a lesser one is only proposed.

use crate::ticket::field::Field;
use crate::ticket::fields::Fields;
use crate::ticket::words::Severity;
use crate::ticket::{Set, Ticket};

impl Ticket {
    /// The ticket with the severity that was confirmed last, where what it has now is a proposal that is lower: until a product
    /// owner confirms it, a gate goes by the graver.
    #[must_use]
    pub fn with_confirmed_severity(&self) -> Option<Self> {
        if !self.severity_is_proposed() {
            return None;
        }
        let set_by = |entry: &crate::ticket::Entry| match entry.set.get(&Field::Severity) {
            Some(Set::Value { to, .. }) if !entry.proposed => Some(to.clone()),
            _ => None,
        };
        let confirmed = self.in_effect().filter_map(set_by).last().flatten()?;
        let severity = Severity::parse(confirmed.as_text()?)?;
        if self.fields().severity().is_some_and(|proposed| proposed >= severity) {
            return None;
        }
        let fields = self.fields();
        let mut values: std::collections::BTreeMap<_, _> =
            fields.names().filter_map(|name| Some((name.clone(), fields.get(name)?.clone()))).collect();
        values.insert(Field::Severity, confirmed);
        let head = Fields::from_values(values);
        Some(Self::from_parts(self.id().clone(), head, self.earlier().clone(), self.timeline().to_vec()))
    }
}
