//! Versions of the product, as people write them.

/// A version without the `v` that tags begin with: `v1.5.0` is 1.5.0.
#[must_use]
pub fn plain_version(version: &str) -> &str {
    let plain = version.strip_prefix(['v', 'V']);
    plain.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(version)
}
