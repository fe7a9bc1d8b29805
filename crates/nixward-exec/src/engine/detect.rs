//! Finds an engine that runs.

use std::{ffi::OsString, fmt, path::PathBuf};

use nixward_nix::{
    invocation::Invocation,
    runner::{RunError, Runner},
};
use thiserror::Error;

/// The engines that are known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EngineKind {
    Docker,
    Podman,
}

impl EngineKind {
    pub const ALL: [Self; 2] = [Self::Docker, Self::Podman];

    pub fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.program())
    }
}

/// Which engine is wanted, and where to look.
#[derive(Clone, Debug, Default)]
pub struct EngineChoice {
    /// The one that was asked for; nothing means the first that runs.
    pub wanted: Option<EngineKind>,
    /// PATH.
    pub search_path: Option<OsString>,
    pub cwd: PathBuf,
}

/// An engine that answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Engine {
    pub kind: EngineKind,
    pub program: PathBuf,
}

/// Why there is no engine.
#[derive(Debug, Error)]
pub enum EngineError {
    #[error("there is no container engine: neither docker nor podman is on PATH")]
    NoneInstalled,
    #[error("{kind} is not on PATH")]
    NotInstalled { kind: EngineKind },
    #[error("{kind} does not answer: {said}")]
    NotRunning {
        kind: EngineKind,
        said: String,
        permission: bool,
    },
    #[error(transparent)]
    Run(#[from] RunError),
}

/// The engine to use: the wanted one, else the first that is installed and answers.
pub fn find(choice: &EngineChoice, runner: &Runner) -> Result<Engine, EngineError> {
    let candidates: Vec<EngineKind> = choice
        .wanted
        .map_or_else(|| EngineKind::ALL.to_vec(), |kind| vec![kind]);
    let mut first_problem = None;
    for kind in candidates {
        let Ok(program) =
            which::which_in(kind.program(), choice.search_path.as_deref(), &choice.cwd)
        else {
            continue;
        };
        let engine = Engine { kind, program };
        match ask(&engine, runner)? {
            None => return Ok(engine),
            Some(problem) => first_problem = first_problem.or(Some(problem)),
        }
    }
    Err(first_problem.unwrap_or(match choice.wanted {
        Some(kind) => EngineError::NotInstalled { kind },
        None => EngineError::NoneInstalled,
    }))
}

/// The engine that is meant, as far as can be told without asking one: the wanted one, else the first that is installed.
pub fn likely(choice: &EngineChoice) -> EngineKind {
    let is_installed = |kind: &EngineKind| {
        which::which_in(kind.program(), choice.search_path.as_deref(), &choice.cwd).is_ok()
    };
    choice
        .wanted
        .or_else(|| EngineKind::ALL.into_iter().find(is_installed))
        .unwrap_or(EngineKind::Docker)
}

/// Asks the engine for its version; Docker's client asks its daemon for that.
fn ask(engine: &Engine, runner: &Runner) -> Result<Option<EngineError>, EngineError> {
    let template = match engine.kind {
        EngineKind::Docker => "{{.Server.Version}}",
        EngineKind::Podman => "{{.Client.Version}}",
    };
    let finished =
        runner.run(&Invocation::new(&engine.program).args(["version", "--format", template]))?;
    if finished.succeeded() {
        return Ok(None);
    }
    let said = finished
        .stderr
        .lines()
        .last()
        .unwrap_or("it said nothing")
        .trim()
        .to_owned();
    let permission = finished.stderr.contains("permission denied");
    Ok(Some(EngineError::NotRunning {
        kind: engine.kind,
        said,
        permission,
    }))
}
