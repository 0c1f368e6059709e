//! Known errors with their workarounds, and answers to use again.

use std::fmt::Write as _;

use anstyle::Style;
use serde_json::{Value, json};

use crate::process::{Answer, KnownError};
use crate::render::json_value::{SCHEMA, value};
use crate::render::paint::{BOLD, DIM, RenderOptions, shown};
use crate::render::table::Table;
use crate::render::view::KnownLine;
use crate::ticket::{Field, cut, short_node};

const PLAIN: Style = Style::new();

/// The columns that a title has at least.
const MIN_TITLE: usize = 20;

/// The known errors, each with its workaround.
pub(super) fn table(lines: &[KnownLine], look: &RenderOptions) -> String {
    let mut out = String::new();
    for KnownLine { prefix, known } in lines {
        let head = known.ticket.fields();
        let id = look.id(known.ticket.id().as_str(), *prefix);
        let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(36).max(MIN_TITLE));
        let state = format!("{}  {}", look.severity(head.severity()), look.status(head.status()));
        let _ = writeln!(out, "{id}  {state}  {}", look.paint(BOLD, &cut(&shown(head.title()), room)));
        let about = about(known);
        if !about.is_empty() {
            let _ = writeln!(out, "    {}", look.paint(DIM, &about));
        }
        out.push_str(&look.block(known.workaround(), "    "));
    }
    out
}

/// What it affects, and how many tickets it answered.
fn about(known: &KnownError) -> String {
    let releases: Vec<String> = known.ticket.fields().members(&Field::Affects).map(shown).collect();
    let releases = (!releases.is_empty()).then(|| format!("affects {}", releases.join(", ")));
    let answered = match known.answered {
        0 => None,
        1 => Some("answered 1 ticket".to_owned()),
        many => Some(format!("answered {many} tickets")),
    };
    [releases, answered].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A known error as an object: the ticket's short fields, the workaround, how many tickets it answered.
pub(super) fn object(line: &KnownLine) -> Value {
    let mut object = value(&short_node(&line.known.ticket));
    if let Value::Object(map) = &mut object {
        map.insert("workaround".to_owned(), line.known.workaround().into());
        map.insert("answered".to_owned(), line.known.answered.into());
    }
    object
}

/// A table of answers.
pub(super) fn answers(answers: &[Answer], look: &RenderOptions) -> String {
    let mut table = Table::new(look, &["NAME", "TITLE", "LANGUAGE", "LABELS"]);
    for answer in answers {
        table.row([
            (answer.name.as_str(), PLAIN),
            (answer.title.as_str(), PLAIN),
            (answer.language.as_deref().unwrap_or("-"), PLAIN),
            (answer.labels.join(", ").as_str(), DIM),
        ]);
    }
    table.finish()
}

/// An answer, for people: its text as it would be said.
pub(super) fn answer(answer: &Answer, look: &RenderOptions) -> String {
    look.block(&answer.text, "")
}

/// An answer as an object.
pub(super) fn answer_object(answer: &Answer) -> Value {
    json!({
        "schema": SCHEMA,
        "name": answer.name,
        "title": answer.title,
        "language": answer.language,
        "labels": answer.labels,
        "placeholders": answer.placeholders(),
        "text": answer.text,
    })
}
