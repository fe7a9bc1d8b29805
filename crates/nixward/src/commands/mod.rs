//! The commands, one file each.

mod become_program;
mod clean;
mod container;
mod list;
mod list_text;
mod log;
mod log_search;
mod order_error;
mod overview;
mod plan;
mod plan_text;
mod prepare;
mod shell;
mod test_options;
mod verb;
mod watch;

use std::ffi::OsString;

use nixward_core::names::nearest;
use nixward_manifest::BuiltinVerb;

use crate::{
    cli::{self, Cli, Command, ContainerArgs, TestVerbArgs, VerbArgs},
    error::{CliError, ErrorKind},
    hints::did_you_mean,
    place::{Looking, Place},
    settings::{ContainerSettings, GlobalSettings, Loading, VerbSettings, engine_kind},
};

/// Carries out a command line, which is also given as it was typed; gives the exit code.
pub(crate) fn run(cli: &Cli, args: &[OsString]) -> Result<u8, CliError> {
    let global = GlobalSettings::resolve(&cli.global);
    let builtin = |verb: BuiltinVerb, args: &VerbArgs| {
        verb::run(
            &global,
            &VerbSettings::resolve(verb.as_str(), args, ContainerSettings::default()),
        )
    };
    match &cli.command {
        None => overview::run(&global),
        Some(Command::Run(args)) => builtin(BuiltinVerb::Run, args),
        Some(Command::Test(args)) => {
            let TestVerbArgs { verb, test } = args;
            let container = ContainerSettings::default();
            let settings = VerbSettings::resolve(BuiltinVerb::Test.as_str(), verb, container);
            verb::run(&global, &settings.with_test(test))
        }
        Some(Command::Check(args)) => builtin(BuiltinVerb::Check, args),
        Some(Command::Build(args)) => builtin(BuiltinVerb::Build, args),
        Some(Command::Shell(args)) => builtin(BuiltinVerb::Shell, args),
        Some(Command::Container(args)) => {
            let ContainerArgs {
                verb,
                run,
                load,
                no_load,
                engine,
            } = args;
            let loading = match (load, no_load) {
                (true, _) => Loading::All,
                (false, true) => Loading::None,
                (false, false) => Loading::One,
            };
            let container = ContainerSettings {
                loading,
                engine: engine.map(engine_kind),
                run: *run,
            };
            verb::run(
                &global,
                &VerbSettings::resolve(BuiltinVerb::Container.as_str(), verb, container),
            )
        }
        Some(Command::List(args)) => list::run(&global, args),
        Some(Command::Plan(args)) => {
            let settings =
                VerbSettings::resolve(&args.verb, &args.arguments, ContainerSettings::default());
            plan::run(&global, &settings.with_test(&args.test))
        }
        Some(Command::Log(args)) => log::run(&global, args),
        Some(Command::Clean(args)) => clean::run(&global, *args),
        Some(Command::Own(own)) => {
            let name = own.first().map(|name| name.to_string_lossy().into_owned());
            own_verb(&global, args, &name.unwrap_or_default())
        }
    }
}

/// A verb that the workspace declares, or a word that is no command.
fn own_verb(global: &GlobalSettings, args: &[OsString], name: &str) -> Result<u8, CliError> {
    // An option behind the verb may say where the workspace is.
    let parsed = cli::parse_own_verb(args, name).map(|(behind, args)| {
        let settings = VerbSettings::resolve(name, &args.verb, ContainerSettings::default());
        let settings = settings.with_test(&args.test);
        (GlobalSettings::resolve(&behind), settings)
    });
    let (global, looking) = match &parsed {
        Ok((behind, settings)) => (behind, Looking::for_flags(&settings.nix)),
        Err(_) => (global, Looking::OnlyIfNeeded),
    };
    let place = match Place::find(global, looking) {
        Ok(place) => place,
        Err(error) if error.kind == ErrorKind::NoWorkspace => {
            return Err(unknown_command(name, &[]));
        }
        Err(error) => return Err(error),
    };
    let declared: Vec<&str> = place.discovered.workspace.manifest.verb_names().collect();
    if !declared.contains(&name) {
        return Err(unknown_command(name, &declared));
    }
    let (global, settings) = parsed?;
    verb::run_at(place, &global, &settings)
}

/// The error for a word that is neither a command nor a verb.
fn unknown_command(name: &str, verbs: &[&str]) -> CliError {
    let command = cli::command();
    let commands = command.get_subcommands().map(clap::Command::get_name);
    let nearest = nearest(name, commands.chain(verbs.iter().copied()));
    CliError::new(
        ErrorKind::NothingMatched,
        format!("`{name}` is no command and no verb of this workspace"),
    )
    .hints(did_you_mean(&nearest))
    .hint("`nixward --help` shows the commands; the manifest's [verbs] declares a workspace's own")
}
