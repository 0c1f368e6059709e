//! The files that a SARIF report names, as the project has them (SARIF 2.1.0, 3.4: artifact locations and their bases).

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::intake::results::roots::{path_of, within};

/// Bases that stand on each other: more are a circle.
const MAX_BASES: usize = 8;

/// Where a file is: its address, what that is relative to, or its number among the files of the run.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    #[serde(default)]
    pub uri: String,
    pub uri_base_id: Option<String>,
    pub index: Option<usize>,
}

/// What tells where the files of a run are.
pub(super) struct Files<'a> {
    artifacts: Vec<Option<&'a Artifact>>,
    bases: &'a HashMap<String, Artifact>,
    roots: Vec<String>,
}

impl<'a> Files<'a> {
    /// The files of a run; `roots` are the checkouts that are known here, `started` is where the analysis ran. The outermost
    /// folder that the report itself names is the checkout where it was written, on whatever machine.
    pub(super) fn new(
        roots: &[String],
        artifacts: Vec<Option<&'a Artifact>>,
        bases: &'a HashMap<String, Artifact>,
        started: impl Iterator<Item = &'a Artifact>,
    ) -> Self {
        let mut own: Vec<String> = bases.values().map(|base| base.uri.as_str()).filter_map(folder).collect();
        if own.is_empty() {
            own = started.map(|place| place.uri.as_str()).filter_map(folder).collect();
        }
        own.sort_by_key(String::len);
        Self { artifacts, bases, roots: roots.iter().cloned().chain(own).collect() }
    }

    /// The name of a file in the project; an address elsewhere as it is, and nothing of a place without one.
    pub(super) fn name(&self, file: &Artifact) -> String {
        let listed = file.index.filter(|_| file.uri.is_empty());
        let file = listed.and_then(|index| *self.artifacts.get(index)?).unwrap_or(file);
        let address = self.address(file, MAX_BASES);
        let name = within(&address, &self.roots);
        if is_whole(&name) && !is_whole(&file.uri) {
            return decoded(&file.uri);
        }
        if is_whole(&address) { name } else { decoded(&name) }
    }

    /// The address with those of its bases before it, as far as the report tells them.
    fn address(&self, file: &Artifact, left: usize) -> String {
        let base = file.uri_base_id.as_ref().and_then(|id| self.bases.get(id));
        let base = base.filter(|_| left > 0 && !is_whole(&file.uri));
        let base = base.map(|base| self.address(base, left - 1)).filter(|base| !base.is_empty());
        match base {
            Some(base) => format!("{}/{}", base.trim_end_matches('/'), file.uri),
            None => file.uri.clone(),
        }
    }
}

/// The folder that an address of a file names; nothing of any other, and of the root of all.
fn folder(uri: &str) -> Option<String> {
    let path = path_of(uri);
    let path = path.trim_end_matches('/');
    (is_whole(uri) && !uri.contains("://") || uri.starts_with("file:"))
        .then(|| path.to_owned())
        .filter(|path| path.len() > 1)
}

/// True of an address, or a path, that is relative to nothing.
fn is_whole(uri: &str) -> bool {
    uri.starts_with(['/', '\\']) || uri.split_once(':').is_some_and(|(scheme, _)| !scheme.contains('/'))
}

fn decoded(uri: &str) -> String {
    let uri = uri.strip_prefix("./").unwrap_or(uri);
    percent_decode_str(uri).decode_utf8().map_or_else(|_| uri.to_owned(), |text| text.into_owned())
}
