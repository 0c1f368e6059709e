//! Lists of tickets: the queue, the inbox, what a query finds, severities to confirm.

use maud::{Markup, html};
use serde_json::Value;

use crate::web::desk::{Answer, Problem};
use crate::web::pages::{self, part, person, severity, text, time};

/// Tickets as a table.
fn table(tickets: &Value, now: &str, caption: &str, if_none: &str) -> Markup {
    let tickets = tickets.as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if tickets.is_empty() { p.soft { (if_none) } }
        @else {
            div.wide tabindex="0" role="region" aria-label=(caption) {
                table {
                    caption { (caption) " (" (tickets.len()) ")" }
                    thead { tr {
                        th scope="col" { "Ticket" } th scope="col" { "Severity" } th scope="col" { "Status" }
                        th scope="col" { "Level" } th scope="col" { "Assignee" } th scope="col" { "Due" }
                        th scope="col" { "Updated" }
                    } }
                    tbody { @for ticket in tickets { (row(ticket, now)) } }
                }
            }
        }
    }
}

fn row(ticket: &Value, now: &str) -> Markup {
    let id = text(ticket, "id");
    html! {
        tr data-ticket=(id) {
            th scope="row" {
                a href={ "/t/" (id) } { (text(ticket, "title")) }
                " " span.id { (id) }
                @if let Some(reason) = ticket["reason"].as_str() { " " span.badge { (reason) } }
            }
            td { (severity(ticket)) }
            td { (text(ticket, "status")) }
            td { (ticket["level"]) }
            td { (person(text(ticket, "assignee"))) }
            td { (due(ticket, now)) }
            td { (time(text(ticket, "updated"))) }
        }
    }
}

/// When the next clock is due, and whether that is past: both times are written alike, so that they compare as texts.
pub(super) fn due(ticket: &Value, now: &str) -> Markup {
    let at = text(ticket, "due");
    html! {
        @if !at.is_empty() { (time(at)) @if at < now { " " span.clock data-state="overdue" { "overdue" } } }
    }
}

/// What to work on next.
pub(in crate::web) fn queue(mine: &Value, all: &Value, now: &str) -> Markup {
    html! {
        p.soft { "In the order of work: what is late, what is more severe, what is due first." }
        h2 { "Assigned to you" }
        (table(mine, now, "Your tickets", "Nothing is assigned to you."))
        h2 { "Everyone's queue" }
        (table(all, now, "The queue", "The queue is empty."))
    }
}

/// What concerns the reader.
pub(in crate::web) fn inbox(items: &Value, is_all: bool) -> Markup {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        p.soft {
            @if is_all { "All that concerns you on open tickets. " a href="/inbox" { "Only what is new" } }
            @else { "What concerns you since you last looked on the command line. " a href="/inbox?all=1" { "All of it" } }
        }
        @if items.is_empty() { p { "Nothing new." } }
        @else {
            ul.inbox {
                @for item in items {
                    @let ticket = &item["ticket"];
                    li data-ticket=(text(ticket, "id")) {
                        a href={ "/t/" (text(ticket, "id")) } { (text(ticket, "title")) } " " (severity(ticket))
                        ul {
                            @for concern in item["concerns"].as_array().into_iter().flatten() {
                                li {
                                    b { (text(concern, "reason")) } " " (time(text(concern, "at")))
                                    @if let Some(by) = concern.pointer("/entry/by").and_then(Value::as_str) { ", " (person(by)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a list is asked for.
pub(in crate::web) struct Asked<'a> {
    /// The query.
    pub(in crate::web) query: &'a str,
    /// Whether resolved and closed tickets are listed, too.
    pub(in crate::web) is_all: bool,
    /// The most rows that are shown.
    pub(in crate::web) rows: usize,
    /// The most rows that can be asked for.
    pub(in crate::web) most: usize,
}

impl Asked<'_> {
    /// The same list with more rows.
    fn with_rows(&self, rows: usize) -> String {
        let all = if self.is_all { "&all=1" } else { "" };
        format!("/tickets?q={}{all}&rows={rows}", part(self.query))
    }
}

/// The first rows of what was found, and the way to the others.
fn first_rows(asked: &Asked<'_>, answer: &Answer) -> Markup {
    let all = answer.value.as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(first) = all.get(..asked.rows).filter(|first| first.len() < all.len()) else {
        return table(&answer.value, &answer.now, "Tickets", "No ticket matches.");
    };
    let more = asked.rows.saturating_mul(5).min(asked.most);
    html! {
        (table(&Value::from(first), &answer.now, "The first tickets", ""))
        p {
            "There are more: "
            @if more > asked.rows { a href=(asked.with_rows(more)) { "show " (more) } " or " }
            "narrow the query."
        }
    }
}

/// What a query found, or what is wrong with it.
pub(in crate::web) fn found(asked: &Asked<'_>, tickets: Result<&Answer, &Problem>) -> Markup {
    let query = asked.query;
    html! {
        form action="/tickets" method="get" {
            label for="query" { "Query" }
            input #query name="q" value=(query) size="60" autocomplete="off" spellcheck="false";
            label.inline { input type="checkbox" name="all" value="1" checked[asked.is_all]; " resolved and closed, too" }
            button { "List" }
        }
        p.soft { "Words, " code { "field:value" } ", " code { "-field:value" } ", " code { "sort:-updated" }
            ": the query language of git support list." }
        @match tickets {
            Ok(tickets) => (first_rows(asked, tickets)),
            Err(problem) => {
                div.problem role="alert" {
                    @match column_of(&problem.message) {
                        Some((said, column)) => {
                            p { (said) }
                            pre { (query) "\n" (" ".repeat(column.saturating_sub(1))) "^" }
                        }
                        None => p { (problem.message) },
                    }
                    @for hint in &problem.hints { p.soft { (hint) } }
                }
            }
        }
    }
}

/// The error of a query with the column as it was typed here, and that column: the words of the command line begin with a
/// blank.
fn column_of(message: &str) -> Option<(String, usize)> {
    let (before, rest) = message.split_once("column ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let column = digits.parse::<usize>().ok()?.checked_sub(1)?;
    Some((format!("{before}column {column}{}", rest.get(digits.len()..).unwrap_or_default()), column))
}

/// Tickets that are like one that is being written.
pub(in crate::web) fn similar(tickets: &Value) -> Markup {
    let tickets = tickets.as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if !tickets.is_empty() {
            p { "Open tickets with these words:" }
            ul {
                @for ticket in tickets {
                    li { a href={ "/t/" (text(ticket, "id")) } { (text(ticket, "title")) } " " span.id { (text(ticket, "status")) } }
                }
            }
        }
    }
}

/// Severities that wait for a product owner.
pub(in crate::web) fn severities(
    tickets: &Value,
    form: Option<&str>,
    chosen: &[String],
    problem: Option<&Problem>,
) -> Markup {
    let tickets = tickets.as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if let Some(problem) = problem { (pages::problem(problem)) }
        p.soft { "Severities that were proposed, and that a product owner confirms or changes." }
        @if tickets.is_empty() { p { "No severity waits for confirmation." } }
        @else {
            form method="post" action="/severities/confirm" {
                @if let Some(token) = form { input type="hidden" name="form" value=(token); }
                ul.choices {
                    @for ticket in tickets {
                        @let id = text(ticket, "id");
                        li data-ticket=(id) {
                            input type="hidden" name={ "seen-" (id) } value=(text(ticket, "severity"));
                            input type="checkbox" name="id" value=(id) id={ "c-" (id) } disabled[form.is_none()]
                                checked[chosen.iter().any(|chosen| chosen == id)];
                            label for={ "c-" (id) } { (severity(ticket)) " " (text(ticket, "title")) }
                            " " a href={ "/t/" (id) } { (id) }
                        }
                    }
                }
                @if form.is_some() { button { "Confirm the severities of the chosen tickets" } }
            }
        }
    }
}
