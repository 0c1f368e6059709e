//! The list language: which tickets are meant (docs/query.md). Pure: text to a tree, a tree on a ticket.

mod lexer;
mod matching;
mod parser;
mod tree;

pub use parser::parse;
pub use tree::{Context, FIELDS, Query, SORT_KEYS, SyntaxError};
