//! The tickets that have a label, told without bringing the index up to date: a command that asks after each change need
//! not wait for that.

use std::collections::BTreeSet;

use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::store::{Labelled, layout};
use crate::ticket::{Field, Ticket, TicketId};

/// The most tickets that are read one by one instead of the index being brought up to date.
const MAX_READ: usize = 50;

/// They are more than are read one by one, or what was known is of trees that are gone.
struct TooMany;

impl From<crate::store::Error> for TooMany {
    fn from(_: crate::store::Error) -> Self {
        Self
    }
}

impl Project<'_> {
    /// The tickets that have a label: those that had it when it was asked for last, or when the index was brought up to date
    /// last, and those that changed since. `None` where they are many, or nothing is known yet.
    pub(super) fn labelled(&self, label: &str) -> Result<Option<Vec<Ticket>>, Failure> {
        if self.instant.is_some() {
            return Ok(None);
        }
        let (line, trees) = (self.line(), self.snapshot().trees()?);
        let remembered = self.store.labelled(&line, label);
        let is_current = remembered.as_ref().is_some_and(|known| known.trees == trees);
        let ids = remembered
            .and_then(|known| self.and_changed(&known, &trees))
            .or_else(|| self.and_changed(&self.labelled_in_index(&line, label, trees.first())?, &trees));
        let Some(ids) = ids else { return Ok(None) };
        let has_label = |ticket: &Ticket| {
            ticket.fields().members(&Field::Labels).any(|one| one.eq_ignore_ascii_case(label))
        };
        let found: Vec<Ticket> = ids.iter().filter_map(|id| self.readable(id)).filter(has_label).collect();
        if !is_current {
            let ids = found.iter().map(|ticket| ticket.id().clone()).collect();
            self.store.keep_labelled(&line, label, &Labelled { trees, ids });
        }
        Ok(Some(found))
    }

    fn labelled_in_index(&self, line: &str, label: &str, tree: Option<&ObjectId>) -> Option<Labelled> {
        let found = self.index().and_then(|index| index.labelled(line, label, MAX_READ + 1)).ok()??;
        let length = tree.map_or(20, |tree| tree.bytes().len());
        Some(Labelled {
            trees: found.key.chunks(length).filter_map(ObjectId::from_bytes).collect(),
            ids: found.ids,
        })
    }

    /// The tickets that were known, and those that changed since; `None` where they are too many.
    fn and_changed(&self, known: &Labelled, trees: &[ObjectId]) -> Option<BTreeSet<TicketId>> {
        let mut ids = BTreeSet::from_iter(known.ids.iter().cloned());
        let differing = self.snapshot().differing_files(&known.trees, trees, &mut |path, _| {
            ids.extend(layout::id_of(path));
            if ids.len() > MAX_READ { Err(TooMany) } else { Ok(()) }
        });
        (differing.is_ok() && ids.len() <= MAX_READ).then_some(ids)
    }
}
