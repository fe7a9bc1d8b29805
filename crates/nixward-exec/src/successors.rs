//! Steps that come after others: which of them may start, and which never will.
//!
//! | what it comes after | its own build | |
//! |---|---|---|
//! | all has succeeded | is there | may start |
//! | all has succeeded | is not there | waits for its build |
//! | something has failed | whatever it does | is blocked, and blocks in its turn |
//! | something was not run or cancelled | whatever it does | waits until the run ends |

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use nixward_core::{
    outcome::StepStatus,
    plan::{Plan, Step, StepLabel},
};

use crate::worker::Ready;

/// How what others come after has ended, by ids.
#[derive(Debug, Default)]
pub(crate) struct Ends(HashMap<usize, End>);

#[derive(Clone, Debug)]
enum End {
    Success,
    /// The step that is the cause of all.
    Failure(Arc<StepLabel>),
    /// The run ended first.
    Never,
}

impl Ends {
    pub(crate) fn add(&mut self, label: &Arc<StepLabel>, status: &StepStatus) {
        let end = match status {
            StepStatus::Blocked { by } => End::Failure(Arc::clone(by)),
            StepStatus::NotRun | StepStatus::Cancelled => End::Never,
            status if status.is_success() => End::Success,
            _ => End::Failure(Arc::clone(label)),
        };
        self.0.insert(label.id, end);
    }

    fn standing(&self, step: &Step) -> Standing {
        let mut standing = Standing::MayStart;
        for label in &step.after {
            match self.0.get(&label.id) {
                Some(End::Failure(by)) => return Standing::Blocked(Arc::clone(by)),
                Some(End::Success) => {}
                Some(End::Never) | None => standing = Standing::Waits,
            }
        }
        standing
    }
}

enum Standing {
    MayStart,
    Waits,
    Blocked(Arc<StepLabel>),
}

/// The steps of a plan that come after others, by their places in it.
#[derive(Debug)]
pub(crate) struct Successors<'p> {
    waiting: BTreeMap<usize, Successor<'p>>,
    /// Whether builds have come.
    has_changed: bool,
    /// How many had ended when it was looked last.
    seen_ends: usize,
}

#[derive(Debug)]
struct Successor<'p> {
    step: &'p Step,
    /// What it is started with, once its builds are there.
    ready: Option<Ready<'p>>,
}

/// What has become of one that waited.
#[derive(Debug)]
pub(crate) enum Settled<'p> {
    MayStart(Ready<'p>),
    /// By this one.
    Blocked(Arc<StepLabel>),
}

impl<'p> Successors<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        let steps = plan.steps.iter().enumerate();
        let waiting = steps
            .filter(|(_, step)| !step.after.is_empty())
            .map(|(place, step)| (place, Successor { step, ready: None }));
        Self {
            waiting: waiting.collect(),
            has_changed: false,
            seen_ends: 0,
        }
    }

    /// Takes a step whose builds are there; gives it back where it comes after nothing any more.
    pub(crate) fn built(&mut self, place: usize, ready: Ready<'p>) -> Option<Ready<'p>> {
        match self.waiting.get_mut(&place) {
            Some(successor) => {
                successor.ready = Some(ready);
                self.has_changed = true;
                None
            }
            None => Some(ready),
        }
    }

    /// The places of those that wait, where anything has changed since this was asked. Each stands behind what it comes
    /// after, so that settling one after the other settles all that can be.
    pub(crate) fn unsettled(&mut self, ends: &Ends) -> Vec<usize> {
        let has_changed = std::mem::take(&mut self.has_changed) || self.seen_ends != ends.0.len();
        self.seen_ends = ends.0.len();
        if has_changed {
            self.waiting.keys().copied().collect()
        } else {
            Vec::new()
        }
    }

    /// Takes one for which it is settled what becomes of it.
    pub(crate) fn settle(&mut self, place: usize, ends: &Ends) -> Option<Settled<'p>> {
        if let Some(by) = self.take_blocked(place, ends) {
            return Some(Settled::Blocked(by));
        }
        let successor = self.waiting.get_mut(&place)?;
        let Standing::MayStart = ends.standing(successor.step) else {
            return None;
        };
        let ready = successor.ready.take()?;
        self.waiting.remove(&place);
        Some(Settled::MayStart(ready))
    }

    /// Why this one will never start, if it is so.
    pub(crate) fn take_blocked(&mut self, place: usize, ends: &Ends) -> Option<Arc<StepLabel>> {
        let successor = self.waiting.get(&place)?;
        let Standing::Blocked(by) = ends.standing(successor.step) else {
            return None;
        };
        self.waiting.remove(&place);
        Some(by)
    }

    /// One that has ended without being started.
    pub(crate) fn forget(&mut self, place: usize) {
        self.waiting.remove(&place);
    }

    /// How many have their builds and wait for other steps.
    pub(crate) fn count(&self) -> usize {
        self.labels().count()
    }

    /// Those whose builds are there, and that were never let go.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &'p Arc<StepLabel>> {
        let built = self.waiting.values().filter(|one| one.ready.is_some());
        built.map(|successor| &successor.step.label)
    }
}

#[cfg(test)]
mod tests {
    use nixward_core::{
        outcome::ExitReason,
        plan::{Action, Reason},
    };
    use proptest::prelude::*;

    use super::*;

    /// What one step does in a story.
    #[derive(Clone, Debug)]
    struct Part {
        /// How much each earlier one is wanted before: those with the lowest numbers are.
        after: Vec<bool>,
        /// When its build is there, among others.
        built: u8,
        fails: bool,
    }

    fn story() -> impl Strategy<Value = Vec<Part>> {
        let part = (
            prop::collection::vec(prop::bool::weighted(0.2), 12),
            any::<u8>(),
            prop::bool::weighted(0.15),
        );
        let part = part.prop_map(|(after, built, fails)| Part {
            after,
            built,
            fails,
        });
        prop::collection::vec(part, 1..12)
    }

    fn plan(story: &[Part]) -> Plan {
        let mut steps: Vec<Step> = Vec::new();
        for (id, part) in story.iter().enumerate() {
            let before = steps.iter().zip(&part.after).filter(|(_, wanted)| **wanted);
            steps.push(Step {
                label: Arc::new(StepLabel {
                    id,
                    project: Some(format!("p{id}")),
                    verb: "test".to_owned(),
                    detail: None,
                    attribute: String::new(),
                }),
                after: before.map(|(step, _)| Arc::clone(&step.label)).collect(),
                builds: Vec::new(),
                action: Action::Build,
                reason: Reason::Matched,
            });
        }
        Plan {
            steps,
            ..Plan::default()
        }
    }

    proptest! {
        #[test]
        fn each_starts_after_what_it_comes_after_or_is_blocked_by_what_failed(
            story in story(),
            picks in prop::collection::vec(any::<prop::sample::Index>(), 64),
        ) {
            let plan = plan(&story);
            let mut successors = Successors::new(&plan);
            let mut ends = Ends::default();
            let mut order: Vec<usize> = (0..story.len()).collect();
            order.sort_by_key(|place| story[*place].built);
            let mut built = order.into_iter();
            let mut picks = picks.into_iter().cycle();
            let (mut ready, mut blocked) = (Vec::new(), Vec::new());
            let mut succeeded = Vec::new();
            loop {
                for place in successors.unsettled(&ends) {
                    match successors.settle(place, &ends) {
                        Some(Settled::MayStart(_)) => ready.push(place),
                        Some(Settled::Blocked(by)) => {
                            let status = StepStatus::Blocked { by: Arc::clone(&by) };
                            ends.add(&plan.steps[place].label, &status);
                            blocked.push((place, by));
                        }
                        None => {}
                    }
                }
                // Something is built, or something that runs ends.
                let pick = picks.next().unwrap();
                if ready.is_empty() || pick.index(2) == 0 {
                    if let Some(place) = built.next() {
                        let step = &plan.steps[place];
                        let outputs = BTreeMap::new();
                        if !blocked.iter().any(|(other, _)| *other == place)
                            && successors.built(place, Ready { step, outputs }).is_some()
                        {
                            ready.push(place);
                        }
                        continue;
                    }
                    if ready.is_empty() {
                        break;
                    }
                }
                let place = ready.remove(pick.index(ready.len()));
                for before in &plan.steps[place].after {
                    prop_assert!(succeeded.contains(&before.id), "{} before {}", place, before.id);
                }
                let status = if story[place].fails {
                    StepStatus::Failed(ExitReason::Code(1))
                } else {
                    succeeded.push(place);
                    StepStatus::Passed
                };
                ends.add(&plan.steps[place].label, &status);
            }
            prop_assert_eq!(successors.count(), 0);
            let failed: Vec<usize> = (0..story.len())
                .filter(|place| story[*place].fails && !blocked.iter().any(|(other, _)| other == place))
                .collect();
            prop_assert_eq!(succeeded.len() + failed.len() + blocked.len(), story.len());
            for (_, by) in &blocked {
                prop_assert!(failed.contains(&by.id));
            }
        }
    }

    #[test]
    fn what_was_cancelled_blocks_nothing_by_name() {
        let part = |after| Part {
            after,
            built: 0,
            fails: false,
        };
        let plan = plan(&[part(Vec::new()), part(vec![true])]);
        let mut successors = Successors::new(&plan);
        let mut ends = Ends::default();
        ends.add(&plan.steps[0].label, &StepStatus::Cancelled);
        let outputs = BTreeMap::new();
        let step = &plan.steps[1];
        assert!(successors.built(1, Ready { step, outputs }).is_none());
        assert_eq!(successors.unsettled(&ends), [1]);
        assert!(successors.settle(1, &ends).is_none());
        assert_eq!(successors.unsettled(&ends), [0; 0]);
        assert_eq!(successors.labels().count(), 1);
    }
}
