//! An entry of the timeline: one thing that happened, by whom, when, and what it set.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::ticket::field::{Field, Kind};
use crate::ticket::id::EntryId;
use crate::ticket::mail::Mail;
use crate::ticket::node::Node;
use crate::ticket::occurrence::Occurrence;
use crate::ticket::person::Person;
use crate::ticket::timestamp::Timestamp;
use crate::ticket::words::Action;

/// One thing that happened to a ticket. Entries are never changed or removed, so copies and the versions of a ticket share them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry(Arc<EntryData>);

impl From<EntryData> for Entry {
    fn from(data: EntryData) -> Self {
        Self(Arc::new(data))
    }
}

impl Deref for Entry {
    type Target = EntryData;

    fn deref(&self) -> &EntryData {
        &self.0
    }
}

impl DerefMut for Entry {
    /// Whoever changes an entry (a redaction, a merge that numbers anew) gets a copy of their own.
    fn deref_mut(&mut self) -> &mut EntryData {
        Arc::make_mut(&mut self.0)
    }
}

/// What stays the same of an entry when text is taken out of it: number, time and id.
pub type EntryIdentity = (u64, Timestamp, EntryId);

/// What an entry says.
///
/// The derived order is `(seq, at, id, the rest)`: the timeline's order, and total.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryData {
    /// One more than the highest its writer saw.
    pub seq: u64,
    /// When, by the writer's clock (git's author date).
    pub at: Timestamp,
    /// Its random id.
    pub id: EntryId,
    /// The entries that it follows: its writer saw these, what their writers saw, and nothing else. Where it names none, all
    /// of a lower number ([`Ancestry`](crate::ticket::Ancestry)).
    pub after: Vec<EntryId>,
    /// Who did it.
    pub by: Person,
    /// What was done.
    pub action: Action,
    /// The head fields it set.
    pub set: BTreeMap<Field, Set>,
    /// Who may see the note.
    pub visibility: Visibility,
    /// The evidence it brought.
    pub attachment: Option<Attachment>,
    /// What was said, or why it was done.
    pub note: Option<String>,
    /// The customer who said it, where somebody recorded their words: `Name <address>`.
    pub speaker: Option<String>,
    /// Whom an alert told.
    pub told: Option<String>,
    /// True where a severity was set by somebody who may only propose one.
    pub proposed: bool,
    /// The rules that were gone over by force: `handover.diagnosis`.
    pub overrides: Vec<String>,
    /// Where a machine saw it.
    pub seen: Option<Occurrence>,
    /// The message that it came by, or is to be sent as.
    pub mail: Option<Mail>,
    /// The time that was spent on it, in minutes.
    pub spent_minutes: Option<u64>,
    /// The answer that its text was made from: the name of a file of the project.
    pub answer: Option<String>,
    /// The program that made it for its author, by the name that it gave itself.
    pub via: Option<String>,
    /// The entries that this one undoes: their words, what they set, and what clocks made of them.
    pub undoes: Vec<EntryId>,
    /// The comment that this one stands in the place of.
    pub replaces: Option<EntryId>,
    /// The entry that took text out of this one.
    pub redacted: Option<EntryId>,
    /// Fields of a newer version, as they stand.
    pub unknown: Vec<(String, Node)>,
}

impl Entry {
    /// What stays the same of an entry when text is taken out of it: number, time and id.
    #[must_use]
    pub fn identity(&self) -> (u64, Timestamp, &EntryId) {
        (self.seq, self.at, &self.id)
    }

    /// True for an entry that does, sets, says and attaches what another does, whoever wrote it and when: two clones made both of
    /// one message, say. Words that were taken out of either are not compared.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let is_cut = self.redacted.is_some() || other.redacted.is_some();
        let file = |entry: &Self| entry.attachment.as_ref().map(|file| file.sha256.clone());
        let sets_the_same = |(one, other): ((&Field, &Set), (&Field, &Set))| {
            one.0 == other.0
                && match (one.1, other.1) {
                    (Set::Value { to: one, .. }, Set::Value { to: other, .. }) => one == other,
                    (Set::Text { .. }, Set::Text { .. }) if is_cut => true,
                    (one, other) => one == other,
                }
        };
        self.action == other.action
            && (is_cut || (self.note == other.note && file(self) == file(other)))
            && self.set.len() == other.set.len()
            && self.set.iter().zip(&other.set).all(sets_the_same)
            && self.undoes == other.undoes
            && self.replaces == other.replaces
    }

    /// The title that the entry gives the ticket; `None` where it sets none.
    #[must_use]
    pub fn title_set(&self) -> Option<&str> {
        let Set::Value { to, .. } = self.set.get(&Field::Title)? else { return None };
        to.as_ref()?.as_text()
    }
}

/// How an entry sets a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// A short value; an absent side means the field had, or has, no value.
    Value {
        /// What it was.
        from: Option<Node>,
        /// What it became.
        to: Option<Node>,
    },
    /// A long text.
    Text {
        /// What it became; `None` where it was taken away.
        to: Option<String>,
    },
    /// The long text that an earlier entry set, again: an undo gives it back. So it is in one place, and a redaction of
    /// that entry reaches it here, whichever clone it was made on.
    TextOf {
        /// The entry.
        entry: EntryId,
    },
    /// A long text that schema 1 recorded without its value, which stands in the head, or among the ticket's
    /// [earlier texts](crate::ticket::Ticket::text_set).
    TextInHead,
    /// Members of a set that were added and removed.
    Members {
        /// Those that came.
        add: Vec<String>,
        /// Those that went.
        remove: Vec<String>,
    },
    /// What a newer version wrote, in a shape this one does not know.
    Other(Node),
}

impl Set {
    /// How the value stands in a file.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let pairs = |pairs: [(&str, Option<Node>); 2]| {
            Node::map(pairs.into_iter().filter_map(|(k, v)| Some((k, v?))).collect())
        };
        let list = |items: &[String]| (!items.is_empty()).then(|| Node::texts(items.to_vec()));
        match self {
            Self::Value { from, to } => pairs([("from", from.clone()), ("to", to.clone())]),
            Self::Members { add, remove } => pairs([("add", list(add)), ("remove", list(remove))]),
            Self::Text { to } => Node::map(vec![("to", to.as_ref().map_or(Node::Null, Node::text))]),
            Self::TextOf { entry } => Node::map(vec![("from_entry", Node::text(entry.as_str()))]),
            Self::TextInHead => Node::Null,
            Self::Other(node) => node.clone(),
        }
    }

    /// Reads how a field was set.
    ///
    /// # Errors
    /// What is wrong with it, for a field this version knows.
    pub fn from_node(field: &Field, node: Node) -> Result<Self, String> {
        if matches!(field, Field::Unknown(_)) {
            return Ok(Self::of_unknown(node));
        }
        let checked = |key: &str| node.at(key).cloned().map(|value| field.check(value)).transpose();
        let members = |key: &str| -> Result<Vec<String>, String> {
            Ok(match checked(key)? {
                Some(Node::List(items)) => items.iter().map(Node::to_string).collect(),
                _ => Vec::new(),
            })
        };
        match field.kind() {
            Kind::Text if node == Node::Null => Ok(Self::TextInHead),
            Kind::Text if has_only(&node, &["from_entry"]) => {
                let id = node.at("from_entry").map(Node::to_string).unwrap_or_default();
                let entry = EntryId::parse(&id).ok_or("takes the ID of an entry")?;
                Ok(Self::TextOf { entry })
            }
            Kind::Text if has_only(&node, &["to"]) => match node.at("to") {
                Some(Node::Null) => Ok(Self::Text { to: None }),
                _ => Ok(Self::Text { to: checked("to")?.map(|to| to.to_string()) }),
            },
            Kind::Text => Err("takes to or from_entry".to_owned()),
            Kind::Value if has_only(&node, &["from", "to"]) => {
                Ok(Self::Value { from: checked("from")?, to: checked("to")? })
            }
            Kind::Value => Err("takes from and to".to_owned()),
            Kind::Members if has_only(&node, &["add", "remove"]) => {
                Ok(Self::Members { add: members("add")?, remove: members("remove")? })
            }
            Kind::Members => Err("takes add and remove".to_owned()),
        }
    }

    fn of_unknown(node: Node) -> Self {
        if node == Node::Null {
            Self::TextInHead
        } else if has_only(&node, &["from", "to"]) {
            Self::Value { from: node.at("from").cloned(), to: node.at("to").cloned() }
        } else {
            Self::Other(node)
        }
    }
}

fn has_only(node: &Node, keys: &[&str]) -> bool {
    let Node::Map(pairs) = node else { return false };
    !pairs.is_empty() && pairs.iter().all(|(key, _)| key.as_text().is_some_and(|key| keys.contains(&key)))
}

/// Who may see a note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    /// The customer too.
    Customer,
    /// The team only.
    Internal,
    /// A word of a newer version: shown to the team only.
    Unknown(String),
}

/// A file that was attached as evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attachment {
    /// The name it had.
    pub name: String,
    /// The file's name under `.support/attachments/<id>/`.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// True where a redaction removed its file.
    pub is_removed: bool,
}
