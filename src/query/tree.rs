//! A query as a tree, and what is needed to answer it.

use std::time::Duration;

use crate::query::phrase::{Phrase, Place};
use crate::ticket::Timestamp;

/// A query: which tickets, in which order, how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Which tickets.
    pub(crate) filter: Filter,
    /// In which order; by default the newest first.
    pub(crate) sort: Option<Sort>,
    /// How many at most.
    pub(crate) limit: Option<usize>,
    /// The words that may be the id of a ticket, or its beginning: they are looked for as both.
    pub(crate) pasted: Vec<String>,
}

/// What a ticket must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    /// All of these; of none, every ticket.
    All(Vec<Self>),
    /// One of these at least.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A word or phrase somewhere in its texts.
    Words(Phrase),
    /// A part of a word, or of words that follow each other, somewhere in its texts, or in one of them.
    Part(Option<Place>, String),
    /// A field compared with any of several values.
    Term(Key, Vec<Test>),
    /// A field that has a value.
    Has(Key),
    /// A property that is computed.
    Is(Property),
}

/// A field that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Id,
    Title,
    Type,
    Area,
    Severity,
    Status,
    Level,
    Reporter,
    Channel,
    Owner,
    Assignee,
    Watcher,
    Affects,
    Environment,
    Label,
    Fingerprint,
    Commit,
    Link,
    Attachment,
    Description,
    Finding,
    Estimate,
    Resolution,
    Created,
    Updated,
    By,
    Via,
    Was,
    Reopened,
    Occurrences,
    Comments,
    Vendor,
    Case,
    Mail,
    Due,
    BlockedBy,
    Blocks,
    Parent,
    Child,
    DuplicateOf,
}

/// The fields by the names a query may use, as documented.
pub const FIELDS: &[&str] = &[
    "id",
    "title",
    "type",
    "area",
    "severity",
    "status",
    "level",
    "reporter",
    "channel",
    "owner",
    "assignee",
    "watcher",
    "affects",
    "environment",
    "label",
    "key",
    "commit",
    "link",
    "attachment",
    "description",
    "finding",
    "estimate",
    "resolution",
    "created",
    "updated",
    "by",
    "via",
    "was",
    "reopened",
    "occurrences",
    "comments",
    "vendor",
    "case",
    "mail",
    "due",
    "blocked-by",
    "blocks",
    "parent",
    "child",
    "duplicate-of",
];

/// What stands before a colon beside the fields.
pub const OTHER_FIELDS: &[&str] = &["is", "has", "no", "awaiting", "sort", "limit"];

/// The keys that `sort:` takes.
pub const SORT_KEYS: &[&str] = &[
    "created",
    "updated",
    "severity",
    "status",
    "level",
    "title",
    "assignee",
    "occurrences",
    "id",
    "due",
    "urgency",
    "relevance",
];

impl Key {
    pub(crate) const ALL: [Self; 40] = [
        Self::Id,
        Self::Title,
        Self::Type,
        Self::Area,
        Self::Severity,
        Self::Status,
        Self::Level,
        Self::Reporter,
        Self::Channel,
        Self::Owner,
        Self::Assignee,
        Self::Watcher,
        Self::Affects,
        Self::Environment,
        Self::Label,
        Self::Fingerprint,
        Self::Commit,
        Self::Link,
        Self::Attachment,
        Self::Description,
        Self::Finding,
        Self::Estimate,
        Self::Resolution,
        Self::Created,
        Self::Updated,
        Self::By,
        Self::Via,
        Self::Was,
        Self::Reopened,
        Self::Occurrences,
        Self::Comments,
        Self::Vendor,
        Self::Case,
        Self::Mail,
        Self::Due,
        Self::BlockedBy,
        Self::Blocks,
        Self::Parent,
        Self::Child,
        Self::DuplicateOf,
    ];

    /// The key of a name; plurals are taken.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let name = match name {
            "labels" => "label",
            "watchers" => "watcher",
            "links" => "link",
            "commits" => "commit",
            "attachments" => "attachment",
            "findings" => "finding",
            other => other,
        };
        FIELDS.iter().zip(Self::ALL).find(|(known, _)| **known == name).map(|(_, key)| key)
    }
}

/// A property that is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Property {
    /// Neither resolved nor closed.
    Open,
    /// Nobody works on it.
    Unassigned,
    /// Open, and nothing has happened for [`STALE_SECS`].
    Stale,
    /// Its severity is proposed, and waits for a product owner.
    Proposed,
    /// Open, and whoever works on it is not of the team.
    Orphaned,
    /// Open again after it was resolved.
    Regressed,
    /// Open, and the day to ask whom it waits for has passed, or a clock is used up.
    Overdue,
    /// A clock is used up, or was before it stopped.
    Breached,
    /// A clock has reached its warning, and none is used up.
    Warned,
    /// Open, and the customer's last word is not answered.
    Unanswered,
    /// Open, and a ticket that blocks it is open too.
    Blocked,
    /// Open, and somebody can work on it: it neither waits nor is blocked.
    Ready,
    /// A field is not as its entries set it: somebody edited the file.
    ByHand,
}

/// The properties by the words that `is:` takes.
pub const PROPERTIES: &[&str] = &[
    "open",
    "unassigned",
    "stale",
    "proposed",
    "orphaned",
    "regressed",
    "overdue",
    "breached",
    "warned",
    "unanswered",
    "blocked",
    "ready",
    "by-hand",
];

/// Who has to do the next thing, by the words that `awaiting:` takes.
pub const AWAITED: &[&str] = &["us", "customer", "vendor", "enhance"];

impl Property {
    const ALL: [Self; 13] = [
        Self::Open,
        Self::Unassigned,
        Self::Stale,
        Self::Proposed,
        Self::Orphaned,
        Self::Regressed,
        Self::Overdue,
        Self::Breached,
        Self::Warned,
        Self::Unanswered,
        Self::Blocked,
        Self::Ready,
        Self::ByHand,
    ];

    pub(crate) fn parse(word: &str) -> Option<Self> {
        PROPERTIES.iter().zip(Self::ALL).find(|(known, _)| **known == word).map(|(_, property)| property)
    }
}

/// After how long without any entry an open ticket is stale: 30 days, in seconds.
pub(crate) const STALE_SECS: i64 = 30 * 86_400;

/// One value that a field is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    /// The text, in lower case: equal for words, contained for names.
    Text(String),
    /// A word or phrase in one of its texts.
    Words(Phrase),
    /// A place in a closed list of words.
    Rank(Compare, usize),
    /// A number.
    Number(Compare, u64),
    /// An instant: from the first up to, not including, the second.
    Time(Compare, Timestamp, Timestamp),
    /// A day, so many days ago in UTC; less than none is to come.
    Day(Compare, i64),
    /// An age: how long ago.
    Age(Compare, Duration),
    /// How long ahead; what has passed is less than any.
    Ahead(Compare, Duration),
    /// Neither resolved nor closed.
    Open,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    /// Equal to it, or within it.
    Equal,
    /// Less than it.
    Less,
    /// At most it.
    AtMost,
    /// Greater than it.
    Greater,
    /// At least it.
    AtLeast,
}

impl Compare {
    /// Whether the order of a ticket's value and the query's is one that is asked for.
    pub(crate) fn allows(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// An order of tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sort {
    /// One of [`SORT_KEYS`].
    pub(crate) key: &'static str,
    /// True for the greatest first.
    pub(crate) descending: bool,
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {problem}")]
pub struct SyntaxError {
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong there.
    pub problem: String,
    /// What was perhaps meant.
    pub hint: Option<String>,
}

impl SyntaxError {
    /// What is wrong at a column, from 1.
    pub(crate) fn at(column: usize, problem: String) -> Self {
        Self { column, problem, hint: None }
    }
}
