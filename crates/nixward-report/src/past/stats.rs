//! What several runs say of each step: how long it takes, and how far its verdict can be trusted.

use std::collections::BTreeMap;

use nixward_core::expectation::median;
use nixward_schema::{LineStatus, RunDocument, RunStep, StatsDocument, StepStats};

/// Whose verdicts belong together.
type Key<'a> = (Option<&'a str>, &'a str, Option<&'a str>);

/// What is known of a step so far.
#[derive(Default)]
struct Seen<'a> {
    milliseconds: Vec<u64>,
    failed: usize,
    flaky: usize,
    changed: usize,
    /// How many runs were either.
    doubtful: usize,
    /// The derivation and the verdict of the run before.
    before: Option<(Option<&'a str>, bool)>,
}

/// Looks at runs from the oldest to the newest.
pub fn stats(oldest_first: &[RunDocument]) -> StatsDocument {
    let mut seen: BTreeMap<Key<'_>, Seen<'_>> = BTreeMap::new();
    for step in oldest_first.iter().flat_map(|run| &run.steps) {
        if let Some(passed) = verdict(step.status) {
            let key = (
                step.project.as_deref(),
                step.verb.as_str(),
                step.detail.as_deref(),
            );
            seen.entry(key).or_default().add(step, passed);
        }
    }
    let mut steps: Vec<StepStats> = seen
        .into_iter()
        .map(|(key, seen)| seen.stats(key))
        .collect();
    // Steps that take as long stay in the order of their names.
    steps.sort_by_key(|step| std::cmp::Reverse(step.median_milliseconds));
    StatsDocument {
        v: StatsDocument::VERSION,
        runs: oldest_first.len(),
        steps,
    }
}

/// Whether the step itself went well; nothing where it did not come to that.
fn verdict(status: LineStatus) -> Option<bool> {
    match status {
        LineStatus::Passed | LineStatus::Flaky | LineStatus::Built | LineStatus::Loaded => {
            Some(true)
        }
        LineStatus::Failed | LineStatus::TimedOut => Some(false),
        LineStatus::BuildFailed
        | LineStatus::EvaluationFailed
        | LineStatus::CouldNotStart
        | LineStatus::Cancelled
        | LineStatus::NotRun
        | LineStatus::Running
        | LineStatus::Unfinished => None,
    }
}

impl<'a> Seen<'a> {
    fn add(&mut self, step: &'a RunStep, passed: bool) {
        let derivation = step.derivation.as_deref();
        let is_flaky = step.status == LineStatus::Flaky;
        let is_changed = derivation.is_some() && self.before == Some((derivation, !passed));
        self.milliseconds.push(step.milliseconds);
        self.failed += usize::from(!passed);
        self.flaky += usize::from(is_flaky);
        self.changed += usize::from(is_changed);
        self.doubtful += usize::from(is_flaky || is_changed);
        self.before = Some((derivation, passed));
    }

    fn stats(self, (project, verb, detail): Key<'_>) -> StepStats {
        let last = self.milliseconds.last().copied().unwrap_or_default();
        let mut milliseconds = self.milliseconds;
        let runs = milliseconds.len();
        let most = milliseconds.iter().max().copied().unwrap_or_default();
        StepStats {
            project: project.map(str::to_owned),
            verb: verb.to_owned(),
            detail: detail.map(str::to_owned),
            runs,
            failed: self.failed,
            median_milliseconds: median(&mut milliseconds).unwrap_or_default(),
            last_milliseconds: last,
            max_milliseconds: most,
            flaky: self.flaky,
            changed: self.changed,
            flakiness: share(self.doubtful, runs),
        }
    }
}

/// A share that is written in a few digits.
fn share(part: usize, whole: usize) -> f64 {
    let thousandths = (part * 1000).checked_div(whole).unwrap_or_default();
    u32::try_from(thousandths).map_or(1.0, |thousandths| f64::from(thousandths) / 1000.0)
}

#[cfg(test)]
mod tests {
    use nixward_schema::{RunHeader, RunState};

    use super::*;

    fn run(steps: Vec<RunStep>) -> RunDocument {
        RunDocument {
            v: 1,
            run: RunHeader {
                run: String::new(),
                workspace: String::new(),
                verb: "test".to_owned(),
                started: 0,
                milliseconds: 0,
                state: RunState::Passed,
                passed: 0,
                failed: 0,
                skipped: 0,
                not_run: 0,
                interrupted: 0,
                unfinished: 0,
                flaky: 0,
                slow: 0,
                folder: None,
            },
            steps,
        }
    }

    fn step(project: &str, status: LineStatus, milliseconds: u64, derivation: &str) -> RunStep {
        RunStep {
            project: Some(project.to_owned()),
            verb: "test".to_owned(),
            detail: None,
            status,
            why: None,
            milliseconds,
            tries: 1,
            slow: false,
            derivation: Some(derivation.to_owned()),
            log: None,
        }
    }

    #[test]
    fn a_verdict_that_changes_though_nothing_else_did_is_doubtful() {
        let ends = [
            (LineStatus::Passed, 10, "a"),
            (LineStatus::Failed, 40, "a"),
            (LineStatus::Failed, 40, "a"),
            // Somebody mended it.
            (LineStatus::Passed, 20, "b"),
            (LineStatus::NotRun, 0, "b"),
            (LineStatus::Flaky, 30, "b"),
        ];
        let runs: Vec<RunDocument> = ends
            .iter()
            .map(|(status, took, derivation)| {
                let quick = step("quick", LineStatus::Passed, 1, "q");
                run(vec![quick, step("it", *status, *took, derivation)])
            })
            .collect();
        let stats = stats(&runs);
        assert_eq!(stats.runs, 6);
        let it = &stats.steps[0];
        assert_eq!(it.project.as_deref(), Some("it"));
        assert_eq!((it.runs, it.failed, it.flaky, it.changed), (5, 2, 1, 1));
        assert_eq!(
            (
                it.median_milliseconds,
                it.last_milliseconds,
                it.max_milliseconds
            ),
            (30, 30, 40)
        );
        assert!((it.flakiness - 0.4).abs() < 1e-9);
        assert_eq!((stats.steps[1].runs, stats.steps[1].changed), (6, 0));
    }
}
