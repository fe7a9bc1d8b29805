//! The tables `[projects.NAME]`, and `[project]` in a member's own manifest.

use indexmap::IndexMap;
use schemars::JsonSchema;

use crate::{ProjectVerb, schema::fields};

/// What the manifest says of one project: only what nixward would not find by itself.
#[derive(Clone, Debug, Default, JsonSchema, PartialEq)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProjectDeclaration {
    /// The project's folder, relative to this file.
    #[schemars(schema_with = "fields::relative_path")]
    pub path: Option<String>,

    /// The name of the project's package among the flake's `packages`.
    #[schemars(schema_with = "fields::name")]
    pub attr: Option<String>,

    /// Words that `--tag` selects by.
    #[schemars(schema_with = "fields::names")]
    pub tags: Vec<String>,

    /// One line for `nixward list`.
    #[schemars(schema_with = "fields::text")]
    pub description: Option<String>,

    /// The project's settings for verbs, by the verb's name.
    #[schemars(skip)]
    pub verbs: IndexMap<String, ProjectVerb>,
}

impl ProjectDeclaration {
    /// The keys that are not verbs, so that no verb can have these names.
    pub(crate) const KEYS: &'static [&'static str] = &["path", "attr", "tags", "description"];

    /// A key that a later version will have.
    pub(crate) const KEY_TO_COME: &'static str = "package";
}
