//! Refuses what looks like a secret: in git it would stay, in every clone.

use std::collections::BTreeSet;

use crate::process::secret_in;
use crate::project::failure::{Failure, Kind};
use crate::store::TicketChange;
use crate::store::git::FileChange;
use crate::ticket::{Entry, Field, Node};

/// Refuses what looks like a secret in the texts that a change of a ticket adds: lines that stood there before are in
/// git already.
pub(super) fn refuse_in_ticket(change: &TicketChange) -> Result<(), Failure> {
    let TicketChange { before, after } = change;
    let is_new = |entry: &&Entry| before.as_ref().is_none_or(|before| !before.has_entry(entry));
    for entry in after.timeline().iter().filter(is_new) {
        entry.note.as_deref().map_or(Ok(()), |note| refuse("the note", note, ""))?;
        entry
            .attachment
            .as_ref()
            .map_or(Ok(()), |file| refuse("the name of an attachment", &file.name, ""))?;
    }
    let known = |field: &Field| before.as_ref().and_then(|before| before.fields().get(field));
    for (field, value) in after.fields().iter().filter(|(field, value)| known(field) != Some(value)) {
        if let Some(text) = value.as_text() {
            let before = known(field).and_then(|value| value.as_text()).unwrap_or_default();
            refuse(&field.name(), text, before)?;
        } else {
            let before: Vec<String> = known(field).map(texts_of).unwrap_or_default();
            let new = texts_of(value).into_iter().filter(|text| !before.contains(text));
            new.into_iter().try_for_each(|text| refuse(&field.name(), &text, ""))?;
        }
    }
    Ok(())
}

/// The texts of a list or a mapping: labels, where it was deferred to.
fn texts_of(value: &Node) -> Vec<String> {
    match value {
        Node::Text(text) => vec![text.clone()],
        Node::List(items) => items.iter().flat_map(texts_of).collect(),
        Node::Map(pairs) => pairs.iter().flat_map(|(_, value)| texts_of(value)).collect(),
        Node::Null | Node::Bool(_) | Node::Number(_) => Vec::new(),
    }
}

/// Refuses what looks like a secret in a file.
pub(super) fn refuse_in_file(file: &FileChange) -> Result<(), Failure> {
    refuse(&file.path, &String::from_utf8_lossy(file.bytes().unwrap_or_default()), "")
}

fn refuse(place: &str, text: &str, before: &str) -> Result<(), Failure> {
    if secret_in(text).is_none() {
        return Ok(());
    }
    let known: BTreeSet<&str> = before.lines().collect();
    let new = text.lines().enumerate().filter(|(_, line)| !known.contains(line));
    let mut found = new.filter_map(|(number, line)| Some((secret_in(line)?.0, number + 1)));
    let Some((what, line)) = found.next() else { return Ok(()) };
    let message = format!("{place}, line {line}, looks like it contains {what}; nothing was written");
    Err(Failure::new(Kind::Refused, message).hint("remove it, or commit it for good with --allow-secret"))
}
