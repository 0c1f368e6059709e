//! Settings that cannot be read, put right: a value that is wrong becomes its last valid one, a policy what it counts as,
//! a file that is no YAML its last version that was. Hours are not guessed, a target whose name is misspelt is left to
//! people, and of a newer version nothing is touched. History keeps what stood there.

use std::collections::BTreeSet;

use crate::process::{Settings, has_newer_schema, is_of_clocks};
use crate::project::failure::Failure;
use crate::store::git::{Blob, FileChange};
use crate::store::{Snapshot, Store, layout};
use crate::ticket::{Node, set_in_text, yaml};

/// The most bytes of a version that are read.
const MAX_BYTES: usize = crate::ticket::MAX_FILE_BYTES;
/// The group whose values count as enforced where they are not valid.
const POLICIES: &str = "policy.";
/// The group that is not guessed at.
const CALENDARS: &str = "calendars.";
/// The strictest policy.
const ENFORCED: &str = "enforce";

/// The settings' file as it is to become.
pub(super) struct RepairedSettings {
    pub(super) file: FileChange,
    /// What each value became, in words.
    pub(super) values: Vec<String>,
}

/// The settings' file repaired; `None` where nothing is wrong, or nothing can be done about it.
pub(super) fn repaired(store: &Store, snapshot: &Snapshot<'_>) -> Result<Option<RepairedSettings>, Failure> {
    // A link or a folder in its place is named by the checks; what it hides is somebody's.
    let Ok(Some(bytes)) = snapshot.config() else { return Ok(None) };
    let read = readable(&bytes);
    if read.as_deref().is_some_and(|text| is_valid(text) || is_newer(text)) {
        return Ok(None);
    }
    let versions = earlier_versions(store, snapshot)?;
    let (new, values) = match read {
        Some(text) => with_right_values(&text, &versions),
        None => (versions.into_iter().find(|text| is_valid(text)).unwrap_or_default(), Vec::new()),
    };
    let is_changed = !new.is_empty() && new.as_bytes() != bytes;
    Ok(is_changed.then(|| RepairedSettings { file: FileChange::write(layout::CONFIG, new), values }))
}

/// The text of a file that is a YAML mapping.
fn readable(bytes: &[u8]) -> Option<String> {
    let text = yaml::decode(bytes).ok()?;
    matches!(yaml::parse(&text), Ok(Node::Map(_) | Node::Null)).then_some(text)
}

fn is_valid(text: &str) -> bool {
    yaml::parse(text).is_ok_and(|file| Settings::read_leniently(&file).wrong.is_empty())
}

fn is_newer(text: &str) -> bool {
    yaml::parse(text).is_ok_and(|file| has_newer_schema(&file))
}

/// The earlier versions that are mappings of a version that is known, the newest first, back to one in which nothing is wrong.
fn earlier_versions(store: &Store, snapshot: &Snapshot<'_>) -> Result<Vec<String>, Failure> {
    let repository = store.repository();
    let commits: Vec<_> = snapshot.commit().into_iter().collect();
    let mut found = Vec::new();
    repository.walk(&commits, layout::CONFIG, |touch| -> Result<bool, crate::store::git::Error> {
        if let Some(blob) = touch.blob
            && let Blob::Bytes(bytes) = repository.blob(blob, MAX_BYTES)?
        {
            found.extend(readable(&bytes).filter(|text| !is_newer(text)));
        }
        Ok(!found.last().is_some_and(|text| is_valid(text)))
    })?;
    Ok(found)
}

/// The text with each value that is wrong put right, and what each became.
fn with_right_values(text: &str, versions: &[String]) -> (String, Vec<String>) {
    let (mut text, mut values, mut tried) = (text.to_owned(), Vec::new(), BTreeSet::new());
    loop {
        let wrong = yaml::parse(&text).map(|file| Settings::read_leniently(&file).wrong).unwrap_or_default();
        let Some((key, _)) = wrong.into_iter().find(|(key, _)| !key.is_empty() && tried.insert(key.clone()))
        else {
            return (text, values);
        };
        let value = match right_value(&key, versions) {
            Some(value) => Some(value),
            // A calendar without what it never had right would be open at hours that nobody meant.
            None if key.starts_with(CALENDARS) => continue,
            // A target that is misspelt would be none, and a repair opens no gate.
            None if is_of_clocks(&key) && is_misspelt(&key, &text, versions) => continue,
            None => None,
        };
        let shown = value.as_ref().map_or_else(|| "its default".to_owned(), ToString::to_string);
        if let Ok(new) = set_in_text(&text, &key, value)
            && new != text
        {
            text = new;
            values.push(format!("{key} is {shown} now"));
        }
    }
}

/// True for a key in whose place the last version that was valid has another, which is not there now.
fn is_misspelt(key: &str, text: &str, versions: &[String]) -> bool {
    let Some(valid) = versions.iter().find(|text| is_valid(text)) else { return false };
    let Some((group, _)) = key.rsplit_once('.') else { return false };
    let keys = |text: &str| -> BTreeSet<String> {
        let file = yaml::parse(text).unwrap_or(Node::Null);
        let group = group.split('.').try_fold(&file, |node, part| node.at(part));
        let Some(Node::Map(pairs)) = group else { return BTreeSet::new() };
        pairs.iter().map(|(key, _)| key.to_string()).collect()
    };
    !keys(valid).is_subset(&keys(text))
}

/// What a value that is wrong becomes; `None` where no version has a valid one.
fn right_value(key: &str, versions: &[String]) -> Option<Node> {
    // What is not valid counts as this, and a repair opens no gate.
    if key.starts_with(POLICIES) {
        return Some(Node::text(ENFORCED));
    }
    let file = versions.iter().filter_map(|text| yaml::parse(text).ok()).find(|file| {
        let settings = Settings::read_leniently(file);
        let is_wrong = settings.is_wrong_at(key) || is_of_clocks(key) && settings.has_wrong_clocks();
        !is_wrong
    })?;
    key.split('.').try_fold(&file, |node, part| node.at(part)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_values_are_what_they_were_and_all_else_stays() {
        let text = "# ours\nschema: 1\n\ncommit:\n  prefix: tickets\n  skip_ci: perhaps\n\nclocks:\n  blocker:\n    response: 4y\n    resolution: 4h\n";
        let before = text.replace("4y", "20m").replace("  skip_ci: perhaps\n", "");
        let (new, values) = with_right_values(text, &[text.to_owned(), before.clone()]);
        assert_eq!(new, before);
        assert_eq!(values, ["commit.skip_ci is its default now", "clocks.blocker.response is 20m now"]);
    }

    #[test]
    fn a_target_that_is_misspelt_is_left_to_people() {
        let before = "schema: 1\nclocks:\n  blocker:\n    resolution: 4h\n  major:\n    response: 1h\n    resolution: 8h\n";
        for (right, typo) in [("  major:", "  majr:"), ("response", "respones"), ("clocks:", "clock:")] {
            let text = before.replace(right, typo);
            let (new, values) = with_right_values(&text, &[text.clone(), before.to_owned()]);
            assert_eq!((new, values), (text, Vec::new()), "{typo}");
        }
    }

    #[test]
    fn hours_that_were_never_valid_stay_and_a_policy_is_enforced() {
        let text = "schema: 1\ncalendars:\n  office:\n    hours:\n      mon-fri: 09:00-1700\npolicy:\n  level_by_role: enforced\n";
        let (new, _) = with_right_values(text, &[text.to_owned()]);
        assert_eq!(new, text.replace("enforced", "enforce"));
    }
}
