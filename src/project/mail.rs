//! Messages that come in, as entries: which ticket each is about, and who its writer is there.

use std::collections::BTreeMap;

use crate::process::{
    Actor, Changes, FieldChange, MailSettings, Message, MessageKind, Request, RequestKind, entry_of_key,
    key_of, named_by_message_id,
};
use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::project::find::{Projection, Search};
use crate::query::quoted;
use crate::ticket::{
    Action, EntryId, FULL_TICKET_BYTES, Field, LinkKind, Mail, Node, Person, Resolution, Status, Ticket,
    TicketId, Timestamp, Visibility, codec, cut, one_line,
};

/// The bytes that an entry takes in a file beside its text, at most.
const ENTRY_BYTES: usize = 2_048;
/// How many characters a title takes of a subject.
const MAX_TITLE: usize = 200;

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It opened a ticket.
    Opened(TicketId),
    /// It is a comment of its writer's on a ticket.
    Said(TicketId),
    /// It is a note for the team on a ticket.
    Noted(TicketId),
    /// It came in before.
    Known(TicketId),
    /// It is left in the mailbox, for a reason.
    Left(String),
    /// It could not be taken, and stays among the new messages.
    Refused(String),
}

/// When addresses were acknowledged.
pub(super) type Acknowledged = BTreeMap<String, Vec<Timestamp>>;

/// Messages as they come in, in one change.
pub struct MailTaking<'c, 'p, 'h> {
    pub(super) change: &'c mut Change<'p, 'h>,
    pub(super) settings: MailSettings,
    /// The tickets of messages that this change has taken, by Message-ID.
    ids: BTreeMap<String, TicketId>,
    /// When senders were acknowledged; none where that was not looked up yet.
    pub(super) acknowledged: Option<Acknowledged>,
    /// How large the tickets are that messages came to, in bytes.
    sizes: BTreeMap<TicketId, usize>,
    /// The tickets in which the talk of full ones goes on.
    continued: BTreeMap<TicketId, TicketId>,
}

/// Who a message is of, here.
pub(super) struct Writer {
    pub(super) actor: Actor,
    /// Who it says wrote it, where that is no proof: a member of the team.
    pub(super) claimed: Option<String>,
    /// True for somebody outside of the team.
    pub(super) is_outside: bool,
}

impl<'c, 'p, 'h> MailTaking<'c, 'p, 'h> {
    /// Nothing taken yet.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub fn new(change: &'c mut Change<'p, 'h>) -> Result<Self, Failure> {
        let settings = change.project().settings()?.mail.clone();
        Ok(Self {
            change,
            settings,
            ids: BTreeMap::new(),
            acknowledged: None,
            sizes: BTreeMap::new(),
            continued: BTreeMap::new(),
        })
    }

    /// Says what the commit does.
    pub fn finish(self) {
        let taken = self.ids.len();
        self.change.subject(format!("take {taken} message{}", if taken == 1 { "" } else { "s" }));
        self.change.action("mail");
    }

    /// Takes a message. What a rule refuses is left in the mailbox, with the reason.
    ///
    /// # Errors
    /// The repository cannot be read or written.
    pub fn take(&mut self, message: &Message) -> Result<Taken, Failure> {
        if let Some(reason) = message.refused(&self.settings) {
            return Ok(Taken::Left(reason.to_owned()));
        }
        let known = self.ticket_of(&message.recorded_id())?;
        let mut key = message.key();
        if let Some(id) = &known {
            if self.has_taken(id, message)? || self.is_of_purged(id, message)? {
                return Ok(Taken::Known(id.clone()));
            }
            key = message.second_key();
        }
        let opened = TicketId::from_key(&key);
        if self.change.ticket(&opened)?.is_some() {
            return Ok(Taken::Known(opened));
        }
        let taken = self.file(message, &key, &opened)?;
        if let Taken::Opened(id) | Taken::Said(id) | Taken::Noted(id) = &taken {
            self.ids.insert(message.recorded_id(), id.clone());
        }
        Ok(taken)
    }

    fn file(&mut self, message: &Message, key: &str, opened: &TicketId) -> Result<Taken, Failure> {
        let writer = self.writer(message, key)?;
        let meant = self.ticket_meant(message, &writer)?;
        let (found, is_of_vendor) =
            (meant.as_ref().map(|(id, _)| id.clone()), meant.is_some_and(|(_, is)| is));
        if let Some(id) = &found
            && self.is_of_purged(id, message)?
        {
            return Ok(Taken::Known(id.clone()));
        }
        let goes_on = match &found {
            Some(id) => self.goes_on_in(id)?,
            None => None,
        };
        if let Some(id) = goes_on {
            let before = self.change.set_aside(&[&id]);
            return Ok(self.say(&id, message, key, (&writer, is_of_vendor)).unwrap_or_else(|failure| {
                self.change.put_back(before);
                Taken::Refused(failure.error.to_string())
            }));
        }
        if let Some(reason) = message.no_ticket() {
            return Ok(Taken::Left(reason));
        }
        if writer.is_outside && !self.settings.takes_strangers && !self.knows(&writer.actor.by)? {
            return Ok(Taken::Left("from a sender without a ticket, and mail.unknown is refuse".to_owned()));
        }
        let touched: Vec<&TicketId> = std::iter::once(opened).chain(found.as_ref()).collect();
        let before = self.change.set_aside(&touched);
        Ok(match self.open(opened, found.as_ref(), message, key, &writer) {
            Ok(()) => {
                if let Some(full) = found {
                    self.continued.insert(full, opened.clone());
                }
                Taken::Opened(opened.clone())
            }
            Err(failure) => {
                self.change.put_back(before);
                Taken::Refused(failure.error.to_string())
            }
        })
    }

    /// The ticket that a Message-ID came in, or went out, with.
    fn ticket_of(&self, id: &str) -> Result<Option<TicketId>, Failure> {
        if let Some(known) = self.ids.get(id) {
            return Ok(Some(known.clone()));
        }
        // One of ours names its ticket, also before the ticket says that it was sent.
        if let Some((ticket, entry)) = named_by_message_id(id)
            && let Some(found) = self.change.ticket(&ticket)?
            && found.timeline().iter().any(|known| known.id == entry && known.outgoing_mail().is_some())
        {
            return Ok(Some(ticket));
        }
        let query = format!("mail:{}", quoted(id));
        let found = self.change.project().find(&Search::new(&query, Projection::Lines))?;
        if let Some(listed) = found.last() {
            return Ok(Some(listed.summary.id.clone()));
        }
        // Of a ticket that was purged, nothing but its id is left, which its first message leads to.
        let first = TicketId::from_key(&key_of(id));
        Ok(self.change.ticket(&first)?.filter(Ticket::is_purged).map(|_| first))
    }

    /// True for a message that was written before its ticket was purged: it is what was to go.
    fn is_of_purged(&self, id: &TicketId, message: &Message) -> Result<bool, Failure> {
        let Some(ticket) = self.change.ticket(id)?.filter(Ticket::is_purged) else { return Ok(false) };
        let purged = ticket.timeline().last().map(|entry| entry.at);
        Ok(purged.is_some_and(|purged| message.at.is_none_or(|at| at <= purged)))
    }

    /// True where a ticket has this message already: of another under its Message-ID, it does not.
    fn has_taken(&self, id: &TicketId, message: &Message) -> Result<bool, Failure> {
        let Some(ticket) = self.change.ticket(id)? else { return Ok(false) };
        let second = entry_of_key(&message.second_key(), "text");
        Ok(ticket.timeline().iter().any(|entry| {
            let mail = entry.received_mail().filter(|mail| mail.id == Some(message.recorded_id()));
            let is_same = |mail: &Mail| mail.digest.as_ref().is_none_or(|digest| *digest == message.digest);
            entry.id == second || mail.is_some_and(is_same)
        }))
    }

    /// Who a message is of. Anybody can write any sender into a message: what it says in the name of a colleague is
    /// recorded by the desk.
    fn writer(&self, message: &Message, key: &str) -> Result<Writer, Failure> {
        let by = message.writer();
        let member = self.change.project().store.mapped(&by)?;
        let team = &self.change.project().rules()?.team;
        let is_outside = !team.has_member(&member) && !team.has_member(&by);
        let entry = entry_of_key(key, "text");
        let at = message.at.filter(|at| *at <= self.change.at()).unwrap_or(self.change.at());
        let actor = if is_outside {
            Actor { by: by.clone(), member, at, via: None, entry }
        } else if let Some(desk) = self.settings.desk() {
            Actor { by: desk.clone(), member: desk, at, via: None, entry }
        } else {
            Actor { at, ..self.change.author.actor(entry) }
        };
        Ok(Writer { actor, claimed: (!is_outside).then(|| by.to_string()), is_outside })
    }

    /// The ticket that a message is about: that of a message it answers; else the one that it names, for somebody who
    /// takes part in it. True beside it, where a message to a vendor is answered: whoever answers speaks for the vendor.
    fn ticket_meant(&self, message: &Message, writer: &Writer) -> Result<Option<(TicketId, bool)>, Failure> {
        for id in &message.answers {
            if let Some(found) = self.ticket_of(id)? {
                let ticket = self.change.ticket(&found)?;
                let is_of_vendor = ticket.is_some_and(|ticket| is_to_vendor(&ticket, id));
                return Ok(Some((found, is_of_vendor)));
            }
        }
        for id in message.named_tickets(&self.settings) {
            let Some(ticket) = self.change.ticket(&id)? else { continue };
            if !writer.is_outside || ticket.takes_part(&writer.actor.by.email, None) {
                return Ok(Some((id, false)));
            }
        }
        Ok(None)
    }

    /// Where a ticket's talk goes on: in the original of a duplicate, and nowhere once it has ended for good.
    fn goes_on_in(&mut self, id: &TicketId) -> Result<Option<TicketId>, Failure> {
        let Some(ticket) = self.change.ticket(id)? else { return Ok(None) };
        if ticket.is_purged() {
            return Ok(None);
        }
        if self.is_full(&ticket) {
            return Ok(self.continued.get(id).cloned());
        }
        let code = ticket.fields().get(&Field::Resolution).map(|code| Resolution::parse(&code.to_string()));
        if code == Some(Resolution::Duplicate) {
            let original = ticket.fields().members(&Field::Links(LinkKind::DuplicateOf)).next();
            return Ok(original.and_then(TicketId::parse).or_else(|| Some(id.clone())));
        }
        let since = ticket.setter(&Field::Status).map(|entry| entry.at.unix());
        let within = self.change.project().settings()?.reopen_within_seconds;
        let is_late = since.is_some_and(|since| self.change.at().unix().saturating_sub(since) > within);
        Ok(match ticket.fields().status() {
            Status::Closed => None,
            Status::Resolved if is_late => None,
            Status::New
            | Status::Triaged
            | Status::InProgress
            | Status::Pending
            | Status::Deferred
            | Status::Resolved => Some(id.clone()),
        })
    }

    /// True for a ticket that takes no more texts of any length.
    fn is_full(&mut self, ticket: &Ticket) -> bool {
        let bytes = self.sizes.entry(ticket.id().clone()).or_insert_with(|| codec::write(ticket).len());
        *bytes + crate::ticket::MAX_TEXT_BYTES > FULL_TICKET_BYTES
    }

    /// True for somebody who reported a ticket, or is of a vendor.
    fn knows(&self, who: &Person) -> Result<bool, Failure> {
        let query = format!("reporter:{}", quoted(&who.email));
        // Nobody of that name is a reporter of no ticket.
        let found = self.change.project().find(&Search::new(&query, Projection::Lines));
        let has_ticket = found.is_ok_and(|found| !found.is_empty());
        Ok(has_ticket || self.vendor_of(&who.email)?.is_some())
    }

    /// The vendor that an address belongs to.
    pub(super) fn vendor_of(&self, address: &str) -> Result<Option<String>, Failure> {
        let vendors = self.change.project().vendors()?;
        let of = |email: &str| email.eq_ignore_ascii_case(address);
        Ok(vendors
            .values()
            .find(|vendor| vendor.email.as_deref().is_some_and(of))
            .map(|vendor| vendor.name.clone()))
    }

    fn open(
        &mut self,
        id: &TicketId,
        about: Option<&TicketId>,
        message: &Message,
        key: &str,
        writer: &Writer,
    ) -> Result<(), Failure> {
        let reporter = message.writer();
        let kept = self.kept(message);
        let title = cut(&one_line(&kept.title), MAX_TITLE).into_owned();
        let mut fields = Changes::from([
            (Field::Title, FieldChange::to_text(title)),
            (Field::Channel, FieldChange::to_text("email")),
            (Field::Reporter, FieldChange::to_text(reporter.to_string())),
        ]);
        if !kept.text.trim().is_empty() {
            fields.insert(Field::Description, FieldChange::To(Some(Node::text(kept.text.clone()))));
        }
        let request = Request::new(RequestKind::Comment).by_mail(received(message, writer));
        let rules = self.change.project().rules()?;
        let ticket = self.change.opened(id, &fields, request, rules, &writer.actor)?;
        self.change.put(None, ticket);
        if let Some(about) = about {
            let link = Request::new(RequestKind::Link(LinkKind::RelatesTo, about.clone()));
            let actor = Actor { entry: entry_of_key(key, "link"), ..writer.actor.clone() };
            self.change.apply(id, link, rules, &actor)?;
            let back = Request::new(RequestKind::Link(LinkKind::RelatesTo, id.clone()));
            let actor = Actor { entry: entry_of_key(key, "link back"), ..writer.actor.clone() };
            // A ticket that was purged takes no link.
            drop(self.change.apply(about, back, rules, &actor));
        }
        self.keep_files(id, message, key, writer, &kept)?;
        if writer.is_outside && message.kind == MessageKind::Person {
            self.acknowledge(id, key, writer)?;
        }
        Ok(())
    }

    fn say(
        &mut self,
        id: &TicketId,
        message: &Message,
        key: &str,
        (writer, is_of_vendor): (&Writer, bool),
    ) -> Result<Taken, Failure> {
        let kept = self.kept(message);
        let rules = self.change.project().rules()?;
        let is_word = writer.is_outside
            && message.kind == MessageKind::Person
            && !is_of_vendor
            && self.vendor_of(&writer.actor.by.email)?.is_none();
        let text = if kept.text.trim().is_empty() { "(no text)".to_owned() } else { kept.text.clone() };
        let note = cut_note(match (&writer.claimed, message.kind) {
            (Some(claimed), _) => format!("Unverified, in the name of {claimed}:\n\n{text}"),
            (None, MessageKind::Person) => text,
            (None, kind) => format!("{}:\n\n{text}", kind.name()),
        });
        if let Some(bytes) = self.sizes.get_mut(id) {
            // A text is indented line by line.
            *bytes += note.len() + 4 * note.lines().count() + ENTRY_BYTES * (message.files.len() + 2);
        }
        let request = Request {
            visibility: if is_word { Visibility::Customer } else { Visibility::Internal },
            speaker: is_word.then(|| writer.actor.by.to_string()),
            ..Request::new(RequestKind::Comment).with_note(Some(note)).by_mail(received(message, writer))
        };
        self.change.apply(id, request, rules, &writer.actor)?;
        self.keep_files(id, message, key, writer, &kept)?;
        Ok(if is_word { Taken::Said(id.clone()) } else { Taken::Noted(id.clone()) })
    }
}

/// The message that an entry came by.
fn received(message: &Message, writer: &Writer) -> Mail {
    Mail {
        id: Some(message.recorded_id()),
        from: writer.claimed.clone(),
        cc: message.cc.clone(),
        results: message.results.clone(),
        digest: Some(message.digest.clone()),
        ..Mail::default()
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

/// A note as long as one may be.
fn cut_note(mut note: String) -> String {
    let mut end = crate::ticket::MAX_TEXT_BYTES.min(note.len());
    while !note.is_char_boundary(end) {
        end -= 1;
    }
    note.truncate(end);
    note
}

/// An entry of a message's, of a part of it.
pub(super) fn part_of(writer: &Writer, entry: EntryId) -> Actor {
    Actor { entry, ..writer.actor.clone() }
}
