//! What tells one cause from another: a text without what varies from run to run.

use std::sync::LazyLock;

use regex_lite::Regex;
use sha2::{Digest as _, Sha256};

use crate::process::outcome::{FailureOutput, Outcome};
use crate::process::secrets::without_secrets;
use crate::ticket::{cut, one_line};

/// The longest fingerprint, in columns; of a longer one, the end is its checksum.
const MAX_COLUMNS: usize = 160;
/// A name with no run of hexadecimal digits as long as this holds no id.
const ID_DIGITS: usize = 6;

/// What varies in names and in messages, and what stands in its place. The order matters.
const VARYING: &[(&str, &str)] = &[
    (r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", "<id>"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", "<time>"),
    (r"0[xX][0-9a-fA-F]+", "<address>"),
    (r"(/private)?(/tmp|/var/folders|/var/tmp)/[^\s:'\x22)]+", "<tmp>"),
    (r"[A-Za-z]:\\[^\s'\x22]*\\Temp\\[^\s:'\x22)]+", "<tmp>"),
    (r"\b[0-9a-f]*([0-9][a-f]|[a-f][0-9])[0-9a-f]*\b", "<hex>"),
];
/// What varies in messages alone: in a name it tells one case from another.
const IN_MESSAGES: &[(&str, &str)] = &[
    (r"\b\d+(\.\d+)?\s?(ns|us|µs|ms|secs?|seconds?|s|minutes?|mins?|m|hours?|h)\b", "<span>"),
    (r":\d+(:\d+)?\b", ":<line>"),
    (r"\bline \d+(, column \d+)?", "line <line>"),
    (r"#\d+\b", "#<number>"),
    (r"\b\d{5,}\b", "<number>"),
    (r"thread '([^']*)' \(\d+\)", "thread '$1'"),
];

fn patterns(list: &[(&str, &'static str)]) -> Vec<(Regex, &'static str)> {
    list.iter().filter_map(|(shape, stand_in)| Some((Regex::new(shape).ok()?, *stand_in))).collect()
}

static NAMES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| patterns(VARYING));
static MESSAGES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| patterns(IN_MESSAGES));

/// By what failures are gathered in one ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grouping {
    /// A ticket a test.
    #[default]
    Test,
    /// A ticket a message, whichever tests show it.
    Message,
    /// A ticket a suite.
    Suite,
}

impl Grouping {
    /// The fingerprint of a failure: the same for every run in which its cause is the same.
    #[must_use]
    pub fn key(self, outcome: &Outcome, evidence: &FailureOutput) -> String {
        match self {
            Self::Test => bounded(&format!("test:{}", stable_name(&outcome.name))),
            Self::Message if !evidence.message.trim().is_empty() => {
                bounded(&format!("message:{}", stable_message(&evidence.message)))
            }
            Self::Message => bounded(&format!("message:of {}", stable_name(&outcome.name))),
            Self::Suite => bounded(&format!("suite:{}", stable_name(&outcome.suite))),
        }
    }
}

/// A name without addresses, ids, times and temporary paths.
#[must_use]
pub(crate) fn stable_name(name: &str) -> String {
    let name = one_line(name);
    if may_vary(&name) { replaced(&name, &NAMES) } else { name }
}

/// A message without those, line numbers, spans of time and long numbers.
#[must_use]
pub fn stable_message(message: &str) -> String {
    let message = one_line(message);
    replaced(&replaced(&message, &NAMES), &MESSAGES).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Sixteen hexadecimal digits that stand for a test in the record of passes.
#[must_use]
pub fn test_number(name: &str) -> u64 {
    checksum(&stable_name(name))
}

/// The first 64 bits of a text's SHA-256.
#[must_use]
pub fn checksum(text: &str) -> u64 {
    let digest = Sha256::digest(text);
    digest.iter().take(8).fold(0, |bits: u64, byte| (bits << 8) | u64::from(*byte))
}

fn replaced(text: &str, patterns: &[(Regex, &'static str)]) -> String {
    let mut text = text.to_owned();
    for (shape, stand_in) in patterns {
        if shape.is_match(&text) {
            let long_enough = |found: &regex_lite::Captures<'_>| {
                let whole = found.get(0).map_or("", |whole| whole.as_str());
                // `fe2` may be a word; `02f1335` is an id.
                if *stand_in == "<hex>" && whole.len() < ID_DIGITS {
                    whole.to_owned()
                } else {
                    filled(stand_in, found)
                }
            };
            text = shape.replace_all(&text, long_enough).into_owned();
        }
    }
    text
}

/// What stands in the place of a match; `$1` is its first group.
fn filled(stand_in: &str, found: &regex_lite::Captures<'_>) -> String {
    stand_in.replace("$1", found.get(1).map_or("", |group| group.as_str()))
}

/// Most names hold nothing that varies; they are many, and the patterns take longer than this look.
fn may_vary(name: &str) -> bool {
    let mut run = 0;
    for c in name.chars() {
        if c.is_ascii_hexdigit() {
            run += 1;
        } else {
            run = 0;
        }
        if run >= ID_DIGITS || matches!(c, '/' | '\\') {
            return true;
        }
    }
    name.contains("0x") || name.contains("0X")
}

fn bounded(key: &str) -> String {
    let key = without_secrets(key);
    let short = cut(&key, MAX_COLUMNS).into_owned();
    if short == key { key } else { format!("{short} {:016x}", checksum(&key)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_taken_out_of_messages() {
        for (one, other) in [
            ("panicked at src/pay.rs:42:7: x", "panicked at src/pay.rs:49:9: x"),
            ("timeout after 1.25s at 0x7ffe12", "timeout after 30 s at 0xdeadbeef"),
            ("open /tmp/.tmpX1/a.db: denied", "open /tmp/pytest-of-root/7/b: denied"),
            ("order 8472913 of 2026-11-24T10:00:00Z", "order 10000 of 2026-01-01 00:00:01"),
            ("user 123e4567-e89b-12d3-a456-426614174000", "user 00000000-0000-0000-0000-000000000000"),
            ("commit 02f1335fb2590f97", "commit 7d6bc3f"),
            ("thread 'pay' (4711) panicked", "thread 'pay' (1) panicked"),
        ] {
            assert_eq!(stable_message(one), stable_message(other));
        }
    }

    #[test]
    fn what_differs_stays_apart() {
        assert_ne!(stable_message("expected 200, got 502"), stable_message("expected 200, got 404"));
        assert_ne!(stable_name("adds[1-2]"), stable_name("adds[1-3]"));
        assert_eq!(stable_name("facade::added"), "facade::added");
        assert_eq!(stable_name("decade_accede"), "decade_accede");
    }

    #[test]
    fn a_long_key_is_cut_and_stays_its_own() {
        let key = |name: &str| {
            let outcome = Outcome {
                suite: String::new(),
                name: name.to_owned(),
                verdict: crate::process::TestResult::Skipped,
            };
            Grouping::Test.key(&outcome, &FailureOutput::default())
        };
        let (one, other) = (key(&format!("{}x", "a ".repeat(300))), key(&format!("{}y", "a ".repeat(300))));
        assert!(one.len() < 200 && one != other, "{one}");
    }
}
