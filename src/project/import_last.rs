//! What another tracker had at the import before, told by the entries that imports made: what changed there since is taken
//! over, what changed here stays.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::{Changes, FieldChange, IncomingIssue, state_brought};
use crate::project::failure::{Failure, Kind as FailureKind};
use crate::ticket::{Action, Entry, EntryId, Field, Fields, Kind, Node, Set, Ticket, Timestamp};

/// How far two readings of one local time may lie apart, in seconds: zones go from UTC-12 to UTC+14.
const MAX_ZONES_SECS: u64 = 26 * 3600;
/// The channel of what was imported.
const IMPORT: &str = "import";

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

/// Sees that a ticket of an issue's key was opened by that issue: another tracker may have the same numbers. When it was
/// opened, who reported it and what its title is do not all change.
pub(super) fn check_same_issue(issue: &IncomingIssue, before: &Ticket) -> Result<(), Failure> {
    let title = match issue.fields.get(&Field::Title) {
        Some(FieldChange::To(Some(title))) => title.to_string(),
        Some(FieldChange::To(None) | FieldChange::Members { .. }) | None => String::new(),
    };
    let is_of_issue = |opening: &&Entry| {
        let is_then = opening.at.unix().abs_diff(issue.created.unix()) <= MAX_ZONES_SECS;
        is_then || opening.by.email.eq_ignore_ascii_case(&issue.reporter.email)
    };
    let is_imported =
        before.fields().get(&Field::Channel).is_some_and(|channel| channel.as_text() == Some(IMPORT));
    let mut openings = before.timeline().iter().filter(|entry| entry.action == Action::Open);
    let Some(first) = openings.clone().next() else { return Ok(()) };
    if !is_imported || openings.any(|opening| is_of_issue(&opening)) || before.fields().title() == title {
        return Ok(());
    }
    let message = format!(
        "the key {} is of '{}', which {} opened on {}, and not of an issue of {} (another tracker: --tracker NAME)",
        issue.key,
        before.fields().title(),
        first.by,
        first.at.minute(),
        issue.created.minute(),
    );
    Err(Failure::new(FailureKind::Refused, message))
}
