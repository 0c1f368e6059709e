//! What a machine's report says of one test, and the evidence of a failure.

/// What a report says of one test, or of one finding of an analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The suite, package or tool that it belongs to.
    pub suite: String,
    /// Where it stands, which tells it from another of its name: its file, or its suite.
    pub home: String,
    /// The whole name: `shop::pay::refuses_zero`.
    pub name: String,
    /// What it belongs to beside, and what fails as a whole where it cannot be set up: its class, its file.
    pub units: Vec<String>,
    /// How it went.
    pub verdict: TestResult,
}

impl Outcome {
    /// How a test of a suite went.
    #[must_use]
    pub fn new(suite: impl Into<String>, name: impl Into<String>, verdict: TestResult) -> Self {
        let suite = suite.into();
        Self { home: suite.clone(), suite, name: name.into(), units: Vec::new(), verdict }
    }
}

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestResult {
    /// It passed.
    Passed,
    /// It failed at first, and passed when it was run again.
    Flaky,
    /// It did not run.
    Skipped,
    /// An analysis found it, and the project decided to live with it.
    Suppressed,
    /// It failed.
    Failed(Box<FailureOutput>),
}

/// What a report tells of a failure, in plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailureOutput {
    /// A title, where the report has a better one than the test's name.
    pub title: Option<String>,
    /// What went wrong, in a few words.
    pub message: String,
    /// Where and how: a stack trace.
    pub details: String,
    /// What the test printed; its end, where it is long.
    pub output: String,
    /// The source, `path:line`.
    pub place: Option<String>,
    /// Files that were kept, as the report names them.
    pub files: Vec<String>,
}
