//! What removes a text from history with git-filter-repo: parts of the commands that `redact` and `purge` print.

use crate::ticket::{TicketId, shell_word};

/// Lists the blobs that files under some paths ever were, into a file beside the clone.
pub(super) fn blobs_of(paths: &[String], into: &str) -> String {
    let paths: Vec<String> = paths.iter().map(|path| shell_word(path)).collect();
    format!(
        "git log --all --format= --raw --no-abbrev -- {} | awk '{{print $3; print $4}}' | sort -u | grep -v '^0*$' >../{into}",
        paths.join(" ")
    )
}

/// The callback that takes the texts out of the messages of our commits of some tickets. Ours have the prefix in their first
/// line, also where that is reverted or picked; messages of code stay. `left` is what is left of a message: an expression of
/// Python over its `lines` and `own` trailers.
pub(super) fn message_callback(ids: &[TicketId], prefix: &str, left: &str) -> String {
    let names: Vec<String> = ids.iter().map(|id| format!("b\"{id}\" in message")).collect();
    format!(
        "--message-callback 'lines = message.split(b\"\\n\"); \
         own = [line for line in lines if line.startswith(b\"Support-\")]; \
         return message if b\"{prefix}: \" not in lines[0] or not ({}) else {left}'",
        names.join(" or ")
    )
}
