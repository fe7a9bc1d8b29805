//! Which run and which steps are meant, and what is near where there are none.

use nixward_core::names::nearest;
use nixward_schema::{LineStatus, RunState, RunStep};

use super::log::is_same;
use crate::{
    error::{CliError, ErrorKind},
    hints::did_you_mean,
    past::PastRun,
};

/// How many of the runs that may be meant are named.
const MOST_NAMED: usize = 3;

/// How a step is called that belongs to no project.
const WORKSPACE: &str = "(workspace)";

/// Which steps are meant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) project: Option<&'a str>,
    pub(super) verb: Option<&'a str>,
    pub(super) only_failed: bool,
}

impl<'a> Wanted<'a> {
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
    pub(super) fn words(self) -> impl Iterator<Item = &'a str> {
        [self.project, self.verb].into_iter().flatten()
    }

    fn name(self) -> String {
        self.words().collect::<Vec<_>>().join(" ")
    }
}

fn project_of(step: &RunStep) -> &str {
    step.project.as_deref().unwrap_or(WORKSPACE)
}

fn is_failed_step(status: LineStatus) -> bool {
    match status {
        LineStatus::Passed
        | LineStatus::Flaky
        | LineStatus::Built
        | LineStatus::Loaded
        | LineStatus::Running => false,
        LineStatus::BuildFailed
        | LineStatus::Cancelled
        | LineStatus::CouldNotStart
        | LineStatus::EvaluationFailed
        | LineStatus::Failed
        | LineStatus::NotRun
        | LineStatus::TimedOut
        | LineStatus::Unfinished => true,
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
        let (named, rest) = meant.split_at(meant.len().min(MOST_NAMED));
        let mut may_be = names(named).join(" or ");
        if !rest.is_empty() {
            may_be = format!("{may_be}, or one of {} more", rest.len());
        }
        let message = format!("`{id}` may be {may_be}");
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

/// The steps that are meant, of the run that has them.
pub(super) struct Found<'a> {
    pub(super) run: &'a PastRun,
    pub(super) steps: Vec<&'a RunStep>,
    /// How many newer runs have none.
    pub(super) newer: usize,
    /// The newest run that has an output of them, where this one came to none.
    pub(super) ran_before: Option<&'a str>,
}

/// The steps that are meant, of the newest run that has some.
pub(super) fn steps<'a>(
    newest_first: &'a [PastRun],
    wanted: Wanted<'_>,
    is_this_run: bool,
) -> Result<Found<'a>, CliError> {
    for (newer, run) in newest_first.iter().enumerate() {
        let is_meant = |step: &&RunStep| wanted.takes(step);
        let steps: Vec<&RunStep> = run.document.steps.iter().filter(is_meant).collect();
        if !steps.is_empty() {
            let was_run = |step: &RunStep| step.status != LineStatus::NotRun;
            let ran = |run: &&PastRun| {
                let mut steps = run.document.steps.iter();
                steps.any(|step| wanted.takes(step) && was_run(step))
            };
            let mut older = newest_first.iter().skip(newer + 1);
            let ran_before = older.find(ran).map(|run| run.kept.id.as_str());
            let ran_now = steps.iter().any(|step| was_run(step));
            return Ok(Found {
                run,
                steps,
                newer,
                ran_before: ran_before.filter(|_| !ran_now),
            });
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
