//! How strictly a rule of the project is kept.

/// How strictly a rule is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Policy {
    /// Not at all.
    Off,
    /// It is said, and done.
    Warn,
    /// It is refused.
    Enforce,
}

impl Policy {
    /// The words of the settings.
    pub const WORDS: &'static [&'static str] = &["off", "warn", "enforce"];

    /// Reads the word of the settings.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "off" => Some(Self::Off),
            "warn" => Some(Self::Warn),
            "enforce" => Some(Self::Enforce),
            _ => None,
        }
    }
}
