//! What the next page is to say of the last click: kept here, since an address should not say it.

use std::collections::VecDeque;
use std::sync::Mutex;

/// The most messages that are kept.
const KEPT: usize = 64;

/// Messages that were not shown yet.
#[derive(Default)]
pub(super) struct Flash {
    kept: Mutex<Kept>,
}

/// The last number, and the messages with theirs.
#[derive(Default)]
struct Kept {
    last: u64,
    messages: VecDeque<(u64, Vec<String>)>,
}

impl Flash {
    /// Keeps lines for the next page, and returns the number that the page asks for them by.
    pub(super) fn keep(&self, lines: Vec<String>) -> u64 {
        let Ok(mut kept) = self.kept.lock() else { return 0 };
        kept.last += 1;
        let number = kept.last;
        kept.messages.push_back((number, lines));
        if kept.messages.len() > KEPT {
            kept.messages.pop_front();
        }
        number
    }

    /// The lines of a number, once.
    pub(super) fn take(&self, number: Option<u64>) -> Vec<String> {
        let (Some(number), Ok(mut kept)) = (number, self.kept.lock()) else { return Vec::new() };
        let place = kept.messages.iter().position(|(known, _)| *known == number);
        place.and_then(|place| kept.messages.remove(place)).map(|(_, lines)| lines).unwrap_or_default()
    }
}
