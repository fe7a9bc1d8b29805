//! The time that a run has had, without that in which it was stopped.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Stands still while the run is stopped (Ctrl-Z): a program that cannot run must not run out of time. Clones are the
/// same clock.
#[derive(Clone, Debug)]
pub struct RunClock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    begin: Instant,
    stood_still: Duration,
    stopped: Option<Instant>,
}

impl Default for RunClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(State {
            begin: Instant::now(),
            stood_still: Duration::ZERO,
            stopped: None,
        })))
    }
}

impl RunClock {
    /// The time since the clock was made, without that in which it stood still.
    pub fn now(&self) -> Duration {
        let state = self.lock();
        state.at(state.stopped.unwrap_or_else(Instant::now))
    }

    /// Stands still from now on.
    pub(crate) fn stop(&self) {
        self.lock().stop(Instant::now());
    }

    /// Goes on.
    pub(crate) fn go_on(&self) {
        self.lock().go_on(Instant::now());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn at(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.begin)
            .saturating_sub(self.stood_still)
    }

    fn stop(&mut self, now: Instant) {
        self.stopped.get_or_insert(now);
    }

    fn go_on(&mut self, now: Instant) {
        if let Some(stopped) = self.stopped.take() {
            self.stood_still += now.saturating_duration_since(stopped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_that_is_stood_still_does_not_count() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut state = State {
            begin,
            stood_still: Duration::ZERO,
            stopped: None,
        };
        state.go_on(at(1));
        state.stop(at(2));
        state.stop(at(5));
        state.go_on(at(10));
        state.stop(at(13));
        state.go_on(at(14));
        assert_eq!(state.at(at(20)), Duration::from_secs(11));
    }

    #[test]
    fn a_stopped_clock_shows_one_time() {
        let clock = RunClock::default();
        clock.clone().stop();
        let shown = clock.now();
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(clock.now(), shown);
        clock.go_on();
        std::thread::sleep(Duration::from_millis(2));
        assert!(clock.now() > shown);
    }
}
