//! Where what nixward knows of a flake comes from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether Nix had to be asked for an evaluation.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct EvaluationCache {
    pub cache: CacheState,
    /// Why the answer cannot be kept, where it cannot.
    pub why: Option<String>,
}

/// What the cache of evaluations did.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CacheState {
    /// The answer was kept from before.
    Hit,
    /// Nix was asked, and the answer is kept.
    Miss,
    /// Nix was asked, and the answer is not kept.
    Off,
}
