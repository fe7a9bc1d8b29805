//! What runs at one moment, in the line that answers who asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step that runs.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunningStepLine {
    pub id: usize,
    pub project: Option<String>,
    pub verb: String,
    pub attribute: String,
    /// For how long.
    pub milliseconds: u64,
    /// The process id of its program.
    pub process: Option<u32>,
    /// What it printed last.
    pub last_lines: Vec<String>,
}

/// A derivation that is being built.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunningBuildLine {
    pub drv_path: String,
    /// For how long.
    pub milliseconds: u64,
    pub phase: Option<String>,
    /// What it printed last.
    pub last_line: Option<String>,
}
