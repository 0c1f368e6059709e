//! What of a text may leave the team: nothing that leads to the customer.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use crate::ticket::Person;

/// Mail addresses, and web addresses that carry a name before an at sign.
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[^\s<>()\[\]{},;:'\x22/]+@[^\s<>()\[\]{},;:'\x22/]+").ok());
/// What may be a telephone number: a plus, a bracket or a zero first, then digits and what stands between.
static PHONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\+|\(|\b0)[0-9][0-9 ()/.\-]{5,}[0-9]").ok());
/// The digits of a telephone number: the shortest with an area, and the longest (ITU-T E.164).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A text without the customer's name, and without anything that may be an address or a telephone number.
/// It errs on the side of leaving out; who sends it reads it first.
#[must_use]
pub fn for_outside(text: &str, customer: Option<&Person>) -> String {
    let Some((address, phone)) = ADDRESS.as_ref().zip(PHONE.as_ref()) else { return String::new() };
    let text = address.replace_all(text, "[address]");
    let text = phone.replace_all(&text, |found: &Captures<'_>| {
        let found = found.get(0).map(|found| found.as_str()).unwrap_or_default();
        let digits = found.chars().filter(char::is_ascii_digit).count();
        if PHONE_DIGITS.contains(&digits) { "[phone]".to_owned() } else { found.to_owned() }
    });
    match customer.map(|person| person.name.as_str()).filter(|name| !name.is_empty()) {
        Some(name) => text.replace(name, "[customer]"),
        None => text.into_owned(),
    }
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
        ] {
            assert_eq!(outside(text), expected);
        }
    }
}
