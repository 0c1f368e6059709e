//! The page of a report: headline figures, charts with their tables, vendors, releases, tickets.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use crate::process::{ClockKind, EventKind, LevelChange, Release, measured_text, percentile, span_text};
use crate::report::case::Case;
use crate::report::definition::Unit;
use crate::report::definitions::kept;
use crate::report::html::ticket::Notes;
use crate::report::html::{chart, page, ticket};
use crate::report::metrics::Metric;
use crate::report::period::Period;
use crate::report::series::Week;
use crate::ticket::{Level, Person, Severity, Status, Summary, Ticket, Timestamp, visible};

/// The classes of the severities' colours, the gravest first, and of none.
const CLASSES: [&str; 5] = ["s0", "s1", "s2", "s3", "s4"];
const SEVERITIES: [&str; 5] = ["blocker", "critical", "major", "minor", "none"];
/// The figures that stand at the top.
const HEADLINES: [&str; 8] = [
    "opened",
    "resolved",
    "backlog",
    "response-time",
    "resolution-time",
    "response-kept",
    "resolution-kept",
    "reopened",
];

/// What the page shows.
#[derive(Debug)]
pub struct Overview<'a> {
    /// What the project is called.
    pub project: &'a str,
    /// Which tickets, as it was typed.
    pub query: &'a str,
    /// The period.
    pub period: Period,
    /// The moment whose timelines were looked at.
    pub at: Timestamp,
    /// The figures.
    pub figures: &'a [Metric],
    /// Week by week.
    pub weeks: &'a [Week],
    /// The tickets that were looked at.
    pub cases: &'a [&'a Case],
    /// The releases.
    pub releases: &'a [Release],
    /// The tickets of the table, in its order, each with when its first clock is used up.
    pub rows: &'a [(Summary, Option<Timestamp>)],
    /// The tickets whose pages are part of this one; none where each has a page of its own.
    pub inner: &'a [Ticket],
    /// True where this page is the only one.
    pub is_alone: bool,
    /// Which notes the pages show.
    pub notes: Notes,
}

/// The page of a report.
#[must_use]
pub fn overview(overview: &Overview<'_>) -> String {
    let title = format!("Support report: {}", visible(overview.project));
    let moment = |at: i64| Timestamp::from_unix(at).unwrap_or_default().minute();
    let content = html! {
        h1 { (title) }
        p.about {
            (moment(overview.period.from)) " to " (moment(overview.period.to)) " UTC, "
            (overview.cases.len()) @if overview.cases.len() == 1 { " ticket" } @else { " tickets" }
            @if !overview.query.is_empty() { " of " code { (visible(overview.query)) } }
            ", as of " (overview.at.minute()) " UTC"
        }
        (headlines(overview.figures))
        (backlog(overview.weeks))
        (flow(overview.cases, overview.period))
        (compliance(overview.figures))
        (ageing(overview.cases, overview.period))
        (vendors(overview.cases, overview.period))
        (releases(overview.releases))
        (all_figures(overview.figures))
        (tickets(overview))
        @if !overview.inner.is_empty() { h2 { "Timelines" } }
        @for one in overview.inner {
            details id=(format!("t-{}", one.id())) {
                summary { (visible(one.fields().title())) }
                (ticket::about(one, overview.notes))
            }
        }
    };
    page(&title, &content)
}

/// A value as people read it.
fn value(figure: &Metric) -> String {
    match (figure.unit, figure.value(), figure.percentile(50)) {
        (Unit::Share, Some(value), _) => format!("{}.{}%", value / 10, value % 10),
        (Unit::Sum, Some(value), _) => span_text(value),
        (_, Some(value), _) => value.to_string(),
        (_, None, Some(median)) => span(figure.unit, median),
        (_, None, None) => "–".to_owned(),
    }
}

fn span(unit: Unit, seconds: i64) -> String {
    if unit == Unit::Span { measured_text(seconds) } else { span_text(seconds / 60 * 60) }
}

fn headlines(figures: &[Metric]) -> Markup {
    let shown = figures.iter().filter(|figure| HEADLINES.contains(&figure.key) && figure.count() > 0);
    html! {
        ul.cards {
            @for figure in shown {
                li title=(figure.about) {
                    b { (value(figure)) }
                    span {
                        (figure.title)
                        @if figure.unit == Unit::Span { " (median)" }
                    }
                }
            }
        }
    }
}

/// A table in a frame that scrolls alone, so that the page does not.
fn framed(name: &str, table: &Markup) -> Markup {
    html! { div.wide tabindex="0" role="region" aria-label=(name) { (table) } }
}

fn backlog(weeks: &[Week]) -> Markup {
    let bars: Vec<(String, Vec<usize>)> =
        weeks.iter().map(|week| (week.name.clone(), week.backlog.to_vec())).collect();
    let table = html! {
        table {
            caption { "At the end of each week, with tickets opened and resolved in it" }
            thead { tr {
                th scope="col" { "Week" } th.n scope="col" { "Opened" } th.n scope="col" { "Resolved" }
                @for name in SEVERITIES { th.n scope="col" { (name) } }
            } }
            tbody { @for week in weeks { tr {
                th scope="row" { (week.name) } td.n { (week.opened) } td.n { (week.resolved) }
                @for count in week.backlog { td.n { (count) } }
            } } }
        }
    };
    html! {
        h2 { "Backlog by severity" }
        figure {
            (chart::stacked("Open tickets at the end of each week, by severity", &bars, &CLASSES))
            ul.legend { @for (name, class) in SEVERITIES.iter().zip(CLASSES) { li { (chart::swatch(class)) (name) } } }
        }
        details { summary { "The numbers" } (framed("Backlog by week", &table)) }
    }
}

fn flow(cases: &[&Case], period: Period) -> Markup {
    let events = || cases.iter().flat_map(|case| &case.course.events).filter(|event| period.has(event.at));
    let count = |is_one: &dyn Fn(&EventKind) -> bool| events().filter(|event| is_one(&event.what)).count();
    let rows = [
        ("1 to 2", count(&|what| *what == EventKind::Level(Level::Two, LevelChange::Escalated))),
        ("2 to 3", count(&|what| *what == EventKind::Level(Level::Three, LevelChange::Escalated))),
        ("returned", count(&|what| matches!(what, EventKind::Level(_, LevelChange::Returned)))),
        ("handed back", count(&|what| matches!(what, EventKind::Level(_, LevelChange::HandedBack)))),
    ];
    html! {
        h2 { "Flow between the levels" }
        p.about { "Escalations in the period, what came back, and what came back because something was missing." }
        (chart::bars("How often tickets went from level to level", &rows))
    }
}

fn compliance(figures: &[Metric]) -> Markup {
    let kept = figures.iter().filter(|figure| figure.key.ends_with("-kept") && figure.count() > 0);
    html! {
        h2 { "SLA compliance" }
        p.about { "Share of clocks met, of those that ended or breached in the period." }
        @if kept.clone().next().is_none() { p.soft { "No clock came to its end in the period." } }
        table.bars { tbody { @for figure in kept { tr {
            th scope="row" { (figure.title) }
            td.bar { (chart::share(&format!("{}: {}", figure.title, value(figure)), figure.value().unwrap_or_default())) }
            td.n { (value(figure)) } td.n.soft { "of " (figure.count()) }
        } } } }
    }
}

fn ageing(cases: &[&Case], period: Period) -> Markup {
    let ages: Vec<i64> = cases
        .iter()
        .filter(|case| case.is_open_at(period.to - 1))
        .map(|case| period.to - case.course.events.first().map_or(period.to, |event| event.at))
        .collect();
    let day = 86_400;
    let bands = [
        ("under a day", 0..day),
        ("1 to 7 days", day..7 * day),
        ("7 to 30 days", 7 * day..30 * day),
        ("30 to 90 days", 30 * day..90 * day),
        ("longer", 90 * day..i64::MAX),
    ];
    let rows = bands.map(|(name, band)| (name, ages.iter().filter(|age| band.contains(age)).count()));
    html! {
        h2 { "Age of the backlog" }
        (chart::bars("Open tickets by age at the end of the period", &rows))
    }
}

/// A vendor's waits that ended in the period, in seconds, and its clocks: kept, and all.
#[derive(Default)]
struct VendorRow {
    waits: Vec<i64>,
    kept: usize,
    clocks: usize,
    holds: usize,
}

fn row<'a>(rows: &'a mut BTreeMap<String, VendorRow>, vendor: &str) -> &'a mut VendorRow {
    rows.entry(vendor.to_owned()).or_default()
}

fn vendors(cases: &[&Case], period: Period) -> Markup {
    let mut rows = BTreeMap::new();
    for case in cases {
        for wait in case.course.waits() {
            let Some(vendor) = wait.vendor else { continue };
            match wait.to {
                Some(to) if period.has(to) => row(&mut rows, vendor).waits.push(to - wait.from),
                Some(_) => {}
                None => row(&mut rows, vendor).holds += 1,
            }
        }
        let of_vendors = case.clocks.iter().filter_map(|clock| {
            if let ClockKind::Vendor(vendor) = &clock.kind { Some(vendor) } else { None }
        });
        // One that was never answered has not kept its contract, either: the same rule as of the figure.
        for vendor in of_vendors.collect::<BTreeSet<_>>() {
            let answers = kept(case, period, |kind| *kind == ClockKind::Vendor(vendor.clone()));
            let row = row(&mut rows, vendor);
            row.clocks += answers.len();
            row.kept += answers.into_iter().filter(|kept| *kept == 1).count();
        }
    }
    if rows.is_empty() {
        return html! {};
    }
    let cell = |seconds: Option<i64>| seconds.map(|seconds| span(Unit::Span, seconds)).unwrap_or_default();
    let table = html! {
        table {
            caption { "Answers in the period, in calendar time, and underpinning contracts met" }
            thead { tr {
                th scope="col" { "Vendor" } th.n scope="col" { "Answers" } th.n scope="col" { "Median" }
                th.n scope="col" { "p90" } th.n scope="col" { "In time" } th.n scope="col" { "Deferred now" }
            } }
            tbody { @for (name, row) in &mut rows { tr {
                @let () = row.waits.sort_unstable();
                th scope="row" { (visible(name)) } td.n { (row.waits.len()) }
                td.n { (cell(percentile(&row.waits, 50))) } td.n { (cell(percentile(&row.waits, 90))) }
                td.n { @if row.clocks > 0 { (row.kept) " of " (row.clocks) } } td.n { (row.holds) }
            } } }
        }
    };
    html! { h2 { "Vendors" } (framed("Vendors", &table)) }
}

fn releases(releases: &[Release]) -> Markup {
    if releases.is_empty() {
        return html! {};
    }
    let at = |mark: &Option<crate::process::Mark>| {
        mark.as_ref().and_then(|mark| Timestamp::parse(&mark.at)).map(Timestamp::minute).unwrap_or_default()
    };
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Release" } th scope="col" { "State" } th scope="col" { "Handed over" }
                th scope="col" { "Accepted" } th.n scope="col" { "Known errors" }
            } }
            tbody { @for release in releases { tr {
                th scope="row" { (visible(&release.version)) } td { (release.state()) } td { (at(&release.offered)) }
                td { (at(&release.accepted)) } td.n { (release.known_issues.len()) }
            } } }
        }
    };
    html! { h2 { "Releases" } (framed("Releases", &table)) }
}

fn all_figures(figures: &[Metric]) -> Markup {
    let cell = |figure: &Metric, percent| {
        figure.percentile(percent).map(|seconds| span(figure.unit, seconds)).unwrap_or_default()
    };
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Figure" } th.n scope="col" { "Value" } th.n scope="col" { "n" }
                th.n scope="col" { "Median" } th.n scope="col" { "p90" } th scope="col" { "Definition" }
            } }
            tbody { @for figure in figures { tr {
                th scope="row" { (figure.title) }
                td.n { @if figure.value().is_some() { (value(figure)) } }
                td.n { (figure.count()) } td.n { (cell(figure, 50)) } td.n { (cell(figure, 90)) }
                td.soft.title { (figure.about) }
            } } }
        }
    };
    html! { h2 { "Every figure" } (framed("Every figure", &table)) }
}

fn tickets(overview: &Overview<'_>) -> Markup {
    let rows = overview.rows;
    let link = |summary: &Summary| {
        if !overview.is_alone {
            Some(format!("tickets/{}.html", summary.id))
        } else {
            let is_inner = overview.inner.iter().any(|ticket| *ticket.id() == summary.id);
            is_inner.then(|| format!("#t-{}", summary.id))
        }
    };
    let severity = |summary: &Summary| summary.severity.map_or("", Severity::as_str);
    // A heading that is pressed sorts by rank, not by the alphabet.
    let rank = |summary: &Summary| summary.severity.map_or(0, |severity| severity as usize + 1);
    let is_late = |summary: &Summary, due: &Option<Timestamp>| {
        summary.status.is_open() && due.is_some_and(|due| due < overview.at)
    };
    let name = |text: &str| visible(Person::short_of(text).unwrap_or(text));
    let table = html! {
        table.sortable {
            thead { tr {
                th scope="col" { "Ticket" } th scope="col" { "Severity" } th scope="col" { "Status" }
                th.n scope="col" { "Level" } th scope="col" { "Assignee" } th scope="col" { "Due, UTC" }
                th scope="col" { "Opened, UTC" }
            } }
            tbody { @for (summary, due) in rows { tr {
                td.title {
                    @match link(summary) {
                        Some(link) => a href=(link) { (visible(&summary.title)) }
                        None => (visible(&summary.title))
                    }
                }
                td data-key=(rank(summary)) { (severity(summary)) }
                td data-key=(place(summary.status)) { (summary.status) } td.n { (summary.level) }
                td { @if let Some(who) = &summary.assignee { (name(who)) } }
                td.n { @if let Some(due) = due {
                    @if is_late(summary, &Some(*due)) { span.bad { (due.minute()) " late" } } @else { (due.minute()) }
                } }
                td.n { @if let Some(at) = summary.created { (at.minute()) } }
            } } }
        }
    };
    let left_out = overview.cases.len().saturating_sub(rows.len());
    html! {
        h2 { "Tickets" }
        @if left_out > 0 {
            p.about { "The open ones first, then the newest; " (left_out) " more are left out of the table." }
        }
        (framed("Tickets", &table))
    }
}

fn place(status: Status) -> usize {
    Status::ALL.iter().position(|known| *known == status).unwrap_or_default()
}
