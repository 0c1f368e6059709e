//! Where an entry comes from: whether it is of who committed it, and when.

use std::time::Duration;

use crate::process::audit::said::Said;
use crate::ticket::{Action, Entry, Person, Timestamp};

/// How long a revert may take from the entry that answers it to the commit: an editor, or conflicts in code, stand
/// between them. In seconds: a week.
const REVERT_SECS: u64 = 7 * 86_400;

/// A commit, as far as an entry's origin asks.
#[derive(Debug, Clone)]
pub struct CommitFacts {
    /// Its author, as the commit names them.
    pub author: Person,
    /// The same, through `.mailmap`.
    pub known_author: Person,
    /// The author date.
    pub authored: Timestamp,
    /// Its committer.
    pub committer: Person,
    /// The same, through `.mailmap`.
    pub known_committer: Person,
    /// The committer date.
    pub committed: Timestamp,
    /// How many parents it has.
    pub parents: usize,
    /// What it says of itself.
    pub said: Said,
}

/// By how much a commit may be authored after it was made: the clocks of two machines differ, as much as `audit.skew` grants by
/// default.
const LATER_SECS: u64 = 600;

impl CommitFacts {
    /// True where the commit stands as it was first made: nobody has rebased, picked or amended it since, and it carries
    /// nothing from elsewhere.
    #[must_use]
    pub fn is_first(&self) -> bool {
        let is_carrier = self.said.is("sync") || self.said.is("repair");
        self.authored == self.committed && self.author == self.committer && self.parents < 2 && !is_carrier
    }

    /// Who answers for what the commit does to the rules, to acceptances and to what others did: its author; where commits
    /// are signed, who committed and signed it, unless that is a carrier.
    #[must_use]
    pub fn answering(&self, is_signing: bool, is_carried: bool) -> &Person {
        if is_signing && !is_carried { &self.known_committer } else { &self.known_author }
    }

    /// True where the commit names somebody as author or co-author.
    #[must_use]
    pub fn names(&self, who: &Person) -> bool {
        // A forge that hides an address names the person.
        let is_same = |author: &Person| {
            let is_hidden = author.email.to_lowercase().contains("noreply");
            author.email.eq_ignore_ascii_case(&who.email)
                || (is_hidden && author.name.to_lowercase() == who.name.to_lowercase())
        };
        is_one(who, &self.author) || self.said.authors.iter().any(is_same)
    }
}

/// Where an entry comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From this commit: author and time agree.
    Own,
    /// From elsewhere, and the commit says why.
    IntroducedEntry(Why),
    /// The author is this commit's, the time is not.
    OtherTime,
    /// The author is not this commit's.
    OtherAuthor,
}

/// Why a commit brings what others did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// An import: who imports vouches for it.
    Import,
    /// Taken over from another clone, or history.
    Sync,
    /// Gathered from several commits, whose authors are named.
    Squash,
    /// Gathered by a forge, without a word of what.
    Request,
}

/// True for two names of one address: people are called otherwise here than at a forge.
fn is_one(one: &Person, other: &Person) -> bool {
    one == other || (!one.email.is_empty() && one.email.eq_ignore_ascii_case(&other.email))
}

impl Origin {
    /// The origin of an entry that is new in a commit; `by` is its author through `.mailmap`.
    #[must_use]
    pub fn of(entry: &Entry, by: &Person, commit: &CommitFacts) -> Self {
        // What a revert removes is answered by who reverts, or picks the revert.
        let is_answer = entry.action == Action::Undo && !commit.said.is_ours;
        Self::of_deed((&entry.by, by), entry.at, is_answer, commit)
    }

    /// True where an entry has no other commit than this: it is its own, or what brought it from outside, whose author answers
    /// for it there, and nobody who carries it.
    #[must_use]
    pub fn has_no_other_commit(self) -> bool {
        matches!(self, Self::Own | Self::IntroducedEntry(Why::Import))
    }

    /// The origin of what somebody did at a time, by their name as it is written and through `.mailmap`.
    #[must_use]
    pub fn of_deed(
        (own, by): (&Person, &Person),
        at: Timestamp,
        is_answer: bool,
        commit: &CommitFacts,
    ) -> Self {
        let is_authors = is_one(own, &commit.author) || is_one(by, &commit.known_author);
        let is_committers = is_one(own, &commit.committer) || is_one(by, &commit.known_committer);
        // Nothing is written after its commit was made, but for clocks that differ.
        let latest = commit.committed.after(Duration::from_secs(LATER_SECS));
        if is_authors && at == commit.authored && at <= latest {
            return Self::Own;
        }
        // Commits that were made one: between first and last hand.
        if is_authors && commit.authored <= at && at <= commit.committed {
            return Self::Own;
        }
        let earliest = commit.committed.before(Duration::from_secs(REVERT_SECS));
        if (is_authors || is_committers) && is_answer && earliest <= at && at <= commit.committed {
            return Self::Own;
        }
        let said = &commit.said;
        if said.is("import") || said.is("mail") {
            return Self::IntroducedEntry(Why::Import);
        }
        if said.is("sync") || said.is("repair") {
            return Self::IntroducedEntry(Why::Sync);
        }
        let is_named = is_authors || commit.names(own);
        if !said.is_ours && said.is_squash && is_named {
            return Self::IntroducedEntry(Why::Squash);
        }
        if !said.is_ours && said.is_request && is_named {
            return Self::IntroducedEntry(Why::Request);
        }
        if is_authors { Self::OtherTime } else { Self::OtherAuthor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::decide::open;
    use crate::process::request::{Actor, Changes, FieldChange, Request, RequestKind};
    use crate::process::rules::Rules;
    use crate::ticket::{EntryId, Field, TicketId};

    fn person(name: &str) -> Person {
        Person { name: name.to_owned(), email: format!("{name}@example.com") }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + seconds).unwrap_or_default()
    }

    /// Where an entry of Ann's comes from, in a commit of an author and a committer at some seconds.
    fn origin(author: (&str, i64), committer: (&str, i64), message: &str) -> Origin {
        let commit = CommitFacts {
            author: person(author.0),
            known_author: person(author.0),
            authored: at(author.1),
            committer: person(committer.0),
            known_committer: person(committer.0),
            committed: at(committer.1),
            parents: 1,
            said: Said::read(message, &[], "support"),
        };
        let actor = Actor {
            by: person("ann"),
            member: person("ann"),
            at: at(0),
            via: None,
            entry: EntryId::from_bits(1),
        };
        let changes = Changes::from([(Field::Title, FieldChange::to_text("One"))]);
        let request = Request::new(RequestKind::Comment);
        let opened = open(TicketId::from_bits(1), &changes, request, &Rules::default(), &actor);
        let ticket = opened.expect("it has a title").ticket;
        let entry = ticket.timeline().first().expect("it was opened");
        Origin::of(entry, &person("ann"), &commit)
    }

    #[test]
    fn an_entry_is_of_its_commit_or_the_commit_says_why_not() {
        assert_eq!(origin(("ann", 0), ("ann", 0), "x"), Origin::Own);
        assert_eq!(origin(("ann", 0), ("bob", 90), "x"), Origin::Own, "rebased by another");
        assert_eq!(origin(("ann", -60), ("ann", 90), "x"), Origin::Own, "two that were made one");
        assert_eq!(origin(("ann", 60), ("ann", 60), "x"), Origin::OtherTime);
        assert_eq!(origin(("bob", 0), ("bob", 0), "x"), Origin::OtherAuthor);
        assert_eq!(origin(("bob", 0), ("ann", 0), "x"), Origin::OtherAuthor, "committing is not doing");
        let squash = "Feature\n\n* support: open abc: One\n\nCo-authored-by: ann <ann@example.com>";
        assert_eq!(origin(("bob", 60), ("bob", 60), squash), Origin::IntroducedEntry(Why::Squash));
        assert_eq!(
            origin(("bob", 60), ("bob", 60), "Feature\n\n* support: open abc: One"),
            Origin::OtherAuthor
        );
        assert_eq!(origin(("ann", 60), ("ann", 60), "Feature (#12)"), Origin::IntroducedEntry(Why::Request));
    }
}
