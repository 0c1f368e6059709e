//! What tells one cause from another: a text without what varies from run to run.

use std::sync::LazyLock;

use regex_lite::Regex;
use sha2::{Digest as _, Sha256};

use crate::process::outcome::{FailureOutput, Outcome};
use crate::process::secrets::without_secrets;
use crate::ticket::{cut, one_line};

/// The longest fingerprint, in columns; of a longer one, the end is its checksum.
const MAX_COLUMNS: usize = 160;
/// A shorter run of hexadecimal digits is no id.
const ID_DIGITS: usize = 6;

/// What test tools make vary in a name themselves: folders that they make for a run. All else in a name tells one test
/// from another, however much it looks like an id. The order matters.
const IN_NAMES: &[(&str, &str)] = &[
    (
        r"(/private)?(/tmp|/var/folders|/var/tmp)/[^\s:'\x22)\]]*(pytest-of-[^/\s]+/pytest-\d+|tmp[A-Za-z0-9_]{6,}|\.tmp[A-Za-z0-9]{6})[^\s:'\x22)\]]*",
        "<tmp>",
    ),
    (r"[A-Za-z]:\\[^\s'\x22]*\\Temp\\[^\s:'\x22)]+", "<tmp>"),
];
/// What varies in messages from run to run.
const IN_MESSAGES: &[(&str, &str)] = &[
    (r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", "<id>"),
    (r"\b\d{4}[-/]\d\d[-/]\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?(Z| ?[+-]\d\d:?\d\d| UTC| GMT)?", "<time>"),
    (
        r"\b((Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(\d{1,2} )?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2}(,? \d{4})?(,? \d\d:\d\d(:\d\d)?)?( \d{4}\b)?( UTC| GMT)?",
        "<time>",
    ),
    (r"\b\d\d:\d\d:\d\d([.,]\d+)?\b", "<time>"),
    (r"0[xX][0-9a-fA-F]+", "<address>"),
    (r"(/private)?(/tmp|/var/folders|/var/tmp)/[^\s:'\x22)]+", "<tmp>"),
    (r"[A-Za-z]:\\[^\s'\x22]*\\Temp\\[^\s:'\x22)]+", "<tmp>"),
    (
        r"(/home/runner/work|/builds|/var/lib/jenkins/workspace|/var/jenkins_home/workspace|/home/circleci|/buildkite/builds|/__w|/github/workspace|[A-Za-z]:\\a)([/\\][^\s:'\x22)/\\]+)*[/\\]",
        "<workspace>/",
    ),
    (r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(:\d+)?\b", "<host>"),
    (r"\[[0-9a-fA-F:]*::[0-9a-fA-F:]*\](:\d+)?", "<host>"),
    (r"\b(localhost|host\.docker\.internal)(:\d+)?", "<host>"),
    (
        r"(?i)\b(seed|random seed|rng|port|pid|process|thread|runner|worker|session|request)([ =:#-]+)[0-9a-zA-Z-]*\d[0-9a-zA-Z-]*",
        "$1 <number>",
    ),
    (r"\b(fv-az|ip-|gha?-runner|runner)-[0-9a-zA-Z-]+", "<runner>"),
    (r"\b[0-9a-f]*([0-9][a-f]|[a-f][0-9])[0-9a-f]*\b", "<hex>"),
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

static NAMES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| patterns(IN_NAMES));
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
            Self::Message => match telling(evidence) {
                Some(message) => bounded(&format!("message:{}", stable_message(&message))),
                None => bounded(&format!("message:of {}", stable_name(&outcome.name))),
            },
            Self::Suite => bounded(&format!("suite:{}", stable_name(&outcome.suite))),
        }
    }
}

/// What tells the cause of a failure: its message; where that says no more than that something failed, or an exception's
/// type, the first line of the evidence that says more.
fn telling(evidence: &FailureOutput) -> Option<String> {
    let message = evidence.message.trim();
    if !message.is_empty() && !is_bare(message) {
        return Some(message.to_owned());
    }
    let lines = evidence.details.lines().chain(evidence.output.lines()).map(str::trim);
    let own = lines.filter(|line| line.chars().any(char::is_alphanumeric) && !is_bare(line));
    own.map(str::to_owned).next().or_else(|| (!message.is_empty()).then(|| message.to_owned()))
}

/// True for a text that says only that something failed, or the type of an exception: `Failed`, `java.io.IOException`.
fn is_bare(text: &str) -> bool {
    let text = text.trim_end_matches([':', '.', ' ']);
    let is_word = |c: char| c.is_alphanumeric() || "_.$\\:".contains(c);
    let is_type = text.chars().all(is_word)
        && ["Error", "Exception", "Failure", "Failed", "Assertion"].iter().any(|end| text.ends_with(end));
    let bare = ["failed", "fail", "failure", "error", "test failed", "assertion failed", "exception"];
    is_type || bare.contains(&text.to_lowercase().as_str())
}

/// A name without the folders that tools make for a run.
#[must_use]
pub(crate) fn stable_name(name: &str) -> String {
    let name = one_line(name);
    if may_vary(&name) { replaced(&name, &NAMES) } else { name }
}

/// A message without what varies from run to run: times, addresses, hosts, seeds, folders, lines, and the order of what is
/// in braces.
#[must_use]
pub fn stable_message(message: &str) -> String {
    let message = one_line(message);
    let message = replaced(&message, &MESSAGES).split_whitespace().collect::<Vec<_>>().join(" ");
    in_order(&message)
}

/// A text in which the items between braces stand in order: tables that are hashed are printed in any.
fn in_order(text: &str) -> String {
    let Some((before, rest)) = text.split_once('{') else { return text.to_owned() };
    let Some((inside, after)) = rest.split_once('}').filter(|(inside, _)| !inside.contains('{')) else {
        return format!("{before}{{{}", in_order(rest));
    };
    let mut items: Vec<&str> = inside.split(", ").collect();
    items.sort_unstable();
    format!("{before}{{{}}}{}", items.join(", "), in_order(after))
}

/// The number that stands for a test of a lane in the record of passes.
#[must_use]
pub fn test_number(lane: Option<&str>, name: &str) -> u64 {
    let name = stable_name(name);
    lane.map_or_else(|| checksum(&name), |lane| checksum(&format!("{lane}\n{name}")))
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

/// Most names hold no folder; they are many, and the patterns take longer than this look.
fn may_vary(name: &str) -> bool {
    name.contains(['/', '\\'])
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
            ("refused at 10.0.3.7:5432 (port 40123)", "refused at 10.0.9.1:5432 (port 39981)"),
            ("seed=18273 failed on Nov 24, 2026", "seed=9 failed on Dec 1, 2026"),
            ("/home/runner/work/shop/shop/src/a.js: no", "/builds/acme/shop/src/a.js: no"),
            ("got {b: 2, a: 1}, no more", "got {a: 1, b: 2}, no more"),
            ("lost runner-x7f2-project-9 at 12:00:01", "lost runner-b001-project-9 at 13:22:59.5"),
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
        for (one, other) in [
            ("color[ff0000]", "color[00ff00]"),
            ("user[123e4567-e89b-12d3-a456-426614174000]", "user[00000000-0000-0000-0000-000000000000]"),
            ("opens[/etc/a1b2c3d4]", "opens[/etc/a1b2c3d5]"),
            ("at[0x10]", "at[0x20]"),
            ("on[2026-11-24]", "on[2026-11-25]"),
        ] {
            assert_ne!(stable_name(one), stable_name(other));
        }
        assert_eq!(
            stable_name("reads[/tmp/pytest-of-ann/pytest-12/reads0/x.db]"),
            stable_name("reads[/tmp/pytest-of-bob/pytest-7/reads0/x.db]")
        );
    }

    #[test]
    fn a_long_key_is_cut_and_stays_its_own() {
        let key = |name: &str| {
            let outcome = Outcome::new("", name, crate::process::TestResult::Skipped);
            Grouping::Test.key(&outcome, &FailureOutput::default())
        };
        let (one, other) = (key(&format!("{}x", "a ".repeat(300))), key(&format!("{}y", "a ".repeat(300))));
        assert!(one.len() < 200 && one != other, "{one}");
    }
}
