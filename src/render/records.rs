//! The project's own records as tables: team, vendors, releases, settings.

use anstyle::Style;

use crate::process::{Mark, Member, Release, Vendor};
use crate::render::paint::{DIM, RenderOptions};
use crate::render::table::Table;
use crate::render::view::{AttachmentLine, SettingLine};
use crate::ticket::Visibility;

const PLAIN: Style = Style::new();

/// A table of a ticket's attachments.
pub(super) fn attachments(lines: &[AttachmentLine], look: &RenderOptions) -> String {
    let mut table = Table::new(look, &["NAME", "BYTES", "ENTRY", "ATTACHED", "BY", "STATE"]);
    for line in lines {
        let state = match (line.is_there, &line.entry.redacted, line.is_undone) {
            (false, Some(_), _) => "redacted",
            (false, None, _) => "missing",
            (true, _, true) => "undone",
            (true, _, false) if line.entry.visibility != Visibility::Customer => "internal",
            (true, _, false) => "",
        };
        table.row([
            (line.file.name.as_str(), PLAIN),
            (line.file.bytes.to_string().as_str(), PLAIN),
            (line.entry.id.as_str(), PLAIN),
            (line.entry.at.minute().as_str(), PLAIN),
            (line.entry.by.short(), PLAIN),
            (state, DIM),
        ]);
    }
    table.finish()
}

/// A table of the team.
pub(super) fn team(members: &[Member], look: &RenderOptions) -> String {
    let mut table = Table::new(look, &["NAME", "ROLES", "ADDRESSES"]);
    for member in members {
        let roles: Vec<&str> = member.roles.iter().map(|role| role.as_str()).collect();
        table.row([
            (member.name.as_str(), PLAIN),
            (roles.join(", ").as_str(), PLAIN),
            (member.emails.join(", ").as_str(), PLAIN),
        ]);
    }
    table.finish()
}

/// A table of vendors.
pub(super) fn vendors(vendors: &[Vendor], look: &RenderOptions) -> String {
    let mut table = Table::new(look, &["NAME", "CONTACT", "CONTRACT", "RESPONSE", "COVERS"]);
    for vendor in vendors {
        let name = if vendor.is_msp { format!("{} (msp)", vendor.name) } else { vendor.name.clone() };
        let channels: Vec<&str> = vendor.channels().iter().map(|(_, value)| *value).collect();
        table.row([
            (name.as_str(), PLAIN),
            (channels.join(", ").as_str(), PLAIN),
            (vendor.contract.as_deref().unwrap_or("-"), PLAIN),
            (vendor.response.as_deref().unwrap_or("-"), PLAIN),
            (vendor.covers.join(", ").as_str(), PLAIN),
        ]);
    }
    table.finish()
}

/// A table of releases.
pub(super) fn releases(releases: &[Release], look: &RenderOptions) -> String {
    let mut table = Table::new(look, &["VERSION", "TAG", "STATE", "HANDED OVER", "ACCEPTED"]);
    for release in releases {
        fn day(mark: Option<&Mark>) -> &str {
            mark.and_then(|mark| mark.at.get(..10)).unwrap_or("-")
        }
        table.row([
            (release.version.as_str(), PLAIN),
            (release.tag.as_str(), PLAIN),
            (release.state(), PLAIN),
            (day(release.offered.as_ref()), PLAIN),
            (day(release.accepted.as_ref()), PLAIN),
        ]);
    }
    table.finish()
}

/// A table of settings.
pub(super) fn settings(settings: &[SettingLine], look: &RenderOptions) -> String {
    let mut table = Table::new(look, &["KEY", "VALUE", "MEANING"]);
    for setting in settings {
        let value = if setting.is_default { DIM } else { PLAIN };
        table.row([
            (setting.key.as_str(), PLAIN),
            (setting.value.as_str(), value),
            (setting.about.as_str(), DIM),
        ]);
    }
    table.finish()
}
