//! `nixward plan … --message-format json` and `--dry-run --message-format json`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::EvaluationCache;

/// What `nixward plan --message-format json` prints.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanDocument {
    /// The version of this format.
    pub version: u32,
    pub workspace: WorkspaceHeader,
    /// Where what is known of the flake comes from.
    pub evaluation: EvaluationCache,
    pub steps: Vec<PlanStep>,
    /// Steps that one process carries out together, with the exact command (but for the links by which nixward holds
    /// what is built).
    pub batches: Vec<PlanBatch>,
    pub skipped: Vec<SkippedProject>,
    pub failed: Vec<FailedEvaluation>,
}

impl PlanDocument {
    pub const VERSION: u32 = 1;
}

/// Which workspace a document is about.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceHeader {
    pub name: String,
    pub root: String,
    /// The flake reference that Nix is given.
    pub flake: String,
    pub system: String,
}

/// One step of a plan.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanStep {
    pub id: usize,
    pub kind: PlanStepKind,
    /// Absent where the step belongs to the workspace and to no project.
    pub project: Option<String>,
    pub verb: String,
    /// The attribute of the flake that the step comes from.
    pub attribute: String,
    pub drv_path: String,
    /// The command as an array of arguments, the program first.
    pub command: Vec<String>,
    pub reason: PlanReason,
    /// The steps that must have succeeded before.
    pub after: Vec<usize>,
    /// Whether what the step builds is there already, so that nothing is started for it.
    pub built: bool,
    /// How a test is run; absent for all other steps, and where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<PlanTest>,
}

/// How a test is run, as the manifest and the command line together say.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanTest {
    /// How long a try may take.
    pub timeout_milliseconds: Option<u64>,
    /// How long it may take to end once it was told to; else ten seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_milliseconds: Option<u64>,
    /// After how long a try is slow.
    pub slow_after_milliseconds: Option<u64>,
    /// How often it is tried again after a failure.
    pub retries: u8,
    /// No two tests of a group run at the same time.
    pub group: Option<String>,
    /// How many of the jobs it takes; else one.
    pub weight: Option<u8>,
    /// How many times over it is run, up to its first failure.
    pub repeat: Option<u32>,
}

/// What a step does.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanStepKind {
    Build,
    Check,
    Load,
    Run,
    Shell,
    Test,
}

/// Why a step is in the plan.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanReason {
    /// A word that does not change: `named`, `current-folder`, `matched`, `default-member`, `falls-back-to-check`,
    /// `whole-workspace`, `comes-before`, `needed-by`.
    pub kind: String,
    /// The same in words for people.
    pub text: String,
}

/// Several steps that one process carries out.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanBatch {
    pub steps: Vec<usize>,
    pub command: Vec<String>,
}

/// A selected project that has nothing to do for the verb.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SkippedProject {
    pub project: String,
    pub verb: String,
    pub why: String,
}

/// An attribute that does not evaluate.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedEvaluation {
    /// Absent where the attribute belongs to no project.
    pub project: Option<String>,
    pub verb: String,
    pub attribute: String,
    /// What Nix said.
    pub message: String,
}
