//! An mbox, message by message: each begins with a line that says from whom and when (RFC 4155).

use std::io::{self, BufRead};

/// The messages of an mbox.
pub(super) struct Mbox<R> {
    reader: R,
    /// The most bytes of a message.
    most: usize,
    /// True once the line that begins the next message was read.
    has_begun: bool,
}

impl<R: BufRead> Mbox<R> {
    /// Those of a reader; of more than so many bytes, one is an error, and the next follow.
    pub(super) fn new(reader: R, most: usize) -> Self {
        Self { reader, most, has_begun: false }
    }

    fn whole(&self, message: Vec<u8>) -> io::Result<Vec<u8>> {
        if message.len() > self.most { Err(too_large(self.most)) } else { Ok(without_blank(message)) }
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut message, mut line) = (Vec::new(), Vec::new());
        let mut is_after_blank = true;
        loop {
            line.clear();
            match self.reader.read_until(b'\n', &mut line) {
                Ok(0) if std::mem::take(&mut self.has_begun) => return Some(Ok(without_blank(message))),
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
            // A line of a text that begins so has no date, or follows another line.
            if is_after_blank && begins_message(&line) {
                if std::mem::replace(&mut self.has_begun, true) {
                    return Some(self.whole(message));
                }
                continue;
            }
            is_after_blank = line.iter().all(u8::is_ascii_whitespace);
            if self.has_begun && message.len() <= self.most {
                message.extend_from_slice(unquoted(&line));
            }
        }
    }
}

/// What is said of a message of more than so many bytes.
pub(super) fn too_large(most: usize) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("is larger than {most} bytes"))
}

/// True where a line, or the first line of a text, is `From ann@example.com Mon Nov 23 09:00:00 2026`.
pub(super) fn begins_message(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let Some(rest) = line.strip_prefix("From ") else { return false };
    let has_time = rest.split_whitespace().any(|word| {
        word.len() >= 5 && word.contains(':') && word.chars().all(|c| c.is_ascii_digit() || c == ':')
    });
    let is_year = |word: &str| word.len() == 4 && word.chars().all(|c| c.is_ascii_digit());
    has_time && rest.split_whitespace().any(is_year)
}

/// A line of `>From `, as programs write one that would begin a message, without its first mark.
fn unquoted(line: &[u8]) -> &[u8] {
    let marks = line.iter().take_while(|byte| **byte == b'>').count();
    let is_quoted = marks > 0 && line.get(marks..).is_some_and(|rest| rest.starts_with(b"From "));
    if is_quoted { line.get(1..).unwrap_or_default() } else { line }
}

/// A message without the blank line that stands before the next.
fn without_blank(mut message: Vec<u8>) -> Vec<u8> {
    if message.ends_with(b"\n\n") {
        message.pop();
    } else if message.ends_with(b"\r\n\r\n") {
        message.truncate(message.len() - 2);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let all = Mbox::new(text.as_bytes(), 1_000)
            .map(|message| String::from_utf8_lossy(&message.unwrap_or_default()).into_owned());
        all.collect()
    }

    #[test]
    fn a_line_of_a_text_begins_no_message() {
        let text = "From a@x Mon Nov 23 09:00:00 2026\nSubject: One\n\nFrom here on\n\nFrom the start\n>From b\n>>From c\n\n\
                    From b@x  Mon Nov  3 09:00:00 2026\nSubject: Two\n\nText\n";
        let expected =
            ["Subject: One\n\nFrom here on\n\nFrom the start\nFrom b\n>From c\n", "Subject: Two\n\nText\n"];
        assert_eq!(messages(text), expected);
        let large = format!("From a@x Mon Nov 23 09:00:00 2026\n{}\n\n{text}", "x".repeat(2_000));
        let mut all = Mbox::new(large.as_bytes(), 1_000);
        assert!(all.next().is_some_and(|first| first.is_err()));
        assert_eq!(all.filter_map(Result::ok).count(), 2);
        assert_eq!(messages(""), Vec::<String>::new());
        assert_eq!(messages("Subject: x\n\nText\n"), Vec::<String>::new());
    }
}
