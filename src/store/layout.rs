//! Where each thing lies under `.support/` (docs/file-format.md).

use crate::ticket::{TicketId, is_base32};

/// The folder of everything.
pub const FOLDER: &str = ".support";
/// The folder of the tickets.
pub const TICKETS: &str = ".support/tickets";
/// The project's settings.
pub const CONFIG: &str = ".support/config.yaml";
/// The people of the project.
pub const TEAM: &str = ".support/team.yaml";
/// The folder of the vendors.
pub const VENDORS: &str = ".support/vendors";
/// The folder of the releases.
pub const RELEASES: &str = ".support/releases";
/// The folder of the audit's findings that were accepted.
pub const ACCEPTED: &str = ".support/audit";
/// The folder of the calendars' files of holidays.
pub const CALENDARS: &str = ".support/calendars";
/// The folder of the answers to use again.
pub const ANSWERS: &str = ".support/answers";
/// The folder of all evidence.
pub const ATTACHMENTS: &str = ".support/attachments";
/// How git treats our files.
pub const ATTRIBUTES: &str = ".support/.gitattributes";

/// The files and folders that rule: who may do what, how git treats tickets; with whom, for which release, and when.
pub const RULES: [&str; 6] = [CONFIG, TEAM, ATTRIBUTES, VENDORS, RELEASES, CALENDARS];

/// True for a file that rules ([`RULES`]).
#[must_use]
pub fn is_of_rules(path: &str) -> bool {
    let is_at =
        |place: &&str| path.strip_prefix(*place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    RULES.iter().any(is_at)
}

/// The content of [`ATTRIBUTES`]: bytes as they are; tickets merged by the merge rule, and shown as people read them.
pub const ATTRIBUTES_TEXT: &str = "\
# Written by git-support: files stay as they are, byte for byte; tickets merge by the merge rule.
* -text -filter -ident -working-tree-encoding
tickets/** merge=support diff=support
";

/// The same, as an earlier version wrote it.
pub const OLD_ATTRIBUTES_TEXT: &str = "\
# Written by git-support: files stay as they are, byte for byte; tickets merge by the merge rule.
* -text -filter -ident -working-tree-encoding
tickets/** merge=support
";

/// The path of a ticket.
#[must_use]
pub fn ticket(id: &TicketId) -> String {
    format!("{TICKETS}/{}/{id}.yaml", shelf(id.as_str()))
}

/// The folder of a ticket, from its first characters: `7/k`.
pub(crate) fn shelf(id: &str) -> String {
    let mut letters = id.chars();
    let (first, second) = (letters.next().unwrap_or('0'), letters.next().unwrap_or('0'));
    format!("{first}/{second}")
}

/// True for a folder that tickets lie in, or that holds such folders: `7`, `7/k`.
#[must_use]
pub(crate) fn is_shelf(path: &str) -> bool {
    let Some(within) = path.strip_prefix(TICKETS).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    within.split('/').count() <= 2 && within.split('/').all(|letter| letter.len() == 1 && is_base32(letter))
}

/// The file of a vendor.
#[must_use]
pub fn vendor(name: &str) -> String {
    format!("{VENDORS}/{name}.yaml")
}

/// The file of a release.
#[must_use]
pub fn release(version: &str) -> String {
    format!("{RELEASES}/{version}.yaml")
}

/// The file of an answer.
#[must_use]
pub fn answer(name: &str) -> String {
    format!("{ANSWERS}/{name}.md")
}

/// The file of an accepted finding.
#[must_use]
pub fn accepted(finding: &str) -> String {
    format!("{ACCEPTED}/{finding}.yaml")
}

/// A file of holidays.
#[must_use]
pub fn calendar(name: &str) -> String {
    format!("{CALENDARS}/{name}")
}

/// The folder of a ticket's evidence.
#[must_use]
pub fn attachments(id: &TicketId) -> String {
    format!("{FOLDER}/attachments/{id}")
}

/// The ticket that a file below [`ATTACHMENTS`] is of, and its name there; `None` for any other path.
#[must_use]
pub fn attachment_of(path: &str) -> Option<(TicketId, &str)> {
    let (id, name) = path.strip_prefix(ATTACHMENTS)?.strip_prefix('/')?.split_once('/')?;
    Some((TicketId::parse(id)?, name))
}

/// The id that a path under [`TICKETS`] stands for; `None` for any other path.
#[must_use]
pub fn id_of(path: &str) -> Option<TicketId> {
    let name = path.rsplit('/').next()?.strip_suffix(".yaml")?;
    let id = TicketId::parse(name)?;
    (ticket(&id) == path).then_some(id)
}

/// The id that a path stands for where the whole product is in a folder of another repository (`git subtree`).
#[must_use]
pub fn id_in_folder_of(path: &str) -> Option<TicketId> {
    let at = path.rfind(&format!("/{TICKETS}/"))?;
    id_of(path.get(at + 1..)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_back_to_its_id() {
        let id = TicketId::parse("7k3fq2m9xd").unwrap();
        assert_eq!(ticket(&id), ".support/tickets/7/k/7k3fq2m9xd.yaml");
        assert_eq!(id_of(&ticket(&id)), Some(id.clone()));
        for bad in ["7k3fq2m9xd.yaml", ".support/tickets/7/7k3fq2m9xd.yaml", ".support/tickets/7/k/../x.yaml"]
        {
            assert_eq!(id_of(bad), None);
            assert_eq!(id_in_folder_of(bad), None);
        }
        assert_eq!(id_in_folder_of(&ticket(&id)), None);
        assert_eq!(id_in_folder_of(&format!("lib/shop/{}", ticket(&id))), Some(id));
    }
}
