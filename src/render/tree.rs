//! What hangs on a ticket, as git draws its graphs: in lines.

use std::fmt::Write as _;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::process::TreeNode;
use crate::render::json_value::{SCHEMA, value};
use crate::render::paint::{BOLD, DIM, RenderOptions, shown};
use crate::ticket::{Person, Ticket, cut, short_node};

/// Blanks between two words of a line.
const GAP: usize = 2;
/// What stands behind a ticket that is in the tree already.
const MARK: &str = "  (see above)";
/// The columns that a title has at least.
const MIN_TITLE: usize = 16;

/// The tree, a ticket a line.
pub(super) fn table(root: &TreeNode, look: &RenderOptions) -> String {
    let mut out = String::new();
    line(&mut out, root, ("", ""), look);
    below(&mut out, root, "", look);
    out
}

fn below(out: &mut String, node: &TreeNode, margin: &str, look: &RenderOptions) {
    let last = node.nodes.len().saturating_sub(1);
    for (place, inner) in node.nodes.iter().enumerate() {
        let (branch, rest) = if place == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        line(out, inner, (margin, branch), look);
        below(out, inner, &format!("{margin}{rest}"), look);
    }
}

fn line(out: &mut String, node: &TreeNode, (margin, branch): (&str, &str), look: &RenderOptions) {
    let kind = node.kind.as_ref().map(|kind| format!("{} ", shown(kind.typed()))).unwrap_or_default();
    let start = format!("{margin}{branch}");
    let repeated = if node.is_repeated { look.paint(DIM, MARK) } else { String::new() };
    let Some(ticket) = &node.ticket else {
        let _ = writeln!(out, "{start}{kind}{}  (not here){repeated}", shown(&node.id));
        return;
    };
    let head = ticket.fields();
    let severity = head.severity().map(|severity| format!("{}  ", look.severity(Some(severity))));
    let who = head.assignee().and_then(Person::short_of).map_or("-".to_owned(), shown);
    // Ids and words stand as they are; a title has what room is left.
    let words = [start.as_str(), &kind, &node.id, head.status().as_str(), &who];
    let of_severity = head.severity().map_or(0, |severity| severity.as_str().len() + GAP);
    let of_mark = if node.is_repeated { MARK.len() } else { 0 };
    let beside: usize = words.iter().map(|word| word.width()).sum();
    let beside = beside + of_severity + of_mark + 3 * GAP;
    let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(beside).max(MIN_TITLE));
    let title = shown(head.title());
    let title = look.paint(BOLD, &cut(&title, room));
    let _ = writeln!(
        out,
        "{start}{kind}{}  {}{}  {title}  {}{repeated}",
        shown(&node.id),
        severity.unwrap_or_default(),
        look.status(head.status()),
        look.paint(DIM, &who)
    );
}

/// The tree as an object: the ticket's short fields, how the one above stands to it, and what hangs on it.
pub(super) fn object(root: &TreeNode) -> Value {
    let mut object = inner(root);
    if let Value::Object(map) = &mut object {
        map.insert("schema".to_owned(), SCHEMA.into());
    }
    object
}

fn inner(node: &TreeNode) -> Value {
    let ticket = node.ticket.as_ref().map(|ticket: &Ticket| value(&short_node(ticket)));
    let nodes: Vec<Value> = node.nodes.iter().map(inner).collect();
    json!({
        "kind": node.kind.as_ref().map(|kind| kind.as_str().to_owned()),
        "id": node.id,
        "ticket": ticket,
        "repeated": node.is_repeated,
        "nodes": nodes,
    })
}
