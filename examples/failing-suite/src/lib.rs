//! Prices in cents; the sum of several is wrong on purpose.

/// The sum of prices.
pub fn total(prices: &[u32]) -> u32 {
    prices.iter().skip(1).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_costs_nothing() {
        assert_eq!(super::total(&[]), 0);
    }

    #[test]
    fn prices_are_added() {
        assert_eq!(super::total(&[100, 250]), 350);
    }
}
