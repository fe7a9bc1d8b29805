//! Verbs as `[verbs]` and projects speak of them.

use schemars::JsonSchema;

use crate::{AttributePath, BuiltinVerb, VerbSettings, schema::fields};

/// A verb of `[verbs]`: the workspace's settings for a built-in one, or one of the workspace's own.
#[derive(Clone, Debug, JsonSchema, PartialEq)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VerbDeclaration {
    /// The built-in verb that this one behaves like.
    pub like: BuiltinVerb,

    /// The attribute that the verb uses, relative to the project's package. Without it, the verb's name.
    #[schemars(schema_with = "fields::attribute_path")]
    pub attr: Option<AttributePath>,

    #[schemars(skip)]
    pub settings: VerbSettings,
}

/// What a project says of a verb: only what differs from the workspace's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectVerb {
    pub attr: Option<AttributePath>,
    pub settings: VerbSettings,
}

/// Names that a workspace's own verb can't have, because a command of nixward has them or will.
pub const RESERVED_VERB_NAMES: &[&str] = &[
    "all",
    "cache",
    "ci",
    "clean",
    "completions",
    "default",
    "doctor",
    "fix",
    "graph",
    "help",
    "hook",
    "init",
    "list",
    "log",
    "new",
    "nixward",
    "plan",
    "replay",
    "sbom",
    "setup",
    "why",
];
