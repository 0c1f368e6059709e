//! Tickets to and from another clone: fetched, made one, pushed; again, where somebody was faster.
//!
//! Where both sides have the same code (or the branch holds tickets alone), the branches themselves meet:
//! forward, or in a merge. Where the code differs, no code is merged and none is pushed: our branch takes
//! over their tickets in a commit. Our ticket commits are merged into their tip where we have nothing else that they lack, and
//! otherwise are put on top of it.

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{self, FileChange, ObjectId, TreeChange};
use crate::store::layout;
use crate::store::merged_tree::{Extent, MergedTree, union, union_of};
use crate::store::message::{self, Wording};
use crate::store::synced::{Rewrite, Synced};
use crate::ticket::{TicketId, shell_word};

/// How often a push is tried again because somebody was faster.
const ROUNDS: usize = 200;
/// The most commits that are put on top of another tip one by one; more become one.
const MAX_COMMITS: usize = 1000;

/// What is to happen here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Take over what others did, too.
    Over,
    /// Only send; what others did is taken over where that is needed to send.
    Nothing,
}

impl Store {
    /// True where the branch's remote has all that is here, as far as this clone knows.
    #[must_use]
    pub fn is_pushed(&self) -> bool {
        let tip = self.repository.reference_id(self.target.reference());
        let remote = self.repository.remote(None, &self.target);
        let there = remote.and_then(|remote| self.repository.tracking(&remote, &self.target));
        matches!((tip, there), (Ok(tip), Ok(there)) if tip == there)
    }

    /// Brings this clone's tickets and a remote's together.
    ///
    /// # Errors
    /// There is no such remote, it cannot be reached or does not take the push, its branch was rewritten or holds
    /// what is not safe, or a file was changed on both sides; what is committed here stays.
    pub fn sync(
        &self,
        remote: Option<&str>,
        take: Take,
        rewrite: Rewrite,
        wording: &Wording,
    ) -> Result<Synced, Error> {
        if self.is_detached() {
            self.repository.check_writable(&self.target)?;
        }
        let mut synced =
            Synced { remote: self.repository.remote(remote, &self.target)?, ..Synced::default() };
        let pushes_elsewhere = self.repository.pushes_elsewhere(&synced.remote)?;
        let mut refused: Option<(Option<ObjectId>, git::Error)> = None;
        for round in 0..ROUNDS {
            let seen = self.seen(&synced.remote, pushes_elsewhere)?;
            let theirs = self.repository.fetch(&synced.remote, &self.target)?;
            if let Some((seen, error)) = refused.take()
                && seen == theirs
            {
                // Nobody was faster: the remote does not want it.
                return Err(error.into());
            }
            // A branch without a commit has nothing yet, whatever its remote-tracking branch holds.
            let ours = self.repository.reference_id(self.target.reference())?;
            if let Some(theirs) = theirs {
                self.repository.check_incoming(theirs, ours)?;
            }
            if let (Some(ours), None) = (ours, theirs) {
                self.may_be_new(ours, &seen, rewrite, &synced.remote)?;
            }
            let dropped = match ours.zip(theirs) {
                Some((ours, theirs)) => self.dropped(&seen, ours, theirs)?,
                None => None,
            };
            let tip = match (dropped, theirs, rewrite) {
                (Some(dropped), _, Rewrite::Refuse) => return Err(self.rewritten(&synced.remote, dropped)),
                (Some(dropped), Some(theirs), Rewrite::Accept) => {
                    self.accept_rewrite(theirs, dropped, wording, &mut synced)?
                }
                _ => self.meet(theirs, take, wording, &mut synced)?,
            };
            let Some(tip) = tip else {
                theirs.into_iter().for_each(|theirs| self.record(&synced.remote, theirs));
                return Ok(synced);
            };
            match self.repository.push(&synced.remote, &self.target, tip) {
                Ok(()) => {
                    let there = if pushes_elsewhere { theirs } else { Some(tip) };
                    there.into_iter().for_each(|there| self.record(&synced.remote, there));
                    return Ok(synced);
                }
                Err(error) => refused = Some((theirs, error)),
            }
            // Many who try again at one moment would meet again.
            let spread = u64::from(std::process::id() % 17) + 1;
            std::thread::sleep(std::time::Duration::from_millis(spread * (round as u64 + 1).min(20)));
        }
        let message = format!("{} keeps moving; what is committed here stays", synced.remote);
        Err(git::Error::new(git::Kind::Busy, message).hint("git support sync").into())
    }

    /// Makes one of both sides; the commit to push, if there is any.
    fn meet(
        &self,
        theirs: Option<ObjectId>,
        take: Take,
        wording: &Wording,
        synced: &mut Synced,
    ) -> Result<Option<ObjectId>, Error> {
        let repository = &self.repository;
        let tip = repository.reference_id(self.target.reference())?;
        let (ours, theirs) = match (tip, theirs) {
            (None, None) => return Ok(None),
            (Some(ours), None) => return self.first_push(ours, synced).map(Some),
            (None, Some(theirs)) => (None, theirs),
            (Some(ours), Some(theirs)) => (Some(ours), theirs),
        };
        let Some(ours) = ours.filter(|ours| *ours != theirs) else {
            if self.is_unborn()? {
                self.check_no_code(theirs)?;
                self.go_forward(theirs, synced)?;
            }
            return Ok(None);
        };
        let has_same_code = repository.is_same_outside(layout::FOLDER, ours, theirs)?;
        if has_same_code && repository.contains(ours, theirs)? {
            let union = union(repository, Some(theirs), ours, theirs)?;
            synced.sent = ids(&union.for_theirs);
            return Ok(Some(ours));
        }
        if repository.contains(theirs, ours)? && (has_same_code || !self.target.is_checked_out()) {
            self.go_forward(theirs, synced)?;
            return Ok(None);
        }
        if has_same_code {
            return self.merge_branches(theirs, wording, synced).map(Some);
        }
        self.exchange(theirs, take, wording, synced)
    }

    /// The remote has no such branch: one of tickets alone begins it; code is not published by us.
    fn first_push(&self, ours: ObjectId, synced: &mut Synced) -> Result<ObjectId, Error> {
        self.has_tickets_only(ours, &synced.remote)?;
        synced.sent = self.snapshot_of(Some(ours)).ids()?;
        Ok(ours)
    }

    /// Whether a branch that the remote does not have may be pushed: it holds tickets alone, and nobody deleted it there.
    fn may_be_new(
        &self,
        ours: ObjectId,
        seen: &[ObjectId],
        rewrite: Rewrite,
        remote: &str,
    ) -> Result<(), Error> {
        self.has_tickets_only(ours, remote)?;
        if seen.is_empty() || rewrite == Rewrite::KeepMine { Ok(()) } else { Err(self.deleted(remote)) }
    }

    fn has_tickets_only(&self, ours: ObjectId, remote: &str) -> Result<(), Error> {
        let top = self.repository.top(ours)?;
        if top.iter().all(|item| item.name == layout::FOLDER) {
            return Ok(());
        }
        let name = self.target.name();
        let message = format!("{remote} has no branch '{name}', and sync only pushes tickets");
        let hint = format!("git push {remote} {name}");
        Err(git::Error::new(git::Kind::Refused, message).hint(hint).into())
    }

    /// Our branch goes forward to theirs, work tree and index with it.
    fn go_forward(&self, theirs: ObjectId, synced: &mut Synced) -> Result<(), Error> {
        let mut received = Vec::new();
        self.repository.commit(&self.target, |tip| -> Result<Option<TreeChange>, Error> {
            // Another process may begin the branch meanwhile: what it wrote is not gone over.
            let unborn = self.is_unborn()?;
            let forward = match tip {
                Some(ours) => ours != theirs && self.repository.contains(theirs, ours)?,
                None => true,
            };
            let mut files = match tip.filter(|_| !unborn) {
                Some(ours) => union(&self.repository, Some(ours), ours, theirs)?.for_ours,
                None => self.all_files(theirs)?,
            };
            received = ids(&files);
            if let Some(ours) = tip.filter(|_| !unborn) {
                synced.removed = self.removed_by(ours, theirs)?;
                // Index and work tree are as the branch is; what was removed is said.
                files.extend(synced.removed.iter().map(|id| FileChange::remove(layout::ticket(id))));
            }
            let message = self.repository.commit_text(theirs)?.message;
            let change = TreeChange { existing: Some(theirs), ..TreeChange::new(files, message) };
            Ok((forward || unborn).then_some(change))
        })?;
        add(&mut synced.received, received);
        Ok(())
    }

    /// The tickets that a commit has, and that one after it has no longer.
    fn removed_by(&self, ours: ObjectId, theirs: ObjectId) -> Result<Vec<TicketId>, Error> {
        let differences = self.repository.differences(layout::TICKETS, ours, theirs)?;
        let gone = differences.iter().filter(|difference| difference.theirs.is_none());
        Ok(gone.filter_map(|difference| layout::id_of(&difference.path)).collect())
    }

    /// A branch without a commit that is checked out would show all their code as deleted.
    fn check_no_code(&self, theirs: ObjectId) -> Result<(), Error> {
        let has_code = self.repository.top(theirs)?.iter().any(|item| item.name != layout::FOLDER);
        if !(has_code && self.target.is_checked_out()) {
            return Ok(());
        }
        let message = format!("{} has no commit here yet", self.target.name());
        Err(git::Error::new(git::Kind::Refused, message).hint("git pull first").into())
    }

    fn is_unborn(&self) -> Result<bool, Error> {
        Ok(self.repository.reference_id(self.target.reference())?.is_none())
    }

    fn all_files(&self, commit: ObjectId) -> Result<Vec<FileChange>, Error> {
        let mut files = Vec::new();
        for (path, blob) in self.repository.files_below(commit, layout::FOLDER)? {
            files.push(FileChange::stored(path, blob));
        }
        Ok(files)
    }

    /// Both sides went on from the same code: a merge, in which only tickets change.
    fn merge_branches(
        &self,
        theirs: ObjectId,
        wording: &Wording,
        synced: &mut Synced,
    ) -> Result<ObjectId, Error> {
        let mut met = MergedTree::default();
        let made = self.repository.commit(&self.target, |tip| -> Result<Option<TreeChange>, Error> {
            let Some(ours) = tip else { return Ok(None) };
            let base = self.repository.merge_base(ours, theirs)?;
            met = union(&self.repository, base, ours, theirs)
                .map_err(|error| self.settled_in(theirs, error))?;
            let message = self.message("merge the tickets of", &met.for_ours, wording, synced);
            Ok(Some(TreeChange { also: vec![theirs], ..TreeChange::new(met.for_ours.clone(), message) }))
        })?;
        self.report(&met, synced);
        match made.or(self.repository.tip(&self.target)?) {
            Some(tip) => Ok(tip),
            None => Ok(theirs),
        }
    }

    /// A conflict with a hint that settles it where another branch is checked out: there, `git pull` merges that one.
    fn settled_in(&self, theirs: ObjectId, error: Error) -> Error {
        let Error::Git(conflict) = error else { return error };
        if conflict.kind != git::Kind::Conflict || self.target.is_checked_out() {
            return conflict.into();
        }
        let branch = shell_word(self.target.name());
        let hint = format!(
            "git worktree add ../{branch} {branch} && git -C ../{branch} merge {theirs:.10}, settle the conflict there, \
             git -C ../{branch} commit -a && git worktree remove ../{branch}; then git support sync"
        );
        conflict.hint(hint).into()
    }

    /// The code differs: tickets are carried over in both directions, and nothing else.
    fn exchange(
        &self,
        theirs: ObjectId,
        take: Take,
        wording: &Wording,
        synced: &mut Synced,
    ) -> Result<Option<ObjectId>, Error> {
        if take == Take::Over {
            let mut met = MergedTree::default();
            self.repository.commit(&self.target, |tip| -> Result<Option<TreeChange>, Error> {
                let Some(ours) = tip else { return Ok(None) };
                let base = self.repository.merge_base(ours, theirs)?;
                let extent = self.exchanged(ours, theirs)?;
                met = union_of(&self.repository, extent, base, ours, theirs)?;
                let message = self.message("take over the tickets of", &met.for_ours, wording, synced);
                Ok((!met.for_ours.is_empty()).then(|| TreeChange::new(met.for_ours.clone(), message)))
            })?;
            met.for_theirs.clear();
            let [_, settings_there] = std::mem::take(&mut met.left);
            synced.settings_there = settings_there;
            self.report(&met, synced);
        }
        let Some(ours) = self.repository.tip(&self.target)? else { return Ok(None) };
        self.on_top_of(theirs, ours, wording, synced)
    }

    /// What is carried over between commits whose code differs: tickets, and all of it to who has nothing of ours yet.
    fn exchanged(&self, ours: ObjectId, theirs: ObjectId) -> Result<Extent, Error> {
        let has = |commit| self.repository.find(commit, layout::FOLDER).map(|found| found.is_some());
        Ok(if has(ours)? && has(theirs)? { Extent::Tickets } else { Extent::Everything })
    }

    /// Our ticket commits, merged into their tip or on top of it, without our code; nothing where they have all of it.
    fn on_top_of(
        &self,
        theirs: ObjectId,
        ours: ObjectId,
        wording: &Wording,
        synced: &mut Synced,
    ) -> Result<Option<ObjectId>, Error> {
        let repository = &self.repository;
        let base = repository.merge_base(ours, theirs)?;
        let extent = self.exchanged(ours, theirs)?;
        let met = union_of(repository, extent, base, ours, theirs)?;
        let [settings_here, _] = met.left;
        synced.settings_here = settings_here;
        if met.for_theirs.is_empty() {
            return Ok(None);
        }
        if synced.settings_here.is_empty() && repository.adds_only_below(layout::FOLDER, ours, theirs)? {
            // The commits themselves: as they were signed, and by the rules that they were made under.
            add(&mut synced.sent, ids(&met.for_theirs));
            let message = self.message("merge tickets into", &met.for_theirs, wording, synced);
            let change = TreeChange { also: vec![ours], ..TreeChange::new(met.for_theirs, message) };
            return Ok(Some(repository.copy_commit(theirs, &change, &repository.identity()?)?));
        }
        let commits = repository.commits_below(layout::FOLDER, ours, theirs)?;
        let mut tip = theirs;
        let mut sent = Vec::new();
        for commit in commits.iter().filter(|_| commits.len() <= MAX_COMMITS) {
            let before = repository.parents(*commit)?.first().copied();
            let met = union_of(repository, extent, before, *commit, tip)?;
            if !met.for_theirs.is_empty() {
                add(&mut sent, ids(&met.for_theirs));
                let mut text = repository.commit_text(*commit)?;
                // A step on several tickets, of which one was purged there, say, is no more what its message tells.
                let count = |files: &[FileChange]| ids(files).len();
                if repository.touched_below(layout::TICKETS, *commit)? != count(&met.for_theirs) {
                    text.message = self.message("push tickets to", &met.for_theirs, wording, synced);
                }
                tip = repository.copy_commit(
                    tip,
                    &TreeChange::new(met.for_theirs, text.message),
                    &text.identity,
                )?;
            }
        }
        // What merges brought, or what was too much to carry one by one.
        let rest = union_of(repository, extent, base, ours, tip)?;
        if !rest.for_theirs.is_empty() {
            add(&mut sent, ids(&rest.for_theirs));
            let message = self.message("push tickets to", &rest.for_theirs, wording, synced);
            let identity = repository.identity()?;
            tip = repository.copy_commit(tip, &TreeChange::new(rest.for_theirs, message), &identity)?;
        }
        add(&mut synced.sent, sent);
        Ok((tip != theirs).then_some(tip))
    }

    fn message(&self, what: &str, files: &[FileChange], wording: &Wording, synced: &Synced) -> String {
        let place = format!("{}/{}", synced.remote, self.target.name());
        message::of_action(&format!("{what} {place}"), &ids(files), message::TAKES_OVER, wording)
    }

    fn report(&self, met: &MergedTree, synced: &mut Synced) {
        add(&mut synced.received, ids(&met.for_ours));
        add(&mut synced.sent, ids(&met.for_theirs));
        for one in &met.contested {
            if !synced.contested.contains(one) {
                synced.contested.push(one.clone());
            }
        }
        add(&mut synced.unheard, met.unheard.clone());
        for pair in &met.renamed {
            if !synced.renamed.contains(pair) {
                synced.renamed.push(pair.clone());
            }
        }
    }
}

fn ids(files: &[FileChange]) -> Vec<TicketId> {
    files.iter().filter_map(|file| layout::id_of(&file.path)).collect()
}

fn add(list: &mut Vec<TicketId>, more: Vec<TicketId>) {
    for id in more {
        if !list.contains(&id) {
            list.push(id);
        }
    }
}
