//! Names of files as the project has them, wherever its checkout stands.

use std::path::Path;

/// The variables of CI systems that say where the checkout stands.
const VARIABLES: [&str; 7] = [
    "GITHUB_WORKSPACE",
    "CI_PROJECT_DIR",
    "WORKSPACE",
    "CIRCLE_WORKING_DIRECTORY",
    "BUILDKITE_BUILD_CHECKOUT_PATH",
    "BUILD_SOURCESDIRECTORY",
    "BUILD_WORKSPACE_DIRECTORY",
];

/// Where checkouts stand: the directory, and what variables of the CI system say; the longest first.
#[must_use]
pub fn roots(directory: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let said = VARIABLES.iter().filter_map(|name| variable(name));
    let mut roots: Vec<String> = said.chain([directory.display().to_string()]).collect();
    roots.retain(|root| root.len() > 1);
    roots.sort_by_key(|root| std::cmp::Reverse(root.len()));
    roots
}

/// A name of a file, from where its checkout stands; any other text as it is.
pub(super) fn within(name: &str, roots: &[String]) -> String {
    let path = name.strip_prefix("file://").unwrap_or(name);
    let below =
        |root: &String| path.strip_prefix(root.trim_end_matches(['/', '\\']))?.strip_prefix(['/', '\\']);
    roots.iter().find_map(below).unwrap_or(name).to_owned()
}
