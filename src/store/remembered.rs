//! What commits of code say of tickets, remembered in this clone for the tips that were read last: the next time, only
//! what is new is read. It is derived, and may go at any time.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::{CodeCommit, ObjectId, name_by_subject};

/// What is remembered apart: each a file in our own folder of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remembered {
    /// What the branch that is checked out says.
    Branch,
    /// What the releases say.
    Releases,
}

impl Remembered {
    fn file(self) -> &'static str {
        match self {
            Self::Branch => "code-commits",
            Self::Releases => "code-commits-of-releases",
        }
    }
}

/// The form of the file, and of how messages are read; another one is read as nothing.
const FORM: u32 = 6;
/// From so many tips on, those that others contain are dropped.
const MAX_TIPS: usize = 64;
/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// What is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    form: u32,
    /// What contains all commits that were read.
    tips: Vec<String>,
    commits: Vec<KeptCommit>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptCommit {
    id: String,
    subject: String,
    trailers: Vec<(String, String)>,
    reverts: Vec<String>,
    reverts_subject: Option<String>,
    copies: Vec<String>,
}

impl Store {
    /// What commits of the history of some tips say of tickets and of other commits, the oldest first. It may be more than
    /// they contain: what of it they do, [`crate::store::git::Reach`] tells.
    ///
    /// # Errors
    /// An object cannot be read.
    pub(super) fn all_said(&self, tips: &[ObjectId], what: Remembered) -> Result<Vec<CodeCommit>, Error> {
        let kept = self.kept(what).unwrap_or_default();
        let known: Vec<ObjectId> = kept.tips.iter().filter_map(|tip| ObjectId::parse(tip)).collect();
        // Of a tip that is gone, nothing is known any more.
        let is_there = known.iter().all(|tip| self.repository.has_object(*tip));
        let (known, mut commits) = match is_there {
            true => (known, kept.commits.into_iter().filter_map(KeptCommit::read).collect()),
            false => (Vec::new(), Vec::new()),
        };
        if tips.iter().all(|tip| known.contains(tip)) {
            return Ok(commits);
        }
        let new = self.repository.code_commits_of(tips, &known)?;
        let seen: BTreeSet<ObjectId> = commits.iter().map(|commit: &CodeCommit| commit.id).collect();
        commits.extend(new.into_iter().filter(|commit| !seen.contains(&commit.id)));
        name_by_subject(&mut commits);
        let mut all: BTreeSet<ObjectId> = tips.iter().chain(&known).copied().collect();
        if let ([tip], [before]) = (tips, known.as_slice()) {
            if self.repository.contains(*tip, *before)? {
                all.remove(before);
            }
        } else if all.len() > MAX_TIPS {
            // What another tip contains need not be named.
            let whole: Vec<ObjectId> = all.iter().copied().collect();
            let reach = self.repository.reach(&whole, &all)?;
            let is_within = |one: &ObjectId| whole.iter().any(|tip| tip != one && reach.contains(*tip, *one));
            all.retain(|one| !is_within(one));
        }
        let all: Vec<ObjectId> = all.into_iter().collect();
        self.keep(what, &all, &commits);
        Ok(commits)
    }

    fn kept(&self, what: Remembered) -> Option<Kept> {
        let kept: Kept = self.own_file(what.file())?;
        (kept.form == FORM && !self.repository.is_cut()).then_some(kept)
    }

    /// What a file in our own folder remembers; nothing where it cannot be read.
    pub(super) fn own_file<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let file = self.repository.own_folder().join(name);
        let is_small = std::fs::metadata(&file).is_ok_and(|about| about.len() <= MAX_BYTES);
        let bytes = std::fs::read(&file).ok().filter(|_| is_small)?;
        postcard::from_bytes(&bytes).ok()
    }

    /// Remembers something in a file in our own folder; where that cannot be done, it is worked out again the next time.
    pub(super) fn keep_own_file(&self, name: &str, content: &impl Serialize) {
        if let Ok(bytes) = postcard::to_allocvec(content) {
            let _ = self.repository.write_own(name, &bytes);
        }
    }

    /// True where what is remembered is of a tip, and of nothing beside.
    pub(super) fn is_remembered_alone(&self, tip: ObjectId) -> bool {
        let kept = self.kept(Remembered::Branch).unwrap_or_default();
        kept.tips == [tip.to_string()]
    }

    /// Keeps it for the next time.
    fn keep(&self, what: Remembered, tips: &[ObjectId], commits: &[CodeCommit]) {
        if self.repository.is_cut() {
            return;
        }
        let commits = commits.iter().map(KeptCommit::of).collect();
        let kept = Kept { form: FORM, tips: tips.iter().map(ToString::to_string).collect(), commits };
        self.keep_own_file(what.file(), &kept);
    }
}

impl KeptCommit {
    fn of(commit: &CodeCommit) -> Self {
        let CodeCommit { id, subject, trailers, reverts, reverts_subject, copies } = commit.clone();
        Self { id: id.to_string(), subject, trailers, reverts, reverts_subject, copies }
    }

    fn read(self) -> Option<CodeCommit> {
        let Self { id, subject, trailers, reverts, reverts_subject, copies } = self;
        Some(CodeCommit { id: ObjectId::parse(&id)?, subject, trailers, reverts, reverts_subject, copies })
    }
}
