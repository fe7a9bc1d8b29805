//! The arguments of `log`.

use clap::Args;

use super::report_args::ReportArgs;

#[derive(Args, Clone, Debug)]
pub struct LogArgs {
    /// Print the whole output of this project's step, from the last run that had one
    #[arg(value_name = "PROJECT")]
    pub project: Option<String>,

    /// The verb, where the last one that ran is not meant
    #[arg(value_name = "VERB")]
    pub verb: Option<String>,

    /// The run that is meant: its name or a part at either end of it that no other has (default: the last one)
    #[arg(long, value_name = "RUN")]
    pub id: Option<String>,

    /// Look only at what failed
    #[arg(long)]
    pub failed: bool,

    /// List the runs that are kept, the newest first
    #[arg(long, conflicts_with_all = ["project", "id", "replay", "stats"])]
    pub runs: bool,

    /// Report the run once more, in any style and format
    #[arg(long, conflicts_with_all = ["project", "stats"])]
    pub replay: bool,

    /// Show which steps are slow and which are flaky, over all runs that are kept
    #[arg(long, conflicts_with_all = ["id", "failed"])]
    pub stats: bool,

    #[command(flatten)]
    pub report: ReportArgs,
}
