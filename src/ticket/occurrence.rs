//! Where a machine saw the cause of a ticket: which revision, on which branch, in which run.

use crate::ticket::node::Node;

/// Where a machine saw the cause of a ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The whole name of the revision.
    pub revision: Option<String>,
    /// The newest commit of the branch, where the revision is a merge of it that only a request's run has.
    pub head: Option<String>,
    /// The branch it was built from.
    pub branch: Option<String>,
    /// The address of the run.
    pub run: Option<String>,
    /// The job within the run.
    pub job: Option<String>,
    /// What the job is from run to run: its name, matrix entry, shard.
    pub lane: Option<String>,
    /// What was said, in one line.
    pub message: Option<String>,
    /// The tests that showed it, as the report names them; the first ones, where there are many.
    pub tests: Vec<String>,
    /// The reports in which they failed, where others of the run name tests of the same names.
    pub reports: Vec<String>,
    /// What a newer version wrote.
    pub unknown: Vec<(String, Node)>,
}

impl Occurrence {
    /// True where both were told by the same job of the same run.
    #[must_use]
    pub fn is_of_same_run(&self, other: &Self) -> bool {
        self.run.is_some()
            && (&self.run, &self.job, &self.lane, &self.revision)
                == (&other.run, &other.job, &other.lane, &other.revision)
    }

    /// The commit that has what failed, as far as histories know it.
    #[must_use]
    pub fn commit(&self) -> Option<&str> {
        self.head.as_deref().or(self.revision.as_deref())
    }

    /// How it stands in a file.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let texts = [
            ("revision", &self.revision),
            ("head", &self.head),
            ("branch", &self.branch),
            ("run", &self.run),
            ("job", &self.job),
            ("lane", &self.lane),
            ("message", &self.message),
        ];
        let mut pairs: Vec<(&str, Node)> =
            texts.into_iter().filter_map(|(key, text)| Some((key, Node::text(text.as_deref()?)))).collect();
        if !self.tests.is_empty() {
            pairs.push(("tests", Node::texts(self.tests.clone())));
        }
        if !self.reports.is_empty() {
            pairs.push(("reports", Node::texts(self.reports.clone())));
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
        let mut sighting = Self::default();
        for (key, value) in pairs {
            let key = key.to_string();
            let place = match key.as_str() {
                "revision" => &mut sighting.revision,
                "head" => &mut sighting.head,
                "branch" => &mut sighting.branch,
                "run" => &mut sighting.run,
                "job" => &mut sighting.job,
                "lane" => &mut sighting.lane,
                "message" => &mut sighting.message,
                "tests" | "reports" => {
                    let Node::List(names) = value else { return Err(format!("{key} is not a list")) };
                    let names = names.iter().map(Node::to_string).collect();
                    let place = if key == "tests" { &mut sighting.tests } else { &mut sighting.reports };
                    *place = names;
                    continue;
                }
                _ => {
                    sighting.unknown.push((key, value));
                    continue;
                }
            };
            let Node::Text(text) = value else { return Err(format!("{key} is not text")) };
            *place = Some(text);
        }
        Ok(sighting)
    }
}
