//! A query's text, cut into words, terms, parentheses and OR; quotes hold blanks together.

use crate::query::habits::{clause, comparison, has_parts, is_literal, refused};
use crate::query::tree::{Key, SyntaxError};

/// How far a clause of another language is looked for behind its field.
const CLAUSE_CHARS: usize = 32;

/// A piece of a query, with its column, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) column: usize,
    pub(crate) piece: Piece,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Open,
    Close,
    Or,
    /// AND, which may stand between two terms.
    And,
    /// A minus directly before a term, or NOT.
    Minus,
    /// `@name`: a saved query.
    Saved(String),
    /// A word or phrase.
    Word(Value),
    /// `field:value,value`.
    Term(String, Vec<Value>),
}

/// A text of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Value {
    /// The comparison that stood before quotes: `!=` of `label!="a b"`. Of a value without quotes, it is in the text.
    pub(crate) sign: String,
    pub(crate) text: String,
    /// True where quotes stood around it, or a part of it.
    pub(crate) is_quoted: bool,
}

/// Cuts a query into pieces.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let column = at + 1;
        let mut push = |piece| tokens.push(Token { column, piece });
        match c {
            c if c.is_whitespace() => at += 1,
            '(' | ')' => {
                push(if c == '(' { Piece::Open } else { Piece::Close });
                at += 1;
            }
            '-' if chars.get(at + 1).is_some_and(|next| !next.is_whitespace()) => {
                push(Piece::Minus);
                at += 1;
            }
            _ => {
                let (piece, next) = term(&chars, at)?;
                push(piece);
                at = next;
            }
        }
    }
    Ok(tokens)
}

/// A word, phrase or term from `start`; and where the next piece begins.
fn term(chars: &[char], start: usize) -> Result<(Piece, usize), SyntaxError> {
    let mut at = start;
    let mut field = None;
    let mut values = vec![Value::default()];
    while let Some(&c) = chars.get(at) {
        at += 1;
        let Some(value) = values.last_mut() else { break };
        match c {
            '"' => {
                compared(&mut field, value);
                // `@"name"` is the saved query as `@name` is; `"@name"` is a text.
                value.is_quoted = field.is_some() || value.text != "@";
                at = quoted(chars, at, &mut value.text)?;
            }
            '~' if field.is_none() && !value.is_quoted && has_parts(&value.text) => {
                field = Some(format!("{}~", std::mem::take(&mut value.text)));
            }
            ':' if field.is_none()
                && !value.is_quoted
                && !value.text.is_empty()
                && !is_literal(&value.text, &rest_of_word(chars, at)) =>
            {
                field = Some(std::mem::take(&mut value.text));
            }
            ',' if field.is_some() => values.push(Value::default()),
            '(' if field.is_none()
                && !value.is_quoted
                && matches!(value.text.as_str(), "AND" | "OR" | "NOT") =>
            {
                at -= 1;
                break;
            }
            c if c.is_whitespace() || c == ')' => {
                at -= 1;
                break;
            }
            c => value.text.push(c),
        }
    }
    let piece = match field {
        Some(field) => {
            signed(&field, start + 1)?;
            Piece::Term(field, values)
        }
        None => match values.pop().unwrap_or_default() {
            word if word.is_quoted => Piece::Word(word),
            word if word.text == "OR" => Piece::Or,
            word if word.text == "AND" => Piece::And,
            word if word.text == "NOT" => Piece::Minus,
            word => {
                let rest: String = chars.iter().skip(at).take(CLAUSE_CHARS).collect();
                if let Some((operator, hint)) = clause(&word.text, &rest) {
                    let problem = format!("'{operator}' is not an operator");
                    return Err(SyntaxError { column: start + 1, problem, hint: Some(hint) });
                }
                bare(word, start + 1)?
            }
        },
    };
    Ok((piece, at))
}

/// Where quotes begin behind a comparison, it is no part of the value: `label="a b"`, `label:!="a b"`.
fn compared(field: &mut Option<String>, value: &mut Value) {
    if value.is_quoted {
        return;
    }
    let Some(named) = field else {
        // Whatever stands in the quotes is a value.
        let word = format!("{}x", value.text);
        let Some((name, sign)) = comparison(&word).filter(|(_, sign)| is_sign(sign.trim_end_matches('x')))
        else {
            return;
        };
        let sign = sign.trim_end_matches('x').to_owned();
        let name = name.to_owned();
        value.text = sign;
        *field = Some(name);
        return compared(field, value);
    };
    if is_sign(&value.text) {
        let sign = std::mem::take(&mut value.text);
        if Key::parse(named).is_some() {
            value.sign = sign;
        } else if !matches!(sign.as_str(), "=" | "==") {
            // What is no condition is compared with nothing.
            value.text = sign;
        }
    }
}

fn is_sign(text: &str) -> bool {
    matches!(text, "=" | "==" | "!=" | "<>" | ">=" | "<=" | ">" | "<")
}

/// A field with a sign of another language glued to it.
fn signed(field: &str, column: usize) -> Result<(), SyntaxError> {
    if field.starts_with(|c: char| !c.is_alphanumeric()) {
        refused(&format!("{field}:…"), column)
    } else {
        Ok(())
    }
}

/// A word without quotes: a saved query, a comparison, or what is looked for.
fn bare(word: Value, column: usize) -> Result<Piece, SyntaxError> {
    if let Some(name) = word.text.strip_prefix('@').filter(|name| !name.is_empty()) {
        return Ok(Piece::Saved(name.to_owned()));
    }
    if let Some((field, value)) = comparison(&word.text) {
        let value = match (field, value.strip_prefix('=')) {
            // What is no condition has no sign.
            ("sort" | "limit" | "is" | "has" | "no" | "awaiting", Some(rest)) => rest,
            _ => value,
        };
        let values = value.split(',').map(|text| Value { text: text.to_owned(), ..Value::default() });
        return Ok(Piece::Term(field.to_owned(), values.collect()));
    }
    refused(&word.text, column)?;
    Ok(Piece::Word(word))
}

/// What stands in the word from a place on.
fn rest_of_word(chars: &[char], at: usize) -> String {
    chars.iter().skip(at).take_while(|c| !c.is_whitespace()).collect()
}

/// The text up to the closing quote; a backslash takes the next character as it is.
fn quoted(chars: &[char], start: usize, value: &mut String) -> Result<usize, SyntaxError> {
    let mut at = start;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '"' => return Ok(at),
            '\\' => {
                value.extend(chars.get(at));
                at += 1;
            }
            c => value.push(c),
        }
    }
    let problem = "the quote is not closed".to_owned();
    Err(SyntaxError { column: start, problem, hint: Some("end it with \"".to_owned()) })
}
