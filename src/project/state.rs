//! One state of this repository's tickets, and what is asked of a single one.

use std::cell::OnceCell;
use std::path::Path;
use std::rc::Rc;

use crate::project::failure::Failure;
use crate::project::host::Host;
use crate::project::parts::{Files, FilesCache};
use crate::store::git::ObjectId;
use crate::store::{Snapshot, Store, layout};
use crate::ticket::{Entry, EntryId, Person, Ticket, TicketId, Timestamp, holds_bytes};

/// The most tickets of one key that may have been purged.
const MAX_PURGED: usize = 100;

/// Which state of the tickets is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// The branch as it is now.
    #[default]
    Now,
    /// A revision, a day or an instant of the past, as typed.
    At(String),
    /// Every branch, local and remote-tracking, merged.
    AllBranches,
    /// What CI has checked out, merged with the branch on which the job wrote tickets.
    Built(String),
}

/// One state of this repository's tickets.
pub struct Project<'h> {
    pub(super) host: Host<'h>,
    pub(super) store: Rc<Store>,
    pub(super) scope: Scope,
    /// The commit that is read; none where the branch has none yet.
    pub(super) commit: Option<ObjectId>,
    /// The instant as of which the tickets of that commit are read; none for all that it knows.
    pub(super) instant: Option<Timestamp>,
    pub(super) cache: Rc<FilesCache>,
    pub(super) files: OnceCell<Rc<Files>>,
}

impl<'h> Project<'h> {
    /// Opens the repository around the working directory, at the state that `scope` names. The branch is the one
    /// named, or the configured or current one.
    ///
    /// # Errors
    /// There is no repository, no such branch, or no such revision; or what stands where our folders belong is none.
    pub fn open(host: &Host<'h>, branch: Option<&str>, scope: Scope) -> Result<Self, Failure> {
        let project = Self::open_damaged(host, branch, scope)?;
        project.check_folders()?;
        Ok(project)
    }

    /// The same, whatever stands where our folders belong: for what tells the user of it, or looks for another branch.
    ///
    /// # Errors
    /// There is no repository, no such branch, or no such revision.
    pub fn open_damaged(host: &Host<'h>, branch: Option<&str>, scope: Scope) -> Result<Self, Failure> {
        let store = Store::open(host.env.clone(), branch)?;
        Self::of(host.clone(), Rc::new(store), scope, Rc::default())
    }

    /// The same, on a branch that may not exist yet.
    ///
    /// # Errors
    /// There is no repository, or the name is not a valid branch name.
    pub fn open_new(host: &Host<'h>, branch: &str) -> Result<Self, Failure> {
        let store = Store::open_new(host.env.clone(), branch)?;
        Self::of(host.clone(), Rc::new(store), Scope::Now, Rc::default())
    }

    /// What is checked out, for a program that git runs in the middle of its own work.
    ///
    /// # Errors
    /// There is no repository.
    pub(super) fn open_within_git(host: &Host<'h>) -> Result<Self, Failure> {
        let store = Store::open_within_git(host.env.clone())?;
        Self::of(host.clone(), Rc::new(store), Scope::Now, Rc::default())
    }

    fn of(host: Host<'h>, store: Rc<Store>, scope: Scope, cache: Rc<FilesCache>) -> Result<Self, Failure> {
        let instant = if let Scope::At(at) = &scope { crate::store::instant(at) } else { None };
        let commit = match &scope {
            // What is known now of what had happened by then.
            Scope::At(_) if instant.is_some() => store.snapshot(None)?.commit(),
            Scope::Now => store.snapshot(None)?.commit(),
            Scope::At(at) => store.snapshot(Some(at))?.commit(),
            Scope::AllBranches => store.snapshot_across()?.commit(),
            Scope::Built(written) => store.snapshot_with(written)?.commit(),
        };
        Ok(Self { host, store, scope, commit, instant, cache, files: OnceCell::new() })
    }

    /// The same repository in another state.
    ///
    /// # Errors
    /// There is no such revision.
    pub fn in_scope(&self, scope: Scope) -> Result<Self, Failure> {
        Self::of(self.host.clone(), Rc::clone(&self.store), scope, Rc::clone(&self.cache))
    }

    /// The same repository at a commit.
    pub(super) fn at_commit(&self, commit: Option<ObjectId>) -> Self {
        Self {
            host: self.host.clone(),
            store: Rc::clone(&self.store),
            scope: Scope::Now,
            commit,
            instant: None,
            cache: Rc::clone(&self.cache),
            files: OnceCell::new(),
        }
    }

    pub(super) fn snapshot(&self) -> Snapshot<'_> {
        match self.scope {
            Scope::AllBranches | Scope::Built(_) => self.store.snapshot_across_of(self.commit),
            Scope::Now | Scope::At(_) => self.store.snapshot_of(self.commit).as_of(self.instant),
        }
    }

    /// The branch that is read and written.
    #[must_use]
    pub fn branch(&self) -> &str {
        self.store.branch()
    }

    /// What is read, for a gate's answer: the branch, and the revision.
    #[must_use]
    pub fn place(&self) -> String {
        let commit = self.commit.map(|commit| format!(" at {commit:.10}")).unwrap_or_default();
        let branch = match &self.scope {
            Scope::Now | Scope::At(_) => format!("branch {}", self.branch()),
            Scope::AllBranches => "all branches".to_owned(),
            Scope::Built(written) => format!("branches {} and {written}", self.branch()),
        };
        let instant = self.instant.map(|instant| format!(", as of {instant}")).unwrap_or_default();
        format!("{branch}{commit}{instant}")
    }

    /// The commit whose tickets are read; `None` while there is none.
    #[must_use]
    pub fn revision(&self) -> Option<String> {
        self.commit.map(|commit| commit.to_string())
    }

    /// True while the branch has no commit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commit.is_none()
    }

    /// True where the branch holds nothing of git-support yet. A state of the past may hold nothing of a branch that does.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        if !matches!(self.scope, Scope::Now) {
            return false;
        }
        let repository = self.store.repository();
        let has = |commit| repository.find(commit, layout::FOLDER).is_ok_and(|found| found.is_none());
        self.commit.is_none_or(has)
    }

    /// Sees that what stands where our folders belong is a folder: a link or a submodule would read as no tickets at all.
    ///
    /// # Errors
    /// It is something else, or cannot be read.
    pub(super) fn check_folders(&self) -> Result<(), Failure> {
        self.commit.map_or(Ok(()), |commit| Ok(self.store.check_folders(commit)?))
    }

    /// Now; or the instant that `--at` names.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.instant.unwrap_or_else(|| self.host.now())
    }

    /// The instant as of which tickets are read; none for all that is known of them.
    #[must_use]
    pub fn instant(&self) -> Option<Timestamp> {
        self.instant
    }

    /// Who writes, as git takes it.
    ///
    /// # Errors
    /// Git does not know who writes.
    pub fn me(&self) -> Result<Person, Failure> {
        Ok(self.store.author()?.0)
    }

    /// Who writes, as the team knows them: through `.mailmap`.
    ///
    /// # Errors
    /// Git does not know who writes, or the map cannot be read.
    pub fn member(&self) -> Result<Person, Failure> {
        Ok(self.store.mapped(&self.me()?)?)
    }

    /// The whole id that somebody means by the beginning of one.
    ///
    /// # Errors
    /// It names no ticket, or several.
    pub fn id(&self, typed: &str) -> Result<TicketId, Failure> {
        Ok(self.snapshot().resolve(typed)?)
    }

    /// The tickets that ids as typed name, each once, in order.
    ///
    /// # Errors
    /// One names no ticket, or several.
    pub fn ids(&self, typed: &[String]) -> Result<Vec<TicketId>, Failure> {
        let mut ids = Vec::new();
        for text in typed {
            let id = self.id(text)?;
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// The ticket that somebody means by the beginning of its id.
    ///
    /// # Errors
    /// It names no ticket, or several; or its file cannot be read.
    pub fn ticket(&self, typed: &str) -> Result<Ticket, Failure> {
        self.need(&self.id(typed)?)
    }

    /// A ticket that must be there.
    ///
    /// # Errors
    /// There is none of that id, or its file cannot be read.
    pub fn need(&self, id: &TicketId) -> Result<Ticket, Failure> {
        Ok(self.snapshot().need(id)?)
    }

    /// The entries of an id, each with its ticket: two may share one.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn entries_of(&self, entry: &EntryId) -> Result<Vec<(Ticket, Entry)>, Failure> {
        let names = [entry.to_string()];
        let mut all = Vec::new();
        for id in self.snapshot().containing(|content| holds_bytes(content, &names))? {
            let ticket = self.need(&id)?;
            let found = ticket.timeline().iter().find(|known| known.id == *entry).cloned();
            all.extend(found.map(|found| (ticket, found)));
        }
        Ok(all)
    }

    /// A value of git's configuration, as this clone or its user has set it; `None` for an empty one.
    #[must_use]
    pub fn configured(&self, name: &str) -> Option<String> {
        self.store.repository().configured(name).filter(|value| !value.trim().is_empty())
    }

    /// A ticket, if there is one that can be read.
    #[must_use]
    pub fn readable(&self, id: &TicketId) -> Option<Ticket> {
        self.snapshot().ticket(id).ok().flatten()
    }

    /// The id that a key leads to now: where the ticket there was purged, or is of another key, the next one. A ticket that
    /// somebody put under the id of a key without it would hide what that key tells of.
    #[must_use]
    pub fn id_of_key(&self, key: &str) -> TicketId {
        let mut id = TicketId::from_key(key);
        for _ in 0..MAX_PURGED {
            let is_anothers = |ticket: Ticket| ticket.is_purged() || !ticket.fields().is_of_key(key);
            if !self.readable(&id).is_some_and(is_anothers) {
                break;
            }
            id = id.next_of_key(key);
        }
        id
    }

    /// For an id, how many of its first characters tell it from every other.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn shortest(&self, id: &TicketId) -> Result<usize, Failure> {
        Ok(self.snapshot().shortest(id)?)
    }

    /// The folder of the work tree that the process runs in, from its top; `None` at the top.
    #[must_use]
    pub fn folder(&self) -> Option<String> {
        let top = self.store.repository().work_tree()?.canonicalize().ok()?;
        let here = self.host.env.directory.canonicalize().ok()?;
        let folder = here.strip_prefix(top).ok()?.to_string_lossy().into_owned();
        Some(folder).filter(|folder| !folder.is_empty())
    }

    /// The name of the folder that the project lies in.
    #[must_use]
    pub fn name(&self) -> String {
        let repository = self.store.repository();
        let top = repository.work_tree().unwrap_or_else(|| repository.common_directory());
        top.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The git directory, which all work trees of a clone share.
    #[must_use]
    pub fn location(&self) -> &Path {
        self.store.repository().common_directory()
    }

    /// The moment of what is read: an instant that `--at` names, the date of a revision, or now.
    ///
    /// # Errors
    /// The commit cannot be read.
    pub fn moment(&self) -> Result<Timestamp, Failure> {
        if self.instant.is_some() || !matches!(self.scope, Scope::At(_)) {
            return Ok(self.now());
        }
        let seconds = self.commit.map(|commit| self.store.repository().commit_seconds(commit)).transpose()?;
        Ok(seconds.and_then(Timestamp::from_unix).unwrap_or_else(|| self.host.now()))
    }
}
