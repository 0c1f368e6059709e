//! Text put back into the quotes that the query language needs; the shell took them off.

/// A text as one word of a query.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A value of a field, in quotes where it needs them.
#[must_use]
pub fn quoted_value(value: &str) -> String {
    if value.contains(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '"')) {
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

/// A word of a query that the shell took out of its quotes: put back into them where it needs them.
#[must_use]
pub fn requoted(word: &str) -> String {
    if !word.contains(char::is_whitespace) || word.contains(['"', '(', ')']) {
        return word.to_owned();
    }
    match word.split_once(':') {
        Some((field, value)) if !field.contains(char::is_whitespace) => format!("{field}:{}", quoted(value)),
        _ => quoted(word),
    }
}
