//! TOML that Nix's `builtins.fromTOML` does not read.
//!
//! Nix reads TOML 1.0 without dates (seen with 2.26 and 2.34), while `toml_parser` reads TOML 1.1. The manifest has to
//! mean the same to both, so what only one of them takes is refused.

use std::ops::Range;

use toml_parser::decoder::Encoding;

use crate::{Diagnostic, DiagnosticKind, wording::quoted};

fn not_for_nix(span: Range<usize>, message: &str) -> Diagnostic {
    Diagnostic::error(DiagnosticKind::NotForNix, span, message)
}

pub(super) fn date(span: Range<usize>) -> Diagnostic {
    not_for_nix(span, "a date or time")
        .label("expected a value that Nix can read")
        .help("write it as a string, in quotes")
}

pub(super) fn newline_in_inline_table(span: Range<usize>, open: Range<usize>) -> Diagnostic {
    not_for_nix(span, "an inline table over several lines")
        .label("expected `}` before the end of the line")
        .related(open, "opened here")
        .help("Nix reads TOML 1.0: put it on one line, or write it as a [table]")
}

pub(super) fn trailing_comma(span: Range<usize>) -> Diagnostic {
    not_for_nix(span, "a comma at the end of an inline table")
        .label("expected `}`")
        .help("Nix reads TOML 1.0, which does not have it")
}

/// `[a.b]` and then `b.c = 1` in `[a]`. Readers of TOML do not agree about it.
pub(super) fn dotted_key_into_headers_table(
    name: &str,
    span: Range<usize>,
    header: Range<usize>,
) -> Diagnostic {
    let message = format!(
        "a dotted key for the table {}, which has a header",
        quoted(name)
    );
    not_for_nix(span, &message)
        .related(header, "the header")
        .help("Nix does not read it: put the key under a header of its own")
}

/// A bad value rather than bad TOML, since a JSON Schema can see it.
pub(super) fn nul(span: Range<usize>) -> Diagnostic {
    Diagnostic::error(
        DiagnosticKind::BadValue,
        span,
        "a text with a NUL character",
    )
    .label("expected a text that Nix can hold")
}

pub(super) fn integer_out_of_range(span: Range<usize>) -> Diagnostic {
    not_for_nix(span, "an integer that does not fit into 64 bits")
}

/// The escapes of TOML 1.1 in a raw string that starts at `start`.
pub(super) fn new_escapes(raw: &str, encoding: Option<Encoding>, start: usize) -> Vec<Diagnostic> {
    if !matches!(
        encoding,
        Some(Encoding::BasicString | Encoding::MlBasicString)
    ) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut characters = raw.char_indices();
    while let Some((offset, character)) = characters.next() {
        if character != '\\' {
            continue;
        }
        let replacement = match characters.next() {
            Some((_, 'e')) => r"\u001b",
            Some((_, 'x')) => r"\u00",
            _ => continue,
        };
        let place = start + offset..start + offset + 2;
        found.push(
            not_for_nix(place, "an escape that TOML 1.0 does not have")
                .label("expected an escape that Nix can read")
                .help(if replacement.len() == 6 {
                    format!("write `{replacement}`")
                } else {
                    format!("write `{replacement}` and two hexadecimal digits")
                }),
        );
    }
    found
}
