//! Keys and single values.

use std::ops::Range;

use toml_parser::{ParseError, Source, decoder::ScalarKind, parser::Event};

use super::{
    dialect,
    node::{Node, Value},
    syntax_error::{self, range, syntax_error},
};
use crate::{Diagnostic, suggestion::nearest, wording::quoted};

/// A key as it is meant, without its quotes; `None` if it is none.
pub(super) fn key(
    source: Source<'_>,
    event: &Event,
    errors: &mut Vec<Diagnostic>,
) -> Option<(String, Range<usize>)> {
    let span = range(event.span());
    if span.is_empty() {
        errors.push(syntax_error(span, "a missing key").label("expected a key"));
        return None;
    }
    let mut decoded = String::new();
    let mut found: Vec<ParseError> = Vec::new();
    source.get(event)?.decode_key(&mut decoded, &mut found);
    report(source, event, &decoded, &found, errors).then_some((decoded, span))
}

/// A string, number or boolean.
pub(super) fn value(source: Source<'_>, event: &Event, errors: &mut Vec<Diagnostic>) -> Node {
    let span = range(event.span());
    let value = decoded_value(source, event, errors).unwrap_or(Value::Invalid);
    Node { span, value }
}

fn decoded_value(source: Source<'_>, event: &Event, errors: &mut Vec<Diagnostic>) -> Option<Value> {
    let span = range(event.span());
    if span.is_empty() {
        errors.push(syntax_error(span, "a missing value").label("expected a value"));
        return None;
    }
    let mut decoded = String::new();
    let mut found: Vec<ParseError> = Vec::new();
    let raw = source.get(event)?;
    let kind = raw.decode_scalar(&mut decoded, &mut found);
    // `toml_parser` guesses by the first letter what was meant, and asks for `inf` where a name begins with `i`.
    let is_word = event.encoding().is_none()
        && raw
            .as_str()
            .starts_with(|first: char| first.is_alphabetic());
    if found
        .iter()
        .any(|error| is_word || syntax_error::is_about_missing_quotes(error))
    {
        errors.push(not_a_value(raw.as_str(), span));
        return None;
    }
    if !report(source, event, &decoded, &found, errors) {
        return None;
    }
    match kind {
        ScalarKind::String => Some(Value::String(decoded)),
        ScalarKind::Boolean(value) => Some(Value::Boolean(value)),
        ScalarKind::Float => Some(Value::Float),
        ScalarKind::Integer(radix) => {
            let integer = i64::from_str_radix(&decoded, radix.value()).ok();
            if integer.is_none() {
                errors.push(dialect::integer_out_of_range(span));
            }
            integer.map(Value::Integer)
        }
        ScalarKind::DateTime => {
            errors.push(dialect::date(span));
            None
        }
    }
}

fn not_a_value(text: &str, span: Range<usize>) -> Diagnostic {
    let help = match nearest(text, ["true", "false"]) {
        Some(near) => format!("a similar value exists: `{near}`"),
        None => "a text needs quotes".to_owned(),
    };
    syntax_error(span, format!("{} is not a value", quoted(text)))
        .label("expected a value")
        .help(help)
}

/// Reports what is wrong with a key or value that was decoded; whether nothing was.
fn report(
    source: Source<'_>,
    event: &Event,
    decoded: &str,
    found: &[ParseError],
    errors: &mut Vec<Diagnostic>,
) -> bool {
    let before = errors.len();
    errors.extend(found.iter().map(syntax_error::diagnostic));
    if let Some(raw) = source.get(event) {
        errors.extend(dialect::new_escapes(
            raw.as_str(),
            event.encoding(),
            event.span().start(),
        ));
    }
    if errors.len() == before && decoded.contains('\0') {
        // Only a quoted text can hold one, as an escape.
        errors.push(match event.encoding() {
            Some(_) => dialect::nul(range(event.span())),
            None => not_a_value(decoded, range(event.span())),
        });
    }
    errors.len() == before
}
