//! The team: who serves which level, who judges severity, as `.support/team.yaml` holds it.

use crate::ticket::{Level, Node, Person, address_problem, nearest};

/// What somebody does in the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Takes the calls.
    Level1,
    /// Triages, replicates, diagnoses, resolves.
    Level2,
    /// The original or a more senior developer.
    Level3,
    /// Judges severity.
    ProductOwner,
    /// Watches queues; may work at every level.
    Lead,
}

impl Role {
    /// The words of the file, in the order of the list.
    pub const WORDS: &'static [&'static str] = &["l1", "l2", "l3", "product-owner", "lead"];
    const ALL: [Self; 5] = [Self::Level1, Self::Level2, Self::Level3, Self::ProductOwner, Self::Lead];

    /// Reads the word of the file.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.iter().zip(Self::ALL).find(|(word, _)| **word == text).map(|(_, role)| role)
    }

    /// The word of the file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let place = Self::ALL.iter().position(|role| *role == self);
        place.and_then(|place| Self::WORDS.get(place)).copied().unwrap_or_default()
    }

    /// The role that works at a level.
    #[must_use]
    pub fn of_level(level: Level) -> Self {
        match level {
            Level::One => Self::Level1,
            Level::Two => Self::Level2,
            Level::Three => Self::Level3,
        }
    }
}

/// Somebody of the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name.
    pub name: String,
    /// The addresses, the first one to write to.
    pub emails: Vec<String>,
    /// What they do.
    pub roles: Vec<Role>,
}

impl Member {
    /// How fields name them.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { name: self.name.clone(), email: self.emails.first().cloned().unwrap_or_default() }
    }

    /// True for a person who writes under one of their addresses.
    #[must_use]
    pub fn is(&self, person: &Person) -> bool {
        self.emails.iter().any(|email| email.eq_ignore_ascii_case(&person.email))
    }
}

/// The people of the project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Team {
    /// The members, in the order of the file.
    pub members: Vec<Member>,
}

impl Team {
    /// Reads the content of `team.yaml`.
    ///
    /// # Errors
    /// The path to the value that is wrong, and what is wrong with it.
    pub fn read(file: &Node) -> Result<Self, (Vec<String>, String)> {
        let wrong = |path: &[&str], problem: &str| {
            (path.iter().map(|p| (*p).to_owned()).collect(), problem.to_owned())
        };
        let Some(Node::List(items)) = file.at("people") else {
            return Err(wrong(&[], "has no list `people`"));
        };
        let mut members = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let place = place.to_string();
            let texts = |key: &str| match item.at(key) {
                Some(Node::List(list)) => list.iter().map(Node::to_string).collect(),
                Some(Node::Text(one)) => vec![one.clone()],
                _ => Vec::new(),
            };
            let name = item.at("name").and_then(Node::as_text).unwrap_or_default().to_owned();
            if name.trim().is_empty() {
                return Err(wrong(&["people", &place], "has no name"));
            }
            let emails: Vec<String> = texts("emails");
            if let Some(problem) = emails.iter().find_map(|email| address_problem(email)) {
                return Err(wrong(&["people", &place, "emails"], &problem));
            }
            let mut roles = Vec::new();
            for word in texts("roles") {
                let meant = nearest(&word, Role::WORDS).map(|near| format!(" Did you mean {near}?"));
                let role = Role::parse(&word).ok_or_else(|| {
                    let all = Role::WORDS.join(", ");
                    wrong(
                        &["people", &place, "roles"],
                        &format!("`{word}` is none of {all}.{}", meant.unwrap_or_default()),
                    )
                })?;
                roles.push(role);
            }
            members.push(Member { name, emails, roles });
        }
        Ok(Self { members })
    }

    /// The content of `team.yaml`.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let member = |member: &Member| {
            Node::map(vec![
                ("name", Node::text(&member.name)),
                ("emails", Node::texts(member.emails.clone())),
                ("roles", Node::texts(member.roles.iter().map(|role| role.as_str()))),
            ])
        };
        Node::map(vec![
            ("schema", Node::Number("1".to_owned())),
            ("people", Node::List(self.members.iter().map(member).collect())),
        ])
    }

    /// True where somebody plays a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.members.iter().any(|member| member.roles.contains(&role))
    }

    /// True for somebody on the team, by address or by name.
    #[must_use]
    pub fn has_member(&self, who: &Person) -> bool {
        self.members.iter().any(|member| member.is(who) || member.person().is_named(&who.to_string()))
    }

    /// True where this person plays a role.
    #[must_use]
    pub fn plays(&self, who: &Person, role: Role) -> bool {
        self.members.iter().any(|member| member.is(who) && member.roles.contains(&role))
    }

    /// The member that a name or address means.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Member> {
        let named = |member: &&Member| {
            member.name.eq_ignore_ascii_case(text)
                || member.emails.iter().any(|email| email.eq_ignore_ascii_case(text))
        };
        self.members.iter().find(named)
    }

    /// The names of those who play a role.
    #[must_use]
    pub fn names(&self, role: Role) -> Vec<&str> {
        self.members.iter().filter(|m| m.roles.contains(&role)).map(|m| m.name.as_str()).collect()
    }
}
