//! The board: open tickets in columns of their status or level.

use maud::{Markup, html};
use serde_json::Value;

use crate::web::pages::lists::due;
use crate::web::pages::{capital, person, severity, text};

/// The columns by status, and by level.
const BY_STATUS: &[&str] = &["new", "triaged", "in-progress", "pending", "deferred"];
const BY_LEVEL: &[&str] = &["1", "2", "3"];

/// The most tickets of a board.
pub(in crate::web) const MAX_CARDS: usize = 500;

/// The board of a list, the most urgent tickets first; of one that is longer than a board, its beginning.
pub(in crate::web) fn board(tickets: &Value, by: &str, now: &str) -> Markup {
    let all = tickets.as_array().map(Vec::as_slice).unwrap_or_default();
    let tickets = all.get(..MAX_CARDS).unwrap_or(all);
    let (field, columns) = if by == "level" { ("level", BY_LEVEL) } else { ("status", BY_STATUS) };
    html! {
        p {
            "Columns by " a href="/board" aria-current=[(field == "status").then_some("true")] { "status" } " or "
            a href="/board?by=level" aria-current=[(field == "level").then_some("true")] { "level" }
            ". A step is taken on a ticket's own page."
        }
        @if tickets.len() < all.len() {
            p.said { "The " (MAX_CARDS) " most urgent tickets; there are more: " a href="/tickets?q=sort:urgency" { "all open tickets" } "." }
        }
        div.board {
            @for column in columns {
                @let cards: Vec<&Value> = tickets.iter().filter(|ticket| is_in(ticket, field, column)).collect();
                section aria-label=(format!("{field} {column}")) {
                    h2 { @if field == "level" { "Level " } (capital(column)) " " span.soft { (cards.len()) } }
                    ul { @for ticket in cards { (card(ticket, now)) } }
                }
            }
        }
    }
}

fn is_in(ticket: &Value, field: &str, column: &str) -> bool {
    let value = &ticket[field];
    value.as_str() == Some(column) || value.as_u64().is_some_and(|number| number.to_string() == column)
}

fn card(ticket: &Value, now: &str) -> Markup {
    let id = text(ticket, "id");
    html! {
        li.card data-ticket=(id) {
            a href={ "/t/" (id) } { (text(ticket, "title")) }
            div.soft {
                (severity(ticket)) " · level " (ticket["level"])
                @if ticket["assignee"].is_string() { " · " (person(text(ticket, "assignee"))) }
                div { (due(ticket, now)) }
            }
        }
    }
}
