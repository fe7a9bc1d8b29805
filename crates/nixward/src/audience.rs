//! Those who hear of a run, and the clock that tells them how late it is.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nixward_core::event::Event;
use nixward_report::{reporter::Reporters, rerun::Rerun};

use crate::{
    environment::Environment,
    reporters::{self, Reporting},
    rerun::rerun,
    session::Session,
    settings::{GlobalSettings, ReportSettings, VerbSettings},
};

/// How often they are told the time.
const TICK: Duration = Duration::from_secs(1);

/// Reporters that hear of events and, where one of them minds, of time.
pub(crate) struct Audience {
    reporters: Arc<Mutex<Reporters<'static>>>,
    clock: Option<Clock>,
    streams_tests: bool,
    is_live: bool,
}

impl Audience {
    /// Those of the way to a document, which is printed in the end.
    pub(crate) fn for_document(session: &Session) -> Self {
        let scene = session.scene(ReportSettings::default(), Rerun::default());
        Self::new(session.start, reporters::for_document(&scene))
    }

    /// Those of the time between two runs of a workspace that is watched.
    pub(crate) fn for_waiting(global: &GlobalSettings, environment: &Environment) -> Self {
        Self::new(Instant::now(), reporters::for_waiting(global, environment))
    }

    /// Those of a verb that is carried out.
    pub(crate) fn for_run(
        session: &Session,
        settings: &VerbSettings,
        reporting: Reporting,
    ) -> Self {
        let rerun = rerun(&session.settings, settings);
        let scene = session.scene(settings.report.clone(), rerun);
        Self::new(session.start, reporters::for_run(&scene, reporting))
    }

    fn new(start: Instant, heard: reporters::Heard) -> Self {
        let reporters = Arc::new(Mutex::new(Reporters::new(heard.reporters)));
        let clock = heard
            .minds_time
            .then(|| Clock::start(&reporters, start, TICK));
        Self {
            reporters,
            clock,
            streams_tests: heard.streams_tests,
            is_live: heard.is_live,
        }
    }

    /// Whether the output of a single test is shown as it comes.
    pub(crate) fn streams_tests(&self) -> bool {
        self.streams_tests
    }

    /// Whether somebody watches what runs now.
    pub(crate) fn is_live(&self) -> bool {
        self.is_live
    }

    pub(crate) fn tell(&mut self, event: &Event) {
        locked(&self.reporters).tell(event);
    }

    /// Tells why the run could not be carried out.
    pub(crate) fn error(&mut self, message: &str) {
        locked(&self.reporters).error(message);
    }

    pub(crate) fn first_error(&mut self) -> Option<io::Error> {
        locked(&self.reporters).first_error()
    }

    /// Sends them home; from then on the streams are somebody else's.
    pub(crate) fn leave(&mut self) {
        self.clock = None;
        *locked(&self.reporters) = Reporters::new(Vec::new());
    }
}

/// A reporter that panicked in the middle of a line is no reason to say nothing more.
fn locked<'a>(reporters: &'a Mutex<Reporters<'static>>) -> MutexGuard<'a, Reporters<'static>> {
    reporters.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells the time, until it is dropped.
struct Clock {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Clock {
    fn start(reporters: &Arc<Mutex<Reporters<'static>>>, start: Instant, tick: Duration) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let reporters = Arc::clone(reporters);
        let thread = thread::spawn(move || {
            while stopped.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
                locked(&reporters).tick(start.elapsed());
            }
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Clock {
    /// When this returns, nothing is written any more.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _a_panic_was_shown_already = thread.join().is_ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use nixward_report::reporter::Reporter;

    use super::*;

    struct Counting(Arc<AtomicUsize>);

    impl Reporter for Counting {
        fn on_event(&mut self, _: &Event) -> io::Result<()> {
            Ok(())
        }

        fn on_tick(&mut self, _: Duration) -> io::Result<()> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    }

    #[test]
    fn a_clock_ticks_until_it_is_dropped() {
        let count = Arc::new(AtomicUsize::new(0));
        let reporters = Reporters::new(vec![Box::new(Counting(Arc::clone(&count)))]);
        let reporters = Arc::new(Mutex::new(reporters));
        let clock = Clock::start(&reporters, Instant::now(), Duration::from_millis(1));
        while count.load(Ordering::SeqCst) < 3 {
            thread::yield_now();
        }
        drop(clock);
        // The thread is gone, and with it the reporters that it held.
        assert_eq!(Arc::strong_count(&reporters), 1);
    }
}
