//! What is refused before the YAML library sees a file: it would take seconds or gigabytes over it.
//!
//! serde_yaml spends 19 s on 200 kB of `[` and 300 MB on 109 kB of aliases; so size, nesting, anchors,
//! aliases and tags are judged here first, by a scanner that errs on the side of refusing. It follows
//! libyaml's rules for where a token starts; what it cannot follow (a plain text over several lines) it
//! refuses, with the way to write it.

/// The largest file of the project that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;
/// The largest file of a ticket that is read, in bytes: what eight clones that each fill it make of it together.
pub const MAX_TICKET_BYTES: usize = 8 * FULL_TICKET_BYTES;
/// The size from which on a ticket takes short texts alone, in bytes.
pub const FULL_TICKET_BYTES: usize = 4 * 1024 * 1024;
/// The deepest nesting read.
pub(crate) const MAX_DEPTH: usize = 16;

/// The most keys of a mapping: some work is done for each two of them, and for each with all of its file.
pub(crate) const MAX_KEYS: usize = 1_000;

/// The most items of all lists of a file together: a timeline of entries of a line or two fills the largest ticket with fewer.
pub(crate) const MAX_ITEMS: usize = 300_000;

/// The most keys and items of a file together: each costs memory many times its size.
pub(crate) const MAX_VALUES: usize = 2_000_000;

/// Why a text is not handed to the YAML library.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The line, from 1.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) problem: String,
}

/// Checks a text, whose line ends are LF already.
pub(crate) fn check(text: &str) -> Result<(), Refused> {
    let mut scanner = Scanner::default();
    for (place, line) in text.split('\n').enumerate() {
        let number = place + 1;
        scanner.line(line).map_err(|problem| Refused { line: number, problem: problem.to_owned() })?;
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A token may start here.
    Start,
    /// Inside a plain scalar.
    Plain,
    /// After a quoted scalar or a closing bracket.
    After,
    SingleQuoted,
    DoubleQuoted,
    /// Inside a block scalar whose lines are indented more than this column.
    Block(Option<usize>),
}

struct Scanner {
    state: State,
    /// Columns of the open block collections, innermost last, with the keys so far in each.
    blocks: Vec<(usize, usize)>,
    flow: usize,
    /// The keys so far in the outermost open brackets.
    flow_keys: usize,
    /// The column where the present scalar began: a key, if a colon follows.
    scalar: usize,
    /// The items of all lists so far.
    items: usize,
    /// The keys and items so far.
    values: usize,
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            state: State::Start,
            blocks: Vec::new(),
            flow: 0,
            flow_keys: 0,
            scalar: 0,
            items: 0,
            values: 0,
        }
    }
}

const ANCHORS: &str = "anchors (&), aliases (*) and tags (!) are not read; put the text in quotes";
/// The key that has other readers take another mapping's keys (YAML 1.1, type merge).
pub(super) const MERGE: &str = "<<";
const MERGES: &str = "merge keys (<<) are not read; put the key in quotes";
const MANY_KEYS: &str = "a mapping has more than 1000 keys";
const MANY_ITEMS: &str = "its lists have more than 300000 items";
const MANY_VALUES: &str = "it has more than 2000000 keys and items";
const DEEP: &str = "nested deeper than 16 levels";
const CONTROL: &str = "holds a control character; write it as an escape in double quotes";
const MANY_LINES: &str = "a plain text goes over several lines; write it as a block: key: |";

type Scan = Result<(), &'static str>;

impl Scanner {
    fn line(&mut self, line: &str) -> Scan {
        if line
            .chars()
            .any(|c| (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}'))
        {
            return Err(CONTROL);
        }
        let indent = line.len() - line.trim_start_matches(' ').len();
        let blank = line.trim_matches([' ', '\t']).is_empty();
        if let State::Block(parent) = self.state {
            if blank || parent.is_none_or(|parent| indent > parent) {
                return Ok(());
            }
            self.state = State::Start;
        }
        let quoted = matches!(self.state, State::SingleQuoted | State::DoubleQuoted);
        if blank {
            return Ok(());
        }
        if !quoted && line.trim_start().strip_prefix("? ").is_some_and(|key| key.trim() == MERGE) {
            return Err(MERGES);
        }
        if !quoted {
            self.begin_line(line, indent)?;
        }
        self.tokens(line)
    }

    /// Judges whether the line goes on with a plain scalar of the line before, and closes collections.
    fn begin_line(&mut self, line: &str, indent: usize) -> Scan {
        let comment = line.trim_start().starts_with('#');
        if self.state == State::Plain && !comment {
            let ends = line.trim_start().starts_with([',', ']', '}']);
            let within = self.blocks.last().is_none_or(|(parent, _)| indent > *parent);
            if (self.flow > 0 && !ends) || (self.flow == 0 && within) {
                return Err(MANY_LINES);
            }
        }
        if comment {
            return Ok(());
        }
        if self.flow == 0 {
            self.blocks.retain(|(column, _)| *column <= indent);
            self.state = State::Start;
        } else if self.state == State::Plain {
            self.state = State::After;
        }
        Ok(())
    }

    fn tokens(&mut self, line: &str) -> Scan {
        let chars: Vec<char> = line.chars().collect();
        let mut place = if self.state == State::Start && is_marker(line) { 3 } else { 0 };
        while let Some(&c) = chars.get(place) {
            let next = chars.get(place + 1).copied();
            let before = place.checked_sub(1).and_then(|before| chars.get(before).copied());
            place += match self.state {
                State::SingleQuoted | State::DoubleQuoted => self.quoted(c, next),
                State::Block(_) => return Ok(()),
                State::Start | State::Plain | State::After => {
                    let comment = self.state != State::Plain || before.is_none_or(is_blank);
                    if c == '#' && comment {
                        return Ok(());
                    }
                    if c == ':'
                        && next.is_none_or(is_blank)
                        && is_merge(chars.get(..place).unwrap_or_default())
                    {
                        return Err(MERGES);
                    }
                    self.bare(c, next, place)?;
                    1
                }
            };
        }
        Ok(())
    }

    /// One character inside quotes; how many characters to go on.
    fn quoted(&mut self, c: char, next: Option<char>) -> usize {
        match (self.state, c, next) {
            (State::SingleQuoted, '\'', Some('\'')) | (State::DoubleQuoted, '\\', _) => 2,
            (State::SingleQuoted, '\'', _) | (State::DoubleQuoted, '"', _) => {
                self.state = State::After;
                1
            }
            _ => 1,
        }
    }

    /// One character outside quotes.
    fn bare(&mut self, c: char, next: Option<char>, column: usize) -> Scan {
        if is_blank(c) {
            return Ok(());
        }
        let ends_word = next.is_none_or(is_blank);
        if self.flow > 0 && matches!(c, ',' | '[' | ']' | '{' | '}') {
            return self.flow_mark(c);
        }
        if c == ':' {
            let flow_end = self.flow > 0 && next.is_some_and(|c| ",[]{}?".contains(c));
            if ends_word || flow_end || self.state != State::Plain {
                return self.colon(ends_word || self.flow > 0, column);
            }
        }
        if self.state == State::Start { self.start(c, ends_word, column) } else { Ok(()) }
    }

    fn flow_mark(&mut self, c: char) -> Scan {
        match c {
            '[' | '{' => {
                self.flow_keys = if self.flow == 0 { 0 } else { self.flow_keys };
                self.flow += 1;
                self.state = State::Start;
            }
            ',' => {
                self.state = State::Start;
                self.count_item()?;
            }
            _ => {
                self.flow -= 1;
                self.state = State::After;
            }
        }
        self.depth()
    }

    fn colon(&mut self, indicator: bool, column: usize) -> Scan {
        if !indicator && self.state == State::Start {
            self.scalar = column;
            self.state = State::Plain;
            return Ok(());
        }
        let key = if self.state == State::Start { column } else { self.scalar };
        self.state = State::Start;
        self.open_block(key)?;
        self.count_key()
    }

    /// The first character of a token.
    fn start(&mut self, c: char, ends_word: bool, column: usize) -> Scan {
        match c {
            '&' | '*' | '!' => return Err(ANCHORS),
            '[' | '{' => {
                self.scalar = column;
                return self.flow_mark(c);
            }
            '-' if ends_word => {
                self.count_item()?;
                return self.open_block(column);
            }
            '?' if ends_word => return self.open_block(column),
            '|' | '>' if self.flow == 0 => {
                self.state = State::Block(self.blocks.last().map(|(column, _)| *column));
                return Ok(());
            }
            '%' if column == 0 => return Err("directives (%) are not read"),
            '"' => self.state = State::DoubleQuoted,
            '\'' => self.state = State::SingleQuoted,
            _ => self.state = State::Plain,
        }
        self.scalar = column;
        Ok(())
    }

    fn open_block(&mut self, column: usize) -> Scan {
        if self.flow == 0 && self.blocks.last().is_none_or(|(last, _)| *last < column) {
            self.blocks.push((column, 0));
        }
        self.depth()
    }

    fn count_item(&mut self) -> Scan {
        self.items += 1;
        if self.items > MAX_ITEMS { Err(MANY_ITEMS) } else { self.count_value() }
    }

    fn count_value(&mut self) -> Scan {
        self.values += 1;
        if self.values > MAX_VALUES { Err(MANY_VALUES) } else { Ok(()) }
    }

    fn count_key(&mut self) -> Scan {
        self.count_value()?;
        let keys = match self.blocks.last_mut() {
            _ if self.flow > 0 => Some(&mut self.flow_keys),
            Some((_, keys)) => Some(keys),
            None => None,
        };
        let Some(keys) = keys else { return Ok(()) };
        *keys += 1;
        if *keys > MAX_KEYS { Err(MANY_KEYS) } else { Ok(()) }
    }

    fn depth(&self) -> Scan {
        if self.blocks.len() + self.flow > MAX_DEPTH { Err(DEEP) } else { Ok(()) }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// A document marker, after which a token may start.
fn is_marker(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(is_blank))
}

/// True where what stands before a colon is a key that merges.
fn is_merge(before: &[char]) -> bool {
    let mut back = before.iter().copied().rev().skip_while(|c| is_blank(*c));
    if back.next() != Some('<') || back.next() != Some('<') {
        return false;
    }
    let before = back.find(|c| !is_blank(*c));
    before.is_none_or(|c| matches!(c, '-' | '?' | '{' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        check(text).map_or_else(
            |refused| format!("{}: {}", refused.line, refused.problem),
            |()| "accepted".to_owned(),
        )
    }

    #[test]
    fn ordinary_files_pass() {
        for text in [
            "a: b\nc:\n- d: 'it''s'\n  e: |\n    *not an alias\n    &nor an anchor\nf: [x, \"y*\"]\n",
            "a: \"first\\n\\\n  *second\"\nb: 5 * 3 & 4 ! x\n",
            "title: see a&b, c*d # &comment\n---\n",
            "a:\n  |\n  *x\nb: c\n",
        ] {
            assert_eq!(problem(text), "accepted", "{text}");
        }
    }

    #[test]
    fn what_grows_is_refused() {
        for text in [
            "a: &x 1",
            "a: *x",
            "- *x",
            "[*x]",
            "{a: *x}",
            "{\"a\":*x}",
            "? *x",
            "--- *x",
            "a: !t x",
            "a: |\n  text\n*x : y",
            "a: \"q\" # c\nb: *x",
            "'k': *x",
            "a: [b,\n*x]",
            "a:\n  *x",
        ] {
            assert!(problem(text).contains("anchors"), "{text}");
        }
        for text in [
            "<<: {a: b}",
            "a: b\n<< : {a: b}",
            "- <<: {a: b}",
            "x: {<<: {a: b}}",
            "x: {c: d, <<: {a: b}}",
            "? <<\n: {a: b}",
        ] {
            assert!(problem(text).contains("merge keys"), "{text}: {}", problem(text));
        }
        for text in ["\"<<\": b", "a: << b", "a: |\n  <<: b", "a: b << c", "a <<: b", "a: \"<<: b\""] {
            assert_eq!(problem(text), "accepted", "{text}");
        }
        assert!(problem(&"[".repeat(17)).contains("nested"));
        assert!(problem(&"- ".repeat(17)).contains("nested"));
        assert!(problem("a: foo\n  \"bar\nb: *x\nc: \"").contains("several lines"));
        assert!(problem("a: [foo\n  \"bar, *x, \"").contains("several lines"));
        assert!(problem("a: b\u{1b}[2J").contains("control"));
    }

    #[test]
    fn keys_are_counted_by_the_mapping() {
        let keys = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
        for many in [
            keys(MAX_KEYS + 1, &|n| format!("k{n}: v\n")),
            format!("a:\n{}", keys(MAX_KEYS + 1, &|n| format!("  k{n}:\n    x: y\n"))),
            format!("a:\n- b\n- {}", keys(MAX_KEYS + 1, &|n| format!("  k{n}: v\n")).trim_start()),
            format!("{{{}}}", keys(MAX_KEYS + 1, &|n| format!("k{n}: v, "))),
            format!("{{a: [{{{}}}]}}", keys(MAX_KEYS + 1, &|n| format!("\"k{n}\":v, "))),
            keys(MAX_KEYS + 1, &|n| format!("? k{n}\n: v\n")),
        ] {
            assert!(problem(&many).contains("more than 1000 keys"), "{}", &many[..40]);
        }
        assert_eq!(problem(&keys(MAX_KEYS, &|n| format!("k{n}: v\n"))), "accepted");
        assert_eq!(problem(&keys(MAX_KEYS * 2, &|n| format!("- a: {n}\n  b: {{c: d}}\n"))), "accepted");
        for many in [
            format!("a: [{}]\n", "b,".repeat(MAX_ITEMS + 1)),
            "- a\n".repeat(MAX_ITEMS + 1),
            format!("a:\n{}", "- - b\n".repeat(MAX_ITEMS / 2 + 1)),
        ] {
            assert!(problem(&many).contains("300000 items"), "{}", problem(&many));
        }
    }
}
