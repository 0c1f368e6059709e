//! What another tracker had at the import before, told by the entries that imports made: what changed there since is taken
//! over, what changed here stays.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::{Changes, FieldChange, IncomingIssue, state_brought};
use crate::ticket::{Action, Entry, EntryId, Field, Fields, Kind, Node, Set, Ticket, Timestamp};

/// What the other tracker had at the import before, as the entries tell that imports made.
pub(super) struct Last {
    values: BTreeMap<Field, Option<Node>>,
    members: BTreeMap<Field, BTreeSet<String>>,
    /// The last of those entries.
    pub(super) entry: EntryId,
    /// The newest state that one of them brought, where they say.
    brought: Option<Timestamp>,
}

/// What becomes of a field.
pub(super) enum Outcome {
    /// Nothing changed there.
    Same,
    /// It is as it is there.
    Theirs(FieldChange),
    /// It changed here, too.
    Apart,
}

impl Last {
    /// What the entries of a ticket tell; `None` of one that nothing opened.
    pub(super) fn of(issue: &IncomingIssue, ticket: &Ticket) -> Option<Self> {
        // Two clones that imported different exports have both opened it.
        let mut openings = ticket.timeline().iter().filter(|entry| entry.action == Action::Open);
        let opening = openings.next()?;
        // An opening does not set what a ticket has anyway.
        let usual = Fields::default();
        let values = [Field::Type, Field::Status].map(|field| (field.clone(), usual.get(&field).cloned()));
        let (members, entry) = (BTreeMap::new(), opening.id.clone());
        let mut last = Self { values: values.into(), members, entry, brought: None };
        last.take(opening);
        openings.for_each(|other| last.take(other));
        for entry in ticket.timeline().iter().filter(|entry| entry.action == Action::Edit) {
            if issue.is_update(entry, &last.entry, &mark_of_entry(entry)) {
                last.take(entry);
                last.entry = entry.id.clone();
            }
        }
        Some(last)
    }

    /// True where an import brought a newer state than an export has.
    pub(super) fn is_newer_than(&self, issue: &IncomingIssue) -> bool {
        issue.updated.is_some() && self.brought > issue.updated
    }

    fn take(&mut self, entry: &Entry) {
        self.brought = self.brought.max(state_brought(entry));
        for (field, set) in &entry.set {
            match set {
                Set::Value { to, .. } => drop(self.values.insert(field.clone(), to.clone())),
                Set::Text { to } => drop(self.values.insert(field.clone(), to.clone().map(Node::text))),
                Set::Members { add, remove } => {
                    let members = self.members.entry(field.clone()).or_default();
                    members.extend(add.iter().cloned());
                    remove.iter().for_each(|gone| drop(members.take(gone)));
                }
                Set::TextOf { .. } | Set::TextInHead | Set::Other(_) => {}
            }
        }
    }

    /// What becomes of a field that is so there now.
    pub(super) fn change(&self, field: &Field, theirs: Option<&FieldChange>, ours: &Ticket) -> Outcome {
        if field.kind() == Kind::Members {
            return self.change_of_members(field, theirs, ours);
        }
        let theirs = match theirs {
            Some(FieldChange::To(value)) => value.clone(),
            Some(FieldChange::Members { .. }) | None => None,
        };
        if theirs.is_none() && [Field::Title, Field::Type, Field::Status].contains(field) {
            // No word, or one that nobody knows: each issue has one.
            return Outcome::Same;
        }
        let was = self.values.get(field).cloned().flatten();
        let now = ours.fields().get(field).cloned();
        if theirs == was || theirs == now {
            return Outcome::Same;
        }
        if now == was { Outcome::Theirs(FieldChange::To(theirs)) } else { Outcome::Apart }
    }

    fn change_of_members(&self, field: &Field, theirs: Option<&FieldChange>, ours: &Ticket) -> Outcome {
        let theirs: BTreeSet<String> = match theirs {
            Some(FieldChange::Members { add, .. }) => add.iter().cloned().collect(),
            Some(FieldChange::To(_)) | None => BTreeSet::new(),
        };
        let was = self.members.get(field).cloned().unwrap_or_default();
        let now: BTreeSet<&str> = ours.fields().members(field).collect();
        let add: Vec<String> =
            theirs.difference(&was).filter(|one| !now.contains(one.as_str())).cloned().collect();
        let remove: Vec<String> =
            was.difference(&theirs).filter(|one| now.contains(one.as_str())).cloned().collect();
        if add.is_empty() && remove.is_empty() {
            return Outcome::Same;
        }
        Outcome::Theirs(FieldChange::Members { add, remove })
    }
}

/// What changes set, as a text that the entry which makes them has, too.
pub(super) fn mark_of_changes(changes: &Changes) -> String {
    let parts = changes.iter().map(|(field, change)| match change {
        FieldChange::To(value) => mark(field, value.as_ref().map(Node::to_string).as_deref(), &[], &[]),
        FieldChange::Members { add, remove } => mark(field, None, add, remove),
    });
    parts.collect()
}

fn mark_of_entry(entry: &Entry) -> String {
    let parts = entry.set.iter().map(|(field, set)| match set {
        Set::Value { to, .. } => mark(field, to.as_ref().map(Node::to_string).as_deref(), &[], &[]),
        Set::Text { to } => mark(field, to.as_deref(), &[], &[]),
        Set::Members { add, remove } => mark(field, None, add, remove),
        Set::TextOf { .. } | Set::TextInHead | Set::Other(_) => String::new(),
    });
    parts.collect()
}

fn mark(field: &Field, value: Option<&str>, add: &[String], remove: &[String]) -> String {
    let sorted = |words: &[String]| {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.sort_unstable();
        words.join(",")
    };
    format!("{}={}+{}-{};", field.name(), value.unwrap_or_default().trim_end(), sorted(add), sorted(remove))
}
