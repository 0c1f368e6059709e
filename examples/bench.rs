//! Measures git-support beside git itself.
fn main() {}
