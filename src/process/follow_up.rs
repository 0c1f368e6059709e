//! When to ask again whom a ticket waits for: a moment, or a span of time from the step that waits.

use std::time::Duration;

use crate::process::calendar::{ALWAYS, Hours};
use crate::process::refusal::Refusal;
use crate::process::rules::Rules;
use crate::ticket::{Ticket, Timestamp, parse_span};

/// When to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUp {
    /// At a moment, which must be ahead of the step.
    At(Timestamp),
    /// At a moment that an entry recorded, wherever it lies.
    Recorded(Timestamp),
    /// So many working days of the ticket's calendar after the step.
    WorkingDays(u32),
    /// So long after the step.
    After(Duration),
    /// Where none is given: three working days.
    Usual,
}

/// The working days of [`FollowUp::Usual`].
const USUAL_DAYS: u32 = 3;

impl FollowUp {
    /// Reads `3d` (working days), `12h`, `1w`, `tomorrow`, a day or an instant.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse().ok()) {
            return (1..=1_000).contains(&days).then_some(Self::WorkingDays(days));
        }
        if text == "tomorrow" {
            return Some(Self::After(Duration::from_secs(86_400)));
        }
        let moment = Timestamp::parse_typed(text).or_else(|| Timestamp::parse_day(text)).map(Self::At);
        parse_span(text).map(Self::After).or(moment)
    }

    /// The moment, for a step on a ticket taken at an instant.
    ///
    /// # Errors
    /// It is past at that instant.
    pub fn moment(self, ticket: &Ticket, rules: &Rules, at: Timestamp) -> Result<Timestamp, Refusal> {
        Ok(match self {
            Self::At(moment) if moment <= at => return Err(Refusal::PastFollowUp(moment)),
            Self::At(moment) | Self::Recorded(moment) => moment,
            Self::After(span) => at.after(span),
            Self::Usual => return Self::WorkingDays(USUAL_DAYS).moment(ticket, rules, at),
            Self::WorkingDays(days) => {
                let clocks = &rules.settings.clocks;
                let targets =
                    ticket.fields().severity().and_then(|severity| clocks.severities.get(&severity));
                // Without a severity that has one, the project's calendar, where there is one alone.
                let mut own = clocks.calendars.keys().filter(|name| *name != ALWAYS);
                let only = own.next().filter(|_| own.next().is_none()).map_or(ALWAYS, String::as_str);
                let name = targets.map_or(only, |targets| targets.calendar.as_str());
                let day = clocks.calendars.get(name).map(Hours::of);
                let moment = day.and_then(|hours| hours.working_days_on(at.unix(), days));
                let by_day = || at.after(Duration::from_secs(u64::from(days) * 86_400));
                moment.and_then(Timestamp::from_unix).unwrap_or_else(by_day)
            }
        })
    }
}
