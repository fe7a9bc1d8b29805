//! Which run and which steps are meant, and what is near where there are none.

use nixward_core::names::nearest;
use nixward_schema::{LineStatus, RunState, RunStep};

use super::log::is_same;
use crate::{
    error::{CliError, ErrorKind},
    hints::did_you_mean,
    past::PastRun,
};

/// How a step is called that belongs to no project.
const WORKSPACE: &str = "(workspace)";

/// Which steps are meant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) project: Option<&'a str>,
    pub(super) verb: Option<&'a str>,
    pub(super) only_failed: bool,
}

impl Wanted<'_> {
    pub(super) fn takes(self, step: &RunStep) -> bool {
        self.takes_project(step)
            && self.verb.is_none_or(|verb| is_same(verb, &step.verb))
            && (!self.only_failed || is_failed_step(step.status))
    }

    fn takes_project(self, step: &RunStep) -> bool {
        self.project
            .is_none_or(|project| is_same(project, project_of(step)))
    }

    /// As it was typed.
    fn name(self) -> String {
        let words = [self.project, self.verb].into_iter().flatten();
        words.collect::<Vec<_>>().join(" ")
    }
}

fn project_of(step: &RunStep) -> &str {
    step.project.as_deref().unwrap_or(WORKSPACE)
}

fn is_failed_step(status: LineStatus) -> bool {
    match status {
        LineStatus::Passed | LineStatus::Flaky | LineStatus::Built | LineStatus::Loaded => false,
        LineStatus::BuildFailed
        | LineStatus::Cancelled
        | LineStatus::CouldNotStart
        | LineStatus::EvaluationFailed
        | LineStatus::Failed
        | LineStatus::NotRun
        | LineStatus::TimedOut => true,
    }
}

/// Whether a run did not end well.
pub(super) fn is_failure(state: RunState) -> bool {
    match state {
        RunState::Failed | RunState::Cancelled | RunState::BrokenOff => true,
        RunState::Passed | RunState::Running => false,
    }
}

/// The run with this name, or with a name that begins or ends so.
pub(super) fn by_id(mut runs: Vec<PastRun>, id: &str) -> Result<PastRun, CliError> {
    let is_exact = |run: &PastRun| run.kept.id == id;
    let is_meant = |run: &PastRun| {
        let name = &run.kept.id;
        !id.is_empty() && (name.starts_with(id) || name.ends_with(id))
    };
    let exact: Vec<usize> = places(&runs, is_exact);
    let meant = if exact.is_empty() {
        places(&runs, is_meant)
    } else {
        exact
    };
    if let [place] = meant.as_slice() {
        return Ok(runs.swap_remove(*place));
    }
    let names = |places: &[usize]| {
        let names = places.iter().filter_map(|place| runs.get(*place));
        names.map(|run| run.kept.id.clone()).collect::<Vec<_>>()
    };
    let error = if meant.is_empty() {
        let message = format!("no run that is kept is called `{id}`");
        let near = nearest(id, runs.iter().map(|run| run.kept.id.as_str()));
        CliError::new(ErrorKind::NothingMatched, message).hints(did_you_mean(&near))
    } else {
        let message = format!("`{id}` may be {}", names(&meant).join(" or "));
        CliError::new(ErrorKind::NothingMatched, message)
    };
    Err(error.hint("`nixward log --runs` lists the runs"))
}

fn places(runs: &[PastRun], is_meant: impl Fn(&PastRun) -> bool) -> Vec<usize> {
    let places = runs.iter().enumerate();
    let places = places.filter(|(_, run)| is_meant(run));
    places.map(|(place, _)| place).collect()
}

/// The newest run, or the newest that did not end well.
pub(super) fn run(runs: Vec<PastRun>, only_failed: bool) -> Result<PastRun, CliError> {
    let mut runs = runs.into_iter();
    let run = runs.find(|run| !only_failed || is_failure(run.document.run.state));
    run.ok_or_else(|| {
        CliError::new(ErrorKind::NothingMatched, "no run that is kept has failed")
            .hint("`nixward log --runs` lists the runs")
    })
}

/// The steps that are meant, of the newest run that has some.
pub(super) fn steps<'a>(
    newest_first: &'a [PastRun],
    wanted: Wanted<'_>,
    is_this_run: bool,
) -> Result<(&'a PastRun, Vec<&'a RunStep>), CliError> {
    for run in newest_first {
        let is_meant = |step: &&RunStep| wanted.takes(step) && step.status != LineStatus::NotRun;
        let steps: Vec<&RunStep> = run.document.steps.iter().filter(is_meant).collect();
        if !steps.is_empty() {
            return Ok((run, steps));
        }
    }
    let all = || newest_first.iter().flat_map(|run| &run.document.steps);
    let what = if wanted.only_failed {
        "failed step"
    } else {
        "step"
    };
    let name = wanted.name();
    let message = if is_this_run {
        format!("that run has no {what} `{name}`")
    } else {
        format!("no run that is kept has a {what} `{name}`")
    };
    let error = CliError::new(ErrorKind::NothingMatched, message);
    let is_project_known = all().any(|step| wanted.takes_project(step));
    let near = match (wanted.verb, is_project_known) {
        (Some(verb), true) => {
            let of_project = all().filter(|step| wanted.takes_project(step));
            let others = of_project.map(|step| step.verb.as_str());
            nearest(verb, others.filter(|name| !is_same(name, verb)))
        }
        _ => {
            let project = wanted.project.unwrap_or_default();
            let others = all().map(project_of).filter(|name| !is_same(name, project));
            nearest(project, others)
        }
    };
    Err(error
        .hints(did_you_mean(&near))
        .hint("`nixward log --runs` lists the runs, `nixward log --id RUN` the steps of one"))
}
