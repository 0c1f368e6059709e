//! How much of a ticket is read and written at most; docs/limits.md has the table.

use crate::ticket::codec::MAX_AHEAD;
use crate::ticket::cut_text::MAX_PAIRS;
use crate::ticket::field::MAX_LINE_CHARS;
use crate::ticket::guard::{
    FULL_TICKET_BYTES, MAX_DEPTH, MAX_FILE_BYTES, MAX_ITEMS, MAX_KEYS, MAX_TICKET_BYTES, MAX_VALUES,
};
use crate::ticket::text::MAX_TEXT_BYTES;

/// What is bounded, how much is taken, and in which unit.
#[expect(clippy::cast_possible_truncation, reason = "a thousand")]
pub const LIMITS: &[(&str, usize, &str)] = &[
    ("file of a ticket", MAX_TICKET_BYTES, "bytes"),
    ("file of a ticket that still takes texts of more than 1,024 bytes", FULL_TICKET_BYTES, "bytes"),
    ("file of settings, people, a vendor or a release", MAX_FILE_BYTES, "bytes"),
    ("nesting in such a file", MAX_DEPTH, "levels"),
    ("mapping in such a file", MAX_KEYS, "keys"),
    ("lists in such a file together", MAX_ITEMS, "items"),
    ("such a file", MAX_VALUES, "keys and items"),
    ("long text: description, finding, note", MAX_TEXT_BYTES, "bytes"),
    ("value of one line: title, label, name", MAX_LINE_CHARS, "characters"),
    ("words of a text that two clones redact apart from each other, one by one", MAX_PAIRS, "pairs"),
    ("number of an entry ahead of the number of entries", MAX_AHEAD as usize, "entries"),
];
