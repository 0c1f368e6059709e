//! `report`: what a support lead wants to know of a period.

mod pages;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::{ReadOptions, given_query};
use crate::commands::failure::Failure;
use crate::commands::report::pages::Pages;
use crate::commands::session::{Session, instant_said};
use crate::process::{
    Agreements, EventKind, Judged, Listed, Record, Release, Team, at_levels, first_response, replay,
    span_text,
};
use crate::project::{Project, Projection, Search, SlaRules};
use crate::render::{BudgetTable, MetricGroup, MetricLine, Metrics, View, WeekLine};
use crate::report::html::Notes;
use crate::report::{
    By, Case, METRICS, Metric, Period, Week, budget, figures, grouped, lead_times, weeks, whole_periods,
};
use crate::ticket::{Timestamp, parse_span};

/// The length of a period where none is asked for, in seconds: 30 days.
const DEFAULT_SECS: i64 = 30 * 86_400;
/// From this many tickets on, both cores are worth it.
const MANY: usize = 500;

/// Show support metrics for a period
///
/// Of the tickets of a query, or of all. `report budget` shows the hours of the support agreement.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which tickets, or: budget
    query: Vec<String>,
    /// Start of the period: a date, a time, or 90d [default: 30d]
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// End of the period: a date or a time [default: now]
    #[arg(long, value_name = "WHEN")]
    to: Option<String>,
    /// Group the metrics
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(By::WORDS))]
    by: Option<String>,
    /// List the tickets of each metric, or of one (=METRIC)
    #[arg(long, value_name = "METRIC", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    tickets: Option<String>,
    /// Write a self-contained HTML report to a .html file or a directory
    #[arg(long, value_name = "DIR|FILE")]
    html: Option<PathBuf>,
    /// Include internal notes, findings and reporters in the HTML report
    #[arg(long, requires = "html")]
    internal: bool,
    /// Evaluate clocks and agreement with the settings of REVISION
    #[arg(long, visible_alias = "policy", value_name = "REVISION")]
    settings: Option<String>,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Sees that what was asked goes together.
fn check(args: &Args, is_budget: bool) -> Result<(), Failure> {
    if is_budget
        && (args.query.len() > 1 || args.html.is_some() || args.by.is_some() || args.tickets.is_some())
    {
        return Err(Failure::usage("report budget takes no query, --html, --by or --tickets")
            .hint("git support report budget"));
    }
    if args.html.is_some() && args.by.is_some() {
        return Err(Failure::usage("report --html takes no --by").hint("git support report --by WHAT"));
    }
    Ok(())
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?;
    let at = project.moment()?;
    let period = period(args, at)?;
    let is_budget = args.query.first().is_some_and(|word| word == "budget");
    check(args, is_budget)?;
    let query = if is_budget { String::new() } else { given_query(&args.query)?.unwrap_or_default() };
    let agreements =
        is_budget.then(|| project.agreements(args.settings.as_deref())).transpose()?.unwrap_or_default();
    let period = if is_budget { whole_periods(&agreements, period) } else { period };
    // What happened after the period changes nothing of it.
    let end = Timestamp::from_unix(period.to.saturating_sub(1)).unwrap_or(at);
    let cases = cases(args, &query, at.min(end), &project)?;
    let cases: Vec<&Case> = cases.iter().collect();
    if is_budget {
        return Ok(budgeted(&cases, period, &agreements));
    }
    let releases = project.releases()?;
    let weeks = weeks(&cases, period);
    if let Some(path) = &args.html {
        let pages = Pages {
            project: &project,
            query: &query,
            period,
            at,
            figures: &whole(&cases, releases, period),
            weeks: &weeks,
            cases: &cases,
            releases,
            notes: if args.internal { Notes::All } else { Notes::Public },
        };
        pages.write(path, session)?;
        return Ok(View::Nothing);
    }
    let groups = groups(args, &cases, releases, period)?;
    let moment = |at: i64| Timestamp::from_unix(at).unwrap_or_default();
    let week = |week: Week| WeekLine {
        backlog: week.backlog.iter().sum(),
        name: week.name,
        opened: week.opened,
        resolved: week.resolved,
    };
    let titled = cases.iter().filter(|_| args.tickets.is_some());
    let titles = titled.map(|case| (case.summary.id.clone(), case.summary.title.clone())).collect();
    Ok(View::Metrics(Box::new(Metrics {
        titles,
        query,
        from: moment(period.from),
        to: moment(period.to),
        at,
        tickets: cases.len(),
        by: args.by.clone(),
        groups,
        weeks: weeks.into_iter().map(week).collect(),
        with_tickets: args.tickets.is_some(),
    })))
}

/// Every figure of all tickets together.
fn whole(cases: &[&Case], releases: &[Release], period: Period) -> Vec<Metric> {
    let mut figures = figures(cases, period);
    figures.push(lead_times(releases, period));
    figures
}

/// The figures group by group, as far as they are asked for.
fn groups(
    args: &Args,
    cases: &[&Case],
    releases: &[Release],
    period: Period,
) -> Result<Vec<MetricGroup>, Failure> {
    let mut groups = match args.by.as_deref().and_then(By::parse) {
        Some(by) => grouped(cases, period, by),
        None => vec![(String::new(), whole(cases, releases, period))],
    };
    if let Some(key) = args.tickets.as_deref().filter(|key| !key.is_empty()) {
        only(&mut groups, key)?;
    }
    let group = |(name, figures): (String, Vec<Metric>)| MetricGroup {
        name: args.by.as_ref().map(|_| name),
        figures: figures.into_iter().map(line).collect(),
    };
    Ok(groups.into_iter().map(group).collect())
}

fn period(args: &Args, at: Timestamp) -> Result<Period, Failure> {
    let no_time = |text: &str| {
        Failure::usage(format!("'{text}' is not a valid time"))
            .hint("use 2026-10-01, 2026-10-01T09:00:00Z, or a duration such as 90d")
    };
    let said =
        |text: &Option<String>| text.as_ref().map(|text| instant_said(text, at).unwrap_or(text.clone()));
    // A duration goes back from the end, not from now.
    let is_ago = args.from.as_deref().is_some_and(|text| parse_span(text).is_some());
    let asked_from = if is_ago { args.from.clone() } else { said(&args.from) };
    let asked_to = said(&args.to);
    let to = match asked_to.as_deref() {
        // What happened at that very second has happened.
        None => at.unix().saturating_add(1),
        // A day is meant as a whole.
        Some(text) => match (Timestamp::parse_day(text), Timestamp::parse_typed(text)) {
            (Some(day), _) => day.unix() + 86_400,
            (None, Some(at)) => at.unix(),
            (None, None) => return Err(no_time(text)),
        },
    };
    let from = match asked_from.as_deref() {
        None => to - DEFAULT_SECS,
        Some(text) => {
            let ago = parse_span(text).and_then(|span| i64::try_from(span.as_secs()).ok());
            let moment =
                Timestamp::parse_day(text).or_else(|| Timestamp::parse_typed(text)).map(Timestamp::unix);
            ago.map(|span| to.saturating_sub(span)).or(moment).ok_or_else(|| no_time(text))?
        }
    };
    if from >= to {
        if args.to.is_none() && from > at.unix() {
            return Err(
                Failure::usage("the period begins in the future").hint("git support report --from 30d")
            );
        }
        let at = |at: i64| Timestamp::from_unix(at).unwrap_or_default().to_string();
        if from == to {
            let hint = format!("git support report --from {}", at(from));
            return Err(Failure::usage("the period is empty").hint(hint));
        }
        let (earlier, later) = match (&args.to, &args.from) {
            (Some(to), Some(from)) => (to.clone(), from.clone()),
            _ => (at(to), at(from)),
        };
        let hint = format!("git support report --from {earlier} --to {later}");
        return Err(Failure::usage("the period ends before it begins").hint(hint));
    }
    if from > at.unix() {
        return Err(Failure::usage("the period begins in the future").hint("git support report --from 30d"));
    }
    // What is still to come has not happened: a period that is not over ends now.
    Ok(Period { from, to: to.min(at.unix().saturating_add(1)) })
}

/// The tickets, each with its clocks at a moment.
fn cases(args: &Args, query: &str, at: Timestamp, project: &Project<'_>) -> Result<Vec<Case>, Failure> {
    let (found, own) = project.find_judged(&Search::new(query, Projection::Courses))?;
    let asked = args.settings.as_ref().map(|revision| project.sla_rules_of(revision)).transpose()?;
    let what_if = asked.is_some();
    let people = project.people()?;
    let judge = Judge { rules: asked.or(own), what_if, team: &people, at: at.unix() };
    if found.len() < MANY {
        return Ok(found.into_iter().filter_map(|one| judge.case(one)).collect());
    }
    let mut front = found;
    let back = front.split_off(front.len() / 2);
    let (judge, mut cases) = (&judge, Vec::new());
    let back = std::sync::Mutex::new(back);
    let judged = || {
        let back = std::mem::take(&mut *back.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        back.into_iter().filter_map(|one| judge.case(one)).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        // Where no thread is to be had, this one judges the other half as well.
        let other = std::thread::Builder::new().spawn_scoped(scope, judged);
        cases.extend(front.into_iter().filter_map(|one| judge.case(one)));
        cases.extend(match other {
            // A figure of half the tickets would be a lie: what ended one thread ends the other.
            Ok(other) => other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => judged(),
        });
    });
    Ok(cases)
}

/// By which rules cases are judged, and when.
struct Judge<'a> {
    rules: Option<SlaRules>,
    what_if: bool,
    team: &'a Team,
    at: i64,
}

impl Judge<'_> {
    fn case(&self, one: Listed) -> Option<Case> {
        let Record::TicketHistory(judged) = one.record else { return None };
        let (course, by) = *judged;
        let mut course = if course.events.last().is_some_and(|event| event.at > self.at) {
            course.until(self.at)
        } else {
            course
        };
        if course.events.is_empty() {
            return None;
        }
        for event in &mut course.events {
            if let EventKind::Assigned(Some(who)) = &mut event.what {
                *who = self.team.as_named(who);
            }
        }
        let by = if self.what_if { &[][..] } else { &by };
        let judged = match &self.rules {
            Some(rules) => rules.judged(by),
            None => Judged { books: &[], by, team: self.team },
        };
        let clocks = replay(&course, judged, self.at);
        let (responded, at_levels) =
            (first_response(&course, judged.team), at_levels(&course, judged, self.at));
        Some(Case { summary: one.summary, course, clocks, responded, at_levels, of_vendor: None })
    }
}

/// Leaves one figure alone.
fn only(groups: &mut Vec<(String, Vec<Metric>)>, key: &str) -> Result<(), Failure> {
    let known: Vec<&str> = METRICS.iter().map(|sort| sort.key).chain(["release-lead-time"]).collect();
    if !known.contains(&key) {
        let meant = crate::ticket::nearest(key, &known).map(|near| format!("; did you mean '{near}'?"));
        let problem = format!("unknown metric '{key}'{}", meant.unwrap_or_default());
        return Err(Failure::usage(problem).hint(known.join(" ")));
    }
    for (_, figures) in groups {
        figures.retain(|figure| figure.key == key);
    }
    Ok(())
}

fn line(figure: Metric) -> MetricLine {
    MetricLine {
        key: figure.key,
        title: figure.title,
        unit: figure.unit.as_str(),
        about: figure.about,
        count: figure.count(),
        value: figure.value(),
        median: figure.percentile(50),
        p90: figure.percentile(90),
        tickets: figure.values.into_iter().filter_map(|(value, id)| Some((id?, value))).collect(),
    }
}

/// The hours of the support agreement.
fn budgeted(cases: &[&Case], period: Period, agreements: &Agreements) -> View {
    let budget = budget(cases, agreements, period);
    let granted = |hours: u32, per: &str| format!("{} per {per}", span_text(i64::from(hours) * 3600));
    View::Budget(Box::new(BudgetTable {
        agreement: budget.agreement.map(|agreement| granted(agreement.hours, agreement.per.as_str())),
        periods: budget
            .periods
            .into_iter()
            .map(|period| (period.name, period.granted, period.spent, period.tickets))
            .collect(),
        tickets: budget.tickets,
    }))
}
