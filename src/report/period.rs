//! A period of a report.

/// A period: from its first instant up to, not including, its end, in seconds since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its first instant.
    pub from: i64,
    /// Its end.
    pub to: i64,
}

impl Period {
    /// True for an instant within it.
    #[must_use]
    pub fn has(self, at: i64) -> bool {
        (self.from..self.to).contains(&at)
    }
}
