//! A ticket, as a report looks at it: its course, and what its clocks and its team made of it.

use crate::process::{Clock, ClockKind, Event, EventKind, TicketHistory, standing};
use crate::report::period::Period;
use crate::ticket::{Level, Resolution, Summary, Timestamp};

/// A ticket, as a report looks at it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What a list shows of it.
    pub summary: Summary,
    /// Its course up to the moment of the report.
    pub course: TicketHistory,
    /// Its clocks at the moment of the report.
    pub clocks: Vec<Clock>,
    /// When the team first said something to the customer, in seconds since 1970 UTC.
    pub responded: Option<i64>,
    /// The seconds of hours that it was worked on at each level; `None` of one where it never was.
    pub at_levels: [Option<i64>; 3],
    /// Where only one vendor's part of it is looked at: that vendor.
    pub of_vendor: Option<String>,
}

/// Why a ticket counts in no time and no rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SetAside {
    /// Another ticket goes on with it.
    Duplicate,
    /// Spam, or about another product.
    NoTicket,
    /// It was filed as resolved.
    FiledResolved,
}

impl Case {
    /// The same, with the clocks and waits of one vendor alone.
    pub(super) fn part_of(&self, vendor: &str) -> Self {
        let mut part = self.clone();
        part.clocks.retain(|clock| match &clock.kind {
            ClockKind::Vendor(own) => own == vendor,
            ClockKind::Response | ClockKind::Update | ClockKind::Resolution | ClockKind::Level(_) => true,
        });
        part.of_vendor = Some(vendor.to_owned());
        part
    }

    /// When it was filed.
    pub(super) fn opened(&self) -> i64 {
        self.course.events.first().map_or(i64::MAX, |event| event.at)
    }

    /// When the first of the customer's clocks that run is used up, in seconds since 1970 UTC.
    #[must_use]
    pub fn due(&self) -> Option<i64> {
        standing(&self.clocks).due.map(Timestamp::unix)
    }

    /// Why it counts in no time and no rate, as far as was known before a moment: it was no ticket of its own, or no work on
    /// one was seen.
    pub(super) fn set_aside(&self, before: i64) -> Option<SetAside> {
        let known = self.events().rev().filter(|event| event.at < before);
        let mut told = None;
        let last = known.into_iter().find_map(|event| match &event.what {
            EventKind::Ended(code) => Some((event.entry, told.take().unwrap_or_else(|| code.clone()))),
            EventKind::Reopened(_) => Some((u32::MAX, None)),
            EventKind::EndedAs(code) => {
                told.get_or_insert_with(|| code.clone());
                None
            }
            EventKind::Opened
            | EventKind::Severity(_)
            | EventKind::Level(..)
            | EventKind::Waits(..)
            | EventKind::Resumed
            | EventKind::Said(..)
            | EventKind::Spent(_)
            | EventKind::Assigned(_) => None,
        });
        let (entry, code) = last?;
        match code {
            Some(Resolution::Duplicate) => Some(SetAside::Duplicate),
            Some(Resolution::Spam | Resolution::OtherProduct) => Some(SetAside::NoTicket),
            // It ended with its opening.
            _ if entry == 0 => Some(SetAside::FiledResolved),
            _ => None,
        }
    }

    /// True where it was opened as already resolved, whatever came of it, and was a ticket of its own as far as was known before a
    /// moment.
    pub(super) fn is_filed_resolved(&self, before: i64) -> bool {
        let ended_with_opening =
            |event: &Event| event.entry == 0 && matches!(event.what, EventKind::Ended(_));
        self.events().any(ended_with_opening)
            && !matches!(self.set_aside(before), Some(SetAside::Duplicate | SetAside::NoTicket))
    }

    pub(super) fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.course.events.iter()
    }

    /// The instants at which something happened that a figure counts.
    pub(super) fn instants(&self) -> impl Iterator<Item = i64> {
        let ended = self.clocks.iter().filter_map(|clock| clock.ended);
        self.events().map(|event| event.at).chain(ended)
    }

    pub(super) fn is_active_in(&self, period: Period) -> bool {
        self.instants().any(|at| period.has(at))
    }

    /// What happened in a period.
    pub(super) fn during(&self, period: Period) -> impl Iterator<Item = &Event> {
        self.events().filter(move |event| period.has(event.at))
    }

    /// True where it is neither resolved nor closed at the end of a period.
    pub(super) fn is_open_at(&self, at: i64) -> bool {
        let last = |event: &&Event| {
            event.at <= at && matches!(event.what, EventKind::Ended(_) | EventKind::Reopened(_))
        };
        let has_ended =
            self.events().rev().find(last).is_some_and(|event| matches!(event.what, EventKind::Ended(_)));
        self.opened() <= at && !has_ended
    }

    pub(super) fn was_above_first_level(&self, until: i64) -> bool {
        let above = |event: &Event| matches!(event.what, EventKind::Level(level, _) if level > Level::One);
        self.events().any(|event| event.at <= until && above(event))
    }
}
