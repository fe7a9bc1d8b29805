//! What passed in the earlier runs of a workspace that is watched, and as what.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use nixward_core::{
    event::EventKind,
    plan::{Action, BuildTarget, Plan, Step, StepLabel},
};
use nixward_manifest::WorkingDirectory;

/// What is known of the steps; clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Passed(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// What has passed, as it was then.
    passed: HashMap<Name, Done>,
    /// What is to run or runs now, by the place in its plan; nothing before there is a plan.
    running: Option<HashMap<usize, (Name, Done)>>,
    is_nothing_left: bool,
}

/// A step without its place in a plan, and without why it is there.
type Name = (Option<String>, String, Option<String>, String);

/// All that makes a step another one.
#[derive(Clone, Debug, PartialEq)]
struct Done {
    builds: Vec<BuildTarget>,
    action: Action,
}

impl Passed {
    /// A run begins, of which nothing is known yet.
    pub(crate) fn begin(&self) {
        let mut known = self.lock();
        known.is_nothing_left = false;
        known.running = None;
    }

    /// All runs again.
    pub(crate) fn forget(&self) {
        self.lock().passed.clear();
    }

    /// Takes steps out of a plan that have passed as they are, and so has all that they come after.
    pub(crate) fn leave_out(&self, plan: &mut Plan) {
        let mut known = self.lock();
        let is_again = !known.passed.is_empty();
        let planned: HashMap<Name, Done> = plan.steps.iter().map(named).collect();
        known.passed.retain(|name, _| planned.contains_key(name));
        let left_out = left_out(plan, |step| {
            let (name, done) = named(step);
            known.passed.get(&name) == Some(&done)
        });
        plan.steps.retain(|step| !left_out.contains(&step.label.id));
        for step in &mut plan.steps {
            // Those have succeeded.
            step.after.retain(|label| !left_out.contains(&label.id));
        }
        if is_again {
            // They were told before.
            plan.skipped.clear();
        }
        known.is_nothing_left = is_again && plan.steps.is_empty() && plan.failed.is_empty();
        let numbered = |step: &Step| (step.label.id, named(step));
        known.running = Some(plan.steps.iter().map(numbered).collect());
    }

    /// Whether all that was planned last had passed before.
    pub(crate) fn is_nothing_left(&self) -> bool {
        self.lock().is_nothing_left
    }

    /// Whether it is known what runs.
    pub(crate) fn is_running(&self) -> bool {
        self.lock().running.is_some()
    }

    /// Whether something that has not come to its end yet is another step in this plan, or is not there any more.
    pub(crate) fn is_outdated_by(&self, plan: &Plan) -> bool {
        let known = self.lock();
        let Some(running) = &known.running else {
            return true;
        };
        let planned: HashMap<Name, Done> = plan.steps.iter().map(named).collect();
        running.values().any(|(name, done)| {
            reads_what_no_derivation_holds(&done.action) || planned.get(name) != Some(done)
        })
    }

    /// A step that passes is not run again until it changes.
    pub(crate) fn heard(&self, kind: &EventKind) {
        let EventKind::StepFinished { label, outcome } = kind else {
            return;
        };
        let mut known = self.lock();
        let ended = known.running.as_mut();
        let Some((name, done)) = ended.and_then(|running| running.remove(&label.id)) else {
            return;
        };
        if outcome.status.is_success() {
            known.passed.insert(name, done);
        } else {
            known.passed.remove(&name);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The steps that need not run again.
fn left_out(plan: &Plan, has_passed: impl Fn(&Step) -> bool) -> HashSet<usize> {
    // Each stands behind what it comes after.
    let mut changed = HashSet::new();
    for step in &plan.steps {
        let is_after_changed = step.after.iter().any(|label| changed.contains(&label.id));
        if is_after_changed || !has_passed(step) {
            changed.insert(step.label.id);
        }
    }
    let mut needed = HashSet::new();
    let mut left_out = HashSet::new();
    for step in plan.steps.iter().rev() {
        let id = step.label.id;
        let is_again = changed.contains(&id)
            || reads_what_no_derivation_holds(&step.action)
            || needed.contains(&id) && leaves_something_behind(&step.action);
        if is_again {
            needed.extend(step.after.iter().map(|label| label.id));
        } else {
            left_out.insert(id);
        }
    }
    left_out
}

fn named(step: &Step) -> (Name, Done) {
    let StepLabel {
        id: _,
        project,
        verb,
        detail,
        attribute,
    } = Arc::as_ref(&step.label);
    let name = (
        project.clone(),
        verb.clone(),
        detail.clone(),
        attribute.clone(),
    );
    let done = Done {
        builds: step.builds.clone(),
        action: step.action.clone(),
    };
    (name, done)
}

/// What a program made for those that come after it may be gone, or used up: it runs again before them.
fn leaves_something_behind(action: &Action) -> bool {
    match action {
        Action::Run(_) | Action::Container(_) | Action::Shell(_) => true,
        Action::Build | Action::Check | Action::Test(_) => false,
    }
}

/// A test in its project's folder reads files there, whatever it is built from.
fn reads_what_no_derivation_holds(action: &Action) -> bool {
    matches!(
        action,
        Action::Test(action) if action.settings.cwd == Some(WorkingDirectory::Project)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use nixward_core::{
        outcome::{ExitReason, StepOutcome, StepStatus},
        plan::{ProgramAction, ProgramPath, Reason},
    };
    use nixward_manifest::VerbSettings;

    use super::*;

    fn step(id: usize, project: &str, drv_path: &str) -> Step {
        Step {
            label: Arc::new(StepLabel {
                id,
                project: Some(project.to_owned()),
                verb: "test".to_owned(),
                detail: None,
                attribute: format!("{project}.test"),
            }),
            builds: vec![BuildTarget {
                drv_path: drv_path.to_owned(),
                outputs: BTreeMap::new(),
            }],
            action: Action::Check,
            after: Vec::new(),
            reason: Reason::Matched,
        }
    }

    fn left(passed: &Passed, steps: &[Step]) -> Vec<usize> {
        let mut plan = Plan {
            steps: steps.to_vec(),
            ..Plan::default()
        };
        passed.leave_out(&mut plan);
        plan.steps.iter().map(|step| step.label.id).collect()
    }

    fn ends(passed: &Passed, step: &Step, status: StepStatus) {
        passed.heard(&EventKind::StepFinished {
            label: Arc::clone(&step.label),
            outcome: StepOutcome::of(status),
        });
    }

    #[test]
    fn what_passed_as_it_is_does_not_run_again() {
        let passed = Passed::default();
        let [a, b, c] = [step(0, "a", "/a"), step(1, "b", "/b"), step(2, "c", "/c")];
        let all = [a.clone(), b.clone(), c.clone()];
        assert_eq!(left(&passed, &all), [0, 1, 2]);
        ends(&passed, &a, StepStatus::Passed);
        ends(&passed, &b, StepStatus::Failed(ExitReason::Code(1)));
        ends(&passed, &c, StepStatus::Cancelled);
        assert_eq!(left(&passed, &all), [1, 2]);
        // The same steps in other places of the plan, one of them changed.
        let moved = [
            step(0, "c", "/c"),
            step(1, "a", "/other"),
            step(2, "b", "/b"),
        ];
        ends(&passed, &b, StepStatus::Flaky);
        ends(&passed, &c, StepStatus::Passed);
        assert_eq!(left(&passed, &moved), [1]);
        assert!(!passed.is_nothing_left());
        ends(&passed, &moved[1], StepStatus::Passed);
        assert!(left(&passed, &moved).is_empty() && passed.is_nothing_left());
        // What had passed and is edited back has not passed as it was last.
        assert_eq!(left(&passed, &all), [0]);
        passed.forget();
        assert_eq!(left(&passed, &all), [0, 1, 2]);
    }

    #[test]
    fn an_edit_outdates_what_has_not_ended_and_is_another_by_now() {
        let passed = Passed::default();
        let plan = |steps: &[Step]| Plan {
            steps: steps.to_vec(),
            ..Plan::default()
        };
        let [a, b] = [step(0, "a", "/a"), step(1, "b", "/b")];
        let all = plan(&[a.clone(), b.clone()]);
        // Who knows.
        assert!(passed.is_outdated_by(&all));
        left(&passed, &all.steps);
        assert!(!passed.is_outdated_by(&all));
        let a_is_new = plan(&[step(1, "a", "/new"), step(0, "b", "/b")]);
        assert!(passed.is_outdated_by(&a_is_new));
        assert!(passed.is_outdated_by(&plan(std::slice::from_ref(&a))));
        ends(&passed, &a, StepStatus::Passed);
        // It has ended, and runs again after the others.
        assert!(!passed.is_outdated_by(&a_is_new));
        ends(&passed, &b, StepStatus::Passed);
        assert_eq!(left(&passed, &a_is_new.steps), [1]);
        passed.begin();
        assert!(passed.is_outdated_by(&a_is_new));
    }

    fn program(settings: VerbSettings) -> ProgramAction {
        ProgramAction {
            program: ProgramPath::Absolute("/a".to_owned()),
            args: Vec::new(),
            settings,
            folder: None,
            repeat: None,
        }
    }

    #[test]
    fn what_comes_after_another_runs_again_with_it() {
        let passed = Passed::default();
        let mut start = step(0, "db", "/db");
        start.action = Action::Run(program(VerbSettings::default()));
        let a = step(1, "a", "/a");
        let mut b = step(2, "b", "/b");
        b.after = vec![Arc::clone(&start.label), Arc::clone(&a.label)];
        let mut c = step(3, "c", "/c");
        c.after = vec![Arc::clone(&start.label)];
        let with = |replaced: &Step| -> Vec<Step> {
            let all = [&start, &a, &b, &c].into_iter();
            all.map(|step| {
                let is_it = step.label.id == replaced.label.id;
                if is_it { replaced } else { step }.clone()
            })
            .collect()
        };
        let new = |step: &Step| Step {
            builds: self::step(0, "", "/new").builds,
            ..step.clone()
        };
        let pass = || {
            let all = [&start, &a, &b, &c].into_iter();
            all.for_each(|step| ends(&passed, step, StepStatus::Passed));
        };
        let all = with(&a);
        assert_eq!(left(&passed, &all), [0, 1, 2, 3]);
        pass();
        assert!(left(&passed, &all).is_empty());
        // The program before it runs again, the test that has passed does not, nor does the other after the program.
        let mut plan = Plan {
            steps: with(&new(&b)),
            ..Plan::default()
        };
        passed.leave_out(&mut plan);
        let ids: Vec<usize> = plan.steps.iter().map(|step| step.label.id).collect();
        assert_eq!(ids, [0, 2]);
        assert_eq!(plan.steps[1].after, [Arc::clone(&start.label)]);
        passed.forget();
        left(&passed, &all);
        pass();
        assert_eq!(left(&passed, &with(&new(&a))), [0, 1, 2]);
        passed.forget();
        left(&passed, &all);
        pass();
        assert_eq!(left(&passed, &with(&new(&start))), [0, 2, 3]);
    }

    #[test]
    fn a_test_in_its_folder_always_runs() {
        let passed = Passed::default();
        let mut step = step(0, "a", "/a");
        let settings = VerbSettings {
            cwd: Some(WorkingDirectory::Project),
            ..VerbSettings::default()
        };
        step.action = Action::Test(program(settings));
        for _ in 0..2 {
            assert_eq!(left(&passed, std::slice::from_ref(&step)), [0]);
            let same = Plan {
                steps: vec![step.clone()],
                ..Plan::default()
            };
            assert!(passed.is_outdated_by(&same));
            ends(&passed, &step, StepStatus::Passed);
        }
    }
}
