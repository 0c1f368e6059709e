//! Text put back into the quotes that the query language needs; the shell took them off.

use crate::query::tree::{Key, OTHER_FIELDS};

/// A text as one word of a query.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A value of a field, in quotes where it needs them.
#[must_use]
pub fn quoted_value(value: &str) -> String {
    let is_odd = |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"' | '*' | '?');
    if value.contains(is_odd) || value.starts_with(['-', '!', '~', '=', '<', '>']) {
        quoted(value)
    } else {
        value.to_owned()
    }
}

/// The words of a query that the shell took apart: one that holds blanks was quoted, and stays one.
#[must_use]
pub fn joined(words: &[String]) -> String {
    match words {
        [one] => one.clone(),
        many => many.iter().map(|word| requoted(word)).collect::<Vec<_>>().join(" "),
    }
}

/// A word of a query that the shell took out of its quotes: put back into them where it needs them. One that is a query
/// itself, of several terms, is one: in parentheses.
#[must_use]
pub fn requoted(word: &str) -> String {
    if !word.contains(char::is_whitespace) {
        return word.to_owned();
    }
    if is_query(word) {
        return format!("({word})");
    }
    match word.split_once(':') {
        Some((field, value)) if !field.contains(char::is_whitespace) => {
            // In quotes, a sign of equality would be part of the value; elsewhere it says nothing.
            let is_equal = value.starts_with('=') && !value.starts_with("==");
            format!("{field}:{}", quoted(if is_equal { value.get(1..).unwrap_or_default() } else { value }))
        }
        _ => quoted(word),
    }
}

/// True for a text of several terms: with an operator, parentheses, quotes, a minus, or a field after the first word.
fn is_query(word: &str) -> bool {
    let is_field = |piece: &str| {
        piece.split_once(':').is_some_and(|(field, value)| {
            let field = field.trim_start_matches('-');
            !value.is_empty() && (Key::parse(field).is_some() || OTHER_FIELDS.contains(&field))
        })
    };
    let is_operator = |piece: &str| matches!(piece, "AND" | "OR" | "NOT");
    word.contains(['"', '(', ')'])
        || word.trim_start().starts_with('-')
        || word.split_whitespace().any(is_operator)
        || word
            .split_whitespace()
            .skip(1)
            .any(|piece| is_field(piece) || piece.starts_with(['-', '@']) && piece.len() > 1)
}
