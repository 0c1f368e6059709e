//! Tables for people: tickets, settings.

use comfy_table::{ContentArrangement, Table, presets};

use crate::render::paint::{BOLD, DIM, Look, shown};
use crate::render::view::SettingLine;
use crate::ticket::{Person, Ticket, cut};

/// The narrowest a title is shown, in columns.
const MIN_TITLE: usize = 20;
/// What the other columns take, with their gaps: id, severity, status, level, assignee, age.
const OTHER_COLUMNS: usize = 10 + 8 + 11 + 1 + 12 + 5 + 6 * 2;
/// The widest name of an assignee.
const MAX_NAME: usize = 12;

fn empty_table(look: &Look, headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().map(|heading| look.paint(BOLD, heading)));
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

fn finish(table: &Table) -> String {
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A table of tickets; titles are cut to the width, a line each.
pub(super) fn tickets(tickets: &[(Ticket, usize)], look: &Look) -> String {
    if tickets.is_empty() {
        return String::new();
    }
    let room = look.columns.map(|columns| columns.saturating_sub(OTHER_COLUMNS).max(MIN_TITLE));
    let mut table = empty_table(look, &["ID", "SEVERITY", "STATUS", "L", "TITLE", "ASSIGNEE", "AGE"]);
    for (ticket, prefix) in tickets {
        let head = ticket.head();
        let title = shown(head.title());
        let assignee = head.assignee().map(short_name).unwrap_or_default();
        table.add_row([
            look.id(ticket.id().as_str(), *prefix),
            look.severity(head.severity()),
            look.status(head.status()),
            head.level().to_string(),
            room.map_or(title.clone(), |room| cut(&title, room)),
            cut(&shown(&assignee), MAX_NAME),
            look.paint(DIM, &look.age(ticket.created())),
        ]);
    }
    finish(&table)
}

/// A table of settings.
pub(super) fn settings(settings: &[SettingLine], look: &Look) -> String {
    let mut table = empty_table(look, &["KEY", "VALUE", "MEANING"]);
    for setting in settings {
        let value = shown(&setting.value);
        let value = if setting.is_default { look.paint(DIM, &value) } else { value };
        table.add_row([shown(&setting.key), value, look.paint(DIM, &setting.about)]);
    }
    finish(&table)
}

/// The name of a person, or the part of the address before the at sign.
fn short_name(text: &str) -> String {
    let Some(person) = Person::parse(text) else { return text.to_owned() };
    let short = person.short();
    short.split('@').next().unwrap_or(short).to_owned()
}
