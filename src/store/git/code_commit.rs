//! What the message of a commit of code says: the tickets it names, the commits it reverts, and those it is a copy of.

use crate::store::git::naming::{tickets_named, trailers_of};
use crate::store::git::object_id::ObjectId;

/// A commit that changed more than our own files, with what its message says to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeCommit {
    /// The commit.
    pub id: ObjectId,
    /// The first line of its message.
    pub subject: String,
    /// The tickets it names: the trailer that does, or that stands for the sentence that does, and the id as it was
    /// written.
    pub trailers: Vec<(String, String)>,
    /// The commits that this one reverts: several, where reverts were squashed.
    pub reverts: Vec<String>,
    /// The commits that this one is a copy of.
    pub copies: Vec<String>,
}

/// What `git revert` writes before the name of the commit it reverts, at the beginning of a line.
const REVERTS: &str = "This reverts commit";
/// What stands before a line in the list of a squash.
const BULLETS: [char; 4] = [' ', '\t', '*', '-'];
/// What `git cherry-pick -x` writes before the name of the commit it copies.
const COPIES: &str = "(cherry picked from commit ";
/// The shortest abbreviation of a commit's name that git takes.
const MIN_ABBREVIATION: usize = 4;

/// The commits that a message says it is a copy of.
pub(super) fn copied(message: &str) -> Vec<String> {
    message.split(COPIES).skip(1).map(name).collect()
}

impl CodeCommit {
    /// What a message says to us; `None` where it says nothing, or is our own.
    #[must_use]
    pub fn read(id: ObjectId, message: &str) -> Option<Self> {
        let trailers = trailers_of(message).ok()?;
        if trailers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Support-Action")) {
            return None;
        }
        let reverts = reverted(message);
        // A revert repeats the subject of the commit it reverts, `Fixes ID` and all.
        let sentences = if reverts.is_empty() { message } else { "" };
        let trailers = tickets_named(sentences, &trailers);
        let copies = copied(message);
        if trailers.is_empty() && reverts.is_empty() && copies.is_empty() {
            return None;
        }
        let subject = message.lines().next().unwrap_or_default().to_owned();
        Some(Self { id, subject, trailers, reverts, copies })
    }
}

/// The names of the commits that a message says it reverts: one, as git writes it, or several, as people do. A sentence that
/// only speaks of that line is none.
#[must_use]
pub fn reverted(message: &str) -> Vec<String> {
    let said = message.lines().filter_map(|line| line.trim_start_matches(BULLETS).strip_prefix(REVERTS));
    said.flat_map(|rest| match rest.strip_prefix("s ") {
        Some(several) => names(several),
        None => rest.strip_prefix(' ').map(name).into_iter().collect(),
    })
    .collect()
}

/// The name at the beginning of a text.
pub(super) fn name(text: &str) -> String {
    text.chars().take_while(char::is_ascii_hexdigit).collect()
}

/// `A, B and C`.
fn names(text: &str) -> Vec<String> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty() && *word != "and");
    let names = words.map(|word| (name(word), word.trim_end_matches(['.', ';'])));
    let is_name = |(name, word): &(String, &str)| name == word && name.len() >= MIN_ABBREVIATION;
    names.take_while(is_name).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::reverted;

    #[test]
    fn what_a_message_reverts() {
        for (message, expected) in [
            ("Revert \"x\"\n\nThis reverts commit abcd1234.", vec!["abcd1234"]),
            (
                "Squash\n\n    This reverts commit abcd1234, reversing\n    changes made to ffff0000.",
                vec!["abcd1234"],
            ),
            ("Squash\n\n* Revert \"x\"\n* This reverts commit abcd1234.", vec!["abcd1234"]),
            ("Both\n\nThis reverts commits abcd1234 and ffff0000.", vec!["abcd1234", "ffff0000"]),
            (
                "Many\n\nThis reverts commits abcd1234, ffff0000, and 12345678; they broke it.",
                vec!["abcd1234", "ffff0000", "12345678"],
            ),
            ("Docs\n\nA line such as \"This reverts commit abcd1234\" is made by git.", vec![]),
            (
                "Two\n\nThis reverts commit abcd1234.\nThis reverts commit ffff0000.",
                vec!["abcd1234", "ffff0000"],
            ),
        ] {
            assert_eq!(reverted(message), expected, "{message}");
        }
    }
}
