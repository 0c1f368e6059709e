//! What of a tree is not safe to read into files and index: names, kinds, names that some systems take for one.

use std::collections::BTreeMap;

use crate::store::git::bounds::{Bounds, NOT_OPENED};
use crate::store::git::error::{Error, Result};
use crate::store::git::limits::{MAX_PATH_BYTES, MAX_PATH_DEPTH};
use crate::store::git::object_id::ObjectId;
use crate::store::git::objects::ItemKind;
use crate::store::git::path::{
    FOLDER, folded, is_alias_of_folder, is_unsafe_code, refused_path, shown, unsafe_name,
};
use crate::store::git::repository::Repository;

/// A path that is not safe, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsafePath {
    /// The path; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// What is wrong with it.
    pub problem: String,
    /// True for a folder that stands for more than anybody could look at: git would, for hours.
    pub is_endless: bool,
}

impl UnsafePath {
    fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into(), is_endless: false }
    }
}

/// A folder to be looked at: its path, its tree, and the tree that is known to be there already.
struct Open {
    path: String,
    tree: ObjectId,
    known: Option<ObjectId>,
}

/// The names in a folder, with what each is.
type Names = BTreeMap<Vec<u8>, (ItemKind, ObjectId)>;

impl Open {
    /// A folder in one whose known names are given.
    fn below(known: &Names, name: &[u8], path: String, tree: ObjectId) -> Self {
        let known = known.get(name).filter(|(kind, _)| *kind == ItemKind::Folder);
        Self { path, tree, known: known.map(|(_, id)| *id) }
    }
}

impl Repository {
    /// Refuses a commit whose `.support/` is not safe to take over; folders that `known` has alike are not
    /// looked at.
    ///
    /// # Errors
    /// The first path that is not safe; or that an object cannot be read.
    pub fn check_incoming(&self, commit: ObjectId, known: Option<ObjectId>) -> Result<()> {
        match self.unsafe_incoming(commit, known, 1)?.first() {
            Some(found) => Err(refused_path(&found.path, &found.problem, &format!("{commit:.10}"))),
            None => Ok(()),
        }
    }

    /// The paths of a commit that `known` has otherwise and that are not safe, as many as are wanted: those of
    /// `unsafe_paths`, and those of code that no git would check out.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn unsafe_incoming(
        &self,
        commit: ObjectId,
        known: Option<ObjectId>,
        wanted: usize,
    ) -> Result<Vec<UnsafePath>> {
        let mut found = self.unsafe_paths(commit, known, wanted)?;
        self.unsafe_code(commit, known, wanted, &mut found)?;
        Ok(found)
    }

    /// What stands beside `.support/` in a commit that a file system may take for it.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn aliases(&self, commit: ObjectId) -> Result<Vec<UnsafePath>> {
        let top = self.top(commit)?;
        let is_twice = top.iter().filter(|item| item.name == FOLDER).count() > 1;
        let twice = is_twice.then(|| UnsafePath::new(FOLDER, TWICE));
        let aliases = top.iter().filter(|item| is_alias_of_folder(&item.name));
        Ok(twice
            .into_iter()
            .chain(aliases.map(|item| UnsafePath::new(item.name.clone(), same_as(FOLDER))))
            .collect())
    }

    /// The paths at and below `.support/` of a commit that are not safe, as many as are wanted; folders that
    /// `known` has alike are not looked at.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn unsafe_paths(
        &self,
        commit: ObjectId,
        known: Option<ObjectId>,
        wanted: usize,
    ) -> Result<Vec<UnsafePath>> {
        let mut found = self.aliases(commit)?;
        let known = known.map(|known| self.find(known, FOLDER)).transpose()?.flatten();
        let known = known.filter(|item| item.kind == ItemKind::Folder).map(|item| item.id);
        let Some(top) = self.find(commit, FOLDER)? else { return Ok(found) };
        if top.kind != ItemKind::Folder {
            found.push(UnsafePath::new(FOLDER, top.kind.problem()));
            return Ok(found);
        }
        let mut bounds = Bounds::default();
        let mut open = vec![Open { path: FOLDER.to_owned(), tree: top.id, known }];
        while let Some(folder) = open.pop().filter(|_| found.len() < wanted) {
            if Some(folder.tree) == folder.known {
                continue;
            }
            if !bounds.may_open(&[Some(folder.tree)]) {
                found.push(UnsafePath { is_endless: true, ..UnsafePath::new(folder.path, NOT_OPENED) });
                continue;
            }
            self.check_folder(&folder, &mut bounds, &mut open, &mut found)?;
        }
        Ok(found)
    }

    /// The paths of code that lead out of the tree or into git's own folder: git refuses to check them out, and no
    /// branch of ours is to hold them.
    fn unsafe_code(
        &self,
        commit: ObjectId,
        known: Option<ObjectId>,
        wanted: usize,
        found: &mut Vec<UnsafePath>,
    ) -> Result<()> {
        let tree =
            |commit: ObjectId| Ok::<_, Error>(self.tree(Some(commit))?.map(|tree| ObjectId(tree.id())));
        let (top, known) = (tree(commit)?, known.map(tree).transpose()?.flatten());
        let mut bounds = Bounds::default();
        let mut open: Vec<Open> =
            top.into_iter().map(|tree| Open { path: String::new(), tree, known }).collect();
        while let Some(folder) = open.pop().filter(|_| found.len() < wanted) {
            if Some(folder.tree) == folder.known || !bounds.may_open(&[Some(folder.tree)]) {
                continue;
            }
            let (names, known) = self.names_of(&folder, &mut bounds)?;
            for (name, (kind, id)) in names {
                let path = format!("{}{}", folder.path, String::from_utf8_lossy(&name));
                if is_unsafe_code(&name) {
                    found.push(UnsafePath::new(path, "Git does not check out such a name"));
                } else if kind == ItemKind::Folder && path != FOLDER {
                    open.push(Open::below(&known, &name, format!("{path}/"), id));
                }
            }
        }
        Ok(())
    }

    /// The names in a folder, and in the one that is known in its place.
    fn names_of(&self, folder: &Open, bounds: &mut Bounds) -> Result<(Names, Names)> {
        let names = self.names(folder.tree)?;
        let known = folder.known.map(|known| self.names(known)).transpose()?.unwrap_or_default();
        bounds.opened(vec![Some(folder.tree)], names.len());
        Ok((names, known))
    }

    fn check_folder(
        &self,
        folder: &Open,
        bounds: &mut Bounds,
        open: &mut Vec<Open>,
        found: &mut Vec<UnsafePath>,
    ) -> Result<()> {
        let (names, known) = self.names_of(folder, bounds)?;
        if names.len() < self.items(folder.tree)?.len() {
            found.push(UnsafePath::new(folder.path.clone(), TWICE));
        }
        let mut alike: BTreeMap<String, &[u8]> = BTreeMap::new();
        for name in known.keys() {
            alike.insert(folded(&String::from_utf8_lossy(name)), name);
        }
        for (name, (kind, id)) in &names {
            let shown = String::from_utf8_lossy(name);
            let path = format!("{}/{shown}", folder.path);
            let twin = alike.insert(folded(&shown), name).filter(|twin| *twin != name.as_slice());
            let twin = twin.filter(|_| !known.contains_key(name));
            let is_deep = path.split('/').count() > MAX_PATH_DEPTH || path.len() > MAX_PATH_BYTES;
            let problem = match (unsafe_name(name), twin, kind) {
                (Some(problem), ..) => problem.to_owned(),
                (None, Some(twin), _) => same_as(&String::from_utf8_lossy(twin)),
                (None, None, _) if is_deep => {
                    format!(
                        "it is nested deeper than {MAX_PATH_DEPTH} levels or longer than {MAX_PATH_BYTES} bytes"
                    )
                }
                (None, None, ItemKind::File) => continue,
                (None, None, ItemKind::Folder) => {
                    open.push(Open::below(&known, name, path, *id));
                    continue;
                }
                (None, None, kind) => kind.problem().to_owned(),
            };
            found.push(UnsafePath::new(path, problem));
        }
        Ok(())
    }
}

/// What is wrong with a folder in which a name stands twice: each reader would take another one.
const TWICE: &str = "it has two entries with one name";

fn same_as(name: &str) -> String {
    format!("it differs from '{}' only in case or Unicode form", shown(name))
}
