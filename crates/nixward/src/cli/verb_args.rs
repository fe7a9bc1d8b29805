//! The arguments of verbs.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, builder::FalseyValueParser};

use super::{
    nix_args::NixArgs, report_args::ReportArgs, selection_args::SelectionArgs,
    value_enums::EngineName,
};

#[derive(Args, Clone, Debug)]
pub struct VerbArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,

    #[command(flatten)]
    pub execution: ExecutionArgs,

    #[command(flatten)]
    pub report: ReportArgs,

    #[command(flatten)]
    pub nix: NixArgs,

    /// Arguments for the program, after those of the manifest; for projects that are named one by one
    #[arg(last = true, value_name = "ARGS", help_heading = "Program arguments")]
    pub arguments: Vec<OsString>,
}

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Execution options")]
pub struct ExecutionArgs {
    /// How many steps run side by side (default: the number of processors)
    #[arg(short, long, value_name = "N", env = "NIXWARD_JOBS", hide_env_values = true, value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,

    /// Start nothing more after the first failure
    #[arg(
        long,
        env = "NIXWARD_FAIL_FAST", value_parser = FalseyValueParser::new(),
        hide_env_values = true,
        overrides_with = "keep_going"
    )]
    pub fail_fast: bool,

    /// Run everything whatever fails (the default)
    #[arg(long, alias = "no-fail-fast", overrides_with = "fail_fast")]
    pub keep_going: bool,

    /// Run one step at a time, whatever `--jobs` says, and show what it prints as it comes
    #[arg(
        long,
        alias = "nocapture",
        env = "NIXWARD_NO_CAPTURE", value_parser = FalseyValueParser::new(),
        hide_env_values = true
    )]
    pub no_capture: bool,

    /// Go on and wait for edits, and run again what each of them changes; Ctrl-C ends it
    #[arg(long, conflicts_with = "dry_run")]
    pub watch: bool,

    /// Read no keys: at a terminal, `t` and Enter show what runs
    #[arg(
        long,
        env = "NIXWARD_NO_KEYS", value_parser = FalseyValueParser::new(),
        hide_env_values = true
    )]
    pub no_keys: bool,

    /// Show what would be done, as `nixward plan` does
    #[arg(long)]
    pub dry_run: bool,

    /// Write a page of HTML that shows when each thing ran (default: beside the run's logs)
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        env = "NIXWARD_TIMINGS",
        hide_env_values = true
    )]
    pub timings: Option<Option<PathBuf>>,
}

#[derive(Args, Clone, Debug)]
pub struct ContainerArgs {
    #[command(flatten)]
    pub verb: VerbArgs,

    /// Run the image when it is loaded, and become it
    #[arg(long, help_heading = "Container options", conflicts_with_all = ["no_load", "all"])]
    pub run: bool,

    /// Load the images even where several projects are selected
    #[arg(long, help_heading = "Container options")]
    pub load: bool,

    /// Only build the images; needs no engine
    #[arg(long, help_heading = "Container options", conflicts_with = "load")]
    pub no_load: bool,

    /// The engine to use (default: the first that runs)
    #[arg(
        long,
        value_enum,
        help_heading = "Container options",
        env = "NIXWARD_ENGINE",
        hide_env_values = true
    )]
    pub engine: Option<EngineName>,
}
