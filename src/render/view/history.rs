//! What the commands answer with that look into history, before it has a form.

use crate::ticket::{Entry, Field, Ticket, TicketId};

/// An entry of a timeline, with its ticket and the commit that carried it.
#[derive(Debug)]
pub struct EntryLine {
    /// The ticket.
    pub ticket: TicketId,
    /// The ticket's title.
    pub title: String,
    /// The entry.
    pub entry: Entry,
    /// The commit's whole name, if history reaches back to it.
    pub commit: Option<String>,
    /// True where another entry of the ticket was written without knowledge of this one, and this one of that.
    pub concurrent: bool,
    /// The merge that brought the commit to the branch; none where it was made there.
    pub merge: Option<Merge>,
    /// The commit's signature, where it was verified.
    pub signature: Option<Signature>,
}

/// A merge that brought commits.
#[derive(Debug, Clone)]
pub struct Merge {
    /// Its whole name.
    pub commit: String,
    /// The first line of its message, which names the branch.
    pub subject: String,
}

/// A signature that git verified.
#[derive(Debug, Clone)]
pub struct Signature {
    /// `good`; `untrusted`, where git does not trust the key; `bad`.
    pub verdict: &'static str,
    /// Who signed, as git names them.
    pub signer: String,
    /// The key's fingerprint.
    pub key: String,
}

/// A line of a drawn history.
#[derive(Debug)]
pub struct GraphLine {
    /// What git drew.
    pub lanes: String,
    /// What stands there.
    pub mark: GraphMark,
}

/// What stands on a line of a drawn history.
#[derive(Debug)]
pub enum GraphMark {
    /// An entry.
    Entry(Box<EntryLine>),
    /// A commit without an entry that is wanted: a merge, in which work came together, or another.
    Commit {
        /// Its whole name.
        commit: String,
        /// The first line of its message; empty for what is no merge.
        subject: String,
    },
    /// Nothing: the lines lead on.
    Nothing,
}

/// A field of a ticket, and the entry that decides it.
#[derive(Debug)]
pub struct BlameLine {
    /// The field's name.
    pub field: String,
    /// Its value.
    pub value: String,
    /// The entry.
    pub entry: Option<Entry>,
    /// The whole name of the commit that carried it, if history reaches back to it.
    pub commit: Option<String>,
}

/// What changed between two revisions.
#[derive(Debug)]
pub struct Differences {
    /// The whole name of the older commit; `None` where both have no history in common.
    pub from: Option<String>,
    /// The whole name of the newer commit.
    pub to: String,
    /// Ticket by ticket: new ones first.
    pub tickets: Vec<Difference>,
    /// The files beside the tickets, by path: settings, team, vendors, releases, calendars, answers.
    pub files: Vec<FileDifference>,
}

/// How a file beside the tickets differs.
#[derive(Debug)]
pub struct FileDifference {
    /// Its path.
    pub path: String,
    /// The lines that it has and had not.
    pub added: Vec<String>,
    /// The lines that it had and has not.
    pub removed: Vec<String>,
}

/// How a ticket differs.
#[derive(Debug)]
pub struct Difference {
    /// The ticket as it is in the newer revision, or as it was, where it is gone.
    pub ticket: Ticket,
    /// The ticket as it was; `None` where it is new.
    pub before: Option<Ticket>,
    /// The entries that came.
    pub entries: Vec<Entry>,
    /// The fields that somebody edited in the file: no entry says why.
    pub by_hand: Vec<Field>,
    /// How many entries of before are no longer there.
    pub lost: usize,
    /// True where the newer revision has no such ticket.
    pub is_gone: bool,
}
