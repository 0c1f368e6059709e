//! The code that a ticket concerns: its files, who wrote them, and what changed in them lately.

use std::collections::BTreeMap;

use crate::commands::failure::Failure;
use crate::commands::project_files;
use crate::process::paths_named;
use crate::render::{CodeLine, Concerned};
use crate::store::git::ObjectId;
use crate::store::{Snapshot, Store};
use crate::ticket::{Field, Moment, Person, Ticket};

/// The most files of a ticket that are looked at.
const MAX_FILES: usize = 8;
/// The most commits that a packet lists.
const MAX_COMMITS: usize = 15;

/// The files of HEAD that a ticket concerns: those its texts name, then those its commits changed.
pub(crate) fn files(store: &Store, ticket: &Ticket) -> Result<Vec<String>, Failure> {
    let repository = store.repository();
    let mut files = Vec::new();
    let mut candidates = paths_named(ticket);
    for commit in ticket.head().members(&Field::Commits) {
        // A commit that is not in this clone tells nothing.
        let Ok(commit) = repository.revision(commit) else { continue };
        candidates
            .extend(repository.files_of(commit)?.into_iter().filter(|path| !path.starts_with(".support/")));
    }
    for path in candidates {
        if files.len() < MAX_FILES && !files.contains(&path) && repository.has_file(&path)? {
            files.push(path);
        }
    }
    Ok(files)
}

/// The commits that changed the ticket's files since the last release that was good.
pub(crate) fn concerned(
    store: &Store,
    snapshot: &Snapshot<'_>,
    ticket: &Ticket,
) -> Result<Option<Concerned>, Failure> {
    let files = files(store, ticket)?;
    if files.is_empty() {
        return Ok(None);
    }
    let good = last_good(store, snapshot, ticket)?;
    let since = good.as_ref().map(|(_, commit)| *commit);
    let changes = store.repository().changes_of(&files, since, MAX_COMMITS)?;
    let line = |change: crate::store::git::CodeChange| CodeLine {
        commit: change.commit,
        subject: change.subject,
        author: change.author,
        at: Moment::from_unix(change.seconds),
    };
    let commits = changes.into_iter().map(line).collect();
    Ok(Some(Concerned { files, since: good.map(|(name, _)| name), commits }))
}

/// The newest tag before the first release that is affected, and that is not affected itself.
fn last_good(
    store: &Store,
    snapshot: &Snapshot<'_>,
    ticket: &Ticket,
) -> Result<Option<(String, ObjectId)>, Failure> {
    let repository = store.repository();
    let releases = project_files::releases(snapshot)?;
    let mut bad = Vec::new();
    for version in ticket.head().members(&Field::Affects) {
        let recorded = releases.iter().find(|release| release.version == *version);
        let names = recorded.map(|release| release.tag.clone());
        let names =
            names.into_iter().chain([format!("refs/tags/{version}"), format!("refs/tags/v{version}")]);
        bad.extend(names.filter_map(|name| repository.revision(&name).ok()).next());
    }
    for first in &bad {
        let mut is_first = true;
        for other in &bad {
            is_first &= other == first || !repository.contains(*first, *other)?;
        }
        if is_first {
            let tags = repository.tags_in(*first)?;
            return Ok(tags.into_iter().find(|(_, commit)| !bad.contains(commit)));
        }
    }
    Ok(None)
}

/// Who wrote the ticket's files, and how many of their lines.
pub(crate) fn authors(store: &Store, files: &[String]) -> Result<Vec<(Person, usize)>, Failure> {
    let mut lines: BTreeMap<Person, usize> = BTreeMap::new();
    for file in files {
        for (author, count) in store.repository().authors_of(file)? {
            *lines.entry(Person { name: author.name, email: author.email }).or_default() += count;
        }
    }
    Ok(lines.into_iter().collect())
}
