//! Properties that say of how many cases they hold something: one that holds because nothing came up is no property.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// Runs a property over some cases. It says of each how much of it was put to the test; at least one of five cases must
/// have been.
pub(crate) fn property<S: Strategy>(
    cases: u32,
    values: S,
    property: impl Fn(S::Value) -> Result<usize, TestCaseError>,
) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let tested = Cell::new(0);
    let counted = |value| {
        tested.set(tested.get() + u32::from(property(value)? > 0));
        Ok(())
    };
    TestRunner::new(config).run(&values, counted).unwrap_or_else(|error| panic!("{error}"));
    assert!(tested.get() >= cases / 5, "only {} of {cases} cases tested anything", tested.get());
}

#[test]
#[should_panic(expected = "only 0 of 20 cases tested anything")]
fn a_property_that_tests_nothing_fails() {
    property(20, any::<bool>(), |_| Ok(0));
}
