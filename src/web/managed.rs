//! Forms beside a single ticket's: severities to confirm, releases, vendors, settings and team.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;

use crate::commands::{Form, form as form_of};
use crate::web::Site;
use crate::web::desk::Problem;
use crate::web::pages;
use crate::web::pages::forms::{self, Filled};
use crate::web::requests::{failed, page, read, status_of, with_status, words, write};
use crate::web::routes::is_id;
use crate::web::steps::{Asked, Shared, Typed, done, sent, title, unknown, value};

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

/// The form that begins with the value that a setting has.
const SETTING: (&str, &str) = ("config", "set");

/// The severities that wait for a product owner.
pub(super) const PROPOSED: &[&str] = &["list", "--limit", "200", "--", "is:proposed"];

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
        return proposed(&site, &ids, &Problem { kind: "usage", message, hints: Vec::new() }).await;
    }
    let named = ids.iter().map(|id| format!("id:{id}")).collect::<Vec<_>>().join(" OR ");
    match read(&site, words(&["list", "--all", "--", &format!("is:proposed ({named})")])).await {
        Ok(answer) => {
            if let Some(problem) = ids.iter().find_map(|id| changed_since(&answer.value, id, &values)) {
                return proposed(&site, &ids, &problem).await;
            }
        }
        Err(problem) => return failed(&site, &problem),
    }
    let line = [words(&["triage", "--confirm", "--"]), ids.clone()].concat();
    match write(&site, value(&values, "form"), line, Vec::new()).await {
        Ok(answer) => {
            let what = format!("Confirmed: {}.", ids.join(", "));
            done(&site, "/severities", &answer, &what, value(&values, "form"))
        }
        Err(problem) => proposed(&site, &ids, &problem).await,
    }
}

/// The severities that are proposed now, with those that were chosen, and what is wrong.
async fn proposed(site: &Arc<Site>, chosen: &[String], problem: &Problem) -> Response {
    let Ok(answer) = read(site, words(PROPOSED)).await else { return failed(site, problem) };
    let content = pages::lists::severities(&answer.value, Some(&site.form_token()), chosen, Some(problem));
    with_status(status_of(problem), site, "Severities to confirm", &[], &content)
}

/// The form of a change to releases, vendors, settings or team.
pub(super) async fn form(
    State(site): Shared,
    Path((verb, below)): Path<(String, String)>,
    Query(asked): Asked,
) -> Response {
    let Some(form) = managed(&verb, &below) else { return unknown(&site, &format!("{verb} {below}")) };
    let mut values: Vec<_> = asked.into_iter().collect();
    let mut hidden = Vec::new();
    if (verb.as_str(), below.as_str()) == SETTING
        && let Some(key) = value(&values, "key").map(str::to_owned)
        && value(&values, "value").is_none()
    {
        let now = setting(&site, &key).await;
        values.push(("value".to_owned(), now.clone()));
        hidden.push(("seen".to_owned(), now));
    }
    let filled = Filled { hidden: &hidden, ..Filled::typed(&values, None) };
    let content = forms::manage(&verb, &below, &form, &filled, &site.form_token());
    page(&site, &title(&verb, &below), &[], &content)
}

fn managed(verb: &str, below: &str) -> Option<Form> {
    if MANAGED.contains(&(verb, below)) { form_of(&[verb, below]) } else { None }
}

/// The value of a setting; nothing where it has none.
async fn setting(site: &Arc<Site>, key: &str) -> String {
    let answer = read(site, words(&["config", "get", "--", key])).await;
    answer.map(|answer| pages::text(&answer.value, "text").trim_end().to_owned()).unwrap_or_default()
}

/// Why a setting is not set: it is no longer what was on the page.
async fn changed_setting(site: &Arc<Site>, values: &[(String, String)]) -> Option<Problem> {
    let seen = values.iter().find(|(name, _)| name == "seen").map(|(_, value)| value.as_str())?;
    let key = value(values, "key")?;
    let now = setting(site, key).await;
    let message = format!("{key} was '{seen}' on the page, and is '{now}' now: nothing was set");
    // A form that is sent twice has set it already.
    let is_other = now != seen && Some(now.as_str()) != value(values, "value");
    is_other.then(|| Problem { kind: "conflict", message, hints: Vec::new() })
}

/// Makes a change to releases, vendors, settings or team.
pub(super) async fn change(
    State(site): Shared,
    Path((verb, below)): Path<(String, String)>,
    typed: Typed,
) -> Response {
    let values = match sent(&site, typed) {
        Ok(values) => values,
        Err(response) => return *response,
    };
    let Some(form) = managed(&verb, &below) else { return unknown(&site, &format!("{verb} {below}")) };
    let token = value(&values, "form");
    let line = form.words(&[&verb, &below], &[], &values, None);
    let written = match changed_setting(&site, &values).await {
        Some(problem) => Err(problem),
        None => write(&site, token, line, Vec::new()).await,
    };
    match written {
        Ok(answer) => {
            let to = match verb.as_str() {
                "vendor" => "/vendors",
                "release" => "/releases",
                _ => "/settings",
            };
            done(&site, to, &answer, &format!("Done: {verb} {below}."), token)
        }
        Err(problem) => {
            // The next try is on top of what the page says now.
            let hidden: Vec<_> = match value(&values, "key") {
                Some(key) if (verb.as_str(), below.as_str()) == SETTING => {
                    vec![("seen".to_owned(), setting(&site, key).await)]
                }
                _ => Vec::new(),
            };
            let filled = Filled { hidden: &hidden, ..Filled::typed(&values, Some(&problem)) };
            let content = forms::manage(&verb, &below, &form, &filled, &site.form_token());
            with_status(status_of(&problem), &site, &title(&verb, &below), &[], &content)
        }
    }
}
