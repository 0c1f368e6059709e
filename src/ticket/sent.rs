//! Which of a ticket's entries came by mail, are to be sent, and were sent.

use crate::ticket::Ticket;
use crate::ticket::entry::{Entry, Set, Visibility};
use crate::ticket::field::Field;
use crate::ticket::id::EntryId;
use crate::ticket::mail::Mail;
use crate::ticket::node::Node;
use crate::ticket::person::Person;
use crate::ticket::words::Action;

impl Entry {
    /// The message that the entry came by.
    #[must_use]
    pub fn received_mail(&self) -> Option<&Mail> {
        self.mail.as_ref().filter(|mail| mail.id.is_some() && mail.of.is_none())
    }

    /// The message that the entry is to be sent as, whether it was or not.
    #[must_use]
    pub fn outgoing_mail(&self) -> Option<&Mail> {
        self.mail.as_ref().filter(|mail| !mail.to.is_empty())
    }
}

impl Ticket {
    /// The Message-ID under which an entry was sent; `None` where it was not.
    #[must_use]
    pub fn sent_as(&self, entry: &EntryId) -> Option<&str> {
        let marks = self.timeline().iter().filter(|mark| mark.action == Action::Send);
        let mut marks = marks.filter_map(|mark| mark.mail.as_ref());
        marks.find(|mail| mail.of.as_ref() == Some(entry)).and_then(|mail| mail.id.as_deref())
    }

    /// The entries whose messages are still to be sent, oldest first: not those that were undone or redacted.
    #[must_use]
    pub fn unsent(&self) -> Vec<&Entry> {
        let is_replaced =
            |entry: &&Entry| self.in_effect().any(|other| other.replaces.as_ref() == Some(&entry.id));
        let waits = self.in_effect().filter(|entry| entry.outgoing_mail().is_some() && !is_replaced(entry));
        waits.filter(|entry| entry.redacted.is_none() && self.sent_as(&entry.id).is_none()).collect()
    }

    /// The entry that came by the message which another one keeps: the last one before it, by the same hand and of the same
    /// instant.
    #[must_use]
    pub fn message_of(&self, kept: &Entry) -> Option<&EntryId> {
        let before = self.timeline().iter().take_while(|entry| entry.id != kept.id);
        let own = before.filter(|entry| entry.at == kept.at && entry.by == kept.by);
        own.filter(|entry| entry.received_mail().is_some()).last().map(|entry| &entry.id)
    }

    /// True for an address that takes part in a ticket: it reported it, said something there, or had a copy; before an
    /// entry, where one is named. What else an entry of theirs did, a link say, lets nobody in.
    #[must_use]
    pub fn takes_part(&self, address: &str, before: Option<&EntryId>) -> bool {
        let is = |text: &str| Person::parse(text).is_some_and(|who| who.email.eq_ignore_ascii_case(address));
        let reporter = self.fields().get(&Field::Reporter).and_then(Node::as_text);
        let entries = self.timeline().iter().take_while(|entry| Some(&entry.id) != before);
        let mut entries = entries.map(|entry| {
            let copies = entry.mail.iter().flat_map(|mail| mail.to.iter().chain(&mail.cc));
            (entry.by.email.eq_ignore_ascii_case(address)
                && (entry.is_said() || entry.action == Action::Open))
                || entry.speaker.as_deref().is_some_and(is)
                || copies.into_iter().any(|copy| copy.eq_ignore_ascii_case(address))
        });
        !address.is_empty() && (reporter.is_some_and(is) || entries.any(|takes| takes))
    }

    /// All deferrals there have been, the first first.
    pub fn deferrals(&self) -> impl Iterator<Item = &Node> {
        let set = self.in_effect().flat_map(|entry| &entry.set);
        set.filter_map(|(field, set)| match (field, set) {
            (Field::Deferral, Set::Value { to, .. }) => to.as_ref(),
            _ => None,
        })
    }

    /// The last message of the customer's side.
    #[must_use]
    pub fn last_received(&self) -> Option<&Entry> {
        let is_theirs =
            |entry: &&Entry| entry.received_mail().is_some() && entry.visibility == Visibility::Customer;
        self.timeline().iter().rev().find(is_theirs)
    }

    /// The Message-IDs of what came in and went out, and `queued` where a message is still to be sent.
    #[must_use]
    pub fn mail_words(&self) -> Vec<String> {
        let ids = self.timeline().iter().filter_map(|entry| entry.mail.as_ref()?.id.clone());
        let queued = (!self.unsent().is_empty()).then(|| "queued".to_owned());
        ids.chain(queued).collect()
    }
}
