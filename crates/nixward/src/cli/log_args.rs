//! The arguments of `log`.

use clap::{ArgMatches, Args, error::ErrorKind, parser::ValueSource};

use super::report_args::ReportArgs;

#[derive(Args, Clone, Debug)]
pub struct LogArgs {
    /// Print the whole output of this project's step, from the last run that had one; also while it runs
    #[arg(value_name = "PROJECT")]
    pub project: Option<String>,

    /// The verb, where the last one that ran is not meant
    #[arg(value_name = "VERB")]
    pub verb: Option<String>,

    /// The run that is meant: its name or a part at either end of it that no other has (default: the last one)
    #[arg(long, value_name = "RUN")]
    pub id: Option<String>,

    /// Look only at runs and steps that failed, also those that were not run or have no end
    #[arg(long)]
    pub failed: bool,

    /// List the runs that are kept, the newest first
    #[arg(long, conflicts_with_all = ["project", "id", "replay", "stats"])]
    pub runs: bool,

    /// Report the run once more, in any style (`--report`) and format (`--message-format`, `--junit`)
    #[arg(long, conflicts_with_all = ["project", "stats"])]
    pub replay: bool,

    /// Show which steps are slow and which are flaky, over all runs that are kept
    #[arg(long, conflicts_with_all = ["id", "failed"])]
    pub stats: bool,

    #[command(flatten)]
    pub report: ReportArgs,
}

/// Refuses what is about a report where there is none. The variables that say the same are there for every call, so that
/// they are no error.
pub(super) fn check(matches: &ArgMatches) -> Result<(), clap::Error> {
    let is_typed = |id: &&str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let typed = ["report", "junit"].into_iter().find(is_typed);
    match typed {
        Some(option) if !matches.get_flag("replay") => {
            let message = format!(
                "`--{option}` is about the report of a run; with `--replay` the run is reported once more"
            );
            let mut command = super::command();
            command.build();
            // Whose usage is told.
            let mut log = command.find_subcommand("log").cloned().unwrap_or(command);
            Err(log.error(ErrorKind::MissingRequiredArgument, message))
        }
        _ => Ok(()),
    }
}
