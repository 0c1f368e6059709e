//! What reading a ticket file goes by: where a value is wrong, and the keys of a mapping, taken out one by one.

use crate::ticket::node::Node;

/// A problem somewhere below the top: the path to it, innermost first.
pub(super) struct Problem(pub(super) Vec<String>, pub(super) String);

impl Problem {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self(Vec::new(), problem.into())
    }

    pub(super) fn under(mut self, key: impl Into<String>) -> Self {
        self.0.push(key.into());
        self
    }
}

pub(super) type Read<T> = Result<T, Problem>;

/// The values of an entry's keys, taken out one by one; what is left is unknown.
pub(super) struct Keys(pub(super) Vec<(String, Node)>);

impl Keys {
    pub(super) fn of(node: Node) -> Read<Self> {
        let Node::Map(pairs) = node else {
            return Err(Problem::new("is not a mapping"));
        };
        let named = |(key, value)| match key {
            Node::Text(key) => (key, value),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::List(_) | Node::Map(_) => {
                (key.to_string(), value)
            }
        };
        Ok(Self(pairs.into_iter().map(named).collect()))
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Node> {
        let place = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(place).1)
    }

    /// A text that may be there.
    pub(super) fn text(&mut self, key: &str) -> Read<Option<String>> {
        match self.take(key) {
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::new("is not text").under(key)),
            None => Ok(None),
        }
    }

    /// A part that may be there, read by `read`.
    pub(super) fn part<T>(&mut self, key: &str, read: impl Fn(Node) -> Read<T>) -> Read<Option<T>> {
        self.take(key).map(read).transpose().map_err(|problem| problem.under(key))
    }

    /// A text that must be there, read by `parse`.
    pub(super) fn need<T>(&mut self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Read<T> {
        let value = self.take(key).ok_or_else(|| Problem::new(format!("has no '{key}'")))?;
        let parsed = match &value {
            Node::Text(text) | Node::Number(text) => parse(text),
            Node::Null | Node::Bool(_) | Node::List(_) | Node::Map(_) => None,
        };
        parsed.ok_or_else(|| Problem::new(format!("`{value}` is not valid here")).under(key))
    }
}
