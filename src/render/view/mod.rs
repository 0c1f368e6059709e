//! What a command answers with, before it has a form.

pub(super) mod history;
pub(super) mod mail;
pub(super) mod measured;
mod status;

use std::collections::BTreeSet;

use crate::process::audit::Audited;
use crate::process::{
    Answer, Branches, InboxItem, KnownError, Listed, Member, Problem, Release, Suggestion, TreeNode, Vendor,
    VendorAnswers,
};
use crate::render::view::history::{BlameLine, Differences, EntryLine, GraphLine};
use crate::render::view::mail::{OutgoingLine, TakenLine};
use crate::render::view::measured::{BudgetTable, Clocks, Metrics};
use crate::ticket::{Attachment, Entry, EntryId, LinkKind, Ticket, TicketId, Timestamp};

/// How much of a ticket machine formats hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The short fields.
    Short,
    /// The long texts and the timeline too.
    Full,
}

/// The forms an answer may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people: a table, a page, a line.
    Table,
    /// One JSON value.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// YAML, as ticket files are written.
    Yaml,
    /// Comma-separated values with a heading.
    Csv,
    /// Markdown.
    Markdown,
    /// JUnit XML, for gates.
    Junit,
    /// SARIF, for gates.
    Sarif,
    /// Annotations of GitHub's workflows, for gates.
    Github,
}

impl Format {
    /// All of them, as they are listed.
    pub const ALL: [Self; 9] = [
        Self::Table,
        Self::Json,
        Self::Ndjson,
        Self::Yaml,
        Self::Csv,
        Self::Markdown,
        Self::Junit,
        Self::Sarif,
        Self::Github,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
        }
    }
}

/// The answer of a command.
#[derive(Debug)]
pub enum View {
    /// Nothing to show.
    Nothing,
    /// Text as it is.
    Text(String),
    /// Tickets that were filed, or met again: their ids are what a script needs; and open ones that are like them.
    Opened(Vec<Ticket>, Vec<Ticket>),
    /// Tickets that steps changed, and the entries that came to them.
    Steps(Vec<Ticket>, BTreeSet<EntryId>),
    /// Tickets that a step found as it would have them.
    Unchanged(Vec<Ticket>),
    /// One ticket, whole.
    Ticket(Box<TicketPage>),
    /// All that is known of a ticket, for somebody who takes it over.
    HandoverNotes(Box<HandoverNotes>),
    /// Many tickets.
    Tickets {
        /// The tickets, in order.
        tickets: Vec<Listed>,
        /// How much of each machine formats hold.
        extent: Extent,
    },
    /// What hangs on a ticket.
    Tree(Box<TreeNode>),
    /// How much there is to do, and to read.
    Queue(QueueCounts),
    /// What concerns somebody.
    Inbox(Vec<InboxItem>),
    /// Known errors.
    Known(Vec<KnownLine>),
    /// Answers to use again.
    Answers(Vec<Answer>),
    /// One of them.
    Answer(Box<Answer>),
    /// The machine formats.
    Schemas,
    /// The JSON Schema of one of them.
    Schema(Box<serde_json::Value>),
    /// Who could work on a ticket.
    Suggestions(Vec<Suggestion>),
    /// Entries of timelines.
    Entries(Vec<EntryLine>),
    /// Entries beside the lines of their history.
    Graph(Vec<GraphLine>),
    /// Who set each field of a ticket.
    Blame {
        /// The ticket.
        ticket: TicketId,
        /// Field by field.
        lines: Vec<BlameLine>,
    },
    /// What changed between two revisions.
    Differences(Differences),
    /// The attachments of a ticket.
    Attachments(Vec<AttachmentLine>),
    /// The people of the project.
    Team(Vec<Member>),
    /// The vendors of the project.
    Vendors(Vec<Vendor>),
    /// A vendor, and the tickets it holds, each with the length of its shortest unique prefix.
    Vendor {
        /// The vendor.
        vendor: Box<Vendor>,
        /// The tickets.
        held: Vec<(Ticket, usize)>,
        /// How long it took to answer.
        answers: VendorAnswers,
    },
    /// The releases of the project.
    Releases(Vec<Release>),
    /// What support knows of a release.
    Release {
        /// The record.
        release: Box<Release>,
        /// Its known errors, as far as they can be read.
        known: Vec<Ticket>,
    },
    /// What a release fixes.
    Notes {
        /// The version.
        version: String,
        /// The tag of its build.
        tag: String,
        /// The tickets.
        tickets: Vec<Ticket>,
        /// The errors that it has, as far as they are known.
        known: Vec<Ticket>,
    },
    /// The settings in force.
    Settings(Vec<SettingLine>),
    /// What is wrong.
    Problems(Vec<Problem>),
    /// What an audit found, and over what.
    Audited(Box<Audited>),
    /// What a write would do.
    DryRun(DryRun),
    /// What the lines of an import came to: tickets that are new, that changed, and that were here already.
    Imported {
        /// New ones.
        new: usize,
        /// Those that brought something new.
        changed: usize,
        /// Those that were here already.
        unchanged: usize,
    },
    /// What became of messages that came in.
    Taken(Vec<TakenLine>),
    /// Messages that are to go out, or went.
    Outgoing(Vec<OutgoingLine>),
    /// A command was run, whose status is passed on; it has said all itself.
    Ran {
        /// The status.
        status: u8,
    },
    /// A gate: the tickets that it found, and how many it lets pass.
    Gate(Gate),
    /// Tickets' clocks.
    Clocks(Clocks),
    /// Figures of a period.
    Metrics(Box<Metrics>),
    /// The hours of the support agreement.
    Budget(Box<BudgetTable>),
    /// What a run's results did to tickets.
    Reported(Reported),
    /// What came and went between this clone and a remote.
    Synced {
        /// The branch.
        branch: String,
        /// The remote.
        remote: String,
        /// The tickets that came, or changed here.
        received: Vec<TicketId>,
        /// The tickets that went out, or changed there.
        sent: Vec<TicketId>,
    },
}

/// How much there is to do for somebody, and to read.
#[derive(Debug, Clone, Copy)]
pub struct QueueCounts {
    /// The open tickets that are assigned to them.
    pub assigned: usize,
    /// Those of them that are late.
    pub overdue: usize,
    /// The tickets with something new to them.
    pub new: usize,
}

/// A known error in a list.
#[derive(Debug)]
pub struct KnownLine {
    /// The length of its ticket's shortest unique prefix.
    pub prefix: usize,
    /// The known error.
    pub known: KnownError,
}

/// A gate, and what it found.
#[derive(Debug)]
pub struct Gate {
    /// The query, as it was typed.
    pub query: String,
    /// The tickets that match.
    pub found: Vec<Listed>,
    /// The paths of their files, in the same order.
    pub paths: Vec<String>,
    /// How many may match.
    pub max: usize,
}

/// What a run's results did to tickets.
#[derive(Debug)]
pub struct Reported {
    /// New ones.
    pub opened: Vec<TicketId>,
    /// Those that had ended, and are worked on again.
    pub reopened: Vec<TicketId>,
    /// Those whose cause was seen again.
    pub repeated: Vec<TicketId>,
    /// Those whose cause has gone.
    pub resolved: Vec<TicketId>,
    /// Those whose tests are not there any more.
    pub proposed: Vec<TicketId>,
    /// Those that the results concern and do not change.
    pub unchanged: Vec<TicketId>,
    /// Those that changed, as they are now.
    pub tickets: Vec<Ticket>,
    /// The reports that were left out, and why.
    pub left_out: Vec<String>,
    /// False where the exit status is to say that one was.
    pub is_whole: bool,
}

/// One ticket, with what a reader wants to know around it.
#[derive(Debug)]
pub struct TicketPage {
    /// The ticket.
    pub ticket: Ticket,
    /// The length of its shortest unique prefix.
    pub prefix: usize,
    /// The tickets it is linked to.
    pub linked: Vec<LinkedTicket>,
    /// Where it stands, where every branch was looked at.
    pub places: Option<Branches>,
    /// The releases that contain its fix.
    pub fixed_in: Vec<String>,
    /// True where it affects none of the releases that support owns: it is the delivery team's.
    pub is_deliverys: bool,
}

/// All that is known of a ticket, on one page.
#[derive(Debug)]
pub struct HandoverNotes {
    /// The ticket.
    pub ticket: Ticket,
    /// For whom it is.
    pub audience: Audience,
    /// The tickets it is linked to.
    pub linked: Vec<LinkedTicket>,
    /// The code that it concerns.
    pub code: Option<Concerned>,
    /// Earlier tickets like it.
    pub similar: Vec<Ticket>,
    /// Known errors that it is likely to be about.
    pub known: Vec<KnownError>,
    /// Its duplicates: what they tell belongs to it.
    pub duplicates: Vec<Ticket>,
}

/// The code that a ticket concerns.
#[derive(Debug)]
pub struct Concerned {
    /// Its files, by their paths.
    pub files: Vec<String>,
    /// The tag of the last release that was good, if one is known.
    pub since: Option<String>,
    /// The commits that changed the files since, the newest first.
    pub commits: Vec<CodeLine>,
}

/// A commit that changed code.
#[derive(Debug)]
pub struct CodeLine {
    /// Its whole name.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// When, if that is a date of the years 0 to 9999.
    pub at: Option<Timestamp>,
}

/// Who reads a packet.
#[derive(Debug)]
pub enum Audience {
    /// The next level: everything.
    Team,
    /// A vendor: nothing internal, and nothing that leads to the customer.
    Vendor(Box<Vendor>),
    /// The Enhance process, for elaboration: as to a vendor, and for nobody in particular.
    Enhance,
}

/// A ticket at the other end of a link.
#[derive(Debug)]
pub struct LinkedTicket {
    /// How the ticket shown stands to it.
    pub kind: LinkKind,
    /// Its id, as the link has it.
    pub id: String,
    /// The ticket, if it can be read.
    pub ticket: Option<Ticket>,
}

/// An attachment of a ticket.
#[derive(Debug)]
pub struct AttachmentLine {
    /// The ticket.
    pub ticket: TicketId,
    /// The entry that brought it.
    pub entry: Entry,
    /// What it is.
    pub file: Attachment,
    /// True where an undo takes the entry back.
    pub is_undone: bool,
    /// False where its file is gone.
    pub is_there: bool,
}

/// A setting in force.
#[derive(Debug)]
pub struct SettingLine {
    /// Its key, with dots.
    pub key: String,
    /// Its value.
    pub value: String,
    /// True where the file does not set it.
    pub is_default: bool,
    /// What it does.
    pub about: String,
}

/// What a write would do.
#[derive(Debug)]
pub struct DryRun {
    /// The commit's message.
    pub message: String,
    /// The difference, as `git diff` shows it.
    pub patch: String,
}
