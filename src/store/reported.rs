//! What this clone was told once and is not told again: commits that name tickets which are not there.

use std::collections::BTreeSet;
use std::fs;

use crate::store::Store;
use crate::store::error::Error;
use crate::store::git::ObjectId;
use crate::ticket::{Person, Timestamp};

/// The file in our folder of the git directory, a line for each.
const FILE: &str = "reported";
/// The most that are remembered; the newest count.
const MAX_LINES: usize = 20_000;

impl Store {
    /// What was reported before.
    #[must_use]
    pub fn reported(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(self.repository().own_folder().join(FILE)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Remembers what was reported. Where that cannot be kept, it is reported again.
    pub fn remember_reported(&self, lines: &[String]) {
        let old = fs::read_to_string(self.repository().own_folder().join(FILE)).unwrap_or_default();
        let all: Vec<&str> = old.lines().chain(lines.iter().map(String::as_str)).collect();
        let kept = all.get(all.len().saturating_sub(MAX_LINES)..).unwrap_or_default();
        let _ = self.repository().write_own(FILE, format!("{}\n", kept.join("\n")).as_bytes());
    }

    /// Who made a commit, as git has it.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn author_of_commit(&self, commit: ObjectId) -> Result<Person, Error> {
        let author = self.repository().commit_text(commit)?.identity.author;
        Ok(Person { name: author.name, email: author.email })
    }

    /// When a commit was written: a rebase and a cherry-pick keep that.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn commit_written_at(&self, commit: ObjectId) -> Result<Timestamp, Error> {
        let author = self.repository().commit_text(commit)?.identity.author;
        Ok(Timestamp::from_unix(author.seconds).unwrap_or_default())
    }

    /// True where two commits are one work: a rebase and a cherry-pick keep author, date and subject.
    #[must_use]
    pub fn is_same_work(&self, one: ObjectId, other: &str) -> bool {
        let read = |commit: ObjectId| {
            let text = self.repository().commit_text(commit).ok()?;
            let (author, message) = (text.identity.author, text.message);
            let subject = message.lines().next().unwrap_or_default().to_owned();
            Some((author.name, author.email, author.seconds, subject))
        };
        let other = ObjectId::parse(other).and_then(read);
        other.is_some() && read(one) == other
    }
}
