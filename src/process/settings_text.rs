//! The text of `.support/config.yaml`, changed in one place while comments and all else stay.

use crate::ticket::{Node, yaml};

/// The file's text with a dotted key set to a value, or taken away. Only the top-level block that holds
/// the key is written anew; every other line stays as it is.
///
/// # Errors
/// What is wrong with the file.
pub fn set_in_text(text: &str, key: &str, value: Option<Node>) -> Result<String, yaml::SyntaxError> {
    let file = yaml::parse(text)?;
    let (outer, inner) = key.split_once('.').map_or((key, None), |(outer, inner)| (outer, Some(inner)));
    let new = match inner {
        None => value,
        Some(inner) => within(file.at(outer), inner, value),
    };
    let block = new.map(|new| yaml::write(&[(Node::text(outer), new)])).unwrap_or_default();
    Ok(replaced(text, outer, &block))
}

/// A value as the file holds it: numbers and truth bare, lists by their commas, all else as text.
#[must_use]
pub fn setting_node(key: &str, value: &str) -> Node {
    if key.starts_with("queries.") || key == "commit.prefix" {
        return Node::text(value);
    }
    let is_list = key == "pause" || (key.starts_with("calendars.") && !key.ends_with(".timezone"));
    if is_list && value != "24x7" {
        let items = value.split(',').map(|item| item.trim().to_owned());
        return Node::texts(items.filter(|item| !item.is_empty()));
    }
    match value {
        "true" => Node::Bool(true),
        "false" => Node::Bool(false),
        number if number.parse::<u64>().is_ok() => Node::Number(number.to_owned()),
        text => Node::text(text),
    }
}

/// A mapping with a dotted key below it set to a value, or taken away; nothing where nothing is left.
fn within(node: Option<&Node>, key: &str, value: Option<Node>) -> Option<Node> {
    let (outer, inner) = key.split_once('.').map_or((key, None), |(outer, inner)| (outer, Some(inner)));
    let mut pairs = match node {
        Some(Node::Map(pairs)) => pairs.clone(),
        _ => Vec::new(),
    };
    // By what it reads as: `1:` is a number in YAML, and the same key.
    let place = pairs.iter().position(|(name, _)| name.to_string() == outer);
    let old = place.map(|place| pairs.remove(place).1);
    let new = match inner {
        None => value,
        Some(inner) => within(old.as_ref(), inner, value),
    };
    if let Some(new) = new {
        pairs.insert(place.unwrap_or(pairs.len()), (Node::text(outer), new));
    }
    (!pairs.is_empty()).then_some(Node::Map(pairs))
}

/// The text with the block of a top-level key replaced, or the block added at the end.
fn replaced(text: &str, key: &str, block: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &str| line.split(':').next().map(|name| name.trim_matches(['"', '\''])) == Some(key);
    let Some(from) = lines.iter().position(|line| begins(line)) else {
        let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
        return format!("{text}{gap}{block}");
    };
    let inside = |line: &&&str| line.starts_with([' ', '-']);
    let count = lines.iter().skip(from + 1).take_while(inside).count();
    let mut out = String::new();
    for line in lines.iter().take(from) {
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(block);
    for line in lines.iter().skip(from + 1 + count) {
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_setting_changes_and_every_other_line_stays() {
        let text = "# ours\nschema: 1\n\ncommit:\n  prefix: tickets\n\n# the team's\nqueries:\n  mine: assignee:me\n";
        let changed = set_in_text(text, "commit.skip_ci", Some(Node::Bool(true))).unwrap();
        assert_eq!(changed, text.replace("tickets\n", "tickets\n  skip_ci: true\n"));
        assert_eq!(set_in_text(&changed, "commit.skip_ci", None).unwrap(), text);
        let gone = set_in_text(text, "commit.prefix", None).unwrap();
        assert_eq!(gone, text.replace("commit:\n  prefix: tickets\n", ""));
        let added =
            set_in_text("schema: 1\n", "attachments.max_bytes", Some(Node::Number("9".into()))).unwrap();
        assert_eq!(added, "schema: 1\n\nattachments:\n  max_bytes: 9\n");
    }
}
