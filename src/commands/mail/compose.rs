//! The message that an entry is sent as: to whom, under which subject, in which thread.

use crate::commands::failure::{Failure, Kind};
use crate::commands::mail::settings;
use crate::commands::session::Session;
use crate::mail::Outgoing;
use crate::process::{MailSettings, for_outside, message_id, reporter};
use crate::project::Project;
use crate::render::{Audience, Format, View, render_chunk};
use crate::ticket::{
    Action, Entry, Field, Mail, Node, Person, Set, Ticket, TicketId, Visibility, address_problem,
    may_be_delivered, one_line,
};

/// The most Message-IDs that a message names before it.
const MAX_THREAD: usize = 20;

/// The message of an entry, which is to be sent.
///
/// # Errors
/// Its text is for the team alone, or the vendor's brief cannot be made.
pub(crate) fn composed(
    project: &Project<'_>,
    ticket: &Ticket,
    entry: &Entry,
    settings: &MailSettings,
) -> Result<Outgoing, Failure> {
    let mail = entry.outgoing_mail().cloned().unwrap_or_default();
    // A file of a ticket may say anything.
    if let Some(problem) = mail.to.iter().chain(&mail.cc).find_map(|address| address_problem(address)) {
        return Err(Failure::new(Kind::Refused, format!("entry {} of {}: {problem}", entry.id, ticket.id())));
    }
    let address = settings.addresses.first().cloned().unwrap_or_default();
    let is_brief = entry.action == Action::Defer;
    check_readers(project, ticket, entry, &mail)?;
    let text = if is_brief { brief(project, ticket, entry)? } else { said(ticket, entry)? };
    let thread = thread(ticket, entry, &mail, &address);
    let title = if is_brief {
        for_outside(ticket.fields().title(), reporter(ticket).as_ref())
    } else {
        ticket.fields().title().to_owned()
    };
    let answers = if thread.is_empty() { "" } else { "Re: " };
    let name = if entry.by.name.is_empty() { "Support desk".to_owned() } else { entry.by.name.clone() };
    Ok(Outgoing {
        ticket: ticket.id().to_string(),
        entry: entry.id.to_string(),
        id: ticket
            .sent_as(&entry.id)
            .map_or_else(|| message_id(ticket.id(), &entry.id, &address), str::to_owned),
        from: (name, address),
        to: mail.to,
        cc: mail.cc,
        subject: one_line(&format!("{answers}{title} [{}]", ticket.id())),
        at: entry.at,
        thread,
        is_automatic: entry.action == Action::Acknowledge,
        text,
    })
}

/// Sees that what is made for one reader goes to no other: a brief to its vendor, an acknowledgement to the reporter.
fn check_readers(project: &Project<'_>, ticket: &Ticket, entry: &Entry, mail: &Mail) -> Result<(), Failure> {
    let reader = if entry.action == Action::Defer {
        project.vendor(deferred_to(entry).unwrap_or_default())?.email.clone()
    } else if entry.action == Action::Acknowledge {
        reporter(ticket).map(|reporter| reporter.email)
    } else {
        return Ok(());
    };
    let is_reader =
        |address: &String| reader.as_ref().is_some_and(|reader| reader.eq_ignore_ascii_case(address));
    if mail.to.iter().chain(&mail.cc).all(is_reader) {
        return Ok(());
    }
    let message = format!("entry {} of {} is for another reader than it names", entry.id, ticket.id());
    Err(Failure::new(Kind::Refused, message))
}

/// The vendor that an entry hands a ticket to.
fn deferred_to(entry: &Entry) -> Option<&str> {
    match entry.set.get(&Field::Deferral) {
        Some(Set::Value { to: Some(to), .. }) => to.at("vendor").and_then(Node::as_text),
        Some(_) | None => None,
    }
}

/// What an entry says to a customer: never what is for the team alone.
fn said(ticket: &Ticket, entry: &Entry) -> Result<String, Failure> {
    let is_word = entry.is_said() || entry.action == Action::Acknowledge;
    let note = entry.note.clone().filter(|_| is_word && entry.visibility == Visibility::Customer);
    note.ok_or_else(|| {
        let message = format!("entry {} of {} says nothing to a customer", entry.id, ticket.id());
        Failure::new(Kind::Refused, message)
    })
}

/// What a vendor is to know of a ticket that it holds.
fn brief(project: &Project<'_>, ticket: &Ticket, entry: &Entry) -> Result<String, Failure> {
    let to = deferred_to(entry);
    let vendor = project.vendor(to.unwrap_or_default())?.clone();
    let view =
        crate::commands::handover::packet_for(project, ticket.clone(), Audience::Vendor(Box::new(vendor)));
    let brief = render_chunk(&View::HandoverNotes(Box::new(view)), Format::Markdown, 0);
    // What somebody wrote beside the deferral is the message's first paragraph.
    let note = entry.note.as_deref().map(|note| for_outside(note, reporter(ticket).as_ref()));
    Ok(note.into_iter().chain([brief]).collect::<Vec<_>>().join("\n\n"))
}

/// The Message-IDs before an entry among those who get it, the oldest first: nobody's that does not talk with them.
fn thread(ticket: &Ticket, entry: &Entry, mail: &Mail, address: &str) -> Vec<String> {
    let is_reader =
        |email: &str| mail.to.iter().chain(&mail.cc).any(|reader| reader.eq_ignore_ascii_case(email));
    let is_of = |person: &str| Person::parse(person).is_some_and(|person| is_reader(&person.email));
    // What was undone before it was sent, nobody has.
    let undone = ticket.undone();
    let mut ids = Vec::new();
    for before in ticket.timeline().iter().take_while(|before| before.id != entry.id) {
        let Some(mail) = &before.mail else { continue };
        if before.received_mail().is_some() {
            let wrote = is_reader(&before.by.email) || mail.from.as_deref().is_some_and(is_of);
            if wrote || mail.cc.iter().any(|copy| is_reader(copy)) {
                ids.extend(mail.id.clone());
            }
        } else if before.outgoing_mail().is_some()
            && (ticket.sent_as(&before.id).is_some() || !undone.is_struck(before))
            && mail.to.iter().chain(&mail.cc).any(|reader| is_reader(reader))
        {
            let made = || message_id(ticket.id(), &before.id, address);
            ids.push(ticket.sent_as(&before.id).map_or_else(made, str::to_owned));
        }
    }
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>".contains(c);
    ids.retain(|id| !id.is_empty() && id.chars().all(is_plain));
    // The first one holds a thread together, whatever lies between.
    let excess = ids.len().saturating_sub(MAX_THREAD);
    let first = ids.first().filter(|_| excess > 0).cloned();
    first.into_iter().chain(ids.split_off(excess + usize::from(excess > 0))).collect()
}

/// To whom a reply goes: whoever of the customer's side wrote last, with a copy to the reporter; or those who are named.
///
/// # Errors
/// The reporter has no address, or one is not valid.
pub(crate) fn recipients(ticket: &Ticket, to: &[String], cc: &[String]) -> Result<Mail, Failure> {
    let mut cc: Vec<String> = cc.iter().map(|typed| plain_address(typed)).collect();
    let to: Vec<String> = if to.is_empty() {
        let own = reporter(ticket).map(|reporter| reporter.email).filter(|email| may_be_delivered(email));
        let id = ticket.id();
        let own = own.ok_or_else(|| {
            Failure::new(Kind::Refused, format!("{id} has no reporter with an e-mail address"))
                .hint(format!("git support reply {id} --to ann@example.com -m TEXT"))
        })?;
        // Whoever came into the thread by themselves is answered when somebody says so.
        let is_other = |entry: &&Entry| {
            !entry.by.email.eq_ignore_ascii_case(&own) && ticket.takes_part(&entry.by.email, Some(&entry.id))
        };
        match ticket.last_received().filter(is_other) {
            Some(last) => {
                if !cc.iter().any(|copy| copy.eq_ignore_ascii_case(&own)) {
                    cc.push(own);
                }
                vec![last.by.email.clone()]
            }
            None => vec![own],
        }
    } else {
        to.iter().map(|typed| plain_address(typed)).collect()
    };
    if let Some(problem) = to.iter().chain(&cc).find_map(|address| address_problem(address)) {
        return Err(Failure::usage(problem));
    }
    Ok(Mail { to, cc, ..Mail::default() })
}

/// A flag of steps that say something to the customer.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Sending {
    /// Send the message to the customer by e-mail, as reply does (git support mail send)
    #[arg(long)]
    send: bool,
}

impl Sending {
    /// For each ticket, to whom its message goes; to nobody without the flag.
    ///
    /// # Errors
    /// The desk or a reporter has no address.
    pub(crate) fn mails(
        &self,
        ids: &[TicketId],
        project: &Project<'_>,
    ) -> Result<Vec<Option<Mail>>, Failure> {
        if !self.send {
            return Ok(vec![None; ids.len()]);
        }
        settings(project)?;
        ids.iter().map(|id| recipients(&project.need(id)?, &[], &[]).map(Some)).collect()
    }
}

/// Says of tickets whose customers write e-mail that what was said to them is not sent.
pub(crate) fn note_unsent(tickets: &[Ticket], session: &Session<'_>) {
    for ticket in tickets.iter().filter(|ticket| ticket.last_received().is_some()) {
        let last = ticket.timeline().last();
        let is_word = last.is_some_and(|entry| entry.is_said() && !ticket.is_customers(entry));
        if is_word && last.is_some_and(|entry| entry.outgoing_mail().is_none()) {
            session.note(format!("{}: not sent by e-mail; git support reply does", ticket.id()));
        }
    }
}

/// The address in `Name <address>`.
fn plain_address(typed: &str) -> String {
    Person::parse(typed).map_or_else(
        || typed.to_owned(),
        |person| if person.email.is_empty() { typed.to_owned() } else { person.email },
    )
}
