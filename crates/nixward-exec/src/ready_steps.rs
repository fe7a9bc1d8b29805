//! The steps whose builds are there: which of them starts next, so that no two of a group run at the same time.
//!
//! They start in the plan's order; one whose group is taken lets those behind it pass.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use nixward_core::plan::{Action, Step, StepLabel};

use crate::worker::Ready;

/// Steps that wait for nothing but each other.
#[derive(Debug, Default)]
pub(crate) struct ReadySteps<'p> {
    /// By their places in the plan.
    steps: BTreeMap<usize, Ready<'p>>,
    /// The groups that run, by the ids of the steps that run in them.
    taken: BTreeMap<usize, &'p str>,
}

impl<'p> ReadySteps<'p> {
    pub(crate) fn insert(&mut self, place: usize, ready: Ready<'p>) {
        self.steps.insert(place, ready);
    }

    /// Takes the first that may start; from then on its group is taken.
    pub(crate) fn take_next(&mut self) -> Option<Ready<'p>> {
        let taken: BTreeSet<&str> = self.taken.values().copied().collect();
        let is_free = |ready: &Ready<'p>| group(ready.step).is_none_or(|one| !taken.contains(one));
        let (place, _) = self.steps.iter().find(|(_, ready)| is_free(ready))?;
        let ready = self.steps.remove(&place.clone())?;
        if let Some(group) = group(ready.step) {
            self.taken.insert(ready.step.label.id, group);
        }
        Some(ready)
    }

    /// A step that was taken has ended.
    pub(crate) fn ended(&mut self, label: &StepLabel) {
        self.taken.remove(&label.id);
    }

    /// Those that were never taken.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &'p Arc<StepLabel>> {
        self.steps.values().map(|ready| &ready.step.label)
    }
}

/// Only tests have groups.
fn group(step: &Step) -> Option<&str> {
    match &step.action {
        Action::Test(action) => action.settings.group.as_deref(),
        Action::Build
        | Action::Check
        | Action::Run(_)
        | Action::Container(_)
        | Action::Shell(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use nixward_core::plan::{ProgramAction, ProgramPath, Reason};
    use nixward_manifest::VerbSettings;

    use super::*;

    fn step(id: usize, group: &str) -> Step {
        let settings = VerbSettings {
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

    fn ready(steps: &[Step]) -> ReadySteps<'_> {
        let mut ready = ReadySteps::default();
        for (place, step) in steps.iter().enumerate() {
            let outputs = BTreeMap::new();
            ready.insert(place, Ready { step, outputs });
        }
        ready
    }

    fn take(ready: &mut ReadySteps<'_>) -> Option<usize> {
        ready.take_next().map(|ready| ready.step.label.id)
    }

    #[test]
    fn a_taken_group_lets_others_pass() {
        let steps = ["db", "db", "", "web", "db", "web"];
        let steps: Vec<Step> = (0..)
            .zip(steps)
            .map(|(id, group)| step(id, group))
            .collect();
        let mut ready = ready(&steps);
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
}
