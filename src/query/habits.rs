//! What people type who are used to git, gh, Jira, Lucene or SQL, and how it is written here. What is not understood is
//! refused with the right spelling: a query never means something else in silence.

use crate::query::tree::{FIELDS as FIELD_NAMES, Key, OTHER_FIELDS, SyntaxError};
use crate::ticket::{nearest, parse_span};

/// Fields as others call them.
const FIELDS: &[(&str, &str)] = &[
    ("state", "status"),
    ("author", "reporter"),
    ("creator", "reporter"),
    ("user", "reporter"),
    ("customer", "reporter"),
    ("involves", "by"),
    ("commenter", "by"),
    ("mentions", "by"),
    ("priority", "severity"),
    ("prio", "severity"),
    ("urgency", "severity"),
    ("impact", "severity"),
    ("importance", "severity"),
    ("issuetype", "type"),
    ("kind", "type"),
    ("category", "type"),
    ("tag", "label"),
    ("tags", "label"),
    ("labels", "label"),
    ("component", "area"),
    ("milestone", "affects"),
    ("version", "affects"),
    ("release", "affects"),
    ("summary", "title"),
    ("subject", "title"),
    ("name", "title"),
    ("body", "description"),
    ("desc", "description"),
    ("assigned", "assignee"),
    ("assigned_to", "assignee"),
    ("queue", "level"),
    ("tier", "level"),
    ("date", "created"),
    ("opened", "created"),
    ("created_at", "created"),
    ("changed", "updated"),
    ("modified", "updated"),
    ("updated_at", "updated"),
    ("duedate", "due"),
    ("supplier", "vendor"),
    ("env", "environment"),
    ("file", "attachment"),
    ("number", "id"),
    ("order", "sort"),
    ("max", "limit"),
];

/// Values as others call them.
const VALUES: &[(&str, &str)] = &[
    ("highest", "blocker"),
    ("urgent", "blocker"),
    ("p0", "blocker"),
    ("p1", "blocker"),
    ("high", "critical"),
    ("p2", "critical"),
    ("medium", "major"),
    ("normal", "major"),
    ("p3", "major"),
    ("low", "minor"),
    ("lowest", "minor"),
    ("trivial", "minor"),
    ("p4", "minor"),
    ("bug", "defect"),
    ("incident", "defect"),
    ("feature", "improvement"),
    ("enhancement", "improvement"),
    ("support", "question"),
    ("done", "resolved"),
    ("fixed", "resolved"),
    ("todo", "new"),
    ("wip", "in-progress"),
    ("doing", "in-progress"),
    ("in_progress", "in-progress"),
    ("inprogress", "in-progress"),
    ("waiting", "pending"),
    ("blocked", "pending"),
    ("onhold", "pending"),
];

/// Fields that no ticket has: releases contain fixes.
const RELEASES: &[&str] = &["fixed", "fixed-in", "fixed_in", "fixedin", "fix-version", "fixversion"];

/// Values that stand for none in other languages.
const NONE: &[&str] = &["none", "null", "empty", "unset", "nobody", "unassigned"];

/// Signs that other languages, and pasted text, have before a term.
const SIGNS: &[char] = &['!', '+', '–', '—', '−', '¬', '^', '~', '‑'];

/// Signs that other languages, shells and word processors quote with.
pub(super) const QUOTES: &[char] = &['\'', '`', '“', '”', '„', '‘', '’', '‚', '«', '»'];

/// Fields whose values are compared: alone, they are what a shell left of a comparison.
const COMPARED: &[&str] =
    &["severity", "status", "level", "created", "updated", "due", "reopened", "occurrences", "comments"];

/// What a field is called here.
pub(super) fn field(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    FIELDS.iter().find(|(other, _)| *other == name).map(|(_, own)| *own)
}

/// What a value is called here, among those that are possible.
pub(super) fn value(word: &str, possible: &[&str]) -> Option<&'static str> {
    let word = word.to_lowercase();
    VALUES.iter().find(|(other, own)| *other == word && possible.contains(own)).map(|(_, own)| *own)
}

/// The field that a name stands for, of ours or of others.
#[must_use]
pub fn field_of(name: &str) -> Option<&'static str> {
    let own = FIELD_NAMES.iter().find(|field| **field == name).copied();
    own.or_else(|| field(name)).filter(|field| Key::parse(field).is_some())
}

/// True for what asks which release fixed a ticket.
pub(super) fn is_release(name: &str) -> bool {
    RELEASES.contains(&name.to_lowercase().as_str())
}

/// True for a value that stands for none.
#[must_use]
pub fn is_none(value: &str) -> bool {
    NONE.contains(&value.to_lowercase().as_str())
}

/// What a field asks in a clause of another language, `severity in (…)`, `assignee is empty`: its operator, and how it is
/// written here.
pub(super) fn clause(word: &str, rest: &str) -> Option<(String, String)> {
    let own = field(word).or_else(|| Key::parse(word).map(|_| word))?;
    let mut words = rest.trim_start().splitn(2, |c: char| c.is_whitespace() || c == '(');
    let operator = words.next().unwrap_or_default().to_lowercase();
    let after = rest.trim_start().get(operator.len()..).unwrap_or_default().trim_start().to_lowercase();
    let is_empty = |text: &str| text.starts_with("empty") || text.starts_with("null");
    let is_list = |text: &str| text.starts_with('(');
    let value =
        after.split_whitespace().next().filter(|value| !value.starts_with(['(', ')'])).unwrap_or("VALUE");
    let hint = match operator.as_str() {
        "in" if is_list(&after) => Some(format!("write {own}:a,b")),
        "not" if after.strip_prefix("in").is_some_and(|rest| is_list(rest.trim_start())) => {
            Some(format!("write {own}!=a,b"))
        }
        "is" if is_empty(&after) => Some(format!("write no:{own}")),
        "is" if after.strip_prefix("not").is_some_and(|rest| is_empty(rest.trim_start())) => {
            Some(format!("write has:{own}"))
        }
        "=" | "==" => Some(format!("write {own}:{}", plain_value(own, value))),
        "!=" | "<>" | ">=" | "<=" | ">" | "<" => Some(match age(&operator, value) {
            Some(age) => format!("write {own}:{age}"),
            None => format!("write {own}:{operator}{}", plain_value(own, value)),
        }),
        _ => None,
    };
    hint.map(|hint| (operator, hint))
}

/// What a time before now is compared with, as Jira writes it (`>= -7d`), as an age: what is later is younger.
fn age(operator: &str, value: &str) -> Option<String> {
    let span = value.strip_prefix('-').filter(|span| parse_span(span).is_some())?;
    let sign = if operator.starts_with('>') { '<' } else { '>' };
    (operator != "!=").then(|| format!("{sign}{span}"))
}

/// A value; what stands for one that a function of Jira's gives.
fn plain_value<'v>(field: &str, value: &'v str) -> &'v str {
    let is_function = value.contains('(') || value == "now";
    match field {
        _ if value.starts_with("currentuser") => "me",
        "created" | "updated" | "due" if is_function => "2026-01-31",
        _ if is_function => "VALUE",
        _ => value,
    }
}

/// Options of gh's lists, and the term that does the same.
const LETTERS: &[(&str, &str)] = &[
    ("l", "label:WORD"),
    ("L", "limit:COUNT"),
    ("s", "status:WORD"),
    ("a", "assignee:WHO"),
    ("A", "reporter:WHO"),
    ("S", "the words themselves"),
    ("m", "affects:VERSION"),
];

/// What is typed as an option, and would leave a word of one letter out; or a number of lines, as `git log -5` has it.
pub(super) fn option(word: &str) -> Option<String> {
    if word.chars().all(|c| c.is_ascii_digit()) {
        return Some(format!("to show no more than {word}: limit:{word}"));
    }
    if let Some((_, term)) = LETTERS.iter().find(|(letter, _)| *letter == word) {
        return Some(format!("write {term}; to exclude the word: NOT {word}"));
    }
    let is_letter = word.len() == 1 && word.chars().all(|c| c.is_ascii_alphabetic());
    is_letter.then(|| format!("see --help for the options; to exclude the word: NOT {word}"))
}

/// What a word without quotes would rather be: a connective, an operator, or the rest of a comparison. As a word it would
/// find something else, or nothing.
pub(super) fn refused(word: &str, column: usize) -> Result<(), SyntaxError> {
    let refuse = |problem: String, spelling: &str| {
        let hint = format!("{spelling}; to search for the text: '\"{word}\"'");
        Err(SyntaxError { column, problem, hint: Some(hint) })
    };
    let upper = word.to_uppercase();
    if word != upper && matches!(upper.as_str(), "AND" | "OR" | "NOT") {
        return refuse(format!("'{word}' is not an operator"), &format!("write {upper}"));
    }
    match word {
        "&&" | "&" | "+" => {
            return refuse(format!("'{word}' is not an operator"), "terms side by side must all hold");
        }
        "||" | "|" => return refuse(format!("'{word}' is not an operator"), "write OR"),
        "!" => return refuse(format!("'{word}' is not an operator"), "write a minus before the term"),
        "~" | "!~" => {
            return refuse(format!("'{word}' is not a term"), "write title~TEXT or text~TEXT without blanks");
        }
        "=" | "==" | "!=" | "<>" | ">" | ">=" | "<" | "<=" | ":" => {
            return refuse(format!("'{word}' is not a term"), "write field:value without blanks");
        }
        "ORDER" => return refuse("'ORDER' is not an operator".to_owned(), "write sort:FIELD"),
        "SELECT" | "WHERE" | "LIKE" | "IN" | "IS" | "BETWEEN" | "LIMIT" => {
            return refuse(format!("'{word}' is not an operator"), "write field:value, or field:a,b");
        }
        _ => {}
    }
    if let Some(sign) = word.chars().next().filter(|sign| SIGNS.contains(sign) && word.chars().count() > 1) {
        let rest: String = word.chars().skip(1).collect();
        let spelling = match sign {
            '+' => "terms side by side must all hold".to_owned(),
            _ => format!("to exclude it: -{rest}"),
        };
        return refuse(format!("'{sign}' is not an operator"), &spelling);
    }
    if word.contains('|') {
        return refuse("'|' is not an operator".to_owned(), "write OR between the terms");
    }
    // The `?` of an address on the web is no pattern.
    let is_pattern = word.contains(['*', '^']) || (word.contains('?') && !word.contains("://"));
    if is_pattern && !word.ends_with(['*', '?']) {
        return refuse(
            format!("'{word}' is a pattern"),
            "a word finds its beginnings; text~ finds a part of one",
        );
    }
    let names: Vec<&str> = word.split(',').collect();
    if names.len() > 1 && names.iter().all(|name| *name == "id" || Key::parse(name).is_some()) {
        return refuse(
            format!("'{word}' names fields, and no condition"),
            "--json prints all fields; --format csv the columns of a list",
        );
    }
    if let Some((field, value)) = nearly_a_term(word) {
        return refuse(format!("'{word}' is nearly a term"), &format!("write {field}:{value}"));
    }
    if COMPARED.contains(&word) {
        let spelling = format!("quote the comparison for the shell: '{word}:>=VALUE'");
        return refuse(format!("'{word}' is a field, and lacks a value"), &spelling);
    }
    Ok(())
}

/// A word such as `severity>=major` or `status!=closed`: the field, and its value with the sign. A name that no field has is
/// taken for one, too, and refused as such.
pub(super) fn comparison(word: &str) -> Option<(&str, &str)> {
    let at = word.find(['=', '!', '<', '>', '~'])?;
    let (field, value) = word.split_at_checked(at)?;
    let is_known = Key::parse(field).is_some()
        || self::field(field).is_some()
        || is_release(field)
        || OTHER_FIELDS.contains(&field);
    (is_known || is_compared(field, value)).then_some((field, value))
}

/// True for a name with a sign and a value, which is no text of another kind: `a=b`, `List<String>`, `HEAD~3`.
fn is_compared(name: &str, value: &str) -> bool {
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let signs = ["==", "!=", "<>", ">=", "<=", "!~", "=", ">", "<", "~"];
    let Some(rest) = signs.iter().find_map(|sign| value.strip_prefix(sign)) else { return false };
    let is_other = value.starts_with('<') && rest.contains('>')
        || value.starts_with('~') && rest.chars().all(|c| c.is_ascii_digit());
    name.len() > 1
        && is_name
        && !is_other
        && rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '@' | '-'))
}

/// The field and the value of a word that looks like a term and is none: with a sign that looks like a colon, a letter
/// that looks like another, something that cannot be seen, or quotes and backslashes of a shell.
fn nearly_a_term(word: &str) -> Option<(&'static str, String)> {
    let at = word.find(|c| matches!(c, '=' | ';') || COLONS.contains(&c))?;
    let (before, after) = word.split_at_checked(at)?;
    let value = after.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let is_kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = before.chars().filter(is_kept).collect::<String>().to_lowercase();
    let name = name.rsplit('.').next().unwrap_or_default();
    let own = field_of(name).or_else(|| OTHER_FIELDS.iter().find(|field| **field == name).copied());
    let like = || FIELD_NAMES.iter().find(|field| looks_like(name, field)).copied();
    own.or_else(like).filter(|_| !value.is_empty()).map(|field| (field, value))
}

/// True for a word that is a field's name but for letters of other scripts, which may look like those of the name.
fn looks_like(word: &str, field: &str) -> bool {
    let is_alike = |(c, own): (char, char)| c == own || !c.is_ascii();
    word.contains(|c: char| c.is_ascii())
        && word.chars().count() == field.len()
        && field.len() >= MIN_ALIKE
        && word.chars().zip(field.chars()).all(is_alike)
}

/// Shorter names are like too many words.
const MIN_ALIKE: usize = 4;

/// A colon, and what looks like one.
const COLONS: &[char] =
    &[':', '：', '﹕', '︓', '∶', 'ː', '˸', '꞉', '։', '׃', '܃', '܄', '᛬', '⁚', 'ꓽ', '⁝', '⁞'];

/// True for what may stand before `~`, which looks for a part of words.
pub(super) fn has_parts(name: &str) -> bool {
    matches!(name, "text" | "title" | "description" | "finding" | "findings")
}

/// True for a text with a colon that is no term: a URL, a path of code, a place in a file.
pub(super) fn is_literal(before: &str, after: &str) -> bool {
    let is_name = before.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_' | '.'));
    // A line of a file, a port: no field that is not known takes a number, unless it is a known one misspelt.
    let number = after.split([':', '.', '/']).next().unwrap_or_default();
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    let is_like_a_field = || {
        Key::parse(before).is_some()
            || field(before).is_some()
            || OTHER_FIELDS.contains(&before)
            || is_release(before)
            || nearest(before, FIELD_NAMES).is_some()
    };
    !is_name
        || after.starts_with(':')
        || after.starts_with("//")
        || (is_number && !is_like_a_field())
        || (before.contains('.') && Key::parse(before).is_none())
}
