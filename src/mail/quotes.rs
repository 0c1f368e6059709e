//! What a writer says in a message, and what stands below it: what they answer, and their signature.

use crate::mail::quote_words::{FORWARDED, OTHERS, WHEN, WHO, WITHIN};

/// Where the rest of a text begins that its writer did not write now: its line, from 0; `None` where there is none.
///
/// Quotes between the writer's own lines stay: they are answered there. So does what was forwarded, and all that follows where
/// the writer says that the answers are there. A message that answers none (`is_answer`) may show the head of another: the
/// writer asks about it.
#[must_use]
pub(super) fn rest_of(text: &str, is_answer: bool) -> Option<usize> {
    let lines: Vec<&str> = text.lines().collect();
    // Several rules are the writer's own.
    let has_rules = lines.iter().filter(|line| line.trim_end() == "--").count() > 1;
    let is_rule = |place: &usize| lines.get(*place).is_some_and(|line| *line == "--");
    let forwarded = lines.iter().position(|line| is_forward(line));
    let begins = |place: &usize| {
        let below = lines.get(*place..).unwrap_or_default();
        begins_others(below, is_answer) || (forwarded.is_none() && ends_own(below))
    };
    let rest =
        (0..forwarded.unwrap_or(lines.len())).find(|place| begins(place) && !(has_rules && is_rule(place)));
    if rest.is_none() && forwarded.is_some() || answers_within(&lines, rest) {
        return None;
    }
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
        if end > 0 && lines.get(end - 1).is_some_and(|line| line.trim_end().ends_with([':', '：'])) {
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

/// True for the line that programs write above a message that is forwarded: somebody wants it to be read.
fn is_forward(line: &str) -> bool {
    let line = line.trim();
    let words = line.trim_matches(['-', ' ', ':', '.']).to_lowercase();
    let is_marked = line.starts_with("--") || line.ends_with(':');
    is_marked && FORWARDED.iter().any(|mark| words.starts_with(mark)) && words.chars().count() < 60
}

/// True where a writer says that the answers are in what follows, and that is not marked as a quote: which lines are theirs,
/// nobody can tell.
fn answers_within(lines: &[&str], rest: Option<usize>) -> bool {
    let Some(rest) = rest else { return false };
    let (own, below) = lines.split_at(rest.min(lines.len()));
    let own = own.join(" ").to_lowercase();
    let mut words = own.split(|c: char| !c.is_alphanumeric() && c != '-');
    (WITHIN.iter().any(|mark| own.contains(mark)) || words.any(|word| ["inline", "in-line"].contains(&word)))
        && !below.iter().any(|line| line.trim_start().starts_with('>'))
}

/// True where the writer has ended: a signature follows, or what a telephone writes.
fn ends_own(lines: &[&str]) -> bool {
    let Some(first) = lines.first() else { return false };
    let line = first.trim_end();
    if is_device(line) && lines.iter().skip(1).all(|line| line.trim().is_empty() || begins_quote(line)) {
        return true;
    }
    // The signature (RFC 3676, 4.3), which programs cut the space from.
    *first == "-- " || (line == "--" && is_signature(lines.get(1..).unwrap_or_default()))
}

/// True where the message that is answered begins.
fn begins_others(lines: &[&str], is_answer: bool) -> bool {
    let Some(line) = lines.first().map(|line| line.trim_end()) else { return false };
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

/// True for the head that programs write above what they quote without marks: who, and in the two lines below when, to whom
/// or about what.
fn heads_a_quote(lines: &[&str]) -> bool {
    let mut lines = lines.iter().skip_while(|line| line.trim().is_empty() || line.chars().all(|c| c == '_'));
    let (first, second, third) = (lines.next(), lines.next(), lines.next());
    let is = |line: Option<&&str>, names: &[&str]| line.is_some_and(|line| is_named(line, names));
    let is_other = |line| is(line, OTHERS) || is(line, WHEN);
    is(first, WHO) && is_other(second) && is_other(third) && (is(second, WHEN) || is(third, WHEN))
}

/// True for a line that begins with one of some names and a colon.
fn is_named(line: &str, names: &[&str]) -> bool {
    let line = line.trim_start_matches(['*', ' ']);
    let name = line.split_once([':', '：']).map(|(name, _)| name.trim_end_matches(['*', ' ', '\u{a0}']));
    name.is_some_and(|name| names.contains(&name))
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
            ("好的。\n\nAnn <ann@x.example> 于2026年11月23日周一 10:00写道：\n\n> 可以吗？\n", "好的。"),
        ] {
            assert_eq!(own(text), said, "{text}");
        }
    }

    #[test]
    fn heads_are_known_in_the_languages_of_their_users() {
        for head in [
            "De: Ann\nEnviado el: lunes, 23 de noviembre de 2026 10:00\nPara: Desk\nAsunto: Pago",
            "De : Ann\nEnvoyé : lundi 23 novembre 2026\nÀ : Desk\nObjet : Paiement",
            "De: Ann\nEnviada em: segunda-feira\nPara: Desk\nAssunto: Pagamento",
            "Van: Ann\nVerzonden: maandag 23 november 2026\nAan: Desk\nOnderwerp: Betaling",
            "Od: Ann\nWysłano: poniedziałek\nDo: Desk\nTemat: Płatność",
            "Von: Ann\nAn: Desk\nDatum: 23.11.2026 10:00\nBetreff: Zahlung",
            "Från: Ann\nSkickat: den 23 november 2026\nTill: Desk\nÄmne: Betalning",
            "От: Ann\nОтправлено: 23 ноября 2026\nКому: Desk\nТема: Оплата",
            "差出人: Ann\n送信日時: 2026年11月23日\n宛先: Desk\n件名: 支払い",
            "发件人：Ann\n发送时间：2026年11月23日\n收件人：Desk\n主题：付款",
            "*From:* Ann\n*Sent:* Monday\n*To:* Desk\n*Subject:* Pay",
        ] {
            assert_eq!(own(&format!("Yes.\n\n{head}\n\nDoes it?\n")), "Yes.", "{head}");
        }
    }

    /// What somebody forwards, or answers within, is what they say.
    #[test]
    fn nothing_that_is_meant_to_be_read_is_the_rest() {
        let head =
            "From: Bo <bo@x.example>\nDate: Mon, 23 Nov 2026\nSubject: Pay\nTo: Ann\n\nIt is the card.\n";
        for text in [
            format!("See this.\n\n---------- Forwarded message ---------\n{head}"),
            format!("See this.\n\nBegin forwarded message:\n\n{head}"),
            format!("Siehe.\n-- \nAnn\n\n-------- Weitergeleitete Nachricht --------\n{head}"),
            format!("My answers are inline, in red:\n\n{head}\nYes, it is.\n"),
            format!("Please find my answers below.\n\n-----Original Message-----\n{head}\nYes, it is.\n"),
        ] {
            assert_eq!(rest_of(&text, true), None, "{text}");
        }
        // What stands below the message that is answered was forwarded to somebody else.
        let older = format!(
            "Yes.\n\nFrom: Dana\nSent: Monday\nTo: Ann\n\nLook.\n\n---------- Forwarded message ---------\n{head}"
        );
        assert_eq!(own(&older), "Yes.");
        assert_eq!(
            own(&format!("Look below.\n\nOn Monday Dana wrote:\n> {}", head.replace('\n', "\n> "))),
            "Look below."
        );
    }

    #[test]
    fn a_message_of_nothing_but_quotes_stays_whole() {
        for text in ["> Does it?\n", "-- \nAnn\n", "On Monday Dana wrote:\n> x\n", ""] {
            assert_eq!(rest_of(text, true), None, "{text}");
        }
    }
}
