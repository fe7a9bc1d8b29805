//! From settings to a plan: what `plan` and all verbs have in common.

use nixward_core::{
    evaluation::CacheUse,
    plan::{Action, BuildTarget, Plan, ProgramAction, ProgramPath, Step},
    planner::{self, PlanRequest},
    query::{self, EvaluationQuery},
    selection::{
        SelectionError, is_current_folder, is_everything, is_one_asked_for, refuse_bare_early,
        refuse_no_projects, select,
    },
    selection_request::SelectionRequest,
    verb::Verb,
};
use nixward_exec::{Emitter, Held};
use nixward_nix::tool::Nix;
use rayon::prelude::*;

use super::{become_program::roots, order_error::plan_error, shell, test_options};
use crate::{
    error::{CliError, ErrorKind},
    evaluation::{Answered, Asking, evaluate},
    session::Session,
    settings::VerbSettings,
    untracked,
};

/// A plan, with what the way to it showed.
pub(crate) struct Prepared {
    pub(crate) plan: Plan,
    pub(crate) verb: Verb,
    /// Whether exactly one project was asked for.
    pub(crate) is_single: bool,
    /// With the settings that the flake brings.
    pub(crate) nix: Nix,
    pub(crate) cache: CacheUse,
    /// What is built already, where that was looked at.
    pub(crate) held: Option<Held>,
}

/// Finds the verb, asks the flake, selects and plans.
pub(crate) fn prepare(
    session: &Session,
    settings: &VerbSettings,
    emitter: &mut Emitter<'_>,
) -> Result<Prepared, CliError> {
    let workspace = &session.discovered.workspace;
    let verb = find_verb(session, &settings.verb)?;
    test_options::refuse(session, &verb, settings.test)?;
    let request = session.request(&settings.selection);
    refuse_arguments_for_many(&request, settings)?;
    refuse_bare_early(workspace, &verb, &request)?;
    let planning = Planning {
        session,
        settings,
        verb: &verb,
        request: &request,
        query: query::for_verb(workspace, &session.system(), &verb, &request),
    };
    let prepared = planning.plan(Asking::OnlyIfNeeded, emitter)?;
    if prepared.cache != CacheUse::Hit {
        return Ok(prepared);
    }
    let held = roots(session).held(&to_build(&prepared.plan));
    if is_something_lost(session, &prepared.plan, &held) {
        // It was collected as garbage; to evaluate makes it again.
        return planning.plan(Asking::Afresh, emitter);
    }
    Ok(Prepared {
        held: Some(held),
        ..prepared
    })
}

/// What is built together for a plan: all but what shells need, which Nix builds on the way to their environment.
pub(super) fn to_build(plan: &Plan) -> Vec<BuildTarget> {
    let is_no_shell = |step: &&Step| !matches!(step.action, Action::Shell(_));
    let steps = plan.steps.iter().filter(is_no_shell);
    steps.flat_map(|step| step.builds.iter().cloned()).collect()
}

/// What a plan is made from.
struct Planning<'a> {
    session: &'a Session,
    settings: &'a VerbSettings,
    verb: &'a Verb,
    request: &'a SelectionRequest,
    query: EvaluationQuery,
}

impl Planning<'_> {
    fn plan(&self, asking: Asking, emitter: &mut Emitter<'_>) -> Result<Prepared, CliError> {
        let Self {
            session,
            settings,
            verb,
            request,
            query,
        } = self;
        let workspace = &session.discovered.workspace;
        let Answered {
            evaluation,
            projects,
            cache,
            nix,
        } = evaluate(session, query, asking, emitter)?;
        let evaluation = &evaluation;
        if !query.whole_flake || evaluation.checks.is_empty() {
            refuse_no_projects(&projects, evaluation)?;
        }
        let default_members = workspace.manifest.workspace.default_members.as_deref();
        let selected = select(request, &projects, verb, default_members, &evaluation.names)
            .map_err(|error| selection_error(session, error, request))?;
        if !settings.arguments.is_empty() && selected.iter().any(|one| !one.reason.is_explicit()) {
            return Err(arguments_for_many(settings));
        }
        let mut plan = planner::plan(&PlanRequest {
            manifest: &workspace.manifest,
            evaluation,
            verb,
            selected: &selected,
            projects: &projects,
            everything: is_everything(request, &selected, default_members),
            whole_workspace: query.whole_flake && !is_current_folder(&selected),
            trailing_args: &settings.arguments,
        })
        .map_err(|error| plan_error(session, error))?;
        test_options::apply(&mut plan, settings.test);
        let is_single = is_one_asked_for(&selected);
        for failed in &mut plan.failed {
            failed.hint = untracked::hint_for_message(&session.discovered, &failed.failure.message);
        }
        Ok(Prepared {
            plan,
            verb: (*verb).clone(),
            is_single,
            nix,
            cache,
            held: None,
        })
    }
}

/// For fewer files another thread is not worth waking up.
const WORTH_A_THREAD: usize = 64;

/// Whether something that is needed is not in the store, nor the derivation that would make it.
fn is_something_lost(session: &Session, plan: &Plan, held: &Held) -> bool {
    let is_gone = |path: &str| fs_err::symlink_metadata(path).is_err();
    let is_program_lost = |step: &Step| match &step.action {
        // The program of an app may be a file of the source, which nothing builds.
        Action::Run(ProgramAction {
            program: ProgramPath::Absolute(path),
            ..
        }) => step.builds.is_empty() && is_gone(path),
        Action::Shell(_) => step.builds.iter().any(|target| {
            is_gone(&target.drv_path) && shell::kept_environment(session, target).is_none()
        }),
        _ => false,
    };
    let missing = held.missing.par_iter().with_min_len(WORTH_A_THREAD);
    plan.steps.iter().any(is_program_lost) || missing.any(|target| is_gone(&target.drv_path))
}

pub(crate) fn find_verb(session: &Session, name: &str) -> Result<Verb, CliError> {
    let manifest = &session.discovered.workspace.manifest;
    Verb::find(name, manifest).ok_or_else(|| {
        let verbs: Vec<String> = manifest.verb_names().map(str::to_owned).collect();
        let nearest = nixward_core::names::nearest(name, verbs.iter().map(String::as_str));
        CliError::new(
            ErrorKind::NothingMatched,
            format!("`{name}` is no verb of this workspace"),
        )
        .hints(crate::hints::did_you_mean(&nearest))
        .hint(format!("its verbs are {}", verbs.join(", ")))
    })
}

/// Arguments are for projects that are named one by one; this much is known before Nix is asked.
fn refuse_arguments_for_many(
    request: &SelectionRequest,
    settings: &VerbSettings,
) -> Result<(), CliError> {
    if request.takes_any_number() && !settings.arguments.is_empty() {
        Err(arguments_for_many(settings))
    } else {
        Ok(())
    }
}

fn arguments_for_many(settings: &VerbSettings) -> CliError {
    let arguments: Vec<String> = settings
        .arguments
        .iter()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let quoted = nixward_nix::invocation::shell_quoted(&arguments);
    CliError::new(
        ErrorKind::Usage,
        format!("the arguments `{quoted}` are for projects that are named one by one"),
    )
    .hint(format!("nixward {} PROJECT -- {quoted}", settings.verb))
    .hint(format!(
        "arguments for every run belong in the manifest: [verbs] {} = {{ args = […] }}",
        settings.verb
    ))
}

fn selection_error(
    session: &Session,
    error: SelectionError,
    request: &SelectionRequest,
) -> CliError {
    match error {
        SelectionError::UnknownProject { .. }
        | SelectionError::NoPackage { .. }
        | SelectionError::NoProjectInFolder { .. } => {
            // A project that was just made may be unknown only because git does not know it.
            let hint = untracked::hint_for_request(&session.discovered, request);
            CliError::from(error).hints(hint)
        }
        _ => error.into(),
    }
}
