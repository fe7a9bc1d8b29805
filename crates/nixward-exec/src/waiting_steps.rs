//! Which steps wait for builds, and which need wait no longer.

use std::collections::BTreeMap;

use nixward_core::plan::{Action, BuildTarget, Plan, Step};

use crate::{build_results::BuildResults, builder::known_outputs};

/// The steps of a plan that wait, by their places in it, and what is built so far.
#[derive(Debug)]
pub(crate) struct WaitingSteps<'p> {
    steps: BTreeMap<usize, &'p Step>,
    results: BuildResults,
}

/// The outputs of a step's builds.
pub(crate) type Outputs = BTreeMap<String, String>;

impl<'p> WaitingSteps<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        Self {
            steps: plan.steps.iter().enumerate().collect(),
            results: BuildResults::default(),
        }
    }

    /// Takes what is built besides.
    pub(crate) fn built(&mut self, built: BTreeMap<String, Outputs>) {
        for (drv_path, outputs) in built {
            let known = self.results.built.entry(drv_path).or_default();
            known.extend(outputs);
        }
    }

    /// Takes the steps whose builds are all there, in their order. What was built is printed in the order in which it
    /// was asked for: such a step waits for those before it.
    pub(crate) fn take_ready(&mut self) -> Vec<(usize, &'p Step, Outputs)> {
        let mut ready = Vec::new();
        let mut printing_waits = false;
        for (place, step) in &self.steps {
            let prints = matches!(step.action, Action::Build);
            let is_next = self.results.has(&step.builds) && !(prints && printing_waits);
            match is_next.then(|| self.results.of(&step.builds)) {
                Some(Ok(outputs)) => ready.push((*place, *step, outputs)),
                _ => printing_waits |= prints,
            }
        }
        for (place, ..) in &ready {
            self.steps.remove(place);
        }
        ready
    }

    /// Takes one that needs wait no longer.
    pub(crate) fn forget(&mut self, place: usize) {
        self.steps.remove(&place);
    }

    /// Takes all that wait.
    pub(crate) fn take_rest(&mut self) -> BTreeMap<usize, &'p Step> {
        std::mem::take(&mut self.steps)
    }

    /// How many wait.
    pub(crate) fn count(&self) -> usize {
        self.steps.len()
    }

    pub(crate) fn results(&self) -> &BuildResults {
        &self.results
    }

    pub(crate) fn results_mut(&mut self) -> &mut BuildResults {
        &mut self.results
    }

    /// The targets of a derivation for which steps wait.
    pub(crate) fn targets_of(&self, drv_path: &str) -> impl Iterator<Item = &'p BuildTarget> {
        self.steps
            .values()
            .flat_map(|step| &step.builds)
            .filter(move |target| target.drv_path == drv_path)
    }

    /// What steps wait for and may be there: all its paths are known, and something is at each.
    pub(crate) fn candidates(&self) -> Vec<BuildTarget> {
        let exist = |outputs: Outputs| {
            outputs
                .values()
                .all(|path| fs_err::symlink_metadata(path).is_ok())
        };
        self.missing()
            .filter(|target| known_outputs(target).is_some_and(exist))
            .cloned()
            .collect()
    }

    fn missing(&self) -> impl Iterator<Item = &'p BuildTarget> {
        self.steps
            .values()
            .flat_map(|step| &step.builds)
            .filter(|target| !self.results.has(std::slice::from_ref(target)))
    }
}
