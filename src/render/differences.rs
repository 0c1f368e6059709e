//! What changed in the support process between two revisions: for people, for a pull request, for machines.

use std::fmt::Write as _;

use anstyle::Style;
use serde_json::{Value, json};

use crate::render::json_value::{SCHEMA, value};
use crate::render::lines::{entry_details, set_lines, value_text};
use crate::render::markdown::inline;
use crate::render::paint::{BOLD, DIM, GREEN, RED, RenderOptions, shown};
use crate::render::view::history::{Difference, Differences, FileDifference};
use crate::ticket::{Field, Kind, Ticket, codec, cut, short_node, visible_line};

impl Difference {
    fn what(&self) -> &'static str {
        match (self.is_gone, &self.before) {
            (true, _) => "gone",
            (false, None) => "new",
            (false, Some(_)) => "changed",
        }
    }
}

/// The tickets for people: what came to each, entry by entry.
pub(super) fn table(differences: &Differences, look: &RenderOptions) -> String {
    let mut out = String::new();
    for one in &differences.tickets {
        let title = shown(one.ticket.fields().title());
        let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(22).max(20));
        let _ = writeln!(
            out,
            "{}  {:<8}  {}",
            look.id(one.ticket.id().as_str(), 10),
            one.what(),
            look.paint(BOLD, &cut(&title, room))
        );
        if one.lost > 0 {
            let text = format!("{} of its entries are missing", one.lost);
            let _ = writeln!(out, "  {}", look.paint(RED, &text));
        }
        for line in by_hand(one) {
            let _ = writeln!(out, "  {}", look.paint(RED, &line));
        }
        for entry in &one.entries {
            let who = shown(entry.by.short());
            let _ = writeln!(
                out,
                "  {} {}  {who}",
                look.paint(DIM, &entry.at.minute()),
                shown(entry.action.as_str())
            );
            out.push_str(&entry_details(entry, "    ", look));
        }
    }
    for file in &differences.files {
        let _ = writeln!(out, "{}", look.paint(BOLD, &shown(&file.path)));
        for (sign, style, line) in signed(file) {
            let _ = writeln!(out, "  {}", look.paint(style, &format!("{sign}{}", visible_line(line))));
        }
    }
    if out.is_empty() {
        out.push_str("nothing changed in the support process\n");
    }
    out
}

/// What somebody edited in the file of a ticket, a line a field.
fn by_hand(one: &Difference) -> impl Iterator<Item = String> {
    let value = |ticket: &Ticket, field: &Field| ticket.fields().get(field).map(value_text);
    one.by_hand.iter().map(move |field| {
        let name = shown(&field.name());
        if field.kind() == Kind::Text {
            return format!("edited by hand: {name}: new text");
        }
        let none = || "none".to_owned();
        let before = one.before.as_ref().and_then(|before| value(before, field)).unwrap_or_else(none);
        let after = value(&one.ticket, field).unwrap_or_else(none);
        format!("edited by hand: {name}: {before} -> {after}")
    })
}

/// The lines of a file that came and went, with signs as git has them.
fn signed(file: &FileDifference) -> impl Iterator<Item = (char, Style, &str)> {
    let removed = file.removed.iter().map(|line| ('-', RED, line.as_str()));
    removed.chain(file.added.iter().map(|line| ('+', GREEN, line.as_str())))
}

/// The tickets as Markdown: what a reviewer of a pull request wants to see. Internal notes stay where they are.
pub(super) fn markdown(differences: &Differences) -> String {
    if differences.tickets.is_empty() && differences.files.is_empty() {
        return "Nothing changed in the support process.\n".to_owned();
    }
    let mut out = String::from("### Support process\n\n");
    for one in &differences.tickets {
        let head = one.ticket.fields();
        let severity = head.severity().map(|severity| format!(", {severity}")).unwrap_or_default();
        let title = inline(head.title());
        let _ = writeln!(
            out,
            "- **{}** `{}` {title} ({}{severity}, level {})",
            one.what(),
            one.ticket.id(),
            head.status(),
            head.level()
        );
        if one.lost > 0 {
            let _ = writeln!(out, "  - :warning: {} of its entries are missing", one.lost);
        }
        for line in by_hand(one) {
            let _ = writeln!(out, "  - :warning: {}", inline(&line));
        }
        for entry in &one.entries {
            let sets: Vec<String> = set_lines(entry).iter().map(|line| inline(line)).collect();
            let sets = if sets.is_empty() || entry.action.as_str() == "open" {
                String::new()
            } else {
                format!(": {}", sets.join("; "))
            };
            let (action, who) = (inline(entry.action.as_str()), inline(entry.by.short()));
            let _ = writeln!(out, "  - {} **{action}** by {who}{sets}", entry.at.minute());
            let note = entry.note.as_deref().filter(|_| entry.is_said());
            if let Some(line) = note.and_then(|note| note.lines().find(|line| !line.trim().is_empty())) {
                let _ = writeln!(out, "    > {}", inline(line));
            }
        }
    }
    for file in &differences.files {
        let _ = writeln!(out, "- **{}**", inline(&file.path));
        for (sign, _, line) in signed(file) {
            let _ = writeln!(out, "  - {sign} {}", inline(line));
        }
    }
    out
}

/// The tickets as an object for machines.
pub(super) fn object(differences: &Differences) -> Value {
    let ticket = |one: &Difference| {
        json!({
            "ticket": one.ticket.id(),
            "change": one.what(),
            "before": one.before.as_ref().map(|before| value(&short_node(before))),
            "after": (!one.is_gone).then(|| value(&short_node(&one.ticket))),
            "entries": one.entries.iter().map(|entry| value(&codec::entry_node(entry))).collect::<Vec<_>>(),
            "by_hand": one.by_hand.iter().map(Field::name).collect::<Vec<_>>(),
            "lost_entries": one.lost,
        })
    };
    let file =
        |file: &FileDifference| json!({ "path": file.path, "added": file.added, "removed": file.removed });
    json!({
        "schema": SCHEMA,
        "from": differences.from,
        "to": differences.to,
        "tickets": differences.tickets.iter().map(ticket).collect::<Vec<_>>(),
        "files": differences.files.iter().map(file).collect::<Vec<_>>(),
    })
}
