//! What git knows of the commits that carried entries: the merge that brought each, and its signature.

use std::collections::BTreeSet;

use crate::commands::failure::Failure;
use crate::render::{EntryLine, Merge, Signature};
use crate::store::git::{ObjectId, Verdict};
use crate::store::{Error, Snapshot, Store};

/// Adds to entries the merge that brought each to the branch that is read.
pub(super) fn add_merges(
    store: &Store,
    snapshot: &Snapshot<'_>,
    entries: &mut [EntryLine],
) -> Result<(), Failure> {
    let Some(tip) = snapshot.commit() else { return Ok(()) };
    let repository = store.repository();
    let merges = repository.brought_by(tip, &commits(entries)).map_err(Error::from)?;
    for entry in entries {
        let Some(merge) = commit(entry).and_then(|commit| merges.get(&commit)) else { continue };
        let subject = repository.subject(*merge).map_err(Error::from)?;
        entry.merge = Some(Merge { commit: merge.to_string(), subject });
    }
    Ok(())
}

/// Adds to entries what git says of the signatures of their commits, where they carry any.
pub(super) fn add_signatures(store: &Store, entries: &mut [EntryLine]) -> Result<(), Failure> {
    let repository = store.repository();
    let mut signed = Vec::new();
    for commit in commits(entries) {
        if repository.is_signed(commit).map_err(Error::from)? {
            signed.push(commit);
        }
    }
    if signed.is_empty() {
        return Ok(());
    }
    let said = repository.signatures(&signed).map_err(Error::from)?;
    for entry in entries {
        let Some(signed) = commit(entry).and_then(|commit| said.get(&commit)) else { continue };
        let verdict = match signed.verdict {
            Verdict::Good => "good",
            Verdict::Untrusted => "untrusted",
            Verdict::Bad | Verdict::None => "bad",
        };
        entry.signature = Some(Signature { verdict, signer: signed.signer.clone(), key: signed.key.clone() });
    }
    Ok(())
}

fn commit(entry: &EntryLine) -> Option<ObjectId> {
    entry.commit.as_deref().and_then(ObjectId::parse)
}

fn commits(entries: &[EntryLine]) -> BTreeSet<ObjectId> {
    entries.iter().filter_map(commit).collect()
}
