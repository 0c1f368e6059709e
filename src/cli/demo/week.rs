//! The script of the demonstration: a week of support for a small invoicing product. Everybody in it, and
//! everything that happens, is made up.

/// Somebody in the story.
pub(super) struct Who {
    pub(super) prompt: &'static str,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) is_ci: bool,
}

/// What happens next.
pub(super) enum Step {
    /// The story is told.
    Say(&'static str),
    /// A file of the product is written.
    Write(&'static str, &'static str),
    /// A git command that belongs to the scenery.
    Quietly(&'static Who, &'static str, &'static [&'static str]),
    /// A command that is seen, with its standard input.
    Show(&'static Who, &'static str, &'static [&'static str], &'static str),
    /// A command that is seen, whose output is an id that later steps name.
    File(&'static str, &'static Who, &'static str, &'static [&'static str], &'static str),
}

use Step::{File, Quietly, Say, Show, Write};

const BO: Who = Who { prompt: "bo", name: "Bo Chen", email: "bo@ledger.example", is_ci: false };
const ANN: Who = Who { prompt: "ann", name: "Ann Lee", email: "ann@ledger.example", is_ci: false };
const DANA: Who = Who { prompt: "dana", name: "Dana Li", email: "dana@ledger.example", is_ci: false };
const CI: Who = Who { prompt: "ci", name: "Ledger CI", email: "ci@ledger.example", is_ci: true };

const CODE: &str = "\
pub fn charge(amount: u64, gateway: &mut Gateway) -> Result<Receipt, Error> {
    gateway.open(Timeout::seconds(2))?;
    gateway.charge(amount)
}
";
const FIXED_CODE: &str = "\
pub fn charge(amount: u64, gateway: &mut Gateway) -> Result<Receipt, Error> {
    // Amounts over 1,000 wait for the bank's second check, up to 20 seconds.
    gateway.open(Timeout::seconds(30))?;
    gateway.charge(amount)
}
";
const CALL: &str = "\
Kim Roe called at 9:05. Since this morning every card payment over 1,000 ends
with \"502 Bad Gateway\". Smaller amounts go through.
";
const TEST_LOG: &str = "\
thread 'payment::large_amount' panicked at src/payment.rs:41:
called `Result::unwrap()` on an `Err` value: Timeout(2s)
";
const GATEWAY_LOG: &str = "\
09:04:11 POST /charge amount=1250.00 -> 502 after 2.001 s
09:07:52 POST /charge amount=80.00   -> 200 after 0.311 s
";

/// The week.
pub(super) const WEEK: &[Step] = &[
    Quietly(&DANA, "2026-11-02T10:00:00Z", &["git", "init", "-q", "-b", "main", "."]),
    Write("README.md", "# Ledger\n\nInvoices and payments for small shops.\n"),
    Write("src/payment.rs", CODE),
    Quietly(&DANA, "2026-11-02T10:00:00Z", &["git", "add", "."]),
    Quietly(
        &DANA,
        "2026-11-02T10:00:00Z",
        &["git", "commit", "-q", "-m", "Charge cards through the gateway"],
    ),
    Quietly(&DANA, "2026-11-02T10:01:00Z", &["git", "tag", "v1.4.0"]),
    Say("Monday. Ledger 1.4.0 is out; Bo is level 1. He makes the repository ready for tickets."),
    Show(&BO, "2026-11-23T09:00:00Z", &["git", "support", "init"], ""),
    Say("A customer calls. Bo files what she says: one command, one commit, and the id is printed."),
    File(
        "payments",
        &BO,
        "2026-11-23T09:12:00Z",
        &[
            "git",
            "support",
            "new",
            "Card payments over 1,000 fail with 502",
            "--reporter",
            "Kim Roe <kim@customer.example>",
            "--channel",
            "phone",
            "--affects",
            "1.4.0",
            "--label",
            "payments",
            "-F",
            "-",
        ],
        CALL,
    ),
    Say("Ann, the product owner, sets the severity, and says why."),
    Show(
        &ANN,
        "2026-11-23T09:20:00Z",
        &[
            "git",
            "support",
            "edit",
            "{payments}",
            "--severity",
            "critical",
            "-m",
            "Every large order is lost.",
        ],
        "",
    ),
    Say("A pipeline fails. It files under a key: the same failure tomorrow meets the same ticket."),
    File(
        "test",
        &CI,
        "2026-11-23T09:31:00Z",
        &[
            "git",
            "support",
            "new",
            "payment::large_amount fails",
            "--key",
            "test:payment::large_amount",
            "-F",
            "-",
        ],
        TEST_LOG,
    ),
    Say("Bo tries the usual, notes it for the team only, and hands the ticket to level 2."),
    Show(
        &BO,
        "2026-11-23T09:40:00Z",
        &[
            "git",
            "support",
            "comment",
            "{payments}",
            "--internal",
            "-m",
            "Kim is on the phone each hour; please hurry.",
        ],
        "",
    ),
    Show(
        &BO,
        "2026-11-23T09:45:00Z",
        &[
            "git",
            "support",
            "edit",
            "{payments}",
            "--status",
            "triaged",
            "--level",
            "2",
            "--troubleshooting",
            "Another card and another browser: the same. 999.99 works, 1,000.01 fails.",
        ],
        "",
    ),
    Say("Tuesday. Dana takes it, attaches the gateway's log, and finds the cause."),
    Show(&DANA, "2026-11-24T09:05:00Z", &["git", "support", "assign", "{payments}"], ""),
    Show(
        &DANA,
        "2026-11-24T09:30:00Z",
        &["git", "support", "attach", "{payments}", "-", "--name", "gateway.log"],
        GATEWAY_LOG,
    ),
    Show(
        &DANA,
        "2026-11-24T10:10:00Z",
        &[
            "git",
            "support",
            "edit",
            "{payments}",
            "--status",
            "in-progress",
            "--estimate",
            "6h",
            "--diagnosis",
            "The bank checks amounts over 1,000 twice; that takes longer than our 2 seconds.",
        ],
        "",
    ),
    Show(&DANA, "2026-11-24T10:12:00Z", &["git", "support", "link", "{test}", "caused-by", "{payments}"], ""),
    Say("Wednesday. A question comes in by e-mail and is answered; the pipeline fails again."),
    File(
        "export",
        &BO,
        "2026-11-25T08:30:00Z",
        &[
            "git",
            "support",
            "new",
            "How do I export invoices as CSV?",
            "--type",
            "question",
            "--channel",
            "email",
            "--reporter",
            "Lou Fay <lou@shop.example>",
        ],
        "",
    ),
    Show(
        &BO,
        "2026-11-25T08:41:00Z",
        &[
            "git",
            "support",
            "comment",
            "{export}",
            "-m",
            "Menu File, Export, CSV; the manual has a picture of it.",
        ],
        "",
    ),
    Show(
        &BO,
        "2026-11-25T08:42:00Z",
        &["git", "support", "edit", "{export}", "--status", "resolved", "--resolution", "answered"],
        "",
    ),
    Show(
        &CI,
        "2026-11-25T09:31:00Z",
        &["git", "support", "new", "payment::large_amount fails", "--key", "test:payment::large_amount"],
        "",
    ),
    Say("Thursday. Dana fixes it the way the team always works; the commit names its ticket."),
    Write("src/payment.rs", FIXED_CODE),
    Show(
        &DANA,
        "2026-11-26T11:00:00Z",
        &[
            "git",
            "commit",
            "-q",
            "-a",
            "-m",
            "Wait for the bank's second check",
            "--trailer",
            "Support-Ticket: {payments}",
        ],
        "",
    ),
    Quietly(&DANA, "2026-11-26T11:05:00Z", &["git", "tag", "v1.4.1"]),
    Show(
        &DANA,
        "2026-11-26T11:06:00Z",
        &[
            "git",
            "support",
            "edit",
            "{payments}",
            "{test}",
            "--status",
            "resolved",
            "--resolution",
            "fixed",
            "--commit",
            "v1.4.1",
            "-m",
            "In 1.4.1, out today.",
        ],
        "",
    ),
    Say("Friday. What is there, what happened to the payments, who did what since Thursday?"),
    Show(&ANN, "2026-11-27T09:00:00Z", &["git", "support", "list", "--all"], ""),
    Show(&ANN, "2026-11-27T09:01:00Z", &["git", "support", "show", "{payments}"], ""),
    Show(&ANN, "2026-11-27T09:02:00Z", &["git", "support", "list", "was:triaged severity:>=major"], ""),
    Show(&ANN, "2026-11-27T09:03:00Z", &["git", "support", "log", "-n", "4"], ""),
    Say("A reviewer needs nothing but git."),
    Show(&ANN, "2026-11-27T09:10:00Z", &["git", "log", "--format=%h %<(9)%an %s"], ""),
    Show(
        &ANN,
        "2026-11-27T09:11:00Z",
        &[
            "git",
            "log",
            "-1",
            "-p",
            "-Gseverity: critical",
            "--format=%an, %ad%n%n%B",
            "--date=short",
            "--",
            "{payments/path}",
        ],
        "",
    ),
];
