//! The course of a ticket: what its clocks, and the reports, need to know of its timeline, and no more.

use serde::{Deserialize, Serialize};

use crate::process::clock::moments::moments;
use crate::process::clock::rules::Reason;
use crate::ticket::{
    Action, Ancestry, Area, Entry, Field, Level, LinkKind, Node, Resolution, Set, Severity, Status, Ticket,
    Timestamp, Type, parse_span,
};

/// What cannot be read as a course: the index is of another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the course of a ticket cannot be read")]
pub struct NoHistory;

/// The course of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketHistory {
    /// What kind of concern it is.
    pub kind: Type,
    /// Which side of the product is concerned.
    pub area: Area,
    /// The releases it affects.
    pub affects: Vec<String>,
    /// The effort expected, in seconds.
    pub estimate: Option<i64>,
    /// The answers to use again that were said on it.
    pub answers: Vec<String>,
    /// The programs that acted on it for somebody.
    pub via: Vec<String>,
    /// The known errors that answer it, or answered it until it was reopened, by their ids.
    pub known_errors: Vec<String>,
    /// True where a machine found that its test passes and fails by turns.
    pub is_flaky: bool,
    /// What happened, in the order of the timeline.
    pub events: Vec<Event>,
    /// The entries at whose commits rules are looked up: for the opening, for each setting of the severity, and
    /// for each wait for a vendor, in the order of the events.
    pub judged: Vec<String>,
}

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The place of its entry in the timeline, from 0.
    pub entry: u32,
    /// When, in seconds since 1970 UTC; never before what it follows, whatever the writer's clock said.
    pub at: i64,
    /// What.
    pub what: EventKind,
}

/// What may happen to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// It was filed.
    Opened,
    /// Its severity was set.
    Severity(Option<Severity>),
    /// It came to a level.
    Level(Level, LevelChange),
    /// Somebody works on it, or nobody any more.
    Assigned(Option<String>),
    /// It waits: for what, and for which vendor.
    Waits(Reason, Option<String>),
    /// The wait is over.
    Resumed,
    /// It is resolved or closed.
    Ended(Option<Resolution>),
    /// It is worked on again; true where a machine found its cause again.
    Reopened(bool),
    /// Somebody said something that the customer may read: the address, and whether it is the customer.
    Said(String, bool),
    /// Somebody spent time on it, in seconds.
    Spent(i64),
    /// It has ended, and how is told otherwise.
    EndedAs(Option<Resolution>),
}

/// A time in which a ticket waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait<'a> {
    /// For what.
    pub reason: Reason,
    /// For which vendor.
    pub vendor: Option<&'a str>,
    /// From when, in seconds since 1970 UTC.
    pub from: i64,
    /// Until when; `None` while it lasts.
    pub to: Option<i64>,
}

impl EventKind {
    /// True where rules are looked up.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        matches!(self, Self::Opened | Self::Severity(_) | Self::Waits(_, Some(_)))
    }
}

/// How a ticket came to a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LevelChange {
    /// It was filed there, or set.
    Set,
    /// It was escalated.
    Escalated,
    /// It went back.
    Returned,
    /// It went back because something was missing.
    HandedBack,
}

/// What a ticket's state comes to, as far as clocks are concerned.
#[derive(Clone, PartialEq, Eq)]
struct Now {
    severity: Option<Severity>,
    level: Level,
    assignee: Option<String>,
    wait: Option<(Reason, Option<String>)>,
    has_ended: bool,
}

impl TicketHistory {
    /// The course of a ticket.
    #[must_use]
    pub fn of(ticket: &Ticket) -> Self {
        let head = ticket.fields();
        let word = |field: &Field| head.get(field).and_then(Node::as_text);
        let estimate = word(&Field::Estimate).and_then(parse_span);
        // What remains of a purged ticket tells nothing of when it was opened, and how it ended.
        let events = if ticket.is_purged() { Vec::new() } else { events(ticket) };
        Self {
            kind: head.kind(),
            area: word(&Field::Area).and_then(Area::parse).unwrap_or(Area::Application),
            affects: head.members(&Field::Affects).map(str::to_owned).collect(),
            estimate: estimate.and_then(|span| i64::try_from(span.as_secs()).ok()),
            answers: ticket.in_effect().filter_map(|entry| entry.answer.clone()).collect(),
            via: ticket.in_effect().filter_map(|entry| entry.via.clone()).collect(),
            known_errors: known_errors(ticket),
            is_flaky: head.members(&Field::Labels).any(|label| label == "flaky"),
            judged: judged(ticket, &events),
            events,
        }
    }

    /// The course as the index keeps it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// A course as the index kept it.
    ///
    /// # Errors
    /// Another version wrote it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NoHistory> {
        postcard::from_bytes(bytes).map_err(|_| NoHistory)
    }

    /// The same course up to an instant, in seconds since 1970 UTC.
    #[must_use]
    pub fn until(&self, at: i64) -> Self {
        let events = self.events.iter().filter(|event| event.at <= at).cloned().collect();
        Self { events, ..self.clone() }
    }

    /// The waits of the course, in order.
    #[must_use]
    pub fn waits(&self) -> Vec<Wait<'_>> {
        let mut waits: Vec<Wait<'_>> = Vec::new();
        for event in &self.events {
            if let EventKind::Waits(reason, vendor) = &event.what {
                waits.push(Wait { reason: *reason, vendor: vendor.as_deref(), from: event.at, to: None });
            } else if event.what == EventKind::Resumed
                && let Some(last) = waits.last_mut()
            {
                last.to.get_or_insert(event.at);
            }
        }
        waits
    }

    /// The severity at the end of the course.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        let last = |event: &Event| if let EventKind::Severity(to) = event.what { Some(to) } else { None };
        self.events.iter().rev().find_map(last).flatten()
    }

    /// The level at the end of the course.
    #[must_use]
    pub fn level(&self) -> Level {
        let last = |event: &Event| if let EventKind::Level(to, _) = event.what { Some(to) } else { None };
        self.events.iter().rev().find_map(last).unwrap_or(Level::One)
    }

    /// Who worked on it at the end of the course.
    #[must_use]
    pub fn assignee(&self) -> Option<String> {
        let last =
            |event: &Event| if let EventKind::Assigned(to) = &event.what { Some(to.clone()) } else { None };
        self.events.iter().rev().find_map(last).flatten()
    }
}

/// The known errors that answer a ticket, and those that answered it until it was reopened: that tells something of them.
fn known_errors(ticket: &Ticket) -> Vec<String> {
    let field = Field::Links(LinkKind::AnsweredBy);
    let mut known: Vec<String> = ticket.fields().members(&field).map(str::to_owned).collect();
    let resolves = ticket.in_effect().filter(|entry| entry.action == Action::Resolve);
    let added = resolves.filter_map(|entry| {
        if let Some(Set::Members { add, .. }) = entry.set.get(&field) { Some(add) } else { None }
    });
    known.extend(added.flatten().cloned());
    known.sort();
    known.dedup();
    known
}

fn judged(ticket: &Ticket, events: &[Event]) -> Vec<String> {
    let entry = |event: &Event| {
        let place = usize::try_from(event.entry).unwrap_or_default();
        ticket.timeline().get(place).map(|entry| entry.id.to_string()).unwrap_or_default()
    };
    events.iter().filter(|event| event.what.is_judged()).map(entry).collect()
}

fn events(ticket: &Ticket) -> Vec<Event> {
    let mut before = Now { severity: None, level: Level::One, assignee: None, wait: None, has_ended: false };
    let (mut status, mut deferral, mut ending) = (Status::New, None, None);
    let mut confirmed: Option<Severity> = None;
    let mut events: Vec<Event> = Vec::new();
    let undone = ticket.undone();
    let ancestry = Ancestry::of(ticket.timeline());
    let moments = moments(&ancestry, |entry| undone.is_undone(entry));
    // What happened first counts first, whichever clone wrote it: at each moment the ticket is as all had made it by then.
    let order = ancestry.by_time(|place| moments.get(place).copied());
    let fields =
        [Field::Severity, Field::Level, Field::Status, Field::Deferral, Field::Resolution, Field::Assignee];
    let states = fields.map(|field| (field.clone(), ticket.decided(&field, &order)));
    let in_order = order
        .iter()
        .filter_map(|place| Some((*place, ticket.timeline().get(*place)?, moments.get(*place).copied()?)));
    for (place, entry, at) in in_order.filter(|(_, entry, _)| !undone.is_undone(entry)) {
        let mut happened = Vec::new();
        if events.is_empty() {
            happened.push(EventKind::Opened);
        }
        let (mut now, ended_as) = (before.clone(), ending.clone());
        for (field, decided) in &states {
            // Beside another entry, it need not be the one that counts.
            let Some(decides) = decided.get(&place) else { continue };
            let Some(Set::Value { to, .. }) = decides.set.get(field) else { continue };
            let text = to.as_ref().and_then(Node::as_text);
            if *field == Field::Severity {
                // Until it is confirmed, a lower one takes no target away.
                let severity = text.and_then(Severity::parse);
                confirmed = if decides.proposed { confirmed } else { severity };
                now.severity = severity.max(confirmed);
            } else if *field == Field::Level {
                let level = to.as_ref().and_then(|to| Level::parse(&to.to_string()));
                now.level = level.unwrap_or(Level::One);
            } else if *field == Field::Status {
                status = text.and_then(Status::parse).unwrap_or(Status::New);
            } else if *field == Field::Deferral {
                deferral.clone_from(to);
            } else if *field == Field::Assignee {
                now.assignee = text.map(str::to_owned);
            } else if *field == Field::Resolution {
                ending = text.map(Resolution::parse);
            }
        }
        now.has_ended = !status.is_open();
        now.wait = waits(status, deferral.as_ref());
        if entry.is_said() {
            happened.push(EventKind::Said(entry.speaker_email(), ticket.is_customers(entry)));
        }
        changes(&before, &now, entry, ending.as_ref(), events.is_empty(), &mut happened);
        if before.has_ended && now.has_ended && ending != ended_as {
            happened.push(EventKind::EndedAs(ending.clone()));
        }
        if let Some(minutes) = entry.spent_minutes {
            happened
                .push(EventKind::Spent(i64::try_from(minutes).unwrap_or(i64::MAX / 60).saturating_mul(60)));
        }
        let entry = u32::try_from(place).unwrap_or(u32::MAX);
        events.extend(happened.into_iter().map(|what| Event { entry, at, what }));
        before = now;
    }
    // Where the timeline's order told what a state is, words and times between may be out of order.
    events.sort_by_key(|event| event.at);
    events
}

/// What an entry changed for the clocks.
fn changes(
    before: &Now,
    now: &Now,
    entry: &Entry,
    ending: Option<&Resolution>,
    is_first: bool,
    happened: &mut Vec<EventKind>,
) {
    if before.severity != now.severity {
        happened.push(EventKind::Severity(now.severity));
    }
    if before.level != now.level || is_first {
        let step = if entry.action == Action::Escalate {
            LevelChange::Escalated
        } else if entry.action == Action::Return {
            LevelChange::Returned
        } else if entry.action == Action::HandBack {
            LevelChange::HandedBack
        } else {
            LevelChange::Set
        };
        happened.push(EventKind::Level(now.level, step));
    }
    if before.assignee != now.assignee {
        happened.push(EventKind::Assigned(now.assignee.clone()));
    }
    if before.has_ended && !now.has_ended {
        happened.push(EventKind::Reopened(entry.seen.is_some()));
    }
    if before.wait != now.wait {
        if before.wait.is_some() {
            happened.push(EventKind::Resumed);
        }
        happened.extend(now.wait.clone().map(|(reason, vendor)| EventKind::Waits(reason, vendor)));
    }
    if !before.has_ended && now.has_ended {
        happened.push(EventKind::Ended(ending.cloned()));
    }
}

/// What a ticket of a status waits for.
fn waits(status: Status, deferral: Option<&Node>) -> Option<(Reason, Option<String>)> {
    let text = |key: &str| deferral.and_then(|to| to.at(key)).and_then(Node::as_text);
    match status {
        Status::Pending => Some((Reason::Customer, None)),
        Status::Deferred if text("to") == Some("enhance") => Some((Reason::Enhance, None)),
        Status::Deferred => Some((Reason::Vendor, text("vendor").map(str::to_owned))),
        Status::New | Status::Triaged | Status::InProgress | Status::Resolved | Status::Closed => None,
    }
}

/// When an entry of a course happened, as a moment.
impl Event {
    /// When it happened.
    #[must_use]
    pub fn moment(&self) -> Timestamp {
        Timestamp::from_unix(self.at).unwrap_or_default()
    }
}
