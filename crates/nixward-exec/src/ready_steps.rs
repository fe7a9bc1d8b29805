//! The steps whose builds are there: which of them starts next, so that no two of a group run at the same time, and
//! the weights of all that run are no more than the jobs.
//!
//! They start in the plan's order. One whose group is taken lets those behind it pass. One that is too heavy for the jobs
//! that are free does not: there might never be enough.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use nixward_core::plan::{Action, Step, StepLabel};

use crate::worker::Ready;

/// Steps that wait for nothing but each other.
#[derive(Debug)]
pub(crate) struct ReadySteps<'p> {
    /// By their places in the plan.
    steps: BTreeMap<usize, Next<'p>>,
    /// What the steps that run take, by their ids.
    taken: BTreeMap<usize, Needs<'p>>,
    jobs: usize,
}

/// A step that may have its jobs.
#[derive(Debug)]
pub(crate) enum Next<'p> {
    Start(Ready<'p>),
    /// It has been started, and paused.
    GoOn(&'p Step),
}

impl<'p> Next<'p> {
    fn step(&self) -> &'p Step {
        match self {
            Self::Start(ready) => ready.step,
            Self::GoOn(step) => step,
        }
    }
}

/// What a step takes while it runs.
#[derive(Clone, Copy, Debug)]
struct Needs<'p> {
    group: Option<&'p str>,
    jobs: usize,
}

impl<'p> ReadySteps<'p> {
    /// None is ready. No more than all jobs can be taken at a time.
    pub(crate) fn new(jobs: usize) -> Self {
        Self {
            steps: BTreeMap::new(),
            taken: BTreeMap::new(),
            jobs,
        }
    }

    pub(crate) fn insert(&mut self, place: usize, ready: Ready<'p>) {
        self.steps.insert(place, Next::Start(ready));
    }

    /// One that was started, and has been said to have ended, would go on.
    pub(crate) fn would_go_on(&mut self, place: usize, step: &'p Step) {
        self.steps.insert(place, Next::GoOn(step));
    }

    /// One that would have gone on has ended.
    pub(crate) fn forget(&mut self, label: &StepLabel) {
        self.steps
            .retain(|_, next| next.step().label.id != label.id);
    }

    /// Takes the first that may start; from then on what it needs is taken.
    pub(crate) fn take_next(&mut self) -> Option<Next<'p>> {
        let groups: BTreeSet<&str> = self.taken.values().filter_map(|one| one.group).collect();
        let free = self.jobs - self.taken.values().map(|one| one.jobs).sum::<usize>();
        let is_free = |group: Option<&str>| group.is_none_or(|group| !groups.contains(group));
        let (place, needs) = self
            .steps
            .iter()
            .map(|(place, next)| (*place, self.needs(next.step())))
            .find(|(_, needs)| is_free(needs.group))?;
        if needs.jobs > free {
            return None;
        }
        let next = self.steps.remove(&place)?;
        self.taken.insert(next.step().label.id, needs);
        Some(next)
    }

    /// A step that was taken has ended.
    pub(crate) fn ended(&mut self, label: &StepLabel) {
        self.taken.remove(&label.id);
    }

    /// Those that were never taken.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &'p Arc<StepLabel>> {
        self.steps.values().map(|next| &next.step().label)
    }

    fn needs(&self, step: &'p Step) -> Needs<'p> {
        let (group, weight) = match &step.action {
            Action::Test(action) => (action.settings.group.as_deref(), action.settings.weight),
            // Only tests have groups and weights.
            Action::Build
            | Action::Check
            | Action::Run(_)
            | Action::Container(_)
            | Action::Shell(_) => (None, None),
        };
        let weight = usize::from(weight.unwrap_or(1));
        Needs {
            group,
            jobs: weight.clamp(1, self.jobs.max(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use nixward_core::plan::{ProgramAction, ProgramPath, Reason};
    use nixward_manifest::VerbSettings;

    use super::*;

    fn step(id: usize, group: &str, weight: Option<u8>) -> Step {
        let settings = VerbSettings {
            weight,
            group: (!group.is_empty()).then(|| group.to_owned()),
            ..VerbSettings::default()
        };
        Step {
            label: Arc::new(StepLabel {
                id,
                project: Some(format!("p{id}")),
                verb: "test".to_owned(),
                detail: None,
                attribute: String::new(),
            }),
            after: Vec::new(),
            builds: Vec::new(),
            action: Action::Test(ProgramAction {
                program: ProgramPath::Absolute("/x".to_owned()),
                args: Vec::new(),
                settings,
                folder: None,
                repeat: None,
            }),
            reason: Reason::Matched,
        }
    }

    fn ready(steps: &[Step], jobs: usize) -> ReadySteps<'_> {
        let mut ready = ReadySteps::new(jobs);
        for (place, step) in steps.iter().enumerate() {
            let outputs = BTreeMap::new();
            ready.insert(place, Ready { step, outputs });
        }
        ready
    }

    fn take(ready: &mut ReadySteps<'_>) -> Option<usize> {
        ready.take_next().map(|next| next.step().label.id)
    }

    #[test]
    fn one_that_pauses_takes_nothing_and_waits_for_its_turn_again() {
        let steps: Vec<Step> = (0..3).map(|id| step(id, "db", Some(2))).collect();
        let mut ready = ready(&steps, 2);
        assert_eq!(take(&mut ready), Some(0));
        assert_eq!(take(&mut ready), None);
        ready.ended(&steps[0].label);
        assert_eq!(take(&mut ready), Some(1));
        ready.would_go_on(0, &steps[0]);
        assert_eq!(take(&mut ready), None);
        ready.ended(&steps[1].label);
        assert!(matches!(ready.take_next(), Some(Next::GoOn(step)) if step.label.id == 0));
        ready.ended(&steps[0].label);
        ready.would_go_on(0, &steps[0]);
        ready.forget(&steps[0].label);
        assert_eq!(take(&mut ready), Some(2));
        assert_eq!(take(&mut ready), None);
    }

    #[test]
    fn a_taken_group_lets_others_pass() {
        let steps = ["db", "db", "", "web", "db", "web"];
        let steps: Vec<Step> = (0..)
            .zip(steps)
            .map(|(id, group)| step(id, group, None))
            .collect();
        let mut ready = ready(&steps, 9);
        assert_eq!(take(&mut ready), Some(0));
        assert_eq!(take(&mut ready), Some(2));
        assert_eq!(take(&mut ready), Some(3));
        assert_eq!(take(&mut ready), None);
        // One that has no group frees none.
        ready.ended(&steps[2].label);
        assert_eq!(take(&mut ready), None);
        ready.ended(&steps[0].label);
        assert_eq!(take(&mut ready), Some(1));
        assert_eq!(take(&mut ready), None);
        let left: Vec<usize> = ready.labels().map(|label| label.id).collect();
        assert_eq!(left, [4, 5]);
        ready.ended(&steps[3].label);
        ready.ended(&steps[1].label);
        assert_eq!(take(&mut ready), Some(4));
        assert_eq!(take(&mut ready), Some(5));
        assert_eq!(take(&mut ready), None);
    }

    #[test]
    fn heavy_ones_take_several_jobs_and_are_not_overtaken() {
        let weights = [None, Some(2), None, Some(100), Some(3)];
        let steps: Vec<Step> = (0..)
            .zip(weights)
            .map(|(id, weight)| step(id, "", weight))
            .collect();
        let mut ready = ready(&steps, 4);
        assert_eq!(take(&mut ready), Some(0));
        assert_eq!(take(&mut ready), Some(1));
        assert_eq!(take(&mut ready), Some(2));
        assert_eq!(take(&mut ready), None);
        ready.ended(&steps[1].label);
        ready.ended(&steps[0].label);
        // Three are free, and one behind it would fit.
        assert_eq!(take(&mut ready), None);
        ready.ended(&steps[2].label);
        assert_eq!(take(&mut ready), Some(3));
        assert_eq!(take(&mut ready), None);
        ready.ended(&steps[3].label);
        assert_eq!(take(&mut ready), Some(4));
    }
}
