//! A regular expression that is compiled where it is needed first: a run that changes one field needs few of them.

use std::sync::OnceLock;

use regex_lite::Regex;

/// A regular expression, and words of which each text that it matches has one.
pub struct Pattern {
    words: &'static [&'static str],
    expression: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// An expression and its words: in lower case where it ignores case.
    #[must_use]
    pub const fn new(words: &'static [&'static str], expression: &'static str) -> Self {
        Self { words, expression, compiled: OnceLock::new() }
    }

    /// The expression, where a text has one of its words. Of an expression that ignores case, the text is given in lower case
    /// (ASCII).
    #[must_use]
    pub fn regex_for(&self, text: &str) -> Option<&Regex> {
        if self.words.iter().any(|word| text.contains(word)) { self.regex() } else { None }
    }

    /// The expression; `None` where it is malformed.
    #[must_use]
    pub fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(self.expression).ok()).as_ref()
    }
}
