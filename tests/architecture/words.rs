//! The words that a user sees: plain standard terms, as the manuals of git and gh write them.

/// What is written otherwise today: the old text, and what stands for it.
const RETIRED: &[(&str, &str)] = &[
    (" is no ", "is not a valid …"),
    (" are no ", "are not …"),
    ("there is no ", "unknown …, or no …"),
    ("is none of", "is not a valid value (possible values: …)"),
    ("goes on", "continues, resumes"),
    ("take it back", "undo, revert"),
    ("taken back", "undone, reverted"),
    ("taken out", "redacted"),
    ("taken away", "removed, deleted"),
    ("take it out", "remove it"),
    ("graver", "more severe"),
    ("in force", "in effect"),
    ("moved on", "changed"),
    ("used up", "breached, due"),
    ("by day and night", "calendar time"),
    ("first word", "first response"),
    ("seen again", "repeated"),
    ("put right", "correct, repair"),
    ("put this right", "correct this"),
    ("to put it right", "correct it"),
    ("all is well", "no problems found"),
    (" filed", "opened"),
    ("filing", "opening"),
    ("may not be taken", "not allowed"),
    ("who judges", "who sets"),
    ("may judge", "may set"),
    (" twin", "duplicate"),
];

/// The texts of a line of source that a user may see: its string literals, and comments that are the help of a command.
fn visible(path: &str, line: &str) -> Vec<String> {
    let line = line.trim();
    if let Some(help) = line.strip_prefix("/// ") {
        return if path.starts_with("commands/") { vec![help.to_owned()] } else { Vec::new() };
    }
    if line.starts_with("//") {
        return Vec::new();
    }
    let mut texts = Vec::new();
    let mut rest = line;
    while let Some((_, begun)) = rest.split_once('"') {
        let end = begun.char_indices().scan(false, |is_escaped, (at, c)| {
            let ends = c == '"' && !*is_escaped;
            *is_escaped = c == '\\' && !*is_escaped;
            Some((at, ends))
        });
        let end = end.filter(|(_, ends)| *ends).map(|(at, _)| at).next().unwrap_or(begun.len());
        texts.push(begun[..end].to_owned());
        rest = begun.get(end + 1..).unwrap_or_default();
    }
    texts
}

#[test]
fn no_text_uses_a_retired_word() {
    let mut found = Vec::new();
    for (path, text) in crate::sources("src") {
        let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        for (number, line) in lines.enumerate() {
            // Comments of what no user reads stand above a function or a field that is no argument.
            for text in visible(&path, line).iter().filter(|_| !is_internal(&text, number)) {
                let padded = format!(" {text} ");
                for (old, new) in RETIRED.iter().filter(|(old, _)| padded.contains(old)) {
                    found.push(format!("src/{path}:{}: `{old}` in `{text}`; write: {new}", number + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// True for a comment of a function, a type without arguments, or a constant.
fn is_internal(text: &str, number: usize) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    if !lines[number].trim().starts_with("///") {
        return false;
    }
    let item = lines[number..].iter().find(|line| !line.trim().starts_with("///")).unwrap_or(&"");
    !item.trim().starts_with("#[") && !item.trim().ends_with([',', '{'])
        || item.contains("fn ")
        || item.contains("const ")
        || item.contains("struct ")
}

#[test]
fn texts_are_told_from_code() {
    assert_eq!(
        visible("a.rs", r#"let x = format!("one \"two\" {y}", "three");"#),
        [r#"one \"two\" {y}"#, "three"]
    );
    assert_eq!(visible("a.rs", "/// \"comment\""), Vec::<String>::new());
    assert_eq!(visible("commands/a.rs", "    /// Set the title"), ["Set the title"]);
}
