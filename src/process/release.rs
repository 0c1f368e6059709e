//! A release as support owns it: handed over by delivery, accepted, retired; one file each.

use crate::ticket::{Field, Node, Ticket, plain_version};

/// A release's record: `.support/releases/<version>.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    /// The version: the name of the file.
    pub version: String,
    /// The tag of the build.
    pub tag: String,
    /// The commit that the tag named when it was handed over; `None` in a record of an earlier version.
    pub commit: Option<String>,
    /// What changed, in the words of delivery.
    pub changes: Option<String>,
    /// Known errors, by their tickets.
    pub known_issues: Vec<String>,
    /// Who knows it.
    pub contacts: Vec<String>,
    /// Where the runbook stands.
    pub runbook: Option<String>,
    /// Where it runs.
    pub environments: Vec<String>,
    /// Who handed it over, and when.
    pub offered: Option<Mark>,
    /// Who accepted it for support, and when.
    pub accepted: Option<Mark>,
    /// Who ended its support, and when.
    pub retired: Option<Mark>,
}

/// Somebody did something at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Who.
    pub by: String,
    /// When, UTC.
    pub at: String,
}

impl Mark {
    fn to_node(&self) -> Node {
        Node::map(vec![("by", Node::text(&self.by)), ("at", Node::text(&self.at))])
    }

    fn read(node: &Node) -> Option<Self> {
        let text = |key: &str| node.at(key).and_then(Node::as_text).map(str::to_owned);
        Some(Self { by: text("by")?, at: text("at")? })
    }
}

impl Release {
    /// The keys of the file.
    pub const KEYS: &'static [&'static str] = &[
        "schema",
        "tag",
        "commit",
        "known_issues",
        "contacts",
        "environments",
        "runbook",
        "changes",
        "offered",
        "accepted",
        "retired",
    ];

    /// Reads the content of a release's file.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub fn read(version: &str, file: &Node) -> Result<Self, (String, String)> {
        let wrong = |key: &str, problem: &str| (key.to_owned(), problem.to_owned());
        let text = |key: &str| match file.at(key) {
            None | Some(Node::Null) => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(key, "is not text (put it in quotes)")),
        };
        let texts = |key: &str| match file.at(key) {
            None => Ok(Vec::new()),
            Some(Node::List(items)) => Ok(items.iter().map(Node::to_string).collect()),
            Some(_) => Err(wrong(key, "is not a list")),
        };
        let mark = |key: &str| match file.at(key) {
            None => Ok(None),
            Some(node) => Mark::read(node).map(Some).ok_or_else(|| wrong(key, "lacks `by` and `at`")),
        };
        Ok(Self {
            version: version.to_owned(),
            tag: text("tag")?.ok_or_else(|| wrong("tag", "is missing"))?,
            commit: text("commit")?,
            changes: text("changes")?,
            known_issues: texts("known_issues")?,
            contacts: texts("contacts")?,
            runbook: text("runbook")?,
            environments: texts("environments")?,
            offered: mark("offered")?,
            accepted: mark("accepted")?,
            retired: mark("retired")?,
        })
    }

    /// The content of the release's file.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let mut pairs = vec![("schema", Node::Number("1".to_owned())), ("tag", Node::text(&self.tag))];
        pairs.extend(self.commit.as_ref().map(|commit| ("commit", Node::text(commit))));
        let mut list = |key: &'static str, items: &[String]| {
            if !items.is_empty() {
                pairs.push((key, Node::texts(items.to_vec())));
            }
        };
        list("known_issues", &self.known_issues);
        list("contacts", &self.contacts);
        list("environments", &self.environments);
        pairs.extend(self.runbook.as_ref().map(|text| ("runbook", Node::text(text))));
        pairs.extend(self.changes.as_ref().map(|text| ("changes", Node::text(text))));
        let marks = [("offered", &self.offered), ("accepted", &self.accepted), ("retired", &self.retired)];
        pairs.extend(marks.into_iter().filter_map(|(key, mark)| Some((key, mark.as_ref()?.to_node()))));
        Node::map(pairs)
    }

    /// Who did what with it and when: handed it over, accepted it, retired it.
    pub fn marks(&self) -> impl Iterator<Item = (&'static str, &Mark)> {
        let marks =
            [("handed over", &self.offered), ("accepted", &self.accepted), ("retired", &self.retired)];
        marks.into_iter().filter_map(|(what, mark)| Some((what, mark.as_ref()?)))
    }

    /// Where it stands: offered, supported, retired.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (&self.accepted, &self.retired) {
            (_, Some(_)) => "retired",
            (Some(_), None) => "supported",
            (None, None) => "offered",
        }
    }

    /// True for a version that a file may be named after.
    #[must_use]
    pub fn is_version(text: &str) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
        (1..=60).contains(&text.len())
            && text.chars().all(plain)
            && !text.starts_with(['.', '-'])
            && !text.ends_with('.')
    }
}

/// True where a ticket says which releases it affects, and support owns none of them: it is the delivery team's.
#[must_use]
pub fn is_unsupported(ticket: &Ticket, releases: &[Release]) -> bool {
    let is_owned = |version: &str| {
        let is_it = |release: &&Release| plain_version(&release.version) == plain_version(version);
        releases.iter().filter(is_it).any(|release| release.state() == "supported")
    };
    let mut affected = ticket.fields().members(&Field::Affects).peekable();
    !releases.is_empty() && affected.peek().is_some() && !affected.any(is_owned)
}
