//! What was verified once and found clean is remembered in this clone, never in the repository: the same commits, which
//! cannot change under their names, are not looked at again under the same rules; of a history that grew, what is new is.

use std::collections::BTreeSet;

use crate::process::audit::Audited;
use crate::project::audit::Done;
use crate::project::audit::range::CommitRange;
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::store::{Store, layout};
use crate::ticket::{TicketId, sha256};

/// The file, in our own folder of the git directory.
const FILE: &str = "verified";
/// The form of the file, and of the audit: another one is read as nothing.
const FORM: &str = "git-support verified 5";

/// What a clean result is of, and what it depends on beside the commits.
pub(super) struct State {
    /// The commits.
    tips: Vec<ObjectId>,
    /// Where they begin, who is who, this version.
    surroundings: String,
}

/// A clean result that is remembered.
struct Kept {
    tips: Vec<ObjectId>,
    /// True where nothing that comes later can make a finding of it.
    is_final: bool,
    done: Done,
}

/// What a clean result depends on. `None` where more than that counts.
pub(super) fn state(project: &Project<'_>, stretch: &CommitRange) -> Option<State> {
    let repository = project.store.repository();
    let is_mapped_elsewhere =
        ["mailmap.file", "mailmap.blob"].iter().any(|name| repository.configured(name).is_some());
    if is_mapped_elsewhere || repository.is_cut() {
        return None;
    }
    let mailmap = repository.mailmap_text();
    // Who people are is judged otherwise where somebody asked for a range.
    let asked = if stretch.is_asked() { "asked" } else { "whole" };
    let all = [FORM, env!("CARGO_PKG_VERSION"), &names(&stretch.less), asked, &mailmap].join("\n");
    Some(State { tips: stretch.tips.clone(), surroundings: sha256(all.as_bytes()) })
}

fn names(ids: &[ObjectId]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
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
pub(super) fn remembered(store: &Store, state: &State) -> Option<Done> {
    kept(store, state).filter(|kept| kept.tips == state.tips).map(|kept| kept.done)
}

/// The result that is remembered for commits which the tips of a state contain, and those commits.
pub(super) fn begun(store: &Store, state: &State) -> Option<(Done, Vec<ObjectId>)> {
    let kept = kept(store, state).filter(|kept| kept.is_final)?;
    let is_within = |commit: &ObjectId| state.tips.iter().any(|tip| store.contains(*tip, *commit));
    kept.tips.iter().all(is_within).then_some((kept.done, kept.tips))
}

fn kept(store: &Store, state: &State) -> Option<Kept> {
    let text = store.repository().read_own(FILE)?;
    let mut lines = text.lines();
    if lines.next() != Some(FORM) || lines.next() != Some(&state.surroundings) {
        return None;
    }
    let ids = |line: &str| line.split_ascii_whitespace().map(ObjectId::parse).collect::<Option<Vec<_>>>();
    let tips = ids(lines.next()?)?;
    let mut numbers = lines.next()?.split(' ').map(str::parse);
    let mut next = || numbers.next()?.ok();
    let (commits, entries) = (next()?, next()?);
    let end = lines.next()?;
    let (is_final, has_imports) = (end != "open", end == "imports");
    let tickets: BTreeSet<TicketId> =
        lines.next()?.split_ascii_whitespace().map(TicketId::parse).collect::<Option<_>>()?;
    let audited = Audited { commits, entries, tickets: tickets.len(), ..Audited::default() };
    // Signatures are verified each time, so that there were none.
    let done = Done { audited, tickets, has_unsigned: true, has_imports, ..Done::default() };
    Some(Kept { tips, is_final, done })
}

/// True for a result in which nothing was found, and nothing is left to other histories, or to keys.
pub(super) fn is_clean(done: &Done) -> bool {
    done.audited.faults.is_empty() && !done.audited.is_cut && !done.is_conditional && done.has_unsigned
}

/// Remembers a clean result.
pub(super) fn remember(store: &Store, state: &State, done: &Done) {
    if !is_clean(done) {
        return;
    }
    let Audited { commits, entries, .. } = &done.audited;
    let end = match (done.has_grants, done.has_imports) {
        (true, _) => "open",
        (false, true) => "imports",
        (false, false) => "final",
    };
    let tickets = done.tickets.iter().map(TicketId::as_str).collect::<Vec<_>>().join(" ");
    let text = format!(
        "{FORM}\n{}\n{}\n{commits} {entries}\n{end}\n{tickets}\n",
        state.surroundings,
        names(&state.tips)
    );
    // Where it cannot be kept, it is verified again.
    let _ = store.repository().write_own(FILE, text.as_bytes());
}
