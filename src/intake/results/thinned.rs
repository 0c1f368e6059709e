//! XML in which no run of text is longer than is looked at: the rest of it is dropped as it is read, so that a
//! report may hold megabytes of output without our holding them.

use std::io::{self, Read};

/// The longest run of text, of character data, or of an attribute's value that is passed on, in bytes.
const MAX_RUN_BYTES: usize = 128 * 1024;
/// The longest tag, in bytes.
const MAX_TAG_BYTES: usize = 4 * 1024 * 1024;
const CHARACTER_DATA: &[u8] = b"<![CDATA[";

/// Where in the document we are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    /// In a tag: its first bytes, as far as they can begin character data or a comment.
    Opening(usize),
    Tag {
        quote: u8,
    },
    Data,
    Comment,
}

/// A reader that drops the rest of long texts.
pub(super) struct Thinned<R> {
    inner: R,
    place: Place,
    run: usize,
    /// How long the attribute's value is until here.
    value: usize,
    dropping: bool,
    /// The two bytes before this one.
    last: [u8; 2],
    input: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    lines: usize,
    passed_on: u64,
    /// The position to tell the line of, and that line.
    sought: Option<u64>,
    found: usize,
}

impl<R: Read> Thinned<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            place: Place::Text,
            run: 0,
            value: 0,
            dropping: false,
            last: [0; 2],
            input: vec![0; 64 * 1024],
            ready: Vec::new(),
            given: 0,
            lines: 1,
            passed_on: 0,
            sought: None,
            found: 1,
        }
    }

    /// The line of the document that a position in what was passed on belongs to.
    pub(super) fn line_at(inner: R, position: u64) -> usize {
        let mut reader = Self { sought: Some(position), ..Self::new(inner) };
        // A second error on the way changes nothing: what was counted until then is the best answer.
        let _ = io::copy(&mut reader, &mut io::sink());
        reader.found
    }

    fn take(&mut self, byte: u8) -> io::Result<()> {
        let before = self.place;
        self.run += 1;
        self.place = match before {
            Place::Text if byte == b'<' => Place::Opening(1),
            Place::Text => Place::Text,
            Place::Opening(known) => self.opened(known, byte),
            Place::Tag { quote: 0 } if byte == b'>' => Place::Text,
            Place::Tag { quote: 0 } if matches!(byte, b'"' | b'\'') => Place::Tag { quote: byte },
            Place::Tag { quote } if byte == quote => Place::Tag { quote: 0 },
            Place::Tag { quote } => Place::Tag { quote },
            Place::Data if byte == b'>' && self.last == *b"]]" => Place::Text,
            Place::Comment if byte == b'>' && self.last == *b"--" => Place::Text,
            same @ (Place::Data | Place::Comment) => same,
        };
        self.last = [self.last[1], byte];
        let is_in_value = matches!(before, Place::Tag { quote } if quote != 0);
        self.value = if is_in_value { self.value + 1 } else { 0 };
        let is_text = matches!(before, Place::Text | Place::Data | Place::Comment);
        let is_long = is_text && self.run > MAX_RUN_BYTES || self.value > MAX_RUN_BYTES;
        // Never in the middle of a character.
        if is_long && byte & 0xc0 != 0x80 {
            self.dropping = true;
        }
        if is_in_value && self.place == (Place::Tag { quote: 0 }) {
            self.dropping = false;
        } else if is_in_value && self.dropping {
            // Of the tag, only what is passed on counts.
            self.run -= 1;
        }
        if self.run > MAX_TAG_BYTES && matches!(before, Place::Tag { .. }) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a tag is longer than 4 MiB"));
        }
        let leaves = std::mem::discriminant(&before) != std::mem::discriminant(&self.place);
        if leaves {
            if self.dropping && matches!(before, Place::Data) {
                self.ready.extend(b"]]");
            } else if self.dropping && matches!(before, Place::Comment) {
                self.ready.extend(b"--");
            }
            self.dropping = false;
            self.run = 0;
        }
        if !self.dropping {
            self.ready.push(byte);
        }
        Ok(())
    }

    fn opened(&self, known: usize, byte: u8) -> Place {
        let is_comment = known == 3 && self.last == *b"!-" && byte == b'-';
        match CHARACTER_DATA.get(known) {
            _ if is_comment => Place::Comment,
            Some(expected) if *expected == byte && known + 1 == CHARACTER_DATA.len() => Place::Data,
            Some(expected) if *expected == byte => Place::Opening(known + 1),
            // `<!-` may yet be a comment.
            _ if byte == b'-' && known == 2 => Place::Opening(3),
            _ if byte == b'>' => Place::Text,
            _ if matches!(byte, b'"' | b'\'') => Place::Tag { quote: byte },
            _ => Place::Tag { quote: 0 },
        }
    }
}

impl<R: Read> Read for Thinned<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            self.ready.clear();
            self.given = 0;
            let mut input = std::mem::take(&mut self.input);
            let read = self.inner.read(&mut input);
            let taken = read.and_then(|read| {
                for byte in input.iter().take(read) {
                    let (before, already) = (self.ready.len(), self.passed_on);
                    self.take(*byte)?;
                    self.passed_on += u64::try_from(self.ready.len() - before).unwrap_or_default();
                    if self.sought.is_some_and(|sought| already <= sought) {
                        self.found = self.lines;
                    }
                    self.lines += usize::from(*byte == b'\n');
                }
                Ok(read)
            });
            self.input = input;
            if taken? == 0 {
                return Ok(0);
            }
        }
        let rest = self.ready.get(self.given..).unwrap_or_default();
        let length = rest.len().min(out.len());
        let (to, from) = (out.get_mut(..length), rest.get(..length));
        if let (Some(to), Some(from)) = (to, from) {
            to.copy_from_slice(from);
        }
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thinned(text: &str) -> String {
        let mut out = String::new();
        Thinned::new(text.as_bytes()).read_to_string(&mut out).unwrap();
        out
    }

    #[test]
    fn short_documents_pass_as_they_are() {
        for text in [
            "<a b=\"x>y\"><![CDATA[<no>]] ]>]]>t<!-- <c> - -- -->&amp;<b/></a>",
            "<!DOCTYPE a><a/>",
            "<?xml version='1.0'?>\n<a>é</a>",
            "<!-a><b>",
        ] {
            assert_eq!(thinned(text), text);
        }
    }

    #[test]
    fn long_values_are_cut_and_what_follows_is_not() {
        for quote in ['"', '\''] {
            let long = "é".repeat(3_000_000);
            let out = thinned(&format!("<a b={quote}{long}{quote} c=\"d\"><e/></a>"));
            assert!(
                out.len() < 140_000 && out.ends_with(&format!("é{quote} c=\"d\"><e/></a>")),
                "{}",
                out.len()
            );
        }
    }

    #[test]
    fn long_texts_are_cut_and_what_follows_is_not() {
        let long = "é\n".repeat(200_000);
        for (open, close) in [("", ""), ("<![CDATA[", "]]>"), ("<!--", "-->")] {
            let text = format!("<a>{open}{long}{close}<b c='d'/></a>");
            let out = thinned(&text);
            assert!(
                out.len() < 140_000 && out.ends_with(&format!("{close}<b c='d'/></a>")),
                "{open}: {}",
                out.len()
            );
            let at = out.find("<b c").unwrap() as u64;
            assert_eq!(Thinned::<&[u8]>::line_at(text.as_bytes(), at), 200_001);
        }
    }
}
