//! The lines of a run's record, which is kept beside its logs: all that it takes to show the run once more.
//!
//! They say more than the lines of `--message-format json`, which is what other programs should read: a line here has
//! what nixward knew, to the nanosecond, so that the same report can be made of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::EvaluationCache;

/// One line: a version, when, and what happened.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct RecordLine {
    /// The version of this format.
    pub v: u32,
    /// How many nanoseconds after the beginning of the run.
    pub at: u64,
    #[serde(flatten)]
    pub kind: RecordKind,
}

impl RecordLine {
    pub const VERSION: u32 = 1;
}

/// What happened. A reader passes over reasons that it does not know.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(
    tag = "reason",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum RecordKind {
    /// The first line.
    RecordStarted(RecordHead),
    EvaluationStarted,
    EvaluationFinished {
        nanoseconds: u64,
        #[serde(flatten)]
        cache: EvaluationCache,
    },
    RunStarted {
        steps: usize,
        verb: String,
    },
    BuildStarted {
        drv_path: String,
    },
    BuildFinished {
        drv_path: String,
        nanoseconds: u64,
    },
    FetchStarted {
        path: String,
    },
    FetchFinished {
        path: String,
    },
    StepStarted {
        step: RecordStep,
    },
    /// From here on its output was shown as it came; the log has it.
    StepOutput {
        step: RecordStep,
    },
    StepSlow {
        step: RecordStep,
        nanoseconds: u64,
    },
    StepEnding {
        step: RecordStep,
        nanoseconds: u64,
    },
    TryFailed {
        step: RecordStep,
        failed: RecordTry,
        number: usize,
        of: usize,
        delay_nanoseconds: u64,
    },
    StepFinished {
        step: RecordStep,
        outcome: Box<RecordOutcome>,
    },
    StepSkipped {
        project: String,
        verb: String,
        why: String,
    },
    Warning {
        message: String,
    },
    Cancelling {
        signal: String,
        running: usize,
    },
    RunFinished {
        summary: RecordSummary,
    },
    /// Somebody asked what runs.
    Info {
        running: Box<RecordRunning>,
    },
}

/// What is known when a run begins.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordHead {
    /// The version of nixward.
    pub nixward: String,
    /// The workspace's name.
    pub workspace: String,
    pub verb: String,
    /// When it began, in milliseconds since 1970.
    pub started: u64,
    pub shown: RecordShown,
    /// The words that were the same in the commands that run one of its steps again: between `nixward` and the verb,
    /// and behind the project.
    pub again_before: Vec<String>,
    pub again_after: Vec<String>,
    /// A step's id, and the hash in the name of its derivation.
    #[serde(default)]
    pub derivations: Vec<(usize, String)>,
}

/// How the output of steps was shown.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordShown {
    /// Where they failed.
    OnFailure,
    /// There was one step, whose output was shown at its end.
    AtTheEnd,
    /// That of tests, as it came.
    StreamedTests,
    /// That of programs, which is data, as it came.
    Streamed,
}

/// Which step.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordStep {
    pub id: usize,
    pub project: Option<String>,
    pub verb: String,
    pub detail: Option<String>,
    pub attribute: String,
}

/// How a step ended.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordOutcome {
    #[serde(flatten)]
    pub status: RecordStatus,
    pub nanoseconds: u64,
    /// The last lines of what it printed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output: Vec<String>,
    /// How many came before.
    #[serde(default)]
    pub output_lines_before: usize,
    pub log: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_tries: Vec<RecordTry>,
    #[serde(default)]
    pub retries: u8,
    /// How far `--repeat` came, and how far it was to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<(u32, u32)>,
    #[serde(default)]
    pub slow: bool,
}

/// The verdict on a step.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(
    tag = "status",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum RecordStatus {
    Passed,
    Flaky,
    Built {
        paths: Vec<String>,
    },
    Loaded {
        reference: String,
        hint: Option<String>,
    },
    ImageBuilt {
        path: String,
    },
    Exited {
        code: i32,
    },
    Killed {
        signal: i32,
    },
    TimedOut {
        after_nanoseconds: u64,
    },
    CheckFailed {
        drv_path: Option<String>,
        message: String,
    },
    BuildFailed {
        drv_path: Option<String>,
        message: String,
    },
    EvaluationFailed {
        message: String,
        hint: Option<String>,
    },
    CouldNotStart {
        why: String,
    },
    Cancelled,
    NotRun,
    Blocked {
        by: RecordStep,
    },
}

/// A try that failed, after which there was another one.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct RecordTry {
    #[serde(flatten)]
    pub status: RecordStatus,
    pub nanoseconds: u64,
}

/// A whole run.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordSummary {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    pub not_run: usize,
    pub interrupted: usize,
    pub flaky: usize,
    pub slow_passed: usize,
    pub slow_failed: usize,
    pub nanoseconds: u64,
    pub cancelled: bool,
}

/// What ran when somebody asked.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordRunning {
    pub evaluating_nanoseconds: Option<u64>,
    pub steps: Vec<RecordRunningStep>,
    pub builds: Vec<RecordRunningBuild>,
    pub downloads: Vec<String>,
    pub nix_is_at_work: bool,
    pub waiting: usize,
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordRunningStep {
    pub step: RecordStep,
    pub nanoseconds: u64,
    pub process: Option<u32>,
    pub last_lines: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RecordRunningBuild {
    pub drv_path: String,
    pub nanoseconds: u64,
    pub phase: Option<String>,
    pub last_line: Option<String>,
}
