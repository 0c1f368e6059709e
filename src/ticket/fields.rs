//! The head: the present state of a ticket, field by field, always valid.

use std::collections::{BTreeMap, BTreeSet};

use crate::ticket::cut_text::REDACTED;
use crate::ticket::field::Field;
use crate::ticket::node::Node;
use crate::ticket::words::{Area, Finding, Level, LinkKind, Severity, Status, Type};

/// The present state. Values are checked by [`Field::check`] before they get in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    values: BTreeMap<Field, Node>,
}

/// What a ticket is before its first entry sets anything.
impl Default for Fields {
    fn default() -> Self {
        let values = BTreeMap::from([
            (Field::Type, Node::text(Type::Defect.as_str())),
            (Field::Area, Node::text(Area::Application.as_str())),
            (Field::Status, Node::text(Status::New.as_str())),
            (Field::Level, Node::Number(Level::One.as_str().to_owned())),
        ]);
        Self { values }
    }
}

impl Fields {
    /// A head from checked values.
    pub(crate) fn from_values(values: BTreeMap<Field, Node>) -> Self {
        Self { values }
    }

    /// The value of a field, if it has one.
    #[must_use]
    pub fn get(&self, field: &Field) -> Option<&Node> {
        self.values.get(field)
    }

    /// The fields that have a value, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &Field> {
        self.values.keys()
    }

    /// Fields and values, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&Field, &Node)> {
        self.values.iter()
    }

    pub(crate) fn put(&mut self, field: Field, value: Option<Node>) {
        match value {
            Some(Node::List(items)) if items.is_empty() => drop(self.values.remove(&field)),
            Some(value) => drop(self.values.insert(field, value)),
            None => drop(self.values.remove(&field)),
        }
    }

    pub(crate) fn change_members(&mut self, field: &Field, add: &[String], remove: &[String]) {
        let mut members: BTreeSet<&str> = self.members(field).collect();
        for member in remove {
            members.remove(member.as_str());
        }
        members.extend(add.iter().map(String::as_str));
        let members = Node::texts(members);
        self.put(field.clone(), Some(members));
    }

    fn text(&self, field: &Field) -> Option<&str> {
        self.get(field).and_then(Node::as_text)
    }

    /// The members of a set-valued field, sorted.
    pub fn members(&self, field: &Field) -> impl Iterator<Item = &str> {
        let items = match self.get(field) {
            Some(Node::List(items)) => items.as_slice(),
            _ => &[],
        };
        items.iter().filter_map(Node::as_text)
    }

    /// What it is about, in one line.
    #[must_use]
    pub fn title(&self) -> &str {
        self.text(&Field::Title).unwrap_or_default()
    }

    /// defect, question or improvement.
    #[must_use]
    pub fn kind(&self) -> Type {
        self.text(&Field::Type).and_then(Type::parse).unwrap_or(Type::Defect)
    }

    /// Impact on the user; `None` until somebody judged it.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.text(&Field::Severity).and_then(Severity::parse)
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.text(&Field::Status).and_then(Status::parse).unwrap_or(Status::New)
    }

    /// The level of support that holds it.
    #[must_use]
    pub fn level(&self) -> Level {
        let level = self.get(&Field::Level).map(Node::to_string);
        level.and_then(|level| Level::parse(&level)).unwrap_or(Level::One)
    }

    /// Who works on it now.
    #[must_use]
    pub fn assignee(&self) -> Option<&str> {
        self.text(&Field::Assignee)
    }

    /// The fingerprint under which a machine filed it.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.text(&Field::Key)
    }

    /// True for a ticket of a key; of one whose key was redacted, nobody can tell otherwise.
    #[must_use]
    pub fn is_of_key(&self, key: &str) -> bool {
        self.key().is_some_and(|own| own == key || own.contains(REDACTED))
    }

    /// The whole story, as told.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.text(&Field::Description)
    }

    /// What support gathered, in order of the process.
    pub fn findings(&self) -> impl Iterator<Item = (&Finding, &str)> {
        self.values.iter().filter_map(|(field, value)| {
            let Field::Findings(finding) = field else {
                return None;
            };
            value.as_text().map(|text| (finding, text))
        })
    }

    /// Links to other tickets: kind and the other's id.
    pub fn links(&self) -> impl Iterator<Item = (&LinkKind, &str)> {
        self.values
            .keys()
            .filter_map(|field| {
                let Field::Links(kind) = field else {
                    return None;
                };
                Some((kind, field))
            })
            .flat_map(|(kind, field)| self.members(field).map(move |id| (kind, id)))
    }
}
