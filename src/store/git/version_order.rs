//! Which of two versions of a file came from the other, as the commits tell that changed it.

use std::collections::{HashMap, HashSet};

/// A version of a file in the place of another, by the ids of their blobs; zeros where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn<'l> {
    before: &'l str,
    now: &'l str,
}

impl<'l> Turn<'l> {
    /// The turn that a line of `git diff-tree --raw` says: `:100644 100644 BEFORE NOW M<TAB>path`.
    pub(super) fn of(line: &'l str) -> Option<Self> {
        let mut words = line.split_whitespace().skip(2);
        Some(Self { before: words.next()?, now: words.next()? })
    }
}

/// The versions of a file that its commits made of each.
#[derive(Debug, Default)]
pub(super) struct VersionOrder<'l> {
    made_of: HashMap<&'l str, Vec<&'l str>>,
    known: HashMap<(&'l str, &'l str), bool>,
}

impl<'l> VersionOrder<'l> {
    /// Takes down what a commit made of a version: one that none of its parents has.
    pub(super) fn learn(&mut self, turn: &Turn<'l>) {
        self.made_of.entry(turn.before).or_default().push(turn.now);
    }

    /// True where a merge has the later of two versions, as far as can be told: that came from the other, and not the other
    /// from it.
    pub(super) fn went_on(&mut self, turn: &Turn<'l>) -> bool {
        self.leads(turn.before, turn.now) && !self.leads(turn.now, turn.before)
    }

    fn leads(&mut self, from: &'l str, to: &'l str) -> bool {
        if let Some(known) = self.known.get(&(from, to)) {
            return *known;
        }
        let (mut seen, mut open) = (HashSet::from([from]), vec![from]);
        let mut leads = false;
        while let Some(version) = open.pop() {
            let made = self.made_of.get(version).map(Vec::as_slice).unwrap_or_default();
            leads |= made.contains(&to);
            open.extend(made.iter().copied().filter(|version| seen.insert(version)));
        }
        self.known.insert((from, to), leads);
        leads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_came_from_another_is_the_later_one() {
        let mut order = VersionOrder::default();
        for (before, now) in [("0", "a"), ("a", "b"), ("b", "c"), ("b", "d"), ("d", "b")] {
            order.learn(&Turn { before, now });
        }
        for (before, now, expected) in
            [("a", "c", true), ("c", "a", false), ("0", "b", true), ("b", "d", false), ("c", "d", false)]
        {
            assert_eq!(order.went_on(&Turn { before, now }), expected, "{before} {now}");
        }
        assert_eq!(Turn::of(":100644 000000 aa bb D\t.mailmap"), Some(Turn { before: "aa", now: "bb" }));
    }
}
