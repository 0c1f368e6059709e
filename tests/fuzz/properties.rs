//! What holds for any bytes that a stranger sends: run by the fuzzer (`tests/fuzz/targets`) and, over the same
//! seeds and random bytes, by `tests/model`.
#![allow(clippy::expect_used, reason = "a property that does not hold ends in a panic")]

use git_support::query::{self, Context};
use git_support::store::driver::read_merged;
use git_support::store::git::{CodeCommit, ObjectId};
use git_support::store::{TicketChange, Wording, message_of};
use git_support::ticket::{
    Action, Entry, EntryData, EntryId, Field, Merged, Node, Person, Set, ThreeWay, Ticket, TicketId,
    Timestamp, Visibility, codec, merge, merge_three, yaml,
};

/// What stands between the parts of an input that has several.
const SEPARATOR: &str = "\n=-=-=\n";

fn id() -> TicketId {
    TicketId::parse("k7m2q9x4pd").expect("an id")
}

/// A file of a ticket is read or refused, by the fast reader as by the library; what was read is written so
/// that it reads the same.
pub(crate) fn ticket(bytes: &[u8]) {
    if let Ok(text) = yaml::decode(bytes) {
        assert_eq!(yaml::parse(&text), yaml::parse_any(&text));
    }
    let Ok(ticket) = codec::read(&id(), bytes) else { return };
    let written = codec::write(&ticket);
    let again = codec::read(&id(), written.as_bytes()).expect("what we wrote can be read");
    assert_eq!(codec::write(&again), written);
}

/// Three versions are merged or refused; two are merged the same way in either order.
pub(crate) fn merged(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parts: Vec<&str> = text.split(SEPARATOR).collect();
    let [base, ours, theirs] = parts[..] else { return };
    let read = |part: &str| read_merged(&id(), "ticket", part.as_bytes()).ok();
    let (Some(base), Some(ours), Some(theirs)) = (read(base), read(ours), read(theirs)) else { return };
    if let ThreeWay::One(one) | ThreeWay::TakenBack { ticket: one, .. } = merge_three(&base, &ours, &theirs) {
        ticket(codec::write(&one).as_bytes());
    }
    if let (Merged::One(one), Merged::One(other)) = (merge(&ours, &theirs), merge(&theirs, &ours)) {
        assert_eq!(codec::write(&one), codec::write(&other));
    }
}

/// A query is understood, or the error points into it; what is understood can be asked of a ticket.
pub(crate) fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match query::parse(&text) {
        Ok(query) => {
            let context = Context {
                me: None,
                now: Timestamp::from_unix(1_700_000_200).expect("a moment"),
                team: Vec::new(),
                open: std::collections::BTreeSet::new(),
                standings: std::collections::BTreeMap::new(),
            };
            let _ = query.matches(&titled("Pay fails", None), &context);
        }
        Err(error) => {
            assert!((1..=text.chars().count() + 2).contains(&error.column), "{error}");
        }
    }
}

/// A commit's message is read without harm; a text of a ticket never becomes a trailer of ours.
pub(crate) fn trailers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let commit = ObjectId::parse("1234567890123456789012345678901234567890").expect("a name");
    let _ = CodeCommit::read(commit, &text);
    let change = TicketChange { before: None, after: titled(&text, Some(&text)) };
    let wording = Wording { prefix: "support".to_owned(), skip_ci: false };
    let message = message_of(&[change], &wording);
    let (_, last) = message.trim_end().rsplit_once("\n\n").expect("a last paragraph");
    assert!(last.lines().all(|line| line.starts_with("Support-")), "{message}");
    assert!(CodeCommit::read(commit, &message).is_none(), "{message}");
}

/// A new ticket with a title and a note.
fn titled(title: &str, note: Option<&str>) -> Ticket {
    let entry = Entry::from(EntryData {
        seq: 1,
        id: EntryId::parse("k2m8w4tz").expect("an id"),
        after: Vec::new(),
        at: Timestamp::from_unix(1_700_000_000).expect("a moment"),
        by: Person { name: "Ann".to_owned(), email: "a@b.example".to_owned() },
        action: Action::Open,
        set: [(Field::Title, Set::Value { from: None, to: Some(Node::Text(title.to_owned())) })].into(),
        note: note.map(str::to_owned),
        visibility: Visibility::Customer,
        attachment: None,
        speaker: None,
        told: None,
        proposed: false,
        overrides: Vec::new(),
        seen: None,
        mail: None,
        spent_minutes: None,
        answer: None,
        via: None,
        undoes: Vec::new(),
        replaces: None,
        redacted: None,
        unknown: Vec::new(),
    });
    Ticket::open(id(), entry)
}
