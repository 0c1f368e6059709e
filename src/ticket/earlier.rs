//! Long texts that entries of schema 1 set and the head no longer has: those entries name the field alone.

use std::collections::BTreeMap;

use crate::ticket::entry::{Entry, Set};
use crate::ticket::field::Field;
use crate::ticket::fields::Fields;
use crate::ticket::fold::last_setter;
use crate::ticket::id::EntryId;
use crate::ticket::node::Node;

/// The texts, by entry and field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EarlierTexts(BTreeMap<EntryId, BTreeMap<Field, String>>);

impl EarlierTexts {
    /// The text that an entry set a field to.
    pub(crate) fn get(&self, entry: &EntryId, field: &Field) -> Option<&str> {
        self.0.get(entry)?.get(field).map(String::as_str)
    }

    /// Adds a text. Where two are told of one entry, the greater is as good as any, and commutes.
    pub(crate) fn add(&mut self, entry: &EntryId, field: &Field, text: &str) {
        let known = self.0.entry(entry.clone()).or_default().entry(field.clone()).or_default();
        if known.as_str() < text {
            text.clone_into(known);
        }
    }

    /// Keeps the text of a field, which is about to be replaced, where no entry has it.
    pub(crate) fn keep(&mut self, head: &Fields, timeline: &[Entry], field: &Field) {
        let Some(entry) = last_setter(timeline, field) else { return };
        if let (Some(Set::TextInHead), Some(text)) =
            (entry.set.get(field), head.get(field).and_then(Node::as_text))
        {
            self.add(&entry.id, field, text);
        }
    }

    /// Those of some entries.
    pub(crate) fn of(&self, timeline: &[Entry]) -> Self {
        let is_there = |id: &EntryId| timeline.iter().any(|entry| entry.id == *id);
        let texts = self.0.iter().filter(|(id, _)| is_there(id));
        Self(texts.map(|(id, texts)| (id.clone(), texts.clone())).collect())
    }

    /// What both sides know; a text that the head has is not told again.
    pub(crate) fn united(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (entry, field, text) in other.iter() {
            all.add(entry, field, text);
        }
        all
    }

    /// Entry, field and text, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&EntryId, &Field, &str)> {
        self.0
            .iter()
            .flat_map(|(entry, texts)| texts.iter().map(move |(field, text)| (entry, field, text.as_str())))
    }

    /// The same with each text as `change` makes it.
    pub(crate) fn each(&self, change: impl Fn(&str) -> String) -> Self {
        let mut all = Self::default();
        for (entry, field, text) in self.iter() {
            all.add(entry, field, &change(text));
        }
        all
    }

    /// As it stands in the file; `None` where there is none.
    pub(crate) fn to_node(&self) -> Option<Node> {
        let texts = |texts: &BTreeMap<Field, String>| {
            Node::Map(
                texts.iter().map(|(field, text)| (Node::Text(field.name()), Node::text(text))).collect(),
            )
        };
        let entries = self.0.iter().map(|(entry, of)| (Node::text(entry.as_str()), texts(of)));
        (!self.0.is_empty()).then(|| Node::Map(entries.collect()))
    }

    /// Reads what stands in the file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn from_node(node: &Node) -> Result<Self, String> {
        let wrong = || "takes entries, and under each its texts by field".to_owned();
        let Node::Map(entries) = node else { return Err(wrong()) };
        let mut all = Self::default();
        for (entry, texts) in entries {
            let Node::Map(texts) = texts else { return Err(wrong()) };
            let entry = EntryId::parse(&entry.to_string()).ok_or_else(wrong)?;
            for (field, text) in texts {
                all.add(&entry, &Field::parse(&field.to_string()), text.as_text().ok_or_else(wrong)?);
            }
        }
        Ok(all)
    }
}
