//! The names under which attachments are stored.

use crate::ticket::id::EntryId;

/// The longest name that an attachment keeps, in bytes.
const MAX_NAME_BYTES: usize = 80;
/// The longest ending of a name, in bytes: a longer one is no ending.
const MAX_ENDING_BYTES: usize = 16;

/// The file name of an attachment: the entry's id, and of the given name what is safe everywhere. The ending stays, for
/// it tells what kind of file it is.
#[must_use]
pub fn attachment_file(entry: &EntryId, given: &str) -> String {
    let base = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let (stem, ending) = match base.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= MAX_ENDING_BYTES => {
            (stem, safe(ending).trim_end_matches(['.', '-', '_']).to_owned())
        }
        _ => (base, String::new()),
    };
    let stem = safe(stem);
    let room = MAX_NAME_BYTES.saturating_sub(ending.len() + 1);
    let stem = stem.get(stem.len().saturating_sub(room)..).unwrap_or_default();
    let stem = if stem.is_empty() { "file" } else { stem };
    if ending.is_empty() { format!("{entry}-{stem}") } else { format!("{entry}-{stem}.{ending}") }
}

/// True for a file that has the name of an entry's own: another's is not this one's evidence.
#[must_use]
pub fn is_own_file(entry: &EntryId, file: &str) -> bool {
    file.strip_prefix(entry.as_str()).is_some_and(|rest| rest.starts_with('-'))
}

/// What of a name is safe in any file system: all else is an underscore, and none stands at the beginning.
fn safe(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    name.chars().map(plain).collect::<String>().trim_start_matches(['.', '-', '_']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder_and_the_ending_stays() {
        let entry = EntryId::parse("k2m8w4tz").unwrap();
        for (given, name) in [
            ("../../.git/hooks/pre-commit", "pre-commit"),
            ("crash log (1).txt", "crash_log__1_.txt"),
            ("..", "file"),
            (".bashrc", "bashrc"),
            ("C:\\temp\\a.log", "a.log"),
            ("\u{202e}gpj.exe", "gpj.exe"),
            ("请求.txt", "file.txt"),
            ("скрин 2.tar.gz", "2.tar.gz"),
            ("صورة.jpeg", "file.jpeg"),
            ("日志", "file"),
            ("a.请求", "a"),
            ("v1.", "v1"),
            ("a.b/..", "file"),
        ] {
            assert_eq!(attachment_file(&entry, given), format!("k2m8w4tz-{name}"), "{given}");
        }
        let long = attachment_file(&entry, &format!("{}.txt", "x".repeat(300)));
        assert!(long.len() < 95 && long.ends_with("x.txt"), "{long}");
    }
}
