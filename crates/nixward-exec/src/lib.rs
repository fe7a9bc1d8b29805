//! Carries out plans: builds what is missing, runs programs side by side, loads images, and says what happens.
//!
//! Responsibility: [`dispatcher`] owns the order and is the only emitter of events; each step runs in a worker that
//! owns one child process. Everything that it needs to know of the world comes in an [`ExecutionContext`].
//! It must not print, and it must not read the environment.

mod bounded_file;
mod build_clock;
mod build_logs;
mod build_results;
pub mod builder;
mod cancellation;
mod context;
pub mod dispatcher;
mod emitter;
pub mod engine;
mod error_chain;
mod failure_causes;
mod kept_runs;
mod kept_shell;
mod limits;
mod log_folder;
mod output_log;
mod overlap;
mod program_step;
mod question_pace;
mod ready_steps;
mod roots;
mod running_steps;
mod signal_watch;
mod successors;
mod tally;
mod test_environment;
mod test_step;
mod test_tries;
mod waiting_steps;
mod worker;

pub use build_results::{BuildResults, TargetFailure};
pub use cancellation::Cancellation;
pub use context::{ExecutionContext, LoadImages, OutputHandling};
pub use emitter::Emitter;
pub use error_chain::with_sources;
pub use kept_runs::{KeptRun, KeptRuns};
pub use kept_shell::KeptShell;
pub use log_folder::{LogFolder, LogFolderError, workspace_folder_name};
pub use roots::{Batch, Held, Roots};
pub use running_steps::RunningSteps;
pub use signal_watch::{
    SignalWatch, SignalWatchError, TerminalUser, end_by_signal, survive_questions,
};
pub use worker::program_path;
