//! The text of a YAML file (settings, people, a vendor, a release), changed in one place while comments, unknown keys and
//! all else stay.

use crate::ticket::node::Node;
use crate::ticket::yaml;

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

/// A file's text with the keys that a record writes: those that differ are written anew, those of `known` that the
/// record does not have go, and every other line stays.
///
/// # Errors
/// What is wrong with the file.
pub fn record_in_text(text: &str, record: &Node, known: &[&str]) -> Result<String, yaml::SyntaxError> {
    let file = yaml::parse(text)?;
    let mut new = text.to_owned();
    for key in known {
        let value = record.at(key);
        if file.at(key) != value {
            let block = value.map(|value| yaml::write(&[(Node::text(*key), value.clone())]));
            new = replaced_record(&new, key, &block.unwrap_or_default());
        }
    }
    Ok(new)
}

/// The text of a list of records under a key, with the records that it is to have: those that are there stay as they
/// are written, with their comments.
///
/// # Errors
/// What is wrong with the file.
pub fn list_in_text(text: &str, key: &str, items: &[Node]) -> Result<String, yaml::SyntaxError> {
    let file = yaml::parse(text)?;
    let old = if let Some(Node::List(old)) = file.at(key) { old.as_slice() } else { &[] };
    let lines: Vec<&str> = text.lines().collect();
    let written =
        block_of(&lines, key).and_then(|(from, to)| Some((from, items_of(lines.get(from + 1..to)?)?)));
    let Some((_, written)) = written.filter(|(_, (_, written))| written.len() == old.len()) else {
        let block = yaml::write(&[(Node::text(key), Node::List(items.to_vec()))]);
        return Ok(replaced(text, key, &block));
    };
    let (indent, written) = written;
    let own = block_of(&lines, key).and_then(|(from, _)| lines.get(from)).copied();
    let mut block = format!("{}\n", own.unwrap_or(key));
    if items.is_empty() {
        block = yaml::write(&[(Node::text(key), Node::List(Vec::new()))]);
    }
    for item in items {
        match old.iter().position(|known| known == item).and_then(|place| written.get(place)) {
            Some(lines) => block.extend(lines.iter().map(|line| format!("{line}\n"))),
            None => {
                let name = item.at("name");
                let replaces = |known: &&Node| known.at("name") == name && !items.contains(known);
                let place =
                    old.iter().find(replaces).and_then(|known| old.iter().position(|one| one == known));
                let there = place.and_then(|place| written.get(place));
                block.push_str(&item_in_text(there.map_or(&[], Vec::as_slice), item, indent));
            }
        }
    }
    Ok(replaced(text, key, &block))
}

/// The lines of an item as it becomes: of one that is there, only the keys that differ are written anew.
fn item_in_text(there: &[&str], item: &Node, indent: usize) -> String {
    let above: Vec<&str> = there.iter().copied().take_while(|line| is_between(line)).collect();
    let body: Vec<&str> = there.iter().copied().skip(above.len()).collect();
    // As a record of its own: without the dash, and without what it is indented by.
    let record: String = body
        .iter()
        .map(|line| {
            let line = line.get(indent..).unwrap_or_default();
            let line =
                line.strip_prefix("- ").or_else(|| line.strip_prefix("  ")).unwrap_or(line.trim_start());
            format!("{line}\n")
        })
        .collect();
    let keys: Vec<String> = match item {
        Node::Map(pairs) => pairs.iter().map(|(key, _)| key.to_string()).collect(),
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::List(_) => Vec::new(),
    };
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let changed = if body.is_empty() { None } else { record_in_text(&record, item, &keys).ok() };
    let is_right = |text: &String| yaml::parse(text).is_ok_and(|node| node == *item);
    let pad = " ".repeat(indent);
    let mut out: String = above.iter().map(|line| format!("{line}\n")).collect();
    match changed.filter(is_right) {
        Some(text) => {
            for (place, line) in text.lines().enumerate() {
                let dash = if place == 0 { "- " } else { "  " };
                out.push_str(format!("{pad}{dash}{line}").trim_end());
                out.push('\n');
            }
        }
        None => {
            let item = yaml::write(&[(Node::text("x"), Node::List(vec![item.clone()]))]);
            out.extend(lines_of_item(&item).map(|line| format!("{pad}{line}\n")));
        }
    }
    out
}

/// The lines of a list's only item, from its dash on.
fn lines_of_item(list: &str) -> impl Iterator<Item = &str> {
    let dash = list.lines().nth(1).map_or(0, indent_of);
    list.lines().skip(1).map(move |line| line.get(dash..).unwrap_or_default())
}

/// True for a comment or an empty line.
fn is_between(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The items of a list's lines, each with the comments above it, and the column of their dashes; `None` for a list that
/// is not written so.
fn items_of<'a>(lines: &[&'a str]) -> Option<(usize, Vec<Vec<&'a str>>)> {
    let is_item = |line: &str| line.trim_start().starts_with("- ");
    let indent = indent_of(lines.iter().find(|line| is_item(line))?);
    let mut items: Vec<Vec<&str>> = Vec::new();
    let mut above: Vec<&str> = Vec::new();
    for line in lines {
        if is_item(line) && indent_of(line) == indent {
            items.push(std::mem::take(&mut above));
        } else if line.trim().is_empty() || (line.trim_start().starts_with('#') && indent_of(line) <= indent)
        {
            above.push(line);
            continue;
        }
        let item = items.last_mut()?;
        item.append(&mut above);
        item.push(line);
    }
    items.last_mut()?.append(&mut above);
    Some((indent, items))
}

/// The lines of a top-level key: the place of its own, and the place after its last.
fn block_of(lines: &[&str], key: &str) -> Option<(usize, usize)> {
    let begins = |line: &str| line.split(':').next().map(|name| name.trim_matches(['"', '\''])) == Some(key);
    let from = lines.iter().position(|line| begins(line))?;
    let mut to = from + 1;
    for (place, line) in lines.iter().enumerate().skip(from + 1) {
        if line.starts_with([' ', '-']) {
            to = place + 1;
        } else if !(line.is_empty() || line.starts_with('#')) {
            break;
        }
    }
    Some((from, to))
}

/// The same as [`replaced`]; a comment behind a value of one line stays behind it, and a new key is put at the end
/// without a gap.
fn replaced_record(text: &str, key: &str, block: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let Some((from, to)) = block_of(&lines, key) else {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{end}{block}");
    };
    let comment = lines.get(from).filter(|_| to == from + 1).and_then(|line| comment_of(line));
    match comment {
        Some(comment) if block.lines().count() == 1 => {
            replaced(text, key, &format!("{} #{comment}\n", block.trim_end()))
        }
        _ => replaced(text, key, block),
    }
}

/// The comment at the end of a line of one value; a sign within quotes begins none.
fn comment_of(line: &str) -> Option<&str> {
    let value = yaml::parse(line).ok()?;
    let is_comment = |(place, _): &(usize, &str)| {
        line.get(..*place).and_then(|before| yaml::parse(before).ok()).as_ref() == Some(&value)
    };
    line.match_indices(" #").find(is_comment).and_then(|(place, sign)| line.get(place + sign.len()..))
}

/// The text with the block of a top-level key replaced, or the block added at the end.
fn replaced(text: &str, key: &str, block: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let Some((from, to)) = block_of(&lines, key) else {
        let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
        return format!("{text}{gap}{block}");
    };
    let line = |line: &&str| format!("{line}\n");
    let (before, after) = (lines.iter().take(from).map(line), lines.iter().skip(to).map(line));
    before.chain(std::iter::once(block.to_owned())).chain(after).collect()
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

    #[test]
    fn a_record_changes_and_what_is_not_known_stays() {
        let known = ["schema", "email", "phone", "covers", "changes"];
        let text = "# ours\nschema: 1\nemail: a@b.c  # day and night\nportal: {user: x}\ncovers:\n- a\n# of old\n- b\nchanges: |\n  one\n\n  two\n# end\n";
        let node = |pairs: Vec<(&str, Node)>| Node::map(pairs);
        let same = node(vec![
            ("schema", Node::Number("1".into())),
            ("email", Node::text("a@b.c")),
            ("covers", Node::texts(["a", "b"])),
            ("changes", Node::text("one\n\ntwo\n")),
        ]);
        assert_eq!(record_in_text(text, &same, &known).unwrap(), text);
        let other = node(vec![
            ("schema", Node::Number("1".into())),
            ("email", Node::text("d@e.f")),
            ("phone", Node::text("12")),
            ("covers", Node::texts(["a", "b"])),
        ]);
        let expected = "# ours\nschema: 1\nemail: d@e.f # day and night\nportal: {user: x}\ncovers:\n- a\n# of old\n- b\n# end\nphone: \"12\"\n";
        assert_eq!(record_in_text(text, &other, &known).unwrap(), expected);
        let quoted = "email: \"a #1\" # by day\n";
        let email = node(vec![("email", Node::text("b #2"))]);
        assert_eq!(record_in_text(quoted, &email, &known).unwrap(), "email: \"b #2\" # by day\n");
        let email = node(vec![("email", Node::text("b"))]);
        assert_eq!(record_in_text("email: 'a #1'\n", &email, &known).unwrap(), "email: b\n");
    }

    #[test]
    fn records_of_a_list_come_go_and_change_and_the_others_stay() {
        let person = |name: &str, role: &str| {
            Node::map(vec![("name", Node::text(name)), ("roles", Node::texts([role]))])
        };
        let text = "people:\n  # the first\n  - name: Ann\n    roles: [l1] # by day\n\n  # on leave\n  - name: Bob\n    roles: [l2]\nextra: kept\n";
        let (ann, bob) = (person("Ann", "l1"), person("Bob", "l2"));
        let list = |items: &[&Node]| {
            list_in_text(text, "people", &items.iter().map(|node| (*node).clone()).collect::<Vec<_>>())
                .unwrap()
        };
        assert_eq!(list(&[&ann, &bob]), text);
        assert_eq!(
            list(&[&ann]),
            "people:\n  # the first\n  - name: Ann\n    roles: [l1] # by day\nextra: kept\n"
        );
        let cat = list(&[&ann, &bob, &person("Cat", "l3")]);
        assert_eq!(cat, text.replace("roles: [l2]\n", "roles: [l2]\n  - name: Cat\n    roles: [l3]\n"));
        let changed = list(&[&ann, &person("Bob", "lead")]);
        assert_eq!(changed, text.replace("[l2]", "[lead]"));
        assert_eq!(
            list_in_text("people: []\n", "people", &[ann]).unwrap(),
            "people:\n- name: Ann\n  roles: [l1]\n"
        );
    }
}
