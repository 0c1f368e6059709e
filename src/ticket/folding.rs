//! Letters as they are compared: without case and accents, by one table (docs/query.md); and the natural order of titles.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Letters that neither lower case nor decomposition makes plain, and what they are compared as. The first is the full
/// case folding of Unicode; the others are letters with a stroke, ligatures and letters of few languages.
const PLAIN: &[(char, &str)] = &[
    ('ß', "ss"),
    ('ς', "σ"),
    ('ł', "l"),
    ('ø', "o"),
    ('đ', "d"),
    ('ð', "d"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ĸ', "k"),
    ('ŋ', "n"),
    ('ŧ', "t"),
    ('þ', "th"),
    ('æ', "ae"),
    ('œ', "oe"),
];

/// Letters that are written with an `e` behind them where a keyboard lacks them: `Köln` is found by `koeln` too.
const SPELLED: &[(char, &str)] = &[('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('å', "aa"), ('ø', "oe")];

/// The letters of a text as they are compared.
pub fn plain(text: &str) -> impl Iterator<Item = char> {
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c));
    letters.flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)).flat_map(|c| {
        let known = PLAIN.iter().find(|(letter, _)| *letter == c).map(|(_, plain)| *plain);
        let own = known.is_none().then_some(c);
        known.unwrap_or_default().chars().chain(own)
    })
}

/// A text as searches compare it: without case and accents, however its letters are encoded.
#[must_use]
pub fn folded(text: &str) -> String {
    plain(text).collect()
}

/// The text as it is written where a keyboard lacks its letters; `None` where it has none of them.
#[must_use]
pub fn spelled(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let (mut out, mut is_other) = (String::new(), false);
    for c in text.nfc() {
        let lower = c.to_lowercase().next().unwrap_or(c);
        match SPELLED.iter().find(|(letter, _)| *letter == lower) {
            Some((_, spelled)) => {
                out.push_str(spelled);
                is_other = true;
            }
            None => out.push(c),
        }
    }
    is_other.then_some(out)
}

/// What titles are sorted by: their letters as they are compared, and numbers by what they count, 10 after 9. It depends
/// on no language.
#[must_use]
pub fn natural_key(text: &str) -> String {
    let mut key = String::new();
    let mut letters = plain(text).peekable();
    while let Some(c) = letters.next() {
        if !c.is_ascii_digit() {
            key.push(c);
            continue;
        }
        let mut digits = String::from(c);
        while let Some(digit) = letters.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        let digits = digits.trim_start_matches('0');
        // The longer number is the greater one.
        let _ = write!(key, "0{:03}{digits}", digits.len().min(999));
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_stand_in_natural_order() {
        let mut titles = [
            "Zug",
            "Ähre",
            "a10",
            "Ahorn",
            "a9",
            "A 2",
            "a010b",
            "Łódź",
            "lo",
            "10",
            "9",
            "Straße",
            "strasse 2",
        ];
        titles.sort_by_key(|title| natural_key(title));
        assert_eq!(
            titles,
            [
                "9",
                "10",
                "A 2",
                "a9",
                "a10",
                "a010b",
                "Ahorn",
                "Ähre",
                "lo",
                "Łódź",
                "Straße",
                "strasse 2",
                "Zug"
            ]
        );
    }

    #[test]
    fn letters_are_plain() {
        let plain = |text: &str| super::plain(text).collect::<String>();
        for (text, expected) in [
            ("Straße STRASSE", "strasse strasse"),
            ("ΟΔΟΣ οδος", "οδοσ οδοσ"),
            ("Łódź Ærø Đakovo ILGIN ılgın İzmir", "lodz aero dakovo ilgin ilgin izmir"),
            ("ﬁne", "fine"),
        ] {
            assert_eq!(plain(text), expected);
        }
        assert_eq!(spelled("Köln Ålborg").as_deref(), Some("Koeln aalborg"));
        assert_eq!(spelled("Zürich e\u{301}").as_deref(), Some("Zuerich é"));
        assert_eq!(spelled("naïve"), None);
    }
}
