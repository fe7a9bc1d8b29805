//! The JSON Schema of the manifest, for editors.
//!
//! Keys, types and descriptions come from the Rust types and their comments, grammars from [`crate::grammar`], and
//! which verb takes which setting from [`crate::Setting`]. What a JSON Schema can't say is in
//! [`SCHEMA_CANNOT_SAY`].

mod compose;
pub(crate) mod fields;

pub use compose::json_schema;

use crate::DiagnosticKind;

/// Errors of the parser that the JSON Schema does not see, with the reason. For all others it accepts exactly the
/// manifests that the parser accepts.
///
/// What is no TOML never comes to a JSON Schema; and for `retries` and `weight` it takes `3.0`, which is an integer to JSON.
pub const SCHEMA_CANNOT_SAY: &[(DiagnosticKind, &str)] = &[
    (
        DiagnosticKind::Syntax,
        "the text is no TOML, so there is nothing to validate",
    ),
    (
        DiagnosticKind::NotForNix,
        "other readers of TOML take it, and their values are the same",
    ),
    (
        DiagnosticKind::DefinedTwice,
        "the text is no TOML, so there is nothing to validate",
    ),
    (
        DiagnosticKind::BadGlob,
        "matching brackets are beyond regular expressions",
    ),
    (
        DiagnosticKind::BadAddress,
        "a pattern for all IPv6 addresses would be longer than the rest",
    ),
    (
        DiagnosticKind::UndeclaredVerb,
        "a schema can't compare values with the keys of another table",
    ),
    (
        DiagnosticKind::BadStep,
        "a schema can't compare values with what another table says",
    ),
    (
        DiagnosticKind::ForeignSetting,
        "a schema can't look up a verb's `like` in another table",
    ),
    (
        DiagnosticKind::FoldedNames,
        "a schema can't compare two keys",
    ),
];
