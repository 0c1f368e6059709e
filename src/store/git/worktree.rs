//! Files of the work tree under `.support/`: read and written without ever following a link.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::path::{FOLDER, SupportPath, quoted};
use crate::store::git::path_check::not_a_folder;
use crate::store::git::platform::{self, Folder, Stat, is_in_the_way};
use crate::store::git::shared::users_mode;

/// The work tree.
pub(crate) struct WorkTree {
    top: PathBuf,
    /// The folder that was opened last: of many files, those of one folder come one after the other.
    last: RefCell<Option<(String, Rc<Folder>)>>,
}

/// When what is written is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durable {
    /// Each file at once.
    Each,
    /// All together, by [`WorkTree::sync`].
    Together,
}

impl Durable {
    fn sync(self, file: &File) -> std::io::Result<()> {
        let later = self == Self::Together && platform::SYNCS_ALL_AT_ONCE;
        if later { Ok(()) } else { file.sync_all() }
    }
}

/// What becomes of a folder that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Make,
    Leave,
}

fn failed(path: &str, error: &std::io::Error) -> Error {
    if is_in_the_way(error) { not_a_folder(path) } else { Error::io(path, error) }
}

impl WorkTree {
    /// The work tree with a top folder.
    pub(crate) fn at(top: &Path) -> Self {
        Self { top: top.to_owned(), last: RefCell::default() }
    }

    /// Opens the folder that a path lies in; `None` if it is not there and is not to be created.
    fn folder(&self, path: &SupportPath, create: Missing) -> Result<Option<Rc<Folder>>> {
        let name = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if let Some((_, folder)) = self.last.borrow().as_ref().filter(|(last, _)| last == name) {
            return Ok(Some(Rc::clone(folder)));
        }
        let opened = self.open_folder(path, create)?.map(Rc::new);
        *self.last.borrow_mut() = opened.as_ref().map(|folder| (name.to_owned(), Rc::clone(folder)));
        Ok(opened)
    }

    fn open_folder(&self, path: &SupportPath, create: Missing) -> Result<Option<Folder>> {
        let top = self.top.display().to_string();
        let mut at = Folder::open(&self.top).map_err(|error| failed(&top, &error))?;
        let mut upto = String::new();
        for name in path.folders() {
            upto = if upto.is_empty() { name.to_owned() } else { format!("{upto}/{name}") };
            if create == Missing::Make {
                at.make(name, users_mode(0o777)).map_err(|error| failed(&upto, &error))?;
            }
            at = match at.enter(name) {
                Ok(folder) => folder,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(failed(&upto, &error)),
            };
        }
        Ok(Some(at))
    }

    /// The content of a file; `None` where there is none. Anything but a file is refused.
    pub(crate) fn read(&self, path: &SupportPath, limit: u64) -> Result<Option<Vec<u8>>> {
        let Some(folder) = self.folder(path, Missing::Leave)? else { return Ok(None) };
        let file = match folder.open_file(path.name()) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(path, &error)),
        };
        let io = |error: std::io::Error| Error::io(path.to_string(), &error);
        if !file.metadata().map_err(io)?.is_file() {
            return Err(not_a_folder(path));
        }
        let mut content = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(io)?;
        Ok(Some(content))
    }

    /// True where the work tree is as it would be written: the file has just this content, or without one is not there. What
    /// cannot be read is not.
    pub(crate) fn holds(&self, path: &SupportPath, content: Option<&[u8]>) -> bool {
        let Ok(folder) = self.folder(path, Missing::Leave) else { return false };
        let file = folder.map(|folder| folder.open_file(path.name()));
        match (file, content) {
            (None, content) => content.is_none(),
            (Some(Err(error)), None) => error.kind() == ErrorKind::NotFound,
            (Some(Ok(file)), Some(content)) => {
                let size = file.metadata().map(|data| data.len()).ok();
                let mut stands = Vec::new();
                size == u64::try_from(content.len()).ok()
                    && file.take(content.len() as u64 + 1).read_to_end(&mut stands).is_ok()
                    && stands == content
            }
            (Some(_), _) => false,
        }
    }

    /// Puts a file in place in one step; what was there is gone. Returns what the index remembers of it. `part`
    /// is what nobody can foresee of the temporary file's name.
    pub(crate) fn write(
        &self,
        path: &SupportPath,
        content: &[u8],
        durable: Durable,
        part: &str,
    ) -> Result<Stat> {
        let folder = self.folder(path, Missing::Make)?.ok_or_else(|| not_a_folder(path))?;
        let temporary = temporary_name(part);
        let opened = folder.create_file(&temporary, users_mode(0o666));
        let mut file = opened.map_err(|error| failed(path, &error))?;
        let io = |error: std::io::Error| Error::io(format!("writing {path}"), &error);
        let written = file.write_all(content).and_then(|()| durable.sync(&file)).map_err(io);
        let written = written
            .and_then(|()| folder.rename(&temporary, path.name()).map_err(|error| failed(path, &error)));
        if let Err(error) = written {
            let _ = folder.remove_file(&temporary);
            return Err(error);
        }
        folder.stat(path.name(), &file).map_err(io)
    }

    /// Sees that all that was written is on the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        let top = self.top.display().to_string();
        platform::sync_all_in(&self.top).map_err(|error| failed(&top, &error))
    }

    /// Takes a file away, and its folders where nothing else is in them.
    pub(crate) fn remove(&self, path: &SupportPath) -> Result<()> {
        let Some(folder) = self.folder(path, Missing::Leave)? else { return Ok(()) };
        match folder.remove_file(path.name()) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(path, &error)),
            Ok(()) | Err(_) => {}
        }
        *self.last.borrow_mut() = None;
        let mut inner = path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        while let Some(folder) = inner.as_deref().and_then(|inner| SupportPath::parse(inner).ok()) {
            let Some(outer) = self.open_folder(&folder, Missing::Leave)? else { break };
            // A folder that is not empty stays: rmdir refuses it.
            if outer.remove_folder(folder.name()).is_err() {
                return Ok(());
            }
            inner = folder.rsplit_once('/').map(|(outer, _)| outer.to_owned());
        }
        // The last one: an empty `.support` goes, too.
        let _ = fs::remove_dir(self.top.join(FOLDER));
        Ok(())
    }

    /// Takes away what a killed run may have left beside a path.
    pub(crate) fn remove_temporary(&self, path: &SupportPath, part: &str) -> Result<()> {
        if let Some(folder) = self.folder(path, Missing::Leave)? {
            let _ = folder.remove_file(&temporary_name(part));
        }
        Ok(())
    }
}

/// Beside the file, so that the rename stays within one file system.
fn temporary_name(part: &str) -> String {
    format!(".git-support-{part}")
}

/// The user's own changes of a file stand in the way of a write.
pub(crate) fn edited(path: &str, what: &str) -> Error {
    Error::new(Kind::Conflict, format!("{path} {what}; nothing was changed")).hint(format!(
        "git support save, or to drop your changes: git restore --staged --worktree {}",
        quoted(path)
    ))
}

/// Staged changes of a file stand in the way: an edit, or what git itself staged and leaves to commit (`merge --squash`).
pub(crate) fn staged(path: &str) -> Error {
    Error::new(Kind::Conflict, format!("{path} has staged changes; nothing was changed")).hint(format!(
        "git support save, or where a merge or cherry-pick staged them: git commit; to drop them: git restore --staged --worktree {}",
        quoted(path)
    ))
}

/// A merge, a pick or a revert is under way, and what is staged is its outcome.
pub(crate) fn in_the_middle(path: &str) -> Error {
    Error::new(
        Kind::Conflict,
        format!("{path} is part of a merge that is not committed yet; nothing was changed"),
    )
    .hint("git commit")
}

/// A file of the user's lies where one is to be written.
pub(crate) fn untracked(path: &str) -> Error {
    Error::new(Kind::Conflict, format!("{path} is untracked in the working tree; nothing was changed"))
        .hint(format!("mv {path} {path}.mine"))
}

/// A merge is under way that nobody has settled yet.
pub(crate) fn conflicted(path: &str) -> Error {
    Error::new(Kind::Conflict, format!("{path} is in conflict; nothing was changed"))
        .hint("git support doctor --repair")
}

/// A file that the user has taken away stands in the way of a write.
pub(crate) fn removed(path: &str, what: &str) -> Error {
    Error::new(Kind::Conflict, format!("{path} {what}; nothing was changed"))
        .hint(format!("git restore --staged --worktree {}", quoted(path)))
}
