//! The desk's answer to a message that opened a ticket: its number, and no more than a few an hour to anybody.

use std::collections::BTreeMap;

use crate::process::{Request, RequestKind, entry_of_key};
use crate::project::failure::Failure;
use crate::project::find::{Projection, Search};
use crate::project::mail::{Acknowledged, MailTaking, Writer};
use crate::store::layout;
use crate::ticket::{Action, Mail, Person, TicketId};

/// The seconds within which acknowledgements of a sender are counted.
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// How many hours' acknowledgements a sender gets in a day.
const HOURS_A_DAY: usize = 4;
/// The answer that acknowledges a message, where the project has one of that name.
const ACKNOWLEDGEMENT: &str = "acknowledgement";

impl MailTaking<'_, '_, '_> {
    /// Tells the sender the ticket's number, unless they were told so often lately that it may be a loop.
    pub(super) fn acknowledge(&mut self, id: &TicketId, key: &str, writer: &Writer) -> Result<(), Failure> {
        if self.settings.addresses.is_empty() {
            return Ok(());
        }
        let desk = self.settings.desk();
        let address = writer.actor.by.email.to_lowercase();
        let at = writer.actor.at;
        // Whoever wrote days ago does not wait for a word that it has arrived; and a sender may give any date.
        let is_old = self.change.at().unix().saturating_sub(at.unix()) > DAY;
        if self.settings.acknowledgements == 0 || address.is_empty() || is_old {
            return Ok(());
        }
        if self.acknowledged.is_none() {
            self.acknowledged = Some(self.acknowledged_before()?);
        }
        let times = self.acknowledged.get_or_insert_default().entry(address).or_default();
        let most = self.settings.acknowledgements;
        let within =
            |seconds: i64| times.iter().filter(|time| (time.unix() - at.unix()).abs() < seconds).count();
        if within(HOUR) >= most || within(DAY) >= most.saturating_mul(HOURS_A_DAY) {
            return Ok(());
        }
        times.push(at);
        let text = self.acknowledgement(id, &desk)?;
        let mail = Mail { to: vec![writer.actor.by.email.clone()], ..Mail::default() };
        let request = Request::new(RequestKind::Acknowledge).with_note(Some(text)).by_mail(mail);
        let actor = self.desk(entry_of_key(key, "acknowledgement"), at);
        let rules = self.change.project().rules()?;
        self.change.apply(id, request, rules, &actor).map(drop)
    }

    /// What an acknowledgement says: the project's answer of that name, or ours; that nobody reads it before it is sent, only
    /// the team may write it.
    fn acknowledgement(&self, id: &TicketId, desk: &Person) -> Result<String, Failure> {
        let project = self.change.project();
        if let Some(ticket) = self.change.ticket(id)?
            && project.answer_names()?.iter().any(|name| name == ACKNOWLEDGEMENT)
            && self.is_of_team(ACKNOWLEDGEMENT)?
            && let Ok(text) = project.answer(ACKNOWLEDGEMENT)?.filled(&ticket, desk, &BTreeMap::new())
        {
            return Ok(text);
        }
        Ok(format!(
            "Your message has arrived. It is ticket {id}.\n\nTo add something, answer this message, or write [{id}] into the \
             subject."
        ))
    }

    fn is_of_team(&self, answer: &str) -> Result<bool, Failure> {
        let project = self.change.project();
        let outsider = project.outside_author_of(answer)?;
        if let Some(outsider) = &outsider {
            let path = layout::answer(answer);
            let who = outsider.short();
            project.host.note(format!(
                "warning: {path}: not sent, by {who}, who is not on the team (git log -- {path})"
            ));
        }
        Ok(outsider.is_none())
    }

    /// When addresses were acknowledged lately, as tickets say that are in git.
    fn acknowledged_before(&self) -> Result<Acknowledged, Failure> {
        let query = "channel:email created:<3d";
        let found = self.change.project().find(&Search::new(query, Projection::Lines))?;
        let mut times = Acknowledged::new();
        for listed in found {
            let Some(ticket) = self.change.ticket(&listed.summary.id)? else { continue };
            for entry in ticket.timeline().iter().filter(|entry| entry.action == Action::Acknowledge) {
                for address in entry.outgoing_mail().into_iter().flat_map(|mail| &mail.to) {
                    times.entry(address.to_lowercase()).or_default().push(entry.at);
                }
            }
        }
        Ok(times)
    }
}
