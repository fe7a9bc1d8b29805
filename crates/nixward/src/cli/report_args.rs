//! How a run is reported, and to whom besides.

use std::path::PathBuf;

use clap::Args;

use super::value_enums::ReportStyle;

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Report options")]
pub struct ReportArgs {
    /// How the run is told on standard error
    #[arg(
        long,
        value_name = "STYLE",
        value_enum,
        default_value_t,
        env = "NIXWARD_REPORT",
        hide_env_values = true
    )]
    pub report: ReportStyle,

    /// Write a JUnit report for CI systems, too
    #[arg(
        long,
        value_name = "FILE",
        env = "NIXWARD_JUNIT",
        hide_env_values = true
    )]
    pub junit: Option<PathBuf>,
}
