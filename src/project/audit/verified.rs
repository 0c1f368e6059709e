//! What was verified once and found clean is remembered in this clone, never in the repository: the same commits, which
//! cannot change under their names, are not looked at again under the same rules.

use crate::process::audit::Audited;
use crate::project::audit::Done;
use crate::project::audit::range::CommitRange;
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::store::{Store, layout};
use crate::ticket::sha256;

/// The file, in our own folder of the git directory.
const FILE: &str = "verified";
/// The form of the file, and of the audit: another one is read as nothing.
const FORM: &str = "git-support verified 1";

/// What a clean result depends on: the commits, who is who, this version. `None` where more than that counts.
pub(super) fn state(project: &Project<'_>, stretch: &CommitRange) -> Option<String> {
    let repository = project.store.repository();
    let is_mapped_elsewhere =
        ["mailmap.file", "mailmap.blob"].iter().any(|name| repository.configured(name).is_some());
    if is_mapped_elsewhere || repository.is_cut() {
        return None;
    }
    let mailmap = repository.mailmap_text();
    let ids = |ids: &[ObjectId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let all =
        [FORM, env!("CARGO_PKG_VERSION"), &ids(&stretch.tips), &ids(&stretch.less), &mailmap].join("\n");
    Some(sha256(all.as_bytes()))
}

/// True where all that the tips have is there to be read: what is missing can be judged by nobody.
pub(super) fn is_there(store: &Store, tips: &[ObjectId]) -> bool {
    let repository = store.repository();
    let is_whole = |tip: &ObjectId| {
        let files = repository.files_below(*tip, layout::FOLDER);
        files.is_ok_and(|files| files.iter().all(|(_, file)| repository.has_object(*file)))
    };
    tips.iter().all(is_whole)
}

/// The result that is remembered for a state.
pub(super) fn remembered(store: &Store, state: &str) -> Option<Done> {
    let text = store.repository().read_own(FILE)?;
    let mut lines = text.lines();
    if lines.next() != Some(FORM) || lines.next() != Some(state) {
        return None;
    }
    let mut numbers = lines.next()?.split(' ').map(str::parse);
    let mut next = || numbers.next()?.ok();
    let audited = Audited { commits: next()?, entries: next()?, tickets: next()?, ..Audited::default() };
    // Signatures are verified each time, so that there were none.
    Some(Done { audited, has_unsigned: true, ..Done::default() })
}

/// Remembers a result, where nothing was found and nothing is left to other histories, or to keys.
pub(super) fn remember(store: &Store, state: &str, done: &Done) {
    let Audited { commits, entries, tickets, faults, is_cut, .. } = &done.audited;
    if !faults.is_empty() || *is_cut || done.is_conditional || !done.has_unsigned {
        return;
    }
    let text = format!("{FORM}\n{state}\n{commits} {entries} {tickets}\n");
    // Where it cannot be kept, it is verified again.
    let _ = store.repository().write_own(FILE, text.as_bytes());
}
