//! What a server received: a log of pushes, a commit each, under a reference of its own. Dates in commits are their
//! authors' word; this is the server's.

use std::ffi::OsString;

use crate::store::git::error::Result;
use crate::store::git::object_id::ObjectId;
use crate::store::git::repository::Repository;

/// Where the log stands.
pub const RECEIVED: &str = "refs/support/received";
/// The lines of a message that are read again.
const MOVED: &str = "Support-Received: ";
const PUSHER: &str = "Support-Pusher: ";
/// How often a log is tried that another push has moved meanwhile.
const TRIES: usize = 20;

/// A push, as a server took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Where references stood before.
    pub old: Vec<ObjectId>,
    /// Where they stand since.
    pub new: Vec<ObjectId>,
    /// When: seconds since 1970 UTC, by the server's clock.
    pub at: i64,
    /// Who pushed, as the server knows them.
    pub by: String,
}

impl Repository {
    /// Takes down a push: `lines` are those of a post-receive hook (githooks(5)).
    ///
    /// # Errors
    /// The log cannot be written.
    pub fn record_push(&self, lines: &[String], by: &str) -> Result<()> {
        let moved: String = lines.iter().map(|line| format!("{MOVED}{line}\n")).collect();
        let message = format!("support: received\n\n{moved}{PUSHER}{by}\n");
        let tree = self.said(&["mktree"], b"", &[])?;
        let now = format!("@{} +0000", self.surroundings.clock.seconds());
        let who = ["GIT_AUTHOR", "GIT_COMMITTER"].iter().flat_map(|role| {
            [("NAME", "git-support"), ("EMAIL", "git-support@localhost"), ("DATE", now.as_str())]
                .map(|(part, value)| (format!("{role}_{part}"), OsString::from(value)))
        });
        let who: Vec<(String, OsString)> = who.collect();
        let who: Vec<(&str, OsString)> =
            who.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let mut last = Ok(());
        for _ in 0..TRIES {
            let before = self.reference_id(RECEIVED)?.map(|before| before.to_string());
            let parent: Vec<&str> = before.iter().flat_map(|before| ["-p", before.as_str()]).collect();
            let arguments = [&["commit-tree", tree.as_str(), "-F", "-"], parent.as_slice()].concat();
            let commit = self.said(&arguments, message.as_bytes(), &who)?;
            let zeros = "0".repeat(commit.len());
            let old = before.as_deref().unwrap_or(&zeros);
            last = self.said(&["update-ref", "-m", "received", RECEIVED, &commit, old], b"", &[]).map(drop);
            if last.is_ok() {
                break;
            }
        }
        last
    }

    fn said(&self, arguments: &[&str], input: &[u8], extra: &[(&str, OsString)]) -> Result<String> {
        let environment = [self.git_environment(), extra.to_vec()].concat();
        let said = self.git.run(arguments, input, &environment)?;
        Ok(String::from_utf8_lossy(&said).trim().to_owned())
    }

    /// The pushes that were taken down, the oldest first.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn pushes(&self) -> Result<Vec<Push>> {
        let mut next = self.reference_id(RECEIVED)?;
        let mut pushes = Vec::new();
        while let Some(id) = next {
            let commit = self.commit_object(id)?;
            let message = commit.message();
            let moved = message.lines().filter_map(|line| line.strip_prefix(MOVED));
            let ids = |place: usize| {
                let id = move |line: &str| ObjectId::parse(line.split(' ').nth(place)?);
                moved.clone().filter_map(id).filter(|id| !id.to_string().bytes().all(|b| b == b'0')).collect()
            };
            let by = message.lines().find_map(|line| line.strip_prefix(PUSHER)).unwrap_or_default();
            pushes.push(Push { old: ids(0), new: ids(1), at: commit.committer().seconds, by: by.to_owned() });
            next = commit.parents().first().copied();
        }
        pushes.reverse();
        Ok(pushes)
    }
}
