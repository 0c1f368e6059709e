//! A view as text: table, page, JSON, NDJSON, YAML, CSV, Markdown. Decides nothing.
//!
//! Machine formats are contracts (docs/formats.md): nothing in them depends on colour, width or clock.

mod audited;
mod blame;
mod clocks;
mod columns;
mod data;
mod differences;
mod due;
mod entries;
mod flat;
mod gate;
mod graph;
mod handover_notes;
mod inbox;
mod json_value;
mod known;
mod lines;
mod list;
mod mail;
mod markdown;
mod metrics;
mod page;
mod paint;
mod readable;
mod records;
mod schema;
mod table;
mod tree;
mod view;

pub use crate::process::Listed;
pub use columns::{Columns, assignee_text, lanes, severity_text};
pub use due::{Emphasis, due_text};
pub use lines::candidate;
pub use mail::mail_line;
pub use metrics::counted;
pub use paint::RenderOptions;
pub use readable::readable;
pub use schema::{SCHEMAS, SchemaLine, schema};
pub use view::history::{
    BlameLine, Difference, Differences, EntryLine, FileDifference, GraphLine, GraphMark, Merge, Signature,
};
pub use view::mail::{OutgoingLine, TakenLine};
pub use view::measured::{
    BudgetTable, ClockLine, ClockMark, Clocks, MetricGroup, MetricLine, Metrics, TicketClocks, WeekLine,
};
pub use view::{
    AttachmentLine, Audience, CodeLine, Concerned, DryRun, Extent, Format, Gate, HandoverNotes, KnownLine,
    LinkedTicket, QueueCounts, Reported, SettingLine, TicketPage, View,
};

/// Text that is safe on a terminal: what could steer one is spelled out.
#[must_use]
pub fn safe(text: &str) -> String {
    crate::ticket::visible(text)
}

/// A text cut to a width, in columns, with a mark where something is left out.
#[must_use]
pub fn clipped(text: &str, columns: usize) -> String {
    crate::ticket::cut(&safe(text), columns).into_owned()
}

/// A form that a view does not come in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this output is not available as {format}")]
pub struct NoSuchForm {
    /// The form asked for.
    pub format: &'static str,
    /// The forms it comes in.
    pub forms: Vec<&'static str>,
}

/// Renders a view in a format.
///
/// # Errors
/// The view does not come in that format.
pub fn render(view: &View, format: Format, look: &RenderOptions) -> Result<String, NoSuchForm> {
    in_form(view, format, look).ok_or_else(|| {
        let forms = Format::ALL.iter().filter(|form| in_form(view, **form, look).is_some());
        NoSuchForm { format: format.name(), forms: forms.map(|form| form.name()).collect() }
    })
}

fn in_form(view: &View, format: Format, look: &RenderOptions) -> Option<String> {
    if matches!(view, View::Nothing | View::Ran { .. }) {
        return Some(String::new());
    }
    match format {
        Format::Table => Some(table_form(view, look)),
        Format::Json => Some(data::json(view)),
        Format::Ndjson => Some(data::ndjson(view)),
        Format::Yaml => Some(data::yaml(view)),
        Format::Csv => flat::csv(view),
        // Release notes are Markdown as they stand.
        Format::Markdown if matches!(view, View::Notes { .. }) => Some(table_form(view, look)),
        Format::Markdown => flat::markdown(view),
        Format::Junit | Format::Sarif | Format::Github => gate::findings(view, format),
    }
}

/// A part of a long answer in a format whose parts can stand one after the other: NDJSON, JSON (closed by
/// [`chunks_end`]), YAML, CSV, Markdown. `before` is how many tickets
/// stand in the parts before it: the first part has the heading.
#[must_use]
pub fn render_chunk(view: &View, format: Format, before: usize) -> String {
    // Without the heading, from the second part on.
    let rest = |text: String, heading: usize| {
        let heading: usize = text.split_inclusive('\n').take(heading).map(str::len).sum();
        if before == 0 { text } else { text.get(heading..).unwrap_or_default().to_owned() }
    };
    match format {
        Format::Csv => rest(flat::csv(view).unwrap_or_default(), 1),
        Format::Markdown => rest(flat::markdown(view).unwrap_or_default(), 2),
        Format::Yaml => data::yaml(view),
        // An array that the last part's writer closes.
        Format::Json => {
            let objects = data::ndjson(view).trim_end().replace('\n', ",\n");
            format!("{}{objects}", if before == 0 { "[\n" } else { ",\n" })
        }
        Format::Table | Format::Ndjson | Format::Junit | Format::Sarif | Format::Github => data::ndjson(view),
    }
}

/// What ends a long answer of this many parts.
#[must_use]
pub fn chunks_end(format: Format, parts: usize) -> &'static str {
    match (format, parts) {
        (Format::Json, 0) => "[]\n",
        (Format::Json, _) => "\n]\n",
        _ => "",
    }
}

fn table_form(view: &View, look: &RenderOptions) -> String {
    match view {
        View::Nothing | View::Ran { .. } | View::Unchanged(_) => String::new(),
        View::Text(text) => text.clone(),
        View::Opened(tickets, _) => tickets.iter().map(|ticket| format!("{}\n", ticket.id())).collect(),
        View::Steps(tickets, entries) => lines::steps(tickets, entries, look),
        View::Ticket(page) => page::page(page, look),
        View::HandoverNotes(packet) if look.terminal => handover_notes::page(packet, look),
        View::HandoverNotes(packet) => handover_notes::markdown(packet),
        View::Tickets { tickets, .. } => list::tickets(tickets, look),
        View::Suggestions(people) => lines::suggestions(people, look),
        View::Tree(root) => tree::table(root, look),
        View::Schemas => schema::table(),
        View::Schema(schema) => data::pretty(schema),
        View::Known(lines) => known::table(lines, look),
        View::Answers(all) => known::answers(all, look),
        View::Answer(one) => known::answer(one, look),
        View::Queue(counts) => inbox::counts(counts),
        View::Inbox(items) => inbox::table(items, look),
        View::Entries(entries) => entries::entries(entries, look),
        View::Graph(lines) => graph::graph(lines, look),
        View::Blame { lines, .. } => blame::table(lines, look),
        View::Differences(differences) => differences::table(differences, look),
        View::Attachments(lines) => records::attachments(lines, look),
        View::Team(members) => records::team(members, look),
        View::Vendors(vendors) => records::vendors(vendors, look),
        View::Vendor { vendor, held, answers } => page::vendor(vendor, held, answers, look),
        View::Releases(releases) => records::releases(releases, look),
        View::Release { release, known } => page::release(release, known, look),
        View::Notes { version, tag, tickets, known } => lines::notes(version, tag, tickets, known),
        View::Settings(settings) => records::settings(settings, look),
        View::Synced { branch, remote, received, sent } => {
            lines::synced(branch, remote, received.len(), sent.len())
        }
        View::Problems(faults) => lines::faults(faults, look),
        View::Audited(audited) => audited::table(audited, look),
        View::Imported { new, changed, unchanged } => lines::imported(*new, *changed, *unchanged),
        View::Taken(lines) => mail::taken(lines, look),
        View::Outgoing(lines) => mail::outgoing(lines, look),
        View::Gate(gate) => list::tickets(&gate.found, look),
        View::Clocks(clocks) => clocks::page(clocks, look),
        View::Metrics(table) => metrics::table(table, look),
        View::Budget(budget) => metrics::budget(budget, look),
        View::Reported(reported) => lines::reported(reported, look),
        View::DryRun(dry_run) => lines::dry_run(dry_run, look),
    }
}
