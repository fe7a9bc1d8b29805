//! Diagnostics as compact text, for snapshots. How they look to a person is `nixward-report`'s, and tested there.

use std::ops::Range;

use nixward_manifest::{Diagnostic, Manifest, Severity, parse, parse_member};

/// Everything that is said of a root's manifest.
pub(crate) fn diagnose(text: &str) -> String {
    shown(text, &parse(text).1)
}

/// Everything that is said of a member's manifest, in a workspace with the verb `lint`.
pub(crate) fn diagnose_member(text: &str) -> String {
    let (workspace, diagnostics) = parse("[verbs]\nlint = { like = \"test\" }\n");
    assert_eq!(diagnostics, []);
    shown(text, &parse_member(text, &workspace).1)
}

/// A manifest without errors or warnings.
#[track_caller]
pub(crate) fn valid(text: &str) -> Manifest {
    let (manifest, diagnostics) = parse(text);
    assert!(diagnostics.is_empty(), "{}", shown(text, &diagnostics));
    manifest
}

fn shown(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut lines = Vec::new();
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => "",
            Severity::Warning => "warning: ",
        };
        let place = place(text, &diagnostic.span);
        lines.push(format!("{place}: {severity}{}", diagnostic.message));
        lines.extend(diagnostic.label.iter().map(|label| format!("     {label}")));
        for related in &diagnostic.related {
            let place = self::place(text, &related.span);
            lines.push(format!("     {place}: {}", related.label));
        }
        lines.extend(
            diagnostic
                .help
                .iter()
                .map(|help| format!("     help: {help}")),
        );
    }
    lines.join("\n")
}

/// `LINE:COLUMN text`, as far as the text is on that line.
fn place(text: &str, span: &Range<usize>) -> String {
    let before = &text[..span.start];
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    let marked = text[span.clone()].lines().next().unwrap_or_default();
    let marked: String = marked.chars().take(30).collect();
    format!("{line}:{column} {marked:?}")
}
