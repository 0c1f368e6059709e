//! Figures of a period: a table with small bars, rows for spreadsheets, an object for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::process::{measured_text, span_text};
use crate::render::json_value::SCHEMA;
use crate::render::paint::{BOLD, DIM, RED, RenderOptions, shown};
use crate::render::view::measured::{BudgetTable, MetricGroup, MetricLine, Metrics};
use crate::ticket::cut;

/// The columns of the flat formats.
pub(super) const COLUMNS: &[&str] =
    &["group", "figure", "unit", "from", "to", "n", "value", "median", "p90", "definition", "tickets"];
/// The columns of the agreement's hours.
pub(super) const BUDGET_COLUMNS: &[&str] =
    &["period", "granted_seconds", "spent_seconds", "left_seconds", "tickets"];

/// The widest bar, in columns.
const BAR: usize = 16;

fn number(value: Option<i64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A value in its unit for machines: a share in percent, with a tenth.
fn plain_value(line: &MetricLine) -> Option<Value> {
    let value = line.value?;
    if line.unit == "percent" {
        return Some(Value::from((value as f64) / 10.0));
    }
    Some(Value::from(value))
}

/// The rows of the flat formats.
pub(super) fn rows(table: &Metrics) -> Vec<Vec<String>> {
    let row = |group: &MetricGroup, line: &MetricLine| {
        let tickets: Vec<&str> = line.tickets.iter().map(|(id, _)| id.as_str()).collect();
        vec![
            group.name.clone().unwrap_or_default(),
            line.key.to_owned(),
            line.unit.to_owned(),
            table.from.to_string(),
            table.to.to_string(),
            line.count.to_string(),
            plain_value(line).map(|value| value.to_string()).unwrap_or_default(),
            number(line.median),
            number(line.p90),
            line.about.to_owned(),
            if table.with_tickets { tickets.join(" ") } else { String::new() },
        ]
    };
    table.groups.iter().flat_map(|group| group.figures.iter().map(move |line| row(group, line))).collect()
}

/// The figures as an object for machines.
pub(super) fn object(table: &Metrics) -> Value {
    let figure = |line: &MetricLine| {
        let mut object = json!({
            "figure": line.key,
            "title": line.title,
            "definition": line.about,
            "unit": line.unit,
            "n": line.count,
            "value": plain_value(line),
            "median": line.median,
            "p90": line.p90,
        });
        if let (Value::Object(map), true) = (&mut object, table.with_tickets) {
            let ticket = |(id, value): &(crate::ticket::TicketId, i64)| json!({"ticket": id, "value": value});
            map.insert("tickets".to_owned(), line.tickets.iter().map(ticket).collect());
        }
        object
    };
    let group = |group: &MetricGroup| json!({"group": group.name, "figures": group.figures.iter().map(figure).collect::<Vec<_>>()});
    let weeks: Vec<Value> = table
        .weeks
        .iter()
        .map(|week| {
            json!({"week": week.name, "opened": week.opened, "resolved": week.resolved, "backlog": week.backlog})
        })
        .collect();
    json!({
        "schema": SCHEMA,
        "query": table.query,
        "from": table.from,
        "to": table.to,
        "at": table.at,
        "tickets": table.tickets,
        "by": table.by,
        "groups": table.groups.iter().map(group).collect::<Vec<_>>(),
        "weeks": weeks,
    })
}

/// A bar of a share of the widest.
fn bar(value: i64, most: i64, look: &RenderOptions) -> String {
    look.paint(DIM, &bar_text(value, most))
}

/// The same, filled up to the width of the widest.
fn bar_cell(value: i64, most: i64, look: &RenderOptions) -> String {
    look.paint(DIM, &format!("{:<BAR$}", bar_text(value, most)))
}

fn bar_text(value: i64, most: i64) -> String {
    let (value, most) =
        (usize::try_from(value).unwrap_or_default(), usize::try_from(most).unwrap_or_default());
    let eighths = value.saturating_mul(BAR * 8).checked_div(most).unwrap_or_default().min(BAR * 8);
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"].get(eighths % 8).copied().unwrap_or_default();
    format!("{}{rest}", "█".repeat(eighths / 8))
}

fn value_text(line: &MetricLine) -> String {
    match (line.unit, line.value) {
        ("percent", Some(value)) => format!("{}.{}%", value / 10, value % 10),
        ("seconds-in-all", Some(value)) => span_text(value),
        (_, Some(value)) => value.to_string(),
        (_, None) => String::new(),
    }
}

fn span_cell(line: &MetricLine, seconds: Option<i64>) -> String {
    match (line.unit, seconds) {
        (_, None) => String::new(),
        ("seconds", Some(seconds)) => measured_text(seconds),
        // A time of seconds is not none.
        (_, Some(seconds)) if seconds < 60 => span_text(seconds),
        (_, Some(seconds)) => span_text(seconds / 60 * 60),
    }
}

/// A number of tickets, in words.
#[must_use]
pub fn counted(tickets: usize) -> String {
    if tickets == 1 { "1 ticket".to_owned() } else { format!("{tickets} tickets") }
}

/// The figures for people.
pub(super) fn table(table: &Metrics, look: &RenderOptions) -> String {
    let seconds = table.to.unix() - table.from.unix();
    let length = match seconds / 86_400 {
        0 => span_text(seconds),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    let which = if table.query.is_empty() { String::new() } else { format!(" of {}", shown(&table.query)) };
    let period = format!("{} to {} UTC ({length})", table.from.minute(), table.to.minute(),);
    let mut out = format!("{}\n{}{which}\n", look.paint(BOLD, &period), counted(table.tickets));
    let is_apart = table.groups.len() != 1 || table.groups.iter().any(|group| group.name.is_some());
    let count = table.groups.iter().map(|group| group.figures.len()).max().unwrap_or_default();
    let mut empty = Vec::new();
    if !is_apart {
        let heading = format!("{:<25} {:>9} {:>7} {:>9} {:>9}", "METRIC", "VALUE", "N", "MEDIAN", "P90");
        let _ = writeln!(out, "\n{}", look.paint(BOLD, &heading));
    }
    for place in 0..count {
        let lines: Vec<(&MetricGroup, &MetricLine)> =
            table.groups.iter().filter_map(|group| Some((group, group.figures.get(place)?))).collect();
        let Some((_, first)) = lines.first() else { continue };
        if lines.iter().all(|(_, line)| line.count == 0) {
            empty.push(first.title);
        } else if is_apart {
            apart(&mut out, table, &lines, look);
        } else {
            whole(&mut out, table, first, look);
        }
    }
    if !table.weeks.is_empty() && !is_apart {
        weeks(&mut out, table, look);
    }
    if !empty.is_empty() {
        let text = format!("Nothing in this period: {}.", empty.join(", "));
        let _ = write!(out, "\n{}", look.block(&text, ""));
    }
    out
}

fn whole(out: &mut String, table: &Metrics, line: &MetricLine, look: &RenderOptions) {
    let (median, p90) = (span_cell(line, line.median), span_cell(line, line.p90));
    let share = match (line.unit, line.value) {
        ("percent", Some(value)) => format!(" {}", bar(value, 1000, look)),
        _ => String::new(),
    };
    let text =
        format!("{:<25} {:>9} {:>7} {median:>9} {p90:>9}{share}", line.title, value_text(line), line.count,);
    let _ = writeln!(out, "{}", text.trim_end());
    let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(2));
    for text in textwrap::wrap(line.about, room.max(20)) {
        let _ = writeln!(out, "  {}", look.paint(DIM, &text));
    }
    if table.with_tickets {
        tickets(out, line, (table, look));
    }
}

fn tickets(out: &mut String, line: &MetricLine, (table, look): (&Metrics, &RenderOptions)) {
    let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(27)).max(12);
    for (id, value) in &line.tickets {
        let value = match line.unit {
            "tickets" => String::new(),
            "percent" => (if *value > 0 { "yes" } else { "no" }).to_owned(),
            "seconds" => measured_text(*value),
            _ => span_text(*value),
        };
        let title = shown(table.titles.get(id).map_or("", String::as_str));
        let title = cut(&title, room);
        let id = look.id(id.as_str(), 10);
        let text = if value.is_empty() {
            format!("    {id}  {title}")
        } else {
            format!("    {id} {value:>10}  {title}")
        };
        let _ = writeln!(out, "{}", text.trim_end());
    }
}

/// A figure taken apart: a line for each group.
fn apart(out: &mut String, table: &Metrics, lines: &[(&MetricGroup, &MetricLine)], look: &RenderOptions) {
    let Some((_, first)) = lines.first() else { return };
    let _ = writeln!(out, "\n{}", look.paint(BOLD, first.title));
    let room = look.columns.unwrap_or(usize::MAX).max(20);
    for text in textwrap::wrap(first.about, room) {
        let _ = writeln!(out, "{}", look.paint(DIM, &text));
    }
    let size = |line: &MetricLine| line.value.or(line.median).unwrap_or_default();
    let most = lines.iter().map(|(_, line)| size(line)).max().unwrap_or_default();
    let most = if first.unit == "percent" { 1000 } else { most };
    for (group, line) in lines.iter().filter(|(_, line)| line.count > 0) {
        let name = shown(group.name.as_deref().unwrap_or_default());
        let value = match line.value {
            Some(_) => value_text(line),
            None => span_cell(line, line.median),
        };
        let rest = match (line.value, line.unit) {
            (Some(_), "tickets") => String::new(),
            (None, _) => format!("n {}, p90 {}", line.count, span_cell(line, line.p90)),
            _ => format!("n {}", line.count),
        };
        let bar = bar_cell(size(line), most, look);
        let text = format!("  {:<16} {value:>9}  {bar} {rest}", cut(&name, 16));
        let _ = writeln!(out, "{}", text.trim_end());
        if table.with_tickets {
            tickets(out, line, (table, look));
        }
    }
}

fn weeks(out: &mut String, table: &Metrics, look: &RenderOptions) {
    let heading = format!("{:<10} {:>7} {:>9} {:>8}", "WEEK", "OPENED", "RESOLVED", "BACKLOG");
    let _ = writeln!(out, "\n{}", look.paint(BOLD, &heading));
    let most = table.weeks.iter().map(|week| week.backlog).max().unwrap_or_default();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    for week in &table.weeks {
        let backlog = i64::try_from(week.backlog).unwrap_or(i64::MAX);
        let text = format!(
            "{:<10} {:>7} {:>9} {:>8} {}",
            week.name,
            week.opened,
            week.resolved,
            week.backlog,
            bar(backlog, most, look)
        );
        let _ = writeln!(out, "{}", text.trim_end());
    }
}

/// The rows of the agreement's hours.
pub(super) fn budget_rows(budget: &BudgetTable) -> Vec<Vec<String>> {
    let row = |(name, granted, spent, tickets): &(String, Option<i64>, i64, usize)| {
        let left = granted.map(|granted| granted - spent);
        vec![name.clone(), number(*granted), spent.to_string(), number(left), tickets.to_string()]
    };
    budget.periods.iter().map(row).collect()
}

/// The agreement's hours as an object for machines.
pub(super) fn budget_object(budget: &BudgetTable) -> Value {
    let month = |(name, granted, spent, tickets): &(String, Option<i64>, i64, usize)| {
        json!({"period": name, "granted_seconds": granted, "spent_seconds": spent,
            "left_seconds": granted.map(|granted| granted - spent), "tickets": tickets})
    };
    let ticket = |(id, title, estimate, spent): &(crate::ticket::TicketId, String, Option<i64>, i64)| json!({"ticket": id, "title": title, "estimate_seconds": estimate, "spent_seconds": spent});
    json!({
        "schema": SCHEMA,
        "agreement": budget.agreement,
        "periods": budget.periods.iter().map(month).collect::<Vec<_>>(),
        "tickets": budget.tickets.iter().map(ticket).collect::<Vec<_>>(),
    })
}

/// The agreement's hours for people.
pub(super) fn budget(budget: &BudgetTable, look: &RenderOptions) -> String {
    let mut out = match &budget.agreement {
        Some(agreement) => format!("The agreement grants {agreement}.\n\n"),
        None => "No agreement is set; git support config set agreement.hours 40\n\n".to_owned(),
    };
    let heading = format!("{:<10} {:>9} {:>9} {:>9} {:>8}", "PERIOD", "GRANTED", "SPENT", "LEFT", "TICKETS");
    let _ = writeln!(out, "{}", look.paint(BOLD, &heading));
    let most = budget.periods.iter().map(|(_, granted, spent, _)| granted.unwrap_or(0).max(*spent)).max();
    for (name, granted, spent, tickets) in &budget.periods {
        let left = granted.map(|granted| granted - spent);
        let style = if left.is_some_and(|left| left < 0) { RED } else { anstyle::Style::new() };
        let left = look.paint(style, &format!("{:>9}", left.map(span_text).unwrap_or_default()));
        let granted = granted.map(span_text).unwrap_or_default();
        let bar = bar(*spent, most.unwrap_or_default(), look);
        let text = format!("{name:<10} {granted:>9} {:>9} {left} {tickets:>8} {bar}", span_text(*spent));
        let _ = writeln!(out, "{}", text.trim_end());
    }
    if !budget.tickets.is_empty() {
        let heading = format!("{:<10}  {:>9} {:>9}  TITLE", "ID", "ESTIMATE", "IN ALL");
        let _ = writeln!(out, "\n{}", look.paint(BOLD, &heading));
    }
    let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(33).max(20));
    for (id, title, estimate, spent) in &budget.tickets {
        let style =
            if estimate.is_some_and(|estimate| estimate < *spent) { RED } else { anstyle::Style::new() };
        let estimate = estimate.map(span_text).unwrap_or_default();
        let spent = look.paint(style, &format!("{:>9}", span_text(*spent)));
        let title = shown(title);
        let _ = writeln!(out, "{}  {estimate:>9} {spent}  {}", look.id(id.as_str(), 10), cut(&title, room));
    }
    out
}
