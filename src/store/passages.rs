//! History read for an audit: commit by commit, parents first, with the versions of the tickets that each changed.
//!
//! Versions are parsed once, on all cores, some hundred commits ahead; those used last are kept.

use std::collections::HashMap;
use std::sync::Arc;

use crate::store::Store;
use crate::store::driver::read_merged;
use crate::store::error::{BadFile, Error};
use crate::store::git::{Blob, ItemKind, ObjectId, Passage, Passed};
use crate::store::layout;
use crate::ticket::{Ticket, TicketId, codec};

/// The most bytes of a version that are read.
const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;
/// Commits that are looked at together: what they need is parsed at once.
const BATCH: usize = 256;
/// Threads that parse.
const PARSERS: usize = 2;
/// The bytes of versions that are kept, as files; parsed, they take some ten times as many. Twice as many are
/// known for a moment.
const KEPT_BYTES: usize = 8 * 1024 * 1024;

/// How a version is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As git-support writes it.
    Canonical,
    /// Otherwise, with the same meaning.
    Loose,
    /// With its entries out of order.
    OutOfOrder,
}

/// A version of a ticket.
#[derive(Debug)]
pub struct Version {
    /// What it says, or why it cannot be read.
    pub content: Result<Ticket, BadFile>,
    /// How it is written.
    pub form: Form,
    bytes: usize,
}

impl Version {
    fn read(id: &TicketId, path: &str, bytes: &[u8]) -> Self {
        let content = codec::read(id, bytes).map_err(|invalid| BadFile::new(path, &invalid));
        let form = content.as_ref().map_or(Form::Canonical, |ticket| form(ticket, bytes));
        // What a merge left in conflict still says what both sides said.
        let content = content.or_else(|bad| {
            if bad.has_conflict_markers() { read_merged(id, path, bytes).map_err(|_| bad) } else { Err(bad) }
        });
        Self { content, form, bytes: bytes.len() }
    }
}

fn form(ticket: &Ticket, bytes: &[u8]) -> Form {
    if codec::write(ticket).as_bytes() == bytes {
        return Form::Canonical;
    }
    let text = String::from_utf8_lossy(bytes);
    let ids = text.lines().filter_map(|line| line.strip_prefix("  id: "));
    let stands: Vec<&str> = ids.map(|id| id.trim_matches(['"', '\''])).collect();
    let ordered: Vec<&str> = ticket.timeline().iter().map(|entry| entry.id.as_str()).collect();
    let is_same_lot = stands.len() == ordered.len() && stands.iter().all(|id| ordered.contains(id));
    if is_same_lot && stands != ordered { Form::OutOfOrder } else { Form::Loose }
}

/// What a version is known by: the same bytes under another path are another ticket's.
type Key = (ObjectId, TicketId);

/// Versions of tickets, parsed once and kept for a while.
pub struct Parsed<'a> {
    store: &'a Store,
    fresh: HashMap<Key, Arc<Version>>,
    old: HashMap<Key, Arc<Version>>,
    fresh_bytes: usize,
}

impl<'a> Parsed<'a> {
    /// None yet.
    #[must_use]
    pub fn new(store: &'a Store) -> Self {
        Self { store, fresh: HashMap::new(), old: HashMap::new(), fresh_bytes: 0 }
    }

    /// A version of a ticket.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn get(&mut self, id: &TicketId, blob: ObjectId) -> Result<Arc<Version>, Error> {
        let key = (blob, id.clone());
        if let Some(known) = self.fresh.get(&key) {
            return Ok(Arc::clone(known));
        }
        let version = match self.old.get(&key) {
            Some(known) => Arc::clone(known),
            None => Arc::new(match self.bytes(blob)? {
                Ok(bytes) => Version::read(id, &layout::ticket(id), &bytes),
                Err(size) => too_large(id, size),
            }),
        };
        self.keep(key, &version);
        Ok(version)
    }

    /// The version of a ticket in a commit; `None` where it has none.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn at(&mut self, commit: ObjectId, id: &TicketId) -> Result<Option<Arc<Version>>, Error> {
        let item = self.store.repository().find(commit, &layout::ticket(id))?;
        item.filter(|item| item.kind == ItemKind::File).map(|item| self.get(id, item.id)).transpose()
    }

    /// The content of a blob; the inner error is its size, where it is larger than any file of ours.
    fn bytes(&self, blob: ObjectId) -> Result<Result<Vec<u8>, usize>, Error> {
        Ok(match self.store.repository().blob(blob, MAX_FILE_BYTES)? {
            Blob::Bytes(bytes) => Ok(bytes),
            Blob::TooLarge(size) => Err(size),
        })
    }

    fn keep(&mut self, key: Key, version: &Arc<Version>) {
        if self.fresh_bytes > KEPT_BYTES {
            self.old = std::mem::take(&mut self.fresh);
            self.fresh_bytes = 0;
        }
        self.fresh_bytes += version.bytes;
        self.fresh.insert(key, Arc::clone(version));
    }

    /// Parses what some commits need, on all cores.
    fn read_ahead(&mut self, passages: &[Passage]) -> Result<(), Error> {
        let mut needed: HashMap<Key, Vec<u8>> = HashMap::new();
        for file in passages.iter().flat_map(|passage| &passage.files) {
            let Some(id) = layout::id_of(&file.path) else { continue };
            for item in file.now.iter().chain(file.before.iter().flatten()) {
                let key = (item.id, id.clone());
                let is_known =
                    self.fresh.contains_key(&key) || self.old.contains_key(&key) || needed.contains_key(&key);
                if item.kind != ItemKind::File || is_known {
                    continue;
                }
                if let Ok(bytes) = self.bytes(item.id)? {
                    needed.insert(key, bytes);
                }
            }
        }
        let needed: Vec<(Key, Vec<u8>)> = needed.into_iter().collect();
        let share = needed.len().div_ceil(PARSERS).max(1);
        let parse = |part: &[(Key, Vec<u8>)]| -> Vec<(Key, Arc<Version>)> {
            let read = |(key, bytes): &(Key, Vec<u8>)| {
                (key.clone(), Arc::new(Version::read(&key.1, &layout::ticket(&key.1), bytes)))
            };
            part.iter().map(read).collect()
        };
        let parsed: Vec<Vec<(Key, Arc<Version>)>> = std::thread::scope(|scope| {
            let threads: Vec<_> = needed.chunks(share).map(|part| scope.spawn(move || parse(part))).collect();
            // What a thread did not bring is read when it is asked for.
            threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
        });
        for (key, version) in parsed.into_iter().flatten() {
            self.keep(key, &version);
        }
        Ok(())
    }
}

fn too_large(id: &TicketId, size: usize) -> Version {
    let problem = format!("has {size} bytes; at most {MAX_FILE_BYTES} are read");
    let content = Err(BadFile::whole(&layout::ticket(id), problem));
    Version { content, form: Form::Canonical, bytes: 0 }
}

impl Store {
    /// Hands over each commit that some tips contain and others do not, parents first, with the versions of
    /// tickets at hand. `progress` is told how many are done, and of how many.
    ///
    /// # Errors
    /// An object cannot be read; or what `visit` says.
    pub fn passages<E: From<Error>>(
        &self,
        tips: &[ObjectId],
        less: &[ObjectId],
        mut progress: impl FnMut(usize, usize),
        mut visit: impl FnMut(&Passage, &mut Parsed<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let commits = self.repository().commits_between(tips, less).map_err(Error::from)?;
        let mut versions = Parsed::new(self);
        for (number, batch) in commits.chunks(BATCH).enumerate() {
            progress(number * BATCH, commits.len());
            let passages: Result<Vec<Passage>, _> =
                batch.iter().map(|commit| self.repository().passage(*commit, layout::FOLDER)).collect();
            let passages = passages.map_err(Error::from)?;
            versions.read_ahead(&passages)?;
            passages.iter().try_for_each(|passage| visit(passage, &mut versions))?;
        }
        Ok(())
    }
}

impl Passed {
    /// The ticket whose file it is; `None` for any other file.
    #[must_use]
    pub fn ticket(&self) -> Option<TicketId> {
        layout::id_of(&self.path)
    }
}
