//! The project's settings, as `.support/config.yaml` holds them; every one has a default.

use std::collections::BTreeMap;

use crate::process::agreement::Agreement;
use crate::process::clock::ClockRules;
use crate::process::mail_settings::MailSettings;
use crate::process::policy::Policy;
use crate::process::setting_keys::{CLOCK_GROUPS, default_text, schema_problem, setting_value};
use crate::process::wrong::Wrong;
use crate::ticket::{Finding, Node, address_problem, cut, parse_span, visible};

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
    /// Whether only people of the team resolve tickets by their commits.
    pub resolve_by_role: Policy,
    /// Whether commits are signed, by keys that git trusts.
    pub signed_commits: Policy,
    /// Whether only leads and product owners change the team, the settings, vendors and releases.
    pub rules_by_role: Policy,
    /// For how long tickets that ended are kept, in seconds; `None` for ever.
    pub retain_seconds: Option<i64>,
    /// The addresses of those who carry what others did, a forge's: as committers of commits that name the author.
    pub carriers: Vec<String>,
    /// By how much clocks of colleagues may differ, in seconds.
    pub skew_seconds: i64,
    /// For how long after a resolution a word of the customer reopens the ticket, in seconds.
    pub reopen_within_seconds: i64,
    /// E-mail.
    pub mail: MailSettings,
    /// Saved queries by name, for `list @name`.
    pub queries: BTreeMap<String, String>,
    /// Calendars, and the rules of clocks.
    pub clocks: ClockRules,
    /// The hours that the support agreement grants.
    pub agreement: Option<Agreement>,
    /// What could not be read: the keys, and what is wrong with their values.
    pub wrong: Vec<(String, String)>,
}

impl Settings {
    /// True for the address of somebody who carries what others did.
    #[must_use]
    pub fn carries(&self, email: &str) -> bool {
        self.carriers.iter().any(|carrier| carrier.eq_ignore_ascii_case(email))
    }

    /// The settings that a file's content leads to; what it does not know is left alone.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub fn read(file: &Node) -> Result<Self, (String, String)> {
        let mut settings = Self::read_leniently(file);
        match settings.wrong.is_empty() {
            true => Ok(settings),
            false => Err(settings.wrong.swap_remove(0)),
        }
    }

    /// What can be read of a file's content; what is wrong with the rest stands in [`Self::wrong`]. Where a value is
    /// wrong, its default counts; but a policy that cannot be read is enforced, so that nobody opens a gate by
    /// breaking it, and of clocks there are none, so that none is wrong.
    #[must_use]
    pub fn read_leniently(file: &Node) -> Self {
        let mut reader = Reader { file, wrong: Vec::new() };
        let mut settings = Self {
            commit_prefix: reader.prefix(),
            skip_ci: reader.parsed("commit.skip_ci", "is neither true nor false", |text| text.parse().ok()),
            max_attachment_bytes: reader.parsed(
                "attachments.max_bytes",
                "is not a number of bytes",
                |text| text.parse().ok(),
            ),
            handover: [reader.findings("handover.1"), reader.findings("handover.2")],
            severity_by_owner: reader.policy("policy.severity_by_owner"),
            level_by_role: reader.policy("policy.level_by_role"),
            fixed_needs_commit: reader.policy("policy.fixed_needs_commit"),
            resolve_by_role: reader.policy("policy.resolve_by_role"),
            signed_commits: reader.policy("policy.signed_commits"),
            rules_by_role: reader.policy("policy.rules_by_role"),
            retain_seconds: reader.parsed(
                "policy.retain",
                "is neither off nor a duration (use 3y, 90d)",
                retention,
            ),
            carriers: reader.addresses("audit.carriers"),
            skew_seconds: reader.seconds("audit.skew"),
            reopen_within_seconds: reader.seconds("reopen_within"),
            mail: reader.or_default(MailSettings::read(file)),
            queries: reader.queries(),
            clocks: reader.or_default(ClockRules::read(file)),
            agreement: reader.or_default(Agreement::read(file)),
            wrong: Vec::new(),
        };
        let groups = reader.schema().into_iter().chain(reader.groups()).collect::<Vec<_>>();
        reader.wrong.splice(0..0, groups);
        if !matches!(file, Node::Map(_) | Node::Null) {
            reader
                .wrong
                .insert(0, (String::new(), format!("is {}, not a mapping of settings", file.kind_name())));
        }
        settings.wrong = reader.wrong;
        if settings.is_wrong_at("") { Self::unreadable(settings.wrong) } else { settings }
    }

    /// The settings of a file that cannot be read at all: the defaults, with every policy enforced.
    #[must_use]
    pub fn unreadable(wrong: Vec<(String, String)>) -> Self {
        Self {
            severity_by_owner: Policy::Enforce,
            level_by_role: Policy::Enforce,
            fixed_needs_commit: Policy::Enforce,
            resolve_by_role: Policy::Enforce,
            signed_commits: Policy::Enforce,
            rules_by_role: Policy::Enforce,
            wrong,
            ..Self::default()
        }
    }

    /// True where the value under a key, one below it or one above it is wrong.
    #[must_use]
    pub fn is_wrong_at(&self, key: &str) -> bool {
        let is_below =
            |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
        self.wrong.iter().any(|(wrong, _)| wrong == key || is_below(wrong, key) || is_below(key, wrong))
    }

    /// True where the rules of clocks cannot be read: no clock then says anything.
    #[must_use]
    pub fn has_wrong_clocks(&self) -> bool {
        self.is_wrong_at("") || CLOCK_GROUPS.iter().any(|group| self.is_wrong_at(group))
    }
}

/// Reads values one by one, and gathers what is wrong.
struct Reader<'a> {
    file: &'a Node,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    /// What is wrong with the version of the file.
    fn schema(&self) -> Option<Wrong> {
        Some(("schema".to_owned(), schema_problem(self.file)?))
    }

    /// The groups that are no groups: nothing below them can be read.
    fn groups(&self) -> Vec<Wrong> {
        let groups = ["commit", "attachments", "handover", "policy", "audit", "mail"].into_iter();
        let is_wrong =
            |group: &&str| self.file.at(group).is_some_and(|node| !matches!(node, Node::Map(_) | Node::Null));
        groups.filter(is_wrong).map(|group| (group.to_owned(), "is not a mapping".to_owned())).collect()
    }

    /// A value as text; the default's, where none is set.
    fn text(&self, key: &str) -> String {
        setting_value(self.file, key).map_or_else(|| default_text(key).to_owned(), Node::to_string)
    }

    /// The same of a single value: a list or a mapping is shown in brackets, which no setting takes.
    fn single(&self, key: &str) -> String {
        match setting_value(self.file, key) {
            Some(Node::List(_) | Node::Map(_)) => format!("[{}]", self.text(key)),
            _ => self.text(key),
        }
    }

    fn parsed<T>(&mut self, key: &str, problem: &str, parse: impl Fn(&str) -> Option<T>) -> T
    where
        T: Default,
    {
        if let Some(value) = parse(&self.single(key)) {
            return value;
        }
        self.wrong.push((key.to_owned(), problem.to_owned()));
        parse(default_text(key)).unwrap_or_default()
    }

    fn seconds(&mut self, key: &str) -> i64 {
        self.parsed(key, "is not a duration (use 14d, 36h, 10m)", |text| {
            parse_span(text).and_then(|span| i64::try_from(span.as_secs()).ok())
        })
    }

    /// Addresses, one or several.
    fn addresses(&mut self, key: &str) -> Vec<String> {
        let text = self.text(key);
        let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        match parts.iter().find(|part| address_problem(part).is_some()) {
            None => parts.into_iter().map(str::to_owned).collect(),
            Some(part) => {
                self.wrong.push((key.to_owned(), format!("'{}' is not an e-mail address", visible(part))));
                Vec::new()
            }
        }
    }

    fn or_default<T: Default>(&mut self, read: Result<T, Wrong>) -> T {
        read.unwrap_or_else(|wrong| {
            self.wrong.push(wrong);
            T::default()
        })
    }

    fn prefix(&mut self) -> String {
        let prefix = self.single("commit.prefix");
        let plain = |c: char| c.is_alphanumeric() || "-_./()".contains(c);
        if !prefix.is_empty() && prefix.chars().count() <= 20 && prefix.chars().all(plain) {
            return prefix;
        }
        let problem = format!(
            "'{}' is not a valid prefix (use at most 20 characters: letters, digits and -_./())",
            cut(&visible(&prefix), 40)
        );
        self.wrong.push(("commit.prefix".to_owned(), problem));
        default_text("commit.prefix").to_owned()
    }

    fn policy(&mut self, key: &str) -> Policy {
        if self.file.at("policy").is_some_and(|group| !matches!(group, Node::Map(_) | Node::Null)) {
            return Policy::Enforce;
        }
        let word = self.single(key);
        Policy::parse(&word).unwrap_or_else(|| {
            let problem = format!(
                "'{}' is not a valid value (possible values: {})",
                visible(&word),
                Policy::WORDS.join(", ")
            );
            self.wrong.push((key.to_owned(), problem));
            Policy::Enforce
        })
    }

    fn findings(&mut self, key: &str) -> Vec<Finding> {
        let parse = |words: &str| -> Result<Vec<Finding>, String> {
            let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
            let finding = |word: &str| {
                let known = Finding::WORDS.contains(&word).then(|| Finding::parse(word));
                known.ok_or_else(|| {
                    format!(
                        "'{}' is not a valid value (possible values: {})",
                        visible(word),
                        Finding::WORDS.join(", ")
                    )
                })
            };
            words.map(finding).collect()
        };
        parse(&self.text(key)).unwrap_or_else(|problem| {
            self.wrong.push((key.to_owned(), problem));
            parse(default_text(key)).unwrap_or_default()
        })
    }

    fn queries(&mut self) -> BTreeMap<String, String> {
        let mut queries = BTreeMap::new();
        match self.file.at("queries") {
            None | Some(Node::Null) => {}
            Some(Node::Map(pairs)) => {
                for (name, query) in pairs {
                    match query.as_text() {
                        Some(query) => drop(queries.insert(name.to_string(), query.to_owned())),
                        None => self.wrong.push((format!("queries.{name}"), "is not text".to_owned())),
                    }
                }
            }
            Some(_) => self.wrong.push(("queries".to_owned(), "is not a mapping".to_owned())),
        }
        queries
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
            resolve_by_role: Policy::Warn,
            signed_commits: Policy::Off,
            rules_by_role: Policy::Warn,
            retain_seconds: None,
            carriers: Vec::new(),
            skew_seconds: 600,
            reopen_within_seconds: 14 * 86_400,
            mail: MailSettings::default(),
            queries: BTreeMap::new(),
            clocks: ClockRules::default(),
            agreement: None,
            wrong: Vec::new(),
        }
    }
}

/// The seconds of a year, as retention counts it: 365 days.
const YEAR_SECS: i64 = 365 * 86_400;

/// For how long tickets that ended are kept, in seconds, as a setting has it: `3y`, `90d`; `off` for ever, which is `None`
/// within.
fn retention(text: &str) -> Option<Option<i64>> {
    if text == "off" {
        return Some(None);
    }
    let seconds = match text.strip_suffix('y') {
        Some(years) => years.parse::<i64>().ok()?.checked_mul(YEAR_SECS)?,
        // An m would be minutes, and mean months.
        None if text.contains(['m', 'h']) => return None,
        None => i64::try_from(parse_span(text)?.as_secs()).ok()?,
    };
    (seconds > 0).then_some(Some(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retention_is_a_span_or_off() {
        assert_eq!(retention("3y"), Some(Some(94_608_000)));
        assert_eq!(retention("90d"), Some(Some(7_776_000)));
        assert_eq!(retention("off"), Some(None));
        for wrong in ["", "0d", "0y", "-1y", "y", "3 years", "99999999999999y", "6m", "24h"] {
            assert_eq!(retention(wrong), None, "{wrong}");
        }
    }

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
    fn a_policy_that_cannot_be_read_is_enforced_and_the_rest_counts() {
        let text = "commit: {prefix: tickets, skip_ci: perhaps}\npolicy: {severity_by_owner: offf, level_by_role: off}\n\
                    clocks: {blocker: {response: 4y}}\nqueries: {mine: a, bad: [b]}\n";
        let settings = Settings::read_leniently(&crate::ticket::yaml::parse(text).unwrap());
        assert_eq!((settings.commit_prefix.as_str(), settings.skip_ci), ("tickets", false));
        assert_eq!((settings.severity_by_owner, settings.level_by_role), (Policy::Enforce, Policy::Off));
        assert_eq!(settings.queries.keys().collect::<Vec<_>>(), ["mine"]);
        assert!(settings.has_wrong_clocks() && settings.clocks.is_empty());
        let keys: Vec<&str> = settings.wrong.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(
            keys,
            ["commit.skip_ci", "policy.severity_by_owner", "queries.bad", "clocks.blocker.response"]
        );
        for file in [Node::text("x"), Node::List(Vec::new())] {
            assert_eq!(Settings::read_leniently(&file).severity_by_owner, Policy::Enforce);
        }
    }
}
