//! What concerns somebody since they last looked, and when that was: kept under a reference of theirs, so that it makes no
//! commits.

use std::collections::BTreeMap;

use crate::process::{Concern, InboxItem, InboxReader, InboxReason, is_overdue};
use crate::project::failure::Failure;
use crate::project::find::{Projection, Search};
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::store::layout;
use crate::ticket::{Entry, KnownPerson, Level, Ticket, TicketId, Timestamp, parse_span, sha256, visible};

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
#[derive(Debug, Clone, Copy)]
struct Look {
    /// The commit that they saw, where it is still part of the history.
    commit: Option<ObjectId>,
    at: Timestamp,
}

impl Project<'_> {
    /// What concerns the user since they last looked.
    ///
    /// # Errors
    /// Git does not know who looks, or the repository cannot be read.
    pub fn inbox(&self, start: InboxStart) -> Result<Inbox, Failure> {
        let (member, rules) = (self.member()?, self.rules()?);
        let known = rules.team.known().into_iter().find(|known| known.is_named(&member.to_string()));
        let me = known.unwrap_or(KnownPerson { name: member.name, emails: vec![member.email] });
        let reader = InboxReader { who: &me, rules };
        let look = self.look(start)?;
        let mut found: BTreeMap<TicketId, Vec<Concern>> = BTreeMap::new();
        for (id, before) in self.changed_since(start, look)? {
            let Some(ticket) = self.readable(&id) else { continue };
            let is_new = |entry: &Entry| match (&before, look) {
                (Some(before), _) => !before.has_entry_like(entry),
                (None, Some(Look { commit: None, at })) => entry.at > at,
                (None, _) => true,
            };
            let concerns = reader.concerns(&ticket, &is_new);
            if !concerns.is_empty() {
                found.insert(id, concerns);
            }
        }
        self.add_due(&reader, look, &mut found)?;
        self.add_reverted(&reader, look, &mut found)?;
        let mut items = Vec::new();
        for (id, mut concerns) in found {
            let Some(ticket) = self.readable(&id) else { continue };
            concerns.sort_by_key(|concern| concern.at);
            items.push(InboxItem { prefix: self.shortest(&id)?, ticket, concerns });
        }
        let most = |item: &InboxItem| item.concerns.iter().map(|concern| concern.reason).min();
        items.sort_by_key(|item| (most(item), std::cmp::Reverse(item.ticket.fields().severity())));
        Ok(Inbox { items, since: look.map(|look| look.at) })
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
        Ok(match start {
            InboxStart::All => None,
            InboxStart::Since(at) => Some(Look { commit: None, at }),
            InboxStart::LastLook => {
                let kept = self.store.looks(&self.reader_name()?)?;
                let kept = kept.and_then(|text| read_look(&text, self.branch()));
                let first = Timestamp::from_unix(self.now().unix() - FIRST_LOOK_SECS).unwrap_or_default();
                let Some((commit, at)) = kept else { return Ok(Some(Look { commit: None, at: first })) };
                // Where it is not part of the history any more, or of what a shallow clone has, time tells.
                let is_here = |commit: &ObjectId| {
                    let tip = self.commit.filter(|_| self.store.repository().has_commit(*commit));
                    tip.is_some_and(|tip| self.store.contains(tip, *commit))
                };
                Some(Look { commit: Some(commit).filter(is_here), at })
            }
        })
    }

    /// The tickets that may have entries that are new, each as it was before, where that is known.
    fn changed_since(
        &self,
        start: InboxStart,
        look: Option<Look>,
    ) -> Result<Vec<(TicketId, Option<Ticket>)>, Failure> {
        let query = match (start, look) {
            (_, Some(Look { commit: Some(seen), .. })) => {
                let Some(tip) = self.commit else { return Ok(Vec::new()) };
                let (snapshot, mut changed) = (self.snapshot(), Vec::new());
                for id in snapshot.differing(seen, tip)? {
                    changed.push((id.clone(), snapshot.version(seen, &id)?));
                }
                return Ok(changed);
            }
            (_, Some(Look { at, .. })) => format!("updated:>={at}"),
            (_, None) => "status:open".to_owned(),
        };
        Ok(self.find_ids(&query)?.into_iter().map(|id| (id, None)).collect())
    }

    /// Adds what time has brought since: follow-ups that are due, clocks that are used up.
    fn add_due(
        &self,
        reader: &InboxReader<'_>,
        look: Option<Look>,
        found: &mut BTreeMap<TicketId, Vec<Concern>>,
    ) -> Result<(), Failure> {
        let since = look.map_or(i64::MIN, |look| look.at.unix());
        let levels: Vec<&str> =
            Level::ALL.iter().filter(|level| reader.serves(**level)).map(|level| level.as_str()).collect();
        let mut queries = vec!["is:overdue assignee:me".to_owned(), "is:overdue owner:me".to_owned()];
        if !levels.is_empty() {
            queries.push(format!("is:overdue no:assignee level:{}", levels.join(",")));
        }
        for query in queries {
            for one in self.find(&Search::new(&query, Projection::Lines))? {
                let follow_up = one.summary.follow_up.filter(|_| is_overdue(&one.summary, self.now()));
                let due = one.standing.filter(|standing| standing.is_overdue(self.now()));
                let times = [
                    (InboxReason::FollowUp, follow_up),
                    (InboxReason::Clock, due.and_then(|standing| standing.due)),
                ];
                let concerns = found.entry(one.summary.id.clone()).or_default();
                for (reason, at) in times {
                    let Some(at) = at.filter(|at| at.unix() > since) else { continue };
                    let concern = Concern { reason, at, entry: None };
                    if !concerns.contains(&concern) {
                        concerns.push(concern);
                    }
                }
            }
        }
        found.retain(|_, concerns| !concerns.is_empty());
        Ok(())
    }

    /// Adds the tickets whose fix the user committed, and somebody reverted since.
    fn add_reverted(
        &self,
        reader: &InboxReader<'_>,
        look: Option<Look>,
        found: &mut BTreeMap<TicketId, Vec<Concern>>,
    ) -> Result<(), Failure> {
        let (Some(look), Some(tip)) = (look, self.commit) else { return Ok(()) };
        let repository = self.store.repository();
        let seen = match look.commit {
            Some(seen) => Some(seen),
            None => repository.newest_before(tip, look.at.unix())?,
        };
        let less: Vec<ObjectId> = seen.into_iter().collect();
        for commit in repository.code_commits_of(&[tip], &less)? {
            let Some(fix) = commit.reverts.as_deref().and_then(ObjectId::parse) else { continue };
            let [by, reverter] = [fix, commit.id].map(|commit| {
                let author = repository.passage(commit, layout::FOLDER).ok()?.identity.author;
                Some(format!("{} <{}>", author.name, author.email))
            });
            let is_mine = |who: &Option<String>| who.as_ref().is_some_and(|who| reader.who.is_named(who));
            if !is_mine(&by) || is_mine(&reverter) {
                continue;
            }
            let at = Timestamp::from_unix(repository.commit_seconds(commit.id)?).unwrap_or_default();
            for id in self.find_ids(&format!("commit:{fix}"))? {
                let concern = Concern { reason: InboxReason::Reverted, at, entry: None };
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
        Ok(self.store.fetch_looks(&self.reader_name()?, &later)?)
    }

    /// Remembers that the user has seen what is there now; sends it, where that is wanted.
    ///
    /// # Errors
    /// It cannot be written, or not sent.
    pub fn mark_seen(&self, push: bool) -> Result<(), Failure> {
        let Some(commit) = self.commit else { return Ok(()) };
        let (name, line) = (self.reader_name()?, format!("{commit} {} {}", self.now().unix(), self.branch()));
        self.store.change_looks(&name, &|before| later(before, &line))?;
        if push {
            self.store.push_looks(&name, &later)?;
        }
        Ok(())
    }

    /// What names the user's reference: no address stands in it.
    fn reader_name(&self) -> Result<String, Failure> {
        let email = self.member()?.email.to_lowercase();
        Ok(sha256(email.as_bytes()).chars().take(16).collect())
    }
}

/// The commit of a branch that somebody saw, and when.
fn read_look(text: &str, branch: &str) -> Option<(ObjectId, Timestamp)> {
    text.lines().find(|line| branch_of(line) == branch).and_then(commit_and_time)
}

fn branch_of(line: &str) -> &str {
    line.splitn(3, ' ').nth(2).unwrap_or_default()
}

fn commit_and_time(line: &str) -> Option<(ObjectId, Timestamp)> {
    let mut words = line.split(' ');
    Some((ObjectId::parse(words.next()?)?, Timestamp::from_unix(words.next()?.parse().ok()?)?))
}

/// Two texts of what somebody saw as one: of each branch, the later look.
fn later(before: Option<&str>, now: &str) -> String {
    let mut looks: BTreeMap<&str, &str> = BTreeMap::new();
    for line in before.unwrap_or_default().lines().chain(now.lines()) {
        let at = |line: &str| commit_and_time(line).map(|(_, at)| at);
        let known = looks.entry(branch_of(line)).or_insert(line);
        if at(known) <= at(line) {
            *known = line;
        }
    }
    looks.values().map(|line| format!("{line}\n")).collect()
}
