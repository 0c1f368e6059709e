//! What concerns somebody since they last looked, and when that was: kept under a reference of theirs, so that it makes no
//! commits.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::{
    ClockKind, ClockState, Concern, InboxItem, InboxReader, InboxReason, Listed, Rank, Record, held_by_any,
    is_overdue, ranks,
};
use crate::project::failure::Failure;
use crate::project::find::{Projection, Search};
use crate::project::sla_rules::SlaRules;
use crate::project::state::Project;
use crate::store::git::{CodeCommit, ObjectId};
use crate::store::layout;
use crate::ticket::{
    Entry, KnownPerson, Level, Person, Ticket, TicketId, Timestamp, parse_span, sha256, visible,
};

/// Where somebody begins who has never looked, in seconds before now: two weeks.
const FIRST_LOOK_SECS: i64 = 14 * 86_400;

/// From where on something is new to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InboxStart {
    /// From where they last looked.
    LastLook,
    /// From an instant on.
    Since(Timestamp),
    /// From the beginning, of tickets that are open.
    All,
}

/// What concerns somebody, and since when.
#[derive(Debug)]
pub struct Inbox {
    /// The tickets, the most pressing first.
    pub items: Vec<InboxItem>,
    /// When they looked last, or where they begin.
    pub since: Option<Timestamp>,
}

/// Where somebody looked last.
struct Look {
    /// The commits that they saw and that are still here, on whatever branch.
    commits: Vec<ObjectId>,
    at: Timestamp,
}

/// The most looks that are remembered: one for each line of history that goes on apart.
const MAX_LOOKS: usize = 16;

impl Project<'_> {
    /// What concerns the user since they last looked.
    ///
    /// # Errors
    /// Git does not know who looks, or the repository cannot be read.
    pub fn inbox(&self, start: InboxStart) -> Result<Inbox, Failure> {
        let (me, rules) = (self.reader()?, self.rules()?);
        let is_own = |by: &Person| {
            let known = self.store.mapped(by).unwrap_or_else(|_| by.clone());
            me.is_named(&by.to_string()) || me.is_named(&known.to_string())
        };
        let reader = InboxReader { who: &me, rules, is_own: &is_own };
        let look = self.look(start)?;
        let mut found: BTreeMap<TicketId, Vec<Concern>> = BTreeMap::new();
        let mut arrived: BTreeSet<TicketId> = BTreeSet::new();
        for (id, before) in self.changed_since(start, look.as_ref())? {
            let Some(ticket) = self.readable(&id) else { continue };
            let at = look.as_ref().filter(|look| look.commits.is_empty()).map(|look| look.at);
            let is_new = |entry: &Entry| match at {
                Some(at) => entry.at >= at,
                None => !before.iter().any(|version| version.has_entry_like(entry)),
            };
            let concerns = reader.concerns(&ticket, &is_new);
            if !concerns.is_empty() {
                found.insert(id.clone(), concerns);
            }
            arrived.insert(id);
        }
        self.add_due(&reader, look.as_ref(), &arrived, &mut found)?;
        self.add_reverted(&reader, look.as_ref(), &mut found)?;
        let mut items = Vec::new();
        for (id, mut concerns) in found {
            let Some(ticket) = self.readable(&id) else { continue };
            concerns.sort_by_key(|concern| concern.at);
            items.push(InboxItem {
                prefix: self.shortest(&id)?,
                ticket,
                concerns,
                rank: None,
                product: None,
            });
        }
        let mut ranks = self.ranks_of(items.iter().map(|item| item.ticket.id().clone()).collect())?;
        items.iter_mut().for_each(|item| item.rank = ranks.remove(item.ticket.id()));
        items.sort_by_key(InboxItem::order);
        Ok(Inbox { items, since: look.map(|look| look.at) })
    }

    /// Where some tickets stand among each other in the queue: one that blocks others is as urgent as they are.
    fn ranks_of(&self, mut ids: BTreeSet<TicketId>) -> Result<BTreeMap<TicketId, Rank>, Failure> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let blockers = self.blockers()?;
        ids.extend(held_by_any(ids.iter(), &blockers));
        let ids: Vec<&str> = ids.iter().map(TicketId::as_str).collect();
        let found = self.find(&Search::new(&format!("id:{}", ids.join(",")), Projection::Lines))?;
        let now = self.now();
        Ok(ranks(&found, |one| (&one.summary, one.standing.unwrap_or_default()), &blockers, now))
    }

    /// The user under all their addresses, the team's first.
    fn reader(&self) -> Result<KnownPerson, Failure> {
        let (me, member) = (self.me()?, self.member()?);
        let known = self.people()?.known().into_iter().find(|known| known.is_named(&member.to_string()));
        let mut known = known.unwrap_or(KnownPerson { name: member.name, emails: vec![member.email] });
        if !known.is_named(&me.to_string()) {
            known.emails.push(me.email);
        }
        Ok(known)
    }

    /// The start that somebody types: a day or an instant (`2026-06-01`), or an age (`3d`).
    ///
    /// # Errors
    /// It is none of both.
    pub fn inbox_start(&self, typed: &str) -> Result<InboxStart, Failure> {
        let ago = parse_span(typed).and_then(|span| i64::try_from(span.as_secs()).ok());
        let ago = ago.and_then(|seconds| Timestamp::from_unix(self.now().unix().saturating_sub(seconds)));
        // A day that is named is part of what is asked for.
        let day = Timestamp::parse(&format!("{typed}T00:00:00Z"));
        let at = ago.or(day).or_else(|| crate::store::instant(typed));
        let invalid = || {
            let message = format!("'{}' is not a valid time (use 3d or 2026-11-26)", visible(typed));
            Failure::usage(message).hint("git support inbox --since 3d")
        };
        at.map(InboxStart::Since).ok_or_else(invalid)
    }

    /// Where the user looked last; none where all is asked for.
    fn look(&self, start: InboxStart) -> Result<Option<Look>, Failure> {
        let first = Timestamp::from_unix(self.now().unix() - FIRST_LOOK_SECS).unwrap_or_default();
        Ok(match start {
            InboxStart::All => None,
            InboxStart::Since(at) => Some(Look { commits: Vec::new(), at }),
            InboxStart::LastLook => {
                // What cannot be read is as if nobody had looked yet.
                let kept = self.store.looks(&self.reader_name()?).unwrap_or_default().unwrap_or_default();
                let looks = kept.lines().filter_map(commit_and_time).collect::<Vec<_>>();
                let at = looks.iter().map(|(_, at)| *at).filter(|at| *at <= self.now()).max();
                let repository = self.store.repository();
                // One that is not part of the history any more tells what was seen as well, while it is there.
                let commits = looks.iter().map(|(commit, _)| *commit);
                let commits = commits.filter(|commit| repository.has_commit(*commit)).collect();
                Some(Look { commits, at: at.unwrap_or(first) })
            }
        })
    }

    /// The tickets that may have entries that are new, each as it was seen, where that is known.
    fn changed_since(
        &self,
        start: InboxStart,
        look: Option<&Look>,
    ) -> Result<Vec<(TicketId, Vec<Ticket>)>, Failure> {
        let query = match (start, look) {
            (_, Some(Look { commits, .. })) if !commits.is_empty() => {
                let Some(tip) = self.commit else { return Ok(Vec::new()) };
                let (snapshot, mut changed) = (self.snapshot(), Vec::new());
                let Some((first, _)) = commits.split_first() else { return Ok(changed) };
                for id in snapshot.differing(*first, tip)? {
                    let mut versions = Vec::new();
                    for seen in commits {
                        versions.extend(snapshot.version(*seen, &id)?);
                    }
                    changed.push((id, versions));
                }
                return Ok(changed);
            }
            (_, Some(Look { at, .. })) => format!("updated:>={at}"),
            (_, None) => "status:open".to_owned(),
        };
        Ok(self.find_ids(&query)?.into_iter().map(|id| (id, Vec::new())).collect())
    }

    /// Adds what time has brought since, or what has arrived with it: follow-ups that are due, SLA targets that are breached.
    fn add_due(
        &self,
        reader: &InboxReader<'_>,
        look: Option<&Look>,
        arrived: &BTreeSet<TicketId>,
        found: &mut BTreeMap<TicketId, Vec<Concern>>,
    ) -> Result<(), Failure> {
        let (since, now) = (look.map_or(i64::MIN, |look| look.at.unix()), self.now().unix());
        let levels: Vec<&str> =
            Level::ALL.iter().filter(|level| reader.serves(**level)).map(|level| level.as_str()).collect();
        let late = "status:open (is:overdue OR is:breached)";
        let mut queries = vec![format!("{late} assignee:me"), format!("{late} owner:me")];
        if !levels.is_empty() {
            queries.push(format!("{late} (no:assignee OR is:orphaned) level:{}", levels.join(",")));
        }
        for query in queries {
            let (late, rules) = self.find_judged(&Search::new(&query, Projection::Courses))?;
            for one in late {
                let follow_up = one.summary.follow_up.filter(|_| is_overdue(&one.summary, self.now()));
                let follow_up = follow_up.map(|at| (InboxReason::FollowUp, at, None));
                let breached = breached(&one, rules.as_ref(), now);
                // With a ticket that is new here comes what is late on it, whenever that was.
                let id = &one.summary.id;
                let is_here_anew = arrived.contains(id) && found.contains_key(id);
                for (reason, at, clock) in follow_up.into_iter().chain(breached) {
                    let concern = Concern { reason, at, entry: None, clock };
                    let known = found.get(id).is_some_and(|known| known.contains(&concern));
                    if !known && (at.unix() > since || is_here_anew) {
                        found.entry(id.clone()).or_default().push(concern);
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds the tickets whose fix the user committed, and somebody reverted since.
    fn add_reverted(
        &self,
        reader: &InboxReader<'_>,
        look: Option<&Look>,
        found: &mut BTreeMap<TicketId, Vec<Concern>>,
    ) -> Result<(), Failure> {
        let Some(look) = look else { return Ok(()) };
        let repository = self.store.repository();
        // Tickets may be on a branch of their own: what was reverted is told by the code that is checked out.
        let code = repository.revision("HEAD").ok();
        let tips: BTreeSet<ObjectId> = self.commit.into_iter().chain(code).collect();
        let tips: Vec<ObjectId> = tips.into_iter().collect();
        let mut less = look.commits.clone();
        // A line of code that has none of the commits that were seen is told by the time of the look.
        for tip in &tips {
            if look.commits.iter().any(|seen| self.store.contains(*tip, *seen)) {
                continue;
            }
            less.extend(repository.newest_before(*tip, look.at.unix())?);
        }
        let commits = repository.code_commits_of(&tips, &less)?;
        let reverted = self.store.withdrawn(&tips, &commits)?;
        let counting = commits.iter().filter(|commit| !reverted.contains(&commit.id));
        let fixes = |commit: &CodeCommit| -> Vec<(ObjectId, ObjectId)> {
            commit.reverts.iter().filter_map(|name| Some((commit.id, ObjectId::parse(name)?))).collect()
        };
        for (reverting, fix) in counting.flat_map(fixes) {
            let [by, reverter] = [fix, reverting].map(|commit| {
                let author = repository.passage(commit, layout::FOLDER).ok()?.identity.author;
                Some(format!("{} <{}>", author.name, author.email))
            });
            let is_mine = |who: &Option<String>| who.as_ref().is_some_and(|who| reader.who.is_named(who));
            if !is_mine(&by) || is_mine(&reverter) {
                continue;
            }
            let at = Timestamp::from_unix(repository.commit_seconds(reverting)?).unwrap_or_default();
            for id in self.find_ids(&format!("commit:{fix}"))? {
                let concern = Concern { reason: InboxReason::Reverted, at, entry: None, clock: None };
                found.entry(id).or_default().push(concern);
            }
        }
        Ok(())
    }

    /// Takes over what the user has seen in another clone, and sent.
    ///
    /// # Errors
    /// The remote cannot be reached.
    pub fn fetch_seen(&self) -> Result<(), Failure> {
        Ok(self.store.fetch_looks(&self.reader_name()?, &both)?)
    }

    /// Remembers that the user has seen what is there now; sends it, where that is wanted.
    ///
    /// # Errors
    /// It cannot be written, or not sent.
    pub fn mark_seen(&self, push: bool) -> Result<(), Failure> {
        let Some(commit) = self.commit else { return Ok(()) };
        let (name, line) = (self.reader_name()?, format!("{commit} {}", self.now().unix()));
        let repository = self.store.repository();
        // What the tip contains is seen with it; what is not here was seen in another clone.
        let is_within = |line: &str| {
            commit_and_time(line)
                .is_none_or(|(one, _)| repository.has_commit(one) && self.store.contains(commit, one))
        };
        self.store.change_looks(&name, &|before| {
            let apart: Vec<&str> =
                before.unwrap_or_default().lines().filter(|line| !is_within(line)).collect();
            both(Some(&apart.join("\n")), &line)
        })?;
        if push {
            self.store.push_looks(&name, &both)?;
        }
        Ok(())
    }

    /// What names the user's reference: no address stands in it.
    fn reader_name(&self) -> Result<String, Failure> {
        let email = self.reader()?.emails.first().map(|email| email.to_lowercase()).unwrap_or_default();
        Ok(sha256(email.as_bytes()).chars().take(16).collect())
    }
}

/// The SLA targets of a ticket that are breached, each with the moment.
fn breached(
    one: &Listed,
    rules: Option<&SlaRules>,
    now: i64,
) -> Vec<(InboxReason, Timestamp, Option<ClockKind>)> {
    let (Record::TicketHistory(judged), Some(rules)) = (&one.record, rules) else { return Vec::new() };
    let (course, by) = &**judged;
    let clocks = rules.clocks(course, by, now);
    let late = clocks
        .iter()
        .filter(|clock| clock.kind.is_customers() && clock.is_present && clock.state == ClockState::Breached);
    late.filter_map(|clock| {
        Some((InboxReason::Clock, Timestamp::from_unix(clock.due?)?, Some(clock.kind.clone())))
    })
    .collect()
}

/// A commit that somebody saw, and when.
fn commit_and_time(line: &str) -> Option<(ObjectId, Timestamp)> {
    let mut words = line.split(' ');
    Some((ObjectId::parse(words.next()?)?, Timestamp::from_unix(words.next()?.parse().ok()?)?))
}

/// Two texts of what somebody saw as one: the commits of both, those that were seen last first.
fn both(before: Option<&str>, now: &str) -> String {
    let lines = before.unwrap_or_default().lines().chain(now.lines());
    let mut looks: Vec<(Timestamp, ObjectId)> =
        lines.filter_map(commit_and_time).map(|(commit, at)| (at, commit)).collect();
    looks.sort_unstable();
    looks.reverse();
    let mut seen = BTreeSet::new();
    looks.retain(|(_, commit)| seen.insert(*commit));
    looks.truncate(MAX_LOOKS);
    looks.iter().map(|(at, commit)| format!("{commit} {}\n", at.unix())).collect()
}
