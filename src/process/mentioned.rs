//! Whom a text names with an `@`.

use crate::ticket::Person;

/// True for what a name behind an `@` is made of.
fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_')
}

/// True where an `@` after this text stands alone: behind a letter it is part of an address, behind a slash of a path or
/// of an address of the web.
fn stands_alone(before: &str) -> bool {
    before.chars().next_back().is_none_or(|letter| !is_part(letter) && letter != '/')
}

/// The words of a text that stand behind an `@` of their own.
pub(super) fn mentions(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('@').filter_map(|(place, _)| {
        let rest = text.get(place + 1..)?;
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let word = rest.get(..end)?.trim_end_matches(['.', '-', '_']);
        (stands_alone(text.get(..place)?) && !word.is_empty()).then_some(word)
    })
}

/// What a text ends with, where that is the beginning of a mention: the part before it, the `@` included, and what is
/// there of the name.
#[must_use]
pub fn begun_mention(text: &str) -> Option<(&str, &str)> {
    let place = text.rfind('@')?;
    let (before, name) = text.split_at_checked(place + 1)?;
    (stands_alone(text.get(..place)?) && name.chars().all(is_part)).then_some((before, name))
}

/// The words that mean somebody behind an `@`: the part of the address before its own, and those of the name.
#[must_use]
pub fn mention_names(person: &Person) -> Vec<String> {
    let local = person.email.split('@').next().unwrap_or_default();
    let words = person.name.split_whitespace();
    let mut names: Vec<String> = Vec::new();
    for name in std::iter::once(local).chain(words) {
        let is_one = !name.is_empty() && name.chars().all(is_part);
        if is_one && !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_a_word_behind_an_at_sign() {
        let found = |text: &str| mentions(text).map(str::to_owned).collect::<Vec<_>>().join(" ");
        for (text, expected) in [
            ("@dana please", "dana"),
            ("Ask @dana.li, or (@pat).", "dana.li pat"),
            ("dana@example.com wrote", ""),
            ("@", ""),
            ("a @ b @@c", "c"),
            ("line\n@élodie!", "élodie"),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn a_mention_that_is_being_typed_is_the_end_of_a_text() {
        for (text, expected) in [
            ("@", Some(("@", ""))),
            ("see @da", Some(("see @", "da"))),
            ("@pat and @dana.l", Some(("@pat and @", "dana.l"))),
            ("dana@ex", None),
            ("@dana has", None),
            ("none", None),
        ] {
            assert_eq!(begun_mention(text), expected, "{text}");
        }
    }
}
