//! The shapes of figures, of what runs and remotes did, and of the project's own records.

use serde_json::{Value, json};

use crate::render::schema::parts::{
    commit, entry_id, flag, instant, list, map_of, number, object, one_of, open_word, or_null, text,
    ticket_id, versioned,
};
use crate::render::schema::shapes::short_ticket;
use crate::ticket::Severity;

pub(super) fn clocks() -> Value {
    let mark = object(
        &[("at", instant()), ("local", text()), ("what", text())],
        &[("entry", or_null(entry_id())), ("action", or_null(text())), ("commit", or_null(commit()))],
    );
    let span = object(&[("from", text()), ("to", text()), ("seconds", number())], &[]);
    let clock = object(
        &[
            ("clock", text()),
            ("target_seconds", or_null(number())),
            ("elapsed_seconds", number()),
            ("paused_seconds", number()),
            ("due", or_null(instant())),
            ("state", text()),
            ("severity", or_null(one_of(Severity::WORDS))),
            ("target", text()),
            ("calendar", text()),
            ("timezone", text()),
            ("warns", or_null(instant())),
            ("settings", or_null(text())),
            ("marks", list(mark)),
            ("hours", list(span)),
        ],
        &[],
    );
    let updates = object(&[("kept", number()), ("of", number())], &[]);
    let skew = object(&[("entry", entry_id()), ("at", instant()), ("problem", text())], &[]);
    versioned(
        &[("ticket", ticket_id()), ("clocks", list(clock)), ("flags", list(skew))],
        &[("title", text()), ("at", instant()), ("updates", or_null(updates))],
    )
}

pub(super) fn report() -> Value {
    let value = json!({"type": ["number", "string", "null"]});
    let ticket = object(&[("ticket", ticket_id()), ("value", number())], &[]);
    let figure = object(
        &[
            ("figure", text()),
            ("title", text()),
            ("definition", text()),
            ("unit", text()),
            ("n", number()),
            ("value", value.clone()),
            ("median", value.clone()),
            ("p90", value),
        ],
        &[("tickets", list(ticket))],
    );
    let group = object(&[("group", or_null(text())), ("figures", list(figure))], &[]);
    let week =
        object(&[("week", text()), ("opened", number()), ("resolved", number()), ("backlog", number())], &[]);
    versioned(
        &[
            ("query", or_null(text())),
            ("from", text()),
            ("to", text()),
            ("at", text()),
            ("tickets", number()),
            ("by", or_null(text())),
            ("groups", list(group)),
            ("weeks", list(week)),
        ],
        &[],
    )
}

pub(super) fn budget() -> Value {
    let period = object(
        &[
            ("period", text()),
            ("granted_seconds", or_null(number())),
            ("spent_seconds", number()),
            ("left_seconds", or_null(number())),
            ("tickets", number()),
        ],
        &[],
    );
    let ticket = object(
        &[
            ("ticket", ticket_id()),
            ("title", text()),
            ("estimate_seconds", or_null(number())),
            ("spent_seconds", number()),
        ],
        &[],
    );
    versioned(&[("agreement", or_null(text())), ("periods", list(period)), ("tickets", list(ticket))], &[])
}

pub(super) fn ci() -> Value {
    let names = ["opened", "reopened", "repeated", "resolved", "proposed", "unchanged"];
    let mut lists: Vec<_> = names.map(|name| (name, list(ticket_id()))).into();
    lists.push(("left_out", list(text())));
    versioned(&lists, &[])
}

pub(super) fn sync() -> Value {
    versioned(
        &[
            ("branch", text()),
            ("remote", text()),
            ("received", list(ticket_id())),
            ("sent", list(ticket_id())),
        ],
        &[],
    )
}

pub(super) fn import() -> Value {
    versioned(&[("new", number()), ("changed", number()), ("unchanged", number())], &[])
}

pub(super) fn taken() -> Value {
    versioned(
        &[
            ("place", text()),
            ("from", text()),
            ("subject", text()),
            ("outcome", text()),
            ("ticket", or_null(ticket_id())),
            ("reason", or_null(text())),
        ],
        &[],
    )
}

pub(super) fn outgoing() -> Value {
    versioned(
        &[
            ("ticket", ticket_id()),
            ("entry", entry_id()),
            ("id", text()),
            ("to", list(text())),
            ("subject", text()),
            ("at", instant()),
            ("state", text()),
            ("problem", or_null(text())),
        ],
        &[],
    )
}

pub(super) fn member() -> Value {
    versioned(&[("name", text()), ("emails", list(text())), ("roles", list(text()))], &[])
}

fn vendor_keys() -> Vec<(&'static str, Value)> {
    let texts = ["email", "url", "phone", "contract", "response", "hours", "calendar"];
    let mut keys: Vec<(&str, Value)> = texts.map(|key| (key, text())).to_vec();
    keys.extend([("msp", flag()), ("covers", list(text()))]);
    keys
}

pub(super) fn vendor() -> Value {
    versioned(&[("name", text())], &vendor_keys())
}

pub(super) fn vendor_page() -> Value {
    let record = versioned(&[], &vendor_keys());
    let answers = object(
        &[
            ("count", number()),
            ("median_seconds", or_null(number())),
            ("p90_seconds", or_null(number())),
            ("timed", number()),
            ("in_time", or_null(number())),
        ],
        &[],
    );
    let vendor = object(&[("name", text()), ("record", record)], &[]);
    versioned(&[("vendor", vendor), ("holds", list(short_ticket())), ("answers", answers)], &[])
}

pub(super) fn release() -> Value {
    let mark = || object(&[("by", text()), ("at", instant())], &[]);
    versioned(
        &[("version", text()), ("state", text()), ("tag", text())],
        &[
            ("commit", text()),
            ("changes", text()),
            ("known_issues", list(ticket_id())),
            ("known_errors", list(ticket_id())),
            ("contacts", list(text())),
            ("runbook", text()),
            ("environments", list(text())),
            ("offered", mark()),
            ("accepted", mark()),
            ("retired", mark()),
        ],
    )
}

pub(super) fn notes() -> Value {
    versioned(
        &[
            ("version", text()),
            ("tag", text()),
            ("tickets", list(short_ticket())),
            ("known_errors", list(short_ticket())),
        ],
        &[],
    )
}

pub(super) fn settings() -> Value {
    versioned(&[("settings", map_of(text()))], &[])
}

pub(super) fn dry_run() -> Value {
    versioned(&[("message", text()), ("patch", text())], &[])
}

pub(super) fn error() -> Value {
    let kinds = open_word(&["usage", "not-found", "invalid", "refused", "conflict", "busy"]);
    let error = object(&[("kind", kinds), ("message", text()), ("hint", or_null(text()))], &[]);
    versioned(&[("error", error)], &[])
}

pub(super) fn schema_line() -> Value {
    versioned(&[("name", text()), ("about", text())], &[])
}
