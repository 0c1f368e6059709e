//! What can be wrong, each with its rule's name, a level, and the command that puts it right.

use std::collections::BTreeMap;

use crate::process::{Problem, ProblemLevel, Team, rings, skews};
use crate::project::checks::{check_project_file, unknown_keys_of_record};
use crate::project::doctor::{attributes, conflicts, evidence, names, releases};
use crate::project::endings::unheard;
use crate::project::failure::{Failure, way_out_of};
use crate::project::parts::read_settings;
use crate::project::state::Project;
use crate::store::git::{shown, way_out};
use crate::store::{BadFile, HandEdit, Snapshot, Store, layout};
use crate::ticket::{
    Action, Entry, EntryId, Field, Node, Person, Ticket, TicketId, Timestamp, codec, shell_word, visible,
};

/// The most paths that are named one by one.
const MAX_UNSAFE: usize = 100;

/// A lock of git's that is older is nobody's any more, in seconds.
const OLD_LOCK_SECS: u64 = 600;

/// Everything that is wrong, in the order of the checks.
pub(super) fn all(project: &Project<'_>) -> Result<Vec<Problem>, Failure> {
    let (store, now, snapshot) = (&*project.store, project.host.now(), project.snapshot());
    let mut faults = Vec::new();
    clone(store, &mut faults);
    if unsafe_paths(store, &snapshot, &mut faults)? {
        work_tree(store, &mut faults)?;
    }
    project_files(&snapshot, &mut faults)?;
    attributes::check(project, &snapshot, &mut faults)?;
    names::check(project, &mut faults)?;
    let tickets = files(&snapshot, &mut faults)?;
    let team = project.team()?;
    faults.extend(team.shared().into_iter().map(|problem| {
        let hint = format!("correct it and commit it: $EDITOR {}", layout::TEAM);
        Problem::warning("team.shared", problem).at(layout::TEAM).hint(hint)
    }));
    let vendors = snapshot.names_in(layout::VENDORS)?;
    for ticket in tickets.values() {
        timeline(ticket, now, &mut faults);
        references(ticket, &tickets, &mut faults);
        people(ticket, team, &mut faults);
        faults.extend(
            unheard(ticket)
                .map(|(said, hint)| Problem::note("customer.unheard", said).of(ticket.id()).hint(hint)),
        );
        vendor(ticket, &vendors, &mut faults);
    }
    links(&tickets, &mut faults);
    evidence::check(store.repository(), &snapshot, &tickets, &mut faults)?;
    releases::check(project, &tickets, &mut faults);
    branches(store, &mut faults)?;
    for lost in project.lost()? {
        let what = if lost.is_reverted {
            "a revert of its opening removed the file".to_owned()
        } else if lost.is_removed {
            "the file was removed".to_owned()
        } else {
            format!("{} of its entries are gone", lost.entries)
        };
        let message = format!("{what}; {:.10} has them", lost.commit);
        // Whoever reverts their own opening took it back; an audit says the same.
        let found = if lost.is_reverted { Problem::note } else { Problem::error };
        let hint = if lost.is_reverted {
            "to bring it back: git support doctor --repair"
        } else {
            "git support doctor --repair"
        };
        faults.push(found("history.lost", message).of(&lost.id).hint(hint));
    }
    Ok(faults)
}

/// Branches that cannot be read, and those that hold tickets beside the one that does.
fn branches(store: &Store, faults: &mut Vec<Problem>) -> Result<(), Failure> {
    let missing = store.missing_branches()?;
    for (name, commit) in &missing {
        let message = format!("{} leads to {commit:.10}, which is not in this clone", shown(name));
        let hint = format!("if no other clone has it: git update-ref -d {}", shell_word(name));
        faults.push(Problem::error("branch.broken", message).hint(hint));
    }
    if !missing.is_empty() {
        return Ok(());
    }
    if let Some(name) = store.named_otherwise()? {
        let message = format!(
            "its settings say that the tickets are on branch {}, which other clones read",
            visible(&name)
        );
        faults.push(
            Problem::warning("store.misnamed", message)
                .at(store.branch())
                .hint(format!("git support init --branch {}", shell_word(store.branch()))),
        );
    }
    for name in store.other_ticket_branches()? {
        let message =
            format!("branch {name} says that it holds the tickets, and branch {} is read", store.branch());
        faults.push(
            Problem::warning("store.elsewhere", message)
                .hint(format!("git config support.branch {}", shell_word(&name))),
        );
    }
    for name in store.stray_branches()? {
        let message =
            format!("branch {name} holds tickets, too; the tickets are on branch {}", store.branch());
        faults.push(Problem::warning("store.stray", message).hint("git support doctor --repair"));
    }
    Ok(())
}

/// What this clone's git is to do.
fn clone(store: &Store, faults: &mut Vec<Problem>) {
    if !store.has_driver() {
        // So it is in each fresh clone: nothing of the project is wrong, and a gate in CI is to pass.
        let message = "git's merge driver for tickets is not set up in this clone";
        faults.push(Problem::note("driver.missing", message).hint("git support doctor --repair"));
    }
    for (path, age) in store.old_locks(OLD_LOCK_SECS) {
        let message = format!("a lock of git, {} minutes old", age / 60);
        let hint = format!("if no git is running: rm {}", shell_word(&path));
        faults.push(Problem::warning("lock.old", message).at(&path).hint(hint));
    }
    if store.is_ignored() {
        let message =
            "git ignores .support: tickets are committed, but new files are not shown by git status";
        faults.push(
            Problem::note("support.ignored", message).hint("git check-ignore -v --no-index .support/tickets"),
        );
    }
}

/// What a stranger may have put under `.support/`: git brought it, and no command of ours takes it further. False
/// where git could not even look at it.
fn unsafe_paths(store: &Store, snapshot: &Snapshot<'_>, faults: &mut Vec<Problem>) -> Result<bool, Failure> {
    let Some(commit) = snapshot.commit() else { return Ok(true) };
    let paths = store.repository().unsafe_paths(commit, None, usize::MAX)?;
    let has_end = !paths.iter().any(|path| path.is_endless);
    for found in paths.into_iter().take(MAX_UNSAFE) {
        let hint = way_out(&found.path, "HEAD");
        faults.push(Problem::error("tree.unsafe", found.problem).at(&shown(&found.path)).hint(hint));
    }
    // What `sync` refuses to merge stays on the remote-tracking branch.
    for tip in store.related()? {
        for found in store.repository().unsafe_incoming(tip.commit, Some(commit), MAX_UNSAFE)? {
            let (path, name) = (shown(&found.path), shown(&tip.name));
            let message = format!("on {name}: {}", found.problem);
            faults.push(Problem::error("tree.unsafe", message).at(&path).hint(way_out(&found.path, &name)));
        }
    }
    Ok(has_end)
}

/// What a merge left, and what was edited.
fn work_tree(store: &Store, faults: &mut Vec<Problem>) -> Result<(), Failure> {
    for edit in store.hand_edits()? {
        let fault = if let Some(problem) = &edit.problem {
            Problem::error("tree.unsafe", problem.clone()).hint("inspect it with git status, and remove it")
        } else if edit.is_conflicted {
            let hint = if conflicts::is_settled(store, &edit.path)? {
                "git support doctor --repair".to_owned()
            } else {
                by_hand(&edit.path)
            };
            Problem::error("merge.conflict", "is in conflict").hint(hint)
        } else if let Some(way_on) = store.repository().way_on() {
            Problem::note("work-tree.merged", "is part of a merge that is not committed yet").hint(way_on)
        } else {
            edited(&edit)
        };
        faults.push(fault.at(&edit.path));
    }
    Ok(())
}

/// What to do about an edit: what `save` would refuse is not for it.
fn edited(edit: &HandEdit) -> Problem {
    let quoted = shell_word(&edit.path);
    let Some(content) = &edit.content else {
        return Problem::note("work-tree.edited", "was deleted, and that is not committed")
            .hint(format!("git restore --staged --worktree {quoted}"));
    };
    let diff = || format!("git diff HEAD -- {quoted}");
    let invalid = match layout::id_of(&edit.path) {
        Some(id) => codec::read(&id, content)
            .err()
            .map(|invalid| (BadFile::new(&edit.path, &invalid).to_string(), diff())),
        None => check_project_file(&edit.path, content)
            .err()
            .map(|failure| (failure.error.to_string(), failure.hints.first().cloned().unwrap_or_else(diff))),
    };
    match invalid {
        Some((problem, hint)) => Problem::note("work-tree.edited", problem).hint(hint),
        None => Problem::note("work-tree.edited", "has uncommitted changes").hint("git support save"),
    }
}

/// What to do about a conflict in a file that is no ticket.
fn by_hand(path: &str) -> String {
    format!("merge it by hand, then: git add {}", shell_word(path))
}

/// Settings, people, vendors, releases: each file on its own.
fn project_files(snapshot: &Snapshot<'_>, faults: &mut Vec<Problem>) -> Result<(), Failure> {
    let mut paths = vec![layout::CONFIG.to_owned(), layout::TEAM.to_owned()];
    for folder in [layout::VENDORS, layout::RELEASES, layout::CALENDARS, layout::ACCEPTED, layout::ANSWERS] {
        paths.extend(snapshot.names_in(folder)?.into_iter().map(|name| format!("{folder}/{name}")));
    }
    for path in paths {
        let Some(bytes) = snapshot.file(&path, usize::MAX)? else { continue };
        if path == layout::CONFIG {
            for problem in read_settings(snapshot)?.1 {
                let hint = problem.hints.first().cloned().unwrap_or_default();
                faults.push(Problem::error("file.invalid", problem.message).at(&path).hint(hint));
            }
        } else if let Err(failure) = check_project_file(&path, &bytes) {
            let hint = failure.hints.first().cloned().unwrap_or_default();
            faults.push(Problem::error("file.invalid", failure.error.to_string()).at(&path).hint(hint));
        }
        for problem in unknown_keys_of_record(&path, &bytes) {
            faults.push(
                Problem::warning("file.unknown-key", problem)
                    .at(&path)
                    .hint(format!("git log -p -- {}", shell_word(&path))),
            );
        }
    }
    Ok(())
}

/// Every file of the tickets' folder; those that can be read, by id.
fn files(snapshot: &Snapshot<'_>, faults: &mut Vec<Problem>) -> Result<BTreeMap<TicketId, Ticket>, Failure> {
    let listing = snapshot.tickets()?;
    for bad in listing.bad {
        let rule = if bad.has_conflict_markers() { "file.conflict-markers" } else { "file.invalid" };
        let hint = way_out_of(&bad);
        faults.push(Problem::error(rule, bad.to_string()).at(&bad.path.clone()).hint(hint));
    }
    let mut tickets = BTreeMap::new();
    for ticket in listing.tickets {
        let path = layout::ticket(ticket.id());
        if snapshot.file(&path, usize::MAX)?.is_some_and(|bytes| !codec::is_canonical(&ticket, &bytes)) {
            let message = "is not in canonical form";
            faults.push(
                Problem::note("file.canonical", message).of(ticket.id()).hint("git support doctor --repair"),
            );
        }
        tickets.insert(ticket.id().clone(), ticket);
    }
    Ok(tickets)
}

/// What a ticket says of itself.
fn timeline(ticket: &Ticket, now: Timestamp, faults: &mut Vec<Problem>) {
    let fields: Vec<String> = ticket.unaccounted().iter().map(Field::name).collect();
    if !fields.is_empty() {
        let message = format!("no timeline entry sets {}", fields.join(", "));
        faults.push(
            Problem::warning("head.unaccounted", message).of(ticket.id()).hint("git support doctor --repair"),
        );
    }
    if !ticket.is_purged() && !ticket.timeline().iter().any(|entry| entry.action == Action::Open) {
        faults.push(Problem::error("timeline.open", "no entry opens it").of(ticket.id()));
    }
    for skew in skews(ticket, now) {
        let message = format!("entry {} is dated {}, {}", skew.entry, skew.at.minute(), skew.problem);
        faults.push(Problem::note("timeline.date", message).of(ticket.id()));
    }
    let mut ids: BTreeMap<&EntryId, &Entry> = BTreeMap::new();
    for entry in ticket.timeline() {
        if let Some(first) = ids.insert(&entry.id, entry) {
            let message = format!("two entries have the id {}", entry.id);
            let is_one = entry.by == first.by || entry.says_the_same(first);
            let problem = if is_one { Problem::note } else { Problem::warning };
            let hint = format!("git log -p -- {}", layout::ticket(ticket.id()));
            faults.push(problem("timeline.id", message).of(ticket.id()).hint(hint));
        }
    }
}

/// Links that lead back to where they begin.
fn links(tickets: &BTreeMap<TicketId, Ticket>, faults: &mut Vec<Problem>) {
    for (kind, ring) in rings(tickets) {
        let (Some(first), Some(second)) = (ring.first(), ring.get(1).or(ring.first())) else { continue };
        let names: Vec<&str> = ring.iter().chain([first]).map(TicketId::as_str).collect();
        let message = format!("the links form a ring: {}", names.join(&format!(" {kind} ")));
        let hint = format!("git support link --remove {first} {} {second}", kind.typed());
        faults.push(Problem::warning("link.ring", message).of(first).hint(hint));
    }
}

/// What a ticket says of other tickets.
fn references(ticket: &Ticket, tickets: &BTreeMap<TicketId, Ticket>, faults: &mut Vec<Problem>) {
    let id = ticket.id();
    for (kind, other) in ticket.fields().links() {
        let there = TicketId::parse(other).and_then(|other| tickets.get(&other));
        let Some(there) = there else {
            let message = format!("{kind} {other}, which does not exist here");
            let hint =
                format!("git support link --remove {id} {kind} {other}, or fetch the branch that has it");
            faults.push(Problem::warning("link.missing", message).of(id).hint(hint));
            continue;
        };
        let answers = there.is_purged()
            || kind
                .converse()
                .is_none_or(|back| there.fields().links().any(|(k, o)| *k == back && o == id.as_str()));
        if !answers {
            let message = format!("{kind} {other}, which does not link back");
            faults.push(Problem::warning("link.one-way", message).of(id).hint("git support doctor --repair"));
        }
    }
}

fn people(ticket: &Ticket, team: &Team, faults: &mut Vec<Problem>) {
    let id = ticket.id();
    for field in [Field::Assignee, Field::Owner] {
        let Some(who) = ticket.fields().get(&field).and_then(Node::as_text) else { continue };
        let is_known = team.members.is_empty() || Person::parse(who).is_some_and(|who| team.has_member(&who));
        if !is_known && ticket.fields().status().is_open() {
            let message = format!("{} {who} is not on the team", field.name());
            faults.push(
                Problem::note("person.unknown", message)
                    .of(id)
                    .hint(format!("git support assign {id} --suggest")),
            );
        }
    }
}

fn vendor(ticket: &Ticket, vendors: &[String], faults: &mut Vec<Problem>) {
    let deferral = ticket.fields().get(&Field::Deferral);
    let Some(name) = deferral.and_then(|to| to.at("vendor")).and_then(Node::as_text) else { return };
    if !vendors.contains(&format!("{name}.yaml")) {
        let message = format!("deferred to unknown vendor {name}");
        let hint = format!("git support vendor add {name} --email ADDRESS");
        faults.push(Problem::warning("vendor.unknown", message).of(ticket.id()).hint(hint));
    }
}

/// What releases name.
impl Problem {
    /// A thing to know.
    pub(super) fn note(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, ProblemLevel::Note, message)
    }

    /// A thing to put right.
    pub(super) fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, ProblemLevel::Warning, message)
    }

    /// A thing that is broken.
    pub(super) fn error(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, ProblemLevel::Error, message)
    }

    pub(super) fn of(mut self, id: &TicketId) -> Self {
        self.path = Some(layout::ticket(id));
        self.ticket = Some(id.clone());
        self
    }

    pub(super) fn at(mut self, path: &str) -> Self {
        self.ticket = self.ticket.or_else(|| layout::id_of(path));
        self.path = Some(path.to_owned());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
