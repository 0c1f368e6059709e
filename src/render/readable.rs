//! A ticket as people read it in a difference of git's: a line for each field, a paragraph for each entry.

use std::fmt::Write as _;

use crate::render::lines::{entry_details, set_lines};
use crate::render::paint::{RenderOptions, shown};
use crate::ticket::{Action, Kind, Ticket};

/// The whole of a ticket: what is told otherwise in its file reads otherwise here.
#[must_use]
pub fn readable(ticket: &Ticket) -> String {
    let look = RenderOptions { colour: false, terminal: false, columns: None, now_seconds: 0 };
    let mut out = format!("id: {}\n", ticket.id());
    for (field, value) in ticket.fields().iter() {
        let (name, text) = (shown(&field.name()), value.to_string());
        if field.kind() == Kind::Text {
            let _ = writeln!(out, "{name}:");
            out.push_str(&look.block(&text, "  "));
        } else {
            let _ = writeln!(out, "{name}: {}", shown(&text));
        }
    }
    for entry in ticket.timeline() {
        let (at, action, by) =
            (entry.at.to_string(), shown(entry.action.as_str()), shown(&entry.by.to_string()));
        let _ = writeln!(out, "\n{at}  {action}  {by}  [{} {}]", entry.seq, entry.id);
        // A log shows the title of a ticket that is opened, and not the rest.
        let set = set_lines(entry).into_iter().filter(|_| entry.action == Action::Open);
        let sum = entry.attachment.iter().map(|file| format!("sha256 {}", file.sha256));
        let unknown = entry
            .unknown
            .iter()
            .map(|(name, value)| format!("{}: {}", shown(name), shown(&value.to_string())));
        for line in set.chain(sum).chain(unknown) {
            let _ = writeln!(out, "  {line}");
        }
        out.push_str(&entry_details(entry, "  ", &look));
    }
    out
}
