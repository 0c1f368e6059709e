//! Whether a path of the tree may be written: it leads through nothing else than folders, and names nothing that stands beside
//! it on some systems.

use std::collections::BTreeSet;

use crate::store::git::error::{Error, Kind, Result};
use crate::store::git::object_id::ObjectId;
use crate::store::git::objects::ItemKind;
use crate::store::git::path::{folded, quoted, shown};
use crate::store::git::repository::Repository;

impl Repository {
    /// Refuses a path that leads through a link, a submodule or a file in the tree. Folders that are known
    /// to be ones are not looked at again.
    pub(crate) fn check_path(
        &self,
        commit: ObjectId,
        path: &str,
        known: &mut BTreeSet<String>,
    ) -> Result<()> {
        let folder = path.rsplit_once('/').map(|(folder, _)| folder).unwrap_or_default();
        if known.contains(folder) {
            return match self.find(commit, path)? {
                Some(item) if !item.kind.has_content() => Err(not_a_folder(path)),
                Some(_) | None => Ok(()),
            };
        }
        known.insert(folder.to_owned());
        let mut upto = String::new();
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            upto.push_str(part);
            let is_folder = parts.peek().is_some();
            let fits = |kind: ItemKind| if is_folder { kind == ItemKind::Folder } else { kind.has_content() };
            match self.find(commit, &upto)? {
                None => return self.check_alone(commit, &upto),
                Some(item) if fits(item.kind) => upto.push('/'),
                Some(_) => return Err(not_a_folder(&upto)),
            }
        }
        Ok(())
    }

    /// Refuses a new name that some systems take for one that stands beside it.
    fn check_alone(&self, commit: ObjectId, path: &str) -> Result<()> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let wanted = folded(name);
        let mut twin = None;
        let mut look = |beside: &str| {
            // Of a folder of a thousand tickets, none needs the tables of Unicode.
            let is_twin = if beside.is_ascii() && wanted.is_ascii() {
                beside.eq_ignore_ascii_case(&wanted)
            } else {
                folded(beside) == wanted
            };
            if is_twin {
                twin = Some(beside.to_owned());
            }
        };
        if folder.is_empty() {
            self.top(commit)?.iter().for_each(|item| look(&item.name));
        } else {
            self.each_name(commit, folder, &mut look)?;
        }
        match twin {
            Some(twin) => {
                let message = format!("'{path}' differs from '{folder}/{twin}' only in case or Unicode form");
                Err(Error::new(Kind::Refused, message).hint("use the existing name, or choose another one"))
            }
            None => Ok(()),
        }
    }
}

/// A folder of ours is not there, and another is whose name is like it.
pub(crate) fn renamed(path: &str, other: &str) -> Error {
    let message = format!("{path} is missing, and there is {}", shown(other));
    Error::new(Kind::Refused, message).hint(format!("git mv {} {path} && git commit", quoted(other)))
}

/// Something else stands where our folder or file belongs.
pub(crate) fn not_a_folder(path: &str) -> Error {
    let message = format!("{path} is a symbolic link, a submodule or something else than git-support writes");
    Error::new(Kind::Refused, message)
        .hint(format!("look at it: git ls-tree HEAD {0}; ls -ld {0}", quoted(path)))
}
