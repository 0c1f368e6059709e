//! Whom a text means among the people who are known: by name, address, or a part of either.

use crate::ticket::person::Person;

/// Somebody who is known: of the team, or the one who writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownPerson {
    /// The name.
    pub name: String,
    /// The addresses they write under, the first one to write to.
    pub emails: Vec<String>,
}

/// Whom a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant<'a> {
    /// This one, by the whole name, a word of it, the address, or its part before the `@`.
    One(&'a KnownPerson),
    /// This one, by a part of the name or of an address.
    OneByPart(&'a KnownPerson),
    /// One of these.
    Several(Vec<&'a KnownPerson>),
    /// Nobody who is known.
    Nobody,
}

impl KnownPerson {
    /// How fields name them.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { name: self.name.clone(), email: self.emails.first().cloned().unwrap_or_default() }
    }

    /// True where a field's text names them, in whatever form: by one of their addresses, or by the name alone.
    #[must_use]
    pub fn is_named(&self, text: &str) -> bool {
        Person::parse(text).is_some_and(|other| {
            if other.email.is_empty() { self.has_name(&other.name) } else { self.has_email(&other.email) }
        })
    }

    fn has_name(&self, name: &str) -> bool {
        !name.is_empty() && self.name.to_lowercase() == name.to_lowercase()
    }

    pub(super) fn has_email(&self, email: &str) -> bool {
        self.emails.iter().any(|own| own.eq_ignore_ascii_case(email))
    }

    fn has_local_part(&self, local: &str) -> bool {
        let locals = self.emails.iter().filter_map(|email| email.split_once('@'));
        locals.into_iter().any(|(own, _)| own.eq_ignore_ascii_case(local))
    }

    fn has_word(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        self.name.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|own| own == word)
    }

    fn has_part(&self, part: &str) -> bool {
        let texts = std::iter::once(&self.name).chain(&self.emails);
        texts.into_iter().any(|text| text.to_lowercase().contains(part))
    }
}

/// Whom a text means: the first of these ways that finds somebody decides. `@dana` is `dana`.
#[must_use]
pub fn meant<'a>(text: &str, people: &'a [KnownPerson]) -> Meant<'a> {
    let text = text.trim();
    let text = text.strip_prefix('@').unwrap_or(text);
    let Some(typed) = Person::parse(text) else { return Meant::Nobody };
    let found =
        |is: &dyn Fn(&KnownPerson) -> bool| people.iter().filter(|known| is(known)).collect::<Vec<_>>();
    let is_whole: [&dyn Fn(&KnownPerson) -> bool; 3] = [
        &|known| known.has_email(&typed.email),
        &|known| typed.email.is_empty() && known.has_name(text),
        &|known| typed.email.is_empty() && (known.has_local_part(text) || known.has_word(text)),
    ];
    for is in is_whole {
        match found(is).as_slice() {
            [] => {}
            [one] => return Meant::One(one),
            many => return Meant::Several(many.to_vec()),
        }
    }
    // A whole `Name <address>` is a person, and nobody else.
    if !typed.name.is_empty() && !typed.email.is_empty() {
        return Meant::Nobody;
    }
    let part = text.to_lowercase();
    match found(&|known| known.has_part(&part)).as_slice() {
        [] => Meant::Nobody,
        [one] => Meant::OneByPart(one),
        many => Meant::Several(many.to_vec()),
    }
}

/// True for somebody who is not of a team that is known: what was theirs is nobody's.
#[must_use]
pub fn has_left(who: &str, team: &[KnownPerson]) -> bool {
    !team.is_empty() && !team.iter().any(|member| member.is_named(who))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str, emails: &[&str]) -> KnownPerson {
        KnownPerson { name: name.to_owned(), emails: emails.iter().map(|&email| email.to_owned()).collect() }
    }

    #[test]
    fn a_person_is_found_by_whole_names_before_parts() {
        let team = [
            known("Ann Lee", &["ann@example.com", "lee@old.example"]),
            known("Joanna Ray", &["jo@example.com"]),
            known("Élodie", &["e.b@example.com"]),
        ];
        let name = |text: &str| match meant(text, &team) {
            Meant::One(one) => one.name.clone(),
            Meant::OneByPart(one) => format!("part of {}", one.name),
            Meant::Several(many) => many.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("|"),
            Meant::Nobody => "nobody".to_owned(),
        };
        for (text, expected) in [
            ("Ann Lee", "Ann Lee"),
            ("ann lee", "Ann Lee"),
            ("LEE@old.example", "Ann Lee"),
            ("Somebody <ann@example.com>", "Ann Lee"),
            ("ann", "Ann Lee"),
            ("@ann", "Ann Lee"),
            ("jo", "Joanna Ray"),
            ("anna", "part of Joanna Ray"),
            ("lee", "Ann Lee"),
            ("ray", "Joanna Ray"),
            ("élodie", "Élodie"),
            ("example.com", "Ann Lee|Joanna Ray|Élodie"),
            ("Ann Lee <other@example.com>", "nobody"),
            ("bob", "nobody"),
            ("", "nobody"),
        ] {
            assert_eq!(name(text), expected, "{text}");
        }
    }
}
