//! The hours of the support agreement: what each period grants, what was spent, and what was estimated.

use crate::process::{Agreement, Agreements, EventKind, Period as Calendar};
use crate::report::case::Case;
use crate::report::period::Period;
use crate::ticket::{TicketId, Timestamp};

/// The hours that were spent, beside those granted and estimated.
#[derive(Debug)]
pub struct Budget {
    /// The agreement of the present, if there is one.
    pub agreement: Option<Agreement>,
    /// Period by period.
    pub periods: Vec<BudgetPeriod>,
    /// The tickets on which time was spent in all of them: with what was estimated and what was spent since it
    /// was filed, in seconds.
    pub tickets: Vec<(TicketId, String, Option<i64>, i64)>,
}

/// A period of the agreement.
#[derive(Debug, PartialEq, Eq)]
pub struct BudgetPeriod {
    /// Its name: `2026-11`.
    pub name: String,
    /// What is granted, in seconds; `None` where no agreement granted anything for such a period.
    pub granted: Option<i64>,
    /// What was spent, in seconds.
    pub spent: i64,
    /// On how many tickets.
    pub tickets: usize,
}

/// The whole periods of the present agreement that a period touches.
#[must_use]
pub fn whole_periods(agreements: &Agreements, period: Period) -> Period {
    let per = per(agreements);
    let moment = |at: i64| Timestamp::from_unix(at).unwrap_or_default();
    let to = per.end(moment(period.to.saturating_sub(1))).unix();
    Period { from: per.start(moment(period.from)).unix(), to: to.max(period.to) }
}

fn per(agreements: &Agreements) -> Calendar {
    agreements.present.map_or(Calendar::Month, |agreement| agreement.per)
}

/// The budget of a period; by month, where no agreement says otherwise. The agreement's periods are whole ones,
/// in UTC.
#[must_use]
pub fn budget(cases: &[&Case], agreements: &Agreements, period: Period) -> Budget {
    let per = per(agreements);
    let moment = |at: i64| Timestamp::from_unix(at).unwrap_or_default();
    let mut periods = Vec::new();
    let period = whole_periods(agreements, period);
    let mut from = period.from;
    while from < period.to {
        let to = per.end(moment(from)).unix().max(from + 1);
        let within = Period { from, to };
        let spent: Vec<i64> =
            cases.iter().map(|case| spent(case, within)).filter(|seconds| *seconds > 0).collect();
        periods.push(BudgetPeriod {
            name: per.name(moment(from)),
            granted: agreements.granted(to).map(|hours| i64::from(hours) * 3600),
            spent: spent.iter().sum(),
            tickets: spent.len(),
        });
        from = to;
    }
    let within = Period { from: period.from, to: from };
    let mut tickets: Vec<(TicketId, String, Option<i64>, i64)> = cases
        .iter()
        .filter(|case| spent(case, within) > 0)
        .map(|case| {
            let all = spent(case, Period { from: i64::MIN, to: i64::MAX });
            (case.summary.id.clone(), case.summary.title.clone(), case.course.estimate, all)
        })
        .collect();
    tickets.sort_by_key(|(id, _, _, spent)| (std::cmp::Reverse(*spent), id.clone()));
    Budget { agreement: agreements.present, periods, tickets }
}

fn spent(case: &Case, period: Period) -> i64 {
    let seconds = case.course.events.iter().filter(|event| period.has(event.at));
    seconds
        .filter_map(|event| if let EventKind::Spent(seconds) = event.what { Some(seconds) } else { None })
        .sum()
}
