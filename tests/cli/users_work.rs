//! What of the user's a command must leave alone, as git tells it. Where no file has changed since git was asked, it is not
//! asked again: the suite looks before and after every command.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What git said, of files of a fingerprint.
#[derive(Default)]
pub(crate) struct Seen {
    fingerprint: Option<u64>,
    pub(crate) said: String,
    /// How many of the sandbox's minutes the question took.
    pub(crate) minutes: u32,
}

impl Seen {
    pub(crate) fn new(repo: &Path, said: String, minutes: u32) -> Self {
        Self { fingerprint: fingerprint(repo), said, minutes }
    }

    /// True where no file has changed since.
    pub(crate) fn is_current(&self, repo: &Path) -> bool {
        self.fingerprint.is_some() && self.fingerprint == fingerprint(repo)
    }
}

/// True for a repository whose files can be read without git: with a work tree of its own, and no other.
pub(crate) fn is_plain(repo: &Path) -> bool {
    let git = repo.join(".git");
    let is_bare = fs::read_to_string(git.join("config")).is_ok_and(|config| config.contains("bare = true"));
    git.is_dir() && !is_bare && !git.join("worktrees").exists() && !git.join("reftable").exists()
}

/// True where git has an index, or nothing that one could be of: a clone of which nothing was checked out has no work.
pub(crate) fn has_work(repo: &Path) -> bool {
    let git = repo.join(".git");
    let head = fs::read_to_string(git.join("HEAD")).unwrap_or_default();
    let is_born = head.trim().strip_prefix("ref: ").is_none_or(|name| {
        let packed = fs::read_to_string(git.join("packed-refs")).unwrap_or_default();
        git.join(name).exists() || packed.lines().any(|line| line.ends_with(name))
    });
    git.join("index").exists() || !is_born
}

/// The stash of a plain repository, and the content of the files that are the user's alone.
pub(crate) fn files(repo: &Path) -> String {
    let mut lines = vec![fs::read_to_string(repo.join(".git/refs/stash")).unwrap_or_default()];
    for entry in fs::read_dir(repo).into_iter().flatten().flatten() {
        if ![".git", ".support"].contains(&entry.file_name().to_string_lossy().as_ref()) {
            contents(&entry.path(), &mut lines);
        }
    }
    lines.sort();
    lines.join("\n")
}

/// Adds the names and the contents of what stands at a path.
fn contents(path: &Path, lines: &mut Vec<String>) {
    if fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
        let below = fs::read_dir(path).into_iter().flatten().flatten();
        return below.for_each(|entry| contents(&entry.path(), lines));
    }
    // A pipe would never end.
    let is_read = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() || meta.is_symlink());
    let content = if is_read { fs::read(path).ok() } else { None };
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    lines.push(format!("{} {:x}", path.display(), hasher.finish()));
}

/// Of all that git's answer depends on: the work tree, the index, references and configuration. None where the repository
/// is not a plain one.
fn fingerprint(repo: &Path) -> Option<u64> {
    if !is_plain(repo) {
        return None;
    }
    let git = repo.join(".git");
    let mut hasher = DefaultHasher::new();
    repo.hash(&mut hasher);
    for file in ["HEAD", "index", "config", "packed-refs", "info/exclude", "info/attributes"] {
        fs::read(git.join(file)).ok().hash(&mut hasher);
    }
    (add(&git.join("refs"), &mut hasher) && add(repo, &mut hasher)).then(|| hasher.finish())
}

/// Adds what stands below a folder, without a repository's own; false where it cannot be read.
fn add(folder: &Path, hasher: &mut DefaultHasher) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.file_name().is_some_and(|name| name != ".git")) {
        let Ok(meta) = fs::symlink_metadata(path) else { return false };
        let changed = (meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec());
        (path, meta.ino(), meta.mode(), meta.len(), changed).hash(hasher);
        if meta.is_dir() && !add(path, hasher) {
            return false;
        }
    }
    true
}
