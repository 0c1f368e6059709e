//! Forms of verbs: a field for each argument, with what was typed, what is wrong, and what came between.

use maud::{Markup, html};
use serde_json::Value;

use crate::commands::{Form, FormField, FormInput};
use crate::web::desk::Problem;
use crate::web::pages::{self, capital, severity, text, ticket};

/// The fields of a new ticket that are shown at once; the others are folded.
const FIRST: &[&str] = &["title", "message", "type", "severity", "area", "affects", "environment", "label"];

/// What a form is shown with.
pub(in crate::web) struct Filled<'a> {
    /// What was typed, or what the address proposes.
    pub(in crate::web) values: &'a [(String, String)],
    /// Why it was refused.
    pub(in crate::web) problem: Option<&'a Problem>,
    /// The entries that came since the form was opened.
    pub(in crate::web) between: &'a [Value],
    /// The ticket's last entry: a form is refused where it is no longer that.
    pub(in crate::web) last: Option<&'a str>,
    /// What else comes back with the form as it went.
    pub(in crate::web) hidden: &'a [(String, String)],
}

impl<'a> Filled<'a> {
    /// A form with what was typed, and nothing else.
    pub(in crate::web) fn typed(values: &'a [(String, String)], problem: Option<&'a Problem>) -> Self {
        Self { values, problem, between: &[], last: None, hidden: &[] }
    }
}

impl Filled<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// True where the problem names the text that the field takes: a finding that is missing, say.
    fn is_missing(&self, field: &FormField) -> bool {
        let is_empty = self.value(&field.name).is_none_or(|value| value.trim().is_empty());
        is_empty
            && field.input == FormInput::Text
            && self.problem.is_some_and(|problem| says(&problem.message, &field.name))
    }
}

/// True where a message has a word.
fn says(message: &str, word: &str) -> bool {
    message.split(|letter: char| !letter.is_alphanumeric() && letter != '-').any(|part| part == word)
}

/// The id of a ticket's last entry, as the page has it.
pub(in crate::web) fn last_entry(ticket: &Value) -> Option<&str> {
    ticket["timeline"].as_array()?.last()?["id"].as_str()
}

/// The entries of a ticket after one.
pub(in crate::web) fn entries_after(ticket: &Value, last: Option<&str>) -> Vec<Value> {
    let entries = ticket["timeline"].as_array().map(Vec::as_slice).unwrap_or_default();
    let place = last.and_then(|last| entries.iter().position(|entry| entry["id"].as_str() == Some(last)));
    place.and_then(|place| entries.get(place + 1..)).map(<[Value]>::to_vec).unwrap_or_default()
}

/// The form of a new ticket.
pub(in crate::web) fn new_ticket(form: &Form, filled: &Filled<'_>, token: &str) -> Markup {
    let place = |field: &&FormField| FIRST.iter().position(|name| *name == field.name);
    let (mut first, rest): (Vec<&FormField>, Vec<&FormField>) =
        form.fields.iter().partition(|field| place(field).is_some());
    first.sort_by_key(place);
    let rest: Vec<&FormField> = rest.into_iter().filter(|field| is_shown(field, filled)).collect();
    html! {
        (wrong(filled))
        form.step #new-ticket method="post" action="/new" {
            input type="hidden" name="form" value=(token);
            @for field in first { (row(field, filled, true)) }
            div #similar aria-live="polite" {}
            details { summary { "More fields" } @for field in rest { (row(field, filled, true)) } }
            button { "Open the ticket" }
        }
    }
}

/// The form of a step of a ticket.
pub(in crate::web) fn step(
    shown: &Value,
    verb: &str,
    form: &Form,
    filled: &Filled<'_>,
    token: &str,
) -> Markup {
    let id = text(shown, "id");
    html! {
        p { a href={ "/t/" (id) } { (text(shown, "title")) } " · " (severity(shown)) " · " (text(shown, "status")) " · level " (shown["level"]) }
        p { (form.about) "." }
        (wrong(filled))
        @if !filled.between.is_empty() {
            section.between aria-label="What came between" {
                h2 { "What came between" }
                p { "The ticket changed while you wrote. Your text is below; send it again if it still holds." }
                ol.timeline { @for entry in filled.between { (ticket::entry(id, entry, false)) } }
            }
        }
        form.step method="post" action={ "/t/" (id) "/do/" (verb) } {
            input type="hidden" name="form" value=(token);
            input type="hidden" name="last" value=(filled.last.unwrap_or_default());
            (hidden(filled))
            @for field in form.fields.iter().filter(|field| is_shown(field, filled)) { (row(field, filled, false)) }
            @if verb == "undo" { p { "Your last change of this ticket is undone, with an entry of its own." } }
            button { (capital(verb)) }
        }
    }
}

/// The form of an attachment again, with what is wrong; browsers do not let a page choose the file.
pub(in crate::web) fn attach_again(id: &str, note: &str, problem: &Problem, token: &str) -> Markup {
    html! {
        p { a href={ "/t/" (id) } { "Back to " (id) } }
        (pages::problem(problem))
        (ticket::attach(id, token, note))
    }
}

/// What somebody typed into a form that cannot be sent any more, to be copied.
pub(in crate::web) fn typed(values: &[(String, String)], problem: &Problem) -> Markup {
    html! {
        (pages::problem(problem))
        @for (name, value) in values.iter().filter(|(_, value)| !value.trim().is_empty()) {
            h2 { (capital(name)) }
            pre { (value) }
        }
    }
}

/// The form of a change to releases, vendors, settings or team.
pub(in crate::web) fn manage(
    verb: &str,
    below: &str,
    form: &Form,
    filled: &Filled<'_>,
    token: &str,
) -> Markup {
    html! {
        p { (form.about) "." }
        (wrong(filled))
        form.step method="post" action={ "/manage/" (verb) "/" (below) } {
            input type="hidden" name="form" value=(token);
            (hidden(filled))
            @for field in form.fields.iter().filter(|field| is_shown(field, filled)) { (row(field, filled, false)) }
            button { (capital(below)) }
        }
    }
}

/// Going over a rule is offered once that rule has said no.
fn is_shown(field: &FormField, filled: &Filled<'_>) -> bool {
    let names_it = |text: &String| text.contains("--allow-secret");
    let is_secret = filled
        .problem
        .is_some_and(|problem| names_it(&problem.message) || problem.hints.iter().any(names_it));
    match field.name.as_str() {
        "allow-secret" => is_secret,
        "force" => filled.problem.is_some() && !is_secret,
        _ => true,
    }
}

fn hidden(filled: &Filled<'_>) -> Markup {
    html! { @for (name, value) in filled.hidden { input type="hidden" name=(name) value=(value); } }
}

fn wrong(filled: &Filled<'_>) -> Markup {
    html! { @if let Some(problem) = filled.problem { (pages::problem(problem)) } }
}

fn row(field: &FormField, filled: &Filled<'_>, is_new: bool) -> Markup {
    let id = format!("f-{}", field.name);
    // The first text of a ticket is its description.
    let is_description = field.name == "message" && is_new;
    let label = if is_description { "Description" } else { &field.label };
    let typed = filled.value(&field.name).unwrap_or_default();
    let is_missing = filled.is_missing(field);
    html! {
        div.field.missing[is_missing] {
            @if field.input == FormInput::Flag {
                label.inline for=(id) {
                    input id=(id) type="checkbox" name=(field.name) value="on" checked[!typed.is_empty()];
                    " " (label)
                }
            } @else {
                label for=(id) { (label) @if field.is_required { span.needed { " (required)" } } }
            }
            @match &field.input {
                FormInput::Flag => {}
                FormInput::Choice(words) if field.is_repeated => {
                    input id=(id) name=(field.name) value=(typed) list={ (id) "-words" } aria-describedby={ (id) "-help" };
                    datalist id={ (id) "-words" } { @for word in words { option value=(word) {} } }
                }
                FormInput::Choice(words) => {
                    select id=(id) name=(field.name) required[field.is_required] aria-describedby={ (id) "-help" } {
                        option value="" {}
                        @for word in words { option value=(word) selected[word == typed] { (word) } }
                    }
                }
                FormInput::Text => {
                    textarea id=(id) name=(field.name) rows="4" required[field.is_required] aria-describedby={ (id) "-help" } {
                        // The first line feed of a text area is not part of it.
                        "\n" (typed)
                    }
                }
                FormInput::Line => {
                    input id=(id) name=(field.name) value=(typed) required[field.is_required] placeholder=(field.default)
                        aria-describedby={ (id) "-help" };
                }
            }
            p.help id={ (id) "-help" } {
                (field.help)
                @if field.is_repeated && field.name != "with" { ", with commas between several" }
                @if is_missing { ". " b { "Missing." } }
            }
        }
    }
}
