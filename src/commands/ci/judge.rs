//! What a failure, or a pass, does to the ticket of its cause.

use std::collections::BTreeMap;

use crate::commands::change::{Author, wording};
use crate::commands::ci::build::Build;
use crate::commands::ci::texts::{bounded, fixed_by, opening, suspects};
use crate::commands::failure::Failure;
use crate::process::{
    Cause, Change, Changes, Ending, Fix, Move, Passes, Request, Rules, What, checksum, decide, open_by,
    test_number, without_secrets,
};
use crate::store::{Draft, Snapshot, Store, TicketChange};
use crate::ticket::{Action, EntryId, Field, LinkKind, Resolution, Sighting, Ticket, TicketId};

/// The most sightings that a ticket counts: its file is to stay readable.
const MAX_SIGHTINGS: usize = 1_000;
/// The label of a test that changes its mind.
const FLAKY: &str = "flaky";
/// The most commits between failure and fix that are looked at.
const MAX_COMMITS: usize = 21;

/// What became of the tickets.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) opened: Vec<TicketId>,
    pub(crate) reopened: Vec<TicketId>,
    pub(crate) repeated: Vec<TicketId>,
    pub(crate) resolved: Vec<TicketId>,
    pub(crate) unchanged: Vec<TicketId>,
    pub(crate) notes: Vec<String>,
}

/// What is known of a run before it is judged.
pub(crate) struct Facts<'a> {
    pub(crate) store: &'a Store,
    pub(crate) author: &'a Author,
    pub(crate) build: &'a Build,
    /// What was known of the branch before this run.
    pub(crate) passes: &'a Passes,
    /// Fields that new tickets get.
    pub(crate) given: &'a Changes,
    /// Drawn once a command: entries' ids are told by it, so that a retried write records the same entries.
    pub(crate) seed: u64,
}

/// Judges the causes of one run on one state of the tickets.
pub(crate) struct Judge<'a> {
    facts: &'a Facts<'a>,
    snapshot: &'a Snapshot<'a>,
    rules: &'a Rules,
    changed: BTreeMap<TicketId, (Option<Ticket>, Ticket)>,
    pub(crate) told: Told,
}

impl<'a> Judge<'a> {
    /// Nothing judged yet.
    pub(crate) fn new(facts: &'a Facts<'a>, snapshot: &'a Snapshot<'a>, rules: &'a Rules) -> Self {
        Self { facts, snapshot, rules, changed: BTreeMap::new(), told: Told::default() }
    }

    /// True for a ticket that this run has changed.
    pub(crate) fn has_changed(&self, id: &TicketId) -> bool {
        self.changed.contains_key(id)
    }

    /// The ticket of a cause: of one that was resolved as a duplicate, the one that goes on.
    pub(crate) fn ticket_of(&self, key: &str) -> Result<Option<Ticket>, Failure> {
        let Some(mut ticket) = self.current(&TicketId::from_key(key))? else { return Ok(None) };
        for _ in 0..5 {
            let next = ticket.head().links().find(|(kind, _)| **kind == LinkKind::DuplicateOf);
            let next =
                next.filter(|_| !ticket.head().status().is_open()).and_then(|(_, id)| TicketId::parse(id));
            match next.map(|id| self.current(&id)).transpose()?.flatten() {
                Some(survivor) => ticket = survivor,
                None => break,
            }
        }
        Ok(Some(ticket))
    }

    fn current(&self, id: &TicketId) -> Result<Option<Ticket>, Failure> {
        match self.changed.get(id) {
            Some((_, after)) => Ok(Some(after.clone())),
            None => Ok(self.snapshot.ticket(id)?),
        }
    }

    /// Files a ticket of a new cause.
    pub(crate) fn opens(&mut self, cause: &Cause) -> Result<(), Failure> {
        let id = TicketId::from_key(&cause.key);
        let state = cause.tests.first().and_then(|test| self.facts.passes.state(test_number(test)));
        let mut changes =
            opening(cause, self.facts.build, &suspects(self.facts.store, state, self.facts.build));
        changes.insert(Field::Reporter, Change::to_text(self.facts.author.me()));
        changes.extend(self.facts.given.clone());
        let actor = self.facts.author.actor(&self.entry(&id));
        let request = Request::new(What::Comment).seen(self.sighting(cause));
        let ticket = open_by(id.clone(), &changes, request, self.rules, &actor)?;
        self.changed.insert(id.clone(), (None, ticket));
        self.told.opened.push(id);
        Ok(())
    }

    /// Notes that the cause of a ticket was seen again.
    pub(crate) fn sees_again(
        &mut self,
        ticket: &Ticket,
        cause: &Cause,
        is_flaky: bool,
    ) -> Result<(), Failure> {
        let id = ticket.id().clone();
        let seen = self.sighting(cause);
        let told_before = ticket.sightings().any(|(_, before)| before.is_of_same_run(&seen));
        if told_before || ticket.occurrences() >= MAX_SIGHTINGS {
            self.told.unchanged.push(id);
            return Ok(());
        }
        let fix = self.fix_of(ticket);
        let state = cause.tests.first().and_then(|test| self.facts.passes.state(test_number(test)));
        let mut changes = Changes::new();
        if is_flaky || self.was_same_code(state.and_then(|state| state.last_passed.as_deref())) {
            changes.insert(Field::Labels, Change::adding(vec![FLAKY.to_owned()]));
        }
        let regresses = !ticket.head().status().is_open() && fix == Fix::Contained;
        let note = regresses.then(|| {
            let place = self.facts.build.place();
            bounded(&without_secrets(&format!(
                "A regression: seen again {place}.\n\n{}",
                suspects(self.facts.store, state, self.facts.build)
            )))
        });
        let request = Request::new(What::Repeat(changes, fix)).with_note(note).seen(seen);
        match self.apply(ticket, request)? {
            Some(Action::Reopen) => self.told.reopened.push(id),
            Some(_) => self.told.repeated.push(id),
            None => self.told.unchanged.push(id),
        }
        Ok(())
    }

    /// Resolves a ticket whose tests passed often enough, if something changed since they failed.
    pub(crate) fn passes(
        &mut self,
        ticket: &Ticket,
        count: u32,
        wanted: u32,
        since: &str,
    ) -> Result<(), Failure> {
        let id = ticket.id().clone();
        let last = ticket.sightings().next_back().map(|(_, seen)| seen.clone()).unwrap_or_default();
        let failed = last.revision.unwrap_or_default();
        if self.was_same_code(Some(&failed)) {
            // It failed and passed at one revision: nothing was fixed.
            let changes = Changes::from([(Field::Labels, Change::adding(vec![FLAKY.to_owned()]))]);
            self.apply(ticket, Request::new(What::Edit(changes)))?;
            self.told.unchanged.push(id);
            return Ok(());
        }
        // It passed by chance before anything changed: what it passes at now is the first that may be fixed.
        let since = if self.facts.store.is_same_code(&failed, since) {
            self.facts.build.revision.as_deref().unwrap_or(since)
        } else {
            since
        };
        // An older revision that passes says nothing of a newer one that fails.
        let is_older = self.facts.store.is_within(&failed, since) == Some(false);
        if count < wanted || is_older {
            self.told.unchanged.push(id);
            return Ok(());
        }
        let commits = self.facts.store.code_between(&failed, since, MAX_COMMITS).ok().flatten();
        let fix = match commits.as_deref() {
            Some([only]) => only.commit.clone(),
            _ => since.to_owned(),
        };
        let ending =
            Ending { code: Resolution::Fixed, commits: vec![fix], no_commit: None, duplicate_of: None };
        let note = fixed_by(&self.facts.build.branch, &failed, since, count, commits.as_deref());
        let request = Request::new(What::Step(Move::Resolve(ending))).with_note(Some(note));
        match self.apply(ticket, request)? {
            Some(_) => self.told.resolved.push(id),
            None => self.told.unchanged.push(id),
        }
        Ok(())
    }

    /// What was judged, as one commit under a subject.
    pub(crate) fn draft(self, subject: &dyn Fn(&Told) -> String) -> (Option<Draft>, Told) {
        let tickets: Vec<TicketChange> =
            self.changed.into_values().map(|(before, after)| TicketChange { before, after }).collect();
        // One ticket tells its own story.
        let subject = if tickets.len() > 1 { subject(&self.told) } else { String::new() };
        let draft = Draft { tickets, subject, wording: wording(&self.rules.settings), ..Draft::default() };
        ((!draft.tickets.is_empty()).then_some(draft), self.told)
    }

    fn apply(&mut self, ticket: &Ticket, request: Request) -> Result<Option<Action>, Failure> {
        let id = ticket.id();
        let actor = self.facts.author.actor(&self.entry(id));
        let Some(step) = decide(ticket, request, self.rules, &actor)? else { return Ok(None) };
        let action = step.entry.action.clone();
        let before = match self.changed.remove(id) {
            Some((before, _)) => before,
            None => Some(ticket.clone()),
        };
        let mut after = ticket.clone();
        after.apply(step);
        self.changed.insert(id.clone(), (before, after));
        Ok(Some(action))
    }

    /// The id of a ticket's next entry.
    fn entry(&self, id: &TicketId) -> EntryId {
        let count = self.changed.get(id).map_or(0, |(_, after)| after.timeline().len());
        EntryId::from_bits(checksum(&format!("{:016x} {id} {count}", self.facts.seed)))
    }

    fn sighting(&self, cause: &Cause) -> Sighting {
        let mut seen = self.facts.build.sighting(cause);
        seen.message = seen.message.map(|message| without_secrets(&message));
        seen.tests.iter_mut().for_each(|test| *test = without_secrets(test));
        seen
    }

    fn was_same_code(&self, revision: Option<&str>) -> bool {
        match (revision, &self.facts.build.revision) {
            (Some(before), Some(now)) => self.facts.store.is_same_code(before, now),
            _ => false,
        }
    }

    /// Whether what was built contains the fix of a ticket that has ended.
    fn fix_of(&mut self, ticket: &Ticket) -> Fix {
        let head = ticket.head();
        let resolution = head.get(&Field::Resolution).and_then(|code| code.as_text());
        // The team decided to live with it.
        if let Some("wont-fix" | "works-as-designed" | "withdrawn") = resolution {
            return Fix::Missing;
        }
        if head.status().is_open() || head.members(&Field::Commits).next().is_none() {
            return Fix::Contained;
        }
        let contains = || -> Result<bool, crate::store::Error> {
            let revision = self.facts.build.revision.as_deref().unwrap_or_default();
            let tip = self.facts.store.repository().revision(revision)?;
            let said = self.facts.store.said(&[tip], Some(ticket))?;
            self.facts.store.build(tip, &said)?.fixes(ticket)
        };
        match contains() {
            Ok(true) => Fix::Contained,
            Ok(false) => Fix::Missing,
            Err(error) => {
                let id = ticket.id();
                self.told
                    .notes
                    .push(format!("warning: {id}: whether its fix is in this build cannot be told: {error}"));
                Fix::Missing
            }
        }
    }
}
