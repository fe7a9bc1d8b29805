//! The command line, one file for each group of arguments.

mod clean_args;
mod global_args;
mod log_args;
mod nix_args;
mod plan_args;
mod report_args;
mod selection_args;
mod test_args;
mod value_enums;
mod verb_args;

use std::ffi::OsString;

use clap::{
    CommandFactory as _, FromArgMatches as _, Parser, Subcommand,
    error::{ContextKind, ContextValue},
};
pub use clean_args::CleanArgs;
pub use global_args::GlobalArgs;
pub use log_args::LogArgs;
pub use nix_args::NixArgs;
pub use plan_args::{ListArgs, PlanArgs};
pub use report_args::ReportArgs;
pub use selection_args::SelectionArgs;
pub use test_args::{TestArgs, TestVerbArgs};
pub use value_enums::{ColorChoice, EngineName, MessageFormat, ReportStyle};
pub use verb_args::{ContainerArgs, ExecutionArgs, VerbArgs};

use crate::error::{CliError, ErrorKind};

const AFTER_HELP: &str = "\
Run `nixward` alone to see this workspace, and `nixward help COMMAND` for a command's options.

Exit codes: 0 all good, 1 a test or program failed, 2 usage or manifest, 3 Nix missing or evaluation failed, \
4 nothing matched, 5 a build failed, 70 a bug in nixward. `run` and `shell` of one project return the program's own \
code, and 125 where nixward failed.";

/// Run a verb over the projects of a monorepo built with Nix.
#[derive(Clone, Debug, Parser)]
#[command(name = "nixward", bin_name = "nixward", version, after_help = AFTER_HELP, max_term_width = 100)]
#[command(
    override_usage = "nixward [OPTIONS] [COMMAND]",
    disable_help_subcommand = false
)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// A command. Those that no variant names may be verbs of the workspace's own.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run a project's program, and become it
    Run(VerbArgs),
    /// Run the tests of projects, side by side
    Test(TestVerbArgs),
    /// Build the checks of projects, as `nix flake check` does
    Check(VerbArgs),
    /// Build projects and print where they are
    Build(VerbArgs),
    /// Build a project's image and load it into Docker or Podman
    Container(ContainerArgs),
    /// Open a shell with a project's tools, or run one command in it
    Shell(VerbArgs),
    /// List the projects and what each can do
    List(ListArgs),
    /// Show what a verb would do, with the exact commands and the reasons
    Plan(PlanArgs),
    /// Show what ran before: the last run, a step's whole output, all runs, what is slow or flaky
    Log(LogArgs),
    /// Remove what nixward keeps of this workspace and can make again
    Clean(CleanArgs),
    #[command(external_subcommand)]
    Own(Vec<OsString>),
}

/// Reads the arguments.
pub(crate) fn parse(args: &[OsString]) -> Result<Cli, CliError> {
    matches_of(command(), help_of_own_verb(args))
        .and_then(|matches| {
            if let Some(matches) = matches.subcommand_matches("log") {
                log_args::check(matches)?;
            }
            Cli::from_arg_matches(&matches)
        })
        .map_err(CliError::from_clap)
}

/// `nixward help VERB` is `nixward VERB --help` for verbs that only the workspace knows.
fn help_of_own_verb(args: &[OsString]) -> Vec<OsString> {
    match args {
        [program, help, verb] if help == "help" && is_unknown(&verb.to_string_lossy()) => {
            vec![program.clone(), verb.clone(), "--help".into()]
        }
        _ => args.to_vec(),
    }
}

fn is_unknown(verb: &str) -> bool {
    verb != "help" && !verb.starts_with('-') && command().find_subcommand(verb).is_none()
}

/// The command, for documentation and completions.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Reads words, and variables beside them.
fn matches_of(
    command: clap::Command,
    words: Vec<OsString>,
) -> Result<clap::ArgMatches, clap::Error> {
    let mut command = without_empty_variables(command);
    let typed: Vec<String> = words
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    command.try_get_matches_from_mut(words).map_err(|error| {
        // Only then options have their names, those of commands that were not called, too.
        command.build();
        naming_the_variable(error, &command, &typed)
    })
}

/// The error, with the name of the variable where it was that, and no word, that gave the value.
fn naming_the_variable(
    mut error: clap::Error,
    command: &clap::Command,
    typed: &[String],
) -> clap::Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let (Some(option), Some(value)) = (
        text(ContextKind::InvalidArg),
        text(ContextKind::InvalidValue),
    ) else {
        return error;
    };
    let is_typed = typed.iter().any(|word| word.ends_with(&value));
    if let (false, Some(variable)) = (is_typed, variable_of(command, &option, &value)) {
        let named = ContextValue::String(format!("{variable} ({option})"));
        error.insert(ContextKind::InvalidArg, named);
    }
    error
}

/// The variable that gives this value to an option of the command or of one below it.
fn variable_of(command: &clap::Command, option: &str, value: &str) -> Option<String> {
    let mut own = command
        .get_arguments()
        .filter(|arg| arg.to_string() == option);
    let found = own.find_map(|arg| {
        let name = arg.get_env()?;
        let is_set = std::env::var_os(name).is_some_and(|there| there == value);
        is_set.then(|| name.to_string_lossy().into_owned())
    });
    found.or_else(|| {
        command
            .get_subcommands()
            .find_map(|below| variable_of(below, option, value))
    })
}

/// The command without those variables that are set to nothing: they count as if they were not set.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| {
        arg.get_env()
            .and_then(std::env::var_os)
            .is_some_and(|value| value.is_empty())
    };
    command
        .mut_args(|arg| {
            if is_empty(&arg) {
                arg.env(None::<&'static str>)
            } else {
                arg
            }
        })
        .mut_subcommands(without_empty_variables)
}

/// Nix's flags as variables give them: for `nixward` alone, which has no place for them on its command line.
pub(crate) fn nix_args_from_variables() -> Result<NixArgs, CliError> {
    matches_of(
        <NixArgs as clap::Args>::augment_args(clap::Command::new("nixward")),
        vec!["nixward".into()],
    )
    .and_then(|matches| NixArgs::from_arg_matches(&matches))
    .map_err(CliError::from_clap)
}

/// Reads a whole command line as one of a verb of the workspace's own: a built-in one under another name.
pub(crate) fn parse_own_verb(
    args: &[OsString],
    name: &str,
) -> Result<(GlobalArgs, TestVerbArgs), CliError> {
    let verb = <TestVerbArgs as clap::Args>::augment_args(clap::Command::new(name.to_owned()))
        .about("A verb of this workspace");
    let matches = matches_of(command().subcommand(verb), help_of_own_verb(args))
        .map_err(CliError::from_clap)?;
    let global = GlobalArgs::from_arg_matches(&matches).map_err(CliError::from_clap)?;
    let verb = matches
        .subcommand_matches(name)
        .map(TestVerbArgs::from_arg_matches)
        .transpose()
        .map_err(CliError::from_clap)?;
    let other = || {
        CliError::new(
            ErrorKind::Internal,
            format!("`{name}` was read as another verb"),
        )
    };
    Ok((global, verb.ok_or_else(other)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verify_cli() {
        command().debug_assert();
    }

    #[test]
    fn arguments_after_two_dashes_are_not_read() {
        let args = ["nixward", "test", "x", "--", "-vvv", "--all"].map(OsString::from);
        let Some(Command::Test(TestVerbArgs { verb, .. })) = parse(&args).unwrap().command else {
            panic!("no test")
        };
        assert_eq!(verb.selection.projects, ["x"]);
        assert_eq!(verb.arguments, ["-vvv", "--all"]);
        assert!(!verb.selection.all);
    }

    #[test]
    fn other_names_are_kept_for_the_workspace() {
        let args = ["nixward", "-q", "push-img", "x", "--dry-run"].map(OsString::from);
        let Some(Command::Own(own)) = parse(&args).unwrap().command else {
            panic!("no verb of its own")
        };
        assert_eq!(own[0], "push-img");
        let (global, verb) = parse_own_verb(&args, "push-img").unwrap();
        assert!(global.quiet);
        assert_eq!(verb.verb.selection.projects, ["x"]);
        assert!(verb.verb.execution.dry_run);
    }
}
