//! What is said of the one unit that killed an evaluation: all that was asked of it failed.

use nixward_core::{
    attribute::Attribute,
    evaluation::{Answer, EvaluatedCheck, EvaluatedPackage, Evaluation, EvaluationFailure},
    query::{Depth, EvaluationQuery},
};

use crate::units::Unit;

/// Puts its failure among the answers.
pub(crate) fn add(
    evaluation: &mut Evaluation,
    query: &EvaluationQuery,
    unit: &Unit,
    failure: &EvaluationFailure,
) {
    let failed = || Answer::Failed(Some(failure.clone()));
    let asked = |depth: Depth| {
        if depth == Depth::Nothing {
            Answer::Absent
        } else {
            failed()
        }
    };
    match unit {
        Unit::Package(name) => {
            let package = EvaluatedPackage {
                itself: asked(query.itself),
                // An app or a dev shell is an output of its own, and would hide that the package is at fault.
                app: Answer::Absent,
                dev_shell: Answer::Absent,
                tests_failed: asked(query.tests),
                attributes: query
                    .attributes
                    .iter()
                    .map(|path| (path.clone(), failed()))
                    .collect(),
                ..EvaluatedPackage::default()
            };
            evaluation.packages.insert(name.clone(), package);
        }
        Unit::Check(check) => {
            let failed = EvaluatedCheck {
                owner: check.owner.clone(),
                answer: failed(),
            };
            evaluation.checks.insert(check.name.clone(), failed);
        }
        Unit::Other(path) => {
            evaluation
                .others
                .insert(Attribute::new(path.clone()), failed());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::CheckUnit;

    #[test]
    fn a_culprit_has_failed_in_all_that_was_asked() {
        let query = EvaluationQuery {
            itself: Depth::Full,
            attributes: vec![Attribute::new(["test"])],
            ..EvaluationQuery::default()
        };
        let mut evaluation = Evaluation::default();
        add(
            &mut evaluation,
            &query,
            &Unit::Package("a".to_owned()),
            &"boom".to_owned().into(),
        );
        let package = &evaluation.packages["a"];
        assert_eq!(
            package.itself,
            Answer::Failed(Some("boom".to_owned().into()))
        );
        assert_eq!(
            package.attributes[&Attribute::new(["test"])],
            Answer::Failed(Some("boom".to_owned().into()))
        );
        assert_eq!(package.app, Answer::Absent);
    }

    #[test]
    fn a_check_that_is_a_culprit_stays_its_owners() {
        let mut evaluation = Evaluation::default();
        let lint = Unit::Check(CheckUnit {
            name: "lint".to_owned(),
            owner: Some("a".to_owned()),
        });
        let boom = "boom".to_owned().into();
        add(&mut evaluation, &EvaluationQuery::default(), &lint, &boom);
        assert_eq!(evaluation.checks["lint"].owner.as_deref(), Some("a"));
    }
}
