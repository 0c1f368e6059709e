//! How long vendors took to answer, by day and night and in the hours of their contracts.

use crate::process::calendar::{Calendar, Hours};
use crate::process::clock::{ClockRules, Target};
use crate::process::vendor::Vendor;
use crate::ticket::{Field, Node, Set, Ticket};

/// How long a vendor took to answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VendorAnswers {
    /// Each time in seconds, by day and night, the shortest first: from each handing over to the moment the ticket was
    /// taken back.
    pub seconds: Vec<i64>,
    /// How many came within the time that the contract allows, in its hours; `None` where it names none.
    pub in_time: Option<usize>,
}

impl VendorAnswers {
    /// The answers of a vendor on some tickets, by the calendars of the rules.
    #[must_use]
    pub fn of(vendor: &Vendor, tickets: &[Ticket], rules: &ClockRules) -> Self {
        let waits: Vec<(i64, i64)> = tickets.iter().flat_map(|ticket| waits(&vendor.name, ticket)).collect();
        let mut seconds: Vec<i64> = waits.iter().map(|(from, to)| to.saturating_sub(*from)).collect();
        seconds.sort_unstable();
        let calendar = vendor.calendar.as_ref().and_then(|name| rules.calendars.get(name)).cloned();
        let hours = Hours::of(&calendar.unwrap_or_else(Calendar::always));
        let in_time = vendor.response.as_deref().and_then(Target::parse).map(|target| {
            waits.iter().filter(|(from, to)| target.due(&hours, *from).is_none_or(|due| *to <= due)).count()
        });
        Self { seconds, in_time }
    }
}

fn waits(name: &str, ticket: &Ticket) -> Vec<(i64, i64)> {
    let mut since = None;
    let mut waits = Vec::new();
    for entry in ticket.in_effect() {
        let Some(Set::Value { to, .. }) = entry.set.get(&Field::Deferral) else { continue };
        let holder = to.as_ref().and_then(|to| to.at("vendor")).and_then(Node::as_text);
        if holder == Some(name) {
            // A new follow-up date is no new handing over.
            since = since.or(Some(entry.at));
        } else if let Some(from) = since.take() {
            waits.push((from.unix(), entry.at.unix().max(from.unix())));
        }
    }
    waits
}
