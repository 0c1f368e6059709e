//! Forms: each is a verb's own, and what is sent runs that verb. What was typed is never lost: where the verb refuses, the form
//! comes back with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Sent, Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};

use crate::commands::{Form, form as form_of, steps};
use crate::web::Site;
use crate::web::desk::{Answer, Problem};
use crate::web::edited;
use crate::web::guard::Refused;
use crate::web::pages::capital;
use crate::web::pages::forms::{self, Filled};
use crate::web::requests::{failed, page, read, status_of, with_status, words, write};
use crate::web::routes::is_id;

type Shared = State<Arc<Site>>;
type Asked = Query<BTreeMap<String, String>>;
type Typed = Result<Sent<Vec<(String, String)>>, FormRejection>;

/// What a ticket's form may do beside the steps of the process.
const TICKET_VERBS: &[&str] = &["comment", "reply", "edit", "assign", "owner", "link", "watch", "undo"];

/// The form that begins with what the ticket has.
const EDIT: &str = "edit";

/// The fields of a form that nobody typed.
const KEPT_BACK: &[&str] = &["form", "last"];

/// What the pages of releases, vendors, settings and team may do.
const MANAGED: &[(&str, &str)] = &[
    ("vendor", "add"),
    ("vendor", "edit"),
    ("vendor", "remove"),
    ("release", "handover"),
    ("release", "accept"),
    ("release", "retire"),
    ("team", "add"),
    ("team", "edit"),
    ("team", "remove"),
    ("config", "set"),
    ("config", "unset"),
];

/// What a form sent, where it carries the form token.
fn sent(site: &Site, typed: Typed) -> Result<Vec<(String, String)>, Box<Response>> {
    let Sent(values) = typed.map_err(|rejection| Box::new(rejection.into_response()))?;
    let token = values.iter().find(|(name, _)| name == "form").map(|(_, value)| value.as_str());
    site.guard.check_form_token(token).map_err(|wrong| Box::new(outdated(site, &values, &wrong)))?;
    Ok(values)
}

/// The page for a form of an earlier run, with what was typed: nothing is done, and no text is lost.
fn outdated(site: &Site, values: &[(String, String)], wrong: &Refused) -> Response {
    let typed: Vec<_> =
        values.iter().filter(|(name, _)| !KEPT_BACK.contains(&name.as_str())).cloned().collect();
    with_status(wrong.status, site, "That form is outdated", &[], &forms::typed(&typed, wrong.why))
}

fn value<'a>(values: &'a [(String, String)], name: &str) -> Option<&'a str> {
    values
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
        .filter(|text| !text.is_empty())
}

/// Goes on to a page, which says what was done.
fn done(site: &Site, to: &str, answer: &Answer, what: &str) -> Response {
    let lines: Vec<String> = std::iter::once(what.to_owned()).chain(answer.notes.iter().cloned()).collect();
    let number = site.flash.keep(lines);
    (StatusCode::SEE_OTHER, [(LOCATION, format!("{to}?said={number}"))]).into_response()
}

fn title(verb: &str, what: &str) -> String {
    format!("{} {what}", capital(verb))
}

fn unknown(site: &Site, verb: &str) -> Response {
    let message = format!("unknown form '{verb}'");
    failed(site, &Problem { kind: "not-found", message, hints: Vec::new() })
}

/// The form of a new ticket.
pub(super) async fn new_form(State(site): Shared, Query(asked): Asked) -> Response {
    let Some(form) = form_of(&["new"]) else { return unknown(&site, "new") };
    let values: Vec<_> = asked.into_iter().collect();
    let filled = Filled { values: &values, problem: None, between: &[], last: None };
    page(&site, "New ticket", &[], &forms::new_ticket(&form, &filled, &site.guard.form_token()))
}

/// Opens a ticket.
pub(super) async fn new(State(site): Shared, typed: Typed) -> Response {
    let values = match sent(&site, typed) {
        Ok(values) => values,
        Err(response) => return *response,
    };
    let Some(form) = form_of(&["new"]) else { return unknown(&site, "new") };
    let mut line = form.words(&["new"], &[], &values, None);
    if value(&values, "channel").is_none() {
        line.insert(1, "--channel=web".to_owned());
    }
    match write(&site, value(&values, "form"), line, Vec::new()).await {
        Ok(answer) => {
            let id =
                answer.value.get("id").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            done(&site, &format!("/t/{id}"), &answer, &format!("Opened {id}."))
        }
        Err(problem) => {
            let filled = Filled { values: &values, problem: Some(&problem), between: &[], last: None };
            let content = forms::new_ticket(&form, &filled, &site.guard.form_token());
            with_status(status_of(&problem), &site, "New ticket", &[], &content)
        }
    }
}

/// The form of a step, with the names it has in addresses.
fn step_form(verb: &str) -> Option<Form> {
    let is_known = TICKET_VERBS.contains(&verb) || steps("new").iter().any(|step| step.verb == verb);
    if is_known { form_of(&[verb]) } else { None }
}

/// The form of a step of a ticket.
pub(super) async fn form(
    State(site): Shared,
    Path((id, verb)): Path<(String, String)>,
    Query(asked): Asked,
) -> Response {
    let Some(form) = step_form(&verb).filter(|_| is_id(&id)) else { return unknown(&site, &verb) };
    let shown = match read(&site, words(&["show", "--", &id])).await {
        Ok(shown) => shown.value,
        Err(problem) => return failed(&site, &problem),
    };
    let mut values: Vec<_> = asked.into_iter().collect();
    if verb == EDIT {
        values.extend(edited::begun(&shown));
    }
    let filled = Filled { values: &values, problem: None, between: &[], last: forms::last_entry(&shown) };
    let content = forms::step(&shown, &verb, &form, &filled, &site.guard.form_token());
    page(&site, &title(&verb, &id), &[], &content)
}

/// Takes a step on a ticket.
pub(super) async fn take(
    State(site): Shared,
    Path((id, verb)): Path<(String, String)>,
    typed: Typed,
) -> Response {
    let values = match sent(&site, typed) {
        Ok(values) => values,
        Err(response) => return *response,
    };
    let Some(form) = step_form(&verb).filter(|_| is_id(&id)) else { return unknown(&site, &verb) };
    let last = value(&values, "last");
    let given = match verb == EDIT {
        true => match read(&site, words(&["show", "--", &id])).await {
            Ok(shown) => edited::changed(&shown.value, &values),
            Err(problem) => return failed(&site, &problem),
        },
        false => values.clone(),
    };
    let line = form.words(&[&verb], std::slice::from_ref(&id), &given, last);
    match write(&site, value(&values, "form"), line, Vec::new()).await {
        Ok(answer) => done(&site, &format!("/t/{id}"), &answer, &format!("Done: {verb}.")),
        Err(problem) => {
            let shown = read(&site, words(&["show", "--", &id])).await.map(|shown| shown.value);
            let Ok(shown) = shown else { return failed(&site, &problem) };
            let between = forms::entries_after(&shown, last);
            let values = match (verb == EDIT, last) {
                (true, Some(last)) => edited::brought_up(&shown, &values, last),
                _ => values,
            };
            // What came between is on the page now: the next try is on top of it.
            let last = forms::last_entry(&shown);
            let filled = Filled { values: &values, problem: Some(&problem), between: &between, last };
            let content = forms::step(&shown, &verb, &form, &filled, &site.guard.form_token());
            with_status(status_of(&problem), &site, &title(&verb, &id), &[], &content)
        }
    }
}

/// Why a severity is not confirmed: it is not the one that was on the page.
fn changed_since(proposed: &serde_json::Value, id: &str, values: &[(String, String)]) -> Option<Problem> {
    let tickets = proposed.as_array().map(Vec::as_slice).unwrap_or_default();
    let now = tickets.iter().find(|ticket| ticket["id"] == id).and_then(|ticket| ticket["severity"].as_str());
    let (now, seen) =
        (now.unwrap_or("confirmed or cleared"), value(values, &format!("seen-{id}")).unwrap_or_default());
    let message =
        format!("the severity of {id} was {seen} on the page, and is {now} now: nothing was confirmed");
    (now != seen).then(|| Problem { kind: "conflict", message, hints: Vec::new() })
}

/// Confirms severities, several at once, in one commit.
pub(super) async fn confirm(State(site): Shared, typed: Typed) -> Response {
    let values = match sent(&site, typed) {
        Ok(values) => values,
        Err(response) => return *response,
    };
    let ids = values.iter().filter(|(name, id)| name == "id" && is_id(id));
    let ids: Vec<String> = ids.map(|(_, id)| id.clone()).collect();
    if ids.is_empty() {
        let message = "choose the tickets whose severity is right".to_owned();
        return failed(&site, &Problem { kind: "usage", message, hints: Vec::new() });
    }
    let named = ids.iter().map(|id| format!("id:{id}")).collect::<Vec<_>>().join(" OR ");
    match read(&site, words(&["list", "--all", "--", &format!("is:proposed ({named})")])).await {
        Ok(answer) => {
            if let Some(problem) = ids.iter().find_map(|id| changed_since(&answer.value, id, &values)) {
                return failed(&site, &problem);
            }
        }
        Err(problem) => return failed(&site, &problem),
    }
    let line = [words(&["triage", "--confirm", "--"]), ids.clone()].concat();
    match write(&site, value(&values, "form"), line, Vec::new()).await {
        Ok(answer) => done(&site, "/severities", &answer, &format!("Confirmed: {}.", ids.join(", "))),
        Err(problem) => failed(&site, &problem),
    }
}

/// The form of a change to releases, vendors, settings or team.
pub(super) async fn manage_form(
    State(site): Shared,
    Path((verb, below)): Path<(String, String)>,
    Query(asked): Asked,
) -> Response {
    let Some(form) = managed(&verb, &below) else { return unknown(&site, &format!("{verb} {below}")) };
    let values: Vec<_> = asked.into_iter().collect();
    let filled = Filled { values: &values, problem: None, between: &[], last: None };
    let content = forms::manage(&verb, &below, &form, &filled, &site.guard.form_token());
    page(&site, &title(&verb, &below), &[], &content)
}

fn managed(verb: &str, below: &str) -> Option<Form> {
    if MANAGED.contains(&(verb, below)) { form_of(&[verb, below]) } else { None }
}

/// Makes a change to releases, vendors, settings or team.
pub(super) async fn manage(
    State(site): Shared,
    Path((verb, below)): Path<(String, String)>,
    typed: Typed,
) -> Response {
    let values = match sent(&site, typed) {
        Ok(values) => values,
        Err(response) => return *response,
    };
    let Some(form) = managed(&verb, &below) else { return unknown(&site, &format!("{verb} {below}")) };
    let line = form.words(&[&verb, &below], &[], &values, None);
    match write(&site, value(&values, "form"), line, Vec::new()).await {
        Ok(answer) => {
            let to = match verb.as_str() {
                "vendor" => "/vendors",
                "release" => "/releases",
                _ => "/settings",
            };
            done(&site, to, &answer, &format!("Done: {verb} {below}."))
        }
        Err(problem) => {
            let filled = Filled { values: &values, problem: Some(&problem), between: &[], last: None };
            let content = forms::manage(&verb, &below, &form, &filled, &site.guard.form_token());
            with_status(status_of(&problem), &site, &title(&verb, &below), &[], &content)
        }
    }
}

/// Attaches a file to a ticket. The fields come in the order of the form: its token first, the file last.
pub(super) async fn attach(State(site): Shared, Path(id): Path<String>, mut parts: Multipart) -> Response {
    if !is_id(&id) {
        return unknown(&site, "attach");
    }
    let mut fields: Vec<(String, String)> = Vec::new();
    loop {
        let part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => return failed(&site, &no_file()),
            Err(error) => return error.into_response(),
        };
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            let token = value(&fields, "form");
            if let Err(wrong) = site.guard.check_form_token(token) {
                return outdated(&site, &fields, &wrong);
            }
            let file = part.file_name().unwrap_or_default().to_owned();
            if file.is_empty() {
                return failed(&site, &no_file());
            }
            return match part.bytes().await {
                Ok(content) => attached(&site, &id, &file, &fields, content.to_vec()).await,
                Err(error) => error.into_response(),
            };
        }
        match part.text().await {
            Ok(text) => fields.push((name, text)),
            Err(error) => return error.into_response(),
        }
    }
}

fn no_file() -> Problem {
    Problem { kind: "usage", message: "choose a file to attach".to_owned(), hints: Vec::new() }
}

async fn attached(
    site: &Arc<Site>,
    id: &str,
    file: &str,
    fields: &[(String, String)],
    content: Vec<u8>,
) -> Response {
    let mut line = words(&["attach", &format!("--name={file}")]);
    if let Some(note) = value(fields, "message") {
        line.push(format!("--message={note}"));
    }
    line.extend(words(&["--", id, "-"]));
    match write(site, value(fields, "form"), line, content).await {
        Ok(answer) => done(site, &format!("/t/{id}"), &answer, &format!("Attached {file}.")),
        Err(problem) => {
            let note = value(fields, "message").unwrap_or_default();
            let content = forms::attach_again(id, note, &problem, &site.guard.form_token());
            with_status(status_of(&problem), site, &title("attach", id), &[], &content)
        }
    }
}
