//! Other repositories: fetched from and pushed to by the `git` program, so that credentials, proxies and ssh
//! configuration just work; and what two histories have in common.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::store::git::bounds::Bounds;
use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::exchange::Exchange;
use crate::store::git::identity::Identity;
use crate::store::git::index::held;
use crate::store::git::lock::Wait;
use crate::store::git::object_id::ObjectId;
use crate::store::git::objects::Item;
use crate::store::git::path::quoted;
use crate::store::git::quarantine::is_refused;
use crate::store::git::repository::Repository;
use crate::store::git::target::Target;

/// A commit's author, committer and message.
pub(crate) struct CommitText {
    pub(crate) identity: Identity,
    pub(crate) message: String,
}

/// Fetches what is named and nothing else, whatever the configuration says of tags, pruning and submodules.
/// What is fetched goes where the command says, and nowhere else: by the refspecs of a mirror, it would go over our branches.
pub(crate) const FETCH: [&str; 7] = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-prune",
    "--recurse-submodules=no",
    "--no-write-fetch-head",
    "--refmap=",
];

/// A path that two commits have otherwise, and what each has there.
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) ours: Option<ObjectId>,
    pub(crate) theirs: Option<ObjectId>,
}

fn failed(doing: &'static str) -> impl Fn(git2::Error) -> Error {
    move |error| Error::git(doing, &error)
}

impl Repository {
    /// The remote that is meant: the one named, or the branch's own, or `origin`, or the only one. Nothing but
    /// the name of a remote is taken: an address could name a program to run.
    ///
    /// # Errors
    /// There is no such remote.
    pub fn remote(&self, named: Option<&str>, target: &Target) -> Result<String> {
        let listed = self.git_here(&["remote"], b"", None)?;
        let known: Vec<String> = String::from_utf8_lossy(&listed).lines().map(str::to_owned).collect();
        // A branch that follows a local one has "." there, which is no remote.
        let of_branch =
            self.configured(&format!("branch.{}.remote", target.name())).filter(|name| name != ".");
        let wanted = named.map(str::to_owned).or(of_branch).or_else(|| match known.as_slice() {
            [only] => Some(only.clone()),
            _ => Some("origin".to_owned()),
        });
        match wanted.filter(|name| known.contains(name)) {
            Some(name) => Ok(name),
            None => {
                let message = format!("no remote '{}'", named.unwrap_or("origin"));
                let hint = if known.is_empty() {
                    "git remote add origin URL".to_owned()
                } else {
                    format!("one of: {}", known.join(", "))
                };
                Err(Error::new(Kind::NotFound, message).hint(hint))
            }
        }
    }

    /// Fetches the target's branch of a remote; `None` where the remote has none.
    ///
    /// # Errors
    /// The remote cannot be reached.
    pub fn fetch(&self, remote: &str, target: &Target) -> Result<Option<ObjectId>> {
        let (branch, tracking) = (&target.reference, tracking(remote, target));
        let refspec = format!("+{branch}:{tracking}");
        let arguments = [&FETCH[..], &["--", remote, &refspec]].concat();
        match self.fetched(&arguments, &tracking) {
            Ok(()) => self.reference_id(&tracking),
            Err(error) if error.message.contains("couldn't find remote ref") => Ok(None),
            Err(error) if is_refused(&error) => Err(self.refused_by_git(remote, target, &error)),
            Err(error) => Err(not_fetched(remote, error)),
        }
    }

    /// The branches of a remote, each with the commit it stands at; the remote is asked.
    ///
    /// # Errors
    /// The remote cannot be reached.
    pub(crate) fn remote_branches(&self, remote: &str) -> Result<Vec<(String, ObjectId)>> {
        let listed = self.listed_by(&["--heads", "--", remote])?;
        let branch = |(commit, name): &(String, String)| {
            let short = name.strip_prefix("refs/heads/").filter(|_| git2::Reference::is_valid_name(name))?;
            Some((short.to_owned(), ObjectId::parse(commit)?))
        };
        Ok(listed.iter().filter_map(branch).collect())
    }

    /// The names of a remote's branches and tags; the remote is asked.
    ///
    /// # Errors
    /// The remote cannot be reached.
    pub(crate) fn remote_names(&self, remote: &str) -> Result<BTreeSet<String>> {
        let listed = self.listed_by(&["--heads", "--tags", "--refs", "--", remote])?;
        let short = |name: &str| {
            name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/")).map(str::to_owned)
        };
        Ok(listed.iter().filter_map(|(_, name)| short(name)).collect())
    }

    /// The branch that a remote's `HEAD` is; the remote is asked.
    ///
    /// # Errors
    /// The remote cannot be reached.
    pub(crate) fn remote_head(&self, remote: &str) -> Result<Option<String>> {
        let listed = self.listed_by(&["--symref", "--", remote, "HEAD"])?;
        Ok(listed.iter().find_map(|(first, _)| first.strip_prefix("ref: refs/heads/").map(str::to_owned)))
    }

    /// What `git ls-remote` lists: what each line says first, and the name.
    fn listed_by(&self, arguments: &[&str]) -> Result<Vec<(String, String)>> {
        let said = self.git_here(&[&["ls-remote"], arguments].concat(), b"", None)?;
        let said = String::from_utf8_lossy(&said).into_owned();
        let split =
            |line: &str| line.split_once('\t').map(|(first, name)| (first.to_owned(), name.to_owned()));
        Ok(said.lines().filter_map(split).collect())
    }

    /// Fetches branches of a remote that this clone has nothing of; of a shallow clone, their last commits alone.
    ///
    /// # Errors
    /// The remote cannot be reached.
    pub(crate) fn fetch_branches(&self, remote: &str, names: &[String]) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let refspecs: Vec<String> =
            names.iter().map(|name| format!("+refs/heads/{name}:refs/remotes/{remote}/{name}")).collect();
        let depth: &[&str] = if self.is_shallow() { &["--depth=1"] } else { &[] };
        let refspecs = refspecs.iter().map(String::as_str);
        let arguments: Vec<&str> =
            FETCH.iter().chain(depth).copied().chain(["--", remote]).chain(refspecs).collect();
        self.fetched(&arguments, &format!("refs/remotes/{remote}"))
    }

    /// Runs a fetch that moves a reference here; again, where another one beside it was about to move the same.
    pub(crate) fn fetched(&self, arguments: &[&str], here: &str) -> Result<()> {
        let _exchange = Exchange::begin(self, here);
        // Between two fetches, which take their time themselves.
        let mut wait = Wait::at_most(Duration::from_secs(1));
        loop {
            match self.git_here(arguments, b"", None) {
                Err(error) if error.message.contains("cannot lock ref") && wait.again() => {}
                done => return done.map(drop),
            }
        }
    }

    /// Where the remote-tracking branch of a target stands, as this clone knows it.
    pub(crate) fn tracking(&self, remote: &str, target: &Target) -> Result<Option<ObjectId>> {
        self.reference_id(&tracking(remote, target))
    }

    /// Puts a commit on the target's branch of a remote, unless that has moved on.
    ///
    /// # Errors
    /// What git says.
    pub fn push(&self, remote: &str, target: &Target, commit: ObjectId) -> Result<()> {
        let refspec = format!("{commit}:{}", target.reference);
        let _exchange = Exchange::begin(self, &tracking(remote, target));
        self.push_refspec(remote, &refspec, &[])
    }

    /// Pushes one reference and nothing else, whatever the configuration says of tags and mirrors.
    pub(crate) fn push_refspec(&self, remote: &str, refspec: &str, more: &[&str]) -> Result<()> {
        let no_mirror = format!("remote.{remote}.mirror=false");
        let arguments = ["-c", &no_mirror, "push", "--quiet", "--porcelain", "--no-follow-tags"];
        let whole = [&arguments, more, &["--recurse-submodules=no", "--", remote, refspec]].concat();
        self.git_here(&whole, b"", None).map(drop)
    }

    /// The best common ancestor; `None` for histories that began apart.
    pub(crate) fn merge_base(&self, one: ObjectId, other: ObjectId) -> Result<Option<ObjectId>> {
        match self.repo.merge_base(one.0, other.0) {
            Ok(base) => Ok(Some(ObjectId(base))),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => {
                // A commit whose lines are malformed stops libgit2, and not git.
                let said = self.git_here(&["merge-base", &one.to_string(), &other.to_string()], b"", None);
                let said = said.map_err(|_| Error::git("comparing histories", &error))?;
                Ok(ObjectId::parse(String::from_utf8_lossy(&said).trim()))
            }
        }
    }

    /// The files below a folder that two commits have otherwise.
    pub(crate) fn differences(
        &self,
        folder: &str,
        ours: ObjectId,
        theirs: ObjectId,
    ) -> Result<Vec<Difference>> {
        let (mine, other) = (self.find(ours, folder)?, [self.find(theirs, folder)?]);
        let mut found = Vec::new();
        self.compare(folder, mine.as_ref(), &other, &mut Bounds::default(), &mut |path, ours, theirs| {
            found.push(Difference { path, ours, theirs: theirs.into_iter().next().flatten() });
        })?;
        Ok(found)
    }

    /// How many files a commit changed below a folder, beside its first parent.
    pub(crate) fn touched_below(&self, folder: &str, commit: ObjectId) -> Result<usize> {
        match self.parents(commit)?.first() {
            Some(parent) => Ok(self.differences(folder, commit, *parent)?.len()),
            None => Ok(self.files_below(commit, folder)?.len()),
        }
    }

    /// True where two commits differ at most below one folder.
    pub(crate) fn is_same_outside(&self, folder: &str, one: ObjectId, other: ObjectId) -> Result<bool> {
        let rest = |commit: ObjectId| -> Result<Vec<Item>> {
            let items = self.top(commit)?.into_iter();
            Ok(items.filter(|item| item.name != folder).collect())
        };
        Ok(rest(one)? == rest(other)?)
    }

    /// True where the commits that one tip has and another lacks changed files below a folder alone, and none of them is a merge.
    pub(crate) fn adds_only_below(&self, folder: &str, tip: ObjectId, less: ObjectId) -> Result<bool> {
        for commit in self.commits_beyond(tip, less)? {
            match self.parents(commit)?.as_slice() {
                [parent] if self.is_same_outside(folder, *parent, commit)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The commits that one tip has and another lacks, the oldest first.
    fn commits_beyond(&self, tip: ObjectId, less: ObjectId) -> Result<Vec<ObjectId>> {
        let walked = || -> std::result::Result<Vec<ObjectId>, git2::Error> {
            let mut walk = self.repo.revwalk()?;
            walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)?;
            walk.push(tip.0).and_then(|()| walk.hide(less.0))?;
            walk.map(|id| id.map(ObjectId)).collect()
        };
        walked().or_else(|error| self.listed_by_git("--topo-order", &[tip], &[less], &error))
    }

    /// The commits that one tip has and another lacks, and that changed files below a folder; the oldest
    /// first, merges left out.
    pub(crate) fn commits_below(&self, folder: &str, tip: ObjectId, less: ObjectId) -> Result<Vec<ObjectId>> {
        let mut commits = Vec::new();
        for commit in self.commits_beyond(tip, less)? {
            let id_of = |commit| Ok::<_, Error>(self.find(commit, folder)?.map(|item| item.id));
            let before = match self.parents(commit)?.as_slice() {
                [] => None,
                [parent] => id_of(*parent)?,
                _ => continue,
            };
            if id_of(commit)? != before {
                commits.push(commit);
            }
        }
        Ok(commits)
    }

    /// When a commit was made: seconds since 1970 UTC.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn committed_at(&self, commit: ObjectId) -> Result<i64> {
        Ok(self.commit_object(commit)?.committer().seconds)
    }

    /// Who made a commit, and what its message is.
    pub(crate) fn commit_text(&self, commit: ObjectId) -> Result<CommitText> {
        let commit = self.commit_object(commit)?;
        let identity = Identity { author: commit.author(), committer: commit.committer() };
        Ok(CommitText { identity, message: commit.message() })
    }

    /// Merges a text line by line; `None` where both sides changed the same lines.
    pub(crate) fn merge_texts(&self, base: &[u8], ours: &[u8], theirs: &[u8]) -> Result<Option<Vec<u8>>> {
        let input = |content| {
            let mut input = git2::MergeFileInput::new();
            input.content(content);
            input
        };
        let merged = git2::merge_file(&input(base), &input(ours), &input(theirs), None);
        let merged = merged.map_err(failed("merging"))?;
        Ok(merged.is_automergeable().then(|| merged.content().to_vec()))
    }
}

/// A fetch that failed; where a lock stays, git names its file.
pub(crate) fn not_fetched(remote: &str, error: Error) -> Error {
    let locked = error.message.split_once("Unable to create '").and_then(|(_, rest)| rest.split_once('\''));
    match locked {
        Some((lock, _)) if error.message.contains("File exists") => held(Path::new(lock)),
        _ => Error::new(Kind::Io, error.message).hint(format!("git fetch {}", quoted(remote))),
    }
}

/// The remote-tracking branch of a target.
pub(crate) fn tracking(remote: &str, target: &Target) -> String {
    format!("refs/remotes/{remote}/{}", target.name())
}
