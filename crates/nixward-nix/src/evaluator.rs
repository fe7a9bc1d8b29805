//! Asks a flake a question: in one evaluation where that works, unit by unit where one project breaks it for all.

use std::path::Path;

use fs_err as fs;
use nixward_core::{
    attribute::Attribute,
    evaluation::{Answer, Evaluation, EvaluationFailure},
    query::EvaluationQuery,
};
use nixward_guard::Ending;
use thiserror::Error;

pub use crate::units::Units;
use crate::{
    answer_lines::{AnswerLines, Token},
    evaluation_answer::Reply,
    flake_reference::FlakeReference,
    message,
    one_by_one::{self, Process},
    query_expression::{Part, apply_expression, strict_expression},
    runner::{Finished, RunError, Runner},
    tool::Nix,
    trace::{self, SourceTree},
    units::Unit,
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
    Flake {
        failure: EvaluationFailure,
        stderr: String,
    },
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
    /// What is said of a failure may be about the machine, or about nothing.
    pub is_doubtful: bool,
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
    /// Where the source of the flake is.
    pub source_root: &'a Path,
    /// Where the workspace is in it.
    pub workspace: &'a str,
}

impl Evaluator<'_> {
    /// Answers a query. What breaks is in the answer with its message; what doesn't is not affected by it.
    pub fn evaluate(&self, query: &EvaluationQuery) -> Result<Evaluated, EvaluateError> {
        let function = question(query).map_err(EvaluateError::Question)?;
        let finished = self.runner.run(&self.nix.eval(self.flake, &function))?;
        let overridden = self.overridden();
        let mut evaluated = Evaluated {
            warnings: message::warnings(&finished.stderr, &overridden),
            lock_is_incomplete: message::lock_is_incomplete(&finished.stderr, &overridden),
            ..Evaluated::default()
        };
        if finished.succeeded() {
            let reply: Reply =
                serde_json::from_str(&finished.stdout).map_err(EvaluateError::Answer)?;
            evaluated.evaluation = reply.into_evaluation(&query.system);
        } else {
            evaluated.evaluation.system.clone_from(&query.system);
            one_by_one::evaluate(&self.asking(), query, &mut evaluated)?;
        }
        self.explain_failures(&mut evaluated)?;
        Ok(evaluated)
    }

    /// Asks once more what killed an evaluation before; the other answers stay.
    pub fn settle(
        &self,
        query: &EvaluationQuery,
        evaluated: &mut Evaluated,
    ) -> Result<(), EvaluateError> {
        let unsettled = std::mem::take(&mut evaluated.unsettled).into_list();
        one_by_one::evaluate_units(&self.asking(), query, unsettled, evaluated)?;
        self.explain_failures(evaluated)
    }

    fn overridden(&self) -> Vec<&str> {
        let overridden = self.nix.flags.override_inputs.iter();
        overridden.map(|(input, _)| input.as_str()).collect()
    }

    fn asking(
        &self,
    ) -> impl Fn(&EvaluationQuery, Option<&[Unit]>) -> Result<Process, EvaluateError> {
        |query, only| self.evaluate_one_by_one(query, only)
    }

    fn evaluate_one_by_one(
        &self,
        query: &EvaluationQuery,
        only: Option<&[Unit]>,
    ) -> Result<Process, EvaluateError> {
        let token = Token::new();
        let part = Part::OneByOne {
            token: &token,
            only,
        };
        let function = apply_expression(query, &part).map_err(EvaluateError::Question)?;
        let mut lines = AnswerLines::new(&token);
        let invocation = self.nix.eval(self.flake, &function);
        let mut finished = self
            .runner
            .run_with(&invocation, &mut |line| lines.read(line))?;
        finished.stderr = token.without_answers(&finished.stderr);
        let (begun, said) = lines.finish().map_err(EvaluateError::Answer)?;
        Ok(Process {
            begun,
            said,
            was_overwhelmed: self.was_overwhelmed(&finished),
            failure: self.failure(&finished),
            warnings: message::warnings(&finished.stderr, &self.overridden()),
            stderr: finished.stderr,
        })
    }

    /// `tryEval` says that something fails, not why: what failed is asked for again, each on its own.
    fn explain_failures(&self, evaluated: &mut Evaluated) -> Result<(), EvaluateError> {
        let Evaluated {
            evaluation,
            is_doubtful,
            ..
        } = evaluated;
        for (count, (answer, attribute)) in unexplained(evaluation).into_iter().enumerate() {
            let failure = if count < MOST_EXPLAINED {
                let finished = self.ask_for(&attribute)?;
                // A failure that is gone, or another one, says that there is more to it than the flake.
                *is_doubtful |= finished.succeeded() || self.was_overwhelmed(&finished);
                (!finished.succeeded()).then(|| self.failure(&finished))
            } else {
                let command = self.flake.installable(&attribute.to_string());
                let what = "it does not evaluate, as the others before it";
                Some(format!("{what}; its own message: nix eval '{command}'").into())
            };
            *answer = Answer::Failed(failure);
        }
        Ok(())
    }

    /// Asks for one attribute without a safety net.
    fn ask_for(&self, attribute: &Attribute) -> Result<Finished, EvaluateError> {
        let function = strict_expression(attribute).map_err(EvaluateError::Question)?;
        Ok(self.runner.run(&self.nix.eval(self.flake, &function))?)
    }

    /// As much of an error as the person wants to see, and the rest of it.
    fn failure(&self, finished: &Finished) -> EvaluationFailure {
        let mut failure = self.said(finished);
        if self.nix.flags.show_trace
            && let Some(trace) = &failure.trace
        {
            failure.message.clone_from(trace);
        }
        if failure.message.is_empty() || matches!(finished.ending, Ending::Signaled(_)) {
            let said = [failure.message, finished.without_a_word()].join("\n");
            failure.message = said.trim().to_owned();
        }
        failure
    }

    fn said(&self, finished: &Finished) -> EvaluationFailure {
        let read = |file: &str| fs::read_to_string(self.source_root.join(file)).ok();
        let tree = SourceTree {
            root: &self.source_root.to_string_lossy(),
            workspace: self.workspace,
            read: &read,
        };
        trace::failure(&finished.stderr, tree)
    }

    /// Whether it was not the flake that ended an evaluation, but the machine.
    fn was_overwhelmed(&self, finished: &Finished) -> bool {
        matches!(finished.ending, Ending::Signaled(_))
            || message::is_about_memory(&self.said(finished).message)
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
