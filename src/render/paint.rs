//! Colours and widths of the forms for people.

use anstyle::{AnsiColor, Style};

use crate::ticket::{Severity, Status, Timestamp, visible};

/// How a form for people looks.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// True where colours are wanted.
    pub colour: bool,
    /// True where a terminal shows it.
    pub terminal: bool,
    /// The width to fit into, in columns; `None` where there is no limit (a pipe).
    pub columns: Option<usize>,
    /// When ages are read, in seconds since 1970 UTC.
    pub now_seconds: i64,
}

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
/// For what no longer holds.
pub(super) const STRUCK: Style = Style::new().dimmed().strikethrough();
/// For a word that was looked for.
pub(super) const FOUND: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const GREEN: Style = AnsiColor::Green.on_default();
pub(super) const RED: Style = AnsiColor::Red.on_default();
/// For ids.
pub(super) const ID: Style = AnsiColor::Yellow.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();
pub(super) const YELLOW: Style = AnsiColor::Yellow.on_default();

impl RenderOptions {
    /// The text in a style, where colours are wanted.
    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// A block of lines in a style, line by line: a style that ran on would reach into the indent.
    pub(super) fn paint_lines(&self, style: Style, block: &str) -> String {
        let line = |line: &str| {
            let content = line.trim_start();
            format!("{}{}\n", &line[..line.len() - content.len()], self.paint(style, content))
        };
        block.lines().map(line).collect()
    }

    /// An id, with the shortest unique prefix emphasised.
    pub(super) fn id(&self, id: &str, prefix: usize) -> String {
        let (head, tail) = id.split_at_checked(prefix).unwrap_or((id, ""));
        format!("{}{}", self.paint(ID, head), self.paint(DIM, tail))
    }

    pub(super) fn severity(&self, severity: Option<Severity>) -> String {
        let Some(severity) = severity else { return self.paint(DIM, "-") };
        let style = match severity {
            Severity::Blocker => RED.bold(),
            Severity::Critical => RED,
            Severity::Major => YELLOW,
            Severity::Minor => DIM,
        };
        self.paint(style, severity.as_str())
    }

    pub(super) fn status(&self, status: Status) -> String {
        let style = match status {
            Status::New => CYAN,
            Status::Triaged | Status::InProgress => Style::new(),
            Status::Pending | Status::Deferred => YELLOW,
            Status::Resolved => GREEN,
            Status::Closed => DIM,
        };
        self.paint(style, status.as_str())
    }

    /// How long ago a moment was, in one unit: `3d`.
    pub(super) fn age(&self, moment: Option<Timestamp>) -> String {
        let Some(moment) = moment else { return String::new() };
        let seconds = self.now_seconds.saturating_sub(moment.unix());
        match seconds {
            ..0 => "ahead".to_owned(),
            0..60 => "now".to_owned(),
            seconds => span(seconds),
        }
    }

    /// A text, safe to show, each line indented, and wrapped where there is a width.
    pub(super) fn block(&self, text: &str, indent: &str) -> String {
        let mut out = String::new();
        for line in visible(text).trim_end().lines() {
            let line = line.trim_end();
            if line.is_empty() {
                out.push('\n');
                continue;
            }
            let line = line.replace('\t', "    ");
            let content = line.trim_start();
            let inner = format!("{indent}{}", line.get(..line.len() - content.len()).unwrap_or_default());
            match self.columns {
                Some(columns) => {
                    let options = textwrap::Options::new(columns.max(inner.len() + 20))
                        .initial_indent(&inner)
                        .subsequent_indent(&inner);
                    for wrapped in textwrap::wrap(content, options) {
                        out.push_str(&wrapped);
                        out.push('\n');
                    }
                }
                None => {
                    out.push_str(&inner);
                    out.push_str(content);
                    out.push('\n');
                }
            }
        }
        out
    }
}

/// A span in one unit: `3d`.
pub(super) fn span(seconds: i64) -> String {
    let (unit, name) = match seconds {
        ..60 => (1, "s"),
        60..3600 => (60, "m"),
        3600..86_400 => (3600, "h"),
        86_400..5_184_000 => (86_400, "d"),
        5_184_000..63_072_000 => (2_592_000, "mo"),
        _ => (31_536_000, "y"),
    };
    // In a long list this is quicker than a format.
    let mut text = (seconds / unit).to_string();
    text.push_str(name);
    text
}

/// One line of text, safe to show.
pub(super) fn shown(text: &str) -> String {
    visible(&crate::ticket::one_line(text))
}
