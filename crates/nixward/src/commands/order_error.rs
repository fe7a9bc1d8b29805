//! An `after` that cannot be kept, with its place in the manifest.

use std::path::PathBuf;

use fs_err as fs;
use nixward_core::{
    names::fold,
    planner::PlanError,
    prerequisites::{OrderError, OrderProblem},
};
use nixward_manifest::{Diagnostic, DiagnosticKind, Severity, locate};
use nixward_report::manifest_diagnostics;

use crate::{console_output, discovery, error::CliError, hints, session::Session};

/// The error of a plan; one about an `after` shows the lines that it stands in.
pub(super) fn plan_error(session: &Session, error: PlanError) -> CliError {
    let rendered = match &error {
        PlanError::Order(order) if !matches!(order.problem, OrderProblem::CannotBe { .. }) => {
            in_the_manifest(session, order)
        }
        _ => None,
    };
    rendered.map_or_else(|| error.into(), CliError::diagnostics)
}

/// Nothing where it has gone meanwhile.
fn in_the_manifest(session: &Session, error: &OrderError) -> Option<String> {
    let (file, keys) = place(session, error);
    let text = fs::read_to_string(&file).ok()?;
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let span = locate(&text, &keys)?.value;
    let help = hints::for_order(&error.problem).join("; ");
    let diagnostic = Diagnostic {
        severity: Severity::Error,
        kind: DiagnosticKind::BadStep,
        message: error.to_string(),
        span,
        label: None,
        related: Vec::new(),
        help: (!help.is_empty()).then_some(help),
    };
    let name = discovery::relative(&session.cwd, &file);
    let styles = console_output::stderr_styles(session.settings.color, &session.environment);
    Some(manifest_diagnostics::render(
        &[diagnostic],
        &name,
        &text,
        styles.enabled,
    ))
}

/// The manifest that says it, and the keys that lead there.
fn place(session: &Session, error: &OrderError) -> (PathBuf, Vec<String>) {
    let workspace = &session.discovered.workspace;
    let root = workspace.root.join(discovery::MANIFEST);
    let keys = |table: &[&str]| {
        let last = [error.verb.as_str(), "after"];
        let all = table.iter().chain(&last);
        all.map(|key| (*key).to_owned()).collect()
    };
    if !error.is_its_own {
        return (root, keys(&["verbs"]));
    }
    let projects = &workspace.manifest.projects;
    let by_folder = projects
        .iter()
        .find(|(_, one)| one.path.is_some() && one.path == error.folder);
    let by_name = || {
        let is_it = |name: &str| fold(name) == fold(&error.project);
        projects.iter().find(|(name, _)| is_it(name))
    };
    match (by_folder.or_else(by_name), &error.folder) {
        (Some((name, _)), _) => (root, keys(&["projects", name])),
        (None, Some(folder)) => {
            let own = workspace.root.join(folder).join(discovery::MANIFEST);
            (own, keys(&["project"]))
        }
        (None, None) => (root, keys(&["projects", &error.project])),
    }
}
