//! The only room that names git2 or runs git: repositories, objects, refs, index entries, identity.
//!
//! It knows nothing of tickets. [`Repository::commit`] writes files under `.support/` as one commit, in
//! the order that loses nothing (docs/architecture.md): lock, recover, objects, journal, index lock, work
//! tree, ref, index.

mod blame;
mod bounds;
mod bulk;
mod change;
mod code;
mod code_commit;
mod commit_delta;
mod commit_object;
mod commits;
mod config;
mod durable;
mod embedded;
mod error;
mod exchange;
mod history;
mod identity;
mod incoming;
mod index;
mod index_format;
mod journal;
mod lapsed;
mod limits;
mod lineage;
mod local_changes;
mod lock;
mod naming;
mod object_id;
mod objects;
mod path;
mod path_check;
mod pipeline;
mod platform;
mod process_env;
mod program;
mod promised;
mod publish;
mod quarantine;
mod reach;
mod received;
mod recover;
mod references;
mod remote;
mod repository;
mod reverts;
mod shared;
mod signatures;
mod stop;
mod target;
mod temporary;
mod texts;
mod version_order;
mod worktree;

pub use blame::{Authorship, LineAuthor};
pub(crate) use bounds::Bounds;
pub use bulk::Bulk;
pub use change::{Content, FileChange, MANY_FILES, TreeChange};
pub use code::CodeChange;
pub use code_commit::{CodeCommit, reverted};
pub use commit_delta::{CommitDelta, FileDelta, MAILMAP};
pub use error::{Error, Kind};
pub use history::Touch;
pub use identity::{Ident, Identity};
pub use incoming::UnsafePath;
pub use limits::{LIMITS, MAX_BLOB_BYTES};
pub use lineage::Drawn;
pub use naming::{RESOLVES, SUPPORTS};
pub use object_id::ObjectId;
pub use objects::{Blob, Item, ItemKind};
pub(crate) use path::refused_path;
pub use path::{SupportPath, shown, way_out};
pub(crate) use path_check::{not_a_folder, renamed};
pub use pipeline::Pipeline;
pub use process_env::{Clock, ProcessEnv};
pub use program::Program;
pub use reach::{Counting, Reach};
pub use received::{Push, RECEIVED};
pub use repository::{Mailmap, Repository};
pub use reverts::Reverts;
pub(crate) use reverts::name_by_subject;

pub use signatures::{SignatureStatus, Signed, Tag};
pub use target::Target;
