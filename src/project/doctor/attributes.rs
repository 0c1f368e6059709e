//! The attributes by which git merges and shows tickets: those of `.support/.gitattributes`, and what overrides them.

use std::collections::BTreeSet;

use crate::process::Problem;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::git::FileChange;
use crate::store::{Snapshot, layout};

/// The path of a ticket that may be there tomorrow.
const EXAMPLE: &str = ".support/tickets/0/0/0000000000.yaml";

/// What is wrong with them.
pub(super) fn check(
    project: &Project<'_>,
    snapshot: &Snapshot<'_>,
    faults: &mut Vec<Problem>,
) -> Result<(), Failure> {
    let attributes = snapshot.file(layout::ATTRIBUTES, usize::MAX)?;
    let mut found = |problem: Problem| faults.push(problem.at(layout::ATTRIBUTES));
    if attributes.as_deref() == Some(layout::OLD_ATTRIBUTES_TEXT.as_bytes()) {
        let message = "is from an earlier version: git diff would show tickets as raw files";
        found(Problem::note("attributes.old", message).hint("git support doctor --repair"));
    } else if !project.is_unused() && attributes.is_none() {
        let message = "is missing: git would not use the merge driver for tickets";
        found(Problem::warning("attributes.missing", message).hint("git support doctor --repair"));
    } else if let Some((path, driver)) = attributes.as_ref().and_then(|_| other_driver(project)) {
        let which = if path == EXAMPLE { "tickets".to_owned() } else { path.clone() };
        let message = format!("does not apply: git would merge {which} by '{driver}', and break them");
        let is_ours = attributes.as_deref() == Some(layout::ATTRIBUTES_TEXT.as_bytes());
        // What overrides our file stands elsewhere, where it is the user's.
        let hint = if is_ours {
            format!(
                "remove 'merge' for .support from .git/info/attributes or a file below .support: git check-attr merge {path}"
            )
        } else {
            "git support doctor --repair".to_owned()
        };
        found(Problem::error("attributes.merge", message).hint(hint));
    }
    Ok(())
}

/// A ticket that git would merge in the work tree by another driver than ours, and that driver; a line may be for some alone.
fn other_driver(project: &Project<'_>) -> Option<(String, String)> {
    let store = &project.store;
    if !store.target().is_checked_out() {
        return None;
    }
    let snapshot = project.snapshot();
    // Where our own file says nothing of single tickets, one of each folder stands for the others.
    let text = snapshot.file(layout::ATTRIBUTES, usize::MAX).ok().flatten();
    let is_ours = text.as_deref() == Some(layout::ATTRIBUTES_TEXT.as_bytes());
    let mut folders = BTreeSet::new();
    let is_asked = |path: &String| {
        let folder = path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        !is_ours || folder.is_none_or(|folder| folders.insert(folder))
    };
    let ids = snapshot.ids().unwrap_or_default();
    let paths = ids.iter().map(layout::ticket).filter(is_asked);
    let paths: Vec<String> = [EXAMPLE.to_owned()].into_iter().chain(paths).collect();
    store.repository().other_attribute(&paths, "merge", "support")
}

/// The file as git-support writes it.
pub(super) fn ours() -> FileChange {
    FileChange::write(layout::ATTRIBUTES, layout::ATTRIBUTES_TEXT)
}

/// The file as it should be, where it is not: what somebody added stays, and no longer decides.
pub(super) fn repaired(
    project: &Project<'_>,
    snapshot: &Snapshot<'_>,
) -> Result<Option<FileChange>, Failure> {
    let attributes = snapshot.file(layout::ATTRIBUTES, usize::MAX)?;
    let ours = layout::ATTRIBUTES_TEXT;
    let text = match attributes.as_deref() {
        None if project.is_unused() => return Ok(None),
        None => ours.to_owned(),
        Some(old) if old == layout::OLD_ATTRIBUTES_TEXT.as_bytes() => ours.to_owned(),
        Some(old) if old != ours.as_bytes() && other_driver(project).is_some() => {
            let old = String::from_utf8_lossy(old).trim_end().to_owned();
            if old.is_empty() { ours.to_owned() } else { format!("{old}\n{ours}") }
        }
        Some(_) => return Ok(None),
    };
    Ok(Some(FileChange::write(layout::ATTRIBUTES, text)))
}
