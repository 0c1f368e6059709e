//! Who spoke to whom on a ticket: the customer's words, the team's, and whether the last of them is answered.

use std::collections::BTreeSet;

use crate::ticket::Ticket;
use crate::ticket::ancestry::Ancestry;
use crate::ticket::entry::{Entry, Visibility};
use crate::ticket::field::Field;
use crate::ticket::node::Node;
use crate::ticket::people::KnownPerson;
use crate::ticket::person::Person;
use crate::ticket::words::{Action, Status};

/// The channels by which developers and machines file: whoever does so is their own customer.
const OWN_CHANNELS: &[&str] = &["cli", "ci"];

impl Ticket {
    /// True for the reporter; but whoever files with a tool of the developers' is their own customer.
    #[must_use]
    pub fn is_customer(&self, who: &Person) -> bool {
        let text = |field: &Field| self.fields().get(field).and_then(Node::as_text);
        let filed_it = self.timeline().first().is_some_and(|entry| entry.by == *who);
        let is_own = filed_it && text(&Field::Channel).is_some_and(|channel| OWN_CHANNELS.contains(&channel));
        !is_own && text(&Field::Reporter).is_some_and(|reporter| who.is_named(reporter))
    }

    /// True for an entry that is the customer's word: somebody of the team recorded it, or the reporter wrote it.
    #[must_use]
    pub fn is_customers(&self, entry: &Entry) -> bool {
        entry.speaker.is_some() || self.is_customer(&entry.by)
    }

    /// Who spoke last on it, as far as it can be that the customer waits for a word: empty where they never spoke, and where
    /// the ticket is no longer open.
    #[must_use]
    pub fn talk(&self) -> Talk {
        let said = |entry: &Entry| {
            if entry.action == Action::Open {
                let is_customers = self.is_customers(entry) || self.is_filed_for_somebody(entry);
                return is_customers.then(|| (String::new(), true));
            }
            entry.is_said().then(|| (entry.speaker_email(), self.is_customers(entry)))
        };
        let words: Vec<(String, bool)> = self.in_effect().filter_map(said).collect();
        if !self.fields().status().is_open() || !words.iter().any(|(_, is_customer)| *is_customer) {
            return Talk::default();
        }
        let mut seen = BTreeSet::new();
        let mut last: Vec<_> = words.into_iter().rev().filter(|one| seen.insert(one.clone())).collect();
        last.reverse();
        Talk(last)
    }

    /// The customer's last word that whoever resolved the ticket, or waits for the customer, had not seen: it was written
    /// apart from that, and later. Nobody was woken by it.
    #[must_use]
    pub fn unheard(&self) -> Option<&Entry> {
        let ancestry = Ancestry::of(self.timeline());
        if ancestry.is_line() || !matches!(self.fields().status(), Status::Pending | Status::Resolved) {
            return None;
        }
        let since = self.setter(&Field::Status)?;
        let has_seen = |one: &Entry, other: &Entry| {
            ancestry.seen_by(one).is_none_or(|seen| seen.iter().any(|entry| entry.id == other.id))
        };
        let words = self.in_effect().filter(|entry| entry.is_said() && self.is_customers(entry));
        let mut later = words.filter(|entry| entry.at > since.at);
        later.rfind(|entry| !has_seen(since, entry) && !has_seen(entry, since))
    }

    fn is_filed_for_somebody(&self, opening: &Entry) -> bool {
        let reporter = self.fields().get(&Field::Reporter).and_then(Node::as_text);
        reporter.is_some_and(|reporter| !opening.by.is_named(reporter))
    }
}

/// Who spoke to whom on a ticket: each one's address, in lower case, and whether they are the customer, by their last words. The
/// address of what the customer filed is empty, as whoever files it is their voice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Talk(Vec<(String, bool)>);

impl Talk {
    /// True while the customer waits for a word: what somebody says who is neither of the team nor the customer answers
    /// nothing.
    #[must_use]
    pub fn is_unanswered(&self, team: &[KnownPerson]) -> bool {
        let has_email = |email: &str| team.iter().any(|member| member.has_email(email));
        let is_ours = |(email, is_customer): &(String, bool)| {
            is_of_team(*is_customer, !team.is_empty(), || has_email(email))
        };
        let last = self.0.iter().rev().find(|one| one.1 || is_ours(one));
        last.is_some_and(|one| !is_ours(one))
    }

    /// As one text, a line for each speaker.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = |(email, is_customer): &(String, bool)| {
            // An address with a line in it is nobody's, and is to be no speaker beside.
            format!("{}{}", if *is_customer { '<' } else { '>' }, email.replace(['\n', '\r'], " "))
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The talk that such a text says.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let one = |line: &str| {
            let is_customer = line.starts_with('<');
            Some((line.strip_prefix(['<', '>'])?.to_owned(), is_customer))
        };
        Self(text.split('\n').filter_map(one).collect())
    }
}

/// True for somebody who speaks for the team: one of it; where there is none, everybody but the customer.
#[must_use]
pub fn is_of_team(is_customer: bool, has_team: bool, is_member: impl FnOnce() -> bool) -> bool {
    if has_team { is_member() } else { !is_customer }
}

impl Entry {
    /// The address of who writes it, in lower case; of what is recorded for a customer none: that is their word, though they
    /// may be of the team.
    #[must_use]
    pub fn speaker_email(&self) -> String {
        if self.speaker.is_some() { String::new() } else { self.by.email.to_lowercase() }
    }

    /// True for a word to the customer, or theirs: a comment that they may read, a question, an answer. What is noted with
    /// any other step is for colleagues, and what a machine saw is no word.
    #[must_use]
    pub fn is_said(&self) -> bool {
        let is_word = matches!(
            self.action,
            Action::Comment | Action::Pend | Action::Resolve | Action::Close | Action::Reopen
        );
        let is_said = self.note.is_some() && self.visibility == Visibility::Customer && self.seen.is_none();
        is_said && (is_word || self.speaker.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_talk_is_what_its_text_says() {
        let member = KnownPerson { name: "Dana".to_owned(), emails: vec!["dana@example.com".to_owned()] };
        let customer = || (String::new(), true);
        let said = |email: &str| (email.to_owned(), false);
        for (words, without_team, with_team) in [
            (vec![], false, false),
            (vec![customer()], true, true),
            (vec![customer(), said("joe@x.example")], false, true),
            (vec![customer(), said("dana@example.com")], false, false),
            (vec![said("dana@example.com"), customer()], true, true),
            (vec![customer(), said("m@x\n>dana@example.com")], false, true),
            // A member who told it speaks for the team all the same.
            (vec![customer(), ("dana@example.com".to_owned(), true)], true, false),
        ] {
            for talk in [Talk(words.clone()), Talk::from_text(&Talk(words.clone()).to_text())] {
                assert_eq!(talk.is_unanswered(&[]), without_team, "{talk:?}");
                assert_eq!(talk.is_unanswered(std::slice::from_ref(&member)), with_team, "{talk:?}");
            }
        }
    }
}
