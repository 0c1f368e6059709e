//! What is wrong with a file of the project, and under which key.

use crate::ticket::visible;

/// What is wrong with a file of the project: the key, with dots, and the problem.
pub(in crate::process) type Wrong = (String, String);

/// What is wrong with the value under a key.
pub(in crate::process) fn wrong(key: &[&str], problem: &str) -> Wrong {
    (key.join("."), problem.to_owned())
}

/// What is wrong with a text that is no target.
#[must_use]
pub fn no_target(text: &str) -> String {
    format!(
        "'{}' is not a valid target (use 30s, 15m or 4h for business hours, 3d for working days)",
        visible(text)
    )
}
