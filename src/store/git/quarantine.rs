//! What a remote offers that git refused to take: fetched beside the repository, looked at, thrown away.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::path::shown;
use crate::store::git::repository::Repository;
use crate::store::git::target::Target;

/// The newest commits that are looked at.
const MAX_COMMITS: usize = 100;

/// True where git would not take what it was sent (git-fsck(1)).
pub(crate) fn is_refused(error: &Error) -> bool {
    error.message.contains("fsck error") || error.message.contains("index-pack failed")
}

impl Repository {
    /// Why git refused what a remote sent: the path where there is one, and what git says.
    pub(crate) fn refused_by_git(&self, remote: &str, target: &Target, error: &Error) -> Error {
        let lines: Vec<&str> = error.message.lines().collect();
        let said = lines.iter().find(|line| line.contains(": object ")).or(lines.first());
        let said = said.copied().unwrap_or_default();
        let said = said.rsplit_once("object ").map_or(said, |(_, said)| said);
        let path = self.offered_path(remote, target).ok().flatten();
        let what = path.map_or_else(|| "objects".to_owned(), |path| format!("'{}'", shown(&path)));
        let branch = target.name();
        let message = format!("{remote}/{branch} contains {what} that Git rejects ({})", shown(said));
        Error::new(Kind::Refused, message).hint(format!(
            "ask who pushed it to reset {branch} on {remote}, or for an old fault of honest history: \
             git config fetch.fsck.<msg-id> warn"
        ))
    }

    /// The first path of the remote's branch that is not safe.
    fn offered_path(&self, remote: &str, target: &Target) -> Result<Option<String>> {
        let failed = |error: std::io::Error| Error::io("looking at what was sent", &error);
        fs::create_dir_all(self.own_folder()).map_err(failed)?;
        let folder = tempfile::tempdir_in(self.own_folder()).map_err(failed)?;
        let objects = folder.path().join("objects");
        fs::create_dir(&objects).map_err(failed)?;
        let extra = self.beside(&objects);
        let refspec = format!("{}:refs/support/offered", target.reference);
        let arguments = ["-c", "fetch.fsckObjects=false", "fetch", "--quiet", "--no-tags", "--dry-run"];
        let more = ["--no-write-fetch-head", "--", remote, &refspec];
        self.git.run(&[&arguments[..], &more].concat(), b"", &extra)?;
        let said = self.git.run(&["ls-remote", "--", remote, &target.reference], b"", &extra)?;
        let said = String::from_utf8_lossy(&said).into_owned();
        let tip = self.parse_id(said.split_whitespace().next().unwrap_or_default())?;
        let other = Self::open(self.surroundings.clone())?;
        let found = |error: git2::Error| Error::git("looking at what was sent", &error);
        let alternate = objects.to_string_lossy().into_owned();
        other.repo.odb().and_then(|odb| odb.add_disk_alternate(&alternate)).map_err(found)?;
        let known: Vec<ObjectId> = self.tip(target)?.into_iter().collect();
        for commit in other.commits_between(&[tip], &known)?.into_iter().rev().take(MAX_COMMITS) {
            if let Some(found) = other.unsafe_incoming(commit, known.first().copied(), 1)?.into_iter().next()
            {
                return Ok(Some(found.path));
            }
        }
        Ok(None)
    }

    /// What has git write new objects into another folder, and read those that are here.
    fn beside(&self, objects: &Path) -> Vec<(&'static str, OsString)> {
        let mut extra = self.git_environment();
        extra.push(("GIT_OBJECT_DIRECTORY", objects.as_os_str().to_owned()));
        let own = self.repo.commondir().join("objects");
        extra.push(("GIT_ALTERNATE_OBJECT_DIRECTORIES", own.into_os_string()));
        extra
    }
}
