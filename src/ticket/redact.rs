//! Taking text out of a ticket: its entries stay, say that something was taken out, and by which entry.

use std::collections::BTreeMap;

use crate::ticket::Ticket;
use crate::ticket::ancestry::Ancestry;
use crate::ticket::attachment::attachment_file;
use crate::ticket::cut_text::{REDACTED, is_cut_text, left_by_both};
use crate::ticket::entry::{Entry, Set};
use crate::ticket::entry_codec::{entry_node, read_entry};
use crate::ticket::field::{Field, Kind};
use crate::ticket::fields::Fields;
use crate::ticket::fold::members;
use crate::ticket::id::EntryId;
use crate::ticket::node::Node;
use crate::ticket::occurrence::Occurrence;

/// What is to be taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Texts, wherever they stand.
    pub texts: Vec<String>,
    /// Entries whose notes go as a whole.
    pub entries: Vec<EntryId>,
    /// Entries whose attachments are removed, for what they contain.
    pub files: Vec<EntryId>,
}

impl Redaction {
    fn text(&self, text: &str) -> String {
        self.texts.iter().fold(text.to_owned(), |text, out| text.replace(out.as_str(), REDACTED))
    }

    fn node(&self, node: &Node) -> Node {
        match node {
            Node::Text(text) => Node::Text(self.text(text)),
            Node::List(items) => Node::List(items.iter().map(|item| self.node(item)).collect()),
            Node::Map(pairs) => {
                Node::Map(pairs.iter().map(|(key, value)| (key.clone(), self.node(value))).collect())
            }
            Node::Null | Node::Bool(_) | Node::Number(_) => node.clone(),
        }
    }

    fn set(&self, set: &Set) -> Set {
        let texts = |list: &[String]| list.iter().map(|text| self.text(text)).collect();
        let node = |node: &Option<Node>| node.as_ref().map(|node| self.node(node));
        match set {
            Set::Value { from, to } => Set::Value { from: node(from), to: node(to) },
            Set::Members { add, remove } => Set::Members { add: texts(add), remove: texts(remove) },
            Set::Text { to } => Set::Text { to: to.as_deref().map(|to| self.text(to)) },
            Set::TextOf { .. } | Set::TextInHead => set.clone(),
            Set::Other(other) => Set::Other(self.node(other)),
        }
    }

    fn sighting(&self, seen: &Occurrence) -> Occurrence {
        let text = |text: &Option<String>| text.as_deref().map(|text| self.text(text));
        Occurrence {
            run: text(&seen.run),
            job: text(&seen.job),
            message: text(&seen.message),
            tests: seen.tests.iter().map(|test| self.text(test)).collect(),
            reports: seen.reports.iter().map(|report| self.text(report)).collect(),
            ..seen.clone()
        }
    }

    fn entry(&self, entry: &Entry, by: &EntryId) -> Entry {
        let mut new = entry.clone();
        new.note = entry.note.as_deref().map(|note| self.text(note));
        new.speaker = entry.speaker.as_deref().map(|speaker| self.text(speaker));
        new.told = entry.told.as_deref().map(|told| self.text(told));
        new.set = entry
            .set
            .iter()
            .map(|(field, set)| (field.clone(), of(field, set, |set| self.set(set))))
            .collect();
        if let Some(mail) = &mut new.mail {
            mail.from = mail.from.as_deref().map(|from| self.text(from));
            for list in [&mut mail.to, &mut mail.cc] {
                *list = list.iter().map(|address| self.text(address)).collect();
            }
        }
        new.seen = entry.seen.as_ref().map(|seen| self.sighting(seen));
        new.unknown = entry.unknown.iter().map(|(key, value)| (key.clone(), self.node(value))).collect();
        if let Some(file) = &mut new.attachment {
            let name = self.text(&file.name);
            if name != file.name {
                file.file = attachment_file(&entry.id, &name);
                file.name = name;
            }
            file.is_removed |= self.files.contains(&entry.id) || self.entries.contains(&entry.id);
        }
        let is_named = self.entries.contains(&entry.id);
        if is_named && new.note.is_some() {
            new.note = Some(REDACTED.to_owned());
        }
        if new != *entry || is_named || self.files.contains(&entry.id) {
            new.redacted = Some(by.clone());
        }
        new
    }
}

/// What is made of a value; the words of the process are no text.
fn of<T: Clone>(field: &Field, value: &T, change: impl Fn(&T) -> T) -> T {
    let is_word = [Field::Type, Field::Area, Field::Severity, Field::Status, Field::Level, Field::Resolution]
        .contains(field)
        || matches!(field, Field::Links(_) | Field::Commits);
    if is_word { value.clone() } else { change(value) }
}

/// True where the new value is the old one with pieces of text taken out, and nothing else.
#[must_use]
pub fn is_cut(old: &Node, new: &Node) -> bool {
    match (old, new) {
        (Node::Text(old), Node::Text(new)) => is_cut_text(old, new),
        (Node::List(old), Node::List(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_cut(old, new))
        }
        (Node::Map(old), Node::Map(new)) => {
            let same = |(old, new): (&(Node, Node), &(Node, Node))| old.0 == new.0 && is_cut(&old.1, &new.1);
            old.len() == new.len() && old.iter().zip(new).all(same)
        }
        (old, new) => old == new,
    }
}

fn names_differ(new: &Entry, old: &Entry) -> bool {
    let name = |entry: &Entry| entry.attachment.as_ref().map(|file| file.name.clone());
    let is_own = |file: &crate::ticket::Attachment| file.file.starts_with(&format!("{}-", new.id));
    name(new) != name(old) && new.attachment.as_ref().is_some_and(is_own)
}

impl Entry {
    /// True where this is the old entry with pieces of text taken out by a redaction, and nothing else.
    #[must_use]
    pub fn is_cut_of(&self, old: &Self) -> bool {
        // A name that was cut is stored under another name.
        let told = |entry: &Self| {
            let mut told = entry.clone();
            told.redacted = None;
            if let Some(file) = &mut told.attachment {
                file.is_removed = false;
                if names_differ(self, old) {
                    file.file.clear();
                }
            }
            entry_node(&told)
        };
        let fixed = |entry: &Self| {
            let sum = entry.attachment.as_ref().map(|file| file.sha256.clone());
            (entry.seq, entry.at, entry.id.clone(), entry.by.clone(), entry.action.clone(), sum)
        };
        self.redacted.is_some() && fixed(self) == fixed(old) && is_cut(&told(old), &told(self))
    }
}

impl Entry {
    /// An entry that two redactions cut, apart from each other: what either took out is out. `None` where they are not
    /// two cuts of one entry.
    #[must_use]
    pub(crate) fn cut_by_both(&self, other: &Self) -> Option<Self> {
        let by = self.redacted.as_ref().max(other.redacted.as_ref())?;
        let name = |entry: &Self| entry.attachment.as_ref().map(|file| file.name.clone());
        // Each stored the file under the name that it left.
        let is_renamed = name(self) != name(other);
        let told = |entry: &Self| {
            let mut told = entry.clone();
            told.redacted = None;
            if let Some(file) = &mut told.attachment {
                file.is_removed = false;
                if is_renamed {
                    file.file = attachment_file(&entry.id, "");
                }
            }
            entry_node(&told)
        };
        if self.redacted.is_none() || other.redacted.is_none() {
            return None;
        }
        let both = cut_by_both(&told(self), &told(other))?;
        let mut entry = read_entry(both).ok()?;
        let is_removed =
            [self, other].iter().any(|entry| entry.attachment.as_ref().is_some_and(|file| file.is_removed));
        let id = entry.id.clone();
        if let Some(file) = &mut entry.attachment {
            file.is_removed = is_removed;
            if is_renamed {
                file.file = attachment_file(&id, &file.name);
            }
        }
        entry.redacted = Some(by.clone());
        Some(entry)
    }
}

/// Two cuts of one value; `None` where they differ in more than what was cut.
fn cut_by_both(a: &Node, b: &Node) -> Option<Node> {
    match (a, b) {
        (a, b) if a == b || is_cut(b, a) => Some(a.clone()),
        (a, b) if is_cut(a, b) => Some(b.clone()),
        (Node::Text(a), Node::Text(b)) => {
            (a.contains(REDACTED) && b.contains(REDACTED)).then(|| Node::text(left_by_both(a, b)))
        }
        (Node::List(a), Node::List(b)) if a.len() == b.len() => {
            a.iter().zip(b).map(|(a, b)| cut_by_both(a, b)).collect::<Option<_>>().map(Node::List)
        }
        (Node::Map(a), Node::Map(b)) if a.len() == b.len() => {
            let pair = |((key, a), (other, b)): (&(Node, Node), &(Node, Node))| {
                (key == other).then(|| Some((key.clone(), cut_by_both(a, b)?))).flatten()
            };
            a.iter().zip(b).map(pair).collect::<Option<_>>().map(Node::Map)
        }
        _ => None,
    }
}

impl Ticket {
    /// The ticket without what is to be taken out, and with the entry that says so; `None` where there is
    /// nothing of it.
    #[must_use]
    pub fn redacted(&self, redaction: &Redaction, mut tombstone: Entry) -> Option<Self> {
        let mut timeline: Vec<Entry> =
            self.timeline.iter().map(|entry| redaction.entry(entry, &tombstone.id)).collect();
        let mut values = BTreeMap::new();
        for (field, value) in self.head.iter() {
            let new = of(field, value, |value| redaction.node(value));
            if new != *value && field.kind() != Kind::Members {
                let set = match field.kind() {
                    Kind::Text => Set::Text { to: new.as_text().map(str::to_owned) },
                    Kind::Value | Kind::Members => {
                        Set::Value { from: Some(new.clone()), to: Some(new.clone()) }
                    }
                };
                tombstone.set.insert(field.clone(), set);
            }
            values.insert(field.clone(), new);
        }
        let mut head = Fields::from_values(values);
        // Sets are what the entries make of them: cut, members may stand in another order, or be one.
        for (field, members) in members(&Ancestry::of(&timeline), |_| true) {
            head.put(field.clone(), Some(Node::texts(members)));
        }
        let earlier = self.earlier.each(|text| redaction.text(text));
        if timeline == self.timeline && head == self.head && earlier == self.earlier {
            return None;
        }
        timeline.push(tombstone);
        Some(Self::from_parts(self.id.clone(), head, earlier, timeline))
    }
}
