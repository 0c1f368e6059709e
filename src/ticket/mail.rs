//! The message that an entry came by, or is to be sent as.

use crate::ticket::id::EntryId;
use crate::ticket::node::Node;

/// The message that an entry came by, is to be sent as, or was sent as.
///
/// An entry that came by mail has `id` and `digest`; one that is to be sent has `to`; one that says that another was sent
/// has `of` and `id`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mail {
    /// The Message-ID, without its angle brackets.
    pub id: Option<String>,
    /// The entry whose message was sent.
    pub of: Option<EntryId>,
    /// Who the message says wrote it, where the entry is not theirs: `Name <address>`.
    pub from: Option<String>,
    /// To whom it goes, an address each.
    pub to: Vec<String>,
    /// Who had, or gets, a copy, an address each.
    pub cc: Vec<String>,
    /// What the receiving server says of the sender, such as `spf=pass dkim=fail`.
    pub results: Option<String>,
    /// The SHA-256 of what the message says, which tells it from another under the same Message-ID.
    pub digest: Option<String>,
    /// What a newer version wrote.
    pub unknown: Vec<(String, Node)>,
}

impl Mail {
    /// How it stands in a file.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let of = self.of.as_ref().map(|of| of.to_string());
        let texts = [
            ("id", &self.id),
            ("of", &of),
            ("from", &self.from),
            ("results", &self.results),
            ("digest", &self.digest),
        ];
        let mut pairs: Vec<(&str, Node)> =
            texts.into_iter().filter_map(|(key, text)| Some((key, Node::text(text.as_deref()?)))).collect();
        for (key, list) in [("to", &self.to), ("cc", &self.cc)] {
            if !list.is_empty() {
                pairs.push((key, Node::texts(list.clone())));
            }
        }
        pairs.extend(self.unknown.iter().map(|(key, value)| (key.as_str(), value.clone())));
        Node::map(pairs)
    }

    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_node(node: Node) -> Result<Self, String> {
        let Node::Map(pairs) = node else { return Err("is not a mapping".to_owned()) };
        let mut mail = Self::default();
        for (key, value) in pairs {
            let key = key.to_string();
            let place = match key.as_str() {
                "id" => &mut mail.id,
                "from" => &mut mail.from,
                "results" => &mut mail.results,
                "digest" => &mut mail.digest,
                "of" => {
                    let of = value.as_text().and_then(EntryId::parse);
                    mail.of = Some(of.ok_or("of is not a valid entry ID")?);
                    continue;
                }
                "to" | "cc" => {
                    let Node::List(items) = value else { return Err(format!("{key} is not a list")) };
                    let list = if key == "to" { &mut mail.to } else { &mut mail.cc };
                    *list = items.iter().map(Node::to_string).collect();
                    continue;
                }
                _ => {
                    mail.unknown.push((key, value));
                    continue;
                }
            };
            let Node::Text(text) = value else { return Err(format!("{key} is not text")) };
            *place = Some(text);
        }
        Ok(mail)
    }
}
