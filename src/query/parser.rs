//! From the pieces of a query to its tree: AND by standing side by side, OR, NOT, parentheses.

use std::time::Duration;

use crate::query::lexer::{Piece, Token, Value, tokens};
use crate::query::phrase::{Phrase, Place};
use crate::query::tree::{
    Compare, FIELDS, Filter, Key, PROPERTIES, Property, Query, SORT_KEYS, Sort, SyntaxError, Test,
};
use crate::ticket::{Area, Finding, Severity, Status, Timestamp, Type, nearest, parse_span};

const DAY_SECS: u64 = 86_400;
/// Parentheses and minuses may nest this deep, so that no query can exhaust the stack.
const MAX_DEPTH: usize = 64;

/// Reads a query.
///
/// # Errors
/// The column, what is wrong there, and what was perhaps meant.
pub fn parse(text: &str) -> Result<Query, SyntaxError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0, depth: 0, sort: None, limit: None };
    let filter = parser.any()?;
    if let Some(token) = parser.peek() {
        return Err(error(token.column, "this parenthesis closes nothing".to_owned()));
    }
    Ok(Query { filter, sort: parser.sort, limit: parser.limit })
}

fn error(column: usize, problem: String) -> SyntaxError {
    SyntaxError { column, problem, hint: None }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    sort: Option<Sort>,
    limit: Option<usize>,
}

type Parsed = Result<Filter, SyntaxError>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next_is(&self, piece: &Piece) -> bool {
        self.peek().is_some_and(|token| token.piece == *piece)
    }

    /// Alternatives with OR between them.
    fn any(&mut self) -> Parsed {
        let mut alternatives = vec![self.all()?];
        while self.next_is(&Piece::Or) {
            let column = self.peek().map_or(1, |token| token.column);
            self.at += 1;
            let next = self.all()?;
            let empty = Filter::All(Vec::new());
            if next == empty || alternatives.last() == Some(&empty) {
                return Err(error(column, "OR must be between two terms".to_owned()));
            }
            alternatives.push(next);
        }
        Ok(match alternatives.len() {
            1 => alternatives.remove(0),
            _ => Filter::Any(alternatives),
        })
    }

    /// Terms side by side: all must hold.
    fn all(&mut self) -> Parsed {
        let mut terms = Vec::new();
        while let Some(token) = self.peek().cloned() {
            if matches!(token.piece, Piece::Or | Piece::Close) {
                break;
            }
            self.at += 1;
            terms.extend(self.one(token)?);
        }
        Ok(Filter::All(terms))
    }

    /// One term; `None` for `sort:` and `limit:`, which are no conditions.
    fn one(&mut self, token: Token) -> Result<Option<Filter>, SyntaxError> {
        let column = token.column;
        match token.piece {
            Piece::Word(word) => Ok(Some(Filter::Words(phrase(None, &word, column)?))),
            Piece::Term(field, values) => self.term(column, &field, &values),
            Piece::Minus => self.deeper(column, |parser| {
                let Some(next) = parser.peek().cloned() else {
                    return Err(error(column, "a minus must be before a term".to_owned()));
                };
                parser.at += 1;
                Ok(parser.one(next)?.map(|filter| Filter::Not(Box::new(filter))))
            }),
            Piece::Open => self.deeper(column, |parser| {
                let inner = parser.any()?;
                if !parser.next_is(&Piece::Close) {
                    return Err(error(column, "this parenthesis is not closed".to_owned()));
                }
                parser.at += 1;
                Ok(Some(inner))
            }),
            Piece::Or | Piece::Close => Err(error(column, "a term belongs here".to_owned())),
        }
    }

    fn deeper<T>(
        &mut self,
        column: usize,
        inner: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(error(column, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn term(&mut self, column: usize, field: &str, values: &[Value]) -> Result<Option<Filter>, SyntaxError> {
        let first = values.first().map_or("", |value| value.text.as_str());
        let value_column = column + field.chars().count() + 1;
        if matches!(field, "sort" | "limit") && values.len() > 1 {
            return Err(error(value_column, format!("{field}: takes one value")));
        }
        match field {
            "sort" => {
                let name = first.trim_start_matches('-');
                let Some(key) = SORT_KEYS.iter().find(|key| **key == name) else {
                    return Err(no_such(value_column, name, SORT_KEYS));
                };
                self.sort = Some(Sort { key, descending: first.starts_with('-') });
                Ok(None)
            }
            "limit" => {
                let limit =
                    first.parse().map_err(|_| error(value_column, format!("'{first}' is not a number")))?;
                self.limit = Some(limit);
                Ok(None)
            }
            "is" => {
                let is = |value: &Value| {
                    let property = Property::parse(&value.text);
                    property.map(Filter::Is).ok_or_else(|| no_such(value_column, &value.text, PROPERTIES))
                };
                Ok(Some(Filter::Any(values.iter().map(is).collect::<Result<_, _>>()?)))
            }
            "has" | "no" => {
                let has = |value: &Value| Ok(Filter::Has(key(&value.text, value_column)?));
                let has = Filter::Any(values.iter().map(has).collect::<Result<_, _>>()?);
                Ok(Some(if field == "has" { has } else { Filter::Not(Box::new(has)) }))
            }
            _ => {
                let key = key(field, column)?;
                let mut tests = Vec::new();
                let mut column = value_column;
                for value in values {
                    tests.push(test(key, field, value, column)?);
                    column += value.text.chars().count() + 1;
                }
                Ok(Some(Filter::Term(key, tests)))
            }
        }
    }
}

fn key(name: &str, column: usize) -> Result<Key, SyntaxError> {
    Key::parse(name).ok_or_else(|| {
        let all = [FIELDS, &["is", "has", "no", "sort", "limit"]].concat();
        let hint = nearest(name, &all).map(|near| format!("did you mean {near}:?"));
        SyntaxError { column, problem: format!("unknown field '{name}'"), hint }
    })
}

/// The comparison sign before a value, if any.
fn compare(value: &str) -> (Option<Compare>, &str) {
    for (sign, compare) in [
        (">=", Compare::AtLeast),
        ("<=", Compare::AtMost),
        (">", Compare::Greater),
        ("<", Compare::Less),
        ("=", Compare::Equal),
    ] {
        if let Some(rest) = value.strip_prefix(sign) {
            return (Some(compare), rest);
        }
    }
    (None, value)
}

/// The words of a text, which must have some.
fn phrase(place: Option<Place>, value: &Value, column: usize) -> Result<Phrase, SyntaxError> {
    let new = if value.is_quoted { Phrase::quoted } else { Phrase::bare };
    new(place, &value.text).ok_or_else(|| SyntaxError {
        column,
        problem: format!("'{}' has no letter or digit to search for", value.text),
        hint: None,
    })
}

fn test(key: Key, field: &str, value: &Value, column: usize) -> Result<Test, SyntaxError> {
    let (sign, rest) = compare(&value.text);
    if rest.is_empty() {
        return Err(error(column, format!("{field}: lacks a value; use no:{field} for tickets without one")));
    }
    let compared = sign.unwrap_or(Compare::Equal);
    match key {
        Key::Severity => rank(compared, rest, Severity::WORDS, column),
        Key::Status if rest == "open" => Ok(Test::Open),
        Key::Status | Key::Was => rank(compared, rest, Status::WORDS, column),
        Key::Type => rank(compared, rest, Type::WORDS, column),
        Key::Area => rank(compared, rest, Area::WORDS, column),
        Key::Level | Key::Reopened | Key::Occurrences | Key::Comments => {
            let number = rest.parse().map_err(|_| error(column, format!("'{rest}' is not a number")))?;
            Ok(Test::Number(compared, number))
        }
        Key::Created | Key::Updated => time(compared, rest, column),
        Key::Due => due(compared, rest, column),
        Key::Title => Ok(Test::Words(phrase(Some(Place::Title), value, column)?)),
        Key::Description => Ok(Test::Words(phrase(Some(Place::Description), value, column)?)),
        Key::Finding if Finding::WORDS.contains(&rest) => Ok(Test::Text(rest.to_owned())),
        Key::Finding => Ok(Test::Words(phrase(Some(Place::Findings), value, column)?)),
        Key::Id
        | Key::Reporter
        | Key::Channel
        | Key::Owner
        | Key::Assignee
        | Key::Affects
        | Key::Environment
        | Key::Label
        | Key::Fingerprint
        | Key::Commit
        | Key::Link
        | Key::Attachment
        | Key::Estimate
        | Key::Resolution
        | Key::Vendor
        | Key::Case
        | Key::By => match sign {
            None => Ok(Test::Text(value.text.to_lowercase())),
            Some(_) => Err(error(column, format!("{field} cannot be compared"))),
        },
    }
}

fn rank(compared: Compare, word: &str, words: &[&str], column: usize) -> Result<Test, SyntaxError> {
    let place = words.iter().position(|known| *known == word.to_lowercase());
    place.map(|place| Test::Rank(compared, place)).ok_or_else(|| no_such(column, word, words))
}

/// A word that is not in its list.
fn no_such(column: usize, word: &str, words: &[&str]) -> SyntaxError {
    SyntaxError {
        column,
        problem: format!("'{word}' is not a valid value (possible values: {})", words.join(", ")),
        hint: nearest(word, words).map(|near| format!("did you mean {near}?")),
    }
}

/// A day, an instant, or how long ahead, such as `4h`.
fn due(compared: Compare, text: &str, column: usize) -> Result<Test, SyntaxError> {
    let test = time(compared, text, column)?;
    Ok(if let Test::Age(compare, span) = test { Test::Ahead(compare, span) } else { test })
}

/// A day, an instant, or an age such as `7d`.
fn time(compared: Compare, text: &str, column: usize) -> Result<Test, SyntaxError> {
    if let Some(day) = Timestamp::parse_day(text) {
        return Ok(Test::Time(compared, day, day.after(Duration::from_secs(DAY_SECS))));
    }
    if let Some(moment) = Timestamp::parse(text) {
        return Ok(Test::Time(compared, moment, moment.after(Duration::from_secs(1))));
    }
    match parse_span(text) {
        Some(age) => Ok(Test::Age(compared, age)),
        None => Err(SyntaxError {
            column,
            problem: format!("'{text}' is not a valid date, time or age"),
            hint: Some("write 2026-01-31, 2026-01-31T09:00:00Z, or an age: <7d, >12h".to_owned()),
        }),
    }
}
