//! `nixward list`: the projects, the verbs each can do, tags, folders.

use std::collections::BTreeMap;

use nixward_core::{
    attribute::Attribute,
    evaluation::{Answer, Evaluation},
    event::{Event, EventKind},
    meaning::attributes,
    project::{Project, ProjectSet},
    query,
    selection::{is_everything, select},
    selection_request::SelectionRequest,
    verb::Verb,
};
use nixward_exec::Emitter;
use nixward_manifest::BuiltinVerb;
use nixward_report::human::Verbosity;
use nixward_schema::{
    DeclaredProject, FailedEvaluation, ListDocument, ListedProject, ListedVerb, exit_code,
};

use super::list_text;
use crate::{
    audience::Audience,
    cli::{ListArgs, MessageFormat},
    console_output,
    error::{CliError, ErrorKind},
    evaluation::{Asking, evaluate},
    session::Session,
    settings::{GlobalSettings, nix_flags},
};

pub(super) fn run(global: &GlobalSettings, args: &ListArgs) -> Result<u8, CliError> {
    let session = Session::open(global, nix_flags(&args.nix))?;
    let (evaluation, projects) = ask(&session)?;
    let request = session.request(&args.selection);
    let document = document(&session, &evaluation, &projects, &request)?;
    let text = match session.settings.message_format {
        MessageFormat::Json => serde_json::to_string_pretty(&document)
            .map(|json| json + "\n")
            .map_err(|error| CliError::from_source(ErrorKind::Internal, &error))?,
        MessageFormat::Human => {
            let verbose = session.settings.verbosity == Verbosity::Verbose;
            let columns = console_output::stdout_columns();
            list_text::human(session.stdout_styles(), verbose, columns, &document)
        }
    };
    console_output::data(&text)?;
    Ok(exit_code::SUCCESS)
}

/// Asks which verbs there are; no derivation is instantiated for that.
pub(super) fn ask(session: &Session) -> Result<(Evaluation, ProjectSet), CliError> {
    let workspace = &session.discovered.workspace;
    let query = query::for_list(
        workspace,
        &session.system(),
        &Verb::all(&workspace.manifest),
    );
    let mut reporters = Audience::for_document(session);
    let mut listener = |event: &Event| reporters.tell(event);
    let mut emitter = Emitter::new(session.start, &mut listener);
    let answer = evaluate(session, &query, Asking::OnlyIfNeeded, &mut emitter);
    emitter.emit(EventKind::HandedOver);
    let answered = answer?;
    Ok((answered.evaluation, answered.projects))
}

fn document(
    session: &Session,
    evaluation: &Evaluation,
    projects: &ProjectSet,
    request: &SelectionRequest,
) -> Result<ListDocument, CliError> {
    let workspace = &session.discovered.workspace;
    let default_members = workspace.manifest.workspace.default_members.as_deref();
    let selected = if projects.projects.is_empty() {
        Vec::new()
    } else {
        // As `nixward build` selects.
        let verb = Verb {
            name: "list".to_owned(),
            behaviour: BuiltinVerb::Build,
            attribute: None,
        };
        select(request, projects, &verb, default_members, &evaluation.names)?
    };
    let everything =
        is_everything(request, &selected, default_members) && request.exclude.is_empty();
    let selected: Vec<&Project> = selected.into_iter().map(|one| one.project).collect();
    let verbs = Verb::all(&workspace.manifest);
    let is_project = |attr: &String| {
        projects
            .projects
            .iter()
            .any(|project| project.attr == *attr)
    };
    let unowned = evaluation
        .checks
        .iter()
        .filter(|(_, check)| !check.owner.as_ref().is_some_and(is_project));
    Ok(ListDocument {
        version: ListDocument::VERSION,
        workspace: session.header(),
        projects: selected
            .iter()
            .map(|project| listed(evaluation, &verbs, project))
            .collect(),
        without_package: if everything {
            let declared = projects.without_attribute.iter();
            declared
                .map(|(name, attr)| DeclaredProject {
                    name: name.clone(),
                    attr: attr.clone(),
                })
                .collect()
        } else {
            Vec::new()
        },
        ignored: if everything {
            projects.ignored_folders.clone()
        } else {
            Vec::new()
        },
        checks: if everything {
            unowned.map(|(name, _)| name.clone()).collect()
        } else {
            Vec::new()
        },
        failed: failed(evaluation, &selected, everything),
    })
}

fn listed(evaluation: &Evaluation, verbs: &[Verb], project: &Project) -> ListedProject {
    let details: BTreeMap<String, ListedVerb> = verbs
        .iter()
        .filter_map(|verb| Some((verb.name.clone(), can(evaluation, verb, project)?)))
        .collect();
    let package = evaluation.packages.get(&project.attr);
    let description = project
        .declaration
        .description
        .clone()
        .or_else(|| package?.description.clone());
    ListedProject {
        name: project.name.clone(),
        path: project.folder.clone(),
        attr: project.attr.clone(),
        tags: project.declaration.tags.clone(),
        description,
        verbs: verbs
            .iter()
            .map(|verb| verb.name.clone())
            .filter(|verb| details.contains_key(verb))
            .collect(),
        verb_details: details,
    }
}

/// What a verb stands for in a project, if the project can do it.
pub(super) fn can(evaluation: &Evaluation, verb: &Verb, project: &Project) -> Option<ListedVerb> {
    let attributes = attributes(verb, project, evaluation);
    (!attributes.is_empty()).then(|| ListedVerb {
        like: verb.behaviour.to_string(),
        attributes: attributes.iter().map(ToString::to_string).collect(),
    })
}

fn failed(
    evaluation: &Evaluation,
    selected: &[&Project],
    everything: bool,
) -> Vec<FailedEvaluation> {
    let entry = |project: Option<&str>, attribute: String, message: String| FailedEvaluation {
        project: project.map(str::to_owned),
        verb: "list".to_owned(),
        attribute,
        message,
    };
    let system = &evaluation.system;
    let mut failed = Vec::new();
    for project in selected {
        let Some(package) = evaluation.packages.get(&project.attr) else {
            continue;
        };
        let of_package = Attribute::new(["packages", system, &project.attr]);
        let below = package.attributes.iter();
        let answers = std::iter::once((of_package.clone(), &package.itself))
            .chain(below.map(|(path, answer)| (of_package.join(path), answer)));
        for (attribute, answer) in answers {
            if let Answer::Failed(failure) = answer {
                let message = failure.clone().unwrap_or_default().message;
                failed.push(entry(Some(&project.name), attribute.to_string(), message));
                break;
            }
        }
    }
    if everything {
        for (name, check) in &evaluation.checks {
            if let Answer::Failed(failure) = &check.answer {
                failed.push(entry(
                    None,
                    Attribute::new(["checks", system, name]).to_string(),
                    failure.clone().unwrap_or_default().message,
                ));
            }
        }
    }
    failed
}
