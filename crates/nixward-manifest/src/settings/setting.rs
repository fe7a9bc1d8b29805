//! The one table that says which verbs take which settings, for the parser and for the JSON Schema.

use crate::{BuiltinVerb, keyword::keywords};

keywords! {
    /// A key of a verb's table, apart from `like` and `attr`, which every verb has.
    #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
    pub enum Setting {
        Args = "args",
        Env = "env",
        After = "after",
        PassEnv = "pass-env",
        Timeout = "timeout",
        Grace = "grace",
        SlowAfter = "slow-after",
        Retries = "retries",
        Group = "group",
        Weight = "weight",
        Network = "network",
        Cwd = "cwd",
        Inputs = "inputs",
        Artifacts = "artifacts",
        Sandbox = "sandbox",
        Cache = "cache",
        Publish = "publish",
        Registry = "registry",
    }
}

impl Setting {
    /// The behaviours that take it.
    pub const fn behaviours(self) -> &'static [BuiltinVerb] {
        use BuiltinVerb::{Container, Run, Shell, Test};
        match self {
            Self::Args | Self::Env => &[Run, Test, Container],
            // What Nix builds sees nothing of what other steps did.
            Self::After => &[Run, Test, Container, Shell],
            Self::Publish | Self::Registry => &[Container],
            Self::PassEnv
            | Self::Timeout
            | Self::Grace
            | Self::SlowAfter
            | Self::Retries
            | Self::Group
            | Self::Weight
            | Self::Network
            | Self::Cwd
            | Self::Inputs
            | Self::Artifacts
            | Self::Sandbox
            | Self::Cache => &[Test],
        }
    }

    /// Whether a verb of this behaviour takes it.
    pub fn belongs_to(self, behaviour: BuiltinVerb) -> bool {
        self.behaviours().contains(&behaviour)
    }

    /// What a verb of this behaviour takes.
    pub fn of(behaviour: BuiltinVerb) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |setting| setting.belongs_to(behaviour))
    }
}
