//! What a definition of a figure is.

use crate::report::case::Case;
use crate::report::period::Period;

/// What a figure's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Cases that are counted.
    Count,
    /// Cases of which some share is meant: 1 for those, 0 for the others.
    Share,
    /// Seconds, by day and night.
    Span,
    /// Seconds within business hours.
    Hours,
    /// Seconds that are added up.
    Sum,
}

impl Unit {
    /// The word of machine formats.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "tickets",
            Self::Share => "percent",
            Self::Span => "seconds",
            Self::Hours => "business-seconds",
            Self::Sum => "seconds-in-all",
        }
    }
}

/// A definition of a figure, and what a ticket adds to it.
pub struct Definition {
    /// Its name in machine formats.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its values are.
    pub unit: Unit,
    /// What it is.
    pub about: &'static str,
    /// True where it looks at what is so at the end of the period; otherwise only at what happened in it.
    pub(super) is_of_end: bool,
    pub(super) collect: fn(&Case, Period) -> Vec<i64>,
}
