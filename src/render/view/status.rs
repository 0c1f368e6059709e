//! The exit status of an answer (docs/exit-status.md).

use crate::process::{Problem, ProblemLevel};
use crate::render::view::View;
use crate::render::view::mail::{OutgoingLine, TakenLine};

/// The status of a gate that found something (docs/exit-status.md).
const GATE_SHUT: u8 = 3;

impl View {
    /// The exit status of the answer: a command's own, or that of a gate.
    #[must_use]
    pub fn status(&self) -> u8 {
        if let Self::Ran { status } = self {
            return *status;
        }
        if matches!(self, Self::Reported(reported) if !reported.is_whole) {
            return 1;
        }
        let is_left = |line: &TakenLine| line.outcome == TakenLine::FAILED;
        let is_unsent = |line: &OutgoingLine| line.state == OutgoingLine::FAILED;
        if matches!(self, Self::Taken(lines) if lines.iter().any(is_left))
            || matches!(self, Self::Outgoing(lines) if lines.iter().any(is_unsent))
        {
            return 1;
        }
        if self.is_gate_shut() { GATE_SHUT } else { 0 }
    }

    /// True where a gate found something: the exit status is 3 then.
    #[must_use]
    pub fn is_gate_shut(&self) -> bool {
        let counts = |fault: &Problem| !fault.repaired && fault.level > ProblemLevel::Note;
        matches!(self, Self::Problems(faults) if faults.iter().any(counts))
            || matches!(self, Self::Audited(audited) if audited.open() > 0 && !audited.is_accepted)
            || matches!(self, Self::Gate(gate) if gate.found.len() > gate.max)
            || matches!(self, Self::Clocks(clocks) if clocks.shuts)
    }
}
