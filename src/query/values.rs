//! The values of a query's terms: comparisons, ranges, days, people, words.

use std::time::Duration;

use crate::query::habits;
use crate::query::lexer::Value;
use crate::query::matching::is_person;
use crate::query::phrase::{Phrase, Place};
use crate::query::tree::{Compare, Filter, Key, SyntaxError, Test};
use crate::ticket::{
    Area, Finding, Level, LinkKind, Resolution, Severity, Status, Timestamp, Type, is_base32, nearest,
    parse_span, plain_version,
};

const DAY_SECS: u64 = 86_400;

/// A field with its values: any of them, but for those that are excluded with `!=`.
pub(super) fn term_values(
    key: Key,
    field: &str,
    values: &[Value],
    mut column: usize,
) -> Result<Filter, SyntaxError> {
    let (mut tests, mut ranges, mut excluded) = (Vec::new(), Vec::new(), Vec::new());
    let is_excluding = |value: &Value| excluded_value(value).is_some();
    // `status!=resolved,closed` is neither of both.
    let excludes_all = values.first().is_some_and(is_excluding);
    for value in values {
        check_value(field, value, column)?;
        if key == Key::Affects && !value.is_quoted && value.text.contains("..") {
            let problem = format!("'{}' is not a version", value.text);
            let hint = Some(format!("name each: {field}:1.5.0,1.6.0"));
            return Err(SyntaxError { column, problem, hint });
        }
        if excludes_all && !is_excluding(value) {
            excluded.extend(spelled(key, test(key, field, value, column)?));
            column += value.text.chars().count() + 1;
            continue;
        }
        if let Some(value) = excluded_value(value) {
            excluded.extend(spelled(key, test(key, field, &value, column)?));
        } else if let Some(range) = range(key, field, value, column)? {
            ranges.push(range);
        } else {
            let test = test(key, field, value, column)?;
            if let Test::Words(phrase) = &test {
                tests.extend(phrase.spelled(&value.text).map(Test::Words));
            }
            tests.extend(spelled(key, test));
        }
        column += value.text.chars().count() + 1;
    }
    let excluded = (!excluded.is_empty()).then(|| Filter::Not(Box::new(Filter::Term(key, excluded))));
    let term = (!tests.is_empty()).then_some(Filter::Term(key, tests));
    let mut any: Vec<Filter> = term.into_iter().chain(ranges).collect();
    let any = match any.len() {
        0 => None,
        1 => any.pop(),
        _ => Some(Filter::Any(any)),
    };
    Ok(match (any, excluded) {
        (Some(any), Some(excluded)) => Filter::All(vec![any, excluded]),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => Filter::Any(Vec::new()),
    })
}

/// The value that `!=` or `<>` excludes.
fn excluded_value(value: &Value) -> Option<Value> {
    if matches!(value.sign.as_str(), "!=" | "<>") {
        return Some(Value { sign: String::new(), ..value.clone() });
    }
    let rest = value.text.strip_prefix("!=").or_else(|| value.text.strip_prefix("<>"));
    rest.filter(|_| !value.is_quoted).map(|rest| Value { text: rest.to_owned(), ..Value::default() })
}

/// A test of a value, and that of its other spelling: a version with a `v` before it is the same without.
fn spelled(key: Key, test: Test) -> Vec<Test> {
    let other = if let (Key::Affects, Test::Text(text)) = (key, &test) {
        let plain = plain_version(text);
        let is_numbered = plain.starts_with(|c: char| c.is_ascii_digit());
        is_numbered.then(|| if plain == text { format!("v{text}") } else { plain.to_owned() })
    } else {
        None
    };
    std::iter::once(test).chain(other.map(Test::Text)).collect()
}

/// What a value without quotes would be in another language: a negation, a pattern.
fn check_value(field: &str, value: &Value, column: usize) -> Result<(), SyntaxError> {
    if value.is_quoted {
        return Ok(());
    }
    let text = value.text.as_str();
    let refuse = |problem: String, hint: String| Err(SyntaxError { column, problem, hint: Some(hint) });
    let is_negated = (text.starts_with('!') && !text.starts_with("!=")) || text.starts_with('-');
    if is_negated {
        let rest = text.trim_start_matches(['!', '-', '~']);
        return refuse(format!("'{text}' is not a value"), format!("to exclude it: -{field}:{rest}"));
    }
    if let Some(rest) = text.strip_prefix(habits::QUOTES) {
        // What is quoted may go on behind a blank.
        let inner = rest.strip_suffix(habits::QUOTES).unwrap_or("…");
        return refuse(
            format!("{text} has quotes that a query does not know"),
            format!("write '{field}:\"{inner}\"'"),
        );
    }
    if text.starts_with('~') {
        return refuse(
            format!("{field} cannot be searched for a part with ~"),
            "text~, title~, description~ and finding~ can".to_owned(),
        );
    }
    if text.contains(['*', '?']) && !text.ends_with('?') && !text.contains("..") {
        return refuse(
            format!("'{text}' is a pattern, and values are whole"),
            format!("write the value, or {field}:\"{text}\" for the text itself"),
        );
    }
    Ok(())
}

/// `a..b` of a field that is ordered: from the first to the last, both included; either may be left out.
fn range(key: Key, field: &str, value: &Value, column: usize) -> Result<Option<Filter>, SyntaxError> {
    let is_ordered = is_ordered(key);
    let ends = value.text.split_once("..").filter(|_| is_ordered && !value.is_quoted);
    let Some((from, to)) = ends else { return Ok(None) };
    let mut both = Vec::new();
    for (sign, end) in [(">=", from), ("<=", to)] {
        if !matches!(end, "" | "*") {
            let value = Value { text: format!("{sign}{end}"), ..Value::default() };
            both.push(Filter::Term(key, vec![test(key, field, &value, column)?]));
        }
    }
    if let [Filter::Term(_, from), Filter::Term(_, to)] = both.as_slice()
        && is_reversed(from, to)
    {
        let problem = format!("the range '{}' ends before it begins", value.text);
        return Err(SyntaxError::at(column, problem));
    }
    if both.is_empty() {
        return Err(SyntaxError::at(column, format!("'{}' is not a valid range (use FROM..TO)", value.text)));
    }
    Ok(Some(Filter::All(both)))
}

/// True where the end of a range lies before its beginning: nothing would be in it.
fn is_reversed(from: &[Test], to: &[Test]) -> bool {
    match (from, to) {
        ([Test::Rank(_, from)], [Test::Rank(_, to)]) => from > to,
        ([Test::Number(_, from)], [Test::Number(_, to)]) => from > to,
        ([Test::Time(_, from, _)], [Test::Time(_, to, _)]) => from > to,
        ([Test::Day(_, from)], [Test::Day(_, to)]) => from < to,
        _ => false,
    }
}

/// The comparison sign before a value, if any.
fn compare(value: &str) -> (Option<Compare>, &str) {
    for (sign, compare) in [
        (">=", Compare::AtLeast),
        ("<=", Compare::AtMost),
        (">", Compare::Greater),
        ("<", Compare::Less),
        ("==", Compare::Equal),
        ("=", Compare::Equal),
    ] {
        if let Some(rest) = value.strip_prefix(sign) {
            return (Some(compare), rest);
        }
    }
    (None, value)
}

/// The words of a text, which must have some.
pub(super) fn phrase(place: Option<Place>, value: &Value, column: usize) -> Result<Phrase, SyntaxError> {
    let new = if value.is_quoted { Phrase::quoted } else { Phrase::bare };
    new(place, &value.text).ok_or_else(|| SyntaxError {
        column,
        problem: format!("'{}' has no letter or digit to search for", value.text),
        hint: None,
    })
}

/// True for a field whose values stand in an order: they are compared, also in quotes.
fn is_ordered(key: Key) -> bool {
    matches!(
        key,
        Key::Severity
            | Key::Status
            | Key::Level
            | Key::Created
            | Key::Updated
            | Key::Due
            | Key::Reopened
            | Key::Occurrences
            | Key::Comments
    )
}

/// Refuses a word for none where it is no value: people and lists of words have none of that name.
fn check_some(key: Key, field: &str, word: &str, column: usize) -> Result<(), SyntaxError> {
    let takes_words = is_person(key) || matches!(key, Key::Severity | Key::Area | Key::Due | Key::Resolution);
    if !takes_words || !habits::is_none(word) {
        return Ok(());
    }
    let hint = Some(format!("use no:{field} for tickets without one"));
    Err(SyntaxError { column, problem: format!("'{word}' is not a valid value"), hint })
}

/// The comparison of a value, and what it is compared with.
fn sign_of(value: &Value, is_literal: bool) -> (Option<Compare>, &str) {
    match compare(&value.sign).0 {
        None if !is_literal => compare(&value.text),
        sign => (sign, &value.text),
    }
}

fn test(key: Key, field: &str, value: &Value, column: usize) -> Result<Test, SyntaxError> {
    // What stands in quotes is meant as it is: `label:"<b>"`.
    let is_literal = value.is_quoted && !is_ordered(key);
    let (sign, rest) = sign_of(value, is_literal);
    if rest.is_empty() {
        return Err(no_value(field, column));
    }
    let compared = sign.unwrap_or(Compare::Equal);
    check_some(key, field, if is_literal { "" } else { rest }, column)?;
    if compared != Compare::Equal && !is_ordered(key) && key != Key::Was {
        return Err(SyntaxError::at(column, format!("{field} cannot be compared")));
    }
    match key {
        Key::Severity => rank(compared, rest, Severity::WORDS, column),
        Key::Status => status(compared, rest, column),
        Key::Was => rank(compared, rest, Status::WORDS, column),
        Key::Type => rank(compared, rest, Type::WORDS, column),
        Key::Area => rank(compared, rest, Area::WORDS, column),
        Key::Level if !Level::WORDS.contains(&rest) => Err(no_such(column, rest, Level::WORDS)),
        Key::Level | Key::Reopened | Key::Occurrences | Key::Comments => number(compared, rest, column),
        Key::Created | Key::Updated if compared == Compare::Equal => moment(field, rest, column),
        Key::Created | Key::Updated => time(compared, rest, column),
        Key::Due => due(compared, rest, column),
        Key::Title => Ok(Test::Words(phrase(Some(Place::Title), value, column)?)),
        Key::Description => Ok(Test::Words(phrase(Some(Place::Description), value, column)?)),
        Key::Finding if Finding::WORDS.contains(&rest) => Ok(Test::Text(rest.to_owned())),
        Key::Finding => Ok(Test::Words(phrase(Some(Place::Findings), value, column)?)),
        Key::Resolution if matches!(Resolution::parse(rest), Resolution::Unknown(_)) => {
            Err(no_such(column, rest, Resolution::WORDS))
        }
        Key::Id | Key::BlockedBy | Key::Blocks | Key::Parent | Key::Child | Key::DuplicateOf
            if !rest.to_lowercase().chars().all(|c| is_base32(&c.to_string())) =>
        {
            Err(no_id(field, rest, column))
        }
        Key::Link => link(field, rest, column),
        Key::Id
        | Key::Reporter
        | Key::Channel
        | Key::Owner
        | Key::Assignee
        | Key::Watcher
        | Key::Affects
        | Key::Environment
        | Key::Label
        | Key::Fingerprint
        | Key::Commit
        | Key::Attachment
        | Key::Estimate
        | Key::Resolution
        | Key::Vendor
        | Key::BlockedBy
        | Key::Blocks
        | Key::Parent
        | Key::Child
        | Key::DuplicateOf
        | Key::Case
        | Key::Mail
        | Key::Via
        | Key::By => Ok(Test::Text(own_word(key, rest).to_lowercase())),
    }
}

/// The kind of a link as it is stored, or the beginning of the id of a ticket that is linked.
fn link(field: &str, text: &str, column: usize) -> Result<Test, SyntaxError> {
    let text = text.to_lowercase();
    let kinds: Vec<&str> = LinkKind::WORDS.to_vec();
    let typed = kinds.iter().find(|kind| LinkKind::parse(kind).typed() == text);
    // A word of three letters is rather a kind that there is not than the beginning of an id.
    let may_be_id = is_base32(&text) && (text.len() >= 4 || text.contains(|c: char| c.is_ascii_digit()));
    let is_beginning = may_be_id || kinds.iter().any(|kind| kind.starts_with(&text));
    match typed {
        Some(kind) => Ok(Test::Text((*kind).to_owned())),
        None if is_beginning => Ok(Test::Text(text)),
        None => {
            let words: Vec<String> =
                kinds.iter().map(|kind| LinkKind::parse(kind).typed().to_owned()).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut error = no_such(column, &text, &words);
            error.hint = error.hint.or(Some(format!("{field}:ID for a ticket that is linked")));
            Err(error)
        }
    }
}

fn no_value(field: &str, column: usize) -> SyntaxError {
    SyntaxError::at(column, format!("{field}: lacks a value; use no:{field} for tickets without one"))
}

/// The value as it is looked for: `@me` is me.
fn own_word(key: Key, text: &str) -> &str {
    match text {
        "@me" | "currentUser()" if is_person(key) => "me",
        text => text,
    }
}

fn rank(compared: Compare, word: &str, words: &[&str], column: usize) -> Result<Test, SyntaxError> {
    let place = words.iter().position(|known| *known == word.to_lowercase());
    place.map(|place| Test::Rank(compared, place)).ok_or_else(|| no_such(column, word, words))
}

fn no_id(field: &str, word: &str, column: usize) -> SyntaxError {
    let hint = word.strip_prefix('#').map(|id| format!("write {field}:{id}"));
    SyntaxError { column, problem: format!("'{word}' is not the beginning of a ticket ID"), hint }
}

fn status(compared: Compare, word: &str, column: usize) -> Result<Test, SyntaxError> {
    if word.eq_ignore_ascii_case("open") {
        let hint = Some("write status:open, status:<resolved or status:>=resolved".to_owned());
        let problem = "open is more than one status, and cannot be compared".to_owned();
        let is_equal = compared == Compare::Equal;
        return if is_equal { Ok(Test::Open) } else { Err(SyntaxError { column, problem, hint }) };
    }
    rank(compared, word, Status::WORDS, column)
        .map_err(|_| no_such(column, word, &[&["open"], Status::WORDS].concat()))
}

/// A word that is not in its list.
pub(super) fn no_such(column: usize, word: &str, words: &[&str]) -> SyntaxError {
    SyntaxError {
        column,
        problem: format!("'{word}' is not a valid value (possible values: {})", words.join(", ")),
        hint: habits::value(word, words)
            .or_else(|| nearest(word, words).filter(|_| word.parse::<u64>().is_err()))
            .map(|near| format!("did you mean {near}?")),
    }
}

fn number(compared: Compare, text: &str, column: usize) -> Result<Test, SyntaxError> {
    let number = text.parse().map_err(|_| SyntaxError::at(column, format!("'{text}' is not a number")))?;
    Ok(Test::Number(compared, number))
}

/// A day or an instant; an age needs a sign.
fn moment(field: &str, text: &str, column: usize) -> Result<Test, SyntaxError> {
    let test = time(Compare::Equal, text, column)?;
    if !matches!(test, Test::Age(..)) {
        return Ok(test);
    }
    let problem = format!("no ticket is exactly {text} old");
    let hint = Some(format!("write {field}:<{text} for younger, {field}:>{text} for older ones"));
    Err(SyntaxError { column, problem, hint })
}

/// A day, an instant, or how long ahead, such as `4h`.
fn due(compared: Compare, text: &str, column: usize) -> Result<Test, SyntaxError> {
    let test = time(compared, text, column)?;
    Ok(if let Test::Age(compare, span) = test { Test::Ahead(compare, span) } else { test })
}

/// A day, an instant, or an age such as `7d`.
fn time(compared: Compare, text: &str, column: usize) -> Result<Test, SyntaxError> {
    let relative = [("today", 0), ("yesterday", 1), ("tomorrow", -1)];
    if let Some((_, ago)) = relative.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)) {
        return Ok(Test::Day(compared, *ago));
    }
    if let Some(day) = Timestamp::parse_day(text) {
        return Ok(Test::Time(compared, day, day.after(Duration::from_secs(DAY_SECS))));
    }
    if let Some(moment) = Timestamp::parse_typed(text) {
        return Ok(Test::Time(compared, moment, moment.after(Duration::from_secs(1))));
    }
    match parse_span(text) {
        Some(age) => Ok(Test::Age(compared, age)),
        None => Err(SyntaxError {
            column,
            problem: format!("'{text}' is not a valid date, time or age"),
            hint: Some(
                "write 2026-01-31, today, 2026-01-31T09:00:00Z, or an age: <7d (younger), >12h (older)"
                    .to_owned(),
            ),
        }),
    }
}
