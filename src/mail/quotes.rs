//! What a writer says in a message, and what stands below it: what they answer, and their signature.

/// Where the rest of a text begins that its writer did not write now: its line, from 0; `None` where there is none.
///
/// Quotes between the writer's own lines stay: they are answered there. A message that answers none (`is_answer`) may show the
/// head of another: the writer asks about it.
#[must_use]
pub(super) fn rest_of(text: &str, is_answer: bool) -> Option<usize> {
    let lines: Vec<&str> = text.lines().collect();
    // Several rules are the writer's own.
    let has_rules = lines.iter().filter(|line| line.trim_end() == "--").count() > 1;
    let is_rule = |place: &usize| lines.get(*place).is_some_and(|line| *line == "--");
    let begins = |place: &usize| begins_rest(lines.get(*place..).unwrap_or_default(), is_answer);
    let rest = (0..lines.len()).find(|place| begins(place) && !(has_rules && is_rule(place)));
    let mut end = rest.unwrap_or(lines.len());
    // Quoted lines at the end, and what introduces them.
    let blank_or_quoted = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('>');
    let own = lines.get(..end).unwrap_or_default();
    let is_quoted = own
        .iter()
        .rev()
        .take_while(|line| blank_or_quoted(line))
        .any(|line| line.trim_start().starts_with('>'));
    if is_quoted {
        end = own.iter().rposition(|line| !blank_or_quoted(line)).map_or(0, |place| place + 1);
        if end > 0 && lines.get(end - 1).is_some_and(|line| line.trim_end().ends_with(':')) {
            end = introduction(&lines, end - 1);
        }
    }
    let has_own = lines.get(..end).is_some_and(|own| own.iter().any(|line| !line.trim().is_empty()));
    (end < lines.len() && has_own).then_some(end)
}

/// The first line of what introduces a quote: it may take two or three.
fn introduction(lines: &[&str], last: usize) -> usize {
    (last.saturating_sub(2)..=last)
        .find(|place| is_introduction(lines.get(*place..=last).unwrap_or_default()))
        .unwrap_or(last)
}

/// True for "On Monday … Ann wrote:", on one line or on a few, as programs write it in some languages.
fn is_introduction(lines: &[&str]) -> bool {
    let begins = ["On ", "Am ", "Le ", "El ", "Il ", "Op ", "Den ", "Em ", "W dniu "];
    let ends = [
        "wrote:",
        "schrieb",
        "a écrit",
        "escribió:",
        "ha scritto:",
        "schreef",
        "skrev",
        "escreveu:",
        "napisał",
    ];
    let Some(first) = lines.first() else { return false };
    let text = lines.join(" ");
    begins.iter().any(|begin| first.trim_start().starts_with(begin))
        && text.trim_end().ends_with(':')
        && ends.iter().any(|end| text.contains(end))
        && text.len() < 400
}

/// True where what follows, from its first line on, is no more the writer's.
fn begins_rest(lines: &[&str], is_answer: bool) -> bool {
    let Some(first) = lines.first() else { return false };
    let line = first.trim_end();
    if is_device(line) && lines.iter().skip(1).all(|line| line.trim().is_empty() || begins_quote(line)) {
        return true;
    }
    // The signature (RFC 3676, 4.3), which programs cut the space from.
    if *first == "-- " || (line == "--" && is_signature(lines.get(1..).unwrap_or_default())) {
        return true;
    }
    let marks = [
        "Original Message",
        "Original-Nachricht",
        "Ursprüngliche Nachricht",
        "Message d'origine",
        "Mensaje original",
    ];
    let is_ruled = line.starts_with("-----") && line.ends_with("-----");
    if is_answer && is_ruled && marks.iter().any(|mark| line.contains(mark)) {
        return true;
    }
    // An introduction with nothing but quotes, or nothing, below it.
    let length = (1..=3).find(|length| lines.get(..*length).is_some_and(is_introduction));
    if let Some(length) = length {
        let below = lines.get(length..).unwrap_or_default();
        return below.iter().all(|line| line.trim().is_empty() || line.trim_start().starts_with('>'))
            || below.iter().all(|line| !line.trim_start().starts_with('>'));
    }
    is_answer && heads_a_quote(lines)
}

/// The most lines of a signature below a rule that may be one of the writer's own.
const MAX_SIGNATURE: usize = 12;

/// True for what may be a signature: a few lines.
fn is_signature(below: &[&str]) -> bool {
    let own = below.iter().take_while(|line| !begins_quote(line));
    let own: Vec<&str> = own.map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    own.len() <= MAX_SIGNATURE
}

/// True for what telephones write below a message.
fn is_device(line: &str) -> bool {
    let begins = [
        "Sent from my ",
        "Sent from Outlook for ",
        "Get Outlook for ",
        "Sent via ",
        "Envoyé de mon ",
        "Enviado desde mi ",
        "Inviato da ",
        "Verzonden vanaf mijn ",
        "Outlook für ",
    ];
    let ends = ["iPhone gesendet", "iPad gesendet", "Handy gesendet", "Smartphone gesendet"];
    let line = line.trim().trim_start_matches(['<', '[']);
    line.chars().count() < 80
        && (begins.iter().any(|begin| line.starts_with(begin)) || ends.iter().any(|end| line.ends_with(end)))
}

/// True for a line that a quote, or what introduces one, begins with.
fn begins_quote(line: &str) -> bool {
    line.trim_start().starts_with('>')
        || line.starts_with("On ")
        || line.starts_with("Am ")
        || line.starts_with("Le ")
}

/// True for the head that Outlook writes above what it quotes: From, Sent and To, line by line.
fn heads_a_quote(lines: &[&str]) -> bool {
    let starts = |line: Option<&&str>, words: &[&str]| {
        line.is_some_and(|line| words.iter().any(|word| line.trim_start_matches('*').starts_with(word)))
    };
    let mut lines = lines.iter().skip_while(|line| line.trim().is_empty() || line.chars().all(|c| c == '_'));
    let from = lines.next();
    let sent = lines.next();
    let to = lines.next();
    starts(from, &["From:", "Von:", "De :", "De:", "Da:"])
        && starts(sent, &["Sent:", "Date:", "Gesendet:", "Datum:", "Envoyé :", "Enviado:", "Inviato:"])
        && starts(
            to,
            &["To:", "An:", "À :", "Para:", "A:", "Subject:", "Betreff:", "Objet :", "Asunto:", "Cc:"],
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> String {
        let end = rest_of(text, true).unwrap_or(usize::MAX);
        text.lines().take(end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    #[test]
    fn what_is_answered_and_signatures_are_the_rest() {
        for (text, said) in [
            ("It works.\n\nOn Mon, 23 Nov 2026, Dana wrote:\n> Does it?\n> Really?\n", "It works."),
            (
                "It works.\n\nOn Mon, 23 Nov 2026 at 10:00, Support desk\n<support@shop.example> wrote:\n\n> Does it?\n",
                "It works.",
            ),
            ("Ja.\n\nAm 23.11.26 um 10:00 schrieb Dana:\n> Geht es?\n", "Ja."),
            ("Yes.\n-- \nAnn Lee\nShop Ltd\n", "Yes."),
            ("Yes.\n\n-----Original Message-----\nFrom: Dana\nTo: Ann\n\nDoes it?\n", "Yes."),
            (
                "Yes.\n\n________________________________\nFrom: Dana <d@x.example>\nSent: Monday\nTo: Ann\nSubject: x\n\nDoes it?",
                "Yes.",
            ),
            ("Yes.\n\nFrom: Dana\nSent: Monday\nTo: Ann\n\nDoes it?", "Yes."),
            ("Look at\nFrom: the page\nSent: by form\nmore", "Look at\nFrom: the page\nSent: by form\nmore"),
            ("Yes.\n\nSent from my iPhone\n", "Yes."),
            ("Ja.\n\nVon meinem iPhone gesendet\n\n> Geht es?\n", "Ja."),
            ("> Does it?\nYes.\n> And this?\nNo.\n", "> Does it?\nYes.\n> And this?\nNo."),
            ("> Does it?\nYes.\n\n> Rest\n", "> Does it?\nYes."),
            ("Steps:\n1. Pay\n2. Fail\n", "Steps:\n1. Pay\n2. Fail"),
        ] {
            assert_eq!(own(text), said, "{text}");
        }
    }

    #[test]
    fn a_message_of_nothing_but_quotes_stays_whole() {
        for text in ["> Does it?\n", "-- \nAnn\n", "On Monday Dana wrote:\n> x\n", ""] {
            assert_eq!(rest_of(text, true), None, "{text}");
        }
    }
}
