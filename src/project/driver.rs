//! What git calls for a ticket's file: the merge driver and the text of a version (gitattributes(5)).

use std::path::Path;

use crate::process::{RequestKind, Rules};
use crate::project::author::Author;
use crate::project::change::with_decided;
use crate::project::endings::unheard;
use crate::project::failure::{Failure, Kind};
use crate::project::host::Host;
use crate::project::state::Project;
use crate::store::driver::{merge_lines, read_any, read_merged, read_version, write_version};
use crate::store::{layout, newly_contested, readable};
use crate::ticket::{
    EntryId, Field, Merged, ThreeWay, Ticket, brought_along, merge, merge_three, shell_word,
};

/// The command that settles what git left in conflict in a ticket of this repository.
const REPAIR: &str = "git support doctor --repair";

/// The versions that git hands over: of the common ancestor, ours, theirs. The result goes into ours.
#[derive(Debug, Clone, Copy)]
pub struct MergeFiles<'a> {
    /// The version of the common ancestor.
    pub base: &'a Path,
    /// Ours, which the result takes the place of.
    pub ours: &'a Path,
    /// Theirs.
    pub theirs: &'a Path,
    /// The path in the repository.
    pub path: &'a str,
}

impl Host<'_> {
    /// Merges the versions of a ticket. Where that cannot be done, the lines are merged as git would.
    ///
    /// # Errors
    /// A version cannot be read, or both sides cannot be made one.
    pub fn merge_files(&self, files: &MergeFiles<'_>) -> Result<(), Failure> {
        let directory = &self.env.directory;
        let merged = self.merged(files).and_then(|ticket| Ok(readable(files.path, &ticket)?));
        match merged {
            Ok(content) => Ok(write_version(&directory.join(files.ours), &content)?),
            Err(failure) => {
                let [ours, base, theirs] =
                    [files.ours, files.base, files.theirs].map(|file| directory.join(file));
                // A clean merge of lines is no merge of tickets: the failure stands either way.
                let _ = merge_lines(&self.env, [&ours, &base, &theirs]);
                let is_own = layout::id_of(files.path).is_some();
                let by_hand = || format!("merge it by hand, then: git add {}", shell_word(files.path));
                Err(failure.hint(if is_own { REPAIR.to_owned() } else { by_hand() }))
            }
        }
    }

    /// A version of a file: a ticket, or its bytes where it is none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_version(&self, file: &Path) -> Result<Result<Ticket, Vec<u8>>, Failure> {
        let bytes = read_version(&self.env.directory.join(file))?;
        Ok(read_any(&bytes).map_err(|_| bytes))
    }

    fn merged(&self, files: &MergeFiles<'_>) -> Result<Ticket, Failure> {
        let path = files.path;
        let id = layout::id_of(path)
            .or_else(|| layout::id_in_folder_of(path))
            .ok_or_else(|| Failure::new(Kind::Invalid, format!("{path} is not the path of a ticket")))?;
        let read = |file: &Path| -> Result<Option<Ticket>, Failure> {
            let bytes = read_version(&self.env.directory.join(file))?;
            // Git hands over an empty file where a side has none.
            let ticket = (!bytes.is_empty()).then(|| read_merged(&id, path, &bytes)).transpose();
            ticket.map_err(|bad| Failure::from(crate::store::Error::from(bad)))
        };
        let (base, ours, theirs) = (read(files.base)?, read(files.ours)?, read(files.theirs)?);
        let (ours, theirs) = match (ours, theirs) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            (Some(one), None) | (None, Some(one)) => return Ok(one),
            (None, None) => {
                return Err(Failure::new(Kind::Invalid, format!("{path} is empty on both sides")));
            }
        };
        let strangers =
            || Failure::new(Kind::Conflict, format!("{path}: two tickets were opened under one ID"));
        let Some(base) = base else {
            return match merge(&ours, &theirs) {
                Merged::One(ticket) => Ok(*ticket),
                Merged::Two { .. } => Err(strangers()),
            };
        };
        match merge_three(&base, &ours, &theirs) {
            ThreeWay::One(ticket) => {
                for field in newly_contested(&ticket, [&ours, &theirs]) {
                    let (name, id) = (field.name(), ticket.id());
                    self.note(format!("note: both sides set {name} of {id}: git support show {id}"));
                }
                if let Some((said, hint)) = unheard(&ticket).filter(|_| ours.unheard().is_none()) {
                    self.note(format!("warning: {}: {said}: {hint}", ticket.id()));
                }
                self.tell_brought(&base, &ours, &ticket);
                Ok(*ticket)
            }
            // Another product's tickets are not undone by the rules and the people of this one.
            ThreeWay::TakenBack { .. } if layout::id_of(path).is_none() => {
                let message = format!("{path}: one side has removed entries");
                Err(Failure::new(Kind::Conflict, message))
            }
            ThreeWay::TakenBack { ticket, entries } => self.undone(*ticket, entries),
            ThreeWay::Two => Err(strangers()),
            ThreeWay::Contested(fields) => {
                let names: Vec<String> = fields.iter().map(Field::name).collect();
                let message =
                    format!("{path}: {} edited by hand, and changed on the other side", names.join(", "));
                Err(Failure::new(Kind::Conflict, message))
            }
        }
    }

    /// Tells which entries a cherry-pick brings beside those of the commit it picks: an entry comes with what it follows.
    fn tell_brought(&self, base: &Ticket, ours: &Ticket, merged: &Ticket) {
        let brought = brought_along(base, ours, merged);
        if brought.is_empty() {
            return;
        }
        let actions: Vec<&str> = brought.iter().map(|entry| entry.action.as_str()).collect();
        let (id, actions) = (merged.id(), actions.join(", "));
        self.note(format!("warning: {id} also gets earlier entries that it lacked here: {actions}"));
        self.note(format!("hint: git support log {id}"));
    }

    /// Answers entries that a revert removes with an entry that undoes them: a timeline only grows.
    pub(super) fn undone(&self, ticket: Ticket, mut entries: Vec<EntryId>) -> Result<Ticket, Failure> {
        let undone = ticket.undone();
        let is_undone =
            |id: &EntryId| ticket.timeline().iter().any(|entry| entry.id == *id && undone.is_undone(entry));
        entries.retain(|id| !is_undone(id));
        if entries.is_empty() {
            return Ok(ticket);
        }
        let project = Project::open_within_git(self)?;
        let actor = Author::of(&project.store)?.actor(self.entry_id());
        // Settings that cannot be read are told of elsewhere: they keep nobody from reverting what broke them.
        let none = Rules::default();
        let rules = project.rules().unwrap_or(&none);
        let (ticket, warnings) = with_decided(ticket, RequestKind::Undo(entries), &actor, rules)?;
        warnings.into_iter().for_each(|warning| self.note(format!("warning: {}: {warning}", ticket.id())));
        Ok(ticket)
    }
}
