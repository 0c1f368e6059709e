//! The project's settings, as `.support/config.yaml` holds them; every one has a default.

use std::collections::BTreeMap;

use crate::process::agreement::Agreement;
use crate::process::clock::ClockRules;
use crate::process::rules::Policy;
use crate::ticket::{Finding, Node, nearest};

/// What is wrong with a settings' file: the key, with dots, and the problem.
pub(in crate::process) type Wrong = (String, String);

/// What is wrong with the value under a key.
pub(in crate::process) fn wrong(key: &[&str], problem: &str) -> Wrong {
    (key.join("."), problem.to_owned())
}

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
    Setting {
        key: "commit.prefix",
        default: "support",
        about: "the word before the colon of a commit's subject",
    },
    Setting { key: "commit.skip_ci", default: "false", about: "end every commit message with [skip ci]" },
    Setting {
        key: "attachments.max_bytes",
        default: "1048576",
        about: "the largest file that may be attached, in bytes",
    },
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
        about: "only product owners judge severity: off, warn, enforce",
    },
    Setting {
        key: "policy.level_by_role",
        default: "warn",
        about: "who works at which level: off, warn, enforce",
    },
    Setting {
        key: "policy.fixed_needs_commit",
        default: "enforce",
        about: "fixed names a commit: off, warn, enforce",
    },
    Setting {
        key: "policy.signed_commits",
        default: "off",
        about: "audit wants signed commits: off, warn, enforce",
    },
    Setting {
        key: "pause",
        default: "customer, vendor, enhance",
        about: "what a ticket waits for that stops its clocks",
    },
    Setting { key: "agreement.hours", default: "", about: "the hours that the support agreement grants" },
    Setting { key: "agreement.per", default: "month", about: "for each week, month, quarter or year" },
    Setting { key: "branch", default: "", about: "the branch of tickets alone, if there is one" },
];

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The word before the colon of a commit's subject.
    pub commit_prefix: String,
    /// True where every commit message ends with `[skip ci]`.
    pub skip_ci: bool,
    /// The largest file that may be attached, in bytes.
    pub max_attachment_bytes: u64,
    /// The findings needed to escalate from levels 1 and 2.
    pub handover: [Vec<Finding>; 2],
    /// Whether only product owners judge severity.
    pub severity_by_owner: Policy,
    /// Whether only those of a level work at it.
    pub level_by_role: Policy,
    /// Whether a ticket that is fixed names a commit.
    pub fixed_needs_commit: Policy,
    /// Whether commits are signed, by keys that git trusts.
    pub signed_commits: Policy,
    /// Saved queries by name, for `list @name`.
    pub queries: BTreeMap<String, String>,
    /// Calendars, and the rules of clocks.
    pub clocks: ClockRules,
    /// The hours that the support agreement grants.
    pub agreement: Option<Agreement>,
}

impl Settings {
    /// The settings that a file's content leads to; what it does not know is left alone.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub fn read(file: &Node) -> Result<Self, (String, String)> {
        let wrong = |key: &str, problem: String| (key.to_owned(), problem);
        let value = |key: &str| {
            let default = SETTINGS.iter().find(|s| s.key == key).map_or("", |s| s.default);
            setting_value(file, key).map_or_else(|| default.to_owned(), Node::to_string)
        };
        let prefix = value("commit.prefix");
        let plain = |c: char| c.is_alphanumeric() || "-_./()".contains(c);
        if prefix.is_empty() || prefix.chars().count() > 20 || !prefix.chars().all(plain) {
            return Err(wrong("commit.prefix", format!("`{prefix}` is no word of at most 20 characters")));
        }
        let skip_ci = value("commit.skip_ci").parse();
        let skip_ci = skip_ci.map_err(|_| wrong("commit.skip_ci", "is neither true nor false".to_owned()))?;
        let bytes = value("attachments.max_bytes").parse();
        let bytes = bytes.map_err(|_| wrong("attachments.max_bytes", "is no number of bytes".to_owned()))?;
        let policy = |key: &str| {
            let word = value(key);
            let problem = || wrong(key, format!("`{word}` is none of {}", Policy::WORDS.join(", ")));
            Policy::parse(&word).ok_or_else(problem)
        };
        let handover = |key: &str| {
            let words = value(key);
            let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
            let finding = |word: &str| {
                let known = Finding::WORDS.contains(&word).then(|| Finding::parse(word));
                known.ok_or_else(|| wrong(key, format!("`{word}` is none of {}", Finding::WORDS.join(", "))))
            };
            words.map(finding).collect::<Result<Vec<_>, _>>()
        };
        let (severity_by_owner, level_by_role) =
            (policy("policy.severity_by_owner")?, policy("policy.level_by_role")?);
        let fixed_needs_commit = policy("policy.fixed_needs_commit")?;
        let signed_commits = policy("policy.signed_commits")?;
        let handover = [handover("handover.1")?, handover("handover.2")?];
        let mut queries = BTreeMap::new();
        if let Some(Node::Map(pairs)) = file.at("queries") {
            for (name, query) in pairs {
                let Some(query) = query.as_text() else {
                    return Err(wrong(&format!("queries.{name}"), "is no text".to_owned()));
                };
                queries.insert(name.to_string(), query.to_owned());
            }
        }
        Ok(Self {
            commit_prefix: prefix,
            skip_ci,
            max_attachment_bytes: bytes,
            handover,
            severity_by_owner,
            level_by_role,
            fixed_needs_commit,
            signed_commits,
            queries,
            clocks: ClockRules::read(file)?,
            agreement: Agreement::read(file)?,
        })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            commit_prefix: "support".to_owned(),
            skip_ci: false,
            max_attachment_bytes: 1_048_576,
            handover: [
                vec![Finding::Requirements, Finding::Troubleshooting],
                vec![Finding::Reproduction, Finding::Diagnosis],
            ],
            severity_by_owner: Policy::Warn,
            level_by_role: Policy::Warn,
            fixed_needs_commit: Policy::Enforce,
            signed_commits: Policy::Off,
            queries: BTreeMap::new(),
            clocks: ClockRules::default(),
            agreement: None,
        }
    }
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
    let meant = nearest(key, &known).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
    format!("there is no setting {key}.{meant}")
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
    fn the_defaults_are_those_of_an_empty_file() {
        assert_eq!(Settings::read(&Node::Null), Ok(Settings::default()));
    }

    #[test]
    fn a_wrong_value_names_its_key() {
        let file = Node::map(vec![("commit", Node::map(vec![("skip_ci", Node::text("perhaps"))]))]);
        assert_eq!(Settings::read(&file).unwrap_err().0, "commit.skip_ci");
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        assert!(unknown_setting("commit.prefx").unwrap().contains("commit.prefix"));
        assert!(unknown_setting("clocks.blocker.respond").unwrap().contains("clocks.blocker.response"));
        assert!(unknown_setting("clock.blocker").unwrap().contains("no setting"));
        for key in ["queries.mine", "clocks.blocker.response", "calendars.office.hours.mon-fri", "levels.1"] {
            assert_eq!(unknown_setting(key), None, "{key}");
        }
    }
}
