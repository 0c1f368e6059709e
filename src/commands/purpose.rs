//! What a text that somebody writes in an editor is for: kept, it is filed for that alone, unless it is named.

use std::ffi::OsString;

use crate::ticket::is_prefix;

/// What a text is for: a command, its tickets, and who reads it.
pub struct Purpose(Vec<String>);

impl Purpose {
    /// Options that stand before a command, with a value.
    const WITH_VALUE: [&'static str; 5] = ["-C", "--branch", "--format", "--color", "--git-dir"];
    /// Options that say who reads a text.
    const READERS: [&'static str; 2] = ["--internal", "--from"];

    /// That of a command as it was typed, the program first.
    #[must_use]
    pub fn of(arguments: &[OsString]) -> Self {
        let words: Vec<&str> = arguments.iter().skip(1).filter_map(|word| word.to_str()).collect();
        let is_value = |place: usize| {
            place
                .checked_sub(1)
                .and_then(|before| words.get(before))
                .is_some_and(|word| Self::WITH_VALUE.contains(word))
        };
        let is_plain = |(place, word): &(usize, &&str)| !word.starts_with('-') && !is_value(*place);
        let mut plain = words.iter().enumerate().filter(is_plain).map(|(_, word)| (*word).to_owned());
        let verb = plain.next();
        let is_ticket =
            |word: &String| verb.as_deref() != Some("new") && is_prefix(word.trim_start_matches('#'));
        let tickets = plain.take_while(is_ticket);
        let readers = words.iter().filter(|word| Self::READERS.contains(word)).map(|word| (*word).to_owned());
        Self(verb.iter().cloned().chain(tickets).chain(readers).collect())
    }

    /// True where a text that was kept for a purpose, as it was written down, is for this one; an id may be cut.
    #[must_use]
    pub fn is(&self, kept: &str) -> bool {
        let kept: Vec<&str> = kept.split_whitespace().collect();
        let is_same = |(own, kept): (&String, &&str)| {
            let (own, kept) = (own.trim_start_matches('#'), kept.trim_start_matches('#'));
            own == kept
                || (is_prefix(own) && is_prefix(kept) && (own.starts_with(kept) || kept.starts_with(own)))
        };
        self.0.len() == kept.len() && self.0.iter().zip(&kept).all(is_same)
    }
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}
