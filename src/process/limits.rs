//! How much of what pipelines tell is kept at most; docs/limits.md has the table.

use crate::process::results::{MAX_CAUSES, MAX_EVIDENCE_BYTES, MAX_NAMED};
use crate::process::test_history::MAX_TESTS;

/// What is bounded, how much is taken, and in which unit.
pub const LIMITS: &[(&str, usize, &str)] = &[
    ("causes of failure that a run tells apart; of more, their number is known", MAX_CAUSES, "causes"),
    ("tests of a cause that are named", MAX_NAMED, "tests"),
    ("traces and outputs of a run that are kept", MAX_EVIDENCE_BYTES, "bytes"),
    ("tests of which a branch remembers when they passed", MAX_TESTS, "tests"),
];
