//! Roles that a change of the team leaves to nobody: what a policy kept to them would be anybody's.

use crate::process::policy::Policy;
use crate::process::settings::Settings;
use crate::process::team::{Role, Team};
use crate::ticket::Level;

/// A role that nobody would have any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vacancy {
    /// True where the policy is enforced and nothing else keeps what it guards: the change is refused. Else it is said.
    pub is_refused: bool,
    /// The policy's setting.
    pub key: &'static str,
    /// What the team would have, such as `no product owner`, and what anybody could do then.
    pub problem: String,
}

/// What a change of the team would leave open, under the settings that hold after it; of a policy that is off nothing.
#[must_use]
pub fn vacancies(settings: &Settings, before: &Team, after: &Team) -> Vec<Vacancy> {
    let vacancy = |policy: Policy, key, problem: String| Vacancy {
        is_refused: policy == Policy::Enforce,
        key,
        problem,
    };
    let mut found = Vec::new();
    if settings.rules_by_role != Policy::Off && before.is_led() && !after.is_led() {
        let problem = "neither lead nor product owner: anybody could change team and settings";
        found.push(vacancy(settings.rules_by_role, "policy.rules_by_role", problem.to_owned()));
    }
    let had_owner = before.has(Role::ProductOwner) && !after.has(Role::ProductOwner);
    if settings.severity_by_owner != Policy::Off && had_owner {
        let problem = "no product owner: anybody could set a severity";
        found.push(vacancy(settings.severity_by_owner, "policy.severity_by_owner", problem.to_owned()));
    }
    // Whoever serves a level may work at those below it, too: the lowest one says enough. People of a level come and go,
    // and a desk works without them: it is said.
    let serves = |team: &Team, level: Level| {
        Level::ALL.iter().any(|other| *other >= level && team.has(Role::of_level(*other)))
    };
    let vacant = Level::ALL.iter().find(|level| serves(before, **level) && !serves(after, **level));
    if let Some(level) = vacant.filter(|_| settings.level_by_role == Policy::Enforce) {
        let problem = format!("nobody of level {level} or higher: anybody could work there");
        found.push(vacancy(Policy::Warn, "policy.level_by_role", problem));
    }
    found
}
