//! What a run came to: kept beside its logs, and printed by `nixward log --message-format json`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::LineStatus;

/// One run with its steps.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct RunDocument {
    /// The version of this format.
    pub v: u32,
    #[serde(flatten)]
    pub run: RunHeader,
    /// Those that ended, in the order in which they did; then those that began and have no end.
    pub steps: Vec<RunStep>,
}

impl RunDocument {
    pub const VERSION: u32 = 1;
}

/// A run without its steps.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunHeader {
    /// Its name, for `--id`.
    pub run: String,
    pub workspace: String,
    pub verb: String,
    /// When it began, in milliseconds since 1970.
    pub started: u64,
    /// How long it took; how long it was seen to go on, where it was broken off.
    pub milliseconds: u64,
    pub state: RunState,
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    pub not_run: usize,
    /// Steps that were ended because the run was cancelled.
    pub interrupted: usize,
    /// Steps that began and have no end: they run, or did so when nixward was killed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unfinished: usize,
    /// Those of the passed ones that had failed before.
    pub flaky: usize,
    /// Steps that were slow.
    pub slow: usize,
    /// The folder with its logs and its record; absent in the file that is kept there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// How a run ended, if it has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Everything went well.
    Passed,
    Failed,
    /// Ctrl-C, or the system.
    Cancelled,
    /// nixward itself was killed, or could not go on.
    BrokenOff,
    Running,
}

/// A step that ended, or began.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunStep {
    /// Absent where it belongs to no project.
    pub project: Option<String>,
    pub verb: String,
    /// What tells apart several steps of the same project and verb.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    pub status: LineStatus,
    /// Why it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    pub milliseconds: u64,
    /// How many tries there were.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub tries: usize,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub slow: bool,
    /// The hash in the name of its derivation: another one where anything about it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derivation: Option<String>,
    /// The name of its log in the run's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

fn one() -> usize {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_one(count: &usize) -> bool {
    *count == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// All runs that are kept.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct RunsDocument {
    /// The version of this format.
    pub v: u32,
    /// The newest first.
    pub runs: Vec<RunHeader>,
}

impl RunsDocument {
    pub const VERSION: u32 = 1;
}

/// What the kept runs say of each step.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct StatsDocument {
    /// The version of this format.
    pub v: u32,
    /// How many runs were looked at.
    pub runs: usize,
    /// The slowest first, by their median.
    pub steps: Vec<StepStats>,
}

impl StatsDocument {
    pub const VERSION: u32 = 1;
}

/// What the kept runs say of one step.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepStats {
    pub project: Option<String>,
    pub verb: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// In how many runs it came to a verdict of its own.
    pub runs: usize,
    pub failed: usize,
    pub median_milliseconds: u64,
    pub last_milliseconds: u64,
    pub max_milliseconds: u64,
    /// In how many of them it passed only after it had failed.
    pub flaky: usize,
    /// How often it ended otherwise than the time before, though its derivation was the same.
    pub changed: usize,
    /// The share of runs in which it was either, from 0 to 1.
    pub flakiness: f64,
}
