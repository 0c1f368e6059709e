//! The head that a timeline leads to: each field as its winning entry set it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::{Field, Kind};
use crate::ticket::fields::Fields;
use crate::ticket::node::Node;
use crate::ticket::words::{Severity, Status};

/// The fields that a timeline, in order, leads to. A long text that an entry of schema 1 set is not among them.
#[must_use]
pub fn fold(timeline: &[Entry]) -> Fields {
    fold_of(&timeline.iter().collect::<Vec<_>>())
}

/// The fields that some entries of a timeline, in order, lead to.
pub(super) fn fold_of(timeline: &[&Entry]) -> Fields {
    let mut head = Fields::default();
    let members = members(timeline.iter().copied());
    for (field, entry) in setters(timeline.iter().copied()) {
        if field.kind() == Kind::Members {
            head.put(field.clone(), members.get(field).map(|members| Node::texts(members.iter().copied())));
        } else {
            match entry.set.get(field) {
                Some(Set::Value { to, .. }) => head.put(field.clone(), to.clone()),
                Some(Set::Text { .. } | Set::TextOf { .. }) => {
                    if let Some(text) = told_text(timeline.iter().copied(), entry, field) {
                        head.put(field.clone(), text.map(Node::text));
                    }
                }
                Some(Set::TextInHead | Set::Members { .. } | Set::Other(_)) | None => {}
            }
        }
    }
    head
}

/// The long text that an entry set a field to, or that it took away, where the timeline tells it: schema 1 left it in the
/// head.
pub(crate) fn told_text<'a>(
    mut timeline: impl Iterator<Item = &'a Entry>,
    entry: &'a Entry,
    field: &Field,
) -> Option<Option<&'a str>> {
    match entry.set.get(field)? {
        Set::Text { to } => Some(to.as_deref()),
        Set::TextOf { entry: origin } => timeline.find_map(|other| match other.set.get(field) {
            Some(Set::Text { to }) if other.id == *origin => Some(to.as_deref()),
            _ => None,
        }),
        Set::Value { .. } | Set::Members { .. } | Set::TextInHead | Set::Other(_) => None,
    }
}

/// For each field that some entry sets, the entry that decides it.
pub(crate) fn setters<'a>(timeline: impl IntoIterator<Item = &'a Entry>) -> BTreeMap<&'a Field, &'a Entry> {
    let mut setters: BTreeMap<&Field, &Entry> = BTreeMap::new();
    for entry in timeline {
        for field in entry.set.keys() {
            let setter = setters.entry(field).or_insert(entry);
            if order(field, setter) < order(field, entry) {
                *setter = entry;
            }
        }
    }
    setters
}

/// Order among the entries that set a field: what they weigh there, then their own.
fn order<'a>(field: &Field, entry: &'a Entry) -> ((u64, usize), &'a Entry) {
    (rank(field, entry), entry)
}

/// Every field that some entry sets.
pub(crate) fn fields_set(timeline: &[Entry]) -> BTreeSet<Field> {
    timeline.iter().flat_map(|entry| entry.set.keys().cloned()).collect()
}

/// What the timeline adds to set-valued fields and removes from them, in order.
pub(crate) fn members<'a>(
    timeline: impl IntoIterator<Item = &'a Entry>,
) -> BTreeMap<&'a Field, BTreeSet<&'a str>> {
    let mut all: BTreeMap<&Field, BTreeSet<&str>> = BTreeMap::new();
    for (field, set) in timeline.into_iter().flat_map(|entry| &entry.set) {
        if let Set::Members { add, remove } = set {
            let members = all.entry(field).or_default();
            for member in remove {
                members.remove(member.as_str());
            }
            members.extend(add.iter().map(String::as_str));
        }
    }
    all
}

/// The entry that decides a field: the last that set it; among concurrent ones (of one `seq`) the
/// process decides before the clock (docs/file-format.md).
pub(crate) fn last_setter<'a>(timeline: &'a [Entry], field: &Field) -> Option<&'a Entry> {
    last_of(timeline.iter(), field)
}

/// The entry among some that decides a field.
pub(super) fn last_of<'a>(entries: impl Iterator<Item = &'a Entry>, field: &Field) -> Option<&'a Entry> {
    entries.filter(|entry| entry.set.contains_key(field)).max_by(|a, b| order(field, a).cmp(&order(field, b)))
}

/// Order among the entries that set a field: number first, then weight in the process.
pub(crate) fn rank(field: &Field, entry: &Entry) -> (u64, usize) {
    (entry.seq, weight(field, entry))
}

/// How much an entry weighs where several set a field at once: a severity that was judged over a proposal,
/// then the graver; the deeper level; a status that keeps the ticket open over one that ends it, and what belongs to that status.
fn weight(field: &Field, entry: &Entry) -> usize {
    let to = |field: &Field| match entry.set.get(field) {
        Some(Set::Value { to: Some(to), .. }) => to.to_string(),
        _ => String::new(),
    };
    if *field == Field::Severity {
        let judged = if entry.proposed { 0 } else { Severity::ALL.len() };
        Severity::parse(&to(field)).map_or(0, |severity| 1 + judged + severity as usize)
    } else if *field == Field::Level {
        to(field).parse().unwrap_or_default()
    } else if [Field::Status, Field::Deferral, Field::Resolution].contains(field) {
        Status::parse(&to(&Field::Status)).map_or(0, |status| 1 + usize::from(status.is_open()))
    } else {
        0
    }
}

/// The values of a field in two heads, the one that counts where both sides hold the deciding entry:
/// they differ only after an edit by hand, and then the greater is as good as any, and commutes.
pub(crate) fn either(a: Option<&Node>, b: Option<&Node>) -> Option<Node> {
    a.max(b).cloned()
}
