//! The texts of the source that name a command: whether something printed them.

/// The texts of the source that name a command of git's or ours: those of its lines that are no comment.
pub(crate) fn literals() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let literal = regex_lite::Regex::new(r#""((?:[^"\\]|\\.)*)""#).unwrap();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let name = path.display().to_string();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if ["/cli/help.rs", "/cli/demo/", "/limits.rs"].iter().any(|other| name.contains(other)) {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            // A text over several lines is one text.
            let code = lines.collect::<Vec<_>>().join("\n").replace("\\\n", "\u{1}");
            for text in literal.captures_iter(&code).map(|found| found[1].to_owned()) {
                let text = text
                    .split('\u{1}')
                    .map(str::trim_start)
                    .collect::<String>()
                    .replace("\\\"", "\"")
                    .replace("\\n", "");
                let is_command =
                    text.starts_with("git ") || text.contains("git support ") || text.contains(": git ");
                if is_command && !text.contains("%O") && !text.contains("$1") {
                    found.push(text);
                }
            }
        }
    }
    found
}

/// True where a text of the source, with anything in the place of its values, stands in what was printed.
pub(crate) fn is_printed(literal: &str, printed: &str) -> bool {
    let pieces = regex_lite::Regex::new(r"\{[^}]*\}").unwrap();
    let pattern: Vec<String> = pieces.split(literal).map(regex_lite::escape).collect();
    regex_lite::Regex::new(&pattern.join(".*")).unwrap().is_match(printed)
}
