//! Asks a flake a question: in one evaluation where that works, in parts where one project breaks it for all.

use nixward_core::{
    attribute::Attribute,
    evaluation::{Answer, EvaluatedCheck, EvaluatedPackage, Evaluation},
    query::{Depth, EvaluationQuery},
};
use nixward_guard::Ending;
use thiserror::Error;

pub use crate::query_expression::Units;
use crate::{
    evaluation_answer::{Reply, UnitsReply},
    flake_reference::FlakeReference,
    message,
    query_expression::{Part, apply_expression, strict_expression},
    runner::{Finished, RunError, Runner},
    tool::Nix,
};

/// How many failures are asked about on their own; a shared cause can make all of a large workspace fail.
const MOST_EXPLAINED: usize = 12;

/// Why a flake gave no answer at all.
#[derive(Debug, Error)]
pub enum EvaluateError {
    #[error(transparent)]
    Run(#[from] RunError),
    /// The flake itself does not evaluate, so there is not even a list of projects.
    #[error("the flake does not evaluate")]
    Flake { message: String, stderr: String },
    #[error("cannot understand what Nix answered")]
    Answer(#[source] serde_json::Error),
    #[error("cannot put the question")]
    Question(#[source] serde_json::Error),
}

/// An answer, and what Nix warned of on the way.
#[derive(Clone, Debug, Default)]
pub struct Evaluated {
    pub evaluation: Evaluation,
    pub warnings: Vec<String>,
    /// What killed an evaluation: it may have been the network, memory or a build, and be otherwise the next time.
    pub unsettled: Units,
    /// Nix took inputs that the lock does not name.
    pub lock_is_incomplete: bool,
}

/// The text of a question: with the same source it has the same answer.
pub fn question(query: &EvaluationQuery) -> Result<String, serde_json::Error> {
    apply_expression(query, &Part::All)
}

/// Asks one flake.
#[derive(Clone, Copy, Debug)]
pub struct Evaluator<'a> {
    pub nix: &'a Nix,
    pub runner: &'a Runner,
    pub flake: &'a FlakeReference,
}

impl Evaluator<'_> {
    /// Answers a query. What breaks is in the answer with its message; what doesn't is not affected by it.
    pub fn evaluate(&self, query: &EvaluationQuery) -> Result<Evaluated, EvaluateError> {
        let finished = self.run(query, &Part::All)?;
        let overridden = self.nix.flags.override_inputs.iter();
        let overridden: Vec<&str> = overridden.map(|(input, _)| input.as_str()).collect();
        let warnings = message::warnings(&finished.stderr, &overridden);
        let lock_is_incomplete = message::lock_is_incomplete(&finished.stderr, &overridden);
        let (mut evaluation, unsettled) = if finished.succeeded() {
            let reply = parse::<Reply>(&finished.stdout)?;
            (reply.into_evaluation(&query.system), Units::default())
        } else {
            self.evaluate_in_parts(query)?
        };
        self.explain_failures(&mut evaluation)?;
        Ok(Evaluated {
            evaluation,
            warnings,
            unsettled,
            lock_is_incomplete,
        })
    }

    /// Asks once more what killed an evaluation before; the other answers stay.
    pub fn settle(
        &self,
        query: &EvaluationQuery,
        evaluated: &mut Evaluated,
    ) -> Result<(), EvaluateError> {
        let unsettled = std::mem::take(&mut evaluated.unsettled);
        let mut waiting = halves(unsettled);
        self.evaluate_waiting(
            query,
            &mut waiting,
            &mut evaluated.evaluation,
            &mut evaluated.unsettled,
        )?;
        self.explain_failures(&mut evaluated.evaluation)
    }

    fn run(&self, query: &EvaluationQuery, part: &Part<'_>) -> Result<Finished, EvaluateError> {
        let function = apply_expression(query, part).map_err(EvaluateError::Question)?;
        Ok(self.runner.run(&self.nix.eval(self.flake, &function))?)
    }

    /// Finds what kills an evaluation by halving: a few processes for each culprit, whatever the number of projects.
    fn evaluate_in_parts(
        &self,
        query: &EvaluationQuery,
    ) -> Result<(Evaluation, Units), EvaluateError> {
        let mut finished = self.run(query, &Part::UnitNames)?;
        if !finished.succeeded() && !query.folders.is_empty() {
            // To look for packages by their position may meet one that is broken: names alone must do then.
            let by_name = EvaluationQuery {
                folders: Vec::new(),
                ..query.clone()
            };
            finished = self.run(&by_name, &Part::UnitNames)?;
        }
        if !finished.succeeded() {
            let message = self.message(&finished);
            return Err(EvaluateError::Flake {
                message,
                stderr: finished.stderr,
            });
        }
        let UnitsReply { names, units } = parse(&finished.stdout)?;
        let mut evaluation = Evaluation {
            system: query.system.clone(),
            names,
            ..Evaluation::default()
        };
        let mut unsettled = Units::default();
        self.evaluate_waiting(query, &mut halves(units), &mut evaluation, &mut unsettled)?;
        Ok((evaluation, unsettled))
    }

    fn evaluate_waiting(
        &self,
        query: &EvaluationQuery,
        waiting: &mut Vec<Units>,
        evaluation: &mut Evaluation,
        unsettled: &mut Units,
    ) -> Result<(), EvaluateError> {
        while let Some(part) = waiting.pop() {
            let finished = self.run(query, &Part::Only(&part))?;
            if finished.succeeded() {
                merge(
                    evaluation,
                    parse::<Reply>(&finished.stdout)?.into_evaluation(&query.system),
                );
            } else if part.count() > 1 {
                waiting.extend(halves(part));
            } else {
                let message = self.message(&finished);
                merge(evaluation, culprit(query, &part, &message));
                unsettled.append(part);
            }
        }
        Ok(())
    }

    /// `tryEval` says that something fails, not why: what failed is asked for again, each on its own.
    fn explain_failures(&self, evaluation: &mut Evaluation) -> Result<(), EvaluateError> {
        for (count, (answer, attribute)) in unexplained(evaluation).into_iter().enumerate() {
            let message = if count < MOST_EXPLAINED {
                self.explain(&attribute)?
            } else {
                let command = self.flake.installable(&attribute.to_string());
                let what = "it does not evaluate, as the others before it";
                Some(format!("{what}; its own message: nix eval '{command}'"))
            };
            *answer = Answer::Failed(message);
        }
        Ok(())
    }

    /// What Nix says when it is asked for one attribute without a safety net.
    fn explain(&self, attribute: &Attribute) -> Result<Option<String>, EvaluateError> {
        let function = strict_expression(attribute).map_err(EvaluateError::Question)?;
        let finished = self.runner.run(&self.nix.eval(self.flake, &function))?;
        Ok((!finished.succeeded()).then(|| self.message(&finished)))
    }

    /// As much of an error as the person wants to see.
    fn message(&self, finished: &Finished) -> String {
        let message = if self.nix.flags.show_trace {
            message::error_with_trace(&finished.stderr)
        } else {
            message::error_message(&finished.stderr)
        };
        if message.is_empty() || matches!(finished.ending, Ending::Signaled(_)) {
            return [message, finished.without_a_word()]
                .join("\n")
                .trim()
                .to_owned();
        }
        message
    }
}

/// Every answer that says only that something failed, with the attribute that it is about.
fn unexplained(evaluation: &mut Evaluation) -> Vec<(&mut Answer, Attribute)> {
    let system = evaluation.system.clone();
    let output = |kind: &str, name: &str| Attribute::new([kind, &system, name]);
    let mut answers = Vec::new();
    for (name, package) in &mut evaluation.packages {
        let of_package = output("packages", name);
        answers.push((&mut package.itself, of_package.clone()));
        answers.push((&mut package.app, output("apps", name)));
        answers.push((&mut package.dev_shell, output("devShells", name)));
        for (path, answer) in &mut package.attributes {
            answers.push((answer, of_package.join(path)));
        }
        let tests = Attribute::new(["tests"]);
        answers.push((&mut package.tests_failed, of_package.join(&tests)));
        for (test, answer) in &mut package.tests {
            answers.push((answer, of_package.join(&tests.join(test))));
        }
    }
    for (name, check) in &mut evaluation.checks {
        answers.push((&mut check.answer, output("checks", name)));
    }
    for (attribute, answer) in &mut evaluation.others {
        answers.push((answer, attribute.clone()));
    }
    answers.retain(|(answer, _)| **answer == Answer::Failed(None));
    answers
}

fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, EvaluateError> {
    serde_json::from_str(json).map_err(EvaluateError::Answer)
}

/// Two halves of the units; one part where there is but one.
fn halves(units: Units) -> Vec<Units> {
    let total = units.count();
    if total == 0 {
        return Vec::new();
    }
    let mut parts = vec![Units::default(), Units::default()];
    let mut index = 0_usize;
    let mut half = || {
        let half = usize::from(index >= total.div_ceil(2));
        index += 1;
        half
    };
    for name in units.packages {
        parts[half()].packages.push(name);
    }
    for check in units.checks {
        parts[half()].checks.push(check);
    }
    for path in units.others {
        parts[half()].others.push(path);
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn merge(into: &mut Evaluation, part: Evaluation) {
    into.packages.extend(part.packages);
    into.checks.extend(part.checks);
    into.others.extend(part.others);
}

/// What is said of the one unit that kills every evaluation it is in: all that was asked of it failed.
fn culprit(query: &EvaluationQuery, unit: &Units, message: &str) -> Evaluation {
    let failed = || Answer::Failed(Some(message.to_owned()));
    let asked = |depth: Depth| {
        if depth == Depth::Nothing {
            Answer::Absent
        } else {
            failed()
        }
    };
    let mut evaluation = Evaluation::default();
    for name in &unit.packages {
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
    for check in &unit.checks {
        let failed = EvaluatedCheck {
            owner: check.owner.clone(),
            answer: failed(),
        };
        evaluation.checks.insert(check.name.clone(), failed);
    }
    for path in &unit.others {
        evaluation
            .others
            .insert(Attribute::new(path.clone()), failed());
    }
    evaluation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query_expression::CheckUnit;

    fn check(name: &str) -> CheckUnit {
        CheckUnit {
            name: name.to_owned(),
            owner: Some("a".to_owned()),
        }
    }

    fn units(packages: &[&str], checks: &[&str]) -> Units {
        Units {
            packages: packages.iter().map(|&name| name.to_owned()).collect(),
            checks: checks.iter().map(|&name| check(name)).collect(),
            others: Vec::new(),
        }
    }

    #[test]
    fn halves_hold_everything_once() {
        assert_eq!(
            halves(units(&["a", "b", "c"], &["d"])),
            [units(&["a", "b"], &[]), units(&["c"], &["d"])]
        );
        assert_eq!(halves(units(&["a"], &[])), [units(&["a"], &[])]);
        assert_eq!(halves(Units::default()), []);
    }

    #[test]
    fn a_culprit_has_failed_in_all_that_was_asked() {
        let query = EvaluationQuery {
            itself: Depth::Full,
            attributes: vec![Attribute::new(["test"])],
            ..EvaluationQuery::default()
        };
        let evaluation = culprit(&query, &units(&["a"], &[]), "boom");
        let package = &evaluation.packages["a"];
        assert_eq!(package.itself, Answer::Failed(Some("boom".to_owned())));
        assert_eq!(
            package.attributes[&Attribute::new(["test"])],
            Answer::Failed(Some("boom".to_owned()))
        );
        assert_eq!(package.app, Answer::Absent);
    }

    #[test]
    fn a_check_that_is_a_culprit_stays_its_owners() {
        let evaluation = culprit(&EvaluationQuery::default(), &units(&[], &["lint"]), "boom");
        assert_eq!(evaluation.checks["lint"].owner.as_deref(), Some("a"));
    }
}
