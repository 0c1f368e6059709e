//! What an imported file brought beside its tickets.

/// What a file brought that whoever imports is told.
#[derive(Debug, Default)]
pub struct FromFile {
    /// The attachments that its tickets name, and that did not come with them.
    pub missing_attachments: usize,
    /// The entries in the name of whoever imports that no commit brought here, as `c8ff resolve`.
    pub own_entries: Vec<String>,
}
