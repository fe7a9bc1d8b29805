//! The lines that `--message-format json` prints while verbs run: one JSON object a line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::EvaluationCache;

/// One line: a version and what happened.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct EventLine {
    /// The version of this format.
    pub v: u32,
    #[serde(flatten)]
    pub kind: EventLineKind,
}

impl EventLine {
    pub const VERSION: u32 = 1;

    pub fn new(kind: EventLineKind) -> Self {
        Self {
            v: Self::VERSION,
            kind,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(
    tag = "reason",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum EventLineKind {
    EvaluationFinished {
        milliseconds: u64,
        #[serde(flatten)]
        cache: EvaluationCache,
    },
    BuildStarted {
        drv_path: String,
    },
    BuildFinished {
        drv_path: String,
        milliseconds: u64,
    },
    StepStarted {
        id: usize,
        project: Option<String>,
        verb: String,
        attribute: String,
    },
    StepFinished {
        id: usize,
        project: Option<String>,
        verb: String,
        attribute: String,
        status: LineStatus,
        milliseconds: u64,
        message: Option<String>,
        exit_code: Option<i32>,
        signal: Option<i32>,
        /// What else must be said, such as processes that were left behind.
        notes: Vec<String>,
        /// Store paths of what was built.
        paths: Vec<String>,
        log: Option<String>,
    },
    StepSkipped {
        project: String,
        verb: String,
        why: String,
    },
    Warning {
        message: String,
    },
    RunFinished {
        passed: usize,
        failed: usize,
        skipped: usize,
        not_run: usize,
        /// Steps that were ended because the run was cancelled.
        interrupted: usize,
        milliseconds: u64,
        cancelled: bool,
    },
}

/// How a step ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineStatus {
    BuildFailed,
    Built,
    Cancelled,
    CouldNotStart,
    EvaluationFailed,
    Failed,
    Loaded,
    NotRun,
    Passed,
    TimedOut,
}
