//! The flat formats: CSV for spreadsheets, Markdown for pages and pull requests.

use std::fmt::Write as _;

use serde_json::Value;

use crate::render::data;
use crate::render::json_value::node;
use crate::render::lines::struck_word;
use crate::render::markdown::{fenced, inline};

use crate::render::view::history::EntryLine;
use crate::render::view::{Extent, TicketPage, View};
use crate::ticket::{Field, Node, Ticket, visible};

const COLUMNS: &[&str] = &[
    "id",
    "title",
    "type",
    "area",
    "severity",
    "status",
    "level",
    "reporter",
    "channel",
    "assignee",
    "affects",
    "environment",
    "labels",
    "created",
    "updated",
    "due",
];
const ENTRY_COLUMNS: &[&str] = &["ticket", "commit", "seq", "entry", "at", "by", "action", "note"];

/// Comma-separated values with a heading; `None` of what is no table.
pub(super) fn csv(view: &View) -> Option<String> {
    let (heading, rows) = rows(view)?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail, and a row of another length cannot be made here.
    let _ = writer.write_record(heading);
    for row in rows {
        let _ = writer.write_record(row.iter().map(|cell| harmless(cell)));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A cell that no spreadsheet takes for a formula: an apostrophe before what would start one. A number is none.
fn harmless(cell: &str) -> String {
    let cell = visible(cell);
    if cell.parse::<f64>().is_ok() {
        return cell;
    }
    if cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}

type Rows = (&'static [&'static str], Vec<Vec<String>>);

fn rows(view: &View) -> Option<Rows> {
    match view {
        View::Tickets { tickets, .. } => {
            Some((COLUMNS, tickets.iter().map(|one| record_row(&data::listed(one, Extent::Short))).collect()))
        }
        View::Gate(gate) => Some((
            COLUMNS,
            gate.found.iter().map(|one| record_row(&data::listed(one, Extent::Short))).collect(),
        )),
        View::Opened(tickets, _) | View::Steps(tickets, _) | View::Unchanged(tickets) => {
            Some((COLUMNS, tickets.iter().map(ticket_row).collect()))
        }
        View::Inbox(items) => Some((crate::render::inbox::COLUMNS, crate::render::inbox::rows(items))),
        View::Entries(entries) => Some((ENTRY_COLUMNS, entries.iter().map(entry_row).collect())),
        View::Metrics(table) => Some((crate::render::metrics::COLUMNS, crate::render::metrics::rows(table))),
        View::Budget(budget) => {
            Some((crate::render::metrics::BUDGET_COLUMNS, crate::render::metrics::budget_rows(budget)))
        }
        View::Blame { ticket, lines } => {
            Some((crate::render::blame::COLUMNS, crate::render::blame::rows(ticket, lines)))
        }
        View::Audited(audited) => {
            Some((crate::render::audited::COLUMNS, crate::render::audited::rows(audited)))
        }
        View::Clocks(clocks) => Some((crate::render::clocks::COLUMNS, crate::render::clocks::rows(clocks))),
        View::Nothing
        | View::Graph(_)
        | View::Differences(_)
        | View::Ran { .. }
        | View::Text(_)
        | View::Ticket(_)
        | View::HandoverNotes(_)
        | View::Queue(_)
        | View::Known(_)
        | View::Schemas
        | View::Schema(_)
        | View::Answers(_)
        | View::Answer(_)
        | View::Tree(_)
        | View::Suggestions(_)
        | View::Attachments(_)
        | View::Team(_)
        | View::Vendors(_)
        | View::Vendor { .. }
        | View::Releases(_)
        | View::Release { .. }
        | View::Notes { .. }
        | View::Settings(_)
        | View::Problems(_)
        | View::Synced { .. }
        | View::Imported { .. }
        | View::Taken(_)
        | View::Outgoing(_)
        | View::Reported(_)
        | View::DryRun(_) => None,
    }
}

/// The row of a ticket's object.
fn record_row(object: &Value) -> Vec<String> {
    let cell = |name: &&str| object.get(name).map(|value| node(value).to_string()).unwrap_or_default();
    COLUMNS.iter().map(cell).collect()
}

fn ticket_row(ticket: &Ticket) -> Vec<String> {
    let moment =
        |moment: Option<crate::ticket::Timestamp>| moment.map(|at| at.to_string()).unwrap_or_default();
    let cell = |name: &&str| match *name {
        "id" => ticket.id().to_string(),
        "created" => moment(ticket.created()),
        "updated" => moment(ticket.updated()),
        name => ticket.fields().get(&Field::parse(name)).map(Node::to_string).unwrap_or_default(),
    };
    COLUMNS.iter().map(cell).collect()
}

fn entry_row(line: &EntryLine) -> Vec<String> {
    let entry = &line.entry;
    vec![
        line.ticket.to_string(),
        line.commit.clone().unwrap_or_default(),
        entry.seq.to_string(),
        entry.id.to_string(),
        entry.at.to_string(),
        entry.by.to_string(),
        entry.action.to_string(),
        entry.note.clone().unwrap_or_default(),
    ]
}

/// Markdown: a table of tickets or entries, a page of a ticket; `None` of what is neither.
pub(super) fn markdown(view: &View) -> Option<String> {
    if let View::Ticket(page) = view {
        return Some(page_markdown(page));
    }
    if let View::HandoverNotes(packet) = view {
        return Some(crate::render::handover_notes::markdown(packet));
    }
    if let View::Differences(differences) = view {
        return Some(crate::render::differences::markdown(differences));
    }
    let (heading, rows) = rows(view)?;
    let shown_columns: &[&str] = if heading == COLUMNS {
        &["id", "severity", "status", "level", "title", "assignee", "created"]
    } else {
        heading
    };
    let mut out = format!("| {} |\n|{}\n", shown_columns.join(" | "), " --- |".repeat(shown_columns.len()));
    for row in rows {
        let cells = shown_columns.iter().map(|name| {
            let place = heading.iter().position(|column| column == name);
            place.and_then(|place| row.get(place)).map(|cell| inline(cell)).unwrap_or_default()
        });
        let _ = writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "));
    }
    Some(out)
}

fn page_markdown(page: &TicketPage) -> String {
    let head = page.ticket.fields();
    let mut out = format!("# {} {}\n\n", page.ticket.id(), inline(head.title()));
    for (field, value) in head.iter() {
        let is_text = matches!(field, Field::Title | Field::Description | Field::Findings(_));
        if !is_text {
            let _ = writeln!(out, "- **{}**: {}", inline(&field.name()), inline(&value.to_string()));
        }
    }
    if let Some(text) = head.description() {
        let _ = write!(out, "\n## Description\n\n{}", fenced(text));
    }
    for (finding, text) in head.findings() {
        let _ = write!(out, "\n## Finding: {}\n\n{}", inline(finding.as_str()), fenced(text));
    }
    out.push_str("\n## Timeline\n\n");
    let undone = page.ticket.undone();
    for entry in page.ticket.timeline() {
        let (at, by, action) = (entry.at.minute(), inline(entry.by.short()), inline(entry.action.as_str()));
        let state = struck_word(&undone, entry);
        let _ = writeln!(out, "- {at} **{action}** {by}{state}");
        if let Some(note) = &entry.note {
            let _ = write!(out, "\n{}\n", fenced(note));
        }
    }
    out
}
