//! Checksums of content.

use sha2::{Digest as _, Sha256};

/// The SHA-256 of a content, in hexadecimal.
#[must_use]
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
