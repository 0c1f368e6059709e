//! What a support lead wants to know: figures from tickets' courses, each with its definition, and the page
//! that shows them. Pure: who calls says which tickets, which period, which moment.

mod budget;
mod figures;
mod group;
pub mod html;
mod series;

pub use budget::{Budget, Month, budget};
pub use figures::{Case, FIGURES, Figure, Period, Sort, Unit, figures, lead_times};
pub use group::{By, grouped};
pub use series::{Week, weeks};
