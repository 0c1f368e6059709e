//! Tables for people: team, vendors, releases, settings.

use comfy_table::{ContentArrangement, Table, presets};

use crate::process::{Mark, Member, Release, Vendor};
use crate::render::paint::{BOLD, DIM, Look, shown};
use crate::render::view::SettingLine;

/// Blanks between two columns.
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
