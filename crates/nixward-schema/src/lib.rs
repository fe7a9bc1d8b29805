//! The wire types of nixward: what machines read on its standard output, and its exit codes.
//!
//! This crate is the one stable interface. Every document carries a version; a field is added freely, and
//! renamed or removed only with a new version. It knows nothing of how the values come to be.

mod evaluation_cache;
mod event_line;
pub mod exit_code;
mod list_document;
mod plan_document;
mod record_line;
mod run_document;
mod running_line;

pub use evaluation_cache::{CacheState, EvaluationCache};
pub use event_line::{EventLine, EventLineKind, LineFailedTry, LineRuns, LineStatus};
pub use list_document::{DeclaredProject, ListDocument, ListedProject, ListedVerb};
pub use plan_document::{
    FailedEvaluation, PlanBatch, PlanDocument, PlanReason, PlanStep, PlanStepKind, PlanTest,
    SkippedProject, WorkspaceHeader,
};
pub use record_line::{
    RecordHead, RecordKind, RecordLine, RecordOutcome, RecordRunning, RecordRunningBuild,
    RecordRunningStep, RecordShown, RecordStatus, RecordStep, RecordSummary, RecordTry,
};
pub use run_document::{
    RunDocument, RunHeader, RunState, RunStep, RunsDocument, StatsDocument, StepStats,
};
pub use running_line::{RunningBuildLine, RunningStepLine};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};

/// The JSON Schema of what is printed as this type: what stands in `schemas/`. It allows further fields, which a later
/// nixward may have.
pub fn json_schema<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
}
