//! What each field may be set by, whatever the entry calls itself: an action that this version does not know, or that does
//! something else than it says, decides nothing.

use crate::process::audit::Finding;
use crate::process::audit::growth::named;
use crate::process::audit::rule::AuditRule;
use crate::process::problem::ProblemLevel;
use crate::ticket::{Action, Entry, EntryId, Field, Node, Set, Ticket};

/// What a later sighting adds.
const OF_A_SIGHTING: &[Field] =
    &[Field::Labels, Field::Affects, Field::Status, Field::Deferral, Field::Resolution];

/// What is wrong with an entry that answers to no request: a second opening, an unknown action, or one that
/// lacks what its action needs.
pub(super) fn without_request(state: &Ticket, entry: &Entry) -> Option<Finding> {
    if entry.action == Action::Open {
        return second_opening(state, entry);
    }
    let Action::Unknown(word) = &entry.action else {
        let message = format!("{} lacks what its action needs", named(entry));
        return Some(Finding::new(AuditRule::StepIllegal, message));
    };
    let fields: Vec<String> = known_fields(entry).map(Field::name).collect();
    if fields.is_empty() {
        let message = format!("{}: this version does not know '{word}'", named(entry));
        return Some(Finding::new(AuditRule::StepSets, message).weighing(ProblemLevel::Note));
    }
    Some(sets(entry, &fields.join(", ")))
}

/// Two runners may open a ticket apart, under one key, and an opening that was deleted may come back; nothing else opens
/// it again.
fn second_opening(state: &Ticket, entry: &Entry) -> Option<Finding> {
    let key = |entry: &Entry| match entry.set.get(&Field::Key) {
        Some(Set::Value { to: Some(to), .. }) => Some(to.to_string()),
        _ => None,
    };
    let first = state.timeline().iter().find(|known| known.action == Action::Open);
    let is_same =
        first.is_none_or(|first| first.seq == entry.seq && key(first).is_some() && key(first) == key(entry));
    let message = format!("{} opens a ticket that was open already", named(entry));
    (!is_same).then(|| Finding::new(AuditRule::StepIllegal, message))
}

/// What an entry sets that its action never sets.
pub(super) fn beside_action(state: &Ticket, entry: &Entry) -> Option<Finding> {
    let is_sighting =
        entry.action == Action::Repeat || (entry.action == Action::Reopen && entry.seen.is_some());
    let strange: Vec<String> = if is_sighting {
        known_fields(entry).filter(|field| !OF_A_SIGHTING.contains(field)).map(Field::name).collect()
    } else if entry.action == Action::Undo && entry.undoes.is_empty() {
        unknown_before(state, entry)
    } else {
        Vec::new()
    };
    (!strange.is_empty()).then(|| sets(entry, &strange.join(", ")))
}

/// The fields that an undo of an earlier version set to something that they never were; a ticket that is withdrawn is
/// resolved by it.
fn unknown_before(state: &Ticket, entry: &Entry) -> Vec<String> {
    let was = |field: &Field, value: Option<&Node>| {
        value.is_none()
            || state.timeline().iter().any(|earlier| match earlier.set.get(field) {
                Some(Set::Value { from, to }) => from.as_ref() == value || to.as_ref() == value,
                _ => false,
            })
    };
    let is_withdrawn = |field: &Field, value: Option<&Node>| {
        let word = value.map(Node::to_string).unwrap_or_default();
        (*field == Field::Status && word == "resolved")
            || (*field == Field::Resolution && word == "withdrawn")
    };
    let strange = entry.set.iter().filter(|(field, set)| match set {
        Set::Value { to, .. } => !was(field, to.as_ref()) && !is_withdrawn(field, to.as_ref()),
        Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead | Set::Members { .. } | Set::Other(_) => {
            false
        }
    });
    strange.map(|(field, _)| field.name()).collect()
}

/// The fields that this version knows among those that an entry sets.
fn known_fields(entry: &Entry) -> impl Iterator<Item = &Field> {
    entry.set.keys().filter(|field| !matches!(field, Field::Unknown(_)))
}

/// What an entry has beside its fields that the step it is does not have: it is another step, strikes out or replaces what
/// the step leaves alone, or quotes, names and attaches what the step cannot.
pub(super) fn beside_step(entry: &Entry, decided: Option<&Entry>, after: &Ticket) -> Option<Finding> {
    let is_quote = matches!(entry.action, Action::Open | Action::Comment | Action::Resume | Action::Reopen);
    let is_sighting = matches!(entry.action, Action::Open | Action::Repeat | Action::Reopen);
    // A step that finds all of it done already leaves its words: an edit that accounts for what was changed by hand, say.
    let step = decided.map(|step| &step.action).filter(|action| **action != Action::Comment);
    let wrong = [
        (step.is_some_and(|action| *action != entry.action), "is not the step that it says"),
        (decided.map_or(&[][..], |step| &step.undoes) != entry.undoes, "undoes entries"),
        (decided.and_then(|step| step.replaces.as_ref()) != entry.replaces.as_ref(), "replaces an entry"),
        (decided.and_then(|step| step.attachment.as_ref()) != entry.attachment.as_ref(), "attaches a file"),
        (decided.and_then(|step| step.told.as_ref()) != entry.told.as_ref(), "names who was alerted"),
        (entry.speaker.is_some() && !is_quote, "quotes a customer"),
        (entry.seen.is_some() && !is_sighting, "says where a machine saw it"),
        (!is_redacted_by_one(entry, after), "is marked as redacted by an entry that redacts nothing"),
    ];
    let (_, what) = wrong.into_iter().find(|(is_wrong, _)| *is_wrong)?;
    Some(Finding::new(AuditRule::StepIllegal, format!("{} {what}", named(entry))))
}

/// True where what took a text out of an entry is in its ticket.
fn is_redacted_by_one(entry: &Entry, after: &Ticket) -> bool {
    let redacts = |by: &EntryId| {
        after
            .timeline()
            .iter()
            .any(|one| one.id == *by && matches!(one.action, Action::Redact | Action::Purge))
    };
    entry.redacted.as_ref().is_none_or(redacts)
}

fn sets(entry: &Entry, fields: &str) -> Finding {
    let message = format!("{} sets {fields}, which its action never sets", named(entry));
    Finding::new(AuditRule::StepSets, message)
}
