//! What rules are in force: the settings, the people, the vendors.

use std::collections::BTreeMap;

use crate::process::policy::Policy;
use crate::process::settings::Settings;
use crate::process::team::{Member, Role, Team};
use crate::process::vendor::Vendor;
use crate::ticket::{Action, Level, Person};

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

    /// True where a severity is taken from somebody, as theirs or as a proposal. Nobody proposes that there be none.
    #[must_use]
    pub fn takes_severity(&self, who: &Person, is_cleared: bool) -> bool {
        match self.settings.severity_by_owner {
            Policy::Off => true,
            Policy::Warn => !is_cleared || self.may_judge(who),
            Policy::Enforce => self.may_judge(who),
        }
    }

    /// True for somebody who may take a step at a level. An alert is anybody's, and so is the word that something has ended, or
    /// has not. To triage and to assign is everybody's on the team: a product owner triages, too.
    #[must_use]
    pub fn may_take(&self, who: &Person, step: &Action, level: Level) -> bool {
        let is_anybodys = matches!(step, Action::Alert | Action::Close | Action::Reopen);
        let is_teams = matches!(step, Action::Triage | Action::Assign);
        is_anybodys || (is_teams && self.team.has_member(who)) || self.may_work(who, level)
    }

    /// True for somebody of the team; for anybody, where nobody is on it.
    #[must_use]
    pub fn is_of_team(&self, who: &Person) -> bool {
        self.team.members.is_empty() || self.team.has_member(who)
    }

    /// True for somebody who brings what others did elsewhere: where roles are enforced, those of the team, and programs that
    /// carry it.
    #[must_use]
    pub fn may_bring(&self, who: &Person) -> bool {
        self.settings.level_by_role != Policy::Enforce
            || self.is_of_team(who)
            || self.settings.carries(&who.email)
    }

    /// True where somebody may work at a level: who serves it or a higher one, product owners and leads;
    /// anybody, where the team names nobody for it and for the higher ones.
    #[must_use]
    pub fn may_work(&self, who: &Person, level: Level) -> bool {
        let higher = Level::ALL.iter().filter(|other| **other >= level).map(|other| Role::of_level(*other));
        let mut serving = higher.filter(|role| self.team.has(*role)).peekable();
        serving.peek().is_none() || self.team.leads(who) || serving.any(|role| self.team.plays(who, role))
    }

    /// The names of those on the team who may work at a level.
    #[must_use]
    pub fn workers(&self, level: Level) -> Vec<String> {
        let members = self.team.members.iter().filter(|member| self.may_work(&member.person(), level));
        members.map(|member| member.name.clone()).collect()
    }

    /// The names of those on the team who may take a step at a level.
    #[must_use]
    pub fn takers(&self, step: &Action, level: Level) -> Vec<String> {
        let members = self.team.members.iter().filter(|member| self.may_take(&member.person(), step, level));
        members.map(|member| member.name.clone()).collect()
    }

    /// True where somebody's commits may resolve tickets: whoever is on the team; anybody, where there is none.
    #[must_use]
    pub fn may_resolve_by_commit(&self, who: &Person) -> bool {
        let is_no_team = self.team.members.is_empty() && !self.team.is_partial;
        is_no_team || self.team.members.iter().any(|member| member.is(who) && !member.roles.is_empty())
    }

    /// True where the rules themselves are somebody's to change: a lead's or a product owner's; anybody's, where the team
    /// has neither.
    #[must_use]
    pub fn may_change_rules(&self, who: &Person) -> bool {
        !self.team.is_led() || self.team.leads(who)
    }

    /// True where somebody may accept what an audit found in a commit of an author's: reviewers and who leads; anybody,
    /// where the team has none. Nobody accepts what they did themselves, where another can.
    #[must_use]
    pub fn may_accept(&self, who: &Person, author: Option<&Person>) -> bool {
        let accepts = |member: &&Member| member.roles.iter().any(|role| Role::ACCEPTING.contains(role));
        let mut others = self.team.members.iter().filter(accepts).filter(|member| !member.is(who)).peekable();
        let is_one = self.team.members.iter().filter(accepts).any(|member| member.is(who));
        let member = self.team.members.iter().find(|member| member.is(who));
        let is_own = author.is_some_and(|author| {
            author.email.eq_ignore_ascii_case(&who.email) || member.is_some_and(|member| member.is(author))
        });
        if others.peek().is_none() { true } else { is_one && !is_own }
    }

    /// The managed service provider, who runs the infrastructure, if the project knows one.
    #[must_use]
    pub fn service_provider(&self) -> Option<&Vendor> {
        self.vendors.values().find(|vendor| vendor.is_msp)
    }
}
