//! The values of `sandbox`.

use schemars::JsonSchema;

use crate::keyword::keywords;

keywords! {
    /// What a test can see of the machine.
    #[derive(Clone, Copy, Debug, Eq, Hash, JsonSchema, PartialEq)]
    #[schemars(rename_all = "kebab-case")]
    pub enum Sandbox {
        /// The Nix store, its working folder, its inputs, and the host's own programs.
        Host = "host",
        /// As `host`, without the host's programs.
        Strict = "strict",
        /// Everything.
        Off = "off",
    }
}
