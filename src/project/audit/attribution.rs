//! Entries in doubt: whether some commit that is here, in the stretch or beside it, is their own.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::process::audit::{AuditRule, Finding, Origin, Why};
use crate::process::{ProblemLevel, Rules, Team};
use crate::project::audit::found::identity;
use crate::project::audit::own_commits::{facts, is_same};
use crate::project::audit::range::CommitRange;
use crate::project::audit::review::{PendingEntry, Review};
use crate::project::failure::Failure;
use crate::store::git::ObjectId;
use crate::store::{Error, Parsed, layout};
use crate::ticket::{Action, Entry, TicketId};

/// Tickets in doubt that are looked for one by one; of more, the whole folder is.
const FEW: usize = 16;

/// The doubts that no commit settles, each with what it comes to.
pub(super) fn unsettled(
    review: &mut Review<'_>,
    stretch: &CommitRange,
) -> Result<Vec<(PendingEntry, Finding)>, Failure> {
    let doubts = std::mem::take(&mut review.doubts);
    let mut parsed = Parsed::new(review.store);
    let mut open = Vec::new();
    for doubt in doubts {
        if !is_own_elsewhere(review, &doubt, &mut parsed)? {
            open.push(doubt);
        }
    }
    open.retain(|doubt| verdict(doubt).is_some());
    let repository = review.store.repository();
    let mut tips = repository.commit_tips().map_err(Error::from)?;
    tips.extend(&stretch.less);
    settle(review, &mut open, &tips, |_| true, &mut parsed)?;
    // What gathers commits of a branch that is gone, this clone may remember; a commit of ours stands for itself, so
    // that one which was amended is not excused by what it was.
    if open.iter().any(|doubt| !doubt.is_in_ours) {
        settle(review, &mut open, &repository.remembered(), |doubt| !doubt.is_in_ours, &mut parsed)?;
    }
    Ok(open.into_iter().filter_map(|doubt| verdict(&doubt).map(|finding| (doubt, finding))).collect())
}

/// What an entry comes to whose own commit is not here; nothing where who carried it may vouch for it.
fn verdict(doubt: &PendingEntry) -> Option<Finding> {
    let PendingEntry { entry, by, .. } = doubt;
    let what = format!("entry {} ({}) is by {} of {}", entry.id, entry.action, entry.by, entry.at);
    let finding = |rule, message: String| Some(Finding::new(rule, message));
    // A message is no evidence: what the process reserves needs the commit of who decided it.
    let is_anothers = entry.by != *by;
    let decides = doubt.is_reserved && is_anothers;
    let unproved = || {
        let message = format!("{what}; the commit is by {by}, and no commit of it is here");
        finding(AuditRule::EntryAuthor, message)
    };
    // Where no carriers are set, whoever takes the desk's messages need not be of the team.
    let is_of_gateway = entry.mail.as_ref().is_some_and(|mail| mail.id.is_some());
    let carried = || format!("{what}; {} carried it, and no commit of it is here", by.short());
    if doubt.is_not_by_gateway && is_anothers {
        let unattested = finding(AuditRule::EntryUnattested, carried());
        return unattested.map(|finding| finding.weighing(ProblemLevel::Warning));
    }
    match doubt.origin {
        Origin::Own => None,
        // What somebody outside the team brings in the name of others: customers' words are theirs only in a new ticket, and
        // the team's nowhere.
        Origin::IntroducedEntry(Why::Import)
            if !doubt.may_bring
                && is_anothers
                && !is_of_gateway
                && (doubt.is_of_team || !doubt.is_new_ticket) =>
        {
            unproved()
        }
        Origin::IntroducedEntry(Why::Import) if !doubt.is_of_team || !is_anothers => None,
        Origin::IntroducedEntry(Why::Import | Why::Sync)
            if doubt.is_of_team && is_anothers && !doubt.is_new_ticket =>
        {
            unproved()
        }
        Origin::IntroducedEntry(Why::Import) => finding(AuditRule::EntryUnattested, carried()),
        Origin::IntroducedEntry(_) if decides => unproved(),
        Origin::IntroducedEntry(_) => finding(AuditRule::EntryUnattested, carried()),
        Origin::OtherAuthor => {
            let is_grave = doubt.is_reserved || !doubt.gathers;
            let level = if is_grave { ProblemLevel::Error } else { ProblemLevel::Warning };
            let message = format!("{what}; the commit is by {by}");
            finding(AuditRule::EntryAuthor, message).map(|finding| finding.weighing(level))
        }
        // One's own, under another date: amended, or rebased. Dates in commits prove nothing by themselves.
        Origin::OtherTime => finding(AuditRule::EntryTime, format!("{what}; the commit is not of that time")),
    }
}

/// An entry of somebody under the name of a member and an address that is another member's.
pub(super) fn by_another_name(entry: &Entry, team: &Team) -> Option<Finding> {
    let other = team.named_as(&entry.by)?;
    let (id, action, by) = (&entry.id, &entry.action, &entry.by);
    let message =
        format!("entry {id} ({action}) is by {by}, and the team knows {} as {}", other.name, other.person());
    Some(Finding::new(AuditRule::EntryAuthor, message))
}

/// A message that somebody enters, or marks as sent, who is not of the team, where carriers bring the messages: the desk would
/// take it for known, or send it no more.
pub(super) fn of_no_gateway(entry: &Entry, rules: &Rules) -> Option<Finding> {
    let is_of_mail = entry.mail.as_ref().is_some_and(|mail| mail.id.is_some());
    let is_told = !rules.settings.carriers.is_empty();
    if !is_of_mail || rules.is_of_team(&entry.by) || !(is_told || entry.action == Action::Send) {
        return None;
    }
    let what = if entry.action == Action::Send { "marks a message as sent" } else { "brings a message" };
    let message =
        format!("entry {} by {} {what}, and is by nobody who carries them", entry.id, entry.by.short());
    // Where no carriers are set, it may be the desk's own gateway.
    let level = if is_told { ProblemLevel::Warning } else { ProblemLevel::Note };
    Some(Finding::new(AuditRule::EntryUnattested, message).weighing(level))
}

/// True where another commit of the stretch is the entry's own, or brought it from outside, and says the same.
fn is_own_elsewhere(
    review: &Review<'_>,
    doubt: &PendingEntry,
    parsed: &mut Parsed<'_>,
) -> Result<bool, Failure> {
    let own = review.own.get(&identity(&doubt.entry)).filter(|own| own.commit != doubt.commit);
    let Some(own) = own else { return Ok(false) };
    let version = parsed.get(&own.ticket, own.blob)?;
    let Ok(version) = &version.content else { return Ok(false) };
    // It may have met an older one under its id since.
    let is_its = own.ticket == doubt.ticket || version.parted_id() == doubt.ticket;
    Ok(is_its && version.entry_like(&doubt.entry).is_some_and(|entry| is_same(entry, &doubt.entry)))
}

/// Takes out the doubts that some commit below some tips settles.
fn settle(
    review: &mut Review<'_>,
    doubts: &mut Vec<PendingEntry>,
    tips: &[ObjectId],
    may: impl Fn(&PendingEntry) -> bool,
    parsed: &mut Parsed<'_>,
) -> Result<(), Failure> {
    let asked: Vec<&PendingEntry> = doubts.iter().filter(|doubt| may(doubt)).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let known = beside(review, tips, &asked, parsed)?;
    doubts.retain(|doubt| !may(doubt) || !known.contains(&(doubt.ticket.clone(), identity(&doubt.entry))));
    Ok(())
}

/// The entries in doubt that some commit outside the stretch brought as its own: on other branches, or before.
fn beside(
    review: &mut Review<'_>,
    tips: &[ObjectId],
    doubts: &[&PendingEntry],
    parsed: &mut Parsed<'_>,
) -> Result<HashSet<(TicketId, super::found::Identity)>, Failure> {
    let store = review.store;
    let tickets: BTreeSet<&TicketId> = doubts.iter().map(|doubt| &doubt.ticket).collect();
    let mut by_ticket: BTreeMap<&TicketId, Vec<&PendingEntry>> = BTreeMap::new();
    doubts.iter().for_each(|doubt| by_ticket.entry(&doubt.ticket).or_default().push(doubt));
    let paths: Vec<String> = match tickets.len() {
        0..=FEW => tickets.iter().map(|id| layout::ticket(id)).collect(),
        _ => vec![layout::TICKETS.to_owned()],
    };
    let names: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut commits = store.repository().touching(tips, &[], &names).map_err(Error::from)?;
    commits.retain(|commit| !review.commits.contains_key(commit));
    let mut known = HashSet::new();
    for commit in commits {
        for path in &paths {
            for touch in store.repository().touches(commit, path).map_err(Error::from)? {
                let Some(id) = layout::id_of(&touch.path) else { continue };
                let (Some(doubts), Some(blob)) = (by_ticket.get(&id), touch.blob) else { continue };
                let version = parsed.get(&id, blob)?;
                let Ok(version) = &version.content else { continue };
                let facts = facts(store, review, commit)?;
                for doubt in doubts {
                    let by = review.book.member(&doubt.entry.by)?;
                    let is_there =
                        version.entry_like(&doubt.entry).is_some_and(|entry| is_same(entry, &doubt.entry));
                    if is_there && Origin::of(&doubt.entry, &by, &facts) == Origin::Own {
                        known.insert((id.clone(), identity(&doubt.entry)));
                    }
                }
            }
        }
    }
    Ok(known)
}
