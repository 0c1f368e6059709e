//! What comes in from outside: texts from files, standard input or an editor's form, and evidence.

mod aside;
mod attachment;
mod draft;
mod form;
mod import;
mod limits;
mod lines;
mod operations;
mod results;
mod text;
mod tracker;

pub use attachment::{AttachedFile, STANDARD_INPUT, read_evidence};
pub use draft::{SCISSORS, above_scissors, all_members, unix_text, without_help};
pub use form::{Form, fill_in, read_form};
pub use import::read_line;
pub use limits::{LIMITS, MAX_OPERATIONS, MAX_PUSHED_BYTES};
pub use lines::Lines;
pub use operations::{Operation, named_ticket, read_operation};
pub use results::{ConsoleOutput, ReportFormat, printed, read_report, roots};
pub use text::{read_existing, read_message, read_text, split_title};
pub use tracker::{
    DateForm, DayOrder, Issue, Kind as WordKind, Reading, Source, Words, incoming, open_foreign, open_list,
};
