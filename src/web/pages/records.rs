//! Releases, vendors, the report, the audit, settings and team.

use maud::{Markup, html};
use serde_json::Value;

use crate::web::pages::{part, person, plain, text, time};

fn objects(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn has_content(value: &Value) -> bool {
    !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty())
}

/// The pairs of an object as a list of terms; who did something and when is named.
fn pairs(value: &Value, but: &[&str]) -> Markup {
    let all = value.as_object().into_iter().flatten();
    html! {
        dl {
            @for (key, value) in all.filter(|(key, value)| !but.contains(&key.as_str()) && has_content(value)) {
                dt { (key.replace('_', " ")) }
                dd { @if let Some(by) = value["by"].as_str() { (person(by)) ", " (time(text(value, "at"))) } @else { (plain(value)) } }
            }
        }
    }
}

/// All releases.
pub(in crate::web) fn releases(value: &Value, may_write: bool) -> Markup {
    html! {
        @if objects(value).is_empty() { p { "No release was handed over to support." } }
        ul {
            @for release in objects(value) {
                @let version = text(release, "version");
                li { a href={ "/releases/" (part(version)) } { (version) } " is " (text(release, "state")) }
            }
        }
        @if may_write { p { a.button href="/manage/release/handover" { "Hand over a release" } } }
    }
}

/// A release.
pub(in crate::web) fn release(value: &Value, may_write: bool) -> Markup {
    let version = text(value, "version");
    html! {
        (pairs(value, &["schema", "changes", "known"]))
        @if let Some(changes) = value["changes"].as_str() { h2 { "Changes" } pre { (changes) } }
        @if may_write {
            p {
                a.button href={ "/manage/release/accept?version=" (part(version)) } { "Accept" } " "
                a.button href={ "/manage/release/retire?version=" (part(version)) } { "Retire" }
            }
        }
        p { a href={ "/tickets?all=1&q=affects:%22" (part(version)) "%22" } { "Tickets that affect it" } }
    }
}

/// All vendors.
pub(in crate::web) fn vendors(value: &Value, may_write: bool) -> Markup {
    html! {
        @if objects(value).is_empty() { p { "No vendors yet." } }
        ul {
            @for vendor in objects(value) {
                @let name = text(vendor, "name");
                li { a href={ "/vendors/" (part(name)) } { (name) } " · "
                    a href={ "/tickets?q=vendor:%22" (part(name)) "%22" } { "what it holds" } }
            }
        }
        @if may_write { p { a.button href="/manage/vendor/add" { "Add a vendor" } } }
    }
}

/// A vendor, and what it holds.
pub(in crate::web) fn vendor(value: &Value, may_write: bool) -> Markup {
    let name = text(&value["vendor"], "name");
    html! {
        @if let Some(record) = value.pointer("/vendor/record") { (pairs(record, &["schema"])) }
        h2 { "Deferred tickets" }
        @if objects(&value["holds"]).is_empty() { p { "None." } }
        ul {
            @for held in objects(&value["holds"]) {
                li { a href={ "/t/" (text(held, "id")) } { (text(held, "title")) } " " span.soft { (plain(&held["deferral"])) } }
            }
        }
        @if value.pointer("/answers/count").and_then(Value::as_u64).is_some_and(|count| count > 0) {
            h2 { "Answers" } (pairs(&value["answers"], &[]))
        }
        @if may_write { p { a.button href={ "/manage/vendor/edit?name=" (part(name)) } { "Edit" } " "
            a.button.soft href={ "/manage/vendor/remove?name=" (part(name)) } { "Remove" } } }
    }
}

/// The metrics of a period.
pub(in crate::web) fn report(value: &Value, from: &str) -> Markup {
    html! {
        form action="/report" method="get" {
            label for="from" { "Since (30d, 12w, or a date)" }
            input #from name="from" value=(from);
            button { "Show" }
        }
        p { a href={ "/report/page?from=" (part(from)) } { "With charts, as a page of its own" } }
        @for group in objects(&value["groups"]) {
            div.wide tabindex="0" role="region" aria-label="Metrics" {
                table {
                    caption { (time(text(value, "from"))) " to " (time(text(value, "to"))) ", " (value["tickets"]) " tickets" }
                    thead { tr { th scope="col" { "Metric" } th.n scope="col" { "Values" } th.n scope="col" { "Value" }
                        th.n scope="col" { "Median" } th.n scope="col" { "p90" } } }
                    tbody {
                        @for figure in objects(&group["figures"]) {
                            tr {
                                th scope="row" { (text(figure, "title")) div.soft { (text(figure, "definition")) } }
                                td.n { (figure["n"]) }
                                td.n { (measured(&figure["value"], text(figure, "unit"))) }
                                td.n { (measured(&figure["median"], text(figure, "unit"))) }
                                td.n { (measured(&figure["p90"], text(figure, "unit"))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A value with its unit.
fn measured(value: &Value, unit: &str) -> String {
    let Some(number) = value.as_f64() else { return "–".to_owned() };
    match unit {
        "tickets" => plain(value),
        "percent" => format!("{number} %"),
        _ if number < 3600.0 => format!("{:.0} min", number / 60.0),
        _ if number < 2.0 * 86_400.0 => format!("{:.1} h", number / 3600.0),
        _ => format!("{:.1} d", number / 86_400.0),
    }
}

/// What the audit found.
pub(in crate::web) fn audit(value: &Value) -> Markup {
    html! {
        p.soft { "Whether the history of tickets keeps its own rules, since the last seal: what git support audit says." }
        @if objects(value).is_empty() { p { "No problems found." } }
        ul {
            @for problem in objects(value) {
                li {
                    b data-level=(text(problem, "level")) { (text(problem, "level")) } " " code { (text(problem, "rule")) } ": "
                    (text(problem, "message"))
                    @if let Some(id) = problem["ticket"].as_str() { " " a href={ "/t/" (id) } { (id) } }
                    @if let Some(commit) = problem["commit"].as_str() { " " span.id { (commit.get(..10).unwrap_or(commit)) } }
                }
            }
        }
    }
}

/// Settings and team.
pub(in crate::web) fn settings(settings: &Value, team: &Value, may_write: bool) -> Markup {
    let all = settings["settings"].as_object();
    html! {
        h2 { "Team" }
        @if objects(team).is_empty() { p { "Nobody is on the team yet." } }
        div.wide tabindex="0" role="region" aria-label="Team" {
            table {
                thead { tr { th scope="col" { "Name" } th scope="col" { "Addresses" } th scope="col" { "Roles" } } }
                tbody {
                    @for member in objects(team) {
                        tr { th scope="row" { (text(member, "name")) } td { (plain(&member["emails"])) } td { (plain(&member["roles"])) } }
                    }
                }
            }
        }
        @if may_write { p {
            a.button href="/manage/team/add" { "Add a member" } " " a.button href="/manage/team/edit" { "Edit a member" } " "
            a.button href="/manage/team/remove" { "Remove a member" }
        } }
        h2 { "Settings" }
        div.wide tabindex="0" role="region" aria-label="Settings" {
            table {
                thead { tr { th scope="col" { "Setting" } th scope="col" { "Value" } @if may_write { th scope="col" { "Change" } } } }
                tbody {
                    @for (key, value) in all.into_iter().flatten() {
                        tr { th scope="row" { (key) } td { (plain(value)) }
                            @if may_write { td { a href={ "/manage/config/set?key=" (part(key)) } { "set " (key) } " "
                                a href={ "/manage/config/unset?key=" (part(key)) } { "unset " (key) } } } }
                    }
                }
            }
        }
    }
}
