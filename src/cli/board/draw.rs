//! The board, drawn: nothing here decides anything.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout as Split, Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line as Words, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph, Wrap};

use crate::cli::board::keys::{KEYS, STEPS};
use crate::cli::board::state::{Focus, Line, State};
use crate::render::{
    Columns, Emphasis, Listed, assignee_text, clipped, counted, due_text, safe, severity_text,
};

/// The lines of a card.
const CARD: usize = 3;

/// Draws the board.
pub(super) fn draw(frame: &mut Frame<'_>, state: &State, now: i64) {
    let [head, body, foot] =
        Split::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
            .areas(frame.area());
    let title = format!(" git support  {}  {}", safe(&state.query), counted(state.tickets.len()));
    frame.render_widget(Paragraph::new(title).style(Style::new().add_modifier(Modifier::REVERSED)), head);
    match &state.focus {
        Focus::Page { lines, from } => page(frame, body, lines, *from),
        Focus::Tickets | Focus::Line { .. } | Focus::Help => tickets(frame, body, state, now),
    }
    if matches!(state.focus, Focus::Help) {
        help(frame, body);
    }
    bottom(frame, foot, body, state);
}

fn bottom(frame: &mut Frame<'_>, foot: Rect, body: Rect, state: &State) {
    if state.is_wrong {
        // What is wrong may be long: it takes the lines it needs, above the line that is typed into.
        let columns = usize::from(body.width.saturating_sub(2)).max(10);
        let text = safe(&state.said);
        let lines: Vec<Words<'_>> =
            textwrap::wrap(&text, columns).into_iter().map(|line| Words::from(line.into_owned())).collect();
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(body.height);
        let area = Rect { y: body.y + body.height - height, height, ..body };
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(lines).style(Style::new().fg(Color::Red)), area);
    }
    match &state.focus {
        Focus::Line { what, text, cursor, .. } => {
            let prompt = match what {
                Line::Filter => "/",
                Line::Command => ":",
            };
            // What was pasted may have several lines; they are shown in one.
            let text = text.replace('\n', "⏎");
            let before: String = text.chars().take(*cursor).collect();
            let width = unicode_width::UnicodeWidthStr::width(before.as_str());
            // A long line is moved so that the cursor stays in sight.
            let room = usize::from(foot.width).saturating_sub(3);
            let hidden = width.saturating_sub(room);
            let shown: String = text.chars().skip(hidden).collect();
            frame.render_widget(Paragraph::new(format!("{prompt}{shown}")), foot);
            let x = u16::try_from(width - hidden + 1).unwrap_or(u16::MAX).min(foot.width.saturating_sub(1));
            frame.set_cursor_position(Position { x: foot.x + x, y: foot.y });
        }
        Focus::Tickets | Focus::Page { .. } | Focus::Help if !state.is_wrong => {
            frame.render_widget(Paragraph::new(safe(&state.said)), foot);
        }
        Focus::Tickets | Focus::Page { .. } | Focus::Help => {}
    }
}

fn tickets(frame: &mut Frame<'_>, area: Rect, state: &State, now: i64) {
    if state.tickets.is_empty() {
        frame
            .render_widget(Paragraph::new("\n  No ticket matches. / changes the filter, n files one."), area);
        return;
    }
    let columns = state.columns();
    if state.layout == Columns::Queue {
        return queue(frame, area, state, now);
    }
    let widths = columns.iter().map(|_| Constraint::Ratio(1, u32::try_from(columns.len()).unwrap_or(1)));
    let areas = Split::horizontal(widths).split(area);
    for (place, ((name, tickets), area)) in columns.iter().zip(areas.iter()).enumerate() {
        let is_here = place == state.column;
        let heading = format!(" {name} {} ", tickets.len());
        let style = if is_here { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
        let block = Block::new().borders(Borders::TOP).title(heading).title_style(style);
        let inner = block.inner(*area);
        frame.render_widget(block, *area);
        let fit = (usize::from(inner.height) / CARD).max(1);
        let from = if is_here { (state.row + 1).saturating_sub(fit) } else { 0 };
        for (line, row) in (from..tickets.len()).take(fit).enumerate() {
            let Some(one) = tickets.get(row).and_then(|place| state.tickets.get(*place)) else { continue };
            let y = inner.y + u16::try_from(line * CARD).unwrap_or(u16::MAX);
            let height = u16::try_from(CARD - 1).unwrap_or(1).min((inner.y + inner.height).saturating_sub(y));
            let card_area = Rect { y, height, width: inner.width.saturating_sub(1), ..inner };
            frame.render_widget(
                card(one, usize::from(card_area.width), now, is_here && row == state.row),
                card_area,
            );
        }
    }
}

fn style(emphasis: Emphasis) -> Style {
    match emphasis {
        Emphasis::Alarm => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        Emphasis::Strong => Style::new().fg(Color::Red),
        Emphasis::Notice => Style::new().fg(Color::Yellow),
        Emphasis::Plain => Style::new(),
        Emphasis::Quiet => Style::new().add_modifier(Modifier::DIM),
    }
}

/// A card of two lines: id, severity and due time, and below them the title.
fn card(one: &Listed, width: usize, now: i64, is_picked: bool) -> Paragraph<'static> {
    let id: String = one.summary.id.as_str().chars().take(one.prefix).collect();
    let ((severity, weight), (due, urgency)) = (severity_text(one), due_text(one, now));
    let due = clipped(&due, width.saturating_sub(id.len() + 2).max(1));
    let room = width.saturating_sub(id.len() + due.len() + 2);
    let first = Words::from(vec![
        Span::raw(id),
        Span::raw(" "),
        Span::styled(clipped(severity, room), style(weight)),
        Span::raw(" "),
        Span::styled(due, style(urgency)),
    ]);
    let lines = vec![first, Words::from(clipped(&one.summary.title, width))];
    let style = if is_picked { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
    Paragraph::new(lines).style(style)
}

/// The columns of an assignee, with a blank.
const ASSIGNEE: usize = 11;
/// The columns of a due time, with a blank.
const DUE: usize = 10;
/// From this width on, there is room for assignees beside the titles.
const WIDE: u16 = 100;
/// Below this width, what a ticket is about has the room of where it stands.
const NARROW: u16 = 60;

/// The tickets as one list, a line each, in the order of `next`.
fn queue(frame: &mut Frame<'_>, area: Rect, state: &State, now: i64) {
    let [head, area] = Split::vertical([Constraint::Length(1), Constraint::Min(1)]).areas(area);
    // Where it is narrow, the title has the room.
    let assignee = if area.width < WIDE { 0 } else { ASSIGNEE };
    let who = |text: &str| {
        let text = clipped(text, ASSIGNEE - 1);
        if assignee == 0 { String::new() } else { format!("{text:<ASSIGNEE$}") }
    };
    let is_narrow = area.width < NARROW;
    let columns = match is_narrow {
        true => format!(" {:<12}{:<9}", "ID", "SEVERITY"),
        false => format!(" {:<12}{:<9}{:<12}{:<4}{:<DUE$}", "ID", "SEVERITY", "STATUS", "LV", "DUE"),
    };
    let heading = format!("{columns}{}TITLE", who("ASSIGNEE"));
    frame.render_widget(Paragraph::new(heading).style(Style::new().add_modifier(Modifier::DIM)), head);
    let height = usize::from(area.height);
    let from = (state.row + 1).saturating_sub(height);
    let width = usize::from(area.width);
    for (line, one) in state.tickets.iter().skip(from).take(height).enumerate() {
        let summary = &one.summary;
        let ((severity, weight), (due, urgency)) = (severity_text(one), due_text(one, now));
        let mut words = Words::from(format!(" {}  ", summary.id));
        words.push_span(Span::styled(format!("{severity:<9}"), style(weight)));
        if !is_narrow {
            words.push_span(format!("{:<12}L{}  ", summary.status.as_str(), summary.level));
            words.push_span(Span::styled(format!("{:<DUE$}", clipped(&due, DUE - 1)), style(urgency)));
        }
        words.push_span(who(assignee_text(one)));
        words.push_span(clipped(&summary.title, width.saturating_sub(columns.len() + assignee).max(8)));
        let is_picked = from + line == state.row;
        let style = if is_picked { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        let y = area.y + u16::try_from(line).unwrap_or(u16::MAX);
        frame.render_widget(Paragraph::new(words).style(style), Rect { y, height: 1, ..area });
    }
}

fn page(frame: &mut Frame<'_>, area: Rect, lines: &[String], from: usize) {
    let shown = lines.iter().skip(from).take(usize::from(area.height));
    let lines: Vec<Words<'_>> = shown.map(|line| Words::from(format!(" {line}"))).collect();
    frame.render_widget(Paragraph::new(lines), area);
}

/// The columns of a step's key and name in the help, with what keeps it apart.
const STEP: usize = 17;

fn help(frame: &mut Frame<'_>, area: Rect) {
    let width = area.width.min(78);
    let area = Rect { x: area.x + (area.width - width) / 2, width, ..area };
    let heading = |text: &'static str| Words::styled(text, Style::new().add_modifier(Modifier::BOLD));
    let mut lines = Vec::new();
    // The keys in two columns: a terminal of 24 lines shows them all.
    let word = |verb: &str, rest: &str| match rest.trim() {
        "--answer" => "answer".to_owned(),
        "--confirm" => "confirm".to_owned(),
        _ => verb.to_owned(),
    };
    let steps: Vec<String> =
        STEPS.iter().map(|(key, verb, rest)| format!(" {key}  {:<10}", word(verb, rest))).collect();
    lines.push(heading(" Steps: the line at the bottom opens on the command; enter takes it"));
    let in_a_row = (usize::from(width).saturating_sub(2) / STEP).clamp(1, 4);
    for row in steps.chunks(in_a_row) {
        lines.push(Words::from(row.join("   ")));
    }
    lines.push(heading(" Keys"));
    for (key, about) in KEYS {
        lines.push(Words::from(format!(" {key:<16} {about}")));
    }
    frame.render_widget(Clear, area);
    let block = Block::new().borders(Borders::ALL).title(" git support board ");
    // Where there is no room for whole lines, each key still has the beginning of its own.
    let inner = block.inner(area);
    let rows: usize = lines.iter().map(|line| line.width().div_ceil(usize::from(inner.width).max(1))).sum();
    let text = Paragraph::new(lines).block(block);
    let is_whole = rows <= usize::from(inner.height);
    frame.render_widget(if is_whole { text.wrap(Wrap { trim: false }) } else { text }, area);
}
