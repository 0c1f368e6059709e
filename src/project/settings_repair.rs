//! Settings that cannot be read, put right: values that are wrong go back to their defaults, a file that is no YAML
//! to its last version that was. History keeps what stood there.

use crate::process::Settings;
use crate::project::failure::Failure;
use crate::store::git::{Blob, FileChange};
use crate::store::{Snapshot, Store, layout};
use crate::ticket::{Node, set_in_text, yaml};

/// The most bytes of a version that are read.
const MAX_BYTES: usize = crate::ticket::MAX_FILE_BYTES;

/// The settings' file as it is to become; `None` where nothing is wrong, or nothing can be done about it.
pub(super) fn repaired(store: &Store, snapshot: &Snapshot<'_>) -> Result<Option<FileChange>, Failure> {
    // A link or a folder in its place is named by the checks; what it hides is somebody's.
    let Ok(Some(bytes)) = snapshot.config() else { return Ok(None) };
    let read = readable(&bytes);
    if read.as_deref().is_some_and(is_valid) {
        return Ok(None);
    }
    let unset = read.as_deref().map(without_wrong);
    let new = match unset.clone().filter(|text| is_valid(text)) {
        Some(text) => Some(text),
        None => last_version(store, snapshot, &is_valid)?.or(unset),
    };
    Ok(new.filter(|new| new.as_bytes() != bytes).map(|new| FileChange::write(layout::CONFIG, new)))
}

/// The text of a file that is a YAML mapping.
fn readable(bytes: &[u8]) -> Option<String> {
    let text = yaml::decode(bytes).ok()?;
    matches!(yaml::parse(&text), Ok(Node::Map(_) | Node::Null)).then_some(text)
}

fn is_valid(text: &str) -> bool {
    yaml::parse(text).is_ok_and(|file| Settings::read_leniently(&file).wrong.is_empty())
}

/// The newest version in history that is a mapping and passes a test.
fn last_version(
    store: &Store,
    snapshot: &Snapshot<'_>,
    passes: &dyn Fn(&str) -> bool,
) -> Result<Option<String>, Failure> {
    let repository = store.repository();
    let commits: Vec<_> = snapshot.commit().into_iter().collect();
    let mut found = None;
    repository.walk(&commits, layout::CONFIG, |touch| -> Result<bool, crate::store::git::Error> {
        if let Some(blob) = touch.blob
            && let Blob::Bytes(bytes) = repository.blob(blob, MAX_BYTES)?
        {
            found = readable(&bytes).filter(|text| passes(text));
        }
        Ok(found.is_none())
    })?;
    Ok(found)
}

/// The text without the values that are wrong.
fn without_wrong(text: &str) -> String {
    let mut text = text.to_owned();
    loop {
        let wrong = yaml::parse(&text).map(|file| Settings::read_leniently(&file).wrong).unwrap_or_default();
        let changed = |(key, _): &(String, String)| {
            let new = set_in_text(&text, key, None).ok()?;
            (!key.is_empty() && new != text).then_some(new)
        };
        match wrong.iter().find_map(changed) {
            Some(new) => text = new,
            None => return text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_values_go_and_all_else_stays() {
        let text = "# ours\nschema: 1\n\ncommit:\n  prefix: tickets\n  skip_ci: perhaps\n\nclocks:\n  blocker:\n    response: 4y\n    resolution: 4h\n";
        let new = without_wrong(text);
        assert_eq!(new, text.replace("  skip_ci: perhaps\n", "").replace("    response: 4y\n", ""));
    }
}
