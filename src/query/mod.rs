//! The list language: which tickets are meant (docs/query.md). Pure: text to a tree, a tree on a ticket.

pub(crate) mod asks;
pub(crate) mod context;
mod habits;
mod lexer;
pub(crate) mod matching;
mod parser;
pub(crate) mod phrase;
mod quoting;
mod snippet;
pub(crate) mod tree;
mod values;

pub use context::Context;
pub use habits::{field_of, is_none};
pub use parser::{parse, parse_with};
pub use phrase::{Place, words, words_of};
pub use quoting::{joined, quoted, quoted_value, requoted};
pub use snippet::{Snippet, snippet};
pub use tree::{AWAITED, FIELDS, OTHER_FIELDS, PROPERTIES, Query, SORT_KEYS, SyntaxError};

/// What is bounded, how much is read, and in which unit.
pub const LIMITS: &[(&str, usize, &str)] = &[
    ("parentheses and minuses within each other in a query", parser::MAX_DEPTH, "levels"),
    ("saved queries that are read for one query, each as often as it is named", parser::MAX_SAVED, "queries"),
];
