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
    /// What it can be without any ill will, in one line.
    pub perhaps: &'static str,
}

impl AuditRule {
    /// True for what a project can decide to let stand; what a clone lacks, or shows otherwise, it sets right itself.
    #[must_use]
    pub fn can_be_accepted(self) -> bool {
        !matches!(self, Self::HistoryCut | Self::HistoryReplaced)
    }

    /// The rule of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        RULES.iter().find(|line| line.name == name).map(|line| line.rule)
    }
}

/// Declares the rules: the name in code, the name for people, how much a breach weighs, what it is, what it may be.
macro_rules! rules {
    ($($rule:ident = $name:literal, $level:ident, $about:literal, $perhaps:literal;)*) => {
        /// A rule of the audit.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum AuditRule {
            $(#[doc = $about] $rule,)*
        }

        /// Every rule.
        pub const RULES: &[RuleLine] = &[
            $(RuleLine { rule: AuditRule::$rule, name: $name, level: ProblemLevel::$level, about: $about, perhaps: $perhaps },)*
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
                        perhaps: $perhaps,
                    },)*
                }
            }
        }
    };
}

rules! {
    TimelineRemoved = "timeline.removed", Error, "an entry is gone", "a merge that took one side only, or a branch reset by mistake";
    TimelineChanged = "timeline.changed", Error, "an entry is not as it was written", "somebody corrected the file by hand";
    TimelineOrder = "timeline.order", Error, "the entries of a file are not in order", "somebody merged the file by hand";
    TimelineGap = "timeline.gap", Error, "an entry follows one that nobody has seen", "an entry was copied by hand without the ones before it";
    TimelineUnseen = "timeline.unseen", Note, "an entry was written as if one that was there had not been", "a rebase in the same second, or one that kept the dates of commits";
    TimelineTwice = "timeline.twice", Error, "two different entries have one ID", "two files were mixed up in a merge by hand";
    TimelineOpen = "timeline.open", Error, "no entry opens the ticket", "the first entry was deleted by hand";
    RedactionAltered = "redaction.altered", Error, "under the name of a redaction something else was changed", "somebody edited the file while redacting it";
    RedactionRole = "redaction.role", Error, "text of somebody else was redacted by someone who is neither lead nor product owner", "a privacy request that could not wait";
    RedactionUndone = "redaction.undone", Error, "redacted text is back", "a merge of a branch from before the redaction, without the merge driver";
    TicketPurged = "ticket.purged", Note, "a ticket was removed from the tree for good", "personal data that had to go, or the end of its retention";
    PurgeRole = "purge.role", Error, "a ticket was purged by someone who is neither lead nor product owner", "a privacy request that could not wait";
    PurgeUndone = "purge.undone", Error, "a purged ticket is back", "a revert of the purge, or a merge by an earlier version of this program";
    HeadUnaccounted = "head.unaccounted", Error, "a field is not as the entries set it", "somebody edited the file by hand, or on a web page of the forge";
    TicketRemoved = "ticket.removed", Error, "a ticket's file is gone", "somebody deleted the file by hand";
    TicketReverted = "ticket.reverted", Note, "a revert of its opening removed a ticket's file", "a revert of the commit that opened it";
    TicketMoved = "ticket.moved", Note, "a ticket went to a subfolder with all of .support", "git subtree add, or a product that became part of another";
    TicketReplaced = "ticket.replaced", Error, "another ticket has the ID of one", "two files were mixed up in a merge";
    TicketRenamed = "ticket.renamed", Error, "a ticket has another ID than before", "somebody renamed the file by hand";
    FileInvalid = "file.invalid", Error, "a file cannot be read", "a typing error, or a merge conflict that was committed";
    FileStrange = "file.strange", Warning, "something lies where no file of git-support belongs", "a file that was saved in the wrong folder";
    FileCanonical = "file.canonical", Note, "a file is not in canonical form", "an editor or another tool wrote the file";
    EntryAuthor = "entry.author", Error, "entry author differs from commit author", "a squash, a cherry-pick or an amended commit whose branch was not fetched";
    EntryTime = "entry.time", Note, "an entry is of another time than its commit", "an amended or rebased commit, or a clock that was wrong";
    EntryOrder = "entry.order", Note, "an entry is older than the one it follows", "a clock that was wrong";
    EntryUnjudged = "entry.unjudged", Error, "more entries came at once than can be judged", "a forged file, or the histories of years merged by hand";
    EntryUnattested = "entry.unattested", Note, "an entry came in a commit that is not its own, and no commit here is", "a squash or an import whose branch is not here";
    StepIllegal = "step.illegal", Error, "a step that the process does not allow there", "two people worked at once, or another tool wrote the entry";
    StepLevel = "step.level", Error, "a step to a level that it does not lead to", "somebody set the level by hand";
    StepHandover = "step.handover", Error, "an escalation without the findings that the next level needs", "somebody escalated by hand, or the settings changed meanwhile";
    StepSets = "step.sets", Error, "an entry sets what its step does not set", "another tool, or a newer version, wrote the entry";
    StepCommit = "step.commit", Error, "fixed, without a commit or the reason for none", "somebody resolved it by hand";
    StepVendor = "step.vendor", Error, "deferred to an unknown vendor, or against the rules", "the vendor was removed meanwhile";
    SeverityOwner = "severity.owner", Error, "a severity set by someone who is not a product owner", "somebody judged in a hurry, or the product owner uses another address";
    LevelRole = "level.role", Error, "an action by someone who does not work at that level", "somebody helped out at another level, or uses another address";
    EvidenceMissing = "evidence.missing", Error, "what an entry attached is gone", "the file was purged from the history, or deleted by hand";
    EvidenceChanged = "evidence.changed", Error, "what an entry attached is not what was attached", "an editor or a filter of git changed the file";
    EvidenceUnnamed = "evidence.unnamed", Note, "an attachment that no entry names", "a file that was copied there by hand";
    CommitOutside = "commit.outside", Error, "a commit of git-support changes files outside .support", "code was committed with --amend into a commit of git-support";
    CommitMessage = "commit.message", Error, "commit trailers do not match the entries", "an amended commit, or one that was split or joined in a rebase";
    SignatureMissing = "signature.missing", Error, "a commit is not signed, and policy.signed_commits wants it", "git was not set up to sign (commit.gpgsign)";
    SignatureBad = "signature.bad", Error, "a signature does not verify, or its key is not trusted", "the key is new, or not yet among the trusted keys of this clone";
    SignatureSigner = "signature.signer", Error, "a commit is signed by somebody else than its committer", "somebody rebased or committed for a colleague";
    HistoryRewritten = "history.rewritten", Error, "what was there before is not in this history any more", "a forced push after a rebase";
    HistoryReplaced = "history.replaced", Warning, "replace refs or grafts show git another history than the one that was audited", "somebody repaired old history with git replace";
    HistoryCut = "history.cut", Warning, "the clone is shallow, and the commits it begins with were not audited", "the clone was made with --depth, as CI systems do";
    RulesOwned = "rules.owned", Note, "the team or the settings were changed by someone who is neither lead nor product owner, or an answer by someone outside of the team", "the team has agreed on it";
    RulesSelf = "rules.self", Error, "a step that only its author's own change of the rules allows", "the change of the rules was agreed on, but not committed by who may change them";
    ReleaseMark = "release.mark", Error, "a release was handed over, accepted or retired in somebody else's name", "a squash, or a record that was written by hand";
    FindingAccepted = "finding.accepted", Note, "a finding that was accepted earlier", "it was settled then";
    FindingUnaccepted = "finding.unaccepted", Error, "a finding was accepted by someone who may not, or in somebody else's name", "somebody other than its author rebased the commit";
    SealBad = "seal.bad", Error, "a seal was moved, or its signature does not verify", "tags were fetched in part, or signed with a key that is not known here";
}
