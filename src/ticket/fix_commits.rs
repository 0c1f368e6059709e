//! Which of its commits fix a ticket.

use std::collections::BTreeSet;

use crate::ticket::{Action, Entry, Field, Resolution, Set, Ticket};

/// What stands in a note before the reason for no commit.
pub const NO_COMMIT: &str = "No commit: ";

/// The commits that fix a ticket, as far as its history tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FixCommits {
    /// Those that do; so does a copy of one.
    pub counting: BTreeSet<String>,
    /// Those that did not, whatever they say: the ticket was reopened after them, or is open and only links them.
    pub failed: BTreeSet<String>,
    /// Those that were linked since it was resolved: what a squash or an amendment made of its fix, as `scan` finds it.
    pub later: BTreeSet<String>,
    /// True where they count again: nothing was linked since the ticket was reopened.
    pub is_from_before: bool,
}

impl Ticket {
    /// The commits that fix it: of those that were linked since it was last reopened, the ones that resolved it, or all of them
    /// where none did. A commit that is only linked fixes nothing while the ticket is open. None where it ended
    /// otherwise: nothing fixes a ticket that will not be fixed.
    #[must_use]
    pub fn fix_commits(&self) -> Option<FixCommits> {
        let fields = self.fields();
        let is_open = fields.status().is_open();
        let resolution = fields.get(&Field::Resolution).and_then(|code| code.as_text());
        if !is_open && resolution != Some(Resolution::Fixed.as_str()) {
            return None;
        }
        let linked: BTreeSet<&str> = fields.members(&Field::Commits).collect();
        let of = |entries: &mut dyn Iterator<Item = &Entry>| -> BTreeSet<String> {
            entries.flat_map(commits_of).filter(|one| linked.contains(one.as_str())).cloned().collect()
        };
        let (all, since): (Vec<&Entry>, Vec<&Entry>) = (self.in_effect().collect(), self.since_reopened());
        let has_reason = since.iter().any(|entry| entry.action == Action::Resolve && says_no_commit(entry));
        // Resolved again with nothing new: it was reopened by mistake.
        let has_nothing_new = !is_open && !has_reason && of(&mut since.iter().copied()).is_empty();
        let was_reopened = since.len() < all.len();
        let last = if has_nothing_new { all } else { since };
        let candidates = of(&mut last.iter().copied());
        let names_fix = |entry: &&Entry| entry.action == Action::Resolve || (!is_open && is_by_hand(entry));
        let resolving = of(&mut last.iter().copied().filter(names_fix));
        // What was linked once and is no more was no fix either: its step was undone.
        let ever = self.timeline().iter().flat_map(commits_of);
        let may_fix = if is_open { &resolving } else { &candidates };
        let failed = ever.filter(|commit| !may_fix.contains(*commit)).cloned().collect();
        let counting = if resolving.is_empty() && !is_open { candidates } else { resolving };
        let after =
            last.iter().rposition(|entry| entry.action == Action::Resolve).map_or(0, |place| place + 1);
        let later = of(&mut last.iter().skip(after).copied());
        let is_from_before = was_reopened && has_nothing_new && !counting.is_empty();
        Some(FixCommits { counting, failed, later, is_from_before })
    }
}

/// True where an entry says why there is no commit.
fn says_no_commit(entry: &Entry) -> bool {
    entry.note.as_deref().is_some_and(|note| note.contains(NO_COMMIT))
}

/// True where somebody named the commits of a fix by hand (`edit --commit`); what `scan` links, its note names.
fn is_by_hand(entry: &Entry) -> bool {
    let is_named = |commit: &String| {
        let short = commit.get(..10).unwrap_or(commit);
        entry.note.as_deref().is_some_and(|note| note.starts_with(short))
    };
    entry.action == Action::Edit && !commits_of(entry).iter().any(is_named)
}

/// The commits that an entry linked.
fn commits_of(entry: &Entry) -> &[String] {
    match entry.set.get(&Field::Commits) {
        Some(Set::Members { add, .. }) => add,
        Some(Set::Value { .. } | Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead | Set::Other(_))
        | None => &[],
    }
}
