//! Reads versions of tickets one after the other: an entry that stands as it stood in an earlier one is not read again.
//!
//! A version differs from the one before by an entry or two, so a ticket of a thousand entries, each with a commit of its
//! own, would else be read half a million entries long. What is read so is what the codec reads: only what we wrote
//! ourselves is put together from its parts, and only where each part is written again as it stands.

use std::collections::HashMap;

use crate::ticket::Ticket;
use crate::ticket::codec::{self, Invalid};
use crate::ticket::entry::Entry;
use crate::ticket::id::TicketId;

/// The line above the entries; no other line of ours is the same, since texts stand further in.
const TIMELINE: &str = "\ntimeline:\n";
/// What an entry begins with.
const ITEM: &str = "- ";
/// The bytes of entries that are kept.
const KEPT_BYTES: usize = 32 * 1024 * 1024;

/// Reads versions of tickets, and keeps the entries.
#[derive(Debug, Default)]
pub struct VersionReader {
    entries: HashMap<Box<str>, Entry>,
    bytes: usize,
}

/// A version of a ticket that was read.
#[derive(Debug, PartialEq, Eq)]
pub struct ReadVersion {
    /// What it says.
    pub ticket: Ticket,
    /// True where it is written as we write it ([`codec::is_canonical`]).
    pub is_canonical: bool,
}

impl VersionReader {
    /// Reads a version, as [`codec::read`] does.
    ///
    /// # Errors
    /// What is wrong, in which field, on which line.
    pub fn read(&mut self, id: &TicketId, bytes: &[u8]) -> Result<ReadVersion, Invalid> {
        if let Some(ticket) = std::str::from_utf8(bytes).ok().and_then(|text| self.ours(id, text)) {
            return Ok(ReadVersion { ticket, is_canonical: true });
        }
        let ticket = codec::read(id, bytes)?;
        let is_canonical = codec::is_canonical(&ticket, bytes);
        Ok(ReadVersion { ticket, is_canonical })
    }

    /// A version in our own form, put together from its head and its entries; `None` for any other.
    fn ours(&mut self, id: &TicketId, text: &str) -> Option<Ticket> {
        let (head, entries) = text.split_at_checked(text.find(TIMELINE)? + 1)?;
        let entries = entries.split_once('\n')?.1;
        let timeline: Vec<Entry> = items(entries)?.map(|item| self.entry(item)).collect::<Option<_>>()?;
        if !timeline.is_sorted_by(|a, b| a < b) {
            return None;
        }
        codec::of_head_and_entries(id, head, timeline)
    }

    /// An entry of ours, from its lines.
    fn entry(&mut self, item: &str) -> Option<Entry> {
        if let Some(known) = self.entries.get(item) {
            return Some(known.clone());
        }
        let entry = codec::of_lines(item)?;
        if self.bytes > KEPT_BYTES {
            self.entries.clear();
            self.bytes = 0;
        }
        self.bytes += item.len();
        self.entries.insert(item.into(), entry.clone());
        Some(entry)
    }
}

/// The lines of each item of a list at the margin; `None` where a line belongs to none.
fn items(list: &str) -> Option<impl Iterator<Item = &str>> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in list.split_inclusive('\n') {
        if line.starts_with(ITEM) {
            starts.push(at);
        } else if !(line.starts_with(' ') || line == "\n") {
            return None;
        }
        at += line.len();
    }
    (starts.first() == Some(&0) && list.ends_with('\n')).then(|| {
        let ends: Vec<usize> = starts.iter().skip(1).copied().chain([list.len()]).collect();
        starts.into_iter().zip(ends).filter_map(|(start, end)| list.get(start..end))
    })
}
