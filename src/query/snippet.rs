//! Where a query's words stand in a ticket: a piece of the text around the first of them.

use crate::query::phrase::{Phrase, words};
use crate::query::tree::Query;
use crate::ticket::Ticket;

/// The most words of a snippet.
const MAX_WORDS: usize = 16;
/// The words that are shown before the first one found.
const WORDS_BEFORE: usize = 4;

/// A piece of a text: its words as they were written, and whether each was looked for. An ellipsis stands
/// where the text goes on.
pub type Snippet = Vec<(String, bool)>;

const ELLIPSIS: &str = "…";

/// The piece of a ticket's texts, beside its title, where the words of a query stand; `None` where they
/// stand in no text, or no words are looked for.
#[must_use]
pub fn snippet(query: &Query, ticket: &Ticket) -> Option<Snippet> {
    let phrases = query.wanted();
    let notes = ticket.current().filter_map(|entry| entry.note.as_deref());
    let mut texts = ticket.descriptions().chain(ticket.finding_texts()).chain(notes);
    texts.find_map(|text| within(text, &phrases))
}

fn within(text: &str, phrases: &[&Phrase]) -> Option<Snippet> {
    // As typed, with what each becomes when it is looked for: `1,000` is two words there, and one here.
    let typed: Vec<(&str, String)> = text.split_whitespace().map(|word| (word, words(word))).collect();
    let is_found: Vec<bool> = (0..typed.len()).map(|at| is_start(&typed, at, phrases)).collect();
    let lengths = |at: usize| phrases.iter().map(|phrase| length(&typed, at, phrase)).max().unwrap_or(0);
    let first = is_found.iter().position(|found| *found)?;
    let start = first.saturating_sub(WORDS_BEFORE);
    let mut marked_until = 0;
    let mut shown = Vec::new();
    if start > 0 {
        shown.push((ELLIPSIS.to_owned(), false));
    }
    for (at, (word, _)) in typed.iter().enumerate().skip(start).take(MAX_WORDS) {
        if is_found.get(at) == Some(&true) {
            marked_until = marked_until.max(at + lengths(at));
        }
        shown.push(((*word).to_owned(), at < marked_until));
    }
    if start + MAX_WORDS < typed.len() {
        shown.push((ELLIPSIS.to_owned(), false));
    }
    Some(shown)
}

/// True where one of the phrases begins at a word.
fn is_start(typed: &[(&str, String)], at: usize, phrases: &[&Phrase]) -> bool {
    phrases.iter().any(|phrase| length(typed, at, phrase) > 0)
}

/// How many words as typed a phrase takes from a word on; 0 where it does not stand there.
fn length(typed: &[(&str, String)], at: usize, phrase: &Phrase) -> usize {
    let mut here = String::new();
    let first = typed.get(at).map_or(0, |(_, words)| words.len());
    for (count, (_, words)) in typed.iter().skip(at).enumerate() {
        if !here.is_empty() && !words.is_empty() {
            here.push(' ');
        }
        here.push_str(words);
        if phrase.place_in(&here).is_some_and(|at| at < first) {
            return count + 1;
        }
        if here.len() >= first + phrase.words.len() {
            return 0;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_the_text_stands_around_what_was_found() {
        let found = |typed: &str, text: &str| {
            let phrase = Phrase::quoted(None, typed).unwrap();
            let words = within(text, &[&phrase])?;
            Some(
                words
                    .iter()
                    .map(|(word, is_found)| if *is_found { format!("[{word}]") } else { word.clone() })
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        };
        assert_eq!(
            found("over 1", "Payments over 1,000 fail").as_deref(),
            Some("Payments [over] [1,000] fail")
        );
        assert_eq!(found("f*", "a b c d e f, g").as_deref(), Some("… b c d e [f,] g"));
        assert_eq!(found("nothing", "a b c"), None);
        let long = "word ".repeat(40);
        assert!(found("word", &long).is_some_and(|text| text.ends_with(" …")));
    }
}
