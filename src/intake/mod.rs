//! What comes in from outside: texts from files, standard input or an editor's form, and evidence.

mod evidence;
mod form;
mod text;

pub use evidence::{Evidence, STANDARD_INPUT, checksum, read_evidence};
pub use form::{Form, fill_in, read_form};
pub use text::{read_message, read_text, split_title};
