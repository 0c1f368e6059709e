//! Tickets over several branches: the tips that are read together, and where each ticket's latest state lives.

use std::collections::{BTreeMap, BTreeSet};

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{self, ObjectId, shown};
use crate::store::layout;
use crate::store::snapshot::{Read, Snapshot};
use crate::store::tip::Tip;
use crate::ticket::{Entry, Ticket, TicketId};

/// Where a ticket stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The branches that hold every entry; none where it is only whole when they are merged.
    pub latest: Vec<String>,
    /// The branches that lack some.
    pub behind: Vec<String>,
}

impl Store {
    /// The tickets of this branch together with those of every other, local and remote-tracking; settings
    /// and people are this branch's own.
    ///
    /// # Errors
    /// A reference cannot be read.
    pub fn snapshot_across(&self) -> Result<Snapshot<'_>, Error> {
        let tip = self.repository().tip(self.target())?;
        if self.tips.get().is_none() {
            let _ = self.tips.set(self.all_tips()?);
        }
        let tips = self.tips.get().map(Vec::as_slice).unwrap_or_default();
        Ok(Snapshot::across(self.repository(), tip, self.branch(), tips))
    }

    /// The tickets of this branch together with those of another one here.
    ///
    /// # Errors
    /// A reference cannot be read.
    pub fn snapshot_with(&self, name: &str) -> Result<Snapshot<'_>, Error> {
        let tip = self.repository().tip(self.target())?;
        let other = self.repository().reference_id(&format!("refs/heads/{name}"))?;
        let _ =
            self.tips.set(other.map(|commit| Tip { name: name.to_owned(), commit }).into_iter().collect());
        Ok(self.snapshot_across_of(tip))
    }

    /// The same, of what was read at first, and a commit of this branch.
    pub(crate) fn snapshot_across_of(&self, commit: Option<ObjectId>) -> Snapshot<'_> {
        let tips = self.tips.get().map(Vec::as_slice).unwrap_or_default();
        Snapshot::across(self.repository(), commit, self.branch(), tips)
    }

    /// Every branch that holds tickets, but the one that is worked on.
    fn all_tips(&self) -> Result<Vec<Tip>, Error> {
        let mut tips = Vec::new();
        for folder in ["refs/heads/", "refs/remotes/"] {
            for (reference, commit) in self.repository().branches(folder)? {
                let name = reference.strip_prefix(folder).unwrap_or(&reference).to_owned();
                let is_alias = folder == "refs/remotes/" && name.ends_with("/HEAD");
                let is_own = reference == self.target().reference();
                if is_alias || is_own {
                    continue;
                }
                let unread = |error: git::Error| {
                    let message = format!("branch {} cannot be read: {}", shown(&name), error.message);
                    git::Error::new(error.kind, message).hint("git support doctor")
                };
                if !self.repository().folder(commit, layout::TICKETS).map_err(unread)?.is_empty() {
                    tips.push(Tip { name, commit });
                }
            }
        }
        Ok(tips)
    }

    /// The branches beside this one that people look at too: its remote-tracking branch, and the default
    /// branch, there and here.
    ///
    /// # Errors
    /// A reference cannot be read.
    pub fn related(&self) -> Result<Vec<Tip>, Error> {
        let repository = self.repository();
        let (own, branch) = (self.target().reference(), self.branch());
        let remote = repository.configured(&format!("branch.{branch}.remote")).unwrap_or("origin".to_owned());
        let mut names = vec![format!("refs/remotes/{remote}/{branch}")];
        let head = format!("refs/remotes/{remote}/HEAD");
        if let Some(default) = repository.symbolic_target(&head)? {
            let prefix = format!("refs/remotes/{remote}/");
            names.extend(default.strip_prefix(&prefix).map(|name| format!("refs/heads/{name}")));
            names.push(default);
        }
        let mut tips: Vec<Tip> = Vec::new();
        for reference in names.into_iter().filter(|name| name != own) {
            let name =
                reference.trim_start_matches("refs/heads/").trim_start_matches("refs/remotes/").to_owned();
            if let Some(commit) = repository.reference_id(&reference)?
                && !tips.iter().any(|tip| tip.name == name)
            {
                tips.push(Tip { name, commit });
            }
        }
        Ok(tips)
    }
}

impl Snapshot<'_> {
    /// The branches that are read, each with the tickets that it holds otherwise than this one.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn tips_apart(&self) -> Read<Vec<(Tip, BTreeSet<TicketId>)>> {
        let tips = self.all();
        let own = tips.first().map(|tip| tip.commit);
        let mut apart = Vec::new();
        for tip in tips {
            let differing = match own {
                Some(own) => self.differing(own, tip.commit)?,
                None => BTreeSet::new(),
            };
            apart.push((tip, differing));
        }
        Ok(apart)
    }

    /// Where a ticket that was read across branches stands.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn places(&self, id: &TicketId, apart: &[(Tip, BTreeSet<TicketId>)]) -> Read<Places> {
        let mut places = Places::default();
        if apart.iter().all(|(_, differing)| !differing.contains(id)) {
            places.latest = apart.iter().map(|(tip, _)| tip.name.clone()).collect();
            return Ok(places);
        }
        let ticket = self.need(id)?;
        for (tip, _) in apart {
            let Some(version) = self.version(tip.commit, id)? else { continue };
            let list =
                if version.timeline() == ticket.timeline() { &mut places.latest } else { &mut places.behind };
            list.push(tip.name.clone());
        }
        Ok(places)
    }

    /// The tickets of which another branch holds entries that this one lacks: how many entries, by ticket.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn later_on(&self, tip: &Tip, shown: &BTreeSet<&TicketId>) -> Read<Vec<(TicketId, usize)>> {
        let Some(commit) = self.commit() else { return Ok(Vec::new()) };
        let repository = self.repository();
        let is_apart = |path: &str| -> Read<bool> {
            let at = |commit| Ok::<_, Error>(repository.find(commit, path)?.map(|item| item.id));
            Ok(at(commit)? != at(tip.commit)?)
        };
        let mut shelves: BTreeMap<String, bool> = BTreeMap::new();
        let mut later = Vec::new();
        for id in shown {
            // What other tickets differ in is not looked at.
            let shelf = layout::shelf(id.as_str());
            let is_shelf_apart = match shelves.get(&shelf) {
                Some(known) => *known,
                None => is_apart(&format!("{}/{shelf}", layout::TICKETS))?,
            };
            shelves.insert(shelf, is_shelf_apart);
            if !is_shelf_apart || !is_apart(&layout::ticket(id))? {
                continue;
            }
            let Some(version) = self.version(tip.commit, id)? else { continue };
            let own = self.version(commit, id)?;
            let known: BTreeSet<&Entry> = own.iter().flat_map(Ticket::timeline).collect();
            let count = version.timeline().iter().filter(|entry| !known.contains(entry)).count();
            if count > 0 {
                later.push(((*id).clone(), count));
            }
        }
        Ok(later)
    }
}
