//! What is taken back: entries, a comment in the place of which another stands, a link.

use crate::process::decide::Record;
use crate::process::own::{is_by, others_since, others_went_on};
use crate::process::policy::Policy;
use crate::process::refusal::Refusal;
use crate::process::request::{Actor, Changes, FieldChange, Request};
use crate::process::rules::Rules;
use crate::ticket::{
    Action, Entry, EntryId, Field, Fields, LinkKind, Node, Resolution, Restored, Set, Status, Ticket,
    TicketId,
};

impl Record {
    /// Takes entries back; what was changed since stays.
    pub(super) fn undo(
        &mut self,
        ticket: &Ticket,
        entries: &[EntryId],
        request: &Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<Action, Refusal> {
        let undone = ticket.undone();
        let mut is_own = true;
        for entry in all_known(ticket, entries)? {
            let id = &entry.id;
            if !is_by(entry, actor) {
                is_own = false;
                check_may_undo(ticket, entry, rules, actor)?;
            }
            if !entry.can_be_undone() {
                let (id, entry, action) = (ticket.id().clone(), id.clone(), entry.action.clone());
                return Err(Refusal::CannotUndo { id, entry, action });
            }
            if undone.is_undone(entry) {
                return Err(Refusal::Undone { id: ticket.id().clone(), entry: id.clone() });
            }
        }
        for (field, restored) in ticket.restored(entries) {
            match restored {
                Restored::To(value) => self.change(ticket.fields(), &field, &FieldChange::To(value))?,
                Restored::TextOf(entry) => drop(self.set.insert(field, Set::TextOf { entry })),
                Restored::Stays => {}
            }
        }
        self.say_of_status(ticket.fields());
        if self.sets(&Field::Status) || self.sets(&Field::Resolution) {
            self.check_resolution(ticket.id(), ticket.fields())?;
        }
        // What others have gone on from is changed by a step, not taken back.
        let first =
            ticket.timeline().iter().position(|entry| entries.contains(&entry.id)).unwrap_or_default();
        // And who undoes an undo does again what was done then, by the rules of now.
        let is_redo = ticket.redoes(entries);
        if others_went_on(ticket, first, actor) {
            self.check_side_door(ticket.id(), ticket.fields(), request, rules, actor)?;
        } else {
            self.check_set_back(ticket, request, rules, actor, is_redo)?;
        }
        // Who takes back another's judgement judges.
        if is_redo || !is_own {
            self.judge_severity(rules, actor)?;
        }
        self.undoes = entries.to_vec();
        Ok(Action::Undo)
    }

    /// Withdraws a ticket that should not have been opened. Earlier versions undid other steps so, too, without naming them:
    /// fields come back to what they were before one's own entry set them.
    pub(super) fn set_back(
        &mut self,
        ticket: &Ticket,
        changes: &Changes,
        request: &Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<Action, Refusal> {
        let head = ticket.fields();
        let others = |entry: &&Entry| !is_by(entry, actor);
        for (field, change) in changes {
            let setter =
                if is_withdrawal(field, change) { ticket.timeline().first() } else { ticket.setter(field) };
            if let Some(entry) = setter.filter(others) {
                check_may_undo(ticket, entry, rules, actor)?;
            }
            if !is_withdrawal(field, change) && !setter.is_some_and(|entry| is_before(entry, field, change)) {
                let entry = setter.map_or_else(|| actor.entry.clone(), |entry| entry.id.clone());
                return Err(Refusal::CannotUndo { id: ticket.id().clone(), entry, action: Action::Undo });
            }
        }
        self.change_all(head, changes)?;
        self.judge_severity(rules, actor)?;
        self.leave_status(head)?;
        if others_since(ticket, 0, actor) {
            self.check_side_door(ticket.id(), head, request, rules, actor)?;
        }
        Ok(Action::Undo)
    }

    /// Says again what belongs to a status that comes back, where it stayed: somebody may take it away meanwhile, with a status
    /// that gives way to this one.
    fn say_of_status(&mut self, head: &Fields) {
        let Some(status) = self.status_set() else { return };
        for field in [Field::Resolution, Field::Deferral] {
            let there = head.get(&field).filter(|_| !field.is_gone_at(status) && !self.sets(&field)).cloned();
            if there.is_some() {
                self.set.insert(field, Set::Value { from: there.clone(), to: there });
            }
        }
    }

    /// A comment in the place of one's own.
    pub(super) fn replace(
        &mut self,
        ticket: &Ticket,
        replaced: &EntryId,
        actor: &Actor,
    ) -> Result<Action, Refusal> {
        let undone = ticket.undone();
        for entry in all_known(ticket, std::slice::from_ref(replaced))? {
            if entry.action != Action::Comment || undone.is_struck(entry) {
                return Err(Refusal::NoComment { id: ticket.id().clone(), entry: replaced.clone() });
            }
            if !is_by(entry, actor) {
                let (id, by) = (ticket.id().clone(), entry.by.short().to_owned());
                return Err(Refusal::NotOwnEntry { id, entry: replaced.clone(), by });
            }
        }
        self.replaces = Some(replaced.clone());
        Ok(Action::Comment)
    }

    pub(super) fn unlink(
        &mut self,
        ticket: &Ticket,
        kind: &LinkKind,
        other: &TicketId,
    ) -> Result<Action, Refusal> {
        let field = Field::Links(kind.clone());
        if !ticket.fields().members(&field).any(|id| id == other.as_str()) {
            let (id, kind, other) = (ticket.id().clone(), kind.clone(), other.clone());
            return Err(Refusal::NoSuchLink { id, kind, other });
        }
        let change = FieldChange::Members { add: Vec::new(), remove: vec![other.to_string()] };
        self.change(ticket.fields(), &field, &change)?;
        Ok(Action::Unlink)
    }
}

/// True where a ticket ends by its withdrawal.
fn is_withdrawal(field: &Field, change: &FieldChange) -> bool {
    let FieldChange::To(Some(Node::Text(word))) = change else { return false };
    (*field == Field::Status && Status::parse(word) == Some(Status::Resolved))
        || (*field == Field::Resolution && Resolution::parse(word) == Resolution::Withdrawn)
}

/// True where a field comes back to what it was before an entry set it. What a text was, an entry does not say; of members, it
/// says which came and went.
fn is_before(entry: &Entry, field: &Field, change: &FieldChange) -> bool {
    match (entry.set.get(field), change) {
        (Some(Set::Value { from, .. }), FieldChange::To(to)) => from == to,
        (Some(Set::Members { add, remove }), FieldChange::Members { add: back, remove: gone }) => {
            back.iter().all(|name| remove.contains(name)) && gone.iter().all(|name| add.contains(name))
        }
        (Some(Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead), FieldChange::To(_)) => true,
        _ => false,
    }
}

/// The entries that IDs stand for: what is undone or replaced by an ID is every entry that has it, whoever wrote it under
/// the ID of another.
fn all_known<'a>(ticket: &'a Ticket, ids: &[EntryId]) -> Result<Vec<&'a Entry>, Refusal> {
    let mut all = Vec::new();
    for id in ids {
        let found = all.len();
        all.extend(ticket.timeline().iter().filter(|entry| entry.id == *id));
        if all.len() == found {
            return Err(Refusal::NoEntry { id: ticket.id().clone(), entry: id.clone() });
        }
    }
    Ok(all)
}

/// Sees that somebody may take back what another did: a lead or a product owner, where steps are enforced.
fn check_may_undo(ticket: &Ticket, entry: &Entry, rules: &Rules, actor: &Actor) -> Result<(), Refusal> {
    let is_free = rules.settings.level_by_role != Policy::Enforce || rules.team.members.is_empty();
    if is_free || rules.team.leads(&actor.member) {
        return Ok(());
    }
    let (id, by) = (ticket.id().clone(), entry.by.short().to_owned());
    Err(Refusal::NotOwnEntry { id, entry: entry.id.clone(), by })
}
