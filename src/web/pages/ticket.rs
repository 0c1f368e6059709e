//! The page of one ticket: its card, clocks, findings, timeline, evidence, links, and the steps that its status allows.

use std::collections::BTreeSet;

use maud::{Markup, html};
use serde_json::Value;

use crate::commands::steps;
use crate::render::mail_line;
use crate::web::pages::{capital, person, plain, severity, text, time};

/// Fields with a place of their own on the page.
const ELSEWHERE: &[&str] = &[
    "schema",
    "id",
    "title",
    "type",
    "area",
    "severity",
    "status",
    "level",
    "description",
    "findings",
    "links",
    "timeline",
    "undone",
    "contested",
    "created",
    "updated",
    "occurrences",
    "severity_proposed",
];

/// The ids of the tickets that one is linked to.
pub(in crate::web) fn linked(ticket: &Value) -> Vec<&str> {
    let links = ticket["links"].as_object().into_iter().flatten();
    links.flat_map(|(_, others)| others.as_array().into_iter().flatten()).filter_map(Value::as_str).collect()
}

/// The page of a ticket, as `show --json` has it, its clocks, as `sla --json` has them, and those that it is linked to, as
/// `list --json` has them.
pub(in crate::web) fn ticket(ticket: &Value, clocks: &Value, others: &Value, form: Option<&str>) -> Markup {
    let id = text(ticket, "id");
    html! {
        div #ticket data-ticket=(id) {
            p.facts {
                span.id { (id) } " · " (severity(ticket))
                @if ticket["severity_proposed"] == true { " (proposed)" }
                " · " (text(ticket, "type")) " · " b { (text(ticket, "status")) } " · level " (ticket["level"]) " · " (text(ticket, "area"))
            }
            p.changed hidden role="alert" { "This ticket has changed. " a href={ "/t/" (id) } { "Show it anew" } }
            (contested(ticket))
            @if form.is_some() { (actions(id, text(ticket, "status"))) }
            (fields(ticket))
            (clocks_of(clocks))
            (texts(ticket))
            (links(ticket, others))
            (timeline(ticket))
            @if let Some(token) = form { (comment(ticket, token)) (attach(id, token, "")) }
            p { "For others: " a href={ "/t/" (id) "/handover" } { "handover notes" }
                @if ticket["deferral"].is_object() { " · " a href={ "/t/" (id) "/brief" } { "brief for a vendor" } } }
        }
    }
}

/// What others set at the same time, and does not count.
fn contested(ticket: &Value) -> Markup {
    let others = ticket["contested"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if !others.is_empty() {
            section.contested aria-label="Contested" {
                p { "Set otherwise at the same time; what is below counts until somebody sets it again:" }
                ul {
                    @for other in others {
                        li {
                            (text(other, "field")) ", by " (person(text(other, "by"))) " "
                            a.id href={ "#e-" (text(other, "entry")) } { (text(other, "entry")) } ": "
                            span.other { @if other["value"].is_null() { "none" } @else { (plain(&other["value"])) } }
                        }
                    }
                }
            }
        }
    }
}

/// The steps: those that the status allows as links, the others named.
fn actions(id: &str, status: &str) -> Markup {
    let (allowed, others): (Vec<_>, Vec<_>) = steps(status).into_iter().partition(|step| step.is_allowed);
    html! {
        nav.actions aria-label="Steps" {
            a.button href="#comment" { "Comment" }
            @for step in allowed { a.button href={ "/t/" (id) "/do/" (step.verb) } { (capital(step.verb)) } }
            @for verb in ["reply", "assign", "edit", "link", "watch", "undo"] {
                a.button.soft href={ "/t/" (id) "/do/" (verb) } { (capital(verb)) }
            }
        }
        @if !others.is_empty() {
            details.soft { summary { "Steps that are not possible while it is " (status) }
                p { (others.iter().map(|step| capital(step.verb)).collect::<Vec<_>>().join(", ")) "." } }
        }
    }
}

fn fields(ticket: &Value) -> Markup {
    let pairs = ticket.as_object().into_iter().flatten();
    let pairs = pairs.filter(|(key, value)| !ELSEWHERE.contains(&key.as_str()) && !value.is_null());
    html! {
        dl {
            @for (key, value) in pairs { dt { (key) } dd { (plain(value)) } }
            @if let Some(times) = ticket["occurrences"].as_u64().filter(|times| *times > 1) {
                dt { "occurrences" } dd { (times) }
            }
            dt { "opened" } dd { (time(text(ticket, "created"))) }
            dt { "updated" } dd { (time(text(ticket, "updated"))) }
        }
    }
}

fn clocks_of(clocks: &Value) -> Markup {
    let clocks = clocks["clocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if !clocks.is_empty() {
            h2 { "Clocks" }
            ul {
                @for clock in clocks {
                    @let state = text(clock, "state");
                    li {
                        (text(clock, "clock")) " " span.soft { (text(clock, "target")) } ": "
                        span.clock data-state=(state) { (state) }
                        @if let Some(due) = clock["due"].as_str() { ", due " (time(due)) }
                    }
                }
            }
        }
    }
}

fn texts(ticket: &Value) -> Markup {
    let findings = ticket["findings"].as_object();
    html! {
        @if let Some(text) = ticket["description"].as_str() { h2 { "Description" } pre { (text) } }
        @for (name, text) in findings.into_iter().flatten() { h2 { (capital(name)) } pre { (plain(text)) } }
    }
}

fn links(ticket: &Value, others: &Value) -> Markup {
    let known = |id: &str| others.as_array().into_iter().flatten().find(|other| text(other, "id") == id);
    let links = ticket["links"].as_object().filter(|links| !links.is_empty());
    html! {
        @if let Some(links) = links {
            h2 { "Links" }
            ul {
                @for (kind, others) in links {
                    @for other in others.as_array().into_iter().flatten().filter_map(Value::as_str) {
                        li {
                            (kind) " " a href={ "/t/" (other) } { (other) }
                            @if let Some(other) = known(other) {
                                " " (text(other, "title")) " " span.soft { "(" (text(other, "status")) ")" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn timeline(ticket: &Value) -> Markup {
    let entries = ticket["timeline"].as_array().map(Vec::as_slice).unwrap_or_default();
    let undone: BTreeSet<&str> =
        ticket["undone"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    html! {
        h2 { "Timeline" }
        ol.timeline {
            @for entry in entries { (self::entry(text(ticket, "id"), entry, undone.contains(text(entry, "id")))) }
        }
    }
}

/// An entry: who did what and when, what it set, what was said.
pub(in crate::web) fn entry(id: &str, entry: &Value, is_undone: bool) -> Markup {
    let is_internal = text(entry, "visibility") == "internal";
    html! {
        li.entry.internal[is_internal].undone[is_undone] id={ "e-" (text(entry, "id")) } {
            p {
                b { (text(entry, "action")) } " " (person(text(entry, "by"))) ", " (time(text(entry, "at")))
                " " span.id { (text(entry, "id")) }
                @if is_internal { " " span.badge.internal { "internal" } }
                @if is_undone { " " span.badge { "undone" } }
                @if let Some(via) = entry["via"].as_str() { " " span.badge { "via " (via) } }
            }
            @if let Some(set) = entry["set"].as_object() {
                ul.set { @for (field, change) in set { li { (field) ": " (change_text(change)) } } }
            }
            @for line in words_of(entry) { p.soft { (line) } }
            @if let Some(note) = entry["note"].as_str() { pre { (note) } }
            @if let Some(file) = entry["attachment"].as_object() {
                p { "Attachment: "
                    @if file.get("removed").and_then(Value::as_bool) == Some(true) { (file_name(entry)) ", removed" }
                    @else { a href={ "/t/" (id) "/files/" (text(entry, "id")) } { (file_name(entry)) } }
                    @let bytes = file.get("bytes").map(plain).unwrap_or_default();
                    " (" (bytes) (if bytes == "1" { " byte)" } else { " bytes)" })
                }
            }
        }
    }
}

/// Whose words an entry has, and how they came or went: what the receiving server says of a sender is all that is known of it.
fn words_of(entry: &Value) -> Vec<String> {
    let said = entry["speaker"].as_str().map(|who| format!("said by the customer, {who}"));
    said.into_iter().chain(mail_line(&entry["mail"])).collect()
}

/// The name of an attachment, as far as it can be seen; else that of the entry.
fn file_name(entry: &Value) -> String {
    let name = entry.pointer("/attachment/name").and_then(Value::as_str).unwrap_or_default().trim();
    if name.is_empty() { format!("file of {}", text(entry, "id")) } else { name.to_owned() }
}

fn change_text(change: &Value) -> String {
    if !change["add"].is_null() || !change["remove"].is_null() {
        let some = |key: &str, mark: &str| {
            let values = change[key].as_array().into_iter().flatten();
            values.map(|value| format!("{mark}{}", plain(value))).collect::<Vec<_>>()
        };
        return [some("add", "+"), some("remove", "-")].concat().join(", ");
    }
    let to = if change["to"].is_null() { "none".to_owned() } else { plain(&change["to"]) };
    // After a redaction, both sides may be the same.
    if change["from"].is_null() || change["from"] == change["to"] {
        to
    } else {
        format!("{} → {to}", plain(&change["from"]))
    }
}

fn comment(ticket: &Value, token: &str) -> Markup {
    let id = text(ticket, "id");
    html! {
        h2 { "Comment" }
        form.step method="post" action={ "/t/" (id) "/do/comment" } {
            input type="hidden" name="form" value=(token);
            input type="hidden" name="last" value=(super::forms::last_entry(ticket).unwrap_or_default());
            label for="comment" { "What the customer may read, unless it is internal" }
            textarea #comment name="message" rows="4" required {}
            label.inline { input type="checkbox" name="internal" value="on"; " internal: for the team alone" }
            button { "Comment" }
        }
    }
}

/// The form of an attachment, with the note that was typed.
pub(super) fn attach(id: &str, token: &str, note: &str) -> Markup {
    html! {
        h2 { "Attach a file" }
        form.step method="post" enctype="multipart/form-data" action={ "/t/" (id) "/attach" } {
            input type="hidden" name="form" value=(token);
            label for="note" { "What it shows" }
            input #note name="message" value=(note);
            label for="file" { "File" }
            input #file type="file" name="file" required;
            button { "Attach" }
        }
    }
}

/// Handover notes or a brief, as text to copy.
pub(in crate::web) fn document(id: &str, verb: &str, markdown: &str) -> Markup {
    html! {
        p { a href={ "/t/" (id) } { "Back to " (id) } }
        @if verb == "brief" { p.soft { "What a vendor may read: no internal notes, nothing of the customer." } }
        pre { (markdown) }
    }
}
