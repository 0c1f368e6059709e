//! The only room that names git2 or runs git: repositories, objects, refs, index entries, identity.
//!
//! It knows nothing of tickets. [`Repository::commit`] writes files under `.support/` as one commit, in
//! the order that loses nothing (docs/architecture.md): lock, recover, objects, journal, index lock, work
//! tree, ref, index.

mod bounds;
mod bulk;
mod change;
mod code;
mod commits;
mod config;
mod durable;
mod error;
mod history;
mod identity;
mod incoming;
mod index;
mod index_format;
mod journal;
mod limits;
mod lineage;
mod lock;
mod naming;
mod object_id;
mod objects;
mod passage;
mod path;
mod pipeline;
mod program;
mod promised;
mod publish;
mod quarantine;
mod recover;
mod references;
mod remote;
mod repository;
mod shared;
mod signatures;
mod stop;
mod surroundings;
mod target;
mod temporary;
mod texts;
mod users_work;
mod worktree;

pub(crate) use bounds::Bounds;
pub use bulk::Bulk;
pub use change::{Change, Content, FileChange};
pub use code::{CodeChange, LineAuthor};
pub use error::{Error, Kind};
pub use history::{CodeCommit, Touch, reverted, taken_back};
pub use identity::{Identity, Signature};
pub use incoming::UnsafePath;
pub use limits::{LIMITS, MAX_BLOB_BYTES};
pub use lineage::Drawn;
pub use naming::{RESOLVES, SUPPORTS};
pub use object_id::ObjectId;
pub use objects::{Blob, Item, ItemKind};
pub use passage::{Passage, Passed};
pub(crate) use path::refused_path;
pub use path::{SupportPath, shown, way_out};
pub use pipeline::Pipeline;
pub use program::Program;
pub use repository::Repository;
pub use signatures::{Signed, Verdict};
pub use surroundings::Surroundings;
pub use target::Target;
