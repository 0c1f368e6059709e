//! What is wrong with a file of the project, and under which key.

/// What is wrong with a file of the project: the key, with dots, and the problem.
pub(in crate::process) type Wrong = (String, String);

/// What is wrong with the value under a key.
pub(in crate::process) fn wrong(key: &[&str], problem: &str) -> Wrong {
    (key.join("."), problem.to_owned())
}
