//! What the HTML of a message says, as plain text: paragraphs, lists and tables line by line, quotes with a `>`.

use html5gum::{DefaultEmitter, HtmlString, StartTag, Token, Tokenizer};

/// The deepest nesting of lists and quotes that lines show.
const MAX_SHOWN_DEPTH: usize = 8;

/// The text of HTML.
pub(super) fn text_of_html(html: &str) -> String {
    let mut emitter = DefaultEmitter::default();
    // What is between tags of scripts and styles is no HTML.
    emitter.naively_switch_states(true);
    let mut page = Page::default();
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => page.starts(&tag),
            Token::EndTag(tag) => page.ends(&word(&tag.name)),
            Token::String(text) => page.says(&String::from_utf8_lossy(&text)),
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    page.text
}

fn word(name: &HtmlString) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// How a tag breaks the lines around it.
fn breaks(tag: &str) -> usize {
    match tag {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "pre" | "dl" => 2,
        "address" | "article" | "aside" | "body" | "caption" | "center" | "dd" | "details" | "div" | "dt"
        | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "header" | "hr" | "legend" | "li"
        | "main" | "nav" | "option" | "section" | "summary" | "table" | "tbody" | "tfoot" | "thead"
        | "tr" => 1,
        _ => 0,
    }
}

/// The text so far, and where in the HTML it is.
#[derive(Default)]
struct Page {
    text: String,
    /// Line breaks that come before the next text.
    breaks: usize,
    /// A space that comes before the next text of the line.
    has_space: bool,
    /// The tag whose content is not shown, until it ends.
    hidden: Option<String>,
    /// Tags within which spaces are as they are written.
    preformatted: usize,
    /// True until the first text of such a tag: a line break at its begin is not shown (HTML, 13.1.2.5).
    is_begun: bool,
    quotes: usize,
    /// How deep in quotes the last text was.
    quotes_before: usize,
    /// The lists around, and the number of each one's last item where they are numbered.
    lists: Vec<Option<usize>>,
    /// What stands before the next item.
    marker: Option<String>,
    /// Where the link that is open leads, and where its text begins.
    link: Option<(String, usize)>,
}

impl Page {
    fn starts(&mut self, tag: &StartTag<()>) {
        if self.hidden.is_some() {
            return;
        }
        let name = word(&tag.name);
        let attribute = |name: &[u8]| tag.attributes.get(name).map(|value| word(&value.value));
        self.breaks_by(&name);
        match name.as_str() {
            "br" => self.breaks = (self.breaks + 1).min(2),
            "script" | "style" | "template" | "title" => self.hidden = Some(name),
            "pre" => (self.preformatted, self.is_begun) = (self.preformatted + 1, true),
            "blockquote" => self.quotes += 1,
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(0)),
            "li" => self.marker = Some(self.next_marker()),
            "td" | "th" if self.is_in_line() => self.says(" | "),
            "img" => {
                let shown = attribute(b"alt").filter(|text| !text.trim().is_empty());
                shown.into_iter().for_each(|text| self.says(&format!("[{}]", text.trim())));
            }
            "a" => self.link = attribute(b"href").map(|to| (to, self.text.len())),
            _ => {}
        }
    }

    fn ends(&mut self, name: &str) {
        if self.hidden.as_ref().is_some_and(|hidden| hidden != name) {
            return;
        }
        self.hidden = None;
        match name {
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "a" => self.link_ends(),
            "ul" | "ol" => {
                self.lists.pop();
            }
            _ => {}
        }
        self.breaks_by(name);
        if name == "blockquote" {
            self.quotes = self.quotes.saturating_sub(1);
        }
    }

    fn breaks_by(&mut self, tag: &str) {
        let is_list = matches!(tag, "ul" | "ol");
        let outer = if self.lists.is_empty() { 2 } else { 1 };
        self.breaks = self.breaks.max(if is_list { outer } else { breaks(tag) });
    }

    /// True where the next text comes after other text of its line.
    fn is_in_line(&self) -> bool {
        self.breaks == 0 && !self.text.is_empty()
    }

    fn next_marker(&mut self) -> String {
        let indent = "  ".repeat(self.lists.len().saturating_sub(1).min(MAX_SHOWN_DEPTH));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{indent}{number}. ")
            }
            Some(None) | None => format!("{indent}- "),
        }
    }

    /// Where a link leads, if its text does not say so.
    fn link_ends(&mut self) {
        let Some((to, begin)) = self.link.take() else { return };
        let is_said = self.text.get(begin..).is_some_and(|text| text.contains(to.trim_end_matches('/')));
        if !is_said && (to.starts_with("https://") || to.starts_with("http://")) {
            self.says(&format!(" <{to}>"));
        }
    }

    fn says(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        if self.preformatted > 0 {
            let is_begun = std::mem::take(&mut self.is_begun);
            let text = text.strip_prefix('\n').filter(|_| is_begun).unwrap_or(text);
            for (place, line) in text.split('\n').enumerate() {
                self.breaks += usize::from(place > 0);
                self.writes(line);
            }
            return;
        }
        let is_space = |c: char| c.is_ascii_whitespace() || c == '\u{a0}';
        for (place, word) in text.split(is_space).enumerate() {
            self.has_space |= place > 0;
            self.writes(word);
        }
    }

    fn writes(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let quote = |depth: usize| "> ".repeat(depth.min(MAX_SHOWN_DEPTH));
        let between = quote(self.quotes.min(self.quotes_before));
        let is_first = self.text.is_empty();
        if is_first {
            self.text.push_str(&quote(self.quotes));
        } else {
            for left in (0..self.breaks).rev() {
                self.text.push('\n');
                self.text.push_str(&if left > 0 {
                    between.trim_end().to_owned()
                } else {
                    quote(self.quotes)
                });
            }
        }
        if (is_first || self.breaks > 0)
            && let Some(marker) = self.marker.take()
        {
            self.text.push_str(&marker);
        } else if self.has_space && !is_first && self.breaks == 0 {
            self.text.push(' ');
        }
        self.text.push_str(text);
        (self.breaks, self.has_space, self.quotes_before) = (0, false, self.quotes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_reads_as_it_looks() {
        for (html, text) in [
            ("<div>one</div><div>two</div>", "one\ntwo"),
            ("<p>one<br>two</p><p>three</p>", "one\ntwo\n\nthree"),
            ("<div>one<br></div><div><br></div>\n<div>two</div>", "one\n\ntwo"),
            ("<ul><li>a<ul><li>b</ul><li>c</ul>d", "- a\n  - b\n- c\n\nd"),
            ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
            ("<table><tr><td>a</td>\n<td>b</td></tr><tr><td>c<td>d</table>", "a | b\nc | d"),
            (
                "<title>t</title><style>x</style><script>a<b>1</script><b>bold</b> &amp;\n<i>more</i>",
                "bold & more",
            ),
            ("a<pre>\nb\n\n  c\n</pre>d", "a\n\nb\n\n  c\n\nd"),
            (
                "a<blockquote><p>b<p>c<blockquote>d</blockquote></blockquote>e",
                "a\n\n> b\n>\n> c\n>\n> > d\n\ne",
            ),
            ("so <b>it</b>, <i>is</i>", "so it, is"),
            ("5 &lt; 6 &eacute;&nbsp;x", "5 < 6 é x"),
            ("<a href='https://x.example/log'>log</a>", "log <https://x.example/log>"),
            (
                "<a href='https://x.example/'>https://x.example</a> <a href='#a'>up</a>",
                "https://x.example up",
            ),
            ("<img alt=' the error '><img src=x>", "[the error]"),
            ("a < b and <unclosed", "a < b and"),
            ("</p></ul></a></blockquote></pre>x", "x"),
        ] {
            assert_eq!(text_of_html(html), text, "{html}");
        }
    }

    #[test]
    fn depth_costs_nothing() {
        for tag in ["div", "blockquote", "ul", "ol", "table", "a href=http://x", "pre"] {
            let deep = format!("<{tag}>").repeat(20_000) + "deep";
            assert!(text_of_html(&deep).ends_with("deep"), "{tag}");
        }
    }
}
