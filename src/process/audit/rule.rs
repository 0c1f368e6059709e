//! The rules of the audit: their names, how much a breach weighs, what each holds.

use crate::process::problem::ProblemLevel;

/// A rule as the documentation lists it.
#[derive(Debug)]
pub struct RuleLine {
    /// The rule.
    pub rule: AuditRule,
    /// Its name: `timeline.removed`.
    pub name: &'static str,
    /// How much a breach weighs, unless a policy says otherwise.
    pub level: ProblemLevel,
    /// What a breach is, in one line.
    pub about: &'static str,
}

/// Declares the rules: the name in code, the name for people, how much a breach weighs, what it is.
macro_rules! rules {
    ($($rule:ident = $name:literal, $level:ident, $about:literal;)*) => {
        /// A rule of the audit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum AuditRule {
            $(#[doc = $about] $rule,)*
        }

        /// Every rule.
        pub const RULES: &[RuleLine] = &[
            $(RuleLine { rule: AuditRule::$rule, name: $name, level: ProblemLevel::$level, about: $about },)*
        ];

        impl AuditRule {
            /// The rule as the documentation lists it.
            #[must_use]
            pub fn line(self) -> &'static RuleLine {
                match self {
                    $(Self::$rule => &RuleLine {
                        rule: Self::$rule,
                        name: $name,
                        level: ProblemLevel::$level,
                        about: $about,
                    },)*
                }
            }
        }
    };
}

rules! {
    TimelineRemoved = "timeline.removed", Error, "an entry is gone";
    TimelineChanged = "timeline.changed", Error, "an entry is not as it was written";
    TimelineOrder = "timeline.order", Error, "the entries of a file are not in order";
    TimelineGap = "timeline.gap", Error, "an entry follows one that nobody has seen";
    TimelineOpen = "timeline.open", Error, "no entry opens the ticket";
    RedactionAltered = "redaction.altered", Error, "under the name of a redaction something else was changed";
    RedactionUndone = "redaction.undone", Error, "redacted text is back";
    HeadUnaccounted = "head.unaccounted", Error, "a field is not as the entries set it";
    TicketRemoved = "ticket.removed", Error, "a ticket's file is gone";
    TicketReverted = "ticket.reverted", Note, "a revert of its opening removed a ticket's file";
    TicketReplaced = "ticket.replaced", Error, "another ticket has the ID of one";
    TicketRenamed = "ticket.renamed", Error, "a ticket has another ID than before";
    FileInvalid = "file.invalid", Error, "a file cannot be read";
    FileStrange = "file.strange", Warning, "something lies where no file of git-support belongs";
    FileCanonical = "file.canonical", Note, "a file is not in canonical form";
    EntryAuthor = "entry.author", Error, "entry author differs from commit author";
    EntryTime = "entry.time", Note, "an entry is of another time than its commit";
    EntryUnattested = "entry.unattested", Note, "an entry came in a commit that is not its own, and no commit here is";
    StepIllegal = "step.illegal", Error, "a step that the process does not allow there";
    StepLevel = "step.level", Error, "a step to a level that it does not lead to";
    StepHandover = "step.handover", Error, "an escalation without the findings that the next level needs";
    StepSets = "step.sets", Error, "an entry sets what its step does not set";
    StepCommit = "step.commit", Error, "fixed, without a commit or the reason for none";
    StepVendor = "step.vendor", Error, "deferred to an unknown vendor, or against the rules";
    SeverityOwner = "severity.owner", Error, "a severity set by someone who is not a product owner";
    LevelRole = "level.role", Error, "an action by someone who does not work at that level";
    EvidenceMissing = "evidence.missing", Error, "what an entry attached is gone";
    EvidenceChanged = "evidence.changed", Error, "what an entry attached is not what was attached";
    EvidenceUnnamed = "evidence.unnamed", Note, "an attachment that no entry names";
    CommitOutside = "commit.outside", Error, "a commit of git-support changes files outside .support";
    CommitMessage = "commit.message", Error, "commit trailers do not match the entries";
    SignatureMissing = "signature.missing", Error, "a commit is not signed, and policy.signed_commits wants it";
    SignatureBad = "signature.bad", Error, "a signature does not verify, or its key is not trusted";
    SignatureSigner = "signature.signer", Error, "a commit is signed by somebody else than its committer";
    HistoryRewritten = "history.rewritten", Error, "what was there before is not in this history any more";
    HistoryReplaced = "history.replaced", Warning, "replace refs or grafts show git another history than the one that was audited";
    HistoryCut = "history.cut", Warning, "the clone is shallow, and the commits it begins with were not audited";
    RulesOwned = "rules.owned", Note, "the team or the settings were changed by someone who is neither lead nor product owner";
    RulesSelf = "rules.self", Error, "a step that only its author's own change of the rules allows";
    SealBad = "seal.bad", Error, "a seal was moved, or its signature does not verify";
}
