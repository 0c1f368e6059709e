//! How issues are read, and the parts of one.

use serde_json::Value;

use crate::intake::tracker::dates::DateForm;
use crate::intake::tracker::person::named;
use crate::intake::tracker::source::Source;
use crate::intake::tracker::words::Words;
use crate::ticket::{Person, Timestamp};

/// Something that was said about an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What tells it from others of the issue.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Person,
    /// What.
    pub text: String,
    /// True for what the customer may not read.
    pub is_internal: bool,
}

/// How an issue ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub at: Timestamp,
    /// True where that is told, and not taken from when it changed last.
    pub is_dated: bool,
    /// The word of our own for how.
    pub code: String,
    /// True where that is told, and not by a word that nobody knows.
    pub is_known: bool,
}

/// How issues are read: whence, by whom, and what somebody said of words and dates.
pub struct Reading<'a> {
    /// Where they come from.
    pub source: Source,
    /// What that tracker is called in the keys of its issues.
    pub tracker: &'a str,
    /// Who imports them.
    pub importer: &'a Person,
    /// Now.
    pub now: Timestamp,
    /// The words of the tracker.
    pub words: &'a mut Words,
    /// How dates are read that leave something open.
    pub dates: &'a DateForm,
    /// True once an issue lacked a date or a person, and was given the importer's.
    pub is_vague: bool,
}

impl Reading<'_> {
    /// The key of an issue of this tracker.
    pub(super) fn key(&self, identity: &str) -> String {
        format!("{}:{identity}", self.tracker)
    }

    /// Whoever is named under some names, or the importer.
    pub(super) fn who(&mut self, object: &Value, names: &[&str]) -> Person {
        let named = named(object, names);
        self.is_vague |= named.is_none();
        named.unwrap_or_else(|| self.importer.clone())
    }
}
