//! Entries of timelines, each with the commit that carried it.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::render::json_value::{SCHEMA, value};
use crate::render::lines::{SHORT_COMMIT, entry_details, set_lines, short_name};
use crate::render::paint::{BOLD, DIM, RED, RenderOptions, shown};
use crate::render::view::history::{EntryLine, Merge, Signature};
use crate::ticket::{Action, Field, Set, codec, cut};

/// An entry as an object for machines.
pub(super) fn object(line: &EntryLine) -> Value {
    let mut map = Map::new();
    map.insert("schema".to_owned(), SCHEMA.into());
    map.insert("ticket".to_owned(), line.ticket.as_str().into());
    map.insert("commit".to_owned(), line.commit.clone().into());
    if let Some(merge) = &line.merge {
        map.insert("merge".to_owned(), json!({"commit": merge.commit, "subject": merge.subject}));
    }
    if let Some(signed) = &line.signature {
        let signature = json!({"verdict": signed.verdict, "signer": signed.signer, "key": signed.key});
        map.insert("signature".to_owned(), signature);
    }
    if let Value::Object(entry) = value(&codec::entry_node(&line.entry)) {
        map.extend(entry);
    }
    Value::Object(map)
}

/// What an entry did, in one line: its title where it opens the ticket, what it set, or what it said.
pub(super) fn summary(line: &EntryLine) -> String {
    let entry = &line.entry;
    if entry.action.as_str() == "open" {
        return shown(&line.title);
    }
    let set = set_lines(entry);
    if set.is_empty() {
        let note = entry.note.as_deref().and_then(|note| note.lines().next());
        return shown(note.unwrap_or_default());
    }
    set.join(", ")
}

/// A commit's name, short.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..SHORT_COMMIT).unwrap_or(commit)
}

/// The log: an entry a paragraph, with its ticket and commit.
pub(super) fn entries(entries: &[EntryLine], look: &RenderOptions) -> String {
    let mut out = String::new();
    for line in entries {
        let entry = &line.entry;
        let concurrent = if line.concurrent { " (concurrent)" } else { "" };
        let _ = writeln!(
            out,
            "{} {}  {}  {}  {}{}",
            look.id(line.ticket.as_str(), 10),
            look.paint(DIM, line.commit.as_deref().map_or("(not in history)", short)),
            look.paint(DIM, &entry.at.minute()),
            look.paint(BOLD, &shown(entry.action.as_str())),
            cut(&shown(entry.by.short()), 24),
            look.paint(DIM, &format!("  {}{concurrent}", entry.id)),
        );
        out.push_str(&origin(line, look));
        if entry.action.as_str() == "open" {
            // What the opening called it: an edit may have called it otherwise since.
            let title = entry.title_set().unwrap_or(&line.title);
            let _ = writeln!(out, "  {}", cut(&shown(title), room(look)));
        }
        out.push_str(&entry_details(entry, "  ", look));
        // Who reads a log asks what each wrote, and what stood there before.
        for (field, set) in entry.set.iter().filter(|_| entry.action != Action::Open) {
            out.push_str(&long_text(field, set, look));
        }
    }
    out
}

fn long_text(field: &Field, set: &Set, look: &RenderOptions) -> String {
    let Set::Text { to: Some(to) } = set else { return String::new() };
    format!("  {}\n{}", look.paint(DIM, &format!("{}:", shown(&short_name(field)))), look.block(to, "    "))
}

/// How the entry came here, and who vouches for it.
fn origin(line: &EntryLine, look: &RenderOptions) -> String {
    let mut out = String::new();
    if let Some(Merge { commit, subject }) = &line.merge {
        let text = format!("merged in {}: {}", short(commit), shown(subject));
        let _ = writeln!(out, "  {}", look.paint(DIM, &cut(&text, room(look))));
    }
    if let Some(Signature { verdict, signer, key }) = &line.signature {
        let (style, text) = match *verdict {
            "good" => (DIM, format!("signed by {}", shown(signer))),
            "untrusted" => (RED, format!("signed with a key that git does not trust: {}", shown(key))),
            _ => (RED, "signed, and the signature does not verify".to_owned()),
        };
        let _ = writeln!(out, "  {}", look.paint(style, &cut(&text, room(look))));
    }
    out
}

fn room(look: &RenderOptions) -> usize {
    look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(2))
}
