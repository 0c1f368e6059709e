//! What was found and is repaired since: `save`, `doctor --repair` or git put back what a commit had taken or changed.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::process::audit::{AuditRule, Finding};
use crate::process::{Problem, ProblemLevel};
use crate::project::audit::evidence::{came_later, is_as_attached};
use crate::project::audit::found::{identity, problem};
use crate::project::audit::range::{CommitRange, missing};
use crate::project::checks::check_project_file;
use crate::project::failure::Failure;
use crate::store::git::{Blob, ItemKind, ObjectId};
use crate::store::{Error, Parsed, Store, layout};
use crate::ticket::{Entry, Field, MAX_FILE_BYTES, Ticket, TicketId, codec, shell_word};

/// The folders below the top of each tip that are named as ours: of thousands of tickets, they are looked for once.
type Below = HashMap<ObjectId, HashSet<ObjectId>>;

/// Makes notes of what every tip that contains it has right, and of what put it right.
pub(super) fn apply(store: &Store, stretch: &CommitRange, faults: &mut [Problem]) -> Result<(), Failure> {
    let mut settled: Vec<(ObjectId, TicketId)> = Vec::new();
    let moved = moved(faults);
    let mut below: Below = HashMap::new();
    let commit_of = |fault: &Problem| fault.commit.as_deref().and_then(ObjectId::parse);
    // One tip contains all that was found below it.
    let reach = if stretch.tips.len() > 1 {
        let commits = faults.iter().filter_map(commit_of).collect();
        Some(store.repository().reach(&stretch.tips, &commits).map_err(Error::from)?)
    } else {
        None
    };
    for fault in faults.iter_mut() {
        let Some(commit) = commit_of(fault) else { continue };
        let has = |tip: &ObjectId| reach.as_ref().is_none_or(|reach| reach.contains(*tip, commit));
        let tips: Vec<ObjectId> = stretch.tips.iter().copied().filter(has).collect();
        if has_gone_with_all(store, &tips, &moved, fault)? {
            fault.level = ProblemLevel::Note;
            fault.message = format!("{}; it went to a subfolder since", fault.message);
            continue;
        }
        if AuditRule::parse(fault.rule) == Some(AuditRule::TicketMoved) {
            gone_since(store, &tips, &mut below, commit, fault)?;
            continue;
        }
        let is_settled = !tips.is_empty() && is_settled(store, &tips, commit, fault)?;
        if !is_settled && !is_repair(store, &settled, commit, fault)? {
            by_hand(store, &tips, commit, fault)?;
            continue;
        }
        let what = if is_settled { "it was repaired since" } else { "it repairs what was changed before" };
        fault.level = ProblemLevel::Note;
        fault.message = format!("{}; {what}", fault.message);
        fault.hint = fault.path.as_ref().map(|path| format!("git show {commit:.10} -- {}", shell_word(path)));
        settled.extend(fault.ticket.clone().filter(|_| is_settled).map(|id| (commit, id)));
    }
    Ok(())
}

/// A ticket that went to a subfolder, and is not there any more at some tip, has gone; or it is back, with all that it had.
fn gone_since(
    store: &Store,
    tips: &[ObjectId],
    below: &mut Below,
    commit: ObjectId,
    fault: &mut Problem,
) -> Result<(), Failure> {
    let Some(id) = fault.ticket.clone() else { return Ok(()) };
    for tip in tips {
        let is_back = at(store, *tip, &id)?.is_some();
        let is_kept = if is_back {
            is_whole(store, &[*tip], commit, &id)?
        } else {
            if !below.contains_key(tip) {
                below.insert(*tip, store.folders_below(*tip)?);
            }
            below.get(tip).map_or(Ok(false), |below| store.has_somewhere(*tip, below, &id))?
        };
        if !is_kept {
            let gone = match is_back {
                true => "went to a subfolder with all of .support, and came back with less",
                false => "went to a subfolder with all of .support, and is gone",
            };
            let finding = Finding::new(AuditRule::TicketRemoved, gone);
            *fault = problem(Some(commit), Some(&id), &layout::ticket(&id), finding);
            return Ok(());
        }
    }
    if !tips.is_empty() && is_whole(store, tips, commit, &id)? {
        fault.message = format!("{}; it is back", fault.message);
    }
    Ok(())
}

/// The tickets that went to a subfolder with all of `.support`.
fn moved(faults: &[Problem]) -> BTreeSet<TicketId> {
    let is_move = |fault: &&Problem| AuditRule::parse(fault.rule) == Some(AuditRule::TicketMoved);
    faults.iter().filter(is_move).filter_map(|fault| fault.ticket.clone()).collect()
}

/// True where others' entries came to a line of another product, which is a subfolder here (`git subtree --squash`): no
/// ticket of this one has them.
fn has_gone_with_all(
    store: &Store,
    tips: &[ObjectId],
    moved: &BTreeSet<TicketId>,
    fault: &Problem,
) -> Result<bool, Failure> {
    let is_carried = AuditRule::parse(fault.rule) == Some(AuditRule::EntryAuthor);
    let Some(id) = fault.ticket.as_ref().filter(|id| is_carried && moved.contains(*id)) else {
        return Ok(false);
    };
    for tip in tips {
        if at(store, *tip, id)?.is_some() {
            return Ok(false);
        }
    }
    Ok(!tips.is_empty())
}

/// Names another way to settle what `doctor` has nothing to do for: it sees the tip, and there a changed text that its entry
/// has alike looks as any other.
fn by_hand(store: &Store, tips: &[ObjectId], commit: ObjectId, fault: &mut Problem) -> Result<(), Failure> {
    let (Some(id), Some(path)) = (&fault.ticket, &fault.path) else { return Ok(()) };
    if AuditRule::parse(fault.rule) != Some(AuditRule::HeadUnaccounted) {
        return Ok(());
    }
    for tip in tips {
        if at(store, *tip, id)?.is_some_and(|ticket| !ticket.unaccounted().is_empty()) {
            return Ok(());
        }
    }
    fault.hint = Some(format!("git show {commit:.10} -- {}", shell_word(path)));
    Ok(())
}

/// True where a commit gives entries back as they were before an earlier one changed them or put another ticket in their
/// place, and takes away no others: those of the other ticket are in a file of their own.
fn is_repair(
    store: &Store,
    settled: &[(ObjectId, TicketId)],
    commit: ObjectId,
    fault: &Problem,
) -> Result<bool, Failure> {
    let rule = AuditRule::parse(fault.rule);
    if !matches!(rule, Some(AuditRule::TimelineChanged | AuditRule::TicketReplaced)) {
        return Ok(false);
    }
    let repository = store.repository();
    for (earlier, id) in settled.iter().filter(|(_, id)| fault.ticket.as_ref() == Some(id)) {
        let parents = |commit: ObjectId| repository.parents(commit).map_err(Error::from);
        let ([first], [before]) = (&parents(*earlier)?[..], &parents(commit)?[..]) else { continue };
        let (Some(first), Some(before)) = (at(store, *first, id)?, at(store, *before, id)?) else { continue };
        let now = at(store, commit, id)?;
        let known: BTreeSet<_> = first.timeline().iter().map(identity).collect();
        let mut later = before.timeline().iter().filter(|entry| !known.contains(&identity(entry)));
        let elsewhere = match rule {
            Some(AuditRule::TicketReplaced) => others_of(store, commit, id)?,
            _ => Vec::new(),
        };
        let is_kept = |entry: &Entry| now.iter().chain(&elsewhere).any(|ticket| ticket.has_entry(entry));
        if missing(&first, now.as_ref()) == 0 && later.all(is_kept) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The other tickets of a commit.
fn others_of(store: &Store, commit: ObjectId, id: &TicketId) -> Result<Vec<Ticket>, Failure> {
    let tickets = store.snapshot(Some(&commit.to_string()))?.tickets()?.tickets;
    Ok(tickets.into_iter().filter(|ticket| ticket.id() != id).collect())
}

/// A ticket as a commit has it.
fn at(store: &Store, commit: ObjectId, id: &TicketId) -> Result<Option<Ticket>, Failure> {
    Ok(store.snapshot(Some(&commit.to_string()))?.ticket(id).unwrap_or_default())
}

fn is_settled(store: &Store, tips: &[ObjectId], commit: ObjectId, fault: &Problem) -> Result<bool, Failure> {
    let Some(rule) = AuditRule::parse(fault.rule) else { return Ok(false) };
    if let (AuditRule::EvidenceMissing | AuditRule::EvidenceChanged, Some(path)) = (rule, &fault.path) {
        return match (&fault.ticket, path.starts_with(layout::ATTACHMENTS)) {
            (Some(id), false) if rule == AuditRule::EvidenceMissing => came_later(store, tips, commit, id),
            _ => Ok(is_back(store, tips, commit, path)? && is_as_attached(store, tips, path)?),
        };
    }
    if let (AuditRule::FileInvalid | AuditRule::FileStrange, Some(path)) = (rule, &fault.path)
        && is_put_right(store, tips, commit, path)?
    {
        return Ok(true);
    }
    let Some(id) = &fault.ticket else { return Ok(false) };
    if rule == AuditRule::FileStrange && !is_file(store, tips, id)? {
        return Ok(false);
    }
    if rule == AuditRule::HeadUnaccounted {
        return Ok(is_accounted(store, tips, commit, id, &fault.message)?
            || is_as_before(store, tips, commit, id, &fault.message)?);
    }
    if rule == AuditRule::TimelineOrder {
        return is_in_order(store, tips, id);
    }
    let keeps_entries = [
        AuditRule::TimelineRemoved,
        AuditRule::TimelineChanged,
        AuditRule::TimelineOpen,
        AuditRule::TicketRemoved,
        AuditRule::TicketReplaced,
        AuditRule::PurgeUndone,
        AuditRule::RedactionUndone,
        AuditRule::FileInvalid,
        AuditRule::FileStrange,
    ];
    Ok(keeps_entries.contains(&rule) && is_whole(store, tips, commit, id)?)
}

/// True where no tip has a file any more that the commit brought, or each has it as it can be read.
fn is_put_right(store: &Store, tips: &[ObjectId], commit: ObjectId, path: &str) -> Result<bool, Failure> {
    let repository = store.repository();
    let find = |commit: ObjectId| repository.find(commit, path).map_err(Error::from);
    let mut was_there = false;
    for parent in repository.parents(commit).map_err(Error::from)? {
        was_there |= find(parent)?.is_some();
    }
    for tip in tips {
        let is_right = match find(*tip)? {
            None => !was_there,
            Some(item) if item.kind == ItemKind::File => match repository.file(*tip, path, MAX_FILE_BYTES) {
                Ok(Some(Blob::Bytes(bytes))) => is_readable(path, &bytes),
                Ok(_) => false,
                Err(error) => return Err(Error::from(error).into()),
            },
            Some(_) => false,
        };
        if !is_right {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True where every tip has a plain file in a ticket's place.
fn is_file(store: &Store, tips: &[ObjectId], id: &TicketId) -> Result<bool, Failure> {
    for tip in tips {
        let item = store.repository().find(*tip, &layout::ticket(id)).map_err(Error::from)?;
        if item.is_none_or(|item| item.kind != ItemKind::File) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True for a file of ours that says what such a file may say. What a ticket has lost is another question.
fn is_readable(path: &str, bytes: &[u8]) -> bool {
    match layout::id_of(path) {
        Some(_) => false,
        None => path.starts_with(layout::FOLDER) && check_project_file(path, bytes).is_ok(),
    }
}

/// True where every tip has a file as a parent of the commit had it.
fn is_back(store: &Store, tips: &[ObjectId], commit: ObjectId, path: &str) -> Result<bool, Failure> {
    let repository = store.repository();
    let mut was = Vec::new();
    for parent in repository.parents(commit).map_err(Error::from)? {
        was.extend(repository.find(parent, path).map_err(Error::from)?);
    }
    for tip in tips {
        let now = repository.find(*tip, path).map_err(Error::from)?;
        if !now.is_some_and(|now| was.contains(&now)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True where every tip has a ticket's file as git-support writes it.
fn is_in_order(store: &Store, tips: &[ObjectId], id: &TicketId) -> Result<bool, Failure> {
    for tip in tips {
        let snapshot = store.snapshot(Some(&tip.to_string()))?;
        let bytes = snapshot.file(&layout::ticket(id), usize::MAX)?.unwrap_or_default();
        let ticket = snapshot.ticket(id).unwrap_or_default();
        if !ticket.is_some_and(|ticket| codec::is_canonical(&ticket, &bytes)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True where every tip has all entries of a ticket that the parents of the commit had, as they were; of one that came back,
/// those that it had last.
fn is_whole(store: &Store, tips: &[ObjectId], commit: ObjectId, id: &TicketId) -> Result<bool, Failure> {
    let mut parsed = Parsed::new(store);
    let parents = store.repository().parents(commit).map_err(Error::from)?;
    let mut before = Vec::new();
    for parent in &parents {
        let file = store.repository().find(*parent, &layout::ticket(id)).map_err(Error::from)?;
        before.extend(file.map(|_| *parent));
    }
    if before.is_empty() {
        before = store.had_last(&parents, &layout::ticket(id))?;
    }
    for parent in before {
        let Some(version) = parsed.last_readable(parent, id)? else { continue };
        let Ok(was) = &version.content else { continue };
        for tip in tips {
            if missing(was, at(store, *tip, id)?.as_ref()) > 0 {
                return Ok(false);
            }
        }
    }
    for tip in tips {
        if at(store, *tip, id)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True where every tip has all entries that the parents of the commit had, and the fields that a finding names as one of
/// them had them: a merge that lost an entry with its text, and was made whole.
fn is_as_before(
    store: &Store,
    tips: &[ObjectId],
    commit: ObjectId,
    id: &TicketId,
    message: &str,
) -> Result<bool, Failure> {
    let mut before = Vec::new();
    for parent in store.repository().parents(commit).map_err(Error::from)? {
        before.extend(at(store, parent, id)?);
    }
    let named = named_in(message);
    let names = |field: &&Field| named.contains(field.name().as_str());
    for tip in tips {
        let Some(now) = at(store, *tip, id)? else { return Ok(false) };
        // A parent that has the same entry for it: one from before that entry has only what was replaced.
        let was_so = |field: &Field| {
            before.iter().any(|was| {
                was.setter(field) == now.setter(field) && was.fields().get(field) == now.fields().get(field)
            })
        };
        let fields: BTreeSet<&Field> =
            before.iter().chain([&now]).flat_map(|ticket| ticket.fields().names()).filter(names).collect();
        let is_wrong = now.unaccounted().iter().any(|field| fields.contains(field));
        if fields.is_empty() || is_wrong || !fields.into_iter().all(was_so) {
            return Ok(false);
        }
    }
    is_whole(store, tips, commit, id)
}

fn is_accounted(
    store: &Store,
    tips: &[ObjectId],
    commit: ObjectId,
    id: &TicketId,
    message: &str,
) -> Result<bool, Failure> {
    let unaccounted = |commit: ObjectId| -> Result<Option<Vec<Field>>, Failure> {
        Ok(at(store, commit, id)?.as_ref().map(Ticket::unaccounted))
    };
    // Only what a version tells by itself can be told of a later one: texts of schema 1 are known by their change alone.
    let named = named_in(message);
    let is_told = |field: &Field| named.contains(field.name().as_str());
    let wrong: BTreeSet<Field> =
        unaccounted(commit)?.unwrap_or_default().into_iter().filter(is_told).collect();
    if wrong.is_empty() || message.matches(", ").count() >= wrong.len() {
        return Ok(false);
    }
    for tip in tips {
        if !unaccounted(*tip)?.is_some_and(|fields| fields.iter().all(|field| !wrong.contains(field))) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The fields that a finding names: `no entry sets A, B to its current value`.
fn named_in(message: &str) -> BTreeSet<&str> {
    let names = message.strip_prefix("no entry sets ").unwrap_or(message);
    let end =
        [" to its current value", ", which this version"].iter().filter_map(|end| names.find(end)).min();
    names.get(..end.unwrap_or(names.len())).unwrap_or_default().split(", ").collect()
}
