//! A report as pages that need nothing else: no network, and no script to be read.

mod chart;
mod overview;
mod style;
mod ticket;

pub use overview::{Overview, overview};
pub use ticket::{Notes, ticket_page};

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Sorts a table by the column whose heading is pressed; the page is whole without it.
const SORTING: &str = "
for (const table of document.querySelectorAll('table.sortable')) {
  table.querySelectorAll('thead th').forEach((th, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...th.childNodes);
    th.append(button);
    button.addEventListener('click', () => {
      const down = th.getAttribute('aria-sort') === 'ascending';
      table.querySelectorAll('thead th').forEach((other) => other.removeAttribute('aria-sort'));
      th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent;
      const order = (a, b) => key(a).localeCompare(key(b), undefined, {numeric: true}) * (down ? -1 : 1);
      table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order));
    });
  });
}
";

/// What tells our pages from files that somebody else wrote.
pub const GENERATOR: &str = "git support report";

/// A page with what it needs around its content.
fn page(title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="generator" content=(GENERATOR);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(style::STYLE)) }
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                main #main tabindex="-1" { (content) }
                script { (PreEscaped(SORTING)) }
            }
        }
    };
    page.into_string()
}
