//! What one walk through trees may look at: eight small objects can stand for billions of files.
//!
//! A folder costs what its object holds, so a walk that opens each object once is as long as the repository is large.
//! Only a folder that stands at many places multiplies; such are opened again up to a bound.

use std::collections::HashSet;

use crate::store::git::limits::{MAX_REPEATED, MAX_WALKED};
use crate::store::git::object_id::ObjectId;

/// What a walk has seen.
#[derive(Debug, Default)]
pub(crate) struct Bounds {
    seen: HashSet<Vec<Option<ObjectId>>>,
    walked: usize,
    repeated: usize,
}

impl Bounds {
    /// True where a folder, or the same folder on several sides, may be opened.
    pub(crate) fn may_open(&self, sides: &[Option<ObjectId>]) -> bool {
        self.walked <= MAX_WALKED && (self.repeated <= MAX_REPEATED || !self.seen.contains(sides))
    }

    /// Counts the entries of a folder that was opened.
    pub(crate) fn opened(&mut self, sides: Vec<Option<ObjectId>>, entries: usize) {
        self.walked = self.walked.saturating_add(entries);
        if !self.seen.insert(sides) {
            // An empty one costs a little, too.
            self.repeated = self.repeated.saturating_add(entries.max(1));
        }
    }
}

/// What is said of a folder that a walk does not open.
pub(crate) const NOT_OPENED: &str =
    "it has more entries than the limit (docs/limits.md), most of them copies of one folder";
