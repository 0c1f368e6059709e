//! The tickets as one commit has them.

use std::collections::BTreeSet;

use crate::store::compare::compare;
use crate::store::error::{BadFile, Error};
use crate::store::git::{Blob, Item, ObjectId, Repository};
use crate::store::layout;
use crate::store::tip::Tip;
use crate::ticket::{
    MAX_FILE_BYTES, MAX_TICKET_BYTES, Merged, PREFIX_LENGTH, Ticket, TicketId, Timestamp, codec, merge,
};

pub(crate) type Read<T> = Result<T, Error>;

/// The tickets as one commit has them; none at all where there is no commit yet.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    repository: &'a Repository,
    commit: Option<ObjectId>,
    pub(super) branch: &'a str,
    /// Other branches whose tickets count as well.
    others: &'a [Tip],
    /// The instant as of which tickets are read; none for all that is known of them.
    instant: Option<Timestamp>,
}

/// Every ticket that can be read, and every file that cannot.
#[derive(Debug, Default)]
pub struct Listing {
    /// The tickets, by id.
    pub tickets: Vec<Ticket>,
    /// The files that cannot be read.
    pub bad: Vec<BadFile>,
}

/// What the versions of a ticket's file hold.
#[derive(Debug, Default)]
pub struct Content {
    /// The ticket, or the two that met under its id; none where no version can be read.
    pub tickets: Vec<Ticket>,
    /// A version that cannot be read.
    pub bad: Option<BadFile>,
}

impl<'a> Snapshot<'a> {
    pub(crate) fn new(repository: &'a Repository, commit: Option<ObjectId>, branch: &'a str) -> Self {
        Self { repository, commit, branch, others: &[], instant: None }
    }

    pub(crate) fn across(
        repository: &'a Repository,
        commit: Option<ObjectId>,
        branch: &'a str,
        others: &'a [Tip],
    ) -> Self {
        Self { repository, commit, branch, others, instant: None }
    }

    /// The same commit, its tickets as of an instant: what had happened by then, whatever brought it.
    #[must_use]
    pub fn as_of(self, instant: Option<Timestamp>) -> Self {
        Self { instant, ..self }
    }

    /// The instant as of which tickets are read.
    pub(crate) fn instant(&self) -> Option<Timestamp> {
        self.instant
    }

    /// Every branch that is read, this one first.
    pub(crate) fn all(&self) -> Vec<Tip> {
        let own = self.commit.map(|commit| Tip { name: self.branch.to_owned(), commit });
        own.into_iter().chain(self.others.iter().cloned()).collect()
    }

    /// The commits that are read.
    pub(crate) fn commits(&self) -> Vec<ObjectId> {
        self.commit.into_iter().chain(self.others.iter().map(|tip| tip.commit)).collect()
    }

    /// The tickets that two commits have otherwise.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn differing(&self, one: ObjectId, other: ObjectId) -> Read<BTreeSet<TicketId>> {
        let differences = self.repository.differences(layout::TICKETS, one, other)?;
        Ok(differences.iter().filter_map(|difference| layout::id_of(&difference.path)).collect())
    }

    /// The commit; `None` where the branch has none yet.
    #[must_use]
    pub fn commit(&self) -> Option<ObjectId> {
        self.commit
    }

    /// True where several branches are read as one.
    #[must_use]
    pub fn is_across(&self) -> bool {
        !self.others.is_empty()
    }

    /// The content of a file; `None` where there is none.
    ///
    /// # Errors
    /// Something else than a file stands there, it is too large, or an object cannot be read.
    pub fn file(&self, path: &str, limit: usize) -> Read<Option<Vec<u8>>> {
        let Some(item) = self.commit.map(|commit| self.repository.find(commit, path)).transpose()?.flatten()
        else {
            return Ok(None);
        };
        if !item.kind.has_content() {
            return Err(BadFile::whole(path, item.kind.problem()).into());
        }
        match self.repository.blob(item.id, limit)? {
            Blob::Bytes(bytes) => Ok(Some(bytes)),
            Blob::TooLarge(bytes) => Err(too_large(path, bytes, limit).into()),
        }
    }

    /// The names of the files in a folder.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn names_in(&self, folder: &str) -> Read<Vec<String>> {
        let Some(commit) = self.commit else { return Ok(Vec::new()) };
        let items = self.repository.folder(commit, folder)?;
        Ok(items.into_iter().filter(|item| item.kind.has_content()).map(|item| item.name).collect())
    }

    /// The paths of the files at some places, each of them a file or a folder of files; a place may have none.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn paths_at(&self, places: &[&str]) -> Read<Vec<String>> {
        let mut paths = Vec::new();
        for place in places {
            let names = self.names_in(place)?;
            paths.extend(names.is_empty().then(|| (*place).to_owned()));
            paths.extend(names.into_iter().map(|name| format!("{place}/{name}")));
        }
        Ok(paths)
    }

    /// The paths of all evidence.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn attachments(&self) -> Read<Vec<String>> {
        let Some(commit) = self.commit else { return Ok(Vec::new()) };
        let files = self.repository.files_below(commit, layout::ATTACHMENTS)?;
        Ok(files.into_iter().map(|(path, _)| path.into()).collect())
    }

    /// What tells the project's files, all that is beside tickets and attachments, from any others: their names, kinds
    /// and blobs, as bytes.
    pub(crate) fn names_of_project_files(&self) -> Read<Vec<u8>> {
        let Some(commit) = self.commit else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for item in self.repository.folder(commit, layout::FOLDER)? {
            let path = format!("{}/{}", layout::FOLDER, item.name);
            if path != layout::TICKETS && path != layout::ATTACHMENTS {
                names.extend(format!("{path} {:?}\n", item.kind).into_bytes());
                names.extend(item.id.bytes());
            }
        }
        Ok(names)
    }

    /// The text of the project's settings; `None` where there is no such file.
    ///
    /// # Errors
    /// It is too large, or an object cannot be read.
    pub fn config(&self) -> Read<Option<Vec<u8>>> {
        self.file(layout::CONFIG, MAX_FILE_BYTES)
    }

    /// A ticket; `None` where there is none of that id.
    ///
    /// # Errors
    /// Its file cannot be read.
    pub fn ticket(&self, id: &TicketId) -> Read<Option<Ticket>> {
        let (path, items) = self.versions_of(id)?;
        if items.is_empty() {
            return Ok(None);
        }
        let found = self.read_items(&path, &items)?;
        if let (true, Some(bad)) = (found.tickets.is_empty(), found.bad) {
            return Err(bad.into());
        }
        Ok(found.tickets.into_iter().find(|ticket| ticket.id() == id))
    }

    /// A ticket as one commit has it; one that cannot be read there counts as none.
    pub(crate) fn version(&self, commit: ObjectId, id: &TicketId) -> Read<Option<Ticket>> {
        let path = layout::ticket(id);
        let Some(Blob::Bytes(bytes)) = self.repository.file(commit, &path, MAX_TICKET_BYTES)? else {
            return Ok(None);
        };
        Ok(codec::read(id, &bytes).ok())
    }

    /// A ticket that must be there.
    ///
    /// # Errors
    /// There is none, or its file cannot be read.
    pub fn need(&self, id: &TicketId) -> Read<Ticket> {
        self.ticket(id)?.ok_or_else(|| self.not_found(id.as_str()))
    }

    pub(super) fn ids_with(&self, prefix: &str) -> Read<Vec<TicketId>> {
        let folder = format!("{}/{}", layout::TICKETS, layout::shelf(prefix));
        let mut ids = BTreeSet::new();
        for commit in self.commits() {
            self.repository.each_name(commit, &folder, &mut |name| {
                // Most names of a folder are others': nothing is made of them.
                ids.extend(
                    name.starts_with(prefix).then(|| layout::id_of(&format!("{folder}/{name}"))).flatten(),
                );
            })?;
        }
        Ok(ids.into_iter().collect())
    }

    /// The tickets whose ids begin with what was typed; those that cannot be read are left out. Two
    /// characters name a folder, so that no other ticket is read.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn beginning_with(&self, typed: &str) -> Read<Vec<Ticket>> {
        if typed.len() < 2 {
            let listing = self.tickets()?;
            return Ok(listing
                .tickets
                .into_iter()
                .filter(|ticket| ticket.id().as_str().starts_with(typed))
                .collect());
        }
        let ids = self.ids_with(typed)?;
        Ok(ids.iter().filter_map(|id| self.ticket(id).ok().flatten()).collect())
    }

    /// For an id, how many of its first characters tell it from every other.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn shortest(&self, id: &TicketId) -> Read<usize> {
        let folder = format!("{}/{}", layout::TICKETS, layout::shelf(id.as_str()));
        let mut longest = PREFIX_LENGTH;
        for commit in self.commits() {
            self.repository.each_name(commit, &folder, &mut |name| {
                let shared = name.bytes().zip(id.as_str().bytes()).take_while(|(a, b)| a == b).count();
                if shared >= longest
                    && layout::id_of(&format!("{folder}/{name}")).is_some_and(|other| other != *id)
                {
                    longest = shared + 1;
                }
            })?;
        }
        Ok(longest)
    }

    /// The ids of all tickets, whether they can be read or not.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn ids(&self) -> Read<Vec<TicketId>> {
        let mut ids = Vec::new();
        self.visit(&mut |path, _| {
            ids.extend(layout::id_of(path));
            Ok(())
        })?;
        Ok(ids)
    }

    /// Every ticket that can be read, and every file that cannot.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn tickets(&self) -> Read<Listing> {
        let mut listing = Listing::default();
        self.prefetch()?;
        self.visit(&mut |path, items| {
            let content = self.read_items(path, items)?;
            listing.tickets.extend(content.tickets);
            listing.bad.extend(content.bad);
            Ok(())
        })?;
        Ok(listing)
    }

    /// The tickets whose files are wanted for their content.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn containing(&self, is_wanted: impl Fn(&[u8]) -> bool) -> Read<Vec<TicketId>> {
        let mut found = Vec::new();
        self.prefetch()?;
        self.visit(&mut |path, items| {
            for item in items.iter().filter(|item| item.kind.has_content()) {
                let Blob::Bytes(bytes) = self.repository.blob(item.id, MAX_TICKET_BYTES)? else { continue };
                if is_wanted(&bytes) {
                    found.extend(layout::id_of(path));
                }
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Fetches what a partial clone lacks of all tickets, in one go.
    fn prefetch(&self) -> Read<()> {
        if self.repository.is_partial() {
            let mut ids = Vec::new();
            self.visit(&mut |_, items| {
                ids.extend(items.iter().map(|item| item.id));
                Ok(())
            })?;
            self.repository.fetch_missing(&ids)?;
        }
        Ok(())
    }

    /// Hands every file under the folder of tickets to `visit`, with its versions; what is the same on
    /// every branch is looked at once.
    pub(super) fn visit(&self, visit: &mut impl FnMut(&str, &[Item]) -> Read<()>) -> Read<()> {
        compare(self.repository, layout::TICKETS, &[], &self.trees()?, visit)
    }

    pub(crate) fn repository(&self) -> &'a Repository {
        self.repository
    }

    /// What the versions of a file hold: a ticket, or the two that met under its id. Of several versions,
    /// those that can be read count, and one that cannot is said.
    pub(crate) fn read_items(&self, path: &str, items: &[Item]) -> Read<Content> {
        let mut merged: Option<Ticket> = None;
        let mut apart = Vec::new();
        let mut bad = None;
        for item in items {
            match (self.read_item(path, item)?, merged.take()) {
                (Ok(ticket), None) => merged = Some(ticket),
                (Ok(ticket), Some(known)) => match merge(&known, &ticket) {
                    Merged::One(both) => merged = Some(*both),
                    Merged::Two { kept, renamed } => {
                        merged = Some(*kept);
                        apart.push(*renamed);
                    }
                },
                (Err(error), known) => {
                    merged = known;
                    bad = Some(error);
                }
            }
        }
        let as_of = |ticket: Ticket| match self.instant {
            Some(instant) => ticket.until(instant),
            None => Some(ticket),
        };
        let is_readable = merged.is_some();
        let one_branchs =
            |bad: BadFile| BadFile { problem: format!("{} (on one of the branches)", bad.problem), ..bad };
        Ok(Content {
            tickets: merged.into_iter().chain(apart).filter_map(as_of).collect(),
            bad: if is_readable { bad.map(one_branchs) } else { bad },
        })
    }

    pub(super) fn read_item(&self, path: &str, item: &Item) -> Read<Result<Ticket, BadFile>> {
        if !item.kind.has_content() {
            return Ok(Err(BadFile::whole(path, format!("{}, not a ticket", item.kind.problem()))));
        }
        let Some(id) = layout::id_of(path) else {
            return Ok(Err(BadFile::whole(path, "is not named as a ticket, <x>/<y>/<id>.yaml")));
        };
        Ok(match self.repository.blob(item.id, MAX_TICKET_BYTES)? {
            Blob::Bytes(bytes) => codec::read(&id, &bytes).map_err(|invalid| BadFile::new(path, &invalid)),
            Blob::TooLarge(bytes) => Err(too_large(path, bytes, MAX_TICKET_BYTES)),
        })
    }
}

fn too_large(path: &str, bytes: usize, limit: usize) -> BadFile {
    BadFile::whole(path, format!("has {bytes} bytes; at most {limit} are read"))
}
