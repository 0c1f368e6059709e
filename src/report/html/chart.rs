//! Charts as plain SVG, each with a title for those who cannot see it; a table stands behind each.

use maud::{Markup, html};

/// A chart's width in its own units.
const WIDTH: usize = 720;
/// The height of the bars of a series.
const HEIGHT: usize = 180;

/// The room above them.
const TOP: f64 = 32.0;
/// The room that the name of a bar takes where letters are largest, on a telephone.
const NAME_WIDTH: usize = 130;

/// Stacked bars over time: a bar for each name, its parts from the bottom up, each with its class.
pub(super) fn stacked(title: &str, bars: &[(String, Vec<usize>)], classes: &[&str]) -> Markup {
    let most = bars.iter().map(|(_, parts)| parts.iter().sum::<usize>()).max().unwrap_or_default().max(1);
    // Half of it is marked, too, and is a whole number.
    let most = most.next_multiple_of(2);
    let step = (WIDTH - 50) as f64 / bars.len().max(1) as f64;
    let scale = |count: usize| count as f64 * HEIGHT as f64 / most as f64;
    // As many names as have room beside each other.
    let every = (bars.len() * 70).div_ceil(WIDTH - 50).max(1);
    html! {
        svg.series role="img" aria-label=(title) viewBox=(format!("0 0 {WIDTH} {}", HEIGHT + 58)) {
            title { (title) }
            @for (share, label) in [(0, 0), (1, most / 2), (2, most)] {
                @let y = TOP + HEIGHT as f64 * (1.0 - share as f64 / 2.0);
                line.axis x1="0" x2=(WIDTH) y1=(y) y2=(y) {}
                text x="0" y=(y - 4.0) { (label) }
            }
            @for (place, (name, parts)) in bars.iter().enumerate() {
                @let x = 50.0 + step * place as f64;
                @for (part, (count, class)) in parts.iter().zip(classes).enumerate().filter(|(_, (count, _))| **count > 0) {
                    @let below: usize = parts.iter().skip(part + 1).sum();
                    rect class=(class) x=(round(x)) y=(round(TOP + HEIGHT as f64 - scale(below + count)))
                        width=(round((step * 0.8).max(1.0))) height=(round(scale(*count))) {}
                }
                @if place.is_multiple_of(every) {
                    // Where a name has no room to the right of its bar's left edge, it ends at the right one.
                    @let is_last = x > (WIDTH - NAME_WIDTH) as f64;
                    text.minor[!place.is_multiple_of(every * 3)] x=(round(if is_last { x + step * 0.8 } else { x }))
                        y=(HEIGHT + 54) text-anchor=[is_last.then_some("end")] { (name) }
                }
            }
        }
    }
}

/// A bar of a share, in tenths of a percent.
pub(super) fn share(title: &str, tenths: i64) -> Markup {
    let width = tenths.clamp(0, 1000);
    html! {
        svg role="img" aria-label=(title) viewBox="0 0 1000 40" preserveAspectRatio="none" style="height:12px" {
            title { (title) }
            rect.track x="0" y="0" width="1000" height="40" {}
            rect.s3 x="0" y="0" width=(width) height="40" {}
        }
    }
}

/// A table of names and counts, each with a bar.
pub(super) fn bars(title: &str, bars: &[(&str, usize)]) -> Markup {
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1);
    let tenths = |count: usize| i64::try_from(count * 1000 / most).unwrap_or_default();
    html! {
        table.bars {
            caption { (title) }
            tbody { @for (name, count) in bars { tr {
                th scope="row" { (name) } td.bar { (share(&format!("{name}: {count}"), tenths(*count))) } td.n { (count) }
            } } }
        }
    }
}

/// A coloured square of a legend.
pub(super) fn swatch(class: &str) -> Markup {
    html! { svg viewBox="0 0 12 12" aria-hidden="true" { rect class=(class) width="12" height="12" {} } }
}

/// A length with a tenth, so that pages stay small.
fn round(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}
