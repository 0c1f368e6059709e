//! The only room that names git2 or runs git: repositories, objects, refs, index entries, identity.
//!
//! It knows nothing of tickets. [`Repository::commit`] writes files under `.support/` as one commit, in
//! the order that loses nothing (docs/architecture.md): lock, recover, objects, journal, index lock, work
//! tree, ref, index.

mod bulk;
mod change;
mod code;
mod commits;
mod config;
mod durable;
mod error;
mod history;
mod identity;
mod index;
mod index_format;
mod journal;
mod lineage;
mod lock;
mod objects;
mod passage;
mod pipeline;
mod program;
mod promised;
mod publish;
mod recover;
mod references;
mod remote;
mod repository;
mod signatures;
mod stop;
mod target;
mod texts;
mod users_work;
mod worktree;

pub use bulk::Bulk;
pub use change::{Change, Content, FileChange};
pub use code::{CodeChange, LineAuthor};
pub use error::{Error, Kind};
pub use history::{CodeCommit, Touch, reverted, taken_back};
pub use identity::{Identity, Signature};
pub use lineage::Drawn;
pub use objects::{Blob, Item, ItemKind, ObjectId};
pub use passage::{Passage, Passed};
pub use pipeline::Pipeline;
pub(crate) use program::Program;
pub use repository::{Repository, Surroundings};
pub use signatures::{Signed, Verdict};
pub use target::Target;
