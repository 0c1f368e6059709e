//! A person, as git names one: `Name <email>`.

use std::fmt;

use crate::ticket::text::{is_hidden, visible};

/// Somebody who did something to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    /// The name as git has it; may be empty in hand-written files.
    pub name: String,
    /// The e-mail address, which identifies the person.
    pub email: String,
}

impl Person {
    /// Reads `Name <email>`, a bare address, or a bare name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, email) = parts(text)?;
        Some(Self { name: name.to_owned(), email: email.to_owned() })
    }

    /// What [`Self::short`] is of the person that a text names, without a copy.
    #[must_use]
    pub fn short_of(text: &str) -> Option<&str> {
        parts(text).map(|(name, email)| if name.is_empty() { email } else { name })
    }

    /// The name to show: the name, or the address where there is none.
    #[must_use]
    pub fn short(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    /// True where `text` names this person, by address or by name, in any case.
    #[must_use]
    pub fn is_named(&self, text: &str) -> bool {
        Self::parse(text).is_some_and(|other| {
            if other.email.is_empty() || self.email.is_empty() {
                other.name.eq_ignore_ascii_case(&self.name)
            } else {
                other.email.eq_ignore_ascii_case(&self.email)
            }
        })
    }
}

/// True for an address that may be somebody's: not for what an import gives whose address is not known (RFC 2606, 2).
#[must_use]
pub fn may_be_delivered(email: &str) -> bool {
    let domain = email.rsplit('@').next().unwrap_or_default().to_lowercase();
    !email.is_empty() && domain != "invalid" && !domain.ends_with(".invalid")
}

/// What is wrong with an address that mail is to go to; `None` for one that mail programs, headers and links take as
/// it stands (the plain form of RFC 5322, 3.4.1, without quoted parts).
#[must_use]
pub fn address_problem(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@').unwrap_or((text, ""));
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || is_hidden(c) || ",;:<>()\"\\%".contains(c);
    if local.is_empty() || domain.is_empty() || domain.contains('@') {
        return Some(format!("'{}' is not a valid e-mail address (use name@example.com)", visible(text)));
    }
    // To the programs that send, it would be an option.
    let dash = text.starts_with('-').then_some('-');
    let odd = dash.or_else(|| text.chars().find(|c| is_odd(*c)))?;
    Some(format!(
        "'{}' is not a valid e-mail address: '{}' is not allowed",
        visible(text),
        odd.escape_debug()
    ))
}

/// The name and the address in a text; either may be empty.
fn parts(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let has_control = if text.is_ascii() {
        text.bytes().any(|byte| byte.is_ascii_control())
    } else {
        text.chars().any(char::is_control)
    };
    if text.is_empty() || has_control {
        return None;
    }
    if let Some((name, rest)) = text.split_once('<') {
        return Some((name.trim(), rest.strip_suffix('>')?.trim()));
    }
    Some(if text.contains('@') { ("", text) } else { (text, "") })
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name.as_str(), self.email.as_str()) {
            (name, "") => f.write_str(name),
            ("", email) => write!(f, "<{email}>"),
            (name, email) => write!(f, "{name} <{email}>"),
        }
    }
}
