//! What the attributes of a test in a JUnit report say of it, in the words of the tools that write them.

use quick_xml::events::BytesStart;

use crate::intake::results::xml::attribute;

/// What a test's attributes say of it.
pub(super) enum Stated {
    /// It failed.
    Failed,
    /// It did not run, or nobody knows how it went.
    NotRun,
    /// It ran: what is in it tells how it went.
    Ran,
}

/// What a test's attributes say. A word that is not known is no pass.
pub(super) fn stated(tag: &BytesStart<'_>) -> Stated {
    let word = |name: &str| {
        attribute(tag, name).map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty())
    };
    let words = [word("status"), word("result")];
    let has = |known: &[&str]| words.iter().flatten().any(|word| known.contains(&word.as_str()));
    if has(FAILED) || word("success").is_some_and(|word| word == "false") {
        Stated::Failed
    } else if words.iter().flatten().all(|word| RAN.contains(&word.as_str()))
        && word("executed").is_none_or(|word| word != "false")
    {
        Stated::Ran
    } else {
        Stated::NotRun
    }
}

/// What tools call a test that failed, and one that ran.
const FAILED: &[&str] = &[
    "fail",
    "failed",
    "failure",
    "error",
    "errored",
    "broken",
    "timeout",
    "timedout",
    "timed_out",
    "aborted",
    "interrupted",
    "crashed",
    "xpass",
];
const RAN: &[&str] = &[
    "pass",
    "passed",
    "ok",
    "success",
    "successful",
    "succeeded",
    "run",
    "completed",
    "finished",
    "xfail",
    "flaky",
];
