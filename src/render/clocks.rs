//! Tickets' clocks: a line each, or a page on which each explains itself.

use std::fmt::Write as _;

use anstyle::Style;
use serde_json::{Value, json};

use crate::process::{ClockState, span_text};
use crate::render::json_value::SCHEMA;
use crate::render::paint::{BOLD, DIM, GREEN, ID, RED, RenderOptions, YELLOW, shown};
use crate::render::table::Table;
use crate::render::view::measured::{ClockLine, ClockMark, Clocks, TicketClocks};
use crate::ticket::Timestamp;

/// The columns of the flat formats.
pub(super) const COLUMNS: &[&str] = &[
    "ticket",
    "clock",
    "severity",
    "target",
    "calendar",
    "target_seconds",
    "elapsed_seconds",
    "paused_seconds",
    "due",
    "state",
];

/// The commit's name, in characters.
const SHORT_COMMIT: usize = 10;

/// The rows of the flat formats.
pub(super) fn rows(clocks: &Clocks) -> Vec<Vec<String>> {
    let row = |ticket: &TicketClocks, line: &ClockLine| {
        let clock = &line.clock;
        vec![
            ticket.summary.id.to_string(),
            clock.kind.name(),
            clock.severity.map(|severity| severity.to_string()).unwrap_or_default(),
            clock.target.to_string(),
            clock.calendar.clone(),
            clock.target_seconds.to_string(),
            clock.elapsed_seconds.to_string(),
            clock.paused_seconds.to_string(),
            moment(clock.due).map(|due| due.to_string()).unwrap_or_default(),
            clock.state.as_str().to_owned(),
        ]
    };
    clocks.tickets.iter().flat_map(|ticket| ticket.clocks.iter().map(move |line| row(ticket, line))).collect()
}

fn moment(at: Option<i64>) -> Option<Timestamp> {
    at.and_then(Timestamp::from_unix)
}

/// A ticket's clocks as an object for machines.
pub(super) fn object(ticket: &TicketClocks) -> Value {
    let mark = |mark: &ClockMark| {
        json!({"at": mark.at, "local": mark.local, "what": mark.what, "entry": mark.entry, "action": mark.action,
            "commit": mark.commit})
    };
    let clock = |line: &ClockLine| {
        let clock = &line.clock;
        let spans: Vec<Value> = line
            .spans
            .iter()
            .map(|(from, to, seconds)| json!({"from": from, "to": to, "seconds": seconds}))
            .collect();
        json!({
            "clock": clock.kind.name(),
            "target_seconds": clock.target_seconds,
            "elapsed_seconds": clock.elapsed_seconds,
            "paused_seconds": clock.paused_seconds,
            "due": moment(clock.due),
            "state": clock.state.as_str(),
            "severity": clock.severity.map(crate::ticket::Severity::as_str),
            "target": clock.target.to_string(),
            "calendar": clock.calendar,
            "timezone": line.zone,
            "warns": moment(clock.warn),
            "settings": line.settings,
            "marks": line.marks.iter().map(mark).collect::<Vec<_>>(),
            "hours": spans,
        })
    };
    let flags: Vec<Value> = ticket
        .skews
        .iter()
        .map(|skew| json!({"entry": skew.entry.as_str(), "at": skew.at, "problem": skew.problem}))
        .collect();
    json!({
        "schema": SCHEMA,
        "ticket": ticket.summary.id,
        "clocks": ticket.clocks.iter().map(clock).collect::<Vec<_>>(),
        "updates": {"kept": ticket.updates.0, "of": ticket.updates.1},
        "flags": flags,
    })
}

/// The clocks for people.
pub(super) fn page(clocks: &Clocks, look: &RenderOptions) -> String {
    if clocks.explained {
        let pages = clocks.tickets.iter().map(|ticket| explained(ticket, look));
        return pages.collect::<Vec<_>>().join("\n");
    }
    let mut table = Table::new(look, &["ID", "CLOCK", "STATE", "LEFT", "DUE", "TITLE"]);
    let prefix = clocks.tickets.iter().map(|ticket| ticket.prefix).max().unwrap_or_default();
    for ticket in &clocks.tickets {
        let id = ticket.summary.id.as_str();
        let id = if look.columns.is_some() { id.get(..prefix).unwrap_or(id) } else { id };
        for line in &ticket.clocks {
            table.row([
                (id, ID),
                (line.clock.kind.name().as_ref(), Style::new()),
                (line.clock.state.as_str(), state_style(line.clock.state)),
                (left(line).as_str(), Style::new()),
                (line.due.as_deref().unwrap_or_default(), Style::new()),
                (ticket.summary.title.as_str(), Style::new()),
            ]);
        }
    }
    table.finish()
}

/// What is left of the budget.
fn left(line: &ClockLine) -> String {
    let clock = &line.clock;
    if clock.target_seconds == i64::MAX {
        return String::new();
    }
    span_text(clock.target_seconds.saturating_sub(clock.elapsed_seconds))
}

fn state_style(state: ClockState) -> Style {
    match state {
        ClockState::Running => Style::new(),
        ClockState::Paused => DIM,
        ClockState::Met => GREEN,
        ClockState::Warned => YELLOW,
        ClockState::Breached => RED,
    }
}

fn explained(ticket: &TicketClocks, look: &RenderOptions) -> String {
    let id = look.id(ticket.summary.id.as_str(), ticket.prefix);
    let title = look.block(&ticket.summary.title, &" ".repeat(ticket.summary.id.as_str().len() + 2));
    let mut out = format!("{id}  {}\n", look.paint(BOLD, title.trim()));
    if ticket.clocks.is_empty() {
        let _ = writeln!(
            out,
            "\nNo SLA clock: {}.",
            ticket.without.unwrap_or("no target is set for this severity")
        );
    }
    for line in &ticket.clocks {
        clock(&mut out, line, look);
    }
    let (kept, of) = ticket.updates;
    if of > 0 {
        let _ = writeln!(out, "\n{kept} of {of} earlier update intervals were met.");
    }
    for skew in &ticket.skews {
        let text = format!("entry {} is dated {}, {}", skew.entry, skew.at.minute(), skew.problem);
        let _ =
            writeln!(out, "\n{}: {text}; clocks depend on people's clocks.", look.paint(YELLOW, "warning"));
    }
    out
}

fn clock(out: &mut String, line: &ClockLine, look: &RenderOptions) {
    let clock = &line.clock;
    let severity = clock.severity.map(|severity| format!("{severity}: ")).unwrap_or_default();
    let zone = if clock.calendar == "24x7" { String::new() } else { format!(" ({})", shown(&line.zone)) };
    let by = match &line.settings {
        Some(commit) => format!("settings of {commit:.SHORT_COMMIT$}"),
        None => "settings asked for".to_owned(),
    };
    let name = look.paint(BOLD, &shown(&clock.kind.name()));
    let target = format!("{severity}{} of {}{zone}, {by}", clock.target, shown(&clock.calendar));
    let _ =
        writeln!(out, "\n{name}  {}\n  {target}", look.paint(state_style(clock.state), clock.state.as_str()));
    for mark in &line.marks {
        let commit =
            mark.commit.as_deref().map(|commit| format!("{commit:.SHORT_COMMIT$}")).unwrap_or_default();
        let text = format!(
            "  {:<21} {:<22} {:<10} {:<8}  {commit}",
            mark.local,
            shown(&mark.what),
            shown(&mark.action),
            mark.entry
        );
        let _ = writeln!(out, "{}", text.trim_end());
    }
    for (from, to, seconds) in &line.spans {
        let text = format!("  {from:<21} to {to:<21} counts {}", span_text(*seconds));
        let _ = writeln!(out, "{}", look.paint(DIM, &text));
    }
    let elapsed = span_text(clock.elapsed_seconds);
    let target =
        if clock.target_seconds == i64::MAX { "ever".to_owned() } else { span_text(clock.target_seconds) };
    let _ = write!(out, "  elapsed {elapsed} of {target}");
    if clock.paused_seconds > 0 {
        let _ = write!(out, ", waited {}", span_text(clock.paused_seconds));
    }
    if clock.target_seconds != i64::MAX {
        let _ = write!(out, ", left {}", left(line));
    }
    out.push('\n');
    match (&line.due, &line.warn) {
        (Some(due), Some(warn)) if clock.state == ClockState::Running => {
            let _ = writeln!(out, "  due {due}, warns {warn}");
        }
        (Some(due), _) => {
            let _ = writeln!(out, "  due {due}");
        }
        (None, _) if clock.is_paused => out.push_str("  due: not set while paused\n"),
        (None, _) => {}
    }
}
