//! From the pieces of a query to its tree: AND by standing side by side, OR, NOT, parentheses.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::query::habits;
use crate::query::lexer::{Piece, Token, Value, tokens};
use crate::query::phrase::Place;
use crate::query::tree::{
    AWAITED, Compare, FIELDS, Filter, Key, OTHER_FIELDS, PROPERTIES, Property, Query, SORT_KEYS, Sort,
    SyntaxError, Test,
};
use crate::query::values::{no_such, phrase, term_values};
use crate::ticket::{Status, TicketId, is_base32, nearest};

/// Parentheses and minuses may nest this deep, so that no query can exhaust the stack.
pub(crate) const MAX_DEPTH: usize = 64;
/// So many saved queries are read for one, each as often as it is named: a few that name each other twice would be
/// millions.
pub(crate) const MAX_SAVED: usize = 256;

/// Reads a query.
///
/// # Errors
/// The column, what is wrong there, and what was perhaps meant.
pub fn parse(text: &str) -> Result<Query, SyntaxError> {
    parse_with(text, &BTreeMap::new())
}

/// Reads a query that may name saved ones, and they others.
///
/// # Errors
/// The column, what is wrong there, and what was perhaps meant; a saved query that is not known, or that names itself.
pub fn parse_with(text: &str, saved: &BTreeMap<String, String>) -> Result<Query, SyntaxError> {
    parse_within(text, saved, &[], &Cell::new(0))
}

fn parse_within(
    text: &str,
    saved: &BTreeMap<String, String>,
    within: &[String],
    read: &Cell<usize>,
) -> Result<Query, SyntaxError> {
    let tokens = tokens(text)?;
    let (sort, limit, saved_sort, saved_limit, pasted) = (None, None, None, None, Vec::new());
    let within = within.to_vec();
    let mut parser =
        Parser { tokens, at: 0, depth: 0, sort, limit, saved_sort, saved_limit, pasted, saved, within, read };
    let filter = parser.any()?;
    if let Some(token) = parser.peek() {
        return Err(SyntaxError::at(token.column, "this parenthesis closes nothing".to_owned()));
    }
    let sort = parser.sort.or(parser.saved_sort);
    let limit = parser.limit.or(parser.saved_limit);
    Ok(Query { filter, sort, limit, pasted: parser.pasted })
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    sort: Option<Sort>,
    limit: Option<usize>,
    /// Those of the first saved query that has them: they hold unless the query itself says otherwise.
    saved_sort: Option<Sort>,
    saved_limit: Option<usize>,
    pasted: Vec<String>,
    saved: &'a BTreeMap<String, String>,
    /// The saved queries that are being read.
    within: Vec<String>,
    /// How many saved queries were read.
    read: &'a Cell<usize>,
}

type Parsed = Result<Filter, SyntaxError>;

impl Parser<'_> {
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
                return Err(SyntaxError::at(column, "OR must be between two terms".to_owned()));
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
            if token.piece == Piece::And {
                let is_between = !terms.is_empty()
                    && self
                        .peek()
                        .is_some_and(|next| !matches!(next.piece, Piece::Or | Piece::And | Piece::Close));
                if !is_between {
                    return Err(SyntaxError::at(token.column, "AND must be between two terms".to_owned()));
                }
                continue;
            }
            terms.extend(self.one(token)?);
        }
        Ok(Filter::All(terms))
    }

    /// One term; `None` for `sort:` and `limit:`, which are no conditions.
    fn one(&mut self, token: Token) -> Result<Option<Filter>, SyntaxError> {
        let column = token.column;
        match token.piece {
            Piece::Word(word) => {
                check_quotes(&word, column)?;
                let phrase = phrase(None, &word, column)?;
                let spelled = phrase.spelled(&word.text).map(Filter::Words);
                let words = match spelled {
                    Some(spelled) => Filter::Any(vec![Filter::Words(phrase), spelled]),
                    None => Filter::Words(phrase),
                };
                // An id, or its beginning, pasted from a commit or a mail with what stood around it, is that ticket.
                let id = word.text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
                let is_marked = word.text.trim_start_matches(['(', '[']).starts_with('#');
                let is_id =
                    !word.is_quoted && (TicketId::parse(&id).is_some() || may_begin_id(&id, is_marked));
                self.pasted.extend(is_id.then(|| id.clone()));
                let is_it = is_id.then(|| Filter::Term(Key::Id, vec![Test::Text(id)]));
                Ok(Some(is_it.map_or(words.clone(), |is_it| Filter::Any(vec![words, is_it]))))
            }
            Piece::Term(field, values) => self.term(column, &field, &values),
            Piece::Minus => self.deeper(column, |parser| {
                let Some(next) = parser.peek().cloned() else {
                    return Err(SyntaxError::at(column, "a minus must be before a term".to_owned()));
                };
                if let Piece::Word(word) = &next.piece
                    && next.column == column + 1
                    && !word.is_quoted
                    && let Some(hint) = habits::option(&word.text)
                {
                    let problem = format!("'-{}' is not an option", word.text);
                    return Err(SyntaxError { column, problem, hint: Some(hint) });
                }
                parser.at += 1;
                let negated = parser.one(next)?;
                let nothing = || SyntaxError::at(column, "sort: and limit: cannot be negated".to_owned());
                Ok(Some(Filter::Not(Box::new(negated.ok_or_else(nothing)?))))
            }),
            Piece::Open => self.deeper(column, |parser| {
                let begin = parser.at;
                let inner = parser.any()?;
                if parser.at == begin {
                    return Err(SyntaxError::at(
                        column,
                        "there is nothing between the parentheses".to_owned(),
                    ));
                }
                if !parser.next_is(&Piece::Close) {
                    return Err(SyntaxError::at(column, "this parenthesis is not closed".to_owned()));
                }
                parser.at += 1;
                Ok(Some(inner))
            }),
            Piece::Saved(name) => self.saved_query(&name, column),
            Piece::Or | Piece::And | Piece::Close => {
                Err(SyntaxError::at(column, "a term belongs here".to_owned()))
            }
        }
    }

    /// What a saved query means; its order and limit hold where this one has none.
    fn saved_query(&mut self, name: &str, column: usize) -> Result<Option<Filter>, SyntaxError> {
        if self.within.iter().any(|known| known == name) || self.within.len() > MAX_DEPTH {
            let ring = [self.within.as_slice(), &[name.to_owned()]].concat().join(" -> @");
            return Err(SyntaxError::at(column, format!("saved queries name each other: @{ring}")));
        }
        self.read.set(self.read.get() + 1);
        if self.read.get() > MAX_SAVED {
            let problem = format!("@{name}: more than {MAX_SAVED} saved queries are read for one");
            return Err(SyntaxError { column, problem, hint: None });
        }
        let Some(text) = self.saved.get(name) else {
            let known: Vec<String> = self.saved.keys().map(|name| format!("@{name}")).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let hint = match name {
                "me" => "write assignee:me".to_owned(),
                _ => format!("git support config set queries.{name} 'status:open assignee:me'"),
            };
            let problem = format!("unknown saved query '@{name}' (known: {known})");
            return Err(SyntaxError { column, problem, hint: Some(hint) });
        };
        if text.trim().is_empty() {
            let hint = format!("git support config set queries.{name} 'status:open assignee:me'");
            let problem = format!("the saved query '@{name}' is empty");
            return Err(SyntaxError { column, problem, hint: Some(hint) });
        }
        let within = [self.within.as_slice(), &[name.to_owned()]].concat();
        let inner = parse_within(text, self.saved, &within, self.read).map_err(|inner| SyntaxError {
            column,
            // Of queries within queries, the innermost says it.
            problem: match inner.problem.starts_with('@') {
                true => inner.problem.clone(),
                false => format!("@{name}: {inner}"),
            },
            hint: Some(match inner.hint {
                Some(hint) if hint.contains("git support") => hint,
                Some(hint) => format!("{hint}; see git support config get queries.{name}"),
                None => format!("git support config get queries.{name}"),
            }),
        })?;
        self.pasted.extend(inner.pasted);
        // Among alternatives, they are those of one alone.
        let is_part = self.tokens.iter().any(|token| matches!(token.piece, Piece::Or | Piece::Minus));
        if !is_part {
            self.saved_sort = self.saved_sort.take().or(inner.sort);
            self.saved_limit = self.saved_limit.or(inner.limit);
        }
        Ok(Some(inner.filter))
    }

    fn deeper<T>(
        &mut self,
        column: usize,
        inner: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(SyntaxError::at(column, format!("nested deeper than {MAX_DEPTH} levels")));
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
            return Err(SyntaxError::at(value_column, format!("{field}: takes one value")));
        }
        let is_second = field == "sort" && self.sort.is_some() || field == "limit" && self.limit.is_some();
        if is_second {
            return Err(SyntaxError::at(column, format!("{field}: may be given once")));
        }
        match field {
            "sort" => {
                let name = first.trim_start_matches('-');
                let Some(key) = SORT_KEYS.iter().find(|key| **key == name) else {
                    return Err(no_such(value_column, name, SORT_KEYS));
                };
                // The most relevant come first, as everywhere; of the rest, the least.
                let descending = first.starts_with('-') != (*key == "relevance");
                self.sort = Some(Sort { key, descending });
                Ok(None)
            }
            "limit" => {
                let limit = first
                    .parse()
                    .map_err(|_| SyntaxError::at(value_column, format!("'{first}' is not a number")))?;
                self.limit = Some(limit);
                Ok(None)
            }
            "is" => {
                let is = |value: &Value| {
                    let property = Property::parse(&value.text.to_lowercase());
                    property.map(Filter::Is).ok_or_else(|| no_property(value_column, &value.text))
                };
                Ok(Some(Filter::Any(values.iter().map(is).collect::<Result<_, _>>()?)))
            }
            "awaiting" => {
                let awaited = |value: &Value| {
                    awaiting(&value.text).ok_or_else(|| no_such(value_column, &value.text, AWAITED))
                };
                Ok(Some(Filter::Any(values.iter().map(awaited).collect::<Result<_, _>>()?)))
            }
            "has" | "no" => {
                let has = |value: &Value| {
                    let has = Filter::Has(key(&value.text, value_column)?);
                    Ok(if field == "has" { has } else { Filter::Not(Box::new(has)) })
                };
                Ok(Some(Filter::Any(values.iter().map(has).collect::<Result<_, _>>()?)))
            }
            field if field.ends_with('~') => {
                part(field.trim_end_matches('~'), values, value_column).map(Some)
            }
            _ => {
                let key = key(field, column)?;
                term_values(key, field, values, value_column).map(Some)
            }
        }
    }
}

/// A word that is no property; that of a status is a value of its field.
fn no_property(column: usize, word: &str) -> SyntaxError {
    let error = no_such(column, word, PROPERTIES);
    let is_status = Status::WORDS.contains(&word.to_lowercase().as_str());
    let hint = match word.to_lowercase() {
        word if is_status => Some(format!("write status:{word}")),
        word if word == "assigned" => Some("write has:assignee".to_owned()),
        _ => None,
    };
    SyntaxError { hint: hint.or(error.hint), ..error }
}

/// A part of words, in all texts or in one of them.
fn part(field: &str, values: &[Value], column: usize) -> Parsed {
    let place = match field {
        "title" => Some(Place::Title),
        "description" => Some(Place::Description),
        "finding" | "findings" => Some(Place::Findings),
        _ => None,
    };
    let part = |value: &Value| Ok(Filter::Part(place, phrase(place, value, column)?.words));
    Ok(Filter::Any(values.iter().map(part).collect::<Result<_, _>>()?))
}

/// The tickets on which somebody has to do the next thing.
fn awaiting(who: &str) -> Option<Filter> {
    let is = |status: Status| {
        let place = Status::ALL.iter().position(|known| *known == status).unwrap_or_default();
        Filter::Term(Key::Status, vec![Test::Rank(Compare::Equal, place)])
    };
    let waits = Filter::Any(vec![is(Status::Pending), is(Status::Deferred)]);
    let is_vendors = Filter::Has(Key::Vendor);
    match who {
        "us" => {
            let is_ours = vec![Filter::Not(Box::new(waits)), Filter::Is(Property::Unanswered)];
            Some(Filter::All(vec![Filter::Is(Property::Open), Filter::Any(is_ours)]))
        }
        "customer" => Some(is(Status::Pending)),
        "vendor" => Some(Filter::All(vec![is(Status::Deferred), is_vendors])),
        "enhance" => Some(Filter::All(vec![is(Status::Deferred), Filter::Not(Box::new(is_vendors))])),
        _ => None,
    }
}

/// Refuses a phrase in quotes that a query does not know: its words would be looked for one by one.
fn check_quotes(word: &Value, column: usize) -> Result<(), SyntaxError> {
    const OPENING: [char; 3] = ['“', '„', '«'];
    let rest =
        word.text.strip_prefix(OPENING).filter(|rest| !word.is_quoted && !rest.ends_with(habits::QUOTES));
    let Some(rest) = rest else { return Ok(()) };
    Err(SyntaxError {
        column,
        problem: format!("{} has quotes that a query does not know", word.text),
        hint: Some(format!("write '\"{rest} …\"'")),
    })
}

/// The shortest beginning of an id that commands take.
const MIN_ID: usize = 4;

/// True for a word that is rather the beginning of an id than anything else: with a digit or `#` before it, and long enough.
fn may_begin_id(word: &str, is_marked: bool) -> bool {
    word.len() >= MIN_ID && is_base32(word) && (is_marked || word.contains(|c: char| c.is_ascii_digit()))
}

fn key(name: &str, column: usize) -> Result<Key, SyntaxError> {
    Key::parse(name).ok_or_else(|| {
        if habits::is_release(name) {
            let hint = "which releases contain a fix, show tells of a ticket: git support show ID".to_owned();
            let problem = format!("'{name}' is not a field of tickets");
            return SyntaxError { column, problem, hint: Some(hint) };
        }
        let all = [FIELDS, OTHER_FIELDS].concat();
        let near = habits::field(name).or_else(|| nearest(name, &all));
        let literal = format!("to search for the text, quote it: '\"{name}:…\"'");
        let hint = near.map_or(literal.clone(), |near| format!("did you mean {near}:? {literal}"));
        SyntaxError { column, problem: format!("unknown field '{name}'"), hint: Some(hint) }
    })
}
