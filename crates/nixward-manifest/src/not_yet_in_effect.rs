//! What this version reads and does not act on.

use crate::{Setting, WorkingDirectory};

/// One thing of the manifest that has no effect yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NotYet {
    /// A setting of verbs, whatever its value.
    Setting(Setting),
    /// One value of a setting of verbs, as it is written.
    Value(Setting, &'static str),
    /// A key of `[workspace]`.
    WorkspaceKey(&'static str),
    /// All of `[hooks]`.
    Hooks,
}

/// All of it. Whoever makes one of these work deletes its line.
pub const NOT_YET_IN_EFFECT: &[NotYet] = &[
    NotYet::Setting(Setting::Inputs),
    NotYet::Setting(Setting::Artifacts),
    NotYet::Setting(Setting::Sandbox),
    NotYet::Setting(Setting::Cache),
    NotYet::Setting(Setting::Registry),
    NotYet::Value(Setting::Cwd, WorkingDirectory::Copy.as_str()),
    NotYet::Value(Setting::Network, "false"),
    NotYet::WorkspaceKey("base"),
    NotYet::Hooks,
];

/// Whether the table has an entry that `is_meant`.
pub(crate) fn is_not_yet_in_effect(is_meant: impl Fn(&NotYet) -> bool) -> bool {
    NOT_YET_IN_EFFECT.iter().any(is_meant)
}
