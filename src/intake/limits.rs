//! How much is taken in at most; docs/limits.md has the table.

/// The most bytes of a file, a pipe or standard input that are read: an export of a million tickets.
pub(crate) const MAX_INPUT_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// The most lines of an import.
pub(crate) const MAX_LINES: usize = 4_000_000;
/// The longest line of an import, in bytes: twice what a ticket's file may have.
pub(crate) const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;
/// The most operations of a batch: they are one commit, and decided in memory.
pub const MAX_OPERATIONS: usize = 200_000;
/// The largest JSON document of another tracker that is taken whole, in bytes; lines and tables may be longer.
pub(crate) const MAX_DOCUMENT_BYTES: u64 = 512 * 1024 * 1024;
/// The most files of a folder of reports.
pub(crate) const MAX_REPORTS: usize = 10_000;
/// The longest line of a report, in bytes; what goes beyond is dropped.
pub(crate) const MAX_REPORT_LINE_BYTES: u64 = 1024 * 1024;
/// What git hands to a pre-receive hook, in bytes.
pub const MAX_PUSHED_BYTES: u64 = 64 * 1024 * 1024;

/// What is bounded, how much is taken, and in which unit.
#[expect(clippy::cast_possible_truncation, reason = "the figures are far below what usize holds on 64 bits")]
pub const LIMITS: &[(&str, usize, &str)] = &[
    ("file or standard input of `import`, `batch` and `ci report`", MAX_INPUT_BYTES as usize, "bytes"),
    ("lines of `import`", MAX_LINES, "lines"),
    ("line of `import` or `batch`", MAX_LINE_BYTES as usize, "bytes"),
    ("operations of `batch`", MAX_OPERATIONS, "lines"),
    ("JSON document of another tracker", MAX_DOCUMENT_BYTES as usize, "bytes"),
    ("reports in a folder", MAX_REPORTS, "files"),
    ("line of a report; the rest of it is dropped", MAX_REPORT_LINE_BYTES as usize, "bytes"),
    ("references that git hands to `audit --pre-receive`", MAX_PUSHED_BYTES as usize, "bytes"),
];
