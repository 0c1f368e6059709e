//! A finding of the audit that somebody accepted: what was found, by whom it is accepted, and why. One file each.

use crate::process::problem::Problem;
use crate::process::setting_keys::schema_problem;
use crate::ticket::{Node, Person, Timestamp, is_prefix, visible};

/// The record of an accepted finding: `.support/audit/<finding>.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The finding: the name of the file.
    pub finding: String,
    /// The rule that found it.
    pub rule: String,
    /// The commit's whole name.
    pub commit: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// The path.
    pub path: Option<String>,
    /// What was found.
    pub message: String,
    /// Who accepted it.
    pub by: Person,
    /// When, UTC.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Acceptance {
    /// The keys of the file.
    pub const KEYS: &'static [&'static str] =
        &["schema", "rule", "commit", "ticket", "path", "message", "by", "at", "reason"];

    /// The acceptance of a finding.
    #[must_use]
    pub fn of(fault: &Problem, by: Person, at: Timestamp, reason: &str) -> Self {
        Self {
            finding: fault.id(),
            rule: fault.rule.to_owned(),
            commit: fault.commit.clone(),
            ticket: fault.ticket.as_ref().map(ToString::to_string),
            path: fault.path.clone(),
            message: visible(&fault.message),
            by,
            at,
            reason: reason.trim().to_owned(),
        }
    }

    /// Reads the content of a file.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub fn read(finding: &str, file: &Node) -> Result<Self, (String, String)> {
        let wrong = |key: &str, problem: &str| (key.to_owned(), problem.to_owned());
        if let Some(problem) = schema_problem(file) {
            return Err(("schema".to_owned(), problem));
        }
        let optional = |key: &str| match file.at(key) {
            None | Some(Node::Null) => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(key, "is not text (put it in quotes)")),
        };
        let text = |key: &str| optional(key)?.ok_or_else(|| wrong(key, "is missing"));
        let by = Person::parse(&text("by")?).ok_or_else(|| wrong("by", "is not NAME <ADDRESS>"))?;
        let at = Timestamp::parse(&text("at")?).ok_or_else(|| wrong("at", "is not a time"))?;
        Ok(Self {
            finding: finding.to_owned(),
            rule: text("rule")?,
            commit: optional("commit")?,
            ticket: optional("ticket")?,
            path: optional("path")?,
            message: text("message")?,
            by,
            at,
            reason: text("reason")?,
        })
    }

    /// The content of the file.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let mut pairs = vec![("schema", Node::Number("1".to_owned())), ("rule", Node::text(&self.rule))];
        let optional = [("commit", &self.commit), ("ticket", &self.ticket), ("path", &self.path)];
        pairs.extend(optional.into_iter().filter_map(|(key, text)| Some((key, Node::text(text.as_ref()?)))));
        pairs.push(("message", Node::text(&self.message)));
        pairs.push(("by", Node::text(self.by.to_string())));
        pairs.push(("at", Node::text(self.at.to_string())));
        pairs.push(("reason", Node::text(&self.reason)));
        Node::map(pairs)
    }

    /// True where it is this that was accepted, and nothing else under its name.
    #[must_use]
    pub fn is_of(&self, fault: &Problem) -> bool {
        let ticket = fault.ticket.as_ref().map(ToString::to_string);
        self.rule == fault.rule
            && self.message == visible(&fault.message)
            && (&self.commit, &self.path) == (&fault.commit, &fault.path)
            && self.ticket == ticket
    }

    /// Who accepted it, when, and why, in one line.
    #[must_use]
    pub fn said(&self) -> String {
        let day = self.at.to_string();
        let day = day.split('T').next().unwrap_or_default();
        let reason = self.reason.lines().next().unwrap_or_default();
        format!("accepted by {} on {day}: {}", self.by, visible(reason))
    }

    /// True for a name that a file may have.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        name.len() == Problem::ID_CHARS && is_prefix(name)
    }
}
