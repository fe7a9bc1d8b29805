//! One call of nixward: the workspace, Nix, and the way to its answers.

use std::{
    path::PathBuf,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use nixward_core::{
    event::EventKind,
    project::{ProjectSet, resolve},
    query::EvaluationQuery,
    selection_request::SelectionRequest,
};
use nixward_exec::{Cancellation, Emitter, LogFolder, builder::BuildError};
use nixward_guard::ChildRegistry;
use nixward_nix::{
    evaluator::{EvaluateError, Evaluated, Evaluator},
    runner::{RunError, Runner},
    tool::{Nix, NixFlags},
};
use nixward_report::{
    human::{HumanReporter, HumanSettings, LiveDisplay},
    json_lines::JsonLinesReporter,
    reporter::{Reporter, Reporters},
    style::Styles,
};
use nixward_schema::WorkspaceHeader;

use crate::{
    cli::{MessageFormat, SelectionArgs},
    console_output,
    discovery::{self, Discovered},
    environment::Environment,
    error::{CliError, ErrorKind},
    hints, nix_setup,
    settings::GlobalSettings,
};

/// Everything that is known once the workspace and Nix are found.
pub(crate) struct Session {
    pub(crate) settings: GlobalSettings,
    pub(crate) environment: Environment,
    pub(crate) cwd: PathBuf,
    pub(crate) discovered: Discovered,
    pub(crate) nix: Nix,
    pub(crate) runner: Runner,
    pub(crate) cancellation: Cancellation,
    pub(crate) start: Instant,
}

impl Session {
    /// Finds the workspace, then Nix.
    pub(crate) fn open(settings: &GlobalSettings, flags: NixFlags) -> Result<Self, CliError> {
        let place = Place::find(settings)?;
        let Place {
            environment,
            cwd,
            discovered,
        } = place;
        for warning in &discovered.warnings {
            console_output::error_text(warning);
        }
        let internal =
            |error: &dyn std::error::Error| CliError::from_source(ErrorKind::Internal, error);
        let guard_executable = std::env::current_exe().map_err(|error| internal(&error))?;
        let children = ChildRegistry::default();
        let cancellation = Cancellation::watch(&children).map_err(|error| internal(&error))?;
        let runner = Runner {
            guard_executable,
            env: environment.variables.clone(),
            cwd: cwd.clone(),
            children,
        };
        // What fails because the person cancelled is no failure of Nix.
        let or_cancelled = |error| cancellation.signal().map_or(error, CliError::signal);
        let mut nix = nix_setup::find_nix(&environment, &runner, flags).map_err(or_cancelled)?;
        let brought = nix_setup::flake_options(&nix, &runner, &discovered.flake_folder)
            .map_err(or_cancelled)?;
        nix.flags.options.extend(brought);
        let start = Instant::now();
        Ok(Self {
            settings: settings.clone(),
            environment,
            cwd,
            discovered,
            nix,
            runner,
            cancellation,
            start,
        })
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

    pub(crate) fn styles(&self) -> Styles {
        console_output::styles(
            self.settings.color,
            &self.environment,
            console_output::stderr_is_terminal(),
        )
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

    /// Asks the flake, and finds the projects in the answer.
    pub(crate) fn evaluate(
        &self,
        query: &EvaluationQuery,
        emitter: &mut Emitter<'_>,
    ) -> Result<(Evaluated, ProjectSet), CliError> {
        emitter.emit(EventKind::EvaluationStarted);
        let started = Instant::now();
        let evaluator = Evaluator {
            nix: &self.nix,
            runner: &self.runner,
            flake: &self.discovered.flake,
        };
        let evaluated = evaluator
            .evaluate(query)
            .map_err(|error| self.evaluate_error(&error))?;
        emitter.emit(EventKind::EvaluationFinished {
            duration: started.elapsed(),
        });
        for message in &evaluated.warnings {
            emitter.emit(EventKind::Warning {
                message: message.clone(),
            });
        }
        let mut projects = resolve(&self.discovered.workspace, &evaluated.evaluation);
        let root = &self.discovered.workspace.root;
        for project in &mut projects.projects {
            // A position may be one in another flake, whose folders are not here.
            project.folder.take_if(|folder| !root.join(folder).is_dir());
        }
        Ok((evaluated, projects))
    }

    fn evaluate_error(&self, error: &EvaluateError) -> CliError {
        if let (EvaluateError::Run(RunError::Cancelled), Some(signal)) =
            (error, self.cancellation.signal())
        {
            return CliError::signal(signal);
        }
        let cli_error = CliError::from_source(ErrorKind::Nix, error);
        match error {
            EvaluateError::Flake { message, stderr } => cli_error
                .cause(message.clone())
                .hints(self.untracked_hint(stderr))
                .hints(self.trace_hint()),
            EvaluateError::Run(_) | EvaluateError::Answer(_) | EvaluateError::Question(_) => {
                cli_error
            }
        }
    }

    /// How to see more of an error of Nix, where not everything is shown already.
    pub(crate) fn trace_hint(&self) -> Option<String> {
        let hint = "for the whole trace: --show-trace".to_owned();
        (!self.nix.flags.show_trace).then_some(hint)
    }

    /// What is said when `nix build` could not be run.
    pub(crate) fn build_error(&self, error: &BuildError) -> CliError {
        match (error, self.cancellation.signal()) {
            (BuildError::Run(RunError::Cancelled), Some(signal)) => CliError::signal(signal),
            _ => CliError::from_source(ErrorKind::Build, error),
        }
    }

    /// Where Nix misses a file, the files that git does not track: those that the message is about, else those of the
    /// workspace that Nix would read.
    pub(crate) fn untracked_hint(&self, said: &str) -> Option<String> {
        const MISSING: [&str; 4] = [
            "does not exist",
            "is not tracked by Git",
            "No such file",
            "missing",
        ];
        let git = self.discovered.git.as_ref()?;
        if !MISSING.iter().any(|text| said.contains(text)) {
            return None;
        }
        let files = nixward_git::untracked_files(git, "").ok()?;
        let is_named = |file: &&String| {
            file.split('/')
                .next_back()
                .is_some_and(|name| said.contains(name))
        };
        let named: Vec<&String> = files.iter().filter(is_named).collect();
        let workspace = &self.discovered.workspace;
        let is_nix =
            |file: &&String| file.ends_with(".nix") && workspace.relative_to_root(file).is_some();
        let meant = if named.is_empty() {
            files.iter().filter(is_nix).collect()
        } else {
            named
        };
        let written: Vec<String> = meant
            .iter()
            .map(|file| discovery::relative(&self.cwd, &git.root.join(file)))
            .collect();
        hints::untracked(&written)
    }

    /// The folder for the logs of this run.
    pub(crate) fn logs(&self) -> LogFolder {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let run = format!("{:013}-{}", now.as_millis(), std::process::id());
        let workspace = nixward_exec::workspace_folder_name(&self.discovered.workspace.root);
        LogFolder::new(
            &self.environment.state_folder().join("runs").join(workspace),
            &run,
        )
    }

    pub(crate) fn header(&self) -> WorkspaceHeader {
        WorkspaceHeader {
            name: self.discovered.workspace.name.clone(),
            root: self.discovered.workspace.root.display().to_string(),
            flake: self.discovered.flake.to_string(),
            system: self.system(),
        }
    }

    /// The reporters for a run. The output of a step that is streamed goes to standard output.
    pub(crate) fn reporters(&self, reporting: Reporting) -> Reporters<'static> {
        let is_terminal = console_output::stderr_is_terminal();
        let settings = HumanSettings {
            verbosity: self.settings.verbosity,
            styles: self.styles(),
            output_is_streamed: reporting == Reporting::OneStep,
        };
        let is_json = self.settings.message_format == MessageFormat::Json;
        let is_live = is_terminal && !self.environment.is_plain();
        let live = is_live.then(|| LiveDisplay::new(nixward_report::human::standard_error()));
        let human: Box<dyn Reporter> = if is_json {
            // What a step prints would be between the lines that machines read.
            Box::new(HumanReporter::new(
                settings,
                std::io::stderr(),
                std::io::stderr(),
                live,
            ))
        } else {
            Box::new(HumanReporter::new(
                settings,
                std::io::stderr(),
                std::io::stdout(),
                live,
            ))
        };
        // A document is the only thing on standard output.
        let json = (is_json && reporting != Reporting::Document)
            .then(|| Box::new(JsonLinesReporter::new(std::io::stdout())) as Box<dyn Reporter>);
        Reporters::new(std::iter::once(human).chain(json).collect())
    }
}

/// What a report is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reporting {
    /// The way to a document, which is printed in the end.
    Document,
    Steps,
    /// One step, whose output is shown as it comes.
    OneStep,
}

/// What is known before Nix is looked for.
pub(crate) struct Place {
    pub(crate) environment: Environment,
    pub(crate) cwd: PathBuf,
    pub(crate) discovered: Discovered,
}

impl Place {
    pub(crate) fn find(settings: &GlobalSettings) -> Result<Self, CliError> {
        let environment = Environment::read();
        let folder = settings
            .directory
            .clone()
            .unwrap_or_else(|| PathBuf::from("."));
        let cwd = fs_err::canonicalize(&folder).map_err(|error| {
            let message = format!("cannot start in the folder {}", folder.display());
            CliError::new(ErrorKind::Usage, message).cause(error.kind().to_string())
        })?;
        let styled = console_output::styles(
            settings.color,
            &environment,
            console_output::stderr_is_terminal(),
        )
        .enabled;
        let discovered = discovery::discover(&cwd, styled)?;
        Ok(Self {
            environment,
            cwd,
            discovered,
        })
    }
}
