//! Standard input that can be read again: a command that asks for a text is rehearsed first.

use std::cell::RefCell;
use std::io::{self, Read};

/// How much is remembered, in bytes: more than any message may have. What is longer cannot be read again, and belongs to
/// commands that ask for no text.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A reader that remembers what was read.
pub(super) struct Repeatable<R>(RefCell<State<R>>);

struct State<R> {
    inner: R,
    read: Vec<u8>,
    /// Where reading goes on in what was read.
    at: usize,
}

impl<R: Read> Repeatable<R> {
    pub(super) fn new(inner: R) -> Self {
        Self(RefCell::new(State { inner, read: Vec::new(), at: 0 }))
    }

    /// What was read so far, as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow().read).into_owned()
    }

    /// Begins again.
    pub(super) fn repeat(&self) {
        self.0.borrow_mut().at = 0;
    }
}

impl<R: Read> Read for &Repeatable<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let State { inner, read, at } = &mut *self.0.borrow_mut();
        if let Some(mut again) = read.get(*at..).filter(|again| !again.is_empty()) {
            let count = again.read(into)?;
            *at += count;
            return Ok(count);
        }
        let count = inner.read(into)?;
        if read.len() + count <= MAX_BYTES {
            read.extend_from_slice(into.get(..count).unwrap_or_default());
            *at = read.len();
        }
        Ok(count)
    }
}
