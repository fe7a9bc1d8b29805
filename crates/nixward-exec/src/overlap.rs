//! Builds and runs at the same time: each step goes on when its own builds are there, while Nix builds for the others.
//!
//! ```text
//!   held ──────────────┐
//!   Nix says so ───────┼─► waiting ──► build, check: finished
//!   the store says so ─┤      │
//!   Nix has ended ─────┘      ├─────► ready ──► a worker ──► finished
//!                             │         ▲
//!                             └─► successor, until what it comes after has succeeded
//! ```
//!
//! Which of the ready steps starts first, and which must not run at the same time, `ready_steps.rs` knows.
//!
//! A path that is there says nothing: builders write into the store long before Nix registers what they wrote. So a
//! build is there when Nix's own counting leaves no doubt (`Built`), or when the store was asked, which costs a
//! process, and is done for want of other work only.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::Scope,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded, never, select, unbounded};
use nixward_core::{
    outcome::{StepOutcome, StepStatus},
    plan::{Action, BuildTarget, Plan, Step, StepLabel},
    running::RunningNow,
};
use nixward_nix::{build::BuildProgress, runner::RunError};

use crate::{
    build_clock::BuildClock,
    build_results::BuildResults,
    builder::{BuildError, Builder, known_outputs},
    cancellation::Request,
    context::{ExecutionContext, OutputHandling},
    program_step::Progress,
    question_pace::QuestionPace,
    ready_steps::{Next, ReadySteps},
    successors::{Settled, Successors},
    tally::Tally,
    waiting_steps::{Outputs, WaitingSteps},
    worker::{Ready, Told, worker},
};

/// How often it is looked whether the run was cancelled, at least.
const LOOK: Duration = Duration::from_millis(100);

/// A plan that is being carried out.
pub(crate) struct Overlap<'s, 'p, 't, 'e> {
    scope: &'s Scope<'s, 'p>,
    builder: Builder<'p>,
    plan: &'p Plan,
    tally: &'t mut Tally<'p, 'e>,
    waiting: WaitingSteps<'p>,
    successors: Successors<'p>,
    ready: ReadySteps<'p>,
    clock: BuildClock,
    pace: QuestionPace,
    order: Order,
    jobs: usize,
    running: usize,
    /// The steps that wait for their next try, by their ids, with whom to answer where they would go on.
    paused: BTreeMap<usize, Option<Sender<()>>>,
    workers: Workers<'p>,
    /// Tells the workers that no more programs are to be started.
    stop: Arc<AtomicBool>,
    is_building: bool,
    /// Why nothing can be built; nothing is started any more.
    error: Option<BuildError>,
    work: Sender<Ready<'p>>,
    inbox: Inbox,
    answers: Sender<Answer>,
}

/// What workers are made of, as many as there are steps that run or pause.
struct Workers<'p> {
    count: usize,
    works: Receiver<Ready<'p>>,
    progress: Sender<Progress>,
    told: Sender<Told>,
}

/// How steps follow each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Order {
    /// As soon as possible, side by side.
    Overlapping,
    /// When everything is built, side by side: the only step can't overlap with anything.
    AfterBuilds,
    /// When everything is built, one after the other up to the first failure.
    OneByOne,
}

/// Where the others are heard.
struct Inbox {
    progress: Receiver<Progress>,
    told: Receiver<Told>,
    build: Receiver<BuildMessage>,
    answers: Receiver<Answer>,
    requests: Receiver<Request>,
}

enum Message {
    Progress(Progress),
    Told(Told),
    Build(BuildMessage),
    Answer(Answer),
    Request(Request),
    Nothing,
}

/// What is heard of the one `nix build`.
enum BuildMessage {
    Progress(BuildProgress),
    Ended(Result<BuildResults, BuildError>),
}

/// Those targets, of the ones that were asked about, that are valid.
struct Answer(Vec<BuildTarget>);

impl<'s, 'p, 't, 'e> Overlap<'s, 'p, 't, 'e> {
    /// Starts the workers, which wait for steps.
    pub(crate) fn new(
        scope: &'s Scope<'s, 'p>,
        context: &'p ExecutionContext,
        plan: &'p Plan,
        tally: &'t mut Tally<'p, 'e>,
    ) -> Self {
        let programs = plan
            .steps
            .iter()
            .filter(|step| !matches!(step.action, Action::Build | Action::Check));
        // What only comes before others does not say how these follow each other.
        let is_run = |step: &Step| matches!(step.action, Action::Run(_));
        let order = match plan.steps.len() {
            _ if plan.wanted().any(is_run) => Order::OneByOne,
            0 | 1 => Order::AfterBuilds,
            _ => Order::Overlapping,
        };
        let slots = match order {
            Order::OneByOne => 1,
            Order::Overlapping | Order::AfterBuilds => context.jobs.max(1),
        };
        let jobs = slots.min(programs.count().max(1));
        let (work, works) = unbounded::<Ready<'p>>();
        // A step that prints faster than it can be shown waits, as it would on a terminal.
        let (progress_sender, progress) = bounded(64);
        let (told_sender, told) = unbounded();
        let (answers, answer) = unbounded();
        let requests = tally.cancellation.requests();
        let mut this = Self {
            scope,
            builder: Builder {
                nix: &context.nix,
                runner: &context.runner,
                roots: &context.roots,
            },
            plan,
            tally,
            waiting: WaitingSteps::new(plan),
            successors: Successors::new(plan),
            ready: ReadySteps::new(slots),
            clock: BuildClock::default(),
            pace: QuestionPace::new(Instant::now(), false),
            order,
            jobs,
            running: 0,
            paused: BTreeMap::new(),
            workers: Workers {
                count: 0,
                works,
                progress: progress_sender,
                told: told_sender,
            },
            stop: Arc::default(),
            is_building: false,
            error: None,
            work,
            inbox: Inbox {
                progress,
                told,
                build: never(),
                answers: answer,
                requests,
            },
            answers,
        };
        (0..jobs).for_each(|_| this.add_worker(context));
        this
    }

    fn add_worker(&mut self, context: &'p ExecutionContext) {
        let Workers {
            count,
            works,
            progress,
            told,
        } = &mut self.workers;
        *count += 1;
        let (works, progress, told) = (works.clone(), progress.clone(), told.clone());
        let stop = Arc::clone(&self.stop);
        self.scope
            .spawn(move || worker(context, &stop, &works, &progress, &told));
    }

    /// Builds and runs everything.
    pub(crate) fn run(mut self) -> Result<(), BuildError> {
        let targets: Vec<BuildTarget> = self
            .plan
            .steps
            .iter()
            .flat_map(|step| step.builds.iter().cloned())
            .collect();
        let held = self.builder.roots.held(&targets);
        self.waiting.built(held.built);
        self.settle();
        if held.missing.is_empty() {
            self.builds_ended(Ok(BuildResults::default()));
        } else {
            self.start_builds(held.missing);
        }
        loop {
            self.let_successors_go();
            self.start_steps();
            self.ask_the_store();
            if !self.is_building && self.running == 0 && self.paused.is_empty() {
                break;
            }
            self.one_message();
        }
        let Self {
            tally,
            successors,
            ready,
            error,
            ..
        } = self;
        let mut rest: Vec<&Arc<StepLabel>> = ready.labels().chain(successors.labels()).collect();
        rest.sort_by_key(|label| label.id);
        tally.tell_cause();
        tally.not_run(rest.into_iter());
        error.map_or(Ok(()), Err)
    }

    fn start_builds(&mut self, missing: Vec<BuildTarget>) {
        // Nix that logs faster than it can be shown waits, too.
        let (sender, build) = bounded(256);
        let builder = self.builder;
        let is_something_there = !self.waiting.candidates().is_empty();
        self.pace = QuestionPace::new(Instant::now(), is_something_there);
        self.inbox.build = build;
        self.is_building = true;
        self.scope.spawn(move || {
            let results = builder.build_missing(&missing, &mut |progress| {
                let _heard_until_the_end = sender.send(BuildMessage::Progress(progress)).is_ok();
            });
            let _heard_until_the_end = sender.send(BuildMessage::Ended(results)).is_ok();
        });
    }

    /// Readies those whose time has come, and gives up those that never will be.
    fn let_successors_go(&mut self) {
        for place in self.successors.unsettled(&self.tally.ends) {
            match self.successors.settle(place, &self.tally.ends) {
                Some(Settled::MayStart(ready)) => self.ready.insert(place, ready),
                Some(Settled::Blocked(by)) => self.is_blocked(place, by),
                None => {}
            }
        }
    }

    fn is_blocked(&mut self, place: usize, by: Arc<StepLabel>) {
        self.waiting.forget(place);
        if let Some(step) = self.plan.steps.get(place) {
            let outcome = StepOutcome::of(StepStatus::Blocked { by });
            self.tally.finish(&step.label, outcome);
        }
    }

    fn start_steps(&mut self) {
        while self.running < self.jobs && self.may_start() {
            let Some(next) = self.ready.take_next() else {
                return;
            };
            self.running += 1;
            match next {
                Next::Start(ready) => {
                    let _workers_live_as_long_as_this = self.work.send(ready).is_ok();
                }
                Next::GoOn(step) => {
                    if let Some(answer) = self.paused.remove(&step.label.id).flatten() {
                        // It may have given up meanwhile, and says so next.
                        let _it_waits = answer.send(()).is_ok();
                    }
                }
            }
        }
    }

    fn may_start(&self) -> bool {
        let is_one_by_one = self.order == Order::OneByOne;
        let failed = is_one_by_one && self.tally.summary.failed > 0;
        let waits = is_one_by_one && self.is_building;
        !failed && !waits && self.error.is_none() && !self.tally.must_stop()
    }

    /// Asks which of the outputs that exist are valid, if somebody waits for the answer.
    fn ask_the_store(&mut self) {
        let now = Instant::now();
        // All that may start was started just now.
        let is_somebody_idle = self.running < self.jobs;
        let asks = self.is_building
            && self.order == Order::Overlapping
            && is_somebody_idle
            // What is heard next may be the answer.
            && self.inbox.build.is_empty()
            && !self.tally.must_stop()
            && self.pace.is_due(now);
        if !asks {
            return;
        }
        self.pace.asked(now);
        let candidates = self.waiting.candidates();
        if candidates.is_empty() {
            self.pace.answered(Instant::now());
            return;
        }
        let (builder, answers) = (self.builder, self.answers.clone());
        self.scope.spawn(move || {
            // What the store does not say now, Nix says in the end.
            let valid = builder.valid(&candidates).unwrap_or_default();
            let is_valid = |target: &BuildTarget| {
                known_outputs(target)
                    .is_some_and(|outputs| outputs.values().all(|path| valid.contains(path)))
            };
            let there = candidates.into_iter().filter(is_valid).collect();
            let _heard_until_the_end = answers.send(Answer(there)).is_ok();
        });
    }

    fn one_message(&mut self) {
        let Inbox {
            progress,
            told,
            build,
            answers,
            requests,
        } = &self.inbox;
        let message = select! {
            recv(progress) -> message => message.map_or(Message::Nothing, Message::Progress),
            recv(told) -> message => message.map_or(Message::Nothing, Message::Told),
            // The thread can end without a word by a panic only, which the scope passes on.
            recv(build) -> message => Message::Build(
                message.unwrap_or(BuildMessage::Ended(Err(RunError::Cancelled.into()))),
            ),
            recv(answers) -> message => message.map_or(Message::Nothing, Message::Answer),
            // Whoever asks lives as long as this process.
            recv(requests) -> message => message.map_or(Message::Nothing, Message::Request),
            default(LOOK) => Message::Nothing,
        };
        // Before the ends that the signal caused.
        if self.tally.is_cancelled() {
            self.tally.announce(self.running);
        }
        match message {
            Message::Progress(progress) => self.tally.tell(progress),
            Message::Told(Told::Pauses(label)) => self.pauses(&label),
            Message::Told(Told::WouldGoOn(label, answer)) => self.would_go_on(&label, answer),
            Message::Told(Told::Done(label, outcome)) => self.is_done(&label, outcome),
            Message::Build(BuildMessage::Progress(progress)) => self.build_progress(progress),
            Message::Build(BuildMessage::Ended(results)) => self.builds_ended(results),
            Message::Answer(Answer(targets)) => {
                self.pace.answered(Instant::now());
                self.are_there(&targets);
            }
            Message::Request(request) => {
                let running = self.running_now();
                request.answer(self.tally.emitter, || running);
            }
            Message::Nothing => {}
        }
        if self.tally.must_stop() || self.error.is_some() {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Gives the jobs of a step to others, but where steps go one after the other so that somebody can follow them.
    fn pauses(&mut self, label: &StepLabel) {
        let context = self.tally.context;
        if self.order != Order::Overlapping || context.output == OutputHandling::Streamed {
            return;
        }
        self.running -= 1;
        self.ready.ended(label);
        self.paused.insert(label.id, None);
        if self.workers.count < self.jobs + self.paused.len() {
            self.add_worker(context);
        }
    }

    fn would_go_on(&mut self, label: &StepLabel, answer: Sender<()>) {
        let mut steps = self.plan.steps.iter().enumerate();
        let found = steps.find(|(_, step)| step.label.id == label.id);
        match (self.paused.get_mut(&label.id), found) {
            (Some(waits), Some((place, step))) => {
                *waits = Some(answer);
                self.ready.would_go_on(place, step);
            }
            // It has kept its jobs.
            _ => {
                let _it_waits = answer.send(()).is_ok();
            }
        }
    }

    fn is_done(&mut self, label: &Arc<StepLabel>, outcome: StepOutcome) {
        // What the step printed comes before its end.
        while let Ok(progress) = self.inbox.progress.try_recv() {
            self.tally.tell(progress);
        }
        if self.paused.remove(&label.id).is_some() {
            self.ready.forget(label);
        } else {
            self.running -= 1;
            self.ready.ended(label);
        }
        self.tally.finish(label, outcome);
    }

    fn running_now(&self) -> RunningNow {
        let context = self.tally.context;
        RunningNow {
            evaluating: None,
            steps: context.running.now(context.launcher.clock()),
            builds: self.clock.running(),
            downloads: self.clock.downloads(),
            nix_is_at_work: self.is_building,
            waiting: self.waiting.count() + self.successors.count() + self.ready.labels().count(),
        }
    }

    fn build_progress(&mut self, progress: BuildProgress) {
        match progress {
            BuildProgress::Built { drv_path } => {
                self.tally.build_logs.built(&drv_path);
                self.pace.one_is_clear();
                let targets: Vec<BuildTarget> =
                    self.waiting.targets_of(&drv_path).cloned().collect();
                self.are_there(&targets);
            }
            BuildProgress::MoreIsBuilt => self.pace.one_more(),
            other => {
                if matches!(other, BuildProgress::FetchStopped { .. }) {
                    self.pace.news();
                }
                match &other {
                    BuildProgress::Line { drv_path, line } => {
                        self.tally.build_logs.line(drv_path, line);
                    }
                    BuildProgress::Stopped { drv_path } => self.tally.build_logs.stopped(drv_path),
                    _ => {}
                }
                if let Some(kind) = self.clock.event(other) {
                    self.tally.emitter.emit(kind);
                }
            }
        }
    }

    /// The outputs of these targets are valid.
    fn are_there(&mut self, targets: &[BuildTarget]) {
        if self.order != Order::Overlapping {
            return;
        }
        for target in targets {
            // One whose path only Nix knows is there when Nix has ended.
            let Some(outputs) = known_outputs(target) else {
                continue;
            };
            if let Some(kind) = self.clock.stopped(target.drv_path.clone()) {
                self.tally.emitter.emit(kind);
            }
            let built = BTreeMap::from([(target.drv_path.clone(), outputs)]);
            self.waiting.built(built);
        }
        self.settle();
    }

    /// Lets steps go on whose builds are there.
    fn settle(&mut self) {
        for (place, step, outputs) in self.waiting.take_ready() {
            self.goes_on(place, step, outputs);
        }
    }

    fn goes_on(&mut self, place: usize, step: &'p Step, outputs: Outputs) {
        let status = match step.action {
            // Nobody asked where it is.
            Action::Build if step.is_prerequisite() => StepStatus::Built { paths: Vec::new() },
            Action::Build => StepStatus::Built {
                paths: outputs.into_values().collect(),
            },
            Action::Check => StepStatus::Passed,
            Action::Test(_) | Action::Run(_) | Action::Container(_) | Action::Shell(_) => {
                if let Some(ready) = self.successors.built(place, Ready { step, outputs }) {
                    self.ready.insert(place, ready);
                }
                return;
            }
        };
        let outcome = StepOutcome::of(status).took(self.clock.duration(&step.builds));
        self.tally.finish(&step.label, outcome);
    }

    /// Nothing is built any more: the steps that still wait are told what came of it.
    fn builds_ended(&mut self, results: Result<BuildResults, BuildError>) {
        self.is_building = false;
        self.inbox.build = never();
        let results = match results {
            Ok(results) => results,
            Err(error) => {
                match error {
                    BuildError::Run(RunError::Cancelled) => self.tally.announce(self.running),
                    other => self.error = Some(other),
                }
                let rest = self.waiting.take_rest();
                rest.keys().for_each(|place| self.successors.forget(*place));
                self.tally.not_run(rest.values().map(|step| &step.label));
                return;
            }
        };
        let BuildResults { built, failures } = results;
        self.waiting.built(built);
        self.waiting.results_mut().failures = failures;
        for (place, step) in self.waiting.take_rest() {
            if let Some(by) = self.successors.take_blocked(place, &self.tally.ends) {
                self.is_blocked(place, by);
                continue;
            }
            match self.waiting.results().of(&step.builds) {
                Ok(outputs) => self.goes_on(place, step, outputs),
                Err(failure) => {
                    self.successors.forget(place);
                    let duration = self.clock.duration(&step.builds);
                    self.tally.build_failed(step, failure, duration);
                }
            }
        }
    }
}
