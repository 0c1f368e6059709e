//! What of a text may leave the team: nothing that leads to the customer.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use crate::ticket::{Person, folded, spelled};

/// Mail addresses, and web addresses that carry a name before an at sign.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[^\s<>()\[\]{},;:'\x22/]+@[^\s<>()\[\]{},;:'\x22/]+").ok());
/// What may be a telephone number: a plus, a bracket or a zero first, then digits and what stands between.
static PHONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\+|\(|\b0)[0-9][0-9 ()/.\-]{5,}[0-9]").ok());
/// What says that digits are a telephone number, before them.
static SAYS_PHONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:tel|telephone|phone|mobile|cell|fax|call|called|ring|dial)\b[^0-9]{0,12}$").ok()
});
/// The digits of a telephone number: the shortest with an area, and the longest (ITU-T E.164).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// A part of a name of so few letters is too common a word to be taken for the customer.
const SHORT_PART_LETTERS: usize = 2;
/// What stands where the customer was named.
const CUSTOMER: &str = "[customer]";

/// A text without the customer's name, and without anything that may be an address or a telephone number.
/// It errs on the side of leaving out; who sends it reads it first.
#[must_use]
pub fn for_outside(text: &str, customer: Option<&Person>) -> String {
    let Some((address, phone)) = ADDRESS.as_ref().zip(PHONE.as_ref()) else { return String::new() };
    let text = address.replace_all(text, "[address]");
    let text = phone.replace_all(&text, |found: &Captures<'_>| {
        let Some(found) = found.get(0) else { return String::new() };
        let digits = found.as_str().chars().filter(char::is_ascii_digit).count();
        // Digits without anything between them are an order's number, too.
        let is_plain = found.as_str().chars().all(|c| c.is_ascii_digit());
        let before = text.get(..found.start()).unwrap_or_default();
        let is_said = || SAYS_PHONE.as_ref().is_none_or(|says| says.is_match(before));
        if PHONE_DIGITS.contains(&digits) && (!is_plain || is_said()) {
            "[phone]".to_owned()
        } else {
            found.as_str().to_owned()
        }
    });
    match customer.map(|person| person.name.as_str()).filter(|name| !name.is_empty()) {
        Some(name) => without_name(&text, name),
        None => text.into_owned(),
    }
}

/// A text without a name, also as it is written without accents, and where a keyboard lacks its letters.
fn without_name(text: &str, name: &str) -> String {
    let plain = without_spelling(text, name);
    match spelled(name) {
        Some(other) => without_spelling(&plain, &other),
        None => plain,
    }
}

/// A text without a name: as a whole, and each part of it that is no common word, as whole words in any case.
fn without_spelling(text: &str, name: &str) -> String {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(folded).collect()
    };
    let name = words(name);
    let is_part =
        |word: &str| word.chars().count() > SHORT_PART_LETTERS && name.iter().any(|part| part == word);
    let pieces = pieces(text);
    let word_at = |at: usize| pieces.get(at).map(|piece| folded(piece));
    let (mut out, mut at) = (String::new(), 0);
    while let Some(piece) = pieces.get(at) {
        // The whole name, its words one after the other: every second piece stands between two words.
        let is_whole = !name.is_empty()
            && name.iter().enumerate().all(|(place, part)| word_at(at + 2 * place).as_deref() == Some(part));
        let taken = match (is_whole, is_part(&folded(piece))) {
            (true, _) => 2 * name.len() - 1,
            (false, true) => 1,
            (false, false) => 0,
        };
        if taken == 0 {
            out.push_str(piece);
            at += 1;
            continue;
        }
        // Two parts side by side are one customer.
        let trimmed = out.trim_end_matches([' ', '.', '-', ',']).len();
        if out.get(..trimmed).is_some_and(|before| before.ends_with(CUSTOMER)) {
            out.truncate(trimmed);
        } else {
            out.push_str(CUSTOMER);
        }
        at += taken;
    }
    out
}

/// The words of a text, and what stands between them, in order.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    let mut was_word = None;
    for (at, c) in text.char_indices() {
        let is_word = c.is_alphanumeric();
        if was_word.is_some_and(|was| was != is_word) {
            pieces.extend(text.get(begin..at));
            begin = at;
        }
        was_word = Some(is_word);
    }
    pieces.extend(text.get(begin..).filter(|rest| !rest.is_empty()));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_numbers_and_the_customers_name_stay_inside() {
        let customer = Person { name: "Ann Lee".to_owned(), email: "ann@customer.example".to_owned() };
        let outside = |text: &str| for_outside(text, Some(&customer));
        for (text, expected) in [
            ("Ann Lee <ann@customer.example>, twice", "[customer] <[address]>, twice"),
            ("call +61 7 3000 1234.", "call [phone]."),
            ("(07) 3000-1234 or 07 3000 1234", "[phone] or [phone]"),
            ("at 2026-11-23T09:12:04Z, 502 of 1.4.0", "at 2026-11-23T09:12:04Z, 502 of 1.4.0"),
            ("order 1250 took 0.125 s, 192.168.1.10", "order 1250 took 0.125 s, 192.168.1.10"),
            ("plain words", "plain words"),
            ("Ann's card; ann said, LEE agreed.", "[customer]'s card; [customer] said, [customer] agreed."),
            ("Annual fees in Leeds; Lee-Ann", "Annual fees in Leeds; [customer]"),
            ("order 0012345678 of 2026-01-02", "order 0012345678 of 2026-01-02"),
            ("call 0730001234 or +61730001234", "call [phone] or [phone]"),
            ("Lee, Ann <x@y.example>", "[customer] <[address]>"),
        ] {
            assert_eq!(outside(text), expected);
        }
    }

    #[test]
    fn a_short_name_goes_as_a_whole_and_in_any_script() {
        let outside = |name: &str, text: &str| {
            for_outside(text, Some(&Person { name: name.to_owned(), email: String::new() }))
        };
        assert_eq!(outside("Bo Li", "Bo Li paid; bo li, Bo paid"), "[customer] paid; [customer], Bo paid");
        assert_eq!(outside("Änne Müller", "änne MÜLLER und Müllerin"), "[customer] und Müllerin");
        for text in
            ["Jürgen Müller", "MUELLER JUERGEN", "Juergen Mueller", "jurgen muller", "Müller, Juergen"]
        {
            assert_eq!(outside("Jürgen Müller", text), "[customer]", "{text}");
        }
        assert_eq!(outside("", "nobody"), "nobody");
    }
}
