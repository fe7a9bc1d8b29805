//! What a git hook runs.

use std::time::Duration;

use schemars::JsonSchema;

use crate::{keyword::keywords, schema::fields};

keywords! {
    /// The git hooks that nixward can serve.
    #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    pub enum HookName {
        PreCommit = "pre-commit",
        PrePush = "pre-push",
    }
}

/// What a git hook runs on the projects that a commit or a push affects.
#[derive(Clone, Debug, Default, JsonSchema, PartialEq)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HookDeclaration {
    /// The verbs to run, in this order.
    #[schemars(schema_with = "fields::verb_names")]
    pub verbs: Option<Vec<String>>,

    /// How long it may take. What does not fit is named as not run.
    #[schemars(schema_with = "fields::duration")]
    pub budget: Option<Duration>,
}
