//! The text of a page as it may be shown: what cannot be seen, or turns the order of letters around, is spelled out, as on a
//! terminal. What stands in a form stays as it is: it goes back as it came.

use crate::render::safe;

/// Elements whose text goes back to the server, or is no text.
const KEPT: &[&str] = &["textarea", "script", "style"];

/// A page with its text spelled out where it must be.
pub(super) fn with_visible_text(page: String) -> String {
    if page.is_ascii() {
        return page;
    }
    let mut out = String::with_capacity(page.len());
    let mut rest = page.as_str();
    while let Some(begin) = rest.find('<') {
        let (text, from) = rest.split_at(begin);
        out.push_str(&shown(text));
        let kept = KEPT.iter().find(|name| is_tag(from, name));
        let end = match kept {
            Some(name) => from.find(&format!("</{name}")).unwrap_or(from.len()),
            None => from.find('>').map_or(from.len(), |end| end + 1),
        };
        let (tag, after) = from.split_at(end);
        out.push_str(tag);
        rest = after;
    }
    out.push_str(&shown(rest));
    out
}

/// True where a text begins with the tag that opens an element.
fn is_tag(text: &str, name: &str) -> bool {
    let rest = text.strip_prefix('<').and_then(|text| text.strip_prefix(name));
    rest.is_some_and(|rest| rest.starts_with([' ', '>']))
}

fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_ascii() { text.into() } else { safe(text).into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_spelled_out_and_forms_are_left() {
        for (page, shown) in [
            ("<p>a\u{202e}txt.exe</p>", "<p>a\\u{202e}txt.exe</p>"),
            ("<title>x\u{200b}</title><p>grüße ✓ 日本</p>", "<title>x\\u{200b}</title><p>grüße ✓ 日本</p>"),
            ("<a href=\"/f/a\u{202e}b\">a\u{202e}b</a>", "<a href=\"/f/a\u{202e}b\">a\\u{202e}b</a>"),
            (
                "<textarea name=\"m\">a\u{202e}b</textarea>\u{ad}",
                "<textarea name=\"m\">a\u{202e}b</textarea>\\u{ad}",
            ),
            ("<input value=\"a\u{2066}b\">", "<input value=\"a\u{2066}b\">"),
            ("ü<", "ü<"),
        ] {
            assert_eq!(with_visible_text(page.to_owned()), shown);
        }
    }
}
