//! What an execution needs to know of the world.

use std::{ffi::OsString, path::PathBuf};

use nixward_core::plan::Step;
use nixward_guard::Launcher;
use nixward_nix::{runner::Runner, tool::Nix};

use crate::{
    engine::EngineChoice, log_folder::LogFolder, roots::Roots, running_steps::RunningSteps,
};

/// Given by the caller, who alone reads the environment.
#[derive(Clone, Debug)]
pub struct ExecutionContext {
    pub nix: Nix,
    /// Asks `nix` and engines' clients.
    pub runner: Runner,
    /// Starts the programs of steps.
    pub launcher: Launcher,
    /// The folder that nixward was called in.
    pub cwd: PathBuf,
    pub workspace_root: PathBuf,
    /// The caller's environment, which tests see only by `pass-env`.
    pub caller_environment: Vec<(OsString, OsString)>,
    /// Where private folders of tests are made.
    pub temporary_folder: PathBuf,
    pub logs: LogFolder,
    /// For whoever asks; none in the beginning.
    pub running: RunningSteps,
    /// What was built before and is held.
    pub roots: Roots,
    /// How many steps run side by side.
    pub jobs: usize,
    pub fail_fast: bool,
    pub output: OutputHandling,
    pub engine: EngineChoice,
    pub load_images: LoadImages,
}

/// Which images are loaded into the engine, and not only built.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LoadImages {
    All,
    /// Those that other steps come after.
    ForOthers,
    None,
}

/// What happens with a test's output besides going to its log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OutputHandling {
    /// Shown as it comes: steps follow each other.
    Streamed,
    /// That of what was asked for is shown as it comes, that of what only comes before it when it fails: one step was
    /// asked for, and nothing runs beside it.
    StreamedWanted,
    /// Shown when the step fails.
    OnFailure,
}

impl OutputHandling {
    /// Whether what this step prints is shown as it comes.
    pub(crate) fn streams(self, step: &Step) -> bool {
        match self {
            Self::Streamed => true,
            Self::StreamedWanted => !step.is_prerequisite(),
            Self::OnFailure => false,
        }
    }
}
