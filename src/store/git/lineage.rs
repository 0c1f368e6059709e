//! Which merge brought a commit to a branch, and the lines that git draws of a history.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::store::git::error::Result;
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;

/// Clocks of people differ by no more than this, in seconds: a day.
const SKEW_SECS: i64 = 86_400;
/// So many commits of the line of first parents are looked at without git: reading a thousand takes longer than git does.
const NEAR: usize = 100;
/// What stands before the name of a commit in the lines that git draws.
const MARK: char = '\u{1}';

/// A line of a drawn history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The lines and stars that git drew.
    pub lanes: String,
    /// The commit that stands there; none on a line that only leads on.
    pub commit: Option<ObjectId>,
}

impl Repository {
    /// The merge that brought each of some commits to the line of first parents that leads to a tip; those that were
    /// made on that line have none.
    ///
    /// # Errors
    /// A commit cannot be read.
    pub fn brought_by(
        &self,
        tip: ObjectId,
        commits: &BTreeSet<ObjectId>,
    ) -> Result<BTreeMap<ObjectId, ObjectId>> {
        let seconds =
            commits.iter().map(|commit| self.commit_seconds(*commit)).collect::<Result<Vec<_>>>()?;
        let Some(oldest) = seconds.into_iter().min() else { return Ok(BTreeMap::new()) };
        // Git reads its commit graph, where there is one, and nothing that is older than all of them.
        let since = format!("--since=@{}", (oldest - SKEW_SECS).max(0));
        match self.brought_since(tip, commits, &[&since])? {
            (brought, 0) => Ok(brought),
            // A commit whose date is far from the truth hides what is behind it.
            _ => Ok(self.brought_since(tip, commits, &[])?.0),
        }
    }

    /// True where the line of first parents has all of some commits near its tip: that is known before a git has started. Where
    /// libgit2 cannot read it, for a cut or a malformed commit, git is to judge.
    #[must_use]
    pub fn are_on_line(&self, tip: ObjectId, commits: &BTreeSet<ObjectId>) -> bool {
        let Ok(mut walk) = self.repo.revwalk() else { return false };
        if walk.simplify_first_parent().and_then(|()| walk.push(tip.0)).is_err() {
            return false;
        }
        let mut left = commits.clone();
        for id in walk.take(NEAR) {
            let Ok(id) = id else { return false };
            left.remove(&ObjectId(id));
            if left.is_empty() {
                return true;
            }
        }
        false
    }

    /// The merges that brought commits, of a history as far as it is asked for; and how many commits it did not show.
    fn brought_since(
        &self,
        tip: ObjectId,
        commits: &BTreeSet<ObjectId>,
        since: &[&str],
    ) -> Result<(BTreeMap<ObjectId, ObjectId>, usize)> {
        let mut brought = BTreeMap::new();
        let tip = tip.to_string();
        let arguments = [&["rev-list", "--topo-order", "--parents"], since, &[&tip, "--"]].concat();
        // The line of first parents, and for each commit that is still to come the oldest of the line that has it.
        let mut line: Vec<ObjectId> = Vec::new();
        let mut next = ObjectId::parse(&tip);
        let mut within: HashMap<ObjectId, usize> = HashMap::new();
        let mut left = commits.len();
        self.git.stream(&arguments, &self.git_environment(), b'\n', |record| -> Result<bool> {
            let text = String::from_utf8_lossy(record);
            let mut ids = text.split(' ').filter_map(ObjectId::parse);
            let Some(commit) = ids.next() else { return Ok(true) };
            let parents: Vec<ObjectId> = ids.collect();
            let is_on_line = next == Some(commit);
            if is_on_line {
                line.push(commit);
                next = parents.first().copied();
            }
            let known = within.remove(&commit);
            let place = if is_on_line { line.len() - 1 } else { known.unwrap_or_default() };
            for parent in parents {
                let oldest = within.entry(parent).or_default();
                *oldest = (*oldest).max(place);
            }
            if commits.contains(&commit) {
                left -= 1;
                brought.extend(line.get(place).filter(|_| !is_on_line).map(|merge| (commit, *merge)));
            }
            Ok(left > 0)
        })?;
        Ok((brought, left))
    }

    /// The history of some paths as git draws it, newest first: where work went on side by side, and met.
    ///
    /// # Errors
    /// Git says what.
    pub fn drawn(&self, tips: &[ObjectId], paths: &[String]) -> Result<Vec<Drawn>> {
        let format = format!("--format={MARK}%H");
        let tips: Vec<String> = tips.iter().map(ToString::to_string).collect();
        let mut arguments = vec![
            "-c",
            "log.showSignature=false",
            "log",
            "--graph",
            "--color=never",
            "--full-history",
            "--simplify-merges",
        ];
        arguments.extend(["--no-patch", &format]);
        arguments.extend(tips.iter().map(String::as_str));
        arguments.push("--");
        arguments.extend(paths.iter().map(String::as_str));
        let said = self.git_here(&arguments, b"", None)?;
        let line = |line: &str| match line.split_once(MARK) {
            Some((lanes, name)) => Drawn { lanes: lanes.to_owned(), commit: ObjectId::parse(name.trim()) },
            None => Drawn { lanes: line.to_owned(), commit: None },
        };
        Ok(String::from_utf8_lossy(&said).lines().map(line).collect())
    }

    /// The first line of a commit's message.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn subject(&self, commit: ObjectId) -> Result<String> {
        Ok(self.commit_text(commit)?.message.lines().next().unwrap_or_default().to_owned())
    }

    /// True where a commit carries a signature, good or bad.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn is_signed(&self, commit: ObjectId) -> Result<bool> {
        Ok(self.commit_object(commit)?.header().contains("\ngpgsig"))
    }
}
