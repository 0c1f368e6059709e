//! The rules of the house, checked on the source text: arrows, sizes, first lines, forgotten files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

mod circles;
mod layers;
mod tidiness;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// The top of the project.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file under a folder of the project: its path from there, with `/`, and its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = top().join(folder);
    let mut waiting = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} holds no Rust file");
    found
}
