//! The planner.

use std::{collections::BTreeMap, ffi::OsString};

use nixward_core::{
    attribute::Attribute,
    evaluation::{Answer, Evaluation},
    plan::{Action, Plan, Reason},
    planner::{PlanError, PlanRequest, plan},
    project::ProjectSet,
    selection::{Selected, SelectionReason},
    verb::Verb,
};
use nixward_manifest::{BuiltinVerb, Manifest};
use proptest::prelude::*;

use crate::arbitrary::{evaluation, project_set};

const ATTRIBUTES: &[&str] = &["test", "container", "lint", "deploy"];

const MANIFEST: &str =
    "[workspace]\n[verbs]\nlint = { like = \"test\" }\ndeploy = { like = \"run\" }\n";

fn manifest() -> Manifest {
    let (manifest, diagnostics) = nixward_manifest::parse(MANIFEST);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    manifest
}

fn verb() -> impl Strategy<Value = Verb> {
    prop::sample::select(Verb::all(&manifest()))
}

/// Projects, and an evaluation of all of their packages.
fn evaluated() -> impl Strategy<Value = (ProjectSet, Evaluation)> {
    project_set().prop_flat_map(|set| {
        let names = set
            .projects
            .iter()
            .map(|project| project.attr.clone())
            .collect();
        (Just(set), evaluation(names, ATTRIBUTES))
    })
}

fn reason() -> impl Strategy<Value = SelectionReason> {
    use SelectionReason::{CurrentFolder, DefaultMember, Matched, Named};
    prop::sample::select(vec![CurrentFolder, DefaultMember, Matched, Named])
}

fn planned(
    set: &ProjectSet,
    evaluation: &Evaluation,
    verb: &Verb,
    reason: SelectionReason,
    whole_workspace: bool,
) -> Result<Plan, PlanError> {
    let selected: Vec<Selected<'_>> = set
        .projects
        .iter()
        .map(|project| Selected {
            project,
            attribute: None,
            reason,
        })
        .collect();
    plan(&PlanRequest {
        manifest: &manifest(),
        evaluation,
        verb,
        selected: &selected,
        projects: set,
        everything: false,
        whole_workspace,
        trailing_args: &[],
    })
}

/// How often each project is a step, failed, or skipped.
fn entries(plan: &Plan) -> BTreeMap<Option<&str>, [usize; 3]> {
    let mut entries: BTreeMap<Option<&str>, [usize; 3]> = BTreeMap::new();
    for step in &plan.steps {
        entries.entry(step.label.project.as_deref()).or_default()[0] += 1;
    }
    for failed in &plan.failed {
        entries.entry(failed.label.project.as_deref()).or_default()[1] += 1;
    }
    for skipped in &plan.skipped {
        entries.entry(Some(skipped.project.as_str())).or_default()[2] += 1;
    }
    entries
}

proptest! {
    #[test]
    fn the_same_plan_each_time((set, evaluation) in evaluated(), verb in verb(), reason in reason()) {
        prop_assert_eq!(
            planned(&set, &evaluation, &verb, reason, true),
            planned(&set, &evaluation, &verb, reason, true)
        );
    }

    #[test]
    fn every_selected_project_is_done_failed_or_skipped((set, evaluation) in evaluated(), verb in verb()) {
        let plan = match planned(&set, &evaluation, &verb, SelectionReason::Matched, false) {
            Ok(plan) => plan,
            Err(PlanError::NobodyHasVerb { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let entries = entries(&plan);
        prop_assert_eq!(entries.len(), set.projects.len());
        for project in &set.projects {
            let [steps, failed, skipped] = entries.get(&Some(project.name.as_str())).copied().unwrap_or_default();
            prop_assert!(skipped <= 1);
            // One that is skipped has nothing else, and one that is not has something.
            prop_assert_eq!(skipped == 1, steps + failed == 0, "{}", project.name);
            // Only checks are several.
            if verb.behaviour != BuiltinVerb::Check && verb.name != "test" {
                prop_assert_eq!(steps + failed + skipped, 1, "{}", project.name);
            }
        }
    }

    #[test]
    fn steps_have_places_of_their_own((set, evaluation) in evaluated(), verb in verb(), reason in reason()) {
        if let Ok(plan) = planned(&set, &evaluation, &verb, reason, true) {
            let labels = plan.steps.iter().map(|step| &step.label).chain(plan.failed.iter().map(|failed| &failed.label));
            let mut ids: Vec<usize> = labels.map(|label| label.id).collect();
            ids.sort_unstable();
            prop_assert_eq!(ids, (0..plan.steps.len() + plan.failed.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_two_steps_have_the_same_name((set, evaluation) in evaluated(), verb in verb()) {
        if let Ok(plan) = planned(&set, &evaluation, &verb, SelectionReason::Matched, true) {
            let mut names: Vec<String> = plan.steps.iter().map(|step| step.label.attribute.clone()).collect();
            names.sort();
            let before = names.len();
            names.dedup();
            prop_assert_eq!(names.len(), before);
        }
    }

    #[test]
    fn a_failure_is_never_taken_for_an_absence((set, evaluation) in evaluated()) {
        let test = Verb::find("test", &Manifest::default()).expect("it is built in");
        if let Ok(plan) = planned(&set, &evaluation, &test, SelectionReason::Matched, false) {
            for project in &set.projects {
                let answer = &evaluation.packages[&project.attr].attributes[&Attribute::new(["test"])];
                let steps = plan.steps.iter().filter(|step| step.label.project.as_ref() == Some(&project.name));
                let falls_back = steps.clone().any(|step| matches!(step.reason, Reason::FallsBackToCheck { .. }));
                prop_assert!(!falls_back || *answer == Answer::Absent, "{}: {:?}", project.name, answer);
                if let Answer::Failed(_) = answer {
                    prop_assert_eq!(steps.count(), 0);
                    let failed = plan.failed.iter().any(|failed| failed.label.project.as_ref() == Some(&project.name));
                    prop_assert!(failed);
                }
            }
        }
    }

    #[test]
    fn a_check_of_the_whole_workspace_misses_no_check((set, evaluation) in evaluated()) {
        let check = Verb::find("check", &Manifest::default()).expect("it is built in");
        let plan = match planned(&set, &evaluation, &check, SelectionReason::DefaultMember, true) {
            Ok(plan) => plan,
            Err(PlanError::NobodyHasVerb { .. }) => {
                let any = evaluation.checks.values().any(|check| check.answer != Answer::Absent);
                prop_assert!(!any);
                return Ok(());
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        for (name, check) in &evaluation.checks {
            if check.answer == Answer::Absent {
                continue;
            }
            let attribute = format!("checks.x86_64-linux.{name}");
            let done = plan.steps.iter().filter(|step| step.label.attribute == attribute).count();
            let failed = plan.failed.iter().filter(|failed| failed.label.attribute == attribute).count();
            prop_assert_eq!(done + failed, 1, "{}", name);
        }
    }

    #[test]
    fn a_named_project_that_lacks_the_verb_is_an_error((mut set, evaluation) in evaluated(), verb in verb()) {
        set.projects.truncate(1);
        if set.projects.is_empty() {
            return Ok(());
        }
        let matched = planned(&set, &evaluation, &verb, SelectionReason::Matched, false);
        let named = planned(&set, &evaluation, &verb, SelectionReason::Named, false);
        match (matched, named) {
            // Named or not, what it does is the same.
            (Ok(matched), Ok(named)) => {
                let actions = |plan: &Plan| plan.steps.iter().map(|step| step.action.clone()).collect::<Vec<_>>();
                prop_assert_eq!(actions(&matched), actions(&named));
                prop_assert!(named.skipped.is_empty());
            }
            (Ok(matched), Err(_)) => prop_assert!(matched.steps.is_empty()),
            (Err(_), Ok(_)) => prop_assert!(false, "only a project that was not named fails"),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn arguments_come_after_the_manifests((set, evaluation) in evaluated(), own in prop::collection::vec(any::<String>(), 0..3)) {
        let own: Vec<OsString> = own.into_iter().map(OsString::from).collect();
        let (manifest, _) = nixward_manifest::parse("[workspace]\n[verbs]\nrun = { args = [\"--first\", \"a b\"] }\n");
        let run = Verb::find("run", &manifest).expect("it is built in");
        let selected: Vec<Selected<'_>> = set
            .projects
            .iter()
            .map(|project| Selected { project, attribute: None, reason: SelectionReason::Named })
            .collect();
        let plan = plan(&PlanRequest {
            manifest: &manifest,
            evaluation: &evaluation,
            verb: &run,
            selected: &selected,
            projects: &set,
            everything: false,
            whole_workspace: false,
            trailing_args: &own,
        });
        for step in plan.map(|plan| plan.steps).unwrap_or_default() {
            if let Action::Run(action) = step.action {
                prop_assert_eq!(&action.args[..2], ["--first", "a b"].map(OsString::from));
                prop_assert_eq!(&action.args[2..], &own[..]);
            }
        }
    }
}
