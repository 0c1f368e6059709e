//! A ticket as a search finds it: its summary, and what else was asked for.

use crate::process::clock::TicketHistory;
use crate::ticket::{SlaStatus, Summary, Ticket};

/// A ticket of a list.
#[derive(Debug)]
pub struct Listed {
    /// What a table shows of it.
    pub summary: Summary,
    /// The length of its shortest unique prefix.
    pub prefix: usize,
    /// Where it stands, where every branch was looked at.
    pub places: Option<Branches>,
    /// The piece of its texts where the words that were looked for stand: its words, and
    /// whether each is one of them.
    pub snippet: Option<Vec<(String, bool)>>,
    /// Its place in the queue, where it was asked for.
    pub queued: Option<Queued>,
    /// Where its clocks stand; `None` where the project has none.
    pub standing: Option<SlaStatus>,
    /// What else was asked for.
    pub record: Record,
}

/// The place of a ticket in the queue.
#[derive(Debug, Clone)]
pub struct Queued {
    /// Its place, from 1.
    pub position: usize,
    /// How many there are.
    pub total: usize,
    /// Why it stands there, where that is not its own urgency.
    pub reason: Option<String>,
}

/// What is known of a ticket of a list, beside what a table shows.
#[derive(Debug)]
pub enum Record {
    /// Nothing: a table was asked for.
    None,
    /// Its object for machines as JSON, without the long texts and the timeline.
    Short(String),
    /// Its course, for clocks and reports, and the places of the rules that judge it.
    TicketHistory(Box<(TicketHistory, Vec<usize>)>),
    /// Everything.
    Whole(Box<Ticket>),
}

/// The branches on which a ticket stands.
#[derive(Debug, Clone)]
pub struct Branches {
    /// Those that hold its latest state; none where it is only whole when they are merged.
    pub latest: Vec<String>,
    /// Those that lack some of it.
    pub behind: Vec<String>,
}
