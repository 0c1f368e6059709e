//! What the user sees when a command fails; what rendering says is added to what a project says.

pub use crate::project::{Failure, Kind};

use crate::render::NoSuchForm;

impl From<NoSuchForm> for Failure {
    fn from(error: NoSuchForm) -> Self {
        let hint = format!("--format {}", error.forms.join("|"));
        Self::new(Kind::Usage, error).hint(hint)
    }
}
