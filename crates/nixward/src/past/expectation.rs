//! How long the steps of a plan took in earlier runs.
//!
//! Somebody waits for this: of what runs came to only what it is about is read, and nothing is copied.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use fs_err as fs;
use nixward_core::{
    expectation::{ExpectedSteps, median},
    plan::{Action, Plan, Step},
};
use nixward_exec::{KeptRun, KeptRuns};
use nixward_schema::{LineStatus, RunDocument};
use rayon::prelude::*;
use serde::Deserialize;

use super::SUMMARY;

/// So many runs are looked at, the newest first: what is read before a run must be little.
const RUNS: usize = 3;

/// The part of a [`RunDocument`] that says how long its steps took.
#[derive(Deserialize)]
struct Times<'a> {
    v: u32,
    #[serde(borrow)]
    steps: Vec<Time<'a>>,
}

/// How long a step took.
#[derive(Deserialize)]
struct Time<'a> {
    #[serde(borrow)]
    project: Option<Cow<'a, str>>,
    #[serde(borrow)]
    verb: Cow<'a, str>,
    #[serde(borrow)]
    detail: Option<Cow<'a, str>>,
    status: LineStatus,
    milliseconds: u64,
}

/// What earlier runs say of a plan; nothing where they know nothing of it.
pub(crate) fn expected(runs: &KeptRuns, plan: &Plan, jobs: usize) -> Option<ExpectedSteps> {
    // What Nix builds takes another time each time.
    let is_run = |step: &&Step| !matches!(step.action, Action::Build | Action::Check);
    let steps: Vec<&Step> = plan.steps.iter().filter(is_run).collect();
    if steps.is_empty() {
        return None;
    }
    let runs = runs.newest_first().ok()?;
    let summary = |run: &KeptRun| fs::read(run.folder.join(SUMMARY)).ok();
    let summaries: Vec<Vec<u8>> = runs.iter().filter_map(summary).take(RUNS).collect();
    let times = summaries.par_iter().filter_map(|bytes| times(bytes));
    let times: Vec<Times<'_>> = times.collect();
    let mut known: HashMap<_, Vec<u64>> = HashMap::new();
    for time in times.iter().flat_map(|times| &times.steps) {
        let took_its_time = matches!(
            time.status,
            LineStatus::Passed
                | LineStatus::Flaky
                | LineStatus::Failed
                | LineStatus::Loaded
                | LineStatus::TimedOut
        );
        if took_its_time {
            let key = (
                time.project.as_deref(),
                time.verb.as_ref(),
                time.detail.as_deref(),
            );
            known.entry(key).or_default().push(time.milliseconds);
        }
    }
    if known.is_empty() {
        return None;
    }
    let steps = steps.iter().map(|step| {
        let label = &step.label;
        let key = (
            label.project.as_deref(),
            label.verb.as_str(),
            label.detail.as_deref(),
        );
        let took = known.get_mut(&key).and_then(|took| median(took));
        (label.id, took.map(Duration::from_millis))
    });
    Some(ExpectedSteps {
        jobs,
        steps: steps.collect(),
    })
}

fn times(summary: &[u8]) -> Option<Times<'_>> {
    let times: Times<'_> = serde_json::from_slice(summary).ok()?;
    (times.v <= RunDocument::VERSION).then_some(times)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nixward_core::plan::{ProgramAction, ProgramPath, Reason, StepLabel};

    use super::*;

    fn step(id: usize, project: &str) -> Step {
        Step {
            label: Arc::new(StepLabel {
                id,
                project: Some(project.to_owned()),
                verb: "test".to_owned(),
                detail: None,
                attribute: String::new(),
            }),
            after: Vec::new(),
            builds: Vec::new(),
            action: Action::Test(ProgramAction {
                program: ProgramPath::Absolute("/x".to_owned()),
                args: Vec::new(),
                settings: nixward_manifest::VerbSettings::default(),
                folder: None,
                repeat: None,
            }),
            reason: Reason::Matched,
        }
    }

    #[test]
    fn it_is_the_middle_of_the_last_runs() {
        let state = tempfile::tempdir().unwrap();
        let runs = KeptRuns::new(state.path(), std::path::Path::new("/initech"));
        let plan = Plan {
            steps: vec![step(0, "web"), step(1, "ne\"w")],
            ..Plan::default()
        };
        assert_eq!(expected(&runs, &plan, 2), None);
        // The oldest is one too many, and the newest has not ended.
        for (run, took) in [9000, 50, 20, 40].iter().enumerate() {
            let folder = runs.folder().join(format!("{run:013}-1"));
            fs::create_dir_all(&folder).unwrap();
            let text = format!(
                r#"{{"v":1,"run":"x","steps":[
                  {{"project":"web","verb":"test","status":"passed","milliseconds":{took},"new":[1]}},
                  {{"project":"web","verb":"test","status":"cancelled","milliseconds":1}},
                  {{"project":"ne\"w","verb":"check","status":"passed","milliseconds":1}}]}}"#
            );
            fs::write(folder.join(SUMMARY), text).unwrap();
        }
        fs::create_dir_all(runs.folder().join("0000000000009-1")).unwrap();
        let expected = expected(&runs, &plan, 2).unwrap();
        assert_eq!(expected.jobs, 2);
        assert_eq!(expected.steps[&0], Some(Duration::from_millis(40)));
        assert_eq!(expected.steps[&1], None);
    }
}
