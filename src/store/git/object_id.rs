//! The name of an object.

use std::fmt;
use std::hash::{Hash, Hasher};

use git2::Oid;

/// The name of an object: SHA-1 or SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId(pub(crate) Oid);

impl ObjectId {
    /// A name in full, in hexadecimal.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let format = if text.len() == 64 { git2::ObjectFormat::Sha256 } else { git2::ObjectFormat::Sha1 };
        Oid::from_str_ext(text, format).ok().map(Self)
    }

    /// A name from its bytes: 20, or 32 of SHA-256.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self::parse(&hex)
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Hash for ObjectId {
    /// Of the name alone: libgit2 leaves whatever was there behind a name of SHA-1, and git2 hashes that too (0.21), so
    /// that one name could have two hashes.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes().hash(state);
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}
