//! The settings with their defaults, and the keys that a settings file may hold: those of the settings, and those below the groups that a project fills itself.

use crate::process::calendar::typed_hours;
use crate::ticket::{Node, nearest, visible};

/// A setting: its name, its default as YAML, what it does.
#[derive(Debug)]
pub struct Setting {
    /// The key, group and name with a dot between.
    pub key: &'static str,
    /// The value where the file has none.
    pub default: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
}

/// Every setting this version knows, in order of the file; saved queries stand under `queries`.
pub const SETTINGS: &[Setting] = &[
    Setting { key: "commit.prefix", default: "support", about: "prefix of commit subjects" },
    Setting { key: "commit.skip_ci", default: "false", about: "end every commit message with [skip ci]" },
    Setting { key: "attachments.max_bytes", default: "1048576", about: "largest attachment, in bytes" },
    Setting {
        key: "handover.1",
        default: "requirements, troubleshooting",
        about: "findings needed to escalate from level 1",
    },
    Setting {
        key: "handover.2",
        default: "reproduction, diagnosis",
        about: "findings needed to escalate from level 2",
    },
    Setting {
        key: "policy.severity_by_owner",
        default: "warn",
        about: "only product owners set the severity: off, warn, enforce",
    },
    Setting {
        key: "policy.level_by_role",
        default: "warn",
        about: "only the team of a level, or of a higher one, works at it: off, warn, enforce",
    },
    Setting {
        key: "policy.fixed_needs_commit",
        default: "enforce",
        about: "resolution 'fixed' requires a commit: off, warn, enforce",
    },
    Setting {
        key: "policy.resolve_by_role",
        default: "warn",
        about: "only commits by the team resolve tickets: off, warn, enforce",
    },
    Setting {
        key: "policy.signed_commits",
        default: "off",
        about: "audit requires signed commits: off, warn, enforce",
    },
    Setting {
        key: "policy.retain",
        default: "off",
        about: "how long tickets that ended are kept, such as 3y: 'purge' lists those that may go",
    },
    Setting {
        key: "policy.rules_by_role",
        default: "warn",
        about: "only leads and product owners change team and settings: off, warn, enforce",
    },
    Setting {
        key: "audit.carriers",
        default: "",
        about: "addresses of committers, as of a forge, whose squashes name who wrote",
    },
    Setting {
        key: "audit.skew",
        default: "10m",
        about: "by how much an entry may be older than the one before it",
    },
    Setting {
        key: "reopen_within",
        default: "14d",
        about: "a customer's word reopens a ticket resolved for at most this long",
    },
    Setting {
        key: "mail.address",
        default: "",
        about: "addresses of the support desk; messages come from the first",
    },
    Setting {
        key: "mail.unknown",
        default: "file",
        about: "mail of senders without a ticket opens one, or is left: file, refuse",
    },
    Setting {
        key: "mail.keep",
        default: "all",
        about: "attach the whole message, or only what it says: all, text",
    },
    Setting {
        key: "mail.acknowledge",
        default: "3",
        about: "acknowledgements that a sender gets in an hour at most",
    },
    Setting {
        key: "mail.server",
        default: "",
        about: "name of the receiving server in Authentication-Results",
    },
    Setting { key: "pause", default: "customer, vendor, enhance", about: "waits that pause the clocks" },
    Setting { key: "agreement.hours", default: "", about: "hours granted by the support agreement" },
    Setting {
        key: "agreement.per",
        default: "month",
        about: "period of these hours: week, month, quarter or year",
    },
    Setting { key: "branch", default: "", about: "the branch that has only tickets, if any" },
];

/// The groups whose members the project names itself, each with the parts of a key below it.
const OPEN_GROUPS: &[(&str, &[&str])] = &[
    ("calendars", &["timezone", "hours", "holidays"]),
    ("clocks", &["response", "update", "resolution", "calendar", "warn_at"]),
    ("levels", &["resolution", "calendar"]),
];

/// What is wrong with a key that is to be set; `None` for one this version knows. What stands below the
/// members of a group is seen to where the file is read.
#[must_use]
pub fn unknown_setting(key: &str) -> Option<String> {
    let parts: Vec<&str> = key.split('.').collect();
    let open = OPEN_GROUPS.iter().find(|(group, _)| parts.first() == Some(group));
    let known: Vec<&str> = match (open, parts.as_slice()) {
        (_, ["queries", name]) if !name.is_empty() => return None,
        (Some(_), [_, name]) if !name.is_empty() => return None,
        (Some((_, below)), [_, name, part, rest @ ..]) if !name.is_empty() => {
            let has_room = rest.is_empty() || (*part == "hours" && rest.len() == 1);
            if below.contains(part) && has_room {
                return None;
            }
            let whole = below.iter().map(|part| format!("{}.{name}.{part}", parts.first().unwrap_or(&"")));
            return Some(no_setting(key, &whole.collect::<Vec<_>>()));
        }
        _ => SETTINGS.iter().map(|setting| setting.key).collect(),
    };
    let known: Vec<String> = known.into_iter().chain(open_groups()).map(str::to_owned).collect();
    if SETTINGS.iter().any(|setting| setting.key == key) { None } else { Some(no_setting(key, &known)) }
}

/// The groups in which a project names its own settings.
pub fn open_groups() -> impl Iterator<Item = &'static str> {
    OPEN_GROUPS.iter().map(|(group, _)| *group).chain(["queries"])
}

/// True for the name of a group of settings.
fn is_group(name: &str) -> bool {
    let holds = |key: &str| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    open_groups().any(|group| group == name) || SETTINGS.iter().any(|setting| holds(setting.key))
}

fn no_setting(key: &str, known: &[String]) -> String {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let meant = nearest(key, &known)
        .filter(|near| *near != key)
        .map(|near| format!("; did you mean '{near}'?"))
        .unwrap_or_default();
    format!("unknown setting '{key}'{meant}")
}

/// The keys of a settings' file that this version does not know: misspelt, they would have no effect. Each with what
/// is wrong with it.
#[must_use]
pub fn unknown_keys(file: &Node) -> Vec<(String, String)> {
    let Node::Map(groups) = file else { return Vec::new() };
    let mut unknown = Vec::new();
    for (group, values) in groups {
        // `policy.x: y` at the top is no setting of the group `policy`.
        if group.to_string().contains('.') {
            unknown.push((group.to_string(), format!("unknown key '{}'", visible(&group.to_string()))));
            continue;
        }
        let keys = match values {
            Node::Map(pairs) => pairs.iter().map(|(key, _)| format!("{group}.{key}")).collect(),
            // What a template leaves where only the first line of a group counts: it sets nothing.
            Node::Null if is_group(&group.to_string()) => Vec::new(),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) => {
                vec![group.to_string()]
            }
        };
        for key in keys.into_iter().filter(|key| !matches!(key.as_str(), "schema" | "branch")) {
            unknown.extend(unknown_setting(&key).map(|problem| (key, problem)));
        }
    }
    unknown
}

/// What a settings' file says of the groups whose members the project names itself: keys with dots, and
/// values as one line.
#[must_use]
pub fn own_settings(file: &Node) -> Vec<(String, String)> {
    fn leaves(key: &str, node: &Node, found: &mut Vec<(String, String)>) {
        match node {
            Node::Map(pairs) => {
                pairs.iter().for_each(|(name, value)| leaves(&format!("{key}.{name}"), value, found));
            }
            Node::Null => {}
            Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) => {
                found.push((key.to_owned(), node.to_string()));
            }
        }
    }
    let mut found = Vec::new();
    for (group, _) in OPEN_GROUPS {
        if let Some(node) = file.at(group) {
            leaves(group, node, &mut found);
        }
    }
    found
}

/// The default of a setting, as text.
pub(super) fn default_text(key: &str) -> &'static str {
    SETTINGS.iter().find(|setting| setting.key == key).map_or("", |setting| setting.default)
}

/// The value under a dotted key of the settings' file; `None` where it is not set.
#[must_use]
pub fn setting_value<'a>(file: &'a Node, key: &str) -> Option<&'a Node> {
    let under = |node: &'a Node, part: &str| match node {
        // `1:` under handover is a number in YAML.
        Node::Map(pairs) => pairs.iter().find(|(name, _)| name.to_string() == part).map(|(_, value)| value),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) => None,
    };
    key.split('.').try_fold(file, under).filter(|node| **node != Node::Null)
}

/// A value as the file holds it: numbers and truth bare, lists by their commas, all else as text.
#[must_use]
pub fn setting_node(key: &str, value: &str) -> Node {
    if key.starts_with("queries.") || key == "commit.prefix" {
        return Node::text(value);
    }
    if hours_key(key).is_some_and(|hours| hours == key)
        && let Some(hours) = typed_hours(value)
    {
        return hours;
    }
    let is_list = key == "pause" || (key.starts_with("calendars.") && !key.ends_with(".timezone"));
    if is_list && value != "24x7" {
        let items = value.split(',').map(|item| item.trim().to_owned());
        return Node::texts(items.filter(|item| !item.is_empty()));
    }
    match value {
        "true" => Node::Bool(true),
        "false" => Node::Bool(false),
        number if number.parse::<u64>().is_ok() => Node::Number(number.to_owned()),
        text => Node::text(text),
    }
}

/// The groups of settings that decide clocks.
pub(in crate::process) const CLOCK_GROUPS: [&str; 4] = ["clocks", "calendars", "levels", "pause"];

/// True for the name of a setting that decides clocks.
#[must_use]
pub fn is_of_clocks(key: &str) -> bool {
    CLOCK_GROUPS.iter().any(|group| key.split('.').next() == Some(group))
}

/// The name of all of a calendar's hours, of it or of the hours of some days.
#[must_use]
pub fn hours_key(key: &str) -> Option<String> {
    let mut parts = key.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("calendars"), Some(name), Some("hours")) => Some(format!("calendars.{name}.hours")),
        _ => None,
    }
}

/// What is wrong with the version that a file of the project says it has; a file may say none.
#[must_use]
pub(in crate::process) fn schema_problem(file: &Node) -> Option<String> {
    let version = file.at("schema")?;
    let is_known = matches!(version, Node::Number(number) if number == "1");
    (!is_known).then(|| format!("version {} is not supported (supported: 1)", visible(&version.to_string())))
}

/// True for a file that says it is of a version that this program does not know yet.
#[must_use]
pub fn has_newer_schema(file: &Node) -> bool {
    let version = |number: &str| number.parse::<u64>().is_ok_and(|version| version > 1);
    matches!(file.at("schema"), Some(Node::Number(number)) if version(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_names_the_nearest() {
        assert!(unknown_setting("commit.prefx").unwrap().contains("commit.prefix"));
        assert!(unknown_setting("clocks.blocker.respond").unwrap().contains("clocks.blocker.response"));
        assert!(unknown_setting("clock.blocker").unwrap().contains("unknown setting"));
        for key in ["queries.mine", "clocks.blocker.response", "calendars.office.hours.mon-fri", "levels.1"] {
            assert_eq!(unknown_setting(key), None, "{key}");
        }
    }
}
