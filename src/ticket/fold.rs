//! The head that a timeline leads to: each field as its winning entry set it.

use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::ancestry::Ancestry;
use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::{Field, Kind, OF_A_STATUS};
use crate::ticket::fields::Fields;
use crate::ticket::node::Node;
use crate::ticket::words::{Severity, Status};

/// The fields that a timeline, in order, leads to. A long text that an entry of schema 1 set is not among them.
#[must_use]
pub fn fold(timeline: &[Entry]) -> Fields {
    fold_of(timeline, |_| true)
}

/// The fields that those entries of a timeline lead to which count.
pub(super) fn fold_of(timeline: &[Entry], counts: impl Fn(&Entry) -> bool) -> Fields {
    let mut head = Fields::default();
    let ancestry = Ancestry::of(timeline);
    let members = members(&ancestry, &counts);
    for (field, entry) in setters(&ancestry, &counts) {
        if field.kind() == Kind::Members {
            head.put(field.clone(), members.get(field).map(|members| Node::texts(members.iter().copied())));
        } else {
            match entry.set.get(field) {
                Some(Set::Value { to, .. }) => head.put(field.clone(), to.clone()),
                Some(Set::Text { .. } | Set::TextOf { .. }) => {
                    if let Some(text) = told_text(timeline.iter(), entry, field) {
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

/// For each field that some entry that counts sets, the entry that decides it.
pub(crate) fn setters<'a>(
    ancestry: &Ancestry<'a>,
    counts: impl Fn(&Entry) -> bool,
) -> BTreeMap<&'a Field, &'a Entry> {
    let mut setters: BTreeMap<&Field, &Entry> = BTreeMap::new();
    let mut several: BTreeSet<&Field> = BTreeSet::new();
    for entry in ancestry.timeline().iter().filter(|entry| counts(entry)) {
        for field in entry.set.keys() {
            if setters.insert(field, entry).is_some() {
                several.insert(field);
            }
        }
    }
    let is_several = |field: &&Field| !ancestry.is_line() && several.contains(field);
    let fields: Vec<&Field> = setters.keys().copied().collect();
    for field in fields.into_iter().filter(|field| is_several(field) || OF_A_STATUS.contains(field)) {
        setters.extend(decider(ancestry, field, &counts).map(|entry| (field, entry)));
    }
    setters
}

/// The entry that decides a field, among those that count: one that no other that set it had seen; of several, the process
/// decides before the clock (docs/file-format.md). What a ticket of its status does not have, the status takes away: the
/// entry that sets it says so where the field was there, and could not where the field was set beside it, or came back by an
/// undo. Entries of earlier versions take away what they name.
pub(super) fn decider<'a>(
    ancestry: &Ancestry<'a>,
    field: &Field,
    counts: impl Fn(&Entry) -> bool,
) -> Option<&'a Entry> {
    if OF_A_STATUS.contains(field) {
        let status = heaviest(&Field::Status, contenders(ancestry, &Field::Status, &counts));
        let takes_away = |entry: &&Entry| {
            !entry.after.is_empty() && status_set(entry).is_some_and(|status| field.is_gone_at(status))
        };
        if let Some(status) = status.filter(takes_away) {
            return Some(status);
        }
    }
    heaviest(field, contenders(ancestry, field, counts))
}

/// The entries that count and set a field, and that no other of them had seen.
pub(super) fn contenders<'a>(
    ancestry: &Ancestry<'a>,
    field: &Field,
    counts: impl Fn(&Entry) -> bool,
) -> Vec<&'a Entry> {
    ancestry.last(|entry| entry.set.contains_key(field) && counts(entry))
}

fn status_set(entry: &Entry) -> Option<Status> {
    let Set::Value { to, .. } = entry.set.get(&Field::Status)? else { return None };
    Status::parse(&to.as_ref()?.to_string())
}

/// Of concurrent entries that set a field, the one that decides it; of those of one weight the later, however many others its
/// writer made before it. Among entries of earlier versions their numbers decide, as they did.
pub(super) fn heaviest<'a>(field: &Field, entries: impl IntoIterator<Item = &'a Entry>) -> Option<&'a Entry> {
    let entries: Vec<&Entry> = entries.into_iter().collect();
    let is_of_now =
        |entry: &&Entry| !entry.after.is_empty() && entry.set.get(field) != Some(&Set::TextInHead);
    let goes_by_date = entries.iter().all(is_of_now);
    entries.into_iter().max_by_key(|entry| (weight(field, entry), goes_by_date.then_some(entry.at), *entry))
}

/// Every field that some entry sets.
pub(crate) fn fields_set(timeline: &[Entry]) -> BTreeSet<Field> {
    timeline.iter().flat_map(|entry| entry.set.keys().cloned()).collect()
}

/// The members of set-valued fields, as the entries that count add and remove them.
pub(crate) fn members<'a>(
    ancestry: &Ancestry<'a>,
    counts: impl Fn(&Entry) -> bool,
) -> BTreeMap<&'a Field, BTreeSet<&'a str>> {
    let mut all: BTreeMap<&Field, BTreeSet<&str>> = BTreeMap::new();
    let mut touched: BTreeSet<(&Field, &str)> = BTreeSet::new();
    let mut several: BTreeSet<(&Field, &str)> = BTreeSet::new();
    let entries = ancestry.timeline().iter().filter(|entry| counts(entry));
    for (field, set) in entries.flat_map(|entry| &entry.set) {
        if let Set::Members { add, remove } = set {
            let members = all.entry(field).or_default();
            for member in remove {
                members.remove(member.as_str());
            }
            members.extend(add.iter().map(String::as_str));
            let names = add.iter().chain(remove).map(|member| (field, member.as_str()));
            several.extend(names.filter(|name| !touched.insert(*name)));
        }
    }
    if ancestry.is_line() {
        return all;
    }
    for (field, member) in several {
        let members = all.entry(field).or_default();
        if is_member(ancestry, field, member, &counts) {
            members.insert(member);
        } else {
            members.remove(member);
        }
    }
    all
}

/// True for a member of a field, as the last of the entries that count and touch it have it: of concurrent ones, one that
/// adds it decides.
pub(super) fn is_member(
    ancestry: &Ancestry<'_>,
    field: &Field,
    member: &str,
    counts: impl Fn(&Entry) -> bool,
) -> bool {
    let last = ancestry.last(|entry| adds(entry, field, member).is_some() && counts(entry));
    let decides = last.into_iter().max_by_key(|entry| {
        let is_named = !entry.after.is_empty();
        (!is_mere_undo(entry), is_named && adds(entry, field, member) == Some(true), *entry)
    });
    decides.is_some_and(|entry| adds(entry, field, member) == Some(true))
}

/// Whether an entry adds a member, or removes it; `None` where it does neither.
fn adds(entry: &Entry, field: &Field, member: &str) -> Option<bool> {
    let Some(Set::Members { add, remove }) = entry.set.get(field) else { return None };
    let is_in = |list: &[String]| list.iter().any(|name| name == member);
    if is_in(add) { Some(true) } else { is_in(remove).then_some(false) }
}

/// The entry that decides a field.
pub(crate) fn last_setter<'a>(timeline: &'a [Entry], field: &Field) -> Option<&'a Entry> {
    decider(&Ancestry::of(timeline), field, |_| true)
}

/// True for an undo that knows what it follows: it says that something counts no more, and nothing of what it had not seen.
/// Those of earlier versions weigh what they weighed.
fn is_mere_undo(entry: &Entry) -> bool {
    !entry.undoes.is_empty() && !entry.after.is_empty()
}

/// How much an entry weighs where several set a field at once: a severity that was judged over a proposal,
/// then the graver; the deeper level; a status that keeps the ticket open over one that ends it, and what belongs to that status.
/// An undo weighs less than a step, but that it opens a ticket again counts.
fn weight(field: &Field, entry: &Entry) -> (bool, usize, usize) {
    let step = usize::from(!is_mere_undo(entry));
    let to = |field: &Field| match entry.set.get(field) {
        Some(Set::Value { to: Some(to), .. }) => to.to_string(),
        _ => String::new(),
    };
    if *field == Field::Severity {
        let judged = if entry.proposed { 0 } else { Severity::ALL.len() };
        (false, step, Severity::parse(&to(field)).map_or(0, |severity| 1 + judged + severity as usize))
    } else if *field == Field::Level {
        (false, step, to(field).parse().unwrap_or_default())
    } else if *field == Field::Status || OF_A_STATUS.contains(field) {
        // Where the status does not take it away, it is what somebody said.
        let is_said = OF_A_STATUS.contains(field) && !entry.after.is_empty() && !to(field).is_empty();
        (is_said, status_set(entry).map_or(0, |status| 1 + usize::from(status.is_open())), step)
    } else {
        (false, step, 0)
    }
}

/// The values of a field in two heads, the one that counts where both sides hold the deciding entry:
/// they differ only after an edit by hand, and then the greater is as good as any, and commutes.
pub(crate) fn either(a: Option<&Node>, b: Option<&Node>) -> Option<Node> {
    a.max(b).cloned()
}
