//! JSON Schema of every machine format: what a program may rely on. A test validates real output against it.

mod parts;
mod records;
mod shapes;

use serde_json::{Value, json};

/// A machine format: its name, what answers in it, and its shape.
#[derive(Debug)]
pub struct SchemaLine {
    /// Its name.
    pub name: &'static str,
    /// What answers in it, or takes it.
    pub about: &'static str,
    /// The shape of one object.
    shape: fn() -> Value,
}

/// Every format, in the order of the documentation.
pub const SCHEMAS: &[SchemaLine] = &[
    SchemaLine {
        name: "ticket",
        about: "new, show, list, next, check, export, and every step",
        shape: shapes::ticket,
    },
    SchemaLine { name: "entry", about: "log, and what support.onChange is told", shape: shapes::log_entry },
    SchemaLine { name: "inbox", about: "inbox", shape: shapes::inbox },
    SchemaLine { name: "tree", about: "tree", shape: shapes::tree },
    SchemaLine { name: "status", about: "status", shape: shapes::status },
    SchemaLine { name: "known", about: "known", shape: shapes::known },
    SchemaLine { name: "answer", about: "answer list, answer show", shape: shapes::answer },
    SchemaLine { name: "suggestion", about: "assign --suggest", shape: shapes::suggestion },
    SchemaLine { name: "handover", about: "handover, brief", shape: shapes::handover },
    SchemaLine { name: "attachment", about: "attach --list", shape: shapes::attachment },
    SchemaLine { name: "blame", about: "blame", shape: shapes::blame },
    SchemaLine { name: "diff", about: "diff", shape: shapes::diff },
    SchemaLine { name: "problem", about: "doctor, audit", shape: shapes::problem },
    SchemaLine { name: "clocks", about: "sla", shape: records::clocks },
    SchemaLine { name: "report", about: "report", shape: records::report },
    SchemaLine { name: "budget", about: "report budget", shape: records::budget },
    SchemaLine { name: "ci", about: "ci report", shape: records::ci },
    SchemaLine { name: "sync", about: "sync", shape: records::sync },
    SchemaLine { name: "import", about: "import", shape: records::import },
    SchemaLine { name: "taken", about: "mail take", shape: records::taken },
    SchemaLine { name: "outgoing", about: "mail queue, mail send", shape: records::outgoing },
    SchemaLine { name: "member", about: "team", shape: records::member },
    SchemaLine { name: "vendor", about: "vendor", shape: records::vendor },
    SchemaLine { name: "vendor-page", about: "vendor show", shape: records::vendor_page },
    SchemaLine { name: "release", about: "release, release show", shape: records::release },
    SchemaLine { name: "notes", about: "release notes", shape: records::notes },
    SchemaLine { name: "settings", about: "config", shape: records::settings },
    SchemaLine { name: "dry-run", about: "every write with --dry-run", shape: records::dry_run },
    SchemaLine { name: "error", about: "every error with --json, on standard error", shape: records::error },
    SchemaLine { name: "schema", about: "schema", shape: records::schema_line },
];

/// The formats by name, as a list for people.
pub(super) fn table() -> String {
    let lines = SCHEMAS.iter().map(|line| format!("{:12} {}\n", line.name, line.about));
    lines.collect()
}

/// The formats as objects.
pub(super) fn objects() -> Vec<Value> {
    let object = |line: &SchemaLine| json!({"schema": 1, "name": line.name, "about": line.about});
    SCHEMAS.iter().map(object).collect()
}

/// The JSON Schema of a format; `None` for a name that is none.
#[must_use]
pub fn schema(name: &str) -> Option<Value> {
    let line = SCHEMAS.iter().find(|line| line.name == name)?;
    let mut schema = (line.shape)();
    if let Value::Object(map) = &mut schema {
        map.shift_insert(0, "$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        map.shift_insert(1, "title".to_owned(), line.name.into());
        let about = format!("One object of what these answer with: {}", line.about);
        map.shift_insert(2, "description".to_owned(), about.into());
    }
    Some(schema)
}
