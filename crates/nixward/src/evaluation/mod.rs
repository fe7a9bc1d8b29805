//! The stage from a question to projects: looks whether the answer is kept, else asks the flake, and finds the projects
//! in the answer.

mod kept;
mod key;
mod source;

use std::time::Instant;

use nixward_core::{
    evaluation::{CacheUse, Evaluation, EvaluationFailure},
    event::EventKind,
    project::{ProjectSet, resolve},
    query::EvaluationQuery,
    running::RunningNow,
};
use nixward_exec::Emitter;
use nixward_nix::{
    evaluator::{EvaluateError, Evaluated, Evaluator},
    message,
    runner::RunError,
    tool::Nix,
};
pub(crate) use source::{EarlyLook, Source, record_file};

use self::{
    kept::{Found, KeptEvaluation, Lookup},
    source::source_root,
};
use crate::{
    discovery,
    error::{CliError, ErrorKind},
    hints, nix_setup,
    session::Session,
    untracked,
};

/// What is known of the flake.
pub(crate) struct Answered {
    pub(crate) evaluation: Evaluation,
    pub(crate) projects: ProjectSet,
    pub(crate) cache: CacheUse,
    /// With the settings that the flake brings, which builds of its derivations need.
    pub(crate) nix: Nix,
}

/// Whether an answer that was kept will do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Asking {
    OnlyIfNeeded,
    /// What was kept is of no use any more, such as derivations that are gone.
    Afresh,
}

/// Answers a question about the flake, and finds the projects in the answer.
pub(crate) fn evaluate(
    session: &Session,
    query: &EvaluationQuery,
    asking: Asking,
    emitter: &mut Emitter<'_>,
) -> Result<Answered, CliError> {
    let started = Instant::now();
    // To look at a large tree for the first time takes a while, too.
    emitter.emit(EventKind::EvaluationStarted);
    let found = kept::look_up(session, query)?;
    let (answer, cache) = match found {
        Found::Kept(lookup, answer) if asking == Asking::OnlyIfNeeded => {
            (settled(session, query, &lookup, *answer)?, CacheUse::Hit)
        }
        Found::Kept(lookup, _) | Found::Nothing(lookup) => {
            let answer = ask(session, query, emitter)?;
            let cache = lookup.keep(session, &answer);
            (answer.kept, cache)
        }
        Found::Off { reason } => (ask(session, query, emitter)?.kept, CacheUse::Off { reason }),
    };
    emitter.emit(EventKind::EvaluationFinished {
        duration: started.elapsed(),
        cache: cache.clone(),
    });
    for message in answer.warnings {
        emitter.emit(EventKind::Warning { message });
    }
    let mut nix = session.nix.clone();
    nix.flags.options.extend(answer.options);
    let workspace = &session.discovered.workspace;
    let mut projects = resolve(workspace, &answer.evaluation);
    for project in &mut projects.projects {
        // A position may be one in another flake, whose folders are not here.
        project.folder.take_if(|folder| {
            !workspace.is_member_folder(folder) && !workspace.root.join(folder).is_dir()
        });
    }
    Ok(Answered {
        evaluation: answer.evaluation,
        projects,
        cache,
        nix,
    })
}

/// What Nix answered just now.
struct Fresh {
    kept: KeptEvaluation,
    /// Nix took inputs that the lock does not name; the next time it may take others.
    lock_is_incomplete: bool,
    /// A failure may have been the machine's.
    is_doubtful: bool,
}

fn ask(
    session: &Session,
    query: &EvaluationQuery,
    emitter: &mut Emitter<'_>,
) -> Result<Fresh, CliError> {
    discovery::check_tracked(&session.discovered)?;
    let options = nix_setup::flake_options(
        &session.nix,
        &session.runner,
        &session.discovered.flake_folder,
    )
    .map_err(|error| session.or_cancelled(error))?;
    let mut nix = session.nix.clone();
    nix.flags.options.extend_from_slice(&options);
    let evaluator = evaluator(session, &nix);
    let began = Instant::now();
    let running = || RunningNow {
        evaluating: Some(began.elapsed()),
        nix_is_at_work: true,
        ..RunningNow::default()
    };
    let evaluated = session
        .cancellation
        .answer_while(emitter, running, || evaluator.evaluate(query))
        .map_err(|error| evaluate_error(session, &error))?;
    Ok(Fresh {
        lock_is_incomplete: evaluated.lock_is_incomplete,
        is_doubtful: evaluated.is_doubtful,
        kept: KeptEvaluation {
            evaluation: evaluated.evaluation,
            warnings: evaluated.warnings,
            unsettled: evaluated.unsettled,
            options,
            root: source_root(session).to_owned(),
        },
    })
}

/// A kept answer, in which what may be different by now is asked for again.
fn settled(
    session: &Session,
    query: &EvaluationQuery,
    lookup: &Lookup,
    kept: KeptEvaluation,
) -> Result<KeptEvaluation, CliError> {
    if kept.is_settled() {
        return Ok(kept);
    }
    let mut nix = session.nix.clone();
    nix.flags.options.extend_from_slice(&kept.options);
    let mut evaluated = Evaluated {
        evaluation: kept.evaluation,
        warnings: kept.warnings,
        unsettled: kept.unsettled,
        ..Evaluated::default()
    };
    let before = evaluated.clone();
    evaluator(session, &nix)
        .settle(query, &mut evaluated)
        .map_err(|error| evaluate_error(session, &error))?;
    let differs = evaluated.evaluation != before.evaluation;
    let answer = KeptEvaluation {
        evaluation: evaluated.evaluation,
        warnings: evaluated.warnings,
        unsettled: evaluated.unsettled,
        options: kept.options,
        root: kept.root,
    };
    if differs {
        let fresh = Fresh {
            kept: answer,
            lock_is_incomplete: false,
            is_doubtful: evaluated.is_doubtful,
        };
        let _whether_or_not_it_is_kept = lookup.keep(session, &fresh);
        return Ok(fresh.kept);
    }
    Ok(answer)
}

fn evaluator<'a>(session: &'a Session, nix: &'a Nix) -> Evaluator<'a> {
    Evaluator {
        nix,
        runner: &session.runner,
        flake: &session.discovered.flake,
        source_root: session.discovered.source_root(),
        workspace: &session.discovered.workspace.workspace_prefix,
    }
}

fn evaluate_error(session: &Session, error: &EvaluateError) -> CliError {
    let cli_error = CliError::from_source(ErrorKind::Nix, error);
    if matches!(error, EvaluateError::Run(RunError::Cancelled)) {
        return session.or_cancelled(cli_error);
    }
    match error {
        EvaluateError::Flake { failure, stderr } => cli_error
            .cause(failure.message.clone())
            .hints(untracked::hint_for_message(&session.discovered, stderr))
            .hints(message::is_about_a_download(&failure.message).then(hints::for_download))
            .hints(if message::is_about_the_daemon(&failure.message) {
                Some(hints::for_daemon())
            } else {
                trace_hint(session, failure)
            }),
        EvaluateError::Run(_) | EvaluateError::Answer(_) | EvaluateError::Question(_) => cli_error,
    }
}

/// Where all that led to an error can be read, which is kept beside the logs of runs for that; else how to see it.
pub(crate) fn trace_hint(session: &Session, failure: &EvaluationFailure) -> Option<String> {
    let trace = failure.trace.as_ref();
    let trace = trace.filter(|trace| session.keeps_traces() && **trace != failure.message);
    let kept = trace.and_then(|trace| {
        let logs = session.logs();
        logs.create().ok()?;
        let file = logs.file("evaluation.log");
        fs_err::write(&file, format!("error: {trace}\n")).ok()?;
        Some(format!("the whole trace: {}", file.display()))
    });
    kept.or_else(|| session.trace_hint())
}
