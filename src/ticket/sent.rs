//! Which of a ticket's entries came by mail, are to be sent, and were sent.

use std::collections::BTreeSet;

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
        let waits = self.current().filter(|entry| entry.outgoing_mail().is_some());
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

    /// True for an address that takes part in a ticket: it reported it, speaks for the team there, or was let in by the team
    /// or by somebody who took part before, as who was quoted, written to or sent a copy; before an entry, where one is
    /// named. Nobody lets themselves in by a message of their own: any stranger can answer one.
    #[must_use]
    pub fn takes_part(&self, address: &str, before: Option<&EntryId>) -> bool {
        let lower = |email: &str| email.to_ascii_lowercase();
        let email_in = |text: &str| Person::parse(text).map(|who| lower(&who.email));
        let reporter = self.fields().get(&Field::Reporter).and_then(Node::as_text).and_then(email_in);
        let mut all: BTreeSet<String> = reporter.into_iter().collect();
        for entry in self.timeline().iter().take_while(|entry| Some(&entry.id) != before) {
            let by = lower(&entry.by.email);
            let is_opening = entry.action == Action::Open;
            if entry.received_mail().is_some() && !is_opening && !all.contains(&by) {
                continue;
            }
            // What else an entry of theirs did, a link say, lets nobody in.
            all.extend((entry.is_said() || is_opening).then_some(by));
            all.extend(entry.speaker.as_deref().and_then(email_in));
            all.extend(
                entry.mail.iter().flat_map(|mail| mail.to.iter().chain(&mail.cc)).map(|email| lower(email)),
            );
        }
        !address.is_empty() && all.contains(&lower(address))
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
