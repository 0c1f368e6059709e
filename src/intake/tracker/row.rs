//! A row of a table as an object: which cell each field is read from. No word of the other cells is lost.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::intake::tracker::names::{
    self, ALL_VALUES, ASSIGNEE_EMAIL, ASSIGNEES, COMMENTS, CREATED, ENDED, ONE_VALUE, OUTWARD, PARENT,
    RELATED, REPORTER, REPORTER_EMAIL, UNREAD, UPDATED,
};

/// What a cell of a date says where there is none.
const NO_DATE: [&str; 9] =
    ["-", "--", "–", "n/a", "none", "null", "never", "0000-00-00", "0000-00-00 00:00:00"];

/// The columns of a table.
pub(super) struct Columns<'c> {
    /// By their headings, in their order.
    pub(super) heading: Vec<String>,
    /// Fields, and the columns that they are said to be in.
    pub(super) told: &'c [(String, String)],
    /// The names of accounts that comments give by their ids.
    pub(super) accounts: BTreeMap<String, String>,
}

impl Columns<'_> {
    /// Learns from a row which name an account has: `Reporter` beside `Reporter Id`.
    pub(super) fn learn(&mut self, row: &csv::StringRecord) {
        for (place, heading) in self.heading.iter().enumerate() {
            let Some(of) = heading.strip_suffix(" Id") else { continue };
            let nth = self.heading.iter().take(place).filter(|other| *other == heading).count();
            let named = self.heading.iter().enumerate().filter(|(_, other)| *other == of).nth(nth);
            let cells = named.and_then(|(named, _)| Some((row.get(place)?, row.get(named)?)));
            if let Some((id, name)) = cells.filter(|(id, name)| !id.is_empty() && !name.is_empty()) {
                self.accounts.insert(id.to_owned(), name.to_owned());
            }
        }
    }

    /// A row as an object: its columns by their headings, those of one heading as a list, and the fields that are told by
    /// columns. A column that is empty is there all the same.
    pub(super) fn object(&self, row: &csv::StringRecord) -> Map<String, Value> {
        let told = self.told.iter().filter(|(_, from)| self.heading.contains(from)).map(|(field, _)| field);
        let mut object: Map<String, Value> =
            self.heading.iter().chain(told).map(|column| (column.clone(), Value::Null)).collect();
        for (column, cell) in self.heading.iter().zip(row.iter()).filter(|(_, cell)| !cell.is_empty()) {
            // An apostrophe that keeps a spreadsheet from calculating is not the text's.
            let cell =
                cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell);
            self.put(&mut object, column, cell);
        }
        for (column, cell) in passed_over(&mut object) {
            add(&mut object, UNREAD, &format!("{column}: {cell}"));
        }
        object
    }

    fn put(&self, object: &mut Map<String, Value>, column: &str, cell: &str) {
        let told = self.told.iter().filter(|(_, from)| from == column).map(|(field, _)| field.as_str());
        let fields: Vec<&str> = told.chain([column]).collect();
        let is_told = fields.len() > 1;
        if fields.iter().any(|field| [CREATED, ENDED, UPDATED].iter().any(|names| names.contains(field)))
            && NO_DATE.contains(&cell.trim().to_lowercase().as_str())
        {
            return;
        }
        if !is_told && names::is_of_links(column) && !PARENT.contains(&column) {
            match links(column, cell) {
                Some(links) => {
                    links.iter().for_each(|(kind, other)| add(object, &format!("{OUTWARD}{kind})"), other));
                }
                None => add(object, UNREAD, &format!("{column}: {cell}")),
            }
            return;
        }
        if !is_told && !names::is_read(column) {
            let heading = if column.trim().is_empty() { "(no heading)" } else { column };
            add(object, UNREAD, &format!("{heading}: {cell}"));
        }
        let signed = if COMMENTS.contains(&column) { self.signed(cell) } else { None };
        for field in fields {
            add(object, field, signed.as_deref().unwrap_or(cell));
        }
    }

    /// A comment by the name of who wrote it, where it has the id of the account: `21/Nov/26 9:12 AM;5b10ac;what was said`.
    fn signed(&self, cell: &str) -> Option<String> {
        let mut parts = cell.splitn(3, ';');
        let (at, who, said) = (parts.next()?, parts.next()?, parts.next()?);
        Some(format!("{at};{};{said}", self.accounts.get(who.trim())?))
    }
}

/// The others that a cell names, with the word for how: `12, #13`, `Duplicates #31`; `None` of any other text.
fn links(column: &str, cell: &str) -> Option<Vec<(String, String)>> {
    let mut links = Vec::new();
    let is_related = column.eq_ignore_ascii_case(RELATED);
    for part in cell.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let mut words: Vec<&str> = part.split_whitespace().collect();
        let how: Vec<&str> = if is_related {
            let first = words.iter().position(|word| is_id(word)).unwrap_or(words.len());
            words.drain(..first).collect()
        } else {
            vec![column]
        };
        let how = if how.is_empty() { "relates to".to_owned() } else { how.join(" ") };
        if words.is_empty() || !words.iter().all(|word| is_id(word)) {
            return None;
        }
        links.extend(words.iter().map(|word| (how.clone(), word.trim_start_matches('#').to_owned())));
    }
    Some(links)
}

/// True for `31`, `#31` and `SHOP-31`.
fn is_id(word: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let is_name = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_key = word.rsplit_once('-').is_some_and(|(name, number)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && is_name(name) && is_number(number)
    });
    is_number(word.strip_prefix('#').unwrap_or(word)) || is_key
}

/// The cells that no field is read from though it may be in their column: a field of one value is read from one cell, the
/// first, any other from the cells of one column.
fn passed_over(object: &mut Map<String, Value>) -> Vec<(&'static str, String)> {
    let mut rest = Vec::new();
    for names in ONE_VALUE {
        let mut taken: Option<String> = None;
        for name in names {
            for cell in cells(object, name) {
                if taken.is_none() {
                    object.insert((*name).to_owned(), cell.clone().into());
                    taken = Some(cell);
                } else if taken.as_ref() != Some(&cell) && !names::is_noise(name) {
                    rest.push((*name, cell));
                }
            }
        }
    }
    for names in ALL_VALUES {
        let mut given =
            names.iter().map(|name| (*name, cells(object, name))).filter(|(_, cells)| !cells.is_empty());
        if let Some((_, taken)) = given.next() {
            let others = given.flat_map(|(name, cells)| cells.into_iter().map(move |cell| (name, cell)));
            rest.extend(others.filter(|(_, cell)| !taken.contains(cell)));
        }
    }
    for (names, emails) in [(REPORTER, REPORTER_EMAIL), (ASSIGNEES, ASSIGNEE_EMAIL)] {
        let person = names.iter().flat_map(|name| cells(object, name)).next().unwrap_or_default();
        let emails = emails.iter().flat_map(|name| cells(object, name).into_iter().map(|cell| (*name, cell)));
        let emails: Vec<_> = emails.filter(|(_, cell)| !person.contains(cell.as_str())).collect();
        let used = usize::from(!person.contains('@'));
        rest.extend(emails.into_iter().skip(used));
    }
    rest
}

/// The cells of a column.
fn cells(object: &Map<String, Value>, column: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match object.get(column) {
        Some(Value::Array(cells)) => cells.iter().filter_map(text).collect(),
        Some(value) => text(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// Adds a value; a second one under a name makes a list of them.
fn add(object: &mut Map<String, Value>, field: &str, cell: &str) {
    match object.get_mut(field) {
        None | Some(Value::Null) => {
            object.insert(field.to_owned(), cell.into());
        }
        Some(Value::Array(cells)) => cells.push(cell.into()),
        Some(one) => *one = Value::Array(vec![one.take(), cell.into()]),
    }
}
