//! What `toml_parser` reports, in the words of this crate.

use std::ops::Range;

use toml_parser::{Expected, ParseError, Span};

use crate::{Diagnostic, DiagnosticKind};

/// How the messages of `toml_parser` about brackets begin.
const UNCLOSED: &str = "unclosed";

pub(super) fn range(span: Span) -> Range<usize> {
    span.start()..span.end()
}

pub(super) fn syntax_error(span: Range<usize>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(DiagnosticKind::Syntax, span, message)
}

pub(super) fn diagnostic(error: &ParseError) -> Diagnostic {
    let description = error.description();
    let place = error
        .unexpected()
        .or_else(|| error.context())
        .map(range)
        .unwrap_or_default();
    // What is missing is told best where it would have been needed: at the bracket, not at the end of the file.
    if let (Some(context), true) = (error.context(), description.starts_with(UNCLOSED)) {
        return syntax_error(range(context), description).label("opened here and never closed");
    }
    if let [Expected::Literal(quote @ ("\"" | "'"))] = error.expected().unwrap_or_default() {
        return match error.context() {
            Some(context) if description.contains("multi-line") => {
                let start = context.start();
                syntax_error(start..start + 3, "a string that is never closed").label("opened here")
            }
            _ => syntax_error(place, "a string that is not closed")
                .label(format!("expected `{quote}`")),
        };
    }
    if error.expected().is_some_and(asks_for_printed_characters) {
        return syntax_error(place, "a control character")
            .label("expected characters that can be seen");
    }
    match description {
        "cannot recurse further; max recursion depth met" => nested_too_deep(place),
        _ => {
            let diagnostic = syntax_error(place, description);
            match expected(error.expected().unwrap_or_default()) {
                Some(expected) => diagnostic.label(expected),
                None => diagnostic,
            }
        }
    }
}

/// Whether what was written is no value at all, rather than one with a slip in it.
pub(super) fn is_about_missing_quotes(error: &ParseError) -> bool {
    error.description() == "string values must be quoted"
}

pub(super) fn nested_too_deep(span: Range<usize>) -> Diagnostic {
    syntax_error(span, "lists or tables nested too deep")
}

fn asks_for_printed_characters(expected: &[Expected]) -> bool {
    expected
        .iter()
        .any(|expected| matches!(expected, Expected::Description(description) if description.ends_with("characters")))
}

fn expected(expected: &[Expected]) -> Option<String> {
    let descriptions: Vec<String> = expected
        .iter()
        .filter_map(|expected| match expected {
            Expected::Literal("\n") => Some("the end of the line".to_owned()),
            Expected::Literal("#") => Some("a comment".to_owned()),
            Expected::Literal(literal) => Some(format!("`{literal}`")),
            Expected::Description(description @ ("key" | "value")) => {
                Some(format!("a {description}"))
            }
            Expected::Description(description) => Some((*description).to_owned()),
            _ => None,
        })
        .collect();
    let (last, others) = descriptions.split_last()?;
    Some(if others.is_empty() {
        format!("expected {last}")
    } else {
        format!("expected {} or {last}", others.join(", "))
    })
}

/// Keeps one syntax error of each line: those that follow it there mostly follow from it. It is the first, but not one
/// about a bracket if there is another: what is wrong inside is mostly why the bracket was not closed.
///
/// `errors` must be in the order of the text.
pub(super) fn one_of_each_line(text: &str, errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(errors.len());
    // The index in `kept` of the last syntax error, and the place up to which it is known whether a line ended.
    let mut last_syntax_error: Option<usize> = None;
    let mut seen_to = 0;
    for error in errors {
        if error.kind != DiagnosticKind::Syntax {
            kept.push(error);
            continue;
        }
        let between = text
            .as_bytes()
            .get(seen_to..error.span.start)
            .unwrap_or_default();
        if between.contains(&b'\n') {
            last_syntax_error = None;
        }
        seen_to = seen_to.max(error.span.start);
        let is_better = |kept: &Diagnostic| !is_about_a_bracket(&error) && is_about_a_bracket(kept);
        match last_syntax_error {
            Some(last) if is_better(&kept[last]) => {
                kept.remove(last);
            }
            Some(_) => continue,
            None => {}
        }
        last_syntax_error = Some(kept.len());
        kept.push(error);
    }
    kept
}

fn is_about_a_bracket(error: &Diagnostic) -> bool {
    error.message.starts_with(UNCLOSED)
}
