//! Who takes a step at a level, and who is to work there, as strictly as `policy.level_by_role` wants it.

use crate::process::decide::Record;
use crate::process::policy::Policy;
use crate::process::refusal::Refusal;
use crate::process::request::Actor;
use crate::process::rules::Rules;
use crate::ticket::{Action, Field, Fields, Level, Set};

impl Record {
    /// Sees that whoever is to work on a ticket works at its level, and that somebody of the team says so and whose it is, as
    /// strictly as the policy wants it.
    pub(super) fn check_assignee(
        &mut self,
        head: &Fields,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        if self.sets(&Field::Assignee) || self.sets(&Field::Owner) {
            self.check_level(head, &Action::Assign, rules, actor)?;
        }
        let value = |field: &Field| match self.set_of(field) {
            Some(Set::Value { to, .. }) => to.clone(),
            _ => None,
        };
        let Some(who) = value(&Field::Assignee).map(|who| who.to_string()) else { return Ok(()) };
        let level = value(&Field::Level).and_then(|level| Level::parse(&level.to_string()));
        let level = level.unwrap_or(head.level());
        let member = rules.team.members.iter().find(|member| member.known().is_named(&who));
        let Some(member) = member.filter(|member| !rules.may_work(&member.person(), level)) else {
            return Ok(());
        };
        let what = format!("work at level {level}");
        let refused = (member.name.clone(), what);
        self.not_of_level(rules, rules.workers(level), (level, &member.name), refused)
    }

    /// Sees that somebody works at their own level, as strictly as the policy wants it.
    pub(super) fn check_level(
        &mut self,
        head: &Fields,
        step: &Action,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let level = head.level();
        if rules.may_take(&actor.member, step, level) {
            return Ok(());
        }
        let refused = (actor.by.to_string(), format!("{step} at level {level}"));
        let allowed = rules.takers(step, level);
        self.not_of_level(rules, allowed, (level, actor.by.short()), refused)
    }

    /// Somebody does not work at a level: nothing, a warning, or a refusal of what they, in full, would do.
    fn not_of_level(
        &mut self,
        rules: &Rules,
        allowed: Vec<String>,
        (level, short): (Level, &str),
        (who, what): (String, String),
    ) -> Result<(), Refusal> {
        match rules.settings.level_by_role {
            Policy::Off => Ok(()),
            Policy::Warn => {
                let warning = format!("{short} does not work at level {level}");
                if !self.warnings.contains(&warning) {
                    self.warnings.push(warning);
                }
                Ok(())
            }
            Policy::Enforce => Err(Refusal::NotTheirs { who, what, allowed, policy: "policy.level_by_role" }),
        }
    }
}
