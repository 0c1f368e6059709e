//! Messages that came in, and that go out, line by line.

use std::fmt::Write as _;

use anstyle::Style;
use serde_json::{Value, json};

use crate::render::paint::{RED, RenderOptions, shown};
use crate::render::table::Table;
use crate::render::view::mail::{OutgoingLine, TakenLine};
use crate::ticket::{Mail, Node, one_line};

const PLAIN: Style = Style::new();

/// A line for each message that something became of, and one that counts them all.
pub(super) fn taken(lines: &[TakenLine], look: &RenderOptions) -> String {
    let mut table = Table::new(look, &["MESSAGE", "TICKET", "FROM", "SUBJECT", "REASON"]);
    let shown = |line: &&TakenLine| line.outcome != "known";
    for line in lines.iter().filter(shown) {
        let style = if line.outcome == TakenLine::FAILED { RED } else { PLAIN };
        let ticket = line.ticket.as_ref().map(ToString::to_string).unwrap_or_default();
        let reason = line.reason.clone().unwrap_or_default();
        // Of a file that is no message, nothing else tells which it is.
        let is_unread = line.from.is_empty() && line.subject.is_empty();
        let reason = if is_unread { format!("{}: {reason}", line.place) } else { reason };
        table.row([
            (line.outcome, style),
            (ticket.as_str(), PLAIN),
            (one_line(&line.from).as_str(), PLAIN),
            (one_line(&line.subject).as_str(), PLAIN),
            (one_line(&reason).as_str(), PLAIN),
        ]);
    }
    let mut out = table.finish();
    let counted = ["opened", "comment", "note", "known", "left", TakenLine::FAILED].map(|outcome| {
        let count = lines.iter().filter(|line| line.outcome == outcome).count();
        let many = if count > 1 && ["comment", "note"].contains(&outcome) { "s" } else { "" };
        (count > 0).then(|| format!("{count} {outcome}{many}"))
    });
    let counted: Vec<String> = counted.into_iter().flatten().collect();
    let counted = if counted.is_empty() { "no messages".to_owned() } else { counted.join(", ") };
    let _ = writeln!(out, "{counted}");
    out
}

/// A table of messages that go out.
pub(super) fn outgoing(lines: &[OutgoingLine], look: &RenderOptions) -> String {
    if lines.is_empty() {
        return "no messages to send\n".to_owned();
    }
    let mut table = Table::new(look, &["STATE", "ENTRY", "TICKET", "TO", "SUBJECT"]);
    for line in lines {
        let style = if line.state == OutgoingLine::FAILED { RED } else { PLAIN };
        table.row([
            (line.state, style),
            (line.entry.as_str(), PLAIN),
            (line.ticket.as_str(), PLAIN),
            (line.to.join(", ").as_str(), PLAIN),
            (one_line(&line.subject).as_str(), PLAIN),
        ]);
    }
    table.finish()
}

/// The object of a message that came in.
pub(super) fn taken_object(line: &TakenLine) -> Value {
    json!({
        "schema": 1, "place": line.place, "from": line.from, "subject": line.subject, "outcome": line.outcome,
        "ticket": line.ticket.as_ref().map(ToString::to_string), "reason": line.reason,
    })
}

/// The object of a message that goes out.
pub(super) fn outgoing_object(line: &OutgoingLine) -> Value {
    json!({
        "schema": 1, "ticket": line.ticket, "entry": line.entry.as_str(), "id": line.id, "to": line.to,
        "subject": line.subject, "at": line.at.to_string(), "state": line.state, "problem": line.problem,
    })
}

/// What an entry has to do with e-mail, in a line, as its object for machines tells it under `mail`; `None` where it does not.
#[must_use]
pub fn mail_line(mail: &Value) -> Option<String> {
    let node: Node = serde_json::from_value(mail.clone()).ok()?;
    Mail::from_node(node).ok().map(|mail| entry_line(&mail))
}

/// What an entry has to do with e-mail, in a line.
pub(super) fn entry_line(mail: &Mail) -> String {
    if let Some(of) = &mail.of {
        return format!("sent entry {of}");
    }
    let mut parts = Vec::new();
    if mail.to.is_empty() {
        parts.push("received by e-mail".to_owned());
    } else {
        parts.push(format!("e-mail to {}", shown(&mail.to.join(", "))));
    }
    parts.extend(mail.from.as_ref().map(|from| format!("says it is from {}", shown(from))));
    if !mail.cc.is_empty() {
        parts.push(format!("copy to {}", shown(&mail.cc.join(", "))));
    }
    parts.extend(mail.results.as_ref().map(|results| format!("the server says {}", shown(results))));
    parts.join(", ")
}
