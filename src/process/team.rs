//! The team: who serves which level, who judges severity, as `.support/team.yaml` holds it.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::process::setting_keys::schema_problem;
use crate::ticket::{
    KnownPerson, Level, Node, Person, address_problem, has_left, has_visible, is_of_team, nearest, plain,
    visible, without_hidden,
};

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
    /// Audits, and signs seals.
    Reviewer,
}

impl Role {
    /// The words of the file, in the order of the list.
    pub const WORDS: &'static [&'static str] = &["l1", "l2", "l3", "product-owner", "lead", "reviewer"];
    const ALL: [Self; 6] =
        [Self::Level1, Self::Level2, Self::Level3, Self::ProductOwner, Self::Lead, Self::Reviewer];

    /// The roles that lead: they may work at every level, take back what others did, and change the rules.
    pub const LEADING: [Self; 2] = [Self::Lead, Self::ProductOwner];

    /// The roles that accept what an audit found.
    pub const ACCEPTING: [Self; 3] = [Self::Lead, Self::ProductOwner, Self::Reviewer];

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

/// What the file says of somebody.
const KEYS: &[&str] = &["name", "emails", "roles"];

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
    /// Reads somebody of the file.
    fn read(item: &Node) -> Result<Self, (Option<&'static str>, String)> {
        let texts = |key: &str| match item.at(key) {
            Some(Node::List(list)) => list.iter().map(Node::to_string).collect(),
            Some(Node::Text(one)) => vec![one.clone()],
            _ => Vec::new(),
        };
        // A misspelt key would silently leave somebody without a role, and a rule without anybody to keep it.
        if let Node::Map(pairs) = item
            && let Some((key, _)) = pairs.iter().find(|(key, _)| !KEYS.contains(&key.to_string().as_str()))
        {
            return Err((
                None,
                format!("unknown key '{}' (allowed: {})", visible(&key.to_string()), KEYS.join(", ")),
            ));
        }
        let name = item.at("name").and_then(Node::as_text).unwrap_or_default().to_owned();
        if !has_visible(&name) {
            return Err((None, "has no name".to_owned()));
        }
        let emails: Vec<String> = texts("emails");
        if let Some(problem) = emails.iter().find_map(|email| address_problem(email)) {
            return Err((Some("emails"), problem));
        }
        let role = |word: &String| {
            let meant = nearest(word, Role::WORDS).map(|near| format!("; did you mean '{near}'?"));
            let none_of = || {
                let all = Role::WORDS.join(", ");
                (
                    Some("roles"),
                    format!(
                        "'{}' is not a valid role (possible values: {all}){}",
                        visible(word),
                        meant.unwrap_or_default()
                    ),
                )
            };
            Role::parse(word).ok_or_else(none_of)
        };
        let roles = texts("roles").iter().map(role).collect::<Result<_, _>>()?;
        Ok(Self { name, emails, roles })
    }

    /// How fields name them.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { name: self.name.clone(), email: self.emails.first().cloned().unwrap_or_default() }
    }

    /// As somebody who is known.
    #[must_use]
    pub fn known(&self) -> KnownPerson {
        KnownPerson { name: self.name.clone(), emails: self.emails.clone() }
    }

    /// True for a person who writes under one of their addresses.
    #[must_use]
    pub fn is(&self, person: &Person) -> bool {
        self.emails.iter().any(|email| email.eq_ignore_ascii_case(&person.email))
    }
}

/// Whose each address of a team is: for many questions, as a team may be large.
pub struct Owners<'t>(HashMap<String, &'t Member>);

impl<'t> Owners<'t> {
    /// Those of a team.
    #[must_use]
    pub fn of(team: &'t Team) -> Self {
        let mut owners = HashMap::new();
        for member in &team.members {
            for email in &member.emails {
                owners.entry(email.to_ascii_lowercase()).or_insert(member);
            }
        }
        Self(owners)
    }

    /// The member who writes under a person's address.
    #[must_use]
    pub fn owner(&self, person: &Person) -> Option<&'t Member> {
        self.owner_of(&person.email)
    }

    /// The member whose address one is.
    #[must_use]
    pub fn owner_of(&self, email: &str) -> Option<&'t Member> {
        self.0.get(&email.to_ascii_lowercase()).copied()
    }
}

/// What `.mailmap` says of addresses (gitmailmap(5)): the proper one, and the one that commits have. What it says of an
/// address under one name alone is left out.
pub fn mailmap_addresses(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let line = line.split('#').next().unwrap_or_default();
        let (_, rest) = line.split_once('<')?;
        let (proper, rest) = rest.split_once('>')?;
        let earlier = rest.trim().strip_prefix('<')?.strip_suffix('>')?;
        Some((proper.trim(), earlier.trim()))
    })
}

/// The people of the project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Team {
    /// The members, in the order of the file.
    pub members: Vec<Member>,
    /// True where the file names others who cannot be read: then a role is taken, though nobody may be known to play
    /// it, so that a broken file gives nobody a right.
    pub is_partial: bool,
}

/// The path to a value of the file, and what is wrong with it.
pub(in crate::process) type WrongPlace = (Vec<String>, String);

impl Team {
    /// The keys of the file.
    pub const KEYS: &'static [&'static str] = &["schema", "people"];

    /// Reads the content of `team.yaml`.
    ///
    /// # Errors
    /// The path to the value that is wrong, and what is wrong with it.
    pub fn read(file: &Node) -> Result<Self, WrongPlace> {
        let (team, mut wrong) = Self::read_leniently(file);
        if wrong.is_empty() { Ok(team) } else { Err(wrong.swap_remove(0)) }
    }

    /// Those of the file who can be read, and what is wrong with the others.
    #[must_use]
    pub fn read_leniently(file: &Node) -> (Self, Vec<WrongPlace>) {
        let items = match file.at("people") {
            Some(Node::List(items)) => items.as_slice(),
            // An empty list, as it may be written.
            Some(Node::Null) => &[],
            Some(_) | None => {
                return (Self::unreadable(), vec![(Vec::new(), "has no list `people`".to_owned())]);
            }
        };
        let (mut team, mut wrong) = (Self::default(), Vec::new());
        wrong.extend(schema_problem(file).map(|problem| (vec!["schema".to_owned()], problem)));
        for (place, item) in items.iter().enumerate() {
            match Member::read(item) {
                Ok(member) => team.members.push(member),
                Err((key, problem)) => {
                    let path = ["people".to_owned(), place.to_string()].into_iter();
                    wrong.push((path.chain(key.map(str::to_owned)).collect(), problem));
                }
            }
        }
        team.is_partial = !wrong.is_empty();
        (team, wrong)
    }

    /// The team of a file that cannot be read: nobody is known to be of it.
    #[must_use]
    pub fn unreadable() -> Self {
        Self { members: Vec::new(), is_partial: true }
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

    /// True for somebody who is not on the team, where all of it can be read: what was theirs is nobody's.
    #[must_use]
    pub fn has_left(&self, who: &str) -> bool {
        !self.is_partial && has_left(who, &self.known())
    }

    /// True where somebody plays a role, or may.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.is_partial || self.members.iter().any(|member| member.roles.contains(&role))
    }

    /// The members, as people who are known.
    #[must_use]
    pub fn known(&self) -> Vec<KnownPerson> {
        self.members.iter().map(Member::known).collect()
    }

    /// True for words that are the team's: those of its members; everybody's but the customer's, where no team is known.
    #[must_use]
    pub fn speaks(&self, email: &str, is_customer: bool) -> bool {
        let is_member = || {
            self.members.iter().flat_map(|member| &member.emails).any(|own| own.eq_ignore_ascii_case(email))
        };
        is_of_team(is_customer, !self.members.is_empty(), is_member)
    }

    /// True for somebody on the team, by address or by name.
    #[must_use]
    pub fn has_member(&self, who: &Person) -> bool {
        self.members.iter().any(|member| member.known().is_named(&who.to_string()))
    }

    /// Whom it knows somebody as: by their own address, whatever `.mailmap` says, or as `mapped` by that; `other`, where it
    /// knows neither.
    #[must_use]
    pub fn known_or(&self, own: &Person, mapped: &Person, other: &Person) -> Person {
        [own, mapped].into_iter().find(|who| self.has_member(who)).unwrap_or(other).clone()
    }

    /// The member whose name somebody writes under, or one that looks like it, with an address that is another member's.
    #[must_use]
    pub fn named_as(&self, who: &Person) -> Option<&Member> {
        let own = self.members.iter().find(|member| member.is(who))?;
        if own.name == who.name {
            return None;
        }
        let name = without_hidden(who.name.trim());
        let has_name = |member: &&Member| plain(&member.name).eq(plain(&name));
        self.members.iter().find(has_name).filter(|named| !named.is(who) && !has_name(&own))
    }

    /// Somebody as fields name the member that they are, or as they were written.
    #[must_use]
    pub fn as_named(&self, who: &str) -> String {
        let member = self.members.iter().find(|member| member.known().is_named(who));
        member.map_or_else(|| who.to_owned(), |member| member.person().to_string())
    }

    /// True where this person plays a role.
    #[must_use]
    pub fn plays(&self, who: &Person, role: Role) -> bool {
        self.members.iter().any(|member| member.is(who) && member.roles.contains(&role))
    }

    /// True where this person leads the support or owns the product: theirs are the rules, and what others decided.
    #[must_use]
    pub fn leads(&self, who: &Person) -> bool {
        Role::LEADING.iter().any(|role| self.plays(who, *role))
    }

    /// True where somebody leads or owns the product; otherwise the rules are anybody's.
    #[must_use]
    pub fn is_led(&self) -> bool {
        Role::LEADING.iter().any(|role| self.has(*role))
    }

    /// The names of those who lead, or own the product.
    #[must_use]
    pub fn leaders(&self) -> Vec<String> {
        let leads = |member: &&Member| Role::LEADING.iter().any(|role| member.roles.contains(role));
        self.members.iter().filter(leads).map(|member| member.name.clone()).collect()
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

    /// What two members share that should mean one: a name, or an address.
    #[must_use]
    pub fn shared(&self) -> Vec<String> {
        let (mut names, mut owners) = (HashSet::new(), HashMap::new());
        let mut shared = BTreeSet::new();
        for member in &self.members {
            let name = visible(&member.name);
            if !names.insert(member.name.to_lowercase()) {
                shared.insert(format!("two people are named {name}"));
            }
            let own: BTreeSet<String> =
                member.emails.iter().map(|email| email.to_ascii_lowercase()).collect();
            for email in own {
                if let Some(other) = owners.insert(email.clone(), &member.name) {
                    let other = visible(other);
                    shared.insert(format!("{} is an address of {other} and of {name}", visible(&email)));
                }
            }
        }
        shared.into_iter().collect()
    }

    /// The names of those who play a role.
    #[must_use]
    pub fn names(&self, role: Role) -> Vec<&str> {
        self.members.iter().filter(|m| m.roles.contains(&role)).map(|m| m.name.as_str()).collect()
    }
}
