//! `--watch`: runs, waits for edits, and runs again what each of them changes. In turns:
//! 1. the tree is looked at, and every folder that Nix sees is watched;
//! 2. a run as any other, but without the steps that have passed as they are. After an edit meanwhile the flake is asked
//!    again; the run is ended if a step that has not come to its end is another one by now, and says for what;
//! 3. what is waited for is said, until an edit, a key or a signal comes.
//!
//! What was edited is heard of by name; whether it matters is told by the tree's fingerprint alone.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use crossbeam_channel::{Receiver, bounded, never, select, unbounded};
use nixward_core::{
    event::{Again, Event},
    running::RunningNow,
    verb::Verb,
};
use nixward_exec::{Cancellation, Emitter, SignalWatch};
use nixward_guard::ChildRegistry;
use nixward_manifest::BuiltinVerb;
use nixward_nix::runner::Runner;
use nixward_report::human::{Awaited, Verbosity, WatchLine};
use nixward_schema::exit_code;

use super::{prepare::prepare, verb};
use crate::{
    audience::Audience,
    cli::ReportStyle,
    console_output,
    discovery::relative,
    environment::Environment,
    error::{CliError, ErrorKind},
    keyboard::Keyboard,
    place::{Looking, Place},
    reporters::between_runs,
    session::{Session, watch_signals},
    settings::{GlobalSettings, VerbSettings},
    watch::{Changes, Passed, Standing, TreeState, WatchedTree},
};

/// How long the steps of a run that is outdated may take to end.
const GRACE: Duration = Duration::from_secs(2);

/// Refuses what has no end that could be waited for, or nothing that could be run again.
pub(super) fn refuse(place: &Place, settings: &VerbSettings) -> Result<(), CliError> {
    let usage = |message: String| Err(CliError::new(ErrorKind::Usage, message));
    if settings.test.repeat.is_some() {
        return usage("`--watch` and `--repeat` do not go together".to_owned());
    }
    // A verb that is not there is said to be missing as always.
    let Some(verb) = Verb::find(&settings.verb, &place.discovered.workspace.manifest) else {
        return Ok(());
    };
    let name = &verb.name;
    match verb.behaviour {
        BuiltinVerb::Test | BuiltinVerb::Check | BuiltinVerb::Build => Ok(()),
        BuiltinVerb::Run | BuiltinVerb::Shell => usage(format!(
            "`--watch` is for what ends by itself (test, check, build); `{name}` is a program's own"
        )),
        BuiltinVerb::Container => usage(format!(
            "`--watch` is for test, check and build; `{name}` would load an image at every edit"
        )),
    }
}

/// Runs again and again, until a signal or a key ends it.
pub(super) fn run(
    place: Place,
    global: &GlobalSettings,
    settings: &VerbSettings,
) -> Result<u8, CliError> {
    refuse(&place, settings)?;
    let signals = watch_signals()?;
    let (sender, keys) = unbounded();
    let keyboard = (!settings.no_keys)
        .then(|| {
            Keyboard::start(&signals, move |key| {
                let _heard_until_the_end = sender.send(key).is_ok();
            })
        })
        .flatten();
    let (changes, warning) = Changes::start();
    let mut watch = Watch {
        asked: Asked { global, settings },
        tree: WatchedTree::of(&place.discovered, &place.environment.cache_folder()),
        changes,
        // A sender that is gone would never cease to be ready.
        keys: if keyboard.is_some() { keys } else { never() },
        awaited: if keyboard.is_some() {
            Awaited::EditsAndKeys
        } else {
            Awaited::Edits
        },
        workspace: place.discovered.workspace.name.clone(),
        cwd: place.cwd.clone(),
        environment: place.environment.clone(),
        signals,
        untold: warning.into_iter().collect(),
    };
    watch.warn();
    let passed = Passed::default();
    let mut next = watch.run_once(Some(place), &passed)?;
    loop {
        let (why, is_told) = match next {
            Next::Again { why, is_told } => (why, is_told),
            Next::Wait(state) => {
                if passed.is_nothing_left() {
                    watch.say(&WatchLine::NothingToRun);
                } else {
                    watch.say_what_is_awaited();
                }
                (watch.wait(&state)?, false)
            }
        };
        let Some(line) = watch.line(&why) else {
            return Ok(exit_code::SUCCESS);
        };
        if matches!(why, Why::Again(Again::Everything)) {
            passed.forget();
        }
        if !is_told {
            watch.say(&line);
        }
        next = watch.run_once(None, &passed)?;
    }
}

/// What was typed.
#[derive(Clone, Copy)]
struct Asked<'a> {
    global: &'a GlobalSettings,
    settings: &'a VerbSettings,
}

struct Watch<'a> {
    asked: Asked<'a>,
    tree: WatchedTree,
    changes: Changes,
    keys: Receiver<u8>,
    awaited: Awaited,
    workspace: String,
    cwd: PathBuf,
    environment: Environment,
    signals: SignalWatch,
    /// Warnings that came while a run had the terminal.
    untold: Vec<String>,
}

/// The run that goes on.
struct Run<'a> {
    cancellation: Cancellation,
    runner: Runner,
    passed: &'a Passed,
}

/// What comes after a run.
enum Next {
    /// To wait until the tree is not like this any more.
    Wait(TreeState),
    Again {
        why: Why,
        /// Whether the run that ended for it has said so.
        is_told: bool,
    },
}

/// Why it goes on.
enum Why {
    /// These files were touched, and what Nix sees is another tree.
    Edit(Vec<PathBuf>),
    /// Somebody asked for it.
    Again(Again),
    End,
}

/// What there is to hear.
enum Heard {
    /// Something was touched.
    Touched,
    Key(u8),
    Signal,
    /// The run is over.
    End,
}

impl Watch<'_> {
    /// Runs what has not passed as it is.
    fn run_once(&mut self, place: Option<Place>, passed: &Passed) -> Result<Next, CliError> {
        let Asked { global, settings } = self.asked;
        let is_first = place.is_some();
        passed.begin();
        let mut before = self.look();
        self.warn();
        let opened = place
            .map_or_else(
                || Place::find(global, Looking::for_flags(&settings.nix)),
                Ok,
            )
            .and_then(|place| Session::open_at(place, global, settings.nix.clone(), &self.signals));
        let session = match opened {
            Ok(session) => session,
            Err(error) if is_first => return Err(error),
            Err(error) => return self.tell(error).map(|()| Next::Wait(before)),
        };
        // The manifest may name other folders by now.
        let cache_folder = session.environment.cache_folder();
        if !is_first {
            self.tree = WatchedTree::of(&session.discovered, &cache_folder);
            before = self.look();
            self.warn();
        }
        let run = Run {
            cancellation: session.cancellation.clone(),
            runner: session.runner.clone(),
            passed,
        };
        let (ended, end) = bounded(0);
        let (result, why) = std::thread::scope(|scope| {
            let attending = scope.spawn(|| self.attend(&before, &run, &end));
            let result = {
                // Dropped at the end of the run, also where that is a panic.
                let _ended = ended;
                verb::run_once(&session, settings, Some(passed))
            };
            let why = attending
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (result, why)
        });
        self.warn();
        match result {
            Ok(_) => {}
            Err(error) if is_first && error.is_about_what_was_typed() => return Err(error),
            Err(error) => self.tell(error)?,
        }
        let is_told = run.cancellation.is_outdated() && run.cancellation.take_cause().is_none();
        Ok(why.map_or(Next::Wait(before), |why| Next::Again { why, is_told }))
    }

    /// Hears what comes while something runs; why there is to be another run, if there is.
    fn attend(&mut self, before: &TreeState, run: &Run<'_>, end: &Receiver<()>) -> Option<Why> {
        let mut before = before.clone();
        let mut edited: Option<Vec<PathBuf>> = None;
        let why = loop {
            match self.hear(end) {
                Heard::End => return edited.map(Why::Edit),
                Heard::Signal => {
                    // The run ends itself.
                    let _end = end.recv();
                    return None;
                }
                Heard::Touched => {
                    let files = self.changes.settle(&self.tree, end);
                    let is_worth = !files.is_empty() || self.changes.is_deaf();
                    let now = self.look();
                    if !is_worth || now.is_same_as(&before) {
                        continue;
                    }
                    before = now;
                    let edited = edited.get_or_insert_default();
                    edited.extend(files);
                    if self.is_outdated(run) {
                        break Why::Edit(std::mem::take(edited));
                    }
                }
                Heard::Key(b't' | b'\n' | b'\r') => self.signals.ask(),
                Heard::Key(b'r') => break Why::Again(Again::Everything),
                Heard::Key(b'q') => break Why::End,
                Heard::Key(_) => {}
            }
        };
        let cause = self.line(&why).and_then(|line| line.event());
        run.cancellation.outdate(cause);
        select! {
            recv(end) -> _ => {}
            default(GRACE) => run.cancellation.kill(),
        }
        Some(why)
    }

    /// Whether what has not come to its end is another step by now. The next run finds the answer kept.
    fn is_outdated(&self, run: &Run<'_>) -> bool {
        let Asked { global, settings } = self.asked;
        let Run {
            cancellation,
            runner,
            passed,
        } = run;
        if !passed.is_running() {
            return true;
        }
        let flags = || settings.nix.clone();
        let prepared = Place::find(global, Looking::for_flags(&settings.nix))
            .and_then(|place| Session::beside(place, global, flags(), runner.clone(), cancellation))
            .and_then(|session| {
                let mut nobody = |_: &Event| {};
                let mut emitter = Emitter::new(session.start, &mut nobody);
                prepare(&session, settings, &mut emitter)
            });
        // What is wrong the next run tells.
        prepared.map_or(true, |prepared| passed.is_outdated_by(&prepared.plan))
    }

    /// Waits for an edit that changes the tree, or for a key.
    fn wait(&mut self, before: &TreeState) -> Result<Why, CliError> {
        let mut audience = Audience::for_waiting(self.asked.global, &self.environment);
        let mut listener = |event: &Event| audience.tell(event);
        let mut emitter = Emitter::new(std::time::Instant::now(), &mut listener);
        // Nothing runs that could be cancelled.
        let waiting = self.signals.begin_run(&ChildRegistry::default());
        waiting.answer_while(&mut emitter, RunningNow::default, || self.wait_for(before))
    }

    fn wait_for(&mut self, before: &TreeState) -> Result<Why, CliError> {
        let nothing = never();
        // What was edited when nobody listened.
        let now = self.look();
        self.warn();
        if !now.is_same_as(before) {
            let files = self.changes.settle(&self.tree, &nothing);
            return Ok(Why::Edit(files));
        }
        loop {
            match self.hear(&nothing) {
                Heard::Signal | Heard::End => {
                    let signal = self.signals.signal().unwrap_or_default();
                    return Err(CliError::signal(signal));
                }
                Heard::Touched => {
                    let files = self
                        .changes
                        .settle(&self.tree, &self.signals.until_signal());
                    if !files.is_empty() || self.changes.is_deaf() {
                        let now = self.look();
                        self.warn();
                        if !now.is_same_as(before) {
                            return Ok(Why::Edit(files));
                        }
                        self.not_seen(&files);
                    }
                }
                Heard::Key(b'r' | b'\n' | b'\r') => {
                    return Ok(Why::Again(Again::Everything));
                }
                Heard::Key(b'f') => return Ok(Why::Again(Again::Failed)),
                Heard::Key(b'q') => return Ok(Why::End),
                Heard::Key(b'?' | b'h') => self.say(&WatchLine::Keys),
                Heard::Key(_) => {}
            }
        }
    }

    fn hear(&mut self, end: &Receiver<()>) -> Heard {
        let signal = self.signals.until_signal();
        loop {
            let key = select! {
                recv(end) -> _ => return Heard::End,
                recv(signal) -> _ => return Heard::Signal,
                recv(self.changes.woken()) -> _ => return Heard::Touched,
                recv(self.changes.looks()) -> _ => return Heard::Touched,
                recv(self.keys) -> key => key,
            };
            match key {
                Ok(key) => return Heard::Key(key),
                // The terminal is gone, and edits go on.
                Err(_) => self.keys = never(),
            }
        }
    }

    /// What the tree is like, with all of its folders watched before it was looked at.
    fn look(&mut self) -> TreeState {
        loop {
            let state = self.tree.look();
            let (is_more_watched, warning) = self.changes.follow(&self.tree);
            self.untold.extend(warning);
            if !is_more_watched {
                return state;
            }
        }
    }

    /// What is said of the reason for the next run, if there is to be one.
    fn line(&self, why: &Why) -> Option<WatchLine> {
        match why {
            Why::Edit(files) => Some(WatchLine::Changed {
                files: self.names(files),
            }),
            Why::Again(what) => Some(WatchLine::Again(*what)),
            Why::End => None,
        }
    }

    fn say_what_is_awaited(&self) {
        self.say(&WatchLine::Waiting {
            workspace: self.workspace.clone(),
            awaited: self.awaited,
        });
    }

    /// Says why nothing runs, where the person can mind.
    fn not_seen(&self, files: &[PathBuf]) {
        let mut untracked = None;
        let mut said = Vec::new();
        for file in files {
            let standing = self.tree.standing(file);
            if standing == Standing::Untracked && untracked.is_none() {
                untracked = Some(relative(&self.cwd, file));
            }
            if standing != Standing::Ignored {
                said.push(file.clone());
            }
        }
        if !said.is_empty() {
            let files = self.names(&said);
            self.say(&WatchLine::NotSeen { files, untracked });
        }
    }

    /// Files as the person would write them, those of the tree only.
    fn names(&self, files: &[PathBuf]) -> Vec<String> {
        let of_git = |file: &&PathBuf| self.tree.is_git_s_own(file);
        let (own, others): (Vec<&PathBuf>, Vec<&PathBuf>) = files.iter().partition(of_git);
        let is_seen = |file: &&&PathBuf| self.tree.standing(file) != Standing::Ignored;
        let mut names: BTreeSet<String> = others
            .iter()
            .filter(is_seen)
            .map(|file| relative(&self.cwd, file))
            .collect();
        if names.is_empty() {
            // Deleted files are nothing any more, but they are what changed.
            names = others
                .iter()
                .map(|file| relative(&self.cwd, file))
                .collect();
        }
        if names.is_empty() {
            let what = if own.is_empty() {
                "the tree"
            } else {
                "what git has checked out or tracks"
            };
            names.insert(what.to_owned());
        }
        names.into_iter().collect()
    }

    /// Says why a run came to nothing. A signal ends everything.
    fn tell(&self, error: CliError) -> Result<(), CliError> {
        if self.signals.signal().is_some() {
            return Err(error);
        }
        let _of_no_interest: std::process::ExitCode = error.report();
        Ok(())
    }

    /// Not while a run's display is there.
    fn warn(&mut self) {
        for warning in self.untold.drain(..) {
            console_output::error_text(&format!("warning: {warning}\n"));
        }
    }

    fn say(&self, line: &WatchLine) {
        let Asked { global, settings } = self.asked;
        if let Some(kind) = line.event() {
            Audience::for_waiting(global, &self.environment).tell(&Event {
                elapsed: Duration::ZERO,
                kind,
            });
        }
        let style = settings.report.style;
        if global.verbosity > Verbosity::Quiet
            && !matches!(style, ReportStyle::Summary | ReportStyle::None)
        {
            let look = between_runs(global, &self.environment);
            console_output::error_text(&line.text(look));
        }
    }
}
