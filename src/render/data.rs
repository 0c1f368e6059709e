//! The machine formats JSON, NDJSON and YAML: contracts, the same on a terminal and in a pipe.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::process::Queued;
use crate::process::{
    Branches, Listed, Member, Problem, Record, Release, Suggestion, Vendor, VendorAnswers, percentile,
};
use crate::render::blame;
use crate::render::clocks;
use crate::render::differences;
use crate::render::handover_notes;
use crate::render::json_value::{SCHEMA, node, value};
use crate::render::known;
use crate::render::mail;
use crate::render::metrics;
use crate::render::schema;
use crate::render::view::{AttachmentLine, Extent, Reported, SettingLine, View};
use crate::ticket::{
    Entry, Field, Node, Set, Ticket, TicketId, Visibility, codec, short_node, sums, visible,
};

/// One JSON value.
pub(super) fn json(view: &View) -> String {
    let value = match objects(view) {
        Shape::One(value) => value,
        Shape::Many(values) => Value::Array(values),
        Shape::Nothing => return String::new(),
    };
    pretty(&value)
}

/// A value over several lines.
pub(super) fn pretty(value: &Value) -> String {
    format!("{}\n", escaped(&serde_json::to_string_pretty(value).unwrap_or_default()))
}

/// One JSON object a line.
pub(super) fn ndjson(view: &View) -> String {
    let values = match objects(view) {
        Shape::One(value) => vec![value],
        Shape::Many(values) => values,
        Shape::Nothing => Vec::new(),
    };
    values.iter().map(|value| format!("{}\n", escaped(&value.to_string()))).collect()
}

/// YAML documents, as ticket files are written.
pub(super) fn yaml(view: &View) -> String {
    if let View::Ticket(page) = view {
        return codec::write(&page.ticket);
    }
    match objects(view) {
        Shape::One(value) => document(&value),
        Shape::Many(values) => values.iter().map(|value| format!("---\n{}", document(value))).collect(),
        Shape::Nothing => String::new(),
    }
}

fn document(value: &Value) -> String {
    let Node::Map(pairs) = node(value) else { return String::new() };
    crate::ticket::yaml::write(&pairs)
}

/// JSON in which nothing can steer a terminal: what it leaves bare is escaped.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || visible(c.encode_utf8(&mut [0; 4])).len() == c.len_utf8() {
            out.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

enum Shape {
    Nothing,
    One(Value),
    Many(Vec<Value>),
}

fn objects(view: &View) -> Shape {
    match view {
        View::Nothing | View::Ran { .. } => Shape::Nothing,
        View::Text(text) => Shape::One(json!({"schema": SCHEMA, "text": text})),
        View::Opened(tickets, similar) => {
            one_or_many(tickets, |one| alike(ticket(one, Extent::Full), similar))
        }
        View::Steps(tickets, _) | View::Unchanged(tickets) => {
            one_or_many(tickets, |one| ticket(one, Extent::Full))
        }
        View::Ticket(page) => Shape::One(placed(ticket(&page.ticket, Extent::Full), page.places.as_ref())),
        View::HandoverNotes(notes) => Shape::One(handover_notes::object(notes)),
        View::Tickets { tickets, extent } => {
            let object =
                |one: &Listed| queued(placed(listed(one, *extent), one.places.as_ref()), one.queued.as_ref());
            Shape::Many(tickets.iter().map(object).collect())
        }
        View::Tree(root) => Shape::One(crate::render::tree::object(root)),
        View::Queue(counts) => Shape::One(crate::render::inbox::counts_object(counts)),
        View::Inbox(items) => Shape::Many(crate::render::inbox::objects(items)),
        View::Entries(entries) => Shape::Many(entries.iter().map(crate::render::entries::object).collect()),
        View::Graph(lines) => Shape::Many(crate::render::graph::objects(lines)),
        View::Suggestions(people) => Shape::Many(people.iter().map(suggestion).collect()),
        View::Blame { ticket, lines } => Shape::Many(blame::objects(ticket, lines)),
        View::Differences(differences) => Shape::One(differences::object(differences)),
        View::Attachments(lines) => Shape::Many(lines.iter().map(attachment).collect()),
        View::Team(members) => Shape::Many(members.iter().map(member).collect()),
        View::Vendors(vendors) => Shape::Many(vendors.iter().map(named_vendor).collect()),
        View::Vendor { vendor, held, answers } => Shape::One(vendor_page(vendor, held, answers)),
        View::Releases(releases) => Shape::Many(releases.iter().map(release).collect()),
        View::Release { release, known } => Shape::One(release_page(release, known)),
        View::Schemas => Shape::Many(schema::objects()),
        View::Schema(one) => Shape::One((**one).clone()),
        View::Known(lines) => Shape::Many(lines.iter().map(known::object).collect()),
        View::Answers(all) => Shape::Many(all.iter().map(known::answer_object).collect()),
        View::Answer(one) => Shape::One(known::answer_object(one)),
        View::Notes { version, tag, tickets, known } => Shape::One(notes(version, tag, tickets, known)),
        View::Settings(settings) => Shape::One(self::settings(settings)),
        View::Problems(faults) => Shape::Many(faults.iter().map(fault).collect()),
        View::Audited(audited) => Shape::Many(audited.faults.iter().map(fault).collect()),
        View::Synced { branch, remote, received, sent } => Shape::One(json!({
            "schema": SCHEMA, "branch": branch, "remote": remote, "received": ids(received), "sent": ids(sent),
        })),
        View::Gate(gate) => Shape::Many(gate.found.iter().map(|one| listed(one, Extent::Short)).collect()),
        View::Metrics(table) => Shape::One(metrics::object(table)),
        View::Budget(budget) => Shape::One(metrics::budget_object(budget)),
        View::Clocks(clocks) => match clocks.tickets.as_slice() {
            [one] if clocks.explained => Shape::One(clocks::object(one)),
            many => Shape::Many(many.iter().map(clocks::object).collect()),
        },
        View::Reported(reported) => Shape::One(self::reported(reported)),
        View::Imported { new, changed, unchanged } => {
            Shape::One(json!({"schema": SCHEMA, "new": new, "changed": changed, "unchanged": unchanged}))
        }
        View::Taken(lines) => Shape::Many(lines.iter().map(mail::taken_object).collect()),
        View::Outgoing(lines) => Shape::Many(lines.iter().map(mail::outgoing_object).collect()),
        View::DryRun(dry_run) => {
            Shape::One(json!({"schema": SCHEMA, "message": dry_run.message, "patch": dry_run.patch}))
        }
    }
}

/// A ticket of a list as an object.
pub(super) fn listed(one: &Listed, extent: Extent) -> Value {
    let mut object = match &one.record {
        Record::Whole(whole) => ticket(whole, extent),
        Record::Short(short) => match serde_json::from_str(short) {
            Ok(Value::Object(fields)) => versioned(fields),
            Ok(_) | Err(_) => Value::Null,
        },
        Record::None | Record::TicketHistory(_) => Value::Null,
    };
    if let (Value::Object(map), Some(standing)) = (&mut object, one.standing) {
        map.insert("due".to_owned(), standing.due.map_or(Value::Null, |due| due.to_string().into()));
    }
    object
}

/// An object with the version of its shape before its fields.
fn versioned(fields: Map<String, Value>) -> Value {
    let mut map = Map::new();
    map.insert("schema".to_owned(), SCHEMA.into());
    map.extend(fields);
    Value::Object(map)
}

/// A ticket with where it stands, where every branch was looked at.
fn placed(mut ticket: Value, places: Option<&Branches>) -> Value {
    if let (Value::Object(map), Some(places)) = (&mut ticket, places) {
        map.insert("branches".to_owned(), json!({"latest": places.latest, "behind": places.behind}));
    }
    ticket
}

fn suggestion(one: &Suggestion) -> Value {
    let person = one.person.to_string();
    json!({"schema": SCHEMA, "person": person, "score": one.score, "reasons": one.reasons})
}

/// One object for a single ticket, a list for several.
fn one_or_many(tickets: &[Ticket], object: impl Fn(&Ticket) -> Value) -> Shape {
    match tickets {
        [one] => Shape::One(object(one)),
        many => Shape::Many(many.iter().map(object).collect()),
    }
}

/// A new ticket with the open ones that are like it, which it may be an occurrence of.
fn alike(mut new: Value, similar: &[Ticket]) -> Value {
    if let (Value::Object(map), false) = (&mut new, similar.is_empty()) {
        let one = |one: &Ticket| json!({"id": one.id().as_str(), "title": one.fields().title()});
        map.insert("similar".to_owned(), similar.iter().map(one).collect());
    }
    new
}

/// A ticket with its place in the queue, where it was asked for.
fn queued(mut ticket: Value, queued: Option<&Queued>) -> Value {
    if let (Value::Object(map), Some(queued)) = (&mut ticket, queued) {
        map.insert("position".to_owned(), queued.position.into());
        map.insert("total".to_owned(), queued.total.into());
        map.extend(queued.reason.as_ref().map(|reason| ("reason".to_owned(), Value::from(reason.as_str()))));
    }
    ticket
}

fn vendor_page(vendor: &Vendor, held: &[(Ticket, usize)], answers: &VendorAnswers) -> Value {
    let held: Vec<Value> = held.iter().map(|(one, _)| ticket(one, Extent::Short)).collect();
    let answers = json!({
        "count": answers.seconds.len(),
        "median_seconds": percentile(&answers.seconds, 50),
        "p90_seconds": percentile(&answers.seconds, 90),
        "timed": answers.timed,
        "in_time": (answers.timed > 0).then_some(answers.in_time),
    });
    let vendor = json!({"name": vendor.name, "record": value(&vendor.to_node())});
    json!({"schema": SCHEMA, "vendor": vendor, "holds": held, "answers": answers})
}

fn release_page(one: &Release, known: &[Ticket]) -> Value {
    let mut object = release(one);
    if let Value::Object(map) = &mut object {
        let ids = known.iter().map(|one| one.id().as_str()).collect();
        map.insert("known_errors".to_owned(), ids);
    }
    object
}

fn notes(version: &str, tag: &str, tickets: &[Ticket], known: &[Ticket]) -> Value {
    let short = |all: &[Ticket]| -> Vec<Value> { all.iter().map(|one| ticket(one, Extent::Short)).collect() };
    let (tickets, known) = (short(tickets), short(known));
    json!({"schema": SCHEMA, "version": version, "tag": tag, "tickets": tickets, "known_errors": known})
}

fn settings(settings: &[SettingLine]) -> Value {
    let pairs = settings.iter().map(|setting| (setting.key.clone(), Value::from(setting.value.clone())));
    json!({"schema": SCHEMA, "settings": pairs.collect::<Map<_, _>>()})
}

fn reported(reported: &Reported) -> Value {
    json!({
        "schema": SCHEMA,
        "opened": ids(&reported.opened),
        "reopened": ids(&reported.reopened),
        "repeated": ids(&reported.repeated),
        "resolved": ids(&reported.resolved),
        "proposed": ids(&reported.proposed),
        "unchanged": ids(&reported.unchanged),
        "left_out": reported.left_out,
    })
}

fn fault(fault: &Problem) -> Value {
    json!({
        "schema": SCHEMA,
        "finding": fault.id(),
        "rule": fault.rule,
        "level": fault.level.as_str(),
        "ticket": fault.ticket.as_ref().map(TicketId::as_str),
        "commit": fault.commit,
        "path": fault.path,
        "message": fault.message,
        "repaired": fault.repaired,
    })
}

fn ids(ids: &[TicketId]) -> Vec<&str> {
    ids.iter().map(TicketId::as_str).collect()
}

/// An attachment as an object: what its entry says of it, and where it stands.
fn attachment(line: &AttachmentLine) -> Value {
    json!({
        "schema": SCHEMA,
        "ticket": line.ticket.as_str(),
        "entry": line.entry.id.as_str(),
        "name": line.file.name,
        "file": line.file.file,
        "bytes": line.file.bytes,
        "sha256": line.file.sha256,
        "at": line.entry.at.to_string(),
        "by": line.entry.by.to_string(),
        "internal": line.entry.visibility != Visibility::Customer,
        "undone": line.is_undone,
        "missing": !line.is_there,
    })
}

fn member(member: &Member) -> Value {
    let roles: Vec<&str> = member.roles.iter().map(|role| role.as_str()).collect();
    json!({"schema": SCHEMA, "name": member.name, "emails": member.emails, "roles": roles})
}

/// A vendor as an object: the file's keys, and its name.
fn named_vendor(vendor: &Vendor) -> Value {
    let mut object = value(&vendor.to_node());
    if let Value::Object(map) = &mut object {
        map.insert("name".to_owned(), vendor.name.clone().into());
    }
    object
}

/// A release as an object: the file's keys, its version, and where it stands.
fn release(release: &Release) -> Value {
    let mut object = value(&release.to_node());
    if let Value::Object(map) = &mut object {
        map.insert("version".to_owned(), release.version.clone().into());
        map.insert("state".to_owned(), release.state().into());
    }
    object
}

/// What concurrent entries set beside what counts: the field, the value, who, and the entry.
fn contested(ticket: &Ticket) -> Vec<Node> {
    let mut all = Vec::new();
    let mut add = |field: &Field, value: Node, entry: &Entry| {
        let pairs = [
            ("field", Node::text(field.name())),
            ("value", value),
            ("by", Node::text(entry.by.to_string())),
            ("entry", Node::text(entry.id.as_str())),
        ];
        all.push(Node::Map(pairs.map(|(name, value)| (Node::text(name), value)).into()));
    };
    for (field, others) in ticket.contested() {
        for (entry, text) in ticket.contending_texts(&field) {
            add(&field, Node::text(text), entry);
        }
        for entry in others {
            if let Some(Set::Value { to, .. }) = entry.set.get(&field) {
                add(&field, to.clone().unwrap_or(Node::Null), entry);
            } else if !entry.set.contains_key(&field) {
                add(&field, Node::text(entry.action.as_str()), entry);
            }
        }
    }
    all
}

/// A ticket as an object: the file's field names, and when it was opened and last changed.
fn ticket(ticket: &Ticket, extent: Extent) -> Value {
    let mut node = if extent == Extent::Full { codec::head_node(ticket) } else { short_node(ticket) };
    if let (Node::Map(pairs), true) = (&mut node, extent == Extent::Full) {
        pairs.extend(sums(ticket));
        let timeline = ticket.timeline().iter().map(codec::entry_node);
        pairs.push((Node::text("timeline"), Node::List(timeline.collect())));
        let undone = ticket.undone();
        let struck = ticket.timeline().iter().filter(|entry| undone.is_struck(entry));
        let struck: Vec<Node> = struck.map(|entry| Node::text(entry.id.as_str())).collect();
        if !struck.is_empty() {
            pairs.push((Node::text("undone"), Node::List(struck)));
        }
        let contested = contested(ticket);
        if !contested.is_empty() {
            pairs.push((Node::text("contested"), Node::List(contested)));
        }
    }
    let fields = value(&node);
    if let Value::Object(fields) = fields {
        return versioned(fields);
    }
    fields
}
