//! The stage from a question to projects: asks the flake, and finds the projects in the answer.

use std::time::Instant;

use nixward_core::{
    event::EventKind,
    project::{ProjectSet, resolve},
    query::EvaluationQuery,
};
use nixward_exec::Emitter;
use nixward_nix::{
    evaluator::{EvaluateError, Evaluated, Evaluator},
    message,
    runner::RunError,
};

use crate::{
    error::{CliError, ErrorKind},
    hints,
    session::Session,
    untracked,
};

/// Asks the flake, and finds the projects in the answer.
pub(crate) fn evaluate(
    session: &Session,
    query: &EvaluationQuery,
    emitter: &mut Emitter<'_>,
) -> Result<(Evaluated, ProjectSet), CliError> {
    emitter.emit(EventKind::EvaluationStarted);
    let started = Instant::now();
    let evaluator = Evaluator {
        nix: &session.nix,
        runner: &session.runner,
        flake: &session.discovered.flake,
    };
    let evaluated = evaluator
        .evaluate(query)
        .map_err(|error| evaluate_error(session, &error))?;
    emitter.emit(EventKind::EvaluationFinished {
        duration: started.elapsed(),
    });
    for message in &evaluated.warnings {
        emitter.emit(EventKind::Warning {
            message: message.clone(),
        });
    }
    let workspace = &session.discovered.workspace;
    let mut projects = resolve(workspace, &evaluated.evaluation);
    for project in &mut projects.projects {
        // A position may be one in another flake, whose folders are not here.
        project
            .folder
            .take_if(|folder| !workspace.root.join(folder).is_dir());
    }
    Ok((evaluated, projects))
}

fn evaluate_error(session: &Session, error: &EvaluateError) -> CliError {
    if let (EvaluateError::Run(RunError::Cancelled), Some(signal)) =
        (error, session.cancellation.signal())
    {
        return CliError::signal(signal);
    }
    let cli_error = CliError::from_source(ErrorKind::Nix, error);
    match error {
        EvaluateError::Flake { message, stderr } => cli_error
            .cause(message.clone())
            .hints(untracked::hint_for_message(&session.discovered, stderr))
            .hints(message::is_about_a_download(message).then(hints::for_download))
            .hints(session.trace_hint()),
        EvaluateError::Run(_) | EvaluateError::Answer(_) | EvaluateError::Question(_) => cli_error,
    }
}
