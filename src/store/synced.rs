//! What sync is asked, and what came of it.

use crate::ticket::{Field, TicketId};

/// What is to be done about a remote branch that was rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// Say so, and change nothing.
    Refuse,
    /// Take over the new history; what was done here since goes on top of it.
    Accept,
    /// Bring back what others took out.
    KeepMine,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Synced {
    /// The remote.
    pub remote: String,
    /// The tickets that came, or changed here.
    pub received: Vec<TicketId>,
    /// The tickets that went out, or changed there.
    pub sent: Vec<TicketId>,
    /// Tickets that met under one id by chance: the id, and that which the younger one got.
    pub renamed: Vec<(TicketId, TicketId)>,
    /// Tickets that a rewritten history has no longer, although they were changed here since.
    pub left_out: Vec<TicketId>,
    /// Tickets of which both sides set fields otherwise, with those fields.
    pub contested: Vec<(TicketId, Vec<Field>)>,
    /// Tickets that one side waits with, or has resolved, while the customer wrote on the other.
    pub unheard: Vec<TicketId>,
    /// Settings that were changed on the remote, where the code differs: they come with it.
    pub settings_there: Vec<String>,
    /// Settings that were changed here, where the code differs: they go with it.
    pub settings_here: Vec<String>,
    /// Tickets whose files the remote has removed, and that were not changed here since.
    pub removed: Vec<TicketId>,
}
