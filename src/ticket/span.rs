//! Spans of time as people write them: `90m`, `6h`, `2d`, `1w`.

use std::time::Duration;

const HOUR_SECS: u64 = 3600;
const DAY_SECS: u64 = 24 * HOUR_SECS;

/// Reads a whole number and one of m, h, d, w; a day has 24 hours, a week 7 days.
#[must_use]
pub fn parse_span(text: &str) -> Option<Duration> {
    let unit_secs = match text.chars().last()? {
        'm' => 60,
        'h' => HOUR_SECS,
        'd' => DAY_SECS,
        'w' => 7 * DAY_SECS,
        _ => return None,
    };
    let number: u64 = text.get(..text.len() - 1)?.parse().ok()?;
    number.checked_mul(unit_secs).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_number_and_a_unit() {
        let secs = |text| parse_span(text).map(|span| span.as_secs());
        assert_eq!(
            [secs("90m"), secs("6h"), secs("2d"), secs("1w")].map(Option::unwrap),
            [5400, 21_600, 172_800, 604_800]
        );
        for text in ["", "h", "3", "-3h", "3 h", "3y", "3é", "99999999999999999999d"] {
            assert_eq!(secs(text), None, "{text}");
        }
    }
}
