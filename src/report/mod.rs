//! What a support lead wants to know: figures from tickets' courses, each with its definition, and the page
//! that shows them. Pure: who calls says which tickets, which period, which moment.

mod budget;
mod case;
mod definition;
mod definitions;
mod group;
pub mod html;
mod metrics;
mod period;
mod series;

pub use budget::{Budget, BudgetPeriod, budget, whole_periods};
pub use case::Case;
pub use definition::{Definition, Unit};
pub use definitions::METRICS;
pub use group::{By, grouped};
pub use metrics::{Metric, figures, lead_times};
pub use period::Period;
pub use series::{Week, weeks};
