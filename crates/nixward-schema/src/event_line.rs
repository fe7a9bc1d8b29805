//! The lines that `--message-format json` prints while verbs run: one JSON object a line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{EvaluationCache, RunningBuildLine, RunningStepLine};

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
        /// The id of the step that it comes after and that failed, where it was not run because of that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blocked_by: Option<usize>,
        /// Whether a try took longer than the setting `slow-after`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        slow: bool,
        /// How many tries there can be, where the setting `retries` gives more than one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        most_tries: Option<usize>,
        /// The tries before the last one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        failed_tries: Vec<LineFailedTry>,
        /// How far `--repeat` came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        runs: Option<LineRuns>,
    },
    /// A step still runs after the setting `slow-after`, and again each time that it has taken twice as long.
    StepSlow {
        id: usize,
        project: Option<String>,
        verb: String,
        attribute: String,
        milliseconds: u64,
    },
    /// A step was asked to end after its timeout, and has not ended at once.
    StepEnding {
        id: usize,
        project: Option<String>,
        verb: String,
        attribute: String,
        /// The timeout.
        milliseconds: u64,
    },
    /// A try failed, and there will be another one.
    TryFailed {
        id: usize,
        project: Option<String>,
        verb: String,
        attribute: String,
        /// Which try it was, counted from 1.
        number: usize,
        /// How many there can be.
        of: usize,
        #[serde(flatten)]
        failure: LineFailedTry,
        /// How long until the next one.
        delay_milliseconds: u64,
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
        /// Those of the passed ones that had failed before.
        #[serde(default)]
        flaky: usize,
        /// Steps that took longer than the setting `slow-after`.
        #[serde(default)]
        slow: usize,
        milliseconds: u64,
        cancelled: bool,
    },
    /// What runs, because somebody asked (`SIGUSR1`).
    Info {
        /// For how long the flake has been evaluated, where it is.
        evaluating_milliseconds: Option<u64>,
        steps: Vec<RunningStepLine>,
        builds: Vec<RunningBuildLine>,
        /// Store paths that are being downloaded.
        downloads: Vec<String>,
        /// Whether Nix is at work, also where it has not said on what.
        nix_is_at_work: bool,
        /// How many steps were not started yet.
        waiting: usize,
    },
    /// Under `--watch`: these were edited, and what that changes runs next.
    WatchChanged {
        /// As they are called from the folder in which nixward was started.
        files: Vec<String>,
    },
    /// Under `--watch`: a run is over, and the next one waits for an edit.
    WatchWaiting,
}

/// A try that failed, and was not the last.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LineFailedTry {
    pub status: LineStatus,
    pub milliseconds: u64,
    pub message: Option<String>,
    pub exit_code: Option<i32>,
    pub signal: Option<i32>,
}

/// How often a test was run, where that was asked for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct LineRuns {
    /// The one that failed included.
    pub done: u32,
    pub wanted: u32,
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
    /// It passed, but had failed before: a success that deserves a look.
    Flaky,
    Loaded,
    NotRun,
    Passed,
    /// It runs: only in what `nixward log` prints.
    Running,
    TimedOut,
    /// It ran when nixward was killed: only in what `nixward log` prints.
    Unfinished,
}
