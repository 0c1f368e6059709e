//! What the message of a commit of code says: the tickets it names, the commits it reverts, and those it is a copy of.

use std::borrow::Cow;

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
    /// The subject of the commit that this one reverts, where it gives no name of one: a forge's revert that was squashed.
    pub reverts_subject: Option<String>,
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
        let subject = message.lines().next().unwrap_or_default().to_owned();
        let reverts_subject = quoted_subject(&subject).filter(|_| reverts.is_empty()).map(str::to_owned);
        // A revert repeats the subject of the commit it reverts, `Fixes ID` and all; what people write below is their own.
        let is_revert = !reverts.is_empty() || reverts_subject.is_some();
        let trailers =
            tickets_named(&if is_revert { without_subjects(message) } else { message.into() }, &trailers);
        let copies = copied(message);
        if trailers.is_empty() && !is_revert && copies.is_empty() {
            return None;
        }
        Some(Self { id, subject, trailers, reverts, reverts_subject, copies })
    }
}

/// A message without its subject and those that it quotes.
fn without_subjects(message: &str) -> Cow<'_, str> {
    let quotes = |line: &&str| {
        let line = line.trim_start_matches(BULLETS);
        !["Revert \"", "Reapply \"", REVERTS].iter().any(|begin| line.starts_with(begin))
    };
    message.lines().skip(1).filter(quotes).collect::<Vec<_>>().join("\n").into()
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

/// The subject that a revert quotes: `Revert "Fix it (#12)" (#13)`.
fn quoted_subject(subject: &str) -> Option<&str> {
    let (quoted, rest) = subject.strip_prefix("Revert \"")?.rsplit_once('"')?;
    (rest.is_empty() || without_number(rest).is_empty()).then_some(quoted)
}

/// The subject of the commit that one of a subject reverts. Since 2.43, git calls a revert of `Revert "x"` `Reapply "x"`.
pub(super) fn reverted_subject(subject: &str) -> Option<String> {
    let again = || Some(format!("Revert \"{}\"", subject.strip_prefix("Reapply \"")?.strip_suffix('"')?));
    quoted_subject(subject).map(str::to_owned).or_else(again)
}

/// A subject without the number of a request that a forge writes after it: ` (#12)`, ` (!12)`.
pub(super) fn without_number(subject: &str) -> &str {
    let number = subject.strip_suffix(')').and_then(|subject| subject.rsplit_once(" ("));
    let is_number = |text: &str| {
        let digits = text.trim_start_matches(['#', '!']);
        digits.len() < text.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    number.filter(|(_, number)| is_number(number)).map_or(subject, |(subject, _)| subject)
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
    use super::{quoted_subject, reverted};

    #[test]
    fn which_subject_a_revert_quotes() {
        for (subject, expected) in [
            ("Revert \"Fix it\"", Some("Fix it")),
            ("Revert \"Fix it (#12)\" (#13)", Some("Fix it (#12)")),
            ("Revert \"Revert \"Fix it\" (!13)\" (!14)", Some("Revert \"Fix it\" (!13)")),
            ("Revert \"Fix it\" in part", None),
            ("Revert to the old style", None),
            ("Say \"Revert\"", None),
        ] {
            assert_eq!(quoted_subject(subject), expected, "{subject}");
        }
    }

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
