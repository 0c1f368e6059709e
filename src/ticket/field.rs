//! The fields of a ticket's head: their names, order, kind, and what each may hold.

use crate::ticket::node::Node;
use crate::ticket::span::parse_span;
use crate::ticket::text::{MAX_TEXT_BYTES, has_visible};
use crate::ticket::timestamp::Timestamp;
use crate::ticket::words::{Area, Finding, Level, LinkKind, Severity, Status, Type, nearest};

/// The longest value of a one-line field, in characters.
pub const MAX_LINE_CHARS: usize = 512;

/// A field of the head; the order is the order of the file (docs/file-format.md).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// What it is about, in one line.
    Title,
    /// defect, question or improvement.
    Type,
    /// application or infrastructure.
    Area,
    /// Impact on the user.
    Severity,
    /// Where it stands.
    Status,
    /// The level of support that holds it: 1, 2, 3.
    Level,
    /// Who told us.
    Reporter,
    /// How it reached us: cli, ci, email, phone, web, import.
    Channel,
    /// Who answers to the reporter until it is closed.
    Owner,
    /// Who works on it now.
    Assignee,
    /// Who else wants to know what happens.
    Watchers,
    /// The releases it affects.
    Affects,
    /// Where it was seen.
    Environment,
    /// Free words to find it by.
    Labels,
    /// The fingerprint under which a machine filed it.
    Key,
    /// Links to other tickets, of one kind.
    Links(LinkKind),
    /// The commits that fix it.
    Commits,
    /// The whole story, as told.
    Description,
    /// What support gathered, of one kind.
    Findings(Finding),
    /// The effort expected, such as `6h`.
    Estimate,
    /// To whom it was handed or for whom it waits, and until when.
    Deferral,
    /// How it ended.
    Resolution,
    /// A field of a newer version.
    Unknown(String),
}

/// What kind of value a field holds, which decides how it is recorded and merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A short value: entries record from and to.
    Value,
    /// A long text: entries record only its name.
    Text,
    /// A set of short texts: entries record what was added and removed.
    Members,
}

/// The fields that have one name each, in order.
const PLAIN: &[(&str, Field)] = &[
    ("title", Field::Title),
    ("type", Field::Type),
    ("area", Field::Area),
    ("severity", Field::Severity),
    ("status", Field::Status),
    ("level", Field::Level),
    ("reporter", Field::Reporter),
    ("channel", Field::Channel),
    ("owner", Field::Owner),
    ("assignee", Field::Assignee),
    ("watchers", Field::Watchers),
    ("affects", Field::Affects),
    ("environment", Field::Environment),
    ("labels", Field::Labels),
    ("key", Field::Key),
    ("commits", Field::Commits),
    ("description", Field::Description),
    ("estimate", Field::Estimate),
    ("deferral", Field::Deferral),
    ("resolution", Field::Resolution),
];

/// The fields that only a ticket of some statuses has.
pub(super) static OF_A_STATUS: [Field; 2] = [Field::Resolution, Field::Deferral];

impl Field {
    /// True for a field that no ticket of a status has: only one that ended has a resolution, only one that waits a deferral.
    #[must_use]
    pub fn is_gone_at(&self, status: Status) -> bool {
        (*self == Self::Resolution && status.is_open()) || (*self == Self::Deferral && !status.is_waiting())
    }

    /// The name in `set:` and on the command line; findings and links have their group before a dot.
    #[must_use]
    pub fn name(&self) -> String {
        if let Self::Links(kind) = self {
            format!("links.{kind}")
        } else if let Self::Findings(finding) = self {
            format!("findings.{finding}")
        } else if let Self::Unknown(name) = self {
            name.clone()
        } else {
            let plain = PLAIN.iter().find(|(_, field)| field == self);
            plain.map(|(name, _)| (*name).to_owned()).unwrap_or_default()
        }
    }

    /// The field of a name; a name it does not know is a field of a newer version.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        if let Some((_, field)) = PLAIN.iter().find(|(known, _)| *known == name) {
            return field.clone();
        }
        match name.split_once('.') {
            Some(("links", kind)) => Self::Links(LinkKind::parse(kind)),
            Some(("findings", finding)) => Self::Findings(Finding::parse(finding)),
            _ => Self::Unknown(name.to_owned()),
        }
    }

    /// The names of the plain fields, for suggestions.
    pub fn plain_names() -> impl Iterator<Item = &'static str> {
        PLAIN.iter().map(|(name, _)| *name)
    }

    /// What kind of value it holds. An unknown field is taken as a short value.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Description | Self::Findings(_) => Kind::Text,
            Self::Watchers | Self::Affects | Self::Labels | Self::Commits | Self::Links(_) => Kind::Members,
            Self::Title
            | Self::Type
            | Self::Area
            | Self::Severity
            | Self::Status
            | Self::Level
            | Self::Reporter
            | Self::Channel
            | Self::Owner
            | Self::Assignee
            | Self::Environment
            | Self::Key
            | Self::Estimate
            | Self::Deferral
            | Self::Resolution
            | Self::Unknown(_) => Kind::Value,
        }
    }

    /// Checks a value for this field and brings it into the one form we write.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence that starts with the value.
    pub fn check(&self, value: Node) -> Result<Node, String> {
        match (self, self.kind()) {
            (Self::Unknown(_), _) => Ok(value),
            (_, Kind::Members) => members(value),
            (_, Kind::Text) => text(value),
            (Self::Title, _) => line(value),
            (Self::Type, _) => word(value, Type::WORDS),
            (Self::Area, _) => word(value, Area::WORDS),
            (Self::Severity, _) => word(value, Severity::WORDS),
            (Self::Status, _) => word(value, Status::WORDS),
            (Self::Level, _) => level(value),
            (Self::Estimate, _) => span(value),
            (Self::Deferral, _) => deferral(value),
            _ => line(value),
        }
    }
}

fn found(value: &Node, wanted: &str) -> String {
    let hint = if matches!(value, Node::Number(_) | Node::Bool(_)) && wanted == "text" {
        format!("; put it in quotes: \"{value}\"")
    } else {
        String::new()
    };
    format!("is {}, where {wanted} belongs{hint}", value.kind_name())
}

fn line(value: Node) -> Result<Node, String> {
    let Node::Text(text) = value else {
        return Err(found(&value, "text"));
    };
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    if !has_visible(&text) {
        return Err("has no visible characters".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("holds control characters".to_owned());
    }
    if text.chars().count() > MAX_LINE_CHARS {
        return Err(format!("is longer than {MAX_LINE_CHARS} characters"));
    }
    Ok(Node::Text(text))
}

fn text(value: Node) -> Result<Node, String> {
    let Node::Text(text) = value else {
        return Err(found(&value, "text"));
    };
    if text.len() > MAX_TEXT_BYTES {
        let bytes = text.len();
        return Err(format!("is {bytes} bytes long; a text is at most {MAX_TEXT_BYTES}"));
    }
    Ok(Node::Text(text))
}

fn word(value: Node, list: &[&str]) -> Result<Node, String> {
    let Node::Text(text) = &value else {
        return Err(found(&value, "a word"));
    };
    if list.contains(&text.as_str()) {
        return Ok(value);
    }
    let meant = nearest(text, list).map(|near| format!("; did you mean '{near}'?"));
    Err(format!(
        "'{text}' is not a valid value (possible values: {}){}",
        list.join(", "),
        meant.unwrap_or_default()
    ))
}

fn level(value: Node) -> Result<Node, String> {
    let number = value.to_string();
    match Level::parse(&number) {
        Some(_) => Ok(Node::Number(number)),
        None => Err(format!("'{number}' is not a valid level (possible values: 1, 2, 3)")),
    }
}

/// A span of effort: a whole number and one of m, h, d, w.
fn span(value: Node) -> Result<Node, String> {
    let value = line(value)?;
    let text = value.to_string();
    match parse_span(&text) {
        Some(_) => Ok(value),
        None => Err(format!("'{text}' is not a valid duration (use 90m, 6h, 2d or 1w)")),
    }
}

fn members(value: Node) -> Result<Node, String> {
    let Node::List(items) = value else {
        return Err(found(&value, "a list"));
    };
    let mut checked = items.into_iter().map(line).collect::<Result<Vec<_>, _>>()?;
    checked.sort();
    checked.dedup();
    Ok(Node::List(checked))
}

fn deferral(value: Node) -> Result<Node, String> {
    let Node::Map(_) = value else {
        return Err(found(&value, "a mapping"));
    };
    if let Some(follow_up) = value.at("follow_up") {
        let is_moment = follow_up.as_text().and_then(Timestamp::parse).is_some();
        if !is_moment {
            return Err(format!("follow_up '{follow_up}' is not a valid time (use 2026-11-26T09:00:00Z)"));
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_field() {
        for (name, field) in PLAIN {
            assert_eq!(&Field::parse(name), field);
            assert_eq!(field.name(), *name);
        }
        for name in ["links.blocks", "findings.diagnosis", "links.from-tomorrow", "impact"] {
            assert_eq!(Field::parse(name).name(), name);
        }
    }

    #[test]
    fn a_number_where_text_belongs_is_refused_with_the_way_out() {
        let refused = Field::Title.check(Node::Number("1.1".to_owned())).unwrap_err();
        assert_eq!(refused, "is a number, where text belongs; put it in quotes: \"1.1\"");
    }

    #[test]
    fn an_unknown_severity_names_the_nearest() {
        let refused = Field::Severity.check(Node::text("blocked")).unwrap_err();
        assert!(refused.ends_with("did you mean 'blocker'?"), "{refused}");
    }
}
