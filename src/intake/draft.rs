//! What an editor leaves of a text, and how a list is written on one line.

/// The line below which help stands that is not read.
pub const SCISSORS: &str = "# ------------------------ >8 ------------------------";
/// What the line begins with, however many dashes an editor has left of it.
const SCISSORS_BEGIN: &str = "# ------------------------ >8";

/// A text up to the last scissors line, if nothing but help is below it. Such a line within the text is a part of it: a
/// message of git that somebody pasted has one.
#[must_use]
pub fn above_scissors(text: &str) -> &str {
    let mut at = 0;
    let mut begin = None;
    for line in text.split_inclusive('\n') {
        if line.starts_with(SCISSORS_BEGIN) {
            begin = Some(at);
        }
        at += line.len();
    }
    let Some((above, below)) = begin.and_then(|begin| text.split_at_checked(begin)) else { return text };
    let is_help = |line: &str| line.trim().is_empty() || line.starts_with('#');
    if below.lines().all(is_help) { above } else { text }
}

/// A text without the scissors line and the help below it, as they were handed to the editor: what somebody wrote at the end of
/// the file is theirs, too.
#[must_use]
pub fn without_help(text: &str, help: &str) -> String {
    let above = above_scissors(text);
    let block = format!("{SCISSORS}\n{help}\n");
    match text.rfind(&block).and_then(|at| text.split_at_checked(at)) {
        Some((own, rest)) if above.len() == text.len() => {
            format!("{own}{}", rest.strip_prefix(&block).unwrap_or_default())
        }
        Some(_) | None => above.to_owned(),
    }
}

/// A text as it is kept: without a byte order mark, and with the line ends of Unix.
#[must_use]
pub fn unix_text(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n")
}

/// The members of a list that is written on a line, with commas between. One with a comma in it stands in double quotes, as
/// in CSV: a quote within is doubled.
#[must_use]
pub(super) fn members(line: &str) -> Vec<String> {
    let mut members = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (member, after) = quoted(rest).unwrap_or_else(|| {
            let (member, after) = rest.split_once(',').unwrap_or((rest, ""));
            (member.trim().to_owned(), after)
        });
        members.push(member);
        rest = after.trim();
    }
    members.retain(|member| !member.is_empty());
    members
}

/// The quoted member that a line begins with, and what is after its comma.
fn quoted(line: &str) -> Option<(String, &str)> {
    let mut member = String::new();
    let mut rest = line.strip_prefix('"')?;
    loop {
        let (part, after) = rest.split_once('"')?;
        member.push_str(part);
        let Some(more) = after.strip_prefix('"') else {
            let after = after.trim_start();
            let is_end = after.is_empty() || after.starts_with(',');
            return is_end.then(|| (member, after.strip_prefix(',').unwrap_or_default()));
        };
        member.push('"');
        rest = more;
    }
}

/// The members that several such lines name.
#[must_use]
pub fn all_members(lines: &[String]) -> Vec<String> {
    lines.iter().flat_map(|line| members(line)).collect()
}

/// The line that [`members`] reads.
#[must_use]
pub(super) fn members_line<'a>(members: impl Iterator<Item = &'a str>) -> String {
    let quoted = |member: &str| match member.contains(',') || member.starts_with('"') {
        true => format!("\"{}\"", member.replace('"', "\"\"")),
        false => member.to_owned(),
    };
    members.map(quoted).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_scissors_line_cuts_and_only_help() {
        let ours = format!("{SCISSORS}\n# Help.\n");
        for (text, expected) in [
            (format!("a\n{ours}"), "a\n".to_owned()),
            (format!("a\n{SCISSORS}\nb\n{ours}"), format!("a\n{SCISSORS}\nb\n")),
            (format!("a\n{SCISSORS}\nb\n"), format!("a\n{SCISSORS}\nb\n")),
            ("a\n".to_owned(), "a\n".to_owned()),
            (ours, String::new()),
        ] {
            assert_eq!(above_scissors(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_written_below_the_help_is_kept_without_it() {
        let block = format!("{SCISSORS}\n# Help.\n");
        for (text, expected) in [
            (format!("above\n{block}below\n"), "above\nbelow\n".to_owned()),
            (format!("\n{block}below\n"), "\nbelow\n".to_owned()),
            (format!("above\n{block}"), "above\n".to_owned()),
            (format!("above\n{block}\n# more\n"), "above\n".to_owned()),
            (format!("a\n{SCISSORS}\nb\n"), format!("a\n{SCISSORS}\nb\n")),
        ] {
            assert_eq!(without_help(&text, "# Help."), expected, "{text}");
        }
    }

    #[test]
    fn members_come_back_as_they_were() {
        for list in [vec!["a", "b"], vec!["a,b"], vec!["a, b", "c"], vec!["1,0", "\"x"], vec![]] {
            assert_eq!(members(&members_line(list.iter().copied())), list);
        }
        assert_eq!(members(" a , ,b,"), ["a", "b"]);
        assert_eq!(members("\"a\" b, c"), ["\"a\" b", "c"]);
    }
}
