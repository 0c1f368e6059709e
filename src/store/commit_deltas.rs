//! History read for an audit: commit by commit, parents first, with the versions of the tickets that each changed.
//!
//! Some hundred commits are read ahead, on two threads; versions are parsed once, and those used last are kept.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};

use crate::store::Store;
use crate::store::driver::read_merged;
use crate::store::error::{BadFile, Error};
use crate::store::git::{self, Blob, CommitDelta, FileDelta, ObjectId, ProcessEnv, Repository};
use crate::store::layout;
use crate::ticket::{Entry, MAX_TICKET_BYTES, ReadVersion, Ticket, TicketId, VersionReader, codec};

/// What a line of a message begins with that says of itself that it is ours.
const OURS: &str = "Support-";
/// Commits that are read together.
const BATCH: usize = 256;
/// Threads that read and parse, beside the one that takes what they read.
const READERS: usize = 2;
/// Batches of each that wait to be taken, so that memory stays bounded.
const WAITING: usize = 1;
/// The bytes of versions that a reader keeps, roughly; twice as many are known for a moment.
const KEPT_BYTES: usize = 16 * 1024 * 1024;
/// The bytes that a version takes at least.
const VERSION_BYTES: usize = 4 * 1024;
/// What a file's bytes become, parsed.
const PARSED: usize = 10;

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
    /// True for a file of schema 1, whose entries do not say what they follow.
    pub is_schema_1: bool,
    /// Why nothing but an audit can read it: it was committed in conflict, and says here what both sides say.
    pub in_conflict: Option<BadFile>,
    bytes: usize,
}

impl Version {
    fn read(reader: &mut VersionReader, id: &TicketId, path: &str, bytes: &[u8]) -> Self {
        let is_schema_1 = codec::is_schema_1(bytes);
        let (content, form) = match reader.read(id, bytes) {
            Ok(ReadVersion { ticket, is_canonical: true }) => (Ok(ticket), Form::Canonical),
            Ok(ReadVersion { ticket, is_canonical: false }) => {
                let form = form(&ticket, bytes);
                (Ok(ticket), form)
            }
            Err(invalid) => (Err(BadFile::new(path, &invalid)), Form::Canonical),
        };
        // What a merge left in conflict still says what both sides said.
        let (content, in_conflict) = match content {
            Err(bad) if bad.has_conflict_markers() => match read_merged(id, path, bytes) {
                Ok(ticket) => (Ok(ticket), Some(bad)),
                Err(_) => (Err(bad), None),
            },
            content => (content, None),
        };
        // The entries of a file in our form are shared with the other versions of the ticket.
        let is_shared = form == Form::Canonical;
        let shared = content.as_ref().ok().filter(|_| is_shared).map(|ticket| ticket.timeline().len());
        let bytes =
            shared.map_or(bytes.len() * PARSED, |entries| VERSION_BYTES + size_of::<Entry>() * entries);
        Self { content, form, is_schema_1, in_conflict, bytes }
    }
}

/// The form of a file that is not canonical.
fn form(ticket: &Ticket, bytes: &[u8]) -> Form {
    let text = String::from_utf8_lossy(bytes);
    let ids = text.lines().filter_map(|line| line.strip_prefix("  id: "));
    let stands: Vec<&str> = ids.map(|id| id.trim_matches(['"', '\''])).collect();
    let ordered: Vec<&str> = ticket.timeline().iter().map(|entry| entry.id.as_str()).collect();
    let is_same_lot = stands.len() == ordered.len() && stands.iter().all(|id| ordered.contains(id));
    if is_same_lot && stands != ordered { Form::OutOfOrder } else { Form::Loose }
}

/// What a version is known by: the same bytes under another path are another ticket's.
type Key = (ObjectId, TicketId);
/// Versions at hand.
type Known = HashMap<Key, Arc<Version>>;

/// Versions of tickets, parsed once and kept for a while.
pub struct Parsed<'a> {
    repository: &'a Repository,
    reader: VersionReader,
    fresh: Known,
    old: Known,
    fresh_bytes: usize,
    /// The last versions that can be read, by commits that have one which cannot.
    readable: HashMap<Key, Option<Arc<Version>>>,
}

impl<'a> Parsed<'a> {
    /// None yet.
    #[must_use]
    pub fn new(store: &'a Store) -> Self {
        Self::of(store.repository())
    }

    fn of(repository: &'a Repository) -> Self {
        let reader = VersionReader::default();
        Self {
            repository,
            reader,
            fresh: Known::new(),
            old: Known::new(),
            fresh_bytes: 0,
            readable: HashMap::new(),
        }
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
            None => Arc::new(match self.repository.blob(blob, MAX_TICKET_BYTES) {
                Ok(Blob::Bytes(bytes)) => Version::read(&mut self.reader, id, &layout::ticket(id), &bytes),
                Ok(Blob::TooLarge(size)) => {
                    unread(id, format!("has {size} bytes; at most {MAX_TICKET_BYTES} are read"))
                }
                Err(_) if self.repository.is_commit(blob) => {
                    unread(id, "is a submodule, not a ticket".to_owned())
                }
                Err(error) => return Err(error.into()),
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
        let item = self.repository.find(commit, &layout::ticket(id))?;
        item.filter(|item| item.kind.has_content()).map(|item| self.get(id, item.id)).transpose()
    }

    /// The version of a ticket that a commit has; where that cannot be read, the last before it that can, so that nothing
    /// goes unseen while a file is broken. `None` where there is no such file.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn last_readable(&mut self, commit: ObjectId, id: &TicketId) -> Result<Option<Arc<Version>>, Error> {
        let mut at = commit;
        let found = loop {
            // A file may be broken in as many commits as there are: each goes back only to the one before.
            if let Some(known) = self.readable.get(&(at, id.clone())) {
                break known.clone();
            }
            let version = self.at(at, id)?;
            if version.as_ref().is_none_or(|version| version.content.is_ok()) {
                break version;
            }
            match self.repository.parents(at)?.first() {
                Some(parent) => at = *parent,
                None => break None,
            }
        };
        self.readable.insert((commit, id.clone()), found.clone());
        Ok(found)
    }

    fn keep(&mut self, key: Key, version: &Arc<Version>) {
        if self.fresh_bytes > KEPT_BYTES {
            self.old = std::mem::take(&mut self.fresh);
            self.fresh_bytes = 0;
        }
        self.fresh_bytes += version.bytes;
        self.fresh.insert(key, Arc::clone(version));
    }

    /// Some commits, with every version that they ask for.
    fn batch(&mut self, commits: &[ObjectId]) -> Result<Batch, Error> {
        let mut batch = Batch::default();
        for commit in commits {
            let passage = self.repository.passage(*commit, layout::FOLDER)?;
            for file in &passage.files {
                let Some(id) = layout::id_of(&file.path) else { continue };
                let items = file.now.iter().chain(file.before.iter().flatten());
                for item in items.filter(|item| item.kind.has_content()) {
                    batch.known.insert((item.id, id.clone()), self.get(&id, item.id)?);
                }
            }
            batch.passages.push(passage);
        }
        Ok(batch)
    }
}

/// Some commits, and the versions that they ask for.
#[derive(Default)]
struct Batch {
    passages: Vec<CommitDelta>,
    known: Known,
}

fn unread(id: &TicketId, problem: String) -> Version {
    let content = Err(BadFile::whole(&layout::ticket(id), problem));
    Version { content, form: Form::Canonical, is_schema_1: false, in_conflict: None, bytes: 0 }
}

impl Store {
    /// Hands over each commit that some tips contain and others do not, and that changed our files or says so, parents
    /// first, with the versions of tickets at hand. `progress` is told how many are done, and of how many.
    ///
    /// # Errors
    /// An object cannot be read; or what `visit` says.
    pub fn passages<E: From<Error>>(
        &self,
        tips: &[ObjectId],
        less: &[ObjectId],
        mut progress: impl FnMut(usize, usize),
        mut visit: impl FnMut(&CommitDelta, &mut Parsed<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let paths = (layout::FOLDER, git::MAILMAP);
        let commits = self.repository().touching_or_saying(tips, less, paths, OURS).map_err(Error::from)?;
        let mut parsed = Parsed::new(self);
        let batches: Vec<&[ObjectId]> = commits.chunks(BATCH).collect();
        let mut take = |number: usize, batch: Batch| -> Result<(), E> {
            progress(number * BATCH, commits.len());
            parsed.fresh = batch.known;
            batch.passages.iter().try_for_each(|passage| visit(passage, &mut parsed))
        };
        let alone = |take: &mut dyn FnMut(usize, Batch) -> Result<(), E>| {
            let mut reader = Parsed::new(self);
            let mut numbered = batches.iter().enumerate();
            numbered.try_for_each(|(number, commits)| take(number, reader.batch(commits)?))
        };
        if batches.len() < 2 {
            return alone(&mut take);
        }
        let surroundings = &self.repository().surroundings;
        std::thread::scope(|scope| {
            // Batches go round, so that each reader sees half of them, in order.
            let mut readers = Vec::new();
            for first in 0..READERS {
                let (send, receive) = mpsc::sync_channel(WAITING);
                let (surroundings, batches) = (surroundings.clone(), &batches);
                let reader = move || read(surroundings, batches.iter().skip(first).step_by(READERS), &send);
                if std::thread::Builder::new().spawn_scoped(scope, reader).is_err() {
                    // No more threads are to be had: those that have begun end where nobody takes what they read.
                    readers.clear();
                    return alone(&mut take);
                }
                readers.push(receive);
            }
            for number in 0..batches.len() {
                let batch = readers.get(number % READERS).and_then(|reader| reader.recv().ok());
                let lost = || git::Error::new(git::Kind::Io, "a reader of history has ended early").into();
                let batch: Result<Batch, Error> = batch.unwrap_or_else(|| Err(lost()));
                take(number, batch?)?;
            }
            Ok(())
        })
    }
}

/// Reads batches in a thread of its own, until nobody wants them any more.
fn read<'a>(
    surroundings: ProcessEnv,
    batches: impl Iterator<Item = &'a &'a [ObjectId]>,
    send: &mpsc::SyncSender<Result<Batch, Error>>,
) {
    let repository = match Repository::open(surroundings) {
        Ok(repository) => repository,
        Err(error) => return drop(send.send(Err(error.into()))),
    };
    let mut parsed = Parsed::of(&repository);
    for batch in batches {
        if send.send(parsed.batch(batch)).is_err() {
            return;
        }
    }
}

impl FileDelta {
    /// The ticket whose file it is; `None` for any other file.
    #[must_use]
    pub fn ticket(&self) -> Option<TicketId> {
        layout::id_of(&self.path)
    }
}
