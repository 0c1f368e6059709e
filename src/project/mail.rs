//! Messages that come in, as entries: which ticket each is about, and who its writer is there.

use std::collections::BTreeMap;

use crate::process::{Actor, MailSettings, Message, MessageKind, Request, RequestKind, entry_of_key};
use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::project::find::{Projection, Search};
use crate::query::quoted;
use crate::ticket::{
    EntryId, Field, LinkKind, MAX_TEXT_BYTES, Mail, Person, Ticket, TicketId, Timestamp, Visibility,
    first_bytes,
};

/// The bytes that an entry takes in a file beside its text, at most.
const ENTRY_BYTES: usize = 2_048;

/// The tickets that messages may link to one: whoever knows its number can write any number of them.
const MAX_RELATED: usize = 50;

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
    /// The tickets of messages that this change has taken, by Message-ID: others may come under the same.
    pub(super) ids: BTreeMap<String, Vec<TicketId>>,
    /// How many messages this change has taken.
    taken: usize,
    /// When senders were acknowledged; none where that was not looked up yet.
    pub(super) acknowledged: Option<Acknowledged>,
    /// How large the tickets are that messages came to, in bytes.
    pub(super) sizes: BTreeMap<TicketId, usize>,
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
        let all = change.project().settings()?;
        let (me, carriers) = (&change.author().email, &all.carriers);
        if !carriers.is_empty() && !all.carries(me) {
            let message = "audit.carriers does not name you: an audit warns of what you take";
            change.project().host.note(format!("warning: {message}"));
        }
        let settings = all.mail.clone();
        Ok(Self {
            change,
            settings,
            ids: BTreeMap::new(),
            taken: 0,
            acknowledged: None,
            sizes: BTreeMap::new(),
        })
    }

    /// Says what the commit does.
    pub fn finish(self) {
        let taken = self.taken;
        self.change.subject(format!("take {taken} message{}", if taken == 1 { "" } else { "s" }));
        self.change.action("mail");
    }

    /// Takes a message. What a rule refuses is left in the mailbox, with the reason.
    ///
    /// # Errors
    /// The repository cannot be read or written.
    pub fn take(&mut self, message: &Message) -> Result<Taken, Failure> {
        let of_form = message.of_form(&self.settings);
        let message = of_form.as_ref().unwrap_or(message);
        if let Some(reason) = message.refused(&self.settings) {
            return Ok(Taken::Left(reason.to_owned()));
        }
        let known = self.tickets_of(&message.recorded_id())?;
        let key = if known.is_empty() { message.key() } else { message.second_key() };
        for id in known {
            if self.has_taken(&id, message)? || self.is_of_purged(&id, message)? {
                return Ok(Taken::Known(id));
            }
        }
        let opened = TicketId::from_key(&key);
        if self.change.ticket(&opened)?.is_some() {
            return Ok(Taken::Known(opened));
        }
        let taken = self.file(message, &key, &opened)?;
        if let Taken::Opened(id) | Taken::Said(id) | Taken::Noted(id) = &taken {
            self.ids.entry(message.recorded_id()).or_default().push(id.clone());
            self.taken += 1;
        }
        Ok(taken)
    }

    fn file(&mut self, message: &Message, key: &str, opened: &TicketId) -> Result<Taken, Failure> {
        let writer = self.writer(message, key)?;
        let meant = self.ticket_meant(message, &writer)?;
        let by_list = self.by_list(message, meant.as_ref(), &writer)?;
        let message = by_list.as_ref().unwrap_or(message);
        let mut goes_on = None;
        if let Some(meant) = &meant {
            if self.is_of_purged(meant.ticket(), message)? {
                let id = meant.ticket();
                return Ok(Taken::Left(format!("about {id}, and written before that was purged")));
            }
            goes_on = self.goes_on_in(meant, &writer)?;
        }
        if let Some(id) = goes_on {
            let is_of_vendor = meant.is_some_and(|meant| meant.is_of_vendor());
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
        let about = meant.as_ref().map(|meant| meant.ticket());
        let touched: Vec<&TicketId> = std::iter::once(opened).chain(about).collect();
        let before = self.change.set_aside(&touched);
        Ok(match self.open(opened, about, message, key, &writer) {
            Ok(()) => Taken::Opened(opened.clone()),
            Err(failure) => {
                self.change.put_back(before);
                Taken::Refused(failure.error.to_string())
            }
        })
    }

    /// True for a message that was written before its ticket was purged: it is what was to go.
    fn is_of_purged(&self, id: &TicketId, message: &Message) -> Result<bool, Failure> {
        let Some(ticket) = self.change.ticket(id)?.filter(Ticket::is_purged) else { return Ok(false) };
        let purged = ticket.timeline().last().map(|entry| entry.at);
        Ok(purged.is_some_and(|purged| message.at.is_none_or(|at| at < purged)))
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
        } else {
            self.desk(entry, at)
        };
        Ok(Writer { actor, claimed: (!is_outside).then(|| by.to_string()), is_outside })
    }

    /// The desk, as who makes an entry.
    pub(super) fn desk(&self, entry: EntryId, at: Timestamp) -> Actor {
        let desk = self.settings.desk();
        Actor { by: desk.clone(), member: desk, at, via: None, entry }
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
        let kept = self.kept(message);
        let fields = message.fields(&kept.title, &kept.text);
        let request = Request::new(RequestKind::Comment).by_mail(message.received(writer.claimed.clone()));
        let rules = self.change.project().rules()?;
        let ticket = self.change.opened(id, &fields, request, rules, &writer.actor)?;
        self.change.put(None, ticket);
        if let Some(about) = about {
            self.relate(id, about, key, writer)?;
        }
        self.keep_files(id, message, key, (writer, &Visibility::Customer), &kept)?;
        if writer.is_outside && message.kind == MessageKind::Person {
            self.acknowledge(id, key, writer)?;
        }
        Ok(())
    }

    /// Links a ticket to the one that it goes on from, in the desk's name.
    fn relate(&mut self, id: &TicketId, about: &TicketId, key: &str, writer: &Writer) -> Result<(), Failure> {
        let Some(ticket) = self.change.ticket(about)? else { return Ok(()) };
        let related = ticket.fields().members(&Field::Links(LinkKind::RelatesTo)).count();
        if ticket.is_purged() || related >= MAX_RELATED {
            return Ok(());
        }
        let rules = self.change.project().rules()?;
        for (one, other, end) in [(id, about, "link"), (about, id, "link back")] {
            let link = Request::new(RequestKind::Link(LinkKind::RelatesTo, other.clone()));
            let actor = self.desk(entry_of_key(key, end), writer.actor.at);
            self.change.apply(one, link, rules, &actor)?;
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
        let note = match (&writer.claimed, message.kind) {
            (Some(claimed), _) => format!("Unverified, in the name of {claimed}:\n\n{text}"),
            (None, MessageKind::Person) => text,
            (None, kind) => format!("{}:\n\n{text}", kind.name()),
        };
        let note = first_bytes(&note, MAX_TEXT_BYTES).to_owned();
        if let Some(bytes) = self.sizes.get_mut(id) {
            // A text is indented line by line.
            *bytes += note.len() + 4 * note.lines().count() + ENTRY_BYTES * (message.files.len() + 2);
        }
        let visibility = if is_word { Visibility::Customer } else { Visibility::Internal };
        let request = Request {
            visibility: visibility.clone(),
            speaker: is_word.then(|| writer.actor.by.to_string()),
            ..Request::new(RequestKind::Comment)
                .with_note(Some(note))
                .by_mail(message.received(writer.claimed.clone()))
        };
        self.change.apply(id, request, rules, &writer.actor)?;
        self.keep_files(id, message, key, (writer, &visibility), &kept)?;
        Ok(if is_word { Taken::Said(id.clone()) } else { Taken::Noted(id.clone()) })
    }
}

/// An entry of a message's, of a part of it.
pub(super) fn part_of(writer: &Writer, entry: EntryId) -> Actor {
    Actor { entry, ..writer.actor.clone() }
}
