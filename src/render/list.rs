//! The table of tickets. It may have 100,000 rows, so it writes them itself: a table of comfy-table's takes
//! ten times as long.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr as _;

use crate::process::{Branches, Listed};
use crate::render::due::{Emphasis, due, due_text};
use crate::render::paint::{BOLD, DIM, FOUND, RED, RenderOptions, YELLOW, shown};
use crate::ticket::{Person, Summary, cut};

/// The narrowest a title is shown, in columns: two lines of it are 40.
const MIN_TITLE: usize = 20;
/// The widest name of a branch.
const MAX_BRANCH: usize = 20;
/// The widest name of an assignee.
const MAX_NAME: usize = 12;
/// Blanks before a piece of text.
const SNIPPET_INDENT: usize = 4;
/// Blanks between two columns.
const GAP: usize = 2;

/// How many columns there may be.
const COLUMNS: usize = 9;
const HEADINGS: [&str; COLUMNS] =
    ["ID", "SEVERITY", "STATUS", "L", "TITLE", "ASSIGNEE", "DUE", "AGE", "LATEST ON"];
const ID: usize = 0;
const SEVERITY: usize = 1;
const STATUS: usize = 2;
const LEVEL: usize = 3;
/// The place of the title, which takes what room is left.
const TITLE: usize = 4;
const ASSIGNEE: usize = 5;
const DUE: usize = 6;
const AGE: usize = 7;
/// What a narrow terminal is not shown, the first first.
const GIVEN_UP: [usize; 5] = [AGE, ASSIGNEE, LEVEL, SEVERITY, DUE];

/// The cells of a row, and how wide each is.
struct Row<'a> {
    cells: [Cow<'a, str>; COLUMNS],
    widths: [usize; COLUMNS],
}

/// A table of tickets: columns in which no row says anything are left out, ids are as short as they are unique, and a
/// title that is too long for its column goes on in a second line. Where every branch was looked at, a column says where
/// the latest state lives.
pub(super) fn tickets(tickets: &[Listed], look: &RenderOptions) -> String {
    if tickets.is_empty() {
        return String::new();
    }
    let prefix = match look.columns {
        Some(_) => tickets.iter().map(|one| one.prefix).max().unwrap_or_default(),
        None => usize::MAX,
    };
    let rows: Vec<Row<'_>> = tickets.iter().map(|one| row(one, prefix, look)).collect();
    let widths = widths(&rows, look);
    let mut out = String::with_capacity(tickets.len() * 128);
    let heading = Row { cells: HEADINGS.map(Cow::Borrowed), widths: HEADINGS.map(str::len) };
    line(&mut out, &heading, &widths, &|_, heading| look.paint(BOLD, heading).into());
    for (one, row) in tickets.iter().zip(rows) {
        let (row, rest) = wrapped(row, widths[TITLE]);
        line(&mut out, &row, &widths, &|place, text| painted(place, text, one, look));
        if let Some(rest) = rest {
            let indent = widths.iter().take(TITLE).filter(|width| **width > 0).map(|width| width + GAP).sum();
            fill(&mut out, indent);
            out.push_str(&rest);
            out.push('\n');
        }
        if let Some(reason) = one.queued.as_ref().and_then(|queued| queued.reason.as_ref()) {
            let words: Vec<(String, bool)> = reason.split(' ').map(|word| (word.to_owned(), false)).collect();
            snippet(&mut out, &words, look);
        }
        if let Some(words) = &one.snippet {
            snippet(&mut out, words, look);
        }
    }
    out
}

/// How wide each column is; nothing for one in which no row says anything.
fn widths(rows: &[Row<'_>], look: &RenderOptions) -> [usize; COLUMNS] {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for ((width, cell), text) in widths.iter_mut().zip(row.widths).zip(&row.cells) {
            *width = (*width).max(if text == "-" { 0 } else { cell });
        }
    }
    for (width, heading) in widths.iter_mut().zip(HEADINGS).filter(|(width, _)| **width > 0) {
        *width = heading.len().max(*width);
    }
    if let Some(columns) = look.columns {
        let wanted = widths[TITLE].min(MIN_TITLE);
        for place in GIVEN_UP {
            let is_too_narrow = room(&widths, columns) < wanted;
            if let Some(width) = widths.get_mut(place).filter(|_| is_too_narrow) {
                *width = 0;
            }
        }
        widths[TITLE] = widths[TITLE].min(room(&widths, columns).max(MIN_TITLE));
    }
    widths
}

/// What the other columns leave to the title.
fn room(widths: &[usize; COLUMNS], columns: usize) -> usize {
    let others = widths.iter().enumerate().filter(|(place, width)| *place != TITLE && **width > 0);
    columns.saturating_sub(others.map(|(_, width)| width + GAP).sum())
}

/// The row with as much of its title as a line holds, and what goes into a second line.
fn wrapped<'a>(mut row: Row<'a>, room: usize) -> (Row<'a>, Option<String>) {
    if row.widths[TITLE] <= room {
        return (row, None);
    }
    let title = std::mem::take(&mut row.cells[TITLE]).into_owned();
    let first = textwrap::wrap(&title, room).first().map(|line| line.to_string()).unwrap_or_default();
    let rest = title.get(first.len()..).unwrap_or_default().trim_start();
    let rest = cut(rest, room).into_owned();
    row.widths[TITLE] = first.width();
    row.cells[TITLE] = Cow::Owned(first);
    (row, Some(rest).filter(|rest| !rest.is_empty()))
}

fn row<'a>(one: &'a Listed, prefix: usize, look: &RenderOptions) -> Row<'a> {
    let summary = &one.summary;
    let place = match &one.places {
        Some(Branches { latest, .. }) => latest.first().map_or("several", String::as_str),
        None => "",
    };
    let id = summary.id.as_str();
    let cells = [
        Cow::Borrowed(id.get(..prefix).unwrap_or(id)),
        severity(summary),
        Cow::Borrowed(summary.status.as_str()),
        Cow::Borrowed(summary.level.as_str()),
        plain(&summary.title),
        assignee(summary.assignee.as_deref()),
        Cow::Owned(one.standing.map(|standing| due(one, standing, look.now_seconds)).unwrap_or_default()),
        Cow::Owned(look.age(summary.created)),
        clipped(place, MAX_BRANCH),
    ];
    let widths = cells.each_ref().map(|cell| if cell.is_ascii() { cell.len() } else { cell.width() });
    Row { cells, widths }
}

/// The severity, and that by which the ticket counts, where a lower one is only proposed: `minor (blocker)`.
fn severity(summary: &Summary) -> Cow<'static, str> {
    let shown = summary.severity.map_or("-", |severity| severity.as_str());
    match summary.effective.filter(|counts| Some(*counts) != summary.severity) {
        Some(counts) => Cow::Owned(format!("{shown} ({counts})")),
        None => Cow::Borrowed(shown),
    }
}

fn due_style(one: &Listed, look: &RenderOptions) -> anstyle::Style {
    match due_text(one, look.now_seconds).1 {
        Emphasis::Alarm | Emphasis::Strong => RED,
        Emphasis::Notice => YELLOW,
        Emphasis::Plain => anstyle::Style::new(),
        Emphasis::Quiet => DIM,
    }
}

/// A line of text as it may be shown; most need no change.
fn plain(text: &str) -> Cow<'_, str> {
    // One pass: a blank at the beginning counts as a second one.
    let mut last = b' ';
    let mut is_plain_byte = |byte: u8| {
        let is_plain = (b' '..=b'~').contains(&byte) && (byte, last) != (b' ', b' ');
        last = byte;
        is_plain
    };
    let is_plain = text.bytes().all(&mut is_plain_byte) && !text.ends_with(' ');
    if is_plain { Cow::Borrowed(text) } else { Cow::Owned(shown(text)) }
}

/// A line of text as it may be shown, cut to a width.
fn clipped(text: &str, columns: usize) -> Cow<'_, str> {
    match plain(text) {
        Cow::Borrowed(text) => cut(text, columns),
        Cow::Owned(text) => Cow::Owned(cut(&text, columns).into_owned()),
    }
}

/// Who works on a ticket, in short: the name, or the part of the address before the at sign.
fn assignee(assignee: Option<&str>) -> Cow<'_, str> {
    let Some(text) = assignee else { return Cow::Borrowed("") };
    let short = Person::short_of(text).map_or(text, |short| short.split('@').next().unwrap_or(short));
    clipped(short, MAX_NAME)
}

/// One line: each cell filled up to the width of its column.
fn line<'a>(
    out: &mut String,
    row: &'a Row<'_>,
    widths: &[usize; COLUMNS],
    paint: &dyn Fn(usize, &'a str) -> Cow<'a, str>,
) {
    let columns = row.cells.iter().zip(row.widths).zip(widths).enumerate();
    for (place, ((cell, width), column)) in columns.filter(|(_, (_, column))| **column > 0) {
        if width > *column {
            let short = cut(cell, *column);
            out.push_str(&short);
            fill(out, column + GAP - short.width());
        } else {
            out.push_str(&paint(place, cell));
            fill(out, column + GAP - width);
        }
    }
    out.truncate(out.trim_end_matches(' ').len());
    out.push('\n');
}

fn fill(out: &mut String, blanks: usize) {
    const BLANKS: &str = "                                                                ";
    let mut left = blanks;
    while left > 0 {
        let some = BLANKS.get(..left).unwrap_or(BLANKS);
        out.push_str(some);
        left -= some.len();
    }
}

fn painted<'a>(place: usize, text: &'a str, one: &Listed, look: &RenderOptions) -> Cow<'a, str> {
    if !look.colour {
        return Cow::Borrowed(text);
    }
    match place {
        ID => look.id(text, one.prefix).into(),
        SEVERITY => {
            let counts = text.find(' ').and_then(|place| text.get(place..)).unwrap_or_default();
            format!("{}{counts}", look.severity(one.summary.severity)).into()
        }
        STATUS => look.status(one.summary.status).into(),
        AGE => look.paint(DIM, text).into(),
        DUE => look.paint(due_style(one, look), text).into(),
        _ => Cow::Borrowed(text),
    }
}

/// The piece of text where the words that were looked for stand, below its ticket; as much as the width
/// holds.
fn snippet(out: &mut String, words: &[(String, bool)], look: &RenderOptions) {
    let room = look.columns.unwrap_or(usize::MAX).saturating_sub(SNIPPET_INDENT);
    fill(out, SNIPPET_INDENT);
    let mut used = 0;
    for (word, is_found) in words {
        let word = shown(word);
        let gap = usize::from(used > 0);
        used += word.width() + gap;
        if used > room {
            break;
        }
        fill(out, gap);
        out.push_str(&look.paint(if *is_found { FOUND } else { DIM }, &word));
    }
    out.push('\n');
}
