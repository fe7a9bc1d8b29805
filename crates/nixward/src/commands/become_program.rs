//! Replacing nixward by another program: the terminal, signals and exit code are the program's from then on.

use std::{ffi::OsString, os::unix::process::CommandExt as _, path::Path, process::Command};

use nixward_core::{
    event::EventKind,
    plan::{Plan, ProgramAction, Step},
};
use nixward_exec::{Emitter, Roots, TargetFailure, builder::Builder, program_path};
use nixward_nix::tool::Nix;

use crate::{
    error::{CliError, ErrorKind},
    evaluation::trace_hint,
    session::Session,
};

/// What was built before for the workspace, and is held.
pub(super) fn roots(session: &Session) -> Roots {
    let root = &session.discovered.workspace.root;
    Roots::new(&session.environment.cache_folder(), root)
}

/// The only step of a plan for one project.
pub(super) fn single_step<'a>(session: &Session, plan: &'a Plan) -> Result<&'a Step, CliError> {
    if let Some(failed) = plan.failed.first() {
        let message = format!("`{}` does not evaluate", failed.label.attribute);
        return Err(CliError::new(ErrorKind::Nix, message)
            .cause(failed.failure.message.clone())
            .hints(failed.hint.clone())
            .hints(trace_hint(session, &failed.failure)));
    }
    plan.wanted()
        .next()
        .ok_or_else(|| CliError::new(ErrorKind::Internal, "a plan for one project holds no step"))
}

/// What is said of a build that failed, where nothing else is reported.
pub(super) fn build_failure(message: &str, failure: &TargetFailure) -> CliError {
    let mut error = CliError::new(ErrorKind::Build, message).cause(failure.problem.message.clone());
    let start = failure.log.len().saturating_sub(30);
    if let Some(log) = failure.log.get(start..).filter(|log| !log.is_empty()) {
        error = error.cause(format!("its log ends with\n{}", log.join("\n")));
    }
    match &failure.problem.drv_path {
        Some(drv_path) => error.hint(format!("its whole log: nix log {drv_path}")),
        None => error,
    }
}

/// Becomes the program of a project.
pub(super) fn become_project(
    session: &Session,
    nix: &Nix,
    step: &Step,
    action: &ProgramAction,
    emitter: &mut Emitter<'_>,
) -> Result<u8, CliError> {
    let builder = Builder {
        nix,
        runner: &session.runner,
        roots: &roots(session),
    };
    let results = builder.build(&step.builds, &session.cancellation, emitter);
    // The display is gone before the program has the terminal.
    emitter.emit(EventKind::HandedOver);
    let results = results.map_err(|error| session.build_error(&error))?;
    let outputs = results.of(&step.builds).map_err(|failure| {
        build_failure(
            &format!("`{}` cannot be built", step.label.attribute),
            &failure,
        )
    })?;
    let program = program_path(&action.program, &outputs).ok_or_else(|| {
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
    session.meanwhile.finish();
    let error = command.exec();
    let message = format!("cannot become {}", program.display());
    let cli_error = CliError::new(ErrorKind::Own, message).cause(error.to_string());
    if error.kind() == std::io::ErrorKind::NotFound {
        return cli_error.hint("meta.mainProgram names the program in the package's bin folder");
    }
    cli_error
}
