//! A history drawn: the lines that git draws, and an entry, a line each, beside them.

use std::fmt::Write as _;

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::render::entries::{object, short, summary};
use crate::render::paint::{BOLD, DIM, RenderOptions, shown};
use crate::render::view::history::{GraphLine, GraphMark};
use crate::ticket::cut;

/// The entries as objects for machines, in the order of the lines.
pub(super) fn objects(lines: &[GraphLine]) -> Vec<Value> {
    let entry = |line: &GraphLine| match &line.mark {
        GraphMark::Entry(entry) => Some(object(entry)),
        GraphMark::Commit { .. } | GraphMark::Nothing => None,
    };
    lines.iter().filter_map(entry).collect()
}

/// The lines, cut to the width.
pub(super) fn graph(lines: &[GraphLine], look: &RenderOptions) -> String {
    let mut out = String::new();
    for line in lines {
        let room = look.columns.map_or(usize::MAX, |columns| columns.saturating_sub(line.lanes.width()));
        let text = match &line.mark {
            GraphMark::Nothing => String::new(),
            GraphMark::Commit { commit, subject } => {
                look.paint(DIM, cut(&format!("{}  {}", short(commit), shown(subject)), room).trim_end())
            }
            GraphMark::Entry(line) => {
                let entry = &line.entry;
                let commit = short(line.commit.as_deref().unwrap_or_default());
                let head = format!("{} {commit}  {}", line.ticket, entry.at.minute());
                let (action, by) = (shown(entry.action.as_str()), shown(entry.by.short()));
                let used = head.width() + action.width() + by.width() + 6;
                let told = cut(&summary(line), room.saturating_sub(used)).into_owned();
                format!("{}  {}  {by}  {told}", look.paint(DIM, &head), look.paint(BOLD, &action))
            }
        };
        let _ = writeln!(out, "{}", format!("{}{text}", line.lanes).trim_end());
    }
    out
}
