//! Versions of the product, as people write them.

use crate::ticket::natural_key;

/// A version without the `v` that tags begin with: `v1.5.0` is 1.5.0.
#[must_use]
pub fn plain_version(version: &str) -> &str {
    let plain = version.strip_prefix(['v', 'V']);
    plain.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(version)
}

/// What releases are sorted by: 1.10 after 1.9, and what leads to a version (`1.10-rc.1`, `1.10~beta2`, `1.10rc1`) before
/// it, by the rules of [Semantic Versioning](https://semver.org/#spec-item-11), Debian and
/// [PEP 440](https://peps.python.org/pep-0440/#pre-releases).
#[must_use]
pub fn version_order(version: &str) -> (String, bool, String) {
    let plain = plain_version(version);
    let (base, before) = plain.split_at(end_of_base(plain));
    (natural_key(base), before.is_empty(), natural_key(before))
}

/// Where in a version what leads to it begins: at a hyphen, a tilde or the word for it.
fn end_of_base(version: &str) -> usize {
    const WORDS: [&str; 6] = ["alpha", "beta", "dev", "pre", "rc", "preview"];
    let is_begun = |at: usize| {
        let rest = version.get(at..).unwrap_or_default();
        let rest = rest.strip_prefix('.').unwrap_or(rest).to_ascii_lowercase();
        rest.starts_with(['-', '~']) || WORDS.iter().any(|word| rest.starts_with(word))
    };
    version.char_indices().map(|(at, _)| at).find(|at| is_begun(*at)).unwrap_or(version.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_a_version_comes_before_it() {
        let sorted = [
            "0.9",
            "1.9.1",
            "v1.10.0-beta.2",
            "1.10.0-rc.1",
            "1.10.0-rc.9",
            "1.10.0-rc.10",
            "1.10.0",
            "1.10.1~rc1",
            "1.10.1",
            "2.0.0.dev3",
            "2.0.0rc1",
            "v2.0.0",
            "2026.01",
            "2026.11",
        ];
        let mut versions = sorted;
        versions.reverse();
        versions.sort_by_key(|version| version_order(version));
        assert_eq!(versions, sorted);
    }
}
