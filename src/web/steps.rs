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
use crate::web::guard::{Refused, branch_of};
use crate::web::pages::forms::{self, Filled};
use crate::web::pages::{self, capital};
use crate::web::requests::{failed, page, read, status_of, with_status, words, write};
use crate::web::routes::{MAX_FILE_BYTES, MAX_FORM_BYTES, is_id};

pub(super) type Shared = State<Arc<Site>>;
pub(super) type Asked = Query<BTreeMap<String, String>>;
pub(super) type Typed = Result<Sent<Vec<(String, String)>>, FormRejection>;

/// What a ticket's form may do beside the steps of the process.
const TICKET_VERBS: &[&str] = &["comment", "reply", "edit", "assign", "owner", "link", "watch", "undo"];

/// The form that begins with what the ticket has.
const EDIT: &str = "edit";

/// The fields of a form that nobody typed.
const KEPT_BACK: &[&str] = &["form", "last", "seen"];

/// What a form sent, where it carries the form token.
pub(super) fn sent(site: &Site, typed: Typed) -> Result<Vec<(String, String)>, Box<Response>> {
    let Sent(values) = typed.map_err(|rejection| Box::new(too_much(site, &rejection.into_response())))?;
    let token = values.iter().find(|(name, _)| name == "form").map(|(_, value)| value.as_str());
    site.guard.check_form_token(token).map_err(|wrong| Box::new(outdated(site, &values, wrong)))?;
    Ok(values)
}

/// The page for a form that could not be read: it is larger than any.
fn too_much(site: &Site, rejection: &Response) -> Response {
    let mib = |bytes: usize| bytes / 1024 / 1024;
    let message = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        format!(
            "the form is too large: at most {} MiB, with a file {} MiB",
            mib(MAX_FORM_BYTES),
            mib(MAX_FILE_BYTES)
        )
    } else {
        "the form cannot be read".to_owned()
    };
    let problem = Problem { kind: "usage", message, hints: Vec::new() };
    with_status(rejection.status(), site, "That did not work", &[], &pages::problem(&problem))
}

/// The page for a form of an earlier run, with what was typed: nothing is done, and no text is lost.
pub(super) fn outdated(site: &Site, values: &[(String, String)], wrong: Refused) -> Response {
    let problem = Problem { kind: "refused", message: wrong.why.to_owned(), hints: Vec::new() };
    with_status(wrong.status, site, "That form is outdated", &[], &forms::typed(&by_hand(values), &problem))
}

/// The page for what failed and whose form cannot be shown again, with what was typed.
fn failed_with(site: &Site, values: &[(String, String)], problem: &Problem) -> Response {
    let content = forms::typed(&by_hand(values), problem);
    with_status(status_of(problem), site, "That did not work", &[], &content)
}

/// The fields of a form that somebody typed.
fn by_hand(values: &[(String, String)]) -> Vec<(String, String)> {
    let is_typed = |name: &str| !KEPT_BACK.contains(&name) && !name.starts_with(edited::MARK);
    values.iter().filter(|(name, _)| is_typed(name)).cloned().collect()
}

pub(super) fn value<'a>(values: &'a [(String, String)], name: &str) -> Option<&'a str> {
    values
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
        .filter(|text| !text.is_empty())
}

/// Goes on to a page, which says what was done. Where another branch is shown by now, what was changed is not on that page.
pub(super) fn done(site: &Site, to: &str, answer: &Answer, what: &str, token: Option<&str>) -> Response {
    let elsewhere = site.desk.elsewhere(token.and_then(branch_of));
    let where_to = elsewhere.map(|branch| format!("This was saved on {branch}, where the form was opened."));
    let said = std::iter::once(what.to_owned()).chain(where_to);
    let number = site.flash.keep(said.chain(answer.notes.iter().cloned()).collect());
    let to = if elsewhere.is_some() { "/" } else { to };
    (StatusCode::SEE_OTHER, [(LOCATION, format!("{to}?said={number}"))]).into_response()
}

pub(super) fn title(verb: &str, what: &str) -> String {
    format!("{} {what}", capital(verb))
}

pub(super) fn unknown(site: &Site, verb: &str) -> Response {
    let message = format!("unknown form '{verb}'");
    failed(site, &Problem { kind: "not-found", message, hints: Vec::new() })
}

/// The form of a new ticket.
pub(super) async fn new_form(State(site): Shared, Query(asked): Asked) -> Response {
    let Some(form) = form_of(&["new"]) else { return unknown(&site, "new") };
    let values: Vec<_> = asked.into_iter().collect();
    let filled = Filled::typed(&values, None);
    page(&site, "New ticket", &[], &forms::new_ticket(&form, &filled, &site.form_token()))
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
            done(&site, &format!("/t/{id}"), &answer, &format!("Opened {id}."), value(&values, "form"))
        }
        Err(problem) => {
            let filled = Filled::typed(&values, Some(&problem));
            let content = forms::new_ticket(&form, &filled, &site.form_token());
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
    let mut hidden = Vec::new();
    if verb == EDIT {
        values.extend(edited::begun(&shown));
        hidden = edited::marks(&shown);
    }
    let last = forms::last_entry(&shown);
    let filled = Filled { last, hidden: &hidden, ..Filled::typed(&values, None) };
    let content = forms::step(&shown, &verb, &form, &filled, &site.form_token());
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
    let given = if verb == EDIT { edited::changed(&values) } else { values.clone() };
    let line = form.words(&[&verb], std::slice::from_ref(&id), &given, last);
    let token = value(&values, "form");
    match write(&site, token, line, Vec::new()).await {
        Ok(answer) => done(&site, &format!("/t/{id}"), &answer, &format!("Done: {verb}."), token),
        Err(problem) => again(&site, (&id, &verb), &form, &values, &problem).await,
    }
}

/// The form of a step again, with what was typed, what is wrong, and what came between.
async fn again(
    site: &Arc<Site>,
    (id, verb): (&str, &str),
    form: &Form,
    values: &[(String, String)],
    problem: &Problem,
) -> Response {
    let token = value(values, "form").and_then(branch_of);
    let line = words(&["show", "--", id]);
    // Of a ticket of another branch, the form cannot be shown anew.
    let shown = match site.desk.elsewhere(token) {
        Some(_) => return failed_with(site, values, problem),
        None => read(site, line).await.map(|shown| shown.value),
    };
    let Ok(shown) = shown else { return failed_with(site, values, problem) };
    let between = forms::entries_after(&shown, value(values, "last"));
    let (mut typed, mut hidden) = (values.to_vec(), Vec::new());
    if verb == EDIT {
        typed = edited::brought_up(&shown, values);
        hidden = edited::marks(&shown);
    }
    // What came between is on the page now: the next try is on top of it.
    let last = forms::last_entry(&shown);
    let filled = Filled { values: &typed, problem: Some(problem), between: &between, last, hidden: &hidden };
    let content = forms::step(&shown, verb, form, &filled, &site.form_token());
    with_status(status_of(problem), site, &title(verb, id), &[], &content)
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
            Ok(None) => return attach_again(&site, &id, &fields, &no_file()),
            Err(error) => return too_much(&site, &error.into_response()),
        };
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            let token = value(&fields, "form");
            if let Err(wrong) = site.guard.check_form_token(token) {
                return outdated(&site, &fields, wrong);
            }
            let file = part.file_name().unwrap_or_default().to_owned();
            if file.is_empty() {
                return attach_again(&site, &id, &fields, &no_file());
            }
            return match part.bytes().await {
                Ok(content) => attached(&site, &id, &file, &fields, content.to_vec()).await,
                Err(error) => too_much(&site, &error.into_response()),
            };
        }
        match part.text().await {
            Ok(text) => fields.push((name, text)),
            Err(error) => return too_much(&site, &error.into_response()),
        }
    }
}

/// The form of an attachment again, with the note that was typed.
fn attach_again(site: &Site, id: &str, fields: &[(String, String)], problem: &Problem) -> Response {
    let note = value(fields, "message").unwrap_or_default();
    let content = forms::attach_again(id, note, problem, &site.form_token());
    with_status(status_of(problem), site, &title("attach", id), &[], &content)
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
        Ok(answer) => {
            let token = value(fields, "form");
            done(site, &format!("/t/{id}"), &answer, &format!("Attached {file}."), token)
        }
        Err(problem) => attach_again(site, id, fields, &problem),
    }
}
