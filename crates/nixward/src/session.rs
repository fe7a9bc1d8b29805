//! One call of nixward: what was asked for, the workspace, Nix, and what cancels it.

use std::{
    cell::Cell,
    path::PathBuf,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use nixward_core::selection_request::SelectionRequest;
use nixward_exec::{
    Cancellation, KeptRuns, LogFolder, SignalWatch,
    builder::BuildError,
    engine::{EngineChoice, EngineKind},
};
use nixward_guard::{ChildRegistry, Launcher};
use nixward_nix::{
    runner::{RunError, Runner},
    tool::{Nix, NixFlags},
};
use nixward_report::{rerun::Rerun, style::Styles};
use nixward_schema::WorkspaceHeader;

use crate::{
    cli::SelectionArgs,
    console_output,
    discovery::{self, Discovered},
    environment::Environment,
    error::{CliError, ErrorKind},
    evaluation::EarlyLook,
    meanwhile::Meanwhile,
    nix_setup,
    place::{Looking, Place},
    reporters::Scene,
    settings::{GlobalSettings, ReportSettings},
};

/// Everything that is known once the workspace and Nix are found.
pub(crate) struct Session {
    pub(crate) settings: GlobalSettings,
    pub(crate) environment: Environment,
    pub(crate) cwd: PathBuf,
    pub(crate) discovered: Discovered,
    /// For the first that asks what the source tree is like.
    pub(crate) early_look: Cell<Option<EarlyLook>>,
    /// With the person's flags; see also [`crate::evaluation::Answered::nix`].
    pub(crate) nix: Nix,
    pub(crate) runner: Runner,
    pub(crate) cancellation: Cancellation,
    pub(crate) start: Instant,
    /// Tells this run from all others of the workspace; sorts by time.
    run: String,
    /// What is done by the end.
    pub(crate) meanwhile: Meanwhile,
    /// Whether it only looks, and what it finds is told by another one.
    is_beside: bool,
}

impl Session {
    /// Finds the workspace, then Nix.
    pub(crate) fn open(settings: &GlobalSettings, flags: NixFlags) -> Result<Self, CliError> {
        let place = Place::find(settings, Looking::for_flags(&flags))?;
        Self::open_at(place, settings, flags, &watch_signals()?)
    }

    /// Finds Nix for a workspace that was found before.
    pub(crate) fn open_at(
        place: Place,
        settings: &GlobalSettings,
        flags: NixFlags,
        signals: &SignalWatch,
    ) -> Result<Self, CliError> {
        let Place {
            environment,
            cwd,
            discovered,
            early_look,
        } = place;
        for warning in &discovered.warnings {
            console_output::error_text(warning);
        }
        let guard_executable = std::env::current_exe()
            .map_err(|error| CliError::from_source(ErrorKind::Internal, &error))?;
        let children = ChildRegistry::default();
        let cancellation = signals.begin_run(&children);
        let runner = Runner {
            launcher: Launcher::new(guard_executable, children),
            env: environment.variables.clone(),
            cwd: cwd.clone(),
        };
        let place = Place {
            environment,
            cwd,
            discovered,
            early_look,
        };
        Self::with_runner(place, settings, flags, runner, cancellation)
    }

    /// For a look at the workspace while another session runs: its children are those of the other, which also answers
    /// who asks, and nothing is said.
    pub(crate) fn beside(
        place: Place,
        settings: &GlobalSettings,
        flags: NixFlags,
        runner: Runner,
        cancellation: &Cancellation,
    ) -> Result<Self, CliError> {
        let session = Self::with_runner(place, settings, flags, runner, cancellation.unasked())?;
        Ok(Self {
            is_beside: true,
            ..session
        })
    }

    fn with_runner(
        place: Place,
        settings: &GlobalSettings,
        flags: NixFlags,
        runner: Runner,
        cancellation: Cancellation,
    ) -> Result<Self, CliError> {
        let Place {
            environment,
            cwd,
            discovered,
            early_look,
        } = place;
        let nix = nix_setup::find_nix(&environment, &runner, flags)
            .map_err(|error| error.or_cancelled(&cancellation))?;
        let start = Instant::now();
        Ok(Self {
            settings: settings.clone(),
            environment,
            cwd,
            discovered,
            early_look: Cell::new(early_look),
            nix,
            runner,
            cancellation,
            start,
            run: run_name(),
            meanwhile: Meanwhile::default(),
            is_beside: false,
        })
    }

    /// What fails because the person cancelled is no failure of Nix.
    pub(crate) fn or_cancelled(&self, error: CliError) -> CliError {
        error.or_cancelled(&self.cancellation)
    }

    pub(crate) fn system(&self) -> String {
        self.nix.flags.system.clone().unwrap_or_else(|| {
            let os = if cfg!(target_os = "macos") {
                "darwin"
            } else {
                std::env::consts::OS
            };
            format!("{}-{os}", std::env::consts::ARCH)
        })
    }

    pub(crate) fn stdout_styles(&self) -> Styles {
        console_output::stdout_styles(self.settings.color, &self.environment)
    }

    pub(crate) fn request(&self, selection: &SelectionArgs) -> SelectionRequest {
        let SelectionArgs {
            projects,
            all,
            patterns,
            tag,
            exclude,
        } = selection;
        let root = &self.discovered.workspace.root;
        SelectionRequest {
            operands: projects
                .iter()
                .map(|project| discovery::operand(&project.to_string_lossy(), &self.cwd, root))
                .collect(),
            patterns: patterns.clone(),
            tags: tag.clone(),
            exclude: exclude.clone(),
            all: *all,
            current_folder: self.discovered.current_folder.clone(),
        }
    }

    /// How to see more of an error of Nix, where not everything is shown already.
    pub(crate) fn trace_hint(&self) -> Option<String> {
        let hint = "for the whole trace: --show-trace".to_owned();
        (!self.nix.flags.show_trace).then_some(hint)
    }

    /// What is said when `nix build` could not be run.
    pub(crate) fn build_error(&self, error: &BuildError) -> CliError {
        let shown = CliError::from_source(ErrorKind::Build, error);
        match error {
            BuildError::Run(RunError::Cancelled) => self.or_cancelled(shown),
            BuildError::Run(_) | BuildError::Answer(_) => shown,
        }
    }

    /// Whether what goes wrong is kept beside the logs of runs.
    pub(crate) fn keeps_traces(&self) -> bool {
        !self.is_beside
    }

    /// The folder for the logs of this run.
    pub(crate) fn logs(&self) -> LogFolder {
        LogFolder::new(self.kept_runs().folder(), &self.run)
    }

    /// The runs of this workspace that are kept.
    pub(crate) fn kept_runs(&self) -> KeptRuns {
        let state_folder = self.environment.state_folder();
        KeptRuns::new(&state_folder, &self.discovered.workspace.root)
    }

    /// What reporters need to know of it.
    pub(crate) fn scene(&self, report: ReportSettings, rerun: Rerun) -> Scene<'_> {
        Scene {
            global: &self.settings,
            environment: &self.environment,
            cwd: &self.cwd,
            workspace: &self.discovered.workspace.name,
            report,
            rerun,
            started: SystemTime::now() - self.start.elapsed(),
            clock: Some(self.start),
        }
    }

    /// Where container engines are looked for, and which one is wanted.
    pub(crate) fn engine_choice(&self, wanted: Option<EngineKind>) -> EngineChoice {
        EngineChoice {
            wanted,
            search_path: self.environment.get("PATH").map(Into::into),
            cwd: self.cwd.clone(),
        }
    }

    pub(crate) fn header(&self) -> WorkspaceHeader {
        WorkspaceHeader {
            name: self.discovered.workspace.name.clone(),
            root: self.discovered.workspace.root.display().to_string(),
            flake: self.discovered.flake.to_string(),
            system: self.system(),
        }
    }
}

fn run_name() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!("{:013}-{}", now.as_millis(), std::process::id())
}

/// Listens to signals, which one does once in a process.
pub(crate) fn watch_signals() -> Result<SignalWatch, CliError> {
    SignalWatch::start().map_err(|error| CliError::from_source(ErrorKind::Internal, &error))
}
