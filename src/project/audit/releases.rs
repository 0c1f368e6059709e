//! Releases: who handed one over, accepted or retired it is who committed that, at the time of the commit.

use crate::process::audit::{AuditRule, CommitFacts, Finding, Origin};
use crate::process::{Mark, ProblemLevel, Release};
use crate::project::audit::review::Review;
use crate::project::failure::Failure;
use crate::project::parts::YamlFile;
use crate::store::git::{Blob, CommitDelta, FileDelta, ObjectId};
use crate::store::{Error, Store};
use crate::ticket::{MAX_FILE_BYTES, Person, Timestamp};

impl Review<'_> {
    /// Looks at what a commit says of who handed over, accepted or retired a release.
    pub(super) fn release(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        file: &FileDelta,
    ) -> Result<Vec<Finding>, Failure> {
        if self.store.is_as_merged(&passage.parents, file)? {
            return Ok(Vec::new());
        }
        let Some(now) = read(self.store, passage.commit, &file.path)? else { return Ok(Vec::new()) };
        let mut before = Vec::new();
        for parent in &passage.parents {
            before.extend(read(self.store, *parent, &file.path)?);
        }
        let team = self.book.known_at(passage.parents.first());
        let mut findings = Vec::new();
        for (what, mark) in now.marks() {
            if before.iter().any(|release| release.marks().any(|known| known == (what, mark))) {
                continue;
            }
            let Some((by, at)) = Person::parse(&mark.by).zip(Timestamp::parse(&mark.at)) else {
                let message = format!("{what} by nobody, or at no time");
                findings.push(Finding::new(AuditRule::ReleaseMark, message));
                continue;
            };
            let known = self.book.known_in(&team.team, &by)?;
            let level = match Origin::of_deed((&by, &known), at, false, facts) {
                Origin::Own | Origin::IntroducedEntry(_) => continue,
                Origin::OtherTime => ProblemLevel::Note,
                Origin::OtherAuthor => ProblemLevel::Error,
            };
            let message =
                format!("{what} by {by} at {at}, in a commit by {} of {}", facts.author, facts.authored);
            // A revert, or a move back, brings what the record had.
            let is_back = level == ProblemLevel::Error && self.had_mark(passage, &file.path, (what, mark))?;
            let level = if is_back { ProblemLevel::Note } else { level };
            findings.push(Finding::new(AuditRule::ReleaseMark, message).weighing(level));
        }
        Ok(findings)
    }

    /// True where a record had a mark before, somewhere in the history of a commit.
    fn had_mark(&self, passage: &CommitDelta, path: &str, mark: (&str, &Mark)) -> Result<bool, Failure> {
        let repository = self.store.repository();
        for commit in repository.touching(&passage.parents, &[], &[path]).map_err(Error::from)? {
            let then = read(self.store, commit, path)?;
            if then.is_some_and(|release| release.marks().any(|known| known == mark)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A release as a commit has it; `None` where it has none, or none that can be read.
fn read(store: &Store, commit: ObjectId, path: &str) -> Result<Option<Release>, Failure> {
    let content = store.repository().file(commit, path, MAX_FILE_BYTES).map_err(Error::from)?;
    let Some(Blob::Bytes(bytes)) = content else { return Ok(None) };
    let version = path.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml")).unwrap_or_default();
    let file = YamlFile::parse(path, &bytes).ok();
    Ok(file.and_then(|file| Release::read(version, &file.node).ok()))
}
