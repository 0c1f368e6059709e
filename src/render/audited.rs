//! What an audit found, and over what.

use std::fmt::Write as _;

use crate::process::audit::{AuditRule, Audited};
use crate::process::{Problem, ProblemLevel};
use crate::render::paint::{DIM, GREEN, RED, RenderOptions, YELLOW, shown};

/// The columns of the flat formats.
pub(super) const COLUMNS: &[&str] = &["level", "rule", "ticket", "commit", "path", "message", "finding"];

/// The rows of the flat formats.
pub(super) fn rows(audited: &Audited) -> Vec<Vec<String>> {
    let row = |fault: &Problem| {
        vec![
            fault.level.as_str().to_owned(),
            fault.rule.to_owned(),
            fault.ticket.as_ref().map(ToString::to_string).unwrap_or_default(),
            fault.commit.clone().unwrap_or_default(),
            fault.path.clone().unwrap_or_default(),
            fault.message.clone(),
            fault.id(),
        ]
    };
    audited.faults.iter().map(row).collect()
}

/// The findings, each under its rule, and what was looked at.
pub(super) fn table(audited: &Audited, look: &RenderOptions) -> String {
    let mut out = String::new();
    for fault in &audited.faults {
        let style = match fault.level {
            ProblemLevel::Error => RED,
            ProblemLevel::Warning => YELLOW,
            ProblemLevel::Note => DIM,
        };
        let place = fault.ticket.as_ref().map(ToString::to_string).or_else(|| fault.path.clone());
        let commit = fault.commit.as_ref().map(|commit| format!("{commit:.10}"));
        let place: String = commit.iter().chain(&place).map(|part| format!("  {}", shown(part))).collect();
        let level = look.paint(style, &format!("{}: {}", fault.level.as_str(), fault.rule));
        let _ = writeln!(out, "{level}{place}\n  {}", shown(&fault.message));
        if let Some(arrived) = &fault.arrived {
            let _ = writeln!(out, "  {}", shown(arrived));
        }
        let rule = AuditRule::parse(fault.rule);
        let is_open = fault.level > ProblemLevel::Note;
        if let Some(rule) = rule.filter(|_| is_open) {
            let _ = writeln!(out, "  perhaps: {}", rule.line().perhaps);
        }
        for hint in fault.hint.iter().flat_map(|hint| hint.lines()) {
            let _ = writeln!(out, "  {}", look.paint(DIM, &shown(hint)));
        }
        // What a push would do to a reference is in no history, where it could be accepted.
        let is_of_reference = rule == Some(AuditRule::SealBad) && fault.commit.is_none();
        let is_of_push =
            audited.proof.is_none() && (rule == Some(AuditRule::HistoryRewritten) || is_of_reference);
        if is_open && !is_of_push && rule.is_some_and(AuditRule::can_be_accepted) {
            // What is pushed need not be on the branch of the tickets.
            let commit = fault.commit.as_ref().filter(|_| audited.proof.is_none());
            let commit = commit.map(|commit| format!("{commit:.10} ")).unwrap_or_default();
            let command = format!("git support audit {commit}--accept {} -m REASON", fault.id());
            let _ = writeln!(out, "  {}", look.paint(DIM, &format!("or, to accept it: {command}")));
        }
    }
    let since = audited.since.as_ref().map(|since| format!(" since {}", shown(since))).unwrap_or_default();
    let notes = audited.faults.iter().filter(|fault| fault.level == ProblemLevel::Note).count();
    let verdict = match audited.open() {
        0 if notes == 1 => look.paint(DIM, "1 note"),
        0 if notes > 1 => look.paint(DIM, &format!("{notes} notes")),
        0 => look.paint(GREEN, "no problems found"),
        1 => look.paint(RED, "1 problem found"),
        open => look.paint(RED, &format!("{open} problems found")),
    };
    if let Some((proof, is_signing)) = audited.proof {
        let _ = writeln!(out, "{}", look.paint(DIM, proof.said(is_signing)));
    }
    let _ = writeln!(out, "{}{since}: {verdict}", audited.counts());
    if let Some(seal) = &audited.seal {
        let _ = writeln!(out, "sealed as {}", shown(seal));
    }
    out
}
