//! The words of the process (docs/concepts.md): each list has one spelling, everywhere.

use std::fmt;

/// Declares a closed list of words. A file with another word is reported, never rewritten.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$item_doc])* $item,)+ }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$item,)+];
            /// The spellings, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($text,)+];

            /// The word as files, flags and output spell it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$item => $text,)+ }
            }

            /// Reads the word; `None` for any other text.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$item),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(self.as_str()) }
        }
    };
}

/// Declares an open list of words: what a newer version wrote is kept as it stands.
macro_rules! open_words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$item_doc])* $item,)+
            /// A word of a newer version.
            Unknown(String),
        }

        impl $name {
            /// The words this version knows.
            pub const WORDS: &'static [&'static str] = &[$($text,)+];

            /// The word as files, flags and output spell it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self { $(Self::$item => $text,)+ Self::Unknown(text) => text }
            }

            /// Reads the word; one it does not know is kept.
            #[must_use]
            pub fn parse(text: &str) -> Self {
                match text { $($text => Self::$item,)+ other => Self::Unknown(other.to_owned()) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.pad(self.as_str()) }
        }
    };
}

words! {
    /// What kind of concern a ticket is.
    Type {
        /// The product does not do what it should.
        Defect = "defect",
        /// Somebody wants to know something.
        Question = "question",
        /// The product should do something else; goes to the Enhance process.
        Improvement = "improvement",
    }
}

words! {
    /// Which side of the product is concerned.
    Area {
        /// The software itself.
        Application = "application",
        /// What it runs on; run by a managed service provider.
        Infrastructure = "infrastructure",
    }
}

words! {
    /// Impact on the user, assigned by the product owner; the order is from slight to grave.
    Severity {
        /// Noticeable: correctable by a documented change or a future release.
        Minor = "minor",
        /// Inconvenient: usable, but a function is not provided conveniently.
        Major = "major",
        /// Detrimental: performance degrades substantially under responsible loads.
        Critical = "critical",
        /// An emergency: inoperable, incorrect results, or complete failure.
        Blocker = "blocker",
    }
}

words! {
    /// Where a ticket stands.
    Status {
        /// Filed, not looked at.
        New = "new",
        /// Judged: severity, area and people are known.
        Triaged = "triaged",
        /// Somebody works on it.
        InProgress = "in-progress",
        /// Waits for the customer.
        Pending = "pending",
        /// Handed to a vendor, or to the Enhance process.
        Deferred = "deferred",
        /// The team is done.
        Resolved = "resolved",
        /// Accepted.
        Closed = "closed",
    }
}

impl Status {
    /// True for every status but resolved and closed.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Resolved | Self::Closed)
    }

    /// True for a status in which the ticket waits: for the customer, a vendor or the Enhance process.
    #[must_use]
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Pending | Self::Deferred)
    }
}

words! {
    /// The level of support that holds the ticket.
    Level {
        /// Takes the call: requirements, basic troubleshooting.
        One = "1",
        /// Triages, replicates, diagnoses, resolves.
        Two = "2",
        /// The original or a more senior developer.
        Three = "3",
    }
}

open_words! {
    /// What an entry of the timeline records.
    Action {
        /// The ticket was filed.
        Open = "open",
        /// Fields were changed.
        Edit = "edit",
        /// Somebody said something.
        Comment = "comment",
        /// Evidence was attached.
        Attach = "attach",
        /// A link to another ticket was made.
        Link = "link",
        /// A link was removed.
        Unlink = "unlink",
        /// Somebody was given the work, or it was taken from them.
        Assign = "assign",
        /// The same cause was seen again.
        Repeat = "repeat",
        /// A resolved or closed ticket is worked on again.
        Reopen = "reopen",
        /// Severity, area, people were judged.
        Triage = "triage",
        /// Somebody saw it happen, or could not.
        Replicate = "replicate",
        /// The cause was found.
        Diagnose = "diagnose",
        /// The effort was estimated.
        Estimate = "estimate",
        /// The next level took it over.
        Escalate = "escalate",
        /// It went back to a lower level.
        Return = "return",
        /// It went back because what the level needs was missing.
        HandBack = "hand-back",
        /// Somebody with more authority was told; nothing moved.
        Alert = "alert",
        /// It was handed to a vendor or to the Enhance process.
        Defer = "defer",
        /// The wait is over.
        Resume = "resume",
        /// It waits for the customer.
        Pend = "pend",
        /// The team is done.
        Resolve = "resolve",
        /// It was accepted.
        Close = "close",
        /// The desk answered a message by itself: it has arrived.
        Acknowledge = "acknowledge",
        /// A message was sent.
        Send = "send",
        /// Earlier entries were answered by setting their fields back.
        Undo = "undo",
        /// Text was taken out of the present file.
        Redact = "redact",
        /// All that the ticket held was taken out of the present tree.
        Purge = "purge",
    }
}

open_words! {
    /// How a ticket ended.
    Resolution {
        /// The cause is gone; commits say how.
        Fixed = "fixed",
        /// There is a way to live with it.
        Workaround = "workaround",
        /// The question was answered.
        Answered = "answered",
        /// Another ticket goes on with it.
        Duplicate = "duplicate",
        /// The vendor solved it.
        Vendor = "vendor",
        /// It does what it should.
        WorksAsDesigned = "works-as-designed",
        /// It stays as it is.
        WontFix = "wont-fix",
        /// Nobody could make it happen again.
        CannotReproduce = "cannot-reproduce",
        /// The customer was asked and did not answer.
        NoResponse = "no-response",
        /// The reporter took it back.
        Withdrawn = "withdrawn",
        /// It was no ticket: an advertisement, say.
        Spam = "spam",
        /// It is about another product.
        OtherProduct = "other-product",
    }
}

impl Resolution {
    /// True for what was no ticket of this product, or is none any more: it is closed by the same step.
    #[must_use]
    pub fn is_no_ticket(&self) -> bool {
        matches!(self, Self::Spam | Self::OtherProduct | Self::Withdrawn)
    }

    /// True for an ending that the workaround of a known error may bring about.
    #[must_use]
    pub fn may_be_of_known_error(&self) -> bool {
        matches!(self, Self::Workaround | Self::Answered)
    }
}

open_words! {
    /// How one ticket stands to another. Each has a converse, which the other ticket carries.
    LinkKind {
        /// This one is a duplicate; the other goes on.
        DuplicateOf = "duplicate-of",
        /// The other is a duplicate of this one.
        DuplicatedBy = "duplicated-by",
        /// Both have to do with each other.
        RelatesTo = "relates-to",
        /// The other cannot be done before this one.
        Blocks = "blocks",
        /// This one cannot be done before the other.
        BlockedBy = "blocked-by",
        /// The other is the cause of this one.
        CausedBy = "caused-by",
        /// This one is the cause of the other.
        Causes = "causes",
        /// This one is part of the other, a master incident.
        Parent = "parent",
        /// The other is part of this one.
        Child = "child",
        /// The other is a known error, whose workaround answers this one.
        AnsweredBy = "answered-by",
        /// This one is a known error, whose workaround answers the other.
        Answers = "answers",
    }
}

impl LinkKind {
    /// The kind as it is typed: `A parent B` would read as if A were the parent.
    #[must_use]
    pub fn typed(&self) -> &str {
        match self {
            Self::Parent => "child-of",
            Self::Child => "parent-of",
            Self::DuplicateOf
            | Self::DuplicatedBy
            | Self::RelatesTo
            | Self::Blocks
            | Self::BlockedBy
            | Self::CausedBy
            | Self::Causes
            | Self::AnsweredBy
            | Self::Answers
            | Self::Unknown(_) => self.as_str(),
        }
    }

    /// The kind as the other ticket sees it; `None` for a kind of a newer version.
    #[must_use]
    pub fn converse(&self) -> Option<Self> {
        match self {
            Self::DuplicateOf => Some(Self::DuplicatedBy),
            Self::DuplicatedBy => Some(Self::DuplicateOf),
            Self::RelatesTo => Some(Self::RelatesTo),
            Self::Blocks => Some(Self::BlockedBy),
            Self::BlockedBy => Some(Self::Blocks),
            Self::CausedBy => Some(Self::Causes),
            Self::Causes => Some(Self::CausedBy),
            Self::Parent => Some(Self::Child),
            Self::Child => Some(Self::Parent),
            Self::AnsweredBy => Some(Self::Answers),
            Self::Answers => Some(Self::AnsweredBy),
            Self::Unknown(_) => None,
        }
    }
}

open_words! {
    /// What support gathers, level by level.
    Finding {
        /// What the customer needs, and what happened (level 1).
        Requirements = "requirements",
        /// What was tried first (level 1).
        Troubleshooting = "troubleshooting",
        /// How to see it happen (level 2).
        Reproduction = "reproduction",
        /// What is wrong, and why (level 2).
        Diagnosis = "diagnosis",
        /// How to live with it meanwhile (level 2).
        Workaround = "workaround",
    }
}

/// The word of a list that was most likely meant, if one is near.
#[must_use]
pub fn nearest<'a>(word: &str, list: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    list.iter()
        .map(|known| (strsim::damerau_levenshtein(&word, known), *known))
        .filter(|(distance, known)| {
            *distance <= 1 + known.len() / 4 || (word.len() > 2 && known.starts_with(&word))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
