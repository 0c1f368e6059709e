//! Texts that redactions cut: what is a cut of what, and what two cuts of one text leave of it.

/// What stands where something was taken out.
pub const REDACTED: &str = "[redacted]";

/// The most pairs of words that are compared for what two cuts have in common; above, nothing of the text stays.
pub(super) const MAX_PAIRS: usize = 4_000_000;

/// True where the new text is the old one with pieces taken out, and nothing else.
pub(super) fn is_cut_text(old: &str, new: &str) -> bool {
    let mut pieces = new.split(REDACTED);
    let Some(mut rest) = pieces.next().and_then(|first| old.strip_prefix(first)) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// What two cuts of one text, made apart from each other, leave of it: what stands outside the marks of both. Nothing, where
/// they are not cuts of one text.
pub(super) fn left_by_both(a: &str, b: &str) -> String {
    let (words_a, words_b) = (words(a), words(b));
    let Some(common) = aligned(&words_a, &words_b) else { return REDACTED.to_owned() };
    let mut left = String::new();
    // Behind the pair before: what stands between was cut on one side at least.
    let (mut at_a, mut at_b) = (0, 0);
    for (place_a, place_b) in common.into_iter().chain([(words_a.len(), words_b.len())]) {
        if place_a > at_a || place_b > at_b {
            left.push_str(REDACTED);
        }
        left.push_str(words_a.get(place_a).copied().unwrap_or_default());
        (at_a, at_b) = (place_a + 1, place_b + 1);
    }
    if is_cut_text(a, &left) && is_cut_text(b, &left) { left } else { REDACTED.to_owned() }
}

/// The words of a text, the characters between them, and the marks of redactions.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with(REDACTED) {
            REDACTED.len()
        } else if first.is_alphanumeric() {
            rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after;
    }
    words
}

/// The places in both lists of the words that stand in the text outside the marks of both: a mark stands for any words of
/// the other list, and every other word for itself. `None` where that cannot be, or where there is too much to compare.
fn aligned(a: &[&str], b: &[&str]) -> Option<Vec<(usize, usize)>> {
    let is_word = |(one, other): &(&&str, &&str)| one == other && **one != REDACTED;
    let first = a.iter().zip(b).take_while(is_word).count();
    let (rest_a, rest_b) = (a.get(first..)?, b.get(first..)?);
    let last = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(is_word).count();
    let (middle_a, middle_b) = (rest_a.get(..rest_a.len() - last)?, rest_b.get(..rest_b.len() - last)?);
    if (middle_a.len() + 1).saturating_mul(middle_b.len() + 1) > MAX_PAIRS {
        return None;
    }
    let middle = Alignment::of(middle_a, middle_b).pairs()?;
    let mut pairs: Vec<(usize, usize)> = (0..first).map(|place| (place, place)).collect();
    pairs.extend(middle.into_iter().map(|(i, j)| (first + i, first + j)));
    pairs.extend((0..last).map(|place| (a.len() - last + place, b.len() - last + place)));
    Some(pairs)
}

/// Two lists of words, and of each pair of places how many words both have from there on; `None` where they cannot be of
/// one text.
struct Alignment<'t> {
    a: &'t [&'t str],
    b: &'t [&'t str],
    common: Vec<Option<u32>>,
}

impl<'t> Alignment<'t> {
    fn of(a: &'t [&'t str], b: &'t [&'t str]) -> Self {
        let mut alignment = Self { a, b, common: vec![None; (a.len() + 1) * (b.len() + 1)] };
        for i in (0..=a.len()).rev() {
            for j in (0..=b.len()).rev() {
                let best = if i == a.len() && j == b.len() { Some(0) } else { alignment.best(i, j) };
                if let Some(place) = alignment.common.get_mut(i * (b.len() + 1) + j) {
                    *place = best;
                }
            }
        }
        alignment
    }

    fn at(&self, i: usize, j: usize) -> Option<u32> {
        if i > self.a.len() || j > self.b.len() {
            return None;
        }
        self.common.get(i * (self.b.len() + 1) + j).copied().flatten()
    }

    /// True where both have one word there.
    fn is_pair(&self, i: usize, j: usize) -> bool {
        let word = self.a.get(i);
        word.is_some() && word == self.b.get(j) && word != Some(&REDACTED)
    }

    /// True where a mark of one side may stand for what the other has there, or for nothing more.
    fn has_mark(&self, i: usize, j: usize) -> bool {
        self.a.get(i) == Some(&REDACTED) || self.b.get(j) == Some(&REDACTED)
    }

    fn best(&self, i: usize, j: usize) -> Option<u32> {
        let pair = self.at(i + 1, j + 1).filter(|_| self.is_pair(i, j)).map(|common| common + 1);
        let skipped = self.at(i + 1, j).max(self.at(i, j + 1)).filter(|_| self.has_mark(i, j));
        pair.max(skipped)
    }

    fn pairs(&self) -> Option<Vec<(usize, usize)>> {
        let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
        let _ = self.at(0, 0)?;
        while i < self.a.len() || j < self.b.len() {
            let best = self.at(i, j)?;
            if self.is_pair(i, j) && self.at(i + 1, j + 1).is_some_and(|rest| rest + 1 == best) {
                pairs.push((i, j));
                (i, j) = (i + 1, j + 1);
            } else if self.at(i + 1, j) == Some(best) {
                i += 1;
            } else {
                j += 1;
            }
        }
        Some(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cuts_leave_what_both_have() {
        for (a, b, left) in [
            ("[redacted] and Maier", "Hans and [redacted]", "[redacted] and [redacted]"),
            ("Hans [redacted]", "[redacted] Maier", "[redacted] [redacted]"),
            ("a [redacted] b c", "a x b [redacted]", "a [redacted] b [redacted]"),
            ("[redacted]sel", "Hansel [redacted]", "[redacted]"),
            ("[redacted]", "Hans and [redacted]", "[redacted]"),
            ("to [redacted] to B", "to A to [redacted]", "to [redacted] to [redacted]"),
            ("[redacted] and a-1-z", "a-0-z and [redacted]", "[redacted] and [redacted]"),
            ("[redacted] b [redacted]", "[redacted] b c", "[redacted] b [redacted]"),
            ("one [redacted]", "another [redacted]", "[redacted]"),
        ] {
            assert_eq!(left_by_both(a, b), left, "{a} / {b}");
            assert_eq!(left_by_both(b, a), left, "{b} / {a}");
        }
    }
}
