//! Whether the process allowed a step: the entry is read back into its request, and the request decided again.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};

use crate::process::audit::Finding;
use crate::process::audit::fields::{beside_action, beside_step, without_request};
use crate::process::audit::growth::named;
use crate::process::audit::head::shown;
use crate::process::audit::replay::{changes, request};
use crate::process::audit::rule::AuditRule;
use crate::process::audit::seen::{led_to, may_have_seen};
use crate::process::decide::{decide, open};
use crate::process::policy::Policy;
use crate::process::problem::ProblemLevel;
use crate::process::purge::check_may_purge;
use crate::process::redaction::check_may_redact;
use crate::process::refusal::Refusal;
use crate::process::request::{Actor, Request, RequestKind};
use crate::process::rules::Rules;
use crate::ticket::{Action, Entry, EntryId, Field, Fields, Kind, Node, Person, Set, Ticket};

/// The most entries that are gone through to find what the writers of a version's new entries had seen, 1,000 times the usual:
/// a forged file of some thousand would take hours. Beyond it, what is wrong in the state that an entry came to stands.
const MAX_TRIED: usize = 300_000;
/// The most entries, and members of fields, that are gone through to judge the new entries of a version: what is left then is
/// not judged, and a finding says so: 2,400 entries written beside each other take as many.
const MAX_WORK: usize = 3_000_000;

/// Who asks whether steps were allowed.
#[derive(Debug)]
pub struct Judge<'a> {
    /// The rules that may have been in force; one that allows a step suffices.
    pub rules: Vec<&'a Rules>,
    /// True where the entries' writers saw what the parent has, and nothing else.
    pub saw_all: bool,
}

/// A version of a ticket that an entry came to.
struct State<'a> {
    ticket: Ticket,
    /// The version that the first of the entries came to: somebody may have edited it by hand.
    before: Option<&'a Ticket>,
    by_hand: OnceCell<Vec<Field>>,
    /// The fields that entries have set since.
    set: BTreeSet<Field>,
    /// How many entries were gone through for what writers had seen.
    tried: Cell<usize>,
    /// How many entries and members were gone through for the steps that were taken.
    work: usize,
}

impl<'a> State<'a> {
    fn of(ticket: Ticket, before: Option<&'a Ticket>) -> Self {
        Self { ticket, before, by_hand: OnceCell::new(), set: BTreeSet::new(), tried: Cell::new(0), work: 0 }
    }

    /// True for a field that somebody has edited by hand: found once, however many entries are judged.
    fn is_by_hand(&self, field: &Field) -> bool {
        let found = || self.before.map(Ticket::unaccounted).unwrap_or_default();
        !self.set.contains(field) && self.by_hand.get_or_init(found).contains(field)
    }

    /// How much is gone through to take a step: what came beside it, what it undoes or replaces, and the members of each field
    /// that it touches.
    fn cost(&self, entry: &Entry) -> usize {
        let timeline = self.ticket.timeline().len();
        let beside = if self.ticket.is_seen_by(entry) { 0 } else { timeline * (1 + entry.after.len()) };
        let fields = entry.set.keys().filter(|field| field.kind() == Kind::Members);
        // What an entry undoes or replaces is looked for, and what is left is worked out anew.
        let undone = entry.undoes.len() + usize::from(entry.replaces.is_some());
        let again = if undone == 0 { 0 } else { timeline * (1 + undone) };
        beside + again + fields.map(|field| self.ticket.fields().members(field).count()).sum::<usize>()
    }

    /// Takes the step that an entry is; a long text that it only names is as it stands now.
    fn take(&mut self, entry: &Entry, after: &Fields) {
        self.work += self.cost(entry);
        self.set.extend(entry.set.keys().cloned());
        self.ticket.apply_told(entry.clone(), |field| {
            let text = after.get(field).and_then(Node::as_text).unwrap_or("(no longer there)");
            Some(text.to_owned())
        });
    }
}

impl Judge<'_> {
    /// What is wrong with the steps of new entries, in order, from the version they came to; those that are not
    /// to be judged here are only taken. `member` gives a person as `.mailmap` names them.
    #[must_use]
    pub fn steps(
        &self,
        before: Option<&Ticket>,
        after: &Ticket,
        new: &[(&Entry, bool)],
        member: &dyn Fn(&Person) -> Person,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let rest = self.each(before, after, new, |state, entry| {
            findings.extend(self.step(state, after, entry, (&entry.by, &member(&entry.by))));
        });
        if let Some((first, _)) = rest.first() {
            let message = format!(
                "{} and {} more: too many concurrent or undone entries, or labels, to judge",
                named(first),
                rest.len() - 1
            );
            findings.push(Finding::new(AuditRule::EntryUnjudged, message));
        }
        findings
    }

    /// The new entries whose step the process reserves to others than somebody who carries them: in their own name it
    /// would have been refused.
    #[must_use]
    pub fn reserved(
        &self,
        before: Option<&Ticket>,
        after: &Ticket,
        new: &[(&Entry, bool)],
        carrier: &Person,
    ) -> Vec<EntryId> {
        let mut reserved = Vec::new();
        let _ = self.each(before, after, new, |state, entry| {
            let rule = self.step(state, after, entry, (carrier, carrier)).map(|finding| finding.rule);
            if let Some(
                AuditRule::SeverityOwner
                | AuditRule::LevelRole
                | AuditRule::RedactionRole
                | AuditRule::PurgeRole,
            ) = rule
            {
                reserved.push(entry.id.clone());
            }
        });
        reserved
    }

    /// Hands over each new entry that is to be judged, with the state that it came to; what is left is more than can be judged.
    fn each<'n, 'e>(
        &self,
        before: Option<&Ticket>,
        after: &Ticket,
        new: &'n [(&'e Entry, bool)],
        mut judge: impl FnMut(Option<&State<'_>>, &Entry),
    ) -> &'n [(&'e Entry, bool)] {
        let mut state = before.map(|ticket| State::of(ticket.clone(), before));
        for (place, (entry, is_judged)) in new.iter().enumerate() {
            if state.as_ref().is_some_and(|state| state.work > MAX_WORK) {
                return new.get(place..).unwrap_or_default();
            }
            if *is_judged {
                judge(state.as_ref(), entry);
            }
            let state = state.get_or_insert_with(|| State::of(Ticket::empty(after.id().clone()), None));
            state.take(entry, after.fields());
        }
        &[]
    }

    fn step(
        &self,
        state: Option<&State<'_>>,
        after: &Ticket,
        entry: &Entry,
        (by, member): (&Person, &Person),
    ) -> Option<Finding> {
        let actor = Actor {
            by: by.clone(),
            member: member.clone(),
            at: entry.at,
            via: entry.via.clone(),
            entry: entry.id.clone(),
        };
        if entry.action == Action::Open {
            let again = state.and_then(|state| without_request(&state.ticket, entry));
            return again.or_else(|| self.best(|rules| opening(entry, after, rules, &actor)));
        }
        if entry.purges() {
            let refused = self.best(|rules| {
                let refused = check_may_purge(rules, &actor).err()?;
                Some(self::refused(entry, &refused))
            });
            return refused.or_else(|| beside_step(entry, None, after));
        }
        // That nothing opens it is found elsewhere.
        let state = state?;
        if entry.action == Action::Redact {
            let refused = self.best(|rules| {
                let refused = check_may_redact(&state.ticket, after, &entry.id, rules, &actor).err()?;
                Some(self::refused(entry, &refused))
            });
            return refused.or_else(|| beside_step(entry, None, after));
        }
        let first = self.best(|rules| self.judge(state, entry, after, rules, &actor));
        let is_concurrent = !state.ticket.is_seen_by(entry);
        // Who says what they followed, and followed all of it, saw this state and no other.
        let is_all_seen = !is_concurrent && (self.saw_all || !entry.after.is_empty());
        if first.is_none() || is_all_seen || state.tried.get() > MAX_TRIED {
            return first;
        }
        // What its writer saw is one of the states that earlier entries lead to.
        let timeline = state.ticket.timeline();
        let mut told = first;
        for (place, seen) in may_have_seen(timeline, entry).enumerate() {
            if state.tried.get() > MAX_TRIED {
                break;
            }
            state.tried.set(state.tried.get() + timeline.len());
            let state = State::of(led_to(after.id(), &seen), None);
            let finding = self.best(|rules| self.judge(&state, entry, after, rules, &actor))?;
            // Of what its writer did see, not of what came beside it.
            if is_concurrent && place == 0 {
                told = Some(finding);
            }
        }
        told
    }

    /// What the first rules say, unless some allow it.
    fn best(&self, judge: impl Fn(&Rules) -> Option<Finding>) -> Option<Finding> {
        let mut first = None;
        for rules in &self.rules {
            first = Some(first.unwrap_or(judge(rules)?));
        }
        first
    }

    fn judge(
        &self,
        state: &State<'_>,
        entry: &Entry,
        after: &Ticket,
        rules: &Rules,
        actor: &Actor,
    ) -> Option<Finding> {
        let ticket = &state.ticket;
        let Some(request) = request(entry, ticket, after.fields()) else {
            return beside_step(entry, None, after).or_else(|| without_request(ticket, entry));
        };
        if let Some(finding) = beside_action(ticket, entry) {
            return Some(finding);
        }
        match decide(ticket, request, rules, actor) {
            Err(refusal) => Some(refused(entry, &refusal)),
            Ok(decision) => {
                let decided = decision.step;
                differing(state, entry, decided.as_ref(), after.fields())
                    .or_else(|| beside_step(entry, decided.as_ref(), after))
                    .or_else(|| overridden(entry, decided.as_ref()?))
                    .or_else(|| unowned(entry, decided.as_ref()?, rules))
            }
        }
    }
}

/// An opening: any fields, but a severity only of somebody who may judge it.
fn opening(entry: &Entry, after: &Ticket, rules: &Rules, actor: &Actor) -> Option<Finding> {
    let changes = changes(entry, after.fields(), |_| true);
    let force = !entry.overrides.is_empty();
    let (note, speaker) = (entry.note.clone(), entry.speaker.clone());
    let request = Request { force, note, speaker, ..Request::new(RequestKind::Comment) };
    match open(after.id().clone(), &changes, request, rules, actor) {
        Err(refusal) => Some(refused(entry, &refusal)),
        Ok(opened) => {
            let decided = opened.ticket.timeline().first()?;
            beside_step(entry, Some(decided), after).or_else(|| unowned(entry, decided, rules))
        }
    }
}

/// What a refusal is, among the rules of the audit.
pub(super) fn refused(entry: &Entry, refusal: &Refusal) -> Finding {
    let rule = match refusal {
        Refusal::MissingFindings { .. } => AuditRule::StepHandover,
        Refusal::NoCommit { .. } => AuditRule::StepCommit,
        Refusal::NoVendor { .. }
        | Refusal::WhichVendor { .. }
        | Refusal::NoChannel(_)
        | Refusal::LevelOneDefers(_) => AuditRule::StepVendor,
        Refusal::NotTheirs { policy, .. } if policy.ends_with("severity_by_owner") => {
            AuditRule::SeverityOwner
        }
        Refusal::NotTheirs { .. } => AuditRule::LevelRole,
        Refusal::NotOwnText { .. } => AuditRule::RedactionRole,
        Refusal::NotToPurge { .. } => AuditRule::PurgeRole,
        Refusal::NoLevel { .. } => AuditRule::StepLevel,
        Refusal::Value { .. }
        | Refusal::NoResolution { .. }
        | Refusal::NotOfStatus { .. }
        | Refusal::NoTitle
        | Refusal::EmptyNote
        | Refusal::LongNote { .. }
        | Refusal::LargeAttachment { .. }
        | Refusal::LinkToItself(_)
        | Refusal::NoCustomer(..)
        | Refusal::NoSuchLink { .. }
        | Refusal::Illegal { .. }
        | Refusal::NoStep { .. }
        | Refusal::OwnStep { .. }
        | Refusal::NoSeverity(_)
        | Refusal::PastFollowUp(_)
        | Refusal::ReasonHolds
        | Refusal::NoReason { .. }
        | Refusal::NoOriginal(_)
        | Refusal::NothingProposed(_)
        | Refusal::NoEntry { .. }
        | Refusal::CannotUndo { .. }
        | Refusal::Undone { .. }
        | Refusal::NoComment { .. }
        | Refusal::NotOwnEntry { .. }
        | Refusal::Purged(_)
        | Refusal::Changed { .. } => AuditRule::StepIllegal,
    };
    Finding::new(rule, format!("{}: {refusal}", named(entry)))
}

/// What an entry sets otherwise than its step does.
fn differing(state: &State<'_>, entry: &Entry, decided: Option<&Entry>, after: &Fields) -> Option<Finding> {
    let none = BTreeMap::new();
    let expected = decided.map_or(&none, |decided| &decided.set);
    let fields = entry.set.keys().chain(expected.keys());
    let mut wrong = fields.filter(|field| {
        let known =
            !matches!(entry.set.get(field), Some(Set::Other(_))) && !matches!(field, Field::Unknown(_));
        let same = match field.kind() {
            Kind::Text if matches!(entry.set.get(field), Some(Set::Text { .. } | Set::TextOf { .. })) => {
                entry.set.get(field) == expected.get(field)
            }
            // Of an entry of schema 1 that a later one of the commit follows, the text is the later one's.
            Kind::Text if !expected.contains_key(field) => {
                state.ticket.fields().get(field) == after.get(field)
            }
            Kind::Text => entry.set.contains_key(field),
            Kind::Value | Kind::Members => entry.set.get(field) == expected.get(field),
        };
        // What somebody had edited by hand is not what the entry begins from.
        known && !same && !state.is_by_hand(field)
    });
    let field = wrong.next()?;
    let rule = if *field == Field::Level { AuditRule::StepLevel } else { AuditRule::StepSets };
    let message = format!(
        "{}: {} is {} in the entry, and {} by the step",
        named(entry),
        field.name(),
        told(entry.set.get(field)),
        told(expected.get(field))
    );
    Some(Finding::new(rule, message))
}

/// How a field is set, as a finding shows it.
fn told(set: Option<&Set>) -> String {
    match set {
        None => "not set".to_owned(),
        Some(Set::Value { from, to }) => format!("{} -> {}", shown(from.as_ref()), shown(to.as_ref())),
        Some(Set::Members { add, remove }) => format!("+[{}] -[{}]", add.join(", "), remove.join(", ")),
        Some(Set::Text { to: Some(_) } | Set::TextOf { .. } | Set::TextInHead) => "set".to_owned(),
        Some(Set::Text { to: None }) => "removed".to_owned(),
        Some(Set::Other(node)) => Node::to_string(node),
    }
}

/// Rules that were gone over, and the entry does not say so.
fn overridden(entry: &Entry, decided: &Entry) -> Option<Finding> {
    let untold: Vec<&str> =
        decided.overrides.iter().filter(|rule| !entry.overrides.contains(rule)).map(String::as_str).collect();
    let message =
        format!("{}: {} was missing, and is not recorded as overridden", named(entry), untold.join(", "));
    (!untold.is_empty()).then(|| Finding::new(AuditRule::StepHandover, message))
}

/// A severity that is only a proposal, and stands as judged.
fn unowned(entry: &Entry, decided: &Entry, rules: &Rules) -> Option<Finding> {
    if !decided.proposed || entry.proposed {
        return None;
    }
    let level = match rules.settings.severity_by_owner {
        Policy::Enforce => ProblemLevel::Error,
        Policy::Warn | Policy::Off => ProblemLevel::Warning,
    };
    let severity = match entry.set.get(&Field::Severity) {
        Some(Set::Value { to, .. }) => shown(to.as_ref()),
        Some(
            Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead | Set::Members { .. } | Set::Other(_),
        )
        | None => String::new(),
    };
    let message = format!("{}: set severity {severity}, but is not a product owner", named(entry));
    Some(Finding::new(AuditRule::SeverityOwner, message).weighing(level))
}
