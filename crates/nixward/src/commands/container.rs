//! `nixward container PROJECT --run`: becomes the engine's client that runs the image.

use nixward_core::plan::{Action, Plan};
use nixward_exec::{ExecutionContext, engine};

use super::become_program::become_it;
use crate::{
    console_output,
    error::{CliError, ErrorKind},
    session::Session,
};

pub(super) fn run(
    session: &Session,
    context: &ExecutionContext,
    plan: &Plan,
) -> Result<u8, CliError> {
    let Some(Action::Container(action)) = plan.wanted().next().map(|step| &step.action) else {
        return Err(CliError::new(
            ErrorKind::Internal,
            "a plan for an image holds another step",
        ));
    };
    let from_engine = |error: &engine::EngineError| CliError::from_source(ErrorKind::Step, error);
    let engine =
        engine::find(&context.engine, &context.runner).map_err(|error| from_engine(&error))?;
    let arguments = engine::run_command(
        context,
        &engine,
        action,
        console_output::stdout_is_terminal(),
    )
    .map_err(|error| from_engine(&error))?;
    Err(become_it(session, &engine.program, &arguments, []))
}
