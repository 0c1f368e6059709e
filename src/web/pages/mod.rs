//! Pages: what commands answer, as HTML. Every text of a ticket is escaped; nothing of it is markup.

pub(super) mod board;
pub(super) mod forms;
pub(super) mod lists;
pub(super) mod records;
pub(super) mod ticket;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::web::desk::Problem;

/// The style sheet of every page.
pub(super) const STYLE: &str = include_str!("style.css");
/// The script of every page: comfort alone, every page works without.
pub(super) const SCRIPT: &str = include_str!("script.js");

/// What a page has around its content.
pub(super) struct Page<'a> {
    /// The name of what is served.
    pub(super) site: &'a str,
    /// The branch of the tickets.
    pub(super) branch: &'a str,
    /// What the page is about.
    pub(super) title: &'a str,
    /// What the last click did, and warnings.
    pub(super) said: &'a [String],
    /// True where nothing may be changed.
    pub(super) is_read_only: bool,
    /// When it was made, in UTC: what changed since is marked.
    pub(super) now: &'a str,
}

/// The pages that every page leads to.
const PLACES: &[(&str, &str)] = &[
    ("/", "Queue"),
    ("/inbox", "Inbox"),
    ("/board", "Board"),
    ("/tickets", "Tickets"),
    ("/severities", "Severities"),
    ("/releases", "Releases"),
    ("/vendors", "Vendors"),
    ("/report", "Report"),
    ("/audit", "Audit"),
    ("/settings", "Settings"),
];

/// A page with what it needs around its content.
pub(super) fn page(page: &Page<'_>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (page.title) " · " (page.site) }
                style { (PreEscaped(STYLE)) }
            }
            body data-now=(page.now) {
                a.skip href="#main" { "Skip to the content" }
                header {
                    div.bar {
                        a.home href="/" { (page.site) }
                        span.soft title="the branch of the tickets" { (page.branch) }
                        form.search role="search" action="/tickets" method="get" {
                            label.unseen for="q" { "Search tickets" }
                            input #q type="search" name="q" placeholder="Search: words, severity:major …";
                            button { "Search" }
                        }
                        @if page.is_read_only { span.badge { "read only" } }
                        @else { a.button href="/new" { "New ticket" } }
                    }
                    nav aria-label="Pages" {
                        @for (to, name) in PLACES { a href=(to) aria-current=[(page.title == *name).then_some("page")] { (name) } }
                    }
                }
                main #main tabindex="-1" {
                    h1 { (page.title) }
                    @if !page.said.is_empty() {
                        div.said role="status" { @for line in page.said { p { (line) } } }
                    }
                    (content)
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

/// What the address with the token answers: the cookie is set by now, and the next request is from a page of ours.
pub(super) fn welcome() -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="refresh" content="0;url=/";
                title { "git-support" }
            }
            body { main { h1 { "git-support" } p { a href="/" { "Go on to the queue" } } } }
        }
    }
}

/// A page that is not there.
pub(super) fn nowhere() -> Markup {
    html! { p { "Unknown page. " a href="/" { "Go to the queue" } } }
}

/// What a command said is wrong.
pub(super) fn problem(problem: &Problem) -> Markup {
    html! {
        div.problem role="alert" {
            p { (problem.message) }
            @for hint in &problem.hints { p.soft { "On the command line: " code { (hint) } } }
        }
    }
}

/// A text of an object, or nothing.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A value as people read it: lists with commas, objects as their pairs.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(pairs) => {
            pairs.iter().map(|(key, value)| format!("{key}: {}", plain(value))).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A point in time: UTC to the minute, which the script writes in the reader's zone; the exact time on hover.
pub(super) fn time(at: &str) -> Markup {
    let minute = at.get(..16).map_or_else(|| at.to_owned(), |minute| minute.replace('T', " "));
    html! { time datetime=(at) title=(at) { (minute) " UTC" } }
}

/// A name without the address after it.
pub(super) fn person(name: &str) -> Markup {
    let short = name.split(" <").next().unwrap_or_default();
    html! { span title=(name) { (short) } }
}

/// A name as a part of an address: whatever is in it means nothing there.
pub(super) fn part(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}

/// A word with a capital letter, for buttons and headings.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A severity, in word and colour.
pub(super) fn severity(ticket: &Value) -> Markup {
    let word = text(ticket, "severity");
    html! { @if word.is_empty() { span.soft { "–" } } @else { span.severity data-severity=(word) { (word) } } }
}
