//! What a verb stands for in a project: `query` asks for what is looked at here, the planner makes steps of it, and
//! `nixward list` names it.

use nixward_manifest::BuiltinVerb;

use crate::{
    attribute::Attribute,
    evaluation::{Answer, EvaluatedPackage, Evaluation},
    project::Project,
    verb::Verb,
};

/// What a verb means in one project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Meaning {
    /// An attribute below the package.
    Below(Attribute),
    Package,
    App,
    DevShell,
    /// The project's checks and tests.
    Checks {
        /// The attribute that the project lacks, where its checks stand in for it.
        instead_of: Option<Attribute>,
    },
}

impl Meaning {
    /// The meaning where nothing but the project was named. What does not evaluate is meant all the same.
    pub fn of(verb: &Verb, project: &Project, package: &EvaluatedPackage) -> Self {
        if let Some(attribute) = verb.attribute_in(&project.declaration) {
            let is_absent = package
                .attributes
                .get(&attribute)
                .is_none_or(|answer| *answer == Answer::Absent);
            return if is_absent && verb.falls_back_to_checks() {
                Self::Checks {
                    instead_of: Some(attribute),
                }
            } else {
                Self::Below(attribute)
            };
        }
        match verb.behaviour {
            BuiltinVerb::Check => Self::Checks { instead_of: None },
            BuiltinVerb::Run if package.app != Answer::Absent => Self::App,
            BuiltinVerb::Shell if package.dev_shell != Answer::Absent => Self::DevShell,
            BuiltinVerb::Run
            | BuiltinVerb::Test
            | BuiltinVerb::Build
            | BuiltinVerb::Container
            | BuiltinVerb::Shell => Self::Package,
        }
    }
}

/// One check of a project, or one of the tests in its package.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnCheck<'a> {
    /// The attribute of the flake's outputs.
    pub attribute: Attribute,
    /// What tells it from the project's others.
    pub name: String,
    pub answer: &'a Answer,
}

/// The checks that belong to a project, then the tests in its package.
pub fn checks_of<'a>(evaluation: &'a Evaluation, project: &Project) -> Vec<OwnCheck<'a>> {
    let own = evaluation
        .checks
        .iter()
        .filter(|(_, check)| check.owner.as_ref() == Some(&project.attr));
    let mut checks: Vec<OwnCheck<'_>> = own
        .map(|(name, check)| OwnCheck {
            attribute: output(evaluation, "checks", name),
            name: name.clone(),
            answer: &check.answer,
        })
        .collect();
    let Some(package) = evaluation.packages.get(&project.attr) else {
        return checks;
    };
    let of_package = output(evaluation, "packages", &project.attr);
    let tests = Attribute::new(["tests"]);
    if let Answer::Failed(_) = package.tests_failed {
        checks.push(OwnCheck {
            attribute: of_package.join(&tests),
            name: tests.to_string(),
            answer: &package.tests_failed,
        });
    }
    for (path, answer) in &package.tests {
        let below = tests.join(path);
        checks.push(OwnCheck {
            attribute: of_package.join(&below),
            name: below.to_string(),
            answer,
        });
    }
    checks
}

/// The attributes that a verb would use in a project; none where the project cannot do it.
pub fn attributes(verb: &Verb, project: &Project, evaluation: &Evaluation) -> Vec<Attribute> {
    let Some(package) = evaluation.packages.get(&project.attr) else {
        return Vec::new();
    };
    let of_project = |kind| output(evaluation, kind, &project.attr);
    let (attribute, answer) = match Meaning::of(verb, project, package) {
        Meaning::Checks { .. } => {
            let there = checks_of(evaluation, project)
                .into_iter()
                .filter(|check| check.answer.is_there());
            return there.map(|check| check.attribute).collect();
        }
        Meaning::Below(below) => (
            of_project("packages").join(&below),
            package.attributes.get(&below),
        ),
        Meaning::Package => (of_project("packages"), Some(&package.itself)),
        Meaning::App => (of_project("apps"), Some(&package.app)),
        Meaning::DevShell => (of_project("devShells"), Some(&package.dev_shell)),
    };
    answer
        .filter(|answer| answer.is_there())
        .map(|_| attribute)
        .into_iter()
        .collect()
}

fn output(evaluation: &Evaluation, kind: &str, name: &str) -> Attribute {
    Attribute::new([kind, &evaluation.system, name])
}

#[cfg(test)]
mod tests {
    use nixward_manifest::{Manifest, ProjectDeclaration};

    use super::*;
    use crate::evaluation::EvaluatedCheck;

    fn project() -> Project {
        Project {
            name: "web".to_owned(),
            attr: "web".to_owned(),
            folder: None,
            declaration: ProjectDeclaration::default(),
        }
    }

    fn evaluation(test: Answer) -> Evaluation {
        let mut evaluation = Evaluation {
            system: "x86_64-linux".to_owned(),
            ..Evaluation::default()
        };
        let mut package = EvaluatedPackage {
            itself: Answer::Present,
            ..EvaluatedPackage::default()
        };
        package.attributes.insert(Attribute::new(["test"]), test);
        evaluation.packages.insert("web".to_owned(), package);
        let lint = EvaluatedCheck {
            owner: Some("web".to_owned()),
            answer: Answer::Present,
        };
        evaluation.checks.insert("web-lint".to_owned(), lint);
        evaluation
    }

    fn tested_by(test: Answer) -> Vec<String> {
        let verb = Verb::find("test", &Manifest::default()).unwrap();
        let attributes = attributes(&verb, &project(), &evaluation(test));
        attributes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn checks_stand_in_for_a_test_that_is_not_there() {
        assert_eq!(tested_by(Answer::Absent), ["checks.x86_64-linux.web-lint"]);
        assert_eq!(
            tested_by(Answer::Present),
            ["packages.x86_64-linux.web.test"]
        );
    }

    #[test]
    fn checks_do_not_stand_in_for_a_test_that_does_not_evaluate() {
        assert!(tested_by(Answer::Failed(None)).is_empty());
    }
}
