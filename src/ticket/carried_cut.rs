//! A redaction that one clone made, carried to what another clone copied meanwhile: the values that later entries name
//! as what was there before, that an undo gave back, or that another redaction left.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::ticket::Ticket;
use crate::ticket::cut_text::REDACTED;
use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::Field;
use crate::ticket::id::EntryId;
use crate::ticket::node::Node;
use crate::ticket::words::Action;

/// A value that a redaction cut.
struct Cut {
    field: Field,
    old: Node,
    /// What is left of it.
    new: Node,
    /// The entry of the redaction.
    by: EntryId,
    /// The redaction that had cut the old value already: of two that cut one entry apart from each other, all copies
    /// name the same one, in whatever order the clones meet.
    before: Option<EntryId>,
}

impl Ticket {
    /// This side of a merge, without the values that the other side has redacted.
    pub(crate) fn cut_as(&self, other: &Self) -> Cow<'_, Self> {
        let redacted: BTreeMap<_, &Entry> = other
            .timeline()
            .iter()
            .filter(|entry| entry.redacted.is_some())
            .map(|entry| (entry.identity(), entry))
            .collect();
        let cuts: Vec<Cut> = self
            .timeline()
            .iter()
            .filter_map(|entry| Some((entry, *redacted.get(&entry.identity())?)))
            .filter(|(old, new)| old != new)
            .flat_map(|(old, new)| {
                old.cut_by_both(new).map_or_else(|| cuts(old, new), |both| cuts(old, &both))
            })
            .collect();
        if cuts.is_empty() {
            return Cow::Borrowed(self);
        }
        // What both sides have is taken from the one that cut it.
        let is_known =
            |entry: &Entry| other.timeline().iter().any(|known| known.identity() == entry.identity());
        let timeline: Vec<Entry> = self
            .timeline()
            .iter()
            .map(|entry| if is_known(entry) { entry.clone() } else { without(entry, &cuts) })
            .collect();
        let mut head = self.fields().clone();
        for Cut { field, old, new, .. } in &cuts {
            if head.get(field) == Some(old) {
                head.put(field.clone(), Some(new.clone()));
            }
        }
        Cow::Owned(Self::from_parts(self.id().clone(), head, self.earlier().clone(), timeline))
    }
}

/// The values that differ between an entry and what a redaction left of it.
fn cuts(old: &Entry, new: &Entry) -> Vec<Cut> {
    let Some(by) = &new.redacted else { return Vec::new() };
    let (before, mut cuts) = (&old.redacted, Vec::new());
    let mut cut = |field: &Field, old: &Node, new: &Node| {
        let is_cut_again = before.is_some() && new.to_string().contains(REDACTED);
        if old != new || is_cut_again {
            let (field, before) = (field.clone(), before.clone());
            cuts.push(Cut { field, old: old.clone(), new: new.clone(), by: by.clone(), before });
        }
    };
    for (field, set) in &old.set {
        match (set, new.set.get(field)) {
            (Set::Value { from, to }, Some(Set::Value { from: new_from, to: new_to })) => {
                for (old, new) in [(from, new_from), (to, new_to)] {
                    if let (Some(old), Some(new)) = (old, new) {
                        cut(field, old, new);
                    }
                }
            }
            (Set::Members { add, remove }, Some(Set::Members { add: new_add, remove: new_remove })) => {
                let pairs = add.iter().zip(new_add).chain(remove.iter().zip(new_remove));
                pairs.for_each(|(old, new)| cut(field, &Node::text(old), &Node::text(new)));
            }
            (Set::Text { to: Some(old) }, Some(Set::Text { to: Some(new) })) => {
                cut(field, &Node::text(old), &Node::text(new));
            }
            _ => {}
        }
    }
    cuts
}

/// An entry without the values that were cut.
fn without(entry: &Entry, cuts: &[Cut]) -> Entry {
    let mut new = entry.clone();
    for Cut { field, old, new: left, by, before } in cuts {
        if old == left && entry.redacted != *before {
            continue;
        }
        let Some(set) = new.set.get_mut(field) else { continue };
        let is_changed = match set {
            Set::Value { from, to } => {
                let mut changed = false;
                for value in [from, to].into_iter().flatten().filter(|value| *value == old) {
                    value.clone_from(left);
                    changed = true;
                }
                changed
            }
            Set::Members { add, remove } => {
                let mut changed = false;
                for member in
                    add.iter_mut().chain(remove).filter(|member| Some(member.as_str()) == old.as_text())
                {
                    *member = left.to_string();
                    changed = true;
                }
                changed
            }
            Set::Text { to } if to.is_some() && to.as_deref() == old.as_text() => {
                *to = Some(left.to_string());
                true
            }
            Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead | Set::Other(_) => false,
        };
        if is_changed {
            // What a redaction left is cut by several others in any order: it says so of itself.
            let by = if entry.action == Action::Redact { &entry.id } else { by };
            new.redacted = new.redacted.take().max(Some(by.clone()));
        }
    }
    new
}
