//! Workspaces, evaluations and requests as they may come, small ones, in which names are likely to meet.

use std::collections::BTreeMap;

use nixward_core::{
    attribute::Attribute,
    evaluation::{
        Answer, Derivation, EvaluatedCheck, EvaluatedPackage, Evaluation, Image, ImageKind,
    },
    project::{Project, ProjectSet},
    selection_request::{Operand, SelectionRequest},
};
use nixward_manifest::ProjectDeclaration;
use proptest::prelude::*;

/// Few names, of which some differ only by `-` and `_`, or by a dot.
pub(crate) fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec![
            "a", "b", "a-b", "a_b", "a.b", "web", "web-api", "web_api", "api", "pc-load-letter", "tps_report", "x1",
        ])
        .prop_map(str::to_owned),
        1 => "[a-z][a-z0-9_-]{0,8}",
    ]
}

/// What a person may write, well or not.
pub(crate) fn written() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => name(),
        2 => (name(), name()).prop_map(|(project, attribute)| format!("{project}.{attribute}")),
        1 => any::<String>(),
        1 => "[.#/~$(){}\\[\\]*?!a-z-]{0,12}",
    ]
}

pub(crate) fn tag() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["web", "python", "c"]).prop_map(str::to_owned)
}

/// Projects with different names and attributes, sorted as `resolve` leaves them.
pub(crate) fn project_set() -> impl Strategy<Value = ProjectSet> {
    let project = (
        name(),
        prop::option::of("[a-c](/[a-c]){0,2}"),
        prop::collection::vec(tag(), 0..2),
    );
    prop::collection::vec(project, 0..7).prop_map(|projects| {
        let mut by_name = BTreeMap::new();
        for (name, folder, tags) in projects {
            let declaration = ProjectDeclaration {
                tags,
                ..ProjectDeclaration::default()
            };
            let attr = name.clone();
            by_name.insert(
                name.clone(),
                Project {
                    name,
                    attr,
                    folder,
                    declaration,
                },
            );
        }
        ProjectSet {
            projects: by_name.into_values().collect(),
            ..ProjectSet::default()
        }
    })
}

pub(crate) fn request() -> impl Strategy<Value = SelectionRequest> {
    let operand = prop_oneof![
        3 => written().prop_map(Operand::Name),
        1 => ("[a-c](/[a-d]){0,3}", any::<bool>()).prop_map(|(path, is_there)| Operand::Folder {
            written: format!("./{path}"),
            path,
            is_there,
        }),
    ];
    let pattern = prop_oneof![3 => name(), 1 => Just("*".to_owned()), 1 => Just("a*".to_owned()), 1 => written()];
    (
        prop::collection::vec(operand, 0..3),
        prop::collection::vec(pattern.clone(), 0..2),
        prop::collection::vec(tag(), 0..2),
        prop::collection::vec(pattern, 0..2),
        any::<bool>(),
        prop_oneof![3 => Just(String::new()), 1 => "[a-c](/[a-d]){0,3}"],
    )
        .prop_map(|(operands, patterns, tags, exclude, all, current_folder)| {
            SelectionRequest {
                operands,
                patterns,
                tags,
                exclude,
                all,
                current_folder,
            }
        })
}

pub(crate) fn derivation() -> impl Strategy<Value = Derivation> {
    let image = prop_oneof![
        Just(ImageKind::Archive),
        Just(ImageKind::Stream),
        Just(ImageKind::Nix2Container)
    ]
    .prop_map(|kind| Image {
        name: "image".to_owned(),
        tag: None,
        kind,
    });
    ("[a-z]{1,6}", any::<bool>(), prop::option::of(image)).prop_map(|(name, is_known, image)| {
        Derivation {
            drv_path: format!("/nix/store/{name}.drv"),
            outputs: BTreeMap::from([(
                "out".to_owned(),
                is_known.then(|| format!("/nix/store/{name}")),
            )]),
            program_output: "out".to_owned(),
            program: name.clone(),
            name,
            image,
        }
    })
}

/// An answer to a question that asked for everything.
pub(crate) fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        2 => Just(Answer::Absent),
        1 => prop::option::of("[a-z ]{1,12}".prop_map(Into::into)).prop_map(Answer::Failed),
        1 => Just(Answer::NotADerivation("set".to_owned())),
        4 => derivation().prop_map(|derivation| Answer::Derivation(Box::new(derivation))),
    ]
}

/// What is said of a package itself, which is there since it has a name.
fn package_answer() -> impl Strategy<Value = Answer> {
    answer().prop_map(|answer| match answer {
        Answer::Absent => Answer::Failed(Some("it does not evaluate".to_owned().into())),
        there => there,
    })
}

fn package(attributes: &'static [&'static str]) -> impl Strategy<Value = EvaluatedPackage> {
    (
        package_answer(),
        prop::collection::vec(answer(), attributes.len()),
        prop::collection::btree_map(
            "[a-z]{1,4}".prop_map(|name| Attribute::new([name])),
            answer(),
            0..3,
        ),
        answer(),
    )
        .prop_map(|(itself, answers, tests, dev_shell)| EvaluatedPackage {
            itself,
            dev_shell,
            attributes: attributes
                .iter()
                .map(|&name| Attribute::new([name]))
                .zip(answers)
                .collect(),
            tests,
            ..EvaluatedPackage::default()
        })
}

/// An evaluation of these packages, with checks that belong to some of them or to none.
pub(crate) fn evaluation(
    names: Vec<String>,
    attributes: &'static [&'static str],
) -> impl Strategy<Value = Evaluation> {
    let owner = if names.is_empty() {
        Just(None).boxed()
    } else {
        prop::option::of(prop::sample::select(names.clone())).boxed()
    };
    let check = (owner, answer()).prop_map(|(owner, answer)| EvaluatedCheck { owner, answer });
    (
        prop::collection::vec(package(attributes), names.len()),
        prop::collection::btree_map("[a-z]{1,5}", check, 0..4),
    )
        .prop_map(move |(packages, checks)| Evaluation {
            system: "x86_64-linux".to_owned(),
            packages: names.iter().cloned().zip(packages).collect(),
            names: names.clone(),
            checks,
            ..Evaluation::default()
        })
}
