//! The index: SQLite in the git directory, derived from the tickets' trees; thrown away when in doubt.
//!
//! An *edition* is the tickets as one tree, or several branches' trees together, hold them; its key is
//! the trees' names. A *row* is one version of a ticket, shared by the editions that hold it. Nothing here
//! is the truth: whoever deletes the file loses the time to build it again.

mod as_of;
mod blame;
mod candidates;
mod catch_up;
mod compile;
mod completion;
mod error;
mod find;
mod labelled;
mod merges;
mod prefixes;
mod row;
mod schema;
mod scope;
mod sla_statuses;
mod spelling;
mod statement;
mod touches;
mod urgent;

pub use as_of::Known;
pub use blame::Blame;
pub use catch_up::{Base, CatchUp};
pub use completion::Candidates;
pub use error::Error;
pub use find::{Extra, Hit};
pub use merges::Merged;
pub use row::Row;
pub use schema::Index;
pub use scope::Scope;
pub use sla_statuses::{Judgement, KnownTurns, Unjudged};
pub use touches::Touched;

/// A file that is no readable ticket, as an edition remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its path from the top of the repository.
    pub path: String,
    /// The line that is wrong, from 1; 0 for the whole file.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}
