//! Text that stands in Markdown and is not taken for markup.

use crate::render::paint::shown;
use crate::ticket::visible;

/// One line of text in which nothing is taken for markup.
pub(super) fn inline(text: &str) -> String {
    let mut out = String::new();
    for c in shown(text).chars() {
        if "\\`*_[]<>|#".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text as it is, in a fence longer than any within it.
pub(super) fn fenced(text: &str) -> String {
    let mut ticks = 3;
    while text.contains(&"`".repeat(ticks)) {
        ticks += 1;
    }
    let fence = "`".repeat(ticks);
    format!("{fence}text\n{}\n{fence}\n", visible(text.trim_end()))
}
