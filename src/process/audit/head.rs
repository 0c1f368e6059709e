//! The head equals its entries: no field is otherwise than they set it.

use std::collections::BTreeSet;

use crate::process::audit::Finding;
use crate::process::audit::rule::AuditRule;
use crate::process::problem::ProblemLevel;
use crate::ticket::{Action, Entry, Field, Kind, Node, Set, Ticket, is_cut};

/// What is wrong with the head of a version, given the one it came from and the entries that are new in it. What
/// was wrong before, and is as it was, was found before.
#[must_use]
pub fn accounted(before: Option<&Ticket>, after: &Ticket, new: &[&Entry]) -> Vec<Finding> {
    let was_so = |field: &Field| {
        before.is_some_and(|before| {
            before.unaccounted().contains(field) && before.fields().get(field) == after.fields().get(field)
        })
    };
    // A purge leaves nothing of what was there.
    let before = before.filter(|_| !after.is_purged());
    let recut = cut_otherwise(before, after, new);
    let mut wrong: Vec<String> =
        after.unaccounted().iter().filter(|field| !was_so(field)).map(Field::name).collect();
    wrong.retain(|name| !recut.contains(name));
    let texts = texts(before, after, new);
    wrong.extend(texts.iter().map(Field::name).filter(|name| !wrong.contains(name)).collect::<Vec<_>>());
    let mut findings: Vec<Finding> = unknown(before, after).into_iter().collect();
    if !wrong.is_empty() {
        let message = format!("no entry sets {} to its current value", wrong.join(", "));
        findings.push(Finding::new(AuditRule::HeadUnaccounted, message));
    }
    if !recut.is_empty() {
        let message = format!("{} became another, under the name of a redaction", recut.join(", "));
        findings.push(Finding::new(AuditRule::RedactionAltered, message));
    }
    findings
}

/// Texts that became others without an entry that says so: entries of schema 1 name only the field.
fn texts(before: Option<&Ticket>, after: &Ticket, new: &[&Entry]) -> Vec<Field> {
    let fields: BTreeSet<&Field> =
        before.iter().flat_map(|before| before.fields().names()).chain(after.fields().names()).collect();
    let was = |field: &Field| before.and_then(|before| before.fields().get(field));
    let is_told = |field: &Field| new.iter().any(|entry| entry.set.contains_key(field));
    fields
        .into_iter()
        .filter(|field| {
            field.kind() == Kind::Text && was(field) != after.fields().get(field) && !is_told(field)
        })
        .cloned()
        .collect()
}

/// Fields of a newer version, or of somebody's own, that no entry sets: they decide nothing here, and are noted.
fn unknown(before: Option<&Ticket>, after: &Ticket) -> Option<Finding> {
    let is_told = |field: &Field| {
        let setter = after.timeline().iter().rev().find_map(|entry| entry.set.get(field));
        match setter {
            Some(Set::Value { to, .. }) => to.as_ref() == after.fields().get(field),
            Some(_) => true,
            None => false,
        }
    };
    let was_so =
        |field: &Field| before.is_some_and(|was| was.fields().get(field) == after.fields().get(field));
    let fields = after.fields().names().filter(|field| matches!(field, Field::Unknown(_)));
    let strange: Vec<String> =
        fields.filter(|field| !was_so(field) && !is_told(field)).map(Field::name).collect();
    let message = format!("no entry sets {}, which this version does not know", strange.join(", "));
    let finding = || Finding::new(AuditRule::HeadUnaccounted, message).weighing(ProblemLevel::Note);
    (!strange.is_empty()).then(finding)
}

/// The fields of a redaction that changed more than it took out.
fn cut_otherwise(before: Option<&Ticket>, after: &Ticket, new: &[&Entry]) -> Vec<String> {
    let Some(before) = before else { return Vec::new() };
    let is_redaction = |entry: &&&Entry| entry.action == Action::Redact;
    let is_cut_here = |field: &&Field| {
        let (was, is) = (before.fields().get(field), after.fields().get(field));
        let others = new.iter().any(|entry| !is_redaction(&entry) && entry.set.contains_key(field));
        others || matches!((was, is), (Some(was), Some(is)) if is_cut(was, is)) || was == is
    };
    let cut: BTreeSet<&Field> = new.iter().filter(is_redaction).flat_map(|entry| entry.set.keys()).collect();
    cut.into_iter().filter(|field| !is_cut_here(field)).map(Field::name).collect()
}

/// A value as a finding shows it.
pub(super) fn shown(value: Option<&Node>) -> String {
    value.map_or_else(|| "nothing".to_owned(), ToString::to_string)
}
