//! An issue of another tracker, taken over: the first time as a whole, the next what changed there since. What changed on
//! both sides is said, and stays as it is here.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::{
    Actor, Changes, FieldChange, IncomingEntry, IncomingIssue, Policy, ProcessAction, Request, RequestKind,
    Rules,
};
use crate::project::attachments::attachment;
use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::project::import::{Pair, opening};
use crate::store::layout;
use crate::ticket::{Action, Entry, EntryId, Field, Fields, Kind, Node, Set, Ticket};

/// The fields that follow the other tracker.
const FOLLOWING: &[Field] = &[
    Field::Title,
    Field::Description,
    Field::Type,
    Field::Severity,
    Field::Assignee,
    Field::Labels,
    Field::Affects,
    Field::Status,
];

impl Change<'_, '_> {
    pub(super) fn issue(&mut self, issue: &IncomingIssue) -> Result<Pair, Failure> {
        let before = self.project().snapshot().ticket(&issue.id)?;
        Ok(match self.issue_on(issue, before.as_ref()) {
            Ok(after) => Ok((before.as_ref() != Some(&after)).then_some((before, after))),
            Err(failure) => Err(failure.error.to_string()),
        })
    }

    fn issue_on(&mut self, issue: &IncomingIssue, before: Option<&Ticket>) -> Result<Ticket, Failure> {
        let rules = lenient(self.project().rules()?);
        let mut ticket = match before {
            Some(before) => self.followed(issue, before, &rules)?,
            None => {
                let (by, entry) = (issue.reporter.clone(), issue.opening_entry());
                let actor = Actor { member: by.clone(), by, at: issue.created, via: None, entry };
                self.opened(&issue.id, &issue.fields, opening(self.project().rules()?), &rules, &actor)?
            }
        };
        self.attach_long_texts(issue, &mut ticket, &rules)?;
        for comment in &issue.comments {
            self.happened(&mut ticket, comment, &rules)?;
        }
        self.stands(issue, &mut ticket, &rules)?;
        Ok(ticket)
    }

    /// The ticket with what changed in the other tracker since the import before.
    fn followed(&mut self, issue: &IncomingIssue, before: &Ticket, rules: &Rules) -> Result<Ticket, Failure> {
        let mut ticket = before.clone();
        let Some(last) = Last::of(issue, before) else { return Ok(ticket) };
        let (mut changes, mut apart) = (Changes::new(), Vec::new());
        // What ended or waits is not set back by a word for where it stands.
        let is_ended = !before.fields().status().is_open() || issue.end.is_some();
        for field in FOLLOWING.iter().filter(|field| !(is_ended && **field == Field::Status)) {
            let theirs = issue.fields.get(field);
            match last.change(field, theirs, before) {
                Outcome::Same => {}
                Outcome::Theirs(change) => drop(changes.insert(field.clone(), change)),
                Outcome::Apart => apart.push(field.name()),
            }
        }
        for (field, change) in issue.fields.iter().filter(|(field, _)| matches!(field, Field::Links(_))) {
            let FieldChange::Members { add, .. } = change else { continue };
            let known: BTreeSet<&str> = before.fields().members(field).collect();
            let new: Vec<String> = add.iter().filter(|id| !known.contains(id.as_str())).cloned().collect();
            if !new.is_empty() {
                changes.insert(field.clone(), FieldChange::adding(new));
            }
        }
        if !apart.is_empty() {
            let warning = format!(
                "warning: {}: changed in both trackers, not imported: {}",
                issue.id,
                apart.join(", ")
            );
            self.project().host.note(warning);
        }
        if !changes.is_empty() {
            let entry = issue.update_entry(&last.entry, &mark_of_changes(&changes));
            let request = Request::new(RequestKind::Edit(changes));
            let (by, at) = (issue.reporter.clone(), self.at());
            self.happened(&mut ticket, &IncomingEntry { entry, by, at, request }, rules)?;
        }
        Ok(ticket)
    }

    /// Attaches texts that are longer than a ticket takes.
    fn attach_long_texts(
        &mut self,
        issue: &IncomingIssue,
        ticket: &mut Ticket,
        rules: &Rules,
    ) -> Result<(), Failure> {
        for long in &issue.long_texts {
            if ticket.timeline().iter().any(|known| known.id == long.entry) {
                continue;
            }
            let attachment = attachment(&long.entry, &long.name, long.text.as_bytes());
            let file = attachment.file.clone();
            let request = Request::new(RequestKind::Attach(attachment));
            let (entry, by) = (long.entry.clone(), issue.reporter.clone());
            let mut rules = rules.clone();
            rules.settings.max_attachment_bytes = u64::MAX;
            self.happened(ticket, &IncomingEntry { entry, by, at: issue.created, request }, &rules)?;
            let path = format!("{}/{file}", layout::attachments(ticket.id()));
            self.store_file(path, long.text.clone().into_bytes())?;
        }
        Ok(())
    }

    /// Ends it as it ended there, or works on it again as it is worked on there; unless it was decided otherwise here.
    fn stands(&mut self, issue: &IncomingIssue, ticket: &mut Ticket, rules: &Rules) -> Result<(), Failure> {
        let is_open = ticket.fields().status().is_open();
        match &issue.end {
            Some(end) if is_open => self.happened(ticket, end, rules),
            None if !is_open => {
                let ended =
                    ticket.setter(&Field::Status).filter(|entry| entry.id == issue.end_entry(entry.at));
                let Some(ended) = ended else { return Ok(()) };
                let entry = issue.reopened_entry(&ended.id);
                let request = Request::new(RequestKind::Process(ProcessAction::Reopen))
                    .with_note(Some("It was opened again where it came from.".to_owned()));
                let (by, at) = (issue.reporter.clone(), self.at());
                self.happened(ticket, &IncomingEntry { entry, by, at, request }, rules)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Adds what happened elsewhere, unless it came in before.
    fn happened(&mut self, ticket: &mut Ticket, what: &IncomingEntry, rules: &Rules) -> Result<(), Failure> {
        if ticket.timeline().iter().any(|known| known.id == what.entry) {
            return Ok(());
        }
        let (by, entry) = (what.by.clone(), what.entry.clone());
        let actor = Actor { member: by.clone(), by, at: what.at, via: None, entry };
        self.decided(ticket, what.request.clone(), rules, &actor).map(drop)
    }
}

/// What the other tracker had at the import before, as the entries tell that imports made.
struct Last {
    values: BTreeMap<Field, Option<Node>>,
    members: BTreeMap<Field, BTreeSet<String>>,
    /// The last of those entries.
    entry: EntryId,
}

/// What becomes of a field.
enum Outcome {
    /// Nothing changed there.
    Same,
    /// It is as it is there.
    Theirs(FieldChange),
    /// It changed here, too.
    Apart,
}

impl Last {
    fn of(issue: &IncomingIssue, ticket: &Ticket) -> Option<Self> {
        let opening = ticket.timeline().iter().find(|entry| entry.action == Action::Open)?;
        // An opening does not set what a ticket has anyway.
        let usual = Fields::default();
        let values = [Field::Type, Field::Status].map(|field| (field.clone(), usual.get(&field).cloned()));
        let mut last = Self { values: values.into(), members: BTreeMap::new(), entry: opening.id.clone() };
        last.take(opening);
        for entry in ticket.timeline().iter().filter(|entry| entry.action == Action::Edit) {
            if entry.id == issue.update_entry(&last.entry, &mark_of_entry(entry)) {
                last.take(entry);
                last.entry = entry.id.clone();
            }
        }
        Some(last)
    }

    fn take(&mut self, entry: &Entry) {
        for (field, set) in &entry.set {
            match set {
                Set::Value { to, .. } => drop(self.values.insert(field.clone(), to.clone())),
                Set::Text { to } => drop(self.values.insert(field.clone(), to.clone().map(Node::text))),
                Set::Members { add, remove } => {
                    let members = self.members.entry(field.clone()).or_default();
                    members.extend(add.iter().cloned());
                    remove.iter().for_each(|gone| drop(members.take(gone)));
                }
                Set::TextOf { .. } | Set::TextInHead | Set::Other(_) => {}
            }
        }
    }

    /// What becomes of a field that is so there now.
    fn change(&self, field: &Field, theirs: Option<&FieldChange>, ours: &Ticket) -> Outcome {
        if field.kind() == Kind::Members {
            return self.change_of_members(field, theirs, ours);
        }
        let theirs = match theirs {
            Some(FieldChange::To(value)) => value.clone(),
            Some(FieldChange::Members { .. }) | None => None,
        };
        if theirs.is_none() && [Field::Title, Field::Type, Field::Status].contains(field) {
            // No word, or one that nobody knows: each issue has one.
            return Outcome::Same;
        }
        let was = self.values.get(field).cloned().flatten();
        let now = ours.fields().get(field).cloned();
        if theirs == was || theirs == now {
            return Outcome::Same;
        }
        if now == was { Outcome::Theirs(FieldChange::To(theirs)) } else { Outcome::Apart }
    }

    fn change_of_members(&self, field: &Field, theirs: Option<&FieldChange>, ours: &Ticket) -> Outcome {
        let theirs: BTreeSet<String> = match theirs {
            Some(FieldChange::Members { add, .. }) => add.iter().cloned().collect(),
            Some(FieldChange::To(_)) | None => BTreeSet::new(),
        };
        let was = self.members.get(field).cloned().unwrap_or_default();
        let now: BTreeSet<&str> = ours.fields().members(field).collect();
        let add: Vec<String> =
            theirs.difference(&was).filter(|one| !now.contains(one.as_str())).cloned().collect();
        let remove: Vec<String> =
            was.difference(&theirs).filter(|one| now.contains(one.as_str())).cloned().collect();
        if add.is_empty() && remove.is_empty() {
            return Outcome::Same;
        }
        Outcome::Theirs(FieldChange::Members { add, remove })
    }
}

/// What changes set, as a text that the entry which makes them has, too.
fn mark_of_changes(changes: &Changes) -> String {
    let parts = changes.iter().map(|(field, change)| match change {
        FieldChange::To(value) => mark(field, value.as_ref().map(Node::to_string).as_deref(), &[], &[]),
        FieldChange::Members { add, remove } => mark(field, None, add, remove),
    });
    parts.collect()
}

fn mark_of_entry(entry: &Entry) -> String {
    let parts = entry.set.iter().map(|(field, set)| match set {
        Set::Value { to, .. } => mark(field, to.as_ref().map(Node::to_string).as_deref(), &[], &[]),
        Set::Text { to } => mark(field, to.as_deref(), &[], &[]),
        Set::Members { add, remove } => mark(field, None, add, remove),
        Set::TextOf { .. } | Set::TextInHead | Set::Other(_) => String::new(),
    });
    parts.collect()
}

fn mark(field: &Field, value: Option<&str>, add: &[String], remove: &[String]) -> String {
    let sorted = |words: &[String]| {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.sort_unstable();
        words.join(",")
    };
    format!("{}={}+{}-{};", field.name(), value.unwrap_or_default().trim_end(), sorted(add), sorted(remove))
}

/// What another tracker let happen has happened.
fn lenient(rules: &Rules) -> Rules {
    let mut rules = rules.clone();
    rules.settings.level_by_role = Policy::Off;
    rules.settings.severity_by_owner = Policy::Warn;
    rules
}
