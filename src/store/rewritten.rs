//! A remote branch that was rewritten: text was purged from its history, or commits were taken away. Merged as usual,
//! an old clone would bring back what others took out; so it is noticed, and somebody decides.

use std::collections::BTreeMap;
use std::fs;

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{self, FileChange, ObjectId, TreeChange, shown};
use crate::store::layout;
use crate::store::merged_tree;
use crate::store::message::{self, TicketChange, Wording};
use crate::store::synced::Synced;
use crate::store::ticket_branch::self_named;
use crate::ticket::{Entry, EntryId, Field, Ticket, TicketId};

impl Store {
    /// The commits that this clone has seen the remote's branch at. To be asked before it is fetched: what somebody
    /// pushes from here meanwhile is not gone because the fetch was earlier. Where pushes go elsewhere, what was fetched is
    /// what was seen.
    ///
    /// # Errors
    /// A reference cannot be read.
    pub(super) fn seen(&self, remote: &str, pushes_elsewhere: bool) -> Result<Vec<ObjectId>, Error> {
        let recorded = self.recorded().remove(&self.record_name(remote));
        let recorded = recorded.and_then(|id| ObjectId::parse(&id));
        let mut seen = self.repository().tracked(remote, self.target(), pushes_elsewhere);
        seen.extend(recorded);
        if !pushes_elsewhere {
            seen.extend(self.repository().tracking(remote, self.target())?);
        }
        seen.sort();
        seen.dedup();
        Ok(seen)
    }

    /// The newest of the commits that the remote's branch was seen at, that it has no longer, and that ours still
    /// has.
    ///
    /// # Errors
    /// An object cannot be read.
    pub(super) fn dropped(
        &self,
        seen: &[ObjectId],
        ours: ObjectId,
        theirs: ObjectId,
    ) -> Result<Option<ObjectId>, Error> {
        let repository = self.repository();
        if repository.contains(theirs, ours)? {
            return Ok(None);
        }
        let mut dropped: Option<ObjectId> = None;
        for commit in seen.iter().copied() {
            // One that is gone from this clone is in no branch of it.
            let is_ours = repository.contains(ours, commit).unwrap_or(false);
            if is_ours && !repository.contains(theirs, commit)? {
                let is_newer = match dropped {
                    Some(dropped) => repository.contains(commit, dropped)?,
                    None => true,
                };
                dropped = if is_newer { Some(commit) } else { dropped };
            }
        }
        Ok(dropped)
    }

    /// Why a branch that was rewritten is not merged, and both ways on.
    pub(super) fn rewritten(&self, remote: &str, dropped: ObjectId) -> Error {
        let branch = self.branch();
        let message = format!(
            "{remote}/{branch} was rewritten: commit {dropped:.10} was removed, but is still on {branch} here"
        );
        git::Error::new(git::Kind::Refused, message)
            .hint(
                "git support sync --accept-rewrite to use the new history with your later changes on top, or \
                 git support sync --keep-mine to restore the removed commits",
            )
            .into()
    }

    /// Why a branch that the remote had once is not pushed again.
    pub(super) fn deleted(&self, remote: &str) -> Error {
        let message = format!("{remote} no longer has the branch '{}', which it had", self.branch());
        // One that says so of itself may be where they went.
        let others = self_named(self.repository()).unwrap_or_default();
        let hint = match others.iter().find(|name| *name != self.branch()) {
            Some(other) => {
                format!("where the tickets are on {0} now: git config support.branch {0}", shown(other))
            }
            None => "git support sync --keep-mine to push it again".to_owned(),
        };
        git::Error::new(git::Kind::Refused, message).hint(hint).into()
    }

    /// Takes over a rewritten history: our branch becomes theirs, with what was done here since on top.
    ///
    /// # Errors
    /// The code differs as well, the user edited a file that changes, or an object cannot be read.
    pub(super) fn accept_rewrite(
        &self,
        theirs: ObjectId,
        dropped: ObjectId,
        wording: &Wording,
        synced: &mut Synced,
    ) -> Result<Option<ObjectId>, Error> {
        let repository = self.repository();
        let Some(ours) = repository.tip(self.target())? else { return Ok(None) };
        if !repository.is_same_outside(layout::FOLDER, ours, theirs)? {
            let (remote, branch) = (&synced.remote, self.branch());
            let message = format!("{branch} and {remote}/{branch} have different code");
            let hint = format!("git rebase --onto {remote}/{branch} {dropped:.10} {branch}");
            return Err(git::Error::new(git::Kind::Refused, message).hint(hint).into());
        }
        let mut tip = theirs;
        for commit in repository.commits_below(layout::FOLDER, ours, dropped)? {
            if repository.contains(theirs, commit)? {
                continue;
            }
            let (files, tickets) = self.carried_over(commit, tip, &mut synced.left_out)?;
            if !files.is_empty() {
                // The old message may hold what was removed: a title, say.
                let message = match tickets.as_slice() {
                    [] => message::of_files("reapply changes", wording),
                    tickets => message::of_tickets(tickets, wording),
                };
                let identity = repository.commit_text(commit)?.identity;
                tip = repository.copy_commit(tip, &TreeChange::new(files, message), &identity)?;
            }
        }
        self.move_to(ours, tip)?;
        synced.received = self.snapshot_of(Some(tip)).differing(ours, tip)?.into_iter().collect();
        synced.sent = self.snapshot_of(Some(tip)).differing(theirs, tip)?.into_iter().collect();
        Ok((tip != theirs).then_some(tip))
    }

    /// What a commit did to the files under `.support/`, done to those of another: what others took out
    /// meanwhile stays out.
    fn carried_over(
        &self,
        commit: ObjectId,
        tip: ObjectId,
        left_out: &mut Vec<TicketId>,
    ) -> Result<(Vec<FileChange>, Vec<TicketChange>), Error> {
        let repository = self.repository();
        let parent = repository.parents(commit)?.first().copied();
        let (mut files, mut tickets) = (Vec::new(), Vec::new());
        let Some(parent) = parent else { return Ok((files, tickets)) };
        // The tickets first: the evidence of one that was removed goes with it.
        let (of_tickets, others): (Vec<_>, Vec<_>) = repository
            .differences(layout::FOLDER, commit, parent)?
            .into_iter()
            .partition(|difference| layout::id_of(&difference.path).is_some());
        for difference in of_tickets.into_iter().chain(others) {
            let path = difference.path.as_str();
            let Some(id) = layout::id_of(path) else {
                if layout::attachment_of(path).is_some_and(|(id, _)| left_out.contains(&id)) {
                    continue;
                }
                let sides = [difference.theirs, difference.ours, repository.committed(Some(tip), path)?];
                let [before, now, there] = sides;
                let merged = merged_tree::file_of(repository, path, [before, now, there])?;
                files.extend(merged);
                continue;
            };
            let snapshot = self.snapshot_of(Some(tip));
            let version = |at| snapshot.version(at, &id);
            let Some(now) = version(commit)? else { continue };
            let before_there = version(tip)?;
            let changed = match (version(parent)?, before_there.clone()) {
                (None, None) => now,
                (before, Some(there)) => onto(there, before.as_ref(), &now),
                (Some(_), None) => {
                    left_out.push(id);
                    continue;
                }
            };
            if before_there.as_ref() == Some(&changed) {
                continue;
            }
            files.push(FileChange::write(path, crate::ticket::codec::write(&changed)));
            tickets.push(TicketChange { before: before_there, after: changed });
        }
        Ok((files, tickets))
    }

    /// Moves our branch from one commit to another that is there already, work tree and index with it.
    fn move_to(&self, ours: ObjectId, tip: ObjectId) -> Result<(), Error> {
        let repository = self.repository();
        let mut files = Vec::new();
        for difference in repository.differences(layout::FOLDER, ours, tip)? {
            files.push(match difference.theirs {
                Some(blob) => FileChange::stored(difference.path, blob),
                None => FileChange::remove(difference.path),
            });
        }
        let message = "support: accept the rewritten history".to_owned();
        let change = TreeChange { existing: Some(tip), ..TreeChange::new(files, message) };
        repository.commit(self.target(), |now| -> Result<Option<TreeChange>, Error> {
            Ok((now == Some(ours)).then(|| change.clone()))
        })?;
        Ok(())
    }

    /// Remembers where the remote's branch stood when both sides were one.
    pub(super) fn record(&self, remote: &str, theirs: ObjectId) {
        let mut recorded = self.recorded();
        let name = self.record_name(remote);
        if recorded.get(&name) == Some(&theirs.to_string()) {
            return;
        }
        recorded.insert(name, theirs.to_string());
        // Without it, a rewritten branch is still told by the log of its remote-tracking branch.
        if let Ok(json) = serde_json::to_vec(&recorded) {
            let _ = self.repository().write_own("synced.json", &json);
        }
    }

    fn recorded(&self) -> BTreeMap<String, String> {
        let path = self.repository().own_folder().join("synced.json");
        let bytes = fs::read(path).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn record_name(&self, remote: &str) -> String {
        format!("{remote} {}", self.target().reference())
    }
}

/// A ticket with the entries that another version of it got since an earlier one, numbered on from its own: those that
/// were removed leave no gap.
fn onto(mut there: Ticket, before: Option<&Ticket>, now: &Ticket) -> Ticket {
    let known: Vec<&Entry> = before.into_iter().flat_map(Ticket::timeline).collect();
    let has = there.timeline().to_vec();
    let is_new = |entry: &&Entry| !known.contains(entry) && !has.contains(entry);
    for entry in now.timeline().iter().filter(is_new) {
        let position = there.next_position();
        let text = |field: &Field| now.text_set(entry, field).map(str::to_owned);
        let mut entry = entry.clone();
        let seq = entry.seq.min(position.seq);
        entry.seq = seq;
        let is_there = |id: &EntryId| there.timeline().iter().any(|known| known.id == *id && known.seq < seq);
        if entry.after.iter().any(is_there) {
            entry.after.retain(is_there);
        } else if !entry.after.is_empty() {
            entry.after = position.after;
        }
        there.apply_told(entry, text);
    }
    there
}
