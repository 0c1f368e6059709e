//! The page of one ticket: head, links, description, findings, timeline.

use std::fmt::Write as _;

use crate::process::{Release, Vendor, VendorAnswers, is_overdue, measured_text, percentile};
use crate::render::lines::{
    contested_values, entry_details, linked_text, short_name, struck_word, value_text,
};
use crate::render::paint::{BOLD, DIM, RED, RenderOptions, STRUCK, shown};
use crate::render::view::TicketPage;
use crate::ticket::{Ancestry, Entry, Field, Finding, Kind, Node, Summary, Ticket, Timestamp, cut};

/// The head fields that stand in the summary line, not in the list below it.
const SUMMARY: &[Field] =
    &[Field::Title, Field::Type, Field::Area, Field::Severity, Field::Status, Field::Level];
/// The column where values begin.
const NAME_COLUMNS: usize = 15;
/// The column where a timeline's details begin.
const DETAIL_INDENT: &str = "      ";

/// The page of a ticket.
pub(super) fn page(page: &TicketPage, look: &RenderOptions) -> String {
    let mut out = String::new();
    summary(&mut out, page, look);
    fields(&mut out, page, look);
    let head = page.ticket.fields();
    if let Some(text) = head.description() {
        section(&mut out, "Description", look);
        long_text(&mut out, &page.ticket, &Field::Description, text, look);
    }
    for (finding, text) in head.findings() {
        section(&mut out, &capitalised(finding.as_str()), look);
        long_text(&mut out, &page.ticket, &Field::Findings(finding.clone()), text, look);
    }
    section(&mut out, "Timeline", look);
    let undone = page.ticket.undone();
    let timeline = page.ticket.timeline();
    let concurrent = Ancestry::of(timeline).concurrent();
    for ((entry, is_concurrent), texts) in timeline.iter().zip(concurrent).zip(page.ticket.replaced_texts()) {
        let state = struck_word(&undone, entry);
        timeline_entry(&mut out, entry, &texts, is_concurrent, state, look);
    }
    out
}

/// A long text, and what others wrote there at the same time.
fn long_text(out: &mut String, ticket: &Ticket, field: &Field, text: &str, look: &RenderOptions) {
    out.push_str(&look.block(text, "  "));
    for (entry, other) in ticket.contending_texts(field) {
        let heading = format!("At the same time, {} wrote (entry {}):", shown(entry.by.short()), entry.id);
        let _ = writeln!(out, "  {}", look.paint(RED, &heading));
        out.push_str(&look.block(other, "    "));
    }
}

fn summary(out: &mut String, page: &TicketPage, look: &RenderOptions) {
    let (id, head) = (page.ticket.id().as_str(), page.ticket.fields());
    let title = look.block(head.title(), "            ");
    let _ = writeln!(out, "{}  {}", look.id(id, page.prefix), look.paint(BOLD, title.trim()));
    let area = head.get(&Field::Area).map(ToString::to_string).unwrap_or_default();
    let severity = match head.severity() {
        Some(severity) if page.ticket.severity_is_proposed() => {
            format!("{} {}", look.severity(Some(severity)), look.paint(DIM, "(proposed)"))
        }
        Some(severity) => look.severity(Some(severity)),
        None => look.paint(DIM, "no severity yet"),
    };
    let (kind, status, level) = (head.kind(), look.status(head.status()), head.level());
    let _ = writeln!(out, "{severity} · {kind} · {status} · level {level} · {area}\n");
}

fn fields(out: &mut String, page: &TicketPage, look: &RenderOptions) {
    let mut line = |name: &str, value: &str| {
        let name = format!("  {name:NAME_COLUMNS$}");
        let value = look.block(value, &" ".repeat(NAME_COLUMNS + 2));
        let _ = writeln!(out, "{}{}", look.paint(DIM, &name), value.trim());
    };
    for (field, value) in page.ticket.fields().iter() {
        let is_link = matches!(field, Field::Links(_));
        if SUMMARY.contains(field) || field.kind() == Kind::Text || is_link {
            continue;
        }
        line(&shown(&field.name()), &value_text(value));
    }
    for link in &page.linked {
        let what = shown(&linked_text(link));
        line(&shown(link.kind.as_str()), &format!("{}  {what}", shown(&link.id)));
    }
    if let Some(places) = &page.places {
        let latest = if places.latest.is_empty() { "several, merged" } else { &places.latest.join(", ") };
        line("latest on", &shown(latest));
        if !places.behind.is_empty() {
            line("behind on", &shown(&places.behind.join(", ")));
        }
    }
    if !page.fixed_in.is_empty() {
        line("fixed in", &shown(&page.fixed_in.join(", ")));
    }
    if page.is_deliverys {
        line("flagged", "affects no supported release (delivery team's)");
    }
    for text in contested_values(&page.ticket) {
        line("contested", &shown(&text));
    }
    let times = page.ticket.occurrences();
    if times > 1 {
        line("seen", &format!("{times} times"));
    }
    for (name, moment) in [("opened", page.ticket.created()), ("updated", page.ticket.updated())] {
        if let Some(moment) = moment {
            let age = match look.age(Some(moment)).as_str() {
                "now" => "just now".to_owned(),
                "ahead" => "in the future".to_owned(),
                age => format!("{age} ago"),
            };
            line(name, &format!("{} UTC, {age}", moment.minute()));
        }
    }
}

/// The page of a vendor: how to reach it, and what it holds, for how long, until when.
pub(super) fn vendor(
    vendor: &Vendor,
    held: &[(Ticket, usize)],
    answers: &VendorAnswers,
    look: &RenderOptions,
) -> String {
    let mut out = format!("{}\n", look.paint(BOLD, &shown(&vendor.name)));
    let Node::Map(pairs) = vendor.to_node() else { return out };
    for (name, value) in pairs.iter().filter(|(name, _)| name.as_text() != Some("schema")) {
        let name = format!("  {:NAME_COLUMNS$}", shown(&name.to_string()));
        let _ = writeln!(out, "{}{}", look.paint(DIM, &name), shown(&value.to_string()));
    }
    if let (Some(median), Some(p90)) = (percentile(&answers.seconds, 50), percentile(&answers.seconds, 90)) {
        let name = format!("  {:NAME_COLUMNS$}", "answered");
        let times = answers.seconds.len();
        let _ = writeln!(
            out,
            "{}{times} time{}: median {}, p90 {}",
            look.paint(DIM, &name),
            if times == 1 { "" } else { "s" },
            measured_text(median),
            measured_text(p90)
        );
        if answers.timed > 0 {
            let name = look.paint(DIM, &format!("  {:NAME_COLUMNS$}", "in time"));
            let _ = writeln!(out, "{name}{} of {}", answers.in_time, answers.timed);
        }
    }
    section(&mut out, "Holds", look);
    for (ticket, prefix) in held {
        let deferral = ticket.fields().get(&Field::Deferral);
        let since = ticket.in_effect().rev().find(|entry| entry.set.contains_key(&Field::Deferral));
        let since = since.map(|entry| look.age(Some(entry.at))).unwrap_or_default();
        let overdue =
            Timestamp::from_unix(look.now_seconds).is_some_and(|now| is_overdue(&Summary::of(ticket), now));
        let overdue = if overdue { look.paint(RED, "  overdue") } else { String::new() };
        let title = shown(ticket.fields().title());
        let title = cut(&title, look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(14)));
        let _ = writeln!(out, "  {}  {title}", look.id(ticket.id().as_str(), *prefix));
        let what = deferral.map(value_text).unwrap_or_default();
        let _ = writeln!(out, "              {what}, for {since}{overdue}");
    }
    if held.is_empty() {
        out.push_str("  nothing\n");
    }
    out
}

/// The page of a release: what support knows of it.
pub(super) fn release(release: &Release, known: &[Ticket], look: &RenderOptions) -> String {
    let mut out = format!("{} is {}\n", look.paint(BOLD, &shown(&release.version)), release.state());
    let Node::Map(pairs) = release.to_node() else { return out };
    for (name, value) in pairs.iter().filter_map(|(name, value)| Some((name.as_text()?, value))) {
        let value = match (value.at("by"), value.at("at").and_then(Node::as_text).and_then(Timestamp::parse))
        {
            (Some(by), Some(at)) => format!("{}, by {by}", at.minute()),
            _ => value.to_string(),
        };
        if !matches!(name, "schema" | "changes" | "known_issues") {
            let name = format!("  {:NAME_COLUMNS$}", shown(name));
            let _ = writeln!(out, "{}{}", look.paint(DIM, &name), shown(&value));
        }
    }
    if let Some(changes) = &release.changes {
        section(&mut out, "Changes", look);
        out.push_str(&look.block(changes, "  "));
    }
    let named = release.known_issues.iter().map(String::as_str);
    let more = known.iter().map(|ticket| ticket.id().as_str());
    let more = more.filter(|id| !release.known_issues.iter().any(|named| named == id));
    let all: Vec<&str> = named.chain(more).collect();
    if !all.is_empty() {
        section(&mut out, "Known errors", look);
    }
    for id in all {
        let ticket = known.iter().find(|ticket| ticket.id().as_str() == id);
        let title = ticket.map_or("(not here)".to_owned(), |ticket| shown(ticket.fields().title()));
        let _ = writeln!(out, "  {}  {title}", shown(id));
        let workaround = ticket.and_then(|ticket| ticket.fields().get(&Field::Findings(Finding::Workaround)));
        if let Some(text) = workaround.and_then(Node::as_text) {
            out.push_str(&look.block(text, "              "));
        }
    }
    out
}

fn section(out: &mut String, name: &str, look: &RenderOptions) {
    let _ = writeln!(out, "\n{}", look.paint(BOLD, name));
}

fn timeline_entry(
    out: &mut String,
    entry: &Entry,
    replaced: &[(&Field, &str)],
    is_concurrent: bool,
    state: &str,
    look: &RenderOptions,
) {
    let who = shown(entry.by.short());
    let who = cut(&who, 24);
    let concurrent = if is_concurrent { " (concurrent)" } else { "" };
    let _ = writeln!(
        out,
        "  {:>3} {}  {}  {who}{}",
        entry.seq,
        look.paint(DIM, &entry.at.minute()),
        look.paint(BOLD, &shown(entry.action.as_str())),
        look.paint(DIM, &format!("  {}{concurrent}{state}", entry.id))
    );
    let mut details = entry_details(entry, DETAIL_INDENT, look);
    details.push_str(&replaced_texts(replaced, look));
    if state.is_empty() {
        out.push_str(&details);
    } else {
        out.push_str(&look.paint_lines(STRUCK, &details));
    }
}

/// The long texts that an entry set and that are no longer a field's.
fn replaced_texts(replaced: &[(&Field, &str)], look: &RenderOptions) -> String {
    let mut out = String::new();
    for (field, text) in replaced {
        let heading = format!("{}, replaced since:", shown(&short_name(field)));
        let _ = writeln!(out, "{DETAIL_INDENT}{}", look.paint(DIM, &heading));
        out.push_str(&look.block(text, &format!("{DETAIL_INDENT}  ")));
    }
    out
}

fn capitalised(word: &str) -> String {
    let mut letters = shown(word).chars().collect::<Vec<_>>();
    if let Some(first) = letters.first_mut() {
        first.make_ascii_uppercase();
    }
    letters.into_iter().collect()
}
