//! The one place where entries are made: a request becomes a step, or is refused.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::refusal::Refusal;
use crate::process::request::{Actor, Changes, FieldChange, FixStatus, ProcessAction, Request, RequestKind};
use crate::process::rules::Rules;

use crate::ticket::{
    Action, Attachment, Entry, EntryData, EntryId, Field, Fields, Kind, MAX_TEXT_BYTES, Node, Position, Set,
    Status, Ticket, TicketId, Visibility, fold, has_visible,
};

/// What the rules make of a request: the step to apply, and what has to be said about it.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// The step; `None` where everything is so already.
    pub step: Option<Entry>,
    /// What is done although a policy warns of it, a line each.
    pub warnings: Vec<String>,
}

/// A ticket that was opened, and what has to be said about it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The ticket.
    pub ticket: Ticket,
    /// What is done although a policy warns of it, a line each.
    pub warnings: Vec<String>,
}

/// Opens a ticket with the given fields, and what a request says beside: a note, where a machine saw it.
///
/// # Errors
/// What is missing or wrong.
pub fn open(
    id: TicketId,
    changes: &Changes,
    mut request: Request,
    rules: &Rules,
    actor: &Actor,
) -> Result<Opened, Refusal> {
    let mut record = Record::default();
    record.change_all(&Fields::default(), changes)?;
    record.judge_severity(rules, actor)?;
    record.check_assignee(&Fields::default(), rules, actor)?;
    record.check_side_door(&id, &Fields::default(), &request, rules, actor)?;
    record.check_ending(&id, &Fields::default(), &request, rules)?;
    if !record.set.contains_key(&Field::Title) {
        return Err(Refusal::NoTitle);
    }
    record.check_quoted(&id, &request, rules)?;
    request.note = checked_note(request.note)?;
    let warnings = std::mem::take(&mut record.warnings);
    let opening = record.step(Action::Open, Position::first(), request, actor);
    Ok(Opened { ticket: Ticket::open(id, opening), warnings })
}

/// What a request does to a ticket.
///
/// # Errors
/// The rule that said no, and what would make it say yes.
pub fn decide(
    ticket: &Ticket,
    mut request: Request,
    rules: &Rules,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    if ticket.is_purged() {
        return Err(Refusal::Purged(ticket.id().clone()));
    }
    request.note = checked_note(request.note)?;
    let is_brief = matches!(request.what, RequestKind::Process(ProcessAction::Defer(_)) | RequestKind::Send);
    let goes_out = request.mail.as_ref().is_some_and(|mail| !mail.to.is_empty());
    if goes_out && request.note.is_none() && !is_brief {
        return Err(Refusal::EmptyNote);
    }
    let mut record = Record::default();
    let mut action = record.answer(ticket, &request, rules, actor)?;
    let says_something = match &request.what {
        RequestKind::Process(ProcessAction::Own(_)) => false,
        RequestKind::Comment
        | RequestKind::ReplaceComment(_)
        | RequestKind::Undo(_)
        | RequestKind::SetBack(_)
        | RequestKind::Repeat(..)
        | RequestKind::Acknowledge
        | RequestKind::Send
        | RequestKind::Process(_) => true,
        RequestKind::Edit(_)
        | RequestKind::Adopt(_)
        | RequestKind::Attach(_)
        | RequestKind::Link(..)
        | RequestKind::Unlink(..)
        | RequestKind::Assign(_) => false,
    };
    if record.is_empty() && !says_something {
        if request.note.is_some() {
            // What somebody wrote is kept, though nothing changes: a word for the team.
            (action, request.visibility) = (Action::Comment, Visibility::Internal);
        } else if request.spent_minutes.is_none() {
            return Ok(Decision::default());
        }
    }
    let warnings = std::mem::take(&mut record.warnings);
    Ok(Decision { step: Some(record.step(action, ticket.next_position(), request, actor)), warnings })
}

/// What an entry will hold, as it is gathered.
#[derive(Default)]
pub(super) struct Record {
    pub(super) set: BTreeMap<Field, Set>,
    attached: bool,
    pub(super) told: Option<String>,
    pub(super) proposed: bool,
    pub(super) overrides: Vec<String>,
    pub(super) undoes: Vec<EntryId>,
    pub(super) replaces: Option<EntryId>,
    /// What is done although a policy warns of it.
    pub(super) warnings: Vec<String>,
}

impl Record {
    fn is_empty(&self) -> bool {
        self.set.is_empty() && !self.attached
    }

    fn answer(
        &mut self,
        ticket: &Ticket,
        request: &Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<Action, Refusal> {
        let head = ticket.fields();
        match &request.what {
            RequestKind::Edit(changes) => {
                self.edit(ticket, changes, rules, actor)?;
                self.check_side_door(ticket.id(), head, request, rules, actor)?;
                self.check_ending(ticket.id(), head, request, rules)?;
                self.leave_status(head)?;
                Ok(Action::Edit)
            }
            RequestKind::Adopt(fields) => {
                // What the timeline leads to is where the change begins.
                let told = fold(ticket.timeline());
                for field in fields {
                    self.change(&told, field, &FieldChange::To(head.get(field).cloned()))?;
                }
                self.leave_status(&told)?;
                self.judge_severity(rules, actor)?;
                self.check_side_door(ticket.id(), &told, request, rules, actor)?;
                self.check_ending(ticket.id(), &told, request, rules)?;
                Ok(Action::Edit)
            }
            RequestKind::Undo(entries) => self.undo(ticket, entries, request, rules, actor),
            RequestKind::SetBack(changes) => self.set_back(ticket, changes, request, rules, actor),
            RequestKind::Process(step) => self.take(ticket, step, request, rules, actor),
            RequestKind::Comment | RequestKind::ReplaceComment(_) if request.note.is_none() => {
                Err(Refusal::EmptyNote)
            }
            RequestKind::Comment if request.speaker.is_some() => self.said(ticket, request, rules, actor),
            RequestKind::Comment => Ok(Action::Comment),
            RequestKind::ReplaceComment(replaced) => self.replace(ticket, replaced, actor),
            RequestKind::Acknowledge => Ok(Action::Acknowledge),
            RequestKind::Send => Ok(Action::Send),
            RequestKind::Attach(file) => self.attach(file, rules),
            RequestKind::Link(_, other) if other == ticket.id() => Err(Refusal::LinkToItself(other.clone())),
            RequestKind::Link(kind, other) => {
                self.change(
                    head,
                    &Field::Links(kind.clone()),
                    &FieldChange::adding(vec![other.to_string()]),
                )?;
                Ok(Action::Link)
            }
            RequestKind::Unlink(kind, other) => self.unlink(ticket, kind, other),
            RequestKind::Assign(who) => {
                self.change(head, &Field::Assignee, &FieldChange::To(who.as_deref().map(Node::text)))?;
                self.check_assignee(ticket.fields(), rules, actor).map(|()| Action::Assign)
            }
            RequestKind::Repeat(changes, fix) => {
                self.change_all(head, changes)?;
                self.repeat(head, *fix)
            }
        }
    }

    fn attach(&mut self, file: &Attachment, rules: &Rules) -> Result<Action, Refusal> {
        let limit = rules.settings.max_attachment_bytes;
        if file.bytes > limit {
            return Err(Refusal::LargeAttachment { name: file.name.clone(), bytes: file.bytes, limit });
        }
        self.attached = true;
        Ok(Action::Attach)
    }

    /// How the record sets a field.
    pub(super) fn set_of(&self, field: &Field) -> Option<&Set> {
        self.set.get(field)
    }

    /// True where the record sets a field.
    pub(super) fn sets(&self, field: &Field) -> bool {
        self.set.contains_key(field)
    }

    /// True where a ticket has no text of a field, once this is done.
    pub(super) fn lacks(&self, head: &Fields, field: &Field) -> bool {
        let text = match self.set_of(field) {
            None => head.get(field).and_then(Node::as_text),
            Some(Set::Text { to }) => to.as_deref(),
            Some(
                Set::Value { .. }
                | Set::TextOf { .. }
                | Set::TextInHead
                | Set::Members { .. }
                | Set::Other(_),
            ) => return false,
        };
        !text.is_some_and(has_visible)
    }

    /// Records a field as set to what it is: a confirmation.
    pub(super) fn confirm(&mut self, head: &Fields, field: &Field) {
        let value = head.get(field).cloned();
        self.set.insert(field.clone(), Set::Value { from: value.clone(), to: value });
    }

    /// Seen again: a ticket that was resolved or closed is worked on again, unless it was seen where its fix
    /// is not yet.
    fn repeat(&mut self, head: &Fields, fix: FixStatus) -> Result<Action, Refusal> {
        if head.status().is_open() || fix == FixStatus::Missing {
            return Ok(Action::Repeat);
        }
        self.change(head, &Field::Status, &FieldChange::to_text(Status::InProgress.as_str()))?;
        self.leave_status(head)?;
        Ok(Action::Reopen)
    }

    /// What belongs to a status goes with it: a deferral, a resolution.
    pub(super) fn leave_status(&mut self, head: &Fields) -> Result<(), Refusal> {
        let Some(Set::Value { to: Some(Node::Text(to)), .. }) = self.set.get(&Field::Status) else {
            return Ok(());
        };
        let to = Status::parse(to).unwrap_or(Status::New);
        for field in [Field::Resolution, Field::Deferral] {
            if field.is_gone_at(to) && !self.set.contains_key(&field) {
                self.change(head, &field, &FieldChange::To(None))?;
            }
        }
        Ok(())
    }

    pub(super) fn change_all(&mut self, head: &Fields, changes: &Changes) -> Result<(), Refusal> {
        changes.iter().try_for_each(|(field, change)| self.change(head, field, change))
    }

    /// Records a change of one field, unless it is so already.
    pub(super) fn change(
        &mut self,
        head: &Fields,
        field: &Field,
        change: &FieldChange,
    ) -> Result<(), Refusal> {
        let refused = |problem| Refusal::Value { field: field.clone(), problem };
        let from = head.get(field).cloned();
        match change {
            FieldChange::To(None) if must_have(field) => Err(refused("cannot be cleared".to_owned())),
            FieldChange::To(to) => {
                let to = to.clone().map(|to| field.check(to)).transpose().map_err(refused)?;
                // A text without a letter is none.
                let to = to.filter(|to| field.kind() != Kind::Text || to.as_text().is_none_or(has_visible));
                if field.kind() == Kind::Members {
                    let (old, new) = (names(from.as_ref()), names(to.as_ref()));
                    self.change_members(field, &old, &new);
                } else if from != to {
                    self.change_value(field, from, to);
                }
                Ok(())
            }
            FieldChange::Members { add, remove } => {
                let checked = field.check(Node::texts(add.clone())).map_err(refused)?;
                let old = names(from.as_ref());
                let removed: BTreeSet<&String> = remove.iter().collect();
                let mut new: Vec<String> =
                    old.iter().filter(|name| !removed.contains(name)).cloned().collect();
                new.extend(names(Some(&checked)));
                self.change_members(field, &old, &new);
                Ok(())
            }
        }
    }

    /// Fields that are set, by whom they may be.
    fn edit(
        &mut self,
        ticket: &Ticket,
        changes: &Changes,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        self.change_all(ticket.fields(), changes)?;
        self.check_assignee(ticket.fields(), rules, actor)?;
        self.settle_severity(ticket, changes, rules, actor)?;
        self.judge_severity(rules, actor)
    }

    fn change_value(&mut self, field: &Field, from: Option<Node>, to: Option<Node>) {
        if field.kind() == Kind::Text {
            let to = to.as_ref().and_then(Node::as_text).map(str::to_owned);
            self.set.insert(field.clone(), Set::Text { to });
        } else {
            self.set.insert(field.clone(), Set::Value { from, to });
        }
    }

    fn change_members(&mut self, field: &Field, old: &[String], new: &[String]) {
        let missing_in = |list: &[String], other: &[String]| -> Vec<String> {
            let other: BTreeSet<&String> = other.iter().collect();
            list.iter().filter(|name| !other.contains(name)).cloned().collect()
        };
        let (add, remove) = (missing_in(new, old), missing_in(old, new));
        if !add.is_empty() || !remove.is_empty() {
            self.set.insert(field.clone(), Set::Members { add, remove });
        }
    }

    pub(super) fn step(self, action: Action, position: Position, request: Request, actor: &Actor) -> Entry {
        let attachment = match request.what {
            RequestKind::Attach(file) => Some(file),
            RequestKind::Edit(_)
            | RequestKind::Undo(_)
            | RequestKind::SetBack(_)
            | RequestKind::Adopt(_)
            | RequestKind::Comment
            | RequestKind::ReplaceComment(_)
            | RequestKind::Link(..)
            | RequestKind::Unlink(..)
            | RequestKind::Acknowledge
            | RequestKind::Send
            | RequestKind::Assign(_)
            | RequestKind::Process(_)
            | RequestKind::Repeat(..) => None,
        };
        let is_empty = request.note.is_none() && attachment.is_none();
        Entry::from(EntryData {
            seq: position.seq,
            at: actor.at,
            id: actor.entry.clone(),
            after: position.after,
            by: actor.by.clone(),
            action,
            set: self.set,
            visibility: if is_empty { Visibility::Customer } else { request.visibility },
            attachment,
            note: request.note,
            speaker: request.speaker,
            told: self.told,
            proposed: self.proposed,
            overrides: [self.overrides, request.overrides].concat(),
            seen: request.seen,
            mail: request.mail,
            spent_minutes: request.spent_minutes,
            answer: request.answer,
            via: actor.via.clone(),
            undoes: self.undoes,
            replaces: self.replaces,
            redacted: None,
            unknown: Vec::new(),
        })
    }
}

/// The fields that a ticket always has.
fn must_have(field: &Field) -> bool {
    [Field::Title, Field::Type, Field::Area, Field::Status, Field::Level].contains(field)
}

fn names(list: Option<&Node>) -> Vec<String> {
    match list {
        Some(Node::List(items)) => items.iter().map(Node::to_string).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn checked_note(note: Option<String>) -> Result<Option<String>, Refusal> {
    match note {
        Some(note) if note.trim().is_empty() => Err(Refusal::EmptyNote),
        Some(note) if note.len() > MAX_TEXT_BYTES => Err(Refusal::LongNote { bytes: note.len() }),
        note => Ok(note),
    }
}
