//! What rules are in force: the settings, the people, the vendors.

use std::collections::BTreeMap;

use crate::process::settings::Settings;
use crate::process::team::{Role, Team};
use crate::process::vendor::Vendor;
use crate::ticket::{Level, Person};

/// The rules in force.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The project's settings.
    pub settings: Settings,
    /// The people.
    pub team: Team,
    /// The vendors, by name.
    pub vendors: BTreeMap<String, Vendor>,
}

impl Rules {
    /// True where somebody may judge severity: a product owner; anybody, where the team names none.
    #[must_use]
    pub fn may_judge(&self, who: &Person) -> bool {
        !self.team.has(Role::ProductOwner) || self.team.plays(who, Role::ProductOwner)
    }

    /// True where somebody may work at a level: who serves it or a higher one, product owners and leads;
    /// anybody, where the team names nobody for it.
    #[must_use]
    pub fn may_work(&self, who: &Person, level: Level) -> bool {
        if !self.team.has(Role::of_level(level)) {
            return true;
        }
        let mut higher =
            Level::ALL.iter().filter(|other| **other >= level).map(|other| Role::of_level(*other));
        self.team.leads(who) || higher.any(|role| self.team.plays(who, role))
    }

    /// True where somebody's commits may resolve tickets: whoever is on the team; anybody, where there is none.
    #[must_use]
    pub fn may_resolve_by_commit(&self, who: &Person) -> bool {
        let is_no_team = self.team.members.is_empty() && !self.team.is_partial;
        is_no_team || self.team.members.iter().any(|member| member.is(who) && !member.roles.is_empty())
    }

    /// The managed service provider, who runs the infrastructure, if the project knows one.
    #[must_use]
    pub fn service_provider(&self) -> Option<&Vendor> {
        self.vendors.values().find(|vendor| vendor.is_msp)
    }
}
