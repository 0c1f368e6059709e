//! What a list shows of a ticket: its head without the long texts, and what its timeline adds up to.

use crate::ticket::codec::head_node;
use crate::ticket::{Field, Kind, Level, Node, Severity, Status, Talk, Ticket, TicketId, Timestamp};

/// What a table shows of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The ticket.
    pub id: TicketId,
    /// What it is about, in one line.
    pub title: String,
    /// Impact on the user.
    pub severity: Option<Severity>,
    /// The same, but for a lower one that is only proposed: by it the queue goes.
    pub effective: Option<Severity>,
    /// Where it stands.
    pub status: Status,
    /// The level of support that holds it.
    pub level: Level,
    /// Who works on it now.
    pub assignee: Option<String>,
    /// When it was opened.
    pub created: Option<Timestamp>,
    /// The latest time of any entry.
    pub updated: Option<Timestamp>,
    /// The day to ask again whom it waits for.
    pub follow_up: Option<Timestamp>,
    /// Who spoke last to whom: whether the customer waits for a word.
    pub talk: Talk,
}

impl Summary {
    /// What a list shows of a ticket.
    #[must_use]
    pub fn of(ticket: &Ticket) -> Self {
        let head = ticket.fields();
        let follow_up = head.get(&Field::Deferral).and_then(|to| to.at("follow_up"));
        Self {
            id: ticket.id().clone(),
            title: head.title().to_owned(),
            severity: head.severity(),
            effective: ticket.effective_severity(),
            status: head.status(),
            level: head.level(),
            assignee: head.assignee().map(str::to_owned),
            created: ticket.created(),
            updated: ticket.updated(),
            follow_up: follow_up.and_then(Node::as_text).and_then(Timestamp::parse),
            talk: ticket.talk(),
        }
    }
}

/// A ticket as an object for machines, without its long texts and its timeline: the head's fields by
/// their names, and when it was opened and last changed.
#[must_use]
pub fn short_node(ticket: &Ticket) -> Node {
    let mut pairs = if let Node::Map(pairs) = head_node(ticket) { pairs } else { Vec::new() };
    pairs.retain(|(name, _)| {
        let is_long = |name: &str| name == "findings" || Field::parse(name).kind() == Kind::Text;
        !name.as_text().is_some_and(is_long)
    });
    pairs.extend(sums(ticket));
    Node::Map(pairs)
}

/// What an object for machines says of a ticket beside the fields of its file: it is worked out when it is read, and
/// never written into a ticket.
pub const COMPUTED: &[&str] = &[
    "created",
    "updated",
    "occurrences",
    "severity_proposed",
    "branches",
    "due",
    "position",
    "total",
    "reason",
    "similar",
    "undone",
    "contested",
];

/// What a ticket's timeline adds up to, as its object for machines says it.
#[must_use]
pub fn sums(ticket: &Ticket) -> Vec<(Node, Node)> {
    let moment = |moment: Option<Timestamp>| moment.map_or(Node::Null, |at| Node::Text(at.to_string()));
    let mut pairs = Vec::new();
    if ticket.severity_is_proposed() {
        pairs.push((Node::text("severity_proposed"), Node::Bool(true)));
    }
    pairs.push((Node::text("created"), moment(ticket.created())));
    pairs.push((Node::text("updated"), moment(ticket.updated())));
    pairs.push((Node::text("occurrences"), Node::Number(ticket.occurrences().to_string())));
    pairs
}
