//! The attributes by which git merges and shows tickets: those of `.support/.gitattributes`, and what overrides them.

use crate::process::Problem;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::git::FileChange;
use crate::store::{Snapshot, layout};

/// A path that every ticket's attributes are those of.
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
    } else if let Some(driver) = attributes.as_ref().and_then(|_| other_driver(project)) {
        let message = format!("does not apply: git would merge tickets by '{driver}', and break them");
        let is_ours = attributes.as_deref() == Some(layout::ATTRIBUTES_TEXT.as_bytes());
        // What overrides our file stands elsewhere, where it is the user's.
        let hint = if is_ours {
            format!(
                "remove 'merge' for .support from .git/info/attributes or a file below .support: git check-attr merge {EXAMPLE}"
            )
        } else {
            "git support doctor --repair".to_owned()
        };
        found(Problem::error("attributes.merge", message).hint(hint));
    }
    Ok(())
}

/// How git would merge a ticket in the work tree, where that is not by our driver.
fn other_driver(project: &Project<'_>) -> Option<String> {
    let store = &project.store;
    let driver = store.target().is_checked_out().then(|| store.repository().attribute(EXAMPLE, "merge"))?;
    driver.filter(|driver| driver != "support")
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
