//! The verbs that every workspace has, which are also the behaviours that a verb of its own can have.

use schemars::JsonSchema;

use crate::keyword::keywords;

keywords! {
    /// A built-in verb, and the behaviour of the verbs that are declared to be `like` it.
    #[derive(Clone, Copy, Debug, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd)]
    #[schemars(rename_all = "kebab-case")]
    pub enum BuiltinVerb {
        /// Become the program: one project, in the foreground.
        Run = "run",
        /// Run a test program: confined, cached, in parallel, in reports.
        Test = "test",
        /// Build what Nix tests in its own sandbox.
        Check = "check",
        /// Build a derivation.
        Build = "build",
        /// Build an image and load it into a container engine.
        Container = "container",
        /// Open a shell with the project's tools.
        Shell = "shell",
    }
}
