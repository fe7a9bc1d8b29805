//! Arguments with their defaults filled in: what the commands work with.

use std::{ffi::OsString, path::PathBuf, thread};

use nixward_exec::engine::EngineKind;
use nixward_nix::tool::NixFlags;
use nixward_report::human::Verbosity;

use crate::cli::{
    ColorChoice, EngineName, ExecutionArgs, GlobalArgs, MessageFormat, NixArgs, ReportArgs,
    ReportStyle, SelectionArgs, TestArgs, VerbArgs,
};

/// What every command needs.
#[derive(Clone, Debug)]
pub(crate) struct GlobalSettings {
    pub(crate) directory: Option<PathBuf>,
    pub(crate) verbosity: Verbosity,
    pub(crate) color: ColorChoice,
    pub(crate) message_format: MessageFormat,
}

impl GlobalSettings {
    pub(crate) fn resolve(args: &GlobalArgs) -> Self {
        let GlobalArgs {
            directory,
            quiet,
            verbose,
            color,
            message_format,
        } = args;
        let verbosity = match (quiet, verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, _) => Verbosity::Verbose,
        };
        Self {
            directory: directory.clone(),
            verbosity,
            color: *color,
            message_format: *message_format,
        }
    }
}

/// What a verb needs.
#[derive(Clone, Debug)]
pub(crate) struct VerbSettings {
    pub(crate) verb: String,
    pub(crate) selection: SelectionArgs,
    pub(crate) jobs: usize,
    pub(crate) fail_fast: bool,
    /// Whether each step's output is shown as it comes, one after the other.
    pub(crate) no_capture: bool,
    /// Whether it goes on and runs again what edits change.
    pub(crate) watch: bool,
    /// Whether the keyboard is left alone.
    pub(crate) no_keys: bool,
    pub(crate) dry_run: bool,
    /// Where a page of what ran when is written, if it is wanted: to a file, or beside the logs.
    pub(crate) timings: Option<Option<PathBuf>>,
    pub(crate) report: ReportSettings,
    pub(crate) nix: NixFlags,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) container: ContainerSettings,
    pub(crate) test: TestSettings,
}

/// What verbs like `test` take besides.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TestSettings {
    pub(crate) retries: Option<u8>,
    /// How many times over each is run; then none is tried again.
    pub(crate) repeat: Option<u32>,
}

impl TestSettings {
    pub(crate) fn resolve(args: &TestArgs) -> Self {
        let TestArgs { retries, repeat } = args;
        Self {
            retries: *retries,
            repeat: *repeat,
        }
    }
}

/// How a run is reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReportSettings {
    pub(crate) style: ReportStyle,
    pub(crate) junit: Option<PathBuf>,
}

impl ReportSettings {
    pub(crate) fn resolve(args: &ReportArgs) -> Self {
        let ReportArgs { report, junit } = args;
        Self {
            style: *report,
            junit: junit.clone(),
        }
    }
}

/// What `container` needs besides.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ContainerSettings {
    pub(crate) loading: Loading,
    pub(crate) engine: Option<EngineKind>,
    /// Whether the image is run in the end.
    pub(crate) run: bool,
}

/// Whether images are loaded into an engine.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Loading {
    /// One that was asked for is, several are not.
    #[default]
    One,
    All,
    None,
}

impl VerbSettings {
    pub(crate) fn resolve(verb: &str, args: &VerbArgs, container: ContainerSettings) -> Self {
        let VerbArgs {
            selection,
            execution,
            report,
            nix,
            arguments,
        } = args;
        let ExecutionArgs {
            jobs,
            fail_fast,
            keep_going: _,
            no_capture,
            watch,
            no_keys,
            dry_run,
            timings,
        } = execution;
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self {
            verb: verb.to_owned(),
            selection: selection.clone(),
            jobs: if *no_capture {
                1
            } else {
                jobs.map_or(processors, usize::from)
                    .min(jobs_for_open_files())
            },
            fail_fast: *fail_fast,
            no_capture: *no_capture,
            watch: *watch,
            no_keys: *no_keys,
            dry_run: *dry_run,
            timings: timings.clone(),
            report: ReportSettings::resolve(report),
            nix: nix_flags(nix),
            arguments: arguments.clone(),
            container,
            test: TestSettings::default(),
        }
    }

    /// With what is said of tests.
    pub(crate) fn with_test(self, args: &TestArgs) -> Self {
        Self {
            test: TestSettings::resolve(args),
            ..self
        }
    }
}

/// How many steps the limit on open files allows: each needs a few at a time.
fn jobs_for_open_files() -> usize {
    const KEPT: u64 = 32;
    const EACH: u64 = 8;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let jobs = limit.map_or(u64::MAX, |limit| limit.saturating_sub(KEPT) / EACH);
    usize::try_from(jobs).unwrap_or(usize::MAX).max(1)
}

pub(crate) fn nix_flags(args: &NixArgs) -> NixFlags {
    let NixArgs {
        override_input,
        system,
        accept_flake_config,
        impure,
        show_trace,
        no_eval_cache,
        option,
    } = args;
    NixFlags {
        override_inputs: NixArgs::pairs(override_input),
        system: system.clone(),
        accept_flake_config: *accept_flake_config,
        impure: *impure,
        show_trace: *show_trace,
        no_eval_cache: *no_eval_cache,
        options: NixArgs::pairs(option),
    }
}

pub(crate) fn engine_kind(name: EngineName) -> EngineKind {
    match name {
        EngineName::Docker => EngineKind::Docker,
        EngineName::Podman => EngineKind::Podman,
    }
}
