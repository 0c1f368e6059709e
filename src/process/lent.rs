//! Rights that nobody lends by mistake: who adopts what somebody else set by hand does not decide it for them.

use crate::process::decide::decide;
use crate::process::request::{Actor, Request, RequestKind};
use crate::process::rules::Rules;
use crate::ticket::{Field, Ticket};

/// True where a field that `setter` set by hand is put back, and not adopted by `adopter`: where `setter` may not set it, and
/// where it would weigh more as `adopter`'s decision than as their own (a severity that they may only propose, a step to a
/// level that is not theirs). What `adopter` may not set, or may only propose where the other decides, lends nothing.
#[must_use]
pub fn is_put_back(ticket: &Ticket, field: &Field, rules: &Rules, setter: &Actor, adopter: &Actor) -> bool {
    // What stands against the decision of each: `None` where it is refused.
    let doubts = |actor: &Actor| {
        let request = Request::new(RequestKind::Adopt(vec![field.clone()]));
        let decision = decide(ticket, request, rules, actor).ok()?;
        let is_proposed = decision.step.is_some_and(|step| step.proposed);
        Some(decision.warnings.len() + usize::from(is_proposed))
    };
    let Some(theirs) = doubts(setter) else { return true };
    doubts(adopter).is_some_and(|own| theirs > own)
}
