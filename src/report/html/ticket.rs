//! The page of a ticket: what it is about, and its timeline.

use maud::{Markup, html};

use crate::report::html::page;
use crate::ticket::{Entry, Field, Node, Ticket, visible};

/// Which notes, findings and people a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notes {
    /// What the customer may read.
    Public,
    /// Internal ones too.
    All,
}

/// A page of its own for a ticket.
#[must_use]
pub fn ticket_page(ticket: &Ticket, notes: Notes) -> String {
    let title = visible(ticket.fields().title());
    let content = html! {
        p { a href="../index.html" { "The report" } }
        h1 { (title) }
        (about(ticket, notes))
    };
    page(&title, &content)
}

/// What a ticket is about, and its timeline.
pub(super) fn about(ticket: &Ticket, notes: Notes) -> Markup {
    let head = ticket.fields();
    let is_shown = |field: &Field| {
        let is_text = matches!(field, Field::Title | Field::Description | Field::Findings(_));
        // Who told us, and what the team plans, is not for everybody.
        let is_internal = matches!(field, Field::Reporter | Field::Watchers | Field::Estimate);
        !is_text && (notes == Notes::All || !is_internal)
    };
    html! {
        dl {
            dt { "Id" } dd { code { (ticket.id()) } }
            @for (field, value) in head.iter().filter(|(field, _)| is_shown(field)) {
                dt { (visible(&field.name())) } dd { (text(value)) }
            }
        }
        @if let Some(description) = head.description() { pre { (visible(description.trim_end())) } }
        @if notes == Notes::All {
            @for (finding, text) in head.findings() {
                p.soft { (visible(finding.as_str())) }
                pre { (visible(text.trim_end())) }
            }
        }
        ol.timeline {
            @for entry in ticket.current() { (timeline_entry(ticket, entry, notes)) }
        }
    }
}

fn timeline_entry(ticket: &Ticket, entry: &Entry, notes: Notes) -> Markup {
    let is_public = notes == Notes::Public;
    let reporter = ticket.fields().get(&Field::Reporter).and_then(Node::as_text);
    let is_reporter = reporter.is_some_and(|reporter| entry.by.is_named(reporter));
    let who = match entry.speaker.as_deref() {
        // Whoever wrote it down did not say it.
        Some(_) if is_public => "the customer".to_owned(),
        Some(speaker) => format!("the customer, {}", visible(speaker)),
        None if is_public && is_reporter => "the reporter".to_owned(),
        None => visible(entry.by.short()),
    };
    let sets: Vec<String> = entry.set.keys().map(|field| visible(&field.name())).collect();
    html! {
        li {
            b { (visible(entry.action.as_str())) } " " (who) " "
            time datetime=(entry.at.to_string()) .soft { (entry.at.minute()) " UTC" }
            @if !sets.is_empty() && entry.action != crate::ticket::Action::Open {
                div.soft { "sets " (sets.join(", ")) }
            }
            @match &entry.note {
                None => {}
                // What is noted with a step is for colleagues.
                Some(_) if is_public && !entry.is_said() => div.soft { "an internal note" }
                Some(note) => pre { (visible(note.trim_end())) }
            }
        }
    }
}

fn text(value: &Node) -> String {
    visible(&value.to_string())
}
