//! Answers to use again: a Markdown file each under `.support/answers/`, with placeholders that a ticket fills.

use std::collections::BTreeMap;

use crate::ticket::{Field, Finding, MAX_LINE_CHARS, MAX_TEXT_BYTES, Node, Person, REDACTED, Ticket, yaml};

/// The longest name of a placeholder, in bytes.
const MAX_PLACEHOLDER: usize = 40;
/// What stands before and after the head of a file.
const FENCE: &str = "---\n";

/// An answer to use again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The name: that of the file.
    pub name: String,
    /// What it is for, in a line.
    pub title: String,
    /// The language it is written in: `en`, `pt-BR`.
    pub language: Option<String>,
    /// Labels to find it by.
    pub labels: Vec<String>,
    /// The text, with placeholders: `{id}`.
    pub text: String,
}

/// The placeholders that a ticket or the project fills, each with what stands there.
pub const PLACEHOLDERS: &[(&str, &str)] = &[
    ("id", "the ticket's ID"),
    ("title", "its title"),
    ("type", "its type"),
    ("severity", "its severity"),
    ("status", "its status before the answer"),
    ("reporter", "the reporter's name"),
    ("owner", "the name of who answers to the reporter"),
    ("assignee", "the name of who works on it"),
    ("me", "your name"),
    ("release", "the releases that it affects"),
    ("environment", "its environment"),
    ("vendor", "the vendor that it is deferred to"),
    ("vendor.case", "the vendor's case"),
    ("workaround", "its workaround"),
];

impl Answer {
    /// The keys of a file's head.
    const KEYS: [&'static str; 3] = ["title", "language", "labels"];

    /// Reads the content of a file: a head of YAML between two lines `---`, which may be missing, and the text.
    ///
    /// # Errors
    /// The line, and what is wrong.
    pub fn read(name: &str, content: &[u8]) -> Result<Self, (usize, String)> {
        let invalid = |error: yaml::SyntaxError| (error.line, error.problem);
        let content = yaml::decode(content).map_err(invalid)?;
        let parts = content.strip_prefix(FENCE).map(|rest| {
            rest.strip_prefix(FENCE)
                .map(|text| ("", text))
                .or_else(|| rest.split_once("\n---\n"))
                .ok_or((1, "its head has no end: a line of ---".to_owned()))
        });
        let (head, text) = parts.transpose()?.unwrap_or(("", &content));
        let node = if head.is_empty() { Node::Null } else { yaml::parse(head).map_err(invalid)? };
        let mut answer = Self { name: name.to_owned(), title: name.to_owned(), ..Self::default() };
        let pairs = match node {
            Node::Map(pairs) => pairs,
            Node::Null => Vec::new(),
            Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) => {
                return Err((
                    1,
                    "what stands between its two lines of --- is not a mapping of keys".to_owned(),
                ));
            }
        };
        for (key, value) in pairs {
            let key = key.to_string();
            answer.set(&key, &value).map_err(|problem| (1 + yaml::line_of(head, &[key]), problem))?;
        }
        let text = text.trim_matches('\n');
        if text.trim().is_empty() {
            return Err((0, "has no text".to_owned()));
        }
        if text.len() > MAX_TEXT_BYTES {
            return Err((0, format!("has {} bytes; a text is at most {MAX_TEXT_BYTES}", text.len())));
        }
        Ok(Self { text: format!("{text}\n"), ..answer })
    }

    fn set(&mut self, key: &str, value: &Node) -> Result<(), String> {
        match (key, value) {
            ("title", Node::Text(title)) if title.chars().count() > MAX_LINE_CHARS => {
                return Err(format!("title: has more than {MAX_LINE_CHARS} characters"));
            }
            ("title", Node::Text(title)) if !title.trim().is_empty() => self.title.clone_from(title),
            ("language", Node::Text(language)) if is_language(language) => {
                self.language = Some(language.clone());
            }
            ("labels", Node::List(labels)) => self.labels = labels.iter().map(Node::to_string).collect(),
            ("title", _) => return Err("title: is not text".to_owned()),
            ("language", _) => return Err("language: is not a language such as en or pt-BR".to_owned()),
            ("labels", _) => return Err("labels: is not a list".to_owned()),
            _ => {
                let known = Self::KEYS.join(", ");
                return Err(format!("unknown key '{}' (known: {known})", crate::ticket::visible(key)));
            }
        }
        Ok(())
    }

    /// The content of the file.
    #[must_use]
    pub fn write(&self) -> String {
        let mut pairs = vec![("title", Node::text(&self.title))];
        pairs.extend(self.language.as_ref().map(|language| ("language", Node::text(language))));
        if !self.labels.is_empty() {
            pairs.push(("labels", Node::texts(self.labels.clone())));
        }
        let Node::Map(pairs) = Node::map(pairs) else { return String::new() };
        format!("{FENCE}{}{FENCE}\n{}\n", yaml::write(&pairs), self.text.trim_matches('\n'))
    }

    /// True for a name that a file may have: lower-case letters, digits and dashes.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=60).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('-')
    }

    /// The names of the placeholders in the text, in order, each once.
    #[must_use]
    pub fn placeholders(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for part in parts(&self.text) {
            if let Part::Placeholder(name) = part
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    /// The text with its placeholders filled: from what was given, else from the ticket.
    ///
    /// # Errors
    /// The placeholders that nothing fills.
    pub fn filled(
        &self,
        ticket: &Ticket,
        me: &Person,
        given: &BTreeMap<String, String>,
    ) -> Result<String, Vec<String>> {
        let (mut text, mut empty) = (String::new(), Vec::new());
        for part in parts(&self.text) {
            match part {
                Part::Text(words) => text.push_str(words),
                Part::Placeholder(name) => {
                    match given.get(name).cloned().or_else(|| told(ticket, me, name)) {
                        Some(value) => text.push_str(value.trim_end_matches('\n')),
                        None if empty.iter().any(|known| known == name) => {}
                        None => empty.push(name.to_owned()),
                    }
                }
            }
        }
        if empty.is_empty() { Ok(text) } else { Err(empty) }
    }
}

/// A language as BCP 47 names it, roughly: letters, then letters and digits between dashes.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=8).contains(&first.len())
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// A part of a text.
enum Part<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// A text in parts. A placeholder is a name in braces; `{{` stands for a brace, and braces around anything else, as in
/// code, stand for themselves.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        parts.push(Part::Text(before));
        let name = after.split_once('}').map(|(name, _)| name).filter(|name| is_placeholder(name));
        if let Some(escaped) = after.strip_prefix('{') {
            parts.push(Part::Text("{"));
            rest = escaped;
        } else if let Some(name) = name {
            parts.push(Part::Placeholder(name));
            rest = after.get(name.len() + 1..).unwrap_or_default();
        } else {
            parts.push(Part::Text("{"));
            rest = after;
        }
    }
    parts.push(Part::Text(rest));
    parts
}

/// True for the name of a placeholder: lower-case letters, digits, dots, dashes and underscores, a letter first.
#[must_use]
pub fn is_placeholder(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    name.len() <= MAX_PLACEHOLDER
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(plain)
}

/// What a ticket tells for a placeholder.
fn told(ticket: &Ticket, me: &Person, name: &str) -> Option<String> {
    let head = ticket.fields();
    let text = |field: Field| head.get(&field).and_then(Node::as_text).map(str::to_owned);
    // A name, and never an address: of the team it is not for the customer.
    let name_of = |who: &str| Person::parse(who).map(|who| who.name).filter(|name| !name.is_empty());
    let person = |field: Field| name_of(&text(field)?);
    let deferral = |key: &str| head.get(&Field::Deferral)?.at(key)?.as_text().map(str::to_owned);
    let value = match name {
        "id" => Some(ticket.id().to_string()),
        "title" => Some(head.title().to_owned()),
        "type" => text(Field::Type),
        "severity" => text(Field::Severity),
        "status" => text(Field::Status),
        "reporter" => person(Field::Reporter),
        "owner" => person(Field::Owner),
        "assignee" => person(Field::Assignee),
        "me" => Some(me.name.clone()).filter(|name| !name.is_empty()),
        "release" => {
            let releases: Vec<&str> = head.members(&Field::Affects).collect();
            Some(releases.join(", ")).filter(|releases| !releases.is_empty())
        }
        "environment" => text(Field::Environment),
        "vendor" => deferral("vendor"),
        "vendor.case" => deferral("case"),
        "workaround" => text(Field::Findings(Finding::Workaround)),
        _ => None,
    };
    // Nobody is told what was taken out.
    value.filter(|value| !value.contains(REDACTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Answer {
        Answer { text: text.to_owned(), ..Answer::default() }
    }

    #[test]
    fn what_was_written_is_read() {
        let whole = Answer {
            name: "reset".to_owned(),
            title: "Reset: a password".to_owned(),
            language: Some("pt-BR".to_owned()),
            labels: vec!["login".to_owned()],
            text: "Hello {reporter},\n\n---\nthe line above stays.\n".to_owned(),
        };
        assert_eq!(Answer::read("reset", whole.write().as_bytes()), Ok(whole));
        let plain = Answer::read("plain", b"\xef\xbb\xbfHello,\r\nthere.\r\n").unwrap();
        assert_eq!((plain.title.as_str(), plain.text.as_str()), ("plain", "Hello,\nthere.\n"));
        for bad in [
            "---\ntitle: x\nHello",
            "---\ntitle: [x]\n---\nHello",
            "---\nlanguage: 7\n---\nHello",
            "---\ntitel: x\n---\nHello",
            "---\n\nHello\n\n---\n\nmore\n",
            "---\n- a\n---\nHello",
            "---\ntitle: x\n---\n \n",
            "",
        ] {
            assert!(Answer::read("bad", bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn placeholders_are_names_in_braces() {
        let text = "{id} {vendor.case} {{id} { id} {} {Id} fn f() { x } {a{b}} {";
        assert_eq!(answer(text).placeholders(), ["id", "vendor.case", "b"]);
    }
}
