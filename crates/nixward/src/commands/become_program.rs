//! Replacing nixward by another program: the terminal, signals and exit code are the program's from then on.

use std::{
    collections::BTreeMap, ffi::OsString, os::unix::process::CommandExt as _, path::Path,
    process::Command,
};

use nixward_core::plan::{Plan, ProgramAction, Step};
use nixward_exec::{
    Emitter,
    builder::{self, BuildError},
    dispatcher::program_path,
};
use nixward_nix::runner::RunError;

use crate::{
    error::{CliError, ErrorKind},
    session::Session,
};

/// Builds for the only step of a plan; gives the step and its outputs.
pub(super) fn build_single<'a>(
    session: &Session,
    plan: &'a Plan,
    emitter: &mut Emitter<'_>,
) -> Result<(&'a Step, BTreeMap<String, String>), CliError> {
    if let Some(failed) = plan.failed.first() {
        return Err(CliError::new(
            ErrorKind::Nix,
            format!("`{}` does not evaluate", failed.label.attribute),
        )
        .cause(failed.message.clone())
        .hint("for the whole trace: --show-trace"));
    }
    let Some(step) = plan.steps.first() else {
        return Err(CliError::new(
            ErrorKind::Internal,
            "a plan for one project holds no step",
        ));
    };
    let results = builder::build(&session.nix, &session.runner, &step.builds, emitter).map_err(
        |error| match (&error, session.cancellation.signal()) {
            (BuildError::Run(RunError::Cancelled), Some(signal)) => CliError::signal(signal),
            _ => CliError::from_source(ErrorKind::Build, &error),
        },
    )?;
    let outputs = results.of(&step.builds).map_err(|failure| {
        let mut error = CliError::new(
            ErrorKind::Build,
            format!("`{}` cannot be built", step.label.attribute),
        )
        .cause(failure.problem.message.clone());
        let shown = failure.log.len().saturating_sub(30);
        if let Some(log) = failure.log.get(shown..).filter(|log| !log.is_empty()) {
            error = error.cause(format!("its log ends with\n{}", log.join("\n")));
        }
        match &failure.problem.drv_path {
            Some(drv_path) => error.hint(format!("its whole log: nix log {drv_path}")),
            None => error,
        }
    })?;
    Ok((step, outputs))
}

/// Becomes the program of a project.
pub(super) fn become_project(
    session: &Session,
    action: &ProgramAction,
    outputs: &BTreeMap<String, String>,
) -> Result<u8, CliError> {
    let program = program_path(&action.program, outputs).ok_or_else(|| {
        CliError::new(ErrorKind::Own, "the output with the program was not built")
    })?;
    let env = action
        .settings
        .env
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    Err(become_it(session, &program, &action.args, env))
}

/// Becomes the program. Returns only if that fails.
pub(super) fn become_it(
    session: &Session,
    program: &Path,
    args: &[OsString],
    env: impl IntoIterator<Item = (OsString, OsString)>,
) -> CliError {
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing is started: this process becomes the program"
    )]
    let mut command = Command::new(program);
    command.args(args).envs(env).current_dir(&session.cwd);
    let error = command.exec();
    let message = format!("cannot become {}", program.display());
    let cli_error = CliError::new(ErrorKind::Own, message).cause(error.to_string());
    if error.kind() == std::io::ErrorKind::NotFound {
        return cli_error.hint("meta.mainProgram names the program in the package's bin folder");
    }
    cli_error
}
