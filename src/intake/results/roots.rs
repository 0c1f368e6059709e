//! Names of files as the project has them, wherever its checkout stands.

use std::borrow::Cow;
use std::path::Path;

use percent_encoding::percent_decode_str;

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
    let path = path_of(name);
    let plain = |text: &str| if has_drive(text) { text.replace('\\', "/") } else { text.to_owned() };
    let compared = plain(&path);
    let below = |root: &String| {
        let root = plain(root.trim_end_matches(['/', '\\']));
        let is_below = compared.strip_prefix(&root)?.starts_with(['/', '\\']);
        path.get(root.len() + 1..).filter(|_| is_below).map(str::to_owned)
    };
    roots.iter().find_map(below).unwrap_or_else(|| name.to_owned())
}

/// The path of a file's address (RFC 8089), or the name as it is.
pub(super) fn path_of(name: &str) -> Cow<'_, str> {
    let Some(rest) = name.strip_prefix("file:").filter(|rest| rest.starts_with('/')) else {
        return Cow::Borrowed(name);
    };
    let rest = rest.strip_prefix("//localhost").or_else(|| rest.strip_prefix("//")).unwrap_or(rest);
    let path = percent_decode_str(rest).decode_utf8().unwrap_or(Cow::Borrowed(rest));
    match path.strip_prefix('/').filter(|path| has_drive(path)) {
        Some(path) => Cow::Owned(path.to_owned()),
        None => path,
    }
}

/// True of a path of Windows with its drive: `D:\a` or `D:/a`.
fn has_drive(path: &str) -> bool {
    let mut chars = path.chars();
    let drive = chars.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && chars.next() == Some(':');
    drive && chars.next().is_some_and(|next| matches!(next, '/' | '\\'))
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_path_or_an_address_below_a_checkout_is_the_projects() {
        let roots = ["/builds/shop", "D:\\a\\shop"].map(str::to_owned);
        for (name, expected) in [
            ("/builds/shop/src/a.c", "src/a.c"),
            ("file:///builds/shop/src/a%20b.c", "src/a b.c"),
            ("file://localhost/builds/shop/src/a.c", "src/a.c"),
            ("file:/builds/shop/src/a.c", "src/a.c"),
            ("file:///D:/a/shop/src/a.c", "src/a.c"),
            ("D:\\a\\shop\\src\\a.c", "src\\a.c"),
            ("D:/a/shop/src/a.c", "src/a.c"),
            ("/builds/shops/src/a.c", "/builds/shops/src/a.c"),
            ("src/a%20b.c", "src/a%20b.c"),
            ("file:names are no address", "file:names are no address"),
            ("file:///elsewhere/%ff", "file:///elsewhere/%ff"),
            ("", ""),
        ] {
            assert_eq!(within(name, &roots), expected, "{name}");
        }
    }
}
