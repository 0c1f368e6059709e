//! The page of a ticket: what it is about, and its timeline.

use maud::{Markup, html};

use crate::report::html::page;
use crate::ticket::{Entry, Field, Node, Ticket, Visibility, visible};

/// A page of its own for a ticket. Internal notes and findings are left out, unless they are wanted.
#[must_use]
pub fn ticket_page(ticket: &Ticket, with_internal: bool) -> String {
    let title = visible(ticket.head().title());
    let content = html! {
        p { a href="../index.html" { "The report" } }
        h1 { (title) }
        (about(ticket, with_internal))
    };
    page(&title, &content)
}

/// What a ticket is about, and its timeline.
pub(super) fn about(ticket: &Ticket, with_internal: bool) -> Markup {
    let head = ticket.head();
    let is_shown = |field: &Field| {
        let is_text = matches!(field, Field::Title | Field::Description | Field::Findings(_));
        // Who told us is not for everybody.
        !is_text && (with_internal || *field != Field::Reporter)
    };
    html! {
        dl {
            dt { "Id" } dd { code { (ticket.id()) } }
            @for (field, value) in head.iter().filter(|(field, _)| is_shown(field)) {
                dt { (visible(&field.name())) } dd { (text(value)) }
            }
        }
        @if let Some(description) = head.description() { pre { (visible(description.trim_end())) } }
        @if with_internal {
            @for (finding, text) in head.findings() {
                p.soft { (visible(finding.as_str())) }
                pre { (visible(text.trim_end())) }
            }
        }
        ol.timeline {
            @for entry in ticket.timeline() { (timeline_entry(entry, with_internal)) }
        }
    }
}

fn timeline_entry(entry: &Entry, with_internal: bool) -> Markup {
    let sets: Vec<String> = entry.set.keys().map(|field| visible(&field.name())).collect();
    html! {
        li {
            b { (visible(entry.action.as_str())) } " " (visible(entry.by.short())) " "
            time datetime=(entry.at.to_string()) .soft { (entry.at.minute()) " UTC" }
            @if !sets.is_empty() && entry.action != crate::ticket::Action::Open {
                div.soft { "sets " (sets.join(", ")) }
            }
            @match (&entry.note, &entry.visibility) {
                (None, _) => {}
                (Some(note), Visibility::Customer) => pre { (visible(note.trim_end())) }
                (Some(note), _) if with_internal => pre { (visible(note.trim_end())) }
                (Some(_), _) => div.soft { "an internal note" }
            }
        }
    }
}

fn text(value: &Node) -> String {
    visible(&value.to_string())
}
