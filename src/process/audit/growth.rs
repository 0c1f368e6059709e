//! A timeline only grows: what a commit did to the entries that its parents had.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::audit::Finding;
use crate::process::audit::rule::AuditRule;
use crate::process::problem::ProblemLevel;
use crate::ticket::{Action, Ancestry, Entry, EntryId, Field, Merged, Ticket, Timestamp, merge};

/// What stays the same of an entry when text is taken out of it.
type Identity<'a> = (u64, Timestamp, &'a EntryId);

/// The parents' versions of a ticket as one; `None` where no parent has it.
#[must_use]
pub fn met(before: &[&Ticket]) -> Option<Ticket> {
    let (first, rest) = before.split_first()?;
    let unite = |all: Ticket, other: &&Ticket| match merge(&all, other) {
        Merged::One(both) => *both,
        // Two tickets under one id: the older keeps it.
        Merged::Two { kept, .. } => *kept,
    };
    Some(rest.iter().fold((*first).clone(), unite))
}

/// What is wrong with how the timeline grew, and the entries that are new, in order.
#[must_use]
pub fn grown<'a>(before: &[&Ticket], after: &'a Ticket) -> (Vec<Finding>, Vec<&'a Entry>) {
    let mut findings = Vec::new();
    let mut told = BTreeSet::new();
    let now: BTreeMap<Identity<'_>, &Entry> =
        after.timeline().iter().map(|entry| (entry.identity(), entry)).collect();
    let by_id: BTreeMap<&EntryId, &Entry> = after.timeline().iter().map(|entry| (&entry.id, entry)).collect();
    let mut moved = BTreeSet::new();
    let is_purged = after.is_purged();
    for version in before {
        let lost = version.timeline().iter().filter(|entry| !after.has_entry(entry));
        // What was purged is gone; that it was is not.
        for entry in lost.filter(|entry| !is_purged || entry.purges()) {
            let finding = match (now.get(&entry.identity()), by_id.get(&entry.id)) {
                (Some(new), _) => altered(entry, new, before, after),
                (None, Some(new)) => {
                    moved.insert(new.identity());
                    Some(Finding::new(AuditRule::TimelineChanged, difference(entry, new)))
                }
                (None, None) if entry.purges() => {
                    let message = format!("it was purged by {}, and is back", entry.by.short());
                    Some(Finding::new(AuditRule::PurgeUndone, message))
                }
                (None, None) => Some(Finding::new(AuditRule::TimelineRemoved, gone(entry))),
            };
            findings.extend(finding.filter(|finding| told.insert(finding.message.clone())));
        }
    }
    let known: BTreeSet<Identity<'_>> =
        before.iter().flat_map(|version| version.timeline()).map(Entry::identity).collect();
    let is_new = |entry: &&Entry| !known.contains(&entry.identity()) && !moved.contains(&entry.identity());
    let new: Vec<&Entry> = after.timeline().iter().filter(is_new).collect();
    if !is_purged {
        findings.extend(gaps(after, &new));
    }
    findings.extend(twice(before, after));
    let purges = new.iter().filter(|entry| entry.purges());
    findings.extend(purges.map(|entry| {
        let message = format!("{} purged it", entry.by.short());
        Finding::new(AuditRule::TicketPurged, message)
    }));
    // A ticket that nobody opened here was not purged here either.
    if (!is_purged || before.is_empty()) && !after.timeline().iter().any(|entry| entry.action == Action::Open)
    {
        findings.push(Finding::new(AuditRule::TimelineOpen, "no entry opens it"));
    }
    (findings, new)
}

/// Entries that stand there under the number and the ID of another, or under the ID of somebody else's: what one of them says
/// would not be looked at, or what its writer does to the one would be done to the other. An entry that two clones wrote alike,
/// or that has another number since a rewrite, is one.
///
/// Where each of them came by another line of a merge, nobody can tell who took whose ID, and who undoes or replaces the one
/// does not reach the other: that is a note, and accuses nobody.
fn twice(before: &[&Ticket], after: &Ticket) -> Vec<Finding> {
    let known: BTreeSet<_> = before.iter().flat_map(|version| repeated(version)).collect();
    let new = repeated(after).into_iter().filter(|one| !known.contains(one));
    let had = |entry: &Entry| before.iter().any(|version| version.has_entry(entry));
    let say = |(id, numbers): (EntryId, Vec<u64>)| {
        let is_met = before.len() > 1 && after.timeline().iter().filter(|entry| entry.id == id).all(had);
        let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let message = format!("different entries have the ID {id}: number {}", numbers.join(" and "));
        let finding = Finding::new(AuditRule::TimelineTwice, message);
        if is_met { finding.weighing(ProblemLevel::Note) } else { finding }
    };
    new.map(say).collect()
}

/// The IDs of different entries, with their numbers.
fn repeated(ticket: &Ticket) -> Vec<(EntryId, Vec<u64>)> {
    let mut by_id: BTreeMap<&EntryId, Vec<&Entry>> = BTreeMap::new();
    for entry in ticket.timeline() {
        by_id.entry(&entry.id).or_default().push(entry);
    }
    let is_another = |one: &Entry, other: &Entry| {
        one.seq == other.seq || (one.by != other.by && !one.says_the_same(other))
    };
    let differ = |entries: &[&Entry]| match entries {
        [first, rest @ ..] => rest.iter().any(|entry| is_another(first, entry)),
        [] => false,
    };
    let shared = by_id.into_iter().filter(|(_, entries)| entries.len() > 1 && differ(entries));
    shared.map(|(id, entries)| (id.clone(), entries.iter().map(|entry| entry.seq).collect())).collect()
}

/// New entries that do not say what they follow, in a file of the schema in which all but an opening do: they would be
/// believed to have seen every entry of a lower number, also one that a merge brings later.
#[must_use]
pub fn unplaced(new: &[&Entry]) -> Vec<Finding> {
    let lacks = new.iter().filter(|entry| entry.after.is_empty() && entry.action != Action::Open);
    let say = |entry: &&Entry| {
        Finding::new(AuditRule::TimelineGap, format!("{} does not say what it follows", named(entry)))
    };
    lacks.map(say).collect()
}

/// New entries that follow nothing: each is one more than the highest that its writer saw, which is among those that it
/// names, or has its number less one.
fn gaps(after: &Ticket, new: &[&Entry]) -> Vec<Finding> {
    let numbers: BTreeSet<u64> = after.timeline().iter().map(|entry| entry.seq).collect();
    let by_id: BTreeSet<(&EntryId, u64)> =
        after.timeline().iter().map(|entry| (&entry.id, entry.seq)).collect();
    let problem = |entry: &&Entry| {
        // Two entries may share an ID.
        let before = |id| Some(by_id.range((id, 0)..(id, entry.seq)).next_back()?.1);
        let missing = entry.after.iter().find(|id| before(id).is_none());
        let before = match entry.after.iter().filter_map(before).max() {
            Some(highest) => (highest + 1 == entry.seq).then_some(()),
            None => (entry.seq == 1 || numbers.contains(&(entry.seq - 1))).then_some(()),
        };
        match (missing, before) {
            (Some(missing), _) => Some(format!("{} follows {missing}, which is not before it", named(entry))),
            (None, None) => Some(format!(
                "{} has the number {}, and nothing that it follows has {}",
                named(entry),
                entry.seq,
                entry.seq - 1
            )),
            (None, Some(())) => None,
        }
    };
    new.iter().filter_map(problem).map(|message| Finding::new(AuditRule::TimelineGap, message)).collect()
}

/// New entries of a commit of their own that were written as if something that its parent has had not been: they would be
/// weighed against it as concurrent.
#[must_use]
pub fn unseen(after: &Ticket, new: &[&Entry]) -> Vec<Finding> {
    let timeline = after.timeline();
    let ancestry = Ancestry::of(timeline);
    if ancestry.is_line() {
        return Vec::new();
    }
    let own: BTreeSet<Identity<'_>> = new.iter().map(|entry| entry.identity()).collect();
    let others: Vec<Entry> =
        timeline.iter().filter(|entry| !own.contains(&entry.identity())).cloned().collect();
    let tips = Ancestry::of(&others).tips();
    // Those that saw all of it, themselves or by what they follow: who looks at one need not look at it all.
    let mut complete: BTreeSet<&EntryId> = BTreeSet::new();
    let mut findings = Vec::new();
    for entry in new {
        let saw_all = if entry.after.is_empty() {
            others.last().is_none_or(|last| last.seq < entry.seq)
        } else {
            entry.after.iter().any(|id| complete.contains(id))
                || tips.iter().all(|tip| entry.after.contains(&tip.id))
        };
        if saw_all {
            complete.insert(&entry.id);
            continue;
        }
        let seen = ancestry.seen_by(entry);
        let is_seen = |other: &Entry| match &seen {
            Some(seen) => seen.binary_search(&other).is_ok(),
            None => other.seq < entry.seq,
        };
        if let Some(other) = others.iter().find(|other| !is_seen(other)) {
            let message = format!("{} is written as if {} had not been", named(entry), named(other));
            findings.push(Finding::new(AuditRule::TimelineUnseen, message));
        }
    }
    findings
}

/// An entry that stands there otherwise: taken out of by a redaction, or changed.
fn altered(old: &Entry, new: &Entry, before: &[&Ticket], after: &Ticket) -> Option<Finding> {
    if old.redacted.is_some() && (new.redacted.is_none() || !new.is_cut_of(old)) {
        // Cut once more, it is still cut.
        let message = format!("{} was redacted, and is not any more", named(old));
        return Some(Finding::new(AuditRule::RedactionUndone, message));
    }
    if is_joined(old, new, before) {
        return None;
    }
    let Some(by) = &new.redacted else {
        return Some(Finding::new(AuditRule::TimelineChanged, difference(old, new)));
    };
    // A redaction cuts once: only a merge brings an older one to what had not heard of it.
    let is_older = |version: &&&Ticket| version.timeline().iter().any(|entry| entry.id == *by);
    let is_new = before.len() > 1 || !before.iter().any(|version| is_older(&version));
    let is_said =
        is_new && after.timeline().iter().any(|entry| entry.id == *by && entry.action == Action::Redact);
    if is_said && new.is_cut_of(old) {
        return None;
    }
    let message = format!("{}, under the name of a redaction", difference(old, new));
    Some(Finding::new(AuditRule::RedactionAltered, message))
}

/// True for an entry that parents wrote alike, each after what it had, and that follows all of it since.
fn is_joined(old: &Entry, new: &Entry, before: &[&Ticket]) -> bool {
    let all = before.iter().flat_map(|version| version.timeline());
    let of_one = all.filter(|entry| entry.identity() == old.identity());
    let join = |both: Entry, entry: &Entry| both.written_by_both(entry).unwrap_or(both);
    of_one.fold(old.clone(), join) == *new
}

/// An entry as a finding names it.
pub(super) fn named(entry: &Entry) -> String {
    let via = entry.via.as_ref().map(|via| format!(", via {via}")).unwrap_or_default();
    format!("entry {} ({} by {}{via})", entry.id, entry.action, entry.by.short())
}

fn gone(entry: &Entry) -> String {
    format!("{} of {} is gone", named(entry), entry.at.minute())
}

/// What an entry says otherwise than it did.
fn difference(old: &Entry, new: &Entry) -> String {
    let mut parts = Vec::new();
    let mut part = |what: &str, differs: bool, was: String, is: String| {
        if differs {
            parts.push(format!("{what} was {was}, is {is}"));
        }
    };
    part("its number", old.seq != new.seq, old.seq.to_string(), new.seq.to_string());
    let after = |entry: &Entry| entry.after.iter().map(EntryId::as_str).collect::<Vec<_>>().join(", ");
    part("what it follows", old.after != new.after, after(old), after(new));
    part("its time", old.at != new.at, old.at.to_string(), new.at.to_string());
    part("its author", old.by != new.by, old.by.to_string(), new.by.to_string());
    part("its step", old.action != new.action, old.action.to_string(), new.action.to_string());
    if old.note != new.note {
        parts.push("its note is another".to_owned());
    }
    if old.attachment != new.attachment {
        parts.push("its attachment differs".to_owned());
    }
    let fields: BTreeSet<&Field> = old.set.keys().chain(new.set.keys()).collect();
    let differing = fields.into_iter().filter(|field| old.set.get(field) != new.set.get(field));
    let differing: Vec<String> = differing.map(Field::name).collect();
    if !differing.is_empty() {
        parts.push(format!("what it sets is another: {}", differing.join(", ")));
    }
    if parts.is_empty() {
        parts.push("it is not as it was".to_owned());
    }
    format!("{}: {}", named(old), parts.join("; "))
}
