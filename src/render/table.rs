//! Tables for people: tickets, settings.

use std::fmt::Write as _;

use comfy_table::{ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr as _;

use crate::process::{Mark, Member, Release, Vendor};
use crate::render::paint::{BOLD, DIM, FOUND, Look, shown};
use crate::render::view::{Branches, Listed, SettingLine};
use crate::ticket::{Person, cut};

/// The narrowest a title is shown, in columns.
const MIN_TITLE: usize = 20;
/// The place of the title, which takes what room is left.
const TITLE_COLUMN: usize = 4;
/// The widest name of a branch.
const MAX_BRANCH: usize = 20;
/// The widest name of an assignee.
const MAX_NAME: usize = 16;
/// Blanks before a piece of text.
const SNIPPET_INDENT: usize = 4;
/// Blanks between two columns.
const GAP: usize = 2;
const PADDING: u16 = 2;

fn empty_table(look: &Look, headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings.iter().map(|heading| look.paint(BOLD, heading)));
    for column in table.column_iter_mut() {
        column.set_padding((0, PADDING));
    }
    table
}

fn finish(table: &Table) -> String {
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A table of tickets; titles are cut to the width, a line each. Where every branch was looked at, a column
/// says where the latest state lives.
pub(super) fn tickets(tickets: &[Listed], look: &Look) -> String {
    if tickets.is_empty() {
        return String::new();
    }
    let with_branches = tickets.iter().any(|one| one.places.is_some());
    let mut headings = vec!["ID", "SEVERITY", "STATUS", "L", "TITLE", "ASSIGNEE", "AGE"];
    headings.extend(with_branches.then_some("LATEST ON"));
    let cells: Vec<Vec<(String, String)>> = tickets.iter().map(|one| cells(one, look)).collect();
    let width = |column: usize| {
        let cells = cells.iter().filter_map(|row| row.get(column)).map(|(plain, _)| plain.width());
        cells.max().unwrap_or_default().max(headings.get(column).map_or(0, |heading| heading.len())) + GAP
    };
    let others: usize = (0..headings.len()).filter(|column| *column != TITLE_COLUMN).map(width).sum();
    let room = look.columns.map(|columns| columns.saturating_sub(others).max(MIN_TITLE));
    let mut table = empty_table(look, &headings);
    let mut snippets = Vec::new();
    for (row, one) in cells.into_iter().zip(tickets) {
        snippets.push(one.snippet.as_deref().map(|words| snippet(words, look)));
        let cell = |(column, (plain, painted)): (usize, (String, String))| match room {
            Some(room) if column == TITLE_COLUMN => cut(&plain, room),
            _ => painted,
        };
        table.add_row(row.into_iter().take(headings.len()).enumerate().map(cell));
    }
    let mut out = String::new();
    let mut lines = table.lines();
    out.extend(lines.next().map(|heading| format!("{}\n", heading.trim_end())));
    for (line, snippet) in lines.zip(snippets) {
        let _ = writeln!(out, "{}", line.trim_end());
        out.extend(snippet);
    }
    out
}

/// The piece of text where the words that were looked for stand, below its ticket; as much as the width
/// holds.
fn snippet(words: &[(String, bool)], look: &Look) -> String {
    let room = look.columns.unwrap_or(usize::MAX).saturating_sub(SNIPPET_INDENT);
    let mut line = " ".repeat(SNIPPET_INDENT);
    let mut used = 0;
    for (word, is_found) in words {
        let word = shown(word);
        used += word.width() + usize::from(used > 0);
        if used > room {
            break;
        }
        if line.len() > SNIPPET_INDENT {
            line.push(' ');
        }
        line.push_str(&look.paint(if *is_found { FOUND } else { DIM }, &word));
    }
    format!("{line}\n")
}

/// The cells of a ticket's row: as measured, and as painted.
fn cells(one: &Listed, look: &Look) -> Vec<(String, String)> {
    let summary = &one.summary;
    let plain = |text: String| (text.clone(), text);
    let age = look.age(summary.created);
    let severity = summary.severity.map_or("-".to_owned(), |severity| severity.to_string());
    let place = match &one.places {
        Some(Branches { latest, .. }) => latest.first().map_or("several", String::as_str).to_owned(),
        None => String::new(),
    };
    vec![
        (summary.id.to_string(), look.id(summary.id.as_str(), one.prefix)),
        (severity, look.severity(summary.severity)),
        (summary.status.to_string(), look.status(summary.status)),
        plain(summary.level.to_string()),
        plain(shown(&summary.title)),
        plain(assignee(summary.assignee.as_deref())),
        (age.clone(), look.paint(DIM, &age)),
        plain(cut(&shown(&place), MAX_BRANCH)),
    ]
}

/// A table of the team.
pub(super) fn team(members: &[Member], look: &Look) -> String {
    let mut table = empty_table(look, &["NAME", "ROLES", "ADDRESSES"]);
    for member in members {
        let roles: Vec<&str> = member.roles.iter().map(|role| role.as_str()).collect();
        table.add_row([shown(&member.name), roles.join(", "), shown(&member.emails.join(", "))]);
    }
    if members.is_empty() { String::new() } else { finish(&table) }
}

/// A table of vendors.
pub(super) fn vendors(vendors: &[Vendor], look: &Look) -> String {
    let mut table = empty_table(look, &["NAME", "CHANNELS", "CONTRACT", "ANSWERS IN", "COVERS"]);
    for vendor in vendors {
        let name = if vendor.is_msp { format!("{} (msp)", vendor.name) } else { vendor.name.clone() };
        let channels: Vec<&str> = vendor.channels().iter().map(|(_, value)| *value).collect();
        let text = |text: &Option<String>| shown(text.as_deref().unwrap_or("-"));
        let covers = shown(&vendor.covers.join(", "));
        table.add_row([
            name,
            shown(&channels.join(", ")),
            text(&vendor.contract),
            text(&vendor.response),
            covers,
        ]);
    }
    if vendors.is_empty() { String::new() } else { finish(&table) }
}

/// A table of releases.
pub(super) fn releases(releases: &[Release], look: &Look) -> String {
    let mut table = empty_table(look, &["VERSION", "TAG", "STATE", "HANDED OVER", "ACCEPTED"]);
    for release in releases {
        let day =
            |mark: &Option<Mark>| mark.as_ref().and_then(|mark| mark.at.get(..10)).unwrap_or("-").to_owned();
        let (offered, accepted) = (day(&release.offered), day(&release.accepted));
        table.add_row([
            shown(&release.version),
            shown(&release.tag),
            release.state().to_owned(),
            offered,
            accepted,
        ]);
    }
    if releases.is_empty() { String::new() } else { finish(&table) }
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

/// Who works on a ticket, in short.
fn assignee(assignee: Option<&str>) -> String {
    let name = assignee.map(short_name).unwrap_or_default();
    cut(&shown(&name), MAX_NAME)
}

/// The name of a person, or the part of the address before the at sign.
fn short_name(text: &str) -> String {
    let Some(person) = Person::parse(text) else { return text.to_owned() };
    let short = person.short();
    short.split('@').next().unwrap_or(short).to_owned()
}
