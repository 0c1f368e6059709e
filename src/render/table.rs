//! The table for people: as wide as its content, at most as wide as the terminal; what does not fit is wrapped.

use anstyle::{AnsiColor, Color as AnyColor, Effects, Style};
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table as Comfy, presets};

use crate::render::paint::{BOLD, RenderOptions, shown};

/// Blanks between two columns.
const PADDING: u16 = 2;

/// A table, row by row.
pub(super) struct Table<'a> {
    look: &'a RenderOptions,
    headings: Vec<&'a str>,
    rows: Vec<Vec<(String, Style)>>,
}

impl<'a> Table<'a> {
    /// A table with headings and no row.
    pub(super) fn new(look: &'a RenderOptions, headings: &[&'a str]) -> Self {
        Self { look, headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row of texts, each in a style; they are made safe to show.
    pub(super) fn row<const N: usize>(&mut self, cells: [(&str, Style); N]) {
        self.rows.push(cells.map(|(text, style)| (shown(text), style)).to_vec());
    }

    /// The text of the table; nothing where it has no row. A column in which no row says anything is left out.
    pub(super) fn finish(self) -> String {
        let Self { look, headings, rows } = self;
        if rows.is_empty() {
            return String::new();
        }
        let says = |place: usize| {
            rows.iter().any(|row| row.get(place).is_some_and(|(text, _)| !matches!(text.as_str(), "" | "-")))
        };
        let wanted: Vec<usize> = (0..headings.len()).filter(|place| says(*place)).collect();
        let mut table = Comfy::new();
        table.load_style(presets::NOTHING);
        match look.columns.and_then(|columns| u16::try_from(columns).ok()) {
            Some(columns) => {
                table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
            }
            None => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        if look.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let heading = |place: &usize| cell(headings.get(*place).copied().unwrap_or_default(), BOLD);
        table.set_header(wanted.iter().map(heading));
        for row in &rows {
            table.add_row(
                wanted.iter().filter_map(|place| row.get(*place)).map(|(text, style)| cell(text, *style)),
            );
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, PADDING));
        }
        // What names the row is to be copied: it is not broken where there is room for the rest.
        let widest = table.column_max_content_widths().first().copied().unwrap_or_default();
        if table.width().is_some_and(|width| widest + PADDING <= width / 5 * 3)
            && let Some(name) = table.column_mut(0)
        {
            name.set_constraint(ColumnConstraint::ContentWidth);
        }
        table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

fn cell(text: &str, style: Style) -> Cell {
    let mut cell = Cell::new(text);
    let effects = style.get_effects();
    for (effect, attribute) in [(Effects::BOLD, Attribute::Bold), (Effects::DIMMED, Attribute::Dim)] {
        if effects.contains(effect) {
            cell = cell.add_attribute(attribute);
        }
    }
    let colour = match style.get_fg_color() {
        Some(AnyColor::Ansi(AnsiColor::Green)) => Color::DarkGreen,
        Some(AnyColor::Ansi(AnsiColor::Red)) => Color::DarkRed,
        Some(AnyColor::Ansi(AnsiColor::Yellow)) => Color::DarkYellow,
        _ => return cell,
    };
    cell.fg(colour)
}
