//! Rights that nobody lends by mistake: who adopts what somebody else set by hand does not decide it for them.

use crate::process::decide::decide;
use crate::process::request::{Actor, Request, RequestKind};
use crate::process::rules::Rules;
use crate::ticket::{Field, Ticket};

/// True where a field that `setter` set by hand would weigh more as `adopter`'s decision than as their own: a severity
/// that they may only propose, a step to a level that is not theirs. What `adopter` may not set either lends nothing.
#[must_use]
pub fn lends_right(ticket: &Ticket, field: &Field, rules: &Rules, setter: &Actor, adopter: &Actor) -> bool {
    let weight = |actor: &Actor| {
        let request = Request::new(RequestKind::Adopt(vec![field.clone()]));
        let decision = decide(ticket, request, rules, actor).ok()?;
        let step = decision.step.map(|step| (step.proposed, step.overrides.clone()));
        Some((decision.warnings.len(), step))
    };
    weight(adopter).is_some_and(|own| weight(setter) != Some(own))
}
