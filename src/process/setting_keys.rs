//! The keys that a settings file may hold: those of the settings, and those below the groups that a project fills itself.

use crate::process::settings::SETTINGS;
use crate::ticket::{Node, nearest, visible};

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
    let groups = OPEN_GROUPS.iter().map(|(group, _)| *group).chain(["queries"]);
    let known: Vec<String> = known.into_iter().chain(groups).map(str::to_owned).collect();
    if SETTINGS.iter().any(|setting| setting.key == key) { None } else { Some(no_setting(key, &known)) }
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
