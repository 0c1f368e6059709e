//! Whether a file has one of some texts: in its bytes, or as its YAML reads, which writes lines and quotes otherwise.

use memchr::memmem;

use crate::ticket::node::Node;
use crate::ticket::yaml;

/// True where one of the texts stands in the content as it is.
#[must_use]
pub fn holds_bytes(content: &[u8], texts: &[String]) -> bool {
    texts.iter().any(|text| memmem::find(content, text.as_bytes()).is_some())
}

/// True where one of the texts stands in a YAML file, as it is or as the file reads. What is no YAML is only bytes.
#[must_use]
pub fn holds_text(content: &[u8], texts: &[String]) -> bool {
    if holds_bytes(content, texts) {
        return true;
    }
    let may_read = |text: &&String| memmem::find(content, plain_part(text).as_bytes()).is_some();
    let likely: Vec<&String> = texts.iter().filter(may_read).collect();
    if likely.is_empty() {
        return false;
    }
    let file = yaml::decode(content).and_then(|text| yaml::parse(&text));
    file.is_ok_and(|file| node_holds(&file, &likely))
}

/// The longest part of a text that every file writes as it is, so that most files need not be parsed.
fn plain_part(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|part| part.len()).unwrap_or_default()
}

fn node_holds(node: &Node, texts: &[&String]) -> bool {
    match node {
        Node::Text(own) | Node::Number(own) => texts.iter().any(|text| own.contains(text.as_str())),
        Node::List(items) => items.iter().any(|item| node_holds(item, texts)),
        Node::Map(pairs) => {
            pairs.iter().any(|(key, value)| node_holds(key, texts) || node_holds(value, texts))
        }
        Node::Null | Node::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_however_yaml_writes_it() {
        let texts = ["key \"one\"\ntwo\\three", "Zoë's", "a: b"].map(str::to_owned);
        for file in [
            "note: |-\n  the key \"one\"\n  two\\three\n",
            "note: \"key \\\"one\\\"\\ntwo\\\\three\"\n",
            "note: 'It is Zoë''s'\n",
            "note: \"Zo\\xEB's\"\n",
            "list:\n- {k: 'a: b'}\n",
            "note: Zoë's, but [no YAML\n",
        ] {
            assert!(holds_text(file.as_bytes(), &texts), "{file}");
        }
        for file in
            ["note: |-\n  key \"one\"\n\n  two\\three\n", "note: Zoe's\n", "", "note: [one two three\n"]
        {
            assert!(!holds_text(file.as_bytes(), &texts), "{file}");
        }
        assert!(!holds_text(b"note: x\n", &[]));
    }
}
