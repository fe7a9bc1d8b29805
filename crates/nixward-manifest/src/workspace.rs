//! The table `[workspace]`.

use schemars::JsonSchema;

use crate::schema::fields;

/// What belongs to the workspace as a whole.
#[derive(Clone, Debug, Default, JsonSchema, PartialEq)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Workspace {
    /// The workspace's name.
    #[schemars(schema_with = "fields::name")]
    pub name: Option<String>,

    /// Globs of the projects' folders, relative to this file. Without it, every package of the flake is a project.
    #[schemars(schema_with = "fields::globs")]
    pub members: Option<Vec<String>>,

    /// Globs of folders that are no projects although `members` matches them.
    #[schemars(schema_with = "fields::globs")]
    pub exclude: Vec<String>,

    /// The projects that a bare `test`, `check`, `build` or `list` at the root means. Without it, all.
    #[schemars(schema_with = "fields::names")]
    pub default_members: Option<Vec<String>>,

    /// The folder of the flake, relative to this file, where it is not beside it.
    #[schemars(schema_with = "fields::relative_path")]
    pub flake: Option<String>,

    /// The branch or revision that `--affected` compares with.
    #[schemars(schema_with = "fields::revision")]
    pub base: Option<String>,
}

impl Workspace {
    pub(crate) const KEYS: &'static [&'static str] = &[
        "name",
        "members",
        "exclude",
        "default-members",
        "flake",
        "base",
    ];
}
