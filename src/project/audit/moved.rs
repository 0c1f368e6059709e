//! Tickets that went to a subfolder with everything (`git subtree add`, or a product that became part of another), and what
//! comes back from there.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::process::audit::{AuditRule, Finding};
use crate::project::audit::range::CommitRange;
use crate::project::audit::review::Review;
use crate::project::audit::versions::versions_before;
use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, FileDelta};
use crate::store::{Error, Parsed, Version, layout};
use crate::ticket::TicketId;

impl Review<'_> {
    /// True where a file that a commit does not have lies in a subfolder now, with all else of `.support` as it was.
    pub(super) fn has_moved(&mut self, passage: &CommitDelta, file: &FileDelta) -> Result<bool, Failure> {
        let repository = self.store.repository();
        if self.moved_to.as_ref().is_none_or(|(commit, _)| *commit != passage.commit) {
            self.moved_to = Some((passage.commit, self.store.folders_below(passage.commit)?));
        }
        let Some((_, found)) = &self.moved_to else { return Ok(false) };
        for (parent, before) in passage.parents.iter().zip(&file.before) {
            if before.is_none() {
                continue;
            }
            let was = repository.find(*parent, layout::FOLDER).map_err(Error::from)?;
            if !was.is_some_and(|was| found.contains(&was.id)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The versions of a ticket that the parents of a commit have; of one that comes back, those that it had last.
    pub(super) fn before(
        &mut self,
        passage: &CommitDelta,
        file: &FileDelta,
        id: &TicketId,
        parsed: &mut Parsed<'_>,
    ) -> Result<Vec<Arc<Version>>, Failure> {
        let mut before = versions_before(passage, file, id, parsed)?;
        if before.is_empty() && self.may_be_back(passage, file, id, parsed)? {
            for last in self.store.had_last(&passage.parents, &layout::ticket(id))? {
                before.extend(parsed.last_readable(last, id)?);
            }
        }
        Ok(before)
    }

    /// True for a ticket that went away in what is looked at; and for one that lies in a subfolder where that begins, and is
    /// not opened by the commit that has it at the top.
    fn may_be_back(
        &mut self,
        passage: &CommitDelta,
        file: &FileDelta,
        id: &TicketId,
        parsed: &mut Parsed<'_>,
    ) -> Result<bool, Failure> {
        if self.gone.contains(id) || self.is_from_start {
            return Ok(self.gone.contains(id));
        }
        let Some(now) = &file.now else { return Ok(false) };
        let version = parsed.get(id, now.id)?;
        let Ok(ticket) = &version.content else { return Ok(false) };
        let made = passage.identity.author.seconds;
        if ticket.timeline().first().is_none_or(|opening| opening.at.unix() == made) {
            return Ok(false);
        }
        if self.below_begin.is_none() {
            let mut below = HashSet::new();
            for begin in &self.book.begins {
                below.extend(self.store.folders_below(*begin)?);
            }
            self.below_begin = Some(below);
        }
        self.below_begin
            .iter()
            .flatten()
            .try_fold(false, |has, folder| Ok(has || self.store.has_below(*folder, &layout::ticket(id))?))
    }

    /// Finds the tickets that do not come back with `.support`, and do not lie in a subfolder either.
    pub(super) fn left_behind(&mut self, passage: &CommitDelta) -> Result<(), Failure> {
        if !self.gone_with_all(passage)? {
            return Ok(());
        }
        let below = self.store.folders_below(passage.commit)?;
        for last in self.store.had_last(&passage.parents, layout::FOLDER)? {
            for id in self.store.snapshot(Some(&last.to_string()))?.ids()? {
                if !self.store.has_somewhere(passage.commit, &below, &id)? {
                    let finding = Finding::new(AuditRule::TicketRemoved, "its file is gone");
                    self.found(passage.commit, Some(&id), &layout::ticket(&id), finding);
                }
            }
        }
        Ok(())
    }

    /// Finds the tickets that lie in a subfolder where what is looked at begins, after all of `.support` went there, and nowhere
    /// where it ends: no commit between has to touch `.support` for that.
    pub(super) fn gone_from_below(&mut self, stretch: &CommitRange) -> Result<(), Failure> {
        let repository = self.store.repository();
        for begin in self.book.begins.clone() {
            if repository.find(begin, layout::FOLDER).map_err(Error::from)?.is_some() {
                continue;
            }
            let below = self.store.folders_below(begin)?;
            if below.is_empty() {
                continue;
            }
            let mut moved = BTreeSet::new();
            for last in self.store.had_last(&[begin], layout::FOLDER)? {
                moved.extend(self.store.snapshot(Some(&last.to_string()))?.ids()?);
            }
            for tip in &stretch.tips {
                let left = self.store.folders_below(*tip)?;
                for id in &moved {
                    let has = |commit, below| self.store.has_somewhere(commit, below, id);
                    if has(begin, &below)? && !has(*tip, &left)? {
                        let gone = "went to a subfolder with all of .support, and is gone";
                        let finding = Finding::new(AuditRule::TicketRemoved, gone);
                        self.found(*tip, Some(id), &layout::ticket(id), finding);
                    }
                }
            }
        }
        Ok(())
    }

    /// True where a commit has `.support` and its parents do not, and it may have been there before: of a history that is looked
    /// at whole, that is known.
    fn gone_with_all(&self, passage: &CommitDelta) -> Result<bool, Failure> {
        let repository = self.store.repository();
        if passage.parents.is_empty() || (self.is_from_start && self.gone.is_empty()) {
            return Ok(false);
        }
        for parent in &passage.parents {
            if repository.find(*parent, layout::FOLDER).map_err(Error::from)?.is_some() {
                return Ok(false);
            }
        }
        Ok(repository.find(passage.commit, layout::FOLDER).map_err(Error::from)?.is_some())
    }
}
