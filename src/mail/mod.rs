//! Messages in and out: MIME read and written, quotes, mailboxes, what is to be sent. Pure but for its folders.

mod charsets;
mod flowed;
mod holding;
mod html;
mod kind;
mod mailbox;
mod mbox;
mod nesting;
mod outbox;
mod outgoing;
mod quote_words;
mod quotes;
mod read;
mod secrets;

pub use holding::{is_message, message_holds};
pub use mailbox::{Mailbox, Place};
pub use outbox::{Outbox, State as OutboxState, sendmail};
pub use outgoing::{Outgoing, written};
pub use read::{NoMessage, read_message};

/// What is read of messages at most; docs/limits.md has the table.
pub const LIMITS: &[(&str, usize, &str)] = &[
    ("message of `mail take`", mailbox::MAX_MESSAGE_BYTES, "bytes"),
    ("parts of a message that hold parts or messages", nesting::MAX_NESTED, "each"),
    ("addresses, and messages that it answers, of a message", read::MAX_ADDRESSES, "each"),
];
