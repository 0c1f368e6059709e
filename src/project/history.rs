//! What git knows of the commits that introduced entries: merges, signatures, the lines of its graph, differences.

use std::collections::{BTreeMap, BTreeSet};

use crate::index::{Index, Merged};
use crate::project::failure::Failure;
use crate::project::search_index::IndexError;
use crate::project::state::{Project, Scope};
use crate::store::git::{ObjectId, SignatureStatus, Signed};
use crate::store::{Error, layout};
use crate::ticket::{MAX_FILE_BYTES, TicketId, Timestamp};

/// A commit and the first line of its message.
#[derive(Debug, Clone)]
pub struct CommitLine {
    /// Its whole name.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
}

/// A line of git's graph: its lanes, and the commit that stands on it, with a subject where it is a merge.
pub struct Graph {
    /// The lanes, as git draws them.
    pub lanes: String,
    /// The commit, if the line has one.
    pub commit: Option<CommitLine>,
}

/// What git says of a signature.
pub struct SignatureLine {
    /// `good`; `untrusted`, where git does not trust the key; `bad`.
    pub verdict: &'static str,
    /// Who signed, as git names them.
    pub signer: String,
    /// The key's fingerprint.
    pub key: String,
}

impl Project<'_> {
    /// Says that a clone does not have the history that an answer comes from.
    pub(super) fn warn_of_cut_history(&self) {
        let repository = self.store.repository();
        if repository.is_shallow() {
            self.host.note("warning: this clone is shallow, and answers from its history are incomplete; git fetch --unshallow");
        } else if repository.is_cut() {
            self.host.note("warning: info/grafts cuts the history of this clone; rm \"$(git rev-parse --git-path info/grafts)\"");
        }
    }

    /// The merges that brought commits to what is read, by the commits' names.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn merges_of<'a>(
        &self,
        commits: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, CommitLine>, Failure> {
        let Some(tip) = self.commit else { return Ok(BTreeMap::new()) };
        let repository = self.store.repository();
        let commits = parsed(commits);
        if repository.are_on_line(tip, &commits) {
            return Ok(BTreeMap::new());
        }
        let brought = match self.if_available(self.remembered_merges(tip, &commits))? {
            Some(brought) => brought,
            None => repository.brought_by(tip, &commits)?,
        };
        let mut merges = BTreeMap::new();
        for (commit, merge) in brought {
            let line = CommitLine { commit: merge.to_string(), subject: repository.subject(merge)? };
            merges.insert(commit.to_string(), line);
        }
        Ok(merges)
    }

    /// The merges that brought commits to a tip: git is asked for those that the index does not know, and they are remembered.
    fn remembered_merges(
        &self,
        tip: ObjectId,
        commits: &BTreeSet<ObjectId>,
    ) -> Result<BTreeMap<ObjectId, ObjectId>, IndexError> {
        let repository = self.store.repository();
        if repository.is_cut() {
            // What is not here yet may change the answer.
            return Ok(repository.brought_by(tip, commits).map_err(Failure::from)?);
        }
        let mut index = self.index()?;
        let (mut brought, asked) = self.known_merges(&index, tip, commits)?;
        if asked.is_empty() {
            return Ok(brought);
        }
        let found = repository.brought_by(tip, &asked).map_err(Failure::from)?;
        let merged = |commit: &ObjectId| {
            let merge = found.get(commit).map(|merge| merge.bytes().to_vec());
            (commit.bytes().to_vec(), Merged { tip: tip.bytes().to_vec(), merge })
        };
        // Where it cannot be remembered, git is asked again.
        let _ = index.remember_merged(self.branch(), &asked.iter().map(merged).collect::<Vec<_>>());
        brought.extend(found);
        Ok(brought)
    }

    /// The merges that the index knows to have brought commits to a tip, and the commits that it does not know.
    fn known_merges(
        &self,
        index: &Index,
        tip: ObjectId,
        commits: &BTreeSet<ObjectId>,
    ) -> Result<(BTreeMap<ObjectId, ObjectId>, BTreeSet<ObjectId>), IndexError> {
        let repository = self.store.repository();
        // What held at a tip holds at every one whose line of first parents leads to it.
        let leads_to = |then: &Vec<u8>| {
            let then = ObjectId::from_bytes(then);
            then.is_some_and(|then| then == tip || repository.are_on_line(tip, &BTreeSet::from([then])))
        };
        let (mut brought, mut asked) = (BTreeMap::new(), BTreeSet::new());
        let mut tips: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
        for commit in commits {
            match index.merged(self.branch(), commit.bytes())? {
                Some(known) if *tips.entry(known.tip.clone()).or_insert_with_key(leads_to) => {
                    let merge = known.merge.and_then(|merge| ObjectId::from_bytes(&merge));
                    brought.extend(merge.map(|merge| (*commit, merge)));
                }
                _ => drop(asked.insert(*commit)),
            }
        }
        Ok((brought, asked))
    }

    /// What git says of the signatures of commits, by their names; those without one are left out.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn signatures_of<'a>(
        &self,
        commits: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, SignatureLine>, Failure> {
        let repository = self.store.repository();
        let mut signed = Vec::new();
        for commit in parsed(commits) {
            if repository.is_signed(commit)? {
                signed.push(commit);
            }
        }
        if signed.is_empty() {
            return Ok(BTreeMap::new());
        }
        let line = |signed: Signed| SignatureLine {
            verdict: match signed.verdict {
                SignatureStatus::Good => "good",
                SignatureStatus::Lapsed => "lapsed",
                SignatureStatus::Untrusted => "untrusted",
                SignatureStatus::Bad | SignatureStatus::None => "bad",
            },
            signer: signed.signer,
            key: signed.key,
        };
        let said = repository.signatures(&signed)?;
        Ok(said.into_iter().map(|(commit, signed)| (commit.to_string(), line(signed))).collect())
    }

    /// The history of tickets, or of all where none is named, as git draws it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn graph(&self, ids: &[TicketId]) -> Result<Vec<Graph>, Failure> {
        let repository = self.store.repository();
        let paths: Vec<String> = match ids {
            [] => vec![layout::TICKETS.to_owned()],
            ids => ids.iter().map(layout::ticket).collect(),
        };
        let mut lines = Vec::new();
        for drawn in repository.drawn(&self.snapshot().commits(), &paths)? {
            let commit = match drawn.commit {
                Some(commit) => {
                    let is_merge = repository.parents(commit)?.len() > 1;
                    let subject = if is_merge { repository.subject(commit)? } else { String::new() };
                    Some(CommitLine { commit: commit.to_string(), subject })
                }
                None => None,
            };
            lines.push(Graph { lanes: drawn.lanes, commit });
        }
        Ok(lines)
    }

    /// The commit before the one that introduced an entry, in ten characters, and its date; none where it has no
    /// parent.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn parent_of_introduction(&self, commit: &str) -> Result<Option<(String, Timestamp)>, Failure> {
        let Some(commit) = ObjectId::parse(commit) else { return Ok(None) };
        let follows = self.store.repository().follows(commit)?;
        Ok(follows.and_then(|(parent, at)| Some((format!("{parent:.10}"), Timestamp::from_unix(at)?))))
    }

    /// The two states that a range `A..B`, `A...B` or `A` compares; the first is none where both have no history in
    /// common.
    ///
    /// # Errors
    /// There is no such revision, or the branch has no commit yet.
    pub fn compared(&self, range: &str) -> Result<(Option<Self>, Self), Failure> {
        let (from, to, from_merge_base) = match range.split_once("...") {
            Some((from, to)) => (from, to, true),
            None => {
                let (from, to) = range.split_once("..").unwrap_or((range, ""));
                (from, to, false)
            }
        };
        let scope = |text: &str| Scope::At(text.to_owned());
        let after = self.in_scope(if to.is_empty() { Scope::Now } else { scope(to) })?;
        let before = self.in_scope(scope(if from.is_empty() { "HEAD" } else { from }))?;
        let (Some(one), Some(other)) = (before.commit, after.commit) else {
            return Err(Failure::usage("nothing to compare: the branch has no commit yet"));
        };
        if !from_merge_base {
            return Ok((Some(before), after));
        }
        let base = self.store.parting(one, other)?;
        Ok((base.map(|base| self.at_commit(Some(base))), after))
    }

    /// The tickets that two states have otherwise; all, where there is no older one.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn differing(&self, before: Option<&Self>) -> Result<Vec<TicketId>, Failure> {
        let snapshot = self.snapshot();
        let is_as_of = self.instant.or(before.and_then(|before| before.instant)).is_some();
        match (before.and_then(|before| before.commit), self.commit) {
            // One commit holds every instant.
            (Some(before), Some(now)) if !is_as_of => {
                Ok(snapshot.differing(before, now)?.into_iter().collect())
            }
            _ => Ok(snapshot.ids()?),
        }
    }

    /// The files beside the tickets that decide something, each with its text, by path.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn files_beside(&self) -> Result<BTreeMap<String, String>, Failure> {
        let snapshot = self.snapshot();
        let mut files = BTreeMap::new();
        let places = [&layout::RULES[..], &[layout::ANSWERS, layout::ACCEPTED]].concat();
        for path in snapshot.paths_at(&places)? {
            if let Some(bytes) = snapshot.file(&path, MAX_FILE_BYTES)? {
                files.insert(path, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        Ok(files)
    }

    /// A ticket for a comparison: one whose file is wrong is noted, and counts as none.
    ///
    /// # Errors
    /// An object is not here.
    pub fn noted_ticket(&self, id: &TicketId) -> Result<Option<crate::ticket::Ticket>, Failure> {
        match self.snapshot().ticket(id) {
            Err(error @ Error::BadFile(_)) => {
                self.host.note(format!("warning: {error}"));
                Ok(None)
            }
            read => Ok(read?),
        }
    }

    /// The whole name of the commit that is read.
    #[must_use]
    pub fn read_commit(&self) -> Option<String> {
        self.commit.map(|commit| commit.to_string())
    }
}

fn parsed<'a>(commits: impl Iterator<Item = &'a str>) -> BTreeSet<ObjectId> {
    commits.filter_map(ObjectId::parse).collect()
}
