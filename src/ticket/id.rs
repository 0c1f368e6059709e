//! Ids of tickets and entries: lower-case Crockford base32, random or from a key's hash.

use std::fmt;

use serde::ser::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// Crockford's alphabet in lower case: no i, l, o, u (<https://www.crockford.com/base32.html>).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a ticket's id: 50 random bits (docs/file-format.md).
const TICKET_LENGTH: usize = 10;
/// Characters of an entry's id: 40 random bits.
const ENTRY_LENGTH: usize = 8;
/// The shortest beginning of an id that names a ticket.
pub const PREFIX_LENGTH: usize = 4;

/// The id of a ticket: 10 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId([u8; TICKET_LENGTH]);

/// The id of an entry: 8 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId([u8; ENTRY_LENGTH]);

impl TicketId {
    /// An id from random bits.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Self(encode(bits))
    }

    /// The id that a key always leads to, so that two runners who file it apart meet in one ticket.
    #[must_use]
    pub fn from_key(key: &str) -> Self {
        let digest = Sha256::digest(key.as_bytes());
        let bits = digest.iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        Self::from_bits(bits)
    }

    /// The id that a key leads to where the ticket of this one was purged: what happens again is another ticket, and all
    /// clones give it the same id.
    #[must_use]
    pub fn next_of_key(&self, key: &str) -> Self {
        Self::from_key(&format!("{key}\n{self}"))
    }

    /// Reads a whole id; `None` if it is not exactly 10 characters of the alphabet.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read(text).map(Self)
    }

    /// The id's characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl EntryId {
    /// An id from random bits.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Self(encode(bits))
    }

    /// Reads an entry's id; `None` if it is not exactly 8 characters of the alphabet.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        read(text).map(Self)
    }

    /// The id's characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// True for text that may stand for a ticket: 4 to 10 characters of the alphabet.
#[must_use]
pub fn is_prefix(text: &str) -> bool {
    (PREFIX_LENGTH..=TICKET_LENGTH).contains(&text.len()) && is_base32(text)
}

/// True for text in the alphabet of ids.
#[must_use]
pub fn is_base32(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z') && !b"ilou".contains(&byte))
}

fn read<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    text.as_bytes().try_into().ok().filter(|_| is_base32(text))
}

fn encode<const LENGTH: usize>(bits: u64) -> [u8; LENGTH] {
    std::array::from_fn(|place| {
        let five_bits = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
        ALPHABET.get(five_bits).copied().unwrap_or(b'0')
    })
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TicketId({self})")
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({self})")
    }
}

impl Serialize for TicketId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ten_characters_of_the_alphabet() {
        for bits in [0, 1, u64::MAX, 0x1234_5678_9abc_def0] {
            let id = TicketId::from_bits(bits);
            assert_eq!(TicketId::parse(id.as_str()), Some(id));
        }
    }

    #[test]
    fn a_key_always_leads_to_the_same_id() {
        assert_eq!(TicketId::from_key("test::a"), TicketId::from_key("test::a"));
        assert_ne!(TicketId::from_key("test::a"), TicketId::from_key("test::b"));
    }

    #[test]
    fn paths_and_other_letters_are_no_ids() {
        for bad in ["", "../../../x", "7k3fq2m9xi", "7K3FQ2M9XD", "7k3fq2m9xd1", "con", "-rf"] {
            assert_eq!(TicketId::parse(bad), None, "{bad}");
        }
    }
}
