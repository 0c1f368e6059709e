//! The settings of e-mail: the desk's addresses, whose mail is taken, what is kept of it.

use crate::process::setting_keys::{default_text, setting_value};
use crate::process::wrong::Wrong;
use crate::ticket::{Node, Person, address_problem, visible};

/// The settings of e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSettings {
    /// The desk's addresses; the first is the one that its messages come from. Of none, no mail is sent.
    pub addresses: Vec<String>,
    /// The desk's name; "Support desk", where there is none.
    pub name: Option<String>,
    /// The name under which the receiving server says what it found out of a sender (`Authentication-Results`, RFC 8601).
    pub server: Option<String>,
    /// True where mail of people who are not known yet opens tickets.
    pub takes_strangers: bool,
    /// True where the whole message is kept as evidence, and not only what it says.
    pub keeps_messages: bool,
    /// How many acknowledgements a sender gets within an hour at most.
    pub acknowledgements: usize,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            addresses: Vec::new(),
            name: None,
            server: None,
            takes_strangers: true,
            keeps_messages: true,
            acknowledgements: 3,
        }
    }
}

impl MailSettings {
    /// Reads them from a file of settings.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub fn read(file: &Node) -> Result<Self, Wrong> {
        let text = |key: &str| {
            setting_value(file, key).map_or_else(|| default_text(key).to_owned(), Node::to_string)
        };
        let people = text("mail.address");
        let people: Vec<Person> =
            people.split(',').filter(|part| !part.trim().is_empty()).filter_map(Person::parse).collect();
        let name = people.first().map(|desk| desk.name.clone()).filter(|name| !name.is_empty());
        let plain = |person: Person| if person.email.is_empty() { person.name } else { person.email };
        let addresses: Vec<String> = people.into_iter().map(plain).collect();
        if let Some(problem) = addresses.iter().find_map(|address| address_problem(address)) {
            return Err(("mail.address".to_owned(), problem));
        }
        let acknowledgements = text("mail.acknowledge").parse();
        Ok(Self {
            addresses,
            name,
            server: Some(text("mail.server")).filter(|server| !server.is_empty()),
            takes_strangers: one_of("mail.unknown", &text("mail.unknown"), ["file", "refuse"])?,
            keeps_messages: one_of("mail.keep", &text("mail.keep"), ["all", "text"])?,
            acknowledgements: acknowledgements
                .map_err(|_| ("mail.acknowledge".to_owned(), "is not a number".to_owned()))?,
        })
    }

    /// The desk, as the writer of what it says by itself. Without an address it is a name alone: whoever takes a message,
    /// and wherever, writes the same.
    #[must_use]
    pub fn desk(&self) -> Person {
        let email = self.addresses.first().cloned().unwrap_or_default();
        let name = self.name.clone().unwrap_or_else(|| "Support desk".to_owned());
        Person { name, email }
    }

    /// True for an address of the desk, with or without a ticket's tag (`support+ID@`).
    #[must_use]
    pub fn is_own(&self, address: &str) -> bool {
        let (plain, _) = untagged(address);
        self.addresses.iter().any(|own| own.eq_ignore_ascii_case(&plain) || own.eq_ignore_ascii_case(address))
    }

    /// The tag of one of the desk's addresses: the `ID` of `support+ID@`.
    #[must_use]
    pub fn tag_of(&self, address: &str) -> Option<String> {
        let (plain, tag) = untagged(address);
        tag.filter(|_| self.addresses.iter().any(|own| own.eq_ignore_ascii_case(&plain)))
    }
}

/// True for the first of two words, false for the second.
fn one_of(key: &str, text: &str, words: [&str; 2]) -> Result<bool, Wrong> {
    let place = words.iter().position(|word| *word == text);
    place.map(|place| place == 0).ok_or_else(|| {
        let problem =
            format!("'{}' is not a valid value (possible values: {})", visible(text), words.join(", "));
        (key.to_owned(), problem)
    })
}

/// An address without its tag, and the tag.
fn untagged(address: &str) -> (String, Option<String>) {
    let parts = address.split_once('@').and_then(|(local, domain)| {
        let (local, tag) = local.split_once('+')?;
        Some((format!("{local}@{domain}"), tag.to_lowercase()))
    });
    parts.map_or_else(|| (address.to_owned(), None), |(plain, tag)| (plain, Some(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desk_knows_its_addresses_and_their_tags() {
        let settings =
            MailSettings { addresses: vec!["support@shop.example".to_owned()], ..MailSettings::default() };
        assert!(
            settings.is_own("Support@Shop.example") && settings.is_own("support+7k3fq2m9xd@shop.example")
        );
        assert!(!settings.is_own("support@other.example") && !settings.is_own("nosupport@shop.example"));
        assert_eq!(settings.tag_of("support+7K3FQ2M9XD@shop.example").as_deref(), Some("7k3fq2m9xd"));
        assert_eq!(settings.tag_of("ann+7k3fq2m9xd@shop.example"), None);
    }
}
