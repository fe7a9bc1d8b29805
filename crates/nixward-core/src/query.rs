//! What is asked of Nix for a verb: the least that answers it, in one evaluation.

use nixward_manifest::{BuiltinVerb, ProjectDeclaration};

use crate::{
    attribute::Attribute,
    names::fold,
    prerequisites::named_steps,
    project::{Candidate, candidates},
    selection_request::{Operand, SelectionRequest},
    verb::Verb,
    workspace::Workspace,
};

/// One question to the flake's outputs.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EvaluationQuery {
    pub system: String,
    /// The folded names of the packages to look at; nothing means all.
    pub packages: Option<Vec<String>>,
    /// Folders, relative to the source tree, whose packages are wanted under whatever name they have. Positions are
    /// looked at only where a name in `packages` finds no attribute.
    pub folders: Vec<String>,
    pub itself: Depth,
    pub app: Depth,
    pub dev_shell: Depth,
    /// Whether the package itself is asked for only where there is no dev shell.
    pub itself_without_dev_shell: bool,
    /// Attributes below each package.
    pub attributes: Vec<Attribute>,
    pub attribute_depth: Depth,
    pub tests: Depth,
    pub checks: Depth,
    pub check_scope: CheckScope,
    /// The attributes whose absence makes checks stand in for them, where that is the scope.
    pub fallback_attributes: Vec<Attribute>,
    /// Whether everything else that `nix flake check` evaluates for this system is asked for too.
    pub whole_flake: bool,
    /// Whether it is asked where packages are defined, and what describes them.
    pub places: bool,
}

/// How much is asked of something.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Depth {
    #[default]
    Nothing,
    /// Only whether it is there.
    Presence,
    /// All that is needed to build and use it.
    Full,
}

/// Which checks are asked for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CheckScope {
    /// Those (and the `tests`) of the selected packages that have none of the attributes that they stand in for.
    Fallback,
    /// Those of the selected packages.
    #[default]
    Owned,
    /// Those of the selected packages and those that belong to no package.
    OwnedAndUnowned,
}

/// The question for carrying out a verb.
pub fn for_verb(
    workspace: &Workspace,
    system: &str,
    verb: &Verb,
    request: &SelectionRequest,
) -> EvaluationQuery {
    let mut query = scope(workspace, system, request);
    let below_operand = operand_attributes(request);
    query.attribute_depth = Depth::Full;
    // A program or a shell of a named project is had without a look at the package's `meta`, which may be broken.
    let is_foreground = matches!(verb.behaviour, BuiltinVerb::Run | BuiltinVerb::Shell);
    query.places = !(is_foreground && request.is_by_name());
    if asks_for_the_verb(workspace, request) {
        ask_for_verb(&mut query, verb, is_whole_workspace(workspace, request));
    }
    let before = verbs_before(&mut query, workspace, verb, request);
    for verb in &before {
        ask_for_verb(&mut query, verb, false);
    }
    let verbs: Vec<Verb> = std::iter::once(verb.clone()).chain(before).collect();
    if add_own_attributes(&mut query, workspace, &verbs)
        && query.check_scope == CheckScope::Fallback
    {
        // Which attribute decides differs between projects then: all their checks are asked for.
        query.check_scope = CheckScope::Owned;
    }
    query.attributes.extend(below_operand);
    query.attributes.sort();
    query.attributes.dedup();
    query
}

/// Adds the projects of the steps that come before those of the verb; gives their verbs.
fn verbs_before(
    query: &mut EvaluationQuery,
    workspace: &Workspace,
    verb: &Verb,
    request: &SelectionRequest,
) -> Vec<Verb> {
    let all = candidates(workspace);
    let steps = named_steps(
        workspace,
        &all,
        verb,
        &declarations(workspace, &all, request),
    );
    let mut verbs: Vec<Verb> = Vec::new();
    for step in &steps {
        // Where it is the project's only by its place, that decides.
        query.places = true;
        if let Some(packages) = &mut query.packages {
            packages.push(fold(&step.project));
            for candidate in all.iter().filter(|one| one.answers_to(&step.project)) {
                add_candidate(query, workspace, candidate);
            }
        }
        let is_new = !verbs.iter().any(|verb| verb.name == step.verb);
        verbs.extend(Verb::find(&step.verb, &workspace.manifest).filter(|_| is_new));
    }
    verbs
}

/// What the manifest says of the projects that may be meant; nothing stands for those that it says nothing of.
fn declarations<'a>(
    workspace: &Workspace,
    all: &[Candidate<'a>],
    request: &SelectionRequest,
) -> Vec<Option<&'a ProjectDeclaration>> {
    let chosen = if request.is_by_name() {
        let names = request.operands.iter().map(Operand::written);
        let readings = names.flat_map(|name| Operand::readings(name).map(|(project, _)| project));
        let of_name = |name| {
            let named = all.iter().filter(|one| one.answers_to(name));
            named.cloned().collect::<Vec<_>>()
        };
        readings.flat_map(of_name).collect()
    } else if request.is_bare() {
        in_current_folder(all, &request.current_folder)
    } else {
        all.to_vec()
    };
    let known = chosen.iter().map(|candidate| candidate.declaration);
    let unknown = (chosen.is_empty() || !workspace.has_members()).then_some(None);
    known.chain(unknown).collect()
}

/// Adds the attributes that projects have chosen for verbs; says whether there are any.
fn add_own_attributes(query: &mut EvaluationQuery, workspace: &Workspace, verbs: &[Verb]) -> bool {
    let before = query.attributes.len();
    for candidate in candidates(workspace) {
        let own = candidate.declaration.map(|declaration| &declaration.verbs);
        for verb in verbs {
            let attr = own.and_then(|own| own.get(&verb.name)?.attr.as_ref());
            query
                .attributes
                .extend(attr.map(|path| Attribute::new(path.names())));
        }
    }
    query.attributes.len() > before
}

/// Whether the verb itself is asked for, and not only attributes that were written: always but where every operand is
/// `PROJECT.ATTR`, and no project may have all of it as its name.
fn asks_for_the_verb(workspace: &Workspace, request: &SelectionRequest) -> bool {
    let candidates = candidates(workspace);
    let may_be_a_whole_name = |operand: &Operand| match operand {
        Operand::Folder { .. } => true,
        Operand::Name(name) => {
            !name.contains('.')
                || !workspace.has_members()
                || candidates
                    .iter()
                    .any(|candidate| candidate.answers_to(name))
        }
    };
    request.operands.is_empty() || request.operands.iter().any(may_be_a_whole_name)
}

/// Adds what a verb needs to what is asked already.
fn ask_for_verb(query: &mut EvaluationQuery, verb: &Verb, whole_workspace: bool) {
    if let Some(attribute) = &verb.attribute {
        query.attributes.push(attribute.clone());
    }
    match verb.behaviour {
        BuiltinVerb::Run if verb.attribute.is_none() => {
            query.itself = Depth::Full;
            query.itself_without_dev_shell = false;
            query.app = Depth::Full;
        }
        BuiltinVerb::Build if verb.attribute.is_none() => {
            query.itself = Depth::Full;
            query.itself_without_dev_shell = false;
        }
        BuiltinVerb::Shell if verb.attribute.is_none() => {
            query.dev_shell = Depth::Full;
            query.itself = Depth::Full;
            query.itself_without_dev_shell = true;
        }
        BuiltinVerb::Test if verb.falls_back_to_checks() => {
            if query.checks == Depth::Nothing {
                query.check_scope = CheckScope::Fallback;
                query.fallback_attributes.extend(verb.attribute.clone());
            }
            query.tests = Depth::Full;
            query.checks = Depth::Full;
        }
        BuiltinVerb::Check if verb.attribute.is_none() => {
            query.itself = query.itself.max(Depth::Presence);
            query.tests = Depth::Full;
            query.checks = Depth::Full;
            query.whole_flake |= whole_workspace;
            query.check_scope = if query.whole_flake {
                CheckScope::OwnedAndUnowned
            } else {
                CheckScope::Owned
            };
        }
        _ => {}
    }
}

/// The question for `nixward list` and the first screen: which verbs each project can do.
pub fn for_list(workspace: &Workspace, system: &str, verbs: &[Verb]) -> EvaluationQuery {
    let request = SelectionRequest {
        all: true,
        ..SelectionRequest::default()
    };
    let mut query = EvaluationQuery {
        places: true,
        itself: Depth::Presence,
        app: Depth::Presence,
        dev_shell: Depth::Presence,
        attributes: verbs
            .iter()
            .filter_map(|verb| verb.attribute.clone())
            .collect(),
        attribute_depth: Depth::Presence,
        tests: Depth::Presence,
        checks: Depth::Presence,
        check_scope: CheckScope::OwnedAndUnowned,
        ..scope(workspace, system, &request)
    };
    add_own_attributes(&mut query, workspace, verbs);
    query
}

/// Whether a check means the flake's other checks too: at the root, with nothing or all selected.
fn is_whole_workspace(workspace: &Workspace, request: &SelectionRequest) -> bool {
    let in_a_project = candidates(workspace)
        .iter()
        .any(|candidate| candidate.holds(&request.current_folder));
    request.is_unrestricted() && (request.all || !in_a_project)
}

fn scope(workspace: &Workspace, system: &str, request: &SelectionRequest) -> EvaluationQuery {
    let system = system.to_owned();
    let named = request.is_by_name();
    let all = candidates(workspace);
    if named {
        return scope_of_names(workspace, system, request, &all);
    }
    if !workspace.has_members() {
        return EvaluationQuery {
            system,
            ..EvaluationQuery::default()
        };
    }
    let chosen = if request.is_bare() {
        in_current_folder(&all, &request.current_folder)
    } else {
        all
    };
    let mut query = EvaluationQuery {
        system,
        packages: Some(Vec::new()),
        ..EvaluationQuery::default()
    };
    for candidate in &chosen {
        add_candidate(&mut query, workspace, candidate);
    }
    query
}

fn in_current_folder<'a>(all: &[Candidate<'a>], current_folder: &str) -> Vec<Candidate<'a>> {
    let inside = |candidate: &&Candidate<'_>| candidate.holds(current_folder);
    let deepest = all
        .iter()
        .filter(inside)
        .max_by_key(|candidate| candidate.folder.map_or(0, str::len));
    deepest.map_or_else(|| all.to_vec(), |candidate| vec![candidate.clone()])
}

fn scope_of_names(
    workspace: &Workspace,
    system: String,
    request: &SelectionRequest,
    all: &[Candidate<'_>],
) -> EvaluationQuery {
    let mut query = EvaluationQuery {
        system,
        packages: Some(Vec::new()),
        ..EvaluationQuery::default()
    };
    for operand in &request.operands {
        for (name, _) in Operand::readings(operand.written()) {
            query.packages.get_or_insert_default().push(fold(name));
            for candidate in all.iter().filter(|candidate| candidate.answers_to(name)) {
                add_candidate(&mut query, workspace, candidate);
            }
        }
    }
    query
}

fn add_candidate(query: &mut EvaluationQuery, workspace: &Workspace, candidate: &Candidate<'_>) {
    let names = candidate.attribute_names();
    query
        .packages
        .get_or_insert_default()
        .extend(names.iter().map(|name| fold(name)));
    let has_declared_attr = candidate
        .declaration
        .is_some_and(|declaration| declaration.attr.is_some());
    if let (false, Some(folder)) = (has_declared_attr, candidate.folder) {
        query
            .folders
            .push(if workspace.workspace_prefix.is_empty() {
                folder.to_owned()
            } else {
                format!("{}/{folder}", workspace.workspace_prefix)
            });
    }
}

/// The attributes that operands such as `X.python` name, in every reading.
fn operand_attributes(request: &SelectionRequest) -> Vec<Attribute> {
    let names = request.operands.iter().filter_map(|operand| match operand {
        Operand::Name(name) => Some(name),
        Operand::Folder { .. } => None,
    });
    names
        .flat_map(|name| Operand::readings(name).filter_map(|(_, attribute)| attribute))
        .collect()
}
