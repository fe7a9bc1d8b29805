//! What comes before what: any `after` that can be kept is, and any that cannot is refused by name.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use nixward_core::{
    attribute::Attribute,
    evaluation::{Answer, Derivation, EvaluatedPackage, Evaluation},
    names::fold,
    plan::{Plan, Reason},
    planner::{PlanError, PlanRequest, plan},
    prerequisites::OrderProblem,
    project::resolve,
    query,
    selection::{Selected, SelectionReason},
    selection_request::{Operand, SelectionRequest},
    verb::Verb,
    workspace::Workspace,
};
use proptest::prelude::*;

/// Which projects the test of each comes after.
type Graph = Vec<BTreeSet<usize>>;

/// Any graph of some projects.
fn any_graph() -> impl Strategy<Value = Graph> {
    (1..9_usize).prop_flat_map(|count| {
        let edges = prop::collection::btree_set(0..count, 0..3);
        prop::collection::vec(edges, count)
    })
}

/// One in which each comes only after some with lower numbers.
fn acyclic_graph() -> impl Strategy<Value = Graph> {
    any_graph().prop_map(|graph| {
        let graph = graph.into_iter().enumerate();
        graph
            .map(|(own, before)| before.into_iter().filter(|other| *other < own).collect())
            .collect()
    })
}

/// Written with `-` by whom it is named, and with `_` in the flake.
fn name(project: usize, separator: char) -> String {
    // The numbers do not run with the order of names.
    format!("p{}{separator}{project}", project * 7 % 10)
}

fn workspace(graph: &Graph) -> Workspace {
    let tables = graph.iter().enumerate().map(|(own, before)| {
        let before = before
            .iter()
            .map(|other| format!("\"{}.test\"", name(*other, '-')));
        let before: Vec<String> = before.collect();
        let own = name(own, '_');
        let before = before.join(", ");
        format!("[projects.{own}]\ntest = {{ after = [{before}] }}\n")
    });
    let text: String = std::iter::once("[workspace]\n".to_owned())
        .chain(tables)
        .collect();
    let (manifest, diagnostics) = nixward_manifest::parse(&text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    Workspace {
        name: "initech".to_owned(),
        root: PathBuf::from("/w"),
        manifest,
        has_manifest: true,
        member_folders: Vec::new(),
        workspace_prefix: String::new(),
    }
}

fn evaluation(graph: &Graph) -> Evaluation {
    let package = |name: &str| {
        let derivation = Derivation {
            name: name.to_owned(),
            drv_path: format!("/nix/store/{name}.drv"),
            outputs: BTreeMap::from([("out".to_owned(), None)]),
            program_output: "out".to_owned(),
            program: name.to_owned(),
            image: None,
        };
        let answer = Answer::Derivation(Box::new(derivation));
        EvaluatedPackage {
            attributes: BTreeMap::from([(Attribute::new(["test"]), answer)]),
            ..EvaluatedPackage::default()
        }
    };
    let mut names: Vec<String> = (0..graph.len()).map(|own| name(own, '_')).collect();
    names.sort();
    Evaluation {
        system: "x86_64-linux".to_owned(),
        packages: names
            .iter()
            .map(|name| (name.clone(), package(name)))
            .collect(),
        names,
        ..Evaluation::default()
    }
}

fn planned(graph: &Graph, chosen: &[usize]) -> Result<Plan, PlanError> {
    let (workspace, evaluation) = (workspace(graph), evaluation(graph));
    let projects = resolve(&workspace, &evaluation);
    let verb = Verb::find("test", &workspace.manifest).expect("it is built in");
    let selected: Vec<Selected<'_>> = chosen
        .iter()
        .map(|chosen| Selected {
            project: projects
                .projects
                .iter()
                .find(|project| project.name == name(*chosen, '_'))
                .expect("it is among them"),
            attribute: None,
            reason: SelectionReason::Named,
        })
        .collect();
    plan(&PlanRequest {
        manifest: &workspace.manifest,
        evaluation: &evaluation,
        verb: &verb,
        selected: &selected,
        projects: &projects,
        everything: false,
        whole_workspace: false,
        trailing_args: &[],
    })
}

/// All that some come after, with themselves.
fn closure(graph: &Graph, chosen: &[usize]) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    let mut to_do = chosen.to_vec();
    while let Some(next) = to_do.pop() {
        if all.insert(next) {
            to_do.extend(&graph[next]);
        }
    }
    all
}

fn has_cycle(graph: &Graph, among: &BTreeSet<usize>) -> bool {
    among.iter().any(|own| {
        let before: Vec<usize> = graph[*own].iter().copied().collect();
        closure(graph, &before).contains(own)
    })
}

fn graph_and_chosen(
    graph: impl Strategy<Value = Graph>,
) -> impl Strategy<Value = (Graph, Vec<usize>)> {
    graph.prop_flat_map(|graph| {
        let all: Vec<usize> = (0..graph.len()).collect();
        let count = 1..=all.len();
        (
            Just(graph),
            prop::sample::subsequence(all, count).prop_shuffle(),
        )
    })
}

proptest! {
    #[test]
    fn each_step_stands_once_behind_all_that_it_comes_after(
        (graph, chosen) in graph_and_chosen(acyclic_graph())
    ) {
        let plan = planned(&graph, &chosen).unwrap();
        let wanted: BTreeSet<String> = closure(&graph, &chosen).iter().map(|one| name(*one, '_')).collect();
        let steps: Vec<&str> = plan.steps.iter().map(|step| step.label.project.as_deref().unwrap()).collect();
        prop_assert_eq!(steps.len(), wanted.len());
        prop_assert_eq!(steps.iter().map(|step| (*step).to_owned()).collect::<BTreeSet<_>>(), wanted);
        for (place, step) in plan.steps.iter().enumerate() {
            prop_assert_eq!(step.label.id, place);
            let own = (0..graph.len()).find(|own| name(*own, '_') == steps[place]).unwrap();
            let before: BTreeSet<String> = step.after.iter().map(|label| label.project.clone().unwrap()).collect();
            let expected: BTreeSet<String> = graph[own].iter().map(|other| name(*other, '_')).collect();
            prop_assert_eq!(before, expected);
            for label in &step.after {
                prop_assert!(label.id < place);
                prop_assert_eq!(&plan.steps[label.id].label, label);
            }
            match &step.reason {
                Reason::ComesBefore { step: follower, others } => {
                    prop_assert!(!chosen.contains(&own));
                    let followers: Vec<String> = plan.steps.iter()
                        .filter(|other| other.after.contains(&step.label))
                        .map(|other| other.label.to_string())
                        .collect();
                    prop_assert_eq!(&followers[0], follower);
                    prop_assert_eq!(followers.len(), others + 1);
                }
                reason => {
                    prop_assert_eq!(reason, &Reason::Named);
                    prop_assert!(chosen.contains(&own));
                }
            }
        }
        prop_assert_eq!(planned(&graph, &chosen), Ok(plan));
    }

    #[test]
    fn every_cycle_is_named_and_nothing_else_is_one((graph, chosen) in graph_and_chosen(any_graph())) {
        let all = closure(&graph, &chosen);
        match planned(&graph, &chosen) {
            Ok(plan) => {
                prop_assert!(!has_cycle(&graph, &all));
                prop_assert_eq!(plan.steps.len(), all.len());
            }
            Err(PlanError::Order(error)) => {
                let OrderProblem::Cycle { chain } = error.problem else {
                    return Err(TestCaseError::fail(error.to_string()));
                };
                let by_name: BTreeMap<String, usize> = all.iter().map(|one| (format!("{}.test", name(*one, '_')), *one)).collect();
                let chain: Vec<usize> = chain.iter().map(|step| by_name[step]).collect();
                prop_assert!(chain.len() >= 2);
                prop_assert_eq!(chain.first(), chain.last());
                for pair in chain.windows(2) {
                    prop_assert!(graph[pair[0]].contains(&pair[1]), "{:?}", chain);
                }
                // Its place is where the last comes after the first.
                prop_assert_eq!(error.project, name(chain[chain.len() - 2], '_'));
                prop_assert!(error.is_its_own);
            }
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        }
    }

    #[test]
    fn all_of_it_is_asked_for_at_once((graph, chosen) in graph_and_chosen(any_graph())) {
        let workspace = workspace(&graph);
        let verb = Verb::find("test", &workspace.manifest).unwrap();
        let request = SelectionRequest {
            operands: chosen.iter().map(|one| Operand::Name(name(*one, '-'))).collect(),
            ..SelectionRequest::default()
        };
        let query = query::for_verb(&workspace, "x86_64-linux", &verb, &request);
        let asked: BTreeSet<String> = query.packages.unwrap().into_iter().collect();
        let needed = closure(&graph, &chosen).iter().map(|one| fold(&name(*one, '_'))).collect();
        prop_assert_eq!(asked, needed);
        prop_assert_eq!(query.fallback_attributes, [Attribute::new(["test"])]);
    }
}

#[test]
fn a_long_chain_is_no_deep_one() {
    let count = 3_000;
    let graph: Graph = (0..count)
        .map(|own| {
            (own..own + 1)
                .map(|own| own + 1)
                .filter(|other| *other < count)
                .collect()
        })
        .collect();
    let plan = planned(&graph, &[0]).unwrap();
    assert_eq!(plan.steps.len(), count);
    assert_eq!(plan.steps[count - 1].label.project, Some(name(0, '_')));
}
