//! Selection.

use nixward_core::{
    names::fold,
    project::{Project, ProjectSet},
    selection::{SelectionError, SelectionReason, projects_containing, select},
    selection_request::{Operand, SelectionRequest},
    verb::Verb,
};
use nixward_manifest::Manifest;
use proptest::prelude::*;

use crate::arbitrary::{project_set, request, written};

fn verb(name: &str) -> Verb {
    Verb::find(name, &Manifest::default()).expect("it is built in")
}

fn chosen<'a>(
    request: &SelectionRequest,
    set: &'a ProjectSet,
    name: &str,
) -> Result<Vec<(&'a Project, SelectionReason)>, SelectionError> {
    let selected = select(request, set, &verb(name), None, &[])?;
    Ok(selected
        .into_iter()
        .map(|one| (one.project, one.reason))
        .collect())
}

fn named(names: &[&str]) -> SelectionRequest {
    SelectionRequest {
        operands: names
            .iter()
            .map(|&name| Operand::Name(name.to_owned()))
            .collect(),
        ..SelectionRequest::default()
    }
}

fn verb_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["run", "test", "check", "build", "container", "shell"])
}

proptest! {
    #[test]
    fn the_same_is_selected_each_time(request in request(), set in project_set(), verb in verb_name()) {
        prop_assert_eq!(chosen(&request, &set, verb), chosen(&request, &set, verb));
    }

    #[test]
    fn nothing_is_selected_twice(request in request(), set in project_set(), verb_name in verb_name()) {
        if let Ok(selected) = select(&request, &set, &verb(verb_name), None, &[]) {
            for (index, one) in selected.iter().enumerate() {
                let again = selected[index + 1..]
                    .iter()
                    .any(|other| other.project == one.project && other.attribute == one.attribute);
                prop_assert!(!again, "{}", one.project.name);
            }
        }
    }

    #[test]
    fn what_is_excluded_is_never_selected(request in request(), set in project_set(), verb in verb_name()) {
        if let Ok(selected) = chosen(&request, &set, verb) {
            for (project, _) in selected {
                let by_name = request.exclude.iter().any(|pattern| fold(pattern) == fold(&project.name));
                prop_assert!(!by_name, "{} is excluded", project.name);
            }
        }
    }

    #[test]
    fn all_means_all(set in project_set(), verb in verb_name(), current_folder in "[a-c]?") {
        let request = SelectionRequest { all: true, current_folder, ..SelectionRequest::default() };
        let selected = chosen(&request, &set, verb).unwrap();
        prop_assert_eq!(selected.len(), set.projects.len());
        prop_assert!(selected.iter().all(|(_, reason)| *reason == SelectionReason::Matched));
    }

    #[test]
    fn every_project_is_found_by_its_own_name(set in project_set(), verb in verb_name()) {
        for project in &set.projects {
            let selected = select(&named(&[&project.name]), &set, &crate::selecting::verb(verb), None, &[]).unwrap();
            prop_assert_eq!(selected.len(), 1);
            prop_assert_eq!(selected[0].project, project);
            prop_assert_eq!(&selected[0].attribute, &None);
        }
    }

    #[test]
    fn named_ones_come_in_the_order_they_were_named(set in project_set(), verb in verb_name()) {
        let mut names: Vec<&str> = set.projects.iter().map(|project| project.name.as_str()).collect();
        names.reverse();
        prop_assume!(!names.is_empty());
        let selected = chosen(&named(&names), &set, verb).unwrap();
        let order: Vec<&str> = selected.iter().map(|(project, _)| project.name.as_str()).collect();
        prop_assert_eq!(order, names);
    }

    #[test]
    fn what_is_written_is_never_taken_for_something_quite_different(text in written(), set in project_set()) {
        match select(&named(&[&text]), &set, &verb("test"), None, &[]) {
            Ok(selected) => {
                for one in selected {
                    let attribute = one.attribute.map(|attribute| format!(".{}", attribute.names().join(".")));
                    let whole = format!("{}{}", one.project.name, attribute.unwrap_or_default());
                    prop_assert_eq!(fold(&whole), fold(&text));
                }
            }
            Err(SelectionError::UnknownProject { nearest, .. }) => {
                let names: Vec<&str> = set.projects.iter().map(|project| project.name.as_str()).collect();
                prop_assert!(nearest.iter().all(|near| names.contains(&near.as_str())));
            }
            Err(SelectionError::Ambiguous { projects, .. }) => {
                prop_assert_eq!(projects.len(), 2);
                prop_assert!(projects.iter().all(|name| set.projects.iter().any(|project| project.name == *name)));
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn the_deepest_folder_wins(set in project_set(), path in "[a-c](/[a-d]){0,3}") {
        let found = projects_containing(&set, &path);
        let folders: Vec<&str> = set
            .projects
            .iter()
            .filter_map(|project| project.folder.as_deref())
            .filter(|folder| format!("{path}/").starts_with(&format!("{folder}/")))
            .collect();
        let deepest = folders.iter().map(|folder| folder.len()).max();
        prop_assert_eq!(found.len(), folders.iter().filter(|folder| Some(folder.len()) == deepest).count());
        prop_assert!(found.iter().all(|project| project.folder.as_ref().map(String::len) == deepest));
    }

    #[test]
    fn a_bare_verb_runs_nothing_that_nobody_asked_for(set in project_set(), verb in verb_name()) {
        let is_harmless = ["test", "check", "build"].contains(&verb);
        let bare = SelectionRequest::default();
        match chosen(&bare, &set, verb) {
            Ok(selected) => {
                prop_assert!(is_harmless);
                prop_assert_eq!(selected.len(), set.projects.len());
            }
            Err(error) => {
                prop_assert!(!is_harmless, "{error}");
                let needs_project = matches!(error, SelectionError::NeedsProject { .. });
                prop_assert!(needs_project, "{error}");
            }
        }
    }

    #[test]
    fn any_request_has_an_answer(request in request(), set in project_set(), verb in verb_name()) {
        match chosen(&request, &set, verb) {
            Ok(selected) => prop_assert!(!selected.is_empty() || set.projects.is_empty() || request.is_bare()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

#[test]
fn a_star_does_not_reach_into_folders() {
    let project = |name: &str| Project {
        name: name.to_owned(),
        attr: name.to_owned(),
        folder: Some(format!("projects/{name}")),
        declaration: nixward_manifest::ProjectDeclaration::default(),
    };
    let set = ProjectSet {
        projects: vec![project("memo"), project("printer")],
        ..ProjectSet::default()
    };
    let by = |pattern: &str| {
        let request = SelectionRequest {
            patterns: vec![pattern.to_owned()],
            ..SelectionRequest::default()
        };
        let selected = chosen(&request, &set, "test").unwrap_or_default();
        selected
            .into_iter()
            .map(|(project, _)| project.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(by("*r*"), ["printer"]);
    assert_eq!(by("projects/m*"), ["memo"]);
    assert_eq!(by("**"), ["memo", "printer"]);
    assert_eq!(by("*/printer"), ["printer"]);
    assert_eq!(by("projects/*/src"), Vec::<String>::new());
}
