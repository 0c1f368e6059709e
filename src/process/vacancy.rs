//! Roles that a change of the team leaves to nobody: what a policy kept to them would be anybody's.

use crate::process::policy::Policy;
use crate::process::settings::Settings;
use crate::process::team::{Role, Team};
use crate::ticket::Level;

/// A role that nobody would have any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vacancy {
    /// What becomes of the change: it is refused, or said.
    pub policy: Policy,
    /// That policy's setting.
    pub key: &'static str,
    /// Who the team would lack, and what anybody could do then.
    pub problem: String,
}

/// What a change of the team would leave open, under the settings that hold after it; of a policy that is off nothing.
#[must_use]
pub fn vacancies(settings: &Settings, before: &Team, after: &Team) -> Vec<Vacancy> {
    let mut found = Vec::new();
    let mut vacant = |is_vacant: bool, policy: Policy, key, problem: String| {
        if is_vacant && policy != Policy::Off {
            found.push(Vacancy { policy, key, problem });
        }
    };
    vacant(
        before.is_led() && !after.is_led(),
        settings.rules_by_role,
        "policy.rules_by_role",
        "the team would have neither lead nor product owner: anybody could change team and settings"
            .to_owned(),
    );
    vacant(
        before.has(Role::ProductOwner) && !after.has(Role::ProductOwner),
        settings.severity_by_owner,
        "policy.severity_by_owner",
        "the team would have no product owner: anybody could set a severity".to_owned(),
    );
    // Whoever serves a level may work at those below it, too: the lowest one says enough. People of a level come and go,
    // and a desk goes on without them: it is said.
    let serves = |team: &Team, level: Level| {
        Level::ALL.iter().any(|other| *other >= level && team.has(Role::of_level(*other)))
    };
    if let Some(level) = Level::ALL.iter().find(|level| serves(before, **level) && !serves(after, **level)) {
        vacant(
            settings.level_by_role == Policy::Enforce,
            Policy::Warn,
            "policy.level_by_role",
            format!("the team would have nobody of level {level} or higher: anybody could work there"),
        );
    }
    found
}
