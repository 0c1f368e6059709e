//! Words and phrases: how a text is cut into words, and where a ticket's words stand.
//!
//! The index keeps the same words (`index::rows`), so that both ways to answer agree.

use crate::ticket::{Field, Node, Person, Ticket, plain, spelled};

/// A word's first characters tell it from others; what is longer is no word of a language.
const MAX_WORD_CHARS: usize = 64;
/// Stands between two texts, so that no phrase runs from one into the next. It is no letter, so that
/// nobody can look for it.
const BREAK: &str = "\u{fffc}";
/// The signs that are part of a word they end, and what stands for them there: C++, C#. Both are private characters,
/// which no text has as a letter.
const PLUS: char = '\u{e02b}';
const SHARP: char = '\u{e023}';

/// Where words stand in a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The title.
    Title,
    /// The description.
    Description,
    /// What support gathered.
    Findings,
    /// What was said and why things were done.
    Notes,
    /// Labels, affected releases, environment, vendor, case numbers, names of attachments, the reporter.
    Tags,
}

impl Place {
    /// Every place, in the order of [`words_of`].
    pub const ALL: [Self; 5] = [Self::Title, Self::Description, Self::Findings, Self::Notes, Self::Tags];

    /// Its name, as a column of the index.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Findings => "findings",
            Self::Notes => "notes",
            Self::Tags => "tags",
        }
    }
}

/// Words that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// Where they must stand; anywhere, where it does not say.
    pub(crate) place: Option<Place>,
    /// The words, with a blank between two.
    pub(crate) words: String,
    /// True where the last one may be the beginning of a longer word.
    pub(crate) is_beginning: bool,
}

impl Phrase {
    /// A phrase from bare words, which may be the beginning of longer ones. `None` where there is no word in it.
    pub(crate) fn bare(place: Option<Place>, typed: &str) -> Option<Self> {
        let words = words(typed);
        (!words.is_empty()).then_some(Self { place, words, is_beginning: true })
    }

    /// The same phrase as it is typed where a keyboard lacks its letters, if it has such ones.
    pub(crate) fn spelled(&self, typed: &str) -> Option<Self> {
        let words = words(&spelled(typed)?);
        (words != self.words).then(|| Self { words, ..self.clone() })
    }

    /// A phrase from what stands between quotes: the beginning of longer words only with a star at its end.
    pub(crate) fn quoted(place: Option<Place>, typed: &str) -> Option<Self> {
        let is_beginning = typed.trim_end().ends_with('*');
        Self::bare(place, typed).map(|phrase| Self { is_beginning, ..phrase })
    }

    /// True where a ticket's words, place by place, hold the phrase.
    pub(crate) fn is_in(&self, words: &[String; 5]) -> bool {
        let is_here = |place: Place| self.place.is_none_or(|only| only == place);
        Place::ALL.into_iter().zip(words).any(|(place, text)| is_here(place) && self.is_within(text))
    }

    /// True where a text, already cut into words, holds the phrase.
    pub(crate) fn is_within(&self, text: &str) -> bool {
        self.place_in(text).is_some()
    }

    /// The byte at which the phrase first begins in a text, already cut into words.
    pub(crate) fn place_in(&self, text: &str) -> Option<usize> {
        let mut matches = text.match_indices(self.words.as_str()).filter(|(at, found)| {
            let before = text.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with(' '));
            let after = text.get(at + found.len()..).unwrap_or_default();
            before && (self.is_beginning || after.is_empty() || after.starts_with(' '))
        });
        matches.next().map(|(at, _)| at)
    }
}

/// The words of a ticket, place by place.
#[must_use]
pub fn words_of(ticket: &Ticket) -> [String; 5] {
    let head = ticket.fields();
    let notes = ticket.current().filter_map(|entry| entry.note.as_deref());
    let text = |field: &Field| head.get(field).and_then(Node::as_text);
    // Of the address, every word would find half of all customers.
    let reporter = text(&Field::Reporter).and_then(Person::parse).map(|reporter| reporter.name);
    let tags = head
        .members(&Field::Labels)
        .chain(head.members(&Field::Affects))
        .chain(text(&Field::Environment))
        .chain(text(&Field::Key))
        .chain(reporter.as_deref())
        .chain(ticket.current().filter_map(|entry| Some(entry.attachment.as_ref()?.name.as_str())))
        .chain(ticket.deferrals().flat_map(deferred_to));
    [
        joined([head.title()].into_iter()),
        joined(ticket.descriptions()),
        joined(ticket.finding_texts()),
        joined(notes),
        joined(tags),
    ]
}

/// The vendor and the case number of a deferral: they are found after the answer too.
fn deferred_to(deferral: &Node) -> impl Iterator<Item = &str> {
    ["vendor", "case"].into_iter().filter_map(|key| deferral.at(key)?.as_text())
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    let mut add = |text: &str| {
        if !out.is_empty() {
            out.push(' ');
            out.push_str(BREAK);
            out.push(' ');
        }
        add_words(text, &mut out);
    };
    for text in texts {
        add(text);
        if let Some(spelled) = spelled(text) {
            add(&spelled);
        }
    }
    out
}

/// The words of a text, in lower case and without accents, with a blank between two.
#[must_use]
pub fn words(text: &str) -> String {
    let mut out = String::new();
    add_words(text, &mut out);
    out
}

fn add_words(text: &str, out: &mut String) {
    let mut writer = Writer { length: 0, is_glued: false, out };
    if text.is_ascii() {
        writer.take_all(text.chars());
    } else {
        writer.take_all(plain(text));
    }
    let end = writer.out.trim_end().len();
    writer.out.truncate(end);
}

/// Takes characters, and writes words.
struct Writer<'a> {
    /// Characters of the word that is being written.
    length: usize,
    /// True after a character that is a word by itself.
    is_glued: bool,
    out: &'a mut String,
}

impl Writer<'_> {
    fn take_all(&mut self, letters: impl Iterator<Item = char>) {
        let mut letters = letters.peekable();
        while let Some(c) = letters.next() {
            let is_in_word = self.length > 0 && !self.is_glued;
            if is_in_word && c == '+' && letters.next_if_eq(&'+').is_some() {
                self.end_with(&[PLUS, PLUS]);
            } else if is_in_word && c == '#' && !letters.peek().is_some_and(|next| next.is_alphanumeric()) {
                self.end_with(&[SHARP]);
            } else {
                self.take(c);
            }
        }
    }

    /// Ends a word with signs that are part of it.
    fn end_with(&mut self, signs: &[char]) {
        self.out.extend(signs);
        self.out.push(' ');
        self.length = 0;
    }

    fn take(&mut self, c: char) {
        let stands_alone = is_ideograph(c);
        let ends = !c.is_alphanumeric() || stands_alone || self.is_glued;
        if ends && self.length > 0 {
            self.out.push(' ');
            self.length = 0;
        }
        self.is_glued = stands_alone;
        if c.is_alphanumeric() {
            if self.length < MAX_WORD_CHARS {
                self.out.push(c.to_ascii_lowercase());
            }
            self.length += 1;
        }
    }
}

/// True for the characters of scripts that put no blanks between words: each is a word.
fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x0e00..=0x0e7f | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_into_words() {
        for (text, expected) in [
            ("Card payments over 1,000 fail!", "card payments over 1 000 fail"),
            ("Zürich, Ærø, naïve", "zurich aero naive"),
            (
                "C++, C++11 and C#; a+b, g++.",
                "c\u{e02b}\u{e02b} c\u{e02b}\u{e02b} 11 and c\u{e023} a b g\u{e02b}\u{e02b}",
            ),
            ("# Title #12", "title 12"),
            ("src/pay.rs::retry_all", "src pay rs retry all"),
            ("支払い fails", "支 払 い fails"),
            ("  ", ""),
        ] {
            assert_eq!(words(text), expected);
        }
    }

    #[test]
    fn a_phrase_stands_at_the_borders_of_words() {
        let bare = |typed: &str, text: &str| Phrase::bare(None, typed).unwrap().is_within(&words(text));
        let quoted = |typed: &str, text: &str| Phrase::quoted(None, typed).unwrap().is_within(&words(text));
        assert!(bare("pay", "two payments"));
        assert!(!bare("ments", "two payments"));
        assert!(!quoted("pay", "two payments"));
        assert!(quoted("two pay*", "in two payments"));
        assert!(bare("PG-5512", "case pg 5512"));
        assert!(!quoted("a b", "b a"));
        assert!(Phrase::bare(None, "++").is_none());
    }

    #[test]
    fn no_phrase_runs_from_one_text_into_the_next() {
        assert!(!Phrase::quoted(None, "a b").unwrap().is_within(&joined(["x a", "b y"].into_iter())));
    }
}
