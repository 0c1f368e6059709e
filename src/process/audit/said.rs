//! What a commit says of itself: by its subject and trailers; whether it gathers other commits.

use std::collections::BTreeSet;

use crate::process::audit::Finding;
use crate::process::audit::rule::AuditRule;
use crate::process::problem::ProblemLevel;
use crate::ticket::{Action, Entry, Field, Node, Person, Set, TicketId, inert, one_line};

/// The trailer that a commit of ours has, but for those that change no ticket (docs/audit.md).
const ACTION: &str = "Support-Action";
/// The trailer that names a ticket.
const TICKET: &str = "Support-Ticket";
/// The trailers that repeat what entries set.
const FIELDS: [(&str, Field); 4] = [
    ("Support-Severity", Field::Severity),
    ("Support-Status", Field::Status),
    ("Support-Level", Field::Level),
    ("Support-Assignee", Field::Assignee),
];
/// The actions of commits that carry what others did.
const CARRYING: [&str; 4] = ["import", "mail", "sync", "repair"];
/// What `git merge --squash` writes above the commits it gathers.
const SQUASHED: &str = "Squashed commit of the following:";
/// What names somebody who wrote a part of what a commit gathers: git's own list, and the trailer of forges.
const NAMING: [&str; 2] = ["Author:", "Co-authored-by:"];

/// What a commit says of itself.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// What it says was done.
    pub actions: Vec<String>,
    /// The tickets it names.
    pub tickets: Vec<String>,
    /// The fields it says were set, and to what.
    pub sets: Vec<(Field, String)>,
    /// True where subject and trailers are those of a commit of ours.
    pub is_ours: bool,
    /// True where it gathers what several commits did.
    pub is_squash: bool,
    /// True where a forge's merge button made it: the subject ends with the number of a request, as `(#12)`.
    pub is_request: bool,
    /// Those whom it names as authors.
    pub authors: Vec<Person>,
}

impl Said {
    /// Reads a message, and its trailers, by the prefix that subjects of ours have.
    #[must_use]
    pub fn read(message: &str, trailers: &[(String, String)], prefix: &str) -> Self {
        let values = |name: &str| -> Vec<String> {
            trailers
                .iter()
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone())
                .collect()
        };
        let set = |(name, field): &(&str, Field)| -> Vec<(Field, String)> {
            let to = |value: &String| value.rsplit(" -> ").next().unwrap_or(value).to_owned();
            values(name).iter().map(|value| (field.clone(), to(value))).collect()
        };
        let actions = values(ACTION);
        let subject = message.lines().next().unwrap_or_default();
        let starts = |line: &str| {
            line.strip_prefix(prefix).is_some_and(|rest| {
                let word = rest.trim_start_matches([':', ' ']).split(' ').next().unwrap_or_default();
                rest.starts_with(": ") && !matches!(Action::parse(word), Action::Unknown(_))
            })
        };
        let is_item = |line: &str| starts(line.trim_start_matches(['*', '-', ' ', '\t']));
        let named = |line: &str| -> Option<Person> {
            let person = NAMING.iter().find_map(|key| line.trim_start().strip_prefix(key))?;
            Person::parse(person)
        };
        Self {
            is_ours: !actions.is_empty() && subject.starts_with(&format!("{prefix}: ")),
            is_squash: message.contains(SQUASHED) || message.lines().skip(1).any(is_item),
            is_request: subject.ends_with(')') && subject.contains(" (#"),
            authors: message.lines().filter_map(named).collect(),
            tickets: values(TICKET),
            sets: FIELDS.iter().flat_map(set).collect(),
            actions,
        }
    }

    /// True where the commit says that it did this, and is ours.
    #[must_use]
    pub fn is(&self, action: &str) -> bool {
        self.is_ours && self.actions.iter().any(|said| said == action)
    }

    /// What a commit says in our trailers and its entries do not, whatever its subject; or what they do and a commit of ours
    /// does not say: those of all tickets that are new in it,
    /// those of them that are its own, and those that it names and an earlier pick brought. `is_first` is true for a commit as it was first made: a fixup brings more than the message of one says.
    /// `names_purged` is true where it names a ticket that was purged before: of a step that a rebase brings after that, nothing stays but its message.
    #[must_use]
    pub fn untrue(
        &self,
        changed: &[String],
        (new, own, earlier): (&[&Entry], &[&Entry], &[(TicketId, Entry)]),
        is_first: bool,
        names_purged: bool,
    ) -> Vec<Finding> {
        // What carries names more tickets than it changes, or fewer, and no step of theirs.
        let is_carrying = |action: &String| CARRYING.contains(&action.as_str());
        let carries = self.actions.iter().any(is_carrying);
        let mut wrong: Vec<String> = Vec::new();
        // Beside no action, it is how a commit of code names its ticket.
        let is_named = |id: &&String| {
            changed.contains(id) || earlier.iter().any(|(ticket, _)| ticket.as_str() == id.as_str())
        };
        let names_own = !self.actions.is_empty() && !carries;
        let tickets = self.tickets.iter().filter(|id| names_own && !is_named(id));
        wrong.extend(tickets.map(|id| format!("{TICKET}: {id}, which it does not change")));
        let all = || new.iter().copied().chain(earlier.iter().map(|(_, entry)| entry));
        let done = |action: &&String| all().any(|entry| entry.action.as_str() == action.as_str());
        let actions = self.actions.iter().filter(|action| !is_carrying(action) && !done(action));
        wrong.extend(actions.map(|action| format!("{ACTION}: {action}, and no entry of it does")));
        let is_set = |(field, to): &&(Field, String)| all().any(|entry| sets(entry, field, to));
        let fields = self.sets.iter().filter(|set| !is_set(set));
        wrong
            .extend(fields.map(|(field, to)| format!("{} {to}, and no entry of it sets that", field.name())));
        let level = |is_error: bool| if is_error { ProblemLevel::Error } else { ProblemLevel::Note };
        let wrong =
            wrong.into_iter().map(|what| Finding::new(AuditRule::CommitMessage, format!("says {what}")));
        // What gathers other commits may have the last words of one that came another way.
        let wrong = wrong.map(|finding| finding.weighing(level(!names_purged && !self.is_squash)));
        let is_to_tell = self.is_ours && !self.is_squash && !carries;
        let untold = if is_to_tell { self.untold(changed, own) } else { Vec::new() }.into_iter();
        let untold =
            untold.map(|what| Finding::new(AuditRule::CommitMessage, what).weighing(level(is_first)));
        wrong.chain(untold).collect()
    }

    /// What a commit of ours does, and does not say.
    fn untold(&self, changed: &[String], new: &[&Entry]) -> Vec<String> {
        let tickets = changed.iter().filter(|id| !self.tickets.contains(id));
        let tickets = tickets.map(|id| format!("changes {id}, and does not say so"));
        let actions: BTreeSet<&str> = new.iter().map(|entry| entry.action.as_str()).collect();
        let actions = actions.into_iter().filter(|action| !self.actions.iter().any(|said| said == action));
        tickets.chain(actions.map(|action| format!("does '{action}', and does not say so"))).collect()
    }
}

/// True where an entry sets a field to what a trailer says.
fn sets(entry: &Entry, field: &Field, to: &str) -> bool {
    match entry.set.get(field) {
        Some(Set::Value { to: Some(node), .. }) => {
            let text = Node::to_string(node);
            text == to || inert(&one_line(&text)) == to
        }
        Some(Set::Value { to: None, .. }) => to == "none",
        Some(
            Set::Text { .. } | Set::TextOf { .. } | Set::TextInHead | Set::Members { .. } | Set::Other(_),
        )
        | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> Said {
        let block = message.rsplit("\n\n").next().unwrap_or_default();
        let trailers: Vec<(String, String)> = block
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect();
        Said::read(message, &trailers, "support")
    }

    #[test]
    fn a_commit_of_ours_has_our_subject_and_trailers() {
        let ours = said(
            "support: escalate abc: T\n\nSupport-Ticket: abc\nSupport-Action: escalate\nSupport-Level: 1 -> 2",
        );
        assert!(ours.is_ours && !ours.is_squash && ours.is("escalate") && !ours.is("import"));
        assert_eq!(ours.sets, [(Field::Level, "2".to_owned())]);
        assert!(!said("Fix it\n\nSupport-Action: escalate").is_ours);
        assert!(!said("support: fix the build").is_ours);
        assert!(!said("supporting: escalate\n\nSupport-Action: escalate").is_ours);
    }

    #[test]
    fn what_gathers_commits_is_known_by_their_subjects() {
        for squash in [
            "Feature (#12)\n\n* support: open abc: T\n\nSupport-Action: open\n\nCo-authored-by: Eve <Eve@example.com>",
            "Squashed commit of the following:\n\ncommit 1\nAuthor: Eve <eve@example.com>\n\n    support: open abc: T",
            "Feature\n\nsupport: open abc: T",
        ] {
            assert!(said(squash).is_squash, "{squash}");
        }
        assert!(!said("Feature\n\nIt needs support: please help").is_squash);
        let forge = said("Feature (#12)\n\n* support: open abc: T\n\nCo-authored-by: Eve <Eve@example.com>");
        assert_eq!(
            (forge.is_request, forge.authors),
            (true, Person::parse("Eve <Eve@example.com>").into_iter().collect())
        );
    }
}
