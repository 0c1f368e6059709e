//! The shapes of tickets, entries and what is said of them, with the words of the process where these are declared.

use serde_json::{Value, json};

use crate::process::InboxReason;
use crate::render::schema::parts::{
    anything, commit, entry_id, flag, instant, list, map_of, number, object, one_of, open_word, or_null,
    text, ticket_id, versioned, with,
};
use crate::ticket::{Action, Area, Finding, LinkKind, Resolution, Severity, Status, Type};

/// The fields of a ticket without its long texts.
fn short_fields() -> Vec<(&'static str, Value)> {
    vec![
        ("type", one_of(Type::WORDS)),
        ("area", one_of(Area::WORDS)),
        ("severity", one_of(Severity::WORDS)),
        ("severity_proposed", flag()),
        ("reporter", text()),
        ("channel", text()),
        ("owner", text()),
        ("assignee", text()),
        ("watchers", list(text())),
        ("affects", list(text())),
        ("environment", text()),
        ("labels", list(text())),
        ("key", text()),
        ("commits", list(text())),
        ("estimate", text()),
        ("resolution", open_word(Resolution::WORDS)),
        ("deferral", deferral()),
        ("links", map_of_lists(LinkKind::WORDS)),
        ("branches", object(&[("latest", list(text())), ("behind", list(text()))], &[])),
        ("due", or_null(instant())),
        ("position", number()),
        ("total", number()),
        ("reason", text()),
        ("similar", list(object(&[("id", ticket_id()), ("title", text())], &[]))),
    ]
}

fn deferral() -> Value {
    object(
        &[("to", one_of(&["vendor", "enhance", "customer"]))],
        &[("vendor", text()), ("case", text()), ("follow_up", instant())],
    )
}

fn map_of_lists(names: &[&str]) -> Value {
    with(map_of(list(text())), "propertyNames", open_word(names))
}

/// What every ticket has.
fn always() -> Vec<(&'static str, Value)> {
    vec![
        ("id", ticket_id()),
        ("title", text()),
        ("status", one_of(Status::WORDS)),
        ("level", json!({"enum": [1, 2, 3]})),
        ("created", or_null(instant())),
        ("updated", or_null(instant())),
        ("occurrences", number()),
    ]
}

fn ticket_with(more: Vec<(&'static str, Value)>) -> Value {
    versioned(&always(), &[short_fields(), more].concat())
}

/// A ticket as a list has it, inside of another object.
pub(super) fn short_ticket() -> Value {
    let maybe = [short_fields(), vec![("schema", json!({"const": 1}))]].concat();
    object(&always(), &maybe)
}

pub(super) fn ticket() -> Value {
    let findings = with(map_of(text()), "propertyNames", open_word(Finding::WORDS));
    let contested =
        object(&[("field", text()), ("value", anything()), ("by", text()), ("entry", entry_id())], &[]);
    ticket_with(vec![
        ("description", text()),
        ("findings", findings),
        ("timeline", list(entry())),
        ("undone", list(entry_id())),
        ("contested", list(contested)),
        ("earlier_texts", map_of(anything())),
    ])
}

/// The keys of an entry: those that it always has, and those that it may have.
fn entry_keys() -> [Vec<(&'static str, Value)>; 2] {
    let seen = ["revision", "head", "branch", "run", "job", "lane", "message"].map(|key| (key, text()));
    let seen =
        object(&[], &[seen.to_vec(), vec![("tests", list(text())), ("reports", list(text()))]].concat());
    let mail = object(
        &[],
        &[
            ("id", text()),
            ("of", entry_id()),
            ("from", text()),
            ("results", text()),
            ("digest", text()),
            ("to", list(text())),
            ("cc", list(text())),
        ],
    );
    let attachment = object(
        &[("name", text()), ("file", text()), ("bytes", number()), ("sha256", text())],
        &[("removed", flag())],
    );
    [
        vec![
            ("seq", number()),
            ("id", entry_id()),
            ("at", instant()),
            ("by", text()),
            ("action", open_word(Action::WORDS)),
        ],
        vec![
            ("set", map_of(set())),
            ("visibility", text()),
            ("attachment", attachment),
            ("speaker", text()),
            ("told", text()),
            ("proposed", flag()),
            ("overrides", list(text())),
            ("seen", seen),
            ("mail", mail),
            ("spent", text()),
            ("via", text()),
            ("answer", text()),
            ("after", list(entry_id())),
            ("undoes", list(entry_id())),
            ("replaces", entry_id()),
            ("redacted", entry_id()),
            ("note", text()),
        ],
    ]
}

/// How an entry sets a field: a value, a text, members of a set.
fn set() -> Value {
    or_null(object(
        &[],
        &[
            ("from", anything()),
            ("to", anything()),
            ("add", list(text())),
            ("remove", list(text())),
            ("from_entry", entry_id()),
        ],
    ))
}

fn entry() -> Value {
    let [always, maybe] = entry_keys();
    object(&always, &maybe)
}

pub(super) fn log_entry() -> Value {
    let [always, maybe] = entry_keys();
    let own = vec![("ticket", ticket_id()), ("commit", or_null(commit()))];
    let signature = object(
        &[("verdict", one_of(&["good", "untrusted", "bad"])), ("signer", text()), ("key", text())],
        &[],
    );
    let merge = object(&[("commit", commit()), ("subject", text())], &[]);
    versioned(&[own, always].concat(), &[maybe, vec![("merge", merge), ("signature", signature)]].concat())
}

pub(super) fn inbox() -> Value {
    let reasons: Vec<&str> = InboxReason::ALL.iter().map(|reason| reason.as_str()).collect();
    let concern = object(
        &[("reason", one_of(&reasons)), ("at", instant()), ("entry", or_null(entry()))],
        &[("clock", text())],
    );
    versioned(&[("ticket", short_ticket()), ("concerns", list(concern))], &[("product", text())])
}

pub(super) fn tree() -> Value {
    let node = object(&tree_keys(), &[]);
    with(versioned(&tree_keys(), &[]), "$defs", json!({"node": node}))
}

fn tree_keys() -> Vec<(&'static str, Value)> {
    vec![
        ("kind", or_null(open_word(LinkKind::WORDS))),
        ("id", text()),
        ("ticket", or_null(short_ticket())),
        ("repeated", flag()),
        ("nodes", list(json!({"$ref": "#/$defs/node"}))),
    ]
}

pub(super) fn status() -> Value {
    versioned(&[("assigned", number()), ("overdue", number()), ("new", number())], &[])
}

pub(super) fn known() -> Value {
    let own = vec![("workaround", text()), ("answered", number())];
    let maybe = [short_fields(), vec![("schema", json!({"const": 1}))]].concat();
    object(&[always(), own].concat(), &maybe)
}

pub(super) fn answer() -> Value {
    versioned(
        &[
            ("name", text()),
            ("title", text()),
            ("language", or_null(text())),
            ("labels", list(text())),
            ("placeholders", list(text())),
            ("text", text()),
        ],
        &[],
    )
}

pub(super) fn suggestion() -> Value {
    versioned(&[("person", text()), ("reasons", list(text()))], &[("score", number())])
}

pub(super) fn handover() -> Value {
    let part = object(&[], &[("name", text()), ("value", text()), ("text", text())]);
    let shape = versioned(&[("ticket", ticket_id()), ("title", text())], &[]);
    with(shape, "additionalProperties", list(part))
}

pub(super) fn attachment() -> Value {
    versioned(
        &[
            ("ticket", ticket_id()),
            ("entry", entry_id()),
            ("name", text()),
            ("file", text()),
            ("bytes", number()),
            ("sha256", text()),
            ("at", instant()),
            ("by", text()),
            ("internal", flag()),
            ("undone", flag()),
            ("missing", flag()),
        ],
        &[],
    )
}

pub(super) fn blame() -> Value {
    versioned(
        &[
            ("ticket", ticket_id()),
            ("field", text()),
            ("value", text()),
            ("commit", or_null(commit())),
            ("entry", or_null(entry_id())),
            ("at", or_null(instant())),
            ("by", or_null(text())),
            ("action", or_null(text())),
        ],
        &[],
    )
}

pub(super) fn diff() -> Value {
    let ticket = object(
        &[
            ("ticket", ticket_id()),
            ("change", one_of(&["new", "changed", "gone"])),
            ("before", or_null(short_ticket())),
            ("after", or_null(short_ticket())),
            ("entries", list(entry())),
            ("by_hand", list(text())),
            ("lost_entries", number()),
        ],
        &[],
    );
    let file = object(&[("path", text()), ("added", list(text())), ("removed", list(text()))], &[]);
    versioned(&[("from", text()), ("to", text()), ("tickets", list(ticket)), ("files", list(file))], &[])
}

pub(super) fn problem() -> Value {
    versioned(
        &[
            ("finding", text()),
            ("rule", text()),
            ("level", one_of(&["error", "warning", "note"])),
            ("ticket", or_null(ticket_id())),
            ("commit", or_null(commit())),
            ("path", or_null(text())),
            ("message", text()),
            ("repaired", flag()),
        ],
        &[],
    )
}
