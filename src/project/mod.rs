//! This repository's tickets as a command sees them: settings and people read once, tickets found, one way to change.
//!
//! A [`Project`] is one state of the tickets: now, at a revision, or of all branches. [`Project::change`] is the one way
//! to write, and the only caller of [`crate::process::decide`]. What goes wrong with the index stays inside: it is said,
//! and the tickets themselves answer.

mod agreements;
mod answers;
mod arrivals;
mod attachments;
mod audit;
mod author;
mod authorship;
mod branches;
mod change;
mod checks;
mod ci;
mod code;
mod completion;
mod doctor;
mod driver;
mod endings;
mod failure;
mod files;
mod find;
mod from_file;
mod gate;
mod history;
mod host;
mod import;
mod import_issue;
mod import_last;
mod inbox;
mod indexing;
mod introduced;
mod known;
mod labelled;
mod links;
mod mail;
mod mail_acknowledgement;
mod mail_files;
mod mail_sending;
mod mail_thread;
mod near_words;
mod parts;
mod people;
mod queue;
mod read_ahead;
mod recorded;
mod records;
mod redaction;
mod releases;
mod save;
mod scan;
mod search_index;
mod secrets;
mod settings_repair;
mod setup;
mod similar;
mod sla_rules;
mod state;
mod stored;
mod sync;
mod undo;
mod write;

pub use attachments::{NewAttachment, RedactedFiles};
pub use audit::{Audit, AuditRequest, Shallow, Start};
pub use change::{Change, ChangeOptions};
pub use ci::{Build, BuildRequest, CiReport, CiSummary, End, Passes};
pub use code::{CodeChange, Concerned};
pub use completion::Values;
pub use driver::MergeFiles;
pub use failure::{Failure, Kind};
pub use find::{Limit, Projection, Search, Which};
pub use history::{CommitLine, Graph};
pub use host::{Announcement, Host, Notes, Progress};
pub use import::{AttachmentContent, Imported};
pub use inbox::{Inbox, InboxStart};
pub use introduced::IntroducedEntry;
pub use mail::{MailTaking, Taken};
pub use people::Sought;
pub use queue::Queue;
pub use sla_rules::SlaRules;
pub use sync::{Rewrite, Synced};
pub use undo::UndoTarget;
pub use write::{Changed, Outcome};

pub use state::{Project, Scope};

pub use crate::store::git::{Clock, ProcessEnv, Program as GitProgram};
pub use crate::store::layout::ticket as ticket_path;
pub use crate::store::{drop_text, keep_purpose, keep_text, kept_purpose, kept_texts, own_folder};
