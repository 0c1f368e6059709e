//! Spans of time as people write them: `90m`, `6h`, `1h30m`, `2d`, `1w`.

use std::time::Duration;

const HOUR_SECS: u64 = 3600;
const DAY_SECS: u64 = 24 * HOUR_SECS;

/// Reads whole numbers, each with one of m, h, d, w, the larger units first; a day has 24 hours, a week 7 days.
#[must_use]
pub fn parse_span(text: &str) -> Option<Duration> {
    let mut seconds: u64 = 0;
    let (mut rest, mut larger) = (text, u64::MAX);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, more) = rest.split_at_checked(digits)?;
        let unit = more.chars().next()?;
        let unit_secs = match unit {
            'm' => 60,
            'h' => HOUR_SECS,
            'd' => DAY_SECS,
            'w' => 7 * DAY_SECS,
            _ => return None,
        };
        if unit_secs >= larger {
            return None;
        }
        seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(unit_secs)?)?;
        (rest, larger) = (more.get(1..)?, unit_secs);
    }
    (larger < u64::MAX).then(|| Duration::from_secs(seconds))
}

/// Minutes as a span: `1h30m`, `45m`, `26h`.
#[must_use]
pub fn span_of_minutes(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h{minutes}m"),
    }
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
        assert_eq!([secs("1h30m"), secs("1d2h")].map(Option::unwrap), [5400, 93_600]);
        for text in ["30m1h", "1h1h", "1h30", "", "h", "3", "-3h", "3 h", "3y", "3é", "99999999999999999999d"]
        {
            assert_eq!(secs(text), None, "{text}");
        }
    }
}
