//! What the HTML of a message says, as plain text: paragraphs, lists and tables line by line, quotes with a `>`.

use html2text::config;
use html2text::render::TrivialDecorator;

/// Columns at which lines are broken: a line of text is one line, as it was written.
const COLUMNS: usize = 1_000;
/// The deepest nesting of tags that is read as HTML; deeper, the tags are taken off one by one.
const MAX_DEPTH: usize = 200;

/// The text of HTML.
pub(super) fn text_of_html(html: &str) -> String {
    if depth(html) > MAX_DEPTH {
        return without_tags(html);
    }
    let rendered = config::with_decorator(TrivialDecorator::new()).string_from_read(html.as_bytes(), COLUMNS);
    rendered.unwrap_or_else(|_| without_tags(html))
}

/// How deep tags are nested at most, if none is ever closed by itself.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for (at, _) in html.match_indices('<') {
        let after = html.get(at + 1..).unwrap_or_default();
        if after.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if after.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_void(after) {
            depth += 1;
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// True for a tag that has nothing in it (HTML, 13.1.2).
fn is_void(tag: &str) -> bool {
    let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
    let name = name.to_lowercase();
    [
        "br", "hr", "img", "input", "link", "meta", "col", "area", "base", "wbr", "source", "p", "li", "td",
        "tr", "th",
    ]
    .contains(&name.as_str())
}

fn without_tags(html: &str) -> String {
    let pieces = html.split('<').enumerate();
    let texts =
        pieces.map(
            |(place, piece)| {
                if place == 0 { piece } else { piece.split_once('>').map_or("", |(_, text)| text) }
            },
        );
    texts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_reads_as_it_looks() {
        for (html, text) in [
            ("<div>one</div><div>two</div>", "one\ntwo"),
            ("<p>one<br>two</p><p>three</p>", "one\ntwo\n\nthree"),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
            ("<style>x</style><script>alert(1)</script><b>bold</b> &amp; <i>more</i>", "bold & more"),
            ("<pre>a\n  b</pre>", "a\n  b"),
        ] {
            let lines: Vec<String> =
                text_of_html(html).lines().map(|line| line.trim_end().to_owned()).collect();
            assert_eq!(lines.join("\n").trim(), text, "{html}");
        }
        let deep = "<div>".repeat(100_000) + "deep";
        assert_eq!(text_of_html(&deep).trim(), "deep");
    }
}
