//! The tickets with a label as a command saw them last, remembered in this clone: the next one reads only what changed
//! since. It is derived, and may go at any time.

use serde::{Deserialize, Serialize};

use crate::store::Store;
use crate::store::git::ObjectId;
use crate::ticket::TicketId;

/// The file in our own folder of the repository.
const FILE: &str = "labelled";
/// The form of the file; another one is read as nothing.
const FORM: u32 = 1;

/// The tickets with a label, as of some trees of tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// The trees.
    pub trees: Vec<ObjectId>,
    /// The tickets.
    pub ids: Vec<TicketId>,
}

/// What is kept: of one label, in one line of tickets.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    form: u32,
    line: String,
    label: String,
    trees: Vec<String>,
    ids: Vec<String>,
}

impl Store {
    /// The tickets that had a label when a line of tickets was asked for it last; none where another was asked since.
    #[must_use]
    pub fn labelled(&self, line: &str, label: &str) -> Option<Labelled> {
        let kept: Kept = self.own_file(FILE)?;
        let is_asked = kept.form == FORM && kept.line == line && kept.label == label;
        let trees = kept.trees.iter().map(|tree| ObjectId::parse(tree)).collect::<Option<_>>()?;
        let ids = kept.ids.iter().map(|id| TicketId::parse(id)).collect::<Option<_>>()?;
        is_asked.then_some(Labelled { trees, ids })
    }

    /// Keeps them for the next command.
    pub fn keep_labelled(&self, line: &str, label: &str, labelled: &Labelled) {
        let kept = Kept {
            form: FORM,
            line: line.to_owned(),
            label: label.to_owned(),
            trees: labelled.trees.iter().map(ToString::to_string).collect(),
            ids: labelled.ids.iter().map(ToString::to_string).collect(),
        };
        self.keep_own_file(FILE, &kept);
    }
}
