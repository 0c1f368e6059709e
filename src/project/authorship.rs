//! Who wrote the files that a ticket concerns, within a time, and remembered.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::index::{Blame, Index};
use crate::process::checksum;
use crate::project::failure::Failure;
use crate::project::search_index::IndexError;
use crate::project::state::Project;
use crate::store::Error;
use crate::store::git::{Authorship, LineAuthor, ObjectId};
use crate::ticket::{Person, visible};

/// How long git may look for the authors of all files of a ticket together, each a part of it: a suggestion is to be there at once, and who wrote
/// lately is found first.
const BUDGET: Duration = Duration::from_millis(400);

impl Project<'_> {
    /// Who wrote files, and how many of their lines, as far as git finds it in time.
    pub(super) fn authors(&self, files: &[String]) -> Result<Vec<(Person, usize)>, Failure> {
        let mut index = self.if_available(self.index().map_err(IndexError::from))?;
        let mailmap = i64::from_ne_bytes(checksum(&self.store.repository().mailmap_text()).to_ne_bytes());
        let mut lines = BTreeMap::<Person, usize>::new();
        let share = BUDGET / u32::try_from(files.len().max(1)).unwrap_or(1);
        let mut cut_short = Vec::new();
        for file in files {
            let found = match self.if_available(self.remembered(index.as_ref(), mailmap, file))?.flatten() {
                Some(found) => found,
                None => self.found_within(index.as_mut(), mailmap, file, share)?,
            };
            cut_short.extend((!found.is_whole).then(|| visible(file)));
            for (LineAuthor { name, email }, count) in found.lines {
                *lines.entry(Person { name, email }).or_default() += count;
            }
        }
        if !cut_short.is_empty() {
            let files = cut_short.join(", ");
            self.host
                .note(format!("note: only who wrote lately is counted, git blame takes too long: {files}"));
        }
        Ok(lines.into_iter().collect())
    }

    /// What the index knows of a file; nothing where another history, or another `.mailmap`, told it.
    fn remembered(
        &self,
        index: Option<&Index>,
        mailmap: i64,
        file: &str,
    ) -> Result<Option<Authorship>, IndexError> {
        let failed = |error| Failure::from(Error::from(error));
        let repository = self.store.repository();
        let (Some(index), Some(blob)) = (index, repository.content_of(file).map_err(failed)?) else {
            return Ok(None);
        };
        let Some(known) = index.blame(blob.bytes(), file)?.filter(|known| known.mailmap == mailmap) else {
            return Ok(None);
        };
        let then = ObjectId::from_bytes(&known.head);
        let head = repository.revision("HEAD").map_err(failed)?;
        // What is gone was another history.
        if !then.is_some_and(|then| repository.contains(head, then).unwrap_or(false)) {
            return Ok(None);
        }
        let lines = known.lines.into_iter().map(|(name, email, count)| (LineAuthor { name, email }, count));
        Ok(Some(Authorship { lines: lines.collect(), is_whole: known.is_whole }))
    }

    /// What git finds of a file within a time; remembered, unless it is nothing.
    fn found_within(
        &self,
        index: Option<&mut Index>,
        mailmap: i64,
        file: &str,
        within: Duration,
    ) -> Result<Authorship, Failure> {
        let repository = self.store.repository();
        let found = repository.authors_of(file, within).map_err(Error::from)?;
        let blob = repository.content_of(file).map_err(Error::from)?;
        if let (Some(index), Some(blob)) = (index, blob.filter(|_| !found.lines.is_empty())) {
            let lines = found.lines.iter().map(|(who, count)| (who.name.clone(), who.email.clone(), *count));
            let head = repository.revision("HEAD").map_err(Error::from)?.bytes().to_vec();
            let blame = Blame { mailmap, head, is_whole: found.is_whole, lines: lines.collect() };
            self.if_available(index.remember_blame(blob.bytes(), file, &blame).map_err(IndexError::from))?;
        }
        Ok(found)
    }
}
