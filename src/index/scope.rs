//! Where an answer of the index is looked for.

/// Where an answer is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// The edition.
    pub edition: i64,
    /// The ruling by which clocks are judged; none where the project has no clocks.
    pub ruling: Option<i64>,
}
