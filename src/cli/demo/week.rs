//! The script of the demonstration: a week of support for a small invoicing product. Everybody in it, and
//! everything that happens, is made up.

/// Somebody in the story.
pub(super) struct Who {
    pub(super) prompt: &'static str,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) is_ci: bool,
}

/// What happens next. A time is that of November 2026, UTC; a line is what the person types in a shell.
pub(super) enum Step {
    /// The story is told.
    Say(&'static str),
    /// A file of the product is written.
    Write(&'static str, &'static str),
    /// A line that belongs to the scenery.
    Quietly(&'static Who, &'static str, &'static str),
    /// A line that is seen, with its standard input.
    Show(&'static Who, &'static str, &'static str, &'static str),
    /// A line that is seen, whose output is an id that later lines name in braces.
    File(&'static str, &'static Who, &'static str, &'static str, &'static str),
}

use Step::{File, Quietly, Say, Show, Write};

const ANN: Who = Who { prompt: "ann", name: "Ann Lee", email: "ann@ledger.example", is_ci: false };
const BO: Who = Who { prompt: "bo", name: "Bo Chen", email: "bo@ledger.example", is_ci: false };
const DANA: Who = Who { prompt: "dana", name: "Dana Li", email: "dana@ledger.example", is_ci: false };
const EVE: Who = Who { prompt: "eve", name: "Eve Park", email: "eve@ledger.example", is_ci: false };
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
    Quietly(&DANA, "02T10:00", "git init -q -b main ."),
    Write("README.md", "# Ledger\n\nInvoices and payments for small shops.\n"),
    Write("src/payment.rs", CODE),
    Quietly(
        &DANA,
        "02T10:00",
        "git add . && git commit -q -m 'Charge cards through the gateway' && git tag v1.4.0",
    ),
    Say("Monday. Ledger 1.4.0 is released. Ann, the product owner, sets up its repository:"),
    Say("the support levels, the product owner and the vendors."),
    Show(&ANN, "23T08:00", "git support init", ""),
    Show(
        &ANN,
        "23T08:01",
        "git support team add 'Ann Lee' --email ann@ledger.example --role product-owner",
        "",
    ),
    Show(&ANN, "23T08:02", "git support team add 'Bo Chen' --email bo@ledger.example --role l1", ""),
    Show(&ANN, "23T08:03", "git support team add 'Dana Li' --email dana@ledger.example --role l2", ""),
    Show(&ANN, "23T08:04", "git support team add 'Eve Park' --email eve@ledger.example --role l3", ""),
    Show(&ANN, "23T08:05", "git support vendor add paygate --email help@paygate.example --response 8h", ""),
    Show(&ANN, "23T08:06", "git support vendor add cloudco --msp --phone '+1 555 0100'", ""),
    Say("A customer calls. Bo, level 1, opens a ticket: one command, one commit. It prints the ID."),
    File(
        "payments",
        &BO,
        "23T09:12",
        "git support new 'Card payments over 1,000 fail with 502' --reporter 'Kim Roe <kim@customer.example>' \\\n    \
         --channel phone --affects 1.4.0 --label payments -F -",
        CALL,
    ),
    Say("Bo proposes a severity. Ann, the product owner, sets another one."),
    Show(&BO, "23T09:14", "git support triage {payments} --severity blocker", ""),
    Show(
        &ANN,
        "23T09:20",
        "git support triage {payments} --severity critical -m 'Small orders still go through.'",
        "",
    ),
    Say("A pipeline fails. It opens a ticket with a key: the same failure updates the same ticket."),
    File(
        "test",
        &CI,
        "23T09:31",
        "git support new 'payment::large_amount fails' --key test:payment::large_amount -F -",
        TEST_LOG,
    ),
    Say("Bo escalates the ticket. The escalation requires the findings that level 2 needs."),
    Show(&BO, "23T09:40", "git support escalate {payments} || true", ""),
    Show(
        &BO,
        "23T09:45",
        "git support escalate {payments} --requirements 'Orders over 1,000 must be paid today.' \\\n    \
         --troubleshooting 'Another card, another browser: the same. 999.99 works.'",
        "",
    ),
    Show(
        &BO,
        "23T09:46",
        "git support comment {payments} --internal -m 'Kim calls each hour; please hurry.'",
        "",
    ),
    Say("A question arrives by email. Bo answers it."),
    File(
        "export",
        &BO,
        "23T10:30",
        "git support new 'How do I export invoices as CSV?' --type question --channel email",
        "",
    ),
    Show(&BO, "23T10:32", "git support resolve {export} --as answered -m 'Menu File, Export, CSV.'", ""),
    Say("Tuesday. Dana, level 2, attaches the gateway log and reproduces the problem."),
    Show(&DANA, "24T09:05", "git support assign {payments}", ""),
    Show(&DANA, "24T09:30", "git support attach {payments} - --name gateway.log", GATEWAY_LOG),
    Show(&DANA, "24T09:50", "git support replicate {payments} --steps 'Pay 1,250.00 with any card.'", ""),
    Show(
        &DANA,
        "24T10:10",
        "git support diagnose {payments} -m 'The gateway answers large amounts after our 2 seconds.'",
        "",
    ),
    Show(&DANA, "24T10:12", "git support link {test} caused-by {payments}", ""),
    Show(&DANA, "24T10:15", "git support escalate {payments} -m 'Why does the gateway take so long?'", ""),
    Say("Eve, level 3, defers the ticket to the vendor of the gateway, with a follow-up date."),
    Show(&EVE, "24T11:00", "git support defer {payments} --vendor paygate --case PG-5512 --follow-up 1d", ""),
    Say(
        "Wednesday. A server is down, so the managed service provider gets a ticket. An improvement goes to Enhance.",
    ),
    File(
        "outage",
        &BO,
        "25T08:00",
        "git support new 'The invoice server does not answer' --area infrastructure --severity blocker --level 2",
        "",
    ),
    Show(&DANA, "25T08:05", "git support defer {outage} --case 4711 --follow-up 2h", ""),
    File("dark", &BO, "25T08:30", "git support new 'A dark theme, please' --type improvement", ""),
    Show(&ANN, "25T08:40", "git support defer {dark} --enhance", ""),
    Show(
        &CI,
        "25T09:31",
        "git support new 'payment::large_amount fails' --key test:payment::large_amount",
        "",
    ),
    Show(&DANA, "25T09:40", "git support resume {outage} -m 'They replaced a disk.'", ""),
    Show(&DANA, "25T09:41", "git support resolve {outage} --as vendor", ""),
    Show(&EVE, "25T14:00", "git support vendor show paygate", ""),
    Say("Thursday. The vendor has answered, and Dana fixes the problem in the usual way."),
    Show(
        &EVE,
        "26T09:00",
        "git support resume {payments} -m 'The bank checks amounts over 1,000 twice: up to 20 s.'",
        "",
    ),
    Show(
        &EVE,
        "26T09:05",
        "git support return {payments} -m 'Wait for 30 seconds: then it is yours to test.'",
        "",
    ),
    Write("src/payment.rs", FIXED_CODE),
    Show(
        &DANA,
        "26T11:00",
        "git commit -qam \"Wait for the bank's second check\" --trailer 'Support-Ticket: {payments}' && git tag v1.4.1",
        "",
    ),
    Show(
        &DANA,
        "26T11:06",
        "git support resolve {payments} {test} --as fixed --commit v1.4.1 -m 'In 1.4.1, out today.'",
        "",
    ),
    Show(
        &DANA,
        "26T12:00",
        "git support release handover 1.4.1 --tag v1.4.1 --contact dana@ledger.example -m 'Waits for the second check.'",
        "",
    ),
    Show(&BO, "26T13:00", "git support release accept 1.4.1", ""),
    Show(&BO, "26T13:01", "git support release notes 1.4.1", ""),
    Say("Friday. The lead reads the tickets and their history."),
    Show(&ANN, "27T09:00", "git support list --all", ""),
    Show(&ANN, "27T09:01", "git support show {payments}", ""),
    Show(&ANN, "27T09:02", "git support list 'was:deferred severity:>=critical'", ""),
    Show(&ANN, "27T09:03", "git support log -n 2", ""),
    Say("A reviewer needs only Git."),
    Show(&ANN, "27T09:10", "git log --format='%h %<(9)%an %s' -- .support", ""),
    Show(
        &ANN,
        "27T09:11",
        "git log --format='%h %an: %(trailers:key=Support-Level,separator=%x2C)' | grep 'Support-Level: . -> '",
        "",
    ),
    Show(&ANN, "27T09:12", "git show --format='%an, %ad%n%n%B' --date=short ':/defer {payments}'", ""),
];
