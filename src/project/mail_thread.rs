//! Which ticket a message is about, and where its talk goes on.

use std::collections::BTreeSet;

use crate::process::{Message, MessageKind, key_of, named_by_message_id, reporter};
use crate::project::failure::Failure;
use crate::project::find::{Projection, Search};
use crate::project::mail::{MailTaking, Writer};
use crate::query::quoted;
use crate::ticket::{
    Action, FULL_TICKET_BYTES, Field, LinkKind, MAX_TEXT_BYTES, Node, Resolution, Status, Ticket, TicketId,
    codec,
};

/// How many words of a vendor's subject are looked up as case numbers.
const MAX_NUMBERS: usize = 5;

/// The shortest case number that is looked up: "only 77 days left" names none.
const MIN_CASE: usize = 4;

/// The ticket that a message is about, and in which way.
pub(super) enum Meant {
    /// Its talk goes on.
    Talk(TicketId),
    /// A message to a vendor is answered: whoever answers speaks for the vendor.
    Vendor(TicketId),
    /// It is named by somebody who takes no part in it.
    Beside(TicketId),
}

impl Meant {
    /// The ticket.
    pub(super) fn ticket(&self) -> &TicketId {
        match self {
            Self::Talk(id) | Self::Vendor(id) | Self::Beside(id) => id,
        }
    }

    /// True where whoever answers speaks for a vendor.
    pub(super) fn is_of_vendor(&self) -> bool {
        matches!(self, Self::Vendor(_))
    }
}

impl MailTaking<'_, '_, '_> {
    /// The tickets that a Message-ID came in, or went out, with, the oldest first.
    pub(super) fn tickets_of(&self, id: &str) -> Result<Vec<TicketId>, Failure> {
        let mut all = Vec::new();
        // One of ours names its ticket, also before the ticket says that it was sent, and where it was purged since.
        if let Some((ticket, entry)) = named_by_message_id(id)
            && let Some(found) = self.change.ticket(&ticket)?
            && (found.is_purged()
                || found.timeline().iter().any(|known| known.id == entry && known.outgoing_mail().is_some()))
        {
            all.push(ticket);
        }
        let query = format!("mail:{}", quoted(id));
        let found = self.change.project().find(&Search::new(&query, Projection::Lines))?;
        all.extend(found.into_iter().rev().map(|listed| listed.summary.id));
        all.extend(self.ids.get(id).into_iter().flatten().cloned());
        // Of a ticket that was purged, nothing but its id is left, which its first message leads to.
        let first = TicketId::from_key(&key_of(id));
        if all.is_empty() && self.change.ticket(&first)?.is_some_and(|ticket| ticket.is_purged()) {
            all.push(first);
        }
        Ok(all)
    }

    /// The ticket that a message is about: the oldest of those that have a message it answers; else one that it names.
    pub(super) fn ticket_meant(&self, message: &Message, writer: &Writer) -> Result<Option<Meant>, Failure> {
        for id in &message.answers {
            if let Some(found) = self.tickets_of(id)?.into_iter().next() {
                let ticket = self.change.ticket(&found)?;
                let is_to_vendor = ticket.is_some_and(|ticket| is_to_vendor(&ticket, id));
                return Ok(Some(if is_to_vendor { Meant::Vendor(found) } else { Meant::Talk(found) }));
            }
        }
        if let Some(vendor) = self.vendor_of(&writer.actor.by.email)?
            && let Some(id) = self.ticket_of_vendor(message, &vendor)?
        {
            return Ok(Some(Meant::Vendor(id)));
        }
        let mut beside = None;
        for id in message.named_tickets(&self.settings) {
            let Some(ticket) = self.change.ticket(&id)? else { continue };
            if !writer.is_outside || ticket.takes_part(&writer.actor.by.email, None) {
                return Ok(Some(Meant::Talk(id)));
            }
            beside = beside.or(Some(Meant::Beside(id)));
        }
        Ok(beside)
    }

    /// The message as a person's, where somebody who takes part in its ticket writes through a list or a group.
    pub(super) fn by_list(
        &self,
        message: &Message,
        meant: Option<&Meant>,
        writer: &Writer,
    ) -> Result<Option<Message>, Failure> {
        let (MessageKind::Bulk, Some(Meant::Talk(id))) = (message.kind, meant) else { return Ok(None) };
        let takes_part = match self.change.ticket(id)? {
            Some(ticket) => ticket.takes_part(&writer.actor.by.email, None),
            None => false,
        };
        Ok(takes_part.then(|| Message { kind: MessageKind::Person, ..message.clone() }))
    }

    /// The ticket that a vendor's message names, by our number or by theirs, of those that were deferred to them.
    fn ticket_of_vendor(&self, message: &Message, vendor: &str) -> Result<Option<TicketId>, Failure> {
        let at = |deferral: &Node, key: &str| deferral.at(key).and_then(Node::as_text).map(str::to_owned);
        let is_theirs = |deferral: &Node| at(deferral, "vendor").as_deref() == Some(vendor);
        for id in message.numbers_in_subject().filter_map(|word| TicketId::parse(&word.to_lowercase())) {
            if self.change.ticket(&id)?.is_some_and(|ticket| ticket.deferrals().any(is_theirs)) {
                return Ok(Some(id));
            }
        }
        let cases = message.numbers_in_subject().filter(|word| word.len() >= MIN_CASE);
        for case in cases.take(MAX_NUMBERS) {
            let is_it = |deferral: &Node| {
                is_theirs(deferral) && at(deferral, "case").is_some_and(|own| own.eq_ignore_ascii_case(case))
            };
            for listed in self.change.project().find(&Search::new(&quoted(case), Projection::Lines))? {
                let ticket = self.change.ticket(&listed.summary.id)?;
                if ticket.is_some_and(|ticket| ticket.deferrals().any(is_it)) {
                    return Ok(Some(listed.summary.id));
                }
            }
        }
        Ok(None)
    }

    /// Where a ticket's talk goes on: in the original of a duplicate, where it is their writer's, too; of one that is full, has
    /// ended for good, or is not its writer's, in the one that an earlier message of theirs opened beside it.
    pub(super) fn goes_on_in(&mut self, meant: &Meant, writer: &Writer) -> Result<Option<TicketId>, Failure> {
        let Some(ticket) = self.change.ticket(meant.ticket())? else { return Ok(None) };
        if matches!(meant, Meant::Beside(_)) {
            return self.opened_beside(&ticket, writer);
        }
        let ticket = self.original(ticket, meant, writer)?;
        if self.is_full(&ticket) || self.has_ended(&ticket)? {
            return self.opened_beside(&ticket, writer);
        }
        Ok(Some(ticket.id().clone()))
    }

    /// The ticket in whose place another was resolved as a duplicate, and so on, where what somebody writes is for the team
    /// alone, or they take part there: of another customer's ticket they learn nothing, nor does its customer of them.
    fn original(&self, ticket: Ticket, meant: &Meant, writer: &Writer) -> Result<Ticket, Failure> {
        let is_for_team = meant.is_of_vendor() || !writer.is_outside;
        let (mut last, mut seen) = (ticket, BTreeSet::new());
        while seen.insert(last.id().clone()) {
            let is_duplicate = last
                .fields()
                .get(&Field::Resolution)
                .is_some_and(|code| Resolution::parse(&code.to_string()) == Resolution::Duplicate);
            let named = last.fields().members(&Field::Links(LinkKind::DuplicateOf)).next();
            let Some(id) = named.filter(|_| is_duplicate).and_then(TicketId::parse) else { break };
            let Some(original) = self.change.ticket(&id)? else { break };
            if !is_for_team && !original.takes_part(&writer.actor.by.email, None) {
                break;
            }
            last = original;
        }
        Ok(last)
    }

    /// True for a ticket that a word of the customer does not open again.
    fn has_ended(&self, ticket: &Ticket) -> Result<bool, Failure> {
        let since = ticket.setter(&Field::Status).map(|entry| entry.at.unix());
        let within = self.change.project().settings()?.reopen_within_seconds;
        let is_late = since.is_some_and(|since| self.change.at().unix().saturating_sub(since) > within);
        let status = ticket.fields().status();
        Ok(ticket.is_purged() || status == Status::Closed || (status == Status::Resolved && is_late))
    }

    /// The ticket that a message of somebody's opened beside another, where its talk goes on.
    fn opened_beside(&mut self, ticket: &Ticket, writer: &Writer) -> Result<Option<TicketId>, Failure> {
        let related = ticket.fields().members(&Field::Links(LinkKind::RelatesTo)).filter_map(TicketId::parse);
        for id in related.collect::<Vec<_>>() {
            let Some(other) = self.change.ticket(&id)? else { continue };
            let came_by_mail = other.timeline().first().is_some_and(|first| first.received_mail().is_some());
            let reporter = reporter(&other).map(|reporter| reporter.email);
            let is_theirs = reporter.is_some_and(|own| own.eq_ignore_ascii_case(&writer.actor.by.email));
            if came_by_mail && is_theirs && !self.has_ended(&other)? && !self.is_full(&other) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// True for a ticket that takes no more texts of any length.
    fn is_full(&mut self, ticket: &Ticket) -> bool {
        let bytes = self.sizes.entry(ticket.id().clone()).or_insert_with(|| codec::write(ticket).len());
        *bytes + MAX_TEXT_BYTES > FULL_TICKET_BYTES
    }
}

/// True for the Message-ID of a message that went to a vendor.
fn is_to_vendor(ticket: &Ticket, id: &str) -> bool {
    let named = named_by_message_id(id).map(|(_, entry)| entry);
    ticket.timeline().iter().any(|entry| {
        let is_it = named.as_ref() == Some(&entry.id) || ticket.sent_as(&entry.id) == Some(id);
        is_it && entry.action == Action::Defer
    })
}
