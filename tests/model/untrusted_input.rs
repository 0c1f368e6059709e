//! What holds for any bytes of a stranger: over the fuzzer's seeds, pieces of them, and random bytes.

#[path = "../fuzz/properties.rs"]
mod properties;

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What holds for the bytes of a seed.
type Holds = fn(&[u8]);

const TARGETS: [(&str, Holds); 4] = [
    ("ticket", properties::ticket),
    ("merge", properties::merged),
    ("query", properties::query),
    ("trailers", properties::trailers),
];

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn every_seed_holds() {
    for (name, holds) in TARGETS {
        let seeds = seeds(name);
        assert!(seeds.len() >= 3, "{name} has too few seeds");
        seeds.iter().for_each(|seed| holds(seed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_seed_holds_when_it_is_damaged(
        target in select(&TARGETS[..]), seed: Index, cuts in vec((any::<Index>(), 0_usize..20, vec(any::<u8>(), 0..8)), 1..4),
    ) {
        let (name, holds) = target;
        let mut bytes = seed.get(&seeds(name)).clone();
        for (at, length, with) in cuts {
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..(at + length).min(bytes.len()), with);
        }
        holds(&bytes);
    }
}
