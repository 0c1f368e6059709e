//! What git knows of the commits that introduced entries: the merge that brought each, and its signature.

use crate::commands::failure::Failure;
use crate::project::Project;
use crate::render::{EntryLine, Merge, Signature};

/// Adds to entries the merge that brought each to the branch that is read.
pub(super) fn add_merges(project: &Project<'_>, entries: &mut [EntryLine]) -> Result<(), Failure> {
    let merges = project.merges_of(commits(entries))?;
    for entry in entries {
        let merge = entry.commit.as_ref().and_then(|commit| merges.get(commit));
        entry.merge =
            merge.map(|merge| Merge { commit: merge.commit.clone(), subject: merge.subject.clone() });
    }
    Ok(())
}

/// Adds to entries what git says of the signatures of their commits, where they carry any.
pub(super) fn add_signatures(project: &Project<'_>, entries: &mut [EntryLine]) -> Result<(), Failure> {
    let signatures = project.signatures_of(commits(entries))?;
    for entry in entries {
        let signed = entry.commit.as_ref().and_then(|commit| signatures.get(commit));
        entry.signature = signed.map(|signed| Signature {
            verdict: signed.verdict,
            signer: signed.signer.clone(),
            key: signed.key.clone(),
        });
    }
    Ok(())
}

fn commits(entries: &[EntryLine]) -> impl Iterator<Item = &str> {
    entries.iter().filter_map(|entry| entry.commit.as_deref())
}
