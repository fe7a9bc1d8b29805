//! From settings to a plan: what `plan` and all verbs have in common.

use nixward_core::{
    plan::Plan,
    planner::{self, PlanRequest},
    project::{Candidate, candidates, is_inside},
    query,
    selection::{Selected, SelectionError, SelectionReason, SelectionRequest, select},
    verb::Verb,
};
use nixward_exec::Emitter;

use crate::{
    error::{CliError, ErrorKind},
    session::Session,
    settings::VerbSettings,
};

/// A plan, with what the way to it showed.
pub(crate) struct Prepared {
    pub(crate) plan: Plan,
    pub(crate) verb: Verb,
    /// Whether exactly one project was asked for.
    pub(crate) is_single: bool,
}

/// Finds the verb, asks the flake, selects and plans.
pub(crate) fn prepare(
    session: &Session,
    settings: &VerbSettings,
    emitter: &mut Emitter<'_>,
) -> Result<Prepared, CliError> {
    let workspace = &session.discovered.workspace;
    let verb = find_verb(session, &settings.verb)?;
    let request = session.request(&settings.selection);
    refuse_arguments_for_many(&request, settings)?;
    refuse_bare_early(session, &verb, &request)?;
    let query = query::for_verb(workspace, &session.system(), &verb, &request);
    let (evaluated, projects) = session.evaluate(&query, emitter)?;
    let evaluation = &evaluated.evaluation;
    let has_other_checks = query.whole_flake && !evaluation.checks.is_empty();
    if projects.projects.is_empty() && projects.without_attribute.is_empty() && !has_other_checks {
        let has_this = evaluation.systems.contains(&evaluation.system);
        return Err(SelectionError::NoProjects {
            ignored_folders: projects.ignored_folders.clone(),
            other_systems: if has_this {
                Vec::new()
            } else {
                evaluation.systems.clone()
            },
        }
        .into());
    }
    let default_members = workspace.manifest.workspace.default_members.as_deref();
    let selected = select(
        &request,
        &projects,
        &verb,
        default_members,
        &evaluation.names,
    )
    .map_err(|error| selection_error(session, error, &request))?;
    if !settings.arguments.is_empty() && selected.iter().any(|one| !one.reason.is_explicit()) {
        return Err(arguments_for_many(settings));
    }
    let is_single = selected.len() == 1 && selected.iter().all(|one| one.reason.is_explicit());
    let whole_workspace = query.whole_flake && !is_current_folder(&selected);
    let mut plan = planner::plan(&PlanRequest {
        manifest: &workspace.manifest,
        evaluation,
        verb: &verb,
        selected: &selected,
        projects: &projects.projects,
        whole_workspace,
        trailing_args: &settings.arguments,
    })?;
    let nothing_narrows =
        request.is_bare() && default_members.is_none() && !is_current_folder(&selected);
    if request.all || nothing_narrows {
        for (project, attr) in &projects.without_attribute {
            plan.failed.push(planner::without_package(
                &plan, &verb, project, attr, evaluation,
            ));
        }
    }
    for failed in &mut plan.failed {
        failed.hint = session.untracked_hint(&failed.message);
    }
    Ok(Prepared {
        plan,
        verb,
        is_single,
    })
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

/// A verb that needs a project, called where no project's folder is: known before Nix is asked, where the manifest
/// says which folders are projects.
fn refuse_bare_early(
    session: &Session,
    verb: &Verb,
    request: &SelectionRequest,
) -> Result<(), CliError> {
    let workspace = &session.discovered.workspace;
    if !request.is_bare() || verb.runs_over_default_members() || !workspace.has_members() {
        return Ok(());
    }
    let candidates = candidates(workspace);
    let is_here = |candidate: &Candidate<'_>| {
        candidate
            .folder
            .is_some_and(|folder| is_inside(&request.current_folder, folder))
    };
    if candidates.iter().any(is_here) {
        return Ok(());
    }
    let projects = candidates
        .iter()
        .filter_map(|candidate| candidate.attribute_names().into_iter().next());
    let error = SelectionError::NeedsProject {
        several: verb.takes_several(),
        verb: verb.name.clone(),
        projects: projects.collect(),
    };
    Err(error.into())
}

fn is_current_folder(selected: &[Selected<'_>]) -> bool {
    selected
        .iter()
        .any(|one| one.reason == SelectionReason::CurrentFolder)
}

/// Arguments are for projects that are named one by one; this much is known before Nix is asked.
fn refuse_arguments_for_many(
    request: &SelectionRequest,
    settings: &VerbSettings,
) -> Result<(), CliError> {
    let is_many = request.all || !request.patterns.is_empty() || !request.tags.is_empty();
    if is_many && !settings.arguments.is_empty() {
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
        | SelectionError::NoProjectInFolder { .. } => add_untracked(session, error.into(), request),
        _ => error.into(),
    }
}

/// A project that was just made may be unknown only because git does not know it.
fn add_untracked(session: &Session, error: CliError, request: &SelectionRequest) -> CliError {
    let Some(git) = &session.discovered.git else {
        return error;
    };
    let folder = &session.discovered.workspace.workspace_prefix;
    let files = nixward_git::untracked_files(git, folder).unwrap_or_default();
    let is_meant = |file: &&String| {
        request.operands.iter().any(|operand| {
            let wanted = nixward_core::names::fold(operand.written().trim_matches(['.', '/']));
            file.split('/')
                .any(|part| nixward_core::names::fold(part) == wanted)
        })
    };
    let meant: Vec<String> = files
        .iter()
        .filter(is_meant)
        .map(|file| crate::discovery::relative(&session.cwd, &git.root.join(file)))
        .collect();
    error.hints(crate::hints::untracked(&meant))
}
